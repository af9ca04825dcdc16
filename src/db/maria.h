/* maria.h - the parts of the module for MariaDB and MySQL, on libmariadb. */
#ifndef ZV_DB_MARIA_H
#define ZV_DB_MARIA_H

#include <mysql.h>

#include "db/driver.h"

/* A column as it is fetched. */
struct maria_column {
	enum zv_db_type type; /* NULL: a number in text */
	bool is_unsigned;
	long long number;
	double real;
	char *bytes; /* of TEXT and BLOB */
	unsigned long cap, length;
	my_bool is_null, is_cut;
};

struct maria_statement {
	MYSQL_STMT *stmt;
	size_t n_columns; /* 0: it gives no rows */
	struct maria_column *columns;
	MYSQL_BIND *binds;
};

struct maria {
	MYSQL *connection;
	struct maria_statement *open; /* the result's */
	bool has_more;
	MYSQL_BIND parameters[ZV_DB_PARAMETERS_MAX];
};

/* What the server or the library said, as our code; a lost connection is marked. */
int maria_fail(struct zv_db *db, unsigned number, const char *text,
	       struct zv_error *err);

/* The places into which rows go. 0, or ZV_ENOMEM. */
int maria_prepare_columns(struct zv_db *db, struct maria_statement *s);
void maria_free_columns(struct maria_statement *s);
void maria_bind(struct maria *m, const struct zv_db_value *values, size_t n);
/* The row that was fetched last. 0, ZV_ENOMEM, ZV_ETOOBIG. */
int maria_read_row(struct zv_db *db, struct maria_statement *s, struct zv_error *err);

#endif
