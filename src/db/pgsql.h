/* pgsql.h - the parts of the module for PostgreSQL, on libpq. */
#ifndef ZV_DB_PGSQL_H
#define ZV_DB_PGSQL_H

#include <libpq-fe.h>

#include "db/driver.h"

struct pg {
	PGconn *connection;
	PGresult *row;	 /* the one that was given last */
	bool is_open;	 /* a result is on its way */
	bool is_first;	 /* … and `row` was not given yet */
	bool was_kept;	 /* its statement was prepared before */
	unsigned number; /* of the statement that was prepared last */
	struct zv_buf parameters, bytes;
	const char *values[ZV_DB_PARAMETERS_MAX];
	int lengths[ZV_DB_PARAMETERS_MAX], formats[ZV_DB_PARAMETERS_MAX];
};

/* pgsql_open.c */
int pg_open(struct zv_db *db, struct zv_error *err);

/* ---- pgsql_talk.c ---- */

/* The connection is of no use any more. ZV_ECLOSED, or ZV_ETIMEOUT. */
int pg_lose(struct zv_db *db, struct zv_error *err);
/* Until the socket is ready for that (of poll), or more_ms after the deadline: ZV_ETIMEOUT. */
int pg_wait(struct zv_db *db, short what, int more_ms);
/* All that was sent is with the server. */
int pg_flush(struct zv_db *db, struct zv_error *err);
/* The next result of what runs, or NULL when there is none. */
int pg_take(struct zv_db *db, PGresult **out, struct zv_error *err);
/* What is left of a command, thrown away. */
int pg_finish(struct zv_db *db, struct zv_error *err);
/* The error that such a result tells. */
int pg_fail_result(struct zv_db *db, const PGresult *result, struct zv_error *err);
/* SQL without parameters and rows; err may not be NULL. */
int pg_say(struct zv_db *db, const char *sql, struct zv_error *err);

/* ---- pgsql_error.c, pgsql_text.c, pgsql_values.c ---- */

/* What the server said, as our code; what says that the connection is gone marks it. */
int pg_fail(struct zv_db *db, const char *state, const char *text,
	    struct zv_error *err);
/* The same of a connection that could not be made. */
int pg_fail_connection(struct zv_db *db, struct zv_error *err);

/* SQL with $1, $2 … for each ? outside of texts, names and comments. ZV_ENOMEM. */
int pg_number_parameters(const char *sql, struct zv_buf *out, size_t *n);

/* Values as libpq wants them. 0, ZV_ENOMEM. */
int pg_bind(struct pg *pg, const struct zv_db_value *values, size_t n);
/* Row `row` into db->rows. 0, ZV_ENOMEM. */
int pg_read_row(struct zv_db *db, const PGresult *row);

#endif
