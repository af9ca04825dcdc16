/* import_run.h - an import at work: rows are read and stitched on this thread, calls are
 * written on another, so that neither waits for the other's disk. */
#ifndef ZV_CLI_IMPORT_RUN_H
#define ZV_CLI_IMPORT_RUN_H

#include "records/reconcile.h"

#define ZV_IMPORT_QUEUE 4 /* batches between the two */
#define ZV_IMPORT_CALLS                                                                \
 5000 /* of one transaction: each is waited for until it is on the disk */

struct zv_import {
	struct zv_reconcile_options what;
	struct zv_store *store; /* NULL: nothing is written */
	struct zv_str mark;	/* its name */
	long long bytes;	/* of a CSV file, for the bar; -1 */
	bool (*asked_to_stop)(void);

	/* what came of it */
	uint64_t rows, calls;
	struct zv_reconcile_written written;
	struct zv_stitch_counters stitched;
	bool stopped;	  /* before the end; the mark is where it goes on */
	bool store_fault; /* what failed was the writing */
};

/* 0, or < 0: *err; what was written until then is whole, and marked. */
int zv_import_run(struct zv_import *i, struct zv_error *err);

#endif
