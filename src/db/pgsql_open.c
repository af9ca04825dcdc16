/* A connection to PostgreSQL, and its session. */
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "db/pgsql.h"

#define SYSTEM_CAS "/etc/ssl/certs/ca-certificates.crt"

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
		if (pg_wait(db, status == PGRES_POLLING_READING ? POLLIN : POLLOUT, 0) <
		    0) {
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
	if (pg_say(db, settings, &why) < 0) {
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

int
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
