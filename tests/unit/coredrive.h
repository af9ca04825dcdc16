/* coredrive.h - the machine that keeps a connection, over AMI or AJAM, driven by a script
 * and a clock of its own, with what it asks the server to filter.
 *
 *   asked  the actions that it sent, in order: `Login(system) Filter*5 Events(on)`; in
 *          brackets the event mask, and how many Filter came in a row
 *   told   `connecting login booting ready event:Hangup off closed down:ECLOSED`, and of
 *          the user's actions `NAME:Success NAME.OK`
 *
 * It takes nothing from the heap that is counted, so that scenes may run out of memory. */
#ifndef UNIT_COREDRIVE_H
#define UNIT_COREDRIVE_H

#include "client/core.h"
#include "helper.h"

#define COREDRIVE_START 1000000 /* ms, when the clock begins */

/* An action that was sent and not answered yet. */
struct coredrive_open {
	char name[32], id[64];
	unsigned long ticket; /* AJAM */
	int line;
};

struct coredrive {
	struct zv_core *core;
	struct zv_push *push;
	struct zv_filter *filter;
	struct zv_core_options options;
	int64_t now_ms;
	bool booted; /* of the last status */
	int reason;
	char why[ZV_ERROR_TEXT_MAX];
	char told[8192], asked[8192];
	char logged[8192];   /* one line each */
	char filters[65536]; /* the values of Filter, one in a line */
	int n_filters;	     /* in a row, at the end of `asked` */
	struct coredrive_open open[128];
	size_t n_open;
	struct zv_log log;
	void (*in_booting)(struct coredrive *d); /* NULL, or the user's handler */
};

/* The defaults of zvon/client.h, but a plain login of user "ops" with secret "s3cret".
 * Change the options before coredrive_begin. */
void coredrive_init(struct coredrive *d, bool is_ajam);

/* false: out of memory. With a filter, its events pass only if it lets them. */
bool coredrive_begin(struct coredrive *d, const struct zv_filter_options *push,
		     const struct zv_filter_options *filter);
void coredrive_free(struct coredrive *d);

/* The link comes up; the server greets and answers the login (AJAM: and CoreSettings). */
void coredrive_log_in(struct coredrive *d, const char *version);

/* Answers the oldest action of that name: `Response: HOW` and more lines that end with
 * CR LF. false: nothing of that name waits. */
bool coredrive_answer(struct coredrive *d, const char *name, const char *how,
		      const char *fields);

/* AMI: packets as they are. */
void coredrive_says(struct coredrive *d, const char *text);

/* AJAM: the exchange that carries that action ends so. */
void coredrive_break(struct coredrive *d, const char *name, int code);

/* Time goes by; the core is ticked whenever it asked for it. */
void coredrive_wait(struct coredrive *d, int64_t ms);

void coredrive_lose_link(struct coredrive *d);

/* Until it wants a link again. */
void coredrive_come_back(struct coredrive *d);

/* An action of the user, told under its name. */
int coredrive_send(struct coredrive *d, const char *action, int timeout_ms);

/* Checks and forgets. */
void expect_core_told(struct coredrive *d, const char *wanted);
void expect_core_asked(struct coredrive *d, const char *wanted);

#endif
