/* What the session machine does as time goes by: Ping, time-outs, FullyBooted that
 * comes late, and never a busy loop. */
#include "ami/session.h"

#include <stdio.h>
#include <stdlib.h>

#include "drive.h"

#define ID(n) "ActionID: zvon-12345678-" #n "\n"

static struct zv_client_counters
count(const struct drive *d)
{
	struct zv_client_counters c = { 0 };

	zv_ami_session_count(d->session, &c);
	return c;
}

/* ---- greeting and login ---------------------------------------------------------- */

static void
test_fault_018_silence(void **state)
{
	static const char *const greetings[] = { "", "Aster", "hello" };

	for (size_t i = 0; i < N_OF(greetings); i++) {
		struct drive d;

		assert_true(drive_new(&d, NULL));
		drive_start(&d);
		drive_says(&d, greetings[i]);
		drive_wait(&d, 4499);
		assert_int_equal(d.failed, 0);
		drive_wait(&d, 1);
		expect_failure(&d, ZV_EPROTO, "no greeting within 4.5 s");
		drive_free(&d);
	}
}

static void
test_no_answer_to_the_login(void **state)
{
	static const char *const talks[] = {
		"Asterisk Call Manager/5.0.4",
		"Asterisk Call Manager/5.0.4\n",
		"Asterisk Call Manager/5.0.4\nResponse: Success\n" ID(
			1) "Challenge: 1\n\n",
		"Asterisk Call Manager/5.0.4\nResponse: Success\nChallenge: 1\n\n",
	};

	for (size_t i = 0; i < N_OF(talks); i++) {
		struct drive d;

		assert_true(drive_new(&d, NULL));
		drive_start(&d);
		drive_says(&d, talks[i]);
		drive_wait(&d, 4499);
		assert_int_equal(d.failed, 0);
		drive_wait(&d, 1);
		expect_failure(&d, ZV_ETIMEOUT, "no answer to the login within 4.5 s");
		drive_free(&d);
	}
}

/* Bytes do not make the login's time longer. */
static void
test_events_do_not_prolong_the_login(void **state)
{
	struct drive d;

	assert_true(drive_new(&d, NULL));
	drive_start(&d);
	drive_says(&d, "Asterisk Call Manager/5.0.4\n");
	for (int i = 0; i < 44; i++) {
		drive_wait(&d, 100);
		drive_says(&d, "Event: A\n\n");
	}
	assert_int_equal(d.failed, 0);
	drive_wait(&d, 100);
	expect_failure(&d, ZV_ETIMEOUT, "no answer to the login");
	drive_free(&d);
}

/* Law C1 004: a server that logged us in before and says nothing now is frozen; it
 * gets more time, and no second login beside the first. */
static void
test_fault_004_a_known_server_hangs(void **state)
{
	struct drive d;

	assert_true(drive_new(&d, NULL));
	drive_log_in(&d);
	zv_ami_session_stop(d.session, false);
	drive_start(&d);
	drive_wait(&d, ZV_AMI_HUNG_LOGIN_MS - 1);
	assert_int_equal(d.failed, 0);
	expect_sent(&d, "");
	drive_says(&d, "Asterisk Call Manager/11.0.0\nResponse: Success\n" ID(
			       3) "Challenge: 1\n\nResponse: Success\n" ID(4) "\n");
	expect_news(&d, "login booting");
	drive_free(&d);
}

static void
test_fault_004_a_known_server_hangs_for_long(void **state)
{
	struct drive d;

	assert_true(drive_new(&d, NULL));
	drive_log_in(&d);
	zv_ami_session_stop(d.session, false);
	drive_start(&d);
	drive_wait(&d, ZV_AMI_HUNG_LOGIN_MS);
	expect_failure(&d, ZV_ETIMEOUT, "within 60.0 s");
	drive_free(&d);
}

/* ---- 006: FullyBooted ------------------------------------------------------------- */

static void
log_in_unbooted(struct drive *d)
{
	drive_start(d);
	drive_says(d, "Asterisk Call Manager/11.0.0\nResponse: Success\n" ID(
			      1) "Challenge: 1\n\nResponse: Success\n" ID(2) "\n");
	drive_forget(d);
}

static void
test_fault_006_fully_booted_30_s_late(void **state)
{
	struct drive d;

	assert_true(drive_new(&d, NULL));
	log_in_unbooted(&d);
	drive_wait(&d, 1999);
	expect_news(&d, "");
	assert_int_equal(zv_ami_session_state(d.session), ZV_STATE_BOOTING);
	drive_wait(&d, 1); /* an account without `system` never sees it */
	expect_news(&d, "ready");
	assert_false(zv_ami_session_is_booted(d.session));
	for (int i = 0; i < 28; i++) {
		drive_wait(&d, 1000);
		drive_says(&d, "Event: Reload\n\n");
	}
	drive_forget(&d);
	drive_says(&d, "Event: FullyBooted\nStatus: Fully Booted\n\n");
	expect_news(&d, "event:FullyBooted ready"); /* told again: now it is booted */
	assert_true(zv_ami_session_is_booted(d.session));
	assert_int_equal(d.failed, 0);
	drive_free(&d);
}

/* ---- 003: half-open ---------------------------------------------------------------- */

static void
test_fault_003_dead_after_15_s(void **state)
{
	struct drive d;

	assert_true(drive_new(&d, NULL));
	drive_log_in(&d);
	drive_wait(&d, 9999);
	expect_sent(&d, "");
	drive_wait(&d, 1);
	expect_sent(&d, "Ping()");
	drive_wait(&d, 4999);
	assert_int_equal(d.failed, 0);
	drive_wait(&d, 1);
	expect_failure(&d, ZV_ETIMEOUT, "nothing received for 15.0 s");
	expect_sent(&d, "");
	drive_free(&d);
}

static void
test_fault_003_dead_while_booting(void **state)
{
	struct drive d;

	assert_true(drive_new(&d, NULL));
	log_in_unbooted(&d);
	drive_wait(&d, 15000);
	expect_sent(&d, "Ping()");
	expect_failure(&d, ZV_ETIMEOUT, "a Ping was not answered");
	drive_free(&d);
}

static void
test_the_ping_is_answered(void **state)
{
	struct drive d;

	assert_true(drive_new(&d, NULL));
	drive_log_in(&d);
	for (int i = 0; i < 20; i++) {
		drive_wait(&d, 10000);
		expect_sent(&d, "Ping()");
		drive_wait(&d, 4999);
		drive_saysf(&d,
			    "Response: Success\nActionID: zvon-12345678-%d\n"
			    "Ping: Pong\n\n",
			    i + 3);
	}
	expect_news(&d, ""); /* nobody is told */
	assert_int_equal(d.failed, 0);
	assert_int_equal(count(&d).orphans, 0);
	assert_int_equal(count(&d).timeouts, 0);
	drive_free(&d);
}

/* Any byte shows that somebody is there; the Ping comes 10 s behind the last one. */
static void
test_any_byte_counts(void **state)
{
	struct drive d;

	assert_true(drive_new(&d, NULL));
	drive_log_in(&d);
	drive_wait(&d, 9000);
	drive_says(&d, "E");
	drive_wait(&d, 9999);
	expect_sent(&d, "");
	drive_wait(&d, 1);
	expect_sent(&d, "Ping()");
	drive_wait(&d, 4999);
	drive_says(&d, "v");
	drive_wait(&d, 9999);
	expect_sent(&d, "");
	drive_wait(&d, 1);
	expect_sent(&d, "Ping()");
	assert_int_equal(d.failed, 0);
	drive_free(&d);
}

/* A synchronous Originate holds up the Ping behind it (measured: a Ping behind one of
 * 2 s was answered after 2 s): that is not death. */
static void
test_a_blocked_ping_is_not_death(void **state)
{
	struct drive d;

	assert_true(drive_new(&d, NULL));
	drive_log_in(&d);
	drive_send(&d, "o", "Originate", "Timeout: 30000", 40000);
	drive_wait(&d, 30000);
	assert_int_equal(d.failed, 0);
	expect_sent(&d, "Originate(Timeout=30000) Ping()");
	drive_says(&d, "Response: Error\n" ID(3) "Message: Originate failed\n\n"
						 "Response: Success\n" ID(
							 4) "Ping: Pong\n\n");
	expect_news(&d, "o:Error o.OK");
	/* and from now on silence counts as ever */
	drive_wait(&d, 14999);
	assert_int_equal(d.failed, 0);
	drive_wait(&d, 1);
	expect_failure(&d, ZV_ETIMEOUT, "nothing received for 15.0 s");
	drive_free(&d);
}

/* Nothing came though its time is up: now the silence counts. */
static void
test_a_blocked_ping_that_stays_blocked(void **state)
{
	struct drive d;

	assert_true(drive_new(&d, NULL));
	drive_log_in(&d);
	drive_send(&d, "o", "Originate", "Timeout: 30000", 40000);
	drive_wait(&d, 40000);
	expect_news(&d, "o.ETIMEOUT");
	assert_int_equal(d.failed, 0);
	drive_wait(&d, 4999);
	assert_int_equal(d.failed, 0);
	drive_wait(&d, 1);
	expect_failure(&d, ZV_ETIMEOUT, "nothing received for 45.0 s");
	drive_free(&d);
}

/* One that was not sent, or that is answered, blocks nothing. */
static void
test_what_does_not_block(void **state)
{
	struct drive d;

	assert_true(drive_new(&d, NULL));
	drive_log_in(&d);
	drive_send(&d, "o", "Originate", NULL, 60000);
	drive_says(&d, "Response: Success\n" ID(3) "\n");
	drive_send(&d, "s", "Status", NULL, 10000); /* the usual time */
	drive_wait(&d, 15000);
	expect_failure(&d, ZV_ETIMEOUT, "nothing received");
	drive_free(&d);
}

/* ---- 014: answers that never come ------------------------------------------------------ */

static void
keep_alive(struct drive *d, int seconds)
{
	for (int i = 0; i < seconds; i++) {
		drive_wait(d, 1000);
		drive_says(d, "Event: Tick\n\n");
	}
}

static size_t
times(const struct drive *d, const char *word)
{
	size_t n = 0, length = strlen(word);
	struct zv_str rest = zv_buf_str(&d->told.news);
	const char *at;

	while (rest.n && (at = memmem(rest.p, rest.n, word, length))) {
		n++;
		rest.n -= (size_t)(at - rest.p) + length;
		rest.p = at + length;
	}
	return n;
}

static void
test_fault_014_no_answer(void **state)
{
	struct drive d;

	assert_true(drive_new(&d, NULL));
	drive_log_in(&d);
	drive_send(&d, "a", "Getvar", NULL, 0);
	keep_alive(&d, 9);
	assert_int_equal(times(&d, "a."), 0);
	drive_wait(&d, 999);
	assert_int_equal(times(&d, "a."), 0);
	drive_wait(&d, 1);
	assert_int_equal(times(&d, "a.ETIMEOUT"), 1);
	assert_int_equal(count(&d).timeouts, 1);
	drive_forget(&d);
	/* the late answer is an orphan and harms nobody */
	drive_says(&d, "Response: Success\n" ID(3) "\n");
	expect_news(&d, "");
	assert_int_equal(count(&d).orphans, 1);
	/* its id is free again */
	assert_int_equal(drive_send(&d, "b", "Ping", "ActionID: zvon-12345678-3", 0),
			 0);
	drive_says(&d, "Response: Success\n" ID(3) "\n");
	expect_news(&d, "b:Success b.OK");
	assert_int_equal(d.failed, 0);
	drive_free(&d);
}

static void
test_fault_014_each_has_its_own_time(void **state)
{
	struct drive d;

	assert_true(drive_new(&d, NULL));
	drive_log_in(&d);
	drive_send(&d, "slow", "One", NULL, 3000);
	drive_send(&d, "fast", "Two", NULL, 1000);
	drive_send(&d, "mid", "Three", NULL, 2000);
	drive_send(&d, "mid2", "Four", NULL, 2000);
	drive_wait(&d, 3000);
	expect_news(&d, "fast.ETIMEOUT mid.ETIMEOUT mid2.ETIMEOUT slow.ETIMEOUT");
	drive_free(&d);
}

/* The time runs from the call, also while there is no connection. */
static void
test_fault_014_time_runs_while_down(void **state)
{
	struct drive d;

	assert_true(drive_new(&d, NULL));
	drive_send(&d, "a", "One", NULL, 3000);
	assert_true(zv_ami_session_deadline(d.session) == DRIVE_START + 3000);
	drive_wait(&d, 3000);
	expect_news(&d, "a.ETIMEOUT");
	assert_true(zv_ami_session_deadline(d.session) == INT64_MAX);
	drive_log_in(&d);
	expect_sent(&d, "");
	drive_free(&d);
}

static void
ask_again(void *user, enum zv_reply_part part, int status,
	  const struct zv_packet *packet)
{
	struct drive *d = user;

	if (part == ZV_REPLY_DONE && status == ZV_ETIMEOUT)
		drive_send(d, "again", "Ping", NULL, 1);
}

/* A handler that asks again when time is up does not keep the tick from ending. */
static void
test_asking_again_in_a_timeout(void **state)
{
	struct zv_request *r = zvon_request_new(ZV_STR("Ping"), NULL);
	struct drive d;

	assert_true(drive_new(&d, NULL));
	drive_log_in(&d);
	zv_ami_session_send(d.session, r, 1000, ask_again, &d, d.now_ms, NULL);
	drive_wait(&d, 1000);
	expect_news(&d, "");
	drive_wait(&d, 1);
	expect_news(&d, "again.ETIMEOUT");
	zvon_request_free(r);
	drive_free(&d);
}

/* ---- never a busy loop ------------------------------------------------------------------ */

/* What the server of chance may say; %d stands for an ActionID that was sent lately. */
static const char *const server_words[] = {
	"Event: A\n\n",
	"Event: FullyBooted\n\n",
	"Event: Cut\nX",
	": 1\n\n",
	"Response: Success\nActionID: zvon-12345678-%d\n\n",
	"Response: Success\nActionID: zvon-12345678-%d\nChallenge: 1\n\n",
	"Response: Success\nActionID: zvon-12345678-%d\nEventList: start\n\n",
	"Response: Error\nActionID: zvon-12345678-%d\n\n",
	"Event: Item\nActionID: zvon-12345678-%d\n\n",
	"Event: StatusComplete\nActionID: zvon-12345678-%d\n\n",
	"Response: Success\n\n",
	"Asterisk Call Manager/1.1\n",
};

/* The number of the newest ActionID that was sent, if one was. */
static void
note_last_id(const struct drive *d, int *last)
{
	static const char start[] = "ActionID: zvon-12345678-";
	struct zv_str rest = zv_buf_str(&d->wire);
	const char *at;

	while (rest.n && (at = memmem(rest.p, rest.n, start, strlen(start)))) {
		rest.n -= (size_t)(at - rest.p) + strlen(start);
		rest.p = at + strlen(start);
		*last = atoi(rest.p); /* a CR follows */
	}
}

static void
random_word(struct drive *d, int last_id)
{
	const char *word = server_words[chance_below(N_OF(server_words))];
	const char *place = strstr(word, "%d");

	if (place)
		drive_saysf(d, "%.*s%d%s", (int)(place - word), word,
			    last_id - (int)chance_below(6), place + 2);
	else
		drive_says(d, word);
}

static void
random_action(struct drive *d)
{
	static const char *const names[] = { "Ping", "Status", "Originate", "WaitEvent",
					     "QueueStatus" };
	static const int timeouts[] = { 0, 1, 500, 10000, 10001, 60000 };

	drive_send(d, "x", names[chance_below(N_OF(names))], NULL,
		   timeouts[chance_below(N_OF(timeouts))]);
}

static void
random_step(struct drive *d, int last_id)
{
	static const int waits[] = { 0, 1, 10, 999, 2000, 5000, 10000, 15000, 60000 };

	switch (chance_below(8)) {
	case 0:
	case 1:
		drive_wait(d, waits[chance_below(N_OF(waits))]);
		break;
	case 2:
		random_action(d);
		break;
	case 3: /* late: the loop was busy elsewhere */
		d->now_ms += waits[chance_below(N_OF(waits))];
		break;
	default:
		random_word(d, last_id);
	}
	if (!d->failed && chance_below(40))
		return;
	zv_ami_session_stop(d->session, chance_below(4) == 0);
	d->failed = 0;
	drive_wait(d, waits[chance_below(N_OF(waits))]);
	if (chance_below(2))
		drive_log_in(d);
	else
		drive_start(d);
}

/* drive_wait fails the test when a tick leaves a deadline that is not in the future.
 * In the end each action taken was told its end (drive_free would leak otherwise). */
static void
test_deadlines_lie_in_the_future(void **state)
{
	chance_begin();
	for (int round = 0; round < 300; round++) {
		struct drive d;
		int last_id = 1;

		assert_true(drive_new(&d, NULL));
		drive_start(&d);
		for (int step = 0; step < 200; step++) {
			random_step(&d, last_id);
			note_last_id(&d, &last_id);
			drive_forget(&d);
			zv_buf_clear(&d.told.logged);
		}
		drive_free(&d);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fault_018_silence),
		cmocka_unit_test(test_no_answer_to_the_login),
		cmocka_unit_test(test_events_do_not_prolong_the_login),
		cmocka_unit_test(test_fault_004_a_known_server_hangs),
		cmocka_unit_test(test_fault_004_a_known_server_hangs_for_long),
		cmocka_unit_test(test_fault_006_fully_booted_30_s_late),
		cmocka_unit_test(test_fault_003_dead_after_15_s),
		cmocka_unit_test(test_fault_003_dead_while_booting),
		cmocka_unit_test(test_the_ping_is_answered),
		cmocka_unit_test(test_any_byte_counts),
		cmocka_unit_test(test_a_blocked_ping_is_not_death),
		cmocka_unit_test(test_a_blocked_ping_that_stays_blocked),
		cmocka_unit_test(test_what_does_not_block),
		cmocka_unit_test(test_fault_014_no_answer),
		cmocka_unit_test(test_fault_014_each_has_its_own_time),
		cmocka_unit_test(test_fault_014_time_runs_while_down),
		cmocka_unit_test(test_asking_again_in_a_timeout),
		cmocka_unit_test(test_deadlines_lie_in_the_future),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
