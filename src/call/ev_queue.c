/* Queues: their callers. 12 and later, but for the members: see ev_line.c. */
#include "call/events.h"

static void
on_join(struct zv_calls *t, const struct zv_in *in)
{
	struct zv_chan *c = zv_in_channel(t, in);

	if (c)
		zv_fact_queue_join(t, c, zv_in_get(in, ZV_KEY_QUEUE),
				   zv_in_int(in, ZV_KEY_COUNT, -1));
}

static void
on_leave(struct zv_calls *t, const struct zv_in *in)
{
	struct zv_chan *c = zv_in_channel(t, in);

	if (c)
		zv_fact_queue_leave(t, c, zv_in_get(in, ZV_KEY_QUEUE),
				    zv_in_int(in, ZV_KEY_COUNT, -1));
}

static void
on_abandon(struct zv_calls *t, const struct zv_in *in)
{
	struct zv_chan *c = zv_in_channel(t, in);

	if (c)
		zv_fact_queue_abandon(t, c);
}

#define CALLER ZV_SNAPSHOT_KEYS, ZV_KEY_QUEUE, ZV_KEY_COUNT

const struct zv_rule zv_rules_queue[] = {
	{ "QueueCallerJoin", ZV_NEW, on_join, { CALLER } },
	{ "QueueCallerLeave", ZV_NEW, on_leave, { CALLER } },
	{ "QueueCallerAbandon", ZV_NEW, on_abandon, { CALLER } },
	{ .event = NULL },
};
