/* db.h - one way to ask a database, whichever it is: SQLite built in; MariaDB and PostgreSQL in
 * modules that are loaded when a URL names them; CSV files; a scripted fake for tests. Blocking:
 * for worker threads and programs that may wait. A handle belongs to one thread at a time.
 *
 * To add a database: NAME.c with a struct zv_db_driver, a row in drivers.c, an option in
 * meson_options.txt, and the list of tests/hist/conformance run against it. */
#ifndef ZV_DB_DB_H
#define ZV_DB_DB_H

#include <stdint.h>

#include "zvon/error.h"
#include "zvon/str.h"

enum zv_db_type {
	ZV_DB_NULL,
	ZV_DB_INT,
	ZV_DB_REAL,
	ZV_DB_TEXT, /* UTF-8, whatever the table's character set */
	ZV_DB_BLOB,
};

struct zv_db_value {
	enum zv_db_type type;
	int64_t number;
	double real;
	struct zv_str text; /* of TEXT and BLOB */
};

static inline struct zv_db_value
zv_db_int(int64_t number)
{
	return (struct zv_db_value){ .type = ZV_DB_INT, .number = number };
}

static inline struct zv_db_value
zv_db_text(struct zv_str text)
{
	return (struct zv_db_value){ .type = ZV_DB_TEXT, .text = text };
}

static inline struct zv_db_value
zv_db_null(void)
{
	return (struct zv_db_value){ .type = ZV_DB_NULL };
}

/* URLs: sqlite:/var/lib/asterisk/cdr.db (also a bare path ending in .db or .sqlite),
 * mysql://user@host:3306/database, mysql://user@/database?socket=/run/mysqld/mysqld.sock,
 * postgresql://user@host/database, csv:/var/log/asterisk/cdr-csv/Master.csv, fake:NAME.
 * ?tls=required|verify&ca=FILE where the server speaks TLS. */
struct zv_db_options {
	struct zv_str url;
	struct zv_str secret; /* p NULL: none, or what the URL has; never shown */
	bool read_only;	      /* the session too, where the server knows that */
	bool create;	      /* SQLite: make the file */
	int timeout_ms;	      /* of one statement, its rows too; 0: ZV_DB_TIMEOUT_MS */
	int connect_timeout_ms; /* 0: ZV_DB_CONNECT_TIMEOUT_MS */
	size_t cache_bytes;	/* SQLite's page cache; 0: ZV_DB_CACHE_BYTES */
};

#define ZV_DB_TIMEOUT_MS	 5000
#define ZV_DB_CONNECT_TIMEOUT_MS 5000
#define ZV_DB_CACHE_BYTES	 (8u * 1024 * 1024)
#define ZV_DB_PARAMETERS_MAX	 1000
#define ZV_DB_VALUE_MAX		 (16u * 1024 * 1024) /* bytes of one value; more: ZV_ETOOBIG */

enum zv_db_dialect { /* how SQL is to be written */
		     ZV_DB_SQLITE,
		     ZV_DB_MYSQL,
		     ZV_DB_PGSQL,
		     ZV_DB_SCAN, /* no SQL: "SELECT * FROM NAME WHERE position >= ?" only (CSV) */
};

struct zv_db;
struct zv_db_rows;

/* NULL: *err: ZV_EINVAL the URL, ZV_EAUTH the account, ZV_EIO not there, ZV_ENOTFOUND the module,
 * the file or the database is missing, ZV_EPROTO it is no database (a corrupt file), ZV_EBUSY
 * locked, or no connection is free, ZV_ETLS.
 * A connection that is lost later is made again by itself: zv_db_begin, and a SELECT outside of
 * transactions, are then tried once more; everything else is ZV_ECLOSED, and the statement after
 * it has a new connection. Inside a transaction all is ZV_ECLOSED until zv_db_rollback. */
struct zv_db *zv_db_open(const struct zv_db_options *options, struct zv_error *err);
void zv_db_close(struct zv_db *db); /* NULL is fine */
enum zv_db_dialect zv_db_dialect(const struct zv_db *db);
/* The URL without its secret: for messages. */
const char *zv_db_name(const struct zv_db *db);

/* A statement with ? for each parameter, never values in its text. Prepared once and kept (by
 * the text's address and content). Rows that were changed, or < 0: ZV_EBUSY locked, ZV_ETIMEOUT
 * (timeout_ms, or zv_db_interrupt), ZV_ECLOSED the server is gone, ZV_EIO disk (full, read-only),
 * ZV_EPROTO the file is corrupt, ZV_EINVAL the statement, ZV_ENOTFOUND no such table or column,
 * ZV_EAUTH not allowed. ZV_EBUSY with system ZV_DB_DUPLICATE: the key is there already. */
#define ZV_DB_DUPLICATE 23505
/* csv: ZV_ENOTFOUND with system ZV_DB_ROTATED: another file came in its place; begin at 0. */
#define ZV_DB_ROTATED 1
long long zv_db_run(struct zv_db *db, const char *sql, const struct zv_db_value *values,
		    size_t n, struct zv_error *err);
/* The same with rows as the answer, which come as a stream: no more than one result is open on a
 * handle, and no statement runs until it is ended (ZV_EINVAL). */
int zv_db_query(struct zv_db *db, const char *sql, const struct zv_db_value *values,
		size_t n, struct zv_db_rows **out, struct zv_error *err);
/* 1: *row has zv_db_columns values, borrowed until the next call; 0: no more; < 0 as above. */
int zv_db_next(struct zv_db_rows *rows, const struct zv_db_value **row,
	       struct zv_error *err);
size_t zv_db_columns(const struct zv_db_rows *rows);
const char *zv_db_column_name(const struct zv_db_rows *rows, size_t i);
void zv_db_end(struct zv_db_rows *rows); /* also before the last row; NULL is fine */

/* After an error inside a transaction only a rollback is sure to work (PostgreSQL). */
int zv_db_begin(struct zv_db *db, struct zv_error *err); /* for writing, at once */
int zv_db_commit(struct zv_db *db, struct zv_error *err);
void zv_db_rollback(struct zv_db *db);

/* A name of a table or column from the configuration, quoted for this database; ZV_EINVAL if
 * it has control characters or is too long. */
struct zv_buf;
int zv_db_quote(struct zv_db *db, struct zv_str name, struct zv_buf *out,
		struct zv_error *err);
/* Is it still there? 0 or < 0. */
int zv_db_ping(struct zv_db *db, struct zv_error *err);
/* From any thread: what runs ends with ZV_ETIMEOUT soon. */
void zv_db_interrupt(struct zv_db *db);

#endif
