#include "events.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* One for all: those of objects stay for ever, and in MinGW's threads a condition is two
 * handles. */
static pthread_cond_t more = PTHREAD_COND_INITIALIZER;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

void
events_init(struct events *e, long depth, bool is_fixed)
{
	memset(e, 0, sizeof *e);
	e->last = &e->first;
	e->depth = depth;
	e->is_fixed = is_fixed;
}

void
events_deinit(struct events *e)
{
	events_clean(e);
}

static uint16_t *
copy_units(const uint16_t *units)
{
	size_t n = 0;
	uint16_t *out;

	if (!units)
		return NULL;
	while (units[n])
		n++;
	out = take((n + 1) * sizeof *out);
	memcpy(out, units, n * sizeof *out);
	return out;
}

static struct event *
event_new(const uint16_t *const fields[3])
{
	struct event *event = take(sizeof *event);

	for (int i = 0; i < 3; i++)
		event->fields[i] = copy_units(fields[i]);
	return event;
}

void
event_free(struct event *event)
{
	for (int i = 0; event && i < 3; i++)
		free(event->fields[i]);
	free(event);
}

static bool
keep(struct events *e, struct event *event)
{
	if (e->waiting >= e->depth) {
		e->refused++;
		return false;
	}
	*e->last = event;
	e->last = &event->next;
	e->waiting++;
	pthread_cond_broadcast(&more);
	return true;
}

bool
events_offer(struct events *e, const uint16_t *const fields[3],
	     event_handler_fn handler, void *user)
{
	struct event *event = event_new(fields);
	enum taking taking;
	bool ok = true;

	pthread_mutex_lock(&lock);
	taking = e->taking;
	if (taking)
		e->taken++;
	else
		ok = keep(e, event);
	pthread_mutex_unlock(&lock);
	if (taking)
		handler(user, event, taking);
	if (taking || !ok)
		event_free(event);
	return ok;
}

/* Under the lock. */
static struct event *
pop(struct events *e)
{
	struct event *event = e->first;

	if (!event)
		return NULL;
	e->first = event->next;
	if (!e->first)
		e->last = &e->first;
	e->waiting--;
	return event;
}

static struct timespec
later(long ms)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	t.tv_sec += ms / 1000;
	t.tv_nsec += ms % 1000 * 1000000;
	if (t.tv_nsec >= 1000000000) {
		t.tv_sec++;
		t.tv_nsec -= 1000000000;
	}
	return t;
}

struct event *
events_take(struct events *e, long ms)
{
	struct timespec until = later(ms);
	struct event *event;

	pthread_mutex_lock(&lock);
	while (!e->first && ms > 0)
		if (pthread_cond_timedwait(&more, &lock, &until) == ETIMEDOUT)
			break;
	event = pop(e);
	pthread_mutex_unlock(&lock);
	return event;
}

bool
events_set_depth(struct events *e, long depth)
{
	bool ok;

	pthread_mutex_lock(&lock);
	ok = !e->is_fixed && depth > 0;
	if (ok)
		e->depth = depth;
	pthread_mutex_unlock(&lock);
	return ok;
}

void
events_clean(struct events *e)
{
	struct event *event;

	pthread_mutex_lock(&lock);
	while ((event = pop(e)))
		event_free(event);
	e->cleaned++;
	pthread_mutex_unlock(&lock);
}

void
events_set_taking(struct events *e, enum taking taking, event_handler_fn handler,
		  void *user)
{
	struct event *event;

	pthread_mutex_lock(&lock);
	e->taking = taking;
	while (taking && (event = pop(e))) {
		e->taken++;
		pthread_mutex_unlock(&lock);
		handler(user, event, taking);
		event_free(event);
		pthread_mutex_lock(&lock);
	}
	pthread_mutex_unlock(&lock);
}

struct events_counts
events_count(struct events *e)
{
	struct events_counts counts;

	pthread_mutex_lock(&lock);
	counts = (struct events_counts){ e->depth, e->waiting, e->taken, e->refused,
					 e->cleaned };
	pthread_mutex_unlock(&lock);
	return counts;
}

void
put_event(struct text *t, const struct event *event)
{
	for (int i = 0; i < 3; i++)
		put_units(t, event->fields[i]);
}
