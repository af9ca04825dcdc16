/* filter.h - what a query asks, made ready: lists of names, and which of them leads. */
#ifndef ZV_STORE_FILTER_H
#define ZV_STORE_FILTER_H

#include "store/scan.h"

enum {
	ZV_FILTER_NUMBERS,
	ZV_FILTER_LINES,
	ZV_FILTER_QUEUES,
	ZV_FILTER_SCOPE,
	ZV_FILTER_LISTS,
};

struct zv_filter {
	struct zv_store *s;
	const struct zv_history_query *q;
	struct zv_parties lists[ZV_FILTER_LISTS]; /* a call has one of each list */
	bool is_asked[ZV_FILTER_LISTS];
	size_t n_asked;
	bool is_of_servers;    /* lines are, as SERVER/LINE: the index does not tell */
	struct zv_parties own; /* of the call that is looked at */
};

/* 0 or < 0. 1: nothing can be found (his own lines are none, an unknown server). */
int zv_filter_init(struct zv_filter *f, struct zv_scan *scan, struct zv_store *s,
		   const struct zv_history_query *q, struct zv_error *err);
void zv_filter_deinit(struct zv_filter *f);

/* Of what the index could not tell. 1 it fits, 0, ZV_ENOMEM. */
int zv_filter_fits(struct zv_filter *f, const struct zv_conversation *c);
/* The same of a call that no index has found: all that is asked. */
int zv_filter_fits_all(struct zv_filter *f, const struct zv_scan *scan,
		       const struct zv_conversation *c, struct zv_error *err);

#endif
