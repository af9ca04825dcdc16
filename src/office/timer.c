#include "office/timer.h"

void
zv_timer_stop(struct zv_timer *t)
{
	if (zv_list_is_linked(&t->node))
		zv_list_remove(&t->node);
}

void
zv_timer_set(struct zv_node *timers, struct zv_timer *t, int64_t at_ms, zv_timer_fn fn)
{
	struct zv_node *after;

	zv_timer_stop(t);
	t->at_ms = at_ms;
	t->fn = fn;
	for (after = timers->prev; after != timers; after = after->prev)
		if (ZV_OWNER(after, struct zv_timer, node)->at_ms <= at_ms)
			break;
	zv_list_append(after->next, &t->node);
}

struct zv_timer *
zv_timer_first(const struct zv_node *timers)
{
	struct zv_node *node = zv_list_first(timers);

	return node ? ZV_OWNER(node, struct zv_timer, node) : NULL;
}
