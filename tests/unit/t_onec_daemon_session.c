/* The component's session with zvond: its beginning, events by number, losses, silence. */
#include <stdio.h>
#include <stdlib.h>

#include "base/str.h"
#include "daemonrig.h"
#include "heap.h"
#include "helper.h"

/* ---- how it begins ----------------------------------------------------------------------- */

static void
test_token(void **state)
{
	struct daemonrig *r = rig_with_token();
	const char *request;

	assert_false(zv_daemon_session_wants_link(r->s));
	zv_daemon_session_start(r->s, r->now_ms);
	rig_say(r, ZV_STR("nobody has asked yet"));
	rig_link(r);
	assert_string_equal(rig_told(r), "connecting");
	request = rig_request(r);
	assert_has(request, "GET /v1/events HTTP/1.1\r\n");
	assert_has(request, "Host: pbx:2013\r\n");
	assert_has(request, "Authorization: Bearer secret-token\r\n");
	assert_has(request, "Sec-WebSocket-Protocol: zvon.v1\r\n");
	assert_false(has(request, "Extensions"));
	rig_free(r);

	r = rig_with_token();
	rig_link(r);
	rig_greet(r);
	assert_string_equal(rig_frames(r), "text:{\"type\":\"start\"}");
	assert_string_equal(rig_told(r), "connecting " HELLO);
	assert_int_equal(zv_daemon_session_send(r->s, ZV_STR("{}"), NULL), ZV_ECLOSED);
	rig_text(r, SNAPSHOT);
	rig_text(r, EVENT(11));
	rig_text(r, EVENT(17)); /* numbers grow with gaps */
	assert_string_equal(rig_told(r), "ready " SNAPSHOT " " EVENT(11) " " EVENT(17));
	rig_text(r, "{\"type\":\"result\",\"id\":\"1\",\"ok\":true}");
	assert_string_equal(rig_told(r),
			    "{\"type\":\"result\",\"id\":\"1\",\"ok\":true}");
	assert_int_equal(zv_daemon_session_counters(r->s)->events, 2);
	assert_int_equal(zv_daemon_session_counters(r->s)->connects, 1);
	rig_free(r);
}

/* Everything zvond says, in pieces of each size. */
static void
test_pieces(void **state)
{
	for (size_t piece = 1; piece < 300; piece += piece < 20 ? 1 : 37) {
		struct daemonrig *r = rig_with_token();

		r->piece = piece;
		rig_ready(r);
		rig_text(r, EVENT(11));
		assert_string_equal(rig_told(r), "connecting " HELLO " ready " SNAPSHOT
						 " " EVENT(11));
		rig_free(r);
	}
}

/* hello comes in the same segment as 101, and more behind it. */
static void
test_all_at_once(void **state)
{
	struct daemonrig *r = rig_with_token();
	struct zv_buf kept = { 0 };

	rig_link(r);
	rig_request(r);
	/* the rig's answer needs the key: make it, and put frames behind it */
	zv_ws_write(&kept, ZV_WS_TEXT, ZV_STR(HELLO), false, NULL);
	zv_ws_write(&kept, ZV_WS_TEXT, ZV_STR(SNAPSHOT), false, NULL);
	zv_ws_write(&kept, ZV_WS_PING, ZV_STR("x"), false, NULL);
	zv_daemon_session_output(r->s)->n = 0;
	rig_free(r);
	r = rig_with_token();
	rig_link(r);
	rig_accept(r);
	rig_say(r, zv_buf_str(&kept));
	assert_string_equal(rig_frames(r), "text:{\"type\":\"start\"} pong:x");
	assert_string_equal(rig_told(r), "connecting " HELLO " ready " SNAPSHOT);
	zv_buf_deinit(&kept);
	rig_free(r);
}

/* The answer to start is a refusal. */
static void
test_no_events(void **state)
{
	struct daemonrig *r = rig_with_token();

	rig_link(r);
	rig_greet(r);
	rig_told(r);
	rig_text(r, "{\"type\":\"error\",\"code\":\"bad_argument\",\"message\":\"no "
		    "such event\"}");
	assert_string_equal(rig_told(r), "down:EAUTH");
	assert_has(r->why.text,
		   "refused the subscription: see its lists events, lines, "
		   "queues, numbers (no such event)");
	assert_in_range(r->retry_ms, 60000, 90000);
	rig_free(r);
}

/* Later an error is one of many messages. */
static void
test_error_later(void **state)
{
	static const char error[] = "{\"type\":\"error\",\"code\":\"bad_json\"}";
	struct daemonrig *r = rig_with_token();

	rig_ready(r);
	rig_told(r);
	rig_text(r, error);
	assert_string_equal(rig_told(r), error);
	rig_free(r);
}

/* Rights that change bring another hello: nothing is asked for again. */
static void
test_second_hello(void **state)
{
	struct daemonrig *r = rig_with_token();

	rig_ready(r);
	rig_frames(r);
	rig_told(r);
	rig_text(r, HELLO);
	assert_string_equal(rig_frames(r), "");
	assert_string_equal(rig_told(r), HELLO);
	rig_free(r);
}

/* ---- losses ------------------------------------------------------------------------------------ */

static void
test_resume(void **state)
{
	struct daemonrig *r = rig_with_token();

	rig_ready(r);
	rig_text(r, EVENT(12));
	rig_told(r);
	rig_lose(r, "pbx:2013: connection lost: reset");
	assert_string_equal(rig_told(r), "down:ECLOSED");
	assert_string_equal(r->why.text, "pbx:2013: connection lost: reset");
	assert_in_range(r->retry_ms, 1000, 2000);
	assert_false(zv_daemon_session_wants_link(r->s));
	assert_int_equal(zv_daemon_session_send(r->s, ZV_STR("{}"), NULL), ZV_ECLOSED);
	rig_pass(r, r->retry_ms - 1);
	assert_string_equal(rig_told(r), "");
	rig_pass(r, 1);
	assert_string_equal(rig_told(r), "connecting");

	rig_link(r);
	rig_greet(r);
	assert_string_equal(rig_frames(r),
			    "text:{\"type\":\"resume\",\"seq\":12,\"stream\":\"aa\"}");
	rig_told(r);
	rig_text(r, "{\"type\":\"resumed\",\"seq\":14,\"events\":2}");
	rig_told(r);
	rig_text(r, EVENT(12)); /* told before the loss */
	rig_text(r, EVENT(13));
	rig_text(r, EVENT(13));
	rig_text(r, EVENT(14));
	assert_string_equal(rig_told(r), EVENT(13) " " EVENT(14));
	assert_int_equal(zv_daemon_session_counters(r->s)->doubled, 2);
	assert_int_equal(zv_daemon_session_counters(r->s)->losses, 1);
	assert_int_equal(zv_daemon_session_counters(r->s)->connects, 2);
	rig_free(r);
}

/* zvond counts anew: we ask with the old numbers, its resync tells the new ones. */
static void
test_resync(void **state)
{
	static const char resync[] = "{\"type\":\"resync\",\"reason\":\"stream\","
				     "\"stream\":\"bb\",\"seq\":3}";
	struct daemonrig *r = rig_with_token();

	rig_ready(r);
	rig_lose(r, "x");
	rig_link(r);
	rig_accept(r);
	rig_text(r, "{\"type\":\"hello\",\"protocol\":\"zvon.v1\",\"stream\":\"bb\"}");
	assert_string_equal(rig_frames(r),
			    "text:{\"type\":\"resume\",\"seq\":10,\"stream\":\"aa\"}");
	rig_told(r);
	rig_text(r, resync);
	rig_text(r, EVENT(3));
	rig_text(r, EVENT(4));
	assert_has(rig_told(r), "\"seq\":3} " EVENT(4));
	assert_int_equal(zv_daemon_session_counters(r->s)->resyncs, 1);
	rig_lose(r, "x");
	rig_link(r);
	rig_greet(r);
	assert_string_equal(rig_frames(r),
			    "text:{\"type\":\"resume\",\"seq\":4,\"stream\":\"bb\"}");
	rig_free(r);
}

/* A loss before the first snapshot: there is no number yet. */
static void
test_loss_before_snapshot(void **state)
{
	struct daemonrig *r = rig_with_token();

	rig_link(r);
	rig_greet(r);
	rig_lose(r, "x");
	rig_link(r);
	rig_greet(r);
	assert_string_equal(rig_frames(r), "text:{\"type\":\"start\"}");
	rig_free(r);
}

static void
test_backoff(void **state)
{
	struct daemonrig *r = rig_with_token();
	int most = 0;

	for (int i = 0; i < 200; i++) {
		int limit = i < 4 ? 2000 << i : 30000;

		rig_link(r);
		rig_lose(r, "x");
		assert_in_range(r->retry_ms, 1000, limit);
		most = r->retry_ms > most ? r->retry_ms : most;
	}
	assert_true(most > 15000);

	/* a connection that lasted makes the next loss a first one */
	rig_ready(r);
	rig_pass(r, ZV_DAEMON_STEADY_MS - 1);
	rig_lose(r, "x");
	assert_true(zv_daemon_session_counters(r->s)->losses == 1);
	for (int i = 0, small = 0; i < 20; i++) {
		rig_ready(r);
		rig_pass(r, ZV_DAEMON_STEADY_MS);
		rig_lose(r, "x");
		assert_in_range(r->retry_ms, 1000, 2000);
		small += r->retry_ms < 1500;
		if (i == 19)
			assert_in_range(small, 1, 19); /* by chance */
	}
	rig_free(r);
}

/* ---- silence ------------------------------------------------------------------------------------- */

static void
test_handshake_stalls(void **state)
{
	for (int where = 0; where < 4; where++) {
		struct daemonrig *r = rig_with_token();

		rig_link(r);
		if (where == 1)
			rig_say(r, ZV_STR("HTTP/1.1 101 Switch"));
		if (where == 2)
			rig_accept(r);
		if (where == 3)
			rig_greet(r); /* and no snapshot */
		rig_told(r);
		rig_pass(r, ZV_DAEMON_ANSWER_MS - 1);
		assert_string_equal(rig_told(r), "");
		rig_pass(r, 1);
		assert_string_equal(rig_told(r), "down:ETIMEOUT");
		assert_has(r->why.text,
			   "pbx:2013: the port is open, but zvond does not");
		rig_free(r);
	}
}

static void
test_keep_alive(void **state)
{
	struct daemonrig *r = rig_with_token();

	rig_ready(r);
	rig_frames(r);
	rig_told(r);
	rig_pass(r, ZV_DAEMON_PING_MS - 1);
	assert_string_equal(rig_frames(r), "");
	rig_pass(r, 1);
	assert_string_equal(rig_frames(r), "ping:");
	rig_pass(r, ZV_DAEMON_PONG_MS - 1);
	rig_say(r, ZV_STR("\x8a\x00")); /* pong */
	rig_pass(r, ZV_DAEMON_PING_MS - 1);
	rig_text(r, EVENT(11)); /* anything will do */
	rig_pass(r, ZV_DAEMON_PING_MS - 1);
	assert_string_equal(rig_frames(r), "");
	rig_told(r);
	rig_pass(r, 1);
	assert_string_equal(rig_frames(r), "ping:");
	rig_pass(r, ZV_DAEMON_PONG_MS);
	assert_string_equal(rig_told(r), "down:ETIMEOUT");
	assert_has(r->why.text, "does not answer a ping");
	rig_free(r);
}

/* The machine slept for an hour: it asks first, and gives time to answer. */
static void
test_after_sleep(void **state)
{
	struct daemonrig *r = rig_with_token();

	rig_ready(r);
	rig_frames(r);
	rig_told(r);
	rig_pass(r, 3600 * 1000);
	assert_string_equal(rig_frames(r), "ping:");
	rig_pass(r, 1);
	assert_string_equal(rig_told(r), "");
	rig_say(r, ZV_STR("\x8a\x00"));
	rig_free(r);
}

static void
test_pongs(void **state)
{
	struct daemonrig *r = rig_with_token();

	rig_ready(r);
	rig_frames(r);
	rig_say(r, ZV_STR("\x89\x03"
			  "abc"
			  "\x89\x00"));
	assert_string_equal(rig_frames(r), "pong:abc pong:");
	rig_free(r);
}

/* Each frame has a mask of its own (RFC 6455, 5.3). */
static void
test_masks(void **state)
{
	struct daemonrig *r = rig_with_token();
	struct zv_buf *out = zv_daemon_session_output(r->s);

	rig_ready(r);
	rig_frames(r);
	assert_int_equal(zv_daemon_session_send(r->s, ZV_STR("{}"), NULL), 0);
	assert_int_equal(zv_daemon_session_send(r->s, ZV_STR("{}"), NULL), 0);
	assert_int_equal(out->n, 16);
	assert_true((out->p[1] & 0x80) && (out->p[9] & 0x80));
	assert_memory_not_equal(out->p + 2, out->p + 10, 4);
	rig_free(r);
}

/* ---- options ------------------------------------------------------------------------------------------------ */

static void
test_subscription(void **state)
{
	static const char *const bad[] = { "x", "[]", "{\"line\":[]}",
					   "{\"lines\":\"101\"}",
					   "{\"lines\":[],\"type\":[]}" };
	struct zv_daemon_session_options o = {
		.url = RIG_URL,
		.secret = "t",
		.subscription = " {\"lines\":[\"101\"],\"events\":[\"call.started\"]} ",
	};
	struct daemonrig *r = rig_new(&o, NULL);

	rig_link(r);
	rig_greet(r);
	assert_string_equal(rig_frames(r),
			    "text:{\"type\":\"start\",\"lines\":[\"101\"],"
			    "\"events\":[\"call.started\"]}");
	rig_text(r, SNAPSHOT);
	rig_lose(r, "x");
	rig_link(r);
	rig_greet(r);
	assert_has(rig_frames(r), "\"stream\":\"aa\",\"lines\":[\"101\"],");
	rig_free(r);

	o.subscription = "{ }";
	r = rig_new(&o, NULL);
	rig_link(r);
	rig_greet(r);
	assert_string_equal(rig_frames(r), "text:{\"type\":\"start\"}");
	rig_free(r);
	for (size_t i = 0; i < N_OF(bad); i++) {
		struct zv_error err = { 0 };

		o.subscription = bad[i];
		assert_null(rig_new(&o, &err));
		assert_int_equal(err.code, ZV_EINVAL);
	}
}

static void
test_bad_options(void **state)
{
	static const struct {
		struct zv_daemon_session_options o;
		const char *words;
	} rows[] = {
		{ { .url = "ami://pbx", .secret = "t" }, "write ws://host:2013" },
		{ { .secret = "t" }, "write ws://host:2013" },
		{ { .url = RIG_URL }, "a token is needed, or user and password" },
		{ { .url = RIG_URL, .user = "ivanov" }, "a token is needed" },
		{ { .url = RIG_URL, .secret = "hidden\r\nX: y" }, "no token has" },
		{ { .url = RIG_URL, .secret = "hidden token" }, "no token has" },
		{ { .url = RIG_URL, .secret = "hidden-\xd1\x8f" }, "no token has" },
	};

	for (size_t i = 0; i < N_OF(rows); i++) {
		struct zv_error err = { 0 };

		assert_null(rig_new(&rows[i].o, &err));
		assert_int_equal(err.code, ZV_EINVAL);
		assert_has(err.text, rows[i].words);
		assert_false(has(err.text, "hidden"));
	}
}

/* ---- the end ------------------------------------------------------------------------------------------------- */

static void
test_stop(void **state)
{
	struct daemonrig *r = rig_with_token();
	struct zv_buf two = { 0 };

	rig_ready(r);
	rig_frames(r);
	rig_told(r);
	r->stops = true; /* in the handler of the first of two that came together */
	zv_ws_write(&two, ZV_WS_TEXT, ZV_STR(EVENT(11)), false, NULL);
	zv_ws_write(&two, ZV_WS_TEXT, ZV_STR(EVENT(12)), false, NULL);
	rig_say(r, zv_buf_str(&two));
	assert_string_equal(rig_told(r), EVENT(11) " gone");
	assert_string_equal(rig_frames(r), "close:1000:");
	assert_false(zv_daemon_session_wants_link(r->s));
	assert_int_equal(zv_daemon_session_state(r->s), ZV_DESK_CLOSED);
	rig_lose(r, "x");
	rig_pass(r, 100000);
	assert_string_equal(rig_told(r), "");
	assert_true(zv_daemon_session_deadline(r->s) == INT64_MAX);
	zv_buf_deinit(&two);
	rig_free(r);
}

/* In Russian what the driver says is led in, and the place is said once. */
static void
test_russian_loss(void **state)
{
	const struct zv_daemon_session_options o = { .url = RIG_URL,
						     .secret = "t",
						     .russian = true };
	struct daemonrig *r = rig_new(&o, NULL);

	rig_link(r);
	rig_lose(r, "pbx:2013: connection refused");
	assert_string_equal(r->why.text,
			    "pbx:2013: нет связи с zvond (connection refused)");
	rig_free(r);
}

static int
memory_scene(void *user)
{
	const struct zv_daemon_session_options o = {
		.url = "ws://ivanov:secret@pbx:2013",
		.subscription = "{\"lines\":[\"1\"]}"
	};
	struct zv_error err = { 0 };
	struct daemonrig *r;
	int rc = 0;

	r = rig_new(&o, &err);
	if (!r)
		return err.code;
	rig_link(r);
	rig_request(r);
	rig_say(r, ZV_STR(TOKEN_ANSWER));
	rig_greet(r);
	rig_text(r, SNAPSHOT);
	rig_text(r, "{\"type\":\"resync\",\"seq\":12,\"stream\":\"bb\"}");
	rc = zv_daemon_session_send(r->s, ZV_STR("{\"type\":\"ping\"}"), &err);
	rig_frames(r);
	/* what failed in the rig's own memory stops the talk, too */
	if (!zv_daemon_session_wants_link(r->s) || rc < 0 || r->failed ||
	    zv_buf_failed(&r->told))
		rc = ZV_ENOMEM;
	rig_free(r);
	return rc;
}

static void
test_out_of_memory(void **state)
{
	check_out_of_memory(memory_scene, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_token),
		cmocka_unit_test(test_pieces),
		cmocka_unit_test(test_all_at_once),
		cmocka_unit_test(test_no_events),
		cmocka_unit_test(test_error_later),
		cmocka_unit_test(test_second_hello),
		cmocka_unit_test(test_resume),
		cmocka_unit_test(test_resync),
		cmocka_unit_test(test_loss_before_snapshot),
		cmocka_unit_test(test_backoff),
		cmocka_unit_test(test_handshake_stalls),
		cmocka_unit_test(test_keep_alive),
		cmocka_unit_test(test_after_sleep),
		cmocka_unit_test(test_pongs),
		cmocka_unit_test(test_masks),
		cmocka_unit_test(test_subscription),
		cmocka_unit_test(test_bad_options),
		cmocka_unit_test(test_stop),
		cmocka_unit_test(test_russian_loss),
		cmocka_unit_test(test_out_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
