/* reconcile.h - the PBX's own records into the store: rows of CDR and CEL, stitched, written
 * in transactions together with how far was read. What is there already is merged, so that
 * the same span may be read any number of times. Reading and writing are two halves, for two
 * threads. */
#ifndef ZV_RECORDS_RECONCILE_H
#define ZV_RECORDS_RECONCILE_H

#include "base/buf.h"
#include "hist/stitch.h"
#include "records/source.h"
#include "store/store.h"

#define ZV_RECONCILE_CALLS  1000  /* of one batch, by default */
#define ZV_RECONCILE_GATHER 1000  /* rows that need not stand in order */
#define ZV_RECONCILE_ROWS   50000 /* read for one batch at most */

struct zv_reconcile_options {
	struct zv_source *cdr, *cel; /* one of them may be NULL; borrowed */
	struct zv_stitch_options stitch;
	struct zv_str
		position; /* a mark of an earlier run; empty: from the beginning */
	int64_t from_ms, to_ms; /* of the rows' start; 0: open */
	size_t calls;		/* of a batch; 0: ZV_RECONCILE_CALLS */
};

struct zv_reconcile; /* the reading half */

/* NULL: *err. */
struct zv_reconcile *zv_reconcile_new(const struct zv_reconcile_options *options,
				      struct zv_error *err);
void zv_reconcile_free(struct zv_reconcile *r); /* NULL is fine */

/* What one transaction writes. */
struct zv_reconcile_batch {
	struct zv_conversation **calls;
	size_t n, cap;
	struct zv_buf mark; /* where a run goes on when this is written */
	uint64_t rows;	    /* read for it */
	bool is_last;
};
/* The next of them into an empty (zeroed) batch: 0, or < 0: a source failed, *err; the batch is
 * empty, and what was written goes on at its mark. */
int zv_reconcile_read(struct zv_reconcile *r, struct zv_reconcile_batch *batch,
		      struct zv_error *err);
void zv_reconcile_batch_deinit(struct zv_reconcile_batch *batch);
void zv_reconcile_count(const struct zv_reconcile *r, struct zv_stitch_counters *out);

struct zv_reconcile_written {
	uint64_t added, changed, same;
	uint64_t held; /* they go on, as the store knows: left for a later run */
};
/* The batch in one transaction, with its mark under that name (empty: none). Counts are added
 * up; as soon as a call was held, marks stay where they are, so that a later run begins there.
 * 0, or < 0: nothing of it is written. */
int zv_reconcile_write(struct zv_store *store, const struct zv_reconcile_batch *batch,
		       struct zv_str mark_name, struct zv_reconcile_written *written,
		       struct zv_error *err);

#endif
