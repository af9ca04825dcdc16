/* What the server is asked to filter, when it does not go well: refusals, answers that do
 * not come, sessions that end meanwhile, no memory. */
#include <stdio.h>
#include <string.h>

#include "coredrive.h"

static const char *const hangup[] = { "Hangup" };

/* Five expressions. */
static const struct zv_filter_options wish = { .events = hangup, .n_events = 1 };

#define DENIED "Message: Permission denied\r\n"

static void
logged_in(struct coredrive *d)
{
	assert_true(coredrive_begin(d, &wish, NULL));
	coredrive_log_in(d, "11.0.0");
	d->told[0] = '\0';
	expect_core_asked(d, d->options.is_ajam ? "Login(on) CoreSettings Filter*1"
						: "Login(system) Filter*5 Events(on)");
}

static void
answer(struct coredrive *d, int n, const char *name, const char *how,
       const char *fields)
{
	for (int i = 0; i < n; i++)
		assert_true(coredrive_answer(d, name, how, fields));
}

/* The session was ended; the next comes at once, and asks for nothing. */
static void
check_without(struct coredrive *d, int code, const char *words)
{
	char told[64];

	snprintf(told, sizeof told, "down:%s", zvon_err_name(code));
	expect_core_told(d, told);
	assert_int_equal(d->reason, code);
	assert_memory_equal(d->why, "pbx:5038: ", 10);
	assert_non_null(strstr(d->why, words));
	assert_non_null(strstr(d->why, "once more, without a filter at the server"));
	d->asked[0] = '\0';
	coredrive_wait(d, 1);
	assert_true(zv_core_wants_link(d->core));
	coredrive_log_in(d, "11.0.0");
	coredrive_wait(d, 2000);
	expect_core_told(d, "connecting login booting ready");
	expect_core_asked(d, d->options.is_ajam ? "Login(on) CoreSettings WaitEvent"
						: "Login(on)");
	assert_false(zv_push_is_wanted(d->push));
	coredrive_free(d);
}

/* ---- refused ----------------------------------------------------------------------------- */

static void
test_no_right(void **state)
{
	struct coredrive d;

	coredrive_init(&d, false);
	logged_in(&d);
	answer(&d, 5, "Filter", "Error", DENIED);
	answer(&d, 1, "Events", "Success", "");
	coredrive_wait(&d, 2000);
	expect_core_told(&d, "ready");
	assert_non_null(strstr(d.logged, "refuses to filter: Permission denied\n"));
	assert_non_null(strstr(d.logged, "0 of 5 expressions taken"));
	coredrive_free(&d);
}

/* Over AJAM a refusal may mean that the session is gone, so it costs a Ping and a second
 * try: once, not for each expression. */
static void
test_no_right_ajam(void **state)
{
	struct coredrive d;

	coredrive_init(&d, true);
	logged_in(&d);
	answer(&d, 1, "Filter", "Error", DENIED);
	expect_core_asked(&d, "Ping");
	answer(&d, 1, "Ping", "Success", "");
	expect_core_asked(&d, "Filter*1");
	answer(&d, 1, "Filter", "Error", DENIED);
	expect_core_asked(&d, "WaitEvent");
	expect_core_told(&d, "ready");
	assert_non_null(strstr(d.logged, "0 of 1 expressions taken"));
	coredrive_free(&d);
}

/* With a digest a session cannot be forgotten unnoticed: the first refusal is meant. */
static void
test_no_right_digest(void **state)
{
	struct coredrive d;

	coredrive_init(&d, true);
	d.options.session.digest = true;
	assert_true(coredrive_begin(&d, &wish, NULL));
	coredrive_log_in(&d, "11.0.0");
	answer(&d, 1, "Filter", "Error", DENIED);
	coredrive_wait(&d, 100);
	expect_core_asked(&d, "Events(on) CoreSettings Filter*1 WaitEvent");
	expect_core_told(&d, "connecting login booting ready");
	coredrive_free(&d);
}

/* Not the first: the others alone would withhold its events. */
static void
test_partly_refused(void **state)
{
	for (int i = 0; i < 4; i++) {
		struct coredrive d;

		coredrive_init(&d, i % 2);
		d.options.no_reconnect = i / 2; /* it is no loss of the connection */
		logged_in(&d);
		answer(&d, 2, "Filter", "Success", "");
		answer(&d, 1, "Filter", "Error", "Message: Invalid\r\n");
		check_without(&d, ZV_ECLOSED, "only a part of the filter");
	}
}

static void
test_first_refused(void **state)
{
	struct coredrive d;

	coredrive_init(&d, false);
	logged_in(&d);
	answer(&d, 1, "Filter", "Error", "Message: Invalid\r\n");
	answer(&d, 1, "Filter", "Success", "");
	check_without(&d, ZV_ECLOSED, "only a part of the filter");
}

static void
test_events_refused(void **state)
{
	struct coredrive d;

	coredrive_init(&d, false);
	logged_in(&d);
	answer(&d, 5, "Filter", "Success", "");
	answer(&d, 1, "Events", "Error", "Message: not here\r\n");
	check_without(&d, ZV_ECLOSED, "Events was refused: not here");
}

/* READY of the rest of the bytes that brought the refusal is not told. */
static void
test_not_ready_after_a_refusal(void **state)
{
	struct coredrive d;
	char text[1024];

	coredrive_init(&d, false);
	logged_in(&d);
	answer(&d, 4, "Filter", "Success", "");
	snprintf(text, sizeof text,
		 "Response: Error\r\nActionID: %s\r\n\r\n"
		 "Response: Success\r\nActionID: %s\r\n\r\n"
		 "Event: FullyBooted\r\n\r\n",
		 d.open[0].id, d.open[1].id);
	coredrive_says(&d, text);
	expect_core_told(&d, "event:FullyBooted down:ECLOSED");
	coredrive_free(&d);
}

/* ---- no answer --------------------------------------------------------------------------- */

/* Taken or not, nobody knows. */
static void
test_no_answer_to_a_filter(void **state)
{
	for (int i = 0; i < 4; i++) {
		struct coredrive d;

		coredrive_init(&d, i % 2);
		logged_in(&d);
		answer(&d, i / 2 * 2, "Filter", "Success", "");
		coredrive_wait(&d, 8000);
		if (d.options.is_ajam)
			coredrive_answer(&d, "Ping", "Success", "");
		else
			coredrive_says(&d, "Event: X\r\n\r\n"); /* it lives */
		d.told[0] = '\0';
		coredrive_wait(&d, 1999);
		expect_core_told(&d, "");
		coredrive_wait(&d, 1);
		if (d.now_ms == COREDRIVE_START + 10000)
			check_without(&d, ZV_ETIMEOUT,
				      "no answer to the action Filter");
	}
}

static void
test_no_answer_to_events(void **state)
{
	struct coredrive d;

	coredrive_init(&d, false);
	logged_in(&d);
	answer(&d, 5, "Filter", "Success", "");
	coredrive_wait(&d, 9999);
	expect_core_told(&d, "");
	coredrive_says(&d, "Event: X\r\n\r\n");
	d.told[0] = '\0';
	coredrive_wait(&d, 1);
	check_without(&d, ZV_ETIMEOUT, "no answer to the action Events");
}

/* One exchange broke off, the session may live on: it must not wait for ever. */
static void
test_answer_lost_ajam(void **state)
{
	struct coredrive d;

	coredrive_init(&d, true);
	logged_in(&d);
	answer(&d, 1, "Filter", "Success", "");
	coredrive_break(&d, "Filter", ZV_ECLOSED);
	check_without(&d, ZV_ECLOSED, "no answer to the action Filter");
}

/* It could not be sent: it is sent again, nothing is lost. */
static void
test_not_sent_ajam(void **state)
{
	struct coredrive d;

	coredrive_init(&d, true);
	logged_in(&d);
	answer(&d, 1, "Filter", "Success", "");
	coredrive_break(&d, "Filter", ZV_EIO);
	answer(&d, 1, "Ping", "Success", "");
	answer(&d, 4, "Filter", "Success", "");
	expect_core_told(&d, "ready");
	coredrive_free(&d);
}

/* ---- the session ends -------------------------------------------------------------------- */

static void
finish(struct coredrive *d)
{
	answer(d, 5, "Filter", "Success", "");
	assert_false(coredrive_answer(d, "Filter", "Success", ""));
	if (!d->options.is_ajam)
		answer(d, 1, "Events", "Success", "");
	coredrive_wait(d, 2000);
}

/* Nothing of the old session is asked or counted in the next. */
static void
test_lost_in_between(void **state)
{
	for (int i = 0; i < 2; i++) {
		for (int n = 0; n < 5; n++) {
			struct coredrive d;

			coredrive_init(&d, i);
			logged_in(&d);
			answer(&d, n, "Filter", "Success", "");
			coredrive_lose_link(&d);
			coredrive_come_back(&d);
			expect_core_told(&d, "down:EIO connecting");
			d.asked[0] = d.filters[0] = '\0';
			coredrive_log_in(&d, "11.0.0");
			finish(&d);
			expect_core_told(&d, "login booting ready");
			if (!i)
				expect_core_asked(&d,
						  "Login(system) Filter*5 Events(on)");
			coredrive_free(&d);
		}
	}
}

/* `Permission denied` to the Ping as well: the server has forgotten us. That says nothing
 * about filters. */
static void
test_expired_in_between_ajam(void **state)
{
	struct coredrive d;

	coredrive_init(&d, true);
	logged_in(&d);
	answer(&d, 2, "Filter", "Success", "");
	answer(&d, 1, "Filter", "Error", DENIED);
	answer(&d, 1, "Ping", "Error", DENIED);
	expect_core_told(&d, "down:ECLOSED");
	assert_non_null(strstr(d.why, "has forgotten the session"));
	coredrive_come_back(&d);
	coredrive_log_in(&d, "11.0.0");
	finish(&d);
	expect_core_told(&d, "connecting login booting ready");
	coredrive_free(&d);
}

/* A server that can do it gives way to one that cannot. */
static void
test_other_server(void **state)
{
	for (int i = 0; i < 2; i++) {
		struct coredrive d;

		coredrive_init(&d, i);
		logged_in(&d);
		coredrive_lose_link(&d);
		coredrive_come_back(&d);
		d.asked[0] = '\0';
		coredrive_log_in(&d, "1.1");
		expect_core_asked(&d, i ? "Login(on) CoreSettings WaitEvent"
					: "Login(system) Events(on)");
		coredrive_free(&d);
	}
}

static void
test_stopped(void **state)
{
	for (int i = 0; i < 2; i++) {
		struct coredrive d;

		coredrive_init(&d, i);
		logged_in(&d);
		answer(&d, 1, "Filter", "Success", "");
		zv_core_stop(d.core, 0, "");
		expect_core_told(&d, "closed");
		coredrive_free(&d);
	}
}

/* ---- memory ------------------------------------------------------------------------------ */

/* Each step tells whether the scene still goes on. */
static int
play(struct coredrive *d)
{
	if (!coredrive_begin(d, &wish, NULL))
		return ZV_ENOMEM;
	coredrive_log_in(d, "11.0.0");
	for (int i = 0; i < 5; i++)
		coredrive_answer(d, "Filter", "Success", "");
	coredrive_answer(d, "Events", "Success", "");
	coredrive_wait(d, 2000);
	if (strstr(d->told, "ready") && !strstr(d->told, "down"))
		return d->filters[0] ? 0 : ZV_EINVAL;
	return d->reason;
}

static int
scene(void *user)
{
	struct coredrive *d = user;
	int rc;

	coredrive_init(d, d->options.is_ajam);
	rc = play(d);
	coredrive_free(d);
	return rc;
}

static void
test_out_of_memory(void **state)
{
	static struct coredrive d;

	for (int i = 0; i < 2; i++) {
		coredrive_init(&d, i);
		check_out_of_memory(scene, &d);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_right),
		cmocka_unit_test(test_no_right_ajam),
		cmocka_unit_test(test_no_right_digest),
		cmocka_unit_test(test_partly_refused),
		cmocka_unit_test(test_first_refused),
		cmocka_unit_test(test_events_refused),
		cmocka_unit_test(test_not_ready_after_a_refusal),
		cmocka_unit_test(test_no_answer_to_a_filter),
		cmocka_unit_test(test_no_answer_to_events),
		cmocka_unit_test(test_answer_lost_ajam),
		cmocka_unit_test(test_not_sent_ajam),
		cmocka_unit_test(test_lost_in_between),
		cmocka_unit_test(test_expired_in_between_ajam),
		cmocka_unit_test(test_other_server),
		cmocka_unit_test(test_stopped),
		cmocka_unit_test(test_out_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
