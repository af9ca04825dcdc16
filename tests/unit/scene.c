#include "scene.h"

#include <stdio.h>

void
scene_begin(struct scene *s, const char *id, const char *from, const char *to)
{
	s->call = (struct zv_call){
		.id = zvon_str(id),
		.from_number = zvon_str(from),
		.to_number = zvon_str(to),
		.started_ms = s->now_ms,
	};
	s->n_legs = 0;
}

struct zv_leg *
scene_leg(struct scene *s, enum zv_leg_role role, const char *line, const char *number,
	  const char *name)
{
	struct zv_leg *leg = &s->legs[s->n_legs];

	snprintf(s->ids[s->n_legs], sizeof s->ids[0], "%zu", s->n_legs);
	*leg = (struct zv_leg){
		.line = zvon_str(line),
		.number = zvon_str(number ? number : line),
		.name = zvon_str(name),
		.channel = zvon_str(line),
		.unique_id = zvon_str(s->ids[s->n_legs]),
		.role = role,
		.started_ms = s->now_ms,
	};
	if (s->n_legs)
		s->legs[s->n_legs - 1].next = leg;
	else
		s->call.legs = leg;
	s->n_legs++;
	return leg;
}

struct zv_call_event
scene_event(struct scene *s, enum zv_call_event_kind kind, const struct zv_leg *leg)
{
	return (struct zv_call_event){
		.kind = kind,
		.seq = ++s->seq,
		.now_ms = s->now_ms,
		.unix_us = s->unix_us,
		.server = ZV_STR("pbx"),
		.call = &s->call,
		.leg = leg,
	};
}

void
scene_tell(struct scene *s, const struct zv_call_event *event)
{
	s->on_event(s->context, event);
}

void
scene_at(struct scene *s, int64_t ms, enum zv_call_event_kind kind, struct zv_leg *leg)
{
	static const struct {
		enum zv_call_event_kind kind;
		enum zv_leg_state state;
	} states[] = {
		{ ZV_LEG_RINGING, ZV_LEG_STATE_RINGING },
		{ ZV_LEG_ANSWERED, ZV_LEG_STATE_UP },
		{ ZV_LEG_HELD, ZV_LEG_STATE_HELD },
		{ ZV_LEG_RESUMED, ZV_LEG_STATE_UP },
		{ ZV_LEG_ENDED, ZV_LEG_STATE_ENDED },
	};
	struct zv_call_event event;

	for (size_t i = 0; leg && i < sizeof states / sizeof *states; i++)
		if (states[i].kind == kind)
			leg->state = states[i].state;
	if (leg && kind == ZV_LEG_RINGING)
		leg->rang = true;
	if (kind == ZV_CALL_ENDED) {
		s->call.state = ZV_CALL_STATE_ENDED;
		s->call.ended_ms = ms;
	}
	s->now_ms = ms;
	event = scene_event(s, kind, leg);
	event.cause = leg ? leg->cause : 0;
	scene_tell(s, &event);
}
