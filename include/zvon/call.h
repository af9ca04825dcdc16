/* call.h - calls instead of packets: who rings whom, who answered, held, transferred,
 * and how it ended. Fed with the events of one Asterisk, of either generation: AMI 1.x
 * (Asterisk 1.4 to 11) and AMI 2 and up (12 and later); the same scene gives the same
 * calls. What each word means, with its source, is told in docs/calls.md.
 *
 * A pure machine: packets and time in, call events out. It has no socket and no clock,
 * and belongs to one thread at a time. Two servers are two trackers: an id is unique
 * within its server only. */
#ifndef ZVON_CALL_H
#define ZVON_CALL_H

#include <stdint.h>

#include "zvon/error.h"
#include "zvon/packet.h"

ZVON_BEGIN_DECLS

/* The result of a call or of one leg, decided once. */
enum zv_call_result {
	ZV_RESULT_NONE = 0, /* not known (yet) */
	ZV_RESULT_ANSWERED,
	ZV_RESULT_BUSY,
	ZV_RESULT_NO_ANSWER,
	ZV_RESULT_CANCELLED, /* the caller gave up */
	ZV_RESULT_REJECTED,
	ZV_RESULT_CONGESTION,
	ZV_RESULT_FAILED,
	ZV_RESULT_ABANDONED,	      /* the caller left a queue before an agent came */
	ZV_RESULT_ANSWERED_ELSEWHERE, /* of a leg only */
};

enum zv_call_direction {
	ZV_DIRECTION_INTERNAL,
	ZV_DIRECTION_IN,  /* trunk to line */
	ZV_DIRECTION_OUT, /* line to trunk */
};

enum zv_call_state {
	ZV_CALL_STATE_RINGING, /* nobody talks yet, somebody is called */
	ZV_CALL_STATE_QUEUED,
	ZV_CALL_STATE_TALKING,
	ZV_CALL_STATE_HELD,
	ZV_CALL_STATE_PARKED,
	ZV_CALL_STATE_ENDED,
};

enum zv_leg_role {
	ZV_ROLE_CALLER, /* also the line that clicked, in a call made by Originate */
	ZV_ROLE_CALLEE,
};

enum zv_leg_state {
	ZV_LEG_STATE_DIALING, /* it calls, or is called and does not ring yet */
	ZV_LEG_STATE_RINGING,
	ZV_LEG_STATE_UP, /* answered: it talks, waits or listens to the dialplan */
	ZV_LEG_STATE_HELD,
	ZV_LEG_STATE_ENDED,
};

enum zv_transfer_kind {
	ZV_TRANSFER_BLIND,
	ZV_TRANSFER_ATTENDED,
};

/* One channel's part in a call. Local channels have none. */
struct zv_leg {
	const struct zv_leg *next; /* in order of joining; the caller is first */
	struct zv_str line;	   /* "101" of PJSIP/101-0000001d; a trunk's name */
	struct zv_str number;  /* of a line its number, of a trunk the number outside;
	                            * empty: withheld or not told */
	struct zv_str name;    /* the caller's name, unescaped; may be empty */
	struct zv_str channel; /* its name now */
	struct zv_str unique_id;
	struct zv_str forwarded_to; /* it sent the call on to (SIP 302); or empty */
	enum zv_leg_role role;
	enum zv_leg_state state;
	enum zv_call_result result; /* NONE until it is decided */
	int cause;		    /* hang-up cause (Q.850), 0: not known */
	bool is_trunk, rang, answered;
	int64_t started_ms, rang_ms, answered_ms, ended_ms; /* now_ms; 0: not (yet) */
};

struct zv_transfer {
	const struct zv_transfer *next;
	enum zv_transfer_kind kind;
	struct zv_str by, to; /* a line or an outside number */
};

struct zv_call_text { /* one of a list of texts */
	const struct zv_call_text *next;
	struct zv_str text;
};

struct zv_call {
	struct zv_str id; /* the Uniqueid of its first channel; never changes */
	enum zv_call_direction direction;
	struct zv_str from_number, from_name; /* empty: withheld or not told */
	struct zv_str to_number;	      /* see docs/calls.md */
	struct zv_str did;   /* the number that was dialled from outside, or empty */
	struct zv_str queue; /* the last queue it was in, or empty */
	enum zv_call_state state;
	enum zv_call_result result; /* NONE until it is decided */
	const struct zv_leg *legs;
	const struct zv_transfer *transfers;
	const struct zv_call_text *recordings; /* files */
	const struct zv_call_text *talked; /* who was in conversation, in that order */
	struct zv_str picked_up_by;	   /* a line, or empty */
	bool parked;			   /* it was, at least once */
	bool merged; /* it went on in another call (pickup, consultation, retrieval) */
	int64_t started_ms, answered_ms, ended_ms; /* now_ms; 0: not (yet) */
	const struct zv_call_text
		*linked_ids; /* Linkedids of its channels (12 and later) */
};

enum zv_call_event_kind {
	ZV_CALL_STARTED,
	ZV_CALL_QUEUED,	     /* queue */
	ZV_LEG_RINGING,	     /* leg */
	ZV_LEG_ANSWERED,     /* leg */
	ZV_CALL_ANSWERED,    /* the first conversation has begun; leg: who made it so */
	ZV_LEG_HELD,	     /* leg: the one that put the others on hold */
	ZV_LEG_RESUMED,	     /* leg */
	ZV_CALL_TRANSFERRED, /* transfer, by, to */
	ZV_CALL_PARKED,	     /* leg: who waits there; by, space */
	ZV_CALL_RETRIEVED,   /* by, space; by empty: time was up, it came back */
	ZV_CALL_PICKED_UP,   /* by; leg: whose phone rang */
	ZV_CALL_CONFERENCED, /* space: the room; leg: who came in */
	ZV_RECORDING_STARTED, /* file (may be empty); leg */
	ZV_RECORDING_STOPPED, /* file; leg */
	ZV_LEG_DTMF,	      /* leg, digit */
	ZV_LEG_ENDED,	      /* leg, cause */
	ZV_CALL_ENDED,	      /* cause, reason, into */
	ZV_LINE_STATE,	      /* line */
	ZV_QUEUE_MEMBER,      /* member */
	ZV_QUEUE_STATE,	      /* queue_now */
	ZV_SERVER_STATE,      /* reason: up down booted shutdown reload */
};

enum zv_line_state {
	ZV_LINE_IDLE,
	ZV_LINE_DIALING,
	ZV_LINE_RINGING,
	ZV_LINE_TALKING,
	ZV_LINE_HELD, /* it put somebody on hold */
	ZV_LINE_UNAVAILABLE,
};

struct zv_line {
	struct zv_str name; /* "101" */
	enum zv_line_state state;
};

enum zv_member_state {
	ZV_MEMBER_IDLE,
	ZV_MEMBER_RINGING,
	ZV_MEMBER_IN_USE,
	ZV_MEMBER_UNAVAILABLE,
	ZV_MEMBER_UNKNOWN,
	ZV_MEMBER_REMOVED,
};

struct zv_queue_member {
	struct zv_str queue, interface; /* "support", "PJSIP/101" */
	struct zv_str line;		/* "101" */
	struct zv_str name;		/* "Agent Two" */
	enum zv_member_state state;
	bool paused;
	struct zv_str pause_reason;
	int penalty;
};

struct zv_queue_now {
	struct zv_str name;
	int waiting; /* callers */
};

/* All of it is borrowed for the call of the handler. */
struct zv_call_event {
	enum zv_call_event_kind kind;
	uint64_t seq;	 /* 1, 2, 3… of this tracker */
	int64_t now_ms;	 /* of the packet or tick that made it */
	int64_t unix_us; /* Asterisk's own Timestamp if it sends one, else as fed; 0: not
	                  * known */
	struct zv_str server;
	const struct zv_call *call; /* as it is now; NULL: not about a call */
	const struct zv_leg *leg;
	enum zv_transfer_kind transfer;
	struct zv_str by, to, space, file, queue;
	struct zv_str digit;
	int cause;
	struct zv_str reason; /* CALL_ENDED: empty (hung up), "merged", "vanished",
	                       * "pbx_restart", "lost", "end_of_input" */
	struct zv_str into;   /* "merged": the id of the call it went on in */
	const struct zv_line *line;
	const struct zv_queue_member *member;
	const struct zv_queue_now *queue_now;
};

typedef void (*zv_call_event_fn)(void *context, const struct zv_call_event *event);

#define ZV_CALLS_MAX_CHANNELS 100000 /* at once; more are counted and passed over */
#define ZV_CALLS_MAX_LINES    100000
#define ZV_CALLS_MAX_MEMBERS  100000 /* of all queues together */
#define ZV_CALLS_MAX_LEGS     1000   /* of one call; further channels get no leg */
#define ZV_CALLS_SETTLE_MS                                                             \
 100 /* AMI 1.x: so long a phone may ring before the
                                      * Dial to it is told */
#define ZV_CALLS_CLICK_MS                                                              \
 300 /* so long a click that failed waits to be told whom
				     * it meant (OriginateResponse) */
#define ZV_CALLS_GONE                                                                  \
 65536 /* channels that ended are remembered, so that a late
                                      * event does not bring them back */

/* Zero it, set what is wanted. All is copied. */
struct zv_calls_options {
	struct zv_str server;	     /* how the server is named in events */
	const struct zv_str *trunks; /* names of peers that are trunks, or beginnings
	                              * of channel names and '*', which is any text */
	size_t n_trunks;
	const struct zv_str *lines; /* the same for what is none */
	size_t n_lines;
	zv_call_event_fn on_event; /* must not call back into the tracker */
	void *context;
	size_t max_channels; /* 0: ZV_CALLS_MAX_CHANNELS */
};

struct zv_calls;

/* NULL: out of memory. Texts are copied. */
ZVON_API struct zv_calls *zvon_calls_new(const struct zv_calls_options *options);
/* Ends nothing and tells nothing: see zvon_calls_end_all. NULL is fine. */
ZVON_API void zvon_calls_free(struct zv_calls *t);

/* Any packet of the connection: the banner tells the generation, events move calls,
 * others are passed over. now_ms: any clock that never jumps; unix_us: wall clock in
 * microseconds, or 0. 0, or ZV_ENOMEM: that packet's effect may be incomplete, the
 * tracker stays sound. */
ZVON_API int zvon_calls_feed(struct zv_calls *t, const struct zv_packet *packet,
			     int64_t now_ms, int64_t unix_us);

/* When to call tick at the latest; INT64_MAX: never. */
ZVON_API int64_t zvon_calls_deadline(const struct zv_calls *t);
ZVON_API int zvon_calls_tick(struct zv_calls *t, int64_t now_ms, int64_t unix_us);

/* Snapshot: what is going on now, told by the lists that Asterisk gives on request.
 * begin, then feed (live events go on) and item for each list item (CoreShowChannel,
 * Status, BridgeListItem…, in any order, mixed with live events), then end. With
 * complete, calls that were there before begin and that neither an item nor an event
 * has confirmed end with "vanished", or with "pbx_restart" when restarted. Without,
 * nothing ends. begin again starts afresh. */
ZVON_API void zvon_calls_snapshot_begin(struct zv_calls *t, int64_t now_ms);
ZVON_API int zvon_calls_snapshot_item(struct zv_calls *t, const struct zv_packet *item,
				      int64_t now_ms, int64_t unix_us);
ZVON_API int zvon_calls_snapshot_end(struct zv_calls *t, bool complete, bool restarted,
				     int64_t now_ms, int64_t unix_us);

/* The connection was lost, or is there again: told as SERVER_STATE "down", "up". Calls
 * stay as they are until a snapshot tells. */
ZVON_API void zvon_calls_server(struct zv_calls *t, bool up, int64_t now_ms,
				int64_t unix_us);

/* Ends all calls with that reason ("end_of_input", "lost"). */
ZVON_API void zvon_calls_end_all(struct zv_calls *t, struct zv_str reason,
				 int64_t now_ms, int64_t unix_us);

/* The calls that are going on, oldest first: NULL gives the first, NULL ends. Borrowed
 * until the next call on t. */
ZVON_API const struct zv_call *zvon_calls_next(const struct zv_calls *t,
					       const struct zv_call *after);

/* The call of that id, if it is going on, or NULL. Borrowed in the same way. */
ZVON_API const struct zv_call *zvon_calls_find(const struct zv_calls *t,
					       struct zv_str id);

/* What is known of a line, or NULL: it was never told of. */
ZVON_API const struct zv_line *zvon_calls_find_line(const struct zv_calls *t,
						    struct zv_str name);

/* All lines, queues, members of queues that are known, in no order: *cursor starts at 0,
 * NULL ends. Borrowed until the next call that feeds, ticks or ends. */
ZVON_API const struct zv_line *zvon_calls_next_line(const struct zv_calls *t,
						    size_t *cursor);
ZVON_API const struct zv_queue_now *zvon_calls_next_queue(const struct zv_calls *t,
							  size_t *cursor);
ZVON_API const struct zv_queue_member *zvon_calls_next_member(const struct zv_calls *t,
							      size_t *cursor);

struct zv_calls_counters {
	uint64_t packets, events; /* fed; call events told */
	uint64_t late;		  /* about a channel that had ended */
	uint64_t strange;	  /* did not fit what was known, and was passed over */
	uint64_t refused;	  /* channels, legs over a limit */
	uint64_t started, ended;  /* calls */
	size_t calls, channels;	  /* now */
};
ZVON_API void zvon_calls_counters(const struct zv_calls *t,
				  struct zv_calls_counters *out);

/* "call.started", "leg.ringing"…; "answered"… ("" for NONE); "in"…; and so on. */
ZVON_API const char *zvon_call_event_name(enum zv_call_event_kind kind);
ZVON_API const char *zvon_call_result_name(enum zv_call_result result);
ZVON_API const char *zvon_call_direction_name(enum zv_call_direction direction);
ZVON_API const char *zvon_call_state_name(enum zv_call_state state);
ZVON_API const char *zvon_leg_state_name(enum zv_leg_state state);
ZVON_API const char *zvon_line_state_name(enum zv_line_state state);
ZVON_API const char *zvon_member_state_name(enum zv_member_state state);

ZVON_END_DECLS

#endif
