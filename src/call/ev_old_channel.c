/* Channels of AMI 1.x: made, changed, gone. No event but Newchannel and Newexten tells
 * the dialled number, and none who called. */
#include "base/str.h"
#include "call/ev_old.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

enum { STATE_BUSY = 7 }; /* ChannelState */

/* ---- states ---------------------------------------------------------------- */

static const struct {
	const char *word;
	int state;
} states[] = {
	{ "Down", ZV_STATE_DOWN },	 { "Ring", ZV_STATE_RING },
	{ "Ringing", ZV_STATE_RINGING }, { "Up", ZV_STATE_UP },
	{ "Busy", STATE_BUSY },
};

/* 1.4 has the word only, as `State`. */
static int
state_of(const struct zv_in *in)
{
	int state = zv_in_int(in, ZV_KEY_CHANNEL_STATE, ZV_STATE_UNKNOWN);

	for (size_t i = 0; state == ZV_STATE_UNKNOWN && i < COUNT(states); i++)
		if (zv_in_is(in, ZV_KEY_STATE, states[i].word))
			state = states[i].state;
	return state;
}

static struct zv_seen
seen_in(const struct zv_in *in)
{
	return (struct zv_seen){
		.unique_id = zv_in_get(in, ZV_KEY_UNIQUEID),
		.channel = zv_in_get(in, ZV_KEY_CHANNEL),
		.number = zv_in_get(in, ZV_KEY_CALLER_ID_NUM),
		.name = zv_in_get(in, ZV_KEY_CALLER_ID_NAME),
		.exten = zv_in_get(in, ZV_KEY_EXTEN),
		.state = state_of(in),
	};
}

/* A channel is born Down either way: with an extension it calls, without it is called.
 * Local and helper channels have one in any case. */
static void
on_newchannel(struct zv_calls *t, const struct zv_in *in)
{
	struct zv_seen seen = seen_in(in);
	struct zv_chan *c;
	bool known = zv_chan_find(t, seen.unique_id);
	enum zv_tech tech = zv_name_tech(seen.channel);

	if (!known && seen.state == ZV_STATE_DOWN && seen.exten.n &&
	    (tech == ZV_TECH_PEER || tech == ZV_TECH_TRUNK))
		seen.state = ZV_STATE_RING;
	if (!known && zv_str_starts(seen.channel, ZV_STR("Transfered/")))
		zv_old_transfered(t, seen.channel);
	c = zv_fact_channel(t, &seen);
	if (c && !known)
		c->old.numbered = zv_name_known(seen.number).n > 0;
}

/* Without Newexten (read class dialplan) the state Busy is all that the applications
 * Busy and Congestion show of themselves. */
static void
on_newstate(struct zv_calls *t, const struct zv_in *in)
{
	struct zv_seen seen = seen_in(in);
	struct zv_chan *c;

	seen.number.n = seen.name.n = 0; /* those that a click set */
	c = zv_fact_channel(t, &seen);
	if (c && seen.state == STATE_BUSY && !c->old.refusal)
		c->old.refusal = ZV_RESULT_BUSY;
}

/* Originate sets a caller number in any case; Dial only for a channel that was born
 * without one. Whom a trunk calls may be told here only. */
static void
on_callerid(struct zv_calls *t, const struct zv_in *in)
{
	struct zv_chan *c = zv_fact_known(t, zv_in_get(in, ZV_KEY_UNIQUEID));

	if (!c)
		return;
	if (!c->call && c->state == ZV_STATE_DOWN && c->old.numbered)
		zv_fact_originated(c);
	else if (c->leg && c->leg->pub.is_trunk && !c->originated)
		zv_leg_learn(t, c->leg, zv_in_get(in, ZV_KEY_CALLER_ID_NUM),
			     ZV_STR(""));
}

/* ---- the dialplan ------------------------------------------------------------- */

/* What the end of a channel means depends on the application it was in: Hangup has the
 * cause 0 after Busy and Congestion, and until 10 nothing tells that the caller hung up
 * where the dialplan only waited for that. */
static const struct {
	const char *name;
	enum zv_call_result refusal;
	bool waits;
} applications[] = {
	{ "Busy", ZV_RESULT_BUSY, false },
	{ "Congestion", ZV_RESULT_CONGESTION, false },
	{ "Background", ZV_RESULT_NONE, true },
	{ "Echo", ZV_RESULT_NONE, true },
	{ "MusicOnHold", ZV_RESULT_NONE, true },
	{ "Playback", ZV_RESULT_NONE, true },
	{ "Playtones", ZV_RESULT_NONE, true },
	{ "Progress", ZV_RESULT_NONE, true },
	{ "Read", ZV_RESULT_NONE, true },
	{ "Ringing", ZV_RESULT_NONE, true },
	{ "Wait", ZV_RESULT_NONE, true },
	{ "WaitExten", ZV_RESULT_NONE, true },
};

static void
enter_application(struct zv_chan *c, struct zv_str name)
{
	c->old.refusal = ZV_RESULT_NONE;
	c->old.waits = false;
	for (size_t i = 0; i < COUNT(applications); i++)
		if (zvon_str_equal_nocase(name, zvon_str(applications[i].name))) {
			c->old.refusal = applications[i].refusal;
			c->old.waits = applications[i].waits;
		}
}

/* "h" works for one that is gone already. */
static void
on_newexten(struct zv_calls *t, const struct zv_in *in)
{
	struct zv_chan *c = zv_fact_known(t, zv_in_get(in, ZV_KEY_UNIQUEID));
	struct zv_str exten = zv_in_get(in, ZV_KEY_EXTENSION);

	if (!c)
		return;
	zv_old_leave_room(t, c, zv_in_get(in, ZV_KEY_APPLICATION));
	if (zvon_str_equal(exten, ZV_STR("h")))
		return;
	zv_fact_exten(t, c, exten);
	zv_old_sent_on(t, c, exten);
	enter_application(c, zv_in_get(in, ZV_KEY_APPLICATION));
	zv_old_enter_room(t, c, in);
}

/* ---- the end --------------------------------------------------------------------- */

static void
on_hangup(struct zv_calls *t, const struct zv_in *in)
{
	struct zv_str unique_id = zv_in_get(in, ZV_KEY_UNIQUEID);
	struct zv_chan *c = zv_fact_known(t, unique_id);

	if (!c) {
		zv_fact_never_seen(t, unique_id);
		return;
	}
	if (c->old.waits && !t->tells_requests)
		zv_fact_hangup_request(t, c);
	if (c->old.refusal)
		zv_fact_refused(c, c->old.refusal);
	zv_fact_hangup(t, c, zv_in_int(in, ZV_KEY_CAUSE, 0));
}

/* ---- Local --------------------------------------------------------------------------- */

/* 10 and 11; before them the names tell (zv_fact_channel). */
static void
on_local_bridge(struct zv_calls *t, const struct zv_in *in)
{
	struct zv_chan *one = zv_chan_find(t, zv_in_get(in, ZV_KEY_UNIQUEID_1));
	struct zv_chan *two = zv_chan_find(t, zv_in_get(in, ZV_KEY_UNIQUEID_2));

	if (one && two && !one->leg && !two->leg)
		zv_fact_local_pair(t, one, two);
}

#define CHANNEL                                                                        \
 ZV_KEY_CHANNEL, ZV_KEY_CHANNEL_STATE, ZV_KEY_STATE, ZV_KEY_CALLER_ID_NUM,             \
	 ZV_KEY_CALLER_ID_NAME, ZV_KEY_EXTEN, ZV_KEY_UNIQUEID

const struct zv_rule zv_rules_old_channel[] = {
	{ "Newchannel", ZV_OLD, on_newchannel, { CHANNEL } },
	{ "Newstate", ZV_OLD, on_newstate, { CHANNEL } },
	{ "NewCallerid",
	  ZV_OLD,
	  on_callerid,
	  { ZV_KEY_UNIQUEID, ZV_KEY_CALLER_ID_NUM } },
	{ "Newexten",
	  ZV_OLD,
	  on_newexten,
	  { ZV_KEY_UNIQUEID, ZV_KEY_EXTENSION, ZV_KEY_APPLICATION, ZV_KEY_APP_DATA } },
	{ "Hangup", ZV_OLD, on_hangup, { ZV_KEY_UNIQUEID, ZV_KEY_CAUSE } },
	{ "LocalBridge",
	  ZV_OLD,
	  on_local_bridge,
	  { ZV_KEY_UNIQUEID_1, ZV_KEY_UNIQUEID_2 } },
	{ .event = NULL },
};
