/* push.h - asks the server to send only what a filter would pass, at the beginning of
 * each session, before the first event is let in: expressions at the server are
 * alternatives, and with the first alone the events of the others would be lost.
 *
 *   AMI    Login without events, `Filter` for each expression, `Events` with the mask
 *   AJAM   no WaitEvent before all are answered: filters count when it delivers
 *
 * All that goes before what users have asked for, so that the answers come at once. */
#ifndef ZV_CLIENT_PUSH_H
#define ZV_CLIENT_PUSH_H

#include "ami/pushdown.h"
#include "client/session.h"

struct zv_push;

/* The options are copied. NULL: out of memory. */
struct zv_push *zv_push_new(const struct zv_filter_options *filter, const char *events,
			    const struct zv_log *log);
void zv_push_free(struct zv_push *p); /* NULL is fine */

/* true: there is something that a server could do, so the session must hold its events
 * back (zv_client_session_hold_events) until that is done. */
bool zv_push_is_wanted(const struct zv_push *p);

enum zv_push_end {
	ZV_PUSH_DONE,	/* events may come, filtered there or not */
	ZV_PUSH_FAILED, /* this session would lose events: it is to be ended, for the
			 * reason that zv_push_why tells. From now on nothing is wanted */
};

/* The session is logged in; on_end is called once, perhaps before it returns, unless
 * zv_push_stop is called before. */
void zv_push_start(struct zv_push *p, struct zv_client_session *session, int64_t now_ms,
		   void (*on_end)(void *user, enum zv_push_end end), void *user);

/* Before the session is stopped; its answers mean nothing any more. NULL is fine. */
void zv_push_stop(struct zv_push *p);

const struct zv_error *zv_push_why(const struct zv_push *p);

#endif
