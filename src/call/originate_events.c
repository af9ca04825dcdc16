#include "call/originate_event.h"

#define REASON_ANSWERED 4 /* Reason of OriginateResponse */

/* ---- channels ------------------------------------------------------------- */

static void
on_newchannel(struct zv_originate *o, const struct zv_packet *event)
{
	struct zv_str id = zv_event_get(event, "Uniqueid");
	struct zv_party *candidate;

	if (zv_name_is(&o->wanted_id, id)) {
		zv_originate_adopt(o, zv_event_get(event, "Channel"), id, true);
	} else if (zv_originate_looks_ours(o, event) &&
		   o->n_candidates < ZV_MAX_CANDIDATES && !zv_originate_party(o, id)) {
		candidate = &o->candidates[o->n_candidates++];
		zv_name_set(&candidate->channel, zv_event_get(event, "Channel"));
		zv_name_set(&candidate->unique_id, id);
	}
}

/* Queue() sets QUEUESTATUS when it ends by itself: TIMEOUT, JOINEMPTY… */
static void
on_varset(struct zv_originate *o, const struct zv_packet *event)
{
	if (zv_event_is(event, "Variable", "QUEUESTATUS") &&
	    zv_originate_is_own(o, event, "Uniqueid"))
		o->queue_gave_up = zv_event_get(event, "Value").n > 0;
	if (zv_event_is(event, "Variable", ZV_ORIGINATE_VARIABLE) &&
	    zv_name_is(&o->mark, zv_event_get(event, "Value")))
		zv_originate_adopt(o, zv_event_get(event, "Channel"),
				   zv_event_get(event, "Uniqueid"), true);
}

static void
own_state(struct zv_originate *o, int state)
{
	if (state == ZV_CHANNEL_STATE_RINGING)
		zv_originate_ring(o, &o->own, ZV_SIDE_OWN);
	else if (state == ZV_CHANNEL_STATE_UP)
		zv_originate_own_up(o);
}

static void
on_newstate(struct zv_originate *o, const struct zv_packet *event)
{
	int state = zv_event_int(event, "ChannelState");
	struct zv_party *party = zv_originate_party(o, zv_event_get(event, "Uniqueid"));

	if (!party) {
		if (state == ZV_CHANNEL_STATE_RINGING)
			zv_name_set(&o->rang[o->n_rang++ % ZV_MAX_RANG],
				    zv_event_get(event, "Uniqueid"));
	} else if (zv_originate_is_own_by_guess(o, party)) {
		own_state(o, state);
	} else if (state == ZV_CHANNEL_STATE_RINGING) {
		zv_originate_ring(o, party, ZV_SIDE_FAR);
	} else if (state == ZV_CHANNEL_STATE_UP &&
		   zv_originate_far(o, zv_name_str(&party->unique_id))) {
		party->up = true;
		zv_originate_answered(o, party, "answered by");
	}
}

/* 1.x: a masquerade gives our channel another name; its Uniqueid stays. */
static void
on_rename(struct zv_originate *o, const struct zv_packet *event)
{
	struct zv_party *party = zv_originate_party(o, zv_event_get(event, "Uniqueid"));

	if (party)
		zv_name_set(&party->channel, zv_event_get(event, "Newname"));
}

/* 12 and later: when both halves of a Local channel are bridged, the real channel
 * takes the place of ours, which then hangs up. */
static void
on_local_optimization(struct zv_originate *o, const struct zv_packet *event)
{
	if (!zv_originate_is_own(o, event, "LocalOneUniqueid") &&
	    !zv_originate_is_own(o, event, "LocalTwoUniqueid"))
		return;
	if (zv_event_get(event, "SourceUniqueid").n == 0)
		return;
	zv_name_set(&o->own.unique_id, zv_event_get(event, "SourceUniqueid"));
	zv_name_set(&o->own.channel, zv_event_get(event, "SourceChannel"));
}

static void
learn_cause(struct zv_party *party, const struct zv_packet *event)
{
	int cause = zv_event_int(event, "Cause");

	if (cause > 0)
		party->cause = cause;
	if (zv_event_get(event, "TechCause").n)
		zv_name_set(&party->tech_cause, zv_event_get(event, "TechCause"));
}

static void
on_hangup_request(struct zv_originate *o, const struct zv_packet *event)
{
	struct zv_party *party = zv_originate_party(o, zv_event_get(event, "Uniqueid"));

	if (!party)
		return;
	party->hung_up = true;
	o->tells_requests = true;
	learn_cause(party, event);
}

/* The server itself ends the channel. */
static void
on_soft_hangup_request(struct zv_originate *o, const struct zv_packet *event)
{
	if (zv_originate_party(o, zv_event_get(event, "Uniqueid")))
		o->tells_requests = true;
}

static void
on_hangup(struct zv_originate *o, const struct zv_packet *event)
{
	struct zv_party *party = zv_originate_party(o, zv_event_get(event, "Uniqueid"));

	if (!party)
		return;
	learn_cause(party, event);
	if (zv_originate_is_own_by_guess(o, party)) {
		o->own.cause = party->cause;
		zv_originate_own_gone(o);
		return;
	}
	party->gone = true;
	if (o->own.gone)
		zv_originate_settle(o);
	else
		zv_originate_be_quiet(o);
}

/* ---- the action's own event ----------------------------------------------- */

static void
on_originate_response(struct zv_originate *o, const struct zv_packet *event)
{
	if (!zv_name_is(&o->action_id, zv_event_get(event, "ActionID")))
		return;
	o->seen = true;
	o->reason = zv_event_int(event, "Reason");
	if (zv_event_is(event, "Response", "Success")) {
		zv_originate_adopt(o, zv_event_get(event, "Channel"),
				   zv_event_get(event, "Uniqueid"), true);
		if (o->reason == REASON_ANSWERED)
			zv_originate_own_up(o);
		if (o->own.gone)
			zv_originate_settle(o);
	} else if (!o->own.up) {
		o->response_failed = true;
		zv_originate_settle(o);
	}
}

/* ---- conversations without a dial ----------------------------------------- */

/* In a holding bridge (parking, agents who wait) nobody talks to anybody. */
static void
on_bridge_enter(struct zv_originate *o, const struct zv_packet *event)
{
	struct zv_str bridge = zv_event_get(event, "BridgeUniqueid");

	if (zvon_str_equal(zv_event_get(event, "BridgeTechnology"),
			   ZV_STR("holding_bridge")))
		return;
	if (zv_originate_is_own(o, event, "Uniqueid"))
		zv_name_set(&o->bridge, bridge);
	if (zv_name_is(&o->bridge, bridge) &&
	    zv_event_int(event, "BridgeNumChannels") >= 2)
		zv_originate_answered(o, NULL, "in conversation");
}

static void
on_bridge_leave(struct zv_originate *o, const struct zv_packet *event)
{
	if (zv_originate_is_own(o, event, "Uniqueid"))
		o->bridge.n = 0;
}

static void
on_old_bridge(struct zv_originate *o, const struct zv_packet *event)
{
	if (zv_event_is(event, "Bridgestate", "Link") &&
	    (zv_originate_is_own(o, event, "Uniqueid1") ||
	     zv_originate_is_own(o, event, "Uniqueid2")))
		zv_originate_answered(o, NULL, "in conversation");
}

static void
on_conference(struct zv_originate *o, const struct zv_packet *event)
{
	if (zv_originate_is_own(o, event, "Uniqueid"))
		zv_originate_answered(o, NULL, "in a conference");
}

/* ---- the dialplan --------------------------------------------------------- */

/* Applications by which the dialplan itself talks to the caller. */
static const char *const talking[] = {
	"AGI",		"AgentLogin", "Answer",	     "BackGround",  "BackgroundDetect",
	"ChanSpy",	"Dictate",    "Directory",   "Echo",	    "ControlPlayback",
	"Festival",	"MP3Player",  "Milliwatt",   "MusicOnHold", "ExternalIVR",
	"Page",		"Park",	      "Playback",    "Playtones",   "Read",
	"Record",	"ReceiveFAX", "SMS",	     "SayAlpha",    "SayDigits",
	"SayNumber",	"SendFAX",    "SayUnixTime", "Stasis",	    "VoiceMail",
	"VoiceMailMain"
};

static bool
is_talking(struct zv_str application)
{
	for (size_t i = 0; i < sizeof talking / sizeof *talking; i++)
		if (zvon_str_equal_nocase(application, zvon_str(talking[i])))
			return true;
	return false;
}

/* `AppDial2 (Outgoing Line)` and the like is how Asterisk shows a channel that it has
 * dialled; `h` runs after the end. */
static bool
is_real_step(const struct zv_packet *event)
{
	struct zv_str exten = zv_event_get(event, "Extension");
	struct zv_str application = zv_event_get(event, "Application");

	return exten.n && !zvon_str_equal(exten, ZV_STR("h")) && application.n &&
	       !zv_str_starts(application, ZV_STR("AppDial"));
}

/* Busy() and Congestion() only play a tone: the dialplan has decided. */
static void
on_newexten(struct zv_originate *o, const struct zv_packet *event)
{
	struct zv_str application = zv_event_get(event, "Application");

	if (!zv_originate_is_own(o, event, "Uniqueid") || !is_real_step(event))
		return;
	zv_name_set(&o->application, application);
	o->served |= is_talking(application);
	if (!zvon_str_equal_nocase(application, ZV_STR("Busy")) &&
	    !zvon_str_equal_nocase(application, ZV_STR("Congestion")))
		return;
	if (o->n_far || o->left_queue)
		zv_originate_decide_quiet(o);
	else
		zv_originate_conclude(o,
				      zv_lower((unsigned char)application.p[0]) == 'b'
					      ? ZV_RESULT_BUSY
					      : ZV_RESULT_CONGESTION,
				      ZV_SIDE_FAR, NULL, "the dialplan runs %.*s()",
				      ZV_ARG(zv_name_str(&o->application)));
}

/* ---- the table ------------------------------------------------------------ */

static const struct {
	const char *name;
	void (*on)(struct zv_originate *o, const struct zv_packet *event);
} rules[] = {
	{ "VarSet", on_varset },
	{ "Newexten", on_newexten },
	{ "Newstate", on_newstate },
	{ "Newchannel", on_newchannel },
	{ "Hangup", on_hangup },
	{ "HangupRequest", on_hangup_request },
	{ "SoftHangupRequest", on_soft_hangup_request },
	{ "OriginateResponse", on_originate_response },
	{ "DialBegin", zv_originate_on_dial_begin },
	{ "DialState", zv_originate_on_dial_state },
	{ "DialEnd", zv_originate_on_dial_end },
	{ "BridgeEnter", on_bridge_enter },
	{ "BridgeLeave", on_bridge_leave },
	{ "QueueCallerJoin", zv_originate_on_queue_join },
	{ "QueueCallerLeave", zv_originate_on_queue_leave },
	{ "QueueCallerAbandon", zv_originate_on_queue_abandon },
	{ "AgentConnect", zv_originate_on_agent_connect },
	{ "ConfbridgeJoin", on_conference },
	{ "MeetmeJoin", on_conference },
	{ "LocalOptimizationBegin", on_local_optimization },
	/* AMI 1.x */
	{ "Dial", zv_originate_on_old_dial },
	{ "Bridge", on_old_bridge },
	{ "Join", zv_originate_on_queue_join },
	{ "Leave", zv_originate_on_queue_leave },
	{ "Rename", on_rename },
};

void
zv_originate_dispatch(struct zv_originate *o, const struct zv_packet *event)
{
	for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
		if (zvon_str_equal(event->name, zvon_str(rules[i].name))) {
			rules[i].on(o, event);
			return;
		}
	}
}
