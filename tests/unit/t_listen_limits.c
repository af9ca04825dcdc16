/* What a listener does when there is too much, too little, or nothing for too long. */
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>

#include "base/mem.h"
#include "listen_scene.h"

#define MANY 12

/* ---- those who do not say who they are ---------------------------------------- */

struct crowd {
	int fds[MANY];
	struct zv_conn *proved;
};

static bool
crowd_step(struct scene *s)
{
	struct crowd *c = s->user;

	if (s->accepted < 1)
		return false;
	if (!c->proved) {
		c->proved = s->conn;
		zv_conn_prove(c->proved);
		zv_conn_prove(c->proved); /* twice is once */
		for (int i = 1; i < MANY; i++)
			c->fds[i] = connect_to(s->port);
	}
	return s->accepted == MANY && s->closed == MANY - 1 - 4;
}

/* 1: at its end; 0: open; */
static int
is_at_end(int fd)
{
	char byte;

	return recv(fd, &byte, 1, MSG_DONTWAIT) == 0;
}

static void
test_the_oldest_unproved_goes(void **state)
{
	struct crowd c = { .proved = NULL };
	struct scene s;

	scene_new(&s, (struct zv_listen_options){ .max_unproved = 4 });
	s.user = &c;
	c.fds[0] = connect_to(s.port);
	play_on(&s, crowd_step);
	assert_int_equal(s.reason, ZV_EBUSY);
	assert_int_equal(count(&s).displaced, MANY - 5);
	assert_int_equal(count(&s).unproved, 4);
	assert_int_equal(count(&s).open, 5);
	for (int i = 0; i < MANY; i++) {
		assert_int_equal(is_at_end(c.fds[i]), i >= 1 && i < MANY - 4);
		close(c.fds[i]);
	}
	scene_free(&s);
	assert_int_equal(s.closed, MANY);
}

/* ---- the most that are open ----------------------------------------------------- */

static bool
full_step(struct scene *s)
{
	struct crowd *c = s->user;

	if (s->accepted == 3 && !is_at_end(c->fds[3]))
		return false;
	return s->accepted == 3;
}

static void
test_the_last_one_of_the_most(void **state)
{
	struct crowd c = { .proved = NULL };
	struct scene s;

	scene_new(&s, (struct zv_listen_options){ .max_connections = 3 });
	s.user = &c;
	for (int i = 0; i < 4; i++)
		c.fds[i] = connect_to(s.port);
	play_on(&s, full_step);
	assert_int_equal(count(&s).refused, 1);
	assert_int_equal(count(&s).open, 3);
	for (int i = 0; i < 4; i++)
		close(c.fds[i]);
	scene_free(&s);
}

/* ---- out of descriptors: fault 058 ------------------------------------------------ */

#define LIMIT 64

struct shortage {
	int spare[LIMIT], n_spare;
	int waiting; /* the client that found no room */
	int phase;
	int64_t since_ms;
};

static double
cpu_s(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
	       (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

static bool
shortage_step(struct scene *s)
{
	struct shortage *h = s->user;
	int fd;

	if (h->phase == 0 && s->accepted == 1) {
		h->waiting = socket(AF_INET, SOCK_STREAM, 0);
		while ((fd = open("/dev/null", O_RDONLY)) >= 0)
			h->spare[h->n_spare++] = fd;
		close(h->waiting);
		h->waiting = connect_to(s->port);
		h->since_ms = zv_clock_ms();
		h->phase = 1;
	} else if (h->phase == 1 && is_at_end(h->waiting)) {
		/* told by a close, and the one before lives on */
		assert_int_equal(s->accepted, 1);
		assert_int_equal(s->closed, 0);
		h->phase = 2;
	} else if (h->phase == 2 && zv_clock_ms() - h->since_ms > 600) {
		close(h->waiting);
		h->waiting = connect_to(s->port); /* into the queue */
		close(h->spare[--h->n_spare]);
		h->since_ms = zv_clock_ms();
		h->phase = 3;
	} else if (h->phase == 3 && s->accepted == 2) {
		assert_true(zv_clock_ms() - h->since_ms <= 1000);
		return true;
	}
	return false;
}

static void
allow_few_descriptors(void)
{
	struct rlimit few;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &few), 0);
	few.rlim_cur = LIMIT;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
}

static void
free_spare(struct shortage *h)
{
	while (h->n_spare)
		close(h->spare[--h->n_spare]);
}

static void
run_short_of_descriptors(void)
{
	struct shortage h = { .n_spare = 0 };
	struct scene s;
	double before;

	allow_few_descriptors();
	scene_new(&s, (struct zv_listen_options){ .port = 0 });
	s.user = &h;
	before = cpu_s();
	play(&s, shortage_step);
	assert_true(cpu_s() - before < 0.3); /* no spinning in 0.6 s and more */
	free_spare(&h);
	close(h.waiting);
	scene_free(&s);
}

static bool
no_reserve_step(struct scene *s)
{
	struct shortage *h = s->user;

	if (h->phase == 0 && zv_clock_ms() - h->since_ms > 500) {
		assert_int_equal(s->accepted, 0);
		assert_false(is_at_end(h->waiting));
		close(h->spare[--h->n_spare]);
		h->since_ms = zv_clock_ms();
		h->phase = 1;
	}
	if (!s->accepted)
		return false;
	assert_true(h->phase == 1 && zv_clock_ms() - h->since_ms <= 1000);
	return true;
}

/* Not even the one in reserve is left: who comes waits. */
static void
run_without_reserve(void)
{
	struct zv_listen_options options = { .address = "127.0.0.1" };
	struct shortage h = { .n_spare = 0 };
	struct zv_error err = { 0 };
	struct scene s;
	double before;
	int fd;

	allow_few_descriptors();
	scene_new(&s, options);
	zv_listen_stop(s.listener);
	h.waiting = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	while ((fd = open("/dev/null", O_RDONLY)) >= 0)
		h.spare[h.n_spare++] = fd;
	close(h.spare[--h.n_spare]);
	s.listener = zv_listen_open(s.loop, &options, &scene_handlers, &s, &err);
	assert_non_null(s.listener);
	s.user = &h;
	connect_fd(h.waiting, zv_listen_port(s.listener));
	h.since_ms = zv_clock_ms();
	before = cpu_s();
	play_on(&s, no_reserve_step);
	assert_true(cpu_s() - before < 0.3);
	free_spare(&h);
	close(h.waiting);
	scene_free(&s);
}

/* In a process of its own; a failed assertion never ends with that. */
#define ALL_WELL 77

static void
run_apart(void (*run)(void))
{
	int status = 0;
	pid_t child = fork();

	if (child == 0) {
		setenv("CMOCKA_TEST_ABORT", "1", 1);
		run();
		_exit(ALL_WELL);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), ALL_WELL);
}

static void
test_fault_058_out_of_descriptors(void **state)
{
	run_apart(run_short_of_descriptors);
}

static void
test_fault_058_without_reserve(void **state)
{
	run_apart(run_without_reserve);
}

/* ---- deadlines --------------------------------------------------------------------- */

static bool
deadline_step(struct scene *s)
{
	int64_t age = zv_clock_ms() - s->begun_ms;

	if (s->conn && s->woken == 0) {
		zv_conn_set_deadline(s->conn, zv_clock_ms() + 50);
		zv_conn_set_deadline(s->conn, zv_clock_ms() + 200);
		s->woken = 1;
	}
	if (age < 150)
		assert_int_equal(s->deadlines, 0);
	if (s->woken == 1 && s->deadlines == 1) {
		zv_conn_set_deadline(s->conn, zv_clock_ms() + 100000);
		zv_conn_set_deadline(s->conn, zv_clock_ms()); /* to earlier */
		s->woken = 2;
	} else if (s->woken == 2 && s->deadlines == 2) {
		zv_conn_set_deadline(s->conn, zv_clock_ms() + 20);
		zv_conn_set_deadline(s->conn, INT64_MAX);
		s->begun_ms = zv_clock_ms();
		s->woken = 3;
	}
	return s->woken == 3 && age > 100;
}

static void
test_deadlines(void **state)
{
	struct scene s;

	scene_new(&s, (struct zv_listen_options){ .port = 0 });
	play(&s, deadline_step);
	assert_int_equal(s.deadlines, 2);
	assert_non_null(s.conn);
	scene_free(&s);
}

/* ---- reading can wait --------------------------------------------------------------- */

static bool
pause_step(struct scene *s)
{
	int64_t age = zv_clock_ms() - s->begun_ms;

	if (s->conn && s->woken == 0) {
		zv_conn_read(s->conn, false);
		assert_int_equal(send(s->client, "later", 5, 0), 5);
		s->begun_ms = zv_clock_ms();
		s->woken = 1;
	} else if (s->woken == 1 && age > 60) {
		assert_int_equal(s->got.n, 0);
		zv_conn_read(s->conn, true);
		s->woken = 2;
	}
	return s->got.n == 5;
}

static bool
reset_step(struct scene *s)
{
	struct linger now = { 1, 0 };

	if (s->conn && s->woken == 2) {
		zv_conn_read(s->conn, false);
		setsockopt(s->client, SOL_SOCKET, SO_LINGER, &now, sizeof now);
		close(s->client);
		s->woken = 3;
	}
	return s->closed;
}

static void
test_reading_pauses(void **state)
{
	struct scene s;

	scene_new(&s, (struct zv_listen_options){ .port = 0 });
	play(&s, pause_step);
	play(&s, reset_step); /* a reset is seen nevertheless */
	s.client = -1;
	assert_int_equal(s.reason, ZV_ECLOSED);
	scene_free(&s);
}

/* ---- half-closed --------------------------------------------------------------------- */

#define BIG (4u * 1024 * 1024)

static bool
half_step(struct scene *s)
{
	if (s->conn && s->woken == 0) {
		char *bytes = pattern(BIG);

		assert_int_equal(zv_conn_send(s->conn, (struct zv_str){ bytes, BIG }),
				 0);
		free(bytes);
		shutdown(s->client, SHUT_WR); /* it sends no more, but reads */
		s->woken = 1;
	}
	receive(s, 65536);
	return s->closed && s->end;
}

static void
test_a_half_closed_peer_gets_the_rest(void **state)
{
	struct scene s;

	scene_new(&s, (struct zv_listen_options){ .port = 0 });
	play(&s, half_step);
	assert_int_equal(s.received, BIG);
	assert_true(s.ordered);
	assert_int_equal(s.reason, ZV_ECLOSED);
	assert_int_equal(s.sent, 0); /* nobody waits for more room */
	scene_free(&s);
}

/* The refusal reaches a peer that is still sending. */
static bool
refusal_step(struct scene *s)
{
	static char request[100000];

	if (!s->woken)
		assert_int_equal(send(s->client, request, sizeof request, 0),
				 sizeof request);
	s->woken = 1;
	if (s->closed && !s->end) {
		char text[8] = "";
		ssize_t n = recv(s->client, text, sizeof text, 0);

		send(s->client, request, 10, MSG_NOSIGNAL);
		if (n > 0)
			assert_string_equal(text, "no");
		assert_true(n >= 0); /* no reset */
		s->received += (size_t)n;
		s->end = n == 0;
	}
	return s->end;
}

static void
test_the_last_words_arrive(void **state)
{
	struct scene s;

	scene_new(&s, (struct zv_listen_options){ .port = 0 });
	s.greeting = "no";
	play(&s, refusal_step);
	assert_int_equal(s.received, 2);
	assert_int_equal(s.reason, 0);
	assert_int_equal(s.got.n, 0);
	assert_int_equal(count(&s).open, 1); /* it lingers */
	scene_free(&s);
}

/* ---- a peer that takes a byte now and then ------------------------------------------ */

static bool
trickle_step(struct scene *s)
{
	if (s->conn && !zv_conn_queued(s->conn) && !s->received) {
		char *bytes = pattern(BIG);

		assert_int_equal(zv_conn_send(s->conn, (struct zv_str){ bytes, BIG }),
				 0);
		free(bytes);
	}
	receive(s, 2000);
	return s->closed || zv_clock_ms() - s->begun_ms > 4000;
}

static void
test_a_slow_reader_is_not_a_deaf_one(void **state)
{
	struct scene s;

	scene_new(&s, (struct zv_listen_options){ .write_timeout_ms = 2000 });
	play(&s, trickle_step);
	assert_int_equal(s.closed, 0);
	assert_true(s.received < BIG);
	scene_free(&s);
}

/* ---- a socket that was opened by others --------------------------------------------- */

static bool
accepted_step(struct scene *s)
{
	return s->accepted;
}

static void
test_an_activated_socket(void **state)
{
	struct zv_listen_options options = { .address = "127.0.0.1" };
	struct scene first, s;
	struct zv_error err = { 0 };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	scene_new(&first, options);
	options.activated_fd = fd; /* listens not */
	assert_null(zv_listen_open(first.loop, &options, &scene_handlers, &s, &err));
	assert_int_equal(err.code, ZV_EINVAL);
	assert_non_null(strstr(err.text, "ListenStream"));
	scene_free(&first);
	assert_int_equal(listen(fd, 5), 0); /* any port */

	scene_new(&s, options);
	play(&s, accepted_step);
	assert_int_equal(s.accepted, 1);
	zv_listen_stop(s.listener);
	scene_free(&s);
	assert_int_equal(fcntl(fd, F_GETFD), -1); /* it was taken */
}

/* ---- stopping, addresses -------------------------------------------------------------- */

static bool
stop_step(struct scene *s)
{
	if (s->conn && !s->woken) {
		zv_listen_stop(s->listener);
		s->woken = 1;
		assert_int_equal(send(s->client, "\0\1\2", 3, 0), 3);
	}
	receive(s, 10);
	if (s->received == 3 && s->client >= 0) {
		close(s->client);
		s->client = -1;
		s->received++;
	}
	return s->closed;
}

static void
test_stop_keeps_what_was_accepted(void **state)
{
	struct scene s;

	scene_new(&s, (struct zv_listen_options){ .port = 0 });
	s.echo = true;
	play(&s, stop_step);
	assert_int_equal(s.accepted, 1);
	scene_free(&s);
}

static bool
address_step(struct scene *s)
{
	static const unsigned char local[16] = { [10] = 255, [11] = 255, 127, 0, 0, 1 };
	unsigned char address[16];

	if (!s->conn)
		return false;
	zv_conn_address(s->conn, address);
	assert_memory_equal(address, local, sizeof local);
	assert_false(zv_conn_is_tls(s->conn));
	assert_memory_equal(zv_conn_remote(s->conn), "127.0.0.1/", 10);
	return true;
}

static void
test_addresses(void **state)
{
	static const char *const rows[] = { "127.0.0.1", "::" }; /* IPv6 takes both */

	for (size_t i = 0; i < N_OF(rows); i++) {
		struct scene s;

		scene_new(&s, (struct zv_listen_options){ .address = rows[i] });
		play(&s, address_step);
		scene_free(&s);
	}
}

/* ---- memory ---------------------------------------------------------------------------- */

static bool
gone_step(struct scene *s)
{
	receive(s, 10);
	return s->end;
}

static int
accept_without_memory(void *user)
{
	struct zv_listen_options options = { .address = "127.0.0.1" };
	struct zv_error err = { 0 };
	struct zv_loop *loop = zv_loop_new(&err);
	struct zv_listener *l = NULL;

	if (loop)
		l = zv_listen_open(loop, &options, &scene_handlers, NULL, &err);
	zv_loop_free(loop);
	return l ? 0 : err.code;
}

static void
test_out_of_memory(void **state)
{
	struct scene s;

	check_out_of_memory(accept_without_memory, NULL);
	scene_new(&s, (struct zv_listen_options){ .port = 0 });
	s.client = connect_to(s.port);
	zv_mem_fail_at(1); /* the connection */
	play_on(&s, gone_step);
	assert_int_equal(s.accepted, 0);
	assert_int_equal(count(&s).refused, 1);
	scene_free(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_oldest_unproved_goes),
		cmocka_unit_test(test_the_last_one_of_the_most),
		cmocka_unit_test(test_fault_058_out_of_descriptors),
		cmocka_unit_test(test_fault_058_without_reserve),
		cmocka_unit_test(test_deadlines),
		cmocka_unit_test(test_reading_pauses),
		cmocka_unit_test(test_a_half_closed_peer_gets_the_rest),
		cmocka_unit_test(test_the_last_words_arrive),
		cmocka_unit_test(test_a_slow_reader_is_not_a_deaf_one),
		cmocka_unit_test(test_an_activated_socket),
		cmocka_unit_test(test_stop_keeps_what_was_accepted),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_out_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
