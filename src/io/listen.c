#include "io/listen.h"

#include <stdio.h>
#include <uv.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/list.h"
#include "base/mem.h"
#include "io/clock.h"

#define BACKLOG	    128
#define READ_BYTES  65536
#define WATCH_TIMES 5 /* looks at a slow writer per write_timeout_ms */

struct zv_listen_loop {
	uv_loop_t uv;
	uv_timer_t timer;
	uv_async_t bell;
	struct zv_listen_loop_handlers handlers;
	void *user;
	struct zv_node listeners;
	char *read_buffer; /* one is enough: on_bytes is done with it when it returns */
};

struct zv_listener {
	struct zv_node node; /* in loop->listeners */
	struct zv_listen_loop *loop;
	uv_tcp_t tcp;
	struct zv_listen_options options;
	struct zv_listen_handlers handlers;
	void *user;
	struct zv_node conns;
	size_t n_conns;
	int port;
	bool closed; /* freed with its last connection */
};

struct zv_conn {
	struct zv_node node; /* in listener->conns */
	struct zv_listener *listener;
	uv_tcp_t tcp;
	uv_timer_t watch; /* of writing; also closes from outside of a callback */
	uv_write_t write;
	struct zv_buf waiting; /* not given to libuv yet */
	struct zv_buf flying;  /* in `write` */
	bool writing, flushing, closing;
	int reason;
	uint64_t given,
		taken;	     /* bytes: by our side, by the peer's when last looked at */
	int64_t progress_ms; /* … and when that was more than before */
	int open_handles;
	void *owner;
};

/* ---- closing --------------------------------------------------------------- */

static void
free_closed_listener(struct zv_listener *l)
{
	if (l->closed && l->n_conns == 0)
		zv_free(l);
}

static void
free_conn(struct zv_conn *c)
{
	struct zv_listener *l = c->listener;

	zv_list_remove(&c->node);
	zv_buf_deinit(&c->waiting);
	zv_buf_deinit(&c->flying);
	zv_free(c);
	l->n_conns--;
	free_closed_listener(l);
}

static void
on_handle_closed(uv_handle_t *handle)
{
	struct zv_conn *c = handle->data;

	if (--c->open_handles)
		return;
	if (c->owner)
		c->listener->handlers.on_close(c->owner, c->reason);
	free_conn(c);
}

/* on_close comes when libuv has let go of both handles: never inside of this. */
static void
end(struct zv_conn *c, int reason)
{
	if (c->closing)
		return;
	c->closing = true;
	c->reason = reason;
	uv_close((uv_handle_t *)&c->tcp, on_handle_closed);
	uv_close((uv_handle_t *)&c->watch, on_handle_closed);
}

/* ---- writing --------------------------------------------------------------- */

size_t
zv_conn_queued(const struct zv_conn *c)
{
	return c->waiting.n + uv_stream_get_write_queue_size((uv_stream_t *)&c->tcp);
}

static void
watch_writing(uv_timer_t *timer)
{
	struct zv_conn *c = timer->data;
	uint64_t taken = c->given - zv_conn_queued(c);
	int64_t now = zv_clock_ms();

	if (taken == c->given)
		uv_timer_stop(timer);
	else if (taken > c->taken)
		c->progress_ms = now;
	else if (now - c->progress_ms >= c->listener->options.write_timeout_ms)
		end(c, ZV_ETIMEOUT);
	c->taken = taken;
}

static void
begin_watching(struct zv_conn *c)
{
	uint64_t period = (uint64_t)c->listener->options.write_timeout_ms / WATCH_TIMES;

	if (uv_is_active((uv_handle_t *)&c->watch))
		return;
	c->taken = c->given - zv_conn_queued(c);
	c->progress_ms = zv_clock_ms();
	uv_timer_start(&c->watch, watch_writing, period + 1, period + 1);
}

static void pump(struct zv_conn *c);

static void
on_written(uv_write_t *write, int status)
{
	struct zv_conn *c = write->data;

	c->writing = false;
	if (c->closing)
		return;
	if (status < 0) {
		end(c, status == UV_EPIPE || status == UV_ECONNRESET ? ZV_ECLOSED
								     : ZV_EIO);
		return;
	}
	zv_buf_clear(&c->flying);
	pump(c);
	if (c->writing || c->closing)
		return;
	if (c->flushing)
		end(c, 0);
	else if (c->listener->handlers.on_sent)
		c->listener->handlers.on_sent(c->owner);
}

/* Everything that waits is given to libuv at once. */
static void
pump(struct zv_conn *c)
{
	struct zv_buf swap = c->flying;
	uv_buf_t buf;

	if (c->writing || !c->waiting.n)
		return;
	c->flying = c->waiting;
	c->waiting = swap;
	c->write.data = c;
	buf = uv_buf_init(c->flying.p, (unsigned)c->flying.n);
	if (uv_write(&c->write, (uv_stream_t *)&c->tcp, &buf, 1, on_written) < 0) {
		end(c, ZV_EIO);
		return;
	}
	c->writing = true;
	begin_watching(c);
}

/* What the system takes at once needs no copy. */
static struct zv_str
try_now(struct zv_conn *c, struct zv_str bytes)
{
	uv_buf_t buf = uv_buf_init((char *)bytes.p, (unsigned)bytes.n);
	int n = uv_try_write((uv_stream_t *)&c->tcp, &buf, 1);

	return n > 0 ? zv_str_from(bytes, (size_t)n) : bytes;
}

int
zv_conn_send(struct zv_conn *c, struct zv_str bytes)
{
	if (c->closing || c->flushing)
		return ZV_ECLOSED;
	if (bytes.n == 0)
		return 0;
	c->given += bytes.n;
	if (!c->writing && !c->waiting.n)
		bytes = try_now(c, bytes);
	if (zv_conn_queued(c) + bytes.n > c->listener->options.max_queue_bytes) {
		end(c, ZV_ETOOBIG);
		return ZV_ETOOBIG;
	}
	if (zv_buf_add(&c->waiting, bytes) < 0) {
		end(c, ZV_ENOMEM);
		return ZV_ENOMEM;
	}
	pump(c);
	return c->closing ? ZV_EIO : 0;
}

void
zv_conn_close(struct zv_conn *c, bool flush)
{
	if (c->closing)
		return;
	uv_read_stop((uv_stream_t *)&c->tcp);
	if (flush && (c->writing || c->waiting.n))
		c->flushing = true;
	else
		end(c, 0);
}

/* ---- reading --------------------------------------------------------------- */

static void
give_buffer(uv_handle_t *handle, size_t wanted, uv_buf_t *buf)
{
	struct zv_conn *c = handle->data;

	*buf = uv_buf_init(c->listener->loop->read_buffer, READ_BYTES);
}

static void
on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
	struct zv_conn *c = stream->data;

	if (n > 0)
		c->listener->handlers.on_bytes(c->owner,
					       (struct zv_str){ buf->base, (size_t)n });
	else if (n < 0)
		end(c, ZV_ECLOSED);
}

/* ---- accepting ------------------------------------------------------------- */

static void
name_remote(uv_tcp_t *tcp, char out[ZV_REMOTE_TEXT])
{
	struct sockaddr_storage address;
	int n = sizeof address;
	char host[INET6_ADDRSTRLEN] = "";
	unsigned port;

	snprintf(out, ZV_REMOTE_TEXT, "?/0");
	if (uv_tcp_getpeername(tcp, (struct sockaddr *)&address, &n) < 0 ||
	    uv_ip_name((struct sockaddr *)&address, host, sizeof host) < 0)
		return;
	port = address.ss_family == AF_INET6
		       ? ntohs(((struct sockaddr_in6 *)&address)->sin6_port)
		       : ntohs(((struct sockaddr_in *)&address)->sin_port);
	snprintf(out, ZV_REMOTE_TEXT, "%s/%u", host, port);
}

static struct zv_conn *
make_conn(struct zv_listener *l)
{
	struct zv_conn *c = zv_calloc(1, sizeof *c);

	if (!c)
		return NULL;
	c->listener = l;
	c->tcp.data = c->watch.data = c;
	c->open_handles = 2;
	zv_list_append(&l->conns, &c->node);
	l->n_conns++;
	uv_tcp_init(&l->loop->uv, &c->tcp);
	uv_timer_init(&l->loop->uv, &c->watch);
	return c;
}

static void
on_connection(uv_stream_t *stream, int status)
{
	struct zv_listener *l = stream->data;
	struct zv_conn *c = status < 0 ? NULL : make_conn(l);
	char remote[ZV_REMOTE_TEXT];

	if (!c)
		return;
	if (uv_accept(stream, (uv_stream_t *)&c->tcp) < 0 ||
	    l->n_conns > l->options.max_connections) {
		end(c, ZV_EIO);
		return;
	}
	uv_tcp_nodelay(&c->tcp, 1);
	name_remote(&c->tcp, remote);
	c->owner = l->handlers.on_accept(l->user, c, remote);
	if (!c->owner) {
		end(c, 0);
		return;
	}
	if (!c->closing && !c->flushing &&
	    uv_read_start((uv_stream_t *)&c->tcp, give_buffer, on_read) < 0)
		end(c, ZV_EIO);
}

static int
parse_address(const char *address, int port, struct sockaddr_storage *out)
{
	if (uv_ip4_addr(address, port, (struct sockaddr_in *)out) == 0)
		return 0;
	return uv_ip6_addr(address, port, (struct sockaddr_in6 *)out);
}

static int
port_of(const uv_tcp_t *tcp)
{
	struct sockaddr_storage address;
	int n = sizeof address;

	if (uv_tcp_getsockname(tcp, (struct sockaddr *)&address, &n) < 0)
		return 0;
	return ntohs(address.ss_family == AF_INET6
			     ? ((struct sockaddr_in6 *)&address)->sin6_port
			     : ((struct sockaddr_in *)&address)->sin_port);
}

static void
on_listener_closed(uv_handle_t *handle)
{
	struct zv_listener *l = handle->data;

	l->closed = true;
	free_closed_listener(l);
}

struct zv_listener *
zv_listen_open(struct zv_listen_loop *loop, const struct zv_listen_options *options,
	       const struct zv_listen_handlers *handlers, void *user,
	       struct zv_error *err)
{
	struct zv_listener *l = zv_calloc(1, sizeof *l);
	struct sockaddr_storage address;
	int rc;

	if (!l) {
		zv_fail_nomem(err);
		return NULL;
	}
	l->loop = loop;
	l->options = *options;
	l->options.address = NULL; /* it was borrowed */
	l->handlers = *handlers;
	l->user = user;
	zv_list_init(&l->conns);
	if (parse_address(options->address, options->port, &address) < 0) {
		zv_fail(err, ZV_EINVAL, "'%s' is not an IP address to listen on",
			options->address);
		zv_free(l);
		return NULL;
	}
	uv_tcp_init(&loop->uv, &l->tcp);
	l->tcp.data = l;
	rc = uv_tcp_bind(&l->tcp, (struct sockaddr *)&address, 0);
	if (rc == 0)
		rc = uv_listen((uv_stream_t *)&l->tcp, BACKLOG, on_connection);
	if (rc < 0) {
		zv_fail(err, ZV_EIO, "cannot listen on %s port %d: %s",
			options->address, options->port, uv_strerror(rc));
		uv_close((uv_handle_t *)&l->tcp, on_listener_closed);
		return NULL;
	}
	l->port = port_of(&l->tcp);
	zv_list_append(&loop->listeners, &l->node);
	return l;
}

int
zv_listen_port(const struct zv_listener *l)
{
	return l->port;
}

/* ---- the loop -------------------------------------------------------------- */

static void
on_timer(uv_timer_t *timer)
{
	struct zv_listen_loop *l = timer->data;

	l->handlers.on_timer(l->user);
}

static void
on_bell(uv_async_t *bell)
{
	struct zv_listen_loop *l = bell->data;

	if (l->handlers.on_wake)
		l->handlers.on_wake(l->user);
}

struct zv_listen_loop *
zv_listen_loop_new(const struct zv_listen_loop_handlers *handlers, void *user,
		   struct zv_error *err)
{
	struct zv_listen_loop *l = zv_calloc(1, sizeof *l);
	int rc = UV_ENOMEM;

	if (l)
		l->read_buffer = zv_malloc(READ_BYTES);
	if (l && l->read_buffer)
		rc = uv_loop_init(&l->uv);
	if (rc < 0) {
		zv_fail(err, ZV_EIO, "cannot make an event loop: %s", uv_strerror(rc));
		if (l)
			zv_free(l->read_buffer);
		zv_free(l);
		return NULL;
	}
	l->handlers = *handlers;
	l->user = user;
	l->timer.data = l->bell.data = l;
	zv_list_init(&l->listeners);
	uv_timer_init(&l->uv, &l->timer);
	uv_async_init(&l->uv, &l->bell, on_bell);
	return l;
}

static void
close_listener(struct zv_listener *l)
{
	struct zv_node *node, *next;

	zv_list_remove(&l->node);
	uv_close((uv_handle_t *)&l->tcp, on_listener_closed);
	ZV_EACH(&l->conns, node, next)
	end(ZV_OWNER(node, struct zv_conn, node), 0);
}

void
zv_listen_loop_free(struct zv_listen_loop *l)
{
	struct zv_node *node;

	if (!l)
		return;
	uv_close((uv_handle_t *)&l->timer, NULL);
	uv_close((uv_handle_t *)&l->bell, NULL);
	while ((node = zv_list_first(&l->listeners)))
		close_listener(ZV_OWNER(node, struct zv_listener, node));
	/* turns until the last handle is closed */
	uv_run(&l->uv, UV_RUN_DEFAULT);
	uv_loop_close(&l->uv);
	zv_free(l->read_buffer);
	zv_free(l);
}

void
zv_listen_loop_run(struct zv_listen_loop *l)
{
	uv_run(&l->uv, UV_RUN_DEFAULT);
}

void
zv_listen_loop_stop(struct zv_listen_loop *l)
{
	uv_stop(&l->uv);
}

void
zv_listen_loop_wake(struct zv_listen_loop *l)
{
	uv_async_send(&l->bell);
}

void
zv_listen_loop_set_timer(struct zv_listen_loop *l, int64_t at_ms)
{
	int64_t now = zv_clock_ms();

	if (at_ms == INT64_MAX) {
		uv_timer_stop(&l->timer);
		return;
	}
	uv_update_time(&l->uv);
	uv_timer_start(&l->timer, on_timer, at_ms > now ? (uint64_t)(at_ms - now) : 0,
		       0);
}
