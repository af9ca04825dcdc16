/* daemon_session.h - a session of zvon.v1 as its client: signs in, turns HTTP into a
 * WebSocket, asks for events and, after a loss, for those that it missed. A machine: bytes
 * and time in, bytes and wishes out; link_daemon.c has the socket.
 *
 *   WAITING ─▶ LINKING ─▶ (SIGNING_IN ─▶) UPGRADING ─▶ GREETING ─▶ STARTING ─▶ READY ─▶ …
 *
 * READY is told when the answer to start or resume is there (a snapshot, resumed, resync),
 * right before it: from then on nothing is missed.
 *
 * Nothing is lost and nothing told twice: the number of the last event is kept, resume
 * brings what came since, and what has a number that was told already is passed over. Where
 * zvond has it no more it sends a resync, which is passed on like every message. A command
 * that was under way at a loss is not sent again: nobody knows what came of it. */
#ifndef ZV_ONEC_DAEMON_SESSION_H
#define ZV_ONEC_DAEMON_SESSION_H

#include <stdint.h>

#include "onec/desk.h"

/* Defaults of the options below. */
#define ZV_DAEMON_ANSWER_MS                                                            \
 10000 /* from the open port to zvond's hello; then silence */
#define ZV_DAEMON_PING_MS	15000 /* of silence, then we ask */
#define ZV_DAEMON_PONG_MS	10000 /* and wait so long for anything */
#define ZV_DAEMON_BACKOFF_MS	1000  /* least wait before the next try … */
#define ZV_DAEMON_BACKOFF_MOST	30000 /* … and most, by chance in between */
#define ZV_DAEMON_REFUSED_MS	60000 /* least wait when trying soon is of no use */
#define ZV_DAEMON_MESSAGE_BYTES ((size_t)8 * 1024 * 1024) /* of a snapshot, most */

#define ZV_DAEMON_SEND_BYTES   ((size_t)64 * 1024) /* of a command: zvond takes no more */
#define ZV_DAEMON_UNREAD_BYTES ((size_t)1024 * 1024) /* of what zvond does not read */
#define ZV_DAEMON_STEADY_MS    10000 /* READY for so long: the next loss is a first one */

/* Zero it; url, secret and random are needed. Texts are copied. */
struct zv_daemon_session_options {
	const char *url; /* ws://host:2013, wss://user:password@host/prefix/v1/events */
	const char
		*user; /* instead of the URL's; empty or NULL and none there: secret is
			   * a token, else a password */
	const char *secret;	  /* instead of the URL's */
	const char *subscription; /* JSON object with the lists of `start`; NULL: all */
	bool russian;		  /* language of errors */
	uint64_t (*random)(void); /* nobody can guess it: masks, keys, jitter */

	int answer_ms, ping_ms, pong_ms, backoff_ms, backoff_most_ms, refused_ms;
	size_t max_message_bytes;
};

struct zv_daemon_counters {
	uint64_t bytes_in, bytes_out; /* of the wire, TLS not counted */
	uint64_t messages;	      /* that came */
	uint64_t events;	      /* of them; told to the handler */
	uint64_t doubled;	      /* events that had been told, passed over */
	uint64_t resyncs;	      /* zvond had not kept all that was missed */
	uint64_t connects;	      /* hellos */
	uint64_t losses;	      /* after one */
};

struct zv_daemon_session;
struct zv_daemon_url;

/* NULL: *err says why. on_packet of the handlers is never called. */
struct zv_daemon_session *zv_daemon_session_new(
	const struct zv_daemon_session_options *options,
	const struct zv_desk_handlers *handlers, void *user, struct zv_error *err);
void zv_daemon_session_free(struct zv_daemon_session *s); /* NULL is fine */

const struct zv_daemon_url *zv_daemon_session_url(const struct zv_daemon_session *s);

/* Handlers are called inside these; zv_daemon_session_stop and _send may be called from
 * there, _free may not. */
void zv_daemon_session_start(struct zv_daemon_session *s, int64_t now_ms);
/* For good; a goodbye is left in the output. Calls on_gone, and nothing after it. */
void zv_daemon_session_stop(struct zv_daemon_session *s);

/* The driver opens a stream when this becomes true, and closes it when it becomes false,
 * after one last attempt to send the output. */
bool zv_daemon_session_wants_link(const struct zv_daemon_session *s);
void zv_daemon_session_link_up(struct zv_daemon_session *s, int64_t now_ms);
void zv_daemon_session_link_down(struct zv_daemon_session *s,
				 const struct zv_error *why, int64_t now_ms);
void zv_daemon_session_input(struct zv_daemon_session *s, struct zv_str bytes,
			     int64_t now_ms);
struct zv_buf *zv_daemon_session_output(struct zv_daemon_session *s);
void zv_daemon_session_wrote(struct zv_daemon_session *s, size_t n); /* of it */
int64_t zv_daemon_session_deadline(const struct zv_daemon_session *s);
/* Everything that had arrived by now_ms must have been put in. */
void zv_daemon_session_tick(struct zv_daemon_session *s, int64_t now_ms);

/* As zv_desk.send. */
int zv_daemon_session_send(struct zv_daemon_session *s, struct zv_str json,
			   struct zv_error *err);

/* The bearer's token of now: given, or that of the last login. n 0: none. */
struct zv_str zv_daemon_session_token(const struct zv_daemon_session *s);
/* The token is one that user and password were given for, and that ends after hours. */
bool zv_daemon_session_has_password(const struct zv_daemon_session *s);
/* Adds what /v1/login wants to be posted. */
void zv_daemon_session_write_password(const struct zv_daemon_session *s,
				      struct zv_buf *body);
/* What it answered: the token from now on. false: there is none in it. */
bool zv_daemon_session_take_token(struct zv_daemon_session *s, struct zv_str body);
/* ZV_ECLOSED in words: it is not READY. */
int zv_daemon_session_fail_closed(const struct zv_daemon_session *s,
				  struct zv_error *err);

enum zv_desk_state zv_daemon_session_state(const struct zv_daemon_session *s);
const struct zv_daemon_counters *zv_daemon_session_counters(
	const struct zv_daemon_session *s);

#endif
