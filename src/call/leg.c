#include "call/model.h"

#include "base/mem.h"
#include "base/str.h"
#include "zvon/error.h"

/* ---- who ------------------------------------------------------------------ */

/* A line's name is kept with the line. */
static void
set_line(struct zv_calls *t, struct zv_live_leg *leg, struct zv_str name)
{
	struct zv_line_now *known = zv_map_find(&t->lines_by_name, name);

	if (known)
		zv_text_share(&leg->pub.line, known->pub.name);
	else
		zv_text_set(t, &leg->pub.line, name);
}

void
zv_leg_learn(struct zv_calls *t, struct zv_live_leg *leg, struct zv_str number,
	     struct zv_str name)
{
	number = zv_name_known(number);
	name = zv_name_known(name);
	if (!leg->pub.number.n && number.n)
		zv_text_set(t, &leg->pub.number, number);
	if (!leg->pub.name.n && name.n)
		zv_text_set(t, &leg->pub.name, name);
}

/* The number of a line is its own, never one that a click or the dialplan set for it. */
struct zv_live_leg *
zv_leg_new(struct zv_calls *t, struct zv_chan *c, const struct zv_seen *seen)
{
	struct zv_live_leg *leg = zv_calloc(1, sizeof *leg);
	struct zv_str line = zv_name_peer(c->name),
		      number = zv_name_known(seen->number);
	bool is_trunk = zv_name_is_trunk(t, c->name, number);

	if (!leg) {
		t->failed = ZV_ENOMEM;
		return NULL;
	}
	leg->counted = -1;
	leg->channel = c;
	leg->pub.role = ZV_ROLE_CALLEE;
	leg->pub.started_ms = zv_calls_began(t);
	leg->pub.is_trunk = is_trunk;
	set_line(t, leg, line);
	zv_text_share(&leg->pub.channel, c->name);
	zv_text_share(&leg->pub.unique_id, c->unique_id);
	if (!is_trunk && zv_name_is_line_number(line))
		zv_text_share(&leg->pub.number, leg->pub.line);
	zv_leg_learn(t, leg, number, seen->name);
	return leg;
}

void
zv_leg_set_trunk(struct zv_calls *t, struct zv_live_leg *leg, struct zv_str number)
{
	if (number.n)
		zv_text_set(t, &leg->pub.number, number);
	if (leg->pub.is_trunk)
		return;
	zv_line_uncount(t, leg);
	leg->pub.is_trunk = true;
	zv_text_set(t, &leg->pub.name, ZV_STR(""));
}

struct zv_str
zv_leg_who(const struct zv_live_leg *leg)
{
	return leg->pub.is_trunk && leg->pub.number.n ? leg->pub.number : leg->pub.line;
}

/* ---- in a call ------------------------------------------------------------ */

void
zv_leg_join(struct zv_calls *t, struct zv_live_leg *leg, struct zv_live_call *call)
{
	leg->call = call;
	leg->pub.next = NULL;
	if (call->last_leg)
		call->last_leg->pub.next = &leg->pub;
	else
		call->pub.legs = &leg->pub;
	call->last_leg = leg;
	call->n_legs++;
	call->talking += leg->talking;
}

/* The caller stays in front, whenever it came. */
void
zv_leg_to_front(struct zv_live_leg *leg)
{
	struct zv_live_call *call = leg->call;
	struct zv_live_leg *before = zv_leg_first(call);

	if (before == leg)
		return;
	while (zv_leg_next(before) != leg)
		before = zv_leg_next(before);
	before->pub.next = leg->pub.next;
	if (call->last_leg == leg)
		call->last_leg = before;
	leg->pub.next = call->pub.legs;
	call->pub.legs = &leg->pub;
}

void
zv_leg_free(struct zv_calls *t, struct zv_live_leg *leg)
{
	if (!leg)
		return;
	zv_line_uncount(t, leg);
	zv_text_free(&leg->pub.line);
	zv_text_free(&leg->pub.number);
	zv_text_free(&leg->pub.name);
	zv_text_free(&leg->pub.channel);
	zv_text_free(&leg->pub.unique_id);
	zv_text_free(&leg->pub.forwarded_to);
	zv_text_free(&leg->space);
	zv_text_free(&leg->room);
	zv_free(leg);
}

/* ---- what happens to it ---------------------------------------------------- */

static enum zv_leg_state
state_of(const struct zv_live_leg *leg)
{
	if (!leg->channel)
		return ZV_LEG_STATE_ENDED;
	if (leg->holds)
		return ZV_LEG_STATE_HELD;
	if (leg->pub.answered)
		return ZV_LEG_STATE_UP;
	return leg->pub.rang ? ZV_LEG_STATE_RINGING : ZV_LEG_STATE_DIALING;
}

void
zv_leg_refresh(struct zv_calls *t, struct zv_live_leg *leg)
{
	leg->pub.state = state_of(leg);
	if (leg->call)
		zv_line_count(t, leg);
}

void
zv_leg_ringing(struct zv_calls *t, struct zv_live_leg *leg)
{
	if (leg->pub.rang || leg->pub.answered || !leg->channel)
		return;
	leg->pub.rang = true;
	leg->pub.rang_ms = t->now_ms;
	zv_leg_refresh(t, leg);
	if (leg->call)
		zv_tell_leg(t, ZV_LEG_RINGING, leg);
}

void
zv_leg_answered(struct zv_calls *t, struct zv_live_leg *leg)
{
	if (leg->pub.answered || !leg->channel)
		return;
	leg->pub.answered = true;
	leg->pub.answered_ms = t->now_ms;
	leg->answered_order = ++t->order;
	if (leg->pub.role == ZV_ROLE_CALLEE)
		leg->pub.result = ZV_RESULT_ANSWERED;
	zv_leg_refresh(t, leg);
	if (leg->call)
		zv_tell_leg(t, ZV_LEG_ANSWERED, leg);
}

void
zv_leg_talks(struct zv_calls *t, struct zv_live_leg *leg, bool on)
{
	if (leg->talking == on)
		return;
	leg->talking = on;
	leg->talked |= on;
	if (leg->call && on)
		leg->call->talking++;
	else if (leg->call)
		leg->call->talking--;
}

void
zv_leg_gone(struct zv_calls *t, struct zv_live_leg *leg, int cause)
{
	zv_leg_talks(t, leg, false);
	leg->channel = NULL;
	leg->holds = leg->parked = false;
	leg->pub.cause = cause;
	leg->pub.ended_ms = t->now_ms;
	zv_leg_refresh(t, leg);
}
