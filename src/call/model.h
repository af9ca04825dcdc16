/* model.h - what a tracker knows, and the facts that change it.
 *
 * Rules (ev_*.c) translate packets of either AMI generation into facts: "this channel
 * was dialled by that one", "this one came into that bridge". Facts do the thinking:
 * who belongs together, what came of it, what is told. A rule never touches a call. */
#ifndef ZV_CALL_MODEL_H
#define ZV_CALL_MODEL_H

#include "ami/channel_name.h"
#include "base/buf.h"
#include "base/list.h"
#include "base/map.h"
#include "zvon/call.h"

/* A longer Channel or Uniqueid is passed over, any other text is cut. Asterisk: a
 * channel's name has at most 80 bytes, its Uniqueid 150. */
#define ZV_CALLS_MAX_TEXT 1024

/* So many transfers, recordings, parties in conversation are remembered of one call:
 * of each. */
#define ZV_CALLS_MAX_NOTES 1000

enum { /* ChannelState */
       ZV_STATE_UNKNOWN = -1,
       ZV_STATE_DOWN = 0,
       ZV_STATE_RING = 4,    /* it calls */
       ZV_STATE_RINGING = 5, /* it is called */
       ZV_STATE_UP = 6,
};

struct zv_live_call;
struct zv_live_leg;
struct zv_bridge;
struct zv_line_now;

/* AMI 1.x: what its rules remember of a channel. Those that it points to point back. */
struct zv_old {
	struct zv_chan *peer;	  /* the one it was linked with last */
	struct zv_chan *holder;	  /* it hears music, because that one went away */
	struct zv_chan *listener; /* the other way round */
	struct zv_str sent_by;	  /* BLINDTRANSFER: who sends it somewhere; or empty */
	enum zv_call_result refusal; /* what its last application told its user */
	bool waits;    /* that application waits until its user hangs up */
	bool numbered; /* it was born with a caller number */
};

struct zv_chan {
	struct zv_node node;	  /* in zv_calls.channels, oldest first */
	struct zv_node in_call;	  /* in zv_live_call.channels */
	struct zv_node in_bridge; /* in zv_bridge.channels */
	struct zv_node unsure;	  /* in zv_calls.unsure: it rings, and nobody told who
				   * calls it */
	struct zv_str name, unique_id;
	struct zv_str linked_id;   /* until it has a call: whose it will be */
	struct zv_live_call *call; /* NULL: it is not known yet who calls it */
	struct zv_live_leg *leg;   /* NULL: Local, helper, or over a limit */
	struct zv_bridge *bridge;
	struct zv_chan *other; /* the other half of a Local channel */
	enum zv_tech tech;
	int state;
	bool dialing;	    /* a dial to it is going on */
	bool originated;    /* Asterisk dials it for nobody: Originate */
	bool learned;	    /* who it is and whom it calls is known */
	unsigned confirmed; /* zv_calls.snapshot when it was heard of last */
	bool stale;	    /* known from before the connection was lost */
	int64_t settle_ms;  /* unsure: then it is taken for an originated one */
	struct zv_recording *recordings; /* that go on; the last one first */
	uint64_t serial;		 /* 1, 2, 3…: when it was made */
	struct zv_old old;
};

struct zv_recording {
	struct zv_recording *next;
	struct zv_str file; /* empty: not told */
};

struct zv_live_leg {
	struct zv_leg pub;	     /* first: handlers see its address */
	struct zv_live_call *call;   /* NULL: its channel has none yet */
	struct zv_chan *channel;     /* NULL: gone */
	struct zv_line_now *line;    /* of a line, while it is there */
	int counted;		     /* as what it counts in the line; -1: not */
	enum zv_call_result dialled; /* what the dial to it came to */
	unsigned round; /* of the call, in which it was dialled last; 0: never */
	uint64_t answered_order; /* who did first; 0: not */
	uint64_t dialler; /* serial of the channel that dialled it; 0: not known */
	bool consulted;	  /* dialled behind a Local channel that nobody dialled */
	bool own;	  /* the phone that clicked: dialled, but it is the caller */
	bool guessed;	  /* nobody told who called it: taken for a caller */
	bool hung_up;	  /* its user asked for the end (HangupRequest) */
	bool sent_on;	  /* it transferred the others, and is out */
	bool elsewhere;	  /* another took the call for it: pickup */
	bool talking;	  /* in conversation now */
	bool talked;	  /* it was */
	bool holds;
	bool parked;
	bool told_end;
	struct zv_str space; /* where it is parked */
	struct zv_str room;  /* the conference it came into last */
	unsigned listed;     /* zv_calls.snapshot that lists it as parked */
};

struct zv_link {		 /* a Linkedid under which a call is found */
	struct zv_call_text pub; /* first */
	struct zv_live_call *call;
};

static inline struct zv_link *
zv_link_next(const struct zv_link *link)
{
	return (void *)(uintptr_t)link->pub.next;
}

struct zv_live_call {
	struct zv_call pub;  /* first: handlers see its address */
	struct zv_node node; /* in zv_calls.calls or .silent */
	struct zv_node channels;
	struct zv_link *links;
	struct zv_live_leg *last_leg;
	size_t n_legs, n_transfers, n_recordings, n_talked;
	uint64_t order;	    /* 1, 2, 3…: when it was started; 0: not yet */
	unsigned rounds;    /* of dialling, so far */
	size_t dialing;	    /* dials going on, of Local channels too */
	size_t talking;	    /* legs in conversation now */
	bool conversed;	    /* two were in conversation */
	bool waiting;	    /* in pub.queue */
	bool left_queue;    /* and not because an agent took it, as far as is known */
	bool abandoned;	    /* QueueCallerAbandon */
	bool queue_gave_up; /* QUEUESTATUS: it was the queue */
	struct zv_str dialled;	   /* the number that was dialled first */
	struct zv_transfer *blind; /* not told yet */
	struct zv_node click;	   /* in zv_calls.clicks or .lingering */
	struct zv_str clicked;	   /* how the name of the clicked channel begins */
	int64_t settle_ms;	   /* lingering: till then */
	unsigned listed; /* zv_calls.snapshot that lists it as waiting in a queue */
	bool stale;	 /* known from before the connection was lost */
};

struct zv_bridge {
	struct zv_str id; /* empty: a pair of AMI 1.x, known to its channels only */
	struct zv_node channels;
	size_t n, n_folded; /* all; Local and helper channels among them */
	bool holding;	    /* who is in it waits: parking, agents */
	bool recorded;	    /* as a conference */
	unsigned visited;   /* zv_calls.visit of the last walk */
	struct zv_bridge *next_found;
};

struct zv_line_now {
	struct zv_line pub;
	size_t legs[ZV_LINE_UNAVAILABLE + 1]; /* how many in which state */
	bool unavailable;		      /* as its device says */
};

struct zv_member_now {
	struct zv_queue_member pub;
	struct zv_str key; /* queue and interface */
	unsigned listed;   /* zv_calls.snapshot that lists it */
};

/* The channels that ended last, as hashes: a ring and an index into it. */
struct zv_gone {
	uint64_t *ring, *index;
	size_t cap, n, next; /* of the ring; the index has 2 * cap places */
};

struct zv_rules;    /* events.h */
struct zv_snapshot; /* snapshot.h */

struct zv_calls {
	struct zv_str server;
	struct zv_str *trunks, *lines; /* patterns */
	size_t n_trunks, n_lines;
	zv_call_event_fn on_event;
	void *context;
	size_t max_channels;
	struct zv_rules *rules;

	int generation;	      /* 0: not known, 1: AMI 1.x, 2: later */
	bool tells_rooms;     /* the server has Confbridge events: 10 and later */
	bool tells_variables; /* its VarSet events are seen */
	bool tells_requests;  /* the server has HangupRequest events: 11 and later */
	struct zv_map channels_by_id, channels_by_name;
	struct zv_map calls_by_link, bridges, lines_by_name, queues, members;
	struct zv_node channels;
	struct zv_node calls;	  /* started, oldest first */
	struct zv_node silent;	  /* not started: no leg yet */
	struct zv_node unsure;	  /* in order of settle_ms */
	struct zv_node clicks;	  /* calls that wait for OriginateResponse */
	struct zv_node lingering; /* for nothing else; in order of settle_ms */
	struct zv_gone gone;

	unsigned snapshot;	  /* number of the last zvon_calls_snapshot_begin */
	struct zv_snapshot *snap; /* between begin and end; see snapshot.h */
	bool has_stale;		  /* the connection was lost since the last one */
	int64_t began_ms; /* a listed channel is made, which began then; 0: now */
	unsigned visit;
	uint64_t order; /* of what was first */
	int64_t now_ms, unix_us;
	const struct zv_packet *packet; /* being fed, or NULL */
	struct zv_buf scratch;		/* unescaped texts of that packet */
	int failed;			/* ZV_ENOMEM */
	struct zv_calls_counters counters;
};

/* ---- facts: channels (channel.c) -------------------------------------------- */

/* What an event tells about a channel. Empty, ZV_STATE_UNKNOWN: not told. */
struct zv_seen {
	struct zv_str unique_id, channel, linked_id;
	struct zv_str number, name; /* its caller number and name, plain */
	struct zv_str exten;	    /* where the dialplan has it */
	int state;
};

/* A channel that lives, by its Uniqueid, by its name; or NULL. */
struct zv_chan *zv_chan_find(struct zv_calls *t, struct zv_str unique_id);
struct zv_chan *zv_chan_find_name(struct zv_calls *t, struct zv_str name);

/* The channel that is told of, made when it is new; what is told of it is taken over:
 * state, number. NULL: it ended before (counted as late), has no id, is over a limit,
 * or there is no memory. */
struct zv_chan *zv_fact_channel(struct zv_calls *t, const struct zv_seen *seen);

/* The same, of one that is not made when it is unknown: NULL counts as late or
 * strange. */
struct zv_chan *zv_fact_known(struct zv_calls *t, struct zv_str unique_id);

/* Its state is now this (ChannelState). */
void zv_fact_state(struct zv_calls *t, struct zv_chan *c, int state);

/* The dialplan works for it there. */
void zv_fact_exten(struct zv_calls *t, struct zv_chan *c, struct zv_str exten);

/* AMI 1.x: it is dialled by nobody, as it seems: Originate. */
void zv_fact_originated(struct zv_chan *c);

void zv_fact_rename(struct zv_calls *t, struct zv_chan *c, struct zv_str name);

/* Its user asked for the end. */
void zv_fact_hangup_request(struct zv_calls *t, struct zv_chan *c);
/* The dialplan refused it: Busy, Congestion. */
void zv_fact_refused(struct zv_chan *c, enum zv_call_result result);
void zv_fact_hangup(struct zv_calls *t, struct zv_chan *c, int cause);

/* A channel that was never seen is gone: what comes of it later is late. */
void zv_fact_never_seen(struct zv_calls *t, struct zv_str unique_id);

/* The two are halves of one Local channel. */
void zv_fact_local_pair(struct zv_calls *t, struct zv_chan *one, struct zv_chan *two);

/* AMI 1.x, Masquerade: the two exchange their legs; what happens to a channel from now
 * on happens to the leg that was the other's. Their calls become one. */
void zv_fact_swap(struct zv_calls *t, struct zv_chan *a, struct zv_chan *b);

/* ---- facts: dialling (dial.c) ------------------------------------------------ */

/* from: NULL: for nobody, by Originate. dialstring: what was dialled, or empty. */
void zv_fact_dial_begin(struct zv_calls *t, struct zv_chan *from, struct zv_chan *to,
			struct zv_str dialstring);

/* What the dial to it came to (the first word counts); forward: the number to which
 * it sent the call on, or empty. */
void zv_fact_dial_end(struct zv_calls *t, struct zv_chan *to,
		      enum zv_call_result result, struct zv_str forward);

/* AMI 1.x, SubEvent End: what dialling by that channel came to as a whole; it is the
 * result of those that have none of their own. CANCELLED: its user gave up. */
void zv_fact_dial_status(struct zv_calls *t, struct zv_chan *from,
			 enum zv_call_result result);

/* AMI 1.x: a queue that called for that channel gave up on the member. */
void zv_fact_member_gave_up(struct zv_calls *t, struct zv_chan *from,
			    struct zv_str interface);

/* A phone was told to ring. */
void zv_fact_ringing(struct zv_calls *t, struct zv_chan *c);

/* ---- facts: clicks (click.c) ---------------------------------------------------- */

/* OriginateResponse. dialled: the click's Channel; exten: whom it meant, or empty. */
void zv_fact_click_over(struct zv_calls *t, struct zv_str unique_id,
			struct zv_str dialled, bool failed, struct zv_str exten);

/* ---- facts: bridges (bridge.c) ----------------------------------------------- */

/* The bridge of that id, made when it is new; NULL: no id or no memory. */
struct zv_bridge *zv_fact_bridge(struct zv_calls *t, struct zv_str id);
struct zv_bridge *zv_bridge_find(struct zv_calls *t, struct zv_str id); /* or NULL */

void zv_fact_enter(struct zv_calls *t, struct zv_bridge *b, struct zv_chan *c);

/* Out of the bridge it is in. */
void zv_fact_leave(struct zv_calls *t, struct zv_chan *c);

/* AMI 1.x: the two are in conversation with each other, or no more. */
void zv_fact_linked(struct zv_calls *t, struct zv_chan *a, struct zv_chan *b);
void zv_fact_unlinked(struct zv_calls *t, struct zv_chan *a, struct zv_chan *b);

/* Another leg that c is in conversation with, through Local channels too; or NULL. */
struct zv_live_leg *zv_bridge_far(struct zv_calls *t, const struct zv_chan *c);

/* ---- facts: what happens meanwhile (meanwhile.c) ------------------------------- */

/* The two belong to one call from now on. */
void zv_fact_together(struct zv_calls *t, struct zv_chan *a, struct zv_chan *b);

/* by: who transferred; to: a number or line. A blind transfer is told when something
 * else happens to the call: should it be parked next, it was none. */
void zv_fact_transfer(struct zv_calls *t, enum zv_transfer_kind kind,
		      struct zv_chan *by, struct zv_str to);

/* AMI 1.x: the same, told when the one who transferred may be gone: c goes on. */
void zv_fact_sent_on(struct zv_calls *t, struct zv_chan *c, struct zv_str by,
		     struct zv_str to);

/* `by` took the call that rang at `target`. */
void zv_fact_pickup(struct zv_calls *t, struct zv_chan *by, struct zv_chan *target);

void zv_fact_hold(struct zv_calls *t, struct zv_chan *c, bool on);
void zv_fact_dtmf(struct zv_calls *t, struct zv_chan *c, struct zv_str digit);
void zv_fact_conference(struct zv_calls *t, struct zv_chan *c, struct zv_str room);

/* by: the line that parked it, or empty. Said again of the same space: nothing. */
void zv_fact_parked(struct zv_calls *t, struct zv_chan *c, struct zv_str space,
		    struct zv_str by);

/* by: NULL: the time was up. */
void zv_fact_retrieved(struct zv_calls *t, struct zv_chan *c, struct zv_chan *by);

/* ---- facts: recordings (recording.c) ------------------------------------------- */

/* The file of the recording that begins or has just begun on that channel. */
void zv_fact_recording_file(struct zv_calls *t, struct zv_chan *c, struct zv_str file);
void zv_fact_recording_started(struct zv_calls *t, struct zv_chan *c);
void zv_fact_recording_stopped(struct zv_calls *t, struct zv_chan *c);

/* A conference as a whole; its file is not told. */
void zv_fact_room_recording(struct zv_calls *t, struct zv_bridge *b, bool on);

/* ---- facts: queues and lines (queue.c, line.c) ---------------------------------- */

/* waiting: callers in it now, -1: not told. */
void zv_fact_queue_join(struct zv_calls *t, struct zv_chan *c, struct zv_str queue,
			int waiting);
void zv_fact_queue_leave(struct zv_calls *t, struct zv_chan *c, struct zv_str queue,
			 int waiting);
/* QueueCallerAbandon: the caller left, or the queue gave up: it does not tell who. */
void zv_fact_queue_abandon(struct zv_calls *t, struct zv_chan *c);
/* QUEUESTATUS: it was the queue. */
void zv_fact_queue_gave_up(struct zv_calls *t, struct zv_chan *c);

void zv_fact_queue_waiting(struct zv_calls *t, struct zv_str queue, int waiting);
enum zv_member_state zv_member_state(int device_state); /* as events number them */
void zv_fact_member(struct zv_calls *t, const struct zv_queue_member *member);
/* What is known of it, or NULL. */
const struct zv_queue_member *zv_queue_find_member(struct zv_calls *t,
						   struct zv_str queue,
						   struct zv_str interface);

/* device: "PJSIP/101". */
void zv_fact_device(struct zv_calls *t, struct zv_str device, bool available);

/* ---- facts: the server (tracker.c) ----------------------------------------------- */

/* "booted", "shutdown", "reload", "up", "down". */
void zv_fact_server(struct zv_calls *t, struct zv_str reason);

/* ---- the inside: the tracker (tracker.c) --------------------------------------- */

/* Each public function that moves it begins with the one and ends with the other:
 * packet: being fed, or NULL; 0 or ZV_ENOMEM. */
void zv_calls_enter(struct zv_calls *t, const struct zv_packet *packet, int64_t now_ms,
		    int64_t unix_us);
int zv_calls_outcome(struct zv_calls *t);

/* ---- the inside: calls (call.c, call_merge.c, call_state.c) ------------------------- */

/* The call of that channel, made when it has none; begin: exten is the number that it
 * dialled, or empty. NULL: no memory. */
struct zv_live_call *zv_call_begin(struct zv_calls *t, struct zv_chan *c,
				   struct zv_str exten);
struct zv_live_call *zv_call_of(struct zv_calls *t, struct zv_chan *c);
struct zv_live_call *zv_call_find_link(struct zv_calls *t, struct zv_str linked_id);
void zv_call_link(struct zv_calls *t, struct zv_live_call *call,
		  struct zv_str linked_id);
void zv_call_add(struct zv_calls *t, struct zv_live_call *call, struct zv_chan *c);

/* The older one of the two, which has all now. */
struct zv_live_call *zv_call_merge(struct zv_calls *t, struct zv_live_call *a,
				   struct zv_live_call *b);

/* The channel leaves its call, which ends when it was the last one. */
void zv_call_drop(struct zv_calls *t, struct zv_chan *c, struct zv_str reason);
void zv_call_end(struct zv_calls *t, struct zv_live_call *call, struct zv_str reason);
void zv_call_free(struct zv_calls *t, struct zv_live_call *call); /* tells nothing */

/* Brings what is derived up to date: state, direction, to. */
void zv_call_refresh(struct zv_live_call *call);
struct zv_live_leg *zv_call_caller(const struct zv_live_call *call); /* or NULL */

static inline struct zv_live_leg *
zv_leg_next(const struct zv_live_leg *leg)
{
	return (struct zv_live_leg *)(void *)(uintptr_t)leg->pub.next;
}

static inline struct zv_live_leg *
zv_leg_first(const struct zv_live_call *call)
{
	return (struct zv_live_leg *)(void *)(uintptr_t)call->pub.legs;
}

/* Adds a text that some struct owns to one of the lists of a call, once. true: it is new
 * there. */
bool zv_call_note(struct zv_calls *t, const struct zv_call_text **list, size_t *n,
		  struct zv_str text);

/* ---- the inside: legs (leg.c) ---------------------------------------------------- */

/* A leg for that channel, in no call yet. NULL: no memory. */
struct zv_live_leg *zv_leg_new(struct zv_calls *t, struct zv_chan *c,
			       const struct zv_seen *seen);
void zv_leg_free(struct zv_calls *t, struct zv_live_leg *leg);
void zv_leg_join(struct zv_calls *t, struct zv_live_leg *leg,
		 struct zv_live_call *call);
void zv_leg_learn(struct zv_calls *t, struct zv_live_leg *leg, struct zv_str number,
		  struct zv_str name);
void zv_leg_set_trunk(struct zv_calls *t, struct zv_live_leg *leg,
		      struct zv_str number);
/* Brings its state, and that of its line, up to date. */
void zv_leg_refresh(struct zv_calls *t, struct zv_live_leg *leg);
void zv_leg_ringing(struct zv_calls *t, struct zv_live_leg *leg);
void zv_leg_answered(struct zv_calls *t, struct zv_live_leg *leg);
void zv_leg_gone(struct zv_calls *t, struct zv_live_leg *leg, int cause);
void zv_leg_talks(struct zv_calls *t, struct zv_live_leg *leg, bool on);
void zv_leg_to_front(struct zv_live_leg *leg);

/* How it is called where a line or an outside number is wanted. */
struct zv_str zv_leg_who(const struct zv_live_leg *leg);

/* ---- the inside: results (result.c) ----------------------------------------------- */

/* Tells the end of those whose result is known by now; at_end: of all. */
void zv_result_settle(struct zv_calls *t, struct zv_live_call *call, bool at_end);
void zv_result_decide(struct zv_calls *t, struct zv_live_call *call);

/* ---- the inside: channels, bridges ------------------------------------------------ */

/* It is gone, for that reason of its call's end (empty: hung up). */
void zv_chan_end(struct zv_calls *t, struct zv_chan *c, int cause,
		 struct zv_str reason);
void zv_chan_free(struct zv_calls *t, struct zv_chan *c); /* tells nothing */

/* It stops being unsure: whoever it is, its call is known or made now. */
void zv_chan_settle(struct zv_calls *t, struct zv_chan *c);

void zv_bridge_drop(struct zv_calls *t, struct zv_bridge *b);
/* Its leg is another one now: who hears whom may be too. */
void zv_bridge_recount(struct zv_calls *t, struct zv_chan *c);

/* Tells the blind transfer that is held back, if there is one. */
void zv_transfer_flush(struct zv_calls *t, struct zv_live_call *call);
void zv_transfer_free(struct zv_transfer *transfer); /* NULL is fine */

/* The channel was dialled for nobody: OriginateResponse may tell whom its call means. */
void zv_click_begin(struct zv_calls *t, struct zv_chan *c);

/* All channels of the call are gone. true: it still waits for OriginateResponse. */
bool zv_click_waits(struct zv_calls *t, struct zv_live_call *call);

/* A channel joins a call that has none: it waits for nothing any more. */
void zv_click_goes_on(struct zv_live_call *call);

/* Ends those that have waited until then; when the first of them has. */
void zv_clicks_end(struct zv_calls *t, int64_t until_ms);
int64_t zv_clicks_deadline(const struct zv_calls *t);

void zv_dial_over(struct zv_chan *c);
void zv_call_dialled(struct zv_calls *t, struct zv_chan *c, struct zv_str exten);
void zv_recording_end(struct zv_calls *t, struct zv_chan *c);
void zv_queue_went_on(struct zv_chan *c);

/* ---- the inside: lines (line.c) ----------------------------------------------------- */

/* The leg counts as what its line is doing; or no more. */
void zv_line_count(struct zv_calls *t, struct zv_live_leg *leg);
void zv_line_uncount(struct zv_calls *t, struct zv_live_leg *leg);
void zv_lines_deinit(struct zv_calls *t);
void zv_queues_deinit(struct zv_calls *t);

/* ---- the inside: names (names.c) --------------------------------------------------- */

/* "101" of "PJSIP/101-0000001d" and of "PJSIP/101". */
struct zv_str zv_name_peer(struct zv_str channel);

/* The number in the dial string that made the channel: "number@peer", "peer/number"; or
 * empty. */
struct zv_str zv_name_dialled(struct zv_str dialstring, struct zv_str channel);

/* Not empty, and none of "s", "h", "i", "t"… */
bool zv_name_is_exten(struct zv_str exten);

bool zv_name_is_trunk(const struct zv_calls *t, struct zv_str channel,
		      struct zv_str number);

/* ---- the inside: texts, memory of the gone (text.c, gone.c) -------------------------- */

/* *text becomes a copy of value, cut at ZV_CALLS_MAX_TEXT; without memory it stays
 * and t->failed is set. */
void zv_text_set(struct zv_calls *t, struct zv_str *text, struct zv_str value);
/* *text becomes the other one, which some struct owns, without a copy. */
void zv_text_share(struct zv_str *text, struct zv_str with);
/* A text of n bytes to be filled in; empty: no memory. */
struct zv_str zv_text_new(struct zv_calls *t, size_t n, char **bytes);
void zv_text_free(struct zv_str *text);

/* What begins now; one that is listed has begun before. */
static inline int64_t
zv_calls_began(const struct zv_calls *t)
{
	return t->began_ms ? t->began_ms : t->now_ms;
}

void zv_gone_deinit(struct zv_gone *g);
void zv_gone_add(struct zv_calls *t, struct zv_str unique_id);
bool zv_gone_has(const struct zv_calls *t, struct zv_str unique_id);

/* ---- the inside: telling (event.c) ---------------------------------------------------- */

/* Fills in seq, times, server; refreshes the call. */
void zv_tell(struct zv_calls *t, struct zv_call_event *event);
void zv_tell_leg(struct zv_calls *t, enum zv_call_event_kind kind,
		 struct zv_live_leg *leg);

#endif
