#include "call/model.h"

#include "base/mem.h"
#include "zvon/error.h"

/* ---- transfer, pickup -------------------------------------------------------- */

void
zv_transfer_free(struct zv_transfer *transfer)
{
	if (!transfer)
		return;
	zv_text_free(&transfer->by);
	zv_text_free(&transfer->to);
	zv_free(transfer);
}

static struct zv_transfer *
new_transfer(struct zv_calls *t, enum zv_transfer_kind kind, struct zv_str by,
	     struct zv_str to)
{
	struct zv_transfer *transfer = zv_calloc(1, sizeof *transfer);

	if (!transfer) {
		t->failed = ZV_ENOMEM;
		return NULL;
	}
	transfer->kind = kind;
	zv_text_set(t, &transfer->by, by);
	zv_text_set(t, &transfer->to, to);
	return transfer;
}

/* Takes the transfer. */
static void
tell_transfer(struct zv_calls *t, struct zv_live_call *call,
	      struct zv_transfer *transfer)
{
	struct zv_call_event event = {
		.kind = ZV_CALL_TRANSFERRED,
		.call = &call->pub,
		.transfer = transfer->kind,
		.by = transfer->by,
		.to = transfer->to,
	};
	const struct zv_transfer **end = &call->pub.transfers;

	if (call->n_transfers >= ZV_CALLS_MAX_NOTES) {
		zv_transfer_free(transfer);
		return;
	}
	while (*end)
		end = (const struct zv_transfer **)(uintptr_t) & (*end)->next;
	*end = transfer;
	call->n_transfers++;
	zv_tell(t, &event);
}

void
zv_transfer_flush(struct zv_calls *t, struct zv_live_call *call)
{
	struct zv_transfer *transfer = call->blind;

	call->blind = NULL;
	if (transfer)
		tell_transfer(t, call, transfer);
}

/* The last one of the call, told or held back: an event may come twice. */
static bool
is_told(const struct zv_live_call *call, enum zv_transfer_kind kind, struct zv_str by,
	struct zv_str to)
{
	const struct zv_transfer *last =
		call->blind ? call->blind : call->pub.transfers;

	while (last && last->next)
		last = last->next;
	return last && last->kind == kind && zvon_str_equal(last->by, by) &&
	       zvon_str_equal(last->to, to);
}

void
zv_fact_transfer(struct zv_calls *t, enum zv_transfer_kind kind, struct zv_chan *by,
		 struct zv_str to)
{
	struct zv_transfer *transfer;

	if (!by->call || !by->leg || by->leg->sent_on)
		return;
	by->leg->sent_on = true;
	zv_transfer_flush(t, by->call);
	transfer = new_transfer(t, kind, zv_leg_who(by->leg), to);
	if (transfer && kind == ZV_TRANSFER_BLIND)
		by->call->blind = transfer;
	else if (transfer)
		tell_transfer(t, by->call, transfer);
}

/* Who took a call that rang or waited was not the one who called. */
static void
take_over(struct zv_live_leg *leg)
{
	leg->pub.role = ZV_ROLE_CALLEE;
	leg->pub.result = leg->pub.answered ? ZV_RESULT_ANSWERED : ZV_RESULT_NONE;
}

void
zv_fact_sent_on(struct zv_calls *t, struct zv_chan *c, struct zv_str by,
		struct zv_str to)
{
	struct zv_transfer *transfer;

	if (!c->call || is_told(c->call, ZV_TRANSFER_BLIND, by, to))
		return;
	zv_transfer_flush(t, c->call);
	transfer = new_transfer(t, ZV_TRANSFER_BLIND, by, to);
	if (transfer)
		tell_transfer(t, c->call, transfer);
}

void
zv_fact_pickup(struct zv_calls *t, struct zv_chan *by, struct zv_chan *target)
{
	struct zv_call_event event = { .kind = ZV_CALL_PICKED_UP };
	struct zv_live_call *call;

	if (by == target || (target->leg && target->leg->elsewhere))
		return;
	zv_fact_together(t, target, by);
	call = target->call;
	if (!call || !by->leg || !target->leg || target->leg->elsewhere)
		return;
	take_over(by->leg);
	by->leg->round = target->leg->round;
	target->leg->elsewhere = true;
	zv_text_share(&call->pub.picked_up_by, zv_leg_who(by->leg));
	event.call = &call->pub;
	event.leg = &target->leg->pub;
	event.by = call->pub.picked_up_by;
	zv_tell(t, &event);
}

/* ---- hold, keys, conference --------------------------------------------------- */

void
zv_fact_hold(struct zv_calls *t, struct zv_chan *c, bool on)
{
	if (!c->leg || !c->call || c->leg->holds == on)
		return;
	c->leg->holds = on;
	zv_leg_refresh(t, c->leg);
	zv_tell_leg(t, on ? ZV_LEG_HELD : ZV_LEG_RESUMED, c->leg);
}

void
zv_fact_dtmf(struct zv_calls *t, struct zv_chan *c, struct zv_str digit)
{
	struct zv_call_event event = { .kind = ZV_LEG_DTMF, .digit = digit };

	if (!c->leg || !c->call)
		return;
	event.call = &c->call->pub;
	event.leg = &c->leg->pub;
	zv_tell(t, &event);
}

void
zv_fact_conference(struct zv_calls *t, struct zv_chan *c, struct zv_str room)
{
	struct zv_call_event event = { .kind = ZV_CALL_CONFERENCED, .space = room };

	if (!c->leg || (room.n && zvon_str_equal(c->leg->room, room)) ||
	    !zv_call_of(t, c))
		return;
	zv_text_set(t, &c->leg->room, room);
	event.call = &c->call->pub;
	event.leg = &c->leg->pub;
	zv_tell(t, &event);
}

/* ---- parking ---------------------------------------------------------------------- */

void
zv_fact_parked(struct zv_calls *t, struct zv_chan *c, struct zv_str space,
	       struct zv_str by)
{
	struct zv_call_event event = { .kind = ZV_CALL_PARKED, .by = by };

	if (!c->leg || !zv_call_of(t, c) ||
	    (c->leg->parked && zvon_str_equal(c->leg->space, space)))
		return;
	zv_transfer_free(c->call->blind);
	c->call->blind = NULL;
	c->leg->parked = true;
	zv_text_set(t, &c->leg->space, space);
	c->call->pub.parked = true;
	event.call = &c->call->pub;
	event.leg = &c->leg->pub;
	event.space = c->leg->space;
	zv_tell(t, &event);
}

void
zv_fact_retrieved(struct zv_calls *t, struct zv_chan *c, struct zv_chan *by)
{
	struct zv_call_event event = { .kind = ZV_CALL_RETRIEVED };

	if (!c->leg || !c->call || !c->leg->parked)
		return;
	c->leg->parked = false;
	if (by)
		zv_fact_together(t, c, by);
	event.call = &c->call->pub;
	event.leg = &c->leg->pub;
	event.space = c->leg->space;
	if (by && by->leg) {
		take_over(by->leg);
		event.by = zv_leg_who(by->leg);
	}
	zv_tell(t, &event);
}
