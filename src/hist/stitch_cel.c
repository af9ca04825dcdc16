/* stitch_cel.c - what the events of CEL know beyond CDRs: why a phone did not answer, what was
 * dialled first, parking. Names or numbers: tables have either. */
#include "hist/stitch_tale.h"

#include "base/num.h"
#include "base/str.h"
#include "hist/cel_move.h"

/* include/asterisk/cel.h of 12 and later; the numbers in the sample files are older ones. */
enum event {
	EVENT_OTHER,
	EVENT_START,
	EVENT_HANGUP,
	EVENT_ANSWER,
	EVENT_APP,
	EVENT_BRIDGE,
	EVENT_PARK
};

static const struct {
	struct zv_str name, number;
	enum event event;
} events[] = {
	{ ZV_STR("CHAN_START"), ZV_STR("1"), EVENT_START },
	{ ZV_STR("CHANNEL_START"), ZV_STR("1"), EVENT_START },
	{ ZV_STR("HANGUP"), ZV_STR("3"), EVENT_HANGUP },
	{ ZV_STR("ANSWER"), ZV_STR("4"), EVENT_ANSWER },
	{ ZV_STR("APP_START"), ZV_STR("5"), EVENT_APP },
	{ ZV_STR("BRIDGE_ENTER"), ZV_STR("7"), EVENT_BRIDGE },
	{ ZV_STR("PARK_START"), ZV_STR("9"), EVENT_PARK },
};

static enum event
event_of(const struct zv_cel_row *r)
{
	for (size_t i = 0; i < sizeof events / sizeof *events; i++)
		if (zvon_str_equal_nocase(r->eventtype, events[i].name) ||
		    zvon_str_equal(r->eventtype, events[i].number))
			return events[i].event;
	return EVENT_OTHER;
}

/* Special extensions have one letter: s start, h hang-up, i invalid, t timeout... */
bool
zv_is_exten(struct zv_str exten)
{
	return exten.n > 1 || (exten.n == 1 && exten.p[0] >= '0' && exten.p[0] <= '9');
}

/* Of {"hangupcause":21,"hangupsource":"...","dialstatus":""} the first; up to 11 "21,...". */
static int
cause_of(struct zv_str extra)
{
	struct zv_str cause_text = zv_cel_extra(extra, ZV_STR("hangupcause")),
		      digits = cause_text.n ? cause_text : extra;
	long long cause;
	size_t n = 0;

	while (n < digits.n && digits.p[n] >= '0' && digits.p[n] <= '9')
		n++;
	digits.n = n;
	return zv_num_parse(digits, 1, 127, &cause) < 0 ? 0 : (int)cause;
}

static struct zv_past_leg *
find_leg(struct zv_tale *t, struct zv_str channel)
{
	int i = zv_tale_find_leg(t, channel);

	return i < 0 ? NULL : &t->c.legs[i];
}

/* If the dialplan goes on behind a queue, the CDR knows only what came then. */
static void
read_app(struct zv_tale *t, const struct zv_cel_row *r)
{
	if (zvon_str_equal_nocase(r->appname, ZV_STR("Queue")))
		t->queue = r->appdata;
}

/* ---- beside CDRs ---------------------------------------------------------------------------- */

static void
read_event(struct zv_tale *t, const struct zv_cel_row *r)
{
	struct zv_past_leg *leg = find_leg(t, r->channel);
	enum event event = event_of(r);

	t->c.sources |= ZV_PAST_CEL;
	t->c.parked |= event == EVENT_PARK;
	if (event == EVENT_APP)
		read_app(t, r);
	if (!leg)
		return;
	if (leg->unique_id.n == 0)
		leg->unique_id = r->uniqueid;
	if (event == EVENT_HANGUP && leg->cause == 0)
		leg->cause = cause_of(r->extra);
	if (event == EVENT_START && t->dialled.n == 0 && leg == t->c.legs &&
	    zv_is_exten(r->exten))
		t->dialled = r->exten;
}

/* SIP 603 and 486 are told as NO ANSWER, of a queue's phones for one: the cause knows. */
static enum zv_call_result
refined(enum zv_call_result result, int cause)
{
	if (result != ZV_RESULT_NO_ANSWER && result != ZV_RESULT_BUSY)
		return result;
	return cause == 21 ? ZV_RESULT_REJECTED : cause == 17 ? ZV_RESULT_BUSY : result;
}

/* When the caller goes Asterisk hangs up all that ring, with the cause of one that refused. */
static bool
is_hung_up_with_caller(const struct zv_tale *t, const struct zv_tale_row *r)
{
	for (size_t i = 0; i < t->n; i++)
		if (t->rows[i].end_ms > r->end_ms && t->rows[i].caller == r->caller)
			return false;
	return zv_tale_gave_up(t, r);
}

static bool
has_company(const struct zv_tale *t, const struct zv_tale_row *r)
{
	for (size_t i = 0; i < t->n; i++)
		if (&t->rows[i] != r && t->rows[i].is_attempt &&
		    zv_tale_is_same_dial(&t->rows[i], r))
			return true;
	return false;
}

static void
refine(struct zv_tale *t, struct zv_tale_row *r)
{
	int who = r->callee >= 0 ? r->callee : r->caller;
	struct zv_past_leg *leg = who >= 0 ? &t->c.legs[who] : NULL;

	if (!leg || leg->answered ||
	    (r->callee < 0 && !zv_tale_is_app(r, ZV_STR("AppDial2"))) ||
	    (has_company(t, r) && is_hung_up_with_caller(t, r)))
		return;
	r->result = refined(r->result, leg->cause);
	leg->result = refined(leg->result, leg->cause);
}

void
zv_tale_read_cel(struct zv_tale *t)
{
	for (size_t i = 0; i < t->n_all; i++)
		if (t->all[i]->is_cel)
			read_event(t, &t->all[i]->cel);
	if (t->c.sources & ZV_PAST_CEL)
		for (size_t i = 0; i < t->n; i++)
			refine(t, &t->rows[i]);
}

/* ---- alone -------------------------------------------------------------------------------------- */

static void
note_event(struct zv_tale *t, const struct zv_stitch_row *row)
{
	const struct zv_cel_row *r = &row->cel;
	int i = zv_tale_leg(t, r->channel,
			    t->c.n_legs ? ZV_ROLE_CALLEE : ZV_ROLE_CALLER);
	struct zv_past_leg *leg;

	if (i < 0)
		return;
	leg = &t->c.legs[i];
	leg->unique_id = leg->unique_id.n ? leg->unique_id : r->uniqueid;
	leg->started_ms = leg->started_ms ? leg->started_ms : row->start_ms;
	leg->ended_ms = row->end_ms;
	if (event_of(r) == EVENT_ANSWER && !leg->answered) {
		leg->answered = true;
		leg->answered_ms = row->start_ms;
	}
	if (event_of(r) == EVENT_BRIDGE)
		zv_tale_talks(t, i);
	if (leg->number.n == 0)
		leg->number = r->cid_num;
	read_event(t, r);
}

static void
finish_legs(struct zv_tale *t)
{
	struct zv_conversation *c = &t->c;

	for (size_t i = 0; i < c->n_legs; i++) {
		struct zv_past_leg *leg = &c->legs[i];

		leg->is_trunk = zv_tale_is_trunk(t, leg->channel, leg->number);
		leg->result = leg->answered ? ZV_RESULT_ANSWERED
					    : refined(ZV_RESULT_NO_ANSWER, leg->cause);
		if (i > 0 && !leg->answered && c->result == ZV_RESULT_NO_ANSWER)
			c->result = leg->result;
	}
	if (c->n_legs)
		c->legs[0].result = c->result;
}

/* No CDR has come: channels, their times and causes are known, not who dialled whom. */
void
zv_tale_tell_cel(struct zv_tale *t)
{
	struct zv_conversation *c = &t->c;
	const struct zv_cel_row *first = &t->all[0]->cel;
	int picked_up;

	c->sources = ZV_PAST_CEL;
	c->id = first->linkedid.n ? first->linkedid : first->uniqueid;
	c->started_ms = t->all[0]->start_ms;
	c->ended_ms = t->all[t->n_all - 1]->end_ms;
	for (size_t i = 0; i < t->n_all; i++)
		note_event(t, t->all[i]);
	c->result = c->n_talked > 1 ? ZV_RESULT_ANSWERED : ZV_RESULT_NO_ANSWER;
	finish_legs(t);
	if (c->n_legs) {
		c->from_number = c->legs[0].number;
		c->direction =
			c->legs[0].is_trunk ? ZV_DIRECTION_IN : ZV_DIRECTION_INTERNAL;
	}
	c->to_number = t->dialled;
	zv_tale_read_moves(t);
	picked_up = zv_tale_picked_up_by(t);
	if (picked_up >= 0)
		c->picked_up_by = c->legs[picked_up].line;
	c->wait_ms = c->ended_ms - c->started_ms;
}
