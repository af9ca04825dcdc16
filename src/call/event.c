#include "call/model.h"

#include "base/num.h"
#include "base/str.h"

static const char *const kinds[] = {
	[ZV_CALL_STARTED] = "call.started",
	[ZV_CALL_QUEUED] = "call.queued",
	[ZV_LEG_RINGING] = "leg.ringing",
	[ZV_LEG_ANSWERED] = "leg.answered",
	[ZV_CALL_ANSWERED] = "call.answered",
	[ZV_LEG_HELD] = "leg.held",
	[ZV_LEG_RESUMED] = "leg.resumed",
	[ZV_CALL_TRANSFERRED] = "call.transferred",
	[ZV_CALL_PARKED] = "call.parked",
	[ZV_CALL_RETRIEVED] = "call.retrieved",
	[ZV_CALL_PICKED_UP] = "call.picked_up",
	[ZV_CALL_CONFERENCED] = "call.conferenced",
	[ZV_RECORDING_STARTED] = "recording.started",
	[ZV_RECORDING_STOPPED] = "recording.stopped",
	[ZV_LEG_DTMF] = "leg.dtmf",
	[ZV_LEG_ENDED] = "leg.ended",
	[ZV_CALL_ENDED] = "call.ended",
	[ZV_LINE_STATE] = "line.state",
	[ZV_QUEUE_MEMBER] = "queue.member",
	[ZV_QUEUE_STATE] = "queue.state",
	[ZV_SERVER_STATE] = "server.state",
};

static const char *const results[] = {
	[ZV_RESULT_NONE] = "",
	[ZV_RESULT_ANSWERED] = "answered",
	[ZV_RESULT_BUSY] = "busy",
	[ZV_RESULT_NO_ANSWER] = "no_answer",
	[ZV_RESULT_CANCELLED] = "cancelled",
	[ZV_RESULT_REJECTED] = "rejected",
	[ZV_RESULT_CONGESTION] = "congestion",
	[ZV_RESULT_FAILED] = "failed",
	[ZV_RESULT_ABANDONED] = "abandoned",
	[ZV_RESULT_ANSWERED_ELSEWHERE] = "answered_elsewhere",
};

static const char *const directions[] = {
	[ZV_DIRECTION_INTERNAL] = "internal",
	[ZV_DIRECTION_IN] = "in",
	[ZV_DIRECTION_OUT] = "out",
};

static const char *const call_states[] = {
	[ZV_CALL_STATE_RINGING] = "ringing", [ZV_CALL_STATE_QUEUED] = "queued",
	[ZV_CALL_STATE_TALKING] = "talking", [ZV_CALL_STATE_HELD] = "held",
	[ZV_CALL_STATE_PARKED] = "parked",   [ZV_CALL_STATE_ENDED] = "ended",
};

static const char *const leg_states[] = {
	[ZV_LEG_STATE_DIALING] = "dialing", [ZV_LEG_STATE_RINGING] = "ringing",
	[ZV_LEG_STATE_UP] = "up",	    [ZV_LEG_STATE_HELD] = "held",
	[ZV_LEG_STATE_ENDED] = "ended",
};

static const char *const line_states[] = {
	[ZV_LINE_IDLE] = "idle",       [ZV_LINE_DIALING] = "dialing",
	[ZV_LINE_RINGING] = "ringing", [ZV_LINE_TALKING] = "talking",
	[ZV_LINE_HELD] = "held",       [ZV_LINE_UNAVAILABLE] = "unavailable",
};

static const char *const member_states[] = {
	[ZV_MEMBER_IDLE] = "idle",	 [ZV_MEMBER_RINGING] = "ringing",
	[ZV_MEMBER_IN_USE] = "in_use",	 [ZV_MEMBER_UNAVAILABLE] = "unavailable",
	[ZV_MEMBER_UNKNOWN] = "unknown", [ZV_MEMBER_REMOVED] = "removed",
};

const char *
zvon_call_event_name(enum zv_call_event_kind kind)
{
	return kinds[kind];
}

const char *
zvon_call_result_name(enum zv_call_result result)
{
	return results[result];
}

const char *
zvon_call_direction_name(enum zv_call_direction direction)
{
	return directions[direction];
}

const char *
zvon_call_state_name(enum zv_call_state state)
{
	return call_states[state];
}

const char *
zvon_leg_state_name(enum zv_leg_state state)
{
	return leg_states[state];
}

const char *
zvon_line_state_name(enum zv_line_state state)
{
	return line_states[state];
}

const char *
zvon_member_state_name(enum zv_member_state state)
{
	return member_states[state];
}

/* Asterisk's `Timestamp: 1795225312.185734` (timestampevents = yes) in microseconds;
 * what the feeder said when there is none. It stands in front of a caller's texts. */
static int64_t
time_of(const struct zv_calls *t)
{
	struct zv_str seconds, rest;
	long long s, us;

	if (!t->packet)
		return t->unix_us;
	rest = zvon_packet_get(t->packet, ZV_STR("Timestamp"));
	if (!zv_str_split(&rest, '.', &seconds) || rest.n != 6 ||
	    zv_num_parse(seconds, 0, INT64_MAX / 1000000 - 1, &s) < 0 ||
	    zv_num_parse(rest, 0, 999999, &us) < 0)
		return t->unix_us;
	return s * 1000000 + us;
}

void
zv_tell(struct zv_calls *t, struct zv_call_event *event)
{
	struct zv_live_call *call = (void *)(uintptr_t)event->call;

	if (call && call->blind)
		zv_transfer_flush(t, call);
	t->counters.events++;
	if (!t->on_event)
		return;
	event->seq = t->counters.events;
	event->now_ms = t->now_ms;
	event->unix_us = time_of(t);
	event->server = t->server;
	if (call)
		zv_call_refresh(call);
	t->on_event(t->context, event);
}

void
zv_tell_leg(struct zv_calls *t, enum zv_call_event_kind kind, struct zv_live_leg *leg)
{
	struct zv_call_event event = {
		.kind = kind,
		.call = &leg->call->pub,
		.leg = &leg->pub,
		.cause = leg->pub.cause,
	};

	zv_tell(t, &event);
}
