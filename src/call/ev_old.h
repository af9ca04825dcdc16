/* ev_old.h - what the rules of AMI 1.x share. */
#ifndef ZV_CALL_EV_OLD_H
#define ZV_CALL_EV_OLD_H

#include "call/events.h"

/* A channel by its Uniqueid, or by its name where 1.x tells no more; or NULL. */
struct zv_chan *zv_old_find(struct zv_calls *t, struct zv_str unique_id,
			    struct zv_str name);

/* 1.x: the channel goes on in the dialplan, at that number: a blind transfer that was
 * announced by BLINDTRANSFER is one now. (ev_old_transfer.c) */
void zv_old_sent_on(struct zv_calls *t, struct zv_chan *c, struct zv_str to);

/* VarSet BLINDTRANSFER: c is to be sent on, or sends on, the channel of that name. */
void zv_old_to_be_sent(struct zv_calls *t, struct zv_chan *c, struct zv_str peer);

/* Newchannel Transfered/…: an attended transfer by feature code is completed. */
void zv_old_transfered(struct zv_calls *t, struct zv_str helper);

/* "103" of "Local/103@internal-00000010;1". */
struct zv_str zv_old_local_number(struct zv_str channel);

/* MusicOnHold Stop. (ev_old_queue.c) */
void zv_old_music_stops(struct zv_calls *t, struct zv_chan *c);

/* The dialplan brings c into a conference, or goes on behind it. (ev_old_conference.c) */
void zv_old_enter_room(struct zv_calls *t, struct zv_chan *c, const struct zv_in *in);
void zv_old_leave_room(struct zv_calls *t, struct zv_chan *c,
		       struct zv_str application);

/* The recorder of a conference, in the call of who is in it; or NULL. */
struct zv_chan *zv_old_recorder(struct zv_calls *t, struct zv_str unique_id,
				struct zv_str name);

#endif
