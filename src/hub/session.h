/* session.h - inside the hub: one connection of a user, and the dialect it speaks. */
#ifndef ZV_HUB_SESSION_H
#define ZV_HUB_SESSION_H

#include "base/list.h"
#include "hub/hub.h"
#include "hub/job.h"

/* A dialect translates: texts of the client to jobs, events to texts. */
struct zv_dialect {
	const char *name;
	size_t room; /* bytes of its own in each session, zeroed */
	/* ZV_ENOMEM ends the session. */
	int (*open)(struct zv_session *s, int64_t now_ms);
	void (*input)(struct zv_session *s, struct zv_str text, int64_t now_ms);
	/* An event that its user may see, in order. `shared` is the event in the words
	 * of zvon.v1, encoded once for all: the caller's reference. */
	void (*on_event)(struct zv_session *s, size_t server,
			 const struct zv_call_event *event, struct zv_message *shared);
	/* A line of its is dialled and does not ring yet, which is no event of the call
	 * model. May be NULL. Only of servers with ring_on_state off. */
	void (*on_dialled)(struct zv_session *s, size_t server, int64_t now_ms);
	/* All that is going on is known anew (a server was synchronised). */
	void (*on_synced)(struct zv_session *s, size_t server, int64_t now_ms);
	/* A state of its user's agent or of a line of his has changed by a command of
	 * another of his sessions. May be NULL. */
	void (*on_user)(struct zv_session *s, int64_t now_ms);
	/* The user's lines, queues, scope or role are others now. May be NULL. */
	void (*on_rights)(struct zv_session *s, int64_t now_ms);
	int64_t (*deadline)(const struct zv_session *s); /* NULL: never */
	void (*tick)(struct zv_session *s, int64_t now_ms);
	void (*close)(struct zv_session *s); /* frees what its room holds */
};

extern const struct zv_dialect zv_dialect_zvon;
extern const struct zv_dialect zv_dialect_tms;

struct zv_hub *zv_session_hub(const struct zv_session *s);
const struct zv_user *zv_session_user(const struct zv_session *s);
void *zv_session_room(struct zv_session *s);
struct zv_str zv_session_remote(const struct zv_session *s);

/* Puts a message in its queue (refs it); full: the session is over with 1013. */
void zv_session_put(struct zv_session *s, struct zv_message *m);
/* The same for a text of its own. */
void zv_session_say(struct zv_session *s, struct zv_str text);
/* For a snapshot: as large as it must be, it does not count for the limit. */
void zv_session_say_all(struct zv_session *s, struct zv_str text);
/* One such has not been taken yet. */
bool zv_session_owes_all(const struct zv_session *s);
/* The first one counts. What waits is still sent, but with 1013 it is dropped. */
void zv_session_end(struct zv_session *s, int code, const char *reason);

/* Its deadline has changed outside of the dialect's functions (a job's outcome). */
void zv_session_touch(struct zv_session *s);

/* The lines that this session stands for instead of its user's (TMS: ExtensionName of
 * OpenConnection). Copied; 0 or < 0: not allowed (the user has lines and this is none of
 * them), too many, no memory. */
int zv_session_set_lines(struct zv_session *s, const struct zv_str *lines, size_t n,
			 struct zv_error *err);

/* Those, or else the user's. */
const struct zv_str *zv_session_lines(const struct zv_session *s, size_t *n);

/* The context in which its calls are dialled: empty or the user's own: as configured; or one
 * of the user's `contexts`. 0; ZV_EAUTH: none of them; ZV_ENOMEM. */
int zv_session_set_context(struct zv_session *s, struct zv_str context,
			   struct zv_error *err);

/* Does it get events at all? zvon.v1: after start, resume; TMS: after OpenConnection. */
void zv_session_listen(struct zv_session *s, bool on);

/* zvon.v1: it gets from the ring what comes after seq, as it takes messages, and what is new
 * then; *n how many there are now. Listens from now on. ZV_ENOTFOUND: the ring does not
 * reach back so far; nothing is changed. When it takes too slowly and the ring loses what it
 * had still to get, on_synced is called instead. */
int zv_session_replay(struct zv_session *s, uint64_t after_seq, size_t *n);

/* Instead of that, while nothing is known of any server yet: it listens, and gets on_synced
 * when that has changed, or ZV_HUB_SYNC_MS later, and nothing before. false: not now. */
bool zv_session_put_off(struct zv_session *s);

/* A command of this session's user, with the session's lines. on_done gets members as in
 * job.h; progress may be NULL; owner: anything, with the session by zv_job_session. */
struct zv_job *zv_session_command(struct zv_session *s, struct zv_str name,
				  const struct json_t *args,
				  const struct zv_job_owner *owner, int64_t now_ms);

/* Is that line one of the session's own? What is within a scope: sight.h. */
bool zv_session_has_line(const struct zv_session *s, size_t server, struct zv_str line);
bool zv_session_sees_call(const struct zv_session *s, size_t server,
			  const struct zv_call *call);

/* Goes through the calls it may see, of servers whose lists were read; f returning false stops. */
typedef bool (*zv_call_fn)(void *context, size_t server, const struct zv_call *call);
void zv_session_each_call(struct zv_session *s, zv_call_fn f, void *context);

/* What a client of zvon.v1 wants to see of what it may see: lists of start and resume. */
struct zv_narrow {
	uint32_t events; /* 1u << enum zv_call_event_kind; 0: all */
	const struct zv_str *lines, *queues, *numbers; /* none at all: all */
	size_t n_lines, n_queues, n_numbers;
};
/* Copied; 0 or ZV_ENOMEM (everything is as it was). */
int zv_session_narrow(struct zv_session *s, const struct zv_narrow *narrow);

/* ---- the user's agent: one for all of his sessions -------------------------------------- */

/* Kept by user name, also while he is away; the panel's states and ours. */
struct zv_agent {
	struct zv_str state; /* a code: "ready", "break", … as the client named it */
	struct zv_str reason;
	bool wrap_up, paused_by_us; /* after a call; in the queues, by auto pause */
	bool dnd;
};
struct zv_agent *zv_hub_agent(struct zv_hub *h, struct zv_str user); /* NULL: memory */

/* ---- servers ---------------------------------------------------------------------------- */

size_t zv_hub_n_servers(const struct zv_hub *h); /* numbers below; some may be gone */
const struct zv_hub_server *zv_hub_find_server(const struct zv_hub *h, size_t server);
bool zv_hub_server_is_up(const struct zv_hub *h, size_t server);
int zv_hub_server_ami_major(const struct zv_hub *h, size_t server);

#endif
