/* Rows become calls again, many with one statement. */
#include "base/err.h"
#include "base/mem.h"
#include "store/load_impl.h"

struct zv_loader *
zv_loader_new(void)
{
	return zv_calloc(1, sizeof(struct zv_loader));
}

void
zv_loader_free(struct zv_loader *l)
{
	if (!l)
		return;
	zv_buf_deinit(&l->texts);
	zv_free(l->legs);
	zv_free(l->transfers);
	zv_free(l->recordings);
	zv_free(l->strings);
	zv_free(l);
}

static void
clear(struct zv_loader *l)
{
	zv_buf_clear(&l->texts);
	l->n = l->n_legs = l->n_transfers = l->n_recordings = l->n_strings = 0;
}

static struct zv_conversation *
find(const struct zv_loader *l, int64_t call)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->calls[i].number == call)
			return (struct zv_conversation *)(uintptr_t)&l->calls[i];
	return NULL;
}

/* Rows in the order of call and place: those of one call follow each other. */
static int
read_rows(struct zv_store *s, enum zv_sql which, const struct zv_db_value *keys,
	  size_t n, zv_loader_fn read, struct zv_error *err)
{
	struct zv_db_rows *rows = NULL;
	const struct zv_db_value *row;
	struct zv_conversation *c = NULL;
	int rc = zv_store_query(s, which, keys, n, &rows, err);

	while (rc >= 0 && (rc = zv_db_next(rows, &row, err)) == 1) {
		int64_t call = zv_store_int(&row[0]);

		if (!c || c->number != call)
			c = find(s->loader, call);
		if (c && read(s->loader, c, row) < 0)
			rc = zv_fail_nomem(err);
	}
	zv_db_end(rows);
	return rc;
}

static int
read_calls(struct zv_store *s, const struct zv_db_value *keys, size_t n,
	   struct zv_error *err)
{
	struct zv_db_rows *rows = NULL;
	const struct zv_db_value *row;
	int rc = zv_store_query(s, n == 1 ? ZV_SQL_LOAD_CALL : ZV_SQL_LOAD_CALLS, keys,
				n, &rows, err);

	while (rc >= 0 && (rc = zv_db_next(rows, &row, err)) == 1) {
		if (zv_loader_call(s->loader, row) < 0)
			rc = zv_fail_nomem(err);
	}
	zv_db_end(rows);
	return rc;
}

int
zv_store_load(struct zv_store *s, const int64_t *calls, size_t n, struct zv_error *err)
{
	struct zv_loader *l = s->loader;
	struct zv_db_value keys[ZV_STORE_LOAD];
	size_t transfers = 0, recordings = 0;
	bool one = n == 1;
	size_t marks = one ? 1 : ZV_STORE_LOAD;
	int rc;

	clear(l);
	for (size_t i = 0; i < marks; i++) /* no call has the key 0 */
		keys[i] = zv_db_int(i < n ? calls[i] : 0);
	rc = read_calls(s, keys, marks, err);
	for (size_t i = 0; i < l->n; i++) {
		transfers += l->calls[i].n_transfers;
		recordings += l->calls[i].n_recordings;
		l->calls[i].n_transfers = l->calls[i].n_recordings = 0;
	}
	if (rc == 0 && l->n)
		rc = read_rows(s, one ? ZV_SQL_LOAD_CALL_LEGS : ZV_SQL_LOAD_LEGS, keys,
			       marks, zv_loader_leg, err);
	if (rc == 0 && transfers)
		rc = read_rows(s,
			       one ? ZV_SQL_LOAD_CALL_TRANSFERS : ZV_SQL_LOAD_TRANSFERS,
			       keys, marks, zv_loader_transfer, err);
	if (rc == 0 && recordings)
		rc = read_rows(
			s, one ? ZV_SQL_LOAD_CALL_RECORDINGS : ZV_SQL_LOAD_RECORDINGS,
			keys, marks, zv_loader_recording, err);
	if (rc == 0 && zv_buf_failed(&l->texts))
		rc = zv_fail_nomem(err);
	if (rc == 0)
		zv_loader_settle(s, err);
	else
		l->n = 0;
	return rc;
}

const struct zv_conversation *
zv_store_loaded(const struct zv_store *s, int64_t call)
{
	return find(s->loader, call);
}

int
zv_store_load_one(struct zv_store *s, int64_t call, struct zv_conversation **out,
		  struct zv_error *err)
{
	const struct zv_conversation *c;
	int rc = zv_store_load(s, &call, 1, err);

	if (rc < 0)
		return rc;
	c = zv_store_loaded(s, call);
	if (!c)
		return 0;
	*out = zv_conversation_copy(c);
	return *out ? 1 : zv_fail_nomem(err);
}
