/* filter_set_impl.h - inside of the set of filters, shared by filter_set.c (the set, its
 * subscriptions, one packet's way), filter_interest.c (who is found by a value) and
 * filter_expression.c (who is found by an expression). */
#ifndef ZV_AMI_FILTER_SET_IMPL_H
#define ZV_AMI_FILTER_SET_IMPL_H

#include "ami/filter_impl.h"
#include "ami/filter_index.h"
#include "ami/filter_keys.h"
#include "ami/filter_set.h"
#include "base/buf.h"

/* The kinds of filter_keys.h, and the name of the event behind them. */
#define ZV_WANTED_EVENT ZV_KEY_KINDS
#define ZV_WANTED_KINDS (ZV_KEY_KINDS + 1)

struct zv_wanted {
	char **texts; /* event names in lower case */
	size_t n;
};

struct zv_bucket_member;
struct zv_expression;

struct zv_subscription {
	void *subscriber;
	struct zv_node all; /* in the set */
	uint64_t called;    /* the number of the packet it was last called for */
	struct zv_wanted wanted[ZV_WANTED_KINDS];
	struct zv_bucket_member
		*members; /* where it is found: by the values of one kind */
	size_t n_members;
	struct zv_node open; /* among those who want everything */
	struct zv_expression *expression;
	struct zv_node node;	/* in that of the expression */
	struct zv_filter *rest; /* what else a free filter asks; NULL: nothing */
};

struct zv_filter_set {
	struct zv_regex_room *room;
	struct zv_node all, open;
	struct zv_map by[ZV_WANTED_KINDS]; /* buckets */
	struct zv_map expressions;
	struct zv_filter_index kept, dashed;
	struct zv_buf dashed_text;
	struct zv_buf event_name; /* in lower case */
	struct zv_packet_keys keys;
	struct zv_filter_set_counters counters;
};

/* One packet on its way through the set. */
struct zv_filter_question {
	struct zv_filter_set *set;
	const struct zv_packet *packet;
	int64_t now_ms;
	zv_filter_match_fn on_match;
	void *user;
	size_t matches;
};

/* ---- filter_set.c ---- */

/* It was found; calls it unless the rest of a free filter says no. */
void zv_question_call(struct zv_filter_question *q, struct zv_subscription *s);

/* ---- filter_interest.c ---- */

/* What it wants. 0, or < 0 and *err says why. */
int zv_wanted_copy(struct zv_subscription *s, const struct zv_interest *interest,
		   struct zv_error *err);

/* Event names alone. 0 or ZV_ENOMEM. */
int zv_wanted_copy_events(struct zv_subscription *s, const struct zv_str *names,
			  size_t n);
void zv_wanted_free(struct zv_subscription *s);

/* Makes it found by what it wants. 0, or ZV_ENOMEM; leave it in both cases. */
int zv_interest_enter(struct zv_filter_set *set, struct zv_subscription *s);
void zv_interest_leave(struct zv_filter_set *set, struct zv_subscription *s);

void zv_interest_ask(struct zv_filter_question *q);

/* ---- filter_expression.c ---- */

/* How an expression is asked: the letter before its text in the map of the set. */
enum zv_expression_way {
	ZV_EXPRESSION_KEPT = 'k',
	ZV_EXPRESSION_DASHED = 'd', /* it sees dashes for line ends */
	ZV_EXPRESSION_TEXT = 't',   /* no expression: a text, anywhere */
};

/* Makes it found by that expression. 0, or < 0 and *err says why. */
int zv_expression_enter(struct zv_filter_set *set, struct zv_subscription *s,
			enum zv_expression_way way, struct zv_str text,
			struct zv_error *err);
void zv_expression_leave(struct zv_filter_set *set, struct zv_subscription *s);

bool zv_expression_is_off(const struct zv_expression *x);

void zv_expression_ask(struct zv_filter_question *q);

#endif
