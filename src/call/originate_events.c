#include "call/originate_impl.h"

#include "base/mem.h"
#include "zvon/error.h"

enum {
	STATE_DOWN = 0, /* values of ChannelState */
	STATE_RINGING = 5,
	STATE_UP = 6,
	REASON_ANSWERED = 4, /* Reason of OriginateResponse */
};

static struct zv_str
get(const struct zv_packet *event, const char *key)
{
	return zvon_packet_get(event, zvon_str(key));
}

static int
get_int(const struct zv_packet *event, const char *key)
{
	long long value = zvon_packet_get_int(event, zvon_str(key), -1);

	return value >= 0 && value < 100000 ? (int)value : -1;
}

static bool
is_word(const struct zv_packet *event, const char *key, const char *word)
{
	return zvon_str_equal_nocase(get(event, key), zvon_str(word));
}

static bool
is_name(const struct zv_name *name, struct zv_str s)
{
	return name->n && zvon_str_equal(zv_name_str(name), s);
}

/* ---- who is ours ---------------------------------------------------------- */

void
zv_originate_peer_name(struct zv_str dialled, struct zv_name *out)
{
	struct zv_str rest = dialled, technology, peer = { NULL, 0 };
	size_t at;

	out->n = 0;
	if (!zv_str_split(&rest, '/', &technology) || !zv_str_split(&rest, '/', &peer))
		return;
	at = zv_str_find(peer, ZV_STR("@"));
	if (at < peer.n && !zvon_str_equal_nocase(technology, ZV_STR("Local")))
		peer = zv_str_from(peer, at + 1);
	if (technology.n + peer.n + 2 > sizeof out->p || peer.n == 0)
		return;
	zv_name_set(out, technology);
	out->p[out->n++] = '/';
	memcpy(out->p + out->n, peer.p, peer.n);
	out->n += peer.n;
	out->p[out->n++] = '-';
}

static bool
is_own(const struct zv_originate *o, const struct zv_packet *event, const char *key)
{
	return is_name(&o->own.unique_id, get(event, key));
}

static struct zv_party *
find_far(struct zv_originate *o, struct zv_str unique_id)
{
	struct zv_node *node, *next;

	ZV_EACH(&o->far, node, next)
	{
		struct zv_party *far = ZV_OWNER(node, struct zv_party, node);

		if (is_name(&far->unique_id, unique_id))
			return far;
	}
	return NULL;
}

static struct zv_party *
find_candidate(struct zv_originate *o, struct zv_str unique_id)
{
	for (size_t i = 0; i < o->n_candidates; i++)
		if (is_name(&o->candidates[i].unique_id, unique_id))
			return &o->candidates[i];
	return NULL;
}

/* The own channel, a far party, or a candidate; NULL: a stranger. */
static struct zv_party *
find_party(struct zv_originate *o, struct zv_str unique_id)
{
	struct zv_party *far;

	if (is_name(&o->own.unique_id, unique_id))
		return &o->own;
	far = find_far(o, unique_id);
	return far ? far : find_candidate(o, unique_id);
}

/* A Local channel is two: `;1` is the one that was asked for. */
static bool
looks_ours(const struct zv_originate *o, const struct zv_packet *event)
{
	struct zv_str channel = get(event, "Channel");

	return !o->wanted_id.n && o->peer.n &&
	       get_int(event, "ChannelState") == STATE_DOWN &&
	       zv_str_starts_nocase(channel, zv_name_str(&o->peer)) &&
	       channel.n > o->peer.n && !zv_str_ends(channel, ZV_STR(";2"));
}

static void
ring(struct zv_originate *o, struct zv_party *party, enum zv_originate_side side)
{
	if (party->ringing || party->up)
		return;
	party->ringing = true;
	zv_originate_tell(o, ZV_ORIGINATE_RINGING, side, party, ZV_STR(""));
}

/* This is our channel from now on. Being sure beats a guess. */
static void
adopt(struct zv_originate *o, struct zv_str channel, struct zv_str unique_id, bool sure)
{
	struct zv_party *known = find_candidate(o, unique_id);

	o->seen = true;
	if (!is_name(&o->own.unique_id, unique_id)) {
		if (o->own_is_sure && !o->own.forwarded)
			return;
		if (!o->wanted_id.n && !o->own.forwarded)
			zv_name_set(&o->call, unique_id);
		o->own = known ? *known : (struct zv_party){ 0 };
		zv_name_set(&o->own.unique_id, unique_id);
	}
	o->own_is_sure |= sure;
	zv_name_set(&o->own.channel, channel);
}

/* The first candidate that shows signs of life is taken for ours, until
 * OriginateResponse or the mark tells better. */
static bool
is_own_by_guess(struct zv_originate *o, struct zv_party *party)
{
	if (party == &o->own)
		return true;
	if (o->own.unique_id.n || party < o->candidates ||
	    party >= o->candidates + o->n_candidates)
		return false;
	adopt(o, zv_name_str(&party->channel), zv_name_str(&party->unique_id), false);
	return true;
}

/* ---- answered ------------------------------------------------------------- */

static void
answered(struct zv_originate *o, const struct zv_party *by, const char *how)
{
	if (o->cancelled)
		return; /* our hang-up is on its way */
	zv_originate_own_up(o);
	zv_originate_conclude(o, ZV_RESULT_ANSWERED, ZV_SIDE_FAR, by, "%s%s%.*s", how,
			      by ? " " : "", by ? (int)by->channel.n : 0,
			      by ? by->channel.p : "");
}

/* ---- channels ------------------------------------------------------------- */

static void
on_newchannel(struct zv_originate *o, const struct zv_packet *event)
{
	struct zv_str id = get(event, "Uniqueid");
	struct zv_party *candidate;

	if (is_name(&o->wanted_id, id)) {
		adopt(o, get(event, "Channel"), id, true);
	} else if (looks_ours(o, event) && o->n_candidates < ZV_MAX_CANDIDATES &&
		   !find_party(o, id)) {
		candidate = &o->candidates[o->n_candidates++];
		zv_name_set(&candidate->channel, get(event, "Channel"));
		zv_name_set(&candidate->unique_id, id);
	}
}

/* Queue() sets QUEUESTATUS when it ends by itself: TIMEOUT, JOINEMPTY… */
static void
on_varset(struct zv_originate *o, const struct zv_packet *event)
{
	if (is_word(event, "Variable", "QUEUESTATUS") && is_own(o, event, "Uniqueid"))
		o->queue_gave_up = get(event, "Value").n > 0;
	if (is_word(event, "Variable", ZV_ORIGINATE_VARIABLE) &&
	    is_name(&o->mark, get(event, "Value")))
		adopt(o, get(event, "Channel"), get(event, "Uniqueid"), true);
}

static void
own_state(struct zv_originate *o, int state)
{
	if (state == STATE_RINGING)
		ring(o, &o->own, ZV_SIDE_OWN);
	else if (state == STATE_UP)
		zv_originate_own_up(o);
}

static void
on_newstate(struct zv_originate *o, const struct zv_packet *event)
{
	int state = get_int(event, "ChannelState");
	struct zv_party *party = find_party(o, get(event, "Uniqueid"));

	if (!party) {
		if (state == STATE_RINGING)
			zv_name_set(&o->rang[o->n_rang++ % ZV_MAX_RANG],
				    get(event, "Uniqueid"));
	} else if (is_own_by_guess(o, party)) {
		own_state(o, state);
	} else if (state == STATE_RINGING) {
		ring(o, party, ZV_SIDE_FAR);
	} else if (state == STATE_UP && find_far(o, zv_name_str(&party->unique_id))) {
		party->up = true;
		answered(o, party, "answered by");
	}
}

/* 1.x: a masquerade gives our channel another name; its Uniqueid stays. */
static void
on_rename(struct zv_originate *o, const struct zv_packet *event)
{
	struct zv_party *party = find_party(o, get(event, "Uniqueid"));

	if (party)
		zv_name_set(&party->channel, get(event, "Newname"));
}

/* 12 and later: when both halves of a Local channel are bridged, the real channel
 * takes the place of ours, which then hangs up. */
static void
on_local_optimization(struct zv_originate *o, const struct zv_packet *event)
{
	if (!is_own(o, event, "LocalOneUniqueid") &&
	    !is_own(o, event, "LocalTwoUniqueid"))
		return;
	if (get(event, "SourceUniqueid").n == 0)
		return;
	zv_name_set(&o->own.unique_id, get(event, "SourceUniqueid"));
	zv_name_set(&o->own.channel, get(event, "SourceChannel"));
}

static void
learn_cause(struct zv_party *party, const struct zv_packet *event)
{
	int cause = get_int(event, "Cause");

	if (cause > 0)
		party->cause = cause;
	if (get(event, "TechCause").n)
		zv_name_set(&party->tech_cause, get(event, "TechCause"));
}

static void
on_hangup_request(struct zv_originate *o, const struct zv_packet *event)
{
	struct zv_party *party = find_party(o, get(event, "Uniqueid"));

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
	if (find_party(o, get(event, "Uniqueid")))
		o->tells_requests = true;
}

static void
on_hangup(struct zv_originate *o, const struct zv_packet *event)
{
	struct zv_party *party = find_party(o, get(event, "Uniqueid"));

	if (!party)
		return;
	learn_cause(party, event);
	if (is_own_by_guess(o, party)) {
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
	if (!is_name(&o->action_id, get(event, "ActionID")))
		return;
	o->seen = true;
	o->reason = get_int(event, "Reason");
	if (is_word(event, "Response", "Success")) {
		adopt(o, get(event, "Channel"), get(event, "Uniqueid"), true);
		if (o->reason == REASON_ANSWERED)
			zv_originate_own_up(o);
		if (o->own.gone)
			zv_originate_settle(o);
	} else if (!o->own.up) {
		o->response_failed = true;
		zv_originate_settle(o);
	}
}

/* ---- dialling ------------------------------------------------------------- */

static void
forget_round(struct zv_originate *o)
{
	struct zv_node *node, *next;

	ZV_EACH(&o->far, node, next)
	{
		zv_list_remove(node);
		zv_free(ZV_OWNER(node, struct zv_party, node));
	}
	o->n_far = 0;
}

static struct zv_party *
add_far(struct zv_originate *o, struct zv_str channel, struct zv_str unique_id)
{
	struct zv_party *far;

	if (o->n_far == ZV_ORIGINATE_MAX_DIALED)
		return NULL;
	far = zv_calloc(1, sizeof *far);
	if (!far) {
		o->failed = ZV_ENOMEM;
		return NULL;
	}
	zv_name_set(&far->channel, channel);
	zv_name_set(&far->unique_id, unique_id);
	zv_list_append(&o->far, &far->node);
	o->n_far++;
	return far;
}

static struct zv_str
dialled_channel(const struct zv_packet *event)
{
	struct zv_str channel = get(event, "DestChannel");

	return channel.n ? channel : get(event, "Destination");
}

static bool
rings_already(const struct zv_originate *o, struct zv_str unique_id)
{
	for (size_t i = 0; i < ZV_MAX_RANG; i++)
		if (is_name(&o->rang[i], unique_id))
			return true;
	return false;
}

static void
on_dial_begin(struct zv_originate *o, const struct zv_packet *event)
{
	struct zv_str id = get(event, "DestUniqueid");
	struct zv_party *far;

	if (!is_own(o, event, "Uniqueid") || find_far(o, id))
		return;
	if (zv_originate_round_over(o))
		forget_round(o);
	far = add_far(o, dialled_channel(event), id);
	if (!far)
		return;
	zv_originate_own_up(o);
	o->quiet_at = INT64_MAX;
	zv_originate_tell(o, ZV_ORIGINATE_DIALING, ZV_SIDE_FAR, far,
			  get(event, "DialString"));
	if (rings_already(o, id))
		ring(o, far, ZV_SIDE_FAR);
}

static void
on_dial_state(struct zv_originate *o, const struct zv_packet *event)
{
	struct zv_party *far = find_far(o, get(event, "DestUniqueid"));

	if (!is_word(event, "DialStatus", "RINGING"))
		return;
	if (is_own(o, event, "DestUniqueid"))
		ring(o, &o->own, ZV_SIDE_OWN);
	else if (far)
		ring(o, far, ZV_SIDE_FAR);
}

static void
own_dial_end(struct zv_originate *o, const struct zv_packet *event)
{
	zv_name_set(&o->own.status, get(event, "DialStatus"));
	if (get(event, "Forward").n)
		o->own.forwarded = true;
	else if (is_word(event, "DialStatus", "ANSWER"))
		zv_originate_own_up(o);
}

/* A queue tells the end of one ringing twice, the second time as CANCEL. */
static void
far_dial_end(struct zv_originate *o, struct zv_party *far,
	     const struct zv_packet *event)
{
	far->forwarded |= get(event, "Forward").n > 0;
	if (!far->ended)
		zv_name_set(&far->status, get(event, "DialStatus"));
	far->ended = true;
	if (is_word(event, "DialStatus", "ANSWER"))
		answered(o, far, "answered by");
	else if (o->own.gone)
		zv_originate_settle(o);
	else
		zv_originate_be_quiet(o);
}

/* 12 and later: one for each destination. A picker's channel is answered without
 * having been dialled. */
static void
on_dial_end(struct zv_originate *o, const struct zv_packet *event)
{
	struct zv_str id = get(event, "DestUniqueid");
	struct zv_party *far = find_far(o, id);

	if (is_own(o, event, "DestUniqueid")) {
		own_dial_end(o, event);
	} else if (is_own(o, event, "Uniqueid")) {
		if (!far)
			far = add_far(o, dialled_channel(event), id);
		if (far)
			far_dial_end(o, far, event);
	}
}

/* 1.x: one for the whole Dial, at the end of the call. */
static void
on_old_dial_end(struct zv_originate *o, const struct zv_packet *event)
{
	struct zv_node *node, *next;

	if (!is_own(o, event, "Uniqueid"))
		return;
	ZV_EACH(&o->far, node, next)
	far_dial_end(o, ZV_OWNER(node, struct zv_party, node), event);
}

static void
on_old_dial(struct zv_originate *o, const struct zv_packet *event)
{
	if (is_word(event, "SubEvent", "Begin"))
		on_dial_begin(o, event);
	else if (is_word(event, "SubEvent", "End"))
		on_old_dial_end(o, event);
}

/* ---- queues --------------------------------------------------------------- */

static void
on_queue_join(struct zv_originate *o, const struct zv_packet *event)
{
	if (!is_own(o, event, "Uniqueid"))
		return;
	zv_originate_own_up(o);
	o->in_queue = true;
	o->left_queue = o->abandoned = o->queue_gave_up = false;
	o->quiet_at = INT64_MAX;
	zv_name_set(&o->queue, get(event, "Queue"));
	zv_originate_tell(o, ZV_ORIGINATE_QUEUED, ZV_SIDE_FAR, &o->own,
			  zv_name_str(&o->queue));
}

/* Also when an agent answers; AgentConnect comes right behind it then. */
static void
on_queue_leave(struct zv_originate *o, const struct zv_packet *event)
{
	if (!is_own(o, event, "Uniqueid"))
		return;
	o->in_queue = false;
	o->left_queue = true;
	zv_originate_be_quiet(o);
}

/* Also when the queue gives up by itself, after its time-out (1.8 to 22). */
static void
on_queue_abandon(struct zv_originate *o, const struct zv_packet *event)
{
	if (!is_own(o, event, "Uniqueid"))
		return;
	o->abandoned = true;
	if (o->own.hung_up)
		zv_originate_decide(o);
}

static void
on_agent_connect(struct zv_originate *o, const struct zv_packet *event)
{
	struct zv_party agent = { 0 };

	if (!is_own(o, event, "Uniqueid"))
		return;
	zv_name_set(&agent.channel, get(event, "DestChannel").n
					    ? get(event, "DestChannel")
					    : get(event, "Channel"));
	answered(o, &agent, "answered from the queue by");
}

/* ---- conversations without a dial ----------------------------------------- */

/* In a holding bridge (parking, agents who wait) nobody talks to anybody. */
static void
on_bridge_enter(struct zv_originate *o, const struct zv_packet *event)
{
	struct zv_str bridge = get(event, "BridgeUniqueid");

	if (zvon_str_equal(get(event, "BridgeTechnology"), ZV_STR("holding_bridge")))
		return;
	if (is_own(o, event, "Uniqueid"))
		zv_name_set(&o->bridge, bridge);
	if (is_name(&o->bridge, bridge) && get_int(event, "BridgeNumChannels") >= 2)
		answered(o, NULL, "in conversation");
}

static void
on_bridge_leave(struct zv_originate *o, const struct zv_packet *event)
{
	if (is_own(o, event, "Uniqueid"))
		o->bridge.n = 0;
}

static void
on_old_bridge(struct zv_originate *o, const struct zv_packet *event)
{
	if (is_word(event, "Bridgestate", "Link") &&
	    (is_own(o, event, "Uniqueid1") || is_own(o, event, "Uniqueid2")))
		answered(o, NULL, "in conversation");
}

static void
on_conference(struct zv_originate *o, const struct zv_packet *event)
{
	if (is_own(o, event, "Uniqueid"))
		answered(o, NULL, "in a conference");
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
	struct zv_str exten = get(event, "Extension");
	struct zv_str application = get(event, "Application");

	return exten.n && !zvon_str_equal(exten, ZV_STR("h")) && application.n &&
	       !zv_str_starts(application, ZV_STR("AppDial"));
}

/* Busy() and Congestion() only play a tone: the dialplan has decided. */
static void
on_newexten(struct zv_originate *o, const struct zv_packet *event)
{
	struct zv_str application = get(event, "Application");

	if (!is_own(o, event, "Uniqueid") || !is_real_step(event))
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
	{ "DialBegin", on_dial_begin },
	{ "DialState", on_dial_state },
	{ "DialEnd", on_dial_end },
	{ "BridgeEnter", on_bridge_enter },
	{ "BridgeLeave", on_bridge_leave },
	{ "QueueCallerJoin", on_queue_join },
	{ "QueueCallerLeave", on_queue_leave },
	{ "QueueCallerAbandon", on_queue_abandon },
	{ "AgentConnect", on_agent_connect },
	{ "ConfbridgeJoin", on_conference },
	{ "MeetmeJoin", on_conference },
	{ "LocalOptimizationBegin", on_local_optimization },
	/* AMI 1.x */
	{ "Dial", on_old_dial },
	{ "Bridge", on_old_bridge },
	{ "Join", on_queue_join },
	{ "Leave", on_queue_leave },
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
