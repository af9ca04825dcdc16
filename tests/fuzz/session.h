/* session.h - what the fuzzers of sessions share: the actions that are sent, and what
 * must hold of their replies whatever the server does. */
#ifndef FUZZ_SESSION_H
#define FUZZ_SESSION_H

#include "ami/session.h"
#include "fuzz.h"

#define FUZZ_MAX_ACTIONS 64

/* What zv_…_session_send does with these. */
typedef int (*fuzz_send_fn)(void *scene, const struct zv_request *r, int timeout_ms,
			    zvon_reply_fn fn, void *user, struct zv_error *err);

struct fuzz_asked {
	struct fuzz_actions *all;
	unsigned kind;
	bool taken, answered, ended;
};

struct fuzz_actions {
	fuzz_send_fn send;
	void *scene;
	/* what else must hold of a reply; may be NULL */
	void (*check_reply)(const void *scene, const struct fuzz_asked *a,
			    enum zv_reply_part part, int status,
			    const struct zv_packet *packet);
	struct fuzz_asked asked[FUZZ_MAX_ACTIONS];
	size_t n;
	bool for_good; /* no new actions while the end is told */
};

/* An action of that name. kind & 0x80: with an ActionID like one of the session's own;
 * & 0x40: its end sends a Ping; the rest chooses the timeout. */
void fuzz_send_action(struct fuzz_actions *all, unsigned kind, struct zv_str name);

/* Has each action come to its end that was taken, and no other one? */
void fuzz_check_ends(const struct fuzz_actions *all);

/* A reason that a person can read comes with each failure. */
void fuzz_check_reason(int rc, const struct zv_error *err);

/* Options that both kinds of sessions begin with. */
struct zv_ami_session_options fuzz_session_options(void);

#endif
