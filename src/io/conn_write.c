#include <errno.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>

#include "io/conn_core.h"

/* What waits is moved to the front when so much before it is gone. */
#define MOVE_BYTES 65536

#define TRIM_BYTES (256 * 1024) /* the shared room keeps no more than that */

static bool
is_broken(int error)
{
	return error == EPIPE || error == ECONNRESET || error == ETIMEDOUT ||
	       error == ENOTCONN;
}

void
zv_conn_end_by_errno(struct zv_conn *c)
{
	zv_conn_end(c, is_broken(errno) ? ZV_ECLOSED : ZV_EIO);
}

/* How much the system takes now; < 0: it is over. */
static long
try_send(struct zv_conn *c, const char *p, size_t n)
{
	ssize_t sent;

	do
		sent = send(c->ready.fd, p, n, MSG_NOSIGNAL | MSG_DONTWAIT);
	while (sent < 0 && errno == EINTR);
	if (sent >= 0)
		return sent;
	if (errno == EAGAIN || errno == ENOBUFS || errno == ENOMEM)
		return 0;
	zv_conn_end_by_errno(c);
	return -1;
}

static void
free_waiting(struct zv_conn *c)
{
	zv_buf_deinit(&c->waiting);
	c->gone = 0;
}

static size_t
unacked_bytes(const struct zv_conn *c)
{
	int n = 0;

	return ioctl(c->ready.fd, SIOCOUTQ, &n) < 0 || n < 0 ? 0 : (size_t)n;
}

void
zv_conn_begin_to_wait(struct zv_conn *c)
{
	if (zv_conn_is_shaking(c))
		return; /* the handshake's own time runs */
	c->unacked = unacked_bytes(c);
	zv_conn_set_io_due_in(c, c->listener->options.write_timeout_ms);
}

/* The peer may have taken bytes though the system did not ask for more yet. */
bool
zv_conn_has_peer_taken(struct zv_conn *c)
{
	size_t before = c->unacked;

	c->unacked = unacked_bytes(c);
	return c->unacked < before;
}

/* Keeps what the system did not take. */
static int
keep(struct zv_conn *c, struct zv_str rest)
{
	bool first = !zv_conn_waiting(c);

	if (zv_conn_waiting(c) + rest.n > c->listener->options.max_queue_bytes)
		return ZV_ETOOBIG;
	if (c->gone >= MOVE_BYTES && c->gone > c->waiting.n / 2) {
		zv_buf_consume(&c->waiting, c->gone);
		c->gone = 0;
	}
	if (zv_buf_add(&c->waiting, rest) < 0)
		return ZV_ENOMEM;
	if (first)
		zv_conn_begin_to_wait(c);
	zv_conn_settle(c);
	return 0;
}

/* To the wire. */
static int
put(struct zv_conn *c, struct zv_str bytes)
{
	int rc;

	if (bytes.n && !zv_conn_waiting(c)) {
		long n = try_send(c, bytes.p, bytes.n);

		if (n < 0)
			return c->reason;
		bytes = zv_str_from(bytes, (size_t)n);
	}
	if (!bytes.n)
		return 0;
	rc = keep(c, bytes);
	if (rc < 0)
		zv_conn_end(c, rc);
	return rc;
}

/* The wire's bytes of the room. */
int
zv_conn_put_room(struct zv_conn *c)
{
	struct zv_buf *wire = &c->listener->loop->tls_room->wire;
	int rc = put(c, zv_buf_str(wire));

	if (wire->cap > TRIM_BYTES)
		zv_buf_deinit(wire);
	else
		zv_buf_clear(wire);
	return rc;
}

/* Tells a TLS peer that nothing more comes. */
int
zv_conn_say_goodbye(struct zv_conn *c)
{
	zv_tls_stream_end(c->tls, c->listener->loop->tls_room);
	return zv_conn_put_room(c);
}

static int
put_encrypted(struct zv_conn *c, struct zv_str bytes)
{
	struct zv_tls_room *room = c->listener->loop->tls_room;
	int rc = zv_tls_stream_write(c->tls, bytes, room);

	if (rc == 0)
		rc = zv_conn_put_room(c);
	if (rc == 0 && zv_conn_queued(c) > c->listener->options.max_queue_bytes)
		rc = ZV_ETOOBIG;
	if (rc < 0)
		zv_conn_end(c, rc);
	return rc;
}

int
zv_conn_send(struct zv_conn *c, struct zv_str bytes)
{
	if (c->state != ZV_CONN_OPEN)
		return ZV_ECLOSED;
	if (bytes.n == 0)
		return 0;
	return c->tls ? put_encrypted(c, bytes) : put(c, bytes);
}

size_t
zv_conn_queued(const struct zv_conn *c)
{
	return zv_conn_waiting(c) + (c->tls ? zv_tls_stream_kept(c->tls) : 0);
}

/* What waited is taken. */
static void
all_sent(struct zv_conn *c)
{
	free_waiting(c);
	zv_conn_settle(c);
	if (zv_conn_is_shaking(c))
		return;
	zv_conn_set_io_due(c, INT64_MAX);
	if (c->state == ZV_CONN_FLUSHING)
		zv_conn_linger(c);
	else if (c->has_ended)
		zv_conn_end(c, ZV_ECLOSED);
	else if (c->listener->handlers.on_sent)
		c->listener->handlers.on_sent(c->owner);
}

void
zv_conn_write_on(struct zv_conn *c)
{
	long n = zv_conn_waiting(c)
			 ? try_send(c, c->waiting.p + c->gone, zv_conn_waiting(c))
			 : 0;

	if (n <= 0)
		return;
	c->gone += (size_t)n;
	if (!zv_conn_waiting(c))
		all_sent(c);
	else
		zv_conn_begin_to_wait(c);
}
