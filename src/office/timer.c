#include "office/timer.h"

void
zv_office_timer_stop(struct zv_office_timer *t)
{
	if (zv_list_is_linked(&t->node))
		zv_list_remove(&t->node);
}

void
zv_office_timer_set(struct zv_node *timers, struct zv_office_timer *t, int64_t at_ms,
		    zv_office_timer_fn fn)
{
	struct zv_node *after;

	zv_office_timer_stop(t);
	t->at_ms = at_ms;
	t->fn = fn;
	for (after = timers->prev; after != timers; after = after->prev)
		if (ZV_OWNER(after, struct zv_office_timer, node)->at_ms <= at_ms)
			break;
	zv_list_append(after->next, &t->node);
}

struct zv_office_timer *
zv_office_timer_first(const struct zv_node *timers)
{
	struct zv_node *node = zv_list_first(timers);

	return node ? ZV_OWNER(node, struct zv_office_timer, node) : NULL;
}
