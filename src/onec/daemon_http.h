/* daemon_http.h - questions to zvond's HTTP API beside a session, on connections of their own:
 * GET and POST with the session's token, which is renewed by the password when it has ended.
 * On the network thread; never waits. */
#ifndef ZV_ONEC_DAEMON_HTTP_H
#define ZV_ONEC_DAEMON_HTTP_H

#include "io/dial.h"
#include "onec/daemon_session.h"

#define ZV_DAEMON_ASK_MS     30000 /* from the question to the last byte of the answer */
#define ZV_DAEMON_ANSWER_MAX ((size_t)16 * 1024 * 1024) /* bytes of an answer */

struct zv_daemon_http;

/* where: is copied; session: outlives it. NULL: out of memory, or *err says why. */
struct zv_daemon_http *zv_daemon_http_new(const struct zv_dial_options *where,
					  struct zv_daemon_session *session,
					  struct zv_error *err);
/* Whoever waits is told ZV_ECLOSED. NULL is fine. */
void zv_daemon_http_free(struct zv_daemon_http *h);

/* 0: q->answer is called once, not within this; ZV_EBUSY: more than are allowed at once,
 * ZV_ENOMEM, ZV_EINVAL. */
int zv_daemon_http_ask(struct zv_daemon_http *h, const struct zv_desk_question *q,
		       struct zv_error *err);

/* As those of a link. */
size_t zv_daemon_http_descriptors(const struct zv_daemon_http *h,
				  struct zv_descriptor *out, size_t max);
int zv_daemon_http_timeout(const struct zv_daemon_http *h);
void zv_daemon_http_process(struct zv_daemon_http *h);
bool zv_daemon_http_is_resolving(const struct zv_daemon_http *h);

#endif
