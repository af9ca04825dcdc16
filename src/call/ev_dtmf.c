/* Keys that are pressed: 12 and later. */
#include "call/events.h"

static void
on_end(struct zv_calls *t, const struct zv_in *in)
{
	struct zv_chan *c = zv_in_channel(t, in);

	if (c && zv_in_is(in, ZV_KEY_DIRECTION, "Received"))
		zv_fact_dtmf(t, c, zv_in_get(in, ZV_KEY_DIGIT));
}

const struct zv_rule zv_rules_dtmf[] = {
	{ "DTMFEnd",
	  ZV_NEW,
	  on_end,
	  { ZV_SNAPSHOT_KEYS, ZV_KEY_DIRECTION, ZV_KEY_DIGIT } },
	{ .event = NULL },
};
