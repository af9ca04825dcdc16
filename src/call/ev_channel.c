/* Channels: made, changed, gone. */
#include "call/events.h"

static void
on_snapshot(struct zv_calls *t, const struct zv_in *in)
{
	zv_in_channel(t, in);
}

static void
on_newexten(struct zv_calls *t, const struct zv_in *in)
{
	struct zv_chan *c = zv_in_channel(t, in);

	if (c)
		zv_fact_exten(t, c, zv_in_get(in, ZV_KEY_EXTENSION));
}

static void
on_hangup_request(struct zv_calls *t, const struct zv_in *in)
{
	struct zv_chan *c = zv_fact_known(t, zv_in_get(in, ZV_KEY_UNIQUEID));

	t->tells_requests = true;
	if (c)
		zv_fact_hangup_request(t, c);
}

static void
on_hangup(struct zv_calls *t, const struct zv_in *in)
{
	struct zv_chan *c = zv_fact_known(t, zv_in_get(in, ZV_KEY_UNIQUEID));

	if (!c)
		zv_fact_never_seen(t, zv_in_get(in, ZV_KEY_UNIQUEID));
	else
		zv_fact_hangup(t, c, zv_in_int(in, ZV_KEY_CAUSE, 0));
}

const struct zv_rule zv_rules_channel[] = {
	{ "Newchannel", ZV_NEW, on_snapshot, { ZV_SNAPSHOT_KEYS } },
	{ "Newstate", ZV_NEW, on_snapshot, { ZV_SNAPSHOT_KEYS } },
	{ "Newexten", ZV_NEW, on_newexten, { ZV_SNAPSHOT_KEYS, ZV_KEY_EXTENSION } },
	{ "HangupRequest", ZV_BOTH, on_hangup_request, { ZV_KEY_UNIQUEID } },
	{ "Hangup", ZV_NEW, on_hangup, { ZV_KEY_UNIQUEID, ZV_KEY_CAUSE } },
	{ .event = NULL },
};
