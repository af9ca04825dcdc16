/* From the calls of the model to those of the panel: after each event about a call it is
 * looked at as it is now, and what is different from what the panel knows is told. So a
 * snapshot after a loss, and a call that was missed, need no rules of their own. */
#include "hub/tms.h"

/* ---- busy ------------------------------------------------------------------------------- */

/* Whom it called is busy, and nobody else is called: it hears the tone. In a queue that
 * is one member of many. */
static void
note_busy(struct zv_session *s, struct zv_tms_call *c, const struct zv_call *call,
	  const struct zv_call_event *event)
{
	if (event && event->kind == ZV_LEG_ENDED && event->leg &&
	    event->leg != c->leg && event->leg->result == ZV_RESULT_BUSY &&
	    !call->queue.n && zv_tms_count_others(call, zvon_str(c->line)) == 0)
		zv_tms_busy(s, c);
}

/* ---- talk and hold ----------------------------------------------------------------------- */

static bool
in_conversation(const struct zv_tms_call *c, const struct zv_call *call,
		const struct zv_leg *leg)
{
	if (!zv_tms_is_up(leg) || !call->answered_ms)
		return false;
	for (const struct zv_leg *l = call->legs; l; l = l->next)
		if (zv_tms_is_up(l) && !zv_tms_is_line(l, c->line))
			return true;
	return false;
}

/* Of a call that is learned in its middle: when it was answered. */
static int64_t
since(const struct zv_call *call, const struct zv_leg *leg, const struct zv_tms *t)
{
	if (!t->quiet)
		return t->now_ms;
	return leg->answered_ms > call->answered_ms ? leg->answered_ms
						    : call->answered_ms;
}

/* The other side's hold is shown as well as ours (the example of the vendor's guide has
 * it so), but only where there is one other side. */
static void
note_far_hold(struct zv_tms_call *c, const struct zv_call *call,
	      const struct zv_call_event *event)
{
	if (!event)
		return;
	if (event->kind == ZV_LEG_HELD && event->leg != c->leg &&
	    !zv_tms_is_line(event->leg, c->line) && c->state != ZV_TMS_STATE_ALERTING &&
	    zv_tms_count_others(call, zvon_str(c->line)) == 1)
		c->far_holder = event->leg;
	else if (c->far_holder &&
		 (event->kind == ZV_CALL_TRANSFERRED ||
		  ((event->kind == ZV_LEG_RESUMED || event->kind == ZV_LEG_ENDED) &&
		   event->leg == c->far_holder)))
		c->far_holder = NULL;
}

static bool
is_connected(const struct zv_tms_call *c)
{
	return c->state == ZV_TMS_STATE_CONNECTED || c->state == ZV_TMS_STATE_HOLDED;
}

static void
follow_hold(struct zv_session *s, struct zv_tms_call *c, const struct zv_leg *leg)
{
	bool held;

	c->held_by_us = leg->state == ZV_LEG_STATE_HELD;
	held = c->held_by_us || c->far_holder;
	if (held != (c->state == ZV_TMS_STATE_HOLDED) && is_connected(c))
		zv_tms_hold(s, c, held);
}

/* ---- the beginning --------------------------------------------------------------------------- */

/* A caller from the start; who is called when the phone rings, or with
 * sendRingStartedOnRingingState off, when it is dialled. */
static bool
is_shown(struct zv_session *s, size_t server, const struct zv_leg *leg)
{
	const struct zv_hub_server *on = zv_hub_find_server(zv_session_hub(s), server);

	return leg->role == ZV_ROLE_CALLER || leg->state != ZV_LEG_STATE_DIALING ||
	       !on || !on->ring_on_state;
}

static struct zv_tms_call *
begin(struct zv_session *s, size_t server, const struct zv_call *call,
      const struct zv_leg *leg)
{
	struct zv_tms_call *c = zv_tms_call_new(s, server, call, leg, leg->unique_id);

	if (!c) {
		zv_tms_no_memory(s);
		return NULL;
	}
	zv_tms_parties(s, c, call, leg);
	zv_tms_ring(s, c);
	return c;
}

/* ---- one leg, one call --------------------------------------------------------------------------- */

static void
end_leg(struct zv_session *s, struct zv_tms_call *c, const struct zv_leg *leg)
{
	struct zv_tms_call *consult = zv_tms_find_consult(zv_tms_of(s), c);
	const char *cause = zvon_call_result_name(leg ? leg->result : ZV_RESULT_NONE);

	if (consult)
		zv_tms_finish(s, consult, cause);
	if (leg && leg->result == ZV_RESULT_BUSY)
		zv_tms_busy(s, c);
	zv_tms_finish(s, c, cause);
}

/* Somebody else has put another party in the place of the one that was there. Who does it
 * himself is on his way out. */
static bool
is_moved(const struct zv_tms_call *c, const struct zv_call_event *event)
{
	return event &&
	       (event->kind == ZV_CALL_RETRIEVED ||
		event->kind == ZV_CALL_TRANSFERRED) &&
	       !zvon_str_equal(event->by, zvon_str(c->line));
}

/* Who picks a call up, or fetches it from parking, has dialled a code: from now on it is
 * the caller whom he speaks with. */
static void
note_taken(struct zv_tms_call *c, const struct zv_call *call,
	   const struct zv_call_event *event)
{
	if (!event ||
	    (event->kind != ZV_CALL_PICKED_UP && event->kind != ZV_CALL_RETRIEVED) ||
	    !zvon_str_equal(event->by, zvon_str(c->line)))
		return;
	c->direction = ZV_TMS_IN;
	c->taken = true;
	zv_tms_copy(c->other, sizeof c->other, call->from_number);
}

static void
follow(struct zv_session *s, struct zv_tms_call *c, const struct zv_call *call,
       const struct zv_leg *leg, const struct zv_call_event *event)
{
	bool changed;

	zv_tms_copy(c->call_id, sizeof c->call_id, call->id);
	c->moved |= is_moved(c, event);
	note_taken(c, call, event);
	changed = zv_tms_parties(s, c, call, leg) | c->taken;
	c->taken = false;
	if (changed && !zv_tms_has_ended(leg, event))
		zv_tms_tell(s, ZV_TMS_CALL_INFO_CHANGED, c);
	note_busy(s, c, call, event);
	if (zv_tms_has_ended(leg, event)) {
		end_leg(s, c, leg);
		return;
	}
	note_far_hold(c, call, event);
	if (!is_connected(c) && in_conversation(c, call, leg))
		zv_tms_connect(s, c, since(call, leg, zv_tms_of(s)));
	follow_hold(s, c, leg);
	zv_tms_follow_consult(s, c, call, event);
	zv_tms_tell_features(s, c, false);
}

void
zv_tms_look_at(struct zv_session *s, size_t server, const struct zv_call *call,
	       const struct zv_call_event *event, bool with_new)
{
	struct zv_tms *t = zv_tms_of(s);

	for (const struct zv_leg *leg = call->legs; leg; leg = leg->next) {
		struct zv_tms_call *c = zv_tms_find_leg(t, server, leg);

		if (!c && with_new && !leg->is_trunk && zv_tms_is_live(leg) &&
		    zv_session_has_line(s, server, leg->line) &&
		    is_shown(s, server, leg))
			c = begin(s, server, call, leg);
		if (c)
			follow(s, c, call, leg, event);
	}
}

/* ---- events ---------------------------------------------------------------------------------------- */

static bool
is_of(const struct zv_tms_call *c, size_t server, struct zv_str call_id)
{
	return c->server == server && zvon_str_equal(zvon_str(c->call_id), call_id);
}

/* It goes on in another one, or whatever of it the panel still has is over too. */
static void
call_ended(struct zv_session *s, size_t server, const struct zv_call_event *event)
{
	struct zv_tms *t = zv_tms_of(s);
	struct zv_node *node, *next;

	ZV_EACH(&t->calls, node, next)
	{
		struct zv_tms_call *c = ZV_OWNER(node, struct zv_tms_call, node);

		if (!is_of(c, server, event->call->id))
			continue;
		if (event->into.n)
			zv_tms_copy(c->call_id, sizeof c->call_id, event->into);
		else
			zv_tms_finish(s, c, zvon_call_result_name(event->call->result));
	}
}

/* A key that was pressed in a call of the line, at either end. */
static void
dtmf(struct zv_session *s, size_t server, const struct zv_call_event *event)
{
	struct zv_tms *t = zv_tms_of(s);
	struct zv_node *node, *next;
	struct zv_buf out = { 0 };
	struct zv_json j = { .out = &out };
	bool ours = false;

	ZV_EACH(&t->calls, node, next)
	ours |= is_of(ZV_OWNER(node, struct zv_tms_call, node), server,
		      event->call->id);
	if (!ours)
		return;
	zv_json_string(&j, event->digit);
	if (zv_buf_failed(&out))
		zv_tms_no_memory(s);
	else
		zv_tms_say(s, ZV_TMS_DTMF_ENTERED, zv_buf_str(&out));
	zv_buf_deinit(&out);
}

/* With debugMode: what the model says, in the words of zvon.v1. The panel passes it
 * over; the network view of a browser shows it. */
static void
raw(struct zv_session *s, const struct zv_call_event *event, struct zv_message *shared)
{
	if (zv_tms_of(s)->debug && shared && event->call)
		zv_tms_say(s, ZV_TMS_RAW_DATA, shared->text);
}

void
zv_tms_on_event(struct zv_session *s, size_t server, const struct zv_call_event *event,
		struct zv_message *shared)
{
	struct zv_tms *t = zv_tms_of(s);

	zv_tms_at(s, event->now_ms);
	if (event->kind == ZV_SERVER_STATE &&
	    zvon_str_equal(event->reason, ZV_STR("down")))
		zv_tms_server_lost(s, server);
	if (!t->is_open || t->is_lost)
		return;
	raw(s, event, shared);
	if (event->kind == ZV_CALL_ENDED)
		call_ended(s, server, event);
	else if (event->kind == ZV_LEG_DTMF)
		dtmf(s, server, event);
	else if (event->call)
		zv_tms_look_at(s, server, event->call, event, true);
	zv_tms_tell_line(s, false);
}
