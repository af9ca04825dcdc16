/* pending.h - the actions that wait for their answer, by ActionID and by deadline. */
#ifndef ZV_AMI_PENDING_H
#define ZV_AMI_PENDING_H

#include "ami/request.h"
#include "base/list.h"
#include "base/map.h"
#include "zvon/client.h"

/* Lists that timed out half way and may still send items; older ones are forgotten. */
#define ZV_PENDING_MAX_LATE 32

#define ZV_ACTION_ID_MAX 64 /* of our own, with the NUL */

struct zv_pending {
	struct zv_node node;   /* in the table, ordered by deadline */
	struct zv_node unsent; /* in the table until it is sent, in order of asking */
	struct zv_request *request; /* not sent yet; NULL once it is */
	char *action_id;
	zvon_reply_fn fn; /* NULL: nobody wants the answer */
	void *user;
	int64_t deadline_ms;
	bool may_be_list; /* an old list, without `EventList: start` (1.8, 11) */
	bool is_list;	  /* its response said that a list follows */
	bool may_block;	  /* holds up what is sent behind it until it is answered */
	bool is_late;	  /* timed out; its last items are still to come */
	bool is_first;	  /* goes before those that are not, and ends with the session
			   * even when it was not sent */
};

struct zv_pending_table {
	struct zv_map by_id;
	size_t max;    /* that may wait at a time, see zv_pending_ask */
	unsigned mark; /* of our ActionIDs */
	unsigned long last_id;
	struct zv_node all;
	struct zv_node unsent;
	size_t n; /* without the late ones */
	size_t n_late;
	size_t n_lists; /* is_list, late ones included */
};

/* seed: random; hash key, and start of our ActionIDs. */
void zv_pending_init(struct zv_pending_table *t, uint64_t seed, size_t max);

/* Frees all without calling anybody. */
void zv_pending_deinit(struct zv_pending_table *t);

/* A copy of the request is kept until it is sent. 0, ZV_EINVAL when the ActionID is
 * in use, ZV_ENOMEM. */
int zv_pending_add(struct zv_pending_table *t, const struct zv_request *request,
		   struct zv_str action_id, int64_t deadline_ms,
		   struct zv_pending **out);

/* A user's action: with his ActionID or one of ours, if not too many wait already. 0, or
 * < 0 and *err says why. */
int zv_pending_ask(struct zv_pending_table *t, const struct zv_request *request,
		   int64_t deadline_ms, zvon_reply_fn fn, void *user,
		   struct zv_pending **out, struct zv_error *err);

/* An action of our own, with an ActionID of ours, however many wait. 0 or ZV_ENOMEM. */
int zv_pending_add_own(struct zv_pending_table *t, const struct zv_request *request,
		       int64_t deadline_ms, zvon_reply_fn fn, void *user,
		       struct zv_pending **out);

/* An ActionID that is not in use, in `out`. */
struct zv_str zv_pending_next_id(struct zv_pending_table *t,
				 char out[ZV_ACTION_ID_MAX]);

struct zv_pending *zv_pending_find(struct zv_pending_table *t, struct zv_str action_id);

/* The one whose time ends first, or NULL. */
struct zv_pending *zv_pending_first(struct zv_pending_table *t);

/* When the first one's time ends; INT64_MAX: none waits. */
int64_t zv_pending_deadline(const struct zv_pending_table *t);

/* Before all others that were not sent, behind those that came first before. */
void zv_pending_put_first(struct zv_pending_table *t, struct zv_pending *p);

/* Takes out those put first that were not sent, calls nobody. How many there were. */
size_t zv_pending_recall(struct zv_pending_table *t);

/* The text of its request has been made: forgets the request. */
void zv_pending_sent(struct zv_pending *p);

/* Takes it out, calls fn with DONE, frees it. fn may add others. */
void zv_pending_finish(struct zv_pending_table *t, struct zv_pending *p, int status);

/* Tells that time is up; a list that has begun stays as a late one, so that its items
 * are known as such when they come. */
void zv_pending_expire(struct zv_pending_table *t, struct zv_pending *p);

/* The connection is gone: those that were sent end with ZV_ECLOSED, and those
 * that were put first; the others too when `for_good`. What their handlers ask for stays. */
void zv_pending_end(struct zv_pending_table *t, bool for_good);

#endif
