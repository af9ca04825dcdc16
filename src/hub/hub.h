/* hub.h - from the calls of all servers to those who may see them, and from their
 * commands to the servers.
 *
 * A machine: events, packets, answers, texts of clients and time in; messages in the
 * queues of sessions and actions for servers out. No socket, no clock. One thread.
 *
 *   server  one Asterisk: its tracker (call.h), fed by the daemon
 *   user    who may do what (role.h)
 *   session one connection of a user, in a dialect: zvon.v1, or that of the panel
 *   job     one command that is being carried out (job.h)
 *
 * Numbering: each event of the daemon has a number, one more than the one before, over
 * all servers and across restarts of the daemon. A session gets those that its user may
 * see, in order. It resumes by the last number it had: what the replay ring still has is
 * sent again, else it gets one `resync` with all that is going on. */
#ifndef ZV_HUB_HUB_H
#define ZV_HUB_HUB_H

#include "base/buf.h"
#include "base/log.h"
#include "hub/message.h"
#include "hub/role.h"
#include "zvon/call.h"
#include "zvon/client.h"

struct zv_hub;
struct zv_session;

/* 0: the default. */
struct zv_hub_limits {
	size_t ring_events;	     /* kept for those who come back: 10000 */
	int ring_ms;		     /* and at most for so long: 60000 */
	size_t session_bytes;	     /* that wait for one session: 256 KiB */
	size_t session_messages;     /* 1000 */
	size_t input_bytes;	     /* of one text from a client: 64 KiB */
	size_t sessions_of_a_user;   /* 20 */
	size_t sessions;	     /* 10000 */
	size_t jobs_of_a_session;    /* commands not finished yet: 32 */
	size_t watches_of_a_session; /* raw filters: 64 */
};

/* What the hub wants done. None may call back into the hub, but zv_session_take in
 * on_ready. */
struct zv_hub_hooks {
	/* The session has messages, or is over. Told once, until it was emptied. */
	void (*on_ready)(void *context, struct zv_session *s);
	/* Send it to that server. The answer comes by zv_hub_on_reply with that ticket,
	 * once with ZV_REPLY_DONE, unless < 0 is returned: not sent, *err says why. */
	int (*send)(void *context, size_t server, const struct zv_request *request,
		    int timeout_ms, uint64_t ticket, struct zv_error *err);
	/* Bytes nobody can guess. */
	uint64_t (*random)(void *context);
};

struct zv_hub_options {
	struct zv_hub_limits limits;
	struct zv_hub_hooks hooks;
	void *context;
	const struct zv_log *log;
	struct zv_str stream; /* names this numbering; kept across restarts */
	uint64_t first_seq; /* events get numbers from it on; greater than 1: all before
			       * it may have been used */
	struct zv_str version; /* of the program, for "hello" */
	bool letters_in_numbers;
};

struct zv_hub *zv_hub_new(const struct zv_hub_options *options); /* NULL: no memory */
/* Others from now on: who is there stays. */
void zv_hub_set_limits(struct zv_hub *h, const struct zv_hub_limits *limits,
		       bool letters_in_numbers);
void zv_hub_free(struct zv_hub *h); /* sessions too; NULL is fine */

/* ---- servers -------------------------------------------------------------------- */

/* Copied. What the commands need to know of a server. Empty texts: not configured; what
 * needs them is refused with the option's name. */
struct zv_hub_server {
	struct zv_str name;
	struct zv_calls *calls;	  /* borrowed until zv_hub_free or _remove_server */
	struct zv_str technology; /* "PJSIP", "SIP": of a line without an interface */
	struct zv_str context;	  /* in which calls are dialled: originateContext */
	struct zv_str transfer_context;	  /* empty: context */
	struct zv_str parking;		  /* parking lot; empty: the default one */
	struct zv_str conference_context; /* rooms: dialled there by number */
	struct zv_str recordings;      /* folder of MixMonitor; empty: Asterisk's own */
	struct zv_str queue_interface; /* "Local/{0}@from-queue/n"; empty: the line's */
	struct zv_str caller_id;       /* of calls that are made; empty: the line */
	struct zv_str dnd; /* family of Asterisk's database for line.dnd: "DND" */
	struct zv_str auto_answer; /* SIP header for the own phone: "Alert-Info: …" */
	bool notify_answer, notify_hold; /* phones obey NOTIFY "talk", "hold" */
	bool ring_on_state;		 /* sendRingStartedOnRingingState */
	int ring_ms;			 /* how long an own phone rings; 30000 */
};

/* After the first login there the lists of what is going on are read; what is found is no
 * news. So from zv_hub_add_server to the first zv_hub_on_synced its calls, lines and queues
 * are kept from sessions (server.state is told), and not longer than this after it is up. */
#define ZV_HUB_SYNC_MS 10000

/* Its number, from 0, never used again; < 0: ZV_ENOMEM, ZV_EBUSY (that name is in use). */
int zv_hub_add_server(struct zv_hub *h, const struct zv_hub_server *server);
int zv_hub_change_server(struct zv_hub *h, size_t server,
			 const struct zv_hub_server *now);
void zv_hub_remove_server(struct zv_hub *h, size_t server, int64_t now_ms);

/* The tracker's on_event, of that server. */
void zv_hub_on_event(struct zv_hub *h, size_t server,
		     const struct zv_call_event *event);

/* Each event packet of the server, for raw watches and for jobs that follow more than
 * calls. Cheap when nobody wants them. */
void zv_hub_on_packet(struct zv_hub *h, size_t server, const struct zv_packet *packet,
		      int64_t now_ms);

/* Logged in or lost; ami_major as in zv_client_status. */
void zv_hub_on_state(struct zv_hub *h, size_t server,
		     const struct zv_client_status *status, int64_t now_ms);

/* The list of what is going on after a login is complete. The first time: whoever listens
 * gets a resync, as soon as this is so for all servers that are up. Later: panels compare;
 * sessions of zvon.v1 were told the differences by events. */
void zv_hub_on_synced(struct zv_hub *h, size_t server, int64_t now_ms);

/* As zvon_reply_fn. */
void zv_hub_on_reply(struct zv_hub *h, uint64_t ticket, enum zv_reply_part part,
		     int status, const struct zv_packet *packet, int64_t now_ms);

/* ---- users ------------------------------------------------------------------------ */

/* The users now; borrowed until the next call of it or zv_hub_free. Sessions of users
 * that are gone end (1008); the others go on under their new rights, and begin anew with a
 * resync ("rights") when what they may see is another. What waits in their queues was
 * allowed when it was told, and is sent. 0 or ZV_ENOMEM: everything is as it was. */
int zv_hub_set_users(struct zv_hub *h, const struct zv_user *users, size_t n,
		     int64_t now_ms);
const struct zv_user *zv_hub_find_user(const struct zv_hub *h, struct zv_str name);

/* ---- sessions ----------------------------------------------------------------------- */

enum zv_dialect_kind {
	ZV_DIALECT_ZVON, /* zvon.v1: docs/protocol/zvon-v1.md */
	ZV_DIALECT_TMS,	 /* Creatio, bpm'online, BPMSoft: docs/protocol/tms.md */
};

/* user: one of zv_hub_set_users; for TMS the shared one that unnamed panels have; whose line
 * it is comes with OpenConnection. remote: for the log. NULL: *err says why: ZV_EBUSY a
 * limit (close with 1008 and its text), ZV_ENOMEM. */
struct zv_session *zv_session_new(struct zv_hub *h, enum zv_dialect_kind dialect,
				  const struct zv_user *user, struct zv_str remote,
				  void *owner, int64_t now_ms, struct zv_error *err);
/* Its jobs go on without anybody to tell. NULL is fine. */
void zv_session_free(struct zv_session *s);
void *zv_session_owner(const struct zv_session *s);

/* One text of the client, valid UTF-8 or not. */
void zv_session_input(struct zv_session *s, struct zv_str text, int64_t now_ms);

/* The next message, which the caller must unref; NULL: none. */
struct zv_message *zv_session_take(struct zv_session *s);
bool zv_session_has_messages(const struct zv_session *s);

/* Bytes that the transport holds and that the peer has not taken. They count for the limit:
 * a message that comes when so much waits already ends the session with 1013. A snapshot
 * may be larger than the limit; it does not count until all before and in it was taken. */
void zv_session_held(struct zv_session *s, size_t bytes);

/* true: close with this code of RFC 6455 (1000 1001 1008 1009 1013) and reason when the
 * messages are out, or at once for 1013. */
bool zv_session_is_over(const struct zv_session *s, int *code, struct zv_str *reason);

/* Ends all: 1001, with the time after which to come back in the reason. */
void zv_hub_say_goodbye(struct zv_hub *h, int retry_ms, int64_t now_ms);

/* ---- commands from elsewhere (HTTP) ---------------------------------------------------- */

/* outcome: a message {"ok":true,…} or {"ok":false,"error":{…}}; borrowed. `status`: the
 * HTTP status that fits. Exactly once, perhaps inside zv_hub_command. */
typedef void (*zv_outcome_fn)(void *owner, int status, struct zv_str outcome);

/* args: JSON text of an object, may be empty. The returned ticket is for
 * zv_hub_forget_command when the owner goes first; 0: done already. */
uint64_t zv_hub_command(struct zv_hub *h, const struct zv_user *user,
			struct zv_str name, struct zv_str args,
			zv_outcome_fn on_outcome, void *owner, int64_t now_ms);
void zv_hub_forget_command(struct zv_hub *h, uint64_t ticket);

/* ---- state as JSON, as that user may see it --------------------------------------------- */

enum zv_state_part {
	ZV_PART_ALL, /* an object with all that follow, and seq */
	ZV_PART_CALLS,
	ZV_PART_LINES,
	ZV_PART_QUEUES,
	ZV_PART_SERVERS,
	ZV_PART_ME, /* name, lines, rights, commands */
};
int zv_hub_write_state(struct zv_hub *h, const struct zv_user *user,
		       enum zv_state_part part, struct zv_buf *out, int64_t now_ms);

/* The events after `seq` that he may see, as they were sent, at most `most`: their
 * texts as a JSON array. *last gets the number up to which that is complete. 0: written
 * (perhaps empty); ZV_ENOTFOUND: the ring does not reach back so far: resync. */
int zv_hub_write_events(struct zv_hub *h, const struct zv_user *user, uint64_t seq,
			size_t most, struct zv_buf *out, uint64_t *last);

uint64_t zv_hub_last_seq(const struct zv_hub *h);
struct zv_str zv_hub_stream(const struct zv_hub *h);

/* ---- time, restart, counters ------------------------------------------------------------- */

int64_t zv_hub_deadline(const struct zv_hub *h); /* INT64_MAX: never */
void zv_hub_tick(struct zv_hub *h, int64_t now_ms);

/* The ring and what was going on, as text for a file; and back, before any user, server or
 * session is added. load: 0; ZV_EPROTO: not such a text (nothing is taken from it), ZV_ENOMEM.
 * When first_seq of the options is beyond the number that follows in the text, events were
 * told after it was saved: then its ring is not taken, and who resumes gets a resync. */
int zv_hub_save(const struct zv_hub *h, struct zv_buf *out, int64_t now_ms);
int zv_hub_load(struct zv_hub *h, struct zv_str text, int64_t now_ms,
		struct zv_error *err);

struct zv_hub_counters {
	uint64_t events;     /* numbered */
	uint64_t deliveries; /* events put into queues of sessions */
	uint64_t commands, refused, failed;
	uint64_t resumed, resyncs;
	uint64_t slow; /* sessions closed because they did not read */
	uint64_t bad_inputs;
	uint64_t denied_dials;
	size_t sessions, users_online, jobs, ring, calls;
};
void zv_hub_counters(const struct zv_hub *h, struct zv_hub_counters *out);

#endif
