/* ledger.h - what the handlers of a session were told, as text:
 *
 *   `login` `booting` `ready` (on_state), `event:Hangup`, and for replies `NAME:Success`
 *   (response), `NAME+Status` (item of a list), `NAME.OK` or `NAME.ETIMEOUT` (done) */
#ifndef UNIT_LEDGER_H
#define UNIT_LEDGER_H

#include "ami/request.h"
#include "base/log.h"
#include "helper.h"
#include "zvon/client.h"

struct ledger {
	struct zv_buf news;
	struct zv_buf logged; /* one line each: "warn ajam text" */
	struct zv_log log;    /* writes there */
	size_t n_open;	      /* actions that were not told DONE yet */
};

void ledger_init(struct ledger *l);
void ledger_deinit(struct ledger *l);

/* Handlers of a session; their user is the ledger. */
void ledger_on_event(void *ledger, const struct zv_packet *event);
void ledger_on_state(void *ledger, enum zv_client_state state);

/* An action whose fields are `Key: value` lines, or NULL. Free it. NULL: *err says why. */
struct zv_request *ledger_request(const char *action, const char *fields,
				  struct zv_error *err);

/* For an action that is called `as`, which must live until DONE: the user of
 * ledger_on_reply. Freed with DONE, or by ledger_forget when it was not taken. */
struct ledger_asked;
struct ledger_asked *ledger_ask(struct ledger *l, const char *as);
void ledger_forget(struct ledger_asked *asked);
void ledger_on_reply(void *asked, enum zv_reply_part part, int status,
		     const struct zv_packet *packet);

/* Checks and forgets. */
void ledger_expect(struct ledger *l, const char *wanted);

#endif
