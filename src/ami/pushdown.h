/* pushdown.h - what of a filter the server itself can do, so that fewer events cross the
 * wire. Never more is dropped there than the full filter would drop here. */
#ifndef ZV_AMI_PUSHDOWN_H
#define ZV_AMI_PUSHDOWN_H

#include "base/buf.h"
#include "zvon/filter.h"

/* What is known of the server and the account. */
struct zv_pushdown_server {
	int ami_major;	       /* 1: Asterisk 1.4-11 */
	struct zv_str version; /* AMI version, "5.0.4"; "" unknown */
	bool may_filter;       /* has the write class `system`: the Filter action */
};

#define ZV_PUSHDOWN_MAX_ACTIONS 64

struct zv_pushdown {
	struct zv_buf
		*filters; /* each the value of one `Filter:` of `Operation: Add` */
	size_t n_filters;
	const char *why_not; /* a sentence when nothing is pushed down; "" else */
};

#endif
