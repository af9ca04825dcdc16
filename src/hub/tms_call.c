#include "hub/tms.h"

#include <stdio.h>

#include "base/mem.h"
#include "hub/call_json.h"
#include "hub/jobs.h"

/* ---- making and finding ------------------------------------------------------------- */

/* Its id is the server and the channel's Uniqueid as they were when it began: the
 * same in all panels that see it, and after a reconnect. */
struct zv_tms_call *
zv_tms_call_new(struct zv_session *s, size_t server, const struct zv_call *call,
		const struct zv_leg *leg, struct zv_str unique_id)
{
	struct zv_tms *t = zv_tms_of(s);
	struct zv_tms_call *c = zv_calloc(1, sizeof *c);
	const struct zv_hub_server *on = zv_hub_find_server(zv_session_hub(s), server);
	struct zv_str name = on ? on->name : ZV_STR("");
	const struct zv_str both[] = { name, ZV_STR("/"), unique_id };

	if (!c)
		return NULL;
	c->server = server;
	c->leg = leg;
	c->started_us = zv_tms_wall(t, leg->started_ms);
	snprintf(c->id, sizeof c->id, "%.*s/%.*s", ZV_ARG(name), ZV_ARG(unique_id));
	zv_tms_guid_of(both, 3, c->guid);
	zv_tms_copy(c->call_id, sizeof c->call_id, call->id);
	zv_tms_copy(c->line, sizeof c->line, leg->line);
	c->direction = leg->role == ZV_ROLE_CALLER ? ZV_TMS_OUT : ZV_TMS_IN;
	zv_list_append(&t->calls, &c->node);
	return c;
}

void
zv_tms_call_free(struct zv_tms_call *c)
{
	zv_list_remove(&c->node);
	zv_free(c);
}

void
zv_tms_calls_free(struct zv_tms *t)
{
	struct zv_node *node, *next;

	ZV_EACH(&t->calls, node, next)
	zv_tms_call_free(ZV_OWNER(node, struct zv_tms_call, node));
}

struct zv_tms_call *
zv_tms_find_leg(struct zv_tms *t, size_t server, const struct zv_leg *leg)
{
	struct zv_node *node, *next;

	ZV_EACH(&t->calls, node, next)
	{
		struct zv_tms_call *c = ZV_OWNER(node, struct zv_tms_call, node);

		if (c->server == server && c->leg == leg && !c->consulted)
			return c;
	}
	return NULL;
}

struct zv_tms_call *
zv_tms_find_consult(struct zv_tms *t, const struct zv_tms_call *of)
{
	struct zv_node *node, *next;

	ZV_EACH(&t->calls, node, next)
	{
		struct zv_tms_call *c = ZV_OWNER(node, struct zv_tms_call, node);

		if (c->server == of->server && c->leg == of->leg && c->consulted)
			return c;
	}
	return NULL;
}

struct zv_tms_call *
zv_tms_find_id(struct zv_tms *t, struct zv_str id)
{
	struct zv_node *node, *next;

	ZV_EACH(&t->calls, node, next)
	{
		struct zv_tms_call *c = ZV_OWNER(node, struct zv_tms_call, node);

		if (zvon_str_equal(zvon_str(c->id), id))
			return c;
	}
	return NULL;
}

/* ---- its state --------------------------------------------------------------------------- */

void
zv_tms_at(struct zv_session *s, int64_t now_ms)
{
	struct zv_tms *t = zv_tms_of(s);

	t->now_ms = now_ms;
	t->wall_us = zv_hub_wall_us(zv_session_hub(s));
}

int64_t
zv_tms_wall(const struct zv_tms *t, int64_t at_ms)
{
	return t->wall_us && at_ms ? t->wall_us + at_ms * 1000 : 0;
}

/* Adds up what the state that ends here has lasted. */
static void
close_times(struct zv_tms_call *c, int64_t now_us)
{
	if (c->held_us && now_us > c->held_us)
		c->hold_total_us += now_us - c->held_us;
	if (c->talking_us && now_us > c->talking_us)
		c->talk_total_us += now_us - c->talking_us;
	c->held_us = c->talking_us = 0;
}

void
zv_tms_call_state(struct zv_tms *t, struct zv_tms_call *c, enum zv_tms_state state,
		  const char *cause)
{
	int64_t now_us = zv_tms_wall(t, t->now_ms);

	close_times(c, now_us);
	c->old_state = c->state;
	c->state = state;
	c->cause = cause;
	if (state == ZV_TMS_STATE_HOLDED)
		c->held_us = now_us;
	if (state == ZV_TMS_STATE_CONNECTED)
		c->talking_us = now_us;
	if (state == ZV_TMS_STATE_CONNECTED && !c->connected_us)
		c->connected_us = now_us;
	if (state == ZV_TMS_STATE_NONE)
		c->ended_us = now_us;
}

/* ---- as JSON: empty members are left out --------------------------------------------------- */

static void
add_text(struct zv_json *j, const char *key, const char *text)
{
	if (text && *text)
		zv_json_member(j, key, zvon_str(text));
}

static void
add_int(struct zv_json *j, const char *key, long long value)
{
	zv_json_key(j, key);
	zv_json_int(j, value);
}

static void
add_time(struct zv_json *j, const char *key, int64_t unix_us)
{
	char text[ZV_TIME_TEXT];

	if (unix_us)
		add_text(j, key, zv_call_time_text(unix_us, text));
}

static void
add_parties(struct zv_json *j, const struct zv_tms_call *c)
{
	bool calls = c->direction == ZV_TMS_OUT;

	add_text(j, "deviceId", c->line);
	add_text(j, "callerId", calls ? c->line : c->other);
	add_text(j, "calledId", calls ? c->other : c->line);
	add_text(j, "direction", zv_tms_direction_guid(c->direction));
	add_text(j, "redirectingId", c->by);
	add_text(j, "redirectionId", c->to);
}

static void
add_times(struct zv_json *j, const struct zv_tms *t, const struct zv_tms_call *c)
{
	add_time(j, "startTime", c->started_us);
	add_time(j, "connectionStartTime", c->connected_us);
	add_time(j, "currentHoldStartTime", c->held_us);
	add_time(j, "currentTalkStartTime", c->talking_us);
	add_time(j, "endTime", c->ended_us);
	add_time(j, "timeStamp", zv_tms_wall(t, t->now_ms));
	if (c->hold_total_us >= 1000000)
		add_int(j, "totalHoldDuration", c->hold_total_us / 1000000);
	if (c->talk_total_us >= 1000000)
		add_int(j, "totalTalkDuration", c->talk_total_us / 1000000);
}

void
zv_tms_call_json(struct zv_json *j, const struct zv_tms *t, const struct zv_tms_call *c)
{
	zv_json_begin_object(j);
	add_text(j, "id", c->id);
	add_text(j, "databaseUId", c->guid);
	add_text(j, "userContactUId", t->contact);
	add_parties(j, c);
	add_int(j, "state", c->state);
	add_int(j, "oldState", c->old_state);
	add_text(j, "stateCause", c->cause);
	add_int(j, "callFeaturesSet", c->features);
	add_times(j, t, c);
	zv_json_end_object(j);
}

/* ---- telling ---------------------------------------------------------------------------------- */

void
zv_tms_tell(struct zv_session *s, enum zv_tms_event type, struct zv_tms_call *c)
{
	const struct zv_tms *t = zv_tms_of(s);
	struct zv_buf out = { 0 };
	struct zv_json j = { .out = &out };

	c->features = c->state == ZV_TMS_STATE_NONE ? 0 : zv_tms_features(s, c);
	if (t->quiet)
		return;
	zv_tms_call_json(&j, t, c);
	if (zv_buf_failed(&out))
		zv_tms_no_memory(s);
	else
		zv_tms_say_typed(s, type, zv_buf_str(&out), zv_tms_call_type(t->family),
				 NULL);
	zv_buf_deinit(&out);
}

/* The one that talks, or else the oldest. */
static const struct zv_tms_call *
current_call(const struct zv_tms *t)
{
	const struct zv_tms_call *oldest = NULL;
	struct zv_node *node, *next;

	ZV_EACH(&t->calls, node, next)
	{
		const struct zv_tms_call *c = ZV_OWNER(node, struct zv_tms_call, node);

		if (c->state == ZV_TMS_STATE_CONNECTED && !c->consulted)
			return c;
		oldest = oldest ? oldest : c;
	}
	return oldest;
}

void
zv_tms_tell_snapshot(struct zv_session *s)
{
	const struct zv_tms *t = zv_tms_of(s);
	const struct zv_tms_call *current = current_call(t);
	struct zv_node *node, *next;
	struct zv_buf out = { 0 };
	struct zv_json j = { .out = &out };

	zv_json_begin_object(&j);
	zv_json_key(&j, "ActiveCalls");
	zv_json_begin_array(&j);
	ZV_EACH(&t->calls, node, next)
	zv_tms_call_json(&j, t, ZV_OWNER(node, struct zv_tms_call, node));
	zv_json_end_array(&j);
	zv_json_key(&j, "CurrentCall");
	if (current)
		zv_tms_call_json(&j, t, current);
	else
		zv_json_null(&j);
	zv_json_end_object(&j);
	if (zv_buf_failed(&out))
		zv_tms_no_memory(s);
	else
		zv_tms_say(s, ZV_TMS_ACTIVE_CALL_SNAPSHOT, zv_buf_str(&out));
	zv_buf_deinit(&out);
	ZV_EACH(&t->calls, node, next)
	zv_tms_tell_features(s, ZV_OWNER(node, struct zv_tms_call, node), true);
}
