/* Transfers and pickup: 12 and later. */
#include "call/events.h"

/* ParkedCall may come before the BlindTransfer to the parking lot, or after it (then
 * zv_fact_parked takes the transfer back). */
static bool
is_parked(struct zv_calls *t, const struct zv_in *in)
{
	struct zv_chan *moved =
		zv_chan_find(t, zv_in_get(in, ZV_KEY_TRANSFEREE_UNIQUEID));

	return moved && moved->leg && moved->leg->parked;
}

static void
on_blind(struct zv_calls *t, const struct zv_in *in)
{
	struct zv_chan *by = zv_chan_find(t, zv_in_get(in, ZV_KEY_TRANSFERER_UNIQUEID));

	if (by && zv_in_is(in, ZV_KEY_RESULT, "Success") && !is_parked(t, in))
		zv_fact_transfer(t, ZV_TRANSFER_BLIND, by,
				 zv_in_get(in, ZV_KEY_EXTENSION));
}

/* To whom. 12 to 16 do not name the target, and it may be a Local channel: then it is the
 * last of the call who is still there and neither the one who transfers nor the one who
 * is transferred. */
static struct zv_str
target_of(struct zv_calls *t, const struct zv_in *in, const struct zv_chan *by,
	  const struct zv_chan *second)
{
	struct zv_chan *target =
		zv_chan_find(t, zv_in_get(in, ZV_KEY_TRANSFER_TARGET_UNIQUEID));
	struct zv_chan *moved =
		zv_chan_find(t, zv_in_get(in, ZV_KEY_TRANSFEREE_UNIQUEID));
	struct zv_live_leg *found = target ? target->leg : NULL;

	if (found || !by->call)
		return found ? zv_leg_who(found) : zv_in_get(in, ZV_KEY_DEST_APP);
	for (struct zv_live_leg *leg = zv_leg_first(by->call); leg;
	     leg = zv_leg_next(leg))
		if (leg->channel && leg->channel != by && leg->channel != second &&
		    leg->channel != moved)
			found = leg;
	return found ? zv_leg_who(found) : zv_in_get(in, ZV_KEY_DEST_APP);
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
	zv_fact_transfer(t, ZV_TRANSFER_ATTENDED, by, target_of(t, in, by, second));
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
	  { ZV_KEY_TRANSFERER_UNIQUEID, ZV_KEY_TRANSFEREE_UNIQUEID, ZV_KEY_RESULT,
	    ZV_KEY_EXTENSION } },
	{ "AttendedTransfer",
	  ZV_NEW,
	  on_attended,
	  { ZV_KEY_ORIG_TRANSFERER_UNIQUEID, ZV_KEY_SECOND_TRANSFERER_UNIQUEID,
	    ZV_KEY_TRANSFER_TARGET_UNIQUEID, ZV_KEY_TRANSFEREE_UNIQUEID,
	    ZV_KEY_DEST_APP, ZV_KEY_RESULT } },
	{ "Pickup", ZV_NEW, on_pickup, { ZV_SNAPSHOT_KEYS, ZV_KEY_TARGET_UNIQUEID } },
	{ .event = NULL },
};
