/* filter_shape_scan.h - a regular expression cut into its pieces; for filter_shape.c. */
#ifndef ZV_AMI_FILTER_SHAPE_SCAN_H
#define ZV_AMI_FILTER_SHAPE_SCAN_H

#include <stdint.h>

#include "zvon/str.h"

#define ZV_SHAPE_ENDLESS SIZE_MAX

struct zv_shape_repeat {
	size_t min, max; /* max ZV_SHAPE_ENDLESS: no end */
	bool possessive;
};

enum zv_shape_kind {
	ZV_SHAPE_LITERAL, /* one character that stands for itself */
	ZV_SHAPE_DOT,
	ZV_SHAPE_GROUP, /* ( … ) or (?: … ) */
	ZV_SHAPE_OTHER, /* a class, an assertion: something of no text of its own */
	ZV_SHAPE_BAR,
	ZV_SHAPE_UNKNOWN, /* may change the meaning of all the rest */
};

struct zv_shape_token {
	enum zv_shape_kind kind;
	struct zv_shape_repeat repeat; /* once, when none is given */
	struct zv_str literal;
	size_t inner, inner_end; /* of a group */
	bool has_bar;		 /* there is an alternative directly in it */
	size_t end;		 /* the next token begins there */
};

/* The token at p[from]; from < to. */
void zv_shape_scan(const char *p, size_t from, size_t to, struct zv_shape_token *t);

#endif
