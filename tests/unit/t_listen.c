/* Inbound connections on a loop: what is accepted, read, written and dropped. */
#include "listen_scene.h"

/* max_connections, max_queue_bytes, write_timeout_ms */
#define BOUNDS(connections, queue, timeout)                                            \
 (struct zv_listen_options)                                                            \
 {                                                                                     \
  .max_connections = (connections), .max_queue_bytes = (queue),                        \
  .write_timeout_ms = (timeout)                                                        \
 }

/* ---- the scenes ------------------------------------------------------------ */

static bool
echo_step(struct scene *s)
{
	receive(s, 100);
	if (s->conn && s->got.n == 0)
		assert_int_equal(send(s->client, "\0\1\2", 3, 0), 3);
	if (s->received == 3 && s->client >= 0 && !s->closed)
		shutdown(s->client, SHUT_RDWR);
	return s->closed;
}

static void
test_echo(void **state)
{
	struct scene s;

	scene_new(&s, BOUNDS(10, 1000, 1000));
	s.echo = true;
	play(&s, echo_step);
	assert_int_equal(s.got.n % 3, 0);
	assert_true(s.ordered);
	assert_int_equal(s.accepted, 1);
	assert_int_equal(s.reason, ZV_ECLOSED);
	scene_free(&s);
	assert_int_equal(s.closed, 1);
}

#define BIG (4u * 1024 * 1024)

static bool
big_step(struct scene *s)
{
	if (s->conn && s->received == 0 && !zv_conn_queued(s->conn)) {
		char *bytes = pattern(BIG);

		assert_int_equal(zv_conn_send(s->conn, (struct zv_str){ bytes, BIG }),
				 0);
		assert_true(zv_conn_queued(s->conn) > 0);
		free(bytes);
	}
	receive(s, 60000);
	return s->received == BIG && s->sent;
}

static void
test_much_to_a_slow_reader(void **state)
{
	struct scene s;

	scene_new(&s, BOUNDS(10, BIG, 200));
	play(&s, big_step);
	assert_true(s.ordered);
	assert_int_equal(s.sent, 1);
	assert_int_equal(zv_conn_queued(s.conn), 0);
	scene_free(&s); /* with the connection open */
	assert_int_equal(s.closed, 1);
	assert_int_equal(s.reason, 0);
}

#define PIECE (251u * 1000)

/* A piece more whenever half of what waited is gone. */
static bool
pieces_step(struct scene *s)
{
	if (s->conn && s->woken < 60 && zv_conn_queued(s->conn) < BIG / 2) {
		char *bytes = pattern(PIECE);

		for (int i = 0; i < 10; i++)
			assert_int_equal(
				zv_conn_send(s->conn, (struct zv_str){ bytes, PIECE }),
				0);
		free(bytes);
		s->woken += 10;
	}
	for (int i = 0; i < 10; i++)
		receive(s, 65536);
	return s->received == 60 * PIECE;
}

static void
test_more_is_added_to_what_waits(void **state)
{
	struct scene s;

	scene_new(&s, BOUNDS(10, 2 * BIG, 1000));
	play(&s, pieces_step);
	assert_true(s.ordered);
	scene_free(&s);
}

static bool
deaf_step(struct scene *s)
{
	char *bytes;

	if (!s->conn || zv_conn_queued(s->conn))
		return s->closed;
	bytes = pattern(BIG);
	zv_conn_send(s->conn, (struct zv_str){ bytes, BIG });
	free(bytes);
	return false;
}

static void
test_a_client_that_does_not_read(void **state)
{
	struct scene s;
	int64_t began = zv_clock_ms();

	scene_new(&s, BOUNDS(10, 8 * BIG, 500));
	play(&s, deaf_step);
	assert_int_equal(s.reason, ZV_ETIMEOUT);
	assert_in_range(zv_clock_ms() - began, 500, 3000);
	scene_free(&s);
}

static bool
flood_step(struct scene *s)
{
	char *bytes = pattern(BIG);
	int rc = s->conn ? zv_conn_send(s->conn, (struct zv_str){ bytes, BIG }) : 0;

	free(bytes);
	if (rc < 0) {
		assert_int_equal(rc, ZV_ETOOBIG);
		assert_int_equal(s->closed, 0); /* not inside of the call */
		assert_int_equal(zv_conn_send(s->conn, ZV_STR("x")), ZV_ECLOSED);
		s->conn = NULL;
	}
	return s->closed;
}

static void
test_the_queue_is_bounded(void **state)
{
	struct scene s;

	scene_new(&s, BOUNDS(10, 2 * BIG, 5000));
	play(&s, flood_step);
	assert_int_equal(s.reason, ZV_ETOOBIG);
	scene_free(&s);
}

static bool
flush_step(struct scene *s)
{
	if (s->conn && !s->sent) {
		char *bytes = pattern(BIG);

		assert_int_equal(zv_conn_send(s->conn, (struct zv_str){ bytes, BIG }),
				 0);
		free(bytes);
		zv_conn_close(s->conn, true);
		assert_int_equal(zv_conn_send(s->conn, ZV_STR("x")), ZV_ECLOSED);
		s->conn = NULL;
		s->sent = 1;
	}
	receive(s, 65536);
	return s->end && s->closed;
}

static void
test_close_after_everything_is_sent(void **state)
{
	struct scene s;

	scene_new(&s, BOUNDS(10, BIG, 1000));
	play(&s, flush_step);
	assert_int_equal(s.received, BIG);
	assert_true(s.ordered);
	assert_int_equal(s.reason, 0);
	scene_free(&s);
}

static bool
end_step(struct scene *s)
{
	receive(s, 1);
	return s->end;
}

static void
test_connections_are_refused(void **state)
{
	struct scene s;
	int first;

	scene_new(&s, BOUNDS(10, 1000, 1000));
	s.refuse = true;
	play(&s, end_step);
	assert_int_equal(s.accepted, 1);
	scene_free(&s);
	assert_int_equal(s.closed, 0);

	scene_new(&s, BOUNDS(1, 1000, 1000));
	first = connect_to(s.port);
	play(&s, end_step); /* the second one is one too many */
	assert_int_equal(s.accepted, 1);
	assert_int_equal(s.closed, 0);
	scene_free(&s);
	close(first);
}

static bool
wake_step(struct scene *s)
{
	if (!s->woken)
		zv_wake_up(s->wake);
	return s->woken;
}

static void
test_wake(void **state)
{
	struct scene s;

	scene_new(&s, BOUNDS(1, 1000, 1000));
	play(&s, wake_step);
	assert_true(s.woken);
	scene_free(&s);
}

static void
test_errors(void **state)
{
	struct zv_listen_options options = { .max_connections = 1 };
	struct zv_error err = { 0 };
	struct scene s;

	scene_new(&s, BOUNDS(1, 1000, 1000));
	options.address = "localhost";
	assert_null(zv_listen_open(s.loop, &options, &scene_handlers, &s, &err));
	assert_int_equal(err.code, ZV_EINVAL);
	assert_string_equal(err.text, "'localhost' is not an IP address to listen on");
	err = (struct zv_error){ 0 };
	options.address = "127.0.0.1";
	options.port = s.port;
	assert_null(zv_listen_open(s.loop, &options, &scene_handlers, &s, &err));
	assert_int_equal(err.code, ZV_EIO);
	assert_non_null(strstr(err.text, "address already in use"));
	scene_free(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_echo),
		cmocka_unit_test(test_much_to_a_slow_reader),
		cmocka_unit_test(test_more_is_added_to_what_waits),
		cmocka_unit_test(test_a_client_that_does_not_read),
		cmocka_unit_test(test_the_queue_is_bounded),
		cmocka_unit_test(test_close_after_everything_is_sent),
		cmocka_unit_test(test_connections_are_refused),
		cmocka_unit_test(test_wake),
		cmocka_unit_test(test_errors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
