/* Hold, music on hold, keys. */
#include "legacy/impl.h"

static const struct zv_old_line hold[] = {
	{ "Status", "On", ZV_OLD_TEXT },
	{ "Channel" },
	{ "Uniqueid" },
	{ 0 },
};
static const struct zv_old_line unhold[] = {
	{ "Status", "Off", ZV_OLD_TEXT },
	{ "Channel" },
	{ "Uniqueid" },
	{ 0 },
};

static void
on_hold(struct zv_legacy *l, const struct zv_legacy_rule *rule,
	const struct zv_packet *p)
{
	struct zv_old_channel *c =
		zv_old_channel_find(l, zv_old_get(p, "", "Uniqueid"));

	if (c)
		c->holds = true;
	zv_old_row(l, rule, p);
}

/* 12+ says Unhold at a transfer also of one that held nobody. */
static void
on_unhold(struct zv_legacy *l, const struct zv_legacy_rule *rule,
	  const struct zv_packet *p)
{
	struct zv_old_channel *c =
		zv_old_channel_find(l, zv_old_get(p, "", "Uniqueid"));

	if (c && !c->holds)
		return;
	if (c)
		c->holds = false;
	zv_old_row(l, rule, p);
}

static const struct zv_old_line music_starts[] = {
	{ "State", "Start", ZV_OLD_TEXT },
	{ "Channel" },
	{ "UniqueID", "Uniqueid" },
	{ "Class" },
	{ 0 },
};
static const struct zv_old_line music_stops[] = {
	{ "State", "Stop", ZV_OLD_TEXT },
	{ "Channel" },
	{ "UniqueID", "Uniqueid" },
	{ 0 },
};
static const struct zv_old_line key_down[] = {
	{ "Channel" },
	{ "Uniqueid" },
	{ "Digit" },
	{ "Direction" },
	{ "Begin", "Yes", ZV_OLD_TEXT },
	{ "End", "No", ZV_OLD_TEXT },
	{ 0 },
};
static const struct zv_old_line key_up[] = {
	{ "Channel" },
	{ "Uniqueid" },
	{ "Digit" },
	{ "Direction" },
	{ "Begin", "No", ZV_OLD_TEXT },
	{ "End", "Yes", ZV_OLD_TEXT },
	{ 0 },
};

const struct zv_legacy_rule zv_legacy_hold_rules[] = {
	{ "Hold", NULL, hold, .fn = on_hold },
	{ "Unhold", "Hold", unhold, .fn = on_unhold },
	{ "MusicOnHoldStart", "MusicOnHold", music_starts, NULL, { "" } },
	{ "MusicOnHoldStop", "MusicOnHold", music_stops, NULL, { "" } },
	{ "DTMFBegin", "DTMF", key_down, NULL, { "" } },
	{ "DTMFEnd", "DTMF", key_up, NULL, { "" } },
	{ 0 },
};
