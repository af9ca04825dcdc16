/* Two calls turn out to be one. */
#include "call/model.h"

static void
tell_merged(struct zv_calls *t, struct zv_live_call *from, struct zv_live_call *into)
{
	struct zv_call_event event = {
		.kind = ZV_CALL_ENDED,
		.call = &from->pub,
		.reason = ZV_STR("merged"),
		.into = into->pub.id,
	};

	from->pub.merged = true;
	from->pub.state = ZV_CALL_STATE_ENDED;
	from->pub.ended_ms = t->now_ms;
	t->counters.ended++;
	zv_tell(t, &event);
}

static void
move_channels(struct zv_live_call *into, struct zv_live_call *from)
{
	struct zv_node *node, *next;

	ZV_EACH(&from->channels, node, next)
	{
		zv_list_remove(node);
		zv_list_append(&into->channels, node);
		ZV_OWNER(node, struct zv_chan, in_call)->call = into;
	}
	into->dialing += from->dialing;
}

/* Somebody did call it (AMI 1.x tells that late, or never). */
static void
be_called(struct zv_live_leg *leg)
{
	leg->guessed = leg->own = false;
	leg->pub.role = ZV_ROLE_CALLEE;
	leg->pub.result = leg->pub.answered ? ZV_RESULT_ANSWERED : ZV_RESULT_NONE;
	if (!leg->round)
		leg->round = 1;
}

static void
move_legs(struct zv_calls *t, struct zv_live_call *into, struct zv_live_call *from)
{
	struct zv_live_leg *leg, *next;

	for (leg = zv_leg_first(from); leg; leg = next) {
		next = zv_leg_next(leg);
		if (leg->round)
			leg->round += into->rounds;
		if (leg->guessed && zv_call_caller(into))
			be_called(leg);
		if (leg->pub.role == ZV_ROLE_CALLER)
			leg->pub.result = into->pub.result;
		zv_leg_join(t, leg, into);
	}
	into->rounds += from->rounds;
	from->pub.legs = NULL;
	from->last_leg = NULL;
}

static void
move_links(struct zv_live_call *into, struct zv_live_call *from)
{
	struct zv_link *last = from->links;

	if (!last)
		return;
	for (struct zv_link *link = last; link; link = zv_link_next(link)) {
		link->call = into;
		last = link;
	}
	last->pub.next = into->links ? &into->links->pub : NULL;
	into->links = from->links;
	into->pub.linked_ids = &into->links->pub;
	from->links = NULL;
	from->pub.linked_ids = NULL;
}

static void
move_notes(struct zv_calls *t, struct zv_live_call *into, struct zv_live_call *from)
{
	const struct zv_transfer **end = &into->pub.transfers;
	const struct zv_call_text *text;

	while (*end)
		end = (const struct zv_transfer **)(uintptr_t) & (*end)->next;
	*end = from->pub.transfers;
	from->pub.transfers = NULL;
	into->n_transfers += from->n_transfers;
	for (text = from->pub.recordings; text; text = text->next)
		zv_call_note(t, &into->pub.recordings, &into->n_recordings, text->text);
	for (text = from->pub.talked; text; text = text->next)
		zv_call_note(t, &into->pub.talked, &into->n_talked, text->text);
}

static void
move_state(struct zv_calls *t, struct zv_live_call *into, struct zv_live_call *from)
{
	into->conversed |= from->conversed;
	into->stale |= from->stale;
	into->pub.parked |= from->pub.parked;
	if (!into->pub.answered_ms)
		into->pub.answered_ms = from->pub.answered_ms;
	if (!into->pub.picked_up_by.n)
		zv_text_share(&into->pub.picked_up_by, from->pub.picked_up_by);
	if (into->pub.queue.n || !from->pub.queue.n)
		return;
	zv_text_share(&into->pub.queue, from->pub.queue);
	into->waiting = from->waiting;
	into->left_queue = from->left_queue;
	into->abandoned = from->abandoned;
	into->queue_gave_up = from->queue_gave_up;
}

/* A call that was never told of has no age. */
static bool
is_older(const struct zv_live_call *a, const struct zv_live_call *b)
{
	if (a->order && b->order)
		return a->order < b->order;
	return a->order || !b->order;
}

struct zv_live_call *
zv_call_merge(struct zv_calls *t, struct zv_live_call *a, struct zv_live_call *b)
{
	struct zv_live_call *into = is_older(a, b) ? a : b;
	struct zv_live_call *from = into == a ? b : a;

	if (a == b)
		return a;
	zv_transfer_flush(t, into);
	if (from->order)
		tell_merged(t, from, into);
	move_channels(into, from);
	move_legs(t, into, from);
	move_links(into, from);
	move_notes(t, into, from);
	move_state(t, into, from);
	if (from->conversed)
		zv_result_decide(t, into);
	zv_call_free(t, from);
	return into;
}
