/* Conferences: 12 and later. */
#include "call/events.h"

static void
on_join(struct zv_calls *t, const struct zv_in *in)
{
	struct zv_chan *c = zv_in_channel(t, in);
	struct zv_bridge *room =
		c ? zv_fact_bridge(t, zv_in_get(in, ZV_KEY_BRIDGE_UNIQUEID)) : NULL;

	if (room) /* it may come before BridgeEnter */
		zv_fact_enter(t, room, c);
	if (c)
		zv_fact_conference(t, c, zv_in_get(in, ZV_KEY_CONFERENCE));
}

static void
record(struct zv_calls *t, const struct zv_in *in, bool on)
{
	struct zv_bridge *b = zv_bridge_find(t, zv_in_get(in, ZV_KEY_BRIDGE_UNIQUEID));

	if (b)
		zv_fact_room_recording(t, b, on);
}

static void
on_record(struct zv_calls *t, const struct zv_in *in)
{
	record(t, in, true);
}

static void
on_stop_record(struct zv_calls *t, const struct zv_in *in)
{
	record(t, in, false);
}

const struct zv_rule zv_rules_conference[] = {
	{ "ConfbridgeJoin",
	  ZV_NEW,
	  on_join,
	  { ZV_SNAPSHOT_KEYS, ZV_KEY_CONFERENCE, ZV_KEY_BRIDGE_UNIQUEID } },
	{ "ConfbridgeRecord", ZV_NEW, on_record, { ZV_KEY_BRIDGE_UNIQUEID } },
	{ "ConfbridgeStopRecord", ZV_NEW, on_stop_record, { ZV_KEY_BRIDGE_UNIQUEID } },
	{ .event = NULL },
};
