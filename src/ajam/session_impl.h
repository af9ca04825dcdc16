/* session_impl.h - inside of the AJAM session, shared by session.c (life, answers,
 * time), orders.c (what the transport is to do) and errands.c (what each request is for,
 * and what its answer means). */
#ifndef ZV_AJAM_SESSION_IMPL_H
#define ZV_AJAM_SESSION_IMPL_H

#include "ajam/session.h"
#include "ami/pending.h"

/* What a request is for. Those of the login come in this order, some left out. */
enum zv_ajam_purpose {
	ZV_AJAM_FOR_NOTHING,
	ZV_AJAM_FOR_CHALLENGE,
	ZV_AJAM_FOR_LOGIN,
	ZV_AJAM_FOR_MASK, /* digest: there is no Login that could bring the event mask */
	ZV_AJAM_FOR_SETTINGS, /* AJAM has no banner: CoreSettings tells the version */
	ZV_AJAM_FOR_WAIT,
	ZV_AJAM_FOR_ACTION,
	ZV_AJAM_FOR_PING,
	ZV_AJAM_FOR_LOGOFF,
};

struct zv_errand {
	struct zv_exchange exchange;
	enum zv_ajam_purpose purpose;
	unsigned long ticket;
	int timeout_ms;
	int64_t started_ms;
	size_t n_events;  /* WAIT */
	bool is_complete; /* WAIT: WaitEventComplete was seen; ACTION: its response */
	bool is_refused;  /* the server saw no action in the POST */
};

struct zv_ajam_session {
	struct zv_ajam_session_options options; /* its texts are the copies below */
	char *user, *secret, *events, *path;
	bool wants_events;
	bool holds_events;
	bool may_wait; /* for events */
	struct zv_ajam_session_handlers handlers;
	void *handler_user;
	const struct zv_log *log;

	struct zv_ajam_place place;
	struct zv_errand errands[ZV_AJAM_N_EXCHANGES];
	struct zv_ajam_order orders[2 * ZV_AJAM_N_EXCHANGES];
	size_t n_orders;

	struct zv_pending_table pending;
	struct zv_pending *current; /* under way; not yet counted as sent */
	struct zv_pending *suspect; /* was answered `Permission denied`: no right, or no
				     * session any more? A Ping tells; then it is sent
				     * once more */
	struct zv_client_counters counters;
	unsigned long last_ticket;
	char action_id[ZV_ACTION_ID_MAX];
	struct zv_buf text; /* for on_text */

	enum zv_client_state state;
	enum zv_ajam_purpose step; /* LOGIN: what is to be asked next */
	bool booted;
	bool known; /* logged in before */
	bool ping_now;
	int ami_major;
	char version[32];
	char challenge[64];

	int64_t now_ms; /* of the call we are in */
	int64_t login_by_ms;
	int64_t received_ms;  /* the last bytes */
	int64_t asked_ms;     /* the last request */
	int64_t next_wait_ms; /* not earlier */
	struct zv_error *err; /* of the call we are in, NULL outside */
	int failed;
};

static inline bool
zv_ajam_is_logged_in(const struct zv_ajam_session *s)
{
	return s->state == ZV_STATE_BOOTING || s->state == ZV_STATE_READY;
}

/* ---- session.c ---- */

void zv_ajam_enter(struct zv_ajam_session *s, enum zv_client_state state);

/* Remembers the first reason; the call we are in returns it. */
int zv_ajam_fail(struct zv_ajam_session *s, int code);
int zv_ajam_fail_expired(struct zv_ajam_session *s);

/* ---- orders.c ---- */

void zv_ajam_order_start(struct zv_ajam_session *s, int exchange,
			 const struct zv_ajam_asked *asked, int timeout_ms);

int zv_ajam_ask(struct zv_ajam_session *s, int exchange, enum zv_ajam_purpose purpose,
		const struct zv_request *request, struct zv_str action_id,
		int timeout_ms, struct zv_error *err);

/* Takes the request; NULL or a failure fails the session. */
void zv_ajam_ask_own(struct zv_ajam_session *s, int exchange,
		     enum zv_ajam_purpose purpose, struct zv_request *request,
		     int timeout_ms);

/* Breaks off what runs; the transport is told. */
void zv_ajam_break_off(struct zv_ajam_session *s, struct zv_errand *e);

/* For on_text: the line that AMI begins with; a packet. */
void zv_ajam_tell_banner(struct zv_ajam_session *s);
void zv_ajam_tell_packet(struct zv_ajam_session *s, const struct zv_packet *packet);

/* A packet of an answer, unless AMI would not have had it. */
void zv_ajam_tell_answer(struct zv_ajam_session *s, const struct zv_errand *e,
			 const struct zv_packet *packet);

/* ---- errands.c ---- */

/* Starts what is to be asked now. */
void zv_ajam_start_due(struct zv_ajam_session *s);

/* When something is to be asked; INT64_MAX: never by itself. */
int64_t zv_ajam_due_ms(const struct zv_ajam_session *s);

/* A packet of an answer; the end of a whole one; the end of one that is of no use; of one
 * that did not come. */
void zv_ajam_on_packet(struct zv_ajam_session *s, struct zv_errand *e,
		       const struct zv_packet *packet);
void zv_ajam_on_end(struct zv_ajam_session *s, struct zv_errand *e);
void zv_ajam_on_failure(struct zv_ajam_session *s, struct zv_errand *e,
			const struct zv_error *why);
void zv_ajam_on_lost(struct zv_ajam_session *s, struct zv_errand *e,
		     const struct zv_error *why);

#endif
