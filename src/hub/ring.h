/* ring.h - the last events, for those who come back: bounded by number and by age. An
 * entry knows what it was about, so that whoever resumes gets what he may see. */
#ifndef ZV_HUB_RING_H
#define ZV_HUB_RING_H

#include "hub/message.h"
#include "hub/topic.h"
#include "zvon/call.h"

struct zv_ring_entry {
	struct zv_message *message; /* has the number */
	int64_t told_ms;
	enum zv_call_event_kind kind;
	struct zv_topic *server;
	size_t n_tags;
	struct zv_topic *tags[];
};

/* Numbers in it are consecutive: those after `floor` up to that of the last entry. */
struct zv_ring {
	struct zv_ring_entry **entries; /* a power of two; grows when needed */
	size_t cap, first, n;
	size_t most;
	int most_ms;
	uint64_t floor; /* the last number that is not in it any more */
};

void zv_ring_deinit(struct zv_ring *r, struct zv_topics *t);

/* Number must be that after the last one, or after floor. Takes the oldest out when it is
 * full. 0; ZV_ENOMEM: then it is empty, and its floor is that number. */
int zv_ring_add(struct zv_ring *r, struct zv_topics *t, struct zv_message *m,
		int64_t told_ms, enum zv_call_event_kind kind, struct zv_topic *server,
		const struct zv_tags *tags);

/* Empties it; nobody can resume from before that number. */
void zv_ring_cut(struct zv_ring *r, struct zv_topics *t, uint64_t floor);

/* Drops what is too old; INT64_MAX: nothing will be. */
void zv_ring_age(struct zv_ring *r, struct zv_topics *t, int64_t now_ms);
int64_t zv_ring_deadline(const struct zv_ring *r);

/* The last number that it had, or floor. */
uint64_t zv_ring_last(const struct zv_ring *r);

/* Does it have all that came after that number? */
static inline bool
zv_ring_reaches(const struct zv_ring *r, uint64_t after_seq)
{
	return after_seq >= r->floor && after_seq <= zv_ring_last(r);
}

/* The entry with that number, or NULL. */
const struct zv_ring_entry *zv_ring_find(const struct zv_ring *r, uint64_t seq);

#endif
