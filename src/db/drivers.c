/* Which schemes there are, and who answers for them. */
#include <string.h>

#include "base/err.h"
#include "db/driver.h"
#include "db/module.h"

static const struct row {
	const char *scheme;
	const struct zv_db_driver *driver; /* NULL: in a module */
	const char *module, *package;
} drivers[] = {
	{ "csv", &zv_db_csv },
	{ "fake", &zv_db_fake },
	{ "mysql", NULL, "mysql", "libmariadb3" },
	{ "mariadb", NULL, "mysql", "libmariadb3" },
	{ "postgresql", NULL, "pgsql", "libpq5" },
	{ "postgres", NULL, "pgsql", "libpq5" },
	{ "sqlite", &zv_db_sqlite },
};

const struct zv_db_driver *
zv_db_driver_find(const struct zv_db_url *url, struct zv_error *err)
{
	for (size_t i = 0; i < sizeof drivers / sizeof *drivers; i++) {
		const struct row *row = &drivers[i];

		if (strcmp(row->scheme, url->scheme) != 0)
			continue;
		return row->driver ? row->driver
				   : zv_db_module_load(row->module, row->package, err);
	}
	zv_fail(err, ZV_EINVAL,
		"%s: unknown kind of database; there are sqlite, mysql, postgresql, "
		"csv",
		url->shown);
	return NULL;
}
