/* resync.h - asks an Asterisk, after each login, what is going on there, so that the
 * calls here (zvon/call.h) agree with it: which lists, in which order, what an Error
 * means, when it is complete, when to ask again, and whether it was restarted.
 *
 * A machine: logins, answers, events and time in; steps out. The driver sends what it is
 * asked to send and gives the items to zvon_calls_snapshot_item. */
#ifndef ZV_CALL_RESYNC_H
#define ZV_CALL_RESYNC_H

#include <stdint.h>

#include "zvon/client.h"

struct zv_resync;

#define ZV_RESYNC_LIST_MS 15000 /* for the answer to one action, or it is given up */
#define ZV_RESYNC_SETTLE_MS                                                            \
 500 /* events travel behind the lists (12+): a hang-up that
				 * a list knows already may still be on its way */
#define ZV_RESYNC_REPEAT_MS	 5000 /* after an incomplete one, doubled each time … */
#define ZV_RESYNC_REPEAT_MOST_MS 60000 /* … up to this */
#define ZV_RESYNC_BOOT_MS                                                              \
 10000 /* READY without FullyBooted, and nobody knows whether
				   * this account may see it: wait for it */
#define ZV_RESYNC_BOOT_MOST_MS 120000 /* the same where it surely may */
#define ZV_RESYNC_WATCH_MS                                                             \
 30000 /* channels, but no event of class `call`: look again,
				   * doubled each time … */
#define ZV_RESYNC_WATCH_MOST_MS 300000 /* … up to this */
#define ZV_RESYNC_MAX_ASKED	2000   /* answers that are waited for at a time */

struct zv_resync_options {
	struct zv_str user; /* of the account, to read what it may; may be empty */
	bool tells_booted;  /* AMI does, AJAM does not */
};

/* The texts are copied. NULL: out of memory. */
struct zv_resync *zv_resync_new(const struct zv_resync_options *options);
void zv_resync_free(struct zv_resync *r); /* NULL is fine */

/* ---- what happens ------------------------------------------------------------------ */

/* Logged in (BOOTING). What is known of the server is kept from login to login. */
void zv_resync_login(struct zv_resync *r, int ami_major, struct zv_str ami_version,
		     int64_t now_ms);

/* READY; booted: FullyBooted was seen. */
void zv_resync_ready(struct zv_resync *r, bool booted, int64_t now_ms);

/* The connection is gone: nothing is waited for any more. */
void zv_resync_lost(struct zv_resync *r);

/* Each event of the connection that answers nothing. */
void zv_resync_event(struct zv_resync *r, const struct zv_packet *event,
		     int64_t now_ms);

/* What came of the action with that id; as zvon_reply_fn. true: the packet is an item for
 * the snapshot. Answers to what was given up are passed over. */
bool zv_resync_reply(struct zv_resync *r, unsigned id, enum zv_reply_part part,
		     int status, const struct zv_packet *packet, int64_t now_ms);

int64_t zv_resync_deadline(const struct zv_resync *r);
void zv_resync_tick(struct zv_resync *r, int64_t now_ms);

/* ---- what is to be done -------------------------------------------------------------- */

enum zv_resync_step_kind {
	ZV_RESYNC_ASK,	 /* send the action; its answers come back with `id` */
	ZV_RESYNC_BEGIN, /* zvon_calls_snapshot_begin */
	ZV_RESYNC_END,	 /* zvon_calls_snapshot_end with complete and restarted */
	ZV_RESYNC_TELL,	 /* text, for the log */
};

struct zv_resync_step {
	enum zv_resync_step_kind kind;
	unsigned id;
	const char *action;
	const char *key; /* of its one field; NULL: none */
	struct zv_str value;
	bool complete, restarted;
	bool is_warning;
	struct zv_str text;
};

/* true: *out is the next step, borrowed until the next call on r. */
bool zv_resync_next(struct zv_resync *r, struct zv_resync_step *out);

enum zv_resync_state {
	ZV_RESYNC_DOWN,	    /* no connection */
	ZV_RESYNC_CHECKING, /* is it the same server, is it booted? */
	ZV_RESYNC_LISTING,  /* the lists are coming */
	ZV_RESYNC_SETTLING, /* they are complete; the last events are coming */
	ZV_RESYNC_SYNCED,   /* the calls here are those of the server */
	ZV_RESYNC_PARTIAL,  /* something did not come: asked for again */
};

enum zv_resync_state zv_resync_state(const struct zv_resync *r);

#endif
