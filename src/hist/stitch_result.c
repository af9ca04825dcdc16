/* stitch_result.c - who talked, and how it ended, in the words of docs/calls.md. */
#include "hist/stitch_tale.h"

#include "base/num.h"
#include "base/str.h"

#define COUNT(a)    (sizeof(a) / sizeof *(a))
#define TOGETHER_MS 1000 /* records tell whole seconds */

/* ---- who talked ---------------------------------------------------------------------------- */

void
zv_tale_talks(struct zv_tale *t, int leg)
{
	struct zv_conversation *c = &t->c;
	struct zv_str who;

	if (leg < 0)
		return;
	who = c->legs[leg].is_trunk ? c->legs[leg].number : c->legs[leg].line;
	if (who.n == 0 || c->n_talked == t->cap)
		return;
	for (size_t i = 0; i < c->n_talked; i++)
		if (zvon_str_equal(c->talked[i], who))
			return;
	c->talked[c->n_talked++] = who;
}

/* Two sides, and the called one has answered. */
static bool
is_talk(const struct zv_tale *t, const struct zv_tale_row *r)
{
	(void)t;
	return r->result == ZV_RESULT_ANSWERED && r->callee >= 0 &&
	       t->c.legs[r->callee].answered;
}

static bool
is_any_talk(const struct zv_tale *t)
{
	for (size_t i = 0; i < t->n; i++)
		if (is_talk(t, &t->rows[i]))
			return true;
	return false;
}

static void
read_talks(struct zv_tale *t)
{
	for (size_t i = 0; i < t->n; i++) {
		const struct zv_tale_row *r = &t->rows[i];

		if (!is_talk(t, r))
			continue;
		if (t->c.answered_ms == 0 || r->answer_ms < t->c.answered_ms)
			t->c.answered_ms = r->answer_ms;
		zv_tale_talks(t, r->caller >= 0 ? r->caller : 0);
		zv_tale_talks(t, r->callee);
	}
}

/* ---- queue ----------------------------------------------------------------------------------- */

static struct zv_str
queue_in(struct zv_str data)
{
	size_t n = 0;

	while (n < data.n && data.p[n] != ',' && data.p[n] != '|')
		n++;
	return (struct zv_str){ data.p, n };
}

static void
read_queue(struct zv_tale *t)
{
	t->c.queue = queue_in(t->queue);
	for (size_t i = 0; i < t->n; i++)
		if (zv_tale_is_app(&t->rows[i], ZV_STR("Queue")))
			t->c.queue = queue_in(t->rows[i].cdr->lastdata);
}

static bool
is_of_channel(const struct zv_tale_row *a, const struct zv_tale_row *b)
{
	return zvon_str_equal(a->cdr->channel, b->cdr->channel);
}

/* Did the channel of that row go on in the dialplan behind that application? */
static bool
went_on_after(const struct zv_tale *t, const struct zv_tale_row *r)
{
	bool went_on = false;

	for (size_t i = 0; i < t->n; i++)
		if (is_of_channel(&t->rows[i], r))
			went_on = !zv_tale_is_app(&t->rows[i], r->cdr->lastapp);
	return went_on;
}

static bool
has_queue_gone_on(const struct zv_tale *t)
{
	for (size_t i = 0; i < t->n; i++)
		if (zv_tale_is_app(&t->rows[i], ZV_STR("Queue")))
			return went_on_after(t, &t->rows[i]);
	return true; /* only CEL knows of it */
}

/* ---- nobody talked ---------------------------------------------------------------------------- */

static const struct zv_tale_row *
last_attempt(const struct zv_tale *t)
{
	const struct zv_tale_row *last = NULL;

	for (size_t i = 0; i < t->n; i++)
		if (t->rows[i].is_attempt)
			last = &t->rows[i];
	return last;
}

static bool
has_timed_out(const struct zv_tale_row *r)
{
	int timeout_s;

	zv_dialled_list(r->cdr->lastdata, &timeout_s);
	return zv_tale_is_app(r, ZV_STR("Dial")) && timeout_s > 0 &&
	       r->end_ms - r->start_ms >= (int64_t)timeout_s * 1000;
}

/* The caller gave up while somebody was called: nothing of his stands behind it. */
bool
zv_tale_gave_up(const struct zv_tale *t, const struct zv_tale_row *last)
{
	if (last->result == ZV_RESULT_CANCELLED)
		return true;
	return last->result == ZV_RESULT_NO_ANSWER && !has_timed_out(last) &&
	       (zv_tale_is_app(last, ZV_STR("Dial")) ||
		zv_tale_is_app(last, ZV_STR("Queue"))) &&
	       !went_on_after(t, last);
}

/* One of those that were called together rang when the caller went. */
static bool
has_given_up(const struct zv_tale *t, const struct zv_tale_row *last)
{
	for (size_t i = 0; i < t->n; i++) {
		const struct zv_tale_row *r = &t->rows[i];

		if (r->is_attempt && zv_tale_is_same_dial(r, last) &&
		    r->end_ms >= last->end_ms && zv_tale_gave_up(t, r))
			return true;
	}
	return false;
}

/* Of different results of phones that were called together the first of these. */
static const enum zv_call_result ranking[] = {
	ZV_RESULT_BUSY,	      ZV_RESULT_REJECTED, ZV_RESULT_NO_ANSWER,
	ZV_RESULT_CONGESTION, ZV_RESULT_FAILED,
};

static enum zv_call_result
round_result(const struct zv_tale *t, const struct zv_tale_row *last)
{
	for (size_t i = 0; i < COUNT(ranking); i++)
		for (size_t k = 0; k < t->n; k++)
			if (t->rows[k].is_attempt && t->rows[k].result == ranking[i] &&
			    zv_tale_is_same_dial(&t->rows[k], last))
				return ranking[i];
	return ZV_RESULT_NO_ANSWER;
}

/* By what the dialplan ran. */
static const struct {
	struct zv_str app, data;
	enum zv_call_result result;
} endings[] = {
	{ ZV_STR("Busy"), ZV_STR("*"), ZV_RESULT_BUSY },
	{ ZV_STR("Congestion"), ZV_STR("*"), ZV_RESULT_CONGESTION },
	{ ZV_STR("Hangup"), ZV_STR("17"), ZV_RESULT_BUSY },
	{ ZV_STR("Hangup"), ZV_STR("21"), ZV_RESULT_REJECTED },
	{ ZV_STR("Hangup"), ZV_STR("34"), ZV_RESULT_CONGESTION },
	{ ZV_STR("Hangup"), ZV_STR("42"), ZV_RESULT_CONGESTION },
	{ ZV_STR("Hangup"), ZV_STR("*"), ZV_RESULT_FAILED },
	{ ZV_STR("Pickup"), ZV_STR("*"), ZV_RESULT_FAILED },
};

/* A click whose own phone did not answer: its channel "dials" itself (1.4 to 11), or says AppDial2;
 * 16 calls it failed when the time was up. */
static bool
is_own_phone(const struct zv_tale *t, const struct zv_tale_row *r)
{
	int timeout_s;
	struct zv_str list = zv_dialled_list(r->cdr->lastdata, &timeout_s);
	struct zv_dialled d;

	if (zv_tale_is_app(r, ZV_STR("AppDial2")))
		return r->result == ZV_RESULT_NO_ANSWER ||
		       (r->result == ZV_RESULT_FAILED && r->end_ms > r->start_ms);
	return zv_tale_is_app(r, ZV_STR("Dial")) && r->result == ZV_RESULT_NO_ANSWER &&
	       t->c.n_legs && zv_dialled_next(&list, &d) &&
	       zvon_str_equal_nocase(d.peer, t->c.legs[0].line);
}

static enum zv_call_result
alone_result(const struct zv_tale *t)
{
	const struct zv_tale_row *r = &t->rows[t->n - 1];

	for (size_t i = 0; i < t->n; i++)
		if (t->rows[i].result == ZV_RESULT_ANSWERED)
			return ZV_RESULT_ANSWERED;
	for (size_t i = 0; i < COUNT(endings); i++)
		if (zv_tale_is_app(r, endings[i].app) &&
		    zv_name_is_like(endings[i].data, r->cdr->lastdata))
			return endings[i].result;
	if (is_own_phone(t, r))
		return ZV_RESULT_NO_ANSWER;
	return r->result == ZV_RESULT_NO_ANSWER ? ZV_RESULT_CANCELLED : r->result;
}

static enum zv_call_result
result_of(const struct zv_tale *t)
{
	const struct zv_tale_row *last = last_attempt(t);

	if (is_any_talk(t))
		return ZV_RESULT_ANSWERED;
	if (t->c.queue.n)
		return has_queue_gone_on(t) ? ZV_RESULT_NO_ANSWER : ZV_RESULT_ABANDONED;
	if (!last)
		return alone_result(t);
	return has_given_up(t, last) ? ZV_RESULT_CANCELLED : round_result(t, last);
}

/* ---- legs ------------------------------------------------------------------------------------ */

/* The last row that called it. */
static const struct zv_tale_row *
attempt_of(const struct zv_tale *t, int leg)
{
	for (size_t i = t->n; i > 0; i--)
		if (t->rows[i - 1].callee == leg)
			return &t->rows[i - 1];
	return NULL;
}

/* Called by the same Dial, or each through a Local channel of its own (FreePBX's queues). */
static bool
is_same_round(const struct zv_tale_row *a, const struct zv_tale_row *b)
{
	return zv_tale_is_same_dial(a, b) ||
	       (zv_channel_kind(a->cdr->channel) == ZV_CHANNEL_LOCAL &&
		zv_channel_kind(b->cdr->channel) == ZV_CHANNEL_LOCAL);
}

/* Somebody else of the same round answered: phones that are called together begin together. */
static bool
is_answered_elsewhere(const struct zv_tale *t, const struct zv_past_leg *leg,
		      const struct zv_tale_row *attempt)
{
	for (size_t i = 0; i < t->n; i++) {
		const struct zv_tale_row *r = &t->rows[i];
		int64_t apart = r->start_ms - leg->started_ms;

		if (is_talk(t, r) && (!attempt || is_same_round(r, attempt)) &&
		    apart >= -TOGETHER_MS && apart <= TOGETHER_MS)
			return true;
	}
	return false;
}

/* It sent the call on (SIP 302): its Dial, which names phones only, went on to a Local channel. */
static bool
is_forwarded(const struct zv_tale *t, const struct zv_tale_row *attempt)
{
	bool to_local = false;

	if (!attempt || !zv_tale_is_app(attempt, ZV_STR("Dial")) ||
	    zv_str_find(attempt->cdr->lastdata, ZV_STR("Local/")) <
		    attempt->cdr->lastdata.n)
		return false;
	for (size_t i = 0; i < t->n; i++)
		to_local |= t->rows[i].to_local &&
			    is_of_channel(&t->rows[i], attempt) &&
			    zv_tale_is_same_dial(&t->rows[i], attempt);
	return to_local;
}

/* It rang to the end, when whoever called it gave up. */
static bool
is_given_up(const struct zv_tale *t, const struct zv_past_leg *leg,
	    const struct zv_tale_row *attempt)
{
	int64_t end_ms = 0;

	if (!attempt)
		return t->c.result == ZV_RESULT_CANCELLED;
	if (!zv_tale_gave_up(t, attempt))
		return false;
	for (size_t i = 0; i < t->n; i++)
		if (is_of_channel(&t->rows[i], attempt) && t->rows[i].end_ms > end_ms)
			end_ms = t->rows[i].end_ms;
	return leg->ended_ms >= end_ms;
}

static enum zv_call_result
callee_result(const struct zv_tale *t, int i)
{
	const struct zv_past_leg *leg = &t->c.legs[i];
	const struct zv_tale_row *attempt = attempt_of(t, i);

	if (leg->answered)
		return ZV_RESULT_ANSWERED;
	if (leg->result != ZV_RESULT_NO_ANSWER)
		return leg->result;
	if (is_answered_elsewhere(t, leg, attempt) || is_forwarded(t, attempt))
		return ZV_RESULT_ANSWERED_ELSEWHERE;
	return is_given_up(t, leg, attempt) ? ZV_RESULT_CANCELLED : ZV_RESULT_NO_ANSWER;
}

static bool
has_talked(const struct zv_tale *t, int leg)
{
	for (size_t i = 0; i < t->n; i++)
		if (is_talk(t, &t->rows[i]) &&
		    (t->rows[i].caller == leg || t->rows[i].callee == leg))
			return true;
	return false;
}

static void
read_leg_results(struct zv_tale *t)
{
	for (size_t i = 0; i < t->c.n_legs; i++) {
		struct zv_past_leg *leg = &t->c.legs[i];

		if (leg->role == ZV_ROLE_CALLEE)
			leg->result = callee_result(t, (int)i);
		else if (i > 0 && has_talked(t, (int)i))
			leg->result = ZV_RESULT_ANSWERED;
		else
			leg->result = t->c.result;
	}
}

/* ---- direction and whom -------------------------------------------------------------------- */

static bool
is_called_trunk(const struct zv_tale *t, bool answered)
{
	bool any = false;

	for (size_t i = 0; i < t->c.n_legs; i++) {
		const struct zv_past_leg *leg = &t->c.legs[i];

		if (leg->role != ZV_ROLE_CALLEE || leg->answered != answered)
			continue;
		if (answered)
			return leg->is_trunk;
		any |= leg->is_trunk;
	}
	return any;
}

static enum zv_call_direction
direction_of(const struct zv_tale *t)
{
	if (t->c.n_legs && t->c.legs[0].role == ZV_ROLE_CALLER && t->c.legs[0].is_trunk)
		return ZV_DIRECTION_IN;
	if (is_called_trunk(t, true) ||
	    (t->c.result != ZV_RESULT_ANSWERED && is_called_trunk(t, false)))
		return ZV_DIRECTION_OUT;
	return ZV_DIRECTION_INTERNAL;
}

/* A blind transfer or a Redirect writes its target over the dst of the row before (12 and later):
 * what Dial was told there remains. */
static bool
is_overwritten(const struct zv_tale *t)
{
	const struct zv_tale_row *first = &t->rows[0];

	if (!is_talk(t, first))
		return false;
	for (size_t i = 1; i < t->n; i++) {
		const struct zv_tale_row *r = &t->rows[i];

		if (r->caller == first->caller && !zv_tale_is_same_dial(r, first) &&
		    !zv_tale_is_app(r, ZV_STR("Hangup")) &&
		    zvon_str_equal(r->cdr->dst, first->cdr->dst))
			return true;
	}
	return false;
}

static struct zv_str
dialled_of(const struct zv_tale *t)
{
	const struct zv_tale_row *first = &t->rows[0];

	if (t->dialled.n)
		return t->dialled;
	if (is_overwritten(t))
		return t->c.legs[first->callee].line;
	for (size_t i = 0; i < t->n; i++)
		if (zv_is_exten(t->rows[i].cdr->dst))
			return t->rows[i].cdr->dst;
	return (struct zv_str){ NULL, 0 };
}

/* The line that Dial names first, if it is a leg. */
static struct zv_str
first_dialled(const struct zv_tale *t)
{
	struct zv_dialled d;
	int timeout_s;

	for (size_t i = 0; i < t->n; i++) {
		struct zv_str list =
			zv_dialled_list(t->rows[i].cdr->lastdata, &timeout_s);

		if (!zv_tale_is_app(&t->rows[i], ZV_STR("Dial")) ||
		    !zv_dialled_next(&list, &d))
			continue;
		for (size_t k = 1; k < t->c.n_legs; k++)
			if (!t->c.legs[k].is_trunk &&
			    zvon_str_equal_nocase(t->c.legs[k].line, d.peer))
				return t->c.legs[k].line;
	}
	return (struct zv_str){ NULL, 0 };
}

/* The line that answered first, else that was called first. */
static struct zv_str
reached_line(const struct zv_tale *t)
{
	struct zv_str reached = { NULL, 0 };

	for (size_t i = 0; i < t->n; i++)
		if (is_talk(t, &t->rows[i]) && !t->c.legs[t->rows[i].callee].is_trunk)
			return t->c.legs[t->rows[i].callee].line;
	reached = first_dialled(t);
	for (size_t i = 0; i < t->c.n_legs && reached.n == 0; i++)
		if (t->c.legs[i].role == ZV_ROLE_CALLEE && !t->c.legs[i].is_trunk)
			reached = t->c.legs[i].line;
	return reached;
}

static struct zv_str
did_of(const struct zv_tale *t)
{
	for (size_t i = 0; i < t->n; i++)
		if (t->rows[i].cdr->did.n)
			return t->rows[i].cdr->did;
	if (t->dialled.n)
		return t->dialled;
	if (is_overwritten(t) || !zv_is_exten(t->rows[0].cdr->dst) ||
	    zv_name_is_line_number(t->rows[0].cdr->dst))
		return (struct zv_str){ NULL, 0 };
	return t->rows[0].cdr->dst;
}

static void
read_whom(struct zv_tale *t)
{
	struct zv_conversation *c = &t->c;

	c->direction = direction_of(t);
	if (c->direction != ZV_DIRECTION_IN) {
		c->to_number = dialled_of(t);
		return;
	}
	c->did = did_of(t);
	c->to_number = reached_line(t);
	if (c->to_number.n == 0)
		c->to_number = c->did;
}

void
zv_tale_read_result(struct zv_tale *t)
{
	read_queue(t);
	read_talks(t);
	t->c.result = result_of(t);
	if (t->c.result == ZV_RESULT_ANSWERED && t->c.answered_ms == 0 &&
	    t->rows[0].answer_ms)
		t->c.answered_ms = t->rows[0].answer_ms;
	read_leg_results(t);
	read_whom(t);
}
