/* push.h - asks the server to send only what a filter would pass, at the beginning of
 * each session, before the first event is let in: expressions at the server are
 * alternatives, and with the first alone the events of the others would be lost.
 *
 *   AMI    Login without events, `Filter` for each expression, `Events` with the mask
 *   AJAM   no WaitEvent before all are answered: filters count when it delivers */
#ifndef ZV_CLIENT_PUSH_H
#define ZV_CLIENT_PUSH_H

#include "ami/pushdown.h"
#include "client/session.h"

struct zv_push;

/* The options are copied. NULL: out of memory. */
struct zv_push *zv_push_new(const struct zv_filter_options *filter, const char *events,
			    const struct zv_log *log);
void zv_push_free(struct zv_push *p); /* NULL is fine */

/* true: there is something that a server could do, so the login must not bring events. */
bool zv_push_is_wanted(const struct zv_push *p);

enum zv_push_end {
	ZV_PUSH_DONE,	/* events may come, filtered there or not */
	ZV_PUSH_FAILED, /* only a part was taken: this session would lose events. The next
			 * one will not push anything */
};

/* The session is logged in; on_end is called once, perhaps before it returns, unless the
 * session ends first. */
void zv_push_start(struct zv_push *p, struct zv_client_session *session, int64_t now_ms,
		   void (*on_end)(void *user, enum zv_push_end end), void *user);

#endif
