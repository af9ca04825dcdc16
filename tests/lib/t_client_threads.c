/* Own threads: calls from many threads at once, and handlers that call back. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rig.h"

/* ---- many threads -------------------------------------------------------------------- */

#define CALLERS 8

struct caller {
	struct rig *rig;
	pthread_t thread;
	long first, n; /* numbers of its requests */
	bool until_closed;
	long wrong, refused;
	struct reply replies[50];
};

/* An answer belongs to who asked. */
static void
ask_number(struct caller *c, long number)
{
	struct zv_request *request = make_request("Wait", "Ms", "0", NULL);
	struct zv_request *fail = echo(number);
	struct zv_result result;
	int rc = zvon_client_request(c->rig->client, number % 2 ? request : fail, 10000,
				     &result, NULL);

	if (rc < 0 || result.status < 0)
		c->refused++;
	else if (number % 2 == 0)
		c->wrong += zvon_packet_get_int(result.response, ZV_STR("Number"), 0) !=
			    number;
	zvon_result_deinit(&result);
	zvon_request_free(request);
	zvon_request_free(fail);
}

static void *
call_much(void *user)
{
	struct caller *c = user;
	struct zv_client_counters counters;

	for (long i = 0; i < c->n || c->until_closed; i++) {
		ask_number(c, c->first + i);
		if (i < (long)N_OF(c->replies))
			c->refused += rig_send(c->rig, make_request("Ping", NULL), 0,
					       &c->replies[i]) < 0;
		zvon_client_counters(c->rig->client, &counters);
		if (zvon_client_state(c->rig->client) == ZV_STATE_CLOSED)
			break;
	}
	return NULL;
}

static void
start_callers(struct caller *callers, struct rig *r, long n, bool until_closed)
{
	for (long i = 0; i < CALLERS; i++) {
		callers[i] = (struct caller){
			.rig = r,
			.first = i * 1000 + 1,
			.n = n,
			.until_closed = until_closed,
		};
		assert_int_equal(pthread_create(&callers[i].thread, NULL, call_much,
						&callers[i]),
				 0);
	}
}

static void
join_callers(struct caller *callers)
{
	for (size_t i = 0; i < CALLERS; i++)
		pthread_join(callers[i].thread, NULL);
}

static void
test_fault_105_eight_threads_while_events_flow(void **state)
{
	struct server *s = server_start(NULL);
	struct rig *r = rig_new(WAY_THREADS, s);
	struct caller *callers = calloc(CALLERS, sizeof *callers);
	struct zv_client_counters counters;

	assert_non_null(callers);
	rig_open_ready(r);
	rig_ask_events(r, 50000);
	start_callers(callers, r, 50, false);
	join_callers(callers);
	assert_true(rig_until(r, has_events, 50000, 20000));
	assert_true(rig_until(r, has_done, CALLERS * 50, 10000));
	for (size_t i = 0; i < CALLERS; i++) {
		assert_int_equal(callers[i].wrong, 0);
		assert_int_equal(callers[i].refused, 0);
	}
	rig_close(r);
	zvon_client_counters(r->client, &counters);
	assert_int_equal(counters.orphans, 0);
	assert_int_equal(counters.responses, 2 + 1 + CALLERS * 100);
	assert_int_equal(r->done_ok, CALLERS * 50);
	rig_free(r);
	free(callers);
	server_stop(s);
}

static void *
stop_too(void *user)
{
	struct rig *r = user;

	zvon_client_stop(r->client);
	return (void *)(intptr_t)(zvon_client_state(r->client) == ZV_STATE_CLOSED);
}

/* It is stopped under their hands, by two at once: every call returns, each accepted
 * action is told DONE once. */
static void
test_fault_105_stop_while_others_call(void **state)
{
	struct server *s = server_start(NULL);

	for (int i = 0; i < 20; i++) {
		struct rig *r = rig_new(WAY_THREADS, s);
		struct caller *callers = calloc(CALLERS, sizeof *callers);
		long refused = 0, done = 0;
		pthread_t other;
		void *closed;

		assert_non_null(callers);
		rig_open_ready(r);
		start_callers(callers, r, 0, true);
		sleep_ms(i);
		assert_int_equal(pthread_create(&other, NULL, stop_too, r), 0);
		rig_close(r);
		pthread_join(other, &closed);
		assert_non_null(closed);
		join_callers(callers);
		for (size_t k = 0; k < CALLERS; k++) {
			refused += callers[k].wrong;
			for (size_t n = 0; n < N_OF(callers[k].replies); n++)
				done += callers[k].replies[n].done;
		}
		assert_int_equal(refused, 0);
		assert_int_equal(done, r->done);
		rig_free(r);
		free(callers);
	}
	server_stop(s);
}

/* ---- handlers that call back --------------------------------------------------------- */

static void
test_fault_105_handler_that_sends(void **state)
{
	struct server *s = server_start(NULL);
	struct rig *r = rig_new(way_of(state), s);
	struct answers a = { 0 };

	r->own = &a;
	r->on_event = rig_send_for_event;
	rig_open_ready(r);
	rig_ask_events(r, 1000);
	assert_true(rig_until(r, has_done, N_OF(a.replies), 5000));
	assert_true(rig_until(r, has_events, 1000, 5000));
	assert_int_equal(server_counts(s).disorder, 0);
	rig_close(r);
	rig_check_answers(&a);
	rig_free(r);
	server_stop(s);
}

/* What must not wait inside a handler says so. */
static void
call_what_waits(struct rig *r)
{
	struct answers *a = r->own;
	struct zv_request *request = make_request("Ping", NULL);
	struct zv_result result;
	struct zv_error err = { 0 };

	a->n++;
	a->wrong +=
		zvon_client_request(r->client, request, 0, &result, &err) != ZV_EBUSY;
	a->wrong += strstr(err.text, "from inside a handler") == NULL;
	if (r->way != WAY_THREADS)
		a->wrong += zvon_client_run(r->client, 0) != ZV_EBUSY;
	a->wrong += zvon_client_open(r->client, NULL) != ZV_EBUSY;
	a->wrong += zvon_client_start(r->client, NULL) != ZV_EBUSY;
	zvon_request_free(request);
}

static void
event_calls_what_waits(struct rig *r, const struct zv_packet *event)
{
	call_what_waits(r);
}

/* … and sees the state that it is told. */
static void
state_calls_what_waits(struct rig *r, const struct zv_client_status *status)
{
	struct answers *a = r->own;

	call_what_waits(r);
	a->wrong += zvon_client_state(r->client) != status->state;
}

static void
test_handler_that_waits(void **state)
{
	struct server *s = server_start(NULL);
	struct rig *r = rig_new(way_of(state), s);
	struct answers a = { 0 };

	r->own = &a;
	r->on_event = event_calls_what_waits;
	r->on_state = state_calls_what_waits;
	rig_open_ready(r);
	rig_ask_events(r, 3);
	assert_true(rig_until(r, has_events, 3, 5000));
	rig_close(r);
	assert_int_equal(a.wrong, 0);
	assert_int_equal(a.n, 5 + 1 + 3); /* states, FullyBooted, events */
	rig_free(r);
	server_stop(s);
}

/* ---- handlers that end it --------------------------------------------------------------- */

static void
end_it(struct rig *r)
{
	void (*end)(struct zv_client *) = *(void (**)(struct zv_client *))r->own;

	end(r->client);
	/* asked for; from now on nothing is accepted */
	if (end != zvon_client_free &&
	    rig_send(r, make_request("Ping", NULL), 0, NULL) != ZV_ECLOSED)
		r->done_twice = 1000;
}

static void
event_ends_it(struct rig *r, const struct zv_packet *event)
{
	if (zvon_packet_get_int(event, ZV_STR("Number"), 0) == 3)
		end_it(r);
}

static void
state_ends_it(struct rig *r, const struct zv_client_status *status)
{
	if (status->state == r->end_at)
		end_it(r);
}

static void
wait_ended(struct rig *r)
{
	if (r->way == WAY_THREADS)
		assert_true(rig_until(r, has_closed, 1, 5000));
	/* the loop must not be asked once the client is freed */
	while (!r->closed && zvon_client_process(r->client) == 0)
		;
}

static void (*const endings[])(struct zv_client *) = {
	zvon_client_stop,
	zvon_client_close,
	zvon_client_free,
};

/* zvon_client_stop is for own threads, zvon_client_close for the loop. */
static bool
fits(enum way way, void (*end)(struct zv_client *))
{
	return end == zvon_client_free ||
	       (way == WAY_THREADS) == (end == zvon_client_stop);
}

static void
run_to_the_end(struct rig *r, void (*end)(struct zv_client *))
{
	struct reply reply = { 0 };

	r->own = (void *)&end;
	rig_open(r);
	if (r->on_event) {
		assert_true(rig_until(r, has_readies, 1, 5000));
		rig_send(r, make_request("Silence", NULL), 0, &reply);
		rig_ask_events(r, 1000);
	}
	wait_ended(r);
	if (end == zvon_client_free)
		r->client = NULL;
	else
		rig_close(r);
	assert_int_equal(r->closed, 1);
	if (r->on_event) {
		assert_int_equal(r->events, 3);
		assert_int_equal(reply.done, 1);
		assert_int_equal(reply.status, ZV_ECLOSED);
	}
}

static void
test_fault_105_handler_that_ends_it(void **state)
{
	static const enum zv_client_state at[] = {
		ZV_STATE_CONNECTING,
		ZV_STATE_LOGIN,
		ZV_STATE_BOOTING,
		ZV_STATE_READY,
	};
	struct server *s = server_start(NULL);

	for (size_t i = 0; i < N_OF(endings); i++) {
		for (size_t k = 0; k <= N_OF(at) && fits(way_of(state), endings[i]);
		     k++) {
			struct rig *r = rig_new(way_of(state), s);

			if (k < N_OF(at)) {
				r->end_at = at[k];
				r->on_state = state_ends_it;
			} else {
				r->on_event = event_ends_it;
			}
			run_to_the_end(r, endings[i]);
			assert_true(server_wait_open(s, 0, 10000));
			rig_free(r);
		}
	}
	server_stop(s);
}

/* ---- start and stop -------------------------------------------------------------------- */

static void
test_start_and_stop_200_times(void **state)
{
	struct server *s = server_start(NULL);
	struct rig *r = rig_new(way_of(state), s);
	int before;
	int64_t slowest = 0;

	rig_open_ready(r);
	rig_close(r);
	assert_true(server_wait_open(s, 0, 10000));
	before = count_descriptors();
	for (int i = 0; i < 200; i++) {
		int64_t began;

		r->n_told = 0;
		r->closed = 0;
		rig_open(r);
		if (i % 3 == 0)
			assert_true(rig_until(r, has_readies, 1, 5000));
		else if (i % 3 == 1)
			rig_run(r, i % 4);
		began = now_ms();
		rig_close(r);
		if (now_ms() - began > slowest)
			slowest = now_ms() - began;
	}
	assert_true(report("the slowest stop took %d ms", (int)slowest));
	assert_true(slowest <= most_stop_ms());
	assert_true(server_wait_open(s, 0, 10000));
	check_descriptors(before);
	rig_free(r);
	server_stop(s);
}

static void
check_quick_end(struct rig *r, enum zv_client_state in)
{
	struct reply reply = { 0 };
	int64_t began;

	rig_open(r);
	rig_send(r, make_request("Ping", NULL), 0, &reply);
	rig_run(r, 100);
	assert_int_equal(zvon_client_state(r->client), in);
	began = now_ms();
	rig_close(r);
	assert_in_range(now_ms() - began, 0, most_stop_ms());
	assert_int_equal(reply.status, ZV_ECLOSED);
	assert_int_equal(reply.done, 1);
	rig_free(r);
}

static void
test_stop_while_connecting(void **state)
{
	struct hole *hole = hole_open("127.0.0.1", 0);
	struct rig *r = rig_new(way_of(state), NULL);

	snprintf(r->url, sizeof r->url, "ami://tester@127.0.0.1:%d", hole_port(hole));
	r->options.url = r->url;
	check_quick_end(r, ZV_STATE_CONNECTING);
	hole_close(hole);
}

static void
test_stop_while_logging_in(void **state)
{
	struct server *s = server_start(&(struct server_options){ .silent = true });

	check_quick_end(rig_new(way_of(state), s), ZV_STATE_LOGIN);
	server_stop(s);
}

static void
test_stop_while_down(void **state)
{
	struct server *s = server_start(&(struct server_options){ .closed = true });
	struct rig *r = rig_new(way_of(state), s);

	r->options.backoff_first_ms = 60000;
	check_quick_end(r, ZV_STATE_DOWN);
	server_stop(s);
}

/* It does not read: our bytes do not leave, stop does not wait for them. */
static void
freeze_at_once(struct talk *t, void *user)
{
	if (talk_login(t))
		talk_freeze(t);
}

static void
test_stop_with_bytes_that_do_not_leave(void **state)
{
	struct server_options o = { .script = freeze_at_once };
	struct server *s = server_start(&o);
	struct rig *r = rig_new(way_of(state), s);
	char filling[900];
	int64_t began;

	memset(filling, 'x', sizeof filling);
	filling[sizeof filling - 1] = '\0';
	r->options.max_pending = 20000;
	rig_open_ready(r);
	for (int i = 0; i < 8000; i++)
		rig_send(r, make_request("Silence", "Filling", filling, NULL), 0, NULL);
	rig_run(r, 200);
	began = now_ms();
	rig_close(r);
	assert_true(report("stopped in %d ms", (int)(now_ms() - began)));
	assert_in_range(now_ms() - began, 0, most_stop_ms());
	rig_free(r);
	server_stop(s);
}

int
main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fault_105_eight_threads_while_events_flow),
		cmocka_unit_test(test_fault_105_stop_while_others_call),
		IN_ALL_WAYS(test_fault_105_handler_that_sends),
		IN_ALL_WAYS(test_handler_that_waits),
		IN_ALL_WAYS(test_fault_105_handler_that_ends_it),
		IN_ALL_WAYS(test_start_and_stop_200_times),
		IN_ALL_WAYS(test_stop_while_connecting),
		IN_ALL_WAYS(test_stop_while_logging_in),
		IN_ALL_WAYS(test_stop_while_down),
		IN_ALL_WAYS(test_stop_with_bytes_that_do_not_leave),
	};

	return RUN_GROUP(argc, argv, "client_threads", tests);
}
