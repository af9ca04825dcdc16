/* call_limits.h - how many calls a user makes: in the last minute, and at once. Kept by
 * user name, so that a second session or a reload gives nobody more. */
#ifndef ZV_HUB_CALL_LIMITS_H
#define ZV_HUB_CALL_LIMITS_H

#include "base/list.h"
#include "hub/role.h"
#include "zvon/call.h"

#define ZV_LIMIT_MINUTE_MS     60000
#define ZV_LIMIT_AT_ONCE_MS    5000 /* "come back in": nobody knows when a call ends */
#define ZV_LIMIT_A_MINUTE_MOST 1000 /* what a role may allow is cut there */

/* Zero it, then init. */
struct zv_call_limits {
	struct zv_node callers;
};

/* One call that was let through. */
struct zv_made_call;

void zv_call_limits_init(struct zv_call_limits *l);
void zv_call_limits_deinit(struct zv_call_limits *l);

/* caller: the name of a user. How long he must wait before he may make one more call: 0: none; < 0: never.
 * at_once: calls that are going on count too (not for consultations). *what gets the
 * limit in words. */
int zv_call_limits_wait(struct zv_call_limits *l, struct zv_str caller,
			const struct zv_role *role, bool at_once, int64_t now_ms,
			const char **what);

/* It is made now. NULL: out of memory. at_once as above: it counts until
 * zv_call_limits_over, or, once told its id, until that call ends. */
struct zv_made_call *zv_call_limits_take(struct zv_call_limits *l, struct zv_str caller,
					 bool at_once, int64_t now_ms);
/* It is that call of that server. ZV_ENOMEM: it does not count from now on. */
int zv_call_limits_is(struct zv_made_call *m, size_t server, struct zv_str call);
/* The command is over: a call that never came to be does not count any more. */
void zv_call_limits_over(struct zv_made_call *m);

/* Ends, merges; and all calls of a server that is gone. */
void zv_call_limits_on_event(struct zv_call_limits *l, size_t server,
			     const struct zv_call_event *event);
void zv_call_limits_forget_server(struct zv_call_limits *l, size_t server);

#endif
