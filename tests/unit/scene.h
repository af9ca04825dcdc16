/* scene.h - call events made by hand, for those who show them. */
#ifndef UNIT_SCENE_H
#define UNIT_SCENE_H

#include "zvon/call.h"

#define SCENE_LEGS 40

struct scene {
	struct zv_call call;
	struct zv_leg legs[SCENE_LEGS]; /* of call.legs, in that order */
	size_t n_legs;
	uint64_t seq;
	int64_t now_ms, unix_us; /* unix_us 0: not known */
	char ids[SCENE_LEGS][16];

	zv_call_event_fn on_event;
	void *context;
};

/* A call from that number to that one, without legs. */
void scene_begin(struct scene *s, const char *id, const char *from, const char *to);

/* A further leg; number may be NULL: as the line. */
struct zv_leg *scene_leg(struct scene *s, enum zv_leg_role role, const char *line,
			 const char *number, const char *name);

/* An event of that kind, about that leg (or NULL), to be filled in further. */
struct zv_call_event scene_event(struct scene *s, enum zv_call_event_kind kind,
				 const struct zv_leg *leg);

/* Hands it to on_event. */
void scene_tell(struct scene *s, const struct zv_call_event *event);

/* Both in one, after ms: changes the leg's state as the event says. */
void scene_at(struct scene *s, int64_t ms, enum zv_call_event_kind kind,
	      struct zv_leg *leg);

#endif
