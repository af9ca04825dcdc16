/* Wake-ups and signals: libuv's handles, which go a round after they are closed. */
#include "base/mem.h"
#include "io/loop_core.h"

/* ---- wake-ups ------------------------------------------------------------------ */

struct zv_wake {
	struct zv_member member;
	uv_async_t async;
	zv_wake_fn fn;
	void *owner;
};

static void
on_async(uv_async_t *async)
{
	struct zv_wake *w = async->data;

	w->fn(w->owner);
}

static void
free_handle_data(uv_handle_t *handle)
{
	zv_free(handle->data);
}

static void
close_wake(struct zv_member *m)
{
	struct zv_wake *w = ZV_OWNER(m, struct zv_wake, member);

	uv_close((uv_handle_t *)&w->async, free_handle_data);
}

struct zv_wake *
zv_wake_new(struct zv_loop *l, zv_wake_fn fn, void *owner)
{
	struct zv_wake *w = zv_calloc(1, sizeof *w);

	if (!w || uv_async_init(&l->uv, &w->async, on_async) < 0) {
		zv_free(w);
		return NULL;
	}
	w->async.data = w;
	w->fn = fn;
	w->owner = owner;
	zv_loop_add(l, &w->member, close_wake);
	return w;
}

void
zv_wake_up(struct zv_wake *w)
{
	uv_async_send(&w->async);
}

void
zv_wake_free(struct zv_wake *w)
{
	if (!w)
		return;
	zv_list_remove(&w->member.node);
	close_wake(&w->member);
}

/* ---- signals --------------------------------------------------------------------- */

struct signal_watch {
	struct zv_member member;
	uv_signal_t signal;
	zv_signal_fn fn;
	void *owner;
};

static void
on_signal(uv_signal_t *handle, int number)
{
	struct signal_watch *s = handle->data;

	s->fn(s->owner, number);
}

static void
close_signal(struct zv_member *m)
{
	struct signal_watch *s = ZV_OWNER(m, struct signal_watch, member);

	uv_close((uv_handle_t *)&s->signal, free_handle_data);
}

int
zv_loop_on_signal(struct zv_loop *l, int number, zv_signal_fn fn, void *owner)
{
	struct signal_watch *s = zv_calloc(1, sizeof *s);

	if (!s)
		return ZV_ENOMEM;
	s->signal.data = s;
	s->fn = fn;
	s->owner = owner;
	uv_signal_init(&l->uv, &s->signal);
	if (uv_signal_start(&s->signal, on_signal, number) < 0) {
		uv_close((uv_handle_t *)&s->signal, free_handle_data);
		return ZV_EIO;
	}
	zv_loop_add(l, &s->member, close_signal);
	return 0;
}
