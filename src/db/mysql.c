/* MariaDB and MySQL, a module: prepared statements, results row by row as they come. */
#include <errmsg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/err.h"
#include "base/mem.h"
#include "db/maria.h"

#define DRAIN_ROWS_MAX	 10000 /* of a result that nobody wants; more: connect again */
#define MORE_SECONDS	 2 /* that the server gets to say itself that time is over */
#define UNKNOWN_CHARSET	 1115
#define UNKNOWN_VARIABLE 1193

/* ---- opening ----------------------------------------------------------------------------- */

static int
fail_connection(struct zv_db *db, struct zv_error *err)
{
	struct maria *m = db->own;

	return maria_fail(db, mysql_errno(m->connection), mysql_error(m->connection),
			  err);
}

static int
fail_connecting(struct zv_db *db, struct zv_error *err)
{
	if (zv_db_left_ms(db) > 0)
		return fail_connection(db, err);
	db->is_lost = true;
	return zv_fail(err, ZV_EIO,
		       "%s: no answer in %d ms: check host, port, and that the server "
		       "runs",
		       db->url->shown, db->connect_timeout_ms);
}

static unsigned
seconds(int ms)
{
	return (unsigned)(ms / 1000 + (ms % 1000 != 0));
}

/* Any server may be at the other end: it gets no file of ours, and no secret in clear text. */
static void
set_options(struct zv_db *db, MYSQL *c)
{
	unsigned connect_s = seconds(db->connect_timeout_ms);
	unsigned read_s = seconds(db->timeout_ms) + MORE_SECONDS, no_files = 0;
	const char *tls = zv_db_url_word(db->url, "tls");
	const char *ca = zv_db_url_word(db->url, "ca");
	my_bool yes = 1;

	mysql_optionsv(c, MYSQL_OPT_CONNECT_TIMEOUT, &connect_s);
	mysql_optionsv(c, MYSQL_OPT_READ_TIMEOUT, &read_s);
	mysql_optionsv(c, MYSQL_OPT_WRITE_TIMEOUT, &read_s);
	mysql_optionsv(c, MYSQL_SET_CHARSET_NAME, "utf8mb4");
	mysql_optionsv(c, MYSQL_OPT_LOCAL_INFILE, &no_files);
	mysql_optionsv(c, MARIADB_OPT_RESTRICTED_AUTH,
		       "mysql_native_password,client_ed25519,caching_sha2_password");
	if (tls)
		mysql_optionsv(c, MYSQL_OPT_SSL_ENFORCE, &yes);
	if (tls && strcmp(tls, "verify") == 0)
		mysql_optionsv(c, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &yes);
	if (ca)
		mysql_optionsv(c, MYSQL_OPT_SSL_CA, ca);
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

static const char *
or_null(const char *text)
{
	return text && *text ? text : NULL;
}

static int
say(struct zv_db *db, const char *sql, struct zv_error *err)
{
	struct maria *m = db->own;

	return mysql_query(m->connection, sql) == 0 ? 0 : fail_connection(db, err);
}

/* One of several, where servers differ: the first that is understood. */
static int
say_one(struct zv_db *db, const char *first, const char *second, unsigned unknown,
	struct zv_error *err)
{
	struct maria *m = db->own;

	if (mysql_query(m->connection, first) == 0)
		return 0;
	if (mysql_errno(m->connection) != unknown)
		return fail_connection(db, err);
	return say(db, second, err);
}

/* SQL means the same as elsewhere; locks give up before the statement does, so that one hears
 * that it was a lock. MySQL before 5.5.3 has no utf8mb4; it and MariaDB differ in the limit. */
static int
set_up_session(struct zv_db *db, struct zv_error *err)
{
	int lock_s = (db->timeout_ms - 1) / 1000 > 0 ? (db->timeout_ms - 1) / 1000 : 1;
	char settings[400], maria_limit[80], mysql_limit[80];
	int r;

	snprintf(
		settings, sizeof settings,
		"SET SESSION "
		"sql_mode='ANSI_QUOTES,PIPES_AS_CONCAT,NO_BACKSLASH_ESCAPES,"
		"STRICT_ALL_TABLES', innodb_lock_wait_timeout=%d, lock_wait_timeout=%d",
		lock_s, lock_s);
	snprintf(maria_limit, sizeof maria_limit,
		 "SET SESSION max_statement_time=%d.%03d", db->timeout_ms / 1000,
		 db->timeout_ms % 1000);
	snprintf(mysql_limit, sizeof mysql_limit, "SET SESSION max_execution_time=%d",
		 db->timeout_ms);
	r = say_one(db, "SET NAMES utf8mb4", "SET NAMES utf8", UNKNOWN_CHARSET, err);
	if (r == 0)
		r = say(db, settings, err);
	if (r == 0) /* before 5.7 there is none: then only ours, on this side */
		r = say_one(db, maria_limit, mysql_limit, UNKNOWN_VARIABLE, NULL);
	if (r == ZV_EINVAL)
		r = 0;
	if (r == 0 && db->read_only)
		r = say(db, "SET SESSION TRANSACTION READ ONLY", err);
	return r;
}

/* The first mysql_init would do it, and several threads may come there at once. */
static void
begin_library(void)
{
	mysql_library_init(0, NULL, NULL);
}

static int
maria_open(struct zv_db *db, struct zv_error *err)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct maria *m = db->own = zv_calloc(1, sizeof *m);
	const struct zv_db_url *u = db->url;
	int r = check_words(db, err);

	if (r < 0)
		return r;
	pthread_once(&once, begin_library);
	if (!m || !(m->connection = mysql_init(NULL)))
		return zv_fail_nomem(err);
	set_options(db, m->connection);
	/* UPDATE counts the rows it finds, as elsewhere, not only those it changes */
	if (!mysql_real_connect(m->connection, or_null(u->host), or_null(u->user),
				db->secret, or_null(u->path), (unsigned)u->port,
				or_null(zv_db_url_word(u, "socket")),
				CLIENT_FOUND_ROWS))
		return fail_connecting(db, err);
	/* MYSQL_OPT_SSL_ENFORCE of libmariadb 3.3 is content with a server without TLS */
	if (zv_db_url_word(u, "tls") && !mysql_get_ssl_cipher(m->connection))
		return zv_fail(
			err, ZV_ETLS,
			"%s: the server has no TLS: set it up, or leave tls= out",
			u->shown);
	zv_db_watch(db, (int)mysql_get_socket(m->connection));
	return set_up_session(db, err);
}

static void
free_statement(void *owner, void *statement)
{
	struct maria_statement *s = statement;

	maria_free_columns(s);
	if (s->stmt)
		mysql_stmt_close(s->stmt);
	zv_free(s);
}

static void
maria_close(struct zv_db *db)
{
	struct maria *m = db->own;

	if (!m)
		return;
	if (m->connection &&
	    db->is_lost) /* or closing would read what is left of a result */
		shutdown((int)mysql_get_socket(m->connection), SHUT_RDWR);
	zv_db_watch(db, -1);
	zv_db_statements_clear(&db->statements, free_statement, NULL);
	if (m->connection)
		mysql_close(m->connection);
	zv_free(m);
	db->own = NULL;
}

/* ---- statements -------------------------------------------------------------------------- */

/* What went wrong while rows came is told by the connection. */
static int
fail_statement(struct zv_db *db, struct maria_statement *s, struct zv_error *err)
{
	unsigned number = mysql_stmt_errno(s->stmt);

	if (number == 0)
		return fail_connection(db, err);
	return maria_fail(db, number, mysql_stmt_error(s->stmt), err);
}

static struct maria_statement *
compile(struct zv_db *db, const char *sql, struct zv_error *err)
{
	struct maria *m = db->own;
	struct maria_statement *s = zv_calloc(1, sizeof *s);

	if (!s || !(s->stmt = mysql_stmt_init(m->connection)))
		zv_fail_nomem(err);
	else if (mysql_stmt_prepare(s->stmt, sql, (unsigned long)strlen(sql)) != 0)
		fail_statement(db, s, err);
	else if (zv_db_statements_add(&db->statements, sql, s, free_statement, NULL) ==
		 0)
		return s;
	else
		zv_fail_nomem(err);
	if (s)
		free_statement(NULL, s);
	return NULL;
}

/* NULL: *why, which is filled. */
static struct maria_statement *
execute(struct zv_db *db, const char *sql, const struct zv_db_value *values, size_t n,
	struct zv_error *why)
{
	struct maria *m = db->own;
	struct maria_statement *s = zv_db_statements_find(&db->statements, sql);

	if (!s)
		s = compile(db, sql, why);
	if (!s)
		return NULL;
	if (mysql_stmt_param_count(s->stmt) != n) {
		zv_fail(why, ZV_EINVAL,
			"%s: %zu values for a statement with %lu parameters",
			db->url->shown, n, mysql_stmt_param_count(s->stmt));
		return NULL;
	}
	maria_bind(m, values, n);
	if ((n && mysql_stmt_bind_param(s->stmt, m->parameters) != 0) ||
	    mysql_stmt_execute(s->stmt) != 0) {
		fail_statement(db, s, why);
		return NULL;
	}
	return s;
}

static int
tell(struct zv_error *err, const struct zv_error *why)
{
	if (err && err->code == 0)
		*err = *why;
	return why->code;
}

/* What may not be prepared in old servers (BEGIN, DDL) has no parameters. */
static long long
run_plain(struct zv_db *db, const char *sql, struct zv_error *err)
{
	struct maria *m = db->own;
	MYSQL_RES *rows;

	if (mysql_query(m->connection, sql) != 0)
		return fail_connection(db, err);
	rows = mysql_use_result(m->connection);
	if (rows) { /* it was a question: nobody wants the answer */
		while (mysql_fetch_row(rows))
			;
		mysql_free_result(rows);
	}
	if (mysql_errno(m->connection) != 0)
		return fail_connection(db, err);
	return rows ? 0 : (long long)mysql_affected_rows(m->connection);
}

static long long
maria_run(struct zv_db *db, const char *sql, const struct zv_db_value *values, size_t n,
	  struct zv_error *err)
{
	struct zv_error why = { 0 };
	struct maria_statement *s;
	long long changed;

	if (n == 0)
		return run_plain(db, sql, err);
	s = execute(db, sql, values, n, &why);
	if (!s)
		return tell(err, &why);
	changed = mysql_stmt_field_count(s->stmt) == 0
			  ? (long long)mysql_stmt_affected_rows(s->stmt)
			  : 0;
	mysql_stmt_free_result(s->stmt);
	return changed;
}

/* ---- rows -------------------------------------------------------------------------------- */

static int
maria_query(struct zv_db *db, const char *sql, const struct zv_db_value *values,
	    size_t n, struct zv_error *err)
{
	struct maria *m = db->own;
	struct zv_error why = { 0 };
	struct maria_statement *s = execute(db, sql, values, n, &why);

	if (!s)
		return tell(err, &why);
	if (maria_prepare_columns(db, s) < 0) {
		mysql_stmt_free_result(s->stmt);
		return zv_fail_nomem(err);
	}
	if (s->n_columns && mysql_stmt_bind_result(s->stmt, s->binds) != 0) {
		int r = fail_statement(db, s, err);

		mysql_stmt_free_result(s->stmt);
		return r;
	}
	m->open = s;
	m->has_more = s->n_columns > 0;
	return 0;
}

static int
maria_next(struct zv_db *db, struct zv_error *err)
{
	struct maria *m = db->own;
	int r;

	if (!m->has_more)
		return 0;
	r = mysql_stmt_fetch(m->open->stmt);
	if (r == 0 || r == MYSQL_DATA_TRUNCATED) {
		r = maria_read_row(db, m->open, err);
		return r < 0 ? r : 1;
	}
	m->has_more = false;
	return r == MYSQL_NO_DATA ? 0 : fail_statement(db, m->open, err);
}

/* The rest of a result would have to be read before the connection is of use again: a little of
 * it is, for more than that a new connection is quicker. */
static void
drain(struct zv_db *db)
{
	struct maria *m = db->own;
	int r = m->has_more ? 0 : MYSQL_NO_DATA;

	for (int i = 0; r == 0 || r == MYSQL_DATA_TRUNCATED; i++) {
		if (i == DRAIN_ROWS_MAX && !db->in_transaction) {
			db->is_lost = true;
			return;
		}
		r = mysql_stmt_fetch(m->open->stmt);
	}
}

static void
maria_end(struct zv_db *db)
{
	struct maria *m = db->own;

	if (m->open)
		drain(db);
	if (m->open && !db->is_lost)
		mysql_stmt_free_result(m->open->stmt);
	m->open = NULL;
}

static int
maria_ping(struct zv_db *db, struct zv_error *err)
{
	struct maria *m = db->own;

	return mysql_ping(m->connection) == 0 ? 0 : fail_connection(db, err);
}

static const char *const words[] = { "socket", "tls", "ca", NULL };

ZVON_API extern const struct zv_db_driver zv_db_module;

const struct zv_db_driver zv_db_module = {
	.version = ZV_DB_DRIVER_VERSION,
	.dialect = ZV_DB_MYSQL,
	.begin = "START TRANSACTION",
	.words = words,
	.open = maria_open,
	.close = maria_close,
	.run = maria_run,
	.query = maria_query,
	.next = maria_next,
	.end = maria_end,
	.ping = maria_ping,
};
