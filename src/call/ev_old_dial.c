/* Who calls whom in AMI 1.x. Dial Begin comes once for each phone, Dial End once for
 * the application, at its end: that is the end of the call. A queue has neither, only
 * AgentCalled, and that not always (ev_old_queue.c). */
#include "call/cause.h"
#include "call/ev_old.h"

struct zv_chan *
zv_old_find(struct zv_calls *t, struct zv_str unique_id, struct zv_str name)
{
	struct zv_chan *c = zv_chan_find(t, unique_id);

	return c || unique_id.n ? c : zv_chan_find_name(t, name);
}

/* ---- Dial ------------------------------------------------------------------ */

/* One that was there before we listened: it calls, that much is known. 1.4 names it
 * Source. */
static struct zv_chan *
dialler(struct zv_calls *t, const struct zv_in *in)
{
	struct zv_seen seen = {
		.unique_id = zv_in_get(in, ZV_KEY_UNIQUEID),
		.channel = zv_in_get(in, ZV_KEY_CHANNEL),
		.number = zv_in_get(in, ZV_KEY_CALLER_ID_NUM),
		.name = zv_in_get(in, ZV_KEY_CALLER_ID_NAME),
		.state = ZV_STATE_RING,
	};
	struct zv_chan *c;

	if (!seen.unique_id.n)
		seen.unique_id = zv_in_get(in, ZV_KEY_SRC_UNIQUEID);
	if (!seen.channel.n)
		seen.channel = zv_in_get(in, ZV_KEY_SOURCE);
	c = zv_chan_find(t, seen.unique_id);
	return c ? c : zv_fact_channel(t, &seen);
}

static struct zv_chan *
dialled(struct zv_calls *t, const struct zv_in *in)
{
	struct zv_seen seen = {
		.unique_id = zv_in_get(in, ZV_KEY_DEST_UNIQUEID),
		.channel = zv_in_get(in, ZV_KEY_DESTINATION),
		.state = ZV_STATE_UNKNOWN,
	};

	return zv_fact_channel(t, &seen);
}

/* Who dials with a Local channel's far half, when nobody has dialled the near one and
 * nobody talks to it: Originate does. An attended transfer may still tell better. */
static bool
is_click(const struct zv_chan *from)
{
	const struct zv_chan *near = from->tech == ZV_TECH_LOCAL ? from->other : NULL;

	return near && !near->dialing && !near->bridge && !near->old.peer &&
	       from->call && !zv_call_caller(from->call);
}

static void
on_begin(struct zv_calls *t, const struct zv_in *in)
{
	struct zv_str number = zv_in_get(in, ZV_KEY_DIALSTRING);
	struct zv_chan *from = dialler(t, in), *to = from ? dialled(t, in) : NULL;

	if (!to)
		return;
	if (is_click(from))
		zv_fact_originated(from->other);
	zv_old_sent_on(t, from, number);
	zv_fact_dial_begin(t, from, to, number);
	if (zv_name_is_exten(number) && zv_name_is_line_number(number))
		zv_call_dialled(t, from, number);
}

static void
on_dial(struct zv_calls *t, const struct zv_in *in)
{
	struct zv_chan *from;

	if (!zv_in_is(in, ZV_KEY_SUB_EVENT, "End")) {
		on_begin(t, in);
		return;
	}
	from = zv_fact_known(t, zv_in_get(in, ZV_KEY_UNIQUEID));
	if (from)
		zv_fact_dial_status(
			t, from,
			zv_dial_status_result(zv_in_get(in, ZV_KEY_DIAL_STATUS)));
}

/* ---- pickup --------------------------------------------------------- */

/* 1.8 and later; the Masquerade that follows puts the one in the place of the other. */
static void
on_pickup(struct zv_calls *t, const struct zv_in *in)
{
	struct zv_chan *by = zv_chan_find_name(t, zv_in_get(in, ZV_KEY_CHANNEL));
	struct zv_chan *target =
		zv_chan_find_name(t, zv_in_get(in, ZV_KEY_TARGET_CHANNEL));

	if (by && target && by != target)
		zv_fact_pickup(t, by, target);
}

const struct zv_rule zv_rules_old_dial[] = {
	{ "Dial",
	  ZV_OLD,
	  on_dial,
	  { ZV_KEY_SUB_EVENT, ZV_KEY_CHANNEL, ZV_KEY_SOURCE, ZV_KEY_DESTINATION,
	    ZV_KEY_CALLER_ID_NUM, ZV_KEY_CALLER_ID_NAME, ZV_KEY_UNIQUEID,
	    ZV_KEY_SRC_UNIQUEID, ZV_KEY_DEST_UNIQUEID, ZV_KEY_DIALSTRING,
	    ZV_KEY_DIAL_STATUS } },
	{ "Pickup", ZV_OLD, on_pickup, { ZV_KEY_CHANNEL, ZV_KEY_TARGET_CHANNEL } },
	{ .event = NULL },
};
