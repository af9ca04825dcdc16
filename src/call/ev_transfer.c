/* Transfers and pickup: 12 and later. */
#include "call/events.h"

static void
on_blind(struct zv_calls *t, const struct zv_in *in)
{
	struct zv_chan *by = zv_chan_find(t, zv_in_get(in, ZV_KEY_TRANSFERER_UNIQUEID));

	if (by && zv_in_is(in, ZV_KEY_RESULT, "Success"))
		zv_fact_transfer(t, ZV_TRANSFER_BLIND, by,
				 zv_in_get(in, ZV_KEY_EXTENSION));
}

/* To whom: the line at the target, behind a Local channel if it is one. */
static struct zv_str
target_of(struct zv_calls *t, const struct zv_in *in)
{
	struct zv_chan *target =
		zv_chan_find(t, zv_in_get(in, ZV_KEY_TRANSFER_TARGET_UNIQUEID));
	struct zv_live_leg *leg = target ? target->leg : NULL;

	if (target && !leg && target->other)
		leg = zv_bridge_far(t, target->other);
	return leg ? zv_leg_who(leg) : zv_in_get(in, ZV_KEY_DEST_APP);
}

static void
on_attended(struct zv_calls *t, const struct zv_in *in)
{
	struct zv_chan *by =
		zv_chan_find(t, zv_in_get(in, ZV_KEY_ORIG_TRANSFERER_UNIQUEID));
	struct zv_chan *second =
		zv_chan_find(t, zv_in_get(in, ZV_KEY_SECOND_TRANSFERER_UNIQUEID));

	if (!by || !zv_in_is(in, ZV_KEY_RESULT, "Success"))
		return;
	if (second)
		zv_fact_together(t, by, second);
	zv_fact_transfer(t, ZV_TRANSFER_ATTENDED, by, target_of(t, in));
}

static void
on_pickup(struct zv_calls *t, const struct zv_in *in)
{
	struct zv_chan *by = zv_in_channel(t, in);
	struct zv_chan *target = zv_chan_find(t, zv_in_get(in, ZV_KEY_TARGET_UNIQUEID));

	if (by && target)
		zv_fact_pickup(t, by, target);
}

const struct zv_rule zv_rules_transfer[] = {
	{ "BlindTransfer",
	  ZV_NEW,
	  on_blind,
	  { ZV_KEY_TRANSFERER_UNIQUEID, ZV_KEY_RESULT, ZV_KEY_EXTENSION } },
	{ "AttendedTransfer",
	  ZV_NEW,
	  on_attended,
	  { ZV_KEY_ORIG_TRANSFERER_UNIQUEID, ZV_KEY_SECOND_TRANSFERER_UNIQUEID,
	    ZV_KEY_TRANSFER_TARGET_UNIQUEID, ZV_KEY_DEST_APP, ZV_KEY_RESULT } },
	{ "Pickup", ZV_NEW, on_pickup, { ZV_SNAPSHOT_KEYS, ZV_KEY_TARGET_UNIQUEID } },
	{ .event = NULL },
};
