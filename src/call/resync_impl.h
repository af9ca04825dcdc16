/* resync_impl.h - the inside of a resync: resync.c (what happens), resync_ask.c (what is asked and
 * to be done), resync_round.c (one round of lists). */
#ifndef ZV_CALL_RESYNC_IMPL_H
#define ZV_CALL_RESYNC_IMPL_H

#include "base/list.h"
#include "base/printf.h"
#include "call/resync.h"

enum zv_resync_list {
	ZV_ASK_CORE,
	ZV_ASK_RIGHTS,
	ZV_ASK_FIRST_LIST,
	ZV_ASK_STATUS = ZV_ASK_FIRST_LIST,
	ZV_ASK_CHANNELS,
	ZV_ASK_BRIDGES,
	ZV_ASK_QUEUES,
	ZV_ASK_PARKED,
	ZV_ASK_DEVICES,
	ZV_ASK_ROOMS,
	ZV_ASK_ROOM,
	ZV_N_ASK,
};

struct zv_resync_row {
	const char *action;
	const char *key; /* of the one field that it has */
	const char *classes;
	int least_major;	/* of AMI; 2: Asterisk 12 and later */
	bool is_asked_for_each; /* that another list has named */
};
extern const struct zv_resync_row zv_resync_rows[ZV_N_ASK];

struct zv_resync_asked {
	struct zv_node node;   /* in zv_resync.open */
	struct zv_node unsent; /* in zv_resync.unsent until the driver has it */
	enum zv_resync_list row;
	unsigned id;
	int64_t deadline_ms;
	long long n_items;
	bool is_refused;
	size_t n;
	char value[]; /* of the row's key */
};

#define ZV_RESYNC_STEPS 16
#define ZV_RESYNC_TEXT	400
#define ZV_RESYNC_STAMP 64
#define ZV_RESYNC_USER	80

struct zv_resync_kept {
	struct zv_resync_step step;
	char text[ZV_RESYNC_TEXT];
};

struct zv_resync {
	char user[ZV_RESYNC_USER];
	bool tells_booted;
	int64_t now_ms;
	enum zv_resync_state state;

	/* of the server, kept from login to login */
	char version[ZV_RESYNC_STAMP];
	char startup[ZV_RESYNC_STAMP]; /* when it was started; empty: not known */
	unsigned read;		       /* classes of the account; ZV_CLASS_NAMED… */
	bool knows_read;
	bool sees_booted; /* FullyBooted has come at least once */
	bool told[ZV_N_ASK];
	bool told_read, told_silent;

	/* of this login */
	int major;
	bool is_ready, is_booted;
	bool is_unknown[ZV_N_ASK];
	bool sees_calls; /* an event of class `call` has come */
	int64_t ready_ms, settle_at, repeat_at, watch_at;
	int64_t repeat_ms, watch_ms;
	uint64_t sum, last_sum; /* of the channels listed; 0: none */
	bool was_listed;	/* last_sum counts */

	/* of this round */
	bool is_partial;
	bool no_memory; /* something could not be asked, in this round or before it */
	bool is_refused[ZV_N_ASK];

	struct zv_node open, unsent;
	size_t n_open;
	unsigned last_id;

	struct zv_resync_kept steps[ZV_RESYNC_STEPS];
	size_t first_step, n_steps;
	struct zv_resync_kept lost_step;
};

/* ---- resync_ask.c ---- */

/* Asks with that value of the row's key; what could not be asked marks r. */
void zv_resync_ask(struct zv_resync *r, enum zv_resync_list row, struct zv_str value);
/* No answer to it is waited for any more. */
void zv_resync_forget(struct zv_resync *r, struct zv_resync_asked *a);
void zv_resync_forget_all(struct zv_resync *r);

/* Steps for the driver. */
void zv_resync_do(struct zv_resync *r, enum zv_resync_step_kind kind);
void zv_resync_end_snapshot(struct zv_resync *r, bool complete, bool restarted);
void zv_resync_say(struct zv_resync *r, bool is_warning, const char *format, ...)
	ZV_PRINTF(3, 4);

/* ---- resync_round.c ---- */

void zv_resync_start_round(struct zv_resync *r);
void zv_resync_end_round(struct zv_resync *r);
/* Something is missing: there will be another one. */
void zv_resync_give_up_round(struct zv_resync *r);

#endif
