/* core.h - the connection that stays: a session, and what to do when it is lost. A
 * machine without sockets and clock; loop.c and threads.c drive it.
 *
 * The driver looks at zv_core_wants_link after each call, opens or closes the
 * transport so that it agrees, and tells what came of it. The transport is a stream of
 * bytes (AMI: zv_core_input, zv_core_output), or carries HTTP exchanges (AJAM:
 * zv_core_news, zv_core_next_order); there the link is up at once. */
#ifndef ZV_CLIENT_CORE_H
#define ZV_CLIENT_CORE_H

#include "client/calls.h"
#include "client/push.h"
#include "client/session.h"
#include "io/fetch.h"

struct zv_core;

struct zv_core_options {
	struct zv_ajam_session_options session; /* AMI looks at its `ami` only */
	bool is_ajam;
	struct zv_filter *filter; /* what on_event gets; NULL: all. Borrowed */
	struct zv_legacy *legacy; /* through which events go; NULL: as sent. Borrowed */
	struct zv_push *push; /* what of it the server is asked to do; NULL: nothing.
			       * Borrowed. When it fails, the session is ended and
			       * begun again at once, no_reconnect or not */
	const char *where;    /* "host:port" for messages; borrowed */
	bool no_reconnect;
	int backoff_first_ms;
	int backoff_most_ms;
	int refused_wait_ms;
};

struct zv_core_handlers {
	void (*on_event)(void *user, const struct zv_packet *event);
	void (*on_state)(void *user, const struct zv_client_status *status);
	void (*on_filter_off)(void *user);
	/* AJAM: see ajam/session.h; NULL: nobody wants it */
	void (*on_text)(void *user, enum zv_direction direction, struct zv_str text);
};

struct zv_core *zv_core_new(const struct zv_core_options *options,
			    const struct zv_core_handlers *handlers, void *user,
			    const struct zv_log *log);
void zv_core_free(struct zv_core *c);

/* Before zv_core_start: calls are followed, nothing is asked to be filtered there.
 * Borrowed. */
void zv_core_follow(struct zv_core *c, struct zv_follow *follow);

void zv_core_start(struct zv_core *c, int64_t now_ms);

/* For good: actions end with ZV_ECLOSED, then CLOSED is told. reason 0: asked for. */
void zv_core_stop(struct zv_core *c, int reason, const char *text);

bool zv_core_wants_link(const struct zv_core *c);
void zv_core_link_up(struct zv_core *c, int64_t now_ms);
void zv_core_link_down(struct zv_core *c, const struct zv_error *why, int64_t now_ms);

void zv_core_input(struct zv_core *c, struct zv_str bytes, int64_t now_ms);
struct zv_buf *zv_core_output(struct zv_core *c);

/* AJAM. The ticket is that of the order which started the exchange; the order is borrowed
 * until the next call on c. */
void zv_core_news(struct zv_core *c, unsigned long ticket,
		  const struct zv_fetch_news *news, int64_t now_ms);
bool zv_core_next_order(struct zv_core *c, struct zv_ajam_order *out);
bool zv_core_farewell(struct zv_core *c, struct zv_ajam_order *out);

int64_t zv_core_deadline(const struct zv_core *c);

/* When everything that has arrived was given to zv_core_input. */
void zv_core_tick(struct zv_core *c, int64_t now_ms);

int zv_core_send(struct zv_core *c, const struct zv_request *request, int timeout_ms,
		 zvon_reply_fn fn, void *user, int64_t now_ms, struct zv_error *err);

enum zv_client_state zv_core_state(const struct zv_core *c);
bool zv_core_is_logged_in(const struct zv_core *c);
void zv_core_count(const struct zv_core *c, struct zv_client_counters *out);

#endif
