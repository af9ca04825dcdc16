/* host_events.c - what the component tells: take, taking, taken, clean, status. */
#include <stdlib.h>
#include <string.h>

#include "input.h"
#include "order.h"
#include "system.h"

/* The oldest, or NULL when that time has come. */
static struct event *
wait_event(struct host_object *o, long long until)
{
	long long left = until - system_ms();
	struct event *event;

	if (!input_is_pumped())
		return events_take(&o->events, left > 0 ? (long)left : 0);
	do {
		event = events_take(&o->events, 0);
		if (!event)
			face_pump(INPUT_SLICE_MS);
	} while (!event && system_ms() < until);
	return event;
}

void
do_take(struct order *q)
{
	struct host_object *o = object_of(q);
	long n = q->n > 1 ? atol(q->fields[1]) : 1,
	     ms = q->n > 2 ? atol(q->fields[2]) : 0;
	long long until = system_ms() + ms;

	while (o && n-- > 0) {
		struct event *event = wait_event(o, until);

		if (!event)
			break;
		put_event(q->answer, event);
		event_free(event);
	}
}

static enum taking
taking_of(const struct order *q)
{
	if (strcmp(q->fields[1], "on"))
		return TAKING_OFF;
	return option(q, "print")  ? TAKING_PRINT
	       : option(q, "call") ? TAKING_CALL
	       : option(q, "end")  ? TAKING_END
				   : TAKING_COUNT;
}

void
do_taking(struct order *q)
{
	struct host_object *o = object_of(q);
	const char *handler = option(q, "call");

	if (o)
		object_set_taking(o, taking_of(q), handler ? handler : "");
}

void
do_taken(struct order *q)
{
	struct host_object *o = object_of(q);
	struct events_counts counts;

	if (!o)
		return;
	counts = events_count(&o->events);
	put_int(q->answer, counts.taken);
	put_int(q->answer, counts.refused);
	put_int(q->answer, counts.waiting);
	put_int(q->answer, counts.depth);
	put_int(q->answer, o->handled);
}

void
do_clean(struct order *q)
{
	struct host_object *o = object_of(q);

	if (o)
		put_int(q->answer, events_count(&o->events).cleaned);
}

void
do_status(struct order *q)
{
	struct host_object *o = object_of(q);

	if (o)
		object_put_status(o, q->answer);
}
