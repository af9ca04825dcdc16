/* A client with its own two threads: how they begin and end, and what other threads may
 * call. See threads_impl.h. */
#include "ami/request.h"
#include "base/err.h"
#include "base/mem.h"
#include "client/threads_impl.h"
#include "io/clock.h"
#include "io/thread.h"

/* The delivery thread knows whose it is; pthread_create may tell too late. */
static _Thread_local const struct zv_threads *own_threads;

/* ---- shared ------------------------------------------------------------------- */

void
zv_threads_free_entry(struct zv_entry *e)
{
	if (e->kind == ZV_ENTRY_NEWS && e->news.kind == ZV_FETCH_HEAD)
		zv_wipe(e->bytes, e->n); /* the cookie stands for a login */
	zv_free(e);
}

static void
free_entries(struct zv_node *list)
{
	struct zv_node *node;

	while ((node = zv_list_first(list))) {
		zv_list_remove(node);
		zv_threads_free_entry(ZV_OWNER(node, struct zv_entry, node));
	}
}

void
zv_threads_free_posted(struct zv_posted *post)
{
	zvon_request_free(post->request);
	zv_free(post);
}

void
zv_threads_free_orders(struct zv_node *orders)
{
	struct zv_node *node;

	while ((node = zv_list_first(orders))) {
		struct zv_posted_order *order =
			ZV_OWNER(node, struct zv_posted_order, node);

		zv_list_remove(node);
		zv_wipe(order->text, order->n); /* a login may be among them */
		zv_free(order);
	}
}

void
zv_threads_keep_block(struct zv_threads *t, struct zv_entry *e)
{
	pthread_mutex_lock(&t->lock);
	if (t->n_spare < ZV_MAX_SPARE_BLOCKS) {
		zv_list_append(&t->spare, &e->node);
		t->n_spare++;
		e = NULL;
	}
	pthread_mutex_unlock(&t->lock);
	zv_free(e);
}

void
zv_threads_begin_delivery(const struct zv_threads *t)
{
	own_threads = t;
}

/* ---- life --------------------------------------------------------------------------- */

void
zv_threads_free(struct zv_threads *t)
{
	struct zv_node *node;

	if (!t)
		return;
	free_entries(&t->queue);
	free_entries(&t->spare);
	while ((node = zv_list_first(&t->inbox))) {
		zv_list_remove(node);
		zv_threads_free_posted(ZV_OWNER(node, struct zv_posted, node));
	}
	zv_threads_free_orders(&t->orders);
	zv_buf_deinit(&t->outbox);
	zv_buf_deinit(&t->sending);
	pthread_cond_destroy(&t->room);
	pthread_cond_destroy(&t->work);
	pthread_mutex_destroy(&t->lock);
	pthread_mutex_destroy(&t->joining);
	zv_free(t);
}

static struct zv_threads *
new_threads(struct zv_client *c)
{
	struct zv_threads *t = zv_calloc(1, sizeof *t);

	if (!t)
		return NULL;
	t->client = c;
	zv_list_init(&t->queue);
	zv_list_init(&t->spare);
	zv_list_init(&t->inbox);
	zv_list_init(&t->orders);
	t->outbox.secret = t->sending.secret = true; /* a login passes through them */
	pthread_mutex_init(&t->joining, NULL);
	pthread_mutex_init(&t->lock, NULL);
	zv_cond_init(&t->work);
	zv_cond_init(&t->room);
	return t;
}

static int
start_threads(struct zv_threads *t)
{
	int rc = zv_thread_start(&t->network, 0, zv_network_main, t);

	if (rc == 0) {
		rc = zv_thread_start(&t->delivery, 0, zv_delivery_main, t);
		if (rc != 0) {
			pthread_mutex_lock(&t->lock);
			t->network_ends = true;
			pthread_mutex_unlock(&t->lock);
			zv_bell_ring(&t->client->wake);
			pthread_join(t->network, NULL);
		}
	}
	return rc;
}

int
zvon_client_start(struct zv_client *c, struct zv_error *err)
{
	bool ended = c->drive == ZV_DRIVE_THREADS && c->threads->joined;
	int rc;

	if (c->drive != ZV_DRIVE_NONE && !ended)
		return zv_fail(err, ZV_EBUSY, "the client is running already");
	zv_threads_free(c->threads);
	c->threads = new_threads(c);
	c->drive = c->threads ? ZV_DRIVE_THREADS : ZV_DRIVE_NONE;
	zv_client_set_closing(c, false);
	if (!c->threads)
		return zv_fail_nomem(err);
	rc = start_threads(c->threads);
	if (rc == 0)
		return 0;
	c->threads->joined = true; /* there are none */
	return zv_fail(err, ZV_EIO, "cannot start a thread: %s", strerror(rc));
}

static void
ask_to_stop(struct zv_threads *t)
{
	zv_client_set_closing(t->client, true);
	pthread_mutex_lock(&t->lock);
	t->stopping = true;
	pthread_cond_signal(&t->work);
	pthread_mutex_unlock(&t->lock);
}

void
zvon_client_stop(struct zv_client *c)
{
	struct zv_threads *t = c->threads;

	if (c->drive != ZV_DRIVE_THREADS)
		return;
	ask_to_stop(t);
	if (zv_threads_is_delivery(c))
		return;
	pthread_mutex_lock(&t->joining);
	if (!t->joined) {
		pthread_join(t->delivery, NULL);
		pthread_join(t->network, NULL);
		t->joined = true;
	}
	pthread_mutex_unlock(&t->joining);
}

bool
zv_threads_is_delivery(const struct zv_client *c)
{
	return own_threads == c->threads;
}

bool
zv_threads_free_later(struct zv_client *c)
{
	if (!zv_threads_is_delivery(c))
		return false;
	c->threads->free_later = true;
	zvon_client_stop(c);
	return true;
}

int
zv_threads_send(struct zv_client *c, const struct zv_request *request, int timeout_ms,
		zvon_reply_fn fn, void *user, struct zv_error *err)
{
	struct zv_threads *t = c->threads;
	struct zv_posted *post = zv_calloc(1, sizeof *post);
	int rc = 0;

	if (!post || !(post->request = zv_request_copy(request))) {
		zv_free(post);
		return zv_fail_nomem(err);
	}
	post->timeout_ms = timeout_ms;
	post->asked_ms = zv_clock_ms();
	post->fn = fn;
	post->user = user;
	pthread_mutex_lock(&t->lock);
	if (t->stopping || t->state == ZV_STATE_CLOSED)
		rc = zv_fail(err, ZV_ECLOSED, "the client is closed");
	else if (t->n_inbox >= c->options.max_pending)
		rc = zv_fail(err, ZV_EBUSY, "%zu actions wait to be sent (max_pending)",
			     t->n_inbox);
	if (rc == 0) {
		zv_list_append(&t->inbox, &post->node);
		t->n_inbox++;
		pthread_cond_signal(&t->work);
	}
	pthread_mutex_unlock(&t->lock);
	if (rc < 0)
		zv_threads_free_posted(post);
	return rc;
}

void
zv_threads_publish(struct zv_client *c)
{
	if (c->drive == ZV_DRIVE_THREADS && zv_threads_is_delivery(c))
		zv_delivery_publish_figures(c->threads);
}

void
zv_threads_counters(struct zv_client *c, struct zv_client_counters *out)
{
	zv_threads_publish(c);
	pthread_mutex_lock(&c->threads->lock);
	*out = c->threads->counters;
	pthread_mutex_unlock(&c->threads->lock);
}

enum zv_client_state
zv_threads_state(struct zv_client *c)
{
	enum zv_client_state state;

	zv_threads_publish(c);
	pthread_mutex_lock(&c->threads->lock);
	state = c->threads->state;
	pthread_mutex_unlock(&c->threads->lock);
	return state;
}
