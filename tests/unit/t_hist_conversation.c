/* Conversations: from live calls, as JSON and back, two tellings made one. */
#include <stdlib.h>

#include "captures.h"
#include "hist/conversation.h"
#include "scene.h"
#include "zvon/parser.h"

static char *
json_of(const struct zv_conversation *c)
{
	struct zv_buf out = { 0 };
	struct zv_json j = { .out = &out };
	char *text;

	zv_conversation_json(&j, c);
	assert_false(zv_buf_failed(&out));
	text = exact_copy(zv_buf_str(&out));
	text = realloc(text, out.n + 1);
	text[out.n] = '\0';
	zv_buf_deinit(&out);
	return text;
}

/* Frees both. */
static void
check_same(struct zv_conversation *got, const char *wanted)
{
	char *text;

	assert_non_null(got);
	text = json_of(got);
	assert_string_equal(text, wanted);
	free(text);
	zv_conversation_free(got);
}

/* ---- every recorded call ------------------------------------------------------------------- */

static unsigned long round_trips;

static void
check_round_trip(const struct zv_conversation *c)
{
	struct zv_error err = { 0 };
	char *text = json_of(c);

	check_same(zv_conversation_read(zvon_str(text), &err), text);
	check_same(zv_conversation_copy(c), text);
	check_same(zv_conversation_merge(c, c), text);
	assert_true(zv_conversation_is_same(c, c));
	assert_true(c->wait_ms >= 0 && c->talk_ms >= 0);
	assert_true(c->ended_ms == 0 || c->ended_ms >= c->started_ms);
	free(text);
	round_trips++;
}

static void
on_event(void *context, const struct zv_call_event *e)
{
	struct zv_conversation *c;

	(void)context;
	if (e->kind != ZV_CALL_ENDED && e->kind != ZV_CALL_ANSWERED)
		return;
	c = zv_conversation_of_call(e->call, ZV_STR("office"), e->reason,
				    1795220000000);
	assert_non_null(c);
	check_round_trip(c);
	zv_conversation_free(c);
}

static void
play(void *user, const char *path, struct zv_str bytes)
{
	struct zv_calls_options options = { .on_event = on_event };
	struct zv_parser_limits limits = { 0 };
	struct zv_calls *calls = zvon_calls_new(&options);
	struct zv_parser *parser = zvon_parser_new(&limits);
	const struct zv_packet *packet;
	int64_t now_ms = 1;

	(void)user;
	(void)path;
	zvon_parser_feed(parser, bytes);
	while (zvon_parser_next(parser, &packet) > 0) {
		now_ms += 7;
		zvon_calls_tick(calls, now_ms, 0);
		zvon_calls_feed(calls, packet, now_ms, 0);
	}
	zvon_calls_end_all(calls, ZV_STR("lost"), now_ms, 0);
	zvon_calls_free(calls);
	zvon_parser_free(parser);
}

static void
test_round_trip_of_scenes(void **state)
{
	(void)state;
	assert_true(recordings_each(getenv("ZVON_CAPTURES_DIR"), play, NULL) > 300);
	print_message("# %lu calls\n", round_trips);
	assert_true(round_trips > 400);
}

/* ---- of a live call -------------------------------------------------------------------------- */

/* Fault 024: what was told later with an earlier time begins no negative durations. */
static void
test_fault_024_no_negative_times(void **state)
{
	struct scene s = { .now_ms = 5000 };
	struct zv_conversation *c;

	(void)state;
	scene_begin(&s, "1.1", "101", "102");
	scene_leg(&s, ZV_ROLE_CALLER, "101", NULL, "")->answered_ms = 4000;
	s.call.answered_ms = 4500;
	s.call.ended_ms = 4200;
	s.call.state = ZV_CALL_STATE_ENDED;
	c = zv_conversation_of_call(&s.call, ZV_STR("pbx"), ZV_STR(""), 1000000);
	assert_int_equal(c->started_ms, 1005000);
	assert_int_equal(c->answered_ms, 1005000);
	assert_int_equal(c->ended_ms, 1005000);
	assert_int_equal(c->legs[0].answered_ms, 1005000);
	assert_int_equal(c->wait_ms, 0);
	assert_int_equal(c->talk_ms, 0);
	zv_conversation_free(c);
}

static void
test_missed(void **state)
{
	static const struct {
		enum zv_call_direction direction;
		enum zv_call_result result;
		bool open, missed;
	} rows[] = {
		{ ZV_DIRECTION_IN, ZV_RESULT_NO_ANSWER, false, true },
		{ ZV_DIRECTION_IN, ZV_RESULT_ABANDONED, false, true },
		{ ZV_DIRECTION_INTERNAL, ZV_RESULT_CANCELLED, false, true },
		{ ZV_DIRECTION_IN, ZV_RESULT_NO_ANSWER, true, false },
		{ ZV_DIRECTION_OUT, ZV_RESULT_NO_ANSWER, false, false },
		{ ZV_DIRECTION_IN, ZV_RESULT_ANSWERED, false, false },
		{ ZV_DIRECTION_IN, ZV_RESULT_FAILED, false, false },
	};

	(void)state;
	for (size_t i = 0; i < N_OF(rows); i++) {
		struct zv_conversation c = { .direction = rows[i].direction,
					     .result = rows[i].result,
					     .is_open = rows[i].open };

		assert_int_equal(zv_conversation_is_missed(&c), rows[i].missed);
	}
}

/* ---- two tellings ----------------------------------------------------------------------------- */

#define CALLER                                                                         \
 "{\"line\":\"trunk\",\"channel\":\"PJSIP/"                                            \
 "trunk-00000001\",\"uniqueid\":\"9.1\",\"role\":\"caller\",\"result\":\"answered\"}"
#define CALLEE                                                                         \
 "{\"line\":\"101\",\"channel\":\"PJSIP/"                                              \
 "101-00000002\",\"uniqueid\":\"9.2\",\"role\":\"callee\",\"result\":\"answered\","    \
 "\"rang\":"                                                                           \
 "true}"
#define DIALLED                                                                        \
 "{\"line\":\"102\",\"channel\":\"PJSIP/"                                              \
 "102\",\"role\":\"callee\",\"result\":\"no_answer\"}"
#define THIRD                                                                          \
 "{\"line\":\"102\",\"channel\":\"PJSIP/"                                              \
 "102-00000003\",\"role\":\"callee\",\"result\":\"no_answer\"}"
#define HEAD "{\"call\":\"9.1\",\"server\":\"pbx\",\"direction\":\"in\","

static struct zv_conversation *
read_call(const char *text)
{
	struct zv_error err = { 0 };
	struct zv_conversation *c = zv_conversation_read(zvon_str(text), &err);

	if (!c)
		fail_msg("%s: %s", text, err.text);
	return c;
}

static struct zv_conversation *
merged(const char *a, const char *b)
{
	struct zv_conversation *x = read_call(a), *y = read_call(b),
			       *m = zv_conversation_merge(x, y);

	assert_non_null(m);
	zv_conversation_free(x);
	zv_conversation_free(y);
	return m;
}

static const char live[] =
	HEAD "\"result\":\"answered\",\"started\":\"2026-11-21T10:00:00.250Z\","
	     "\"answered\":\"2026-11-21T10:00:05.500Z\",\"ended\":\"2026-11-21T10:01:"
	     "00.750Z\","
	     "\"wait_ms\":5250,\"talk_ms\":55250,\"legs\":[" CALLER "," CALLEE "],"
	     "\"recordings\":[{\"file\":\"a.wav\"}],\"sources\":[\"live\"]}";
static const char record[] =
	HEAD "\"did\":\"74951234567\",\"result\":\"answered\",\"started\":\"2026-11-"
	     "21T10:00:00Z\","
	     "\"answered\":\"2026-11-21T10:00:05Z\",\"ended\":\"2026-11-21T10:01:01Z\","
	     "\"wait_ms\":5000,\"talk_ms\":56000,\"legs\":[" CALLER "," DIALLED "],"
	     "\"recordings\":[{\"file\":\"2026/11/21/a.wav\"}],\"linkedids\":[\"9.1\"],"
	     "\"sources\":[\"cdr\"]}";

static void
check_live_and_record(struct zv_conversation *m)
{
	assert_int_equal(m->sources, ZV_PAST_LIVE | ZV_PAST_CDR);
	assert_int_equal(m->started_ms % 1000, 250);
	assert_int_equal(m->wait_ms, 5250);
	assert_int_equal(m->talk_ms, 55250);
	check_text("did", m->did, ZV_STR("74951234567"));
	assert_int_equal(m->n_legs, 2); /* who saw it live saw all of it */
	assert_int_equal(m->n_recordings, 1);
	check_text("file", m->recordings[0].file, ZV_STR("2026/11/21/a.wav"));
	assert_int_equal(m->n_linked_ids, 1);
}

static void
test_live_counts(void **state)
{
	struct zv_conversation *m;
	char *once;

	(void)state;
	m = merged(live, record);
	check_live_and_record(m);
	once = json_of(m);
	zv_conversation_free(m);
	m = merged(record, live);
	check_live_and_record(m);
	zv_conversation_free(m);
	check_same(merged(once, record), once); /* again changes nothing */
	check_same(merged(once, live), once);
	free(once);
}

static void
test_told_end_replaces_a_guess(void **state)
{
	static const char lost[] = HEAD
		"\"result\":\"no_answer\",\"started\":\"2026-11-21T10:00:00.250Z\","
		"\"ended\":\"2026-11-21T10:00:09Z\",\"reason\":\"lost\",\"legs\":"
		"[" CALLER "],\"sources\":[\"live\"]}";
	static const char open[] = HEAD "\"result\":null,\"started\":\"2026-11-21T10:"
					"00:00.250Z\",\"open\":true,"
					"\"legs\":[" CALLER "],\"sources\":[\"live\"]}";
	struct zv_conversation *m = merged(lost, record);

	(void)state;
	assert_int_equal(m->reason.n, 0);
	assert_int_equal(m->result, ZV_RESULT_ANSWERED);
	assert_int_equal(m->ended_ms, 1795255261000);
	assert_int_equal(m->n_legs, 2);
	zv_conversation_free(m);
	m = merged(open, record); /* rows of one leg are written while a call goes on */
	assert_true(m->is_open);
	check_text("did", m->did, ZV_STR("74951234567"));
	zv_conversation_free(m);
	m = merged(lost, open);
	assert_true(m->is_open);
	zv_conversation_free(m);
	m = merged(open, live);
	assert_false(m->is_open);
	assert_int_equal(m->ended_ms, 1795255260750);
	zv_conversation_free(m);
}

/* The connection was cut while he waited, before anybody heard of the queue. */
static void
test_answered_by_the_dialplan_only(void **state)
{
	static const char vanished[] = HEAD
		"\"result\":\"answered\",\"started\":\"2026-11-21T10:00:00.250Z\","
		"\"ended\":\"2026-11-21T10:00:09Z\",\"reason\":\"vanished\",\"legs\":"
		"[" CALLER "],\"sources\":[\"live\"]}";
	static const char told[] =
		HEAD "\"result\":\"abandoned\",\"started\":\"2026-11-21T10:00:00Z\","
		     "\"ended\":\"2026-11-21T10:00:07Z\",\"queue\":\"sales\",\"legs\":"
		     "[" CALLER "],\"sources\":[\"cdr\"]}";
	struct zv_conversation *m = merged(vanished, told);

	(void)state;
	assert_int_equal(m->result, ZV_RESULT_ABANDONED);
	check_text("queue", m->queue, ZV_STR("sales"));
	zv_conversation_free(m);
	m = merged(told, vanished);
	assert_int_equal(m->result, ZV_RESULT_ABANDONED);
	zv_conversation_free(m);
}

/* The records told of the phone first, then it was told what was seen: the caller alone. */
static void
test_the_line_is_better_than_the_did(void **state)
{
	static const char both[] = HEAD
		"\"to\":{\"number\":\"101\"},\"did\":\"7495\",\"result\":null,"
		"\"open\":true,\"started\":\"2026-11-21T10:00:00Z\",\"legs\":[" CALLER
		"," CALLEE "],\"sources\":[\"live\",\"cdr\"]}";
	static const char seen[] = HEAD
		"\"to\":{\"number\":\"7495\"},\"did\":\"7495\",\"result\":\"rejected\","
		"\"started\":\"2026-11-21T10:00:00Z\",\"ended\":\"2026-11-21T10:00:"
		"07Z\","
		"\"legs\":[" CALLER "],\"sources\":[\"live\"]}";
	struct zv_conversation *m = merged(both, seen);

	(void)state;
	check_text("to", m->to_number, ZV_STR("101"));
	assert_int_equal(m->result, ZV_RESULT_REJECTED);
	zv_conversation_free(m);
	m = merged(seen, both);
	check_text("to", m->to_number, ZV_STR("101"));
	zv_conversation_free(m);
}

/* Killed in a call, and back at once: the lists do not tell what was before. */
static void
test_seen_in_two_parts(void **state)
{
	static const char before[] = HEAD "\"from\":{\"number\":\"7916\"},\"to\":{"
					  "\"number\":\"101\"},\"result\":null,"
					  "\"started\":\"2026-11-21T10:00:00Z\","
					  "\"answered\":\"2026-11-21T10:00:05Z\","
					  "\"legs\":[" CALLER "," CALLEE "," THIRD
					  "],\"transfers\":[{\"kind\":\"blind\","
					  "\"by\":\"101\",\"to\":\"103\"}],\"talked\":["
					  "\"7916\",\"101\"],\"open\":true,"
					  "\"recordings\":[{\"id\":\"aa\",\"file\":\"x."
					  "wav\"}],\"picked_up_by\":\"101\","
					  "\"sources\":[\"live\"]}";
	static const char after[] = HEAD
		"\"result\":\"answered\",\"started\":\"2026-11-21T10:00:30Z\","
		"\"answered\":\"2026-11-21T10:00:30Z\",\"ended\":\"2026-11-21T10:01:"
		"00Z\","
		"\"wait_ms\":0,\"talk_ms\":30000,\"legs\":[" CALLER
		",{\"line\":\"103\","
		"\"channel\":\"PJSIP/"
		"103-00000004\",\"uniqueid\":\"9.4\",\"role\":\"callee\","
		"\"result\":\"answered\"}],\"talked\":[\"7916\",\"103\"],\"sources\":["
		"\"live\"]}";
	struct zv_conversation *m = merged(before, after);

	(void)state;
	assert_int_equal(m->n_legs, 4);
	check_text("third", m->legs[2].line, ZV_STR("102"));
	check_text("last", m->legs[3].line, ZV_STR("103"));
	assert_true(m->legs[1].rang);
	assert_int_equal(m->n_transfers, 1);
	assert_int_equal(m->n_talked, 3);
	assert_int_equal(m->n_recordings, 1);
	check_text("by", m->picked_up_by, ZV_STR("101"));
	check_text("to", m->to_number, ZV_STR("101"));
	assert_int_equal(m->wait_ms, 5000);
	assert_int_equal(m->talk_ms, 55000);
	assert_false(m->is_open);
	zv_conversation_free(m);
}

/* Killed while 102 had asked 103 on a second line: two calls that nobody saw become one. */
static void
test_a_consultation_is_no_first_part(void **state)
{
	static const char talk[] =
		"{\"call\":\"9.1\",\"server\":\"pbx\",\"direction\":\"internal\","
		"\"from\":{\"number\":\"101\"},\"to\":{\"number\":\"102\"},"
		"\"result\":\"answered\",\"started\":\"2026-11-21T10:00:00Z\","
		"\"answered\":\"2026-11-21T10:00:05Z\",\"ended\":\"2026-11-21T10:00:"
		"20Z\","
		"\"legs\":[{\"line\":\"101\",\"channel\":\"PJSIP/101-00000001\","
		"\"uniqueid\":\"9.1\",\"role\":\"caller\"},{\"line\":\"102\","
		"\"channel\":\"PJSIP/"
		"102-00000002\",\"uniqueid\":\"9.2\",\"role\":\"callee\"}],"
		"\"talked\":[\"101\",\"102\"],\"reason\":\"lost\","
		"\"sources\":[\"live\"]}";
	static const char second[] =
		"{\"call\":\"9.3\",\"server\":\"pbx\",\"direction\":\"internal\","
		"\"from\":{\"number\":\"102\"},\"to\":{\"number\":\"103\"},"
		"\"result\":\"answered\",\"started\":\"2026-11-21T10:00:12Z\","
		"\"answered\":\"2026-11-21T10:00:15Z\",\"ended\":\"2026-11-21T10:00:"
		"20Z\","
		"\"legs\":[{\"line\":\"102\",\"channel\":\"PJSIP/102-00000003\","
		"\"uniqueid\":\"9.3\",\"role\":\"caller\"},{\"line\":\"103\","
		"\"channel\":\"PJSIP/"
		"103-00000004\",\"uniqueid\":\"9.4\",\"role\":\"callee\"}],"
		"\"talked\":[\"102\",\"103\"],\"reason\":\"lost\","
		"\"sources\":[\"live\"]}";
	struct zv_conversation *m = merged(talk, second);

	(void)state;
	check_text("from", m->from_number, ZV_STR("101"));
	check_text("to", m->to_number, ZV_STR("102"));
	assert_int_equal(m->n_legs, 4);
	assert_int_equal(m->n_talked, 3);
	zv_conversation_free(m);
}

/* The daemon came in the middle: it saw one channel, as if that had called. */
static void
test_came_late(void **state)
{
	static const char late[] =
		HEAD "\"result\":\"answered\",\"started\":\"2026-11-21T10:00:40.5Z\","
		     "\"answered\":\"2026-11-21T10:00:40.5Z\",\"ended\":\"2026-11-"
		     "21T10:01:00.75Z\","
		     "\"from\":{\"number\":\"101\"},\"legs\":[{\"line\":\"101\","
		     "\"channel\":\"PJSIP/101-00000002\","
		     "\"uniqueid\":\"9.2\",\"role\":\"caller\",\"result\":\"answered\","
		     "\"rang\":true,"
		     "\"cause\":16}],\"linkedids\":[\"9.1\"],\"sources\":[\"live\"]}";
	static const char whole[] = HEAD
		"\"result\":\"answered\",\"started\":\"2026-11-21T10:00:00Z\","
		"\"answered\":\"2026-11-21T10:00:05Z\",\"ended\":\"2026-11-21T10:01:"
		"01Z\","
		"\"from\":{\"number\":\"7916\"},\"legs\":[" CALLER ",{\"line\":\"101\","
		"\"channel\":\"PJSIP/"
		"101-00000002\",\"role\":\"callee\",\"result\":\"answered\"}],"
		"\"sources\":[\"cdr\"]}";
	struct zv_conversation *m = merged(late, whole);
	char *once;

	(void)state;
	check_text("from", m->from_number, ZV_STR("7916"));
	assert_int_equal(m->n_legs, 2);
	check_text("first", m->legs[0].line, ZV_STR("trunk"));
	assert_int_equal(m->legs[1].role, ZV_ROLE_CALLEE);
	assert_true(m->legs[1].rang);
	assert_int_equal(m->legs[1].cause, 16);
	assert_int_equal(m->wait_ms, 5000);
	assert_int_equal(m->ended_ms, 1795255260750);
	once = json_of(m);
	zv_conversation_free(m);
	check_same(merged(once, whole), once);
	free(once);
}

static void
test_same(void **state)
{
	struct zv_conversation *a = read_call(live), *b = read_call(record);

	(void)state;
	assert_true(zv_conversation_is_same(a, b));
	b->server = ZV_STR("other");
	assert_false(zv_conversation_is_same(a, b));
	b->server = a->server;
	b->id = ZV_STR("8.8");
	assert_true(zv_conversation_is_same(a, b)); /* a leg */
	b->n_legs = 0;
	assert_true(zv_conversation_is_same(a, b)); /* a Linkedid */
	b->n_linked_ids = 0;
	assert_false(zv_conversation_is_same(a, b));
	zv_conversation_free(a);
	zv_conversation_free(b);
}

static void
test_bad_json(void **state)
{
	static const char *const rows[] = {
		"",
		"[]",
		"5",
		"{",
		"{\"call\":5}",
		HEAD "\"result\":\"lost\"}",
		"{\"direction\":\"up\",\"result\":null}",
		HEAD "\"result\":null,\"started\":\"soon\"}",
		HEAD "\"result\":null,\"legs\":{}}",
		HEAD "\"result\":null,\"legs\":[5]}",
		HEAD "\"result\":null,\"sources\":[\"rumour\"]}",
		HEAD "\"result\":null,\"wait_ms\":-1}",
		HEAD "\"result\":null,\"open\":1}",
		HEAD "\"result\":null,\"talked\":[1]}",
		HEAD "\"result\":null,\"transfers\":[{\"kind\":\"sideways\"}]}",
	};

	(void)state;
	for (size_t i = 0; i < N_OF(rows); i++) {
		struct zv_error err = { 0 };

		if (zv_conversation_read(zvon_str(rows[i]), &err))
			fail_msg("%s was taken", rows[i]);
		assert_true(err.code < 0 && err.text[0]);
	}
}

/* ---- memory ------------------------------------------------------------------------------------ */

static int
read_and_merge(void *user)
{
	struct zv_error err = { 0 };
	struct zv_conversation *a = zv_conversation_read(zvon_str(live), &err),
			       *m = NULL;

	(void)user;
	if (a)
		m = zv_conversation_merge(a, a);
	zv_conversation_free(a);
	zv_conversation_free(m);
	return m ? 0 : ZV_ENOMEM;
}

static int
take_live(void *user)
{
	struct zv_conversation *c =
		zv_conversation_of_call(user, ZV_STR("pbx"), ZV_STR(""), 0);

	zv_conversation_free(c);
	return c ? 0 : ZV_ENOMEM;
}

static void
test_out_of_memory(void **state)
{
	struct scene s = { .now_ms = 5 };

	(void)state;
	scene_begin(&s, "1.1", "101", "102");
	scene_leg(&s, ZV_ROLE_CALLER, "101", NULL, "");
	check_out_of_memory(take_live, &s.call);
	check_out_of_memory(read_and_merge, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip_of_scenes),
		cmocka_unit_test(test_fault_024_no_negative_times),
		cmocka_unit_test(test_missed),
		cmocka_unit_test(test_live_counts),
		cmocka_unit_test(test_told_end_replaces_a_guess),
		cmocka_unit_test(test_answered_by_the_dialplan_only),
		cmocka_unit_test(test_the_line_is_better_than_the_did),
		cmocka_unit_test(test_seen_in_two_parts),
		cmocka_unit_test(test_a_consultation_is_no_first_part),
		cmocka_unit_test(test_came_late),
		cmocka_unit_test(test_same),
		cmocka_unit_test(test_bad_json),
		cmocka_unit_test(test_out_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
