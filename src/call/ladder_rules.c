#include "call/ladder_impl.h"

/* ---- rules: what an event looks like ------------------------------------------------ */

/* The one who holds somebody calls somebody else meanwhile. */
static const struct zv_leg *
holder(const struct zv_call_event *e)
{
	for (const struct zv_leg *l = e->call->legs; l; l = l->next)
		if (l->state == ZV_LEG_STATE_HELD)
			return l;
	return NULL;
}

/* The one on the other end: the first that lives and rings not. */
static const struct zv_leg *
other(const struct zv_call_event *e, const struct zv_leg *leg)
{
	for (const struct zv_leg *l = e->call->legs; l; l = l->next)
		if (l != leg && zv_ladder_life_of(l) == ZV_LIFE_UP &&
		    !(leg && zvon_str_equal(l->unique_id, leg->unique_id)))
			return l;
	return NULL;
}

static struct zv_ladder_draft
note(const struct zv_leg *leg, enum zv_ladder_word word, struct zv_str text)
{
	return (struct zv_ladder_draft){
		.shape = ZV_SHAPE_NOTE, .word = word, .from = leg, .text = text
	};
}

static struct zv_ladder_draft
arrow(const struct zv_leg *from, const struct zv_leg *to, enum zv_ladder_word word)
{
	return (struct zv_ladder_draft){
		.shape = ZV_SHAPE_ARROW, .word = word, .from = from, .to = to
	};
}

/* Whom it calls is known later. */
static struct zv_ladder_draft
on_started(const struct zv_call_event *e)
{
	struct zv_ladder_draft d = note(e->call->legs, ZV_LADDER_BEGINS, ZV_STR(""));

	d.shape = ZV_SHAPE_START;
	return d;
}

static struct zv_ladder_draft
on_queued(const struct zv_call_event *e)
{
	return note(e->call->legs, ZV_LADDER_QUEUE,
		    e->queue.n ? e->queue : e->call->queue);
}

static struct zv_ladder_draft
on_ringing(const struct zv_call_event *e)
{
	const struct zv_leg *from = holder(e) ? holder(e) : other(e, e->leg);

	if (!from || e->leg->role == ZV_ROLE_CALLER)
		return note(e->leg, ZV_LADDER_RINGS, ZV_STR(""));
	return arrow(from, e->leg, ZV_LADDER_RING);
}

/* Of a caller that is up because somebody answered, that answer tells. */
static struct zv_ladder_draft
on_leg_answered(const struct zv_call_event *e)
{
	const struct zv_leg *to = holder(e) ? holder(e) : other(e, e->leg);

	if (e->leg->role == ZV_ROLE_CALLER && !e->leg->rang && to)
		return (struct zv_ladder_draft){ .shape = ZV_SHAPE_NOTHING };
	if (e->leg->role == ZV_ROLE_CALLER && !e->leg->rang)
		return note(e->leg, ZV_LADDER_PBX_ANSWERS, ZV_STR(""));
	if (!to || e->leg->role == ZV_ROLE_CALLER)
		return note(e->leg, ZV_LADDER_ANSWERS, ZV_STR(""));
	return arrow(e->leg, to, ZV_LADDER_ANSWER);
}

static struct zv_ladder_draft
on_call_answered(const struct zv_call_event *e)
{
	struct zv_ladder_draft d = note(e->leg, ZV_LADDER_TALK, ZV_STR(""));

	d.to = other(e, e->leg);
	if (d.to && e->leg)
		d.shape = ZV_SHAPE_TALK;
	return d;
}

static struct zv_ladder_draft
on_hold(const struct zv_call_event *e)
{
	enum zv_ladder_word word =
		e->kind == ZV_LEG_HELD ? ZV_LADDER_HOLD : ZV_LADDER_RESUME;
	const struct zv_leg *to = other(e, e->leg);

	return to ? arrow(e->leg, to, word) : note(e->leg, word, ZV_STR(""));
}

static struct zv_ladder_draft
on_transferred(const struct zv_call_event *e)
{
	struct zv_ladder_draft d =
		arrow(NULL, NULL,
		      e->transfer == ZV_TRANSFER_BLIND ? ZV_LADDER_BLIND
						       : ZV_LADDER_ATTENDED);

	d.by = e->by;
	d.toward = e->to;
	return d;
}

static struct zv_ladder_draft
on_parked(const struct zv_call_event *e)
{
	struct zv_ladder_draft d = note(e->leg, ZV_LADDER_PARK, e->space);

	if (e->by.n && e->leg && !zvon_str_equal(e->by, e->leg->line)) {
		d.shape = ZV_SHAPE_ARROW;
		d.to = e->leg;
		d.by = e->by;
	}
	return d;
}

static struct zv_ladder_draft
on_retrieved(const struct zv_call_event *e)
{
	struct zv_ladder_draft d = note(other(e, NULL), ZV_LADDER_RETRIEVE, e->space);

	d.by = e->by;
	if (!e->by.n)
		d.word = ZV_LADDER_CAME_BACK;
	return d;
}

static struct zv_ladder_draft
on_picked_up(const struct zv_call_event *e)
{
	struct zv_ladder_draft d = note(e->leg, ZV_LADDER_PICKUP, ZV_STR(""));

	d.by = e->by;
	if (e->leg) {
		d.shape = ZV_SHAPE_ARROW;
		d.to = e->leg;
	}
	return d;
}

static struct zv_ladder_draft
on_conferenced(const struct zv_call_event *e)
{
	return note(e->leg, ZV_LADDER_CONFERENCE, e->space);
}

/* "a.wav" of "/var/spool/asterisk/monitor/a.wav" */
static struct zv_ladder_draft
on_recording(const struct zv_call_event *e)
{
	struct zv_str file = e->file;

	for (size_t i = 0; i < e->file.n; i++)
		if (e->file.p[i] == '/')
			file = zv_str_from(e->file, i + 1);
	return note(e->leg,
		    e->kind == ZV_RECORDING_STARTED ? ZV_LADDER_RECORDING
						    : ZV_LADDER_RECORDING_ENDS,
		    file);
}

static struct zv_ladder_draft
on_dtmf(const struct zv_call_event *e)
{
	return note(e->leg, ZV_LADDER_KEY, e->digit);
}

static struct zv_ladder_draft
on_leg_ended(const struct zv_call_event *e)
{
	struct zv_ladder_draft d = note(e->leg, ZV_LADDER_END, ZV_STR(""));

	d.shape = ZV_SHAPE_END;
	d.number = e->cause;
	if (e->leg && e->leg->role == ZV_ROLE_CALLEE &&
	    e->leg->result > ZV_RESULT_ANSWERED)
		d.word = (enum zv_ladder_word)(ZV_LADDER_RESULT + (int)e->leg->result);
	if (e->leg && e->leg->forwarded_to.n) {
		d.word = ZV_LADDER_FORWARDS;
		d.text = e->leg->forwarded_to;
	}
	return d;
}

static struct zv_ladder_draft (*const rules[])(const struct zv_call_event *e) = {
	[ZV_CALL_STARTED] = on_started,
	[ZV_CALL_QUEUED] = on_queued,
	[ZV_LEG_RINGING] = on_ringing,
	[ZV_LEG_ANSWERED] = on_leg_answered,
	[ZV_CALL_ANSWERED] = on_call_answered,
	[ZV_LEG_HELD] = on_hold,
	[ZV_LEG_RESUMED] = on_hold,
	[ZV_CALL_TRANSFERRED] = on_transferred,
	[ZV_CALL_PARKED] = on_parked,
	[ZV_CALL_RETRIEVED] = on_retrieved,
	[ZV_CALL_PICKED_UP] = on_picked_up,
	[ZV_CALL_CONFERENCED] = on_conferenced,
	[ZV_RECORDING_STARTED] = on_recording,
	[ZV_RECORDING_STOPPED] = on_recording,
	[ZV_LEG_DTMF] = on_dtmf,
	[ZV_LEG_ENDED] = on_leg_ended,
	[ZV_SERVER_STATE] = NULL, /* so long is the table */
};

struct zv_ladder_draft
zv_ladder_draft(const struct zv_call_event *e)
{
	if (!rules[e->kind])
		return (struct zv_ladder_draft){ .shape = ZV_SHAPE_NOTHING };
	return rules[e->kind](e);
}
