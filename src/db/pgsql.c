/* PostgreSQL, a module: prepared statements, results row by row. All waiting has a deadline; a
 * connection whose answer did not come in time is dropped. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/str.h"
#include "db/pgsql.h"

#define DRAIN_ROWS_MAX 10000 /* of a result that nobody wants; more: connect again */

static void
free_name(void *owner, void *name)
{
	zv_free(name);
}

static void
pg_close(struct zv_db *db)
{
	struct pg *pg = db->own;

	if (!pg)
		return;
	zv_db_watch(db, -1);
	zv_db_statements_clear(&db->statements, free_name, NULL);
	PQclear(pg->row);
	PQfinish(pg->connection);
	zv_buf_deinit(&pg->parameters);
	zv_buf_deinit(&pg->bytes);
	zv_free(pg);
	db->own = NULL;
}

/* ---- statements -------------------------------------------------------------------------- */

/* A kept statement: its name at the server, and how many parameters it has. */
struct kept {
	size_t n;
	char name[24];
};

/* The one that had to go for a new one. */
static void
forget(void *owner, void *statement)
{
	struct zv_db *db = owner;
	struct kept *k = statement;
	struct zv_error ignored = { 0 };
	char sql[48];

	snprintf(sql, sizeof sql, "DEALLOCATE \"%s\"", k->name);
	pg_say(db, sql, &ignored);
	zv_free(k);
}

static int
send_prepare(struct zv_db *db, const char *sql, struct kept *k, struct zv_error *err)
{
	struct pg *pg = db->own;
	struct zv_buf text = { 0 };
	PGresult *result = NULL;
	int r = pg_number_parameters(sql, &text, &k->n);

	if (r < 0)
		zv_fail_nomem(err);
	else if (!PQsendPrepare(pg->connection, k->name, text.p, 0, NULL))
		r = pg_lose(db, err);
	else
		r = pg_flush(db, err);
	zv_buf_deinit(&text);
	if (r < 0 || (r = pg_take(db, &result, err)) < 0)
		return r;
	if (PQresultStatus(result) != PGRES_COMMAND_OK)
		r = pg_fail_result(db, result, err);
	PQclear(result);
	pg_finish(db, err);
	return db->is_lost && r == 0 ? ZV_ECLOSED : r;
}

static struct kept *
prepare(struct zv_db *db, const char *sql, struct zv_error *err)
{
	struct pg *pg = db->own;
	struct kept *k = zv_db_statements_find(&db->statements, sql);

	pg->was_kept = k != NULL;
	if (k)
		return k;
	k = zv_calloc(1, sizeof *k);
	if (!k) {
		zv_fail_nomem(err);
		return NULL;
	}
	snprintf(k->name, sizeof k->name, "z%u", ++pg->number);
	if (send_prepare(db, sql, k, err) < 0) {
		zv_free(k);
		return NULL;
	}
	/* in a transaction that has failed, DEALLOCATE would fail: the name is then lost,
	 * and no other one is like it */
	if (zv_db_statements_add(&db->statements, sql, k, forget, db) < 0) {
		zv_fail_nomem(err);
		forget(db, k);
		return NULL;
	}
	return k;
}

static int
send_values(struct zv_db *db, const struct kept *k, const struct zv_db_value *values,
	    size_t n, struct zv_error *err)
{
	struct pg *pg = db->own;

	if (k->n != n)
		return zv_fail(err, ZV_EINVAL,
			       "%s: %zu values for a statement with %zu parameters",
			       db->url->shown, n, k->n);
	if (pg_bind(pg, values, n) < 0)
		return zv_fail_nomem(err);
	if (!PQsendQueryPrepared(pg->connection, k->name, (int)n, pg->values,
				 pg->lengths, pg->formats, 0) ||
	    !PQsetSingleRowMode(pg->connection))
		return pg_lose(db, err);
	return pg_flush(db, err);
}

static int
start_once(struct zv_db *db, const char *sql, const struct zv_db_value *values,
	   size_t n, PGresult **first, bool *is_stale, struct zv_error *why)
{
	struct kept *k = prepare(db, sql, why);
	struct pg *pg = db->own;
	const char *state;
	int r;

	if (!k)
		return why->code;
	r = send_values(db, k, values, n, why);
	if (r == 0)
		r = pg_take(db, first, why);
	if (r < 0)
		return r;
	if (*first && PQresultStatus(*first) != PGRES_FATAL_ERROR)
		return 0;
	state = PQresultErrorField(*first, PG_DIAG_SQLSTATE);
	*is_stale = pg->was_kept && state && strcmp(state, "0A000") == 0;
	r = pg_fail_result(db, *first, why);
	PQclear(*first);
	pg_finish(db, NULL);
	return r;
}

/* A table may have got another column since the statement was prepared ("cached plan must not
 * change result type"): then it is prepared anew, where no transaction has failed by that. */
static int
start(struct zv_db *db, const char *sql, const struct zv_db_value *values, size_t n,
      PGresult **first, struct zv_error *err)
{
	struct zv_error why = { 0 };
	bool is_stale = false;
	int r = start_once(db, sql, values, n, first, &is_stale, &why);

	if (r < 0 && is_stale && !db->in_transaction) {
		memset(&why, 0, sizeof why);
		zv_db_statements_clear(&db->statements, free_name, NULL);
		r = pg_say(db, "DEALLOCATE ALL", &why);
		if (r == 0)
			r = start_once(db, sql, values, n, first, &is_stale, &why);
	}
	if (r < 0 && err && err->code == 0)
		*err = why;
	return r;
}

static long long
pg_run(struct zv_db *db, const char *sql, const struct zv_db_value *values, size_t n,
       struct zv_error *err)
{
	PGresult *result = NULL;
	long long changed = 0;
	int r = start(db, sql, values, n, &result, err);

	while (r == 0 && result) {
		if (PQresultStatus(result) == PGRES_FATAL_ERROR)
			r = pg_fail_result(db, result, err);
		else if (PQresultStatus(result) == PGRES_EMPTY_QUERY)
			r = zv_fail(err, ZV_EINVAL, "%s: an empty statement",
				    db->url->shown);
		else if (PQresultStatus(result) == PGRES_COMMAND_OK)
			zv_num_parse(zvon_str(PQcmdTuples(result)), 0, INT64_MAX,
				     &changed);
		PQclear(result);
		if (r == 0)
			r = pg_take(db, &result, err);
	}
	if (r < 0 && !db->is_lost)
		pg_finish(db, NULL);
	return r < 0 ? r : changed;
}

/* ---- rows -------------------------------------------------------------------------------- */

static int
name_columns(struct zv_db *db, const PGresult *first)
{
	int n = PQnfields(first);
	int r = zv_db_rows_begin(db, (size_t)n);

	for (int i = 0; r == 0 && i < n; i++)
		r = zv_db_rows_name(db, (size_t)i, PQfname(first, i));
	return r;
}

static int
pg_query(struct zv_db *db, const char *sql, const struct zv_db_value *values, size_t n,
	 struct zv_error *err)
{
	struct pg *pg = db->own;
	int r = start(db, sql, values, n, &pg->row, err);

	if (r < 0) {
		pg->row = NULL;
		return r;
	}
	if (name_columns(db, pg->row) < 0) {
		PQclear(pg->row);
		pg->row = NULL;
		pg_finish(db, NULL);
		return zv_fail_nomem(err);
	}
	pg->is_open = true;
	pg->is_first = true;
	return 0;
}

static int
pg_next(struct zv_db *db, struct zv_error *err)
{
	struct pg *pg = db->own;
	int r = 0;

	if (!pg->is_open)
		return 0;
	if (!pg->is_first) {
		PQclear(pg->row);
		pg->row = NULL;
		r = pg_take(db, &pg->row, err);
	}
	pg->is_first = false;
	if (r < 0)
		return r;
	if (PQresultStatus(pg->row) == PGRES_SINGLE_TUPLE)
		return pg_read_row(db, pg->row) < 0 ? zv_fail_nomem(err) : 1;
	if (PQresultStatus(pg->row) == PGRES_FATAL_ERROR)
		r = pg_fail_result(db, pg->row, err);
	pg->is_open = false;
	if (!db->is_lost)
		pg_finish(db, NULL);
	return r;
}

/* The rest of a result would have to be read before the connection is of use again: a little of
 * it is, for more than that a new connection is quicker. */
static void
pg_end(struct zv_db *db)
{
	struct pg *pg = db->own;
	PGresult *rest = NULL;

	PQclear(pg->row);
	pg->row = NULL;
	for (int i = 0; pg->is_open && pg_take(db, &rest, NULL) == 0 && rest; i++) {
		PQclear(rest);
		if (i == DRAIN_ROWS_MAX && !db->in_transaction) {
			db->is_lost = true;
			break;
		}
	}
	pg->is_open = false;
}

static int
pg_ping(struct zv_db *db, struct zv_error *err)
{
	long long r = pg_run(db, "SELECT 1", NULL, 0, err);

	return r < 0 ? (int)r : 0;
}

static const char *const words[] = { "socket", "port", "tls", "ca", NULL };

ZVON_API extern const struct zv_db_driver zv_db_module;

const struct zv_db_driver zv_db_module = {
	.version = ZV_DB_DRIVER_VERSION,
	.dialect = ZV_DB_PGSQL,
	.begin = "BEGIN",
	.words = words,
	.open = pg_open,
	.close = pg_close,
	.run = pg_run,
	.query = pg_query,
	.next = pg_next,
	.end = pg_end,
	.ping = pg_ping,
};
