#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <linux/sockios.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "io/listen_core.h"
#include "io/tls_stream.h"

/* After our last byte we read on for so long: a socket that is closed with bytes unread
 * resets the connection, and the peer would lose what we have sent (RFC 9112, 9.6). */
#define LINGER_MS 2000

/* What waits is moved to the front when so much before it is gone. */
#define MOVE_BYTES 65536

#define TRIM_BYTES (256 * 1024) /* the shared room keeps no more than that */

enum state {
	OPEN,
	FLUSHING, /* closes when everything is sent */
	LINGERING,
	ENDED, /* the descriptor is closed */
};

struct zv_conn {
	struct zv_ready ready;
	struct zv_node node;	 /* in listener->conns */
	struct zv_node unproved; /* in listener->unproved, or in none */
	struct zv_later later;	 /* tells the owner of the end, frees */
	struct zv_due io_due;	 /* TLS handshake, writing, lingering */
	struct zv_due owner_due;
	struct zv_listener *listener;
	struct zv_tls_stream *tls; /* NULL: plain */
	void *owner;
	struct zv_buf waiting; /* for the system to take; its first … */
	size_t gone;	       /* … bytes are taken already */
	size_t unacked;	       /* by the peer, when its writing was last looked at */
	int reason;
	unsigned char state;
	bool is_paused; /* zv_conn_read */
	bool has_ended; /* nothing more comes from the peer */
	bool is_tls;
	unsigned char address[16];
	char remote[ZV_REMOTE_TEXT];
};

static void
set_io_due(struct zv_conn *c, int64_t at_ms)
{
	zv_due_set(&c->listener->loop->dues, &c->io_due, at_ms);
}

static void
set_io_due_in(struct zv_conn *c, int ms)
{
	set_io_due(c, zv_loop_now(c->listener->loop) + ms);
}

static size_t
waiting_bytes(const struct zv_conn *c)
{
	return c->waiting.n - c->gone;
}

/* In the TLS handshake. */
static bool
is_shaking(const struct zv_conn *c)
{
	return c->tls && !zv_tls_stream_is_up(c->tls);
}

static bool
is_reading(const struct zv_conn *c)
{
	return c->state == LINGERING ||
	       (c->state == OPEN && !c->is_paused && !c->has_ended) ||
	       (c->state == FLUSHING && is_shaking(c));
}

/* What we wait for follows from the state. */
static void
settle_events(struct zv_conn *c)
{
	bool reads = is_reading(c);
	uint32_t events = (reads ? (uint32_t)EPOLLIN : 0) |
			  (waiting_bytes(c) ? (uint32_t)EPOLLOUT : 0);

	if (c->state != ENDED)
		zv_ready_change(&c->listener->loop->ready, &c->ready, events);
}

/* ---- the end ------------------------------------------------------------------- */

static void
free_conn(struct zv_conn *c)
{
	struct zv_listener *l = c->listener;

	zv_list_remove(&c->node);
	zv_due_deinit(&l->loop->dues, &c->io_due);
	zv_due_deinit(&l->loop->dues, &c->owner_due);
	zv_buf_deinit(&c->waiting);
	zv_free(c);
	zv_listener_lost(l);
}

static void
tell_end(struct zv_later *later)
{
	struct zv_conn *c = ZV_OWNER(later, struct zv_conn, later);
	void *owner = c->owner;

	c->owner = NULL;
	if (owner)
		c->listener->handlers.on_close(owner, c->reason);
	if (c->state == ENDED)
		free_conn(c);
}

static void
leave_unproved(struct zv_conn *c)
{
	if (!zv_list_is_linked(&c->unproved))
		return;
	zv_list_remove(&c->unproved);
	c->listener->counters.unproved--;
}

void
zv_conn_end(struct zv_conn *c, int reason)
{
	struct zv_loop *loop = c->listener->loop;

	if (c->state == ENDED)
		return;
	if (c->state != LINGERING)
		c->reason = reason;
	c->state = ENDED;
	leave_unproved(c);
	zv_ready_remove(&loop->ready, &c->ready);
	close(c->ready.fd);
	zv_tls_stream_free(c->tls);
	c->tls = NULL;
	zv_due_set(&loop->dues, &c->io_due, INT64_MAX);
	zv_due_set(&loop->dues, &c->owner_due, INT64_MAX);
	c->listener->counters.open--;
	zv_listener_has_room(c->listener);
	zv_loop_later(loop, &c->later);
}

void
zv_conn_end_node(struct zv_node *node)
{
	zv_conn_end(ZV_OWNER(node, struct zv_conn, node), 0);
}

/* Everything is sent. */
static void
linger(struct zv_conn *c)
{
	if (c->has_ended || shutdown(c->ready.fd, SHUT_WR) < 0) {
		zv_conn_end(c, c->reason);
		return;
	}
	c->state = LINGERING;
	leave_unproved(c);
	zv_due_set(&c->listener->loop->dues, &c->owner_due, INT64_MAX);
	set_io_due_in(c, LINGER_MS);
	settle_events(c);
	zv_loop_later(c->listener->loop, &c->later);
}

/* Closes when everything is sent. */
static void
finish(struct zv_conn *c, int reason)
{
	c->reason = reason;
	c->state = FLUSHING;
	if (waiting_bytes(c))
		settle_events(c);
	else
		linger(c);
}

/* ---- writing ------------------------------------------------------------------- */

static bool
is_broken(int error)
{
	return error == EPIPE || error == ECONNRESET || error == ETIMEDOUT ||
	       error == ENOTCONN;
}

static void
end_by_errno(struct zv_conn *c)
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
	end_by_errno(c);
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

static void
begin_to_wait(struct zv_conn *c)
{
	if (is_shaking(c))
		return; /* the handshake's own time runs */
	c->unacked = unacked_bytes(c);
	set_io_due_in(c, c->listener->options.write_timeout_ms);
}

/* Keeps what the system did not take. */
static int
keep(struct zv_conn *c, struct zv_str rest)
{
	bool first = !waiting_bytes(c);

	if (waiting_bytes(c) + rest.n > c->listener->options.max_queue_bytes)
		return ZV_ETOOBIG;
	if (c->gone >= MOVE_BYTES && c->gone > c->waiting.n / 2) {
		zv_buf_consume(&c->waiting, c->gone);
		c->gone = 0;
	}
	if (zv_buf_add(&c->waiting, rest) < 0)
		return ZV_ENOMEM;
	if (first)
		begin_to_wait(c);
	settle_events(c);
	return 0;
}

/* To the wire. */
static int
put(struct zv_conn *c, struct zv_str bytes)
{
	int rc;

	if (bytes.n && !waiting_bytes(c)) {
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
static int
put_room(struct zv_conn *c)
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
static int
say_goodbye(struct zv_conn *c)
{
	zv_tls_stream_end(c->tls, c->listener->loop->tls_room);
	return put_room(c);
}

static int
put_encrypted(struct zv_conn *c, struct zv_str bytes)
{
	struct zv_tls_room *room = c->listener->loop->tls_room;
	int rc = zv_tls_stream_write(c->tls, bytes, room);

	if (rc == 0)
		rc = put_room(c);
	if (rc == 0 && zv_conn_queued(c) > c->listener->options.max_queue_bytes)
		rc = ZV_ETOOBIG;
	if (rc < 0)
		zv_conn_end(c, rc);
	return rc;
}

int
zv_conn_send(struct zv_conn *c, struct zv_str bytes)
{
	if (c->state != OPEN)
		return ZV_ECLOSED;
	if (bytes.n == 0)
		return 0;
	return c->tls ? put_encrypted(c, bytes) : put(c, bytes);
}

size_t
zv_conn_queued(const struct zv_conn *c)
{
	return waiting_bytes(c) + (c->tls ? zv_tls_stream_kept(c->tls) : 0);
}

/* What waited is taken. */
static void
all_sent(struct zv_conn *c)
{
	free_waiting(c);
	settle_events(c);
	if (is_shaking(c))
		return;
	set_io_due(c, INT64_MAX);
	if (c->state == FLUSHING)
		linger(c);
	else if (c->has_ended)
		zv_conn_end(c, ZV_ECLOSED);
	else if (c->listener->handlers.on_sent)
		c->listener->handlers.on_sent(c->owner);
}

static void
write_on(struct zv_conn *c)
{
	long n = waiting_bytes(c)
			 ? try_send(c, c->waiting.p + c->gone, waiting_bytes(c))
			 : 0;

	if (n <= 0)
		return;
	c->gone += (size_t)n;
	if (!waiting_bytes(c))
		all_sent(c);
	else
		begin_to_wait(c);
}

/* ---- reading ------------------------------------------------------------------- */

/* The peer sends no more. What it has not read yet it may still want. */
static void
peer_ended(struct zv_conn *c)
{
	c->has_ended = true;
	if (c->state == LINGERING || !waiting_bytes(c))
		zv_conn_end(c, ZV_ECLOSED);
	else
		settle_events(c);
}

static void
give(struct zv_conn *c, struct zv_str bytes)
{
	if (bytes.n && c->state == OPEN)
		c->listener->handlers.on_bytes(c->owner, bytes);
}

static void
tls_broke(struct zv_conn *c, bool was_up, int reason)
{
	c->listener->counters.tls_failures += !was_up;
	finish(c, reason);
}

/* The handshake is over, and what was kept for it is on its way. */
static void
tls_is_up(struct zv_conn *c)
{
	if (waiting_bytes(c))
		begin_to_wait(c);
	else
		set_io_due(c, INT64_MAX);
	if (c->state == FLUSHING && say_goodbye(c) == 0)
		finish(c, c->reason);
}

static void
decrypt(struct zv_conn *c, struct zv_str bytes)
{
	struct zv_tls_room *room = c->listener->loop->tls_room;
	bool was_up = zv_tls_stream_is_up(c->tls);
	int rc = zv_tls_stream_input(c->tls, bytes, room);

	if (put_room(c) < 0)
		return;
	if (!was_up && zv_tls_stream_is_up(c->tls))
		tls_is_up(c);
	give(c, room->plain);
	if (c->state == ENDED || c->state == LINGERING || rc == 0)
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
		end_by_errno(c);
	else if (n == 0)
		peer_ended(c);
	else if (n > 0 && c->tls && c->state != LINGERING)
		decrypt(c, bytes);
	else if (n > 0)
		give(c, bytes);
}

static void
on_ready(struct zv_ready *r, uint32_t events)
{
	struct zv_conn *c = ZV_OWNER(r, struct zv_conn, ready);

	if (events & EPOLLOUT)
		write_on(c);
	if (c->state == ENDED)
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
	settle_events(c);
}

/* ---- time ------------------------------------------------------------------------ */

/* The peer may have taken bytes though the system did not ask for more yet. */
static bool
has_peer_taken(struct zv_conn *c)
{
	size_t before = c->unacked;

	c->unacked = unacked_bytes(c);
	return c->unacked < before;
}

static void
on_io_due(struct zv_due *d)
{
	struct zv_conn *c = ZV_OWNER(d, struct zv_conn, io_due);

	if (c->state == LINGERING) {
		zv_conn_end(c, 0);
	} else if (is_shaking(c)) {
		c->listener->counters.tls_failures++;
		zv_conn_end(c, ZV_ETIMEOUT);
	} else if (has_peer_taken(c)) {
		set_io_due_in(c, c->listener->options.write_timeout_ms);
	} else {
		zv_conn_end(c, ZV_ETIMEOUT);
	}
}

static void
on_owner_due(struct zv_due *d)
{
	struct zv_conn *c = ZV_OWNER(d, struct zv_conn, owner_due);

	if (c->owner && c->listener->handlers.on_deadline)
		c->listener->handlers.on_deadline(c->owner);
}

void
zv_conn_set_deadline(struct zv_conn *c, int64_t at_ms)
{
	if (c->state == OPEN || c->state == FLUSHING)
		zv_due_set(&c->listener->loop->dues, &c->owner_due, at_ms);
}

/* ---- who it is ----------------------------------------------------------------- */

void
zv_conn_prove(struct zv_conn *c)
{
	leave_unproved(c);
}

const char *
zv_conn_remote(const struct zv_conn *c)
{
	return c->remote;
}

void
zv_conn_address(const struct zv_conn *c, unsigned char out[16])
{
	memcpy(out, c->address, sizeof c->address);
}

bool
zv_conn_is_tls(const struct zv_conn *c)
{
	return c->is_tls;
}

/* ::ffff:192.0.2.1 is shown as 192.0.2.1. */
static void
name_remote(struct zv_conn *c, const struct sockaddr_storage *from)
{
	static const unsigned char mapped[12] = { [10] = 0xff, [11] = 0xff };
	const struct sockaddr_in *in4 = (const void *)from;
	const struct sockaddr_in6 *in6 = (const void *)from;
	char host[INET6_ADDRSTRLEN] = "?";
	unsigned port = 0;

	if (from->ss_family == AF_INET) {
		memcpy(c->address, mapped, sizeof mapped);
		memcpy(c->address + 12, &in4->sin_addr, 4);
		port = ntohs(in4->sin_port);
	} else if (from->ss_family == AF_INET6) {
		memcpy(c->address, &in6->sin6_addr, 16);
		port = ntohs(in6->sin6_port);
	}
	if (from->ss_family == AF_INET || from->ss_family == AF_INET6) {
		bool is_4 = memcmp(c->address, mapped, sizeof mapped) == 0;

		uv_inet_ntop(is_4 ? AF_INET : AF_INET6, c->address + (is_4 ? 12 : 0),
			     host, sizeof host);
	}
	snprintf(c->remote, sizeof c->remote, "%s/%u", host, port);
}

/* ---- the beginning --------------------------------------------------------------- */

static struct zv_conn *
new_conn(struct zv_listener *l, int fd)
{
	struct zv_conn *c = zv_calloc(1, sizeof *c);

	if (!c)
		return NULL;
	if (zv_due_init(&l->loop->dues, &c->io_due, on_io_due) < 0)
		goto no_due;
	if (zv_due_init(&l->loop->dues, &c->owner_due, on_owner_due) < 0)
		goto no_second_due;
	c->listener = l;
	c->later.fn = tell_end;
	c->ready = (struct zv_ready){ fd, EPOLLIN, on_ready };
	if (zv_ready_add(&l->loop->ready, &c->ready) == 0)
		return c;
	zv_due_deinit(&l->loop->dues, &c->owner_due);
no_second_due:
	zv_due_deinit(&l->loop->dues, &c->io_due);
no_due:
	zv_free(c);
	return NULL;
}

static int
begin_tls(struct zv_conn *c)
{
	struct zv_listener *l = c->listener;

	if (!l->options.tls)
		return 0;
	c->is_tls = true;
	if (!l->loop->tls_room)
		l->loop->tls_room = zv_tls_room_new();
	if (l->loop->tls_room)
		c->tls = zv_tls_stream_new(l->options.tls);
	if (!c->tls)
		return ZV_ENOMEM;
	set_io_due_in(c, l->options.tls_timeout_ms);
	return 0;
}

/* The oldest of those who have not said who they are goes. */
static void
displace_unproved(struct zv_listener *l)
{
	struct zv_node *oldest;

	if (l->counters.unproved <= l->options.max_unproved)
		return;
	oldest = zv_list_first(&l->unproved);
	l->counters.displaced++;
	zv_conn_end(ZV_OWNER(oldest, struct zv_conn, unproved), ZV_EBUSY);
}

void
zv_conn_begin(struct zv_listener *l, int fd, const struct sockaddr_storage *from)
{
	struct zv_conn *c = new_conn(l, fd);

	if (!c) {
		l->counters.refused++;
		close(fd);
		return;
	}
	name_remote(c, from);
	zv_list_append(&l->conns, &c->node);
	zv_list_append(&l->unproved, &c->unproved);
	l->n_conns++;
	l->counters.open++;
	l->counters.unproved++;
	l->counters.accepted++;
	if (begin_tls(c) < 0) {
		zv_conn_end(c, ZV_ENOMEM);
		return;
	}
	displace_unproved(l);
	c->owner = l->handlers.on_accept(l->user, c, c->remote);
	if (!c->owner)
		zv_conn_end(c, 0);
}

void
zv_conn_close(struct zv_conn *c, bool flush)
{
	if (c->state == OPEN && c->tls && !is_shaking(c) && say_goodbye(c) < 0)
		return;
	if (!flush) {
		zv_conn_end(c, 0);
	} else if (c->state == OPEN && is_shaking(c) && zv_conn_queued(c)) {
		c->state = FLUSHING;
		settle_events(c);
	} else if (c->state == OPEN) {
		finish(c, 0);
	}
}
