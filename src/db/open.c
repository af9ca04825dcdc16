/* Opening and closing, whichever database it is. */
#include "db/handle.h"

#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"

static int
set_options(struct zv_db *db, const struct zv_db_options *o)
{
	struct zv_str secret = o->secret;

	if (!secret.p && db->url->has_secret)
		secret = zvon_str(db->url->secret);
	db->secret = secret.p ? zv_memdup(secret.p, secret.n) : NULL;
	db->read_only = o->read_only;
	db->create = o->create;
	db->timeout_ms = o->timeout_ms > 0 ? o->timeout_ms : ZV_DB_TIMEOUT_MS;
	db->connect_timeout_ms = o->connect_timeout_ms > 0 ? o->connect_timeout_ms
							   : ZV_DB_CONNECT_TIMEOUT_MS;
	db->cache_bytes = o->cache_bytes ? o->cache_bytes : ZV_DB_CACHE_BYTES;
	return secret.p && !db->secret ? ZV_ENOMEM : 0;
}

int
zv_db_reach(struct zv_db *db, struct zv_error *err)
{
	int r;

	db->deadline_ms = zv_db_now_ms() + db->connect_timeout_ms;
	r = db->driver->open(db, err);
	db->is_lost = r < 0;
	if (r < 0)
		db->driver->close(db);
	return r;
}

struct zv_db *
zv_db_open(const struct zv_db_options *options, struct zv_error *err)
{
	struct zv_db *db = zv_calloc(1, sizeof *db);

	if (!db) {
		zv_fail_nomem(err);
		return NULL;
	}
	pthread_mutex_init(&db->mutex, NULL);
	db->socket = -1;
	db->rows.db = db;
	db->url = zv_db_url_parse(options->url, err);
	if (!db->url)
		goto fail;
	db->driver = zv_db_driver_find(db->url, err);
	if (!db->driver || zv_db_url_check(db->url, db->driver->words, err) < 0)
		goto fail;
	if (set_options(db, options) < 0) {
		zv_fail_nomem(err);
		goto fail;
	}
	if (zv_db_reach(db, err) < 0)
		goto fail;
	return db;
fail:
	db->is_lost = true; /* nothing to close any more */
	zv_db_close(db);
	return NULL;
}

void
zv_db_close(struct zv_db *db)
{
	if (!db)
		return;
	zv_db_end(&db->rows);
	if (!db->is_lost)
		db->driver->close(db);
	if (db->secret)
		zv_wipe(db->secret, strlen(db->secret));
	zv_free(db->secret);
	zv_db_url_free(db->url);
	zv_free(db->rows.values);
	zv_free(db->rows.names_at);
	zv_buf_deinit(&db->rows.names);
	zv_buf_deinit(&db->rows.mended);
	zv_free(db->values);
	zv_buf_deinit(&db->texts);
	pthread_mutex_destroy(&db->mutex);
	zv_free(db);
}
