#include "call/model.h"

#include "base/mem.h"
#include "zvon/error.h"

#define NOTHING ((struct zv_str){ NULL, 0 })

/* ---- life ----------------------------------------------------------------- */

static struct zv_live_call *
new_call(struct zv_calls *t, struct zv_str id)
{
	struct zv_live_call *call = zv_calloc(1, sizeof *call);

	if (!call) {
		t->failed = ZV_ENOMEM;
		return NULL;
	}
	zv_text_share(&call->pub.id, id);
	zv_list_init(&call->channels);
	zv_list_append(&t->silent, &call->node);
	return call;
}

static void
free_texts(const struct zv_call_text *list)
{
	while (list) {
		struct zv_call_text *text = (struct zv_call_text *)(uintptr_t)list;

		list = text->next;
		zv_text_free(&text->text);
		zv_free(text);
	}
}

static void
free_transfers(const struct zv_transfer *list)
{
	while (list) {
		struct zv_transfer *transfer = (struct zv_transfer *)(uintptr_t)list;

		list = transfer->next;
		zv_transfer_free(transfer);
	}
}

static struct zv_link *
next_link(const struct zv_link *link)
{
	return (void *)(uintptr_t)link->pub.next;
}

static void
free_links(struct zv_calls *t, struct zv_live_call *call)
{
	struct zv_link *link;

	while ((link = call->links)) {
		call->links = next_link(link);
		if (zv_map_find(&t->calls_by_link, link->pub.text) == link)
			zv_map_remove(&t->calls_by_link, link->pub.text);
		zv_text_free(&link->pub.text);
		zv_free(link);
	}
}

void
zv_call_free(struct zv_calls *t, struct zv_live_call *call)
{
	struct zv_live_leg *leg, *next;

	for (leg = zv_leg_first(call); leg; leg = next) {
		next = zv_leg_next(leg);
		zv_leg_free(t, leg);
	}
	free_links(t, call);
	free_transfers(call->pub.transfers);
	zv_transfer_free(call->blind);
	free_texts(call->pub.recordings);
	free_texts(call->pub.talked);
	zv_text_free(&call->pub.id);
	zv_text_free(&call->pub.queue);
	zv_text_free(&call->pub.picked_up_by);
	zv_text_free(&call->dialled);
	zv_text_free(&call->clicked);
	if (zv_list_is_linked(&call->click))
		zv_list_remove(&call->click);
	zv_list_remove(&call->node);
	zv_free(call);
}

/* ---- Linkedid ------------------------------------------------------------- */

struct zv_live_call *
zv_call_find_link(struct zv_calls *t, struct zv_str linked_id)
{
	struct zv_link *link =
		linked_id.n ? zv_map_find(&t->calls_by_link, linked_id) : NULL;

	return link ? link->call : NULL;
}

static void
set_links(struct zv_live_call *call, struct zv_link *first, struct zv_link *rest)
{
	first->pub.next = rest ? &rest->pub : NULL;
	call->links = first;
	call->pub.linked_ids = &first->pub;
}

void
zv_call_link(struct zv_calls *t, struct zv_live_call *call, struct zv_str linked_id)
{
	struct zv_link *link;

	if (!linked_id.n || linked_id.n > ZV_CALLS_MAX_TEXT ||
	    zv_map_find(&t->calls_by_link, linked_id))
		return;
	link = zv_calloc(1, sizeof *link);
	if (link && zvon_str_equal(linked_id, call->pub.id))
		zv_text_share(&link->pub.text, call->pub.id);
	else if (link)
		zv_text_set(t, &link->pub.text, linked_id);
	if (!link || !link->pub.text.n ||
	    zv_map_add(&t->calls_by_link, link->pub.text, link) < 0) {
		if (link)
			zv_text_free(&link->pub.text);
		zv_free(link);
		t->failed = ZV_ENOMEM;
		return;
	}
	link->call = call;
	set_links(call, link, call->links);
}

/* ---- lists of texts --------------------------------------------------------- */

bool
zv_call_note(struct zv_calls *t, const struct zv_call_text **list, size_t *n,
	     struct zv_str text)
{
	struct zv_call_text *note;

	for (; *list; list = (const struct zv_call_text **)(uintptr_t) & (*list)->next)
		if (zvon_str_equal((*list)->text, text))
			return false;
	if (!text.n || *n >= ZV_CALLS_MAX_NOTES)
		return false;
	note = zv_calloc(1, sizeof *note);
	if (!note) {
		t->failed = ZV_ENOMEM;
		return false;
	}
	zv_text_share(&note->text, text);
	*list = note;
	++*n;
	return true;
}

/* ---- who is in it ----------------------------------------------------------- */

struct zv_live_leg *
zv_call_caller(const struct zv_live_call *call)
{
	struct zv_live_leg *first = zv_leg_first(call);

	return first && first->pub.role == ZV_ROLE_CALLER ? first : NULL;
}

/* From now on it is told of. */
static void
start(struct zv_calls *t, struct zv_live_call *call, struct zv_live_leg *leg)
{
	struct zv_call_event event = { .kind = ZV_CALL_STARTED,
				       .call = &call->pub,
				       .leg = &leg->pub };

	zv_list_remove(&call->node);
	zv_list_append(&t->calls, &call->node);
	call->order = ++t->order;
	call->pub.started_ms = zv_calls_began(t);
	t->counters.started++;
	zv_tell(t, &event);
}

/* What was seen of a leg before it was known whose it is. */
static void
catch_up(struct zv_calls *t, struct zv_live_leg *leg)
{
	zv_leg_refresh(t, leg);
	if (leg->pub.rang)
		zv_tell_leg(t, ZV_LEG_RINGING, leg);
	if (leg->pub.answered)
		zv_tell_leg(t, ZV_LEG_ANSWERED, leg);
}

static void
add_leg(struct zv_calls *t, struct zv_live_call *call, struct zv_chan *c)
{
	struct zv_live_leg *leg = c->leg;

	if (call->n_legs >= ZV_CALLS_MAX_LEGS) {
		t->counters.refused++;
		c->leg = NULL;
		zv_leg_free(t, leg);
		return;
	}
	zv_leg_join(t, leg, call);
	if (!call->order)
		start(t, call, leg);
	catch_up(t, leg);
}

void
zv_call_add(struct zv_calls *t, struct zv_live_call *call, struct zv_chan *c)
{
	if (zv_list_is_empty(&call->channels))
		zv_click_goes_on(call);
	zv_list_append(&call->channels, &c->in_call);
	c->call = call;
	call->dialing += c->dialing;
	if (zv_list_is_linked(&c->unsure))
		zv_list_remove(&c->unsure);
	if (c->leg)
		add_leg(t, call, c);
}

/* A Linkedid that is told of it, but under which it is not found: nobody saw who calls, and
 * those who come later under that id have a call of their own. History joins the two. */
static void
note_link(struct zv_calls *t, struct zv_live_call *call, struct zv_str linked_id)
{
	struct zv_link *link;

	if (!linked_id.n || zvon_str_equal(linked_id, call->pub.id))
		return;
	link = zv_calloc(1, sizeof *link);
	if (link)
		zv_text_set(t, &link->pub.text, linked_id);
	if (!link || !link->pub.text.n) {
		zv_free(link);
		t->failed = ZV_ENOMEM;
		return;
	}
	link->call = call;
	set_links(call, link, call->links);
}

struct zv_live_call *
zv_call_begin(struct zv_calls *t, struct zv_chan *c, struct zv_str exten)
{
	struct zv_live_call *call;

	if (c->call)
		return c->call;
	/* one that a snapshot took for gone, and whose call goes on without it */
	call = zv_call_find_link(t, c->unique_id);
	if (call) {
		zv_call_add(t, call, c);
		return call;
	}
	call = new_call(t, c->unique_id);
	if (!call)
		return NULL;
	if (zv_name_is_exten(exten))
		zv_text_set(t, &call->dialled, exten);
	zv_call_link(t, call, c->unique_id);
	note_link(t, call, c->linked_id);
	zv_call_add(t, call, c);
	return call;
}

struct zv_live_call *
zv_call_of(struct zv_calls *t, struct zv_chan *c)
{
	return zv_call_begin(t, c, NOTHING);
}

/* ---- two become one ---------------------------------------------------------- */

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
	for (struct zv_link *link = last; link; link = next_link(link)) {
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

/* ---- the end ------------------------------------------------------------------ */

void
zv_call_end(struct zv_calls *t, struct zv_live_call *call, struct zv_str reason)
{
	struct zv_live_leg *caller = zv_call_caller(call);
	struct zv_call_event event = {
		.kind = ZV_CALL_ENDED,
		.call = &call->pub,
		.reason = reason,
		.cause = caller ? caller->pub.cause : 0,
	};

	if (call->order) {
		zv_result_settle(t, call, true);
		call->pub.state = ZV_CALL_STATE_ENDED;
		call->pub.ended_ms = t->now_ms;
		t->counters.ended++;
		zv_tell(t, &event);
	}
	zv_call_free(t, call);
}

void
zv_call_drop(struct zv_calls *t, struct zv_chan *c, struct zv_str reason)
{
	struct zv_live_call *call = c->call;

	if (!call)
		return;
	zv_list_remove(&c->in_call);
	call->dialing -= c->dialing;
	c->call = NULL;
	if (zv_list_is_empty(&call->channels)) {
		if (reason.n || !zv_click_waits(t, call))
			zv_call_end(t, call, reason);
	} else {
		zv_result_settle(t, call, false);
	}
}

/* ---- what is derived ------------------------------------------------------------ */

/* A trunk that answered first, or else one that was tried and no line took it. */
static enum zv_call_direction
direction_of(const struct zv_live_call *call, const struct zv_live_leg *caller)
{
	const struct zv_live_leg *first = NULL;
	bool tried = false;

	if (caller && caller->pub.is_trunk)
		return ZV_DIRECTION_IN;
	for (const struct zv_live_leg *leg = zv_leg_first(call); leg;
	     leg = zv_leg_next(leg)) {
		if (leg->pub.role != ZV_ROLE_CALLEE)
			continue;
		tried |= leg->pub.is_trunk;
		if (leg->pub.answered &&
		    (!first || leg->answered_order < first->answered_order))
			first = leg;
	}
	if (first ? first->pub.is_trunk : tried)
		return ZV_DIRECTION_OUT;
	return ZV_DIRECTION_INTERNAL;
}

/* The line that was reached from outside: that answered first, or else, of those that
 * rang, the one that was called first: of two phones called together either may ring
 * first. */
static const struct zv_live_leg *
reached(const struct zv_live_call *call)
{
	const struct zv_live_leg *answered = NULL, *rang = NULL;

	for (const struct zv_live_leg *leg = zv_leg_first(call); leg;
	     leg = zv_leg_next(leg)) {
		if (leg->pub.role != ZV_ROLE_CALLEE || leg->pub.is_trunk)
			continue;
		if (leg->answered_order &&
		    (!answered || leg->answered_order < answered->answered_order))
			answered = leg;
		if (leg->pub.rang && !rang)
			rang = leg;
	}
	return answered ? answered : rang;
}

static struct zv_str
to_of(const struct zv_live_call *call)
{
	const struct zv_live_leg *leg;

	if (call->pub.direction != ZV_DIRECTION_IN)
		return call->dialled;
	leg = reached(call);
	return leg ? zv_leg_who(leg) : call->pub.did;
}

static bool
is_any_leg(const struct zv_live_call *call, bool (*is)(const struct zv_live_leg *))
{
	for (const struct zv_live_leg *leg = zv_leg_first(call); leg;
	     leg = zv_leg_next(leg))
		if (is(leg))
			return true;
	return false;
}

static bool
is_parked(const struct zv_live_leg *leg)
{
	return leg->parked;
}

static bool
is_holding(const struct zv_live_leg *leg)
{
	return leg->holds;
}

static bool
is_up(const struct zv_live_leg *leg)
{
	return leg->channel && leg->pub.answered;
}

/* Who only listens to the dialplan talks with it, when nobody is called. */
static enum zv_call_state
state_of(const struct zv_live_call *call)
{
	if (call->pub.state == ZV_CALL_STATE_ENDED)
		return ZV_CALL_STATE_ENDED;
	if (is_any_leg(call, is_parked))
		return ZV_CALL_STATE_PARKED;
	if (is_any_leg(call, is_holding))
		return ZV_CALL_STATE_HELD;
	if (call->talking > 1)
		return ZV_CALL_STATE_TALKING;
	if (call->waiting)
		return ZV_CALL_STATE_QUEUED;
	if (call->dialing || !(call->conversed || is_any_leg(call, is_up)))
		return ZV_CALL_STATE_RINGING;
	return ZV_CALL_STATE_TALKING;
}

void
zv_call_refresh(struct zv_live_call *call)
{
	struct zv_live_leg *caller = zv_call_caller(call);

	call->pub.direction = direction_of(call, caller);
	call->pub.from_number = caller ? caller->pub.number : NOTHING;
	call->pub.from_name = caller ? caller->pub.name : NOTHING;
	call->pub.did =
		call->pub.direction == ZV_DIRECTION_IN ? call->dialled : NOTHING;
	call->pub.to_number = to_of(call);
	call->pub.state = state_of(call);
}
