/* originate_event.h - what an event says to an attempt, and whose it is: for originate_who.c,
 * originate_dial.c and originate_events.c. */
#ifndef ZV_CALL_ORIGINATE_EVENT_H
#define ZV_CALL_ORIGINATE_EVENT_H

#include "call/originate_impl.h"

enum { /* values of ChannelState */
       ZV_CHANNEL_STATE_DOWN = 0,
       ZV_CHANNEL_STATE_RINGING = 5,
       ZV_CHANNEL_STATE_UP = 6,
};

static inline struct zv_str
zv_event_get(const struct zv_packet *event, const char *key)
{
	return zvon_packet_get(event, zvon_str(key));
}

static inline int
zv_event_int(const struct zv_packet *event, const char *key)
{
	long long value = zvon_packet_get_int(event, zvon_str(key), -1);

	return value >= 0 && value < 100000 ? (int)value : -1;
}

static inline bool
zv_event_is(const struct zv_packet *event, const char *key, const char *word)
{
	return zvon_str_equal_nocase(zv_event_get(event, key), zvon_str(word));
}

static inline bool
zv_name_is(const struct zv_name *name, struct zv_str s)
{
	return name->n && zvon_str_equal(zv_name_str(name), s);
}

/* ---- originate_who.c ---- */

/* The text of that key is the Uniqueid of our channel. */
bool zv_originate_is_own(const struct zv_originate *o, const struct zv_packet *event,
			 const char *key);
struct zv_party *zv_originate_far(struct zv_originate *o, struct zv_str unique_id);
/* The own channel, a far party, or a candidate; NULL: a stranger. */
struct zv_party *zv_originate_party(struct zv_originate *o, struct zv_str unique_id);
bool zv_originate_looks_ours(const struct zv_originate *o,
			     const struct zv_packet *event);
/* This is our channel from now on. Being sure beats a guess. */
void zv_originate_adopt(struct zv_originate *o, struct zv_str channel,
			struct zv_str unique_id, bool sure);
/* The first candidate that shows signs of life is taken for ours, until OriginateResponse or
 * the mark tells better. */
bool zv_originate_is_own_by_guess(struct zv_originate *o, struct zv_party *party);

void zv_originate_ring(struct zv_originate *o, struct zv_party *party,
		       enum zv_originate_side side);
void zv_originate_answered(struct zv_originate *o, const struct zv_party *by,
			   const char *how);

/* ---- originate_dial.c ---- */

void zv_originate_on_dial_begin(struct zv_originate *o, const struct zv_packet *event);
void zv_originate_on_dial_state(struct zv_originate *o, const struct zv_packet *event);
void zv_originate_on_dial_end(struct zv_originate *o, const struct zv_packet *event);
void zv_originate_on_old_dial(struct zv_originate *o, const struct zv_packet *event);
void zv_originate_on_queue_join(struct zv_originate *o, const struct zv_packet *event);
void zv_originate_on_queue_leave(struct zv_originate *o, const struct zv_packet *event);
void zv_originate_on_queue_abandon(struct zv_originate *o,
				   const struct zv_packet *event);
void zv_originate_on_agent_connect(struct zv_originate *o,
				   const struct zv_packet *event);

#endif
