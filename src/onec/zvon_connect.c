/* Connect, Disconnect, and what the connection is. */
#include "onec/zvon_script.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"
#include "json/writer.h"
#include "onec/link_daemon.h"
#include "onec/link_desk.h"

/* ---- network thread: its beginning --------------------------------------------------------- */

static void
set_state(struct zv_script *s, enum zv_desk_state state, bool is_open)
{
	zv_component_lock(s->component);
	s->shared.state = state;
	s->shared.is_open = is_open;
	zv_component_unlock(s->component);
}

/* What a session of zvond says of itself is in the script's language already. */
static void
explain(struct zv_script *s, bool is_daemon, const struct zv_error *why,
	struct zv_error *out)
{
	if (is_daemon && why && why->text[0])
		*out = *why;
	else
		zv_script_explain(s->component, why, out);
}

static void
begin(struct zv_component *c, struct zv_ask *ask)
{
	struct zv_script *s = zv_script_of(c);
	const struct zv_script_target *t = ask->data;
	struct zv_error err = { 0 }, told;

	s->net.desk = zv_script_open(s, t, &err);
	if (!s->net.desk) {
		explain(s, zv_link_daemon_is_url(zvon_str(t->url)), &err, &told);
		zv_ask_fail(ask, &told);
		return;
	}
	zv_component_lock(c);
	s->shared.is_direct = zv_desk_is_direct(s->net.desk);
	zv_component_unlock(c);
	s->net.was_ready = s->net.watches = false;
	s->net.is_legacy = t->is_legacy;
	zv_script_apply_view(s);
	set_state(s, ZV_DESK_CONNECTING, true);
	zv_component_set_link(c, &s->net.desk->link);
	if (t->is_waited_for)
		s->net.connecting = ask;
	else
		zv_ask_answer(ask, 0);
}

/* ---- network thread: its end ---------------------------------------------------------------- */

static void
answer_connect(struct zv_script *s, const struct zv_error *err)
{
	struct zv_ask *ask = s->net.connecting;

	s->net.connecting = NULL;
	if (ask && err)
		zv_ask_fail(ask, err);
	else if (ask)
		zv_ask_answer(ask, 0);
}

void
zv_script_on_gone(void *user)
{
	struct zv_script *s = user;
	struct zv_error err = { 0 };

	s->net.desk = NULL;
	zv_script_fail_closed(s->component, &err);
	zv_script_fail_all(s, &err);
	answer_connect(s, &err);
}

static void
drop(struct zv_script *s)
{
	set_state(s, ZV_DESK_CLOSED, false);
	zv_script_on_gone(s);
	zv_component_set_link(s->component, NULL);
}

static void
end(struct zv_component *c, struct zv_ask *ask)
{
	drop(zv_script_of(c));
	zv_ask_answer(ask, 0);
}

/* ---- network thread: what it is ---------------------------------------------------------------- */

static const char *const state_names[] = {
	[ZV_DESK_DOWN] = "down",
	[ZV_DESK_CONNECTING] = "connecting",
	[ZV_DESK_READY] = "ready",
	[ZV_DESK_CLOSED] = "closed",
};

/* {"type":"event","event":"connection.state","state":"down","code":"EIO","text":"…",
 * "retry_ms":1000} */
static void
tell_state(struct zv_script *s, enum zv_desk_state state, const struct zv_error *why,
	   int retry_ms)
{
	struct zv_buf text = { 0 };
	struct zv_json j = { .out = &text };

	zv_json_begin_object(&j);
	zv_json_member(&j, "type", ZV_STR("event"));
	zv_json_member(&j, "event", ZV_STR("connection.state"));
	zv_json_member(&j, "state", zvon_str(state_names[state]));
	if (why) {
		zv_json_member(&j, "code", zvon_str(zvon_err_name(why->code)));
		zv_json_member(&j, "text", zvon_str(why->text));
		zv_json_key(&j, "retry_ms");
		zv_json_int(&j, retry_ms);
	}
	zv_json_end_object(&j);
	if (!zv_buf_failed(&text) && zv_script_wants(s, ZV_STR("connection.state")))
		zv_script_tell(s, "connection.state", zv_buf_str(&text));
	zv_buf_deinit(&text);
}

static void
on_ready(struct zv_script *s)
{
	s->net.was_ready = true;
	zv_component_set_error(s->component, NULL);
	zv_script_watch(s);
	answer_connect(s, NULL);
}

/* Connect waits for the first try only: its script says what is to be done then. It gets its
 * answer when all is as before. */
static void
on_down(struct zv_script *s, const struct zv_error *why)
{
	struct zv_ask *ask = s->net.connecting;

	s->net.watches = false;
	zv_component_set_error(s->component, why);
	zv_script_fail_all(s, why);
	if (!ask)
		return;
	s->net.connecting = NULL;
	drop(s);
	zv_ask_fail(ask, why);
}

void
zv_script_on_state(void *user, enum zv_desk_state state, const struct zv_error *why,
		   int retry_ms)
{
	struct zv_script *s = user;
	bool is_bad = state == ZV_DESK_DOWN || state == ZV_DESK_CLOSED;
	struct zv_error told;

	if (!s->net.desk) /* dropped: the rest is of no interest */
		return;
	set_state(s, state, true);
	if (is_bad)
		explain(s, !zv_desk_is_direct(s->net.desk), why, &told);
	if (!s->net.connecting)
		tell_state(s, state, is_bad ? &told : NULL, retry_ms);
	if (state == ZV_DESK_READY)
		on_ready(s);
	else if (is_bad)
		on_down(s, &told);
}

/* ---- host's thread --------------------------------------------------------------------------------- */

static struct zv_ask *
make_ask(struct zv_script *s, const struct zv_value *arguments)
{
	struct zv_script_target *t = zv_script_target_new(s, arguments);
	struct zv_ask *ask = t ? zv_ask_new(begin) : NULL;

	if (!ask) {
		zv_script_target_free(t);
		return NULL;
	}
	ask->data = t;
	ask->free_data = zv_script_target_free;
	return ask;
}

int
zv_script_check_new(struct zv_component *c, struct zv_error *err)
{
	struct zv_script *s = zv_script_of(c);
	bool is_open;

	zv_component_lock(c);
	is_open = s->shared.is_open;
	zv_component_unlock(c);
	if (!is_open)
		return 0;
	return zv_fail(err, ZV_EBUSY, "%s",
		       ZV_SCRIPT_SAY(c, "уже подключено: сначала Отключить()",
				     "connected already: Disconnect() first"));
}

/* Over by the time it returns, so that the script may try again at once: the network thread
 * never waits, but for a Logoff over AJAM (ZV_FAREWELL_MS). */
#define DROP_MS 500

static void
drop_now(struct zv_component *c)
{
	struct zv_ask *ask = zv_ask_new(end);

	if (ask)
		zv_component_ask(c, ask, DROP_MS, NULL);
	zv_ask_drop(ask);
}

ZV_SCRIPT_METHOD(connect)
{
	struct zv_script *s = zv_script_of(c);
	struct zv_ask *ask;
	int rc = zv_script_check_new(c, err);

	if (rc < 0)
		return rc;
	ask = make_ask(s, arguments);
	if (!ask)
		return zv_script_fail_nomem(c, err);
	rc = zv_script_ask(c, ask, NULL, err);
	if (rc == ZV_ETIMEOUT)
		drop_now(c);
	if (rc < 0)
		return rc;
	zv_value_set_bool(result, true);
	return 0;
}

ZV_SCRIPT_METHOD(disconnect)
{
	struct zv_ask *ask = zv_ask_new(end);
	int rc;

	if (!ask)
		return zv_script_fail_nomem(c, err);
	rc = zv_script_ask(c, ask, NULL, err);
	if (rc == 0) {
		zv_component_forget_events(c);
		zv_value_set_bool(result, true);
	}
	return rc;
}

/* ---- properties -------------------------------------------------------------------------------------- */

enum zv_desk_state
zv_script_state(struct zv_script *s)
{
	enum zv_desk_state state;

	zv_component_lock(s->component);
	state = s->shared.state;
	zv_component_unlock(s->component);
	return state;
}

ZV_SCRIPT_GET(connected)
{
	zv_value_set_bool(out, zv_script_state(zv_script_of(c)) == ZV_DESK_READY);
	return 0;
}

ZV_SCRIPT_GET(state)
{
	const char *name = state_names[zv_script_state(zv_script_of(c))];

	return zv_script_give(c, zvon_str(name), out, err);
}

/* Whose events are told: known when the connection begins. */
ZV_SCRIPT_SET(line)
{
	int rc = zv_script_check_new(c, err);

	return rc < 0 ? rc
		      : zv_script_set_text(c, &zv_script_of(c)->set.line, in,
					   ZV_SCRIPT_TEXT, err);
}

ZV_SCRIPT_GET(line)
{
	return zv_script_give(c, zv_buf_str(&zv_script_of(c)->set.line), out, err);
}

/* Without it Connect and commands wait for their outcome. */
ZV_SCRIPT_SET(asynchronous)
{
	struct zv_script *s = zv_script_of(c);
	bool on;
	int rc = zv_script_read_switch(c, in, &on, err);

	if (rc == 0)
		s->set.is_asynchronous = on;
	return rc;
}

ZV_SCRIPT_GET(asynchronous)
{
	zv_value_set_bool(out, zv_script_of(c)->set.is_asynchronous);
	return 0;
}
