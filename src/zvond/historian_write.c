/* historian_write.c - the loop's side of the thread that writes: it is given the next thing to
 * do as soon as it is free, live calls first; what fails waits and is tried again. */
#include "base/err.h"
#include "base/mem.h"
#include "io/clock.h"
#include "zvond/historian_impl.h"

/* ---- what is told ----------------------------------------------------------------------------- */

static void
say_failed(struct zv_historian *h, const struct zv_error *err, int64_t now)
{
	h->counters.is_failing = true;
	h->counters.failures++;
	if (h->told_ms && now - h->told_ms < ZV_HISTORIAN_TELL_MS)
		return;
	h->told_ms = now;
	zv_log(h->daemon->log, ZV_LOG_WARN, "history",
	       "cannot be written, calls wait and nothing else does: %s waiting=%zu",
	       err->text[0] ? err->text : zvon_err_name(err->code), h->queue.n);
}

static void
say_works(struct zv_historian *h)
{
	if (h->told_ms)
		zv_log(h->daemon->log, ZV_LOG_INFO, "history",
		       "is written again waiting=%zu", h->queue.n);
	h->told_ms = 0;
	h->counters.is_failing = false;
}

static void
say_left_out(struct zv_historian *h, const struct zv_history_job *job)
{
	if (job->warning.code || job->warning.text[0])
		zv_log(h->daemon->log, ZV_LOG_WARN, "history", "%s", job->warning.text);
	if (job->news.bad)
		zv_log(h->daemon->log, ZV_LOG_WARN, "history",
		       "the store does not take %llu calls: %s",
		       (unsigned long long)job->news.bad, job->bad.text);
	if (job->news.lost)
		zv_log(h->daemon->log, ZV_LOG_INFO, "history",
		       "calls that ended unseen calls=%llu",
		       (unsigned long long)job->news.lost);
}

/* ---- what came of it -------------------------------------------------------------------------- */

static void
free_batch(struct zv_node *batch)
{
	struct zv_node *node;

	while ((node = zv_list_first(batch))) {
		zv_list_remove(node);
		zv_entry_free(ZV_OWNER(node, struct zv_entry, node));
	}
}

static void
count(struct zv_historian *h, const struct zv_historian_counters *news)
{
	h->counters.new_calls += news->new_calls;
	h->counters.changed += news->changed;
	h->counters.lost += news->lost;
	h->counters.bad += news->bad;
}

static void
wait_and_retry(struct zv_historian *h, int64_t now)
{
	h->retry_ms = h->retry_ms ? h->retry_ms * 2 : ZV_HISTORIAN_RETRY_MS;
	if (h->retry_ms > ZV_HISTORIAN_RETRY_MOST_MS)
		h->retry_ms = ZV_HISTORIAN_RETRY_MOST_MS;
	h->retry_at_ms = now + h->retry_ms;
	zv_timer_set(h->retry, h->retry_at_ms);
}

/* What the thread was asked for, whatever it was. */
static void
look_at(struct zv_historian *h, struct zv_history_job *job)
{
	int64_t now = zv_clock_ms();

	count(h, &job->news);
	say_left_out(h, job);
	if (job->rc < 0) {
		zv_historian_queue_give_back(&h->queue, &job->batch);
		say_failed(h, &job->err, now);
		wait_and_retry(h, now);
	} else {
		free_batch(&job->batch);
		say_works(h);
		h->retry_ms = 0;
		h->retry_at_ms = 0;
	}
	zv_historian_on_cleaned(h, job);
	if (!h->is_begun) {
		h->is_begun = true;
		zv_historian_give_next(h);
	}
}

static void
on_done(void *owner)
{
	struct zv_historian *h = owner;
	struct zv_question *q = h->job.question;

	h->is_working = false;
	h->was_question = q != NULL;
	h->job.question = NULL;
	if (q)
		zv_question_end(q);
	else
		look_at(h, &h->job);
	zv_historian_pump(h);
}

/* ---- on the thread ------------------------------------------------------------------------------ */

/* A question's failure is its own; the store is opened anew if it is broken. */
static void
answer(struct zv_historian *h, struct zv_history_job *job)
{
	struct zv_question *q = job->question;

	q->rc = zv_historian_open_store(h, job);
	if (q->rc < 0) {
		q->err = job->err;
		return;
	}
	q->rc = q->ask.work(h->store, q->ask.task, &q->err);
	if (q->rc >= 0)
		return;
	zv_store_rollback(h->store);
	if (q->rc == ZV_ECLOSED || q->rc == ZV_EIO)
		zv_historian_close_broken(h, q->rc);
}

static void
work(void *owner)
{
	struct zv_historian *h = owner;

	if (h->job.question)
		answer(h, &h->job);
	else if (h->job.clean)
		zv_historian_clean(h, &h->job);
	else
		zv_historian_write_batch(h, &h->job);
}

/* ---- what is next ------------------------------------------------------------------------------ */

static bool
next_batch(struct zv_historian *h)
{
	return zv_historian_queue_take(&h->queue, &h->job.batch,
				       ZV_HISTORIAN_BATCH_MAX) > 0;
}

static bool
next_question(struct zv_historian *h)
{
	struct zv_node *node = zv_list_first(&h->to_write);

	if (!node)
		return false;
	zv_list_remove(node);
	h->n_to_write--;
	h->job.question = ZV_OWNER(node, struct zv_question, node);
	return true;
}

static void
begin_job(struct zv_historian *h)
{
	h->job = (struct zv_history_job){ 0 };
	zv_list_init(&h->job.batch);
}

static bool
next_job(struct zv_historian *h)
{
	bool is_waiting = h->retry_at_ms > zv_clock_ms();

	begin_job(h);
	if (is_waiting)
		return next_question(h);
	if (h->was_question && next_batch(h))
		return true;
	return next_question(h) || next_batch(h) ||
	       zv_historian_prepare_clean(h, &h->job);
}

void
zv_historian_pump(struct zv_historian *h)
{
	if (h->is_working || h->is_ending || !next_job(h))
		return;
	h->is_working = true;
	if (zv_worker_do(h->writer, work, on_done, h) == 0)
		return;
	h->is_working = false; /* there is room for one: it never comes to this */
	zv_historian_queue_give_back(&h->queue, &h->job.batch);
}

/* ---- asked by others ---------------------------------------------------------------------------- */

int
zv_historian_write(struct zv_historian *h, const struct zv_historian_ask *ask,
		   struct zv_error *err)
{
	struct zv_question *q;

	if (!h)
		return zv_fail(err, ZV_ENOTFOUND,
			       "there is no history: set store in [history]");
	if (h->is_ending || h->n_to_write >= ZV_HISTORIAN_ASKED)
		return zv_fail(err, ZV_EBUSY, "too much is to be written");
	q = zv_question_new(ask, zv_clock_ms(), err);
	if (!q)
		return ZV_ENOMEM;
	zv_list_append(&h->to_write, &q->node);
	h->n_to_write++;
	zv_historian_pump(h);
	return 0;
}

/* ---- the end ------------------------------------------------------------------------------------ */

static void
give_up(struct zv_historian *h)
{
	struct zv_node *node;

	while ((node = zv_list_first(&h->to_write))) {
		struct zv_question *q = ZV_OWNER(node, struct zv_question, node);

		zv_list_remove(node);
		q->rc = zv_fail(&q->err, ZV_ECLOSED, "the daemon stops");
		zv_question_end(q);
	}
}

void
zv_historian_flush(struct zv_historian *h)
{
	int64_t until = zv_clock_ms() + ZV_HISTORIAN_FLUSH_MS;

	give_up(h);
	begin_job(h);
	while (zv_clock_ms() < until && next_batch(h)) {
		zv_historian_write_batch(h, &h->job);
		if (h->job.rc < 0) {
			zv_historian_queue_give_back(&h->queue, &h->job.batch);
			break;
		}
		free_batch(&h->job.batch);
		begin_job(h);
	}
	if (h->queue.n)
		zv_log(h->daemon->log, ZV_LOG_ERROR, "history",
		       "not written at the end: %s calls=%zu",
		       h->job.err.text[0] ? h->job.err.text : "no time was left",
		       h->queue.n);
	zv_store_close(h->store);
}
