/* storerig.h - calls for tests of the store, a store to put them in, and its pages as text. */
#ifndef UNIT_STORERIG_H
#define UNIT_STORERIG_H

#include "helper.h"
#include "store/store.h"

#define RIG_TIME INT64_C(1795000000000) /* 2026-11-18 11:06:40 UTC */

/* ZVON_STORE_URL names a database, or NULL: a SQLite file in a folder of its own. What is there
 * of a store is dropped first. */
struct storerig {
	char folder[64];
	char url[512];
	struct zv_store *s;
};

struct zv_store *rig_open(struct storerig *rig);
struct zv_store *rig_open_again(struct storerig *rig, bool read_only);
void rig_close(struct storerig *rig);
bool rig_is_sqlite(const struct storerig *rig);
/* One number of a statement of one row. */
int64_t rig_number(struct zv_store *s, const char *sql);

/* A call of two legs that is told in one line:
 *   "in 79165550001 101 answered 5000 7000": direction, from, to, result, wait, talk
 * with id "ID.1", legs "ID.1" and "ID.2", of the server "office". Further words: queue=…,
 * did=…, file=…, linked=…, server=…, name=…, source=cdr, open, transfer=BY>TO, line=…. */
struct zv_conversation *rig_call(const char *id, int64_t started_ms, const char *line);

/* In a transaction of its own: what zv_store_put returned. */
int rig_put(struct zv_store *s, struct zv_conversation *c); /* takes c */
int rig_put_line(struct zv_store *s, const char *id, int64_t started_ms,
		 const char *line);

/* The ids of a page, "a b c", and "next" when there is a next one. */
const char *rig_page(struct zv_store *s, const struct zv_history_query *q);
extern char rig_next[ZV_HISTORY_CURSOR_MAX];
/* All pages of so many, one after the other. */
const char *rig_pages(struct zv_store *s, struct zv_history_query q, int limit);

#endif
