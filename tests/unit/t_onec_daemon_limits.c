/* What zvond, or what is none, may say to the component, and how much. */
#include <stdio.h>
#include <stdlib.h>

#include "base/str.h"
#include "daemonrig.h"
#include "helper.h"

static void
test_closes(void **state)
{
	static const struct {
		const char *frame;
		int code;
		const char *words;
		int least_ms;
	} rows[] = {
		{ "\x88\x06\x03\xf0"
		  "over",
		  ZV_EAUTH,
		  "zvond ended the session: see the user, his token and "
		  "sessions_of_a_user in zvond.conf (over)",
		  60000 },
		{ "\x88\x02\x03\xf5", ZV_ECLOSED, "read too slowly; nothing is lost",
		  1000 },
		{ "\x88\x02\x03\xe9", ZV_ECLOSED, "ending or being restarted", 1000 },
		{ "\x88\x02\x03\xe8", ZV_ECLOSED, "closed by the server", 1000 },
	};

	for (size_t i = 0; i < N_OF(rows); i++) {
		struct daemonrig *r = rig_with_token();

		rig_ready(r);
		rig_frames(r);
		rig_say(r, zvon_str(rows[i].frame));
		assert_int_equal(r->why.code, rows[i].code);
		assert_has(r->why.text, rows[i].words);
		assert_true(r->retry_ms >= rows[i].least_ms);
		assert_has(rig_frames(r), "close:10");
		rig_free(r);
	}
}

/* ---- what is not as it should be -------------------------------------------------------------------------- */

static void
test_bad_messages(void **state)
{
	static const char *const rows[] = {
		"",
		"x",
		"{",
		"[]",
		"1",
		"{}",
		"null",
		"{\"type\":1}",
		"{\"type\":\"event\"}",
		"{\"type\":\"event\",\"seq\":\"11\"}",
		"{\"type\":\"event\",\"seq\":-1}",
		"{\"type\":\"event\",\"seq\":1.5}",
		"{\"type\":\"event\",\"seq\":99999999999999999999}",
		"{\"type\":\"snapshot\"}",
		"{\"type\":\"resync\",\"seq\":1}",
		"{\"type\":\"resync\",\"seq\":1,\"stream\":\"\"}",
		"{\"type\":\"resync\",\"seq\":1,\"stream\":\"a\\\"\"}",
		"{\"type\":\"event\",\"seq\":11,\"seq\":12}",
	};

	for (size_t i = 0; i < N_OF(rows); i++) {
		struct daemonrig *r = rig_with_token();

		rig_ready(r);
		rig_told(r);
		rig_text(r, rows[i]);
		assert_string_equal(rig_told(r), "down:EPROTO");
		assert_has(r->why.text, "no message of zvon.v1");
		rig_free(r);
	}
}

static void
test_bad_frames(void **state)
{
	static const struct zv_str rows[] = {
		VIEW("\x81\x81\0\0\0\0a"), /* masked */
		VIEW("\xc1\x01"
		     "a"), /* deflated: that was not agreed on */
		VIEW("\x82\x01"
		     "a"),	      /* binary */
		VIEW("\x81\x01\xff"), /* not UTF-8 */
		VIEW("\x83\x00"),
	};
	struct daemonrig *r;

	for (size_t i = 0; i < N_OF(rows); i++) {
		r = rig_with_token();
		rig_ready(r);
		rig_told(r);
		rig_say(r, rows[i]);
		assert_string_equal(rig_told(r), "down:EPROTO");
		rig_free(r);
	}
	r = rig_with_token(); /* before its hello */
	rig_link(r);
	rig_accept(r);
	rig_text(r, EVENT(1));
	assert_string_equal(rig_told(r), "connecting down:EPROTO");
	rig_free(r);
	r = rig_with_token();
	rig_link(r);
	rig_accept(r);
	rig_text(r, "{\"type\":\"hello\",\"protocol\":\"zvon.v2\",\"stream\":\"a\"}");
	assert_has(r->why.text, "another protocol");
	rig_free(r);
}

static void
test_limit_of_messages(void **state)
{
	for (int more = 0; more < 2; more++) {
		const struct zv_daemon_session_options o = {
			.url = RIG_URL, .secret = "t", .max_message_bytes = 1000
		};
		struct daemonrig *r = rig_new(&o, NULL);
		char text[1100];

		rig_ready(r);
		rig_frames(r);
		rig_told(r);
		snprintf(text, sizeof text, "{\"type\":\"packet\",\"x\":\"%0*d\"}",
			 1000 - 24 + more, 0);
		assert_int_equal(strlen(text), 1000 + more);
		rig_text(r, text);
		if (more) {
			assert_int_equal(r->why.code, ZV_ETOOBIG);
			assert_has(r->why.text, "max_message_bytes");
			assert_has(rig_frames(r), "close:1009:");
		} else {
			assert_string_equal(rig_told(r), text);
		}
		rig_free(r);
	}
}

static void
test_limits_of_sending(void **state)
{
	struct daemonrig *r = rig_with_token();
	struct zv_error err = { 0 };
	struct zv_buf text = { 0 };
	int sent = 0;

	for (size_t i = 0; i < ZV_DAEMON_SEND_BYTES; i++)
		zv_buf_add_char(&text, ' ');
	assert_int_equal(zv_daemon_session_send(r->s, ZV_STR("{}"), &err), ZV_ECLOSED);
	assert_has(err.text, "not connected to zvond");
	rig_ready(r);
	rig_frames(r);
	assert_int_equal(zv_daemon_session_send(r->s, zv_buf_str(&text), NULL), 0);
	zv_buf_add_char(&text, ' ');
	err = (struct zv_error){ 0 };
	assert_int_equal(zv_daemon_session_send(r->s, zv_buf_str(&text), &err),
			 ZV_ETOOBIG);
	assert_has(err.text, "65536");
	text.n--;
	while (zv_daemon_session_send(r->s, zv_buf_str(&text), NULL) == 0)
		sent++;
	assert_in_range(sent, 14, 16); /* 1 MiB */
	err = (struct zv_error){ 0 };
	assert_int_equal(zv_daemon_session_send(r->s, ZV_STR("{}"), &err), ZV_ETOOBIG);
	assert_has(err.text, "zvond does not read");
	/* pings of one that does not read are not answered for ever */
	for (int i = 0; i < 1000; i++)
		rig_say(r, ZV_STR("\x89\x03"
				  "abc"));
	assert_true(zv_daemon_session_output(r->s)->n <
		    ZV_DAEMON_UNREAD_BYTES + 2 * ZV_DAEMON_SEND_BYTES);
	zv_daemon_session_wrote(r->s, zv_daemon_session_output(r->s)->n);
	assert_int_equal(zv_daemon_session_send(r->s, ZV_STR("\xff"), NULL), ZV_EINVAL);
	assert_int_equal(zv_daemon_session_send(r->s, ZV_STR("{}"), NULL), 0);
	zv_buf_deinit(&text);
	rig_free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_closes),
		cmocka_unit_test(test_bad_messages),
		cmocka_unit_test(test_bad_frames),
		cmocka_unit_test(test_limit_of_messages),
		cmocka_unit_test(test_limits_of_sending),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
