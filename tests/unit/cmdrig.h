/* cmdrig.h - commands of users, and an Asterisk that is played by hand or by a recording:
 * the hub, a tracker, what was sent, what came of it. */
#ifndef UNIT_CMDRIG_H
#define UNIT_CMDRIG_H

#include "helper.h"
#include "hub/jobs.h"

struct cmdrig {
	struct zv_hub *hub;
	struct zv_calls *calls;
	struct zv_parser *parser;
	struct zv_hub_server server;
	struct zv_log log;
	int64_t now_ms;
	int major;
	struct zv_role role;	   /* of user 101: may everything, controls his own */
	struct zv_role supervisor; /* user 900, line 103: controls all */
	struct zv_role nothing;	   /* user guest, line 102: view only */
	struct zv_user users[3];
	uint64_t ticket; /* of the last request */
	uint64_t random;
	int send_rc; /* what hooks.send says */
	unsigned sends;
	struct zv_buf sent;	/* "Hangup|Channel=PJSIP/101-1"; the last request */
	struct zv_buf all_sent; /* all of them, a line each */
	char action_id[80], variable_mark[80];
	struct zv_buf outcome; /* the last one */
	int status;
	unsigned outcomes;
	uint64_t command; /* ticket of the last command */
	struct zv_buf logged;
	const char
		*call; /* of whom `%` stands for in args: the first call that goes on */
	int failed;
};

/* ami_version: "1.1", "1.3", "5.0.4". Users 101 (lines 101), 900 (line 103), guest (102). */
int cmdrig_try(struct cmdrig *r, const char *ami_version); /* 0 or ZV_ENOMEM */
void cmdrig_begin(struct cmdrig *r, const char *ami_version);
void cmdrig_end(struct cmdrig *r);
/* After a change of r->users, r->role…, r->server: the hub gets them. */
void cmdrig_configure(struct cmdrig *r);

/* Lines `Newchannel Channel=PJSIP/101-1|Uniqueid=a`; `tick 200` lets time pass. */
void cmdrig_feed(struct cmdrig *r, const char *lines);
void cmdrig_bytes(struct cmdrig *r, struct zv_str bytes); /* as they came */
void cmdrig_packet(struct cmdrig *r, const struct zv_packet *p);
void cmdrig_wait(struct cmdrig *r, int ms);

/* `Success Message=x` to the last request; then it is DONE. */
void cmdrig_reply(struct cmdrig *r, const char *line);
void cmdrig_no_reply(struct cmdrig *r, int status);
void cmdrig_state(struct cmdrig *r, bool up);

/* args: JSON; `%` is replaced by the id of the oldest call. */
void cmdrig_command(struct cmdrig *r, const char *user, const char *name,
		    const char *args);

/* The last request; the outcome: "200 {…}"; "" when there is none. */
void cmdrig_check_sent(struct cmdrig *r, const char *row, const char *wanted);
void cmdrig_check(struct cmdrig *r, const char *row, const char *wanted);
/* Only that this text is in it. */
void cmdrig_check_has(struct cmdrig *r, const char *row, int status, const char *part);

/* 101 calls 102, who answers. In both generations. */
void cmdrig_talk(struct cmdrig *r);
void cmdrig_ring(struct cmdrig *r); /* 102 rings */

#endif
