/* tms.h - inside the panel's dialect: what one panel's connection remembers.
 *
 *   tms_words     numbers and names of the protocol
 *   tms_frame     one event as text
 *   tms_call      a call as the panel has it
 *   tms_party     legs: who the other one is
 *   tms_states    what can happen to a call, and how it is told
 *   tms_follow    from call events to those of the panel
 *   tms_consult   a consultation on the channel of the first call
 *   tms_compare   all calls at once
 *   tms_features  what is possible now
 *   tms_config    what OpenConnection brings along
 *   tms_connect   library, connection, loss of the PBX
 *   tms_agent     the agent's state, his pause while he talks
 *   tms_input     frames of the panel
 *   tms_command   the table of its commands, to commands of the hub
 *   tms_request   a command that is being carried out */
#ifndef ZV_HUB_TMS_H
#define ZV_HUB_TMS_H

#include <jansson.h>

#include "base/list.h"
#include "hub/session.h"
#include "hub/tms_words.h"
#include "json/writer.h"

#define ZV_TMS_ID_MAX	 200 /* bytes of an id, with its NUL; longer ones are cut */
#define ZV_TMS_LINE_MAX	 80
#define ZV_TMS_PARTY_MAX 128
#define ZV_TMS_UID_MAX	 100 /* of commandUId */

/* A call of the panel is one channel of its line: one call of ours may be several of
 * those, one after another (a queue that rings the same phone again), or at once (a
 * consultation). */
struct zv_tms_call {
	struct zv_node node; /* struct zv_tms.calls, oldest first */
	size_t server;
	const struct zv_leg *leg; /* by its address (call.h), never looked into here */
	const struct zv_leg
		*consulted; /* the second party on the same channel, which the
					 * first one waits for (Atxfer); or NULL */
	const struct zv_leg *far_holder; /* the other side put us on hold; or NULL */
	char id[ZV_TMS_ID_MAX], guid[ZV_TMS_GUID];
	char call_id[ZV_TMS_ID_MAX]; /* of ours, in which it is now */
	char line[ZV_TMS_LINE_MAX];
	char other[ZV_TMS_PARTY_MAX]; /* number; empty: withheld or not known */
	char by[ZV_TMS_PARTY_MAX], to[ZV_TMS_PARTY_MAX]; /* of its last transfer */
	enum zv_tms_direction direction;
	enum zv_tms_state state, old_state;
	const char *cause;		  /* stateCause; static */
	unsigned features, told_features; /* now; in the last LINE_STATE_CHANGED */
	bool features_told, busy_told;
	bool held_by_us;
	bool taken; /* picked up or fetched just now */
	bool moved; /* after a transfer the other one is whoever is there */
	/* Wall clock, microseconds; 0: not (yet), or not known. */
	int64_t started_us, connected_us, held_us, talking_us, ended_us;
	int64_t hold_total_us, talk_total_us;
};

/* The room of a session. */
struct zv_tms {
	struct zv_node calls, requests;
	enum zv_tms_family family;
	char library[ZV_TMS_GUID], connection[ZV_TMS_GUID]; /* empty: none */
	char line[ZV_TMS_LINE_MAX];
	char contact[ZV_TMS_GUID]; /* UserContactUId; or empty */
	bool is_open;		   /* OpenConnection was good */
	bool is_lost;		   /* and then the PBX was lost */
	bool no_call_centre, debug;
	bool quiet; /* calls are learned, not told */
	unsigned line_features;
	bool line_told;
	char agent_state[64]; /* the last one told */
	int64_t now_ms;
	int64_t wall_us;	   /* wall clock at now_ms == 0; 0: not known */
	struct zv_str command_uid; /* of the command whose answer is written */
};

static inline struct zv_tms *
zv_tms_of(const struct zv_session *s)
{
	return zv_session_room((struct zv_session *)(uintptr_t)s);
}

/* Copies what fits, cut at a whole character. true: it was another text. */
bool zv_tms_copy(char *out, size_t size, struct zv_str text);

/* ---- tms_frame.c ------------------------------------------------------------------- */

/* Out of memory ends the session: what was lost cannot be told again. */
void zv_tms_say(struct zv_session *s, enum zv_tms_event type, struct zv_str content);
void zv_tms_say_typed(struct zv_session *s, enum zv_tms_event type,
		      struct zv_str content, const char *content_type,
		      const char *private_data /* JSON; NULL: {} */);
/* data: a sentence for a person. */
void zv_tms_say_error(struct zv_session *s, enum zv_tms_error type, const char *code,
		      struct zv_str data);
void zv_tms_no_memory(struct zv_session *s);

/* ---- tms_call.c -------------------------------------------------------------------- */

struct zv_tms_call *zv_tms_call_new(struct zv_session *s, size_t server,
				    const struct zv_call *call,
				    const struct zv_leg *leg, struct zv_str unique_id);
void zv_tms_call_free(struct zv_tms_call *c);
void zv_tms_calls_free(struct zv_tms *t);
struct zv_tms_call *zv_tms_find_leg(struct zv_tms *t, size_t server,
				    const struct zv_leg *leg);
struct zv_tms_call *zv_tms_find_consult(struct zv_tms *t, const struct zv_tms_call *of);
struct zv_tms_call *zv_tms_find_id(struct zv_tms *t, struct zv_str id);
void zv_tms_call_state(struct zv_tms *t, struct zv_tms_call *c, enum zv_tms_state state,
		       const char *cause);
void zv_tms_call_json(struct zv_json *j, const struct zv_tms *t,
		      const struct zv_tms_call *c);
/* It is now that late, and the wall clock is as the hub knows it. */
void zv_tms_at(struct zv_session *s, int64_t now_ms);
/* Wall clock of a moment, or 0. */
int64_t zv_tms_wall(const struct zv_tms *t, int64_t at_ms);

/* An event with a call as its content. */
void zv_tms_tell(struct zv_session *s, enum zv_tms_event type, struct zv_tms_call *c);
/* All calls, and what is possible in each. */
void zv_tms_tell_snapshot(struct zv_session *s);

/* ---- tms_party.c --------------------------------------------------------------------- */

bool zv_tms_is_live(const struct zv_leg *leg);
bool zv_tms_is_up(const struct zv_leg *leg);
bool zv_tms_is_line(const struct zv_leg *leg, const char *line);
/* Over, with a result that will not change any more. */
bool zv_tms_has_ended(const struct zv_leg *leg, const struct zv_call_event *event);
/* That very leg, if it is one of the call's; else NULL. */
const struct zv_leg *zv_tms_leg_in(const struct zv_call *call,
				   const struct zv_leg *wanted);
/* The legs of others that live. */
size_t zv_tms_count_others(const struct zv_call *call, struct zv_str line);
struct zv_str zv_tms_who(const struct zv_leg *leg);
/* Brings the other party and the transfer up to date; true: something changed. */
bool zv_tms_parties(struct zv_session *s, struct zv_tms_call *c,
		    const struct zv_call *call, const struct zv_leg *leg);

/* ---- tms_states.c ---------------------------------------------------------------------- */

void zv_tms_ring(struct zv_session *s, struct zv_tms_call *c);
void zv_tms_busy(struct zv_session *s, struct zv_tms_call *c);
/* since_ms: when they began to talk. */
void zv_tms_connect(struct zv_session *s, struct zv_tms_call *c, int64_t since_ms);
void zv_tms_hold(struct zv_session *s, struct zv_tms_call *c, bool held);
/* Frees it. */
void zv_tms_finish(struct zv_session *s, struct zv_tms_call *c, const char *cause);

/* ---- tms_follow.c, tms_consult.c --------------------------------------------------------- */

void zv_tms_on_event(struct zv_session *s, size_t server,
		     const struct zv_call_event *event, struct zv_message *shared);
/* What has become of it. event: the last one about it, or NULL; with_new: calls that the
 * panel does not know begin. */
void zv_tms_look_at(struct zv_session *s, size_t server, const struct zv_call *call,
		    const struct zv_call_event *event, bool with_new);
void zv_tms_follow_consult(struct zv_session *s, struct zv_tms_call *c,
			   const struct zv_call *call,
			   const struct zv_call_event *event);

/* ---- tms_compare.c ------------------------------------------------------------------------ */

/* Learns what is going on without telling it. */
void zv_tms_learn(struct zv_session *s);
/* Looks for calls that no event tells of. */
void zv_tms_look_anew(struct zv_session *s, size_t server);
/* Compares what the panel knows with what is going on, and tells the difference. */
void zv_tms_compare(struct zv_session *s, size_t server);

/* ---- tms_features.c -------------------------------------------------------------------- */

/* Tells what has changed; with `again` everything. */
void zv_tms_tell_features(struct zv_session *s, struct zv_tms_call *c, bool again);
void zv_tms_tell_line(struct zv_session *s, bool again);
unsigned zv_tms_features(struct zv_session *s, const struct zv_tms_call *c);

/* ---- tms_config.c ------------------------------------------------------------------------ */

struct zv_str zv_tms_plain_line(struct zv_str extension); /* 305 of SIP/305 */
struct zv_str zv_tms_config_line(const json_t *config);
struct zv_str zv_tms_config_context(const json_t *config);
bool zv_tms_config_is(const json_t *config, const char *key);
json_t *zv_tms_object_of(const json_t *parameters, const char *key);

/* ---- tms_connect.c ----------------------------------------------------------------------- */

void zv_tms_load_library(struct zv_session *s, struct zv_str assembly);
void zv_tms_open_connection(struct zv_session *s, const json_t *parameters);
void zv_tms_close_connection(struct zv_session *s);
/* The last one: the panel is told to connect anew. */
void zv_tms_server_lost(struct zv_session *s, size_t server);
/* What is going on there is known (again). */
void zv_tms_server_synced(struct zv_session *s, size_t server);
/* The server on which the panel's calls are made; < 0: none is there. */
int zv_tms_home(const struct zv_session *s);

/* ---- tms_agent.c --------------------------------------------------------------------------- */

/* The user with the line of this panel. */
struct zv_user zv_tms_user(const struct zv_session *s, struct zv_str *line);
const struct zv_agent *zv_tms_agent(const struct zv_session *s); /* or NULL */
void zv_tms_tell_agent(struct zv_session *s, bool again);
/* With auto_pause: a panel that nobody signed in pauses its line in all queues. */
void zv_tms_agent_talks(struct zv_session *s);
void zv_tms_agent_has_talked(struct zv_session *s, const struct zv_leg *ended);
void zv_tms_agent_is_back(struct zv_session *s);

/* ---- tms_input.c, tms_request.c ------------------------------------------------------------ */

void zv_tms_input(struct zv_session *s, struct zv_str text, int64_t now_ms);

/* Begins a command of the hub; takes args. called: what MakeCall was told to dial. */
void zv_tms_begin(struct zv_session *s, const char *command, json_t *args,
		  const char *panel_command, struct zv_str called);
/* What a MakeCall that goes on dials; empty: none goes on. */
struct zv_str zv_tms_being_called(const struct zv_tms *t);
void zv_tms_requests_free(struct zv_tms *t);

#endif
