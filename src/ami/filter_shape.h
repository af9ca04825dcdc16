/* filter_shape.h - what a regular expression wants to find in a text, read off the
 * expression: its alternatives, and in each the literal texts that must occur in order.
 *
 * The filters of 1C are mostly of one shape, `Dial.{1,}?200|Hangup.{1,}?200`: literals
 * with "anything" between them. For these the shape is the whole truth and no regular
 * expression need be run; for others it tells cheaply that there can be no match. */
#ifndef ZV_AMI_FILTER_SHAPE_H
#define ZV_AMI_FILTER_SHAPE_H

#include "zvon/str.h"

struct zv_shape_part {
	struct zv_str literal; /* never empty */
	size_t gap; /* at least so many bytes between it and what is before */
};

struct zv_shape_choice {
	const struct zv_shape_part *parts; /* all must occur, in this order */
	size_t n_parts;
	size_t tail; /* at least so many bytes behind the last one */
};

struct zv_shape {
	struct zv_shape_choice *choices; /* one of them must hold */
	size_t n_choices;
	/* true: a text matches if and only if a choice holds, provided that '.' matches
	 * any byte. false: a text for which no choice holds does not match. */
	bool exact;
};

/* 0: *out is the shape of that expression (PCRE2, DOTALL), or NULL when nothing is known
 * of it; or ZV_ENOMEM. The expression must be one that PCRE2 compiles. */
int zv_shape_read(struct zv_str pattern, struct zv_shape **out);

/* The shape of "this text, anywhere", for a text that is not empty. NULL: no memory. */
struct zv_shape *zv_shape_of_text(struct zv_str text);

void zv_shape_free(struct zv_shape *s); /* NULL is fine */

bool zv_shape_choice_holds(const struct zv_shape_choice *c, struct zv_str text);
bool zv_shape_holds(const struct zv_shape *s, struct zv_str text);

#endif
