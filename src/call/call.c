#include "call/model.h"

#include "base/mem.h"
#include "zvon/error.h"

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

static void
free_links(struct zv_calls *t, struct zv_live_call *call)
{
	struct zv_link *link;

	while ((link = call->links)) {
		call->links = zv_link_next(link);
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
	return zv_call_begin(t, c, (struct zv_str){ NULL, 0 });
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
