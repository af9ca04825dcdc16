/* historian_left.h - calls that were open in the store before zvond began to follow their server:
 * what it had seen of them then, and the lists of the PBX do not tell. Of the thread that
 * writes. */
#ifndef ZV_ZVOND_HISTORIAN_LEFT_H
#define ZV_ZVOND_HISTORIAN_LEFT_H

#include "base/list.h"
#include "base/map.h"
#include "hist/conversation.h"

struct zv_left {
	struct zv_node calls;
	struct zv_map names; /* "SERVER\nID" and "SERVER\nUNIQUEID" of each */
};

void zv_left_init(struct zv_left *l, uint64_t seed);
void zv_left_deinit(struct zv_left *l);

/* A copy. 0 or ZV_ENOMEM. */
int zv_left_add(struct zv_left *l, const struct zv_conversation *c);
/* The first that shares a channel with it, beginning at position *at of all its names (0), which
 * goes on behind it; NULL: no more. */
const struct zv_conversation *zv_left_next(const struct zv_left *l,
					   const struct zv_conversation *c, size_t *at);
void zv_left_forget(struct zv_left *l, struct zv_str server, struct zv_str id);
void zv_left_forget_server(struct zv_left *l, struct zv_str server);

/* What is told now, of a call that was seen before: when it began and who answered when is known
 * from then, the rest from both. One block; NULL: out of memory. */
struct zv_conversation *zv_conversation_go_on(const struct zv_conversation *before,
					      const struct zv_conversation *now);

#endif
