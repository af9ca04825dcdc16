/* stitch_impl.h - rows that wait for the rest of their conversation. */
#ifndef ZV_HIST_STITCH_IMPL_H
#define ZV_HIST_STITCH_IMPL_H

#include "base/list.h"
#include "base/map.h"
#include "hist/stitch.h"

/* One row and its texts, in one block. */
struct zv_stitch_row {
	struct zv_node
		waiting; /* in struct zv_stitch.waiting: in the order they came */
	struct zv_stitch_row *next;    /* of its group */
	struct zv_stitch_row *of;      /* union-find: towards the first of its group */
	struct zv_stitch_group *group; /* of the first only */
	uint64_t ordinal;
	int64_t start_ms, end_ms; /* as far as they can be known */
	int64_t count; /* of its Uniqueid: channels that began in one second */
	bool is_first; /* its Uniqueid is the Linkedid */
	bool is_cel;
	union {
		struct zv_cdr_row cdr;
		struct zv_cel_row cel;
	};
};

/* Rows that belong together; it lives until the heap has given it up. */
struct zv_stitch_group {
	struct zv_stitch_row *first, *last;
	size_t n;	/* rows; 0: it went on in another group */
	int64_t end_ms; /* the latest */
};

struct zv_stitch_due {
	int64_t end_ms; /* of the group, or earlier */
	struct zv_stitch_group *group;
};

struct zv_stitch {
	struct zv_stitch_options options;
	struct zv_str *names; /* trunks, then lines: one block */
	struct zv_map ids;    /* Uniqueid, Linkedid -> row */
	struct zv_map channels;
	struct zv_node waiting;
	struct zv_stitch_due *heap; /* the one that ended first is at its top */
	size_t n_heap, cap_heap;
	int64_t newest_ms;
	struct zv_stitch_counters counters;
};

/* A copy of the row, or NULL. */
struct zv_stitch_row *zv_stitch_row_cdr(const struct zv_cdr_row *row);
struct zv_stitch_row *zv_stitch_row_cel(const struct zv_cel_row *row);

/* What the rows of a group tell; rows in the order of their start. NULL: out of memory. */
struct zv_conversation *zv_stitch_tell(const struct zv_stitch_options *options,
				       const struct zv_stitch_row *const *rows,
				       size_t n);

#endif
