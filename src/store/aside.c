#include "store/aside.h"

#include <errno.h>
#include <stdio.h>
#include <time.h>

#include "base/buf.h"
#include "base/date.h"
#include "base/err.h"
#include "db/url.h"

/* SQLITE_CORRUPT and SQLITE_NOTADB, which db/sqlite.c leaves in `system`. */
bool
zv_store_is_damage(const struct zv_error *err)
{
	return (err->system & 0xff) == 11 || (err->system & 0xff) == 26;
}

static void
add_time(struct zv_buf *name)
{
	struct zv_date d = zv_date_of(time(NULL));

	zv_buf_printf(name, ".corrupt-%04d%02d%02d-%02d%02d%02d", d.year, d.month,
		      d.day, d.hour, d.minute, d.second);
}

static int
rename_one(const char *path, const char *end, const char *to, bool is_needed)
{
	struct zv_buf old = { 0 }, new = { 0 };
	int rc = 0;

	zv_buf_printf(&old, "%s%s", path, end);
	zv_buf_printf(&new, "%s%s", to, end);
	if (rename(zv_buf_cstr(&old), zv_buf_cstr(&new)) < 0 && is_needed)
		rc = ZV_EIO;
	zv_buf_deinit(&old);
	zv_buf_deinit(&new);
	return rc;
}

int
zv_store_set_aside(struct zv_str url, const char *why, struct zv_error *warning)
{
	struct zv_db_url *parts = zv_db_url_parse(url, NULL);
	struct zv_buf to = { 0 };
	int rc = ZV_EINVAL;

	if (parts && strcmp(parts->scheme, "sqlite") == 0) {
		zv_buf_printf(&to, "%s", parts->path);
		add_time(&to);
		rc = rename_one(parts->path, "", zv_buf_cstr(&to), true);
		if (rc == 0) {
			rename_one(parts->path, "-wal", zv_buf_cstr(&to), false);
			rename_one(parts->path, "-shm", zv_buf_cstr(&to), false);
			zv_fail(warning, ZV_EPROTO,
				"%s; it is kept as %s, and a new store was begun", why,
				zv_buf_cstr(&to));
		}
	}
	zv_buf_deinit(&to);
	zv_db_url_free(parts);
	return rc;
}
