/* session.h - one login to one manager port: greeting, login, actions and their
 * answers, events, Ping. A machine: bytes and time in, bytes and calls out. */
#ifndef ZV_AMI_SESSION_H
#define ZV_AMI_SESSION_H

#include <stdint.h>

#include "base/buf.h"
#include "base/log.h"
#include "zvon/client.h"
#include "zvon/parser.h"

struct zv_ami_session;

/* A server that has logged us in before and then says nothing hangs: it is given this
 * long for a login instead of login_timeout_ms. To close and come again would not
 * help, and miss the moment when it goes on. */
#define ZV_AMI_HUNG_LOGIN_MS 60000

/* Everything must be set (0 is no default here); text is copied. */
struct zv_ami_session_options {
	struct zv_str user, secret, events;
	bool plain_login;
	int login_timeout_ms;
	int action_timeout_ms;
	int booted_wait_ms;
	int ping_after_ms;
	int ping_timeout_ms;
	size_t max_pending;
	struct zv_parser_limits limits;
	uint64_t seed; /* random: hash key, and start of the ActionIDs */
};

/* So long for a login; known: the server has logged us in before. */
int zv_ami_login_patience_ms(const struct zv_ami_session_options *o, bool known);

struct zv_ami_session_handlers {
	/* not the answers to our actions */
	void (*on_event)(void *user, const struct zv_packet *event);
	/* LOGIN, BOOTING, READY; READY again when FullyBooted comes late */
	void (*on_state)(void *user, enum zv_client_state state);
};

/* log is borrowed and must live as long as the session. NULL: out of memory. */
struct zv_ami_session *zv_ami_session_new(
	const struct zv_ami_session_options *options,
	const struct zv_ami_session_handlers *handlers, void *user,
	const struct zv_log *log);

/* Actions still waiting end with ZV_ECLOSED. */
void zv_ami_session_free(struct zv_ami_session *s);

/* The transport is up: waits for the greeting from now on. */
void zv_ami_session_start(struct zv_ami_session *s, int64_t now_ms);

/* The transport is gone. Actions that were sent end with ZV_ECLOSED, those that were
 * not wait for the next start, or end too when `for_good`. */
void zv_ami_session_stop(struct zv_ami_session *s, bool for_good);

/* Bytes from the server, with the time they arrived. 0, or < 0: close the transport;
 * *err says why. Handlers are called from in here. */
int zv_ami_session_input(struct zv_ami_session *s, struct zv_str bytes, int64_t now_ms,
			 struct zv_error *err);

/* Bytes for the server; take them from the front with zv_buf_consume. */
struct zv_buf *zv_ami_session_output(struct zv_ami_session *s);

/* When to call tick at the latest; INT64_MAX: never. */
int64_t zv_ami_session_deadline(const struct zv_ami_session *s);

/* Call it when all bytes that have arrived were given. As zv_ami_session_input. */
int zv_ami_session_tick(struct zv_ami_session *s, int64_t now_ms, struct zv_error *err);

/* See zvon_client_send. */
int zv_ami_session_send(struct zv_ami_session *s, const struct zv_request *request,
			int timeout_ms, zvon_reply_fn fn, void *user, int64_t now_ms,
			struct zv_error *err);

/* For the owner's own actions in a session that is logged in: it goes before all that
 * wait, max_pending does not hold it up, and it ends with the session, sent or not. Called
 * when BOOTING is told it goes before all actions of users. */
int zv_ami_session_send_first(struct zv_ami_session *s,
			      const struct zv_request *request, zvon_reply_fn fn,
			      void *user, int64_t now_ms, struct zv_error *err);

/* From the next start on: the owner asks for the events himself, with Events, after the
 * login. That brings no more than those of the class system, if they are wanted: only a
 * login with them tells FullyBooted (measured on 16 and 22). */
void zv_ami_session_hold_events(struct zv_ami_session *s, bool hold);

/* LOGIN, BOOTING or READY; DOWN when not started. */
enum zv_client_state zv_ami_session_state(const struct zv_ami_session *s);

bool zv_ami_session_is_booted(const struct zv_ami_session *s);

/* From the greeting on: "5.0.4" and its first number; before: "" and 0. */
struct zv_str zv_ami_session_version(const struct zv_ami_session *s, int *major);

/* What it counts itself; the rest is 0. */
void zv_ami_session_count(const struct zv_ami_session *s,
			  struct zv_client_counters *out);

#endif
