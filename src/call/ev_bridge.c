/* Bridges and Local channels: 12 and later. */
#include "call/events.h"

static void
on_enter(struct zv_calls *t, const struct zv_in *in)
{
	struct zv_chan *c = zv_in_channel(t, in);
	struct zv_bridge *b =
		c ? zv_fact_bridge(t, zv_in_get(in, ZV_KEY_BRIDGE_UNIQUEID)) : NULL;

	if (!b)
		return;
	if (!b->n)
		b->holding = zv_in_is(in, ZV_KEY_BRIDGE_TECHNOLOGY, "holding_bridge");
	zv_fact_enter(t, b, c);
}

static void
on_leave(struct zv_calls *t, const struct zv_in *in)
{
	struct zv_chan *c = zv_fact_known(t, zv_in_get(in, ZV_KEY_UNIQUEID));

	if (c && c->bridge &&
	    zvon_str_equal(c->bridge->id, zv_in_get(in, ZV_KEY_BRIDGE_UNIQUEID)))
		zv_fact_leave(t, c);
}

/* All channels of the one are in the other from now on; Asterisk tells it of each too. */
static void
on_local_bridge(struct zv_calls *t, const struct zv_in *in)
{
	struct zv_chan *one = zv_chan_find(t, zv_in_get(in, ZV_KEY_LOCAL_ONE_UNIQUEID));
	struct zv_chan *two = zv_chan_find(t, zv_in_get(in, ZV_KEY_LOCAL_TWO_UNIQUEID));

	if (one && two)
		zv_fact_local_pair(t, one, two);
}

const struct zv_rule zv_rules_bridge[] = {
	{ "BridgeEnter",
	  ZV_NEW,
	  on_enter,
	  { ZV_SNAPSHOT_KEYS, ZV_KEY_BRIDGE_UNIQUEID, ZV_KEY_BRIDGE_TECHNOLOGY } },
	{ "BridgeLeave",
	  ZV_NEW,
	  on_leave,
	  { ZV_KEY_UNIQUEID, ZV_KEY_BRIDGE_UNIQUEID } },
	{ "LocalBridge",
	  ZV_NEW,
	  on_local_bridge,
	  { ZV_KEY_LOCAL_ONE_UNIQUEID, ZV_KEY_LOCAL_TWO_UNIQUEID } },
	{ .event = NULL },
};
