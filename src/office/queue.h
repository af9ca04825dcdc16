/* queue.h - the queue `sales`: callers wait, members are rung in turn. */
#ifndef ZV_OFFICE_QUEUE_H
#define ZV_OFFICE_QUEUE_H

#include "office/model.h"

#define ZV_QUEUE_NAME "sales"

/* Who ended a conversation with an agent. */
enum zv_queue_reason {
	ZV_QUEUE_CALLER,
	ZV_QUEUE_AGENT,
	ZV_QUEUE_TRANSFER,
};

void zv_queue_init(struct zv_office *o);
void zv_queue_deinit(struct zv_office *o);

/* The caller's conversation with its agent ends: AgentComplete. */
void zv_queue_complete(struct zv_channel *caller, enum zv_queue_reason reason);

/* A channel goes; if it waits in the queue, it has abandoned it. */
void zv_queue_gone(struct zv_channel *c);

/* The line's lamp has changed: QueueMemberStatus, and perhaps someone is free now. */
void zv_queue_device_changed(struct zv_office *o, const struct zv_line *l);

/* ---- members ------------------------------------------------------------------ */

struct zv_member *zv_member_find(struct zv_office *o, struct zv_str interface);
/* 0, ZV_EBUSY: there already, or no room; ZV_ENOMEM. */
int zv_member_add(struct zv_office *o, struct zv_str interface, struct zv_str name,
		  int penalty, bool paused, struct zv_member **out);
/* It stays in a conversation that it has. */
void zv_member_remove(struct zv_office *o, struct zv_member *m);
enum zv_device zv_member_device(const struct zv_member *m);
bool zv_member_is_available(const struct zv_member *m);
/* What its events and its item of QueueStatus have alike: "StateInterface" … "PausedReason". */
void zv_member_put(struct zv_buf *out, const struct zv_member *m);
/* QueueMemberPause and the like: all keys of a member. */
void zv_member_event(struct zv_office *o, const struct zv_member *m, const char *name);
/* Members were added, paused…: tells whether any is available. */
void zv_queue_members_changed(struct zv_office *o);

size_t zv_queue_waiting(const struct zv_office *o);

#endif
