/* originate.h - follows one Originate action from the click to its result.
 *
 * A machine: the action's response, events and time in, steps out. It knows both
 * families of events, AMI 1.x (Asterisk 1.4 to 11) and 2 and up (12 and later), and
 * gives the same steps for the same scene. No sockets, no clock. */
#ifndef ZV_CALL_ORIGINATE_H
#define ZV_CALL_ORIGINATE_H

#include <stdint.h>

#include "call/cause.h"
#include "zvon/packet.h"

struct zv_originate;

/* The channel variable that marks our channel where ChannelId is not known (AMI 1.x):
 * send `Variable: ZVON_ORIGINATE=<mark>` with the action. */
#define ZV_ORIGINATE_VARIABLE "ZVON_ORIGINATE"

#define ZV_ORIGINATE_SETTLE_MS	300  /* a late cause may still explain a failure */
#define ZV_ORIGINATE_QUIET_MS	5000 /* nothing is dialled: the dialplan serves us */
#define ZV_ORIGINATE_CANCEL_MS	2000 /* time for our own hang-up to work */
#define ZV_ORIGINATE_MAX_DIALED 200  /* parties of one ring group that are followed */

struct zv_originate_options {
	struct zv_str action_id; /* of the Originate action */
	struct zv_str channel;	 /* its Channel: "PJSIP/200" */
	struct zv_str unique_id; /* its ChannelId; empty for AMI 1.x */
	struct zv_str mark;	 /* value of ZV_ORIGINATE_VARIABLE, or empty */
	bool application;	 /* it names an Application, not an extension */
	int timeout_ms;		 /* no result after this: TIMED_OUT; 0 = never */
	bool to_the_end;	 /* after `answered` go on to ENDED */
};

enum zv_originate_state {
	ZV_ORIGINATE_INITIATED,	   /* the server took the action */
	ZV_ORIGINATE_RINGING,	   /* side tells which phone */
	ZV_ORIGINATE_ANSWERED_OWN, /* the own phone was picked up */
	ZV_ORIGINATE_DIALING,	   /* a far party is called */
	ZV_ORIGINATE_QUEUED,	   /* the caller waits in a queue */
	ZV_ORIGINATE_DONE,	   /* the result is known */
	ZV_ORIGINATE_ENDED,	   /* the conversation is over (to_the_end) */
	ZV_ORIGINATE_REFUSED,	/* the server refused the action; reason = its text */
	ZV_ORIGINATE_TIMED_OUT, /* no result in time; reason tells what was seen */
};

enum zv_originate_side {
	ZV_SIDE_NONE,
	ZV_SIDE_OWN, /* the phone that was called first */
	ZV_SIDE_FAR,
};

struct zv_originate_step {
	enum zv_originate_state state;
	enum zv_originate_side side; /* DONE: the side that decided */
	int64_t at_ms;		     /* since zv_originate_new */
	struct zv_str channel;	     /* of that side; DONE, ENDED: the own one */
	struct zv_str unique_id;
	struct zv_str
		call; /* the id of the call in zvon/call.h; empty: not known yet */
	struct zv_str number;	    /* DIALING: what is dialled; QUEUED: the queue */
	enum zv_call_result result; /* DONE */
	int cause;		    /* DONE, ENDED: hang-up cause; 0 = not known */
	struct zv_str dial_status;  /* DONE: "BUSY"…, empty = not known */
	struct zv_str tech_cause;   /* DONE: "486" of SIP; Asterisk 22 and later */
	struct zv_str reason;	    /* a sentence in English */
};

/* Texts are copied. NULL: out of memory. */
struct zv_originate *zv_originate_new(const struct zv_originate_options *options,
				      int64_t now_ms);
void zv_originate_free(struct zv_originate *o); /* NULL is fine */

/* The response to the action. 0 or ZV_ENOMEM, as all below. */
int zv_originate_response(struct zv_originate *o, const struct zv_packet *response,
			  int64_t now_ms);

/* Any event of the connection; foreign ones are passed over. */
int zv_originate_event(struct zv_originate *o, const struct zv_packet *event,
		       int64_t now_ms);

/* The user gave up: whatever comes now, the result is `cancelled`. The driver hangs
 * up zv_originate_target() as soon as it is known. */
int zv_originate_cancel(struct zv_originate *o, int64_t now_ms);

/* What to put into `Hangup` as Channel to end the attempt; empty: not known yet. */
struct zv_str zv_originate_target(const struct zv_originate *o);

/* When to call tick at the latest; INT64_MAX: never. */
int64_t zv_originate_deadline(const struct zv_originate *o);
int zv_originate_tick(struct zv_originate *o, int64_t now_ms);

/* true: *out is the next step; its texts are borrowed until the next call on o. */
bool zv_originate_next(struct zv_originate *o, struct zv_originate_step *out);

/* No more steps will come. */
bool zv_originate_is_over(const struct zv_originate *o);

/* "initiated", "ringing", "answered_own"…; "own", "far", "". */
const char *zv_originate_state_name(enum zv_originate_state state);
const char *zv_originate_side_name(enum zv_originate_side side);

#endif
