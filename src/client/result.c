/* Sending an action and waiting for the whole answer. */
#include <pthread.h>

#include "base/err.h"
#include "base/mem.h"
#include "client/client.h"

struct waiter {
	struct zv_result *result;
	size_t cap;
	bool done;
	pthread_mutex_t lock;
	pthread_cond_t is_done;
};

static void
keep_item(struct waiter *w, const struct zv_packet *packet)
{
	struct zv_result *r = w->result;

	if (r->n_items == w->cap) {
		size_t cap = w->cap ? w->cap * 2 : 16;
		struct zv_packet **items = zv_realloc(r->items, cap * sizeof *items);

		if (!items) {
			r->status = ZV_ENOMEM;
			return;
		}
		r->items = items;
		w->cap = cap;
	}
	r->items[r->n_items] = zvon_packet_copy(packet);
	if (r->items[r->n_items])
		r->n_items++;
	else
		r->status = ZV_ENOMEM;
}

static void
finish(struct waiter *w, int status)
{
	pthread_mutex_lock(&w->lock);
	if (w->result->status == 0)
		w->result->status = status;
	w->done = true;
	pthread_cond_signal(&w->is_done);
	pthread_mutex_unlock(&w->lock);
}

static void
on_reply(void *user, enum zv_reply_part part, int status,
	 const struct zv_packet *packet)
{
	struct waiter *w = user;

	switch (part) {
	case ZV_REPLY_RESPONSE:
		w->result->response = zvon_packet_copy(packet);
		if (!w->result->response)
			w->result->status = ZV_ENOMEM;
		break;
	case ZV_REPLY_ITEM:
		keep_item(w, packet);
		break;
	case ZV_REPLY_DONE:
		finish(w, status);
		break;
	}
}

static void
wait_done(struct zv_client *c, struct waiter *w)
{
	if (c->drive == ZV_DRIVE_LOOP) {
		if (zv_client_loop_run(c, INT64_MAX, &w->done) &&
		    !w->done) /* interrupted */
			zvon_client_close(c);
		return;
	}
	pthread_mutex_lock(&w->lock);
	while (!w->done)
		pthread_cond_wait(&w->is_done, &w->lock);
	pthread_mutex_unlock(&w->lock);
}

int
zvon_client_request(struct zv_client *c, const struct zv_request *request,
		    int timeout_ms, struct zv_result *result, struct zv_error *err)
{
	struct waiter w = { .result = result };
	bool from_handler = c->drive == ZV_DRIVE_THREADS ? zv_threads_is_delivery(c)
							 : c->in_handler;
	int rc;

	*result = (struct zv_result){ 0 };
	if (from_handler)
		return zv_fail(err, ZV_EBUSY,
			       "zvon_client_request from inside a handler: use "
			       "zvon_client_send");
	if (c->drive == ZV_DRIVE_NONE)
		return zv_fail(err, ZV_ECLOSED, "the client is not open");
	pthread_mutex_init(&w.lock, NULL);
	pthread_cond_init(&w.is_done, NULL);
	rc = zvon_client_send(c, request, timeout_ms, on_reply, &w, err);
	if (rc == 0)
		wait_done(c, &w);
	pthread_cond_destroy(&w.is_done);
	pthread_mutex_destroy(&w.lock);
	return rc;
}

void
zvon_result_deinit(struct zv_result *result)
{
	if (!result)
		return;
	zvon_packet_free(result->response);
	for (size_t i = 0; i < result->n_items; i++)
		zvon_packet_free(result->items[i]);
	zv_free(result->items);
	*result = (struct zv_result){ 0 };
}
