/* driver.h - what one database is behind db.h: a table of functions, and what they share. */
#ifndef ZV_DB_DRIVER_H
#define ZV_DB_DRIVER_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/buf.h"
#include "db/db.h"
#include "db/statements.h"
#include "db/url.h"

#define ZV_DB_DRIVER_VERSION 1 /* of this header: a module of another one is refused */

/* The open result of a handle. */
struct zv_db_rows {
	struct zv_db *db;
	bool is_open;
	struct zv_db_value *values; /* of the row: filled by the driver */
	size_t *names_at;
	struct zv_buf names;
	size_t n, cap;
	struct zv_buf mended; /* texts of the row that were no UTF-8 */
	uint64_t seen;	      /* rows given */
};

struct zv_db {
	const struct zv_db_driver *driver;
	void *own; /* the driver's */
	struct zv_db_url *url;
	char *secret; /* NULL: none */
	bool read_only, create;
	int timeout_ms, connect_timeout_ms;
	size_t cache_bytes;
	int64_t deadline_ms;	 /* of the statement that runs */
	atomic_bool interrupted; /* zv_db_interrupt */
	pthread_mutex_t mutex;
	int socket;	 /* under the mutex; -1: none */
	bool is_running; /* … */
	bool in_transaction;
	bool is_lost; /* the server is gone: connect again before the next statement */
	struct zv_db_rows rows;
	struct zv_db_statements statements;
	struct zv_db_value *values; /* parameters as they are sent */
	struct zv_buf texts;	    /* … those that were no UTF-8 */
};

/* Functions get checked parameters, in valid UTF-8 without NUL; they set db->is_lost with
 * ZV_ECLOSED. */
struct zv_db_driver {
	int version;
	enum zv_db_dialect dialect;
	const char *begin; /* NULL: it has no transactions */
	const char *const
		*words; /* of the URL, besides those that all know; ends with NULL */
	int (*open)(struct zv_db *db,
		    struct zv_error *err); /* also again, after close */
	void (*close)(struct zv_db *db);   /* of what open did not finish too */
	long long (*run)(struct zv_db *db, const char *sql,
			 const struct zv_db_value *values, size_t n,
			 struct zv_error *err);
	int (*query)(struct zv_db *db, const char *sql,
		     const struct zv_db_value *values, size_t n, struct zv_error *err);
	int (*next)(struct zv_db *db,
		    struct zv_error *err); /* 1: rows.values are filled */
	void (*end)(struct zv_db *db);
	int (*ping)(struct zv_db *db, struct zv_error *err);
};

/* The driver for that scheme. NULL: ZV_EINVAL unknown, ZV_ENOTFOUND the module is missing. */
const struct zv_db_driver *zv_db_driver_find(const struct zv_db_url *url,
					     struct zv_error *err);

extern const struct zv_db_driver zv_db_csv, zv_db_fake, zv_db_sqlite;

/* What each module exports, as "zv_db_module". */
#define ZV_DB_MODULE "zv_db_module"

/* For drivers: the columns of the result that begins. 0 or ZV_ENOMEM. */
int zv_db_rows_begin(struct zv_db *db, size_t n);
int zv_db_rows_name(struct zv_db *db, size_t i, const char *name); /* in order */

/* For drivers with a server: where it is read from; -1 before it is closed. zv_db_interrupt ends
 * what waits there. */
void zv_db_watch(struct zv_db *db, int socket);

/* "12" is INT, "12.5" and "1e3" are REAL: how DECIMAL and NUMERIC come. */
void zv_db_number(struct zv_str text, struct zv_db_value *out);

/* The error of a duplicate key, of whatever database. */
int zv_db_fail_duplicate(struct zv_db *db, const char *text, struct zv_error *err);

int64_t zv_db_now_ms(void); /* a clock that is never set back */
/* Milliseconds until the deadline; 0: it is over, or it was interrupted. */
int zv_db_left_ms(struct zv_db *db);
/* ZV_ETIMEOUT, saying which of the two it was. */
int zv_db_fail_time(struct zv_db *db, struct zv_error *err);

#endif
