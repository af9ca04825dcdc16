/* Recordings, and what else a variable tells. */
#include "base/str.h"
#include "call/events.h"

/* Half of all events set a variable; the few that matter are known by its name. */
static void
on_varset(struct zv_calls *t, const struct zv_in *in)
{
	struct zv_str variable = zv_in_get(in, ZV_KEY_VARIABLE);
	bool file = zvon_str_equal(variable, ZV_STR("MIXMONITOR_FILENAME"));
	bool queue = !file && zvon_str_equal(variable, ZV_STR("QUEUESTATUS"));
	struct zv_chan *c;

	t->tells_variables = true;
	if (!file && !queue)
		return;
	c = zv_fact_known(t, zv_in_get(in, ZV_KEY_UNIQUEID));
	if (c && file)
		zv_fact_recording_file(t, c, zv_in_plain(t, in, ZV_KEY_VALUE));
	else if (c && zv_in_get(in, ZV_KEY_VALUE).n)
		zv_fact_queue_gave_up(t, c);
}

static void
on_start(struct zv_calls *t, const struct zv_in *in)
{
	struct zv_chan *c = zv_in_channel(t, in);

	if (c)
		zv_fact_recording_started(t, c);
}

static void
on_stop(struct zv_calls *t, const struct zv_in *in)
{
	struct zv_chan *c = zv_fact_known(t, zv_in_get(in, ZV_KEY_UNIQUEID));

	if (c)
		zv_fact_recording_stopped(t, c);
}

const struct zv_rule zv_rules_recording[] = {
	{ "VarSet",
	  ZV_NEW,
	  on_varset,
	  { ZV_KEY_VARIABLE, ZV_KEY_VALUE, ZV_KEY_UNIQUEID } },
	{ "MixMonitorStart", ZV_NEW, on_start, { ZV_SNAPSHOT_KEYS } },
	{ "MixMonitorStop", ZV_NEW, on_stop, { ZV_KEY_UNIQUEID } },
	{ "MonitorStart", ZV_OLD, on_start, { ZV_KEY_UNIQUEID } },
	{ "MonitorStop", ZV_OLD, on_stop, { ZV_KEY_UNIQUEID } },
	{ .event = NULL },
};
