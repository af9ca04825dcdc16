#include "watch.h"

#include "base/hash.h"

#define IS(event_kind, set) (((set) >> (event_kind)) & 1u)
#define ONE(event_kind)	    (1u << (event_kind))

/* What is told of each kind: about a call, about a leg of it. */
static const uint32_t about_a_call =
	ONE(ZV_CALL_STARTED) | ONE(ZV_CALL_QUEUED) | ONE(ZV_LEG_RINGING) |
	ONE(ZV_LEG_ANSWERED) | ONE(ZV_CALL_ANSWERED) | ONE(ZV_LEG_HELD) |
	ONE(ZV_LEG_RESUMED) | ONE(ZV_CALL_TRANSFERRED) | ONE(ZV_CALL_PARKED) |
	ONE(ZV_CALL_RETRIEVED) | ONE(ZV_CALL_PICKED_UP) | ONE(ZV_CALL_CONFERENCED) |
	ONE(ZV_RECORDING_STARTED) | ONE(ZV_RECORDING_STOPPED) | ONE(ZV_LEG_DTMF) |
	ONE(ZV_LEG_ENDED) | ONE(ZV_CALL_ENDED);
static const uint32_t about_a_leg = ONE(ZV_LEG_RINGING) | ONE(ZV_LEG_ANSWERED) |
				    ONE(ZV_LEG_HELD) | ONE(ZV_LEG_RESUMED) |
				    ONE(ZV_LEG_DTMF) | ONE(ZV_LEG_ENDED);

static struct watch_call *
find_call(struct watch *w, struct zv_str id)
{
	uint64_t hash = zv_hash(id, 0);

	for (size_t i = w->n_calls; i-- > 0;)
		if (w->calls[i].id == hash)
			return &w->calls[i];
	return NULL;
}

static struct watch_leg *
find_leg(struct watch *w, struct zv_str id)
{
	uint64_t hash = zv_hash(id, 0);

	for (size_t i = w->n_legs; i-- > 0;)
		if (w->legs[i].id == hash)
			return &w->legs[i];
	return NULL;
}

/* ---- what a call looks like ----------------------------------------------------------- */

static void
check_leg(const struct zv_leg *leg)
{
	CHECK(leg->state <= ZV_LEG_STATE_ENDED);
	CHECK(leg->role == ZV_ROLE_CALLER || leg->role == ZV_ROLE_CALLEE);
	CHECK(leg->result <= ZV_RESULT_ANSWERED_ELSEWHERE);
	CHECK(leg->result != ZV_RESULT_ABANDONED || leg->role == ZV_ROLE_CALLER);
	CHECK(leg->unique_id.n > 0);
	CHECK((leg->state == ZV_LEG_STATE_ENDED) == (leg->ended_ms != 0));
	CHECK(zvon_call_result_name(leg->result));
	CHECK(zvon_leg_state_name(leg->state));
}

static bool
is_leg_of(const struct zv_call *call, const struct zv_leg *which)
{
	for (const struct zv_leg *leg = call->legs; leg; leg = leg->next)
		if (leg == which)
			return true;
	return false;
}

/* Each once. */
static void
check_talked(const struct zv_call *call)
{
	for (const struct zv_call_text *a = call->talked; a; a = a->next)
		for (const struct zv_call_text *b = a->next; b; b = b->next)
			CHECK(!zvon_str_equal(a->text, b->text));
}

static void
check_call(const struct zv_call *call)
{
	size_t n = 0;

	CHECK(call->id.n > 0);
	CHECK(call->state <= ZV_CALL_STATE_ENDED);
	CHECK(call->result < ZV_RESULT_ANSWERED_ELSEWHERE);
	CHECK(call->direction <= ZV_DIRECTION_OUT);
	for (const struct zv_leg *leg = call->legs; leg; leg = leg->next) {
		check_leg(leg);
		CHECK(++n <= ZV_CALLS_MAX_LEGS);
	}
	check_talked(call);
}

/* ---- one event ------------------------------------------------------------------------ */

static void
note_started(struct watch *w, const struct zv_call_event *e)
{
	struct watch_call *call = find_call(w, e->call->id);

	CHECK(!call || (call->ended && w->guessed));
	if (!call) {
		CHECK(w->n_calls < WATCH_MOST_CALLS);
		call = &w->calls[w->n_calls++];
	}
	*call = (struct watch_call){ .id = zv_hash(e->call->id, 0) };
	w->started++;
}

/* Where it went on is a call that goes on. */
static void
check_merged(struct watch *w, const struct zv_call_event *e)
{
	struct watch_call *into = find_call(w, e->into);

	CHECK(e->call->merged);
	CHECK(into && !into->ended);
	CHECK(!zvon_str_equal(e->into, e->call->id));
}

/* All has come to its end, with a result. */
static void
check_over(const struct zv_call_event *e)
{
	CHECK(e->into.n == 0);
	CHECK(e->call->result != ZV_RESULT_NONE);
	for (const struct zv_leg *leg = e->call->legs; leg; leg = leg->next) {
		CHECK(leg->state == ZV_LEG_STATE_ENDED);
		CHECK(leg->result != ZV_RESULT_NONE);
	}
}

/* The legs of a merged call go on in the other one. */
static void
note_ended(struct watch *w, const struct zv_call_event *e, struct watch_call *call)
{
	CHECK(e->call->state == ZV_CALL_STATE_ENDED);
	call->ended = true;
	w->ended++;
	if (zvon_str_equal(e->reason, ZV_STR("merged"))) {
		check_merged(w, e);
		return;
	}
	check_over(e);
}

static void
note_leg(struct watch *w, const struct zv_call_event *e)
{
	struct watch_leg *leg = find_leg(w, e->leg->unique_id);

	CHECK(is_leg_of(e->call, e->leg));
	CHECK(!leg || !leg->ended || w->guessed);
	if (!leg) {
		CHECK(w->n_legs < WATCH_MOST_CALLS);
		leg = &w->legs[w->n_legs++];
		leg->id = zv_hash(e->leg->unique_id, 0);
	}
	leg->ended = e->kind == ZV_LEG_ENDED;
	CHECK((e->leg->state == ZV_LEG_STATE_ENDED) == leg->ended);
	CHECK(!leg->ended || e->leg->result != ZV_RESULT_NONE);
}

static void
note_call(struct watch *w, const struct zv_call_event *e)
{
	struct watch_call *call;

	if (e->kind == ZV_CALL_STARTED)
		note_started(w, e);
	check_call(e->call);
	call = find_call(w, e->call->id);
	CHECK(call && !call->ended);
	CHECK(call->result == ZV_RESULT_NONE || e->call->result == call->result);
	call->result = e->call->result;
	CHECK(e->kind != ZV_CALL_ANSWERED || !call->answered);
	call->answered |= e->kind == ZV_CALL_ANSWERED;
	if (e->leg && IS(e->kind, about_a_leg))
		note_leg(w, e);
	if (e->kind == ZV_CALL_ENDED)
		note_ended(w, e, call);
}

static void
tell(const struct zv_call_event *e)
{
	fuzz_tell("  = %s call %.*s %s %.*s %.*s\n", zvon_call_event_name(e->kind),
		  ZV_ARG(e->call->id), zvon_call_result_name(e->call->result),
		  ZV_ARG(e->reason), ZV_ARG(e->into));
	for (const struct zv_leg *leg = e->call->legs; leg; leg = leg->next)
		fuzz_tell("    %s leg %.*s %.*s %s %s\n", leg == e->leg ? "*" : " ",
			  ZV_ARG(leg->channel), ZV_ARG(leg->unique_id),
			  zvon_leg_state_name(leg->state),
			  zvon_call_result_name(leg->result));
}

void
watch_on_event(void *watch, const struct zv_call_event *e)
{
	struct watch *w = watch;

	CHECK(e->kind <= ZV_SERVER_STATE);
	CHECK(zvon_call_event_name(e->kind)[0]);
	if (e->call)
		tell(e);
	CHECK(e->seq == w->seq + 1);
	w->seq = e->seq;
	CHECK(e->now_ms == w->now_ms);
	CHECK(w->unix_us < 0 || e->unix_us == w->unix_us);
	CHECK(!e->call == !IS(e->kind, about_a_call));
	CHECK(!IS(e->kind, about_a_leg) || e->leg);
	CHECK(!e->line == (e->kind != ZV_LINE_STATE));
	CHECK(!e->member == (e->kind != ZV_QUEUE_MEMBER));
	CHECK(!e->queue_now == (e->kind != ZV_QUEUE_STATE));
	CHECK(!e->queue_now || e->queue_now->waiting >= 0);
	if (e->call)
		note_call(w, e);
}

/* ---- between packets and at the end --------------------------------------------------- */

void
watch_check(const struct watch *w, const struct zv_calls *t)
{
	struct zv_calls_counters c;
	const struct zv_call *call = NULL;
	int64_t before = INT64_MIN;
	size_t n = 0;

	zvon_calls_counters(t, &c);
	CHECK(c.events == w->seq);
	CHECK(c.started == w->started && c.ended == w->ended);
	CHECK(c.calls == w->started - w->ended);
	while ((call = zvon_calls_next(t, call))) {
		struct watch_call *known = find_call((struct watch *)w, call->id);

		CHECK(known && !known->ended);
		CHECK(call->state != ZV_CALL_STATE_ENDED);
		CHECK(call->started_ms >= before);
		before = call->started_ms;
		check_call(call);
		n++;
	}
	CHECK(n == c.calls);
}

void
watch_check_over(const struct watch *w, const struct zv_calls *t)
{
	struct zv_calls_counters c;

	watch_check(w, t);
	zvon_calls_counters(t, &c);
	CHECK(c.calls == 0);
	CHECK(c.channels == 0);
}
