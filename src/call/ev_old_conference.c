/* Conferences in AMI 1.x. ConfBridge has events from 10 on, MeetMe in all
 * versions; of a ConfBridge of 1.6 and 1.8 only the dialplan tells (Newexten). */
#include "base/str.h"
#include "call/ev_old.h"

/* ---- rooms ------------------------------------------------------------------ */

/* As a bridge's id: no bridge of 1.x has one of its own. */
static struct zv_str
room_id(char *id, size_t size, struct zv_str room)
{
	static const struct zv_str prefix = ZV_STR("room ");

	if (!room.n || room.n + prefix.n > size)
		return (struct zv_str){ NULL, 0 };
	memcpy(id, prefix.p, prefix.n);
	memcpy(id + prefix.n, room.p, room.n);
	return (struct zv_str){ id, prefix.n + room.n };
}

static void
enter(struct zv_calls *t, struct zv_chan *c, struct zv_str room)
{
	char id[ZV_CALLS_MAX_TEXT];
	struct zv_bridge *b = zv_fact_bridge(t, room_id(id, sizeof id, room));

	if (!b || c->bridge == b)
		return;
	zv_fact_enter(t, b, c);
	zv_fact_conference(t, c, room);
}

static void
leave(struct zv_calls *t, struct zv_chan *c)
{
	if (c->bridge && c->bridge->id.n)
		zv_fact_leave(t, c);
}

static void
on_join(struct zv_calls *t, const struct zv_in *in)
{
	struct zv_chan *c = zv_fact_known(t, zv_in_get(in, ZV_KEY_UNIQUEID));

	t->tells_rooms = true;
	if (c)
		enter(t, c, zv_in_get(in, ZV_KEY_CONFERENCE));
}

static void
on_meetme_join(struct zv_calls *t, const struct zv_in *in)
{
	struct zv_chan *c = zv_fact_known(t, zv_in_get(in, ZV_KEY_UNIQUEID));

	if (c)
		enter(t, c, zv_in_get(in, ZV_KEY_MEETME));
}

static void
on_leave(struct zv_calls *t, const struct zv_in *in)
{
	struct zv_chan *c = zv_fact_known(t, zv_in_get(in, ZV_KEY_UNIQUEID));

	if (c)
		leave(t, c);
}

/* ConfBridge(900,options) */
void
zv_old_enter_room(struct zv_calls *t, struct zv_chan *c, const struct zv_in *in)
{
	struct zv_str room = zv_in_get(in, ZV_KEY_APP_DATA);

	if (t->tells_rooms || !zv_in_is(in, ZV_KEY_APPLICATION, "ConfBridge"))
		return;
	room.n = zv_str_find(room, ZV_STR(","));
	enter(t, c, room);
}

void
zv_old_leave_room(struct zv_calls *t, struct zv_chan *c, struct zv_str application)
{
	if (!t->tells_rooms &&
	    !zvon_str_equal_nocase(application, ZV_STR("ConfBridge")))
		leave(t, c);
}

/* ---- their recordings ------------------------------------------------------- */

/* ConfBridgeRecorder/conf-900-uid-2129721827 (11) never had a Newchannel. */
struct zv_chan *
zv_old_recorder(struct zv_calls *t, struct zv_str unique_id, struct zv_str name)
{
	struct zv_str room = zv_str_from(name, zv_str_find(name, ZV_STR("/conf-")) + 6);
	struct zv_seen seen = { .unique_id = unique_id,
				.channel = name,
				.state = ZV_STATE_UNKNOWN };
	char id[ZV_CALLS_MAX_TEXT];
	struct zv_bridge *b;
	struct zv_node *first;
	struct zv_chan *c;

	room.n = zv_str_find(room, ZV_STR("-uid-"));
	b = zv_bridge_find(t, room_id(id, sizeof id, room));
	first = b ? zv_list_first(&b->channels) : NULL;
	c = first ? zv_fact_channel(t, &seen) : NULL;
	if (c)
		zv_fact_together(t, ZV_OWNER(first, struct zv_chan, in_bridge), c);
	return c;
}

#define JOIN ZV_KEY_UNIQUEID, ZV_KEY_CONFERENCE, ZV_KEY_MEETME

const struct zv_rule zv_rules_old_conference[] = {
	{ "ConfbridgeJoin", ZV_OLD, on_join, { JOIN } },
	{ "ConfbridgeLeave", ZV_OLD, on_leave, { JOIN } },
	{ "MeetmeJoin", ZV_OLD, on_meetme_join, { JOIN } },
	{ "MeetmeLeave", ZV_OLD, on_leave, { JOIN } },
	{ .event = NULL },
};
