/* What `zvon calls` makes of call events: JSON, lines of text, the order, the clock. */
#include "cli/calls_view.h"

#include <stdio.h>

#include "cli/calls_clock.h"
#include "hub/call_json.h"
#include "helper.h"
#include "scene.h"
#include "zvon/error.h"

/* ---- times ------------------------------------------------------------------------ */

static void
test_time_text(void **state)
{
	static const struct {
		int64_t us;
		const char *wanted;
	} rows[] = {
		{ 1, "1970-01-01T00:00:00.000Z" },
		{ 999, "1970-01-01T00:00:00.000Z" },
		{ 1000, "1970-01-01T00:00:00.001Z" },
		{ 951782399999999, "2000-02-28T23:59:59.999Z" },
		{ 951868799000000, "2000-02-29T23:59:59.000Z" },
		{ 1795225195123456, "2026-11-21T01:39:55.123Z" },
		{ 2147483648000000, "2038-01-19T03:14:08.000Z" },
		{ 99999999999999999, "5138-11-16T09:46:39.999Z" },
	};
	char text[ZV_TIME_TEXT];

	(void)state;
	for (size_t i = 0; i < N_OF(rows); i++)
		assert_string_equal(zv_call_time_text(rows[i].us, text),
				    rows[i].wanted);
}

/* A packet of that kind with a Timestamp, or without. */
static void
pass(struct zv_calls_clock *c, enum zv_packet_kind kind, const char *stamp)
{
	struct zv_field fields[] = { { ZV_STR("Event"), ZV_STR("X") },
				     { ZV_STR("Timestamp"), zvon_str(stamp) } };
	struct zv_packet p = { .kind = kind, .fields = fields, .n_fields = 2 };

	if (!stamp)
		p.n_fields = 1;
	zv_calls_clock_packet(c, &p);
}

static void
test_clock_of_events(void **state)
{
	static const struct {
		enum zv_packet_kind kind;
		const char *stamp;
		int64_t now_ms, unix_us;
	} rows[] = {
		{ ZV_PACKET_BANNER, NULL, 0, 0 },
		{ ZV_PACKET_RESPONSE, "99.000000", 0, 0 }, /* of Ping */
		{ ZV_PACKET_EVENT, "100.500000", 0, 100500000 },
		{ ZV_PACKET_EVENT, NULL, 0, 100500000 },
		{ ZV_PACKET_EVENT, "101.499999", 999, 101499999 },
		{ ZV_PACKET_EVENT, "101.500400", 1000, 101500400 },
		{ ZV_PACKET_EVENT, "101.501200", 1001,
		  101501200 }, /* no rounding adds up */
		{ ZV_PACKET_EVENT, "50.000000", 1001,
		  50000000 }, /* their clock was set */
		{ ZV_PACKET_EVENT, "103.000000", 2500, 103000000 },
		{ ZV_PACKET_EVENT, "104", 3500, 104000000 },
		{ ZV_PACKET_EVENT, "105.5", 3500, 104000000 },
		{ ZV_PACKET_EVENT, "x.500000", 3500, 104000000 },
		{ ZV_PACKET_EVENT, "-5.000000", 3500, 104000000 },
		{ ZV_PACKET_EVENT, "99999999999999.000000", 3500, 104000000 },
		{ ZV_PACKET_EVENT, "", 3500, 104000000 },
	};
	struct zv_calls_clock c = { 0 };

	(void)state;
	for (size_t i = 0; i < N_OF(rows); i++) {
		pass(&c, rows[i].kind, rows[i].stamp);
		assert_int_equal(c.now_ms, rows[i].now_ms);
		assert_int_equal(c.unix_us, rows[i].unix_us);
	}
}

/* With .idx that tells the time; a Timestamp tells what day it is. */
static void
test_clock_of_index(void **state)
{
	struct zv_calls_clock c = { 0 };

	(void)state;
	zv_calls_clock_set(&c, 7);
	pass(&c, ZV_PACKET_EVENT, NULL);
	assert_int_equal(c.now_ms, 7);
	assert_int_equal(c.unix_us, 0);
	zv_calls_clock_set(&c, 50);
	pass(&c, ZV_PACKET_EVENT, "100.000000");
	assert_int_equal(c.now_ms, 50);
	assert_int_equal(c.unix_us, 100000000);
	zv_calls_clock_set(&c, 1050);
	assert_int_equal(c.unix_us, 101000000);
	pass(&c, ZV_PACKET_EVENT, "300.000000");
	assert_int_equal(c.now_ms, 1050);
	assert_int_equal(c.unix_us, 300000000);
	zv_calls_clock_set(&c, 40); /* damaged: it never goes back */
	assert_int_equal(c.now_ms, 1050);
}

/* ---- JSON -------------------------------------------------------------------------- */

static struct zv_call_text lists[] = {
	{ &lists[1], ZV_STR("89161234567") },
	{ NULL, ZV_STR("101") },
	{ NULL, ZV_STR("a\"b.wav") },
};
static const struct zv_transfer transfers[] = {
	{ &transfers[1], ZV_TRANSFER_BLIND, ZV_STR("101"), ZV_STR("102") },
	{ NULL, ZV_TRANSFER_ATTENDED, ZV_STR("102"), ZV_STR("") },
};

/* A call from outside with everything in it. */
static void
inbound(struct scene *s)
{
	struct zv_leg *trunk, *line;

	scene_begin(s, "7.1", "89161234567", "101");
	trunk = scene_leg(s, ZV_ROLE_CALLER, "provider", "89161234567",
			  "\xcf\xf0 \xd0\x98");
	trunk->is_trunk = true;
	trunk->state = ZV_LEG_STATE_UP;
	trunk->answered = true;
	line = scene_leg(s, ZV_ROLE_CALLEE, "101", NULL, "");
	line->state = ZV_LEG_STATE_ENDED;
	line->result = ZV_RESULT_BUSY;
	line->cause = 17;
	line->rang = true;
	line->forwarded_to = ZV_STR("103");
	s->call.from_name = trunk->name;
	s->call.direction = ZV_DIRECTION_IN;
	s->call.did = ZV_STR("74950000001");
	s->call.queue = ZV_STR("support");
	s->call.state = ZV_CALL_STATE_TALKING;
	s->call.result = ZV_RESULT_ANSWERED;
	s->call.talked = &lists[0];
	s->call.recordings = &lists[2];
	s->call.transfers = transfers;
	s->call.picked_up_by = ZV_STR("104");
	s->call.parked = true;
}

#define HEAD                                                                           \
 "\"direction\":\"in\",\"from\":{\"number\":\"89161234567\",\"name\":\"\xef\xbf\xbd"   \
 "\xef\xbf\xbd \xd0\x98\"},\"to\":{\"number\":\"101\"},\"did\":\"74950000001\","       \
 "\"queue\":\"support\","

#define LEG_2                                                                          \
 "{\"line\":\"101\",\"number\":\"101\",\"name\":null,\"channel\":\"101\","             \
 "\"uniqueid\":\"1\",\"role\":\"callee\",\"trunk\":false,\"state\":\"ended\","         \
 "\"result\":\"busy\",\"rang\":true,\"answered\":false,\"cause\":17,"                  \
 "\"forwarded_to\":\"103\"}"

/* As `zvon calls` does; begin_ms: when its time began. */
static void
add_event(struct zv_buf *out, const struct zv_call_event *e, int64_t begin_ms)
{
	zv_call_event_json(&(struct zv_json){ .out = out }, NULL, e->seq,
			   e->now_ms - begin_ms, e);
}

static void
test_event(void **state)
{
	struct scene s = { .now_ms = 1234, .unix_us = 1795225195123456, .seq = 6 };
	struct zv_buf out = { 0 };
	struct zv_call_event e;

	(void)state;
	inbound(&s);
	e = scene_event(&s, ZV_LEG_ENDED, &s.legs[1]);
	e.cause = 17;
	add_event(&out, &e, 1000);
	check_text(
		"leg.ended", zv_buf_str(&out),
		ZV_STR("{\"seq\":7,\"time\":\"2026-11-21T01:39:55.123Z\",\"ms\":234,"
		       "\"server\":\"pbx\",\"call\":\"7.1\",\"event\":\"leg."
		       "ended\"," HEAD
		       "\"state\":\"talking\",\"result\":\"answered\",\"legs\":["
		       "{\"line\":\"provider\",\"number\":\"89161234567\",\"name\":"
		       "\"\xef\xbf\xbd\xef\xbf\xbd \xd0\x98\",\"channel\":\"provider\","
		       "\"uniqueid\":\"0\",\"role\":\"caller\",\"trunk\":true,"
		       "\"state\":\"up\",\"result\":null,\"rang\":false,"
		       "\"answered\":true,\"cause\":null}," LEG_2 "],\"leg\":" LEG_2
		       ",\"cause\":17,\"cause_text\":\"User busy\"}"));
	zv_buf_deinit(&out);
}

/* Nothing is known: null everywhere, no key is missing. */
static void
test_nothing_known(void **state)
{
	struct scene s = { .now_ms = 5 };
	struct zv_buf out = { 0 };
	struct zv_call_event e;

	(void)state;
	scene_begin(&s, "7.1", "", "");
	e = scene_event(&s, ZV_CALL_ENDED, NULL);
	e.reason = ZV_STR("merged");
	e.into = ZV_STR("7.0");
	add_event(&out, &e, 5);
	check_text("call.ended", zv_buf_str(&out),
		   ZV_STR("{\"seq\":1,\"time\":null,\"ms\":0,\"server\":\"pbx\","
			  "\"call\":\"7.1\",\"event\":\"call.ended\","
			  "\"direction\":\"internal\","
			  "\"from\":{\"number\":null,\"name\":null},"
			  "\"to\":{\"number\":null},\"did\":null,\"queue\":null,"
			  "\"state\":\"ringing\",\"result\":null,\"legs\":[],"
			  "\"cause\":null,\"cause_text\":null,\"reason\":\"merged\","
			  "\"into\":\"7.0\"}"));
	zv_buf_deinit(&out);
}

/* A time that RFC 3339 cannot write is none. */
static void
test_last_time(void **state)
{
	static const struct {
		int64_t us;
		const char *wanted;
	} rows[] = {
		{ 253402300799999999, "\"time\":\"9999-12-31T23:59:59.999Z\"," },
		{ 253402300800000000, "\"time\":null," },
		{ INT64_MAX, "\"time\":null," },
		{ 0, "\"time\":null," },
	};

	(void)state;
	for (size_t i = 0; i < N_OF(rows); i++) {
		const struct zv_call_event e = { .kind = ZV_SERVER_STATE,
						 .unix_us = rows[i].us };
		struct zv_buf out = { 0 };

		add_event(&out, &e, 0);
		assert_non_null(strstr(zv_buf_cstr(&out), rows[i].wanted));
		zv_buf_deinit(&out);
	}
}

/* Events that are not about a call. */
static void
test_others(void **state)
{
	static const struct zv_line line = { ZV_STR("101"), ZV_LINE_HELD };
	static const struct zv_queue_member member = {
		.queue = ZV_STR("support"),
		.interface = ZV_STR("PJSIP/101"),
		.line = ZV_STR("101"),
		.name = ZV_STR("Ann"),
		.state = ZV_MEMBER_IN_USE,
		.paused = true,
		.pause_reason = ZV_STR("lunch"),
		.penalty = 3,
	};
	static const struct zv_queue_now queue_now = { ZV_STR("support"), 2 };
	const struct {
		struct zv_call_event e;
		const char *wanted;
	} rows[] = {
		{ { .kind = ZV_LINE_STATE, .line = &line },
		  "\"event\":\"line.state\",\"line\":\"101\",\"state\":\"held\"}" },
		{ { .kind = ZV_QUEUE_MEMBER, .member = &member },
		  "\"event\":\"queue.member\",\"queue\":\"support\",\"line\":\"101\","
		  "\"name\":\"Ann\",\"interface\":\"PJSIP/101\",\"state\":\"in_use\","
		  "\"paused\":true,\"pause_reason\":\"lunch\",\"penalty\":3}" },
		{ { .kind = ZV_QUEUE_STATE, .queue_now = &queue_now },
		  "\"event\":\"queue.state\",\"queue\":\"support\",\"waiting\":2}" },
		{ { .kind = ZV_SERVER_STATE, .reason = ZV_STR("up") },
		  "\"event\":\"server.state\",\"state\":\"up\"}" },
	};
	struct zv_buf wanted = { 0 };

	(void)state;
	for (size_t i = 0; i < N_OF(rows); i++) {
		struct zv_buf out = { 0 };

		zv_buf_clear(&wanted);
		zv_buf_printf(&wanted,
			      "{\"seq\":0,\"time\":null,\"ms\":0,\"server\":null,%s",
			      rows[i].wanted);
		add_event(&out, &rows[i].e, 0);
		check_text("other", zv_buf_str(&out), zv_buf_str(&wanted));
		zv_buf_deinit(&out);
	}
	zv_buf_deinit(&wanted);
}

static void
test_summary(void **state)
{
	struct zv_buf out = { 0 };
	struct scene s = { 0 };

	(void)state;
	inbound(&s);
	zv_call_summary_json(&(struct zv_json){ .out = &out }, ZV_STR("pbx"), &s.call,
			     ZV_STR("lost"));
	check_text("summary", zv_buf_str(&out),
		   ZV_STR("{\"call\":\"7.1\",\"server\":\"pbx\"," HEAD
			  "\"result\":\"answered\",\"legs\":["
			  "{\"line\":\"provider\",\"channel\":\"provider\","
			  "\"role\":\"caller\",\"result\":null,\"rang\":false,"
			  "\"answered\":true},{\"line\":\"101\",\"channel\":\"101\","
			  "\"role\":\"callee\",\"result\":\"busy\",\"rang\":true,"
			  "\"answered\":false}],\"transfers\":[{\"kind\":\"blind\","
			  "\"by\":\"101\",\"to\":\"102\"},{\"kind\":\"attended\","
			  "\"by\":\"102\",\"to\":null}],\"picked_up_by\":\"104\","
			  "\"parked\":true,\"recordings\":[\"a\\\"b.wav\"],"
			  "\"talked\":[\"89161234567\",\"101\"],\"reason\":\"lost\","
			  "\"open\":true}"));
	zv_buf_deinit(&out);
}

/* ---- views -------------------------------------------------------------------------- */

struct rig {
	struct zv_calls_view view;
	struct zv_buf out;
};

static void
on_event(void *context, const struct zv_call_event *e)
{
	struct rig *r = context;

	zv_calls_view_event(&r->view, e, &r->out);
}

static void
begin(struct rig *r, enum zv_calls_form form, bool at_end, const char *only)
{
	const struct zv_calls_wish wish = { .form = form,
					    .json = true,
					    .at_end = at_end,
					    .only = only,
					    .server = ZV_STR("pbx") };
	const struct zv_out_style style = { 0 };

	*r = (struct rig){ .out = { 0 } };
	zv_calls_view_init(&r->view, &wish, &style);
}

static void
end(struct rig *r)
{
	zv_calls_view_deinit(&r->view);
	zv_buf_deinit(&r->out);
}

/* Calls a, b and c begin; b is merged into a; c ends, then a; then a second c. */
static void
play(struct rig *r)
{
	static const struct {
		const char *id;
		enum zv_call_event_kind kind;
		bool merged;
	} rows[] = {
		{ "a", ZV_CALL_STARTED, false }, { "b", ZV_CALL_STARTED, false },
		{ "c", ZV_CALL_STARTED, false }, { "b", ZV_CALL_ENDED, true },
		{ "c", ZV_CALL_ENDED, false },	 { "c", ZV_CALL_STARTED, false },
		{ "a", ZV_CALL_ENDED, false },	 { "c", ZV_CALL_ENDED, false },
	};
	struct scene s = { .on_event = on_event, .context = r, .now_ms = 1 };

	for (size_t i = 0; i < N_OF(rows); i++) {
		scene_begin(&s, rows[i].id, "101", "102");
		scene_leg(&s, ZV_ROLE_CALLER, "101", NULL, "");
		s.call.merged = rows[i].merged;
		scene_at(&s, (int64_t)i + 1, rows[i].kind, NULL);
	}
}

/* The ids of the calls that were printed, one behind the other. */
static const char *
ids_of(struct rig *r)
{
	static char ids[32];
	struct zv_str text = zv_buf_str(&r->out), line;
	size_t n = 0;

	while (text.n && zv_str_split(&text, '\n', &line))
		if (line.n > 9 && n + 1 < sizeof ids)
			ids[n++] = line.p[strlen("{\"call\":\"")];
	ids[n] = '\0';
	return ids;
}

static void
test_order(void **state)
{
	static const struct {
		bool at_end;
		const char *only, *before, *after;
	} rows[] = {
		{ true, NULL, "", "acc" }, { false, NULL, "cac", "cac" },
		{ true, "a", "", "a" },	   { false, "c", "cc", "cc" },
		{ true, "b", "", "" },	   { true, "x", "", "" },
	};

	(void)state;
	for (size_t i = 0; i < N_OF(rows); i++) {
		const struct zv_calls_options none = { .on_event = on_event };
		struct zv_calls *calls = zvon_calls_new(&none);
		struct rig r;

		begin(&r, ZV_CALLS_SUMMARY, rows[i].at_end, rows[i].only);
		play(&r);
		assert_string_equal(ids_of(&r), rows[i].before);
		zv_calls_view_end(&r.view, calls, &r.out);
		assert_string_equal(ids_of(&r), rows[i].after);
		assert_int_equal(r.view.shown, strlen(rows[i].after));
		assert_false(r.view.failed);
		end(&r);
		zvon_calls_free(calls);
	}
}

/* Every event in text has words, in both languages, and no placeholder is left. */
static void
test_text(void **state)
{
	static const struct zv_line line = { ZV_STR("101"), ZV_LINE_HELD };
	static const struct zv_queue_member member = { .queue = ZV_STR("q") };
	static const struct zv_queue_now queue_now = { ZV_STR("q"), 2 };
	const struct zv_out_style style = { .color = true };

	(void)state;
	for (int n = 0; n <= 2 * ZV_SERVER_STATE + 1; n++) {
		struct scene s = { .now_ms = 1 };
		struct zv_buf out = { 0 };
		struct zv_call_event e;

		zv_say_setup(n % 2 ? ZV_LANG_RU : ZV_LANG_EN, true, 0);
		inbound(&s);
		e = scene_event(&s, (enum zv_call_event_kind)(n / 2), &s.legs[1]);
		e.line = e.kind == ZV_LINE_STATE ? &line : NULL;
		e.member = e.kind == ZV_QUEUE_MEMBER ? &member : NULL;
		e.queue_now = &queue_now;
		e.call = e.kind < ZV_LINE_STATE ? e.call : NULL;
		zv_calls_text_event(&out, &e, 1, &style);
		assert_true(out.n > 20);
		assert_null(memchr(out.p, '%', out.n));
		assert_int_equal(out.p[out.n - 1], '\n');
		zv_buf_deinit(&out);
	}
	zv_say_setup(ZV_LANG_EN, true, 0);
}

static int
view_in_memory(void *user)
{
	const struct zv_calls_options none = { .on_event = on_event };
	struct zv_calls *calls = zvon_calls_new(&none);
	struct rig r;
	int rc = 0;

	if (!calls)
		return ZV_ENOMEM;
	begin(&r, *(enum zv_calls_form *)user, true, NULL);
	if (!r.view.failed) {
		play(&r);
		zv_calls_view_end(&r.view, calls, &r.out);
	}
	if (r.view.failed || zv_buf_failed(&r.out))
		rc = ZV_ENOMEM;
	end(&r);
	zvon_calls_free(calls);
	return rc;
}

static void
test_out_of_memory(void **state)
{
	enum zv_calls_form forms[] = { ZV_CALLS_EVENTS, ZV_CALLS_SUMMARY,
				       ZV_CALLS_LADDER };

	(void)state;
	for (size_t i = 0; i < N_OF(forms); i++)
		check_out_of_memory(view_in_memory, &forms[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_time_text),
		cmocka_unit_test(test_clock_of_events),
		cmocka_unit_test(test_clock_of_index),
		cmocka_unit_test(test_event),
		cmocka_unit_test(test_nothing_known),
		cmocka_unit_test(test_last_time),
		cmocka_unit_test(test_others),
		cmocka_unit_test(test_summary),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_out_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
