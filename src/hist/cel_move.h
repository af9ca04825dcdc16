/* cel_move.h - what one event of CEL tells of a call that moved: transfers and pickups, by whom,
 * to whom, and which other channels belong to it. */
#ifndef ZV_HIST_CEL_MOVE_H
#define ZV_HIST_CEL_MOVE_H

#include "hist/row.h"

#define ZV_CEL_TIES_MAX 4

enum zv_cel_move_kind {
	ZV_MOVE_BLIND,
	ZV_MOVE_ATTENDED,
	ZV_MOVE_PICKUP,
};

/* Borrowed from the row; what it does not tell is empty. */
struct zv_cel_move {
	enum zv_cel_move_kind kind;
	struct zv_str by;    /* the channel that transferred, or picked up */
	struct zv_str moved; /* the channel that was transferred, or that rang */
	struct zv_str
		to; /* blind: an extension; attended: a channel, or an application */
	struct zv_str second,
		bridge; /* attended: his other channel, and the bridge of it */
	struct zv_str ids[ZV_CEL_TIES_MAX]; /* Uniqueids of the same conversation */
	struct zv_str channels[ZV_CEL_TIES_MAX];
};

/* false: the row is another event, or one that does not tell by whom. */
bool zv_cel_move_read(const struct zv_cel_row *row, struct zv_cel_move *out);

/* A member of the JSON object that Asterisk 12 and later write into `extra`, text or number, as
 * it stands there; empty: it is not there, or has a backslash. */
struct zv_str zv_cel_extra(struct zv_str extra, struct zv_str key);

#endif
