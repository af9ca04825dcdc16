/* Actions on a channel. Where Asterisk answers first and acts then, so does this. */
#include "base/mem.h"
#include "base/num.h"
#include "office/actions.h"
#include "office/bridge.h"
#include "office/call.h"
#include "office/channel.h"
#include "office/plan.h"
#include "office/write.h"

static struct zv_channel *
channel_in(struct zv_office_session *s, const struct zv_asked *asked, const char *key)
{
	return zv_channel_find(s->office, zv_asked_get(asked, key));
}

/* ---- hanging up and passing on --------------------------------------------- */

static int
sip_of(int cause)
{
	return cause == 17 ? 486 : cause == 34 ? 503 : 0;
}

ZV_ACTION(hangup)
{
	struct zv_channel *c = channel_in(s, asked, "Channel");
	int cause = 0;

	if (!zv_asked_get(asked, "Channel").n) {
		zv_door_error(&s->door, asked, "No channel specified");
	} else if (!c) {
		zv_door_error(&s->door, asked, "No such channel");
	} else {
		if (!zv_asked_int(asked, "Cause", &cause) || cause < 0 || cause > 127)
			cause = 0;
		if (!cause && c->bridge)
			cause = 16;
		zv_door_success(&s->door, asked, "Channel Hungup");
		zv_hangup(c, cause, sip_of(cause));
	}
}

ZV_ACTION(blind_transfer)
{
	struct zv_channel *c = channel_in(s, asked, "Channel");
	struct zv_str context = zv_asked_get(asked, "Context");
	struct zv_str exten = zv_asked_get(asked, "Exten");
	char to_context[ZV_NAME_MAX], to_exten[ZV_NAME_MAX];

	if (!zv_asked_get(asked, "Channel").n)
		zv_door_error(&s->door, asked, "No channel specified");
	else if (!exten.n)
		zv_door_error(&s->door, asked, "No extension specified");
	else if (!c)
		zv_door_error(&s->door, asked, "Channel specified does not exist");
	else if (!c->bridge)
		zv_door_error(&s->door, asked, "Transfer invalid");
	else {
		ZV_COPY(to_context, context.n ? context : zvon_str(c->context));
		ZV_COPY(to_exten, exten);
		zv_door_success(&s->door, asked, "Transfer succeeded");
		zv_blind_transfer(c, to_context, to_exten);
	}
}

/* The office has no feature codes: then Asterisk says this. */
ZV_ACTION(atxfer)
{
	if (!zv_asked_get(asked, "Channel").n)
		zv_door_error(&s->door, asked, "No channel specified");
	else if (!zv_asked_get(asked, "Exten").n)
		zv_door_error(&s->door, asked, "No extension specified");
	else if (!channel_in(s, asked, "Channel"))
		zv_door_error(&s->door, asked, "Channel specified does not exist");
	else
		zv_door_error(&s->door, asked,
			      "No attended transfer feature code found");
}

/* ---- hold ------------------------------------------------------------------- */

/* Asterisk has no such actions, its phones hold by themselves. The office's phones are
 * not at hand, so their button is here; what follows is what a phone's hold shows. */
static struct zv_channel *
talking_channel(struct zv_office_session *s, const struct zv_asked *asked)
{
	struct zv_channel *c = channel_in(s, asked, "Channel");
	const char *error = !zv_asked_get(asked, "Channel").n ? "No channel specified"
			    : !c			      ? "No such channel"
			    : !zv_bridge_peer(c) ? "Channel is not in a conversation"
						 : NULL;

	if (error)
		zv_door_error(&s->door, asked, "%s", error);
	return error ? NULL : c;
}

ZV_ACTION(hold)
{
	struct zv_channel *c = talking_channel(s, asked);

	if (!c)
		return;
	if (c->bridge->holder) {
		zv_door_error(&s->door, asked, "Conversation is on hold already");
		return;
	}
	zv_door_success(&s->door, asked, "Channel holds");
	zv_bridge_hold(c);
}

ZV_ACTION(unhold)
{
	struct zv_channel *c = talking_channel(s, asked);

	if (!c)
		return;
	if (c->bridge->holder != c) {
		zv_door_error(&s->door, asked, "Channel does not hold");
		return;
	}
	zv_door_success(&s->door, asked, "Channel goes on");
	zv_bridge_resume(c->bridge);
}

/* ---- NOTIFY ------------------------------------------------------------------ */

/* The phones obey what IP phones call remote control: "talk" picks up or goes on, "hold"
 * holds. What does not fit is passed over, as a phone does. */
ZV_ACTION(pjsip_notify)
{
	struct zv_channel *c = channel_in(s, asked, "Channel");
	struct zv_str variable = zv_asked_get(asked, "Variable");

	if (!zv_asked_get(asked, "Channel").n) {
		zv_door_error(&s->door, asked, "PJSIPNotify requires a channel name");
		return;
	}
	if (!variable.n || !c) {
		zv_door_error(&s->door, asked, "%s",
			      c ? "PJSIPNotify requires at least one Variable"
				: "Unable to find channel");
		return;
	}
	zv_door_success(&s->door, asked, "NOTIFY sent");
	if (zvon_str_equal(variable, ZV_STR("Event=talk"))) {
		if (!zv_pick_up(c) && c->bridge && c->bridge->holder == c)
			zv_bridge_resume(c->bridge);
	} else if (zvon_str_equal(variable, ZV_STR("Event=hold")) &&
		   zv_bridge_peer(c) && !c->bridge->holder) {
		zv_bridge_hold(c);
	}
}

/* ---- Redirect -------------------------------------------------------------- */

struct place {
	char context[ZV_NAME_MAX], exten[ZV_NAME_MAX];
	int priority;
};

/* What is not given is as for the first channel. */
static bool
read_place(const struct zv_asked *asked, const char *const keys[3], struct place *p)
{
	struct zv_str context = zv_asked_get(asked, keys[0]);
	struct zv_str exten = zv_asked_get(asked, keys[1]);

	if (context.n)
		ZV_COPY(p->context, context);
	if (exten.n)
		ZV_COPY(p->exten, exten);
	return zv_asked_int(asked, keys[2], &p->priority);
}

/* A phone that rings cannot be sent anywhere. */
static bool
can_go(const struct zv_channel *c)
{
	return !c->tie && !c->attempt && !c->ringer;
}

static void
go(struct zv_channel *c, const struct place *p)
{
	c->wish.has_talk = c->wish.has_fate = false;
	zv_plan_start(c, p->context, p->exten, p->priority);
}

static void
redirect_one(struct zv_office_session *s, const struct zv_asked *asked,
	     struct zv_channel *c, const struct place *p)
{
	if (!can_go(c)) {
		zv_door_error(&s->door, asked, "Redirect failed");
		return;
	}
	zv_door_success(&s->door, asked, "Redirect successful");
	zv_detach(c, NULL);
	go(c, p);
}

static void
redirect_two(struct zv_office_session *s, const struct zv_asked *asked,
	     struct zv_channel *c, const struct place *p, struct zv_channel *extra,
	     const struct place *extra_p)
{
	if (!can_go(c) || !can_go(extra) || c == extra) {
		zv_door_error(&s->door, asked, "Redirect failed");
		return;
	}
	zv_door_success(&s->door, asked, "Dual Redirect successful");
	zv_detach(c, extra);
	zv_detach(extra, NULL);
	go(c, p);
	go(extra, extra_p);
}

ZV_ACTION(redirect)
{
	static const char *const keys[] = { "Context", "Exten", "Priority" };
	static const char *const extra_keys[] = { "ExtraContext", "ExtraExten",
						  "ExtraPriority" };
	struct zv_str name = zv_asked_get(asked, "Channel");
	struct zv_str extra_name = zv_asked_get(asked, "ExtraChannel");
	struct zv_channel *c = channel_in(s, asked, "Channel"), *extra = NULL;
	struct place place = { .priority = 1 }, extra_place;
	bool good = read_place(asked, keys, &place);

	extra_place = place;
	good = read_place(asked, extra_keys, &extra_place) && good;
	if (extra_name.n)
		extra = channel_in(s, asked, "ExtraChannel");
	if (!name.n)
		zv_door_error(&s->door, asked, "Channel not specified");
	else if (!place.context[0])
		zv_door_error(&s->door, asked, "Context not specified");
	else if (!place.exten[0])
		zv_door_error(&s->door, asked, "Exten not specified");
	else if (!good)
		zv_door_error(&s->door, asked, "Priority is invalid");
	else if (!c)
		zv_door_error(&s->door, asked, "Channel does not exist: %.*s",
			      ZV_ARG(name));
	else if (extra_name.n && !extra)
		zv_door_error(&s->door, asked, "ExtraChannel does not exist: %.*s",
			      ZV_ARG(extra_name));
	else if (extra)
		redirect_two(s, asked, c, &place, extra, &extra_place);
	else
		redirect_one(s, asked, c, &place);
}

/* ---- Bridge ---------------------------------------------------------------- */

ZV_ACTION(bridge)
{
	static const char *const keys[] = { "Channel1", "Channel2" };
	struct zv_channel *both[2];

	for (int i = 0; i < 2; i++) {
		if (!zv_asked_get(asked, keys[i]).n) {
			zv_door_error(&s->door, asked,
				      "Missing channel parameter in request");
			return;
		}
		both[i] = channel_in(s, asked, keys[i]);
		if (!both[i]) {
			zv_door_error(&s->door, asked, "%s does not exist: %.*s",
				      keys[i], ZV_ARG(zv_asked_get(asked, keys[i])));
			return;
		}
	}
	if (both[0] == both[1] || both[0]->state != ZV_CHANNEL_UP ||
	    both[1]->state != ZV_CHANNEL_UP) {
		zv_door_error(&s->door, asked, "Unable to add Channel2 to bridge");
		return;
	}
	zv_door_success(&s->door, asked, "Channels have been bridged");
	zv_detach(both[0], both[1]);
	zv_detach(both[1], NULL);
	if (!zv_bridge_join(both[0], both[1]))
		zv_hangup(both[0], 0, 0);
}

/* ---- variables ------------------------------------------------------------- */

/* The functions that a client usually asks for. false: it is a variable. */
static bool
read_function(const struct zv_channel *c, struct zv_str name, struct zv_buf *out)
{
	const struct zv_channel *peer = zv_bridge_peer(c);
	const struct {
		const char *name, *value;
	} functions[] = {
		{ "CALLERID(num)", c->caller.number },
		{ "CALLERID(name)", c->caller.name },
		{ "CONNECTEDLINE(num)", c->connected.number },
		{ "CONNECTEDLINE(name)", c->connected.name },
		{ "CHANNEL", c->name },
		{ "CHANNEL(name)", c->name },
		{ "CHANNEL(state)", zv_channel_state_name(c->state) },
		{ "CHANNEL(peer)", peer ? peer->name : "" },
		{ "CHANNEL(linkedid)", c->linked_id },
		{ "CHANNEL(accountcode)", c->account },
		{ "UNIQUEID", c->id },
		{ "CONTEXT", c->context },
		{ "EXTEN", c->exten },
	};

	if (zvon_str_equal_nocase(name, ZV_STR("CALLERID(all)"))) {
		zv_buf_printf(out, "\"%s\" <%s>", c->caller.name, c->caller.number);
		return true;
	}
	for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
		if (zvon_str_equal_nocase(name, zvon_str(functions[i].name)))
			return zv_buf_add(out, zvon_str(functions[i].value)) == 0;
	return false;
}

/* false: an error was answered. */
static bool
check_variable(struct zv_office_session *s, const struct zv_asked *asked,
	       struct zv_channel **c)
{
	bool named = zv_asked_get(asked, "Channel").n > 0;

	*c = named ? channel_in(s, asked, "Channel") : NULL;
	if (!zv_asked_get(asked, "Variable").n)
		zv_door_error(&s->door, asked, "No variable specified");
	else if (named && !*c)
		zv_door_error(&s->door, asked, "No such channel");
	else
		return true;
	return false;
}

ZV_ACTION(getvar)
{
	struct zv_str name = zv_asked_get(asked, "Variable");
	struct zv_buf *out = &s->door.out;
	struct zv_channel *c;

	if (!check_variable(s, asked, &c))
		return;
	zv_door_begin(&s->door, "Success", asked);
	zv_put(out, "Variable", name);
	zv_buf_add(out, ZV_STR("Value: "));
	if (!c || !read_function(c, name, out))
		zv_buf_add(out, zvon_str(zv_channel_get(s->office, c, name)));
	zv_buf_add(out, ZV_STR("\r\n"));
	zv_door_end(&s->door);
}

ZV_ACTION(setvar)
{
	struct zv_str name = zv_asked_get(asked, "Variable");
	struct zv_str value = zv_asked_get(asked, "Value");
	struct zv_channel *c;
	char *n, *v;

	if (!check_variable(s, asked, &c))
		return;
	n = zv_memdup(name.p, name.n);
	v = zv_memdup(value.p, value.n);
	zv_door_success(&s->door, asked, "Variable Set");
	if (n && v)
		zv_channel_set(s->office, c, n, v);
	else
		s->office->failed = true;
	zv_free(n);
	zv_free(v);
}

/* ---- sound ----------------------------------------------------------------- */

static void
dtmf_event(struct zv_channel *c, const char *name, struct zv_str digit, int ms,
	   const char *direction)
{
	struct zv_buf *e = zv_event_of(c, name, ZV_CLASS_DTMF);

	zv_put(e, "Digit", digit);
	if (ms >= 0)
		zv_put_int(e, "DurationMs", ms);
	zv_put_text(e, "Direction", direction);
	zv_event_send(c->office);
}

/* A digit that the channel is to have received goes on to its partner; one that is
 * played to it makes no event (22.10.1). */
ZV_ACTION(play_dtmf)
{
	struct zv_str digit = zv_asked_get(asked, "Digit");
	struct zv_channel *c = channel_in(s, asked, "Channel"), *peer;

	if (!zv_asked_get(asked, "Channel").n) {
		zv_door_error(&s->door, asked, "Channel not specified");
	} else if (!digit.n) {
		zv_door_error(&s->door, asked, "No digit specified");
	} else if (!c) {
		zv_door_error(&s->door, asked, "Channel not found.");
	} else {
		digit.n = 1;
		zv_door_success(&s->door, asked, "DTMF successfully queued");
		if (!zv_asked_bool(asked, "Receive"))
			return;
		dtmf_event(c, "DTMFEnd", digit, 0, "Received");
		peer = zv_bridge_peer(c);
		if (!peer)
			return;
		dtmf_event(peer, "DTMFBegin", digit, -1, "Sent");
		dtmf_event(peer, "DTMFEnd", digit, 100, "Sent");
	}
}

ZV_ACTION(mute_audio)
{
	if (!zv_asked_get(asked, "Channel").n)
		zv_door_error(&s->door, asked, "Channel not specified");
	else if (!zv_asked_get(asked, "State").n)
		zv_door_error(&s->door, asked, "State not specified");
	else if (!channel_in(s, asked, "Channel"))
		zv_door_error(&s->door, asked, "Channel not found.");
	else
		zv_door_success(&s->door, asked, NULL);
}

/* false: an error was answered. */
static bool
check_recorded(struct zv_office_session *s, const struct zv_asked *asked,
	       struct zv_channel **c)
{
	*c = channel_in(s, asked, "Channel");
	if (!zv_asked_get(asked, "Channel").n)
		zv_door_error(&s->door, asked, "No channel specified");
	else if (!*c)
		zv_door_error(&s->door, asked, "Channel not found");
	return *c != NULL;
}

/* The file's name is in the variable only; without one Asterisk makes one up. */
static void
set_file_name(struct zv_channel *c, struct zv_str file)
{
	struct zv_buf path = { 0 };

	if (!file.n || file.p[0] != '/')
		zv_buf_add(&path, ZV_STR("/var/spool/asterisk/monitor/"));
	if (file.n)
		zv_buf_add(&path, file);
	else
		zv_buf_printf(&path, "%s.wav", c->id);
	zv_channel_set(c->office, c, "MIXMONITOR_FILENAME", zv_buf_cstr(&path));
	if (zv_buf_failed(&path))
		c->office->failed = true;
	zv_buf_deinit(&path);
}

ZV_ACTION(mix_monitor)
{
	struct zv_channel *c;

	if (!check_recorded(s, asked, &c))
		return;
	zv_door_success(&s->door, asked, NULL);
	set_file_name(c, zv_asked_get(asked, "File"));
	zv_event_plain(c, "MixMonitorStart");
}

ZV_ACTION(stop_mix_monitor)
{
	struct zv_channel *c;

	if (!check_recorded(s, asked, &c))
		return;
	zv_door_success(&s->door, asked, NULL);
	zv_event_plain(c, "MixMonitorStop");
}
