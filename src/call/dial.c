#include "call/model.h"

#include "base/str.h"

/* ---- what was dialled ---------------------------------------------------------- */

/* Does its extension say whom the caller wants? Of a click that of the originated channel
 * once it is up: before, and where the own phone stands behind a Local channel, it is the
 * own phone's number. */
static bool
is_dialling(const struct zv_chan *c)
{
	if (!c->leg)
		return c->originated;
	if (c->leg->pub.role != ZV_ROLE_CALLER)
		return false;
	return !c->leg->own || (c->originated && c->state == ZV_STATE_UP);
}

/* The first number that was dialled in that call. */
void
zv_call_dialled(struct zv_calls *t, struct zv_chan *c, struct zv_str exten)
{
	struct zv_live_call *call = c->call;

	if (call && !call->dialled.n && zv_name_is_exten(exten) && is_dialling(c))
		zv_text_set(t, &call->dialled, exten);
}

/* ---- the beginning --------------------------------------------------------------- */

/* All that are dialled before the first of them has ended are one round. */
static void
count_round(struct zv_live_call *call, struct zv_chan *to)
{
	if (call->dialing == 0)
		call->rounds++;
	call->dialing++;
	to->dialing = true;
}

/* The own phone of a click: dialled for nobody, or for the far half of a Local channel
 * that was dialled for nobody. */
static bool
is_own(const struct zv_chan *from, const struct zv_chan *to)
{
	const struct zv_live_leg *caller;

	if (!from)
		return true;
	caller = from->call ? zv_call_caller(from->call) : NULL;
	return from->other && from->other->originated && (!caller || caller == to->leg);
}

/* A consultation: its Local channel is made for who asks, and is no attempt of a Dial or a
 * queue, which go on when it has gone. */
static bool
is_consultation(const struct zv_chan *from)
{
	const struct zv_chan *near = from ? from->other : NULL;

	return near && !near->dialing && !near->originated && from->call &&
	       from->call->conversed;
}

static void
dial_leg(struct zv_calls *t, struct zv_live_call *call, struct zv_live_leg *leg,
	 bool own, bool guessed)
{
	leg->own = own;
	leg->guessed = guessed;
	leg->pub.role = own ? ZV_ROLE_CALLER : ZV_ROLE_CALLEE;
	leg->round = call->rounds;
	leg->dialled = ZV_RESULT_NONE;
	if (own)
		zv_leg_to_front(leg);
	zv_leg_refresh(t, leg);
}

/* The role of a leg is known before its call is told of. */
static void
place(struct zv_calls *t, struct zv_chan *from, struct zv_chan *to)
{
	if (from && !from->call)
		zv_chan_settle(t, from);
	if (to->leg && !to->call) {
		to->leg->own = is_own(from, to);
		to->leg->pub.role = to->leg->own ? ZV_ROLE_CALLER : ZV_ROLE_CALLEE;
	}
	if (from)
		zv_fact_together(t, from, to);
	else
		zv_call_of(t, to);
}

void
zv_fact_dial_begin(struct zv_calls *t, struct zv_chan *from, struct zv_chan *to,
		   struct zv_str dialstring)
{
	struct zv_str number = zv_name_dialled(dialstring, to->name);
	bool own;

	if (to->dialing || from == to)
		return;
	if (!from)
		to->originated = true;
	if (to->tech == ZV_TECH_PEER && to->leg && number.n)
		zv_leg_set_trunk(t, to->leg, number);
	place(t, from, to);
	if (!to->call)
		return;
	if (!from)
		zv_click_begin(t, to);
	zv_transfer_flush(t, to->call);
	own = is_own(from, to);
	count_round(to->call, to);
	if (to->leg) {
		to->leg->dialler = from ? from->serial : 0;
		to->leg->consulted = is_consultation(from);
		dial_leg(t, to->call, to->leg, own, own && from && t->generation == 1);
	}
}

/* ---- the end ------------------------------------------------------------------------ */

void
zv_dial_over(struct zv_chan *c)
{
	if (c->dialing && c->call)
		c->call->dialing--;
	c->dialing = false;
}

void
zv_fact_dial_end(struct zv_calls *t, struct zv_chan *to, enum zv_call_result result,
		 struct zv_str forward)
{
	struct zv_live_leg *leg = to->leg;

	zv_dial_over(to);
	if (!leg)
		return;
	if (!leg->dialled)
		leg->dialled = result;
	if (forward.n && !leg->pub.forwarded_to.n)
		zv_text_set(t, &leg->pub.forwarded_to, forward);
	if (result == ZV_RESULT_ANSWERED)
		zv_leg_answered(t, leg);
}

/* Of one that rings on, it is not the last word. */
static void
dial_was(struct zv_live_leg *leg, enum zv_call_result result)
{
	if (leg->pub.role != ZV_ROLE_CALLEE || leg->pub.answered || leg->dialled)
		return;
	leg->dialled = result;
	if (leg->channel)
		zv_dial_over(leg->channel);
}

void
zv_fact_dial_status(struct zv_calls *t, struct zv_chan *from,
		    enum zv_call_result result)
{
	if (!from->call || result == ZV_RESULT_ANSWERED)
		return;
	if (result == ZV_RESULT_CANCELLED && from->leg)
		from->leg->hung_up = true;
	for (struct zv_live_leg *leg = zv_leg_first(from->call); leg;
	     leg = zv_leg_next(leg))
		if (leg->dialler == from->serial)
			dial_was(leg, result);
	zv_result_settle(t, from->call, false);
}

/* "SIP/101" is at the beginning of "SIP/101-0000004f". */
static bool
is_of(struct zv_str channel, struct zv_str interface)
{
	return channel.n > interface.n && zv_str_starts_nocase(channel, interface) &&
	       channel.p[interface.n] == '-';
}

void
zv_fact_member_gave_up(struct zv_calls *t, struct zv_chan *from,
		       struct zv_str interface)
{
	if (!from->call)
		return;
	for (struct zv_live_leg *leg = zv_leg_first(from->call); leg;
	     leg = zv_leg_next(leg))
		if (leg->dialler == from->serial && is_of(leg->pub.channel, interface))
			dial_was(leg, ZV_RESULT_NO_ANSWER);
	zv_result_settle(t, from->call, false);
}
