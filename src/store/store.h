/* store.h - the calls that zvon keeps: each call once, with its legs, transfers, recordings, and
 * counters for plots. In SQLite (WAL), or in MariaDB or PostgreSQL: one schema, see
 * docs/history/store.md. Blocking: for worker threads. A handle belongs to one thread; several
 * handles on one store are fine, one of them writing. */
#ifndef ZV_STORE_STORE_H
#define ZV_STORE_STORE_H

#include "db/db.h"
#include "hist/conversation.h"
#include "hist/number.h"
#include "hist/query.h"

#define ZV_STORE_SCAN_MAX                                                              \
 100000 /* rows looked at for one page: then it ends early, with a cursor */
#define ZV_STORE_WINDOW                                                                \
 200000 /* calls looked at for one page by number, which has no cursor */

/* Statistics: of the time in one answer, in days; and where the counters do not know (numbers,
 * scope, lines beside queues) of calls that are read one by one, a quarter of it if their legs
 * are needed, and of rows that are looked at. */
#define ZV_STORE_HOURS_DAYS	  92
#define ZV_STORE_DAYS_DAYS	  1100
#define ZV_STORE_LINES_DAYS	  92
#define ZV_STORE_NAMES_DAYS	  366
#define ZV_STORE_STATISTICS_CALLS 5000
#define ZV_STORE_STATISTICS_ROWS  500000

struct zv_store;

struct zv_store_options {
	struct zv_db_options db;
	bool read_only; /* never changes the schema */
	struct zv_number_rules numbers;
};

/* Makes or migrates the schema (one transaction). A SQLite file that is corrupt is set aside
 * (NAME.corrupt-TIME, never deleted) and a new one begun, told in *warning; without a place for
 * that warning it stays where it is, and is an error. NULL: *err: ZV_EPROTO with "newer": a later
 * zvon has written it. */
struct zv_store *zv_store_open(const struct zv_store_options *options,
			       struct zv_error *warning, struct zv_error *err);
void zv_store_close(struct zv_store *s); /* NULL is fine */
struct zv_db *zv_store_db(struct zv_store *s);

/* ---- writing: between begin and commit, as many as there are ------------------------------ */

int zv_store_begin(struct zv_store *s, struct zv_error *err);
int zv_store_commit(struct zv_store *s,
		    struct zv_error *err); /* on the disk afterwards */
void zv_store_rollback(struct zv_store *s);

/* The call, whatever is there of it already: the same call (conversation.h) is merged, never
 * doubled. An open one (is_open) is kept among those that go on; a closed one ends that. Returns
 * 1 new, 2 changed, 0 as it was, < 0. */
int zv_store_put(struct zv_store *s, const struct zv_conversation *c,
		 struct zv_error *err);
/* It went on in another call (merged): as if it had not been. */
int zv_store_drop_open(struct zv_store *s, struct zv_str server, struct zv_str id,
		       struct zv_error *err);
/* Those that are open of that server (p NULL: of all): what a killed daemon has left. Each is given once; the
 * handler may not call the store. */
typedef int (*zv_store_each_fn)(void *context, const struct zv_conversation *c);
int zv_store_each_open(struct zv_store *s, struct zv_str server, zv_store_each_fn fn,
		       void *context, struct zv_error *err);

/* Marks: how far a source was read, by name ("import:URL", "reconciled:office"). p NULL: none. */
int zv_store_mark(struct zv_store *s, struct zv_str name, struct zv_str value,
		  struct zv_error *err);
int zv_store_marked(struct zv_store *s, struct zv_str name, struct zv_buf *out,
		    struct zv_error *err); /* 1 there is one, 0 none */

/* Deletes what started before that, at most `most` calls; returns how many. */
long long zv_store_forget(struct zv_store *s, int64_t before_ms, int most,
			  struct zv_error *err);
/* Removes numbers and names of outside parties of calls that started before that. */
long long zv_store_anonymise(struct zv_store *s, int64_t before_ms, int most,
			     struct zv_error *err);

/* ---- reading -------------------------------------------------------------------------------- */

/* One page: each call to fn, in order. *next: the cursor of the next page ("" none is left): stable,
 * whatever is written meanwhile. A page may have fewer calls than its limit, even none, and
 * still a next one: ZV_STORE_SCAN_MAX. Returns how many, < 0: ZV_EINVAL (cursor, limit),
 * ZV_ETIMEOUT. */
int zv_store_page(struct zv_store *s, const struct zv_history_query *q,
		  zv_store_each_fn fn, void *context, char next[ZV_HISTORY_CURSOR_MAX],
		  struct zv_error *err);
/* 1: *out is yours; 0: there is none. */
int zv_store_find(struct zv_store *s, struct zv_str server, struct zv_str id,
		  struct zv_conversation **out, struct zv_error *err);
/* The recording of that id: the call it is of, and which of its recordings. */
int zv_store_find_recording(struct zv_store *s, struct zv_str id,
			    struct zv_conversation **out, size_t *which,
			    struct zv_error *err);

struct zv_statistics_row {
	int64_t time_ms;    /* BY_HOUR, BY_DAY: it begins then */
	struct zv_str name; /* BY_LINE, BY_QUEUE, BY_RESULT, BY_DIRECTION */
	uint64_t calls, answered, missed;
	int64_t talk_ms, wait_ms; /* sums */
};
typedef int (*zv_statistics_fn)(void *context, const struct zv_statistics_row *row);
/* zone: in which days begin at midnight, NULL: UTC; hours are those of UTC. ZV_EINVAL: the time
 * is longer than is allowed for `by`. */
int zv_store_statistics(struct zv_store *s, const struct zv_history_query *q,
			enum zv_statistics_by by, const struct zv_zone *zone,
			zv_statistics_fn fn, void *context, struct zv_error *err);

#endif
