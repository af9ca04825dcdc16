/* The delivery thread of a client: owns the core, calls the handlers, keeps the time. */
#include "base/err.h"
#include "base/mem.h"
#include "client/threads_impl.h"
#include "io/clock.h"
#include "io/thread.h"

/* ---- delivery thread --------------------------------------------------------------- */

static void
take_entry(struct zv_threads *t, struct zv_entry *e)
{
	struct zv_core *core = t->client->core;

	if (e->epoch != t->epoch) /* only this thread changes it */
		return;
	switch (e->kind) {
	case ZV_ENTRY_BYTES:
		zv_client_received(t->client, (struct zv_str){ e->bytes, e->n },
				   e->at_ms);
		break;
	case ZV_ENTRY_NEWS:
		zv_core_news(core, e->ticket, &e->news, e->at_ms);
		break;
	case ZV_ENTRY_UP:
		zv_core_link_up(core, e->at_ms);
		break;
	case ZV_ENTRY_DOWN:
		zv_core_link_down(core, &e->why, e->at_ms);
		break;
	}
}

static void
give_back(struct zv_threads *t, struct zv_entry *e)
{
	bool resumes;

	pthread_mutex_lock(&t->lock);
	t->queue_bytes -= e->memory;
	resumes = t->reading_stopped &&
		  t->queue_bytes <= t->client->options.max_queue_bytes / 2;
	if (t->wants_room && t->queue_bytes <= ZV_READ_AHEAD_BYTES / 4) {
		t->wants_room = false;
		pthread_cond_signal(&t->room);
	}
	pthread_mutex_unlock(&t->lock);
	if (resumes)
		zv_bell_ring(&t->client->wake);
	if (e->kind == ZV_ENTRY_BYTES)
		zv_threads_keep_block(t, e);
	else
		zv_threads_free_entry(e);
}

static void
send_posted(struct zv_threads *t)
{
	struct zv_node *node;

	for (;;) {
		struct zv_posted *post;
		int rc;

		pthread_mutex_lock(&t->lock);
		node = zv_list_first(&t->inbox);
		if (node) {
			zv_list_remove(node);
			t->n_inbox--;
		}
		pthread_mutex_unlock(&t->lock);
		if (!node)
			return;
		post = ZV_OWNER(node, struct zv_posted, node);
		rc = zv_core_send(t->client->core, post->request, post->timeout_ms,
				  post->fn, post->user, post->asked_ms, NULL);
		if (rc < 0 && post->fn)
			post->fn(post->user, ZV_REPLY_DONE, rc, NULL);
		zv_threads_free_posted(post);
	}
}

/* For the other threads. */
void
zv_delivery_publish_figures(struct zv_threads *t)
{
	struct zv_core *core = t->client->core;
	struct zv_client_counters counters = { 0 };

	zv_core_count(core, &counters);
	counters.bytes_out += t->client->bytes_out;
	pthread_mutex_lock(&t->lock);
	counters.paused = t->counters.paused;
	counters.queue_most_bytes = t->counters.queue_most_bytes;
	t->counters = counters;
	t->state = zv_core_state(core);
	pthread_mutex_unlock(&t->lock);
}

static size_t
add_text(char *to, size_t at, struct zv_str *text)
{
	memcpy(to + at, text->p, text->n);
	text->p = to + at;
	return at + text->n;
}

/* A copy of its own: the core's texts live until its next call only. */
static struct zv_posted_order *
copy_order(const struct zv_ajam_order *order)
{
	struct zv_ajam_asked a = order->asked;
	size_t n = a.target.n + a.fields.n + a.body.n, at = 0;
	struct zv_posted_order *copy = zv_malloc(sizeof *copy + n);

	if (!copy)
		return NULL;
	if (order->kind == ZV_AJAM_ORDER_START) {
		at = add_text(copy->text, at, &a.target);
		at = add_text(copy->text, at, &a.fields);
		at = add_text(copy->text, at, &a.body);
	}
	copy->order = *order;
	copy->order.asked = a;
	copy->n = at;
	return copy;
}

/* A request that cannot be made must not be waited for. */
static void
take_orders(struct zv_threads *t, struct zv_node *orders)
{
	struct zv_error err = { 0 };
	struct zv_ajam_order order;

	zv_list_init(orders);
	while (t->client->fetch && zv_core_next_order(t->client->core, &order)) {
		struct zv_posted_order *copy = copy_order(&order);

		if (copy) {
			zv_list_append(orders, &copy->node);
			continue;
		}
		zv_fail_nomem(&err);
		zv_core_link_down(t->client->core, &err, zv_clock_ms());
	}
}

static void
post_orders(struct zv_threads *t, struct zv_node *orders)
{
	struct zv_node *node;

	while ((node = zv_list_first(orders))) {
		zv_list_remove(node);
		zv_list_append(&t->orders, node);
	}
}

/* Hands over what the core wants: bytes, requests, a link. */
static void
publish(struct zv_threads *t)
{
	struct zv_core *core = t->client->core;
	struct zv_buf *out = zv_core_output(core);
	bool wants, news;
	struct zv_node orders;

	zv_client_sending(t->client, zv_buf_str(out));
	take_orders(t, &orders);
	wants = zv_core_wants_link(core);
	zv_delivery_publish_figures(t);
	pthread_mutex_lock(&t->lock);
	news = out->n > 0 || wants != t->wants_link || !zv_list_is_empty(&orders);
	if (wants && !t->wants_link) {
		t->epoch++;
		zv_buf_clear(&t->outbox);
		zv_threads_free_orders(&t->orders);
	}
	t->wants_link = wants;
	zv_buf_add(&t->outbox, zv_buf_str(out));
	post_orders(t, &orders);
	pthread_mutex_unlock(&t->lock);

	zv_buf_clear(out);
	if (news)
		zv_bell_ring(&t->client->wake);
}

/* Works off one entry. false: there was none. All that had arrived by its time has
 * been given, so that is the time for the core: an answer in the queue is not late
 * because a handler was slow. */
static bool
deliver_one(struct zv_threads *t)
{
	struct zv_node *node;
	struct zv_entry *e;

	pthread_mutex_lock(&t->lock);
	node = t->stopping ? NULL : zv_list_first(&t->queue);
	if (node)
		zv_list_remove(node);
	pthread_mutex_unlock(&t->lock);
	if (!node)
		return false;
	e = ZV_OWNER(node, struct zv_entry, node);
	take_entry(t, e);
	zv_core_tick(t->client->core, e->at_ms);
	give_back(t, e);
	return true;
}

/* true: stop was asked for. */
static bool
wait_for_work(struct zv_threads *t)
{
	int64_t deadline = zv_core_deadline(t->client->core);
	bool stopping;

	pthread_mutex_lock(&t->lock);
	while (zv_list_is_empty(&t->queue) && zv_list_is_empty(&t->inbox) &&
	       !t->stopping && zv_clock_ms() < deadline)
		zv_cond_wait_until(&t->work, &t->lock, deadline);
	stopping = t->stopping;
	pthread_mutex_unlock(&t->lock);
	return stopping;
}

static void
end_delivery(struct zv_threads *t)
{
	struct zv_str farewell = zv_client_farewell(t->client);
	struct zv_posted_order *logoff = NULL;
	struct zv_ajam_order order;

	send_posted(t);
	if (t->client->fetch && zv_core_farewell(t->client->core, &order))
		logoff = copy_order(&order);
	zv_core_stop(t->client->core, 0, "");
	zv_client_sending(t->client, farewell);
	zv_delivery_publish_figures(t);
	pthread_mutex_lock(&t->lock);
	zv_buf_add(&t->outbox, farewell);
	if (logoff)
		zv_list_append(&t->orders, &logoff->node);
	t->has_farewell = logoff != NULL;
	t->network_ends = true;
	pthread_cond_signal(&t->room);
	pthread_mutex_unlock(&t->lock);
	zv_bell_ring(&t->client->wake);
}

void *
zv_delivery_main(void *user)
{
	struct zv_threads *t = user;
	struct zv_client *c = t->client;

	zv_threads_begin_delivery(t);
	zv_core_start(c->core, zv_clock_ms());
	do {
		publish(t);
		send_posted(t);
		if (!deliver_one(t))
			zv_core_tick(c->core, zv_clock_ms());
	} while (publish(t), !wait_for_work(t));
	end_delivery(t);
	if (t->free_later) {
		pthread_join(t->network, NULL);
		pthread_detach(pthread_self());
		zv_client_destroy(c);
	}
	return NULL;
}
