#include "onechost.h"

#include <time.h>

#include "helper.h"

/* ---- as the component sees it ------------------------------------------------------------- */

static void
keep(struct onechost *h, struct zv_str source, struct zv_str name, struct zv_str data)
{
	zv_buf_printf(&h->events, "%.*s|%.*s|%.*s\n", ZV_ARG(source), ZV_ARG(name),
		      ZV_ARG(data));
}

static bool
take_event(void *face, struct zv_str source, struct zv_str name, struct zv_str data)
{
	struct onechost *h = face;
	bool takes;

	if (h->on_event)
		return h->on_event(h, source, name, data);
	pthread_mutex_lock(&h->lock);
	h->n_offered++;
	pthread_cond_broadcast(&h->changed);
	h->n_sitting = h->mood == HOST_SITS;
	while (h->mood == HOST_SITS)
		pthread_cond_wait(&h->changed, &h->lock);
	h->n_sitting = 0;
	takes = h->mood == HOST_TAKES;
	if (takes) {
		keep(h, source, name, data);
		h->n_taken++;
	}
	pthread_cond_broadcast(&h->changed);
	pthread_mutex_unlock(&h->lock);
	return takes;
}

static void
raise_text(void *face, struct zv_str source, struct zv_str text)
{
	struct onechost *h = face;

	zv_buf_clear(&h->raised);
	zv_buf_printf(&h->raised, "%.*s: %.*s", ZV_ARG(source), ZV_ARG(text));
}

static bool
set_depth(void *face, long depth)
{
	struct onechost *h = face;

	if (depth > h->depth_most)
		return false;
	h->depth = depth;
	return true;
}

static long
get_depth(void *face)
{
	return ((struct onechost *)face)->depth;
}

static enum zv_app
get_app(void *face)
{
	return ((struct onechost *)face)->app;
}

static void
forget_events(void *face)
{
	((struct onechost *)face)->n_forgotten++;
}

const struct zv_host onechost_calls = { take_event, raise_text, set_depth,
					get_depth,  get_app,	forget_events };

/* ---- as the test sees it ------------------------------------------------------------------ */

void
onechost_init(struct onechost *h)
{
	*h = (struct onechost){ .depth = 1, .depth_most = 100000, .app = ZV_APP_THIN };
	pthread_mutex_init(&h->lock, NULL);
	pthread_cond_init(&h->changed, NULL);
}

void
onechost_deinit(struct onechost *h)
{
	zv_buf_deinit(&h->events);
	zv_buf_deinit(&h->raised);
	pthread_cond_destroy(&h->changed);
	pthread_mutex_destroy(&h->lock);
}

void
onechost_set_mood(struct onechost *h, enum onechost_mood mood)
{
	pthread_mutex_lock(&h->lock);
	h->mood = mood;
	pthread_cond_broadcast(&h->changed);
	pthread_mutex_unlock(&h->lock);
}

static void
wait_for(struct onechost *h, const size_t *counter, size_t n)
{
	struct timespec end;
	int rc = 0;

	clock_gettime(CLOCK_REALTIME, &end);
	end.tv_sec += 10;
	pthread_mutex_lock(&h->lock);
	while (*counter < n && rc == 0)
		rc = pthread_cond_timedwait(&h->changed, &h->lock, &end);
	pthread_mutex_unlock(&h->lock);
	if (rc != 0)
		fail_msg("%zu events of %zu after 10 s", *counter, n);
}

void
onechost_wait_taken(struct onechost *h, size_t n)
{
	wait_for(h, &h->n_taken, n);
}

void
onechost_wait_offered(struct onechost *h, size_t n)
{
	wait_for(h, &h->n_offered, n);
}

void
onechost_check_events(struct onechost *h, const char *wanted)
{
	pthread_mutex_lock(&h->lock);
	check_text("events", zv_buf_str(&h->events), zvon_str(wanted));
	zv_buf_clear(&h->events);
	pthread_mutex_unlock(&h->lock);
}

void
onechost_check_raised(struct onechost *h, const char *wanted)
{
	check_text("raised", zv_buf_str(&h->raised), zvon_str(wanted));
	zv_buf_clear(&h->raised);
}

void
onechost_wait_sitting(struct onechost *h)
{
	wait_for(h, &h->n_sitting, 1);
}
