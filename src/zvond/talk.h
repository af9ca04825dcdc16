/* talk.h - the HTTP phase of a connection: requests one after the other, with the time
 * limit of each phase. */
#ifndef ZV_ZVOND_TALK_H
#define ZV_ZVOND_TALK_H

#include "zvond/exchange.h"

struct zv_talk *zv_talk_new(struct zv_front *f); /* NULL: out of memory */
void zv_talk_free(struct zv_talk *t);		 /* cancels; NULL is fine */

void zv_talk_input(struct zv_talk *t, struct zv_str bytes);
void zv_talk_on_deadline(struct zv_talk *t);
/* At the end of a round: goes on with what came behind an answered request. */
void zv_talk_work(struct zv_talk *t);
bool zv_talk_is_busy(const struct zv_talk *t);
struct zv_exchange *zv_talk_exchange(struct zv_talk *t);
/* What exchange.c has answered is over. */
void zv_talk_answered(struct zv_talk *t, bool keep_alive);

/* guard.c: may that request be answered at all: is its Host ours, its Origin allowed?
 * false: it has been refused. */
bool zv_guard_request(struct zv_exchange *x);
/* The same for a WebSocket that tells no Origin. */
bool zv_guard_may_upgrade(struct zv_exchange *x, bool has_credentials);

#endif
