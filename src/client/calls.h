/* calls.h - a tracker of calls (zvon/call.h) that follows a client: it is fed with each
 * event before the client's own filter, with what the server says on request after each
 * login (call/resync.h), and with the time. */
#ifndef ZV_CLIENT_CALLS_H
#define ZV_CLIENT_CALLS_H

#include "base/log.h"
#include "client/session.h"
#include "zvon/call.h"

struct zv_follow;

struct zv_follow_options {
	struct zv_calls *calls; /* borrowed */
	struct zv_str user;	/* of the login */
	bool is_ajam;
	int64_t (*wall_us)(void); /* what time it is, in microseconds; NULL: unknown */
	const struct zv_log *log;
	/* The tracker agrees with what the server has told; may be NULL. */
	void (*on_synced)(void *user, bool complete);
	void *synced_user;
};

/* NULL: out of memory. */
struct zv_follow *zv_follow_new(const struct zv_follow_options *options);
/* NULL is fine. The session it followed is gone. */
void zv_follow_free(struct zv_follow *f);

/* Logged in (BOOTING); READY; down. The session must live until the next login or
 * zv_follow_lost. */
void zv_follow_login(struct zv_follow *f, struct zv_client_session *session,
		     int64_t now_ms);
void zv_follow_ready(struct zv_follow *f, int64_t now_ms);
void zv_follow_lost(struct zv_follow *f, int64_t now_ms);

void zv_follow_event(struct zv_follow *f, const struct zv_packet *event,
		     int64_t now_ms);

int64_t zv_follow_deadline(const struct zv_follow *f);
void zv_follow_tick(struct zv_follow *f, int64_t now_ms);

#endif
