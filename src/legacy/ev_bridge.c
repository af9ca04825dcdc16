/* Bridges: 1.x told which two are linked, 12+ who comes into a bridge and who leaves. Of
 * a bridge at most one pair is linked at a time; others wait until one of the two leaves.
 * Only bridges of type `basic` are conversations of two: in conferences, parking lots and
 * applications 1.x linked nobody. */
#include "base/str.h"
#include "legacy/impl.h"

static void
add_pair(struct zv_legacy *l, const struct zv_old_channel *first,
	 const struct zv_old_channel *second)
{
	static const struct zv_str unknown = { "<unknown>", 9 };
	struct zv_str a = zv_buf_str(&first->number), b = zv_buf_str(&second->number);

	zv_old_add(l, ZV_STR("Channel1"), first->name);
	zv_old_add(l, ZV_STR("Channel2"), second->name);
	zv_old_add(l, ZV_STR("Uniqueid1"), first->id);
	zv_old_add(l, ZV_STR("Uniqueid2"), second->id);
	zv_old_add(l, ZV_STR("CallerID1"), zvon_str_equal(a, unknown) ? ZV_STR("") : a);
	zv_old_add(l, ZV_STR("CallerID2"), zvon_str_equal(b, unknown) ? ZV_STR("") : b);
	zv_old_add_kept_vars(l, first);
	zv_old_add_kept_vars(l, second);
}

static void
write_bridge(struct zv_legacy *l, const struct zv_old_bridge *b, const char *state,
	     const struct zv_packet *like)
{
	zv_old_begin(l, "Bridge", "call,all", like);
	zv_old_add_text(l, "Bridgestate", state);
	zv_old_add_text(l, "Bridgetype", "core");
	add_pair(l, b->first, b->second);
}

static void
write_unlink(struct zv_legacy *l, const struct zv_old_bridge *b,
	     const struct zv_packet *like)
{
	if (l->options.unlink_as_bridge) {
		write_bridge(l, b, "Unlink", like);
		return;
	}
	zv_old_begin(l, "Unlink", "call,all", like);
	add_pair(l, b->first, b->second);
}

/* The two that are in it longest. */
static void
link_two(struct zv_legacy *l, struct zv_old_bridge *b, const struct zv_packet *like)
{
	if (b->first || b->n < 2)
		return;
	zv_old_bridge_pair(b, NULL);
	write_bridge(l, b, "Link", like);
}

void
zv_old_bridge_leave(struct zv_legacy *l, struct zv_old_channel *c,
		    const struct zv_packet *like)
{
	struct zv_old_bridge *b = c->bridge;
	bool stays = b && b->n > 1;

	if (!b)
		return;
	if (zv_old_peer(c))
		write_unlink(l, b, like);
	zv_old_bridge_remove(l, c);
	if (stays)
		link_two(l, b, like);
}

static bool
is_conversation(const struct zv_packet *p)
{
	return zvon_str_equal_nocase(zv_old_get(p, "", "BridgeType"), ZV_STR("basic"));
}

static void
on_enter(struct zv_legacy *l, const struct zv_legacy_rule *rule,
	 const struct zv_packet *p)
{
	struct zv_old_channel *c, *swapped;
	struct zv_old_bridge *b;

	if (!is_conversation(p) || !(c = zv_old_channel_see(l, p, "")))
		return;
	zv_old_bridge_leave(l, c, p);
	swapped = zv_old_channel_find(l, zv_old_get(p, "", "SwapUniqueid"));
	if (swapped)
		zv_old_bridge_leave(l, swapped, p);
	b = zv_old_bridge_get(l, zv_old_get(p, "", "BridgeUniqueid"));
	if (!b)
		return;
	zv_old_bridge_add(b, c);
	link_two(l, b, p);
}

static void
on_leave(struct zv_legacy *l, const struct zv_legacy_rule *rule,
	 const struct zv_packet *p)
{
	struct zv_old_channel *c =
		zv_old_channel_find(l, zv_old_get(p, "", "Uniqueid"));

	if (c && c->bridge && is_conversation(p))
		c = zv_old_channel_see(l, p, "");
	if (c)
		zv_old_bridge_leave(l, c, p);
}

const struct zv_legacy_rule zv_legacy_bridge_rules[] = {
	{ "BridgeEnter", .fn = on_enter, .is_new = true },
	{ "BridgeLeave", .fn = on_leave, .is_new = true },
	{ "BridgeCreate", .is_new = true },
	{ "BridgeDestroy", .is_new = true },
	{ "BridgeMerge", .is_new = true },
	{ "BridgeInfoChannel", .is_new = true },
	{ "BridgeInfoComplete", .is_new = true },
	{ "BridgeVideoSourceUpdate", .is_new = true },
	{ 0 },
};
