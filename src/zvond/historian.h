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

struct zv_daemon;
struct zv_server;
struct zv_historian;

#define ZV_HISTORIAN_READERS 2
#define ZV_HISTORIAN_ASKED   64 /* questions that wait for a reader; more: ZV_EBUSY */

/* 0, also when there is to be no history (*out is NULL). What fails later is tried again. */
int zv_historian_new(struct zv_daemon *d, struct zv_historian **out,
		     struct zv_error *err);
/* Writes what still waits, for a bounded time. NULL is fine. */
void zv_historian_free(struct zv_historian *h);

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
