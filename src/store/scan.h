/* scan.h - keys of calls in order, from indexes alone: those of some names, or all. Filters that
 * an index cannot answer are left to the caller. */
#ifndef ZV_STORE_SCAN_H
#define ZV_STORE_SCAN_H

#include "store/store_impl.h"

struct zv_position { /* of a call in the order */
	int64_t started_ms, call;
};

struct zv_scan {
	struct zv_store *s;
	const struct zv_parties *names;		     /* NULL: all calls */
	int64_t directions, results, flags, servers; /* masks of `what` */
	bool has_no_filter;			     /* the masks let all pass */
	int64_t from_ms, to_ms;			     /* both included */
	bool oldest_first;
	struct zv_position at; /* it goes on behind it */
	long long budget;      /* rows that may still be looked at */
	bool is_over;	       /* there are no more */
	struct zv_position *found;
	size_t n, cap;
};

void zv_scan_deinit(struct zv_scan *scan);

/* Sets `at` in front of the first. */
void zv_scan_rewind(struct zv_scan *scan);

/* About `want` more, sorted, each once: scan->found, scan->n; `at` moves behind them, and behind
 * what was looked at. 0 or < 0. Nothing found and not is_over: the budget is used up, or
 * there may be more: look again while budget > 0. */
int zv_scan_next(struct zv_scan *scan, size_t want, struct zv_error *err);

/* Does a row with that `what` pass the masks, of a name of these kinds? */
bool zv_scan_fits(const struct zv_scan *scan, unsigned kinds, int64_t what);

/* How many rows these names have where the scan would begin, at most so many: which of two
 * lists is the shorter one. */
int64_t zv_scan_estimate(struct zv_scan *scan, const struct zv_parties *names,
			 struct zv_error *err);

#endif
