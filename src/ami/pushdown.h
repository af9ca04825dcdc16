/* pushdown.h - what of a filter the server itself can do, so that fewer events cross the
 * wire. Never more is dropped there than the full filter would drop here.
 *
 * `Action: Filter`, `Operation: Add` takes a POSIX expression that is searched for in the
 * text of an event; several are alternatives. It cannot be taken back: it holds until the
 * session ends. Answers and the items of lists are never filtered. */
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

/* *out gets the values, to be sent in any order after the login, each in an action of its
 * own; if one is refused, log off and log in without them, for the others alone would lose
 * events. 0, also when there are none (why_not says why), or ZV_ENOMEM. The options must
 * be those of a filter that zvon_filter_new takes. Deinit in any case. */
int zv_pushdown_init(struct zv_pushdown *out, const struct zv_filter_options *options,
		     const struct zv_pushdown_server *server);
void zv_pushdown_deinit(struct zv_pushdown *p);

#endif
