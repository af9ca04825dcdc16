/* Inbound connections on a loop: what is accepted, read, written and dropped. The
 * clients are sockets of this very thread; the loop's timer moves the scene on. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "helper.h"
#include "io/clock.h"
#include "io/listen.h"

#define STEP_MS	 5
#define LIMIT_MS 10000 /* then a scene has failed */

struct scene {
	struct zv_loop *loop;
	struct zv_timer *timer;
	struct zv_wake *wake;
	struct zv_listener *listener;
	bool (*step)(struct scene *s); /* true: over */
	int64_t begun_ms;
	int client;
	struct zv_conn *conn; /* the last accepted; NULL: gone */
	int accepted, closed, sent, woken;
	int reason; /* of the last on_close */
	bool echo, refuse;
	struct zv_buf got; /* by the server */
	size_t received;   /* by the client */
	bool end;	   /* … the end of the stream too */
	unsigned char last;
	bool ordered; /* bytes came as sent: 0, 1 … 250, 0 … */
};

static void *
on_accept(void *user, struct zv_conn *c, const char *remote)
{
	struct scene *s = user;

	assert_memory_equal(remote, "127.0.0.1/", 10);
	s->accepted++;
	if (s->refuse)
		return NULL;
	s->conn = c;
	return s;
}

static void
on_bytes(void *owner, struct zv_str bytes)
{
	struct scene *s = owner;

	zv_buf_add(&s->got, bytes);
	if (s->echo)
		zv_conn_send(s->conn, bytes);
}

static void
on_sent(void *owner)
{
	struct scene *s = owner;

	s->sent++;
}

static void
on_close(void *owner, int reason)
{
	struct scene *s = owner;

	s->conn = NULL;
	s->closed++;
	s->reason = reason;
}

static void
on_timer(void *user)
{
	struct scene *s = user;

	if (zv_clock_ms() - s->begun_ms > LIMIT_MS)
		fail_msg("the scene does not end");
	if (s->step(s))
		zv_loop_stop(s->loop);
	else
		zv_timer_set(s->timer, zv_clock_ms() + STEP_MS);
}

static void
on_wake(void *user)
{
	struct scene *s = user;

	s->woken++;
}

static const struct zv_listen_handlers handlers = {
	.on_accept = on_accept,
	.on_bytes = on_bytes,
	.on_sent = on_sent,
	.on_close = on_close,
};

static int
connect_to(int port)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_port = htons((uint16_t)port),
				  .sin_addr = { htonl(INADDR_LOOPBACK) } };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_true(fd >= 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
	assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
	return fd;
}

static void
scene_new(struct scene *s, size_t max_connections, size_t max_queue, int timeout_ms)
{
	struct zv_listen_options options = {
		.address = "127.0.0.1",
		.max_connections = max_connections,
		.max_queue_bytes = max_queue,
		.write_timeout_ms = timeout_ms,
	};
	struct zv_error err = { 0 };

	*s = (struct scene){ .client = -1, .ordered = true };
	s->loop = zv_loop_new(&err);
	assert_non_null(s->loop);
	s->timer = zv_timer_new(s->loop, on_timer, s);
	s->wake = zv_wake_new(s->loop, on_wake, s);
	assert_true(s->timer && s->wake);
	s->listener = zv_listen_open(s->loop, &options, &handlers, s, &err);
	assert_non_null(s->listener);
	assert_true(zv_listen_port(s->listener) > 0);
}

static void
play(struct scene *s, bool (*step)(struct scene *s))
{
	s->step = step;
	s->begun_ms = zv_clock_ms();
	if (s->client < 0)
		s->client = connect_to(zv_listen_port(s->listener));
	zv_timer_set(s->timer, zv_clock_ms());
	zv_loop_run(s->loop);
}

static void
scene_free(struct scene *s)
{
	zv_loop_free(s->loop);
	zv_buf_deinit(&s->got);
	if (s->client >= 0)
		close(s->client);
}

/* What has come to the client; it must be the next bytes of the pattern. */
static void
receive(struct scene *s, size_t most)
{
	unsigned char bytes[65536];
	ssize_t n =
		recv(s->client, bytes, most < sizeof bytes ? most : sizeof bytes, 0);

	s->end |= n == 0;
	for (ssize_t i = 0; i < n; i++)
		s->ordered &= bytes[i] == (s->received + (size_t)i) % 251;
	s->received += n > 0 ? (size_t)n : 0;
}

static char *
pattern(size_t n)
{
	char *bytes = malloc(n);

	assert_non_null(bytes);
	for (size_t i = 0; i < n; i++)
		bytes[i] = (char)(i % 251);
	return bytes;
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

	scene_new(&s, 10, 1000, 1000);
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

	scene_new(&s, 10, BIG, 200);
	play(&s, big_step);
	assert_true(s.ordered);
	assert_int_equal(s.sent, 1);
	assert_int_equal(zv_conn_queued(s.conn), 0);
	scene_free(&s); /* with the connection open */
	assert_int_equal(s.closed, 1);
	assert_int_equal(s.reason, 0);
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

	scene_new(&s, 10, 8 * BIG, 500);
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

	scene_new(&s, 10, 2 * BIG, 5000);
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

	scene_new(&s, 10, BIG, 1000);
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

	scene_new(&s, 10, 1000, 1000);
	s.refuse = true;
	play(&s, end_step);
	assert_int_equal(s.accepted, 1);
	scene_free(&s);
	assert_int_equal(s.closed, 0);

	scene_new(&s, 1, 1000, 1000);
	first = connect_to(zv_listen_port(s.listener));
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

	scene_new(&s, 1, 1000, 1000);
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

	scene_new(&s, 1, 1000, 1000);
	options.address = "localhost";
	assert_null(zv_listen_open(s.loop, &options, &handlers, &s, &err));
	assert_int_equal(err.code, ZV_EINVAL);
	assert_string_equal(err.text, "'localhost' is not an IP address to listen on");
	err = (struct zv_error){ 0 };
	options.address = "127.0.0.1";
	options.port = zv_listen_port(s.listener);
	assert_null(zv_listen_open(s.loop, &options, &handlers, &s, &err));
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
		cmocka_unit_test(test_a_client_that_does_not_read),
		cmocka_unit_test(test_the_queue_is_bounded),
		cmocka_unit_test(test_close_after_everything_is_sent),
		cmocka_unit_test(test_connections_are_refused),
		cmocka_unit_test(test_wake),
		cmocka_unit_test(test_errors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
