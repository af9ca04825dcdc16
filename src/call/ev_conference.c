/* Conferences: 12 and later. */
#include "call/events.h"

static void
on_join(struct zv_calls *t, const struct zv_in *in)
{
	struct zv_chan *c = zv_in_channel(t, in);

	if (c)
		zv_fact_conference(t, c, zv_in_get(in, ZV_KEY_CONFERENCE));
}

const struct zv_rule zv_rules_conference[] = {
	{ "ConfbridgeJoin", ZV_NEW, on_join, { ZV_SNAPSHOT_KEYS, ZV_KEY_CONFERENCE } },
	{ .event = NULL },
};
