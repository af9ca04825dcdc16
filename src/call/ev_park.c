/* Parking: 12 and later. */
#include "call/events.h"

static struct zv_chan *
parkee(struct zv_calls *t, const struct zv_in *in)
{
	struct zv_seen seen = {
		.unique_id = zv_in_get(in, ZV_KEY_PARKEE_UNIQUEID),
		.channel = zv_in_get(in, ZV_KEY_PARKEE_CHANNEL),
		.linked_id = zv_in_get(in, ZV_KEY_PARKEE_LINKEDID),
		.number = zv_in_get(in, ZV_KEY_PARKEE_CALLER_ID_NUM),
		.name = zv_in_plain(t, in, ZV_KEY_PARKEE_CALLER_ID_NAME),
		.state = zv_in_int(in, ZV_KEY_PARKEE_CHANNEL_STATE, ZV_STATE_UNKNOWN),
	};

	return zv_fact_channel(t, &seen);
}

/* ParkerDialString is the device that gets it back: who parked it. */
static void
on_parked(struct zv_calls *t, const struct zv_in *in)
{
	struct zv_chan *c;

	if (zv_in_has(
		    in,
		    ZV_KEY_ACTION_ID)) /* an item of the list that ParkedCalls gives */
		return;
	c = parkee(t, in);
	if (c)
		zv_fact_parked(t, c, zv_in_get(in, ZV_KEY_PARKING_SPACE),
			       zv_name_peer(zv_in_get(in, ZV_KEY_PARKER_DIAL_STRING)));
}

static void
on_unparked(struct zv_calls *t, const struct zv_in *in)
{
	struct zv_chan *c = parkee(t, in);

	if (c)
		zv_fact_retrieved(
			t, c,
			zv_chan_find(t, zv_in_get(in, ZV_KEY_RETRIEVER_UNIQUEID)));
}

static void
on_timeout(struct zv_calls *t, const struct zv_in *in)
{
	struct zv_chan *c = parkee(t, in);

	if (c)
		zv_fact_retrieved(t, c, NULL);
}

#define PARKEE                                                                         \
 ZV_KEY_PARKEE_UNIQUEID, ZV_KEY_PARKEE_CHANNEL, ZV_KEY_PARKEE_LINKEDID,                \
	 ZV_KEY_PARKEE_CALLER_ID_NUM, ZV_KEY_PARKEE_CALLER_ID_NAME,                    \
	 ZV_KEY_PARKEE_CHANNEL_STATE, ZV_KEY_PARKING_SPACE

const struct zv_rule zv_rules_park[] = {
	{ "ParkedCall",
	  ZV_NEW,
	  on_parked,
	  { PARKEE, ZV_KEY_PARKER_DIAL_STRING, ZV_KEY_ACTION_ID } },
	{ "UnParkedCall", ZV_NEW, on_unparked, { PARKEE, ZV_KEY_RETRIEVER_UNIQUEID } },
	{ "ParkedCallTimeOut", ZV_NEW, on_timeout, { PARKEE } },
	{ .event = NULL },
};
