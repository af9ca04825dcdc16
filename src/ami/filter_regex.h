/* filter_regex.h - regular expressions from people one does not trust, run on every
 * packet: what they may cost is bounded.
 *
 * PCRE2, search, '.' matches line ends. Of bytes, unless the expression has a character
 * beyond ASCII in it or begins with (*UTF): then of characters, with their letter case
 * and classes, and bytes that are not UTF-8 match nothing. */
#ifndef ZV_AMI_FILTER_REGEX_H
#define ZV_AMI_FILTER_REGEX_H

#include "ami/filter_shape.h"
#include "zvon/filter.h"

/* Where matches are made: memory that the expressions of one thread share. */
struct zv_regex_room;

/* NULL: no memory. no_jit: machine code may not be made at run time. */
struct zv_regex_room *zv_regex_room_new(bool no_jit);
void zv_regex_room_free(struct zv_regex_room *room); /* NULL is fine */

struct zv_regex;

/* `what` names it in *err: "regex". NULL: *err says what is wrong, where in the pattern
 * and what to write, or no memory. It lives no longer than its room. */
struct zv_regex *zv_regex_new(struct zv_regex_room *room, const char *what,
			      struct zv_str pattern, struct zv_error *err);
void zv_regex_free(struct zv_regex *re); /* NULL is fine */

/* 1: it matches, 0: it does not, ZV_ETOOBIG: given up at a limit. */
int zv_regex_search(struct zv_regex *re, struct zv_str text);

/* What is known of it without running it, or NULL. */
const struct zv_shape *zv_regex_shape(const struct zv_regex *re);

/* Limit hits of the last minute. Zeroed = none. */
struct zv_regex_hits {
	int64_t at[ZV_FILTER_MAX_HITS]; /* a ring */
	uint64_t n;			/* ever */
};

/* Counts one. true: it is the last of ZV_FILTER_MAX_HITS within a minute. */
bool zv_regex_hits_add(struct zv_regex_hits *h, int64_t now_ms);

#endif
