/* Ten minutes of the office's life with several seeds: whatever happens, its events
 * must be such that a program could believe them. */
#include <stdio.h>
#include <stdlib.h>

#include "base/num.h"
#include "base/str.h"
#include "desk.h"

/* ---- the watcher ----------------------------------------------------------- */

#define MAX_CHANNELS 6000
#define MAX_BRIDGES  3000

struct channel {
	char id[64], linked[64];
	int state, bridge; /* bridge: index + 1, 0 none */
	bool over, holds, music;
	int dialing; /* 1: DialBegin came; 2: DialEnd too */
	bool originated;
	bool waits, with_agent;
};

struct bridge {
	char id[64];
	int members;
	bool over;
};

struct watch {
	struct channel channels[MAX_CHANNELS];
	struct bridge bridges[MAX_BRIDGES];
	int n_channels, n_bridges, in_queue;
	struct zv_str packet; /* being looked at, for the message */
	struct {
		char name[32];
		int n;
	} seen[100]; /* events and results, counted */
	int n_seen;
};

#define BELIEVE(w, condition)                                                          \
 do {                                                                                  \
  if (!(condition)) {                                                                  \
   print_error("not to be believed: %s\n%.*s\n", #condition, ZV_ARG((w)->packet));     \
   fail();                                                                             \
  }                                                                                    \
 } while (0)

static void
count(struct watch *w, const char *name)
{
	int i;

	for (i = 0; i < w->n_seen; i++)
		if (strcmp(w->seen[i].name, name) == 0)
			break;
	assert_true(i < 100);
	if (i == w->n_seen)
		snprintf(w->seen[w->n_seen++].name, sizeof w->seen[0].name, "%s", name);
	w->seen[i].n++;
}

static int
counted(const struct watch *w, const char *name)
{
	for (int i = 0; i < w->n_seen; i++)
		if (strcmp(w->seen[i].name, name) == 0)
			return w->seen[i].n;
	return 0;
}

static struct channel *
find_channel(struct watch *w, struct zv_str id)
{
	for (int i = w->n_channels - 1; i >= 0; i--)
		if (zvon_str_equal(zvon_str(w->channels[i].id), id))
			return &w->channels[i];
	return NULL;
}

static struct bridge *
find_bridge(struct watch *w, struct zv_str id)
{
	for (int i = w->n_bridges - 1; i >= 0; i--)
		if (zvon_str_equal(zvon_str(w->bridges[i].id), id))
			return &w->bridges[i];
	return NULL;
}

static struct zv_str
field(const struct zv_packet *p, const char *key)
{
	return zvon_packet_get(p, zvon_str(key));
}

/* The 14 keys, in their order, wherever a channel with that prefix is shown. */
static void
check_snapshot(struct watch *w, const struct zv_packet *p, const char *prefix)
{
	static const char *const keys[] = {
		"Channel",	     "ChannelState", "ChannelStateDesc",
		"CallerIDNum",	     "CallerIDName", "ConnectedLineNum",
		"ConnectedLineName", "Language",     "AccountCode",
		"Context",	     "Exten",	     "Priority",
		"Uniqueid",	     "Linkedid",
	};
	char key[64];
	size_t at;

	snprintf(key, sizeof key, "%sChannelState", prefix);
	for (at = 0; at < p->n_fields; at++)
		if (zvon_str_equal(p->fields[at].key, zvon_str(key)))
			break;
	if (at == p->n_fields)
		return;
	for (size_t i = 0; i < N_OF(keys); i++) {
		snprintf(key, sizeof key, "%s%s", prefix, keys[i]);
		BELIEVE(w, at - 1 + i < p->n_fields);
		BELIEVE(w, zvon_str_equal(p->fields[at - 1 + i].key, zvon_str(key)));
	}
}

/* The channel an event is about: born, and not dead. NULL: about none. */
static struct channel *
channel_in(struct watch *w, const struct zv_packet *p, const char *key)
{
	struct zv_str id = field(p, key);
	struct channel *c;

	if (!id.n)
		return NULL;
	c = find_channel(w, id);
	BELIEVE(w, c != NULL);
	BELIEVE(w, !c->over);
	return c;
}

static struct bridge *
bridge_in(struct watch *w, const struct zv_packet *p, int members)
{
	struct bridge *b = find_bridge(w, field(p, "BridgeUniqueid"));

	BELIEVE(w, b && !b->over);
	b->members += members;
	BELIEVE(w,
		zvon_packet_get_int(p, ZV_STR("BridgeNumChannels"), -1) == b->members);
	return b;
}

/* ---- one rule per event ---------------------------------------------------- */

static void
on_newchannel(struct watch *w, const struct zv_packet *p)
{
	struct zv_str id = field(p, "Uniqueid"), linked = field(p, "Linkedid");
	struct channel *c = &w->channels[w->n_channels];

	BELIEVE(w, w->n_channels < MAX_CHANNELS);
	BELIEVE(w, !find_channel(w, id));
	snprintf(c->id, sizeof c->id, "%.*s", ZV_ARG(id));
	snprintf(c->linked, sizeof c->linked, "%.*s", ZV_ARG(linked));
	c->state = (int)zvon_packet_get_int(p, ZV_STR("ChannelState"), -1);
	w->n_channels++;
	/* the call is at least as old as its channel */
	BELIEVE(w, find_channel(w, linked));
	BELIEVE(w, atoi(c->id) >= atoi(c->linked));
}

static void
on_newstate(struct watch *w, const struct zv_packet *p)
{
	struct channel *c = channel_in(w, p, "Uniqueid");
	int state = (int)zvon_packet_get_int(p, ZV_STR("ChannelState"), -1);

	BELIEVE(w, state != c->state);
	BELIEVE(w, c->state != 6); /* nothing comes after Up */
	c->state = state;
}

static void
on_hangup(struct watch *w, const struct zv_packet *p)
{
	struct channel *c = channel_in(w, p, "Uniqueid");

	BELIEVE(w, !c->bridge && !c->holds && !c->music && !c->waits);
	BELIEVE(w, !c->with_agent);
	/* Asterisk forgets it where an Originate was not answered in time */
	BELIEVE(w, c->dialing != 1 || c->originated);
	BELIEVE(w, field(p, "Cause-txt").n > 0);
	c->over = true;
}

static void
on_dial_begin(struct watch *w, const struct zv_packet *p)
{
	struct channel *c = channel_in(w, p, "DestUniqueid");

	BELIEVE(w, c && c->dialing == 0);
	BELIEVE(w, field(p, "DialString").n > 0);
	channel_in(w, p, "Uniqueid");
	c->dialing = 1;
	c->originated = field(p, "Channel").n == 0;
}

static void
on_dial_state(struct watch *w, const struct zv_packet *p)
{
	BELIEVE(w, channel_in(w, p, "DestUniqueid")->dialing == 1);
}

/* app_queue says NOANSWER or CANCEL, and CANCEL once more. */
static void
on_dial_end(struct watch *w, const struct zv_packet *p)
{
	struct channel *c = channel_in(w, p, "DestUniqueid");
	struct zv_str status = field(p, "DialStatus");
	char name[32];

	BELIEVE(w, c->dialing == 1 || (c->dialing == 2 &&
				       zvon_str_equal(status, ZV_STR("CANCEL"))));
	BELIEVE(w, zvon_str_equal(status, ZV_STR("ANSWER")) == (c->state == 6));
	channel_in(w, p, "Uniqueid");
	c->dialing = 2;
	snprintf(name, sizeof name, "dial %.*s", ZV_ARG(status));
	count(w, name);
}

static void
on_bridge_create(struct watch *w, const struct zv_packet *p)
{
	struct bridge *b = &w->bridges[w->n_bridges];

	BELIEVE(w, w->n_bridges < MAX_BRIDGES);
	BELIEVE(w, !find_bridge(w, field(p, "BridgeUniqueid")));
	snprintf(b->id, sizeof b->id, "%.*s", ZV_ARG(field(p, "BridgeUniqueid")));
	w->n_bridges++;
	bridge_in(w, p, 0);
}

static void
on_bridge_enter(struct watch *w, const struct zv_packet *p)
{
	struct channel *c = channel_in(w, p, "Uniqueid");
	struct bridge *b = bridge_in(w, p, 1);

	BELIEVE(w, !c->bridge && c->state == 6);
	c->bridge = (int)(b - w->bridges) + 1;
}

static void
on_bridge_leave(struct watch *w, const struct zv_packet *p)
{
	struct channel *c = channel_in(w, p, "Uniqueid");
	struct bridge *b = bridge_in(w, p, -1);

	BELIEVE(w, c->bridge == (int)(b - w->bridges) + 1);
	BELIEVE(w, !c->holds && !c->music);
	c->bridge = 0;
}

static void
on_bridge_destroy(struct watch *w, const struct zv_packet *p)
{
	struct bridge *b = bridge_in(w, p, 0);

	BELIEVE(w, b->members == 0);
	b->over = true;
}

static void
on_hold(struct watch *w, const struct zv_packet *p)
{
	struct channel *c = channel_in(w, p, "Uniqueid");

	BELIEVE(w, c->bridge && !c->holds);
	c->holds = true;
}

/* Before a blind transfer it also comes without a Hold. */
static void
on_unhold(struct watch *w, const struct zv_packet *p)
{
	channel_in(w, p, "Uniqueid")->holds = false;
}

static void
on_music_start(struct watch *w, const struct zv_packet *p)
{
	struct channel *c = channel_in(w, p, "Uniqueid");

	BELIEVE(w, !c->music);
	c->music = true;
}

static void
on_music_stop(struct watch *w, const struct zv_packet *p)
{
	struct channel *c = channel_in(w, p, "Uniqueid");

	BELIEVE(w, c->music);
	c->music = false;
}

static void
on_queue_join(struct watch *w, const struct zv_packet *p)
{
	struct channel *c = channel_in(w, p, "Uniqueid");

	BELIEVE(w, !c->waits && c->state == 6);
	c->waits = true;
	w->in_queue++;
	BELIEVE(w, zvon_packet_get_int(p, ZV_STR("Count"), -1) == w->in_queue);
	BELIEVE(w, zvon_packet_get_int(p, ZV_STR("Position"), -1) == w->in_queue);
}

static void
on_queue_leave(struct watch *w, const struct zv_packet *p)
{
	struct channel *c = channel_in(w, p, "Uniqueid");

	BELIEVE(w, c->waits);
	c->waits = false;
	w->in_queue--;
	BELIEVE(w, zvon_packet_get_int(p, ZV_STR("Count"), -1) == w->in_queue);
	BELIEVE(w, zvon_packet_get_int(p, ZV_STR("Position"), -1) >= 1);
}

static void
on_queue_abandon(struct watch *w, const struct zv_packet *p)
{
	BELIEVE(w, channel_in(w, p, "Uniqueid")->waits);
}

static void
on_agent_called(struct watch *w, const struct zv_packet *p)
{
	BELIEVE(w, channel_in(w, p, "Uniqueid")->waits);
	BELIEVE(w, channel_in(w, p, "DestUniqueid")->dialing == 0);
}

static void
on_agent_connect(struct watch *w, const struct zv_packet *p)
{
	struct channel *c = channel_in(w, p, "Uniqueid");

	BELIEVE(w, !c->waits && !c->with_agent);
	BELIEVE(w, channel_in(w, p, "DestUniqueid")->state == 6);
	c->with_agent = true;
}

static void
on_agent_complete(struct watch *w, const struct zv_packet *p)
{
	struct channel *c = channel_in(w, p, "Uniqueid");
	char name[32];

	BELIEVE(w, c->with_agent && c->bridge);
	c->with_agent = false;
	snprintf(name, sizeof name, "agent %.*s", ZV_ARG(field(p, "Reason")));
	count(w, name);
}

static void
on_blind_transfer(struct watch *w, const struct zv_packet *p)
{
	struct channel *from = channel_in(w, p, "TransfererUniqueid");
	struct channel *other = channel_in(w, p, "TransfereeUniqueid");

	BELIEVE(w, from->bridge && from->bridge == other->bridge && from != other);
	check_snapshot(w, p, "Transferer");
	check_snapshot(w, p, "Transferee");
}

/* Of a failed one only the ActionID is known. */
static void
on_originate_response(struct watch *w, const struct zv_packet *p)
{
	if (zvon_str_equal(field(p, "Response"), ZV_STR("Success")))
		BELIEVE(w, channel_in(w, p, "Uniqueid")->state == 6);
	else
		BELIEVE(w, zvon_str_equal(field(p, "Uniqueid"), ZV_STR("<unknown>")));
}

/* Comes when its channel is over. */
static void
on_cdr(struct watch *w, const struct zv_packet *p)
{
	struct channel *c = find_channel(w, field(p, "UniqueID"));
	char name[32];

	BELIEVE(w, c && c->over);
	BELIEVE(w, field(p, "Disposition").n > 0 && field(p, "EndTime").n > 0);
	BELIEVE(w, zvon_packet_get_int(p, ZV_STR("BillableSeconds"), -1) >= 0);
	BELIEVE(w, zvon_packet_get_int(p, ZV_STR("Duration"), -1) >=
			   zvon_packet_get_int(p, ZV_STR("BillableSeconds"), -2));
	snprintf(name, sizeof name, "cdr %.*s", ZV_ARG(field(p, "Disposition")));
	count(w, name);
}

static const struct {
	const char *event;
	void (*rule)(struct watch *w, const struct zv_packet *p);
} rules[] = {
	{ "Newchannel", on_newchannel },
	{ "Newstate", on_newstate },
	{ "Hangup", on_hangup },
	{ "DialBegin", on_dial_begin },
	{ "DialState", on_dial_state },
	{ "DialEnd", on_dial_end },
	{ "BridgeCreate", on_bridge_create },
	{ "BridgeEnter", on_bridge_enter },
	{ "BridgeLeave", on_bridge_leave },
	{ "BridgeDestroy", on_bridge_destroy },
	{ "Hold", on_hold },
	{ "Unhold", on_unhold },
	{ "MusicOnHoldStart", on_music_start },
	{ "MusicOnHoldStop", on_music_stop },
	{ "QueueCallerJoin", on_queue_join },
	{ "QueueCallerLeave", on_queue_leave },
	{ "QueueCallerAbandon", on_queue_abandon },
	{ "AgentCalled", on_agent_called },
	{ "AgentConnect", on_agent_connect },
	{ "AgentComplete", on_agent_complete },
	{ "BlindTransfer", on_blind_transfer },
	{ "OriginateResponse", on_originate_response },
	{ "Cdr", on_cdr },
};

static void
look_at(struct watch *w, const struct zv_packet *p)
{
	char name[32];
	size_t i;

	w->packet = p->text;
	if (p->kind != ZV_PACKET_EVENT)
		return;
	snprintf(name, sizeof name, "%.*s", ZV_ARG(p->name));
	count(w, name);
	BELIEVE(w, zvon_str_equal(p->fields[1].key, ZV_STR("Privilege")));
	check_snapshot(w, p, "");
	check_snapshot(w, p, "Dest");
	for (i = 0; i < N_OF(rules); i++)
		if (strcmp(rules[i].event, name) == 0)
			break;
	if (i < N_OF(rules))
		rules[i].rule(w, p);
	else if (strcmp(name, "VarSet") != 0 || field(p, "Uniqueid").n > 4)
		channel_in(w, p, "Uniqueid");
}

static void
look_at_all(struct watch *w, struct desk *d)
{
	const struct zv_packet *p;

	while ((p = desk_next(d)))
		look_at(w, p);
	desk_forget(d);
}

/* ---- life ------------------------------------------------------------------ */

static struct watch the_watch;

static struct watch *
watch_new(void)
{
	memset(&the_watch, 0, sizeof the_watch);
	return &the_watch;
}

/* One day's events; w keeps what was counted of the days before. */
static void
live_through(struct watch *w, uint64_t seed, int calls_per_minute, double speed)
{
	struct desk d;

	w->n_channels = w->n_bridges = w->in_queue = 0;
	memset(w->channels, 0, sizeof w->channels);
	memset(w->bridges, 0, sizeof w->bridges);
	desk_new(&d, seed, calls_per_minute, speed);
	desk_login(&d, "demo", "on");
	for (int minute = 0; minute < 10; minute++) {
		desk_pass(&d, (int)(60000 / speed));
		look_at_all(w, &d);
	}
	assert_int_equal(d.failed, 0);
	desk_free(&d);
}

/* Everything that the office is said to do happens somewhere in these days. */
static const char *const expected[] = {
	"Newchannel",
	"Newstate",
	"Newexten",
	"VarSet",
	"NewConnectedLine",
	"DialBegin",
	"DialState",
	"dial ANSWER",
	"dial BUSY",
	"dial NOANSWER",
	"dial CANCEL",
	"dial CONGESTION",
	"BridgeCreate",
	"BridgeEnter",
	"BridgeLeave",
	"BridgeDestroy",
	"Hold",
	"Unhold",
	"MusicOnHoldStart",
	"MusicOnHoldStop",
	"QueueCallerJoin",
	"QueueCallerLeave",
	"QueueCallerAbandon",
	"AgentCalled",
	"AgentRingNoAnswer",
	"AgentConnect",
	"agent caller",
	"agent agent",
	"agent transfer",
	"QueueMemberStatus",
	"HangupRequest",
	"SoftHangupRequest",
	"Hangup",
	"Cdr",
	"cdr ANSWERED",
	"cdr BUSY",
	"cdr NO ANSWER",
	"cdr FAILED",
	"cdr CONGESTION",
	"BlindTransfer",
	"DeviceStateChange",
	"ExtensionStatus",
};

static void
test_ten_minutes_are_believable(void **state)
{
	struct watch *w = watch_new();

	for (uint64_t seed = 1; seed <= 6; seed++)
		live_through(w, seed, seed % 2 ? 12 : 60, seed % 3 ? 1.0 : 7.5);
	for (size_t i = 0; i < N_OF(expected); i++)
		if (!counted(w, expected[i]))
			fail_msg("never happened: %s", expected[i]);
	assert_true(counted(w, "Newchannel") > 500);
}

/* ---- meddling -------------------------------------------------------------- */

/* A channel that lives, or one that did. */
static const char *
some_channel(struct watch *w)
{
	static const char none[] = "none";
	int recent = w->n_channels < 30 ? w->n_channels : 30;

	if (!recent)
		return none;
	return w->channels[w->n_channels - 1 - (int)chance_below((size_t)recent)].id;
}

static const char *
some_exten(void)
{
	static const char *const extens[] = { "200", "203", "208", "600",
					      "602", "800", "999", "89261234567" };

	return extens[chance_below(N_OF(extens))];
}

static void
meddle(struct watch *w, struct desk *d)
{
	const char *a = some_channel(w), *b = some_channel(w), *exten = some_exten();
	char lines[6][300];

	snprintf(lines[0], sizeof lines[0], "Action: Hangup\nChannel: %s", a);
	snprintf(lines[1], sizeof lines[1],
		 "Action: Redirect\nChannel: %s\nContext: internal\nExten: %s", a,
		 exten);
	snprintf(lines[2], sizeof lines[2],
		 "Action: Redirect\nChannel: %s\nExtraChannel: %s\n"
		 "Context: internal\nExten: %s",
		 a, b, exten);
	snprintf(lines[3], sizeof lines[3],
		 "Action: Bridge\nChannel1: %s\nChannel2: %s", a, b);
	snprintf(lines[4], sizeof lines[4],
		 "Action: BlindTransfer\nChannel: %s\nContext: internal\nExten: %s", a,
		 exten);
	snprintf(lines[5], sizeof lines[5],
		 "Action: Originate\nAsync: true\nChannel: PJSIP/20%zu\n"
		 "Context: internal\nExten: %s\nPriority: 1",
		 chance_below(10), exten);
	desk_ask(d, lines[chance_below(6)]);
}

/* Whatever managers do to the calls, the events stay such that they can be believed. */
static void
test_meddling(void **state)
{
	struct watch *w = watch_new();

	for (uint64_t seed = 1; seed <= 4; seed++) {
		struct desk d;

		w->n_channels = w->n_bridges = w->in_queue = 0;
		memset(w->channels, 0, sizeof w->channels);
		memset(w->bridges, 0, sizeof w->bridges);
		desk_new(&d, seed, 40, 1);
		desk_login(&d, "demo", "on");
		for (int i = 0; i < 2000; i++) {
			desk_pass(&d, (int)chance_below(900));
			meddle(w, &d);
			look_at_all(w, &d);
		}
		assert_int_equal(d.failed, 0);
		desk_free(&d);
	}
	assert_true(counted(w, "BlindTransfer") > 20);
	assert_true(counted(w, "BridgeCreate") > 100);
}

/* ---- lamps ----------------------------------------------------------------- */

/* The events of a device, played from the list before it, give the list after it. */
#define MAX_DEVICES 40

struct lamps {
	struct {
		char device[64], state[32];
	} rows[MAX_DEVICES];
	int n;
};

static void
set_lamp(struct lamps *l, const struct zv_packet *p, bool must_change)
{
	struct zv_str device = field(p, "Device"), state = field(p, "State");
	int i;

	for (i = 0; i < l->n; i++)
		if (zvon_str_equal(zvon_str(l->rows[i].device), device))
			break;
	assert_true(i < MAX_DEVICES);
	if (must_change && i < l->n &&
	    zvon_str_equal(zvon_str(l->rows[i].state), state))
		fail_msg("%s was %s before", l->rows[i].device, l->rows[i].state);
	if (i == l->n)
		l->n++;
	snprintf(l->rows[i].device, sizeof l->rows[i].device, "%.*s", ZV_ARG(device));
	snprintf(l->rows[i].state, sizeof l->rows[i].state, "%.*s", ZV_ARG(state));
}

static void
read_lamps(struct desk *d, struct lamps *l, bool live)
{
	const struct zv_packet *p;

	while ((p = desk_next(d)))
		if (zvon_str_equal(p->name, ZV_STR("DeviceStateChange")) &&
		    (field(p, "ActionID").n == 0) == live)
			set_lamp(l, p, live);
	desk_forget(d);
}

static void
test_device_states_add_up(void **state)
{
	static const char list[] = "Action: DeviceStateList\nActionID: 1";
	struct lamps lamps = { 0 }, after = { 0 };
	struct desk d;

	desk_new(&d, 3, 60, 1);
	desk_login(&d, "demo", "call");
	desk_ask(&d, list);
	read_lamps(&d, &lamps, false);
	assert_int_equal(lamps.n, 15); /* 13 lines, the queue and whether it is free */
	for (int i = 0; i < 20; i++) {
		desk_pass(&d, 15000);
		read_lamps(&d, &lamps, true);
		desk_ask(&d, list);
		read_lamps(&d, &after, false);
		assert_int_equal(after.n, lamps.n);
		for (int k = 0; k < lamps.n; k++)
			assert_string_equal(lamps.rows[k].state, after.rows[k].state);
	}
	desk_free(&d);
}

/* ---- who sees what --------------------------------------------------------- */

static void
test_the_same_seed_is_the_same_day(void **state)
{
	char *texts[3];
	struct desk d;

	for (int i = 0; i < 3; i++) {
		desk_new(&d, i < 2 ? 7 : 8, 20, 1);
		desk_login(&d, "demo", "on");
		desk_pass(&d, 60000);
		texts[i] = strdup(desk_text(&d));
		desk_free(&d);
	}
	assert_string_equal(texts[0], texts[1]);
	assert_true(strcmp(texts[0], texts[2]) != 0);
	for (int i = 0; i < 3; i++)
		free(texts[i]);
}

static void
take(struct zv_office_session *s, struct zv_buf *to)
{
	struct zv_buf *out = zv_office_session_output(s);

	zv_buf_add(to, zv_buf_str(out));
	zv_buf_consume(out, out->n);
}

static void
test_two_managers_see_the_same_events(void **state)
{
	static const char login[] = "Action: Login\r\nUsername: readonly\r\n"
				    "Secret: s3cret\r\n\r\n";
	struct zv_office_session *other;
	struct zv_buf seen = { 0 };
	struct desk d;

	desk_new(&d, 11, 30, 1);
	desk_login(&d, "demo", "on");
	other = zv_office_session_new(d.office, "127.0.0.1/40001", d.now_ms);
	assert_int_equal(zv_office_session_input(other, zvon_str(login), d.now_ms), 0);
	take(other, &seen);
	zv_buf_clear(&seen);
	desk_pass(&d, 0);
	desk_forget(&d);
	for (int i = 0; i < 100; i++) {
		desk_pass(&d, 1000);
		take(other, &seen);
	}
	assert_true(seen.n > 50000);
	assert_true(zvon_str_equal(zv_buf_str(&seen), zv_buf_str(&d.raw)));
	zv_office_session_free(other);
	zv_buf_deinit(&seen);
	desk_free(&d);
}

/* Only events of the classes asked for. */
static void
test_event_mask(void **state)
{
	static const struct {
		const char *mask;
		const char *privileges[3]; /* that come, and no other */
	} rows[] = {
		{ "off", { NULL } },
		{ "cdr", { "cdr,all" } },
		{ "agent,dialplan", { "agent,all", "dialplan,all" } },
		{ "bogus", { NULL } },
		{ "2", { "call,all" } },
	};

	for (size_t i = 0; i < N_OF(rows); i++) {
		const struct zv_packet *p;
		struct desk d;
		int n = 0;

		desk_new(&d, 5, 60, 1);
		desk_login(&d, "demo", rows[i].mask);
		desk_pass(&d, 120000);
		while ((p = desk_next(&d))) {
			struct zv_str privilege = field(p, "Privilege");
			bool fits = false;

			for (int k = 0; k < 3 && rows[i].privileges[k]; k++)
				fits |= zvon_str_equal(privilege,
						       zvon_str(rows[i].privileges[k]));
			if (!fits)
				fail_msg("%s: %.*s", rows[i].mask, ZV_ARG(p->text));
			n++;
		}
		assert_int_equal(n > 0, rows[i].privileges[0] != NULL);
		desk_free(&d);
	}
}

/* ---- memory ---------------------------------------------------------------- */

static int
short_day(void *user)
{
	static const char *const lines[] = {
		"Action: Login\r\nUsername: demo\r\nSecret: x\r\n\r\n",
		("Action: Originate\r\nChannel: PJSIP/203\r\nContext: internal\r\n"
		 "Exten: 204\r\nAsync: true\r\nVariable: A=1,B=\"2,3\"\r\n\r\n"),
		"Action: Setvar\r\nVariable: G\r\nValue: 1\r\n\r\n",
		"Action: QueueAdd\r\nQueue: sales\r\nInterface: PJSIP/205\r\n\r\n",
		"Action: Filter\r\nOperation: Add\r\nFilter: Event\r\n\r\n",
		"Action: CoreShowChannels\r\n\r\n",
		"Action: WaitEvent\r\nActionID: w\r\nTimeout: 1\r\n\r\n",
	};
	struct zv_office_options options = {
		.seed = 2, .calls_per_minute = 60, .speed = 1, .secret = "x"
	};
	struct zv_office *o = zv_office_new(&options, 0);
	struct zv_office_session *s = NULL;
	int rc = o ? 0 : ZV_ENOMEM;

	if (o)
		s = zv_office_session_new(o, "127.0.0.1/1", 0);
	if (!s)
		rc = ZV_ENOMEM;
	for (int64_t now = 0; rc == 0 && now < 40000; now += 200) {
		size_t i = (size_t)now / 4000;

		if (now % 4000 == 0 && i < N_OF(lines))
			rc = zv_office_session_input(s, zvon_str(lines[i]), now);
		else
			rc = zv_office_tick(o, now);
		zv_buf_consume(zv_office_session_output(s), SIZE_MAX);
	}
	zv_office_session_free(s);
	zv_office_free(o);
	return rc;
}

static void
test_out_of_memory(void **state)
{
	check_out_of_memory(short_day, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ten_minutes_are_believable),
		cmocka_unit_test(test_meddling),
		cmocka_unit_test(test_device_states_add_up),
		cmocka_unit_test(test_the_same_seed_is_the_same_day),
		cmocka_unit_test(test_two_managers_see_the_same_events),
		cmocka_unit_test(test_event_mask),
		cmocka_unit_test(test_out_of_memory),
	};

	chance_begin();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
