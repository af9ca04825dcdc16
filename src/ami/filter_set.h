/* filter_set.h - the filters of many subscribers, asked together: whoever wants a packet
 * is found by hash, not by asking each.
 *
 * A subscription names what must be in the packet: a line, a number, a channel, a queue,
 * an event name (any of them may be left open, several of one kind mean "any of these").
 * What cannot be said so is a free filter with a regular expression; it is asked once per
 * distinct expression, however many subscribers have it, and if its literals are in the
 * packet. One thread. */
#ifndef ZV_AMI_FILTER_SET_H
#define ZV_AMI_FILTER_SET_H

#include "zvon/filter.h"

#define ZV_INTEREST_MAX 1024 /* values of one kind in one subscription */

/* All that are not empty must hold; in each one value of the list is enough. Values are
 * compared byte for byte, event names without letter case. Zero it first; all is copied. */
struct zv_interest {
	const char *const
		*lines; /* "200": SIP/200-0000019d, PJSIP/200-…, Local/200@… */
	size_t n_lines;
	const char *const
		*numbers; /* of callers, connected lines, extensions dialled */
	size_t n_numbers;
	const char *const *channels; /* whole names: "PJSIP/200-0000019d" */
	size_t n_channels;
	const char *const *queues;
	size_t n_queues;
	const char *const *events;
	size_t n_events;
};

struct zv_filter_set;
struct zv_subscription;

/* seed: something that those who write packets and filters cannot know. NULL: no
 * memory. */
struct zv_filter_set *zv_filter_set_new(uint64_t seed, bool no_jit);
void zv_filter_set_free(
	struct zv_filter_set *set); /* subscriptions too; NULL is fine */

/* NULL: *err says why. It lives until it is removed or the set is freed. */
struct zv_subscription *zv_filter_set_add(struct zv_filter_set *set,
					  const struct zv_interest *interest,
					  void *subscriber, struct zv_error *err);

/* The same for a free filter; no_jit of the options does not count, that of the set
 * does. */
struct zv_subscription *zv_filter_set_add_filter(
	struct zv_filter_set *set, const struct zv_filter_options *options,
	void *subscriber, struct zv_error *err);

void zv_filter_set_remove(struct zv_filter_set *set, struct zv_subscription *s);

typedef void (*zv_filter_match_fn)(void *user, void *subscriber);

/* Calls on_match once for each subscription that wants the packet, in no order; the set
 * may not be changed meanwhile. Returns how many. A subscriber with several
 * subscriptions may be called several times. */
size_t zv_filter_set_match(struct zv_filter_set *set, const struct zv_packet *packet,
			   int64_t now_ms, zv_filter_match_fn on_match, void *user);

/* true: its expression, shared by all who have the same, hit its limits too often and is
 * off; see zvon_filter_is_off. */
bool zv_subscription_is_off(const struct zv_subscription *s);

struct zv_filter_set_counters {
	uint64_t packets, matches;
	uint64_t searches;			   /* regular expressions run */
	uint64_t limit_hits;			   /* of them */
	size_t subscriptions, expressions, always; /* now; always: asked every packet */
};

void zv_filter_set_count(const struct zv_filter_set *set,
			 struct zv_filter_set_counters *out);

#endif
