/* call.h - what people do with a call: ring, pick up, hang up, pass on. */
#ifndef ZV_OFFICE_CALL_H
#define ZV_OFFICE_CALL_H

#include "office/model.h"

/* Where a call can go to: "PJSIP/200", "PJSIP/89261234567@provider". */
struct zv_target {
	struct zv_line *line;
	char number[ZV_NAME_MAX]; /* what is dialled there */
};

/* false: there is no such line, or it is not registered. */
bool zv_target_parse(struct zv_office *o, struct zv_str text, struct zv_target *out);

/* What the one at that number does by itself. */
struct zv_fate zv_target_fate(struct zv_office *o, const struct zv_target *t);

/* The callee's phone begins to ring soon; the tie hears what follows. */
void zv_ring(struct zv_channel *callee, const struct zv_tie *tie, struct zv_fate fate);

/* Its phone answers now. false: it does not ring. */
bool zv_pick_up(struct zv_channel *callee);

/* DialBegin has been sent or comes: the callee shows who calls it, with which
 * application, and was dialled at that extension. */
void zv_show_caller(struct zv_channel *callee, struct zv_channel *caller,
		    const char *app);

/* NewConnectedLine of c, which talks or will talk to `other`. */
void zv_show_connected(struct zv_channel *c, const struct zv_channel *other);

/* Ends the channel and, with it, its dialling, its bridge and the other party's
 * channel, its place in the queue. sip: TechCause or 0. */
void zv_hangup(struct zv_channel *c, int cause, int sip);

/* The phone hangs up: HangupRequest, then the same. */
void zv_hangup_by_phone(struct zv_channel *c);

/* Takes c out of what it is doing, so that it can do something else; the other party
 * is hung up, unless it is `spare`, which then does nothing too. */
void zv_detach(struct zv_channel *c, struct zv_channel *spare);

/* The transferer's other party goes to the extension; the transferer is hung up.
 * false: it is not in a bridge. */
bool zv_blind_transfer(struct zv_channel *transferer, const char *context,
		       const char *exten);

#endif
