/* The server itself: all versions. */
#include "call/events.h"

static void
on_booted(struct zv_calls *t, const struct zv_in *in)
{
	zv_fact_server(t, ZV_STR("booted"));
}

static void
on_shutdown(struct zv_calls *t, const struct zv_in *in)
{
	zv_fact_server(t, ZV_STR("shutdown"));
}

static void
on_reload(struct zv_calls *t, const struct zv_in *in)
{
	zv_fact_server(t, ZV_STR("reload"));
}

const struct zv_rule zv_rules_server[] = {
	{ "FullyBooted", ZV_BOTH, on_booted, { ZV_KEY_NONE } },
	{ "Shutdown", ZV_BOTH, on_shutdown, { ZV_KEY_NONE } },
	{ "ChannelReload", ZV_OLD, on_reload, { ZV_KEY_NONE } },
	{ "Reload", ZV_BOTH, on_reload, { ZV_KEY_NONE } },
	{ .event = NULL },
};
