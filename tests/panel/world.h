/* world.h - a hub with one Asterisk, users and panels, whose clock and wires are the
 * test's. */
#ifndef PANEL_WORLD_H
#define PANEL_WORLD_H

#include "base/buf.h"
#include "hub/hub.h"

#define WORLD_SESSIONS 10
#define WORLD_USERS    8
#define WORLD_WIRES    200

struct world_wire { /* an action that was sent and not answered */
	uint64_t ticket;
	char *text;   /* "Action: Hangup\nChannel: …\n"; NULL: it was looked at */
	bool waiting; /* for an answer */
};

struct world_user {
	struct zv_user user;
	struct zv_role role;
	struct zv_str lines[8], queues[8];
	char text[400]; /* what the views above show */
};

struct world {
	struct zv_hub *hub;
	struct zv_calls *calls;
	struct zv_parser *parser;
	size_t server;
	int ami_major;
	int64_t now_ms;
	struct zv_session *sessions[WORLD_SESSIONS]; /* "1" is [1] */
	struct world_user users[WORLD_USERS];
	struct zv_user list[WORLD_USERS];
	size_t n_users;
	struct world_wire wires[WORLD_WIRES];
	size_t n_wires;
	char options[400];
	uint64_t chance;
	bool trace;
	/* What `until` waits for: "leg.held 101"; and whether it came. */
	char until[100];
	bool came;
};

/* user: "ivanov lines=101,102 queues=support rights=view,dial see=all shared". */
void world_add_user(struct world *w, const char *user);
/* options: "technology=PJSIP context=internal notify ring_on_state=no …". */
void world_begin(struct world *w, int ami_major, const char *options);
void world_end(struct world *w);

void world_open(struct world *w, unsigned session, const char *dialect,
		const char *user);
void world_close(struct world *w, unsigned session);

/* From Asterisk: bytes with any number of packets. */
void world_feed(struct world *w, struct zv_str bytes);
/* The oldest action that waits gets this answer. */
void world_answer(struct world *w, const struct zv_packet *packet);
void world_at(struct world *w, int64_t ms);
void world_server(struct world *w, bool up);

/* The next action that was not looked at; NULL: none. Free it. */
char *world_next_action(struct world *w);

/* Prints where and why, and ends the program. */
void fail(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));
extern const char *fail_where;

#endif
