/* What the variables of a channel tell in AMI 1.x (read class dialplan). */
#include "base/str.h"
#include "call/ev_old.h"

typedef void (*variable_fn)(struct zv_calls *t, struct zv_chan *c, struct zv_str value);

static void
gave_up(struct zv_calls *t, struct zv_chan *c, struct zv_str value)
{
	(void)value;
	zv_fact_queue_gave_up(t, c);
}

/* Set on the Local channel that goes to the new number (SIP 302). */
static void
forwarded(struct zv_calls *t, struct zv_chan *c, struct zv_str value)
{
	struct zv_chan *by = zv_chan_find_name(t, value);

	if (by && by != c)
		zv_fact_dial_end(t, by, ZV_RESULT_NONE, zv_old_local_number(c->name));
}

/* Set on the Local channel of a consultation by feature code: whose it is. */
static void
consults(struct zv_calls *t, struct zv_chan *c, struct zv_str value)
{
	struct zv_chan *by = zv_chan_find_name(t, value);

	if (by && by->call && c->tech == ZV_TECH_LOCAL)
		zv_fact_together(t, by, c);
}

static const struct {
	struct zv_str name;
	variable_fn run;
} variables[] = {
	{ ZV_STR("MIXMONITOR_FILENAME"), zv_fact_recording_file },
	{ ZV_STR("QUEUESTATUS"), gave_up },
	{ ZV_STR("BLINDTRANSFER"), zv_old_to_be_sent },
	{ ZV_STR("FORWARDERNAME"), forwarded },
	{ ZV_STR("TRANSFERERNAME"), consults },
};

static struct zv_chan *
whose(struct zv_calls *t, const struct zv_in *in)
{
	struct zv_str unique_id = zv_in_get(in, ZV_KEY_UNIQUEID);
	struct zv_str name = zv_in_get(in, ZV_KEY_CHANNEL);

	if (zv_str_starts(name, ZV_STR("ConfBridgeRecorder/conf-")))
		return zv_old_recorder(t, unique_id, name);
	return zv_fact_known(t, unique_id);
}

/* Half of all events set a variable, and nearly all of them are others. */
static void
on_varset(struct zv_calls *t, const struct zv_in *in)
{
	struct zv_str variable = zv_in_get(in, ZV_KEY_VARIABLE);
	struct zv_str value = zv_in_get(in, ZV_KEY_VALUE);
	struct zv_chan *c;

	for (size_t i = 0; i < sizeof variables / sizeof *variables; i++)
		if (value.n && zvon_str_equal(variable, variables[i].name)) {
			c = whose(t, in);
			if (c)
				variables[i].run(t, c, value);
			return;
		}
}

/* ---- Monitor ----------------------------------------------------------------- */

const struct zv_rule zv_rules_old_variable[] = {
	{ "VarSet",
	  ZV_OLD,
	  on_varset,
	  { ZV_KEY_CHANNEL, ZV_KEY_VARIABLE, ZV_KEY_VALUE, ZV_KEY_UNIQUEID } },
	{ .event = NULL },
};
