/* query.h - what is asked of the history: filters, scope, page; and what is allowed. Made by
 * the command line, by HTTP and by 1C; answered by store/store.h. */
#ifndef ZV_HIST_QUERY_H
#define ZV_HIST_QUERY_H

#include <stdint.h>

#include "hist/zone.h"
#include "zvon/call.h"

#define ZV_HISTORY_PAGE_DEFAULT 100
#define ZV_HISTORY_PAGE_MAX	1000
#define ZV_HISTORY_NUMBERS_MAX	100 /* numbers, lines, queues in one query, each */
#define ZV_HISTORY_CURSOR_MAX	200
#define ZV_HISTORY_TIMEOUT_MS	5000

/* Zeroed = everything, newest first, 100. Texts are borrowed. */
struct zv_history_query {
	const struct zv_str
		*numbers; /* any format; a call in which one of them took part */
	size_t n_numbers;
	const struct zv_str *lines;
	size_t n_lines;
	const struct zv_str *queues;
	size_t n_queues;
	const struct zv_str *servers;
	size_t n_servers;
	unsigned directions;	/* bits 1u << enum zv_call_direction; 0: all */
	unsigned results;	/* bits 1u << enum zv_call_result; 0: all */
	bool missed;		/* only those that zv_conversation_is_missed tells */
	bool recorded;		/* only those with a recording */
	int64_t from_ms, to_ms; /* started; from included, to not; 0: open */
	struct zv_str cursor;	/* of the page before; empty: the first */
	bool oldest_first;
	int limit; /* 0: the default */
	/* In the order of their numbers in the store, only those after after_number: for those
	 * who poll as MIKO's scripts do. Without a cursor and oldest_first. */
	bool by_number;
	int64_t after_number;

	/* What the asker may see: his lines and queues; has_scope false: everything. A call is
	 * his if one of these took part. */
	bool has_scope;
	const struct zv_str *scope_lines;
	size_t n_scope_lines;
	const struct zv_str *scope_queues;
	size_t n_scope_queues;
};

enum zv_statistics_by {
	ZV_BY_HOUR,
	ZV_BY_DAY,
	ZV_BY_LINE,
	ZV_BY_QUEUE,
	ZV_BY_RESULT,
	ZV_BY_DIRECTION,
};

/* 0, or ZV_EINVAL / ZV_ETOOBIG: which part, why, what instead. */
int zv_history_query_check(const struct zv_history_query *q, struct zv_error *err);

/* "answered,busy" as bits; "in,out"; "hour". < 0: *err names the words there are. */
int zv_history_results(struct zv_str names, unsigned *bits, struct zv_error *err);
int zv_history_directions(struct zv_str names, unsigned *bits, struct zv_error *err);
int zv_statistics_by_of(struct zv_str name, enum zv_statistics_by *by,
			struct zv_error *err);

/* A time as people write it: RFC 3339, "2026-11-21", "2026-11-21 10:00[:00]", epoch seconds.
 * Without a zone it is in that one (NULL: UTC). 0, or ZV_EINVAL. */
int zv_history_time(struct zv_str text, const struct zv_zone *zone, int64_t *unix_ms,
		    struct zv_error *err);

#endif
