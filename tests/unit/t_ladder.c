#include "call/ladder.h"

#include <stdio.h>

#include "base/utf.h"
#include "helper.h"
#include "scene.h"
#include "zvon/error.h"

struct rig {
	struct scene s;
	struct zv_ladder *ladder;
	int rc;
};

static void
on_event(void *context, const struct zv_call_event *e)
{
	struct rig *r = context;
	int rc = zv_ladder_event(r->ladder, e);

	r->rc = rc < 0 ? rc : r->rc;
}

static void
begin(struct rig *r, bool ascii)
{
	struct zv_ladder_options o = { .ascii = ascii };

	*r = (struct rig){ .s = { .on_event = on_event, .context = r, .now_ms = 1 } };
	r->ladder = zv_ladder_new(&o);
}

static void
check_chart(struct rig *r, const char *row, const char *reason, const char *wanted)
{
	struct zv_buf out = { 0 };

	zv_ladder_draw(r->ladder, &r->s.call, zvon_str(reason), &out);
	check_text(row, zv_buf_str(&out), zvon_str(wanted));
	zv_buf_deinit(&out);
	zv_ladder_free(r->ladder);
	assert_int_equal(r->rc, 0);
}

/* ---- scenes --------------------------------------------------------------------- */

static struct zv_call_text talked[] = {
	{ &talked[1], ZV_STR("101") },
	{ NULL, ZV_STR("102") },
};

/* 101 calls 102, they talk, 102 holds for a while, 101 hangs up. */
static void
two_parties(struct rig *r)
{
	struct scene *s = &r->s;
	struct zv_leg *a, *b;

	scene_begin(s, "1.1", "101", "102");
	s->call.from_name = ZV_STR("Алиса Ли");
	a = scene_leg(s, ZV_ROLE_CALLER, "101", NULL, "Алиса Ли");
	scene_at(s, 1, ZV_CALL_STARTED, NULL);
	b = scene_leg(s, ZV_ROLE_CALLEE, "102", NULL, "Bob");
	scene_at(s, 13, ZV_LEG_RINGING, b);
	scene_at(s, 2314, ZV_LEG_ANSWERED, b);
	scene_at(s, 2321, ZV_LEG_ANSWERED, a);
	s->call.result = ZV_RESULT_ANSWERED;
	s->call.talked = talked;
	scene_at(s, 2321, ZV_CALL_ANSWERED, b);
	scene_at(s, 3000, ZV_LEG_HELD, b);
	scene_at(s, 4000, ZV_LEG_RESUMED, b);
	a->cause = b->cause = 16;
	scene_at(s, 5102, ZV_LEG_ENDED, a);
	scene_at(s, 5103, ZV_LEG_ENDED, b);
	scene_at(s, 5103, ZV_CALL_ENDED, NULL);
}

static void
test_two_parties(void **state)
{
	struct rig r;

	(void)state;
	begin(&r, false);
	two_parties(&r);
	check_chart(&r, "two parties", "",
		    "call 1.1, internal\n"
		    "101 Алиса Ли → 102\n"
		    "          101                         102\n"
		    "          Алиса Ли                    Bob\n"
		    "   0.000  ● calls 102\n"
		    "   0.012  ├────────── ring ──────────▶┊\n"
		    "   2.313  │◀───────── answer ─────────┤\n"
		    "   2.320  ╞══════════ talk ═══════════╡\n"
		    "   2.999  │◀────────── hold ──────────┤\n"
		    "   3.999  │◀───────── resume ─────────┤\n"
		    "   5.101  ╳ end (16)                  │\n"
		    "   5.102                              ╳ end (16)\n"
		    "   5.102  answered; talked: 101, 102\n");
}

static void
test_ascii(void **state)
{
	struct rig r;

	(void)state;
	begin(&r, true);
	two_parties(&r);
	check_chart(&r, "ascii", "why",
		    "call 1.1, internal\n"
		    "101 Алиса Ли -> 102\n"
		    "          101                         102\n"
		    "          Алиса Ли                    Bob\n"
		    "   0.000  o calls 102\n"
		    "   0.012  |---------- ring ---------->:\n"
		    "   2.313  |<--------- answer ---------|\n"
		    "   2.320  |========== talk ===========|\n"
		    "   2.999  |<---------- hold ----------|\n"
		    "   3.999  |<--------- resume ---------|\n"
		    "   5.101  x end (16)                  |\n"
		    "   5.102                              x end (16)\n"
		    "   5.102  answered (why); talked: 101, 102\n");
}

/* A consultation that becomes a transfer: the chart has what both calls saw. */
static void
consultation(struct rig *r)
{
	struct scene *s = &r->s, other = { .on_event = on_event, .context = r };
	struct zv_call_event e;
	struct zv_leg *a, *b, *b2, *c;

	scene_begin(s, "1.1", "89161234567", "102");
	s->call.direction = ZV_DIRECTION_IN;
	s->call.did = ZV_STR("74950000001");
	a = scene_leg(s, ZV_ROLE_CALLER, "provider", "89161234567", "");
	a->is_trunk = true;
	scene_at(s, 1, ZV_CALL_STARTED, NULL);
	b = scene_leg(s, ZV_ROLE_CALLEE, "102", NULL, "");
	scene_at(s, 1000, ZV_LEG_ANSWERED, b);
	s->call.result = ZV_RESULT_ANSWERED;

	other.now_ms = 2000;
	other.seq = s->seq;
	scene_begin(&other, "1.3", "102", "103");
	b2 = scene_leg(&other, ZV_ROLE_CALLER, "102", NULL, "");
	scene_at(&other, 2000, ZV_CALL_STARTED, b2);
	c = scene_leg(&other, ZV_ROLE_CALLEE, "103", NULL, "Carol");
	scene_at(&other, 2100, ZV_LEG_RINGING, c);
	s->seq = other.seq;
	scene_at(s, 2500, ZV_LEG_HELD, b);
	other.seq = s->seq;
	scene_at(&other, 3000, ZV_LEG_ANSWERED, c);
	other.call.merged = true;
	e = scene_event(&other, ZV_CALL_ENDED, NULL);
	e.reason = ZV_STR("merged");
	e.into = ZV_STR("1.1");
	scene_tell(&other, &e);

	s->seq = other.seq;
	s->now_ms = 4000;
	e = scene_event(s, ZV_CALL_TRANSFERRED, NULL);
	e.transfer = ZV_TRANSFER_ATTENDED;
	e.by = ZV_STR("102");
	e.to = ZV_STR("103");
	scene_tell(s, &e);
	scene_at(s, 4010, ZV_LEG_ENDED, b);
	scene_leg(s, ZV_ROLE_CALLEE, "103", NULL, "Carol")->state = ZV_LEG_STATE_UP;
	scene_at(s, 5000, ZV_LEG_ENDED, a);
	s->legs[2].cause = 16;
	scene_at(s, 5000, ZV_LEG_ENDED, &s->legs[2]);
	scene_at(s, 5000, ZV_CALL_ENDED, NULL);
}

static void
test_merged(void **state)
{
	struct rig r;

	(void)state;
	begin(&r, false);
	consultation(&r);
	check_chart(
		&r, "merged", "",
		"call 1.1, in\n"
		"89161234567 → 102, did 74950000001\n"
		"          89161234567             102                     103\n"
		"          provider                                        Carol\n"
		"   0.000  ● calls 74950000001\n"
		"   0.999  │◀─────── answer ───────┤\n"
		"   1.999  │                       ● calls 103\n"
		"   2.099  │                       ├──────── ring ────────▶┊\n"
		"   2.499  │◀──────── hold ────────┤                       ┊\n"
		"   2.999  │                       │◀─────── answer ───────┤\n"
		"   3.999  │                       ├─── att. transfer ────▶│\n"
		"   4.009  │                       ╳ end                   │\n"
		"   4.999  ╳ end                                           │\n"
		"   4.999                                                  ╳ end (16)\n"
		"   4.999  answered\n");
}

/* 102 has two legs and calls 103 while it holds 101: that call comes from 102, and its
 * line goes on when the second leg has ended. */
static void
test_holder(void **state)
{
	struct zv_leg *b, *second, *c;
	struct scene *s;
	struct rig r;

	(void)state;
	begin(&r, false);
	s = &r.s;
	scene_begin(s, "1.1", "101", "102");
	scene_leg(s, ZV_ROLE_CALLER, "101", NULL, "")->state = ZV_LEG_STATE_UP;
	b = scene_leg(s, ZV_ROLE_CALLEE, "102", NULL, "");
	b->state = ZV_LEG_STATE_UP;
	scene_at(s, 1, ZV_CALL_STARTED, NULL);
	scene_at(s, 1000, ZV_LEG_HELD, b);
	second = scene_leg(s, ZV_ROLE_CALLER, "102", NULL, "");
	c = scene_leg(s, ZV_ROLE_CALLEE, "103", NULL, "");
	scene_at(s, 2000, ZV_LEG_RINGING, c);
	scene_at(s, 3000, ZV_LEG_ANSWERED, c);
	scene_at(s, 4000, ZV_LEG_ENDED, second);
	scene_at(s, 4500, ZV_CALL_QUEUED, NULL);
	scene_at(s, 5000, ZV_LEG_RESUMED, b);
	scene_at(s, 5000, ZV_CALL_ENDED, NULL);
	check_chart(&r, "holder", "",
		    "call 1.1, internal\n"
		    "101 → 102\n"
		    "          101                     102                     103\n"
		    "   0.000  ● calls 102             │\n"
		    "   0.999  │◀──────── hold ────────┤\n"
		    "   1.999  │                       ├──────── ring ────────▶┊\n"
		    "   2.999  │                       │◀─────── answer ───────┤\n"
		    "   3.999  │                       ╳ end                   │\n"
		    "   4.499  ├ queue                 │                       │\n"
		    "   4.999  │◀─────── resume ───────┤                       │\n"
		    "   4.999  ended\n");
}

/* What is told by one event, as the row of the chart. */
static void
test_rows(void **state)
{
	static const struct {
		enum zv_call_event_kind kind;
		const char *by, *to, *space, *file, *digit;
		const char *wanted; /* behind the time */
	} rows[] = {
		{ ZV_CALL_QUEUED, "", "", "", "", "", "├ queue support             │" },
		{ ZV_CALL_TRANSFERRED, "102", "101", "", "", "",
		  "│◀──────── transfer ────────┤" },
		{ ZV_CALL_TRANSFERRED, "101", "777", "", "", "",
		  "├ transfer → 777            │" },
		{ ZV_CALL_PARKED, "101", "", "701", "", "",
		  "├──────── park 701 ────────▶│" },
		{ ZV_CALL_PARKED, "", "", "701", "", "",
		  "│                           ├ park 701" },
		{ ZV_CALL_RETRIEVED, "102", "", "701", "", "",
		  "│                           ├ retrieve 701" },
		{ ZV_CALL_RETRIEVED, "", "", "701", "", "",
		  "├ back from 701             │" },
		{ ZV_CALL_PICKED_UP, "101", "", "", "", "",
		  "├───────── pickup ─────────▶│" },
		{ ZV_CALL_CONFERENCED, "", "", "900", "", "",
		  "│                           ├ conference 900" },
		{ ZV_RECORDING_STARTED, "", "", "", "/var/spool/a.wav", "",
		  "│                           ├ rec a.wav" },
		{ ZV_RECORDING_STOPPED, "", "", "", "a.wav", "",
		  "│                           ├ rec ends a.wav" },
		{ ZV_LEG_DTMF, "", "", "", "", "#",
		  "│                           ├ key #" },
	};

	(void)state;
	for (size_t i = 0; i < N_OF(rows); i++) {
		struct zv_buf out = { 0 };
		struct zv_call_event e;
		struct zv_str text, line = { NULL, 0 };
		struct zv_leg *b;
		struct rig r;

		begin(&r, false);
		scene_begin(&r.s, "1.1", "101", "102");
		scene_leg(&r.s, ZV_ROLE_CALLER, "101", NULL, "");
		b = scene_leg(&r.s, ZV_ROLE_CALLEE, "102", NULL, "");
		b->state = ZV_LEG_STATE_UP;
		scene_at(&r.s, 1, ZV_CALL_STARTED, NULL);
		e = scene_event(&r.s, rows[i].kind, b);
		e.queue = ZV_STR("support");
		e.by = zvon_str(rows[i].by);
		e.to = zvon_str(rows[i].to);
		e.space = zvon_str(rows[i].space);
		e.file = zvon_str(rows[i].file);
		e.digit = zvon_str(rows[i].digit);
		scene_tell(&r.s, &e);
		zv_ladder_draw(r.ladder, &r.s.call, ZV_STR(""), &out);
		text = zv_buf_str(&out);
		for (int n = 0; n < 5; n++) /* titles, heads, begin, the row */
			zv_str_split(&text, '\n', &line);
		check_text(zvon_call_event_name(rows[i].kind), zv_str_from(line, 10),
			   zvon_str(rows[i].wanted));
		zv_buf_deinit(&out);
		zv_ladder_free(r.ladder);
	}
}

/* ---- limits --------------------------------------------------------------------- */

static size_t
count_lines(struct zv_str text, size_t *widest)
{
	struct zv_str line = { NULL, 0 };
	size_t n = 0;

	*widest = 0;
	while (zv_str_split(&text, '\n', &line) && text.p) {
		size_t width = 0;

		assert_int_equal(zv_utf8_valid(line), line.n);
		for (size_t i = 0; i < line.n; i++) {
			assert_true((unsigned char)line.p[i] >= 0x20);
			width += ((unsigned char)line.p[i] & 0xc0) != 0x80;
		}
		*widest = width > *widest ? width : *widest;
		n++;
	}
	return n;
}

/* So many parties of long names, in each width. */
static void
test_parties(void **state)
{
	(void)state;
	for (size_t n = 1; n <= SCENE_LEGS; n++) {
		struct zv_buf out = { 0 };
		size_t widest, columns = n < 32 ? n : 32;
		char lines[SCENE_LEGS][8];
		struct rig r;

		begin(&r, false);
		scene_begin(&r.s, "1.1", "101", "102");
		for (size_t i = 0; i < n; i++) {
			snprintf(lines[i], sizeof lines[i], "%zu", 100 + i);
			scene_leg(&r.s, i ? ZV_ROLE_CALLEE : ZV_ROLE_CALLER, lines[i],
				  NULL,
				  "a very long \xd0\xb8\xd0\xbc\xd1\x8f \xff\x01 for a "
				  "column");
		}
		for (size_t i = 0; i < n; i++)
			scene_at(&r.s, 1, ZV_LEG_RINGING, &r.s.legs[i]);
		scene_at(&r.s, 2, ZV_CALL_ENDED, NULL);
		zv_ladder_draw(r.ladder, &r.s.call, ZV_STR(""), &out);
		assert_int_equal(r.rc, 0);
		assert_int_equal(count_lines(zv_buf_str(&out), &widest), 4 + n + 1);
		assert_true(widest <= (columns <= 4 ? 80 : 16 + 16 * columns));
		zv_buf_deinit(&out);
		zv_ladder_free(r.ladder);
	}
}

static void
test_many_rows(void **state)
{
	static const struct {
		int events;
		size_t lines;
		const char *more; /* or NULL */
	} rows[] = {
		{ ZV_LADDER_MAX_STEPS, 3 + ZV_LADDER_MAX_STEPS + 1, NULL },
		{ ZV_LADDER_MAX_STEPS + 3, 3 + ZV_LADDER_MAX_STEPS + 2,
		  "\n          … 3 more rows\n" },
	};

	(void)state;
	for (size_t i = 0; i < N_OF(rows); i++) {
		struct zv_buf out = { 0 };
		struct zv_leg *a;
		size_t widest, at;
		struct rig r;

		begin(&r, false);
		scene_begin(&r.s, "1.1", "101", "102");
		a = scene_leg(&r.s, ZV_ROLE_CALLER, "101", NULL, "");
		for (int n = 0; n < rows[i].events; n++)
			scene_at(&r.s, 1, ZV_LEG_RINGING, a);
		zv_ladder_draw(r.ladder, &r.s.call, ZV_STR(""), &out);
		assert_int_equal(count_lines(zv_buf_str(&out), &widest), rows[i].lines);
		if (rows[i].more) {
			at = zv_str_find(zv_buf_str(&out), zvon_str(rows[i].more));
			assert_true(at < out.n);
		}
		zv_buf_deinit(&out);
		zv_ladder_free(r.ladder);
	}
}

/* Keys pressed one after the other share a row, but not without end. */
static void
test_keys(void **state)
{
	struct zv_buf out = { 0 };
	struct zv_call_event e;
	struct zv_leg *a;
	size_t widest;
	struct rig r;

	(void)state;
	begin(&r, false);
	scene_begin(&r.s, "1.1", "101", "102");
	a = scene_leg(&r.s, ZV_ROLE_CALLER, "101", NULL, "");
	for (int i = 0; i < 30; i++) {
		e = scene_event(&r.s, ZV_LEG_DTMF, a);
		e.digit = ZV_STR("5");
		scene_tell(&r.s, &e);
	}
	zv_ladder_draw(r.ladder, &r.s.call, ZV_STR(""), &out);
	assert_int_equal(count_lines(zv_buf_str(&out), &widest), 3 + 3 + 1);
	zv_buf_deinit(&out);
	zv_ladder_free(r.ladder);
}

/* A call that nobody asked about any more, one that is not known, one without legs. */
static void
test_odd(void **state)
{
	struct zv_buf out = { 0 };
	struct rig r;

	(void)state;
	begin(&r, false);
	scene_begin(&r.s, "1.1", "", "");
	zv_ladder_draw(r.ladder, &r.s.call, ZV_STR(""), &out);
	assert_int_equal(out.n, 0);
	for (int kind = ZV_CALL_STARTED; kind < ZV_CALL_ENDED; kind++)
		if (kind != ZV_LEG_RINGING && kind != ZV_LEG_ANSWERED)
			scene_at(&r.s, 1, (enum zv_call_event_kind)kind, NULL);
	zv_ladder_draw(r.ladder, &r.s.call, ZV_STR(""), &out);
	assert_true(out.n > 0);
	scene_at(&r.s, 1, ZV_CALL_STARTED, NULL);
	zv_ladder_free(r.ladder);
	zv_buf_deinit(&out);
}

/* ---- memory ----------------------------------------------------------------------- */

static int
scene_in_memory(void *user)
{
	void (*scene)(struct rig * r) = *(void (**)(struct rig * r)) user;
	struct zv_buf out = { 0 };
	struct rig r;
	int rc;

	begin(&r, false);
	if (!r.ladder)
		return ZV_ENOMEM;
	scene(&r);
	zv_ladder_draw(r.ladder, &r.s.call, ZV_STR(""), &out);
	rc = zv_buf_failed(&out) ? ZV_ENOMEM : r.rc;
	zv_buf_deinit(&out);
	zv_ladder_free(r.ladder);
	return rc;
}

static void
test_out_of_memory(void **state)
{
	void (*scenes[])(struct rig * r) = { two_parties, consultation };

	(void)state;
	for (size_t i = 0; i < N_OF(scenes); i++)
		check_out_of_memory(scene_in_memory, &scenes[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_two_parties),
		cmocka_unit_test(test_ascii),
		cmocka_unit_test(test_merged),
		cmocka_unit_test(test_holder),
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_parties),
		cmocka_unit_test(test_many_rows),
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_odd),
		cmocka_unit_test(test_out_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
