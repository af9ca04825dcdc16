/* agents.h - inside the hub: what a user says of himself, and the pauses in queues that
 * follow from it and from his calls. */
#ifndef ZV_HUB_AGENTS_H
#define ZV_HUB_AGENTS_H

#include "hub/session.h"

struct zv_agents;

#define ZV_AGENT_KEY 256

/* By what he is known to zv_hub_agent: his name; of a user that panels share "NAME/LINE",
 * so that each line has a state of its own. */
struct zv_str zv_agent_key_of(const struct zv_user *user, char out[ZV_AGENT_KEY]);

struct zv_agents *zv_agents_new(struct zv_hub *h); /* NULL: no memory */
void zv_agents_free(struct zv_agents *a);	   /* NULL is fine */

/* Of whom something is known; NULL: nothing. Panels name lines as they like, so looking
 * for one must not make one. */
const struct zv_agent *zv_hub_find_agent(struct zv_hub *h, struct zv_str user);

/* The index of those with auto_pause, anew. 0 or ZV_ENOMEM: it is as it was. */
int zv_agents_on_users(struct zv_agents *a);

/* A call of his was answered: pause in all queues. It ended: wrap-up. Whom panels share
 * has no lines that could be known here: his panel tells it, with these two. */
void zv_agents_on_event(struct zv_agents *a, size_t server,
			const struct zv_call_event *event);
void zv_agent_talks(struct zv_hub *h, const struct zv_user *user, int64_t now_ms);
void zv_agent_has_talked(struct zv_hub *h, const struct zv_user *user,
			 const struct zv_leg *ended /* or NULL */, int64_t now_ms);

int64_t zv_agents_deadline(const struct zv_agents *a);
void zv_agents_tick(struct zv_agents *a, int64_t now_ms);

/* Copies both texts. 0 or ZV_ENOMEM. */
int zv_hub_set_agent(struct zv_hub *h, struct zv_str user, struct zv_str state,
		     struct zv_str reason);

/* Does a state of that name keep calls of queues away? "break", "away"… */
bool zv_agent_state_pauses(struct zv_str state);

/* His wrap-up begins or ends, with the pause of his lines in all queues. */
void zv_agent_wrap_up(struct zv_hub *h, const struct zv_user *user, bool on,
		      int64_t now_ms);

/* Pauses all lines of his in all queues, on each server that is up, or ends that. */
void zv_agent_pause(struct zv_hub *h, const struct zv_user *user, bool on,
		    struct zv_str reason, int64_t now_ms);

#endif
