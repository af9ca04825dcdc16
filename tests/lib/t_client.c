/* The life of a client on a server that behaves, in each way to run it. */
#include <stdlib.h>
#include <string.h>

#include "rig.h"

static void
test_states_in_order(void **state)
{
	static const enum zv_client_state wanted[] = {
		ZV_STATE_CONNECTING, ZV_STATE_LOGIN,  ZV_STATE_BOOTING,
		ZV_STATE_READY,	     ZV_STATE_CLOSED,
	};
	struct server *s = server_start(NULL);
	struct rig *r = rig_new(way_of(state), s);

	rig_open_ready(r);
	assert_int_equal(zvon_client_state(r->client), ZV_STATE_READY);
	rig_close(r);
	assert_int_equal(r->n_told, N_OF(wanted));
	for (size_t i = 0; i < N_OF(wanted); i++)
		assert_int_equal(r->told[i].state, wanted[i]);
	assert_int_equal(r->told[3].booted, true);
	assert_int_equal(r->told[3].ami_major, 11);
	assert_int_equal(r->told[4].reason, 0);
	assert_string_equal(r->told[4].text, "");
	assert_int_equal(r->told[4].retry_ms, -1);
	assert_true(server_wait_open(s, 0, 10000));
	assert_int_equal(server_counts(s).logoffs, 1);
	assert_int_equal(server_counts(s).connections, 1);
	rig_free(r);
	server_stop(s);
}

static void
test_plain_login(void **state)
{
	struct server *s = server_start(NULL);
	struct rig *r = rig_new(way_of(state), s);

	r->options.plain_login = true;
	r->log_level = ZV_LOG_TRACE; /* every line of the wire, but the secret */
	rig_open_ready(r);
	assert_int_equal(server_counts(s).too_soon, 0);
	rig_close(r);
	assert_true(r->lines >= 20);
	rig_free(r);
	server_stop(s);
}

/* An account without the right `system` never sees FullyBooted; a server that is still
 * booting says it late. */
static void
test_late_fully_booted(void **state)
{
	struct server *s = server_start(&(struct server_options){ .booted_ms = 300 });
	struct rig *r = rig_new(way_of(state), s);

	r->options.booted_wait_ms = 80;
	rig_open_ready(r);
	assert_false(rig_told(r, ZV_STATE_READY, 0).booted);
	assert_true(rig_until(r, has_readies, 2, 3000));
	assert_true(rig_told(r, ZV_STATE_READY, 1).booted);
	rig_close(r);
	rig_free(r);
	server_stop(s);
}

static void
test_events_in_order(void **state)
{
	struct server *s = server_start(NULL);
	struct rig *r = rig_new(way_of(state), s);
	struct zv_client_counters counters;

	rig_open_ready(r);
	rig_ask_events(r, 20000);
	assert_true(rig_until(r, has_events, 20000, 20000));
	rig_close(r);
	assert_int_equal(r->events, 20000);
	zvon_client_counters(r->client, &counters);
	assert_int_equal(counters.events, 20000 + 1); /* FullyBooted */
	assert_int_equal(counters.packets, 20000 + 1 + 3 + 1);
	rig_free(r);
	server_stop(s);
}

static void
test_action_and_response(void **state)
{
	struct server *s = server_start(NULL);
	struct rig *r = rig_new(way_of(state), s);
	struct reply good = { 0 }, bad = { 0 };

	rig_open_ready(r);
	assert_int_equal(rig_send(r, echo(7), 0, &good), 0);
	assert_int_equal(
		rig_send(r, make_request("Fail", "Message", "no", NULL), 0, &bad), 0);
	assert_true(rig_until(r, has_done, 2, 5000));
	rig_close(r);
	assert_string_equal(good.response, "Success");
	assert_int_equal(good.number, 7);
	assert_int_equal(good.status, 0);
	assert_int_equal(good.responses, 1);
	assert_string_equal(bad.response, "Error");
	assert_int_equal(bad.status, 0); /* an answer, too */
	rig_free(r);
	server_stop(s);
}

static void
test_list(void **state)
{
	struct server *s = server_start(NULL);
	struct rig *r = rig_new(way_of(state), s);
	struct reply reply = { 0 };

	rig_open_ready(r);
	assert_int_equal(
		rig_send(r, make_request("List", "Count", "500", NULL), 0, &reply), 0);
	assert_true(rig_until(r, has_done, 1, 5000));
	rig_close(r);
	assert_int_equal(reply.items, 500 + 1); /* and …Complete */
	assert_int_equal(reply.responses, 1);
	assert_int_equal(reply.done, 1);
	assert_int_equal(r->events, 0); /* they are not events */
	rig_free(r);
	server_stop(s);
}

static void
test_request(void **state)
{
	struct server *s = server_start(NULL);
	struct rig *r = rig_new(way_of(state), s);
	struct zv_request *list = make_request("List", "Count", "3", NULL);
	struct zv_request *silence = make_request("Silence", NULL);
	struct zv_error err = { 0 };
	struct zv_result result;
	int64_t began;

	rig_open_ready(r);
	assert_int_equal(zvon_client_request(r->client, list, 0, &result, &err), 0);
	assert_int_equal(result.status, 0);
	assert_non_null(result.response);
	assert_int_equal(result.n_items, 4);
	for (int i = 0; i < 3; i++)
		assert_int_equal(
			zvon_packet_get_int(result.items[i], ZV_STR("Number"), 0),
			i + 1);
	zvon_result_deinit(&result);
	zvon_result_deinit(&result);
	zvon_result_deinit(NULL);

	began = now_ms();
	assert_int_equal(zvon_client_request(r->client, silence, 100, &result, &err),
			 0);
	assert_in_range(now_ms() - began, 100, 1000);
	assert_int_equal(result.status, ZV_ETIMEOUT);
	assert_null(result.response);
	assert_int_equal(result.n_items, 0);
	zvon_result_deinit(&result);

	rig_close(r);
	assert_int_equal(zvon_client_request(r->client, list, 0, &result, &err),
			 ZV_ECLOSED);
	assert_true(strlen(err.text) > 0);
	zvon_request_free(list);
	zvon_request_free(silence);
	rig_free(r);
	server_stop(s);
}

/* The connection is lost while the caller waits for the rest of a list. */
static void
test_request_when_lost(void **state)
{
	static const char *const endings[] = { "Reset", "Close", "Half" };
	struct server *s = server_start(NULL);
	struct rig *r = rig_new(way_of(state), s);

	r->options.ping_after_ms = 100;
	r->options.ping_timeout_ms = 100;
	rig_open_ready(r);
	for (size_t i = 0; i < N_OF(endings); i++) {
		struct zv_request *request = make_request(endings[i], NULL);
		struct zv_result result;
		int64_t began = now_ms();

		assert_true(rig_until(r, has_told, ZV_STATE_READY, 5000));
		assert_int_equal(
			zvon_client_request(r->client, request, 400, &result, NULL), 0);
		assert_int_equal(result.status, ZV_ECLOSED);
		assert_in_range(now_ms() - began, 0, 1500);
		zvon_result_deinit(&result);
		zvon_request_free(request);
	}
	rig_close(r);
	rig_free(r);
	server_stop(s);
}

static void
test_counters(void **state)
{
	struct server *s = server_start(NULL);
	struct rig *r = rig_new(way_of(state), s);
	struct zv_client_counters c;
	struct reply replies[4] = { 0 };

	rig_open_ready(r);
	rig_send(r, make_request("Reset", NULL), 0, &replies[0]);
	assert_true(rig_until(r, has_readies, 2, 5000));
	rig_send(r, echo(1), 0, &replies[1]);
	rig_send(r, make_request("Wait", "Ms", "100", NULL), 30, &replies[2]);
	assert_true(rig_until(r, has_done, 3, 5000));
	rig_send(r, make_request("List", "Count", "2", NULL), 0, &replies[3]);
	assert_true(rig_until(r, has_items, 3, 5000));
	rig_close(r);
	zvon_client_counters(r->client, &c);
	assert_int_equal(c.connects, 2);
	assert_int_equal(c.losses, 1);
	assert_int_equal(c.timeouts, 1);
	assert_int_equal(c.orphans, 1); /* the late answer to Wait */
	assert_int_equal(c.responses, 2 * 2 + 3);
	assert_int_equal(c.events, 2 + 3);
	assert_int_equal(c.packets, 2 + c.responses + c.events);
	assert_int_equal(c.bytes_in, r->raw_in);
	assert_int_equal(c.bytes_out, r->raw_out);
	rig_free(r);
	server_stop(s);
}

/* Asked for while the client still connects; they wait for the login. */
static void
test_actions_before_the_login(void **state)
{
	struct server_options o = { .closed = true, .login_ms = 60 };
	struct server *s = server_start(&o);
	struct rig *r = rig_new(way_of(state), s);
	struct reply replies[50] = { 0 };

	r->options.backoff_first_ms = 20;
	rig_open(r);
	for (size_t i = 0; i < N_OF(replies); i++) {
		assert_int_equal(rig_send(r, echo((long)i + 1), 5000, &replies[i]), 0);
		if (i == 20)
			assert_true(rig_until(r, has_downs, 1, 5000));
		if (i == 30)
			server_listen(s);
		if (i == 40)
			assert_true(rig_until(r, has_told, ZV_STATE_LOGIN, 5000));
	}
	assert_true(rig_until(r, has_done, N_OF(replies), 8000));
	for (size_t i = 0; i < N_OF(replies); i++)
		assert_int_equal(replies[i].number, i + 1);
	assert_int_equal(server_counts(s).too_soon, 0);
	assert_int_equal(server_counts(s).disorder, 0);
	rig_close(r);
	rig_free(r);
	server_stop(s);
}

/* Whatever ends an action, DONE is told once. */
static void
test_done_once(void **state)
{
	enum { EACH = 20 };
	static const char *const names[] = { "Ping", "Silence", "Fail", "List" };
	struct server *s = server_start(NULL);
	struct rig *r = rig_new(way_of(state), s);
	struct reply *replies = calloc(5 * EACH * N_OF(names), sizeof *replies);
	size_t n = 0;

	assert_non_null(replies);
	for (int ending = 0; ending < 5; ending++) {
		if (ending == 0)
			rig_open_ready(r);
		else
			rig_open(r); /* ending 4: asked for before the login */
		if (ending && ending < 4)
			assert_true(rig_until(r, has_readies, ending + 1, 5000));
		for (size_t i = 0; i < EACH * N_OF(names); i++)
			assert_int_equal(rig_send(r,
						  make_request(names[i % N_OF(names)],
							       "Count", "3", NULL),
						  ending == 0 ? 100 : 5000,
						  &replies[n++]),
					 0);
		if (ending == 0) /* answers and times out */
			assert_true(rig_until(r, has_done, (long)n, 5000));
		if (ending == 1) { /* lost */
			server_reset(s);
			assert_true(rig_until(r, has_done, (long)n, 5000));
		}
		if (ending == 2) /* stopped in the midst of it */
			rig_run(r, 3);
		if (ending < 4) {
			r->closed = 0;
			rig_close(r);
			assert_int_equal(r->done, n);
		}
	}
	zvon_client_free(r->client);
	r->client = NULL;
	assert_int_equal(r->done, n);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(replies[i].done, 1);
	rig_free(r);
	free(replies);
	server_stop(s);
}

static void
test_max_pending(void **state)
{
	struct server *s = server_start(NULL);
	struct rig *r = rig_new(way_of(state), s);
	struct reply replies[8] = { 0 };
	long refused = 0;

	r->options.max_pending = 4;
	rig_open_ready(r);
	for (size_t i = 0; i < N_OF(replies); i++)
		refused += rig_send(r, make_request("Silence", NULL), 200,
				    &replies[i]) == ZV_EBUSY;
	assert_true(rig_until(r, has_done, (long)N_OF(replies) - refused, 5000));
	for (size_t i = 0; i < N_OF(replies); i++)
		refused += replies[i].done && replies[i].status == ZV_EBUSY;
	assert_int_equal(refused, 4);
	rig_close(r);
	rig_free(r);
	server_stop(s);
}

/* The same ActionID twice: told at once, or with own threads by DONE. */
static void
test_action_id_in_use(void **state)
{
	struct server *s = server_start(NULL);
	struct rig *r = rig_new(way_of(state), s);
	struct reply replies[2] = { 0 };
	int rc;

	rig_open_ready(r);
	rig_send(r, make_request("Silence", "ActionID", "x", NULL), 200, &replies[0]);
	rc = rig_send(r, make_request("Ping", "ActionID", "x", NULL), 0, &replies[1]);
	assert_true(rig_until(r, has_done, 1 + (rc == 0), 5000));
	assert_int_equal(rc ? rc : replies[1].status, ZV_EINVAL);
	rig_close(r);
	rig_free(r);
	server_stop(s);
}

/* Nothing to do costs nothing. */
static void
test_idle_is_idle(void **state)
{
	struct server *s = server_start(NULL);
	struct rig *r = rig_new(way_of(state), s);
	double cpu;

	rig_open_ready(r);
	rig_run(r, 50);
	r->turns = 0;
	cpu = cpu_ms();
	rig_run(r, 400);
	cpu = cpu_ms() - cpu;
	assert_true(report("idle 400 ms: %.2f ms of CPU, %ld turns", cpu, r->turns));
	assert_true(cpu < (is_instrumented() ? 40 : 10));
	assert_in_range(r->turns, 0, 4);
	rig_close(r);
	rig_free(r);
	server_stop(s);
}

/* no_reconnect: CLOSED, with the reason; then it can be opened again. */
static void
test_no_reconnect(void **state)
{
	struct server *s = server_start(NULL);
	struct rig *r = rig_new(way_of(state), s);
	struct reply reply = { 0 };

	r->options.no_reconnect = true;
	rig_open_ready(r);
	rig_send(r, make_request("Close", NULL), 0, &reply);
	assert_true(rig_until(r, has_closed, 1, 5000));
	assert_int_equal(r->told[r->n_told - 1].reason, ZV_ECLOSED);
	assert_int_equal(r->told[r->n_told - 1].retry_ms, -1);
	assert_non_null(strstr(r->told[r->n_told - 1].text, "closed by the server"));
	assert_int_equal(rig_send(r, echo(1), 0, &reply), ZV_ECLOSED);
	rig_close(r);
	assert_int_equal(rig_count_told(r, ZV_STATE_DOWN), 0);
	r->closed = 0;
	rig_open(r);
	assert_true(rig_until(r, has_readies, 2, 5000));
	rig_close(r);
	rig_free(r);
	server_stop(s);
}

static void
test_open_twice(void **state)
{
	struct server *s = server_start(NULL);
	struct rig *r = rig_new(way_of(state), s);
	struct zv_error err = { 0 };

	rig_open(r);
	assert_int_equal(zvon_client_open(r->client, &err), ZV_EBUSY);
	assert_int_equal(zvon_client_start(r->client, &err), ZV_EBUSY);
	assert_string_equal(err.text, "the client is running already");
	assert_true(rig_until(r, has_readies, 1, 5000));
	rig_close(r);
	zvon_client_close(r->client);
	zvon_client_stop(r->client);
	assert_int_equal(r->closed, 1);
	rig_free(r);
	server_stop(s);
}

/* zvon_client_interrupt ends a request that waits, by closing the client. */
static void *
interrupt_soon(void *user)
{
	sleep_ms(60);
	zvon_client_interrupt(user);
	return NULL;
}

static void
test_interrupt_ends_a_request(void **state)
{
	struct server *s = server_start(NULL);
	struct rig *r = rig_new(WAY_RUN, s);
	struct zv_request *silence = make_request("Silence", NULL);
	struct zv_result result;
	pthread_t thread;

	rig_open_ready(r);
	assert_int_equal(pthread_create(&thread, NULL, interrupt_soon, r->client), 0);
	assert_int_equal(zvon_client_request(r->client, silence, 5000, &result, NULL),
			 0);
	pthread_join(thread, NULL);
	assert_int_equal(result.status, ZV_ECLOSED);
	zvon_result_deinit(&result);
	zvon_request_free(silence);
	assert_int_equal(r->closed, 1);
	rig_free(r);
	server_stop(s);
}

int
main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {
		IN_ALL_WAYS(test_states_in_order),
		IN_ALL_WAYS(test_plain_login),
		IN_ALL_WAYS(test_late_fully_booted),
		IN_ALL_WAYS(test_events_in_order),
		IN_ALL_WAYS(test_action_and_response),
		IN_ALL_WAYS(test_list),
		IN_ALL_WAYS(test_request),
		IN_ALL_WAYS(test_request_when_lost),
		IN_ALL_WAYS(test_counters),
		IN_ALL_WAYS(test_actions_before_the_login),
		IN_ALL_WAYS(test_done_once),
		IN_ALL_WAYS(test_max_pending),
		IN_ALL_WAYS(test_action_id_in_use),
		IN_ALL_WAYS(test_idle_is_idle),
		IN_ALL_WAYS(test_no_reconnect),
		IN_ALL_WAYS(test_open_twice),
		cmocka_unit_test(test_interrupt_ends_a_request),
	};

	return RUN_GROUP(argc, argv, "client", tests);
}
