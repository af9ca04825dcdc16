#include "listen_scene.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>

#define STEP_MS	 5
#define LIMIT_MS 10000 /* then a scene has failed */

static void *
on_accept(void *user, struct zv_conn *c, const char *remote)
{
	struct scene *s = user;

	assert_memory_equal(remote, "127.0.0.1/", 10);
	s->accepted++;
	if (s->refuse)
		return NULL;
	s->conn = c;
	if (s->greeting) {
		zv_conn_send(c, zvon_str(s->greeting));
		zv_conn_close(c, true);
	}
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
on_deadline(void *owner)
{
	struct scene *s = owner;

	s->deadlines++;
}

static void
on_close(void *owner, int reason)
{
	struct scene *s = owner;

	s->conn = NULL;
	s->reasons[(size_t)s->closed % N_OF(s->reasons)] = reason;
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

const struct zv_listen_handlers scene_handlers = {
	.on_accept = on_accept,
	.on_bytes = on_bytes,
	.on_sent = on_sent,
	.on_deadline = on_deadline,
	.on_close = on_close,
};

void
connect_fd(int fd, int port)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_port = htons((uint16_t)port),
				  .sin_addr = { htonl(INADDR_LOOPBACK) } };

	assert_int_equal(fcntl(fd, F_SETFL, 0), 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
	assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
}

int
connect_to(int port)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_true(fd >= 0);
	connect_fd(fd, port);
	return fd;
}

void
scene_new(struct scene *s, struct zv_listen_options options)
{
	struct zv_error err = { 0 };

	*s = (struct scene){ .client = -1, .ordered = true };
	if (!options.address)
		options.address = "127.0.0.1";
	s->loop = zv_loop_new(&err);
	assert_non_null(s->loop);
	s->timer = zv_timer_new(s->loop, on_timer, s);
	s->wake = zv_wake_new(s->loop, on_wake, s);
	assert_true(s->timer && s->wake);
	s->listener = zv_listen_open(s->loop, &options, &scene_handlers, s, &err);
	assert_string_equal(err.text, "");
	assert_non_null(s->listener);
	s->port = zv_listen_port(s->listener);
	assert_true(s->port > 0);
}

void
play_on(struct scene *s, bool (*step)(struct scene *s))
{
	s->step = step;
	s->begun_ms = zv_clock_ms();
	zv_timer_set(s->timer, zv_clock_ms());
	zv_loop_run(s->loop);
}

void
play(struct scene *s, bool (*step)(struct scene *s))
{
	if (s->client < 0)
		s->client = connect_to(s->port);
	play_on(s, step);
}

struct zv_listen_counters
count(const struct scene *s)
{
	struct zv_listen_counters n;

	zv_listen_count(s->listener, &n);
	return n;
}

void
scene_free(struct scene *s)
{
	zv_loop_free(s->loop);
	zv_buf_deinit(&s->got);
	if (s->client >= 0)
		close(s->client);
}

/* What has come to the client; it must be the next bytes of the pattern. */
void
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

char *
pattern(size_t n)
{
	char *bytes = malloc(n);

	assert_non_null(bytes);
	for (size_t i = 0; i < n; i++)
		bytes[i] = (char)(i % 251);
	return bytes;
}
