/* store_impl.h - inside of the store: its handle, its statements, and how a call becomes rows. */
#ifndef ZV_STORE_STORE_IMPL_H
#define ZV_STORE_STORE_IMPL_H

#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/utf.h"
#include "store/dialect.h"
#include "store/statements.h"
#include "store/store.h"

#define ZV_STORE_SCHEMA	      2	  /* the version that this code reads and writes */
#define ZV_STORE_SERVERS_MAX  60  /* servers in one store: a bit each in `what` */
#define ZV_STORE_ID_MAX	      150 /* bytes of a Uniqueid or Linkedid; the rest is cut */
#define ZV_STORE_TEXT_MAX     255 /* bytes of a name or number; the rest is cut */
#define ZV_STORE_FILE_MAX     4096  /* bytes of a recording's file */
#define ZV_STORE_LIST_MAX     65535 /* bytes of those who talked, of the Linkedids */
#define ZV_STORE_RECORDING_ID 44    /* hex digits: 6 bytes of time, 16 random ones */

/* ---- `what`: all that filters look at, in one number of an index --------------------------- */

enum {
	ZV_WHAT_DIRECTION = 0, /* 3 bits */
	ZV_WHAT_RESULT = 3,    /* 10 bits */
	ZV_WHAT_MISSED = 13,
	ZV_WHAT_RECORDED = 14,
	ZV_WHAT_KIND = 15, /* 4 bits: what the name is in that call */
	ZV_WHAT_SERVER = 20,
};

enum zv_party_kind {
	ZV_PARTY_NUMBER = 1, /* it called, was called, talked */
	ZV_PARTY_LINE = 2,
	ZV_PARTY_DID = 4,
	ZV_PARTY_QUEUE = 8,
};
#define ZV_PARTY_ANY (ZV_PARTY_NUMBER | ZV_PARTY_LINE | ZV_PARTY_DID | ZV_PARTY_QUEUE)

/* Rows of one party lie together by so much time (99 days), so that writing touches few
 * pages, however long the past is. docs/history/store.md */
static inline int64_t
zv_store_period(int64_t ms)
{
	return ms > 0 ? ms >> 33 : 0;
}

struct zv_party {
	char name[ZV_NUMBER_KEY];
	size_t n;
	unsigned kinds; /* enum zv_party_kind */
};

struct zv_party_row { /* waits to be written, so that rows come in the index's order */
	char name[ZV_NUMBER_KEY];
	size_t n;
	int64_t started_ms, call, what;
};

struct zv_parties { /* a growing list */
	struct zv_party *list;
	size_t n, cap;
};

struct zv_counts;
struct zv_loader;

struct zv_store_server {
	int id;
	char *name;
};

struct zv_store {
	struct zv_db *db;
	enum zv_db_dialect dialect;
	bool read_only;
	bool in_transaction,
		is_broken; /* a put failed: nothing of it may be committed */
	struct zv_number_rules numbers;
	struct zv_buf numbers_text; /* what `numbers` points into */
	char *sql[ZV_SQL_COUNT];
	uint64_t cursor_key;
	struct zv_store_server servers[ZV_STORE_SERVERS_MAX];
	size_t n_servers;
	int64_t next_call;	   /* 0: look */
	int has_open;		   /* -1: look */
	struct zv_parties parties; /* of the call that is written */
	struct zv_party_row *rows; /* parties that wait */
	size_t n_rows;
	struct zv_counts *counts;
	struct zv_loader *loader;
};

/* ---- statements ----------------------------------------------------------------------------- */

long long zv_store_run(struct zv_store *s, enum zv_sql which,
		       const struct zv_db_value *values, size_t n,
		       struct zv_error *err);
int zv_store_query(struct zv_store *s, enum zv_sql which,
		   const struct zv_db_value *values, size_t n, struct zv_db_rows **out,
		   struct zv_error *err);
/* The first value of the first row as a number. 1, 0: no row, or NULL; < 0. */
int zv_store_number(struct zv_store *s, enum zv_sql which,
		    const struct zv_db_value *values, size_t n, int64_t *out,
		    struct zv_error *err);
/* The first value of the first row as a text, added to *out. 1, 0, < 0. */
int zv_store_text(struct zv_store *s, enum zv_sql which,
		  const struct zv_db_value *values, size_t n, struct zv_buf *out,
		  struct zv_error *err);
/* A number of a row, whatever type the database gives it. */
int64_t zv_store_int(const struct zv_db_value *value);

/* ---- texts ---------------------------------------------------------------------------------- */

/* As a value, cut in front of the character that would not fit. */
static inline struct zv_db_value
zv_store_cut(struct zv_str text, size_t most)
{
	return zv_db_text(text.n <= most
				  ? text
				  : (struct zv_str){ text.p, zv_utf8_cut(text, most) });
}

/* ---- servers -------------------------------------------------------------------------------- */

/* Its id, made if need be and make is set; 0: there is none; < 0. */
int zv_store_server(struct zv_store *s, struct zv_str name, bool make,
		    struct zv_error *err);
struct zv_str zv_store_server_name(struct zv_store *s, int id, struct zv_error *err);
/* Forgets those that were made in a transaction that is undone. */
void zv_store_forget_servers(struct zv_store *s);

/* ---- rows of a call ------------------------------------------------------------------------- */

/* Who took part, each name once, sorted. 0 or ZV_ENOMEM. */
int zv_store_parties(const struct zv_number_rules *rules,
		     const struct zv_conversation *c, struct zv_parties *out);
int zv_store_add_party(const struct zv_number_rules *rules, struct zv_parties *out,
		       struct zv_str name, unsigned kinds);
int zv_store_unique_parties(struct zv_parties *out);
/* `what` of a call; kinds: of one party, or ZV_PARTY_ANY. */
int64_t zv_store_what(const struct zv_conversation *c, int server, unsigned kinds);

int zv_store_insert_call(struct zv_store *s, const struct zv_conversation *c,
			 int server, int64_t call, struct zv_error *err);
/* Everything of it but its channels. */
int zv_store_remove_call(struct zv_store *s, const struct zv_conversation *c,
			 int server, struct zv_error *err);
/* Among those that go on. 1 new, 2 changed, 0 as it was, < 0. */
int zv_store_put_open(struct zv_store *s, const struct zv_conversation *c, int server,
		      struct zv_error *err);
int zv_store_flush_parties(struct zv_store *s, struct zv_error *err);

/* 44 hex digits and a NUL. 0 or ZV_EIO: the system gives no random bytes. */
int zv_store_recording_id(int64_t started_ms, char out[ZV_STORE_RECORDING_ID + 1],
			  struct zv_error *err);

/* ---- counters ------------------------------------------------------------------------------- */

struct zv_counts *zv_counts_new(void);
void zv_counts_free(struct zv_counts *c);
void zv_counts_clear(struct zv_counts *c);
/* sign -1: it is taken away again. */
int zv_counts_add(struct zv_store *s, const struct zv_conversation *c, int server,
		  int sign, struct zv_error *err);
int zv_counts_flush(struct zv_store *s, struct zv_error *err);

/* ---- reading calls -------------------------------------------------------------------------- */

#define ZV_STORE_LOAD 50 /* calls that one statement reads */

struct zv_loader *zv_loader_new(void);
void zv_loader_free(struct zv_loader *l);
/* Calls by their keys, at most ZV_STORE_LOAD. They stay until the next load. */
int zv_store_load(struct zv_store *s, const int64_t *calls, size_t n,
		  struct zv_error *err);
/* The one of that key, or NULL: it is gone. */
const struct zv_conversation *zv_store_loaded(const struct zv_store *s, int64_t call);
/* page_number.c: zv_store_page of a query with by_number. */
int zv_store_page_by_number(struct zv_store *s, const struct zv_history_query *q,
			    zv_store_each_fn fn, void *context, struct zv_error *err);
/* A copy of one. 1, 0: it is gone, < 0. */
int zv_store_load_one(struct zv_store *s, int64_t call, struct zv_conversation **out,
		      struct zv_error *err);

/* ---- schema --------------------------------------------------------------------------------- */

/* Up to that version, from whatever is there. 0 or < 0. */
int zv_store_migrate(struct zv_store *s, int version, struct zv_error *err);
/* 0: there are no tables yet; < 0. */
int zv_store_version(struct zv_store *s, struct zv_error *err);

#endif
