/* hubrig.h - a hub for tests: two servers with trackers of their own, users, sessions that
 * remember what they were told. */
#ifndef UNIT_HUBRIG_H
#define UNIT_HUBRIG_H

#include "helper.h"
#include "hub/session.h"

#define RIG_SERVERS 2

struct rig {
	struct zv_hub *hub;
	struct zv_calls *calls[RIG_SERVERS];
	struct zv_parser *parser;
	int64_t now_ms;
	unsigned ready;	 /* times that on_ready was called */
	unsigned sent;	 /* actions */
	uint64_t random; /* the next one */
};

/* limits may be NULL. Servers "office" and "branch", whose lists were read; users of
 * rig_users. */
void rig_open(struct rig *r, const struct zv_hub_limits *limits, uint64_t first_seq);
void rig_close(struct rig *r);

/* The hub alone is made anew, trackers too; text: what the one before saved, or NULL. The
 * lists of the servers are still to be read: */
void rig_restart(struct rig *r, const struct zv_hub_limits *limits, uint64_t first_seq,
		 struct zv_str text);
void rig_synced(struct rig *r);

/* anna: lines 101 and office/102; boris: 103; queen: line 110, queue sales (scope queues);
 * chief: sees all; spy: raw; panel: shared. */
extern struct zv_user rig_users[];
extern const size_t rig_n_users;
const struct zv_user *rig_user(const char *name);

struct zv_session *rig_session(struct rig *r, const char *user); /* zvon.v1 */
void rig_input(struct rig *r, struct zv_session *s, const char *text);

/* All it has now, one text a line; borrowed until the next call. */
const char *rig_take(struct zv_session *s);
/* The same, each as its type, or for events "event name@call line". Separated by "; ". */
const char *rig_brief(struct zv_session *s);

/* Events made by hand. legs: "101 103", a trunk as "trunk:outside". */
void rig_call(struct rig *r, size_t server, enum zv_call_event_kind kind,
	      const char *call, const char *legs, const char *queue);
void rig_line(struct rig *r, size_t server, const char *line);
void rig_member(struct rig *r, size_t server, const char *queue, const char *line,
		enum zv_member_state state);
void rig_queue(struct rig *r, size_t server, const char *queue);
void rig_server(struct rig *r, size_t server, const char *state);

/* Packets for the tracker: "Event: Newchannel\r\n…\r\n\r\n". */
void rig_feed(struct rig *r, size_t server, const char *text);

#endif
