/* Who talks with whom in AMI 1.x: pairs. An Unlink is no end of a conversation: one comes
 * with each hold, key press and re-INVITE, and a Link right after it. */
#include "call/ev_old.h"

/* ---- pairs ----------------------------------------------------------------- */

static void
set_peers(struct zv_chan *a, struct zv_chan *b)
{
	if (a->old.peer)
		a->old.peer->old.peer = NULL;
	if (b->old.peer)
		b->old.peer->old.peer = NULL;
	a->old.peer = b;
	b->old.peer = a;
}

static void
forget_music(struct zv_chan *c)
{
	if (c->old.holder)
		c->old.holder->old.listener = NULL;
	c->old.holder = NULL;
}

/* Back from a feature code that came to nothing. While it talks to a Local channel, the
 * other one waits. */
static void
come_back(struct zv_calls *t, struct zv_chan *c, const struct zv_chan *to)
{
	if (!c->old.listener || !to->leg)
		return;
	forget_music(c->old.listener);
	zv_fact_hold(t, c, false);
}

/* Both halves of what is going on when we come: the first is the caller's. */
static struct zv_chan *
one_of(struct zv_calls *t, const struct zv_in *in, enum zv_key unique_id,
       enum zv_key channel, enum zv_key number, int state)
{
	struct zv_seen seen = {
		.unique_id = zv_in_get(in, unique_id),
		.channel = zv_in_get(in, channel),
		.number = zv_in_get(in, number),
		.state = state,
	};
	struct zv_chan *c = zv_chan_find(t, seen.unique_id);

	return c ? c : zv_fact_channel(t, &seen);
}

static void
on_link(struct zv_calls *t, const struct zv_in *in)
{
	struct zv_chan *a = one_of(t, in, ZV_KEY_UNIQUEID_1, ZV_KEY_CHANNEL_1,
				   ZV_KEY_CALLER_ID_1, ZV_STATE_RING);
	struct zv_chan *b = a ? one_of(t, in, ZV_KEY_UNIQUEID_2, ZV_KEY_CHANNEL_2,
				       ZV_KEY_CALLER_ID_2, ZV_STATE_UNKNOWN)
			      : NULL;

	if (!b || a == b)
		return;
	set_peers(a, b);
	if (!a->call || !b->call)
		zv_fact_together(t, a, b);
	zv_fact_linked(t, a, b);
	come_back(t, a, b);
	come_back(t, b, a);
}

static void
on_unlink(struct zv_calls *t, const struct zv_in *in)
{
	struct zv_chan *a = zv_chan_find(t, zv_in_get(in, ZV_KEY_UNIQUEID_1));
	struct zv_chan *b = zv_chan_find(t, zv_in_get(in, ZV_KEY_UNIQUEID_2));

	if (a && b)
		zv_fact_unlinked(t, a, b);
}

/* 1.6 and 1.8 tell the end by an event Unlink, 10 and 11 by a Bridgestate. */
static void
on_bridge(struct zv_calls *t, const struct zv_in *in)
{
	if (zv_in_is(in, ZV_KEY_BRIDGE_STATE, "Link"))
		on_link(t, in);
	else if (zv_in_is(in, ZV_KEY_BRIDGE_STATE, "Unlink"))
		on_unlink(t, in);
}

/* ---- hold ------------------------------------------------------------------------ */

/* 1.4 has an event Unhold, and Hold without a status. */
static void
on_hold(struct zv_calls *t, const struct zv_in *in)
{
	struct zv_chan *c = zv_fact_known(t, zv_in_get(in, ZV_KEY_UNIQUEID));

	if (c)
		zv_fact_hold(t, c, !zv_in_is(in, ZV_KEY_STATUS, "Off"));
}

static void
on_unhold(struct zv_calls *t, const struct zv_in *in)
{
	struct zv_chan *c = zv_fact_known(t, zv_in_get(in, ZV_KEY_UNIQUEID));

	if (c)
		zv_fact_hold(t, c, false);
}

/* Before a blind transfer; what else may follow an attended one, Link tells. */
static void
stop_music(struct zv_calls *t, struct zv_chan *c)
{
	struct zv_chan *holder = c->old.holder;

	if (!holder || !c->old.sent_by.n)
		return;
	forget_music(c);
	zv_fact_hold(t, holder, false);
}

/* Who hears music because the other dials a feature code is held by the other: only the
 * music tells. After Hold On it does too, but then nothing is new. */
static void
on_music(struct zv_calls *t, const struct zv_in *in)
{
	struct zv_chan *c = zv_chan_find(t, zv_in_get(in, ZV_KEY_UNIQUEID));
	struct zv_chan *peer = c ? c->old.peer : NULL;

	if (c && zv_in_is(in, ZV_KEY_STATE, "Stop")) {
		zv_old_music_stops(t, c);
		stop_music(t, c);
		return;
	}
	if (!peer || !peer->leg || peer->leg->holds || !peer->leg->pub.answered ||
	    peer->old.listener || c->old.holder)
		return;
	c->old.holder = peer;
	peer->old.listener = c;
	zv_fact_hold(t, peer, true);
}

/* ---- keys -------------------------------------------------------------------------- */

static void
on_dtmf(struct zv_calls *t, const struct zv_in *in)
{
	struct zv_chan *c;

	if (!zv_in_is(in, ZV_KEY_DIRECTION, "Received") ||
	    !zv_in_is(in, ZV_KEY_END, "Yes"))
		return;
	c = zv_fact_known(t, zv_in_get(in, ZV_KEY_UNIQUEID));
	if (c)
		zv_fact_dtmf(t, c, zv_in_get(in, ZV_KEY_DIGIT));
}

#define PAIR                                                                           \
 ZV_KEY_UNIQUEID_1, ZV_KEY_UNIQUEID_2, ZV_KEY_CHANNEL_1, ZV_KEY_CHANNEL_2,             \
	 ZV_KEY_CALLER_ID_1, ZV_KEY_CALLER_ID_2, ZV_KEY_BRIDGE_STATE

const struct zv_rule zv_rules_old_bridge[] = {
	{ "Bridge", ZV_OLD, on_bridge, { PAIR } },
	{ "Link", ZV_OLD, on_link, { PAIR } },
	{ "Unlink", ZV_OLD, on_unlink, { PAIR } },
	{ "Hold", ZV_OLD, on_hold, { ZV_KEY_UNIQUEID, ZV_KEY_STATUS } },
	{ "Unhold", ZV_OLD, on_unhold, { ZV_KEY_UNIQUEID } },
	{ "MusicOnHold", ZV_OLD, on_music, { ZV_KEY_UNIQUEID, ZV_KEY_STATE } },
	{ "DTMF",
	  ZV_OLD,
	  on_dtmf,
	  { ZV_KEY_UNIQUEID, ZV_KEY_DIGIT, ZV_KEY_DIRECTION, ZV_KEY_END } },
	{ .event = NULL },
};
