/* reconcile_impl.h - inside of the reconciler: the loop's side, and the thread's. */
#ifndef ZV_ZVOND_RECONCILE_IMPL_H
#define ZV_ZVOND_RECONCILE_IMPL_H

#include <stdatomic.h>

#include "records/reconcile.h"
#include "zvond/historian.h"
#include "zvond/reconcile.h"

enum zv_reconcile_step { /* what is on its way */
			 ZV_RECONCILE_IDLE,
			 ZV_RECONCILE_MARK,  /* the store is asked for the mark */
			 ZV_RECONCILE_READ,  /* the thread reads a batch */
			 ZV_RECONCILE_WRITE, /* the historian writes it */
			 ZV_RECONCILE_CLOSE, /* the thread closes the databases */
};

struct zv_reconciler {
	struct zv_node node; /* in daemon->leaving, when it is gone */
	struct zv_daemon *daemon;
	struct zv_settings *settings;
	const struct zv_config_server *config;
	struct zv_worker *worker;
	struct zv_buf mark_name; /* "reconciled:office" */
	bool is_gone;		 /* freed when what is on its way has come back */
	struct zv_timer *leave;	 /* … from the thread: then */

	/* when */
	bool was_down;
	bool is_waiting;      /* for what goes on to be known */
	int64_t due_ms;	      /* the next run; INT64_MAX: none */
	bool is_settling;     /* that one is only for rows that came late */
	bool was_settling;    /* … and the one that runs */
	int64_t settle_at_ms; /* one more, when the last rows are there too */
	int retry_ms;
	int64_t told_ms; /* a failure was told then; 0: all is well */
	int night;	 /* day of the year of the last nightly run; -1: not yet */
	struct zv_reconciler_counters counters;

	/* one run: owned by whoever has the step */
	enum zv_reconcile_step step;
	struct zv_zone *zone;
	_Atomic(struct zv_source *) sources[ZV_RECORD_KINDS];
	struct zv_reconcile *reading;
	struct zv_reconcile_batch batch;
	struct zv_buf mark;
	int64_t from_ms; /* where there is no mark */
	struct zv_reconcile_written written;
	struct zv_stitch_counters stitched;
	uint64_t rows;
	struct zv_buf report;  /* what the tables have, when they were opened first */
	struct zv_buf warning; /* rows that could not be found */
	bool is_last, has_reported;
	int rc;
	struct zv_error err;
};

/* reconcile_thread.c */
void zv_reconciler_read(void *reconciler);  /* the next batch, or rc < 0 */
void zv_reconciler_close(void *reconciler); /* databases and what was read */
/* From the loop: what the thread waits for ends soon. */
void zv_reconciler_interrupt(struct zv_reconciler *r);

#endif
