#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "io/conn_core.h"

/* After our last byte we read on for so long: a socket that is closed with bytes unread
 * resets the connection, and the peer would lose what we have sent (RFC 9112, 9.6). */
#define LINGER_MS 2000

void
zv_conn_set_io_due(struct zv_conn *c, int64_t at_ms)
{
	zv_due_set(&c->listener->loop->dues, &c->io_due, at_ms);
}

void
zv_conn_set_io_due_in(struct zv_conn *c, int ms)
{
	zv_conn_set_io_due(c, zv_loop_now(c->listener->loop) + ms);
}

static bool
is_reading(const struct zv_conn *c)
{
	return c->state == ZV_CONN_LINGERING ||
	       (c->state == ZV_CONN_OPEN && !c->is_paused && !c->has_ended) ||
	       (c->state == ZV_CONN_FLUSHING && zv_conn_is_shaking(c));
}

void
zv_conn_settle(struct zv_conn *c)
{
	bool reads = is_reading(c);
	uint32_t events = (reads ? (uint32_t)EPOLLIN : 0) |
			  (zv_conn_waiting(c) ? (uint32_t)EPOLLOUT : 0);

	if (c->state != ZV_CONN_ENDED)
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
	if (c->state == ZV_CONN_ENDED)
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

	if (c->state == ZV_CONN_ENDED)
		return;
	if (c->state != ZV_CONN_LINGERING)
		c->reason = reason;
	c->state = ZV_CONN_ENDED;
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
void
zv_conn_linger(struct zv_conn *c)
{
	if (c->has_ended || shutdown(c->ready.fd, SHUT_WR) < 0) {
		zv_conn_end(c, c->reason);
		return;
	}
	c->state = ZV_CONN_LINGERING;
	leave_unproved(c);
	zv_due_set(&c->listener->loop->dues, &c->owner_due, INT64_MAX);
	zv_conn_set_io_due_in(c, LINGER_MS);
	zv_conn_settle(c);
	zv_loop_later(c->listener->loop, &c->later);
}

/* Closes when everything is sent. */
void
zv_conn_finish(struct zv_conn *c, int reason)
{
	c->reason = reason;
	c->state = ZV_CONN_FLUSHING;
	if (zv_conn_waiting(c))
		zv_conn_settle(c);
	else
		zv_conn_linger(c);
}

/* ---- time ------------------------------------------------------------------------ */

static void
on_io_due(struct zv_due *d)
{
	struct zv_conn *c = ZV_OWNER(d, struct zv_conn, io_due);

	if (c->state == ZV_CONN_LINGERING) {
		zv_conn_end(c, 0);
	} else if (zv_conn_is_shaking(c)) {
		c->listener->counters.tls_failures++;
		zv_conn_end(c, ZV_ETIMEOUT);
	} else if (zv_conn_has_peer_taken(c)) {
		zv_conn_set_io_due_in(c, c->listener->options.write_timeout_ms);
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
	if (c->state == ZV_CONN_OPEN || c->state == ZV_CONN_FLUSHING)
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
	c->ready = (struct zv_ready){ fd, EPOLLIN, zv_conn_on_ready };
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
	zv_conn_set_io_due_in(c, l->options.tls_timeout_ms);
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
	if (!c->owner && c->state == ZV_CONN_OPEN)
		zv_conn_end(c, 0);
}

void
zv_conn_close(struct zv_conn *c, bool flush)
{
	if (c->state == ZV_CONN_OPEN && c->tls && !zv_conn_is_shaking(c) &&
	    zv_conn_say_goodbye(c) < 0)
		return;
	if (!flush) {
		zv_conn_end(c, 0);
	} else if (c->state == ZV_CONN_OPEN && zv_conn_is_shaking(c) &&
		   zv_conn_queued(c)) {
		c->state = ZV_CONN_FLUSHING;
		zv_conn_settle(c);
	} else if (c->state == ZV_CONN_OPEN) {
		zv_conn_finish(c, 0);
	}
}
