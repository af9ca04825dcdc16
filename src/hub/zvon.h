/* zvon.h - inside the dialect zvon.v1: docs/protocol/zvon-v1.md.
 *
 *   zvon_say      replies, errors, hello, all that is going on
 *   zvon_start    start, resume, snapshot
 *   zvon_command  commands on their way
 *   zvon_watch    raw packets */
#ifndef ZV_HUB_ZVON_H
#define ZV_HUB_ZVON_H

#include <jansson.h>

#include "base/list.h"
#include "hub/session.h"
#include "json/writer.h"

#define ZV_ZVON_ID_MAX 128 /* bytes of an id of a client's */

/* The room of a session. */
struct zv_zvon_room {
	struct zv_node asked; /* commands without outcome */
	int64_t second;	      /* of the pings counted */
	unsigned pings;
};

/* ---- zvon_say.c ---------------------------------------------------------------------- */

/* Not the hub's scratch: while one event goes its way, that is in use. */
struct zv_zvon_reply {
	struct zv_buf text;
	struct zv_json j;
};

/* An object with that type, to be filled; and sent. */
struct zv_json *zv_zvon_reply(struct zv_zvon_reply *r, const char *type);
void zv_zvon_send(struct zv_zvon_reply *r, struct zv_session *s);

/* The id as it came: a text or a number; NULL: none. */
void zv_zvon_add_id(struct zv_json *j, const char *key, const json_t *id);
bool zv_zvon_is_id(const json_t *id);
void zv_zvon_add_seq(struct zv_json *j, struct zv_session *s);

/* What was sent was nothing. key, id: what of it is known; may be NULL. */
void zv_zvon_complain(struct zv_session *s, const char *code, const char *message,
		      const char *key, const json_t *id);
/* "bad JSON, byte 17, line 1: …" */
void zv_zvon_complain_of_json(struct zv_session *s, const struct zv_error *why);

void zv_zvon_say_hello(struct zv_session *s);
/* The state of the user's agent: members of an object that is open. */
void zv_zvon_add_agent(struct zv_session *s, struct zv_json *j);
/* All that is going on: a snapshot, or with a reason a resync. */
void zv_zvon_say_all(struct zv_session *s, const char *reason, int64_t now_ms);
/* The same, and live from now on: what is in the ring is told by it. */
void zv_zvon_begin_anew(struct zv_session *s, const char *reason, int64_t now_ms);

/* ---- what a client sends ------------------------------------------------------------------ */

typedef void (*zv_zvon_input_fn)(struct zv_session *s, const json_t *message,
				 int64_t now_ms);

void zv_zvon_on_start(struct zv_session *s, const json_t *message, int64_t now_ms);
void zv_zvon_on_snapshot(struct zv_session *s, const json_t *message, int64_t now_ms);
void zv_zvon_on_resume(struct zv_session *s, const json_t *message, int64_t now_ms);
void zv_zvon_on_command(struct zv_session *s, const json_t *message, int64_t now_ms);
void zv_zvon_on_watch(struct zv_session *s, const json_t *message, int64_t now_ms);
void zv_zvon_on_unwatch(struct zv_session *s, const json_t *message, int64_t now_ms);

/* Their outcomes are nobody's any more. */
void zv_zvon_forget_commands(struct zv_zvon_room *room);

#endif
