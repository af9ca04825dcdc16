/* Waiting for PostgreSQL's server, always with a deadline. */
#include <errno.h>
#include <poll.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"
#include "db/pgsql.h"

#define MORE_MS 500 /* that the server gets to say itself that time is over */

int
pg_lose(struct zv_db *db, struct zv_error *err)
{
	struct pg *pg = db->own;
	struct zv_str line = zv_str_trim(zvon_str(PQerrorMessage(pg->connection)));

	db->is_lost = true;
	if (zv_db_left_ms(db) == 0)
		return zv_db_fail_time(db, err);
	return zv_fail(err, ZV_ECLOSED, "%s: %.*s", db->url->shown, ZV_ARG(line));
}

int
pg_wait(struct zv_db *db, short what, int more_ms)
{
	struct pg *pg = db->own;
	struct pollfd p = { .fd = PQsocket(pg->connection), .events = what };
	int64_t end = db->deadline_ms + more_ms, left;

	while ((left = end - zv_db_now_ms()) > 0 && !atomic_load(&db->interrupted)) {
		int r = poll(&p, 1, left < INT32_MAX ? (int)left : INT32_MAX);

		if (r > 0)
			return 0;
		if (r < 0 && errno != EINTR)
			break;
	}
	return ZV_ETIMEOUT;
}

int
pg_flush(struct zv_db *db, struct zv_error *err)
{
	struct pg *pg = db->own;
	int r;

	while ((r = PQflush(pg->connection)) > 0) {
		if (pg_wait(db, POLLIN | POLLOUT, MORE_MS) < 0)
			return pg_lose(db, err);
		if (!PQconsumeInput(pg->connection))
			return pg_lose(db, err);
	}
	return r < 0 ? pg_lose(db, err) : 0;
}

int
pg_take(struct zv_db *db, PGresult **out, struct zv_error *err)
{
	struct pg *pg = db->own;

	while (PQisBusy(pg->connection))
		if (pg_wait(db, POLLIN, MORE_MS) < 0 || !PQconsumeInput(pg->connection))
			return pg_lose(db, err);
	*out = PQgetResult(pg->connection);
	return 0;
}

int
pg_fail_result(struct zv_db *db, const PGresult *result, struct zv_error *err)
{
	struct pg *pg = db->own;
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	const char *text = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);

	if (!state || PQstatus(pg->connection) == CONNECTION_BAD) {
		db->is_lost = true;
		if (!state)
			return pg_lose(db, err);
	}
	return pg_fail(db, state, text ? text : "the server gave no reason", err);
}

int
pg_finish(struct zv_db *db, struct zv_error *err)
{
	PGresult *rest = NULL;
	int r = 0;

	while (!db->is_lost && (r = pg_take(db, &rest, err)) == 0 && rest)
		PQclear(rest);
	return r;
}

int
pg_say(struct zv_db *db, const char *sql, struct zv_error *err)
{
	struct pg *pg = db->own;
	PGresult *result = NULL;
	int r;

	if (!PQsendQuery(pg->connection, sql))
		return pg_lose(db, err);
	r = pg_flush(db, err);
	while (r == 0 && (r = pg_take(db, &result, err)) == 0 && result) {
		if (PQresultStatus(result) == PGRES_FATAL_ERROR)
			pg_fail_result(db, result, err);
		PQclear(result);
	}
	return r < 0 ? r : err->code;
}
