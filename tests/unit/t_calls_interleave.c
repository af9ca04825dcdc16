/* Fault 007: lists and events of a PBX come in any order, lists older or newer than what
 * the events have told; in the end the calls here are those of the PBX. Fault 005: it is
 * killed, restarted, the connection is lost, again and again: no ghost stays, and all
 * that began ends once. ZVON_SEED repeats a run; ZVON_ROUNDS makes it longer. */
#include <stdio.h>
#include <stdlib.h>

#include "smallpbx.h"
#include "zvon/call.h"

#define MAX_KNOWN 4096

struct follower {
	struct zv_calls *calls;
	struct zv_parser *parser;
	int64_t now_ms;
	struct {
		char id[32];
		int open; /* started and not ended */
	} known[MAX_KNOWN];
	size_t n_known;
	uint64_t restarts; /* calls that ended for that reason */
};

#define FAIL(f, ...)                                                                   \
 do {                                                                                  \
  show(f);                                                                             \
  fail_msg(__VA_ARGS__);                                                               \
 } while (0)

static struct smallpbx pbx; /* it is large */
static unsigned long round_number;

static void show(struct follower *f);

/* ---- what is told ------------------------------------------------------------------------ */

static void
note_call(struct follower *f, struct zv_str id, int change)
{
	char text[32];

	snprintf(text, sizeof text, "%.*s", ZV_ARG(id));
	for (size_t i = 0; i < f->n_known; i++) {
		if (strcmp(f->known[i].id, text) != 0)
			continue;
		f->known[i].open += change;
		if (f->known[i].open != 0 && f->known[i].open != 1)
			FAIL(f, "round %lu: call %s started or ended twice",
			     round_number, text);
		return;
	}
	assert_true(change > 0);
	assert_true(f->n_known < MAX_KNOWN);
	snprintf(f->known[f->n_known].id, sizeof f->known->id, "%s", text);
	f->known[f->n_known++].open = 1;
}

static void
on_event(void *context, const struct zv_call_event *e)
{
	struct follower *f = context;

	if (e->kind == ZV_CALL_STARTED)
		note_call(f, e->call->id, 1);
	if (e->kind == ZV_CALL_ENDED) {
		note_call(f, e->call->id, -1);
		f->restarts += zvon_str_equal(e->reason, ZV_STR("pbx_restart"));
	}
}

static void
begin(struct follower *f, bool old)
{
	const struct zv_calls_options o = { .on_event = on_event, .context = f };
	struct zv_packet banner = { .kind = ZV_PACKET_BANNER };

	banner.name = old ? ZV_STR("Asterisk Call Manager/1.3")
			  : ZV_STR("Asterisk Call Manager/11.0.0");
	pbx.old = old;
	memset(f, 0, sizeof *f);
	f->calls = zvon_calls_new(&o);
	f->parser = zvon_parser_new(NULL);
	f->now_ms = 1000000;
	assert_int_equal(zvon_calls_feed(f->calls, &banner, f->now_ms, 0), 0);
}

static void
end(struct follower *f)
{
	zvon_calls_free(f->calls);
	zvon_parser_free(f->parser);
}

static const struct zv_packet *
packet_of(struct follower *f, const char *text)
{
	const struct zv_packet *packet;

	assert_true(zvon_parser_feed(f->parser, zvon_str(text)) >= 0);
	assert_int_equal(zvon_parser_next(f->parser, &packet), 1);
	return packet;
}

static bool
fetch_event(struct follower *f)
{
	const char *text = smallpbx_event(&pbx);

	if (text)
		zvon_calls_feed(f->calls, packet_of(f, text), ++f->now_ms, 0);
	return text;
}

static void
fetch_all(struct follower *f)
{
	while (fetch_event(f))
		;
	while (zvon_calls_deadline(f->calls) < INT64_MAX) {
		f->now_ms = zvon_calls_deadline(f->calls);
		zvon_calls_tick(f->calls, f->now_ms, 0);
	}
}

/* Both, when they differ. */
static void
show(struct follower *f)
{
	const struct zv_call *call = NULL;

	for (size_t i = 0; i < SMALLPBX_CHANNELS; i++)
		if (pbx.chans[i].id)
			print_error("pbx %u linked %u bridge %u from %u state %d%s\n",
				    pbx.chans[i].id, pbx.chans[i].linked,
				    pbx.chans[i].bridge, pbx.chans[i].from,
				    pbx.chans[i].state,
				    pbx.chans[i].queued ? " queued" : "");
	while ((call = zvon_calls_next(f->calls, call))) {
		print_error("call %.*s %s:", ZV_ARG(call->id),
			    zvon_call_state_name(call->state));
		for (const struct zv_leg *leg = call->legs; leg; leg = leg->next)
			print_error(" %.*s %s", ZV_ARG(leg->unique_id),
				    zvon_leg_state_name(leg->state));
		print_error("\n");
	}
}

/* ---- are they the same? -------------------------------------------------------------------- */

static const struct zv_leg *
find_leg(struct zv_calls *t, const char *unique_id, const struct zv_call **call)
{
	const struct zv_leg *leg, *found = NULL;

	for (*call = NULL; (*call = zvon_calls_next(t, *call));)
		for (leg = (*call)->legs; leg; leg = leg->next)
			if (leg->state != ZV_LEG_STATE_ENDED &&
			    zvon_str_equal(leg->unique_id, zvon_str(unique_id)))
				found = leg;
	/* the first call that has it counts; a second would be an error */
	if (!found)
		return NULL;
	for (*call = NULL; (*call = zvon_calls_next(t, *call));)
		for (leg = (*call)->legs; leg; leg = leg->next)
			if (leg == found)
				return leg;
	return NULL;
}

static size_t
count_legs(struct zv_calls *t)
{
	const struct zv_call *call = NULL;
	size_t n = 0;

	while ((call = zvon_calls_next(t, call)))
		for (const struct zv_leg *leg = call->legs; leg; leg = leg->next)
			n += leg->state != ZV_LEG_STATE_ENDED;
	return n;
}

static enum zv_leg_state
wanted_state(const struct smallpbx_chan *c)
{
	return c->state == 6   ? ZV_LEG_STATE_UP
	       : c->state == 5 ? ZV_LEG_STATE_RINGING
			       : ZV_LEG_STATE_DIALING;
}

static size_t
in_bridge(unsigned bridge)
{
	size_t n = 0;

	for (size_t i = 0; i < SMALLPBX_CHANNELS; i++)
		n += pbx.chans[i].id && pbx.chans[i].bridge == bridge;
	return n;
}

static void
check_channel(struct follower *f, const struct smallpbx_chan *c)
{
	const struct zv_call *call, *other_call;
	const struct zv_leg *leg;
	char id[32];

	smallpbx_uniqueid(&pbx, c->id, id);
	leg = find_leg(f->calls, id, &call);
	if (!leg)
		FAIL(f, "round %lu: channel %s is missing", round_number, id);
	if (leg->state != wanted_state(c))
		FAIL(f, "round %lu: channel %s is %s, not %s", round_number, id,
		     zvon_leg_state_name(leg->state),
		     zvon_leg_state_name(wanted_state(c)));
	if (c->queued && call->state != ZV_CALL_STATE_QUEUED &&
	    call->state != ZV_CALL_STATE_TALKING)
		FAIL(f, "round %lu: channel %s waits in a queue", round_number, id);
	if (!c->bridge || in_bridge(c->bridge) < 2)
		return;
	if (call->state != ZV_CALL_STATE_TALKING)
		FAIL(f, "round %lu: channel %s talks, its call is %s", round_number, id,
		     zvon_call_state_name(call->state));
	for (size_t i = 0; i < SMALLPBX_CHANNELS; i++) {
		const struct smallpbx_chan *other = &pbx.chans[i];

		if (!other->id || other->bridge != c->bridge)
			continue;
		smallpbx_uniqueid(&pbx, other->id, id);
		if (!find_leg(f->calls, id, &other_call) || other_call != call)
			FAIL(f, "round %lu: %s is in another call", round_number, id);
	}
}

/* Is there a conversation of two that is still one at the PBX? */
static void
check_talking(struct follower *f)
{
	const struct zv_call *call = NULL;

	while ((call = zvon_calls_next(f->calls, call))) {
		bool talks = false, dials = false;

		for (size_t i = 0; i < SMALLPBX_CHANNELS; i++) {
			const struct smallpbx_chan *c = &pbx.chans[i];
			const struct zv_call *its;
			char id[32];

			smallpbx_uniqueid(&pbx, c->id, id);
			if (!c->id || !find_leg(f->calls, id, &its) || its != call)
				continue;
			talks |= c->bridge && in_bridge(c->bridge) > 1;
			dials |= c->state != 6;
		}
		if (call->state == ZV_CALL_STATE_TALKING && !talks && dials)
			FAIL(f, "round %lu: call %.*s talks no more", round_number,
			     ZV_ARG(call->id));
	}
}

static void
check_same(struct follower *f)
{
	size_t n = 0;

	for (size_t i = 0; i < SMALLPBX_CHANNELS; i++)
		if (pbx.chans[i].id) {
			check_channel(f, &pbx.chans[i]);
			n++;
		}
	if (count_legs(f->calls) != n)
		FAIL(f, "round %lu: %zu legs for %zu channels", round_number,
		     count_legs(f->calls), n);
	check_talking(f);
}

static void
check_over(struct follower *f)
{
	struct zv_calls_counters counters;

	zvon_calls_counters(f->calls, &counters);
	assert_int_equal(counters.calls, 0);
	assert_int_equal(counters.channels, 0);
	assert_int_equal(counters.started, counters.ended);
	assert_null(zvon_calls_next(f->calls, NULL));
	for (size_t i = 0; i < f->n_known; i++)
		if (f->known[i].open)
			FAIL(f, "round %lu: call %s did not end", round_number,
			     f->known[i].id);
}

/* ---- interleavings ---------------------------------------------------------------------------- */

static void
live(size_t steps)
{
	for (size_t i = chance_below(steps); i > 0; i--)
		smallpbx_step(&pbx);
}

static void
shuffle_items(void)
{
	char text[SMALLPBX_TEXT];

	for (size_t i = pbx.n_items; i > 1; i--) {
		size_t j = chance_below(i);

		memcpy(text, pbx.items[i - 1], sizeof text);
		memcpy(pbx.items[i - 1], pbx.items[j], sizeof text);
		memcpy(pbx.items[j], text, sizeof text);
	}
}

/* A snapshot; meanwhile the PBX goes on, and its events come when they like. */
static void
take_snapshot(struct follower *f, bool complete, bool restarted)
{
	size_t before = chance_below(10), given = 0;

	zvon_calls_snapshot_begin(f->calls, f->now_ms);
	while (before-- > 0) {
		if (chance_below(2))
			smallpbx_step(&pbx);
		else
			fetch_event(f);
	}
	smallpbx_list(&pbx);
	shuffle_items();
	while (given < pbx.n_items) {
		if (!complete && chance_below(10) == 0)
			break;
		switch (chance_below(3)) {
		case 0:
			smallpbx_step(&pbx);
			break;
		case 1:
			fetch_event(f);
			break;
		default:
			zvon_calls_snapshot_item(f->calls,
						 packet_of(f, pbx.items[given++]),
						 ++f->now_ms, 0);
		}
	}
	while (chance_below(4)) {
		if (chance_below(2))
			smallpbx_step(&pbx);
		else
			fetch_event(f);
	}
	assert_int_equal(
		zvon_calls_snapshot_end(f->calls, complete, restarted, f->now_ms, 0),
		0);
}

static unsigned long
rounds(unsigned long usual)
{
	const char *text = getenv("ZVON_ROUNDS");

	return text ? strtoul(text, NULL, 10) : usual;
}

static void
finish(struct follower *f)
{
	smallpbx_hang_up(&pbx);
	fetch_all(f);
	check_over(f);
	end(f);
}

static void
test_interleavings(void **state)
{
	static struct follower f;

	for (round_number = 0; round_number < rounds(10000); round_number++) {
		smallpbx_start(&pbx, 1700000000);
		begin(&f, *state);
		live(60);
		while (smallpbx_event(&pbx)) /* before the login: not heard */
			;
		zvon_calls_server(f.calls, true, f.now_ms, 0);
		take_snapshot(&f, true, false);
		live(20);
		fetch_all(&f);
		check_same(&f);
		finish(&f);
	}
}

/* ---- losses --------------------------------------------------------------------------------------- */

static void
lose(struct follower *f)
{
	zvon_calls_server(f->calls, false, f->now_ms, 0);
	live(30);
	while (smallpbx_event(&pbx))
		;
}

/* 0: only the connection was lost. */
static bool
restart(unsigned how)
{
	static unsigned seconds;

	if (how == 0)
		return false;
	if (how == 1)
		seconds = seconds % 1000 + 1; /* else the same Uniqueids again */
	smallpbx_start(&pbx, 1700000000 + seconds);
	live(30);
	while (smallpbx_event(&pbx))
		;
	return true;
}

static void
come_back(struct follower *f, bool restarted)
{
	zvon_calls_server(f->calls, true, f->now_ms, 0);
	for (size_t i = chance_below(5); i > 0; i--) {
		smallpbx_step(&pbx);
		fetch_event(f);
	}
	if (restarted) {
		zvon_calls_snapshot_begin(f->calls, f->now_ms);
		assert_int_equal(
			zvon_calls_snapshot_end(f->calls, true, true, f->now_ms, 0), 0);
	}
	if (chance_below(3) == 0)
		take_snapshot(f, false, false);
	take_snapshot(f, true, false);
}

static void
test_losses(void **state)
{
	static struct follower f;
	uint64_t restarts = 0;

	for (round_number = 0; round_number < rounds(1000); round_number++) {
		smallpbx_start(&pbx, 1700000000);
		begin(&f, *state);
		zvon_calls_server(f.calls, true, f.now_ms, 0);
		for (size_t i = 1 + chance_below(4); i > 0; i--) {
			for (size_t j = chance_below(60); j > 0; j--) {
				smallpbx_step(&pbx);
				fetch_event(&f);
			}
			lose(&f);
			come_back(&f, restart((unsigned)chance_below(3)));
			live(20);
			fetch_all(&f);
			check_same(&f);
		}
		restarts += f.restarts;
		finish(&f);
	}
	assert_true(restarts > 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		{ "interleavings", test_interleavings, NULL, NULL, NULL },
		{ "losses", test_losses, NULL, NULL, NULL },
		{ "interleavings, AMI 1.x", test_interleavings, NULL, NULL, &pbx },
	};

	chance_begin();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
