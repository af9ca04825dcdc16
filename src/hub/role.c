#include "hub/role.h"

static const char *const rights[ZV_RIGHTS] = {
	[ZV_RIGHT_MISSING] = "",
	[ZV_RIGHT_VIEW] = "view",
	[ZV_RIGHT_DIAL] = "dial",
	[ZV_RIGHT_CONTROL] = "control",
	[ZV_RIGHT_TRANSFER] = "transfer",
	[ZV_RIGHT_PICKUP] = "pickup",
	[ZV_RIGHT_CONFERENCE] = "conference",
	[ZV_RIGHT_RECORD] = "record",
	[ZV_RIGHT_AGENT] = "agent",
	[ZV_RIGHT_SPY] = "spy",
	[ZV_RIGHT_RAW] = "raw",
	[ZV_RIGHT_ADMIN] = "admin",
};

const char *
zv_right_name(enum zv_right right)
{
	return rights[right];
}

enum zv_reach
zv_role_history(const struct zv_role *role)
{
	static const enum zv_reach as_seen[] = {
		[ZV_SCOPE_OWN] = ZV_REACH_OWN,
		[ZV_SCOPE_QUEUES] = ZV_REACH_QUEUES,
		[ZV_SCOPE_ALL] = ZV_REACH_ALL,
	};

	if (!zv_role_has(role, ZV_RIGHT_VIEW))
		return ZV_REACH_NONE;
	if (role->history != ZV_REACH_UNSAID)
		return role->history;
	return zv_role_has(role, ZV_RIGHT_RAW) ? ZV_REACH_ALL : as_seen[role->sees];
}

enum zv_reach
zv_role_recordings(const struct zv_role *role)
{
	enum zv_reach sees = zv_role_history(role), hears = role->recordings;

	if (hears == ZV_REACH_UNSAID)
		hears = ZV_REACH_OWN;
	return hears < sees ? hears : sees;
}

#define RULE(may, text)                                                                \
 {                                                                                     \
  .allow = (may), .pattern = { (text), sizeof(text) - 1 },                             \
 }

/* Numbers of one's own PBX, and no others. What begins with 0 leaves it: operators' short
 * codes and old emergency numbers (01-04), 00 abroad; 810 is abroad in Russia; 118 is
 * directory enquiries in Europe, often at premium rates. */
const struct zv_dial_rule zv_default_dial_rules[] = {
	RULE(false, "+!"),   RULE(false, "0!"),	   RULE(false, "810!"),
	RULE(false, "*!"),   RULE(false, "#!"),	   RULE(false, "112"),
	RULE(false, "911"),  RULE(false, "118XX"), RULE(false, "118XXX"),
	RULE(true, "ZX"),    RULE(true, "ZXX"),	   RULE(true, "ZXXX"),
	RULE(true, "ZXXXX"), RULE(true, "ZXXXXX"), RULE(false, "!"),
};
const size_t zv_n_default_dial_rules =
	sizeof zv_default_dial_rules / sizeof *zv_default_dial_rules;
