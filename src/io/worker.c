/* Threads that do what would hold the loop: the one place of the daemon with a lock. */
#include <pthread.h>
#include <signal.h>

#include "base/err.h"
#include "base/mem.h"
#include "io/loop_core.h"

/* A task on its way: waiting, on a thread, or done and not told yet. */
struct order {
	struct zv_node node;
	void (*work)(void *task);
	void (*done)(void *task);
	void *task;
};

struct zv_worker {
	struct zv_member member;
	struct zv_wake *wake; /* something is done */
	uv_mutex_t mutex;
	uv_cond_t changed;
	uv_cond_t ended;		  /* a thread has */
	struct zv_node waiting, finished; /* under the mutex */
	bool stop;			  /* … */
	struct order *orders;
	struct zv_node idle; /* of them; the loop's own */
	size_t n_orders;
	uv_thread_t *threads;
	int n_threads;
	int alive; /* … of them, that have not ended; under the mutex */
	bool left; /* … nobody waits for them any more */
};

/* ---- on the threads -------------------------------------------------------------- */

/* NULL: stop, and nothing waits. */
static struct order *
next_order(struct zv_worker *w)
{
	struct zv_node *node;

	while (!(node = zv_list_first(&w->waiting)) && !w->stop)
		uv_cond_wait(&w->changed, &w->mutex);
	if (!node || w->left)
		return NULL; /* what waits is not begun any more when nobody asks for it */
	zv_list_remove(node);
	return ZV_OWNER(node, struct order, node);
}

static void
free_worker(struct zv_worker *w)
{
	uv_cond_destroy(&w->ended);
	uv_cond_destroy(&w->changed);
	uv_mutex_destroy(&w->mutex);
	zv_free(w->threads);
	zv_free(w->orders);
	zv_free(w);
}

static void
run_thread(void *worker)
{
	struct zv_worker *w = worker;
	struct order *o;
	bool is_last;

	uv_mutex_lock(&w->mutex);
	while ((o = next_order(w))) {
		uv_mutex_unlock(&w->mutex);
		o->work(o->task);
		uv_mutex_lock(&w->mutex);
		zv_list_append(&w->finished, &o->node);
		if (!w->left)
			zv_wake_up(w->wake);
	}
	is_last = --w->alive == 0 && w->left;
	uv_cond_broadcast(&w->ended);
	uv_mutex_unlock(&w->mutex);
	if (is_last)
		free_worker(w);
}

/* ---- on the loop ----------------------------------------------------------------- */

static struct order
take_finished(struct zv_worker *w, bool *found)
{
	struct order copy = { 0 };
	struct zv_node *node;

	uv_mutex_lock(&w->mutex);
	node = zv_list_first(&w->finished);
	if (node)
		zv_list_remove(node);
	uv_mutex_unlock(&w->mutex);
	*found = node != NULL;
	if (node) {
		copy = *ZV_OWNER(node, struct order, node);
		zv_list_append(&w->idle, node);
	}
	return copy;
}

static void
tell_finished(void *worker)
{
	struct zv_worker *w = worker;
	bool found;

	for (size_t left = w->n_orders; left; left--) {
		struct order o = take_finished(w, &found);

		if (!found)
			return;
		o.done(o.task);
	}
	zv_wake_up(w->wake); /* done() may have asked for more work, long since done */
}

int
zv_worker_do(struct zv_worker *w, void (*work)(void *task), void (*done)(void *task),
	     void *task)
{
	struct zv_node *node = zv_list_first(&w->idle);
	struct order *o;

	if (!node || w->stop)
		return ZV_EBUSY;
	o = ZV_OWNER(node, struct order, node);
	zv_list_remove(node);
	o->work = work;
	o->done = done;
	o->task = task;
	uv_mutex_lock(&w->mutex);
	zv_list_append(&w->waiting, node);
	uv_cond_signal(&w->changed);
	uv_mutex_unlock(&w->mutex);
	return 0;
}

/* ---- life ------------------------------------------------------------------------ */

static void
stop_threads(struct zv_worker *w)
{
	uv_mutex_lock(&w->mutex);
	w->stop = true;
	uv_cond_broadcast(&w->changed);
	uv_mutex_unlock(&w->mutex);
	for (int i = 0; i < w->n_threads; i++)
		uv_thread_join(&w->threads[i]);
}

static void
close_worker(struct zv_member *m)
{
	struct zv_worker *w = ZV_OWNER(m, struct zv_worker, member);

	stop_threads(w);
	tell_finished(w);
	zv_wake_free(w->wake);
	free_worker(w);
}

/* Signals are the loop's business. */
static int
start_threads(struct zv_worker *w, int wanted)
{
	sigset_t all, before;
	int rc = 0;

	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	uv_mutex_lock(&w->mutex);
	while (rc == 0 && w->n_threads < wanted) {
		rc = uv_thread_create(&w->threads[w->n_threads], run_thread, w);
		w->n_threads += rc == 0;
		w->alive = w->n_threads;
	}
	uv_mutex_unlock(&w->mutex);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return rc;
}

static struct zv_worker *
make_worker(int threads, size_t queue)
{
	struct zv_worker *w = zv_calloc(1, sizeof *w);

	if (!w)
		return NULL;
	w->n_orders = (size_t)threads + queue;
	w->orders = zv_calloc(w->n_orders, sizeof *w->orders);
	w->threads = zv_calloc((size_t)threads, sizeof *w->threads);
	if (!w->orders || !w->threads || uv_mutex_init(&w->mutex) < 0)
		goto fail;
	if (uv_cond_init(&w->changed) < 0) {
		uv_mutex_destroy(&w->mutex);
		goto fail;
	}
	if (uv_cond_init(&w->ended) < 0) {
		uv_cond_destroy(&w->changed);
		uv_mutex_destroy(&w->mutex);
		goto fail;
	}
	zv_list_init(&w->waiting);
	zv_list_init(&w->finished);
	zv_list_init(&w->idle);
	for (size_t i = 0; i < w->n_orders; i++)
		zv_list_append(&w->idle, &w->orders[i].node);
	return w;
fail:
	zv_free(w->threads);
	zv_free(w->orders);
	zv_free(w);
	return NULL;
}

struct zv_worker *
zv_worker_new(struct zv_loop *l, int threads, size_t queue, struct zv_error *err)
{
	struct zv_worker *w = make_worker(threads, queue);
	int rc;

	if (w)
		w->wake = zv_wake_new(l, tell_finished, w);
	if (!w || !w->wake) {
		if (w)
			free_worker(w);
		zv_fail_nomem(err);
		return NULL;
	}
	rc = start_threads(w, threads);
	if (rc < 0) {
		zv_fail(err, ZV_EIO, "cannot start %d threads: %s", threads,
			uv_strerror(rc));
		close_worker(&w->member);
		return NULL;
	}
	zv_loop_add(l, &w->member, close_worker);
	return w;
}

void
zv_worker_free(struct zv_worker *w)
{
	if (!w)
		return;
	zv_list_remove(&w->member.node);
	close_worker(&w->member);
}

/* Tells the threads to end, and waits so long. */
static void
wait_for_end(struct zv_worker *w, int wait_ms)
{
	uint64_t until = uv_hrtime() + (uint64_t)wait_ms * 1000000, now;

	uv_mutex_lock(&w->mutex);
	w->stop = true;
	uv_cond_broadcast(&w->changed);
	while (w->alive > 0 && (now = uv_hrtime()) < until)
		uv_cond_timedwait(&w->ended, &w->mutex, until - now);
	uv_mutex_unlock(&w->mutex);
}

/* The last of the threads that still hang will free it. false: all have ended. */
static bool
leave_to_threads(struct zv_worker *w)
{
	struct zv_wake *wake = w->wake;

	uv_mutex_lock(&w->mutex);
	w->left = w->alive > 0;
	for (int i = 0; i < w->n_threads && w->left; i++)
		pthread_detach(w->threads[i]);
	if (!w->left) {
		uv_mutex_unlock(&w->mutex);
		return false;
	}
	uv_mutex_unlock(&w->mutex);
	zv_wake_free(wake);
	return true;
}

void
zv_worker_leave(struct zv_worker *w, int wait_ms)
{
	if (!w)
		return;
	zv_list_remove(&w->member.node);
	wait_for_end(w, wait_ms);
	tell_finished(w);
	if (!leave_to_threads(w))
		close_worker(&w->member);
}
