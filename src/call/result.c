#include "call/model.h"

#include "call/cause.h"

enum {
	CAUSE_ABSENT = 20, /* "subscriber absent": chan_pjsip says it for SIP 480 */
	CAUSE_ELSEWHERE = 26,
};

/* Of several that failed together the first of these tells. */
static const enum zv_call_result ranking[] = {
	ZV_RESULT_ANSWERED,  ZV_RESULT_BUSY,	   ZV_RESULT_REJECTED,
	ZV_RESULT_NO_ANSWER, ZV_RESULT_CONGESTION, ZV_RESULT_FAILED,
};

static enum zv_call_result
by_cause_of(const struct zv_live_leg *leg)
{
	return leg->pub.cause == CAUSE_ABSENT ? ZV_RESULT_NO_ANSWER
					      : zv_cause_result(leg->pub.cause);
}

/* A refusal (SIP 603) ends the dial as NOANSWER, and 16 and 22 know only the cause. */
static enum zv_call_result
refined(const struct zv_live_leg *leg)
{
	enum zv_call_result by_cause = by_cause_of(leg), dialled = leg->dialled;

	if (dialled == ZV_RESULT_NO_ANSWER &&
	    (by_cause == ZV_RESULT_BUSY || by_cause == ZV_RESULT_REJECTED))
		return by_cause;
	if (dialled == ZV_RESULT_FAILED && by_cause)
		return by_cause;
	return dialled;
}

/* ---- legs ----------------------------------------------------------------- */

static bool
is_answered_in_round(const struct zv_live_call *call, const struct zv_live_leg *but)
{
	for (const struct zv_live_leg *leg = zv_leg_first(call); leg;
	     leg = zv_leg_next(leg))
		if (leg != but && leg->pub.role == ZV_ROLE_CALLEE &&
		    leg->pub.answered && leg->round >= but->round)
			return true;
	return false;
}

static bool
has_caller_left(const struct zv_live_call *call)
{
	const struct zv_live_leg *caller = zv_call_caller(call);

	return caller && (caller->hung_up || !caller->channel);
}

/* The half of a Local channel that dialled has gone: a consultation is over. That of a
 * Dial or a queue says nothing, as others of the round may have answered. */
static bool
has_consultation_ended(const struct zv_live_call *call, const struct zv_live_leg *leg)
{
	if (!leg->consulted)
		return false;
	for (const struct zv_node *node = call->channels.next; node != &call->channels;
	     node = node->next)
		if (ZV_OWNER(node, struct zv_chan, in_call)->serial == leg->dialler)
			return false;
	return true;
}

/* Nobody said what came of it: its hang-up cause, or that the caller left. */
static enum zv_call_result
unsaid(const struct zv_live_call *call, const struct zv_live_leg *leg, bool at_end)
{
	enum zv_call_result by_cause = by_cause_of(leg);

	if (by_cause)
		return by_cause;
	if (has_caller_left(call))
		return ZV_RESULT_CANCELLED;
	if (!at_end)
		return ZV_RESULT_NONE;
	return leg->pub.rang ? ZV_RESULT_NO_ANSWER : ZV_RESULT_FAILED;
}

/* NONE: it is not known yet. */
static enum zv_call_result
callee_result(const struct zv_live_call *call, const struct zv_live_leg *leg,
	      bool at_end)
{
	if (leg->pub.answered)
		return ZV_RESULT_ANSWERED;
	if (leg->elsewhere || leg->pub.forwarded_to.n ||
	    leg->pub.cause == CAUSE_ELSEWHERE)
		return ZV_RESULT_ANSWERED_ELSEWHERE;
	if (leg->dialled && leg->dialled != ZV_RESULT_CANCELLED)
		return refined(leg);
	if (is_answered_in_round(call, leg))
		return ZV_RESULT_ANSWERED_ELSEWHERE;
	if (leg->dialled == ZV_RESULT_CANCELLED)
		return at_end || has_caller_left(call) ||
				       has_consultation_ended(call, leg)
			       ? ZV_RESULT_CANCELLED
			       : ZV_RESULT_NONE;
	return unsaid(call, leg, at_end);
}

/* The phone that clicked and was not picked up. Its dial ends without a word when its
 * time is up (all versions). */
static enum zv_call_result
own_result(const struct zv_live_leg *leg)
{
	enum zv_call_result by_cause = by_cause_of(leg);

	if (leg->dialled)
		return refined(leg);
	return by_cause ? by_cause : ZV_RESULT_NO_ANSWER;
}

/* ---- the call --------------------------------------------------------------- */

/* QueueCallerAbandon comes also when the queue itself gave up: then QUEUESTATUS is set,
 * or the caller goes on in the dialplan. */
static enum zv_call_result
queue_result(const struct zv_calls *t, const struct zv_live_call *call)
{
	const struct zv_live_leg *caller = zv_call_caller(call);

	if (call->queue_gave_up || (!call->waiting && !call->abandoned))
		return ZV_RESULT_NO_ANSWER;
	if (caller && caller->hung_up)
		return ZV_RESULT_ABANDONED;
	return t->tells_requests ? ZV_RESULT_NO_ANSWER : ZV_RESULT_ABANDONED;
}

static unsigned
last_round(const struct zv_live_call *call)
{
	unsigned round = 0;

	for (const struct zv_live_leg *leg = zv_leg_first(call); leg;
	     leg = zv_leg_next(leg))
		if (leg->pub.role == ZV_ROLE_CALLEE && leg->round > round)
			round = leg->round;
	return round;
}

static bool
is_in_round(const struct zv_live_call *call, unsigned round, enum zv_call_result result)
{
	for (const struct zv_live_leg *leg = zv_leg_first(call); leg;
	     leg = zv_leg_next(leg))
		if (leg->pub.role == ZV_ROLE_CALLEE && leg->round == round &&
		    callee_result(call, leg, true) == result)
			return true;
	return false;
}

static enum zv_call_result
round_result(const struct zv_live_call *call, unsigned round)
{
	if (is_in_round(call, round, ZV_RESULT_CANCELLED))
		return ZV_RESULT_CANCELLED;
	for (size_t i = 0; i < sizeof ranking / sizeof *ranking; i++)
		if (is_in_round(call, round, ranking[i]))
			return ranking[i];
	return has_caller_left(call) ? ZV_RESULT_CANCELLED : ZV_RESULT_NO_ANSWER;
}

static enum zv_call_result
alone_result(const struct zv_live_leg *caller)
{
	enum zv_call_result by_cause;

	if (!caller)
		return ZV_RESULT_FAILED;
	if (caller->pub.answered)
		return ZV_RESULT_ANSWERED;
	if (caller->own)
		return own_result(caller);
	by_cause = zv_cause_result(caller->pub.cause);
	if (by_cause)
		return by_cause;
	if (caller->dialled)
		return caller->dialled;
	return caller->hung_up ? ZV_RESULT_CANCELLED : ZV_RESULT_FAILED;
}

static enum zv_call_result
call_result(const struct zv_calls *t, const struct zv_live_call *call)
{
	unsigned round = last_round(call);

	if (call->conversed)
		return ZV_RESULT_ANSWERED;
	if (call->waiting || call->left_queue || call->abandoned)
		return queue_result(t, call);
	if (round)
		return round_result(call, round);
	return alone_result(zv_call_caller(call));
}

/* ---- telling ------------------------------------------------------------------ */

/* The caller's leg has the call's result; of further callers, who came with a call that
 * went on in this one, those that talked were answered. */
void
zv_result_decide(struct zv_calls *t, struct zv_live_call *call)
{
	if (!call->pub.result)
		call->pub.result = call_result(t, call);
	for (struct zv_live_leg *leg = zv_leg_first(call); leg; leg = zv_leg_next(leg))
		if (leg->pub.role == ZV_ROLE_CALLER)
			leg->pub.result =
				leg->talked ? ZV_RESULT_ANSWERED : call->pub.result;
}

void
zv_result_settle(struct zv_calls *t, struct zv_live_call *call, bool at_end)
{
	if (at_end)
		zv_result_decide(t, call);
	for (struct zv_live_leg *leg = zv_leg_first(call); leg;
	     leg = zv_leg_next(leg)) {
		if (leg->channel || leg->told_end)
			continue;
		if (!leg->pub.result && leg->pub.role == ZV_ROLE_CALLEE)
			leg->pub.result = callee_result(call, leg, at_end);
		if (!leg->pub.result)
			continue;
		leg->told_end = true;
		zv_tell_leg(t, ZV_LEG_ENDED, leg);
	}
}
