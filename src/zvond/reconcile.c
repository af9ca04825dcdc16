/* reconcile.c - the loop's side: when a run is due, one step after the other, what is told. */
#include "zvond/reconcile_impl.h"

#include <time.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"
#include "io/clock.h"
#include "zvond/log.h"

static void next_step(struct zv_reconciler *r);

/* ---- life ------------------------------------------------------------------------------- */

static void
free_now(struct zv_reconciler *r)
{
	zv_worker_free(r->worker);
	zv_timer_free(r->leave);
	zv_reconciler_close(r); /* the thread is gone */
	zv_zone_free(r->zone);
	zv_buf_deinit(&r->mark_name);
	zv_buf_deinit(&r->mark);
	zv_buf_deinit(&r->report);
	zv_buf_deinit(&r->warning);
	zv_settings_unref(r->settings);
	zv_free(r);
}

static void
on_leave_time(void *reconciler)
{
	struct zv_reconciler *r = reconciler;

	zv_list_remove(&r->node);
	free_now(r);
}

struct zv_reconciler *
zv_reconciler_new(struct zv_daemon *d, struct zv_settings *settings,
		  const struct zv_config_server *config)
{
	struct zv_reconciler *r;
	struct zv_error err = { 0 };

	if (!d->historian || (!config->cdr.url && !config->cdr.cel))
		return NULL;
	r = zv_calloc(1, sizeof *r);
	if (!r)
		return NULL;
	r->daemon = d;
	r->settings = zv_settings_ref(settings);
	r->config = config;
	r->worker = zv_worker_new(d->loop, 1, 1, &err);
	r->leave = zv_timer_new(d->loop, on_leave_time, r);
	zv_buf_printf(&r->mark_name, "reconciled:%.*s", ZV_ARG(config->hub.name));
	r->due_ms = zv_clock_ms() + ZV_RECONCILER_SYNC_MS;
	r->is_waiting = true;
	r->settle_at_ms = INT64_MAX;
	r->night = -1;
	if (!r->worker || !r->leave || zv_buf_failed(&r->mark_name)) {
		free_now(r);
		return NULL;
	}
	return r;
}

/* What is on its way comes back first: from the historian, which tells when it is done with it,
 * or from the thread, for which the loop may not wait. */
void
zv_reconciler_free(struct zv_reconciler *r)
{
	if (!r)
		return;
	r->is_gone = true;
	zv_reconciler_interrupt(r);
	if (r->step == ZV_RECONCILE_IDLE)
		free_now(r);
	else if (r->step == ZV_RECONCILE_READ || r->step == ZV_RECONCILE_CLOSE)
		zv_list_append(&r->daemon->leaving, &r->node);
}

void
zv_reconcilers_end(struct zv_daemon *d)
{
	struct zv_node *node;

	while ((node = zv_list_first(&d->leaving)))
		on_leave_time(ZV_OWNER(node, struct zv_reconciler, node));
}

/* The thread is done with it. Not at once: its worker is just telling us. */
static bool
leave(struct zv_reconciler *r)
{
	if (r->is_gone)
		zv_timer_set(r->leave, zv_clock_ms());
	return r->is_gone;
}

/* ---- when --------------------------------------------------------------------------------- */

static int64_t
settle_ms(const struct zv_reconciler *r)
{
	return (int64_t)r->config->cdr.settle_s * 1000;
}

static void
ask_for_run(struct zv_reconciler *r, bool is_settling, int64_t in_ms)
{
	r->due_ms = zv_clock_ms() + in_ms;
	r->is_settling = is_settling;
}

/* Calls that went on: their rows are read once more. */
static int64_t
held_ms(const struct zv_reconciler *r)
{
	return settle_ms(r) < ZV_RECONCILER_HELD_MS ? settle_ms(r)
						    : ZV_RECONCILER_HELD_MS;
}

void
zv_reconciler_on_state(struct zv_reconciler *r, bool up)
{
	if (!r)
		return;
	if (up && r->was_down) {
		r->is_waiting = true;
		ask_for_run(r, false, ZV_RECONCILER_SYNC_MS);
	}
	r->was_down = !up;
}

void
zv_reconciler_on_synced(struct zv_reconciler *r)
{
	if (!r || !r->is_waiting)
		return;
	r->is_waiting = false;
	ask_for_run(r, false, 0);
}

/* Each day at that minute; on the day of the start that was the first run. */
static bool
is_night(struct zv_reconciler *r)
{
	time_t now = (time_t)(zv_clock_unix_us() / 1000000);
	struct tm local;

	if (!localtime_r(&now, &local))
		return false;
	if (r->night < 0)
		r->night = local.tm_yday;
	if (local.tm_yday == r->night ||
	    local.tm_hour * 60 + local.tm_min < r->config->cdr.at_minute)
		return false;
	r->night = local.tm_yday;
	return true;
}

static void
start_run(struct zv_reconciler *r)
{
	r->due_ms = INT64_MAX;
	r->was_settling = r->is_settling;
	r->written = (struct zv_reconcile_written){ 0 };
	r->stitched = (struct zv_stitch_counters){ 0 };
	r->rows = 0;
	r->rc = 0;
	r->err = (struct zv_error){ 0 };
	r->is_last = false;
	r->from_ms = zv_clock_unix_us() / 1000 - ZV_RECONCILER_FIRST_MS;
	next_step(r);
}

void
zv_reconciler_each_second(struct zv_reconciler *r, int64_t now_ms)
{
	if (!r)
		return;
	if (is_night(r)) {
		ask_for_run(r, false, 0);
	} else if (now_ms >= r->settle_at_ms) {
		r->settle_at_ms = INT64_MAX;
		ask_for_run(r, true, 0);
	}
	if (r->step == ZV_RECONCILE_IDLE && now_ms >= r->due_ms && !r->is_gone)
		start_run(r);
}

/* ---- what is told ---------------------------------------------------------------------------- */

static void
say_tables(struct zv_reconciler *r)
{
	if (r->has_reported || r->report.n == 0)
		return;
	r->has_reported = true;
	zv_log(r->daemon->log, ZV_LOG_INFO, "records", "%s server=%.*s",
	       zv_buf_cstr(&r->report), ZV_ARG(r->config->hub.name));
}

static void
say_lost(struct zv_reconciler *r)
{
	if (r->warning.n)
		zv_log(r->daemon->log, ZV_LOG_WARN, "records", "%s server=%.*s",
		       zv_buf_cstr(&r->warning), ZV_ARG(r->config->hub.name));
	zv_buf_clear(&r->warning);
}

static void
say_done(struct zv_reconciler *r)
{
	bool is_news = r->written.added || r->written.changed;

	if (r->told_ms)
		zv_log(r->daemon->log, ZV_LOG_INFO, "records",
		       "can be read again server=%.*s", ZV_ARG(r->config->hub.name));
	r->told_ms = 0;
	zv_log(r->daemon->log, is_news ? ZV_LOG_INFO : ZV_LOG_DEBUG, "records",
	       "compared rows=%llu added=%llu changed=%llu same=%llu going_on=%llu "
	       "strange=%llu server=%.*s",
	       (unsigned long long)r->rows, (unsigned long long)r->written.added,
	       (unsigned long long)r->written.changed,
	       (unsigned long long)r->written.same, (unsigned long long)r->written.held,
	       (unsigned long long)r->stitched.strange, ZV_ARG(r->config->hub.name));
}

static void
say_failed(struct zv_reconciler *r)
{
	int64_t now = zv_clock_ms();

	if (r->told_ms && now - r->told_ms < ZV_RECONCILER_TELL_MS)
		return;
	r->told_ms = now;
	zv_log(r->daemon->log, ZV_LOG_WARN, "records",
	       "cannot be compared with the history, it is tried again: %s "
	       "server=%.*s",
	       r->err.text[0] ? r->err.text : zvon_err_name(r->rc),
	       ZV_ARG(r->config->hub.name));
}

/* ---- the end of a run --------------------------------------------------------------------------- */

static void
count(struct zv_reconciler *r)
{
	struct zv_reconciler_counters *c = &r->counters;

	c->rows += r->rows;
	c->added += r->written.added;
	c->changed += r->written.changed;
	c->same += r->written.same;
	c->is_failing = r->rc < 0;
	*(r->rc < 0 ? &c->failures : &c->runs) += 1;
}

/* After a run that something made necessary comes one more: with batch=yes in cdr.conf rows
 * come up to settle_s late. That one is the last. */
static void
end_run(struct zv_reconciler *r)
{
	int64_t now = zv_clock_ms();

	count(r);
	if (r->rc < 0) {
		say_failed(r);
		r->retry_ms = r->retry_ms ? r->retry_ms * 2 : ZV_RECONCILER_RETRY_MS;
		if (r->retry_ms > ZV_RECONCILER_RETRY_MOST_MS)
			r->retry_ms = ZV_RECONCILER_RETRY_MOST_MS;
		if (r->due_ms > now + r->retry_ms) {
			r->due_ms = now + r->retry_ms;
			r->is_settling = r->was_settling;
		}
		return;
	}
	r->retry_ms = 0;
	say_done(r);
	if (!r->was_settling)
		r->settle_at_ms = now + settle_ms(r);
	if (r->written.held && r->due_ms == INT64_MAX)
		ask_for_run(r, true, held_ms(r));
}

static void
on_closed(void *reconciler)
{
	struct zv_reconciler *r = reconciler;

	r->step = ZV_RECONCILE_IDLE;
	if (!leave(r))
		end_run(r);
}

static void
close_run(struct zv_reconciler *r)
{
	r->step = ZV_RECONCILE_CLOSE;
	if (zv_worker_do(r->worker, zv_reconciler_close, on_closed, r) == 0)
		return;
	zv_reconciler_close(r); /* nobody works: it is idle */
	on_closed(r);
}

/* ---- steps ----------------------------------------------------------------------------------------- */

static int
look_for_mark(struct zv_store *s, void *reconciler, struct zv_error *err)
{
	struct zv_reconciler *r = reconciler;

	zv_buf_clear(&r->mark);
	return zv_store_marked(s, zv_buf_str(&r->mark_name), &r->mark, err);
}

static int
write_batch(struct zv_store *s, void *reconciler, struct zv_error *err)
{
	struct zv_reconciler *r = reconciler;

	return zv_reconcile_write(s, &r->batch, zv_buf_str(&r->mark_name), &r->written,
				  err);
}

static void
fail(struct zv_reconciler *r, int rc, const struct zv_error *err)
{
	r->rc = rc;
	r->err = err ? *err : (struct zv_error){ .code = rc };
}

/* The historian has answered. */
static void
on_answer(void *reconciler, int rc, const struct zv_error *err)
{
	struct zv_reconciler *r = reconciler;

	if (rc < 0)
		fail(r, rc, err);
	if (r->step == ZV_RECONCILE_WRITE)
		zv_reconcile_batch_deinit(&r->batch);
	if (r->is_gone)
		free_now(r);
	else
		next_step(r);
}

static void
ask(struct zv_reconciler *r, enum zv_reconcile_step step,
    int (*work)(struct zv_store *s, void *task, struct zv_error *err))
{
	const struct zv_historian_ask a = {
		.work = work,
		.done = on_answer,
		.task = r,
		.timeout_ms = ZV_RECONCILER_TIMEOUT_MS,
	};
	int rc;

	r->step = step;
	rc = zv_historian_write(r->daemon->historian, &a, &r->err);
	if (rc == 0)
		return;
	r->rc = rc;
	close_run(r);
}

static void
on_read(void *reconciler)
{
	struct zv_reconciler *r = reconciler;

	if (leave(r))
		return;
	say_tables(r);
	say_lost(r);
	next_step(r);
}

static void
read_more(struct zv_reconciler *r)
{
	r->step = ZV_RECONCILE_READ;
	if (zv_worker_do(r->worker, zv_reconciler_read, on_read, r) == 0)
		return;
	fail(r, ZV_EBUSY, NULL);
	close_run(r);
}

static void
next_step(struct zv_reconciler *r)
{
	if (r->rc < 0)
		close_run(r);
	else if (r->step == ZV_RECONCILE_IDLE)
		ask(r, ZV_RECONCILE_MARK, look_for_mark);
	else if (r->step == ZV_RECONCILE_READ && (r->batch.n || r->batch.mark.n))
		ask(r, ZV_RECONCILE_WRITE, write_batch);
	else if (r->is_last)
		close_run(r);
	else
		read_more(r);
}

void
zv_reconciler_count(const struct zv_reconciler *r, struct zv_reconciler_counters *out)
{
	*out = r ? r->counters : (struct zv_reconciler_counters){ 0 };
}
