/* conversation_live.c - what the tracker knows of a call, as history keeps it. */
#include "hist/conversation.h"

#include "base/mem.h"

static void
count(const struct zv_call *call, struct zv_conversation *c)
{
	for (const struct zv_leg *l = call->legs; l; l = l->next)
		c->n_legs++;
	for (const struct zv_transfer *t = call->transfers; t; t = t->next)
		c->n_transfers++;
	for (const struct zv_call_text *r = call->recordings; r; r = r->next)
		c->n_recordings++;
	for (const struct zv_call_text *t = call->talked; t; t = t->next)
		c->n_talked++;
	for (const struct zv_call_text *t = call->linked_ids; t; t = t->next)
		c->n_linked_ids++;
}

/* One block for all lists, which the copy then takes into its own. */
static void *
make_room(struct zv_conversation *c)
{
	size_t legs = c->n_legs * sizeof *c->legs,
	       transfers = c->n_transfers * sizeof *c->transfers,
	       recordings = c->n_recordings * sizeof *c->recordings,
	       talked = c->n_talked * sizeof *c->talked,
	       linked = c->n_linked_ids * sizeof *c->linked_ids;
	char *block = zv_calloc(1, legs + transfers + recordings + talked + linked + 1);

	if (!block)
		return NULL;
	c->legs = (void *)block;
	c->transfers = (void *)(block + legs);
	c->recordings = (void *)(block + legs + transfers);
	c->talked = (void *)(block + legs + transfers + recordings);
	c->linked_ids = (void *)(block + legs + transfers + recordings + talked);
	return block;
}

/* Monotonic times only go forward: what stands before `least` was told too late. */
static int64_t
time_of(int64_t ms, int64_t least, int64_t offset_ms)
{
	if (ms == 0)
		return 0;
	return (ms > least ? ms : least) + offset_ms;
}

static struct zv_past_leg
leg_of(const struct zv_leg *l, int64_t offset_ms)
{
	int64_t from = l->started_ms;

	return (struct zv_past_leg){
		.line = l->line,
		.number = l->number,
		.name = l->name,
		.channel = l->channel,
		.unique_id = l->unique_id,
		.role = l->role,
		.result = l->result,
		.cause = l->cause,
		.is_trunk = l->is_trunk,
		.rang = l->rang,
		.answered = l->answered,
		.started_ms = time_of(from, from, offset_ms),
		.rang_ms = time_of(l->rang_ms, from, offset_ms),
		.answered_ms = time_of(l->answered_ms, from, offset_ms),
		.ended_ms = time_of(l->ended_ms, from, offset_ms),
	};
}

static void
fill(struct zv_conversation *c, const struct zv_call *call, int64_t offset_ms)
{
	size_t i = 0;

	for (const struct zv_leg *l = call->legs; l; l = l->next)
		c->legs[i++] = leg_of(l, offset_ms);
	i = 0;
	for (const struct zv_transfer *t = call->transfers; t; t = t->next)
		c->transfers[i++] = (struct zv_past_transfer){ t->kind, t->by, t->to };
	i = 0;
	for (const struct zv_call_text *r = call->recordings; r; r = r->next)
		c->recordings[i++].file = r->text;
	i = 0;
	for (const struct zv_call_text *t = call->talked; t; t = t->next)
		c->talked[i++] = t->text;
	i = 0;
	for (const struct zv_call_text *t = call->linked_ids; t; t = t->next)
		c->linked_ids[i++] = t->text;
}

static int64_t
since(int64_t to, int64_t from)
{
	return to > from ? to - from : 0;
}

static void
set_times(struct zv_conversation *c, const struct zv_call *call, int64_t offset_ms)
{
	int64_t from = call->started_ms;

	c->started_ms = time_of(from, from, offset_ms);
	c->answered_ms = time_of(call->answered_ms, from, offset_ms);
	c->ended_ms = time_of(call->ended_ms, from, offset_ms);
	if (call->answered_ms) {
		c->wait_ms = since(call->answered_ms, from);
		c->talk_ms = since(call->ended_ms, call->answered_ms);
	} else {
		c->wait_ms = since(call->ended_ms, from);
	}
}

struct zv_conversation *
zv_conversation_of_call(const struct zv_call *call, struct zv_str server,
			struct zv_str reason, int64_t offset_ms)
{
	struct zv_conversation c = {
		.server = server,
		.id = call->id,
		.direction = call->direction,
		.from_number = call->from_number,
		.from_name = call->from_name,
		.to_number = call->to_number,
		.did = call->did,
		.queue = call->queue,
		.result = call->result,
		.reason = reason,
		.picked_up_by = call->picked_up_by,
		.parked = call->parked,
		.is_open = call->state != ZV_CALL_STATE_ENDED,
		.sources = ZV_PAST_LIVE,
	};
	struct zv_conversation *copy = NULL;
	void *room;

	count(call, &c);
	room = make_room(&c);
	if (room) {
		fill(&c, call, offset_ms);
		set_times(&c, call, offset_ms);
		copy = zv_conversation_copy(&c);
	}
	zv_free(room);
	return copy;
}
