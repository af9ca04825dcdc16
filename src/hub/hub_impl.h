/* hub_impl.h - the inside of the hub: its servers, sessions and what it remembers of
 * calls. Jobs are a part of their own: jobs.h.
 *
 *   hub            life, time, counters
 *   server         what is configured of a server
 *   sync           when it is known what is going on there
 *   tell           one event's way
 *   trail, seat    what a call was about; who is a member of which queue
 *   users          who there is, and a new configuration
 *   session        a connection from its beginning to its end
 *   session_queue  what waits for it
 *   listen         what it may see, and wants to
 *   watch          raw packets
 *   view           what it sees of what is going on
 *   state_json     that as JSON
 *   save, load     over a restart */
#ifndef ZV_HUB_HUB_IMPL_H
#define ZV_HUB_HUB_IMPL_H

#include "ami/filter_set.h"
#include "hub/ring.h"
#include "hub/session.h"
#include "hub/sight.h"
#include "hub/topic.h"

struct zv_jobs;

/* ---- servers ---------------------------------------------------------------------- */

/* What a call is and was about, as long as it goes on: who saw it once sees it to its end,
 * though it has left his queue. */
struct zv_trail {
	struct zv_str call; /* id */
	struct zv_tags tags;
	bool goes_on; /* for zv_trails_drop_gone */
	struct zv_trail *next_gone;
};

struct zv_server {
	struct zv_hub_server pub; /* texts are its own */
	struct zv_topic *topic;
	struct zv_map trails; /* by call id */
	struct zv_node seats; /* zv_seat.of_server */
	bool up;
	bool silent;	 /* what is going on there is not known yet: sync.c */
	bool listed;	 /* but waits for the lists of another server */
	int64_t sync_ms; /* silent: not longer than until then */
	int ami_major;
};

/* A line is a member of a queue there. */
struct zv_seat {
	struct zv_node of_line;	  /* in zv_topic.queues */
	struct zv_node of_server; /* in zv_server.seats */
	struct zv_server *server;
	struct zv_topic *line, *queue;
	struct zv_str interface; /* in the same block */
};

/* ---- users -------------------------------------------------------------------------- */

struct zv_person {
	const struct zv_user *user;
	size_t n_sessions;
	struct zv_node sessions; /* zv_session.of_person */
};

/* ---- the hub ----------------------------------------------------------------------- */

struct zv_hub {
	struct zv_hub_limits limits;
	struct zv_hub_hooks hooks;
	void *context;
	const struct zv_log *log;
	struct zv_str stream, version;
	bool letters_in_numbers;
	uint64_t first_seq, next_seq;
	uint64_t restart_seq; /* who resumes from before it gets "restart" */
	bool last_is_known;   /* somebody may have the last number that there is */
	int64_t now_ms;	      /* of the last call in */
	int64_t wall_us; /* wall clock at now_ms == 0, as the last event had it; 0: not
			  * known yet */

	uint64_t map_seed; /* of the servers' maps */
	struct zv_topics topics;
	struct zv_ring ring;
	struct zv_jobs *jobs;

	struct zv_server **servers; /* by number; NULL: removed */
	size_t n_servers;
	size_t n_silent;
	int64_t owed_ms; /* the resync of those who were put off, at the latest */
	const char *resync_reason; /* for on_synced of zvon.v1 */
	struct zv_node restored; /* zv_restored: servers of the text that was loaded */

	const struct zv_user *users;
	size_t n_users;
	struct zv_map users_by_name; /* zv_person */
	struct zv_person gone;	     /* the sessions of users that are no more */

	struct zv_node sessions;  /* zv_session.all */
	struct zv_node open_ears; /* zv_session.open: those who see everything */
	struct zv_node timed;	  /* zv_session.timed: those with a deadline */
	int64_t timed_ms;	  /* the first of them is not before */
	size_t n_sessions;
	struct zv_session **found; /* room for all sessions: who gets the event */
	size_t found_cap;
	uint64_t stamp; /* of the last event */

	struct zv_filter_set *watches; /* NULL: nobody watches packets */
	size_t n_watches;
	uint64_t watch_limit_hits; /* when they were looked through last */

	struct zv_tags tags;   /* of the event that is being told */
	struct zv_buf scratch; /* its text */
	struct zv_hub_counters counters;
};

/* Calls of a server that is not added yet. */
struct zv_restored {
	struct zv_node node;
	struct zv_topic *server;
	struct zv_map trails;
};

struct zv_server *zv_hub_server_at(const struct zv_hub *h, size_t server); /* or NULL */
void zv_hub_free_server(struct zv_hub *h, struct zv_server *server);
void zv_restored_free(struct zv_hub *h, struct zv_restored *r);
int zv_hub_set_stream(struct zv_hub *h, struct zv_str stream);
int zv_hub_copy_text(struct zv_str *text, struct zv_str from);
void zv_hub_free_text(struct zv_str *text);

/* ---- when what is going on is known (sync.c) ------------------------------------------ */

void zv_sync_begin(struct zv_hub *h, struct zv_server *server);
void zv_sync_removed(struct zv_hub *h, bool was_silent, int64_t now_ms);
void zv_sync_on_state(struct zv_hub *h, struct zv_server *server);
int64_t zv_sync_deadline(const struct zv_hub *h);
void zv_sync_tick(struct zv_hub *h, int64_t now_ms);

/* What was told before is not worth resuming from: whoever listens gets all anew. */
void zv_hub_begin_anew(struct zv_hub *h, int64_t now_ms);

/* ---- trails, seats (trail.c, seat.c) -------------------------------------------------- */

/* The trail of the call, brought up to date; NULL: no memory. */
struct zv_trail *zv_trail_follow(struct zv_hub *h, struct zv_server *server,
				 const struct zv_call *call);
struct zv_trail *zv_trail_find(const struct zv_server *server, struct zv_str call);
struct zv_trail *zv_trail_make(struct zv_hub *h, struct zv_map *trails,
			       struct zv_str call); /* found or new */
void zv_trail_end(struct zv_hub *h, struct zv_server *server, struct zv_str call,
		  struct zv_str into);
void zv_trails_free(struct zv_hub *h, struct zv_map *trails);
/* Those whose call is not going on; how many. */
size_t zv_trails_drop_gone(struct zv_hub *h, struct zv_server *server);

/* A line, and the queues of which it is a member. */
int zv_seats_tag(struct zv_hub *h, struct zv_tags *tags, const struct zv_server *server,
		 struct zv_str line);
int zv_seats_on_member(struct zv_hub *h, struct zv_server *server,
		       const struct zv_queue_member *member);
void zv_seats_free(struct zv_hub *h, struct zv_server *server);

/* ---- users (users.c) -------------------------------------------------------------------- */

struct zv_person *zv_person_find(const struct zv_hub *h, struct zv_str name);
void zv_persons_deinit(struct zv_hub *h);

/* ---- sessions ----------------------------------------------------------------------------- */

struct zv_queue_of_messages {
	struct zv_message **list; /* a ring; NULL when it is empty */
	size_t cap, first, n;
	size_t bytes;
	struct zv_message *one; /* what list is while one is enough */
};

struct zv_watch; /* watch.c */

/* What telling an event looks at stands together, at first. */
struct zv_session {
	struct zv_node open;
	uint64_t stamp; /* of the last event that found it */
	struct zv_hub *hub;
	const struct zv_dialect *dialect;
	void *owner;
	struct zv_ears *narrow; /* what it wants of what it may see; NULL: everything */
	uint32_t events;	/* kinds it wants; 0: all */
	int over_code;		/* 0: it is not */
	bool sees_all, listens, replaying, ready_told, opened;
	bool resumed; /* while a server was silent: its resync says "restart" */
	bool owed;    /* a resync, soon: what it resumes from is lost */
	struct zv_queue_of_messages queue;
	size_t held;	  /* bytes, by the transport */
	size_t free_ride; /* bytes of a snapshot that do not count */

	struct zv_node all, of_person, timed;
	struct zv_person *person;
	struct zv_str remote; /* in its own block */
	struct zv_str *lines; /* instead of the user's; one block */
	size_t n_lines;
	struct zv_ears *rights;	     /* what it may see; not used when it may see all */
	struct zv_ears *next_rights; /* zv_hub_set_users prepares it */
	uint64_t at_seq;	     /* replaying: it has all events up to this one */
	int64_t wake_ms;	     /* deadline of its dialect */
	struct zv_watch *watches;
	size_t n_watches;
	const char *over_reason;
	char *context;	 /* in which its calls are dialled; NULL: the user's */
	char *over_text; /* over_reason, when it had to be made */
	max_align_t room[];
};

extern const char zv_reason_slow[], zv_reason_memory[];

/* What it may see, from its user and lines now. NULL: no memory. */
struct zv_ears *zv_session_make_rights(struct zv_session *s, const struct zv_user *user,
				       bool *sees_all);
struct zv_ears *zv_view_make_rights(struct zv_hub *h, const struct zv_who *who,
				    struct zv_session *s);
/* Has that user the lines that the session stands for? */
bool zv_session_lines_allowed(const struct zv_session *s, const struct zv_user *user);
void zv_session_index(struct zv_session *s); /* where events look for it */
void zv_session_unindex(struct zv_session *s);

/* Is it something that it may see, and wants to? */
bool zv_session_wants(const struct zv_session *s, enum zv_call_event_kind kind,
		      const struct zv_topic *server, struct zv_topic *const *tags,
		      size_t n_tags);

/* Calls its dialect. */
void zv_session_tell(struct zv_session *s, size_t server,
		     const struct zv_call_event *event, struct zv_message *shared);
void zv_session_synced(struct zv_session *s, size_t server, int64_t now_ms);

/* Tells the transport, once; and forgets what waits. */
void zv_session_ready(struct zv_session *s);
void zv_session_drop_queue(struct zv_session *s);

int zv_hub_reserve_found(struct zv_hub *h);

/* ---- what is seen (view.c), as JSON (state_json.c) ------------------------------------------------------------ */

/* Who looks; narrow NULL: all that he may see. */
struct zv_view {
	struct zv_hub *hub;
	bool sees_all;
	const struct zv_ears *rights, *narrow;
};

struct zv_view zv_view_of_session(const struct zv_session *s);
bool zv_view_sees_call(const struct zv_view *v, const struct zv_server *server,
		       const struct zv_call *call);
bool zv_view_sees_line(const struct zv_view *v, const struct zv_server *server,
		       struct zv_str line);
/* line: of a member; empty: the queue itself. */
bool zv_view_sees_queue(const struct zv_view *v, const struct zv_server *server,
			struct zv_str queue, struct zv_str line);
bool zv_view_sees_member_of(const struct zv_view *v, const struct zv_server *server,
			    struct zv_str queue);
/* Nobody's queues are seen: only the own lines are. */
bool zv_view_sees_few_lines(const struct zv_view *v);

struct zv_json;
/* Members "seq", "servers", "calls", "lines", "queues" of an object that is open. */
void zv_view_write(const struct zv_view *v, struct zv_json *j, int64_t now_ms);
/* "servers" */
void zv_servers_write(struct zv_hub *h, struct zv_json *j, int64_t now_ms);
/* "user", "full_name", "lines", "queues", "role", "rights". */
void zv_me_write(const struct zv_who *who, struct zv_json *j);
void zv_agent_write(struct zv_hub *h, struct zv_str user, struct zv_json *j);

/* A dial that begins, for sessions that want to know it (tell.c). */
void zv_hub_note_dial(struct zv_hub *h, size_t number, const struct zv_packet *packet);

/* ---- watches (watch.c) -------------------------------------------------------------------------- */

void zv_watches_on_packet(struct zv_hub *h, size_t server,
			  const struct zv_packet *packet, int64_t now_ms);
void zv_watches_end(struct zv_session *s);

#endif
