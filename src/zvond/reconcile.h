/* reconcile.h - what the PBX wrote down itself, into the history: after the start, after each
 * time without a connection, and each night. Calls that nobody saw are added, what only the
 * records know is added to the others; each call stays one. The records are read on a thread
 * of their own, the store is written by the historian's. See docs/history/reconcile.md. */
#ifndef ZV_ZVOND_RECONCILE_H
#define ZV_ZVOND_RECONCILE_H

#include "zvond/daemon_impl.h"

struct zv_reconciler;

#define ZV_RECONCILER_CALLS	    200 /* written in one go: live calls wait for that */
#define ZV_RECONCILER_RETRY_MS	    5000  /* after a failure, doubled each time … */
#define ZV_RECONCILER_RETRY_MOST_MS 60000 /* … up to this */
#define ZV_RECONCILER_TELL_MS	    60000 /* between two complaints */
#define ZV_RECONCILER_FIRST_MS	    86400000 /* so far back the very first run looks */
#define ZV_RECONCILER_SYNC_MS	    30000    /* so long it waits to know what goes on */
#define ZV_RECONCILER_HELD_MS	    60000 /* calls that go on are looked at again then */
#define ZV_RECONCILER_TIMEOUT_MS    30000 /* of one statement */

/* NULL: there are no records or no history, or no memory. */
struct zv_reconciler *zv_reconciler_new(struct zv_daemon *d,
					struct zv_settings *settings,
					const struct zv_config_server *config);
void zv_reconciler_free(struct zv_reconciler *r); /* NULL is fine everywhere */
/* At the end of the daemon, when all were freed: waits for threads that still read. */
void zv_reconcilers_end(struct zv_daemon *d);

/* The connection to the PBX is there, or lost; and what goes on there is known: before, calls
 * that nobody saw end seem to go on. */
void zv_reconciler_on_state(struct zv_reconciler *r, bool up);
void zv_reconciler_on_synced(struct zv_reconciler *r);
void zv_reconciler_each_second(struct zv_reconciler *r, int64_t now_ms);

struct zv_reconciler_counters {
	uint64_t runs, failures; /* to their end; not */
	uint64_t rows, added, changed, same;
	bool is_failing;
};
void zv_reconciler_count(const struct zv_reconciler *r,
			 struct zv_reconciler_counters *out);

#endif
