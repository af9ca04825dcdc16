/* CSV of any length: a page is read when the one before has left for the client, so that no more
 * than one is held, however slowly he reads. */
#include "io/clock.h"
#include "zvond/history_task.h"

#define AGAIN_MS   200 /* the readers are busy */
#define AGAIN_MOST 50  /* times, for one page */

static void ask(struct zv_history_task *t);

/* The client sees that it is not whole: the last chunk is missing. */
static void
end(struct zv_history_task *t, bool is_whole)
{
	if (t->x && t->is_begun)
		zv_exchange_long_end(t->x, is_whole);
	zv_history_task_free(t);
}

static void
begin(struct zv_history_task *t)
{
	const struct zv_reply reply = { .status = 200, .type = t->face->type };

	t->is_begun = true;
	zv_exchange_long_begin(t->x, &reply, -1);
}

/* He goes while nothing is asked. */
static void
forget(struct zv_exchange *x)
{
	zv_history_task_free(x->waiting);
}

static void
on_drained(struct zv_exchange *x)
{
	ask(x->waiting);
}

static bool
is_last(const struct zv_history_task *t)
{
	return !t->next[0] || t->n >= ZV_HISTORY_EXPORT_MAX;
}

static void
go_on(struct zv_history_task *t)
{
	struct zv_exchange *x = t->x;

	if (!t->is_begun)
		begin(t);
	zv_exchange_long_part(x, zv_buf_str(&t->body));
	zv_buf_clear(&t->body);
	if (is_last(t)) {
		end(t, true);
		return;
	}
	zv_buf_clear(&t->asked.cursor);
	if (zv_buf_add(&t->asked.cursor, zvon_str(t->next)) < 0) {
		end(t, false);
		return;
	}
	t->asked.query.cursor = zv_buf_str(&t->asked.cursor);
	x->cancel = forget;
	x->on_drained = on_drained;
}

static void
on_done(void *task, int rc, const struct zv_error *err)
{
	struct zv_history_task *t = task;

	t->again = 0;
	if (!t->x) {
		zv_history_task_free(t);
		return;
	}
	t->x->cancel = NULL;
	if (rc >= 0)
		go_on(t);
	else if (!t->is_begun)
		zv_history_task_refuse(t, rc, err);
	else
		end(t, false);
}

static void
on_time(void *task)
{
	ask(task);
}

/* As one of several who want the readers; it goes on later. */
static bool
wait(struct zv_history_task *t)
{
	if (!t->timer)
		t->timer = zv_timer_new(t->daemon->loop, on_time, t);
	if (!t->timer || ++t->again > AGAIN_MOST)
		return false;
	t->x->waiting = t;
	t->x->cancel = forget;
	zv_timer_set(t->timer, zv_clock_ms() + AGAIN_MS);
	return true;
}

static void
ask(struct zv_history_task *t)
{
	struct zv_error err = { 0 };
	int rc = zv_history_task_ask(t, on_done, &err);

	if (rc == 0 || (rc == ZV_EBUSY && t->is_begun && wait(t)))
		return;
	if (t->is_begun)
		end(t, false);
	else
		zv_history_task_refuse(t, rc, &err);
}

void
zv_history_stream_run(struct zv_history_task *t)
{
	t->face = &zv_history_face_csv;
	t->asked.query.limit = ZV_HISTORY_PAGE_MAX;
	ask(t);
}
