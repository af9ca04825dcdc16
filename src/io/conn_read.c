#include <errno.h>

#include "io/conn_core.h"

/* The peer sends no more. What it has not read yet it may still want. */
static void
peer_ended(struct zv_conn *c)
{
	c->has_ended = true;
	if (c->state == ZV_CONN_LINGERING || !zv_conn_waiting(c))
		zv_conn_end(c, ZV_ECLOSED);
	else
		zv_conn_settle(c);
}

static void
give(struct zv_conn *c, struct zv_str bytes)
{
	if (bytes.n && c->state == ZV_CONN_OPEN)
		c->listener->handlers.on_bytes(c->owner, bytes);
}

static void
tls_broke(struct zv_conn *c, bool was_up, int reason)
{
	c->listener->counters.tls_failures += !was_up;
	zv_conn_finish(c, reason);
}

/* The handshake is over, and what was kept for it is on its way. */
static void
tls_is_up(struct zv_conn *c)
{
	if (zv_conn_waiting(c))
		zv_conn_begin_to_wait(c);
	else
		zv_conn_set_io_due(c, INT64_MAX);
	if (c->state == ZV_CONN_FLUSHING && zv_conn_say_goodbye(c) == 0)
		zv_conn_finish(c, c->reason);
}

static void
decrypt(struct zv_conn *c, struct zv_str bytes)
{
	struct zv_tls_room *room = c->listener->loop->tls_room;
	bool was_up = zv_tls_stream_is_up(c->tls);
	int rc = zv_tls_stream_input(c->tls, bytes, room);

	if (zv_conn_put_room(c) < 0)
		return;
	if (!was_up && zv_tls_stream_is_up(c->tls))
		tls_is_up(c);
	give(c, room->plain);
	if (c->state == ZV_CONN_ENDED || c->state == ZV_CONN_LINGERING || rc == 0)
		return;
	if (rc == ZV_ECLOSED)
		peer_ended(c);
	else
		tls_broke(c, was_up, rc);
}

static void
read_on(struct zv_conn *c)
{
	char *buffer = c->listener->loop->read_buffer;
	ssize_t n = recv(c->ready.fd, buffer, ZV_LOOP_READ_BYTES, MSG_DONTWAIT);
	struct zv_str bytes = { buffer, n > 0 ? (size_t)n : 0 };

	if (n < 0 && errno != EAGAIN && errno != EINTR)
		zv_conn_end_by_errno(c);
	else if (n == 0)
		peer_ended(c);
	else if (n > 0 && c->tls && c->state != ZV_CONN_LINGERING)
		decrypt(c, bytes);
	else if (n > 0)
		give(c, bytes);
}

void
zv_conn_on_ready(struct zv_ready *r, uint32_t events)
{
	struct zv_conn *c = ZV_OWNER(r, struct zv_conn, ready);

	if (events & EPOLLOUT)
		zv_conn_write_on(c);
	if (c->state == ZV_CONN_ENDED)
		return;
	if (c->ready.events & EPOLLIN) {
		if (events & (EPOLLIN | EPOLLHUP | EPOLLERR))
			read_on(c);
	} else if (events & (EPOLLHUP | EPOLLERR)) {
		zv_conn_end(c, ZV_ECLOSED); /* it is told again and again */
	}
}

void
zv_conn_read(struct zv_conn *c, bool on)
{
	c->is_paused = !on;
	zv_conn_settle(c);
}
