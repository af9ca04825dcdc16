#include "onec/outbox.h"

#include <stdio.h>

#include "base/mem.h"
#include "base/utf.h"
#include "io/clock.h"
#include "io/thread.h"

#define ADD(counter, n)	 __atomic_add_fetch(&(counter), n, __ATOMIC_RELAXED)
#define TAKE(counter, n) __atomic_sub_fetch(&(counter), n, __ATOMIC_RELAXED)
#define READ(counter)	 __atomic_load_n(&(counter), __ATOMIC_RELAXED)

/* ---- chains and blocks ---------------------------------------------------------------- */

static void
append(struct zv_outbox_chain *chain, struct zv_outbox_event *event)
{
	event->next = NULL;
	if (chain->last)
		chain->last->next = event;
	else
		chain->first = event;
	chain->last = event;
}

static struct zv_outbox_event *
remove_first(struct zv_outbox_chain *chain)
{
	struct zv_outbox_event *event = chain->first;

	if (event && !(chain->first = event->next))
		chain->last = NULL;
	return event;
}

static size_t
size_of(const struct zv_outbox_event *event)
{
	return sizeof *event + event->n_source + event->n_name + event->n_data;
}

static char *
copy(char *to, struct zv_str from)
{
	if (from.n)
		memcpy(to, from.p, from.n);
	return to + from.n;
}

static struct zv_str
cut(struct zv_str text)
{
	text.n = zv_utf8_cut(text, ZV_EVENT_BYTES_MAX);
	return text;
}

/* NULL: out of memory. */
static struct zv_outbox_event *
new_event(struct zv_str source, struct zv_str name, struct zv_str data)
{
	struct zv_outbox_event *event =
		zv_malloc(sizeof *event + source.n + name.n + data.n);

	if (!event)
		return NULL;
	event->n_source = source.n;
	event->n_name = name.n;
	event->n_data = data.n;
	copy(copy(copy(event->text, source), name), data);
	return event;
}

/* It does not wait any more. */
static void
drop(struct zv_outbox *q, struct zv_outbox_event *event)
{
	TAKE(q->waiting, 1);
	TAKE(q->bytes, size_of(event));
	zv_free(event);
}

static size_t
drop_all(struct zv_outbox *q, struct zv_outbox_chain *chain)
{
	struct zv_outbox_event *event;
	size_t n = 0;

	for (; (event = remove_first(chain)); n++)
		drop(q, event);
	return n;
}

/* ---- life ------------------------------------------------------------------------------- */

void
zv_outbox_init(struct zv_outbox *q)
{
	*q = (struct zv_outbox){ .most = ZV_EVENTS_WAITING };
	pthread_mutex_init(&q->lock, NULL);
	pthread_mutex_init(&q->batch_lock, NULL);
	zv_cond_init(&q->news);
}

void
zv_outbox_deinit(struct zv_outbox *q)
{
	drop_all(q, &q->batch);
	drop_all(q, &q->told);
	pthread_cond_destroy(&q->news);
	pthread_mutex_destroy(&q->batch_lock);
	pthread_mutex_destroy(&q->lock);
}

void
zv_outbox_stop(struct zv_outbox *q)
{
	pthread_mutex_lock(&q->lock);
	__atomic_store_n(&q->is_stopping, true, __ATOMIC_RELAXED);
	pthread_cond_signal(&q->news);
	pthread_mutex_unlock(&q->lock);
}

/* ---- telling: under lock ---------------------------------------------------------------- */

static bool
is_too_full(struct zv_outbox *q)
{
	return READ(q->waiting) > q->most || READ(q->bytes) > ZV_EVENTS_BYTES;
}

/* The newest state stays: what the sender has not begun yet goes first, then what was told
 * since. What it has at hand is the host's already. */
static void
make_room(struct zv_outbox *q)
{
	if (!is_too_full(q))
		return;
	pthread_mutex_lock(&q->batch_lock);
	while (is_too_full(q)) {
		struct zv_outbox_event *event = remove_first(&q->batch);

		if (!event && !(event = remove_first(&q->told)))
			break;
		drop(q, event);
		q->dropped_untold++;
		ADD(q->dropped, 1);
	}
	pthread_mutex_unlock(&q->batch_lock);
}

static void
wake(struct zv_outbox *q)
{
	if (q->sender_sleeps)
		pthread_cond_signal(&q->news);
	q->sender_sleeps = false;
}

/* No memory for it: its place is lost, its number is told. */
static void
miss(struct zv_outbox *q)
{
	pthread_mutex_lock(&q->batch_lock);
	q->dropped_untold++;
	ADD(q->dropped, 1);
	pthread_mutex_unlock(&q->batch_lock);
}

static void
put(struct zv_outbox *q, struct zv_outbox_event *event)
{
	size_t waiting = ADD(q->waiting, 1);

	ADD(q->bytes, size_of(event));
	append(&q->told, event);
	make_room(q);
	if (waiting > q->most)
		waiting = q->most;
	if (waiting > q->waiting_most)
		__atomic_store_n(&q->waiting_most, waiting, __ATOMIC_RELAXED);
}

void
zv_outbox_add(struct zv_outbox *q, struct zv_str source, struct zv_str name,
	      struct zv_str data)
{
	struct zv_outbox_event *event = new_event(cut(source), cut(name), cut(data));

	pthread_mutex_lock(&q->lock);
	q->n_told++;
	if (READ(q->is_stopping))
		zv_free(event);
	else if (event)
		put(q, event);
	else
		miss(q);
	if (q->holds == 0 || READ(q->waiting) >= ZV_OUTBOX_WAKE_AT)
		wake(q);
	pthread_mutex_unlock(&q->lock);
}

void
zv_outbox_hold(struct zv_outbox *q)
{
	pthread_mutex_lock(&q->lock);
	q->holds++;
	pthread_mutex_unlock(&q->lock);
}

void
zv_outbox_release(struct zv_outbox *q)
{
	pthread_mutex_lock(&q->lock);
	q->holds--;
	wake(q);
	pthread_mutex_unlock(&q->lock);
}

void
zv_outbox_forget(struct zv_outbox *q)
{
	pthread_mutex_lock(&q->lock);
	pthread_mutex_lock(&q->batch_lock);
	drop_all(q, &q->batch);
	drop_all(q, &q->told);
	q->dropped_untold = 0;
	q->epoch++;
	pthread_mutex_unlock(&q->batch_lock);
	pthread_cond_signal(&q->news);
	pthread_mutex_unlock(&q->lock);
}

void
zv_outbox_set_most(struct zv_outbox *q, size_t most)
{
	pthread_mutex_lock(&q->lock);
	q->most = most;
	make_room(q);
	pthread_mutex_unlock(&q->lock);
}

void
zv_outbox_count(struct zv_outbox *q, struct zv_component_counters *out)
{
	pthread_mutex_lock(&q->lock);
	*out = (struct zv_component_counters){
		.events = q->n_told,
		.delivered = READ(q->delivered),
		.dropped = READ(q->dropped),
		.refused = READ(q->refused),
		.waiting = READ(q->waiting),
		.waiting_most = q->waiting_most,
	};
	pthread_mutex_unlock(&q->lock);
}

/* ---- the sender ------------------------------------------------------------------------- */

static void
describe(struct zv_outbox_taken *t)
{
	if (t->event) {
		t->source = (struct zv_str){ t->event->text, t->event->n_source };
		t->name =
			(struct zv_str){ t->source.p + t->source.n, t->event->n_name };
		t->data = (struct zv_str){ t->name.p + t->name.n, t->event->n_data };
		return;
	}
	snprintf(t->number, sizeof t->number, "%llu", (unsigned long long)t->dropped);
	t->source = ZV_STR("zvon");
	t->name = ZV_STR("events.dropped");
	t->data = zvon_str(t->number);
}

/* What was dropped stood in front of all that is left. */
static bool
take_from_batch(struct zv_outbox *q, struct zv_outbox_taken *out)
{
	pthread_mutex_lock(&q->batch_lock);
	out->epoch = q->epoch;
	out->dropped = q->dropped_untold;
	q->dropped_untold = 0;
	out->event = out->dropped ? NULL : remove_first(&q->batch);
	pthread_mutex_unlock(&q->batch_lock);
	return out->event || out->dropped;
}

static void
wait_for_batch(struct zv_outbox *q)
{
	pthread_mutex_lock(&q->lock);
	while (!q->told.first && !q->dropped_untold && !READ(q->is_stopping)) {
		q->sender_sleeps = true;
		zv_cond_wait_until(&q->news, &q->lock, INT64_MAX);
		q->sender_sleeps = false;
	}
	pthread_mutex_lock(&q->batch_lock);
	q->batch = q->told;
	q->told = (struct zv_outbox_chain){ 0 };
	pthread_mutex_unlock(&q->batch_lock);
	pthread_mutex_unlock(&q->lock);
}

bool
zv_outbox_take(struct zv_outbox *q, struct zv_outbox_taken *out)
{
	while (!READ(q->is_stopping)) {
		if (take_from_batch(q, out)) {
			describe(out);
			return true;
		}
		wait_for_batch(q);
	}
	return false;
}

void
zv_outbox_done(struct zv_outbox *q, struct zv_outbox_taken *taken)
{
	if (!taken->event)
		return;
	ADD(q->delivered, 1);
	drop(q, taken->event);
}

/* Under both locks. Its number grows while nobody takes it. */
static void
put_back_notice(struct zv_outbox *q, const struct zv_outbox_taken *taken)
{
	pthread_mutex_lock(&q->batch_lock);
	q->dropped_untold += taken->dropped;
	pthread_mutex_unlock(&q->batch_lock);
}

bool
zv_outbox_retry(struct zv_outbox *q, struct zv_outbox_taken *taken)
{
	int64_t end = zv_clock_ms() + ZV_EVENT_RETRY_MS;
	bool is_wanted;

	ADD(q->refused, 1);
	pthread_mutex_lock(&q->lock);
	while (!READ(q->is_stopping) && q->epoch == taken->epoch && zv_clock_ms() < end)
		zv_cond_wait_until(&q->news, &q->lock, end);
	is_wanted = !READ(q->is_stopping) && q->epoch == taken->epoch;
	if (is_wanted && !taken->event)
		put_back_notice(q, taken);
	pthread_mutex_unlock(&q->lock);
	if (!is_wanted && taken->event)
		drop(q, taken->event);
	return is_wanted && taken->event;
}
