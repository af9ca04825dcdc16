/* ajdrive.h - an AJAM session driven by a script and a clock of its own.
 *
 *   asked  what the session ordered, `C:Ping()` on the connection for commands,
 *          `W:WaitEvent(Timeout=30)` on that for waiting: the action and its fields
 *          without the ActionID, then `/GET` when it is none, or `C:CANCEL`
 *   news   what its handlers were told: see ledger.h
 *
 * It checks by itself what must hold in each scene: a connection carries one exchange
 * at a time, time goes on, and a secret never stands in a target. */
#ifndef UNIT_AJDRIVE_H
#define UNIT_AJDRIVE_H

#include "ajam/session.h"
#include "ledger.h"

#define AJDRIVE_START 1000000 /* ms, when the clock begins */

/* The cookie that the server gives with each answer. */
#define AJDRIVE_COOKIE "41a058aa"

struct ajdrive_line {
	bool running;
	unsigned long ticket;
	int timeout_ms;
	/* the last request */
	bool is_post;
	char *target, *fields, *body;
	char *action_id;
};

struct ajdrive {
	struct zv_ajam_session *session;
	int64_t now_ms;
	struct zv_error err; /* of the call that failed */
	int failed;
	struct ledger told;
	struct zv_buf asked;
	struct zv_buf text; /* on_text, the direction before each: `>` to, `<` from */
	struct ajdrive_line lines[ZV_AJAM_N_EXCHANGES];
	int n_waits; /* WaitEvent begun so far */

	/* how the server is; to be changed by the test */
	bool is_old;	     /* the head of 1.8 instead of that of 22 */
	const char *cookie;  /* NULL: it sets none */
	const char *max_age; /* NULL: it tells none */
};

/* The defaults of zvon/client.h; user "ops", secret "s3cret", rawman, and a seed that
 * makes the ActionIDs zvon-12345678-1, -2 … */
extern const struct zv_ajam_session_options ajdrive_defaults;

/* options: NULL = the defaults. false: out of memory. */
bool ajdrive_new(struct ajdrive *d, const struct zv_ajam_session_options *options);
void ajdrive_free(struct ajdrive *d);

void ajdrive_start(struct ajdrive *d);
void ajdrive_stop(struct ajdrive *d, bool for_good);

/* Answers what runs on that line, whole: 200 with the head of the server's version. In
 * the body LF becomes CR LF, and a line `@` the ActionID of the request. */
void ajdrive_answer(struct ajdrive *d, int line, const char *body);

/* The same in steps; code 0: the end of a whole answer. */
void ajdrive_head(struct ajdrive *d, int line, const char *status, const char *fields);
void ajdrive_body(struct ajdrive *d, int line, const char *body);
void ajdrive_end(struct ajdrive *d, int line, int code, const char *text);

/* An answer that is not AJAM's: `404 Not Found`, fields that end with LF, a body. */
void ajdrive_page(struct ajdrive *d, int line, const char *status, const char *fields,
		  const char *body);

/* Fields of an answer, and answers that come often. */
#define PLAIN	 "Content-type: text/plain\nPragma: SuppressEvents\n"
#define SUCCESS	 "Response: Success\n@\n\n"
#define DENIED	 "Response: Error\n@\nMessage: Permission denied\n\n"
#define WAITING	 "Response: Success\n@\nMessage: Waiting for Event completed.\n\n"
#define COMPLETE "Event: WaitEventComplete\n@\n\n"
#define MISSING	 "Response: Error\nMessage: Missing action in request\n\n"

/* Time goes by; the session is ticked whenever it asked for it. */
void ajdrive_wait(struct ajdrive *d, int64_t ms);

/* As drive_send; then the session gets the tick that it asks for. */
int ajdrive_send(struct ajdrive *d, const char *as, const char *action,
		 const char *fields, int timeout_ms);

/* Start, challenge, login, settings: the first WaitEvent is out then, and everything is
 * forgotten. With a digest: 401, mask, settings. */
void ajdrive_log_in(struct ajdrive *d);
void ajdrive_forget(struct ajdrive *d);

/* Checks and forgets. */
void expect_told(struct ajdrive *d, const char *wanted);
void expect_asked(struct ajdrive *d, const char *wanted);

/* It has failed with that code and a text that holds these words. */
void expect_lost(struct ajdrive *d, int code, const char *words);

/* The value of a field of the last request on that line, decoded; "" when absent. Free
 * it. */
char *ajdrive_field(struct ajdrive *d, int line, const char *key);

/* The 401 of Asterisk 22 with that nonce. */
void ajdrive_ask_digest(struct ajdrive *d, int line, const char *nonce, bool stale);

#define W ZV_AJAM_WAIT
#define C ZV_AJAM_COMMAND

#endif
