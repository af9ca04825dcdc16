/* What is old goes away, or loses the names of people: a few calls at a time, each time one
 * transaction, so that writing and reading go on in between. */
#include "base/err.h"
#include "base/mem.h"
#include "store/store_impl.h"

#define MOST_AT_ONCE 10000
#define PAGES_BACK   500 /* of 4 KiB, given back to the system each time */

static int
disclaim(struct zv_store *s, int server, struct zv_str id, int64_t call,
	 struct zv_error *err)
{
	struct zv_db_value v[] = { zv_db_int(server), zv_store_cut(id, ZV_STORE_ID_MAX),
				   zv_db_int(call) };
	long long rc = id.n ? zv_store_run(s, ZV_SQL_CHANNEL_GONE, v, 3, err) : 0;

	return rc < 0 ? (int)rc : 0;
}

static int
forget_one(struct zv_store *s, const struct zv_conversation *c, struct zv_error *err)
{
	int server = zv_store_server(s, c->server, false, err);
	int rc = server < 0 ? server : zv_store_remove_call(s, c, server, err);

	if (rc == 0)
		rc = disclaim(s, server, c->id, c->number, err);
	for (size_t i = 0; i < c->n_legs && rc == 0; i++)
		rc = disclaim(s, server, c->legs[i].unique_id, c->number, err);
	for (size_t i = 0; i < c->n_linked_ids && rc == 0; i++)
		rc = disclaim(s, server, c->linked_ids[i], c->number, err);
	return rc;
}

/* ---- without names ---------------------------------------------------------------------------- */

static bool
is_outside(const struct zv_conversation *c, struct zv_str name)
{
	for (size_t i = 0; i < c->n_legs; i++)
		if (!c->legs[i].is_trunk && (zvon_str_equal(c->legs[i].line, name) ||
					     zvon_str_equal(c->legs[i].number, name)))
			return false;
	return true;
}

static void
blank_outside(const struct zv_conversation *c, struct zv_str *name)
{
	if (is_outside(c, *name))
		*name = ZV_STR("");
}

static size_t
keep_inside(const struct zv_conversation *c, struct zv_str *names, size_t n)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++)
		if (!is_outside(c, names[i]))
			names[kept++] = names[i];
	return kept;
}

/* In place, of a copy. The names of the recordings' files have numbers in them: the call loses
 * the recordings too. */
static void
anonymise(struct zv_conversation *c)
{
	blank_outside(c, &c->to_number);
	if (is_outside(c, c->from_number))
		c->from_number = c->from_name = ZV_STR("");
	for (size_t i = 0; i < c->n_transfers; i++) {
		blank_outside(c, &c->transfers[i].by);
		blank_outside(c, &c->transfers[i].to);
	}
	c->n_talked = keep_inside(c, c->talked, c->n_talked);
	for (size_t i = 0; i < c->n_legs; i++)
		if (c->legs[i].is_trunk)
			c->legs[i].number = c->legs[i].name = ZV_STR("");
	c->n_recordings = 0;
	c->is_anonymous = true;
}

static int
anonymise_one(struct zv_store *s, const struct zv_conversation *c, struct zv_error *err)
{
	int server = zv_store_server(s, c->server, false, err);
	struct zv_conversation *now = zv_conversation_copy(c);
	int rc = now ? zv_store_remove_call(s, c, server, err) : zv_fail_nomem(err);

	if (rc == 0) {
		anonymise(now);
		rc = zv_store_insert_call(s, now, server, c->number, err);
	}
	zv_conversation_free(now);
	return rc;
}

/* ---- a few at a time ---------------------------------------------------------------------------- */

typedef int (*one_fn)(struct zv_store *s, const struct zv_conversation *c,
		      struct zv_error *err);

static int
read_keys(struct zv_store *s, enum zv_sql which, const struct zv_db_value *v,
	  size_t n_values, int64_t *keys, size_t *n, struct zv_error *err)
{
	struct zv_db_rows *rows = NULL;
	const struct zv_db_value *row;
	int rc = zv_store_query(s, which, v, n_values, &rows, err);

	*n = 0;
	while (rc >= 0 && (rc = zv_db_next(rows, &row, err)) == 1)
		keys[(*n)++] = zv_store_int(&row[0]);
	zv_db_end(rows);
	return rc;
}

static int
do_one(struct zv_store *s, int64_t call, one_fn fn, struct zv_error *err)
{
	struct zv_conversation *c = NULL;
	int rc = zv_store_load_one(s, call, &c, err);

	if (rc == 1)
		rc = fn(s, c, err);
	zv_conversation_free(c);
	return rc;
}

static int
do_all(struct zv_store *s, const int64_t *keys, size_t n, one_fn fn,
       struct zv_error *err)
{
	int rc = 0;

	for (size_t i = 0; i < n && rc >= 0; i++)
		rc = do_one(s, keys[i], fn, err);
	return rc;
}

/* In a transaction of its own, unless the caller has begun one. */
static long long
each_before(struct zv_store *s, enum zv_sql which, struct zv_db_value *v,
	    size_t n_values, int most, one_fn fn, struct zv_error *err)
{
	bool own = !s->in_transaction;
	int64_t *keys;
	size_t n = 0;
	int rc;

	if (most <= 0)
		return 0;
	if (most > MOST_AT_ONCE)
		most = MOST_AT_ONCE;
	keys = zv_calloc((size_t)most, sizeof(*keys));
	v[n_values - 1] = zv_db_int(most);
	rc = !keys ? zv_fail_nomem(err) : own ? zv_store_begin(s, err) : 0;
	if (rc == 0)
		rc = read_keys(s, which, v, n_values, keys, &n, err);
	if (rc == 0)
		rc = do_all(s, keys, n, fn, err);
	if (rc < 0)
		s->is_broken = true;
	if (own && rc >= 0)
		rc = zv_store_commit(s, err);
	else if (own && s->in_transaction)
		zv_store_rollback(s);
	zv_free(keys);
	return rc < 0 ? rc : (long long)n;
}

long long
zv_store_forget(struct zv_store *s, int64_t before_ms, int most, struct zv_error *err)
{
	struct zv_db_value v[2] = { zv_db_int(before_ms) };
	long long n = each_before(s, ZV_SQL_BEFORE, v, 2, most, forget_one, err);
	char text[64];

	if (n <= 0 || s->dialect != ZV_DB_SQLITE || s->in_transaction)
		return n;
	snprintf(text, sizeof(text), "PRAGMA incremental_vacuum(%d)", PAGES_BACK);
	zv_db_run(s->db, text, NULL, 0, NULL); /* next time, if not now */
	return n;
}

/* What is done is behind the mark, so that ten years are not looked at each night. */
long long
zv_store_anonymise(struct zv_store *s, int64_t before_ms, int most,
		   struct zv_error *err)
{
	struct zv_db_value v[3] = { zv_db_int(before_ms), zv_db_int(0) };
	long long n = each_before(s, ZV_SQL_NAMED, v, 3, most, anonymise_one, err);

	return n;
}
