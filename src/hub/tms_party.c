/* Who the other one is. A panel shows one number; CRMs look it up. */
#include "hub/tms.h"

bool
zv_tms_is_live(const struct zv_leg *leg)
{
	return leg->state != ZV_LEG_STATE_ENDED;
}

bool
zv_tms_is_up(const struct zv_leg *leg)
{
	return leg->state == ZV_LEG_STATE_UP || leg->state == ZV_LEG_STATE_HELD;
}

bool
zv_tms_is_line(const struct zv_leg *leg, const char *line)
{
	return !leg->is_trunk && zvon_str_equal(leg->line, zvon_str(line));
}

bool
zv_tms_has_ended(const struct zv_leg *leg, const struct zv_call_event *event)
{
	return leg->state == ZV_LEG_STATE_ENDED &&
	       (leg->result != ZV_RESULT_NONE ||
		(event && event->kind == ZV_LEG_ENDED && event->leg == leg));
}

const struct zv_leg *
zv_tms_leg_in(const struct zv_call *call, const struct zv_leg *wanted)
{
	const struct zv_leg *leg = call->legs;

	while (leg && leg != wanted)
		leg = leg->next;
	return leg;
}

struct zv_str
zv_tms_who(const struct zv_leg *leg)
{
	return leg->number.n ? leg->number : leg->is_trunk ? ZV_STR("") : leg->line;
}

/* Of another one, and alive? The second leg of the own line is no other. */
static bool
is_other(const struct zv_leg *leg, struct zv_str line)
{
	return zv_tms_is_live(leg) &&
	       (leg->is_trunk || !zvon_str_equal(leg->line, line));
}

size_t
zv_tms_count_others(const struct zv_call *call, struct zv_str line)
{
	size_t n = 0;

	for (const struct zv_leg *leg = call->legs; leg; leg = leg->next)
		n += is_other(leg, line);
	return n;
}

/* Somebody who holds a third one, to speak with us. */
static const struct zv_leg *
consultant(const struct zv_call *call, const struct zv_leg *own)
{
	if (zv_tms_count_others(call, own->line) < 2)
		return NULL;
	for (const struct zv_leg *leg = call->legs; leg && leg != own; leg = leg->next)
		if (is_other(leg, own->line) && leg->state == ZV_LEG_STATE_HELD)
			return leg;
	return NULL;
}

/* Who is there now: who talks, or else who is called. */
static const struct zv_leg *
whoever_is_there(const struct zv_call *call, struct zv_str line)
{
	const struct zv_leg *found = NULL;

	for (const struct zv_leg *leg = call->legs; leg; leg = leg->next)
		if (is_other(leg, line) && (!found || leg->state >= found->state))
			found = leg;
	return found;
}

/* The number that was dialled stays, whoever answers there: it is what the CRM knows. A
 * click of ours knows it before Asterisk tells it. */
static struct zv_str
called_by(struct zv_session *s, const struct zv_call *call)
{
	return call->to_number.n ? call->to_number : zv_tms_being_called(zv_tms_of(s));
}

static struct zv_str
calling(const struct zv_call *call, const struct zv_leg *leg)
{
	const struct zv_leg *one = consultant(call, leg);

	return one ? zv_tms_who(one) : call->from_number;
}

static struct zv_str
other_of(struct zv_session *s, const struct zv_tms_call *c, const struct zv_call *call,
	 const struct zv_leg *leg)
{
	const struct zv_leg *there =
		c->moved ? whoever_is_there(call, leg->line) : NULL;

	if (there && zv_tms_who(there).n)
		return zv_tms_who(there);
	if (*c->other)
		return zvon_str(c->other);
	return c->direction == ZV_TMS_OUT ? called_by(s, call) : calling(call, leg);
}

bool
zv_tms_parties(struct zv_session *s, struct zv_tms_call *c, const struct zv_call *call,
	       const struct zv_leg *leg)
{
	const struct zv_transfer *last = call->transfers;
	char other[ZV_TMS_PARTY_MAX] = "";
	bool changed;

	zv_tms_copy(other, sizeof other, other_of(s, c, call, leg));
	changed = zv_tms_copy(c->other, sizeof c->other, zvon_str(other));
	while (last && last->next)
		last = last->next;
	if (last) {
		changed |= zv_tms_copy(c->by, sizeof c->by, last->by);
		changed |= zv_tms_copy(c->to, sizeof c->to, last->to);
	}
	return changed;
}
