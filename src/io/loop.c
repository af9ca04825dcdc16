#include "io/loop.h"

#include <errno.h>

#include "base/err.h"
#include "base/mem.h"
#include "io/loop_core.h"
#include "io/tls_stream.h"

/* ---- at the end of a round ----------------------------------------------------- */

void
zv_loop_later(struct zv_loop *l, struct zv_later *later)
{
	if (!zv_list_is_linked(&later->node))
		zv_list_append(&l->laters, &later->node);
}

struct call {
	struct zv_later later;
	void (*fn)(void *owner);
	void *owner;
};

static void
do_call(struct zv_later *later)
{
	struct call c = *ZV_OWNER(later, struct call, later);

	zv_free(ZV_OWNER(later, struct call, later));
	c.fn(c.owner);
}

void
zv_loop_at_end(struct zv_loop *l, void (*fn)(void *owner), void *owner)
{
	struct call *c = zv_calloc(1, sizeof *c);

	if (!c) {
		fn(owner); /* early is better than never */
		return;
	}
	c->later.fn = do_call;
	c->fn = fn;
	c->owner = owner;
	zv_loop_later(l, &c->later);
}

void
zv_loop_not_at_end(struct zv_loop *l, const void *owner)
{
	struct zv_node *node, *next;

	ZV_EACH(&l->laters, node, next)
	{
		struct zv_later *later = ZV_OWNER(node, struct zv_later, node);
		struct call *c = ZV_OWNER(later, struct call, later);

		if (later->fn != do_call || c->owner != owner)
			continue;
		zv_list_remove(node);
		zv_free(c);
	}
}

/* Those that are there now; what they ask for waits behind the mark. */
static void
do_laters(struct zv_loop *l)
{
	struct zv_later mark = { .fn = NULL };

	zv_list_append(&l->laters, &mark.node);
	for (;;) {
		struct zv_node *first = zv_list_first(&l->laters);
		struct zv_later *later = ZV_OWNER(first, struct zv_later, node);

		zv_list_remove(first);
		if (later == &mark)
			return;
		later->fn(later);
	}
}

/* ---- rounds ---------------------------------------------------------------------- */

static void
on_timer(uv_timer_t *timer)
{
	struct zv_loop *l = timer->data;

	zv_dues_run(&l->dues, zv_loop_now(l));
}

static void
set_timer(struct zv_loop *l)
{
	int64_t at = zv_dues_next(&l->dues), now = zv_loop_now(l);

	if (at == INT64_MAX)
		uv_timer_stop(&l->timer);
	else
		uv_timer_start(&l->timer, on_timer, at > now ? (uint64_t)(at - now) : 0,
			       0);
}

static void
on_no_wait(uv_idle_t *idle)
{
}

static void
on_end_of_round(uv_prepare_t *prepare)
{
	struct zv_loop *l = prepare->data;

	do_laters(l);
	set_timer(l);
	if (zv_list_is_empty(&l->laters))
		uv_idle_stop(&l->no_wait);
	else
		uv_idle_start(&l->no_wait, on_no_wait);
}

static void
on_ready(uv_poll_t *poll, int status, int events)
{
	struct zv_loop *l = poll->data;

	zv_ready_set_run(&l->ready);
}

int64_t
zv_loop_now(struct zv_loop *l)
{
	return (int64_t)uv_now(&l->uv);
}

void
zv_loop_run(struct zv_loop *l)
{
	uv_update_time(&l->uv);
	uv_run(&l->uv, UV_RUN_DEFAULT);
}

void
zv_loop_stop(struct zv_loop *l)
{
	uv_stop(&l->uv);
}

/* ---- life ------------------------------------------------------------------------ */

void
zv_loop_add(struct zv_loop *l, struct zv_member *m, void (*close)(struct zv_member *m))
{
	m->close = close;
	zv_list_append(&l->members, &m->node);
}

static int
init_handles(struct zv_loop *l)
{
	int rc = uv_poll_init(&l->uv, &l->poll, l->ready.fd);

	if (rc < 0)
		return rc;
	uv_prepare_init(&l->uv, &l->end_of_round);
	uv_idle_init(&l->uv, &l->no_wait);
	uv_timer_init(&l->uv, &l->timer);
	l->poll.data = l->end_of_round.data = l->no_wait.data = l->timer.data = l;
	uv_prepare_start(&l->end_of_round, on_end_of_round);
	return uv_poll_start(&l->poll, UV_READABLE, on_ready);
}

/* Turns until the last handle is closed; a late zv_loop_stop must not cut that short. */
static void
close_uv(struct zv_loop *l)
{
	while (uv_loop_close(&l->uv) == UV_EBUSY)
		uv_run(&l->uv, UV_RUN_DEFAULT);
}

/* What is left when the handles are closed, or were never opened. */
static void
free_rest(struct zv_loop *l)
{
	zv_dues_deinit(&l->dues);
	zv_tls_room_free(l->tls_room);
	zv_free(l->read_buffer);
	zv_free(l);
}

struct zv_loop *
zv_loop_new(struct zv_error *err)
{
	struct zv_loop *l = zv_calloc(1, sizeof *l);
	int rc;

	if (l)
		l->read_buffer = zv_malloc(ZV_LOOP_READ_BYTES);
	if (!l || !l->read_buffer) {
		zv_free(l);
		zv_fail_nomem(err);
		return NULL;
	}
	zv_list_init(&l->laters);
	zv_list_init(&l->members);
	rc = uv_loop_init(&l->uv);
	if (rc < 0)
		goto no_loop;
	rc = UV_EMFILE;
	if (zv_ready_set_open(&l->ready) < 0)
		goto no_set;
	rc = init_handles(l);
	if (rc == 0)
		return l;
	zv_ready_set_close(&l->ready);
no_set:
	close_uv(l);
no_loop:
	zv_fail(err, ZV_EIO, "cannot make an event loop: %s", uv_strerror(rc));
	free_rest(l);
	return NULL;
}

/* The last first: it may stand on those before. */
static void
close_members(struct zv_loop *l)
{
	while (!zv_list_is_empty(&l->members)) {
		struct zv_node *node = l->members.prev;
		struct zv_member *m = ZV_OWNER(node, struct zv_member, node);

		zv_list_remove(node);
		m->close(m);
	}
}

void
zv_loop_free(struct zv_loop *l)
{
	if (!l)
		return;
	close_members(l);
	while (!zv_list_is_empty(&l->laters))
		do_laters(l);
	uv_close((uv_handle_t *)&l->poll, NULL);
	uv_close((uv_handle_t *)&l->end_of_round, NULL);
	uv_close((uv_handle_t *)&l->no_wait, NULL);
	uv_close((uv_handle_t *)&l->timer, NULL);
	close_uv(l);
	zv_ready_set_close(&l->ready);
	free_rest(l);
}
