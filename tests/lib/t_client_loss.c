/* The server goes away or misbehaves: what the client notices, when, and how it comes
 * back. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rig.h"

/* TCP reset in the middle of a packet, after each number of its bytes: what was whole
 * is delivered, what was not is not, and the login is done again. */
static void
test_fault_001_reset_in_mid_packet(void **state)
{
	struct server *s = server_start(NULL);
	struct rig *r = rig_new(way_of(state), s);
	double cpu = cpu_ms();

	r->next_number = -1;
	rig_open_ready(r);
	for (int i = 0; i < EVENT_BYTES; i++) {
		char bytes[16];

		snprintf(bytes, sizeof bytes, "%d", i);
		rig_send(r, make_request("Cut", "First", "1", "Bytes", bytes, NULL), 0,
			 NULL);
		assert_true(rig_until(r, has_readies, i + 2, 5000));
		assert_int_equal(rig_count_told(r, ZV_STATE_DOWN), i + 1);
	}
	assert_int_equal(r->events, EVENT_BYTES);
	assert_in_range(rig_told(r, ZV_STATE_DOWN, 0).reason, ZV_EIO, ZV_EIO);
	assert_non_null(strstr(rig_told(r, ZV_STATE_DOWN, 0).text, "connection lost"));
	assert_int_equal(server_counts(s).too_soon, 0);
	assert_int_equal(server_counts(s).most_open, 1);
	assert_true(report("%d resets: %.0f ms of CPU", EVENT_BYTES, cpu_ms() - cpu));
	rig_close(r);
	rig_free(r);
	server_stop(s);
}

/* By how much this machine may be late. */
static int
late_ms(void)
{
	return is_instrumented() ? 200 : 60;
}

/* Each wait is 50…150 % of one that doubles up to the most. */
static void
check_back_off(struct rig *r, long n, int first, int most)
{
	long exact = 0;
	int wait = first;

	for (long i = 0; i < n; i++) {
		struct told down = rig_told(r, ZV_STATE_DOWN, i);
		struct told next = rig_told(r, ZV_STATE_CONNECTING, i + 1);

		assert_in_range(down.retry_ms, wait / 2, wait + wait / 2);
		/* it counts from the loss, which is told a little later */
		assert_in_range(next.at_ms - down.at_ms + late_ms(),
				down.retry_ms + late_ms() - late_ms() / 3,
				down.retry_ms + 2 * late_ms());
		exact += down.retry_ms == wait;
		wait = wait * 2 < most ? wait * 2 : most;
	}
	assert_true(exact < n); /* there is jitter */
}

static void
test_fault_002_refused_then_up(void **state)
{
	struct server *s = server_start(&(struct server_options){ .closed = true });
	struct rig *r = rig_new(way_of(state), s);
	struct told down;

	r->options.backoff_first_ms = 16;
	r->options.backoff_most_ms = 128;
	rig_open(r);
	assert_true(rig_until(r, has_downs, 6, 5000));
	server_listen(s);
	assert_true(rig_until(r, has_readies, 1, 2000));
	check_back_off(r, rig_count_told(r, ZV_STATE_DOWN), 16, 128);
	down = rig_told(r, ZV_STATE_DOWN, 0);
	assert_int_equal(down.reason, ZV_EIO);
	assert_non_null(strstr(down.text, "connection refused: is Asterisk running"));

	/* it was up: the next loss begins with the first wait again */
	pthread_mutex_lock(&r->lock);
	r->n_told = 0;
	pthread_mutex_unlock(&r->lock);
	server_reset(s);
	assert_true(rig_until(r, has_readies, 1, 2000));
	assert_in_range(rig_told(r, ZV_STATE_DOWN, 0).retry_ms, 8, 24);
	rig_close(r);
	rig_free(r);
	server_stop(s);
}

/* The peer vanished without a word: our Ping notices. */
static void
test_fault_003_half_open(void **state)
{
	struct server *s = server_start(NULL);
	struct rig *r = rig_new(way_of(state), s);
	struct told down;
	int64_t began;

	r->options.ping_after_ms = 200;
	r->options.ping_timeout_ms = 250;
	rig_open_ready(r);
	rig_run(r, 500); /* answered Pings keep it up */
	assert_int_equal(rig_count_told(r, ZV_STATE_DOWN), 0);
	assert_in_range(server_counts(s).actions, 1, 3);
	server_freeze(s, true);
	began = now_ms();
	assert_true(rig_until(r, has_downs, 1, 5000));
	assert_in_range(now_ms() - began, 240, 450 + (is_instrumented() ? 600 : 300));
	down = rig_told(r, ZV_STATE_DOWN, 0);
	assert_int_equal(down.reason, ZV_ETIMEOUT);
	assert_non_null(strstr(down.text, "a Ping was not answered"));
	server_freeze(s, false);
	assert_true(rig_until(r, has_readies, 2, 5000));
	rig_close(r);
	rig_free(r);
	server_stop(s);
}

/* Frozen, as by SIGSTOP: its kernel still accepts connections. */
static void
test_fault_004_frozen_server(void **state)
{
	struct server *s = server_start(NULL);
	struct rig *r = rig_new(way_of(state), s);
	struct told down;
	int64_t began;

	r->options.ping_after_ms = 300;
	r->options.ping_timeout_ms = 400;
	r->options.login_timeout_ms = 150;
	r->options.backoff_first_ms = 20;
	r->options.backoff_most_ms = 40;
	rig_open_ready(r);
	server_freeze(s, true);
	assert_true(rig_until(r, has_downs, 1, 5000));
	down = rig_told(r, ZV_STATE_DOWN, 0);
	assert_int_equal(down.reason, ZV_ETIMEOUT);
	/* it was there before: its greeting is waited for, far beyond login_timeout_ms */
	rig_run(r, 600);
	assert_int_equal(rig_count_told(r, ZV_STATE_DOWN), 1);
	began = now_ms();
	server_freeze(s, false);
	assert_true(rig_until(r, has_readies, 2, 2000));
	assert_true(report("up %d ms after it went on", (int)(now_ms() - began)));
	/* never a second login beside the first */
	assert_int_equal(server_counts(s).logins, 2);
	assert_true(server_wait_open(s, 1, 10000));
	rig_close(r);
	rig_free(r);
	server_stop(s);
}

static void
test_fault_019_refused_login(void **state)
{
	struct server *s = server_start(&(struct server_options){ .refuses = true });
	struct rig *r = rig_new(way_of(state), s);
	struct told down;

	r->options.backoff_first_ms = 1;
	r->options.refused_wait_ms = 150;
	rig_open(r);
	rig_run(r, 550);
	assert_in_range(server_counts(s).connections, 2, 4);
	down = rig_told(r, ZV_STATE_DOWN, 0);
	assert_int_equal(down.reason, ZV_EAUTH);
	assert_in_range(down.retry_ms, 150, 200);
	assert_non_null(strstr(down.text, "login refused for user 'tester'"));
	assert_non_null(strstr(down.text, r->url + strlen("ami://tester@")));
	rig_close(r);
	rig_free(r);
	server_stop(s);
}

/* Reads a little of what the client writes, then closes with the rest unread; events
 * that were sent before are there to be read. */
static void
close_while_written_to(struct talk *t, void *user)
{
	if (!talk_login(t) || talk_index(t) > 0) {
		talk_serve(t);
		return;
	}
	if (talk_next(t)) {
		sleep_ms(is_instrumented() ? 600 : 150); /* all is asked for by then */
		talk_emit(t, 1, 300);
	}
}

static void
test_fault_022_closed_while_we_write(void **state)
{
	struct server_options o = { .script = close_while_written_to };
	struct server *s = server_start(&o);
	struct rig *r = rig_new(way_of(state), s);
	struct reply *replies = calloc(1200, sizeof *replies);
	char filling[900];
	double cpu;

	assert_non_null(replies);
	memset(filling, 'x', sizeof filling);
	filling[sizeof filling - 1] = '\0';
	r->options.max_pending = 2000;
	r->options.backoff_first_ms = 1000;
	rig_open_ready(r);
	for (int i = 0; i < 1200; i++)
		assert_int_equal(
			rig_send(r, make_request("Silence", "Filling", filling, NULL),
				 0, &replies[i]),
			0);
	assert_true(rig_until(r, has_downs, 1, 5000));
	assert_true(rig_until(r, has_done, 1200, 5000));
	assert_int_equal(r->events, 300);
	for (int i = 0; i < 1200; i++)
		assert_int_equal(replies[i].status, ZV_ECLOSED);
	cpu = cpu_ms();
	rig_run(r, 300);
	cpu = cpu_ms() - cpu;
	assert_true(report("300 ms after it: %.2f ms of CPU", cpu));
	assert_true(cpu < (is_instrumented() ? 30 : 6));
	rig_close(r);
	rig_free(r);
	free(replies);
	server_stop(s);
}

static void
emit_a_little_and_reset(struct talk *t, void *user)
{
	if (!talk_login(t) || talk_index(t) > 0) {
		talk_serve(t);
	} else if (talk_next(t)) {
		talk_emit(t, 1, 300);
		talk_reset(t);
	}
}

/* The server says its last and is gone while the host was busy elsewhere; then the host
 * sends something. What had arrived is delivered, though writing fails first. */
static void
test_last_words_are_heard(void **state)
{
	struct server_options o = { .script = emit_a_little_and_reset };
	struct server *s = server_start(&o);
	struct rig *r = rig_new(way_of(state), s);

	rig_open_ready(r);
	rig_send(r, make_request("Silence", NULL), 0, NULL);
	zvon_client_process(r->client); /* sends it; nothing with own threads */
	assert_true(server_wait_open(s, 0, 10000));
	rig_send(r, make_request("Silence", NULL), 0, NULL);
	assert_true(rig_until(r, has_downs, 1, 5000));
	assert_int_equal(r->events, 300);
	rig_close(r);
	rig_free(r);
	server_stop(s);
}

/* Closed while the client does not read, because its queue is full: it waits for its
 * handler, it does not spin. */
static void
emit_and_reset(struct talk *t, void *user)
{
	if (talk_login(t) && talk_next(t)) {
		talk_emit(t, 1, 20000);
		sleep_ms(50); /* what is not sent yet is lost by a reset */
		talk_reset(t);
	}
}

static void
hold_up(struct rig *r, const struct zv_packet *event)
{
	if (zvon_packet_get_int(event, ZV_STR("Number"), 0) == 1)
		sleep_ms(800);
}

static void
test_reset_while_paused(void **state)
{
	struct server *s = server_start(&(struct server_options){
		.script = emit_and_reset,
	});
	struct rig *r = rig_new(WAY_THREADS, s);
	struct zv_client_counters counters;
	double cpu;

	r->options.max_queue_bytes = 300000;
	r->options.backoff_first_ms = 5000;
	r->on_event = hold_up;
	rig_open_ready(r);
	rig_send(r, make_request("Ping", NULL), 0, NULL);
	sleep_ms(200); /* it was sent, read as far as the queue goes, and reset */
	cpu = cpu_ms();
	sleep_ms(300);
	cpu = cpu_ms() - cpu;
	assert_true(report("300 ms paused: %.2f ms of CPU", cpu));
	pthread_mutex_lock(&r->lock);
	assert_int_equal(r->events, 1); /* still held up */
	pthread_mutex_unlock(&r->lock);
	assert_true(rig_until(r, has_downs, 1, 10000));
	zvon_client_counters(r->client, &counters);
	assert_true(counters.paused > 0);
	assert_true(cpu < (is_instrumented() ? 30 : 10));
	rig_close(r);
	rig_free(r);
	server_stop(s);
}

/* Refused without a moment's wait: still one connection at a time, and no hang. */
static void
test_no_wait_between_tries(void **state)
{
	struct server *s = server_start(NULL);
	struct rig *r = rig_new(way_of(state), s);

	r->options.backoff_first_ms = 1;
	r->options.backoff_most_ms = 1;
	r->options.ping_after_ms = 30;
	r->options.ping_timeout_ms = 30;
	rig_open_ready(r);
	for (int i = 0; i < 3; i++) {
		rig_send(r, make_request("Freeze", NULL), 0, NULL);
		assert_true(rig_until(r, has_readies, i + 2, 3000));
	}
	assert_true(server_counts(s).logins >= 4); /* more on a machine that is late */
	rig_close(r);
	rig_free(r);
	server_stop(s);
}

/* A handler that takes longer than a login may take, before it begins. */
static void
take_long(struct rig *r, const struct zv_client_status *status)
{
	if (status->state == ZV_STATE_CONNECTING)
		sleep_ms(250);
}

static void
test_slow_state_handler(void **state)
{
	struct server *s = server_start(NULL);
	struct rig *r = rig_new(way_of(state), s);

	r->options.login_timeout_ms = 200;
	r->on_state = take_long;
	rig_open_ready(r);
	assert_int_equal(server_counts(s).connections, 1);
	rig_close(r);
	rig_free(r);
	server_stop(s);
}

/* ---- several ---------------------------------------------------------------------- */

/* Two clients of each of two servers in one process; one server is lost. */
static void
poll_all(struct rig **rigs, size_t n, int ms)
{
	int64_t end = now_ms() + ms;

	while (now_ms() < end)
		for (size_t i = 0; i < n; i++)
			rig_run(rigs[i], 2);
}

static void
test_several_clients(void **state)
{
	enum { N = 4 };
	struct server *servers[2] = { server_start(NULL), server_start(NULL) };
	struct rig *rigs[N];

	for (size_t i = 0; i < N; i++) {
		rigs[i] = rig_new(way_of(state), servers[i / 2]);
		rig_open_ready(rigs[i]);
	}
	assert_int_equal(server_counts(servers[0]).open, 2);
	for (size_t i = 0; i < N; i++)
		rig_ask_events(rigs[i], 3000);
	server_reset(servers[1]);
	poll_all(rigs, 2, 100);
	for (size_t i = 2; i < N; i++) {
		assert_true(rig_until(rigs[i], has_readies, 2, 5000));
		pthread_mutex_lock(&rigs[i]->lock);
		rigs[i]->next_number = 1;
		rigs[i]->events = 0;
		pthread_mutex_unlock(&rigs[i]->lock);
		rig_ask_events(rigs[i], 3000);
	}
	for (size_t i = 0; i < N; i++) {
		assert_true(rig_until(rigs[i], has_events, 3000, 10000));
		assert_int_equal(rig_count_told(rigs[i], ZV_STATE_DOWN), i / 2);
	}
	for (size_t i = 0; i < N; i++) {
		rig_close(rigs[i]);
		assert_int_equal(rigs[i]->events, 3000);
		rig_free(rigs[i]);
	}
	server_stop(servers[0]);
	server_stop(servers[1]);
}

/* ---- strangers ------------------------------------------------------------------------ */

static void
say(struct talk *t, void *user)
{
	const char *text = user;

	if (*text)
		talk_printf(t, "%s", text);
	if (strncmp(text, "SSH", 3) == 0)
		talk_freeze(t);
}

static void
test_strangers(void **state)
{
	static const struct {
		const char *greeting;
		const char *words;
	} rows[] = {
		{ "SSH-2.0-OpenSSH_9.2\r\n", "an SSH server" },
		{ "HTTP/1.1 400 Bad Request\r\n\r\n", "an HTTP server" },
		{ "220 mail ESMTP\r\n", "a mail or FTP server" },
		{ "hello, who is there at this port?\r\n", "not Asterisk's" },
		{ "", "closed during login" },
	};

	for (size_t i = 0; i < N_OF(rows); i++) {
		struct server *s = server_start(&(struct server_options){
			.script = say,
			.user = (void *)(uintptr_t)rows[i].greeting,
		});
		struct rig *r = rig_new(way_of(state), s);
		struct told end;

		r->options.no_reconnect = true;
		rig_open(r);
		assert_true(rig_until(r, has_closed, 1, 5000));
		end = rig_told(r, ZV_STATE_CLOSED, 0);
		assert_int_equal(end.reason, ZV_EPROTO);
		assert_non_null(strstr(end.text, rows[i].words));
		rig_close(r);
		rig_free(r);
		server_stop(s);
	}
}

int
main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {
		IN_ALL_WAYS(test_fault_001_reset_in_mid_packet),
		IN_ALL_WAYS(test_fault_002_refused_then_up),
		IN_ALL_WAYS(test_fault_003_half_open),
		IN_ALL_WAYS(test_fault_004_frozen_server),
		IN_ALL_WAYS(test_fault_019_refused_login),
		IN_ALL_WAYS(test_fault_022_closed_while_we_write),
		IN_ALL_WAYS(test_last_words_are_heard),
		cmocka_unit_test(test_reset_while_paused),
		IN_ALL_WAYS(test_no_wait_between_tries),
		IN_ALL_WAYS(test_slow_state_handler),
		IN_ALL_WAYS(test_several_clients),
		IN_ALL_WAYS(test_strangers),
	};

	return RUN_GROUP(argc, argv, "client_loss", tests);
}
