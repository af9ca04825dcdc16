/* Items of the two lists of channels, CoreShowChannels and Status. 12+ names the bridge of a
 * channel, 1.x named the other one in it: if that comes later in the list, and is not known
 * from events, the item waits for it. */
#include "base/mem.h"
#include "base/str.h"
#include "legacy/impl.h"

#define ACTION_ID                                                                      \
 {                                                                                     \
  "ActionID", NULL, ZV_OLD_OPTIONAL                                                    \
 }

/* ---- who is bridged with whom ------------------------------------------------------------ */

/* Applications whose channels, if they are in a bridge, are in a conversation of two: the
 * item does not tell the type of its bridge. */
static const struct talking {
	struct zv_str application;
	bool is_caller;
} talkings[] = {
	{ { "Dial", 4 }, true },	{ { "AppDial", 7 }, false },
	{ { "Queue", 5 }, true },	{ { "AppQueue", 8 }, false },
	{ { "ParkedCall", 10 }, true }, { { "Pickup", 6 }, false },
	{ { "FollowMe", 8 }, true },	{ { "Bridge", 6 }, true },
};

static const struct talking *
talking_of(const struct zv_packet *p)
{
	struct zv_str application = zv_old_get(p, "", "Application");

	for (size_t i = 0; i < sizeof talkings / sizeof *talkings; i++)
		if (zvon_str_equal(talkings[i].application, application))
			return &talkings[i];
	return NULL;
}

/* A conversation that began before the connection is first heard of here. */
static void
learn(struct zv_legacy *l, const struct zv_packet *p)
{
	struct zv_str id = zv_old_get(p, "", "BridgeID");
	const struct talking *talking = talking_of(p);
	struct zv_old_channel *c;
	struct zv_old_bridge *b;

	if (!talking || id.n == 0 || id.n > ZV_LEGACY_MAX_NAME)
		return;
	c = zv_old_channel_see(l, p, "");
	b = c && !c->bridge ? zv_old_bridge_get(l, id) : NULL;
	if (!b)
		return;
	zv_old_bridge_add(b, c);
	if (b->n == 2)
		zv_old_bridge_pair(b, talking->is_caller ? c : NULL);
}

/* The other one of its bridge is still to come in the list, so that it could not be told:
 * the item waits for it. */
static bool
is_waiting(struct zv_legacy *l, const struct zv_packet *p)
{
	struct zv_old_channel *c =
		zv_old_channel_find(l, zv_old_get(p, "", "Uniqueid"));

	return c && c->bridge && c->bridge->n == 1;
}

static void
forget(struct zv_legacy *l, struct zv_old_waiting *w)
{
	zv_list_remove(&w->node);
	zvon_packet_free(w->packet);
	zv_free(w);
	l->n_waiting--;
}

void
zv_old_list_clear(struct zv_legacy *l)
{
	struct zv_node *node, *next;

	ZV_EACH(&l->waiting, node, next)
	forget(l, ZV_OWNER(node, struct zv_old_waiting, node));
}

/* Lists do not mix: items of another one are of a list that was cut. */
static void
forget_others(struct zv_legacy *l, const struct zv_packet *p)
{
	struct zv_str id = zv_old_get(p, "", "ActionID");
	struct zv_node *node, *next;

	ZV_EACH(&l->waiting, node, next)
	{
		struct zv_old_waiting *w = ZV_OWNER(node, struct zv_old_waiting, node);

		if (!zvon_str_equal(zv_old_get(w->packet, "", "ActionID"), id))
			forget(l, w);
	}
}

static void
wait(struct zv_legacy *l, const struct zv_legacy_rule *rule, const struct zv_packet *p,
     zv_legacy_rule_fn write)
{
	struct zv_old_waiting *w = zv_malloc(sizeof *w);

	if (w)
		*w = (struct zv_old_waiting){ .rule = rule,
					      .write = write,
					      .packet = zvon_packet_copy(p) };
	if (!w || !w->packet) {
		l->failed = true;
		zv_free(w);
		return;
	}
	zv_list_append(&l->waiting, &w->node);
	l->n_waiting++;
}

/* Writes those that need to wait no longer, or all. */
static void
write_waiting(struct zv_legacy *l, bool all)
{
	struct zv_node *node, *next;

	ZV_EACH(&l->waiting, node, next)
	{
		struct zv_old_waiting *w = ZV_OWNER(node, struct zv_old_waiting, node);

		if (!all && is_waiting(l, w->packet))
			continue;
		w->write(l, w->rule, w->packet);
		forget(l, w);
	}
}

static void
on_item(struct zv_legacy *l, const struct zv_legacy_rule *rule,
	const struct zv_packet *p, zv_legacy_rule_fn write)
{
	forget_others(l, p);
	learn(l, p);
	if (is_waiting(l, p)) {
		if (l->n_waiting == ZV_LEGACY_MAX_WAITING)
			write_waiting(l, true);
		wait(l, rule, p, write);
		return;
	}
	write_waiting(l, false);
	write(l, rule, p);
}

static void
on_end_of_channels(struct zv_legacy *l, const struct zv_legacy_rule *rule,
		   const struct zv_packet *p)
{
	forget_others(l, p);
	write_waiting(l, true);
	zv_old_row(l, rule, p);
}

/* ---- the items ----------------------------------------------------------------------------- */

static void
add_peer(struct zv_legacy *l, const struct zv_packet *p, const char *id_key,
	 bool is_always)
{
	struct zv_old_channel *c =
		zv_old_channel_find(l, zv_old_get(p, "", "Uniqueid"));
	struct zv_old_channel *peer = c ? zv_old_peer(c) : NULL;

	if (!peer && !is_always)
		return;
	zv_old_add(l, ZV_STR("BridgedChannel"), peer ? peer->name : ZV_STR(""));
	zv_old_add(l, zvon_str(id_key), peer ? peer->id : ZV_STR(""));
}

static const struct zv_old_line core_channel[] = {
	ACTION_ID,
	{ "Channel" },
	{ "UniqueID", "Uniqueid" },
	{ "Context" },
	{ "Extension", "Exten" },
	{ "Priority" },
	{ "ChannelState" },
	{ "ChannelStateDesc" },
	{ "Application" },
	{ "ApplicationData" },
	{ "CallerIDnum", "CallerIDNum", ZV_OLD_EMPTY },
	{ "CallerIDname", "CallerIDName", ZV_OLD_EMPTY },
	{ "ConnectedLineNum", NULL, ZV_OLD_EMPTY },
	{ "ConnectedLineName", NULL, ZV_OLD_EMPTY },
	{ "Duration" },
	{ "AccountCode" },
	{ 0 },
};

static void
write_core_channel(struct zv_legacy *l, const struct zv_legacy_rule *rule,
		   const struct zv_packet *p)
{
	zv_old_row(l, rule, p);
	add_peer(l, p, "BridgedUniqueID", true);
}

static void
on_core_channel(struct zv_legacy *l, const struct zv_legacy_rule *rule,
		const struct zv_packet *p)
{
	on_item(l, rule, p, write_core_channel);
}

static const struct zv_old_line status_parties[] = {
	{ "Channel" },
	{ "CallerIDNum", NULL, ZV_OLD_BRACKETS },
	{ "CallerIDName", NULL, ZV_OLD_BRACKETS },
	{ "ConnectedLineNum", NULL, ZV_OLD_BRACKETS },
	{ "ConnectedLineName", NULL, ZV_OLD_BRACKETS },
	{ 0 },
};
static const struct zv_old_line status_in_dialplan[] = {
	{ "Accountcode", "AccountCode" },
	{ "ChannelState" },
	{ "ChannelStateDesc" },
	{ "Context" },
	{ "Extension", "Exten" },
	{ "Priority" },
	{ "Seconds" },
	{ 0 },
};
static const struct zv_old_line status_dialled[] = {
	{ "Account", "AccountCode" },
	{ "State", "ChannelStateDesc" },
	{ 0 },
};
static const struct zv_old_line action_id[] = {
	ACTION_ID,
	{ 0 },
};

/* A channel without a dialplan of its own, as Dial() and Queue() make them, had other
 * lines. */
static bool
is_dialled(const struct zv_packet *p)
{
	struct zv_str application = zv_old_get(p, "", "Application");

	return zvon_str_equal(application, ZV_STR("AppDial")) ||
	       zvon_str_equal(application, ZV_STR("AppQueue"));
}

static void
write_status(struct zv_legacy *l, const struct zv_legacy_rule *rule,
	     const struct zv_packet *p)
{
	zv_old_row(l, rule, p);
	zv_old_lines(l, is_dialled(p) ? status_dialled : status_in_dialplan, p);
	add_peer(l, p, "BridgedUniqueid", false);
	zv_old_add(l, ZV_STR("Uniqueid"), zv_old_get(p, "", "Uniqueid"));
	for (size_t i = 0; i < p->n_fields; i++)
		if (zvon_str_equal_nocase(p->fields[i].key, ZV_STR("Variable")))
			zv_old_add_as_sent(l, p, i);
	zv_old_lines(l, action_id, p);
}

static void
on_status(struct zv_legacy *l, const struct zv_legacy_rule *rule,
	  const struct zv_packet *p)
{
	on_item(l, rule, p, write_status);
}

static const struct zv_old_line end_counted[] = {
	{ "EventList" },
	{ "ListItems" },
	ACTION_ID,
	{ 0 },
};
static const struct zv_old_line end_of_status[] = {
	ACTION_ID,
	{ "Items" },
	{ 0 },
};
const struct zv_legacy_rule zv_legacy_channel_list_rules[] = {
	{ "CoreShowChannel", NULL, core_channel, .fn = on_core_channel },
	{ "CoreShowChannelsComplete", NULL, end_counted, .fn = on_end_of_channels },
	{ "Status", NULL, status_parties, .fn = on_status },
	{ "StatusComplete", NULL, end_of_status, .fn = on_end_of_channels },
	{ 0 },
};
