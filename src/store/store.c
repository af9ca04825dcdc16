#include "store/store.h"

#include "base/err.h"
#include "base/mem.h"

struct zv_store {
	struct zv_db *db;
};

struct zv_store *
zv_store_open(const struct zv_store_options *options, struct zv_error *warning,
	      struct zv_error *err)
{
	struct zv_store *s = zv_calloc(1, sizeof(*s));

	(void)warning;
	if (!s) {
		zv_fail_nomem(err);
		return NULL;
	}
	s->db = zv_db_open(&options->db, err);
	if (s->db)
		return s;
	zv_free(s);
	return NULL;
}

void
zv_store_close(struct zv_store *s)
{
	if (!s)
		return;
	zv_db_close(s->db);
	zv_free(s);
}

struct zv_db *
zv_store_db(struct zv_store *s)
{
	return s->db;
}

int
zv_store_begin(struct zv_store *s, struct zv_error *err)
{
	return zv_db_begin(s->db, err);
}

int
zv_store_commit(struct zv_store *s, struct zv_error *err)
{
	return zv_db_commit(s->db, err);
}

void
zv_store_rollback(struct zv_store *s)
{
	zv_db_rollback(s->db);
}

static int
later(struct zv_error *err)
{
	return zv_fail(err, ZV_ENOTFOUND, "the store has no tables yet");
}

int
zv_store_put(struct zv_store *s, const struct zv_conversation *c, struct zv_error *err)
{
	return later(err);
}

int
zv_store_drop_open(struct zv_store *s, struct zv_str server, struct zv_str id,
		   struct zv_error *err)
{
	return later(err);
}

int
zv_store_each_open(struct zv_store *s, struct zv_str server, zv_store_each_fn fn,
		   void *context, struct zv_error *err)
{
	return later(err);
}

int
zv_store_mark(struct zv_store *s, struct zv_str name, struct zv_str value,
	      struct zv_error *err)
{
	return later(err);
}

int
zv_store_marked(struct zv_store *s, struct zv_str name, struct zv_buf *out,
		struct zv_error *err)
{
	return later(err);
}

long long
zv_store_forget(struct zv_store *s, int64_t before_ms, int most, struct zv_error *err)
{
	return later(err);
}

long long
zv_store_anonymise(struct zv_store *s, int64_t before_ms, int most,
		   struct zv_error *err)
{
	return later(err);
}

int
zv_store_page(struct zv_store *s, const struct zv_history_query *q, zv_store_each_fn fn,
	      void *context, char next[ZV_HISTORY_CURSOR_MAX], struct zv_error *err)
{
	return later(err);
}

int
zv_store_find(struct zv_store *s, struct zv_str server, struct zv_str id,
	      struct zv_conversation **out, struct zv_error *err)
{
	return later(err);
}

int
zv_store_find_recording(struct zv_store *s, struct zv_str id,
			struct zv_conversation **out, size_t *which,
			struct zv_error *err)
{
	return later(err);
}

int
zv_store_statistics(struct zv_store *s, const struct zv_history_query *q,
		    enum zv_statistics_by by, int offset_s, zv_statistics_fn fn,
		    void *context, struct zv_error *err)
{
	return later(err);
}
