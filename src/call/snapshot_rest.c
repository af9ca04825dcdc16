/* What is listed beside the channels: queues, parking, conferences, devices. */
#include "call/snapshot.h"

#include "base/mem.h"
#include "base/str.h"
#include "call/events.h"
#include "zvon/error.h"

static struct zv_str
get(const struct zv_packet *item, const char *key)
{
	return zvon_packet_get(item, zvon_str(key));
}

static int
get_int(const struct zv_packet *item, const char *key, int otherwise)
{
	long long n = zvon_packet_get_int(item, zvon_str(key), otherwise);

	return n >= 0 && n <= 999999 ? (int)n : otherwise;
}

static bool
is_heard(const struct zv_calls *t, enum zv_heard what, struct zv_str a, struct zv_str b)
{
	return zv_snapshot_has_heard(t->snap, what, a, b);
}

/* The channel that an item names, if it lives: by Uniqueid or, in AMI 1.x, by name. */
static struct zv_chan *
chan_of(struct zv_calls *t, const struct zv_packet *item, const char *id_key,
	const char *name_key)
{
	struct zv_chan *c = zv_chan_find(t, get(item, id_key));

	return c ? c : zv_chan_find_name(t, get(item, name_key));
}

/* ---- what the channels need to know ---------------------------------------------------- */

static void
index_items(struct zv_calls *t, enum zv_listing what, struct zv_map *map,
	    const char *key)
{
	for (struct zv_kept *k = t->snap->kept[what]; k; k = k->next) {
		struct zv_str text = get(k->packet, key);

		if (text.n && zv_map_add(map, text, k) == ZV_ENOMEM)
			t->failed = ZV_ENOMEM;
	}
}

/* In such a bridge channels wait and do not hear each other. */
static bool
is_holding(const struct zv_packet *bridge)
{
	return zvon_str_equal_nocase(get(bridge, "BridgeTechnology"),
				     ZV_STR("holding_bridge"));
}

void
zv_snapshot_index(struct zv_calls *t)
{
	struct zv_snapshot *s = t->snap;

	index_items(t, ZV_LISTING_ENTRY, &s->entries, "Uniqueid");
	for (struct zv_kept *k = s->kept[ZV_LISTING_BRIDGE]; k; k = k->next)
		if (is_holding(k->packet) && get(k->packet, "BridgeUniqueid").n &&
		    zv_map_add(&s->holding, get(k->packet, "BridgeUniqueid"), k) ==
			    ZV_ENOMEM)
			t->failed = ZV_ENOMEM;
}

/* ---- queues ------------------------------------------------------------------------------ */

static void
take_queue(struct zv_calls *t, const struct zv_packet *item)
{
	struct zv_str queue = get(item, "Queue");

	if (!is_heard(t, ZV_HEARD_WAITING, queue, ZV_STR("")))
		zv_fact_queue_waiting(t, queue, get_int(item, "Calls", -1));
}

static void
take_entry(struct zv_calls *t, const struct zv_packet *item)
{
	struct zv_chan *c = chan_of(t, item, "Uniqueid", "Channel");

	if (!c || is_heard(t, ZV_HEARD_QUEUE, c->unique_id, ZV_STR("")))
		return;
	zv_fact_queue_join(t, c, get(item, "Queue"), -1);
	if (c->call)
		c->call->listed = t->snapshot;
}

/* The list says Name and Location where events say MemberName and Interface. */
static void
take_member(struct zv_calls *t, const struct zv_packet *item)
{
	struct zv_queue_member m = {
		.queue = get(item, "Queue"),
		.interface = get(item, "Location"),
		.name = get(item, "Name"),
		.state = zv_member_state(get_int(item, "Status", -1)),
		.paused = get_int(item, "Paused", 0) == 1,
		.pause_reason = get(item, "PausedReason"),
		.penalty = get_int(item, "Penalty", 0),
	};
	struct zv_member_now *known;

	if (!is_heard(t, ZV_HEARD_MEMBER, m.queue, m.interface))
		zv_fact_member(t, &m);
	known = (struct zv_member_now *)(void *)(uintptr_t)zv_queue_find_member(
		t, m.queue, m.interface);
	if (known)
		known->listed = t->snapshot;
}

static void
remove_member(struct zv_calls *t, const struct zv_member_now *m)
{
	struct zv_queue_member gone = m->pub;

	gone.state = ZV_MEMBER_REMOVED;
	zv_fact_member(t, &gone);
}

/* The map may not change while it is walked. */
static void
remove_members(struct zv_calls *t)
{
	struct zv_member_now **gone = zv_calloc(t->members.n + 1, sizeof *gone), *m;
	size_t cursor = 0, n = 0;

	if (!gone) {
		t->failed = ZV_ENOMEM;
		return;
	}
	while ((m = zv_map_next(&t->members, &cursor)))
		if (m->listed != t->snapshot &&
		    !is_heard(t, ZV_HEARD_MEMBER, m->pub.queue, m->pub.interface))
			gone[n++] = m;
	for (size_t i = 0; i < n; i++)
		remove_member(t, gone[i]);
	zv_free(gone);
}

/* ---- parking, conferences, devices ----------------------------------------------------------- */

/* Exten and From are those of AMI 1.x. */
static void
take_parked(struct zv_calls *t, const struct zv_packet *item)
{
	bool old = t->generation == ZV_OLD;
	struct zv_chan *c = chan_of(t, item, old ? "Uniqueid" : "ParkeeUniqueid",
				    old ? "Channel" : "ParkeeChannel");

	if (!c || is_heard(t, ZV_HEARD_PARKED, c->name, ZV_STR("")))
		return;
	zv_fact_parked(t, c, get(item, old ? "Exten" : "ParkingSpace"),
		       zv_name_peer(get(item, old ? "From" : "ParkerDialString")));
	if (c->leg)
		c->leg->listed = t->snapshot;
}

static void
take_room(struct zv_calls *t, const struct zv_packet *item)
{
	struct zv_chan *c = chan_of(t, item, "Uniqueid", "Channel");
	struct zv_listed *l = c ? zv_map_find(&t->snap->channels, c->unique_id) : NULL;

	if (l && (l->is_new || l->moved) && !l->in_room)
		zv_fact_conference(t, c, get(item, "Conference"));
}

static void
take_device(struct zv_calls *t, const struct zv_packet *item)
{
	if (!is_heard(t, ZV_HEARD_DEVICE, get(item, "Device"), ZV_STR("")))
		zv_rules_run(t, item); /* it is the twin of the event */
}

/* ---- what is not there any more -------------------------------------------------------------- */

static void
hear_of_queue(struct zv_calls *t, struct zv_chan *c)
{
	if (c->call && is_heard(t, ZV_HEARD_QUEUE, c->unique_id, ZV_STR("")))
		c->call->listed = t->snapshot;
}

static void
leave_queue(struct zv_calls *t, struct zv_chan *c)
{
	if (c->call && c->call->waiting && c->call->listed != t->snapshot)
		zv_fact_queue_leave(t, c, c->call->pub.queue, -1);
}

static void
leave_parking(struct zv_calls *t, struct zv_chan *c)
{
	if (c->leg && c->leg->parked && c->leg->listed != t->snapshot &&
	    !is_heard(t, ZV_HEARD_PARKED, c->name, ZV_STR("")))
		zv_fact_retrieved(t, c, NULL);
}

static void
each_channel(struct zv_calls *t, void (*what)(struct zv_calls *t, struct zv_chan *c))
{
	struct zv_node *node, *next;

	ZV_EACH(&t->channels, node, next)
	{
		struct zv_chan *c = ZV_OWNER(node, struct zv_chan, node);

		if (c->confirmed == t->snapshot) /* or it ends anyway */
			what(t, c);
	}
}

static void
clear_rest(struct zv_calls *t)
{
	if (t->snap->has_parked)
		each_channel(t, leave_parking);
	if (!t->snap->has_queues)
		return;
	each_channel(t, hear_of_queue);
	each_channel(t, leave_queue);
	remove_members(t);
}

/* ---- all of it ---------------------------------------------------------------------------------- */

static void (*const takers[ZV_N_LISTINGS])(struct zv_calls *,
					   const struct zv_packet *) = {
	[ZV_LISTING_QUEUE] = take_queue,   [ZV_LISTING_ENTRY] = take_entry,
	[ZV_LISTING_MEMBER] = take_member, [ZV_LISTING_PARKED] = take_parked,
	[ZV_LISTING_ROOM] = take_room,	   [ZV_LISTING_DEVICE] = take_device,
};

void
zv_snapshot_make_rest(struct zv_calls *t, bool complete)
{
	for (size_t i = 0; i < ZV_N_LISTINGS; i++)
		for (struct zv_kept *k = t->snap->kept[i]; takers[i] && k; k = k->next)
			takers[i](t, k->packet);
	if (complete)
		clear_rest(t);
}
