/* originate_impl.h - the inside of an attempt, shared by the files that think about it:
 * originate.c (life, steps, time), originate_who.c, originate_dial.c, originate_events.c
 * (what an event changes), originate_result.c (what it all means in the end). */
#ifndef ZV_CALL_ORIGINATE_IMPL_H
#define ZV_CALL_ORIGINATE_IMPL_H

#include "base/list.h"
#include "base/printf.h"
#include "base/str.h"
#include "call/originate.h"

/* Asterisk: a channel's name has at most 80 bytes, its Uniqueid 150. */
#define ZV_NAME_MAX 200

struct zv_name {
	char p[ZV_NAME_MAX];
	size_t n;
};

/* One channel's part in the attempt. */
struct zv_party {
	struct zv_node node; /* far parties: in zv_originate.far */
	struct zv_name channel;
	struct zv_name unique_id;
	struct zv_name status;	   /* DialStatus of the dial to it */
	struct zv_name tech_cause; /* "486" of SIP (22 and later) */
	int cause;		   /* 0: not known */
	bool ringing;
	bool up;
	bool gone;	/* Hangup was seen */
	bool ended;	/* the dial to it is over */
	bool forwarded; /* it sent the call on to somebody else */
	bool hung_up;	/* its own user asked for the end (HangupRequest) */
};

/* Asterisk 1.4-11 do not tell which new channel belongs to which Originate: these
 * look like ours. */
#define ZV_MAX_CANDIDATES 4

/* In 1.x a phone may be told to ring before the Dial to it is told: so many are
 * remembered. */
#define ZV_MAX_RANG 8

struct zv_originate {
	struct zv_name action_id, dialled, mark;
	struct zv_name peer; /* how the names of our channel begin: "SIP/200-" */
	struct zv_name wanted_id;
	int64_t start_ms, now_ms;
	int64_t timeout_at, settle_at, quiet_at; /* INT64_MAX: off */
	bool to_the_end;

	struct zv_node steps; /* for the driver, in order */
	struct zv_node given; /* the one the driver has; at most one */
	int failed;	      /* ZV_ENOMEM */

	struct zv_party own; /* unique_id empty: not known yet */
	bool own_is_sure;    /* not only a candidate */
	struct zv_name call; /* the first Uniqueid of the own channel */
	struct zv_party candidates[ZV_MAX_CANDIDATES];
	size_t n_candidates;

	struct zv_node far;
	size_t n_far;
	struct zv_name rang[ZV_MAX_RANG]; /* Uniqueids of strangers that ring */
	size_t n_rang;			  /* that many in all, so far */

	struct zv_name bridge;	    /* where the own channel is */
	struct zv_name queue;	    /* the last one it was in */
	struct zv_name application; /* the last one that the dialplan ran for it */
	bool in_queue, left_queue, abandoned;
	bool queue_gave_up;  /* QUEUESTATUS: it was the queue, not the caller */
	bool tells_requests; /* the server (11 and later) has HangupRequest events */
	bool served;	     /* the dialplan itself spoke to the own phone */

	int reason;		    /* Reason of OriginateResponse, -1: not seen */
	bool response_failed;	    /* OriginateResponse said Failure */
	bool cancelled;		    /* our user gave up */
	bool seen;		    /* at least one event of it was seen */
	enum zv_call_result result; /* NONE until it is known */
	bool over;
};

/* ---- originate.c ---- */

void zv_name_set(struct zv_name *name, struct zv_str s);

static inline struct zv_str
zv_name_str(const struct zv_name *name)
{
	return (struct zv_str){ name->p, name->n };
}

/* Puts a copy of the step, with at_ms filled in, into the queue for the driver. Once
 * the result is known only the end is still told. */
void zv_originate_push(struct zv_originate *o, const struct zv_originate_step *step);

/* The same for a step that says no more than who and which number (may be empty). */
void zv_originate_tell(struct zv_originate *o, enum zv_originate_state state,
		       enum zv_originate_side side, const struct zv_party *who,
		       struct zv_str number);

/* The own channel is up; or is gone. */
void zv_originate_own_up(struct zv_originate *o);
void zv_originate_own_gone(struct zv_originate *o);

/* Decide within ZV_ORIGINATE_SETTLE_MS, or at once when nothing can change it. */
void zv_originate_settle(struct zv_originate *o);

/* Nothing is being dialled now: the dialplan has ZV_ORIGINATE_QUIET_MS to go on. */
void zv_originate_be_quiet(struct zv_originate *o);

/* ---- originate_result.c ---- */

/* Tells the result, once. who: the party that decided, or NULL. */
void zv_originate_conclude(struct zv_originate *o, enum zv_call_result result,
			   enum zv_originate_side side, const struct zv_party *who,
			   const char *format, ...) ZV_PRINTF(5, 6);

/* Nothing more is to be learned: finds the result in what was seen. */
void zv_originate_decide(struct zv_originate *o);

/* The dialplan was quiet long enough. */
void zv_originate_decide_quiet(struct zv_originate *o);

/* true when waiting could not change what zv_originate_decide would say. */
bool zv_originate_is_clear(const struct zv_originate *o);

/* Where it stood when the time was up, as a sentence. */
const char *zv_originate_standing(const struct zv_originate *o);

/* All of this round of dialling have ended. */
bool zv_originate_round_over(const struct zv_originate *o);

/* ---- originate_events.c ---- */

void zv_originate_dispatch(struct zv_originate *o, const struct zv_packet *event);

/* ---- originate_who.c ---- */

/* How the names of channels begin that dialling this makes: "SIP/200-" for "SIP/200"
 * and "SIP/x@200", "Local/2@ctx-" for "Local/2@ctx/n". */
void zv_originate_peer_name(struct zv_str dialled, struct zv_name *out);

#endif
