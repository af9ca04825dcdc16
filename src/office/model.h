/* model.h - what there is in the office: lines, channels, bridges, the queue. Plain
 * data, seen by all files of the folder; who changes what stands in their headers. */
#ifndef ZV_OFFICE_MODEL_H
#define ZV_OFFICE_MODEL_H

#include <stdint.h>

#include "base/buf.h"
#include "base/list.h"
#include "office/chance.h"
#include "office/door.h"
#include "office/timer.h"

#define ZV_NAME_MAX 80	/* a channel's name, number, extension: as in Asterisk */
#define ZV_DATA_MAX 256 /* an application's arguments */
#define ZV_ID_MAX   160

#define ZV_MAX_CHANNELS 200 /* then nobody calls any more */

struct zv_channel;

/* ---- phones ----------------------------------------------------------------- */

/* What the person or machine at a number does when it rings. */
enum zv_mood {
	ZV_MOOD_FRIENDLY,
	ZV_MOOD_AWAY, /* never answers */
	ZV_MOOD_DECLINES,
	ZV_MOOD_BUSY,
	ZV_MOOD_CONGESTED,    /* outside numbers only */
	ZV_MOOD_UNREGISTERED, /* cannot be called at all */
};

/* Numbers of Asterisk's enum ast_device_state: queue events carry them. */
enum zv_device {
	ZV_DEVICE_UNKNOWN,
	ZV_DEVICE_NOT_INUSE,
	ZV_DEVICE_INUSE,
	ZV_DEVICE_BUSY,
	ZV_DEVICE_INVALID,
	ZV_DEVICE_UNAVAILABLE,
	ZV_DEVICE_RINGING,
	ZV_DEVICE_RINGINUSE,
	ZV_DEVICE_ONHOLD,
};

struct zv_line {
	const char *number; /* "200", "provider" */
	const char *name;
	const char *context;
	enum zv_mood mood;
	bool is_trunk;
	enum zv_device device; /* as last told to the world */
};

#define ZV_LINES 13 /* a dozen and the trunk */

/* ---- calls ------------------------------------------------------------------ */

/* Numbers of Asterisk's channel states. */
enum zv_channel_state {
	ZV_CHANNEL_DOWN = 0,
	ZV_CHANNEL_RING = 4,
	ZV_CHANNEL_RINGING = 5,
	ZV_CHANNEL_UP = 6,
	ZV_CHANNEL_BUSY = 7,
};

struct zv_party {
	char number[ZV_NAME_MAX], name[ZV_NAME_MAX]; /* "": unknown */
};

/* What a ringing phone will do, and when. */
struct zv_fate {
	enum zv_mood mood;
	int after_ms; /* FRIENDLY: picks up after; the others: refuse after */
};

/* How a conversation goes; times since its start, 0 = does not happen. */
struct zv_talk {
	int hold_ms, resume_ms;
	int transfer_ms;
	int end_ms;
	bool caller_ends; /* else the other one */
	bool caller_acts; /* holds, transfers */
};

/* What the one who calls has in mind. */
struct zv_wish {
	bool has_fate;
	struct zv_fate fate; /* of the one who is called */
	bool has_talk;
	struct zv_talk talk;
};

/* Who rings a channel, and what follows: a Dial, the queue, an Originate. */
struct zv_tie {
	void (*ringing)(struct zv_channel *callee);
	void (*answered)(struct zv_channel *callee);
	/* it refused: cause is 17, 21 or 34 */
	void (*refused)(struct zv_channel *callee, int cause);
	/* it was hung up by somebody else while it rang */
	void (*gone)(struct zv_channel *callee);
	/* the one who rings it gives up: it is hung up right after */
	void (*cancelled)(struct zv_channel *callee);
};

struct zv_variable {
	struct zv_node node;
	char *name, *value;
};

/* One Cdr event to come. */
struct zv_cdr {
	struct zv_node node;
	char callee[ZV_NAME_MAX]; /* its channel, or "" */
	char app[ZV_NAME_MAX], data[ZV_DATA_MAX];
	int64_t start_s, answer_s, end_s; /* 0: not */
	const char *disposition;
	bool closed;
};

struct zv_bridge {
	struct zv_node node; /* in office->bridges */
	struct zv_office *office;
	char id[ZV_UUID_TEXT];
	struct zv_channel *members[2]; /* [0] was called, [1] called; may be NULL */
	struct zv_channel *holder;     /* has the other one on hold */
	struct zv_talk talk;
	int64_t since_ms;
	struct zv_office_timer timer;
};

struct zv_channel {
	struct zv_node node; /* in office->channels, or ->dead */
	struct zv_office *office;
	struct zv_line *line;
	char name[ZV_NAME_MAX], id[ZV_ID_MAX], linked_id[ZV_ID_MAX];
	enum zv_channel_state state;
	struct zv_party caller, connected;
	char account[ZV_NAME_MAX], context[ZV_NAME_MAX], exten[ZV_NAME_MAX];
	int priority;
	char app[ZV_NAME_MAX], data[ZV_DATA_MAX];
	int64_t created_ms, answered_ms; /* 0: not answered */

	const struct zv_extension *extension; /* the dialplan it runs, or NULL */
	struct zv_office_timer timer; /* its phone's or application's next step */
	struct zv_office_timer patience;
	struct zv_wish wish;
	struct zv_fate fate;
	int64_t dialed_ms;	   /* when the ringing began that `callee` is about */
	const struct zv_tie *tie;  /* while it is being rung */
	struct zv_channel *callee; /* that it rings just now */
	struct zv_channel *ringer; /* … and back */
	struct zv_bridge *bridge;
	struct zv_waiting *waiting; /* in the queue, also while talking to its agent */
	struct zv_attempt *attempt; /* an Originate that is not decided yet */
	bool requested;		    /* a HangupRequest was sent for it */
	bool hung_up;		    /* is on its way out */
	int cause, sip;		    /* of the hangup; sip: TechCause, 0 none */
	struct zv_node variables, cdrs;
};

/* ---- the queue -------------------------------------------------------------- */

#define ZV_QUEUE_MAX_MEMBERS 20

struct zv_member {
	struct zv_node node;
	struct zv_line *line; /* NULL: an interface that is no line of ours */
	char name[ZV_NAME_MAX], interface[ZV_NAME_MAX];
	bool dynamic, paused, ring_in_use;
	char reason[ZV_NAME_MAX]; /* of the pause */
	int penalty, taken;
	int64_t last_call_s, last_pause_s, login_s;
	bool in_call;
	bool rung; /* by a caller just now */
};

struct zv_waiting {
	struct zv_node node; /* in queue->callers while it waits */
	struct zv_channel *channel;
	struct zv_member *member; /* rings, or talks to; NULL: none, or removed since */
	char agent[ZV_NAME_MAX], interface[ZV_NAME_MAX]; /* its name and interface */
	int first_position;
	int64_t since_ms, connected_ms;
	int hold_s;
	struct zv_office_timer limit; /* of the Queue application */
};

struct zv_queue {
	struct zv_node members, callers;
	struct zv_member *last; /* the one rung last: the next one's turn is after it */
	int completed, abandoned, completed_in_time;
	int hold_s, talk_s; /* running averages */
	enum zv_device device, available;
};

/* ---- the office ------------------------------------------------------------- */

struct zv_office {
	int64_t start_ms; /* since 1970 */
	int64_t first_ms; /* the driver's clock then */
	int64_t now_ms;	  /* since the start, in the office's own time */
	int64_t real_ms;  /* the driver's clock */
	double speed;
	int calls_per_minute;
	char *secret;
	struct zv_door_user users[3];
	struct zv_chance chance;
	struct zv_node timers, channels, dead, bridges, sessions;
	struct zv_line lines[ZV_LINES];
	struct zv_queue queue;
	struct zv_office_timer life;
	struct zv_node globals; /* variables */
	struct zv_buf event;	/* the one being written */
	unsigned event_class;
	unsigned last_channel, last_id, processed;
	bool failed; /* out of memory */
};

/* Seconds since 1970. */
static inline int64_t
zv_office_epoch_s(const struct zv_office *o)
{
	return (o->start_ms + o->now_ms) / 1000;
}

/* Copies s, cut at a whole character if it must be. */
void zv_copy(char *to, size_t size, struct zv_str s);
#define ZV_COPY(array, s) zv_copy(array, sizeof(array), s)

#endif
