/* session_impl.h - the inside of a session: session.c (life, sending, receiving), session_login.c,
 * session_time.c. */
#ifndef ZV_AMI_SESSION_IMPL_H
#define ZV_AMI_SESSION_IMPL_H

#include "ami/login.h"
#include "ami/pending.h"
#include "ami/session.h"

struct zv_ami_session {
	struct zv_ami_session_options options; /* its texts are the copies below */
	char *user, *secret, *events;
	struct zv_ami_session_handlers handlers;
	void *handler_user;
	const struct zv_log *log;

	struct zv_parser *parser;
	struct zv_buf output;
	struct zv_pending_table pending;
	struct zv_client_counters counters;

	enum zv_client_state state;
	char head[ZV_BANNER_PEEK]; /* the first bytes, until the greeting is known */
	size_t n_head;
	bool greeted;
	bool booted;
	bool holds_events;
	bool known; /* logged in before, on this connection or an earlier one */
	int ami_major;
	char version[32];

	int64_t now_ms;	      /* of the call we are in */
	int64_t login_by_ms;  /* LOGIN: time is up */
	int64_t booted_by_ms; /* BOOTING: do not wait longer for FullyBooted */
	int64_t received_ms;  /* the last bytes */
	int64_t pinged_ms;    /* a Ping waits for any byte; -1: none */
	struct zv_error *err; /* of the call we are in: a reply handler fails it;
			       * never NULL in input and tick */
	int failed;
};

/* ---- session.c ---- */

void zv_ami_session_enter(struct zv_ami_session *s, enum zv_client_state state);
/* Remembers the first reason; the call we are in returns it. */
void zv_ami_session_fail(struct zv_ami_session *s, int code);
bool zv_ami_session_is_logged_in(const struct zv_ami_session *s);

/* Our own actions: they do not wait for the login, they are it. The request is freed; NULL:
 * *s->err says why. */
void zv_ami_session_send_own(struct zv_ami_session *s, struct zv_request *request,
			     int timeout_ms, zvon_reply_fn fn);
/* What was asked for before the login goes out now, in the order of asking. */
void zv_ami_session_send_waiting(struct zv_ami_session *s);

/* ---- session_login.c ---- */

void zv_ami_session_banner(struct zv_ami_session *s, struct zv_str banner);
/* How long a login may take. */
int zv_ami_session_patience_ms(const struct zv_ami_session *s);

#endif
