/* historian.h - the history while it is made: calls go into the store as they begin, change
 * and end, and what is asked of it is answered on threads. See docs/history/README.md.
 *
 * Everything here is called on the loop; the store is touched on threads only: one that
 * writes, ZV_HISTORIAN_READERS that read. */
#ifndef ZV_ZVOND_HISTORIAN_H
#define ZV_ZVOND_HISTORIAN_H

#include "store/store.h"
#include "zvon/call.h"
#include "zvon/error.h"

struct zv_calls;
struct zv_daemon;
struct zv_historian;
struct zv_historian_server;
struct zv_zone;

#define ZV_HISTORIAN_READERS 2
#define ZV_HISTORIAN_ASKED   64 /* questions that wait for a reader; more: ZV_EBUSY */

/* 0, also when there is to be no history (*out is NULL). What fails later is tried again. */
int zv_historian_new(struct zv_daemon *d, struct zv_historian **out,
		     struct zv_error *err);
/* Writes what still waits, for a bounded time. NULL is fine. */
void zv_historian_free(struct zv_historian *h);

/* For /metrics, /healthz: since the start, and now. */
struct zv_historian_counters {
	uint64_t new_calls, changed, merged, lost, refused, bad;
	uint64_t
		failures; /* transactions that did not come to pass, and are tried again */
	uint64_t forgotten, anonymised;
	uint64_t asked, asked_failed;
	size_t waiting, waiting_bytes; /* now */
	int64_t late_ms;	       /* so long the oldest of them waits */
	bool is_failing;	       /* the last transaction did */
};
void zv_historian_count(const struct zv_historian *h,
			struct zv_historian_counters *out);
void zv_historian_each_second(struct zv_historian *h,
			      int64_t now_ms); /* NULL is fine */
/* All servers of the configuration are there: what others have left open is ended. */
void zv_historian_begin(struct zv_historian *h);

/* ---- what goes on at a server: NULL is fine everywhere ------------------------------------ */

/* calls: its tracker, borrowed until it is removed. NULL: h is NULL, or no memory. */
struct zv_historian_server *zv_historian_add_server(struct zv_historian *h,
						    struct zv_str name,
						    const struct zv_calls *calls);
/* Before its calls are ended: those that go on stay open in the store, for they do; is_gone:
 * they are not followed any more, and end. */
void zv_historian_remove_server(struct zv_historian_server *s, bool is_gone);
void zv_historian_on_event(struct zv_historian_server *s,
			   const struct zv_call_event *event);
/* What goes on there is known. After the first complete list, what is open in the store and
 * does not go on is ended: a daemon that was killed has left it. */
void zv_historian_on_synced(struct zv_historian_server *s, bool complete);
/* The connection is up, or lost: only while it is up calls are known to go on. */
void zv_historian_on_state(struct zv_historian_server *s, bool up);

/* In which days begin where nobody names one. */
const struct zv_zone *zv_historian_zone(const struct zv_historian *h);

/* ---- asking ---------------------------------------------------------------------------- */

struct zv_historian_ask {
	/* On a thread, with a store of that thread's own. < 0: *err says why. */
	int (*work)(struct zv_store *s, void *task, struct zv_error *err);
	/* On the loop, exactly once, also when it was given up: rc of work, or why there was
	 * none (ZV_ETIMEOUT, ZV_EIO: the store is not there). */
	void (*done)(void *task, int rc, const struct zv_error *err);
	void *task;
	int timeout_ms; /* 0: ZV_HISTORY_TIMEOUT_MS */
};

/* 0: done will be called. ZV_ENOTFOUND: h is NULL, there is no history; ZV_EBUSY: too many
 * ask; done is not called then. The store is read-only. */
int zv_historian_ask(struct zv_historian *h, const struct zv_historian_ask *ask,
		     struct zv_error *err);
/* The same on the thread that writes, between two transactions of the live calls: work
 * begins and commits itself, and is short (some 100 ms): calls wait for it. */
int zv_historian_write(struct zv_historian *h, const struct zv_historian_ask *ask,
		       struct zv_error *err);

#endif
