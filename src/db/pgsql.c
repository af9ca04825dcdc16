/* PostgreSQL, a module: prepared statements, results row by row. All waiting is done here, with
 * a deadline; a connection whose answer did not come in time is dropped. */
#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/str.h"
#include "db/pgsql.h"

#define DRAIN_ROWS_MAX 10000 /* of a result that nobody wants; more: connect again */
#define MORE_MS	       500   /* that the server gets to say itself that time is over */
#define SYSTEM_CAS     "/etc/ssl/certs/ca-certificates.crt"

/* ---- waiting ----------------------------------------------------------------------------- */

static int
lose(struct zv_db *db, struct zv_error *err)
{
	struct pg *pg = db->own;
	struct zv_str line = zv_str_trim(zvon_str(PQerrorMessage(pg->connection)));

	db->is_lost = true;
	if (zv_db_left_ms(db) == 0)
		return zv_db_fail_time(db, err);
	return zv_fail(err, ZV_ECLOSED, "%s: %.*s", db->url->shown, ZV_ARG(line));
}

/* Until the socket is ready for that. 0, or ZV_ETIMEOUT. */
static int
wait_for(struct zv_db *db, short what, int more_ms)
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

/* All that was sent is with the server. */
static int
flush(struct zv_db *db, struct zv_error *err)
{
	struct pg *pg = db->own;
	int r;

	while ((r = PQflush(pg->connection)) > 0) {
		if (wait_for(db, POLLIN | POLLOUT, MORE_MS) < 0)
			return lose(db, err);
		if (!PQconsumeInput(pg->connection))
			return lose(db, err);
	}
	return r < 0 ? lose(db, err) : 0;
}

/* The next result of what runs, or NULL when there is none. */
static int
take(struct zv_db *db, PGresult **out, struct zv_error *err)
{
	struct pg *pg = db->own;

	while (PQisBusy(pg->connection))
		if (wait_for(db, POLLIN, MORE_MS) < 0 ||
		    !PQconsumeInput(pg->connection))
			return lose(db, err);
	*out = PQgetResult(pg->connection);
	return 0;
}

static int
fail_result(struct zv_db *db, const PGresult *result, struct zv_error *err)
{
	struct pg *pg = db->own;
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	const char *text = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);

	if (!state || PQstatus(pg->connection) == CONNECTION_BAD) {
		db->is_lost = true;
		if (!state)
			return lose(db, err);
	}
	return pg_fail(db, state, text ? text : "the server gave no reason", err);
}

/* What is left of a command, thrown away. */
static int
finish(struct zv_db *db, struct zv_error *err)
{
	PGresult *rest = NULL;
	int r = 0;

	while (!db->is_lost && (r = take(db, &rest, err)) == 0 && rest)
		PQclear(rest);
	return r;
}

/* ---- opening ----------------------------------------------------------------------------- */

static const char *
tls_mode(const char *tls)
{
	if (!tls)
		return "prefer";
	return strcmp(tls, "verify") == 0 ? "verify-full" : "require";
}

static int
check_words(struct zv_db *db, struct zv_error *err)
{
	const char *tls = zv_db_url_word(db->url, "tls");

	if (tls && strcmp(tls, "required") != 0 && strcmp(tls, "verify") != 0)
		return zv_fail(err, ZV_EINVAL, "%s: tls is 'required' or 'verify'",
			       db->url->shown);
	return 0;
}

#define OPTIONS_MAX 16

struct options {
	const char *names[OPTIONS_MAX + 1], *values[OPTIONS_MAX + 1];
	int n;
};

static void
add(struct options *o, const char *name, const char *value)
{
	if (!value || !*value || o->n == OPTIONS_MAX)
		return;
	o->names[o->n] = name;
	o->values[o->n++] = value;
}

/* Several hosts, "first,second": the one that may be written is looked for. */
static void
add_all(struct zv_db *db, struct options *o, char port[16])
{
	const struct zv_db_url *u = db->url;
	const char *socket = zv_db_url_word(u, "socket");
	const char *word = zv_db_url_word(u, "port"), *tls = zv_db_url_word(u, "tls");
	const char *ca = zv_db_url_word(u, "ca");

	if (u->port)
		snprintf(port, 16, "%d", u->port);
	else
		snprintf(port, 16, "%.8s", word ? word : "");
	add(o, "host", socket ? socket : u->host);
	add(o, "port", port);
	add(o, "user", u->user);
	add(o, "password", db->secret);
	add(o, "dbname", u->path);
	add(o, "sslmode", tls_mode(tls));
	add(o, "sslrootcert",
	    tls && strcmp(tls, "verify") == 0 && !ca ? SYSTEM_CAS : ca);
	add(o, "gssencmode", "disable");
	add(o, "client_encoding", "UTF8");
	add(o, "application_name", "zvon");
	add(o, "keepalives_idle", "30");
	if (strchr(u->host, ',') && !db->read_only)
		add(o, "target_session_attrs", "read-write");
}

static int
shake_hands(struct zv_db *db, struct zv_error *err)
{
	struct pg *pg = db->own;
	PostgresPollingStatusType status = PGRES_POLLING_WRITING;

	while (status != PGRES_POLLING_OK) {
		if (status == PGRES_POLLING_FAILED)
			return pg_fail_connection(db, err);
		if (wait_for(db, status == PGRES_POLLING_READING ? POLLIN : POLLOUT,
			     0) < 0) {
			db->is_lost = true;
			return zv_fail(err, ZV_EIO,
				       "%s: no answer in %d ms: check host, port, and "
				       "that the server runs",
				       db->url->shown, db->connect_timeout_ms);
		}
		status = PQconnectPoll(pg->connection);
	}
	return 0;
}

static int
say(struct zv_db *db, const char *sql, struct zv_error *err)
{
	struct pg *pg = db->own;
	PGresult *result = NULL;
	int r;

	if (!PQsendQuery(pg->connection, sql))
		return lose(db, err);
	r = flush(db, err);
	while (r == 0 && (r = take(db, &result, err)) == 0 && result) {
		if (PQresultStatus(result) == PGRES_FATAL_ERROR)
			fail_result(db, result, err);
		PQclear(result);
	}
	return r < 0 ? r : err->code;
}

/* Locks give up before the statement does, so that one hears that it was a lock. Since
 * PostgreSQL 14 a server can notice that nobody waits for an answer any more. */
static int
set_up_session(struct zv_db *db, struct zv_error *err)
{
	struct pg *pg = db->own;
	struct zv_error why = { 0 };
	char settings[500];

	snprintf(settings, sizeof settings,
		 "SET statement_timeout=%d; SET lock_timeout=%d; SET TimeZone='UTC'; "
		 "SET DateStyle='ISO'; SET bytea_output='hex'; "
		 "SET standard_conforming_strings=on%s%s",
		 db->timeout_ms, db->timeout_ms - db->timeout_ms / 10,
		 db->read_only ? "; SET default_transaction_read_only=on" : "",
		 PQserverVersion(pg->connection) >= 140000
			 ? "; SET client_connection_check_interval=1000"
			 : "");
	db->deadline_ms = zv_db_now_ms() + db->connect_timeout_ms;
	if (say(db, settings, &why) < 0) {
		if (err && err->code == 0)
			*err = why;
		return why.code;
	}
	return 0;
}

static void
say_nothing(void *context, const char *text)
{
	/* notices of the server: libpq would print them */
}

static int
pg_open(struct zv_db *db, struct zv_error *err)
{
	struct pg *pg = db->own = zv_calloc(1, sizeof *pg);
	struct options options = { 0 };
	char port[16];
	int r = check_words(db, err);

	if (r < 0)
		return r;
	if (!pg)
		return zv_fail_nomem(err);
	add_all(db, &options, port);
	pg->connection = PQconnectStartParams(options.names, options.values, 0);
	if (!pg->connection)
		return zv_fail_nomem(err);
	if (PQstatus(pg->connection) == CONNECTION_BAD)
		return pg_fail_connection(db, err);
	PQsetErrorVerbosity(pg->connection, PQERRORS_VERBOSE); /* it has the state */
	PQsetNoticeProcessor(pg->connection, say_nothing, NULL);
	r = shake_hands(db, err);
	if (r < 0)
		return r;
	PQsetnonblocking(pg->connection, 1);
	zv_db_watch(db, PQsocket(pg->connection));
	return set_up_session(db, err);
}

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
	say(db, sql, &ignored);
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
		r = lose(db, err);
	else
		r = flush(db, err);
	zv_buf_deinit(&text);
	if (r < 0 || (r = take(db, &result, err)) < 0)
		return r;
	if (PQresultStatus(result) != PGRES_COMMAND_OK)
		r = fail_result(db, result, err);
	PQclear(result);
	finish(db, err);
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
		return lose(db, err);
	return flush(db, err);
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
		r = take(db, first, why);
	if (r < 0)
		return r;
	if (*first && PQresultStatus(*first) != PGRES_FATAL_ERROR)
		return 0;
	state = PQresultErrorField(*first, PG_DIAG_SQLSTATE);
	*is_stale = pg->was_kept && state && strcmp(state, "0A000") == 0;
	r = fail_result(db, *first, why);
	PQclear(*first);
	finish(db, NULL);
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
		r = say(db, "DEALLOCATE ALL", &why);
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
			r = fail_result(db, result, err);
		else if (PQresultStatus(result) == PGRES_EMPTY_QUERY)
			r = zv_fail(err, ZV_EINVAL, "%s: an empty statement",
				    db->url->shown);
		else if (PQresultStatus(result) == PGRES_COMMAND_OK)
			zv_num_parse(zvon_str(PQcmdTuples(result)), 0, INT64_MAX,
				     &changed);
		PQclear(result);
		if (r == 0)
			r = take(db, &result, err);
	}
	if (r < 0 && !db->is_lost)
		finish(db, NULL);
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
		finish(db, NULL);
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
		r = take(db, &pg->row, err);
	}
	pg->is_first = false;
	if (r < 0)
		return r;
	if (PQresultStatus(pg->row) == PGRES_SINGLE_TUPLE)
		return pg_read_row(db, pg->row) < 0 ? zv_fail_nomem(err) : 1;
	if (PQresultStatus(pg->row) == PGRES_FATAL_ERROR)
		r = fail_result(db, pg->row, err);
	pg->is_open = false;
	if (!db->is_lost)
		finish(db, NULL);
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
	for (int i = 0; pg->is_open && take(db, &rest, NULL) == 0 && rest; i++) {
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
