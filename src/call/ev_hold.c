/* Hold: 12 and later. */
#include "call/events.h"

static void
on_hold(struct zv_calls *t, const struct zv_in *in)
{
	struct zv_chan *c = zv_in_channel(t, in);

	if (c)
		zv_fact_hold(t, c, true);
}

/* Comes before a blind transfer even if there was no Hold. */
static void
on_unhold(struct zv_calls *t, const struct zv_in *in)
{
	struct zv_chan *c = zv_in_channel(t, in);

	if (c)
		zv_fact_hold(t, c, false);
}

const struct zv_rule zv_rules_hold[] = {
	{ "Hold", ZV_NEW, on_hold, { ZV_SNAPSHOT_KEYS } },
	{ "Unhold", ZV_NEW, on_unhold, { ZV_SNAPSHOT_KEYS } },
	{ .event = NULL },
};
