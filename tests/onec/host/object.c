#include "object.h"

#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "system.h"

static atomic_long late_calls;
static pthread_mutex_t output = PTHREAD_MUTEX_INITIALIZER;

/* It stays as long as its library: who calls the host after Done is counted, and does not
 * crash. */
struct host_object *
object_new(const char *id, long depth, bool is_fixed)
{
	struct host_object *o = take(sizeof *o);

	o->id = take(strlen(id) + 1);
	strcpy(o->id, id);
	events_init(&o->events, depth, is_fixed);
	pthread_mutex_init(&o->lock, NULL);
	return o;
}

void
object_free(struct host_object *o)
{
	events_deinit(&o->events);
	pthread_mutex_destroy(&o->lock);
	free(o->errors.p);
	free(o->handler);
	free(o->status);
	free(o->id);
	free(o);
}

void
object_forget_errors(struct host_object *o)
{
	pthread_mutex_lock(&o->lock);
	o->errors.n = 0;
	pthread_mutex_unlock(&o->lock);
}

void
object_put_errors(struct host_object *o, struct text *t)
{
	pthread_mutex_lock(&o->lock);
	text_add(t, o->errors.p, o->errors.n);
	pthread_mutex_unlock(&o->lock);
}

void
object_put_status(struct host_object *o, struct text *t)
{
	pthread_mutex_lock(&o->lock);
	put_units(t, o->status);
	pthread_mutex_unlock(&o->lock);
}

long
object_late_calls(void)
{
	return late_calls;
}

void
say_line(struct text *t)
{
	text_add(t, "\n", 1);
	pthread_mutex_lock(&output);
	fwrite(t->p, 1, t->n, stdout);
	fflush(stdout);
	pthread_mutex_unlock(&output);
}

/* ---- services ------------------------------------------------------------------------------ */

static bool
is_late(struct host_object *o)
{
	if (o->is_done)
		late_calls++;
	return o->is_done;
}

static void
on_error(struct host_object *o, const uint16_t *source, const uint16_t *text, long code)
{
	if (is_late(o))
		return;
	pthread_mutex_lock(&o->lock);
	put_units(&o->errors, source);
	put_units(&o->errors, text);
	if (!code) /* a message only: the script could not catch it */
		text_add(&o->errors, "\tmessage", 8);
	pthread_mutex_unlock(&o->lock);
}

static void
print(struct host_object *o, const struct event *event)
{
	struct text line = { 0 };

	text_say(&line, "event\t%s", o->id);
	put_event(&line, event);
	say_line(&line);
	free(line.p);
}

/* As a script does in its handler: it calls the object that told it. */
static void
call_back(struct host_object *o)
{
	uint16_t *name = units_parse(o->handler, NULL);
	long number = face_find(o->component, FACE_METHOD, name);

	free(name);
	if (number >= 0 && face_call(o->component, number, NULL, NULL, 0))
		o->handled++;
}

long long
object_done(struct host_object *o)
{
	long long begun = system_ms();

	face_done(o->component);
	o->is_done = true;
	return system_ms() - begun;
}

static void
handle(void *user, const struct event *event, enum taking taking)
{
	struct host_object *o = user;

	if (taking == TAKING_PRINT)
		print(o, event);
	if (taking == TAKING_CALL)
		call_back(o);
	if (taking == TAKING_END && !o->is_done && object_done(o) <= 2000)
		o->handled++;
}

static bool
on_event(struct host_object *o, const uint16_t *source, const uint16_t *name,
	 const uint16_t *data)
{
	const uint16_t *const fields[] = { source, name, data };

	return !is_late(o) && events_offer(&o->events, fields, handle, o);
}

void
object_set_taking(struct host_object *o, enum taking taking, const char *handler)
{
	char *copy = take(strlen(handler) + 1);

	strcpy(copy, handler);
	free(o->handler);
	o->handler = copy;
	events_set_taking(&o->events, taking, handle, o);
}

static bool
on_set_depth(struct host_object *o, long depth)
{
	return !is_late(o) && events_set_depth(&o->events, depth);
}

static long
on_depth(struct host_object *o)
{
	return is_late(o) ? 0 : events_count(&o->events).depth;
}

static void
on_clean(struct host_object *o)
{
	if (!is_late(o))
		events_clean(&o->events);
}

static bool
on_status(struct host_object *o, const uint16_t *text)
{
	size_t n = 0;

	if (is_late(o))
		return false;
	while (text && text[n])
		n++;
	pthread_mutex_lock(&o->lock);
	free(o->status);
	o->status = text ? take((n + 1) * sizeof *text) : NULL;
	if (text)
		memcpy(o->status, text, n * sizeof *text);
	pthread_mutex_unlock(&o->lock);
	return true;
}

const struct host_services host_services = {
	.take = take,
	.give = free,
	.open_library = system_open_library,
	.find_symbol = system_find_symbol,
	.close_library = system_close_library,
	.alloc = memory_alloc,
	.alloc_own = memory_alloc_own,
	.free = memory_free,
	.error = on_error,
	.event = on_event,
	.set_depth = on_set_depth,
	.depth = on_depth,
	.clean = on_clean,
	.status = on_status,
};
