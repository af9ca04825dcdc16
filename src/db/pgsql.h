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
