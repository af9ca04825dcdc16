/* drive.h - a session machine driven by a script and a clock of its own.
 *
 * What the server would say and what the session does are text:
 *
 *   sent   the packets the session wants to send, `Action(Key=value|…)` without their
 *          ActionIDs, separated by blanks
 *   news   what its handlers were told: see ledger.h */
#ifndef UNIT_DRIVE_H
#define UNIT_DRIVE_H

#include "ami/session.h"
#include "helper.h"
#include "ledger.h"

#define DRIVE_START 1000000 /* ms, when the clock begins */

struct drive {
	struct zv_ami_session *session;
	int64_t now_ms;
	struct zv_error err; /* of the call that failed */
	int failed;
	struct ledger told;
	struct zv_buf wire; /* sent, as bytes, since drive_forget */
};

/* The defaults of zvon/client.h; user "ops", secret "s3cret", events "on", and a seed
 * that makes the ActionIDs zvon-12345678-1, -2 … */
extern const struct zv_ami_session_options drive_defaults;

/* options: NULL = the defaults. false: out of memory. */
bool drive_new(struct drive *d, const struct zv_ami_session_options *options);
void drive_free(struct drive *d);

/* The transport is up. */
void drive_start(struct drive *d);

/* Bytes from the server; in drive_says each LF becomes CR LF. */
void drive_input(struct drive *d, struct zv_str bytes);
void drive_says(struct drive *d, const char *text);
void drive_saysf(struct drive *d, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Time goes by; the session is ticked whenever it asked for it. After each tick its
 * deadline must lie in the future, unless it failed. */
void drive_wait(struct drive *d, int64_t ms);

/* Sends an action; the fields are `Key: value` lines, or NULL. Its replies appear in
 * the news under `as`, which must live as long as the session. */
int drive_send(struct drive *d, const char *as, const char *action, const char *fields,
	       int timeout_ms);

/* Start, banner, challenge, login, FullyBooted; forgets news and wire then. The first
 * action that the user sends behind it has the ActionID zvon-12345678-3. */
void drive_log_in(struct drive *d);
void drive_forget(struct drive *d);

/* Checks and forgets. */
void expect_news(struct drive *d, const char *wanted);
void expect_sent(struct drive *d, const char *wanted);

/* It has failed with that code and a text that holds these words. */
void expect_failure(struct drive *d, int code, const char *words);

/* The ActionID of the last action sent that has this name. Free it. */
char *drive_action_id(struct drive *d, const char *action);

#endif
