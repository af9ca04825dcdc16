/* The two threads of a component: how they begin, what they go round in, how they end. */
#include "base/err.h"
#include "base/mem.h"
#include "io/clock.h"
#include "onec/component_impl.h"
#include "onec/pin.h"
#include "io/thread.h"

/* libcurl, OpenSSL and the host's script, which may run inside ExternalEvent. */
#define THREAD_STACK ((size_t)1024 * 1024)

/* ---- the sender ------------------------------------------------------------------------- */

/* To the host, as often as it takes. No lock is held: the script's handler may run inside,
 * and call us. */
static void
hand_over(struct zv_component *c, struct zv_outbox_taken *taken)
{
	while (!c->host->event(c->face, taken->source, taken->name, taken->data))
		if (!zv_outbox_retry(&c->outbox, taken))
			return;
	zv_outbox_done(&c->outbox, taken);
}

static void
tell_end(struct zv_component *c, struct zv_worker_thread *thread)
{
	pthread_mutex_lock(&c->lock);
	thread->is_ended = true;
	pthread_cond_broadcast(&c->changed);
	pthread_mutex_unlock(&c->lock);
	zv_component_drop(c);
}

static void *
sender_main(void *component)
{
	struct zv_component *c = component;
	struct zv_outbox_taken taken;

	zv_thread_name("zvon-send");
	while (zv_outbox_take(&c->outbox, &taken))
		hand_over(c, &taken);
	tell_end(c, &c->sender);
	return NULL;
}

/* ---- the link --------------------------------------------------------------------------- */

/* libcurl leaves a thread of its own behind that resolves a name: it must find its code
 * when it is through, even if we are unloaded. */
static void
close_link(struct zv_link *link)
{
	if (!link)
		return;
	if (link->kind->is_resolving && link->kind->is_resolving(link))
		zv_pin_library();
	link->kind->close(link);
}

void
zv_component_set_link(struct zv_component *c, struct zv_link *link)
{
	struct zv_link *before = c->link;

	if (before == link)
		return;
	c->link = link;
	if (before && before == c->processing)
		c->retired = before;
	else
		close_link(before);
}

struct zv_link *
zv_component_link(struct zv_component *c)
{
	return c->link;
}

static void
process_link(struct zv_component *c)
{
	if (!c->link)
		return;
	c->processing = c->link;
	c->link->kind->process(c->link);
	c->processing = NULL;
	close_link(c->retired);
	c->retired = NULL;
}

/* ---- the network thread ----------------------------------------------------------------- */

static void
wait_for_work(struct zv_component *c)
{
	struct zv_descriptor fds[ZV_MAX_DESCRIPTORS + 1];
	struct zv_link *link = c->link;
	size_t n = 0;
	int timeout_ms = -1;

	if (link) {
		n = link->kind->descriptors(link, fds, ZV_MAX_DESCRIPTORS);
		timeout_ms = link->kind->timeout(link);
	}
	fds[n++] = zv_bell_descriptor(&c->bell);
	if (zv_wait(fds, n, timeout_ms))
		zv_bell_clear(&c->bell);
}

static bool
is_stopping(struct zv_component *c)
{
	bool is;

	pthread_mutex_lock(&c->lock);
	is = c->is_stopping;
	pthread_mutex_unlock(&c->lock);
	return is;
}

static void *
network_main(void *component)
{
	struct zv_component *c = component;

	zv_thread_name("zvon-net");
	while (!is_stopping(c)) {
		zv_outbox_hold(&c->outbox);
		zv_ask_run_all(c);
		process_link(c);
		zv_outbox_release(&c->outbox);
		wait_for_work(c);
	}
	zv_component_set_link(c, NULL);
	zv_ask_refuse_all(c);
	tell_end(c, &c->network);
	return NULL;
}

/* ---- beginning -------------------------------------------------------------------------- */

void
zv_bridge_init(struct zv_component *c)
{
	pthread_mutex_init(&c->lock, NULL);
	pthread_mutex_init(&c->own_lock, NULL);
	zv_cond_init(&c->changed);
	zv_list_init(&c->inbox);
	zv_outbox_init(&c->outbox);
}

void
zv_bridge_deinit(struct zv_component *c)
{
	if (c->has_bell)
		zv_bell_close(&c->bell);
	zv_outbox_deinit(&c->outbox);
	pthread_cond_destroy(&c->changed);
	pthread_mutex_destroy(&c->own_lock);
	pthread_mutex_destroy(&c->lock);
}

/* Under the lock. */
static int
start(struct zv_component *c, struct zv_worker_thread *thread, void *(*body)(void *),
      struct zv_error *err)
{
	int rc;

	zv_component_hold(c);
	if ((rc = zv_thread_start(&thread->id, THREAD_STACK, body, c)) != 0) {
		zv_component_drop(c);
		return zv_fail(
			err, ZV_EIO,
			zv_component_is_russian(c)
				? "нельзя создать поток (ошибка системы %d): "
				  "закройте лишние программы"
				: "cannot make a thread (system error %d): close "
				  "other programs",
			rc);
	}
	thread->is_started = true;
	return 0;
}

int
zv_bridge_start_network(struct zv_component *c, struct zv_error *err)
{
	int rc;

	if (c->network.is_started)
		return 0;
	if (!c->has_bell && (rc = zv_bell_open(&c->bell, err)) < 0)
		return rc;
	c->has_bell = true;
	return start(c, &c->network, network_main, err);
}

/* What cannot be sent for want of a thread waits for the next try. */
static void
start_sender(struct zv_component *c)
{
	if (__atomic_load_n(&c->is_sending, __ATOMIC_ACQUIRE))
		return;
	pthread_mutex_lock(&c->lock);
	if (!c->sender.is_started && !c->is_stopping &&
	    start(c, &c->sender, sender_main, NULL) == 0)
		__atomic_store_n(&c->is_sending, true, __ATOMIC_RELEASE);
	pthread_mutex_unlock(&c->lock);
}

static bool
takes_events(const struct zv_component *c)
{
	return c->host && c->host->event && c->app != ZV_APP_SERVER;
}

void
zv_component_event(struct zv_component *c, struct zv_str source, struct zv_str name,
		   struct zv_str data)
{
	if (!takes_events(c))
		return;
	zv_outbox_add(&c->outbox, source, name, data);
	start_sender(c);
}

/* ---- ending ----------------------------------------------------------------------------- */

static bool
is_self(const struct zv_worker_thread *thread)
{
	return thread->is_started && pthread_equal(thread->id, pthread_self());
}

/* Under the lock. It finds its code and its data when it goes on, and frees the latter. */
static void
leave(struct zv_worker_thread *thread)
{
	zv_pin_library();
	pthread_detach(thread->id);
}

/* Under the lock, which is given back while it waits. */
static void
end_thread(struct zv_component *c, struct zv_worker_thread *thread, int64_t until_ms)
{
	if (!thread->is_started || thread->is_gone)
		return;
	while (!thread->is_ended && !is_self(thread) && zv_clock_ms() < until_ms)
		zv_cond_wait_until(&c->changed, &c->lock, until_ms);
	thread->is_gone = true;
	if (!thread->is_ended) {
		leave(thread);
		return;
	}
	pthread_mutex_unlock(&c->lock); /* it needs no more than a moment */
	pthread_join(thread->id, NULL);
	pthread_mutex_lock(&c->lock);
}

/* Somebody else stops it already: the host may unload us when this call returns, too. */
static void
wait_for_other(struct zv_component *c, int64_t until_ms)
{
	while (!c->is_stopped && !is_self(&c->sender) && zv_clock_ms() < until_ms)
		zv_cond_wait_until(&c->changed, &c->lock, until_ms);
}

void
zv_bridge_stop(struct zv_component *c)
{
	int64_t until_ms = zv_clock_ms() + ZV_STOP_WAIT_MS;

	pthread_mutex_lock(&c->lock);
	if (c->is_stopping) {
		wait_for_other(c, until_ms);
		pthread_mutex_unlock(&c->lock);
		return;
	}
	c->is_stopping = true;
	pthread_cond_broadcast(&c->changed);
	if (c->has_bell)
		zv_bell_ring(&c->bell);
	zv_outbox_stop(&c->outbox);
	end_thread(c, &c->network, until_ms);
	end_thread(c, &c->sender, until_ms);
	c->is_stopped = true;
	pthread_cond_broadcast(&c->changed);
	pthread_mutex_unlock(&c->lock);
}

bool
zv_bridge_is_stopped(struct zv_component *c)
{
	return is_stopping(c);
}
