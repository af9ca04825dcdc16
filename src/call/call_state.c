/* What is derived from the legs of a call. */
#include "call/model.h"

#define NOTHING ((struct zv_str){ NULL, 0 })

/* A trunk that answered first, or else one that was tried and no line took it. */
static enum zv_call_direction
direction_of(const struct zv_live_call *call, const struct zv_live_leg *caller)
{
	const struct zv_live_leg *first = NULL;
	bool tried = false;

	if (caller && caller->pub.is_trunk)
		return ZV_DIRECTION_IN;
	for (const struct zv_live_leg *leg = zv_leg_first(call); leg;
	     leg = zv_leg_next(leg)) {
		if (leg->pub.role != ZV_ROLE_CALLEE)
			continue;
		tried |= leg->pub.is_trunk;
		if (leg->pub.answered &&
		    (!first || leg->answered_order < first->answered_order))
			first = leg;
	}
	if (first ? first->pub.is_trunk : tried)
		return ZV_DIRECTION_OUT;
	return ZV_DIRECTION_INTERNAL;
}

/* The line that was reached from outside: that answered first, or else, of those that
 * rang, the one that was called first: of two phones called together either may ring
 * first. */
static const struct zv_live_leg *
reached(const struct zv_live_call *call)
{
	const struct zv_live_leg *answered = NULL, *rang = NULL;

	for (const struct zv_live_leg *leg = zv_leg_first(call); leg;
	     leg = zv_leg_next(leg)) {
		if (leg->pub.role != ZV_ROLE_CALLEE || leg->pub.is_trunk)
			continue;
		if (leg->answered_order &&
		    (!answered || leg->answered_order < answered->answered_order))
			answered = leg;
		if (leg->pub.rang && !rang)
			rang = leg;
	}
	return answered ? answered : rang;
}

static struct zv_str
to_of(const struct zv_live_call *call)
{
	const struct zv_live_leg *leg;

	if (call->pub.direction != ZV_DIRECTION_IN)
		return call->dialled;
	leg = reached(call);
	return leg ? zv_leg_who(leg) : call->pub.did;
}

static bool
is_any_leg(const struct zv_live_call *call, bool (*is)(const struct zv_live_leg *))
{
	for (const struct zv_live_leg *leg = zv_leg_first(call); leg;
	     leg = zv_leg_next(leg))
		if (is(leg))
			return true;
	return false;
}

static bool
is_parked(const struct zv_live_leg *leg)
{
	return leg->parked;
}

static bool
is_holding(const struct zv_live_leg *leg)
{
	return leg->holds;
}

static bool
is_up(const struct zv_live_leg *leg)
{
	return leg->channel && leg->pub.answered;
}

/* Who only listens to the dialplan talks with it, when nobody is called. */
static enum zv_call_state
state_of(const struct zv_live_call *call)
{
	if (call->pub.state == ZV_CALL_STATE_ENDED)
		return ZV_CALL_STATE_ENDED;
	if (is_any_leg(call, is_parked))
		return ZV_CALL_STATE_PARKED;
	if (is_any_leg(call, is_holding))
		return ZV_CALL_STATE_HELD;
	if (call->talking > 1)
		return ZV_CALL_STATE_TALKING;
	if (call->waiting)
		return ZV_CALL_STATE_QUEUED;
	if (call->dialing || !(call->conversed || is_any_leg(call, is_up)))
		return ZV_CALL_STATE_RINGING;
	return ZV_CALL_STATE_TALKING;
}

void
zv_call_refresh(struct zv_live_call *call)
{
	struct zv_live_leg *caller = zv_call_caller(call);

	call->pub.direction = direction_of(call, caller);
	call->pub.from_number = caller ? caller->pub.number : NOTHING;
	call->pub.from_name = caller ? caller->pub.name : NOTHING;
	call->pub.did =
		call->pub.direction == ZV_DIRECTION_IN ? call->dialled : NOTHING;
	call->pub.to_number = to_of(call);
	call->pub.state = state_of(call);
}
