#include "base/mem.h"
#include "io/loop_core.h"

struct zv_timer {
	struct zv_member member;
	struct zv_due due;
	struct zv_loop *loop;
	zv_timer_fn fn;
	void *owner;
};

static void
on_due(struct zv_due *d)
{
	struct zv_timer *t = ZV_OWNER(d, struct zv_timer, due);

	t->fn(t->owner);
}

static void
close_timer(struct zv_member *m)
{
	struct zv_timer *t = ZV_OWNER(m, struct zv_timer, member);

	zv_due_deinit(&t->loop->dues, &t->due);
	zv_free(t);
}

struct zv_timer *
zv_timer_new(struct zv_loop *l, zv_timer_fn fn, void *owner)
{
	struct zv_timer *t = zv_calloc(1, sizeof *t);

	if (!t || zv_due_init(&l->dues, &t->due, on_due) < 0) {
		zv_free(t);
		return NULL;
	}
	t->loop = l;
	t->fn = fn;
	t->owner = owner;
	zv_loop_add(l, &t->member, close_timer);
	return t;
}

void
zv_timer_set(struct zv_timer *t, int64_t at_ms)
{
	zv_due_set(&t->loop->dues, &t->due, at_ms);
}

void
zv_timer_free(struct zv_timer *t)
{
	if (!t)
		return;
	zv_list_remove(&t->member.node);
	close_timer(&t->member);
}
