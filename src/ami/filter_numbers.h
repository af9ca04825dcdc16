/* filter_numbers.h - a table of numbers, each with a list: what of it occurs in a text,
 * alone or as a part of a longer number. */
#ifndef ZV_AMI_FILTER_NUMBERS_H
#define ZV_AMI_FILTER_NUMBERS_H

#include <stdint.h>

#include "base/list.h"
#include "zvon/str.h"

#define ZV_NUMBER_LEAST 3  /* digits; shorter ones are everywhere */
#define ZV_NUMBER_MOST	17 /* so that digits and count fit into 64 bits */

struct zv_number {
	uint64_t tag; /* digits and their count */
	struct zv_node list;
	size_t n; /* in the list */
};

/* Zeroed = empty. */
struct zv_number_table {
	struct zv_number **slots; /* open addressing */
	size_t cap, n;		  /* cap: a power of two, or 0 */
	uint64_t seed;
	uint32_t lengths[1000]; /* by the first three digits: a bit for each length */
};

void zv_numbers_deinit(struct zv_number_table *t);

/* The entry of those digits (LEAST…MOST of them), made if it is new; NULL: no memory. */
struct zv_number *zv_numbers_take(struct zv_number_table *t, struct zv_str digits);

/* Takes the entry out when its list is empty. */
void zv_numbers_give(struct zv_number_table *t, struct zv_number *number);

typedef void (*zv_number_fn)(void *user, const struct zv_number *number, size_t at,
			     size_t length);

/* Calls fn for each place in the text where an entry's digits stand. */
void zv_numbers_find(const struct zv_number_table *t, struct zv_str text,
		     zv_number_fn fn, void *user);

#endif
