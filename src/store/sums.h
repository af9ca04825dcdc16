/* sums.h - what statistics add up, by time or by name. */
#ifndef ZV_STORE_SUMS_H
#define ZV_STORE_SUMS_H

#include "base/map.h"
#include "store/store_impl.h"

struct zv_sums {
	struct zv_store *s;
	const struct zv_history_query *q;
	enum zv_statistics_by by;
	const struct zv_zone *zone; /* of the days */
	struct zv_map map;
	long long calls_left; /* that may still be read one by one */
	long long rows_left;  /* and be looked at in an index */
};

/* To that of a time, or of a name. 0 or ZV_ENOMEM. */
int zv_sums_add(struct zv_sums *sums, int64_t time_ms, struct zv_str name,
		const struct zv_statistics_row *more);
/* What a call counts for, except by line. */
int zv_sums_add_as(struct zv_sums *sums, int64_t ms, int direction, int result,
		   struct zv_str queue, const struct zv_statistics_row *more);
/* With a list of lines, or a scope, only those are told of. */
bool zv_sums_wants_line(const struct zv_history_query *q, struct zv_str line);

/* sums_calls.c: the calls of a time, each looked at. 0 or < 0: ZV_EINVAL, too many. */
int zv_sums_add_calls(struct zv_sums *sums, int64_t from_ms, int64_t to_ms,
		      struct zv_error *err);

#endif
