/* Queues in AMI 1.x. AgentCalled and what follows from it come with eventwhencalled
 * only. */
#include "base/str.h"
#include "call/ev_old.h"

/* ---- callers --------------------------------------------------------------- */

static struct zv_chan *
caller(struct zv_calls *t, const struct zv_in *in)
{
	return zv_fact_known(t, zv_in_get(in, ZV_KEY_UNIQUEID));
}

static void
on_join(struct zv_calls *t, const struct zv_in *in)
{
	struct zv_chan *c = caller(t, in);

	if (c)
		zv_fact_queue_join(t, c, zv_in_get(in, ZV_KEY_QUEUE),
				   zv_in_int(in, ZV_KEY_COUNT, -1));
}

static void
on_leave(struct zv_calls *t, const struct zv_in *in)
{
	struct zv_chan *c = caller(t, in);

	if (c)
		zv_fact_queue_leave(t, c, zv_in_get(in, ZV_KEY_QUEUE),
				    zv_in_int(in, ZV_KEY_COUNT, -1));
}

static void
on_abandon(struct zv_calls *t, const struct zv_in *in)
{
	struct zv_chan *c = caller(t, in);

	if (c)
		zv_fact_queue_abandon(t, c);
}

/* The queue stops its music for a caller who goes on in the dialplan, never for one who
 * has hung up: the sign that it gave up, where QUEUESTATUS may not be read. */
void
zv_old_music_stops(struct zv_calls *t, struct zv_chan *c)
{
	if (c->call && c->call->waiting && c->call->abandoned)
		zv_fact_queue_gave_up(t, c);
}

/* ---- agents ------------------------------------------------------------------ */

/* The caller whose Uniqueid this is. One that was there before we listened waits in
 * that queue, that much is known. */
static struct zv_chan *
calling(struct zv_calls *t, const struct zv_in *in)
{
	const struct zv_seen seen = {
		.unique_id = zv_in_get(in, ZV_KEY_UNIQUEID),
		.channel = zv_in_get(in, ZV_KEY_CHANNEL_CALLING),
		.state = ZV_STATE_RING,
	};
	struct zv_chan *c = zv_old_find(t, seen.unique_id, seen.channel);

	if (c)
		return c;
	c = zv_fact_channel(t, &seen);
	if (c)
		zv_fact_queue_join(t, c, zv_in_get(in, ZV_KEY_QUEUE), -1);
	return c;
}

static void
on_called(struct zv_calls *t, const struct zv_in *in)
{
	struct zv_chan *to =
		zv_chan_find_name(t, zv_in_get(in, ZV_KEY_DESTINATION_CHANNEL));
	struct zv_chan *from = to ? calling(t, in) : NULL;

	if (from)
		zv_fact_dial_begin(t, from, to, ZV_STR(""));
}

static void
on_no_answer(struct zv_calls *t, const struct zv_in *in)
{
	struct zv_chan *c = caller(t, in);

	if (c)
		zv_fact_member_gave_up(t, c, zv_in_get(in, ZV_KEY_MEMBER));
}

/* BridgedChannel is the agent's Uniqueid. Without AgentCalled it is the first word of
 * who took the call. */
static void
on_connect(struct zv_calls *t, const struct zv_in *in)
{
	struct zv_chan *from = caller(t, in);
	struct zv_chan *to = zv_old_find(t, zv_in_get(in, ZV_KEY_BRIDGED_CHANNEL),
					 zv_in_get(in, ZV_KEY_CHANNEL));

	if (from && to && from->call != to->call)
		zv_fact_dial_begin(t, from, to, ZV_STR(""));
}

#define CALLER ZV_KEY_UNIQUEID, ZV_KEY_QUEUE, ZV_KEY_COUNT

const struct zv_rule zv_rules_old_queue[] = {
	{ "Join", ZV_OLD, on_join, { CALLER } },
	{ "Leave", ZV_OLD, on_leave, { CALLER } },
	{ "QueueCallerAbandon", ZV_OLD, on_abandon, { CALLER } },
	{ "AgentCalled",
	  ZV_OLD,
	  on_called,
	  { ZV_KEY_UNIQUEID, ZV_KEY_QUEUE, ZV_KEY_CHANNEL_CALLING,
	    ZV_KEY_DESTINATION_CHANNEL } },
	{ "AgentRingNoAnswer",
	  ZV_OLD,
	  on_no_answer,
	  { ZV_KEY_UNIQUEID, ZV_KEY_MEMBER } },
	{ "AgentConnect",
	  ZV_OLD,
	  on_connect,
	  { ZV_KEY_UNIQUEID, ZV_KEY_CHANNEL, ZV_KEY_BRIDGED_CHANNEL } },
	{ .event = NULL },
};
