/* AJAM: events. WaitEvent and its timeouts, pauses, broken servers, the Ping. */
#include "ajdrive.h"

#include <stdio.h>
#include <stdlib.h>

#define HANGUP "Event: Hangup\nChannel: SIP/1\n\n"

static struct zv_ajam_session_options
with_events(const char *mask)
{
	struct zv_ajam_session_options options = ajdrive_defaults;

	options.ami.events = zvon_str(mask);
	return options;
}

static struct zv_client_counters
count(const struct ajdrive *d)
{
	struct zv_client_counters c = { 0 };

	zv_ajam_session_count(d->session, &c);
	return c;
}

/* ---- events ------------------------------------------------------------------------------ */

static void
test_events_are_told_once(void **state)
{
	struct ajdrive d;

	assert_true(ajdrive_new(&d, NULL));
	ajdrive_log_in(&d);
	ajdrive_answer(&d, W, WAITING HANGUP "Event: Newchannel\n\n" COMPLETE);
	expect_told(&d, "event:Hangup event:Newchannel");
	expect_asked(&d, "");
	ajdrive_wait(&d, ZV_AJAM_POLL_MS);
	expect_asked(&d, "W:WaitEvent(Timeout=30)");
	ajdrive_answer(&d, W, WAITING HANGUP COMPLETE);
	expect_told(&d, "event:Hangup");
	assert_int_equal(count(&d).events, 3);
	assert_int_equal(count(&d).orphans, 0);
	ajdrive_free(&d);
}

/* Each byte of the answer by itself; events are told as they come, not at the end. */
static void
test_events_are_told_as_they_come(void **state)
{
	static const char body[] = "Response: Success\nMessage: Waiting\n\n" HANGUP;
	struct ajdrive d;

	assert_true(ajdrive_new(&d, NULL));
	ajdrive_log_in(&d);
	ajdrive_head(&d, W, "200 OK", PLAIN);
	for (size_t i = 0; body[i]; i++)
		ajdrive_body(&d, W, (char[]){ body[i], '\0' });
	expect_told(&d, "event:Hangup");
	ajdrive_body(&d, W, HANGUP COMPLETE);
	expect_told(&d, "event:Hangup");
	ajdrive_end(&d, W, 0, "");
	expect_told(&d, "");
	assert_int_equal(d.failed, 0);
	ajdrive_free(&d);
}

/* FullyBooted comes by the way when Asterisk is not up yet. */
static void
test_fully_booted(void **state)
{
	struct ajdrive d;

	assert_true(ajdrive_new(&d, NULL));
	ajdrive_log_in(&d);
	ajdrive_answer(&d, W, WAITING "Event: FullyBooted\n\n" COMPLETE);
	expect_told(&d, "event:FullyBooted ready");
	assert_true(zv_ajam_session_is_booted(d.session));
	ajdrive_free(&d);
}

/* ---- the mask ------------------------------------------------------------------------------ */

static void
test_masks(void **state)
{
	static const struct {
		const char *mask, *login;
	} rows[] = {
		{ "on", "|Events=on" },
		{ "call,agent", "|Events=call,agent" },
		{ "", "" },
	};

	for (size_t i = 0; i < N_OF(rows); i++) {
		struct zv_ajam_session_options options = with_events(rows[i].mask);
		char wanted[100];
		struct ajdrive d;

		options.ami.plain_login = true;
		snprintf(wanted, sizeof wanted, "C:Login(Username=ops|Secret=s3cret%s)",
			 rows[i].login);
		assert_true(ajdrive_new(&d, &options));
		ajdrive_start(&d);
		expect_asked(&d, wanted);
		ajdrive_answer(&d, C, SUCCESS);
		ajdrive_answer(&d, C, SUCCESS);
		expect_asked(&d, "C:CoreSettings() W:WaitEvent(Timeout=30)");
		ajdrive_free(&d);
	}
}

/* With the mask off Asterisk keeps all events for the session and delivers them to a
 * WaitEvent: they are fetched now and then and thrown away, which is the Ping too. */
static void
test_mask_off(void **state)
{
	static const char *const words[] = { "off", "OFF" };

	for (size_t i = 0; i < N_OF(words); i++) {
		struct zv_ajam_session_options options = with_events(words[i]);
		struct ajdrive d;

		assert_true(ajdrive_new(&d, &options));
		ajdrive_log_in(&d);
		ajdrive_wait(&d, 9999);
		expect_asked(&d, "");
		ajdrive_wait(&d, 1);
		expect_asked(&d, "C:WaitEvent(Timeout=0)");
		ajdrive_answer(&d, C, WAITING HANGUP COMPLETE);
		expect_told(&d, "");
		ajdrive_wait(&d, 9999);
		expect_asked(&d, "");
		ajdrive_send(&d, "a", "Ping", NULL, 0);
		expect_asked(&d, "C:Ping()");
		ajdrive_answer(&d, C, SUCCESS);
		expect_told(&d, "a:Success a.OK");
		ajdrive_free(&d);
	}
}

/* ---- how long a wait is ----------------------------------------------------------------------- */

static void
test_timeout_from_max_age(void **state)
{
	static const struct {
		const char *max_age, *timeout;
	} rows[] = {
		{ "60", "30" }, { "42", "30" },	  { "41", "30" },
		{ "40", "29" }, { "15", "4" },	  { "12", "1" },
		{ "10", "1" },	{ "1", "1" },	  { "86400", "30" },
		{ NULL, "30" }, { "many", "30" }, { "99999999999", "30" },
	};

	for (size_t i = 0; i < N_OF(rows); i++) {
		struct ajdrive d;
		char *timeout;

		assert_true(ajdrive_new(&d, NULL));
		d.max_age = rows[i].max_age;
		ajdrive_log_in(&d);
		timeout = ajdrive_field(&d, W, "Timeout");
		assert_string_equal(timeout, rows[i].timeout);
		assert_int_equal(d.lines[W].timeout_ms,
				 atoi(timeout) * 1000 + ZV_AJAM_WAIT_GRACE_MS);
		free(timeout);
		ajdrive_free(&d);
	}
}

/* The server counts from the session's last request. */
static void
test_timeout_shrinks_with_idleness(void **state)
{
	struct zv_ajam_session_options options = ajdrive_defaults;
	struct ajdrive d;

	options.ami.ping_after_ms = 1000000;
	assert_true(ajdrive_new(&d, &options));
	d.max_age = "40";
	ajdrive_log_in(&d);
	ajdrive_wait(&d, 7000);
	expect_asked(&d, "");
	ajdrive_answer(&d, W, WAITING COMPLETE);
	ajdrive_wait(&d, 0);
	expect_asked(&d, "W:WaitEvent(Timeout=22)");
	ajdrive_free(&d);
}

/* ---- how often ------------------------------------------------------------------------------------ */

static void
test_pause_after_events_and_after_none(void **state)
{
	static const struct {
		const char *body;
		int pause_ms;
	} rows[] = {
		{ WAITING HANGUP COMPLETE, ZV_AJAM_POLL_MS },
		{ WAITING COMPLETE, ZV_AJAM_EMPTY_POLL_MS },
		{ "", ZV_AJAM_EMPTY_POLL_MS }, /* another WaitEvent ended this one */
	};

	for (size_t i = 0; i < N_OF(rows); i++) {
		struct ajdrive d;

		assert_true(ajdrive_new(&d, NULL));
		ajdrive_log_in(&d);
		ajdrive_answer(&d, W, rows[i].body);
		ajdrive_wait(&d, rows[i].pause_ms - 1);
		expect_asked(&d, "");
		ajdrive_wait(&d, 1);
		expect_asked(&d, "W:WaitEvent(Timeout=30)");
		/* after a long one at once */
		ajdrive_wait(&d, 5000);
		ajdrive_answer(&d, W, rows[i].body);
		expect_asked(&d, "W:WaitEvent(Timeout=30)");
		assert_int_equal(d.failed, 0);
		ajdrive_free(&d);
	}
}

static void
test_fault_113_server_that_never_waits(void **state)
{
	struct ajdrive d;

	assert_true(ajdrive_new(&d, NULL));
	ajdrive_log_in(&d);
	d.n_waits = 0;
	for (int i = 0; i < 10000; i++) {
		if (d.lines[W].running)
			ajdrive_answer(&d, W, WAITING COMPLETE);
		ajdrive_wait(&d, 1);
	}
	assert_in_range(d.n_waits, 35, 40);
	assert_int_equal(d.failed, 0);
	ajdrive_free(&d);
}

/* ---- answers that are none ------------------------------------------------------------------------ */

static void
test_fault_112_cut_answers(void **state)
{
	static const struct {
		const char *body;
		const char *told;
	} rows[] = {
		{ WAITING HANGUP, "event:Hangup" },
		{ WAITING HANGUP "Event: Newcha", "event:Hangup" },
		{ WAITING, "" },
		{ "Respo", "" },
	};

	for (size_t i = 0; i < N_OF(rows); i++) {
		struct ajdrive d;

		assert_true(ajdrive_new(&d, NULL));
		ajdrive_log_in(&d);
		ajdrive_answer(&d, W, rows[i].body);
		expect_lost(&d, ZV_EPROTO, "cut");
		expect_told(&d, rows[i].told);
		ajdrive_free(&d);
	}
}

/* Its length was promised and did not come: the transport says so. */
static void
test_fault_112_wrong_length(void **state)
{
	struct ajdrive d;

	assert_true(ajdrive_new(&d, NULL));
	ajdrive_log_in(&d);
	ajdrive_head(&d, W, "200 OK", PLAIN);
	ajdrive_body(&d, W, WAITING HANGUP);
	ajdrive_end(&d, W, ZV_EPROTO, "pbx:8088: the answer was cut");
	expect_lost(&d, ZV_EPROTO, "pbx:8088: the answer was cut");
	expect_told(&d, "event:Hangup");
	ajdrive_free(&d);
}

static void
test_wait_refused(void **state)
{
	struct ajdrive d;

	assert_true(ajdrive_new(&d, NULL));
	ajdrive_log_in(&d);
	ajdrive_answer(&d, W,
		       "Response: Error\n@\nMessage: Invalid/unknown command\n\n");
	expect_lost(&d, ZV_EPROTO, "WaitEvent was refused: Invalid/unknown command");
	ajdrive_free(&d);
}

/* What came before the session was forgotten, was told; an action that waits is asked
 * after the next login. */
static void
test_fault_111_session_expired(void **state)
{
	struct ajdrive d;

	assert_true(ajdrive_new(&d, NULL));
	ajdrive_log_in(&d);
	ajdrive_answer(&d, W, WAITING HANGUP COMPLETE);
	ajdrive_wait(&d, 250);
	ajdrive_send(&d, "a", "Ping", NULL, 0);
	ajdrive_send(&d, "b", "Ping", NULL, 0);
	ajdrive_answer(&d, W, DENIED);
	expect_lost(&d, ZV_ECLOSED, "forgotten the session");
	ajdrive_stop(&d, false);
	expect_told(&d, "event:Hangup a.ECLOSED");
	ajdrive_log_in(&d);
	assert_true(d.lines[C].running);
	ajdrive_answer(&d, C, SUCCESS);
	expect_told(&d, "b:Success b.OK");
	ajdrive_free(&d);
}

static void
test_too_big_an_event(void **state)
{
	struct zv_ajam_session_options options = ajdrive_defaults;
	struct zv_buf body = { 0 };
	struct ajdrive d;

	options.ami.limits.max_packet_bytes = 1000;
	assert_true(ajdrive_new(&d, &options));
	ajdrive_log_in(&d);
	zv_buf_add(&body, ZV_STR(WAITING "Event: Big\nX: "));
	for (int i = 0; i < 1000; i++)
		zv_buf_add_char(&body, 'x');
	ajdrive_head(&d, W, "200 OK", PLAIN);
	ajdrive_body(&d, W, zv_buf_cstr(&body));
	expect_lost(&d, ZV_ETOOBIG, "");
	expect_asked(&d, "W:CANCEL");
	zv_buf_deinit(&body);
	ajdrive_free(&d);
}

/* ---- the Ping ----------------------------------------------------------------------------------------- */

static void
test_ping_when_silent(void **state)
{
	struct ajdrive d;

	assert_true(ajdrive_new(&d, NULL));
	ajdrive_log_in(&d);
	ajdrive_wait(&d, 9999);
	expect_asked(&d, "");
	ajdrive_wait(&d, 1);
	expect_asked(&d, "C:Ping()");
	assert_int_equal(d.lines[C].timeout_ms, 5000);
	ajdrive_answer(&d, C, SUCCESS);
	expect_told(&d, "");
	/* anything that arrives counts, on either connection */
	ajdrive_wait(&d, 5000);
	ajdrive_head(&d, W, "200 OK", PLAIN);
	ajdrive_wait(&d, 5000);
	ajdrive_body(&d, W, WAITING);
	ajdrive_wait(&d, 9999);
	expect_asked(&d, "");
	ajdrive_wait(&d, 1);
	expect_asked(&d, "C:Ping()");
	ajdrive_free(&d);
}

/* It comes in good time before the session ends. */
static void
test_ping_within_half_the_session(void **state)
{
	struct zv_ajam_session_options options = with_events("off");
	struct ajdrive d;

	assert_true(ajdrive_new(&d, &options));
	d.max_age = "11";
	ajdrive_log_in(&d);
	ajdrive_wait(&d, 5499);
	expect_asked(&d, "");
	ajdrive_wait(&d, 1);
	expect_asked(&d, "C:WaitEvent(Timeout=0)");
	ajdrive_free(&d);
}

static void
test_ping_not_answered(void **state)
{
	static const struct {
		int code;
		const char *text;
	} rows[] = {
		{ ZV_ETIMEOUT, "no answer within 5.0 s" },
		{ ZV_ECLOSED, "closed" },
		{ ZV_EIO, "connection refused" },
	};

	for (size_t i = 0; i < N_OF(rows); i++) {
		struct ajdrive d;

		assert_true(ajdrive_new(&d, NULL));
		ajdrive_log_in(&d);
		ajdrive_wait(&d, 10000);
		expect_asked(&d, "C:Ping()");
		ajdrive_end(&d, C, rows[i].code, rows[i].text);
		expect_lost(&d, rows[i].code, rows[i].text);
		ajdrive_free(&d);
	}
}

static void
test_ping_of_a_forgotten_session(void **state)
{
	struct ajdrive d;

	assert_true(ajdrive_new(&d, NULL));
	ajdrive_log_in(&d);
	ajdrive_wait(&d, 10000);
	ajdrive_answer(&d, C, DENIED);
	expect_lost(&d, ZV_ECLOSED, "forgotten the session");
	ajdrive_free(&d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_events_are_told_once),
		cmocka_unit_test(test_events_are_told_as_they_come),
		cmocka_unit_test(test_fully_booted),
		cmocka_unit_test(test_masks),
		cmocka_unit_test(test_mask_off),
		cmocka_unit_test(test_timeout_from_max_age),
		cmocka_unit_test(test_timeout_shrinks_with_idleness),
		cmocka_unit_test(test_pause_after_events_and_after_none),
		cmocka_unit_test(test_fault_113_server_that_never_waits),
		cmocka_unit_test(test_fault_112_cut_answers),
		cmocka_unit_test(test_fault_112_wrong_length),
		cmocka_unit_test(test_wait_refused),
		cmocka_unit_test(test_fault_111_session_expired),
		cmocka_unit_test(test_too_big_an_event),
		cmocka_unit_test(test_ping_when_silent),
		cmocka_unit_test(test_ping_within_half_the_session),
		cmocka_unit_test(test_ping_not_answered),
		cmocka_unit_test(test_ping_of_a_forgotten_session),
	};

	return cmocka_run_group_tests_name("ajam_wait", tests, NULL, NULL);
}
