/* daemon_session_impl.h - the inside of a session: daemon_options.c (its beginning and end),
 * daemon_session.c (its faces), daemon_enter.c (HTTP), daemon_frames.c and daemon_message.c
 * (what comes), daemon_write.c (what goes), daemon_loss.c. */
#ifndef ZV_ONEC_DAEMON_SESSION_IMPL_H
#define ZV_ONEC_DAEMON_SESSION_IMPL_H

#include "onec/daemon_answer.h"
#include "onec/daemon_session.h"
#include "onec/daemon_url.h"
#include "onec/daemon_words.h"
#include "ws/frame.h"
#include "ws/handshake.h"

/* In the order of a connection. */
enum zv_daemon_phase {
	ZV_PHASE_IDLE,
	ZV_PHASE_WAITING, /* for the next try */
	ZV_PHASE_LINKING, /* the driver connects */
	ZV_PHASE_SIGNING_IN,
	ZV_PHASE_UPGRADING,
	ZV_PHASE_GREETING, /* a WebSocket; zvond has not said hello */
	ZV_PHASE_STARTING, /* it has, and was asked for events */
	ZV_PHASE_READY,
	ZV_PHASE_CLOSED,
};

struct zv_daemon_session {
	struct zv_desk_handlers handlers;
	void *context;
	uint64_t (*random)(void);
	bool russian;
	int answer_ms, ping_ms, pong_ms, backoff_ms, backoff_most_ms, refused_ms;
	struct zv_ws_limits limits;

	struct zv_daemon_url url;
	struct zv_buf user, secret; /* user empty: a token */
	struct zv_buf token;	    /* the one of now: given, or of /v1/login */
	struct zv_buf lists;	    /* `,"lines":[…]`, or empty */

	enum zv_daemon_phase phase;
	int64_t now_ms; /* of the call that is running */
	int64_t retry_at_ms, until_ms, heard_ms, pinged_ms, ready_ms;
	bool pinged, retries_silently;
	bool token_is_fresh; /* of this connection: a refusal is final */
	unsigned failures;   /* in a row */

	unsigned char key[16]; /* of the handshake */
	struct zv_daemon_answer answer;
	struct zv_ws_reader reader;
	struct zv_buf out;

	struct zv_buf stream; /* which numbering, and the last number that was told */
	long long seq;
	bool has_seq;
	bool is_doubled; /* the message at hand */
	struct zv_daemon_counters counters;
};

#define ZV_DAEMON_PROTOCOL "zvon.v1"

bool zv_daemon_is_token(struct zv_str s);
void zv_daemon_tell_state(struct zv_daemon_session *s, enum zv_desk_state state,
			  const struct zv_error *why, int retry_ms);

/* daemon_loss.c. The next try is after `least_ms` at least; a refusal: not soon. Nothing is
 * done when there is no connection. */
void zv_daemon_lose(struct zv_daemon_session *s, const struct zv_error *why,
		    bool is_refusal, int least_ms);
void zv_daemon_lose_with(struct zv_daemon_session *s, int code,
			 enum zv_daemon_word word, struct zv_str quote, bool is_refusal,
			 int least_ms);
void zv_daemon_lack_memory(struct zv_daemon_session *s);
void zv_daemon_link_again(struct zv_daemon_session *s);

/* daemon_enter.c: the port is open; bytes before the WebSocket, moved behind what was used;
 * a refusal that is whole enough. */
void zv_daemon_enter(struct zv_daemon_session *s);
void zv_daemon_take_answer(struct zv_daemon_session *s, struct zv_str *bytes);
void zv_daemon_be_refused(struct zv_daemon_session *s);

/* The first frame of *bytes, if it is whole; a message. */
void zv_daemon_take_frames(struct zv_daemon_session *s, struct zv_str *bytes);
void zv_daemon_take_text(struct zv_daemon_session *s, struct zv_str text);

/* POST /v1/login; body is the caller's scratch. */
void zv_daemon_write_login(struct zv_buf *out, struct zv_buf *body,
			   const struct zv_daemon_session *s);
/* One masked frame into the output: 0 or ZV_ENOMEM. */
int zv_daemon_session_frame(struct zv_daemon_session *s, enum zv_ws_op op,
			    struct zv_str payload);
void zv_daemon_session_say_close(struct zv_daemon_session *s, int code,
				 struct zv_str reason);

#endif
