/* Which schemes there are, and who answers for them. */
#include <string.h>

#include "base/err.h"
#include "db/driver.h"

static const struct row {
	const char *scheme;
	const struct zv_db_driver *driver;
} drivers[] = {
	{ "sqlite", &zv_db_sqlite },
};

const struct zv_db_driver *
zv_db_driver_find(const struct zv_db_url *url, struct zv_error *err)
{
	for (size_t i = 0; i < sizeof drivers / sizeof *drivers; i++)
		if (strcmp(drivers[i].scheme, url->scheme) == 0)
			return drivers[i].driver;
	zv_fail(err, ZV_EINVAL,
		"%s: unknown kind of database; there are sqlite, mysql, postgresql, "
		"csv",
		url->shown);
	return NULL;
}
