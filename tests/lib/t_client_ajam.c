/* A client over AJAM: the same face as over AMI, in each way to run it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ajam.h"

/* What a stop may take while a WaitEvent hangs: nobody waits for that. */
static int
most_wait_stop_ms(void)
{
	return is_instrumented() ? 3000 : 300;
}

static struct zv_client_counters
count(struct rig *r)
{
	struct zv_client_counters counters;

	zvon_client_counters(r->client, &counters);
	return counters;
}

/* ---- events and replies --------------------------------------------------------------- */

static void
test_events_whole_and_in_order(void **state)
{
	struct ajam *a = ajam_start(NULL);
	struct rig *r = ajam_rig(way_of(state), a);

	rig_open_ready(r);
	for (int i = 1; i <= 20; i++) {
		rig_ask_events(r, i * 10);
		assert_true(rig_until(r, has_events, 5 * i * (i + 1), 5000));
	}
	assert_int_equal(r->events, 2100);
	rig_close(r);
	assert_int_equal(count(r).connects, 1);
	assert_int_equal(count(r).losses, 0);
	assert_int_equal(count(r).orphans, 0);
	assert_true(count(r).events >= 2100);
	assert_true(count(r).bytes_in > 2100 * EVENT_BYTES);
	assert_true(count(r).bytes_out > 1000);
	assert_true(r->raw_in > 2100 * EVENT_BYTES);
	assert_int_equal(ajam_counts(a).most_waits, 1);
	assert_int_equal(ajam_counts(a).logoffs, 1);
	assert_int_equal(ajam_counts(a).leaks, 0);
	assert_int_equal(ajam_counts(a).gets, 0);
	assert_int_equal(ajam_counts(a).strangers, 0);
	rig_free(r);
	ajam_stop(a);
}

/* 4 MB in one answer, and a handler that is slower than the line. */
static void
slow_handler(struct rig *r, const struct zv_packet *event)
{
	if (zvon_packet_get_int(event, ZV_STR("Number"), 0) % 100 == 0)
		sleep_ms(1);
}

static void
test_20000_events_in_one_answer(void **state)
{
	struct ajam *a = ajam_start(NULL);
	struct rig *r = ajam_rig(way_of(state), a);

	r->options.max_queue_bytes = 512 * 1024;
	r->on_event = slow_handler;
	rig_open_ready(r);
	rig_ask_events(r, 20000);
	assert_true(rig_until(r, has_events, 20000, 30000));
	rig_close(r);
	assert_int_equal(r->events, 20000);
	if (r->way == WAY_THREADS) {
		assert_true(count(r).queue_most_bytes <= 512 * 1024);
		assert_true(count(r).paused > 0);
	}
	rig_free(r);
	ajam_stop(a);
}

static void
test_actions_while_a_wait_hangs(void **state)
{
	struct ajam *a = ajam_start(NULL);
	struct rig *r = ajam_rig(way_of(state), a);
	struct reply replies[50] = { 0 }, list = { 0 };

	rig_open_ready(r);
	for (size_t i = 0; i < N_OF(replies); i++)
		assert_int_equal(rig_send(r, echo((long)i + 1), 0, &replies[i]), 0);
	assert_true(rig_until(r, has_done, N_OF(replies), 5000));
	for (size_t i = 0; i < N_OF(replies); i++)
		assert_int_equal(replies[i].number, i + 1);
	assert_int_equal(r->done_ok, N_OF(replies));
	assert_true(ajam_until_it_waits(a, r, 1000));
	rig_send(r, make_request("List", "Count", "100", NULL), 0, &list);
	assert_true(rig_until(r, has_items, 101, 5000));
	rig_close(r);
	rig_free(r);
	ajam_stop(a);
}

static void
test_old_and_get_only_servers(void **state)
{
	static const struct ajam_options servers[] = {
		{ .is_old = true },
		{ .get_only = true },
		{ .is_old = true, .get_only = true },
	};

	for (size_t i = 0; i < N_OF(servers); i++) {
		struct ajam *a = ajam_start(&servers[i]);
		struct rig *r = ajam_rig(way_of(state), a);
		struct reply reply = { 0 };

		rig_open_ready(r);
		rig_send(r, echo(7), 0, &reply);
		rig_ask_events(r, 100);
		assert_true(rig_until(r, has_events, 100, 5000));
		assert_int_equal(reply.number, 7);
		rig_close(r);
		assert_int_equal(ajam_counts(a).logoffs, 1);
		assert_int_equal(ajam_counts(a).posts > 1, !servers[i].get_only);
		assert_int_equal(ajam_counts(a).leaks, 0);
		rig_free(r);
		ajam_stop(a);
	}
}

/* A client that waits costs nothing. */
static void
test_waiting_costs_nothing(void **state)
{
	struct ajam *a = ajam_start(NULL);
	struct rig *r = ajam_rig(way_of(state), a);
	double cpu;

	rig_open_ready(r);
	assert_true(ajam_until_it_waits(a, r, 1000));
	rig_run(r, 100);
	r->turns = 0;
	cpu = cpu_ms();
	rig_run(r, 1000);
	cpu = cpu_ms() - cpu; /* of the server too, which looks 100 times a second */
	assert_true(report("%.1f ms of CPU, %ld turns in a second", cpu, r->turns));
	assert_true(is_instrumented() || cpu < 50);
	assert_true(r->turns <= 25);
	rig_close(r);
	rig_free(r);
	ajam_stop(a);
}

/* ---- many threads ------------------------------------------------------------------------ */

#define CALLERS 8

struct caller {
	struct rig *rig;
	pthread_t thread;
	long first, wrong;
};

/* An answer belongs to who asked. */
static void *
call_much(void *user)
{
	struct caller *c = user;

	for (long i = 0; i < 25; i++) {
		struct zv_request *request = echo(c->first + i);
		struct zv_result result;
		int rc = zvon_client_request(c->rig->client, request, 10000, &result,
					     NULL);

		c->wrong += rc < 0 || result.status < 0 ||
			    zvon_packet_get_int(result.response, ZV_STR("Number"), 0) !=
				    c->first + i;
		if (rc == 0)
			zvon_result_deinit(&result);
		zvon_request_free(request);
	}
	return NULL;
}

static void
test_eight_threads_while_events_flow(void **state)
{
	struct ajam *a = ajam_start(NULL);
	struct rig *r = ajam_rig(WAY_THREADS, a);
	struct caller callers[CALLERS];

	rig_open_ready(r);
	rig_ask_events(r, 5000);
	for (long i = 0; i < CALLERS; i++) {
		callers[i] = (struct caller){ .rig = r, .first = i * 1000 + 1 };
		assert_int_equal(pthread_create(&callers[i].thread, NULL, call_much,
						&callers[i]),
				 0);
	}
	for (size_t i = 0; i < CALLERS; i++) {
		pthread_join(callers[i].thread, NULL);
		assert_int_equal(callers[i].wrong, 0);
	}
	assert_true(rig_until(r, has_events, 5000, 20000));
	rig_close(r);
	assert_int_equal(count(r).orphans, 0);
	rig_free(r);
	ajam_stop(a);
}

/* ---- time limits --------------------------------------------------------------------------- */

/* Answers that come at the very moment when their time is over: they are told to who
 * asked, or to nobody, and never to the next one. */
static void
test_answers_at_the_last_moment(void **state)
{
	enum { N = 40 };
	struct ajam *a = ajam_start(NULL);
	struct rig *r = ajam_rig(way_of(state), a);
	struct reply late[N] = { 0 }, next[N] = { 0 };
	char number[32], ms[32];

	rig_open_ready(r);
	for (int i = 0; i < N; i++) {
		snprintf(number, sizeof number, "%d", 1000 + i);
		snprintf(ms, sizeof ms, "%d", 16 + i % 8);
		rig_send(r, make_request("Wait", "Ms", ms, "Number", number, NULL), 20,
			 &late[i]);
		rig_send(r, echo(2000 + i), 0, &next[i]);
		assert_true(rig_until(r, has_done, 2 * i + 2, 5000));
		assert_int_equal(next[i].status, 0);
		assert_int_equal(next[i].number, 2000 + i);
		assert_int_equal(next[i].responses, 1);
		if (late[i].status == 0)
			assert_int_equal(late[i].number, 1000 + i);
		else
			assert_int_equal(late[i].status, ZV_ETIMEOUT);
	}
	assert_int_equal(rig_count_told(r, ZV_STATE_DOWN), 0);
	rig_close(r);
	assert_true(report("%d of %d were late", (int)count(r).timeouts, N));
	rig_free(r);
	ajam_stop(a);
}

static void
test_silence(void **state)
{
	struct ajam *a = ajam_start(NULL);
	struct rig *r = ajam_rig(way_of(state), a);
	struct reply silence = { 0 }, after = { 0 };

	rig_open_ready(r);
	rig_send(r, make_request("Silence", NULL), 100, &silence);
	rig_send(r, echo(1), 5000, &after);
	assert_true(rig_until(r, has_done, 2, 3000));
	assert_int_equal(silence.status, ZV_ETIMEOUT);
	assert_int_equal(after.status, 0);
	assert_int_equal(count(r).timeouts, 1);
	rig_close(r);
	rig_free(r);
	ajam_stop(a);
}

/* ---- loss and return --------------------------------------------------------------------------- */

static void
test_forgotten_session(void **state)
{
	struct ajam *a = ajam_start(NULL);
	struct rig *r = ajam_rig(way_of(state), a);
	struct reply reply = { 0 };

	rig_open_ready(r);
	rig_ask_events(r, 10);
	assert_true(rig_until(r, has_events, 10, 5000));
	for (long i = 1; i <= 3; i++) {
		ajam_forget(a);
		assert_true(rig_until(r, has_readies, 1 + i, 5000));
		assert_int_equal(rig_told(r, ZV_STATE_DOWN, i - 1).reason, ZV_ECLOSED);
		rig_ask_events(r, 10);
		assert_true(rig_until(r, has_events, 10 + i * 10, 5000));
	}
	rig_send(r, echo(5), 0, &reply);
	rig_run(r, 100);
	assert_int_equal(reply.number, 5);
	rig_close(r);
	assert_int_equal(count(r).losses, 3);
	assert_int_equal(count(r).connects, 4);
	rig_free(r);
	ajam_stop(a);
}

/* A server that forgets each session at once gets no storm of logins. */
static void
test_server_that_always_forgets(void **state)
{
	static const struct ajam_options forgetful = { .forgets = true };
	struct ajam *a = ajam_start(&forgetful);
	struct rig *r = ajam_rig(way_of(state), a);

	r->options.backoff_first_ms = 100;
	rig_open(r);
	rig_run(r, 1000);
	rig_close(r);
	assert_in_range(ajam_counts(a).logins, 2, 21);
	rig_free(r);
	ajam_stop(a);
}

/* An action of a forgotten session is carried out by the next one: once. */
static void
test_action_in_a_forgotten_session(void **state)
{
	struct ajam *a = ajam_start(NULL);
	struct rig *r = ajam_rig(way_of(state), a);
	struct reply reply = { 0 };

	rig_open_ready(r);
	assert_true(ajam_until_it_waits(a, r, 1000));
	ajam_forget(a);
	rig_send(r, echo(5), 5000, &reply);
	assert_true(rig_until(r, has_done, 1, 5000));
	assert_true(reply.status == 0 || reply.status == ZV_ECLOSED);
	if (reply.status == 0)
		assert_int_equal(reply.number, 5);
	assert_true(rig_until(r, has_readies, 2, 5000));
	rig_close(r);
	rig_free(r);
	ajam_stop(a);
}

static void
test_reset_in_mid_wait(void **state)
{
	struct ajam *a = ajam_start(NULL);
	struct rig *r = ajam_rig(way_of(state), a);

	rig_open_ready(r);
	for (long i = 1; i <= 3; i++) {
		assert_true(ajam_until_it_waits(a, r, 2000));
		rig_run(r, 20);
		server_reset(ajam_server(a));
		assert_true(rig_until(r, has_readies, 1 + i, 5000));
		rig_ask_events(r, 10);
		assert_true(rig_until(r, has_events, i * 10, 5000));
	}
	rig_close(r);
	assert_int_equal(count(r).losses, 3);
	rig_free(r);
	ajam_stop(a);
}

static void
test_no_reconnect(void **state)
{
	struct ajam *a = ajam_start(NULL);
	struct rig *r = ajam_rig(way_of(state), a);

	r->options.no_reconnect = true;
	rig_open_ready(r);
	ajam_forget(a);
	assert_true(rig_until(r, has_closed, 1, 5000));
	assert_int_equal(rig_told(r, ZV_STATE_CLOSED, 0).reason, ZV_ECLOSED);
	assert_non_null(strstr(rig_told(r, ZV_STATE_CLOSED, 0).text, "forgotten"));
	assert_int_equal(rig_send(r, echo(1), 0, NULL), ZV_ECLOSED);
	rig_close(r);
	assert_int_equal(ajam_counts(a).logins, 1);
	rig_free(r);
	ajam_stop(a);
}

static void
test_wrong_secret(void **state)
{
	struct ajam *a = ajam_start(NULL);
	struct rig *r = ajam_rig(way_of(state), a);

	r->options.secret = "wrong";
	rig_open(r);
	assert_true(rig_until(r, has_downs, 1, 5000));
	assert_int_equal(rig_told(r, ZV_STATE_DOWN, 0).reason, ZV_EAUTH);
	assert_true(rig_told(r, ZV_STATE_DOWN, 0).retry_ms >= 60000);
	assert_non_null(strstr(rig_told(r, ZV_STATE_DOWN, 0).text, "login refused"));
	rig_close(r);
	rig_free(r);
	ajam_stop(a);
}

/* ---- the end ----------------------------------------------------------------------------------------- */

static void
test_stop_during_a_wait(void **state)
{
	struct ajam *a = ajam_start(NULL);
	struct rig *r = ajam_rig(way_of(state), a);
	int before, slowest = 0;

	rig_open_ready(r);
	rig_close(r);
	assert_true(server_wait_open(ajam_server(a), 0, 10000));
	before = count_descriptors();
	for (int i = 0; i < 10; i++) {
		struct reply reply = { 0 };
		int64_t began;

		r->n_told = 0;
		r->closed = 0;
		rig_open_ready(r);
		assert_true(ajam_until_it_waits(a, r, 2000));
		if (i % 2)
			rig_send(r, make_request("Silence", NULL), 0, &reply);
		rig_run(r, i);
		began = now_ms();
		rig_close(r);
		if (now_ms() - began > slowest)
			slowest = (int)(now_ms() - began);
		assert_int_equal(reply.done, i % 2);
		assert_true(server_wait_open(ajam_server(a), 0, 10000));
	}
	assert_true(report("the slowest stop took %d ms", slowest));
	assert_in_range(slowest, 0, most_wait_stop_ms());
	assert_int_equal(ajam_counts(a).logoffs, 11);
	assert_int_equal(count_descriptors(), before);
	rig_free(r);
	ajam_stop(a);
}

/* There is nobody to say farewell to. */
static void
test_stop_during_the_login(void **state)
{
	static const struct ajam_options silent = { .silent = true };
	struct ajam *a = ajam_start(&silent);
	struct rig *r = ajam_rig(way_of(state), a);
	int64_t began;

	rig_open(r);
	rig_run(r, 100);
	assert_int_equal(zvon_client_state(r->client), ZV_STATE_LOGIN);
	began = now_ms();
	rig_close(r);
	assert_in_range(now_ms() - began, 0, is_instrumented() ? 2000 : 100);
	rig_free(r);
	ajam_stop(a);
}

static void
free_at_the_third(struct rig *r, const struct zv_packet *event)
{
	if (zvon_packet_get_int(event, ZV_STR("Number"), 0) == 3)
		zvon_client_free(r->client);
}

static void
free_at_state(struct rig *r, const struct zv_client_status *status)
{
	if (status->state == r->end_at)
		zvon_client_free(r->client);
}

/* The rig's client is gone before anybody else is asked about it. */
static void
run_to_the_free(struct rig *r)
{
	if (r->way == WAY_THREADS)
		assert_true(rig_until(r, has_closed, 1, 5000));
	while (!r->closed && zvon_client_process(r->client) == 0)
		sleep_ms(1);
	r->client = NULL;
	assert_int_equal(r->closed, 1);
}

static void
test_free_from_a_handler(void **state)
{
	static const enum zv_client_state at[] = {
		ZV_STATE_CONNECTING,
		ZV_STATE_LOGIN,
		ZV_STATE_BOOTING,
		ZV_STATE_READY,
	};
	struct ajam *a = ajam_start(NULL);
	struct reply reply = { 0 };
	struct rig *r;

	for (size_t i = 0; i < N_OF(at); i++) {
		r = ajam_rig(way_of(state), a);
		r->end_at = at[i];
		r->on_state = free_at_state;
		rig_open(r);
		run_to_the_free(r);
		assert_true(server_wait_open(ajam_server(a), 0, 10000));
		rig_free(r);
	}
	r = ajam_rig(way_of(state), a);
	r->on_event = free_at_the_third;
	rig_open_ready(r);
	rig_send(r, make_request("Silence", NULL), 0, &reply);
	ajam_emit(a, 1, 1000);
	run_to_the_free(r);
	assert_true(server_wait_open(ajam_server(a), 0, 10000));
	assert_int_equal(r->events, 3);
	assert_int_equal(reply.done, 1);
	assert_int_equal(reply.status, ZV_ECLOSED);
	rig_free(r);
	ajam_stop(a);
}

static void
test_handler_that_sends(void **state)
{
	struct ajam *a = ajam_start(NULL);
	struct rig *r = ajam_rig(way_of(state), a);
	struct answers all = { 0 };

	r->own = &all;
	r->on_event = rig_send_for_event;
	rig_open_ready(r);
	rig_ask_events(r, 200);
	assert_true(rig_until(r, has_done, N_OF(all.replies), 10000));
	rig_close(r);
	rig_check_answers(&all);
	rig_free(r);
	ajam_stop(a);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		IN_ALL_WAYS(test_events_whole_and_in_order),
		IN_ALL_WAYS(test_20000_events_in_one_answer),
		IN_ALL_WAYS(test_actions_while_a_wait_hangs),
		IN_ALL_WAYS(test_old_and_get_only_servers),
		IN_ALL_WAYS(test_waiting_costs_nothing),
		cmocka_unit_test(test_eight_threads_while_events_flow),
		IN_ALL_WAYS(test_answers_at_the_last_moment),
		IN_ALL_WAYS(test_silence),
		IN_ALL_WAYS(test_forgotten_session),
		IN_ALL_WAYS(test_server_that_always_forgets),
		IN_ALL_WAYS(test_action_in_a_forgotten_session),
		IN_ALL_WAYS(test_reset_in_mid_wait),
		IN_ALL_WAYS(test_no_reconnect),
		IN_ALL_WAYS(test_wrong_secret),
		IN_ALL_WAYS(test_stop_during_a_wait),
		IN_ALL_WAYS(test_stop_during_the_login),
		IN_ALL_WAYS(test_free_from_a_handler),
		IN_ALL_WAYS(test_handler_that_sends),
	};

	return RUN_GROUP(argc, argv, "client_ajam", tests);
}
