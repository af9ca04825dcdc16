#include "io/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include "base/err.h"
#include "base/mem.h"
#include "io/listen_core.h"

#define BACKLOG	       4096 /* the system's own limit may be lower: net.core.somaxconn */
#define ACCEPT_AT_ONCE 64   /* then the others have their turn */
#define RETRY_MS       250

/* ---- out of descriptors ----------------------------------------------------------- */

static void
take_reserve(struct zv_listener *l)
{
	if (l->reserve_fd < 0)
		l->reserve_fd = open("/", O_RDONLY | O_CLOEXEC);
}

/* Those who wait are told by a close, one after the other: better than silence. */
static void
turn_away(struct zv_listener *l)
{
	for (int i = 0; i < ACCEPT_AT_ONCE && l->reserve_fd >= 0; i++) {
		int fd;

		close(l->reserve_fd);
		l->reserve_fd = -1;
		fd = accept4(l->ready.fd, NULL, NULL, SOCK_CLOEXEC);
		if (fd >= 0)
			close(fd);
		take_reserve(l);
		if (fd < 0)
			return;
		l->counters.refused++;
	}
}

static void
pause_accepting(struct zv_listener *l)
{
	l->is_paused = true;
	zv_ready_change(&l->loop->ready, &l->ready, 0);
	zv_due_set(&l->loop->dues, &l->retry, zv_loop_now(l->loop) + RETRY_MS);
}

static void
on_retry(struct zv_due *d)
{
	struct zv_listener *l = ZV_OWNER(d, struct zv_listener, retry);

	l->is_paused = false;
	zv_ready_change(&l->loop->ready, &l->ready, EPOLLIN);
}

void
zv_listener_has_room(struct zv_listener *l)
{
	if (l->is_paused)
		zv_due_set(&l->loop->dues, &l->retry, 0);
}

/* ---- accepting -------------------------------------------------------------------- */

static bool
is_shortage(int error)
{
	return error == EMFILE || error == ENFILE || error == ENOBUFS ||
	       error == ENOMEM;
}

/* false: nothing more now. */
static bool
accept_one(struct zv_listener *l)
{
	struct sockaddr_storage from = { 0 };
	socklen_t n = sizeof from;
	int fd = accept4(l->ready.fd, (struct sockaddr *)&from, &n,
			 SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (fd >= 0 && l->counters.open < l->options.max_connections) {
		zv_conn_begin(l, fd, &from);
	} else if (fd >= 0) {
		l->counters.refused++;
		close(fd);
	} else if (is_shortage(errno)) {
		turn_away(l);
		pause_accepting(l);
		return false;
	}
	/* other errors are those of one connection that is gone already: accept(2) */
	return fd >= 0 || errno != EAGAIN;
}

static void
on_ready(struct zv_ready *r, uint32_t events)
{
	struct zv_listener *l = ZV_OWNER(r, struct zv_listener, ready);

	for (int i = 0; i < ACCEPT_AT_ONCE && l->ready.fd >= 0; i++)
		if (!accept_one(l))
			break;
	/* the first descriptor that is free again is for who waits */
	if (l->ready.fd >= 0)
		take_reserve(l);
}

/* ---- the socket ------------------------------------------------------------------- */

static int
parse_address(const char *address, int port, struct sockaddr_storage *out)
{
	if (uv_ip4_addr(address, port, (struct sockaddr_in *)out) == 0)
		return 0;
	return uv_ip6_addr(address, port, (struct sockaddr_in6 *)out);
}

static int
fail_to_listen(const struct zv_listen_options *o, struct zv_error *err)
{
	return zv_fail(err, ZV_EIO, "cannot listen on %s port %d: %s", o->address,
		       o->port, uv_strerror(uv_translate_sys_error(errno)));
}

/* An IPv6 socket takes IPv4 as well. */
static int
open_socket(const struct zv_listen_options *o, struct zv_error *err)
{
	struct sockaddr_storage at = { 0 };
	int fd;

	if (parse_address(o->address, o->port, &at) < 0)
		return zv_fail(err, ZV_EINVAL, "'%s' is not an IP address to listen on",
			       o->address);
	fd = socket(at.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return fail_to_listen(o, err);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){ 1 }, sizeof(int));
	if (at.ss_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &(int){ 0 }, sizeof(int));
	if (bind(fd, (struct sockaddr *)&at, sizeof at) < 0 ||
	    listen(fd, BACKLOG) < 0) {
		fail_to_listen(o, err);
		close(fd);
		return ZV_EIO;
	}
	return fd;
}

static int
check_activated(int fd, struct zv_error *err)
{
	int listens = 0;
	socklen_t n = sizeof listens;

	if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &n) < 0 || !listens)
		return zv_fail(err, ZV_EINVAL,
			       "descriptor %d is not a socket that listens: check the "
			       "socket unit (ListenStream=)",
			       fd);
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	return fd;
}

static int
port_of(int fd)
{
	struct sockaddr_storage at = { 0 };
	socklen_t n = sizeof at;

	if (getsockname(fd, (struct sockaddr *)&at, &n) < 0)
		return 0;
	if (at.ss_family == AF_INET6)
		return ntohs(((struct sockaddr_in6 *)&at)->sin6_port);
	return at.ss_family == AF_INET ? ntohs(((struct sockaddr_in *)&at)->sin_port)
				       : 0;
}

/* ---- life ------------------------------------------------------------------------- */

static void
free_listener(struct zv_later *later)
{
	struct zv_listener *l = ZV_OWNER(later, struct zv_listener, freeing);

	if (zv_list_is_linked(&l->member.node))
		zv_list_remove(&l->member.node);
	zv_due_deinit(&l->loop->dues, &l->retry);
	zv_free(l);
}

static void
free_when_empty(struct zv_listener *l)
{
	if (l->ready.fd < 0 && l->n_conns == 0)
		zv_loop_later(l->loop, &l->freeing);
}

void
zv_listener_lost(struct zv_listener *l)
{
	l->n_conns--;
	free_when_empty(l);
}

static void
stop_accepting(struct zv_listener *l)
{
	zv_ready_remove(&l->loop->ready, &l->ready);
	close(l->ready.fd);
	if (l->reserve_fd >= 0)
		close(l->reserve_fd);
	l->ready.fd = l->reserve_fd = -1;
	l->is_paused = false;
	zv_due_set(&l->loop->dues, &l->retry, INT64_MAX);
	free_when_empty(l);
}

/* With its connections. */
static void
close_listener(struct zv_member *m)
{
	struct zv_listener *l = ZV_OWNER(m, struct zv_listener, member);
	struct zv_node *node, *next;

	if (l->ready.fd >= 0)
		stop_accepting(l);
	ZV_EACH(&l->conns, node, next)
	zv_conn_end_node(node);
}

void
zv_listen_stop(struct zv_listener *l)
{
	if (l->ready.fd >= 0)
		stop_accepting(l);
}

static void
set_defaults(struct zv_listen_options *o)
{
	o->address = NULL; /* it was borrowed */
	if (!o->max_connections)
		o->max_connections = ZV_LISTEN_MAX_CONNECTIONS;
	if (!o->max_unproved)
		o->max_unproved = ZV_LISTEN_MAX_UNPROVED;
	if (!o->max_queue_bytes)
		o->max_queue_bytes = ZV_LISTEN_MAX_QUEUE_BYTES;
	if (!o->write_timeout_ms)
		o->write_timeout_ms = ZV_LISTEN_WRITE_TIMEOUT_MS;
	if (!o->tls_timeout_ms)
		o->tls_timeout_ms = ZV_LISTEN_TLS_TIMEOUT_MS;
}

static struct zv_listener *
new_listener(struct zv_loop *loop)
{
	struct zv_listener *l = zv_calloc(1, sizeof *l);

	if (!l || zv_due_init(&loop->dues, &l->retry, on_retry) < 0) {
		zv_free(l);
		return NULL;
	}
	l->loop = loop;
	l->freeing.fn = free_listener;
	zv_list_init(&l->conns);
	zv_list_init(&l->unproved);
	return l;
}

struct zv_listener *
zv_listen_open(struct zv_loop *loop, const struct zv_listen_options *options,
	       const struct zv_listen_handlers *handlers, void *user,
	       struct zv_error *err)
{
	bool is_given = options->activated_fd > 0;
	int fd = is_given ? check_activated(options->activated_fd, err)
			  : open_socket(options, err);
	struct zv_listener *l = fd < 0 ? NULL : new_listener(loop);

	if (fd < 0)
		return NULL;
	/* accepted sockets have these from the one that listens */
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 }, sizeof(int));
	setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT,
		   &(int){ ZV_LISTEN_MAX_UNSENT_BYTES }, sizeof(int));
	if (l)
		l->ready = (struct zv_ready){ fd, EPOLLIN, on_ready };
	if (!l || zv_ready_add(&loop->ready, &l->ready) < 0) {
		if (l)
			free_listener(&l->freeing);
		if (!is_given)
			close(fd);
		zv_fail_nomem(err);
		return NULL;
	}
	l->options = *options;
	set_defaults(&l->options);
	l->handlers = *handlers;
	l->user = user;
	l->port = port_of(fd);
	l->reserve_fd = -1;
	take_reserve(l);
	zv_loop_add(loop, &l->member, close_listener);
	return l;
}

int
zv_listen_port(const struct zv_listener *l)
{
	return l->port;
}

void
zv_listener_set_tls(struct zv_listener *l, struct zv_tls *tls)
{
	l->options.tls = tls;
}

void
zv_listen_count(const struct zv_listener *l, struct zv_listen_counters *out)
{
	*out = l->counters;
}
