#include "server_impl.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support.h"

#define READ_BYTES 65536

/* ---- bytes ------------------------------------------------------------------------ */

static void
wait_while_frozen(struct server *s)
{
	pthread_mutex_lock(&s->lock);
	while (s->frozen && !s->stopping)
		pthread_cond_wait(&s->news, &s->lock);
	pthread_mutex_unlock(&s->lock);
}

bool
talk_send(struct talk *t, const char *bytes, size_t n)
{
	while (n > 0) {
		ssize_t sent;

		wait_while_frozen(t->server);
		sent = send(t->fd, bytes, n, MSG_NOSIGNAL);
		if (sent < 0 && errno == EINTR)
			continue;
		if (sent <= 0)
			return false;
		bytes += sent;
		n -= (size_t)sent;
	}
	return true;
}

bool
talk_printf(struct talk *t, const char *format, ...)
{
	char text[4096];
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(text, sizeof text, format, args);
	va_end(args);
	if (n < 0 || (size_t)n >= sizeof text)
		return false;
	return talk_send(t, text, (size_t)n);
}

/* More of what the client says; false: there is no more. */
static bool
receive(struct talk *t)
{
	ssize_t got;

	if (t->cap - t->n < READ_BYTES + 1) {
		t->cap = (t->cap + READ_BYTES) * 2;
		t->in = realloc(t->in, t->cap);
		if (!t->in)
			abort();
	}
	wait_while_frozen(t->server);
	do
		got = recv(t->fd, t->in + t->n, READ_BYTES, 0);
	while (got < 0 && errno == EINTR);
	wait_while_frozen(t->server);
	if (got <= 0)
		return false;
	t->n += (size_t)got;
	t->in[t->n] = '\0';
	return true;
}

/* What was given last is done with. */
static void
drop_used(struct talk *t)
{
	if (!t->used)
		return;
	t->n -= t->used;
	memmove(t->in, t->in + t->used, t->n);
	t->in[t->n] = '\0';
	t->used = 0;
}

const char *
talk_next(struct talk *t)
{
	char *end;

	drop_used(t);
	while (!t->n || !(end = strstr(t->in, "\r\n\r\n")))
		if (!receive(t))
			return NULL;
	end[2] = '\0';
	t->used = (size_t)(end - t->in) + 4;
	return t->in;
}

const char *
talk_take(struct talk *t, size_t n)
{
	drop_used(t);
	while (t->n < n)
		if (!receive(t))
			return NULL;
	t->used = n;
	return t->in ? t->in : "";
}

bool
talk_has_more(struct talk *t)
{
	char byte;

	return t->n > t->used || recv(t->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
}

/* ---- endings ------------------------------------------------------------------------ */

static void
close_talk(struct talk *t)
{
	struct linger now = { 1, 0 };

	pthread_mutex_lock(&t->server->lock);
	if (t->fd >= 0) {
		if (t->resets)
			setsockopt(t->fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
		close(t->fd);
		t->fd = -1;
		t->server->counts.open--;
		pthread_cond_broadcast(&t->server->news);
	}
	pthread_mutex_unlock(&t->server->lock);
}

void
talk_reset(struct talk *t)
{
	pthread_mutex_lock(&t->server->lock);
	t->resets = true;
	pthread_mutex_unlock(&t->server->lock);
	close_talk(t);
}

void
talk_freeze(struct talk *t)
{
	struct server *s = t->server;

	pthread_mutex_lock(&s->lock);
	while (!s->stopping && !t->resets)
		pthread_cond_wait(&s->news, &s->lock);
	pthread_mutex_unlock(&s->lock);
}

int
talk_index(const struct talk *t)
{
	return t->index;
}

void
talk_count(struct talk *t, int *what)
{
	pthread_mutex_lock(&t->server->lock);
	++*what;
	pthread_cond_broadcast(&t->server->news);
	pthread_mutex_unlock(&t->server->lock);
}

/* ---- threads ---------------------------------------------------------------------------- */

static void
talk(struct talk *t)
{
	const struct server_options *o = &t->server->options;

	if (o->script)
		o->script(t, o->user);
	else if (o->silent)
		talk_freeze(t);
	else if (talk_login(t))
		talk_serve(t);
}

static void *
talk_main(void *user)
{
	struct talk *t = user;
	struct server *s = t->server;

	talk(t);
	close_talk(t);
	pthread_mutex_lock(&s->lock);
	t->ended = true;
	pthread_mutex_unlock(&s->lock);
	return NULL;
}

/* Frees those that have ended, or waits for all. */
static void
reap(struct server *s, bool all)
{
	struct zv_node *node, *next, ended;

	zv_list_init(&ended);
	pthread_mutex_lock(&s->lock);
	ZV_EACH(&s->talks, node, next)
	{
		if (all || ZV_OWNER(node, struct talk, node)->ended) {
			zv_list_remove(node);
			zv_list_append(&ended, node);
		}
	}
	pthread_mutex_unlock(&s->lock);
	ZV_EACH(&ended, node, next)
	{
		struct talk *t = ZV_OWNER(node, struct talk, node);

		pthread_join(t->thread, NULL);
		free(t->in);
		free(t);
	}
}

static void
begin_talk(struct server *s, int fd)
{
	struct talk *t = calloc(1, sizeof *t);
	int on = 1;

	if (!t)
		abort();
	t->server = s;
	t->fd = fd;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	pthread_mutex_lock(&s->lock);
	t->index = s->counts.connections++;
	if (++s->counts.open > s->counts.most_open)
		s->counts.most_open = s->counts.open;
	zv_list_append(&s->talks, &t->node);
	if (pthread_create(&t->thread, NULL, talk_main, t) != 0)
		abort();
	if (s->stopping)
		shutdown(fd, SHUT_RDWR);
	pthread_cond_broadcast(&s->news);
	pthread_mutex_unlock(&s->lock);
}

static bool
is_stopping(struct server *s)
{
	bool stopping;

	pthread_mutex_lock(&s->lock);
	stopping = s->stopping;
	pthread_mutex_unlock(&s->lock);
	return stopping;
}

static void *
accept_main(void *user)
{
	struct server *s = user;

	while (!is_stopping(s)) {
		int fd = accept4(s->listener, NULL, NULL, SOCK_CLOEXEC);

		wait_while_frozen(s);
		reap(s, false);
		if (fd >= 0)
			begin_talk(s, fd);
	}
	return NULL;
}

/* ---- life -------------------------------------------------------------------------------- */

static int
bound_socket(const char *address, int *port)
{
	bool is_ipv6 = strchr(address, ':') != NULL;
	int fd = socket(is_ipv6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_in a4 = { .sin_family = AF_INET,
				  .sin_port = htons((uint16_t)*port) };
	struct sockaddr_in6 a6 = { .sin6_family = AF_INET6,
				   .sin6_port = htons((uint16_t)*port) };
	struct sockaddr *a = is_ipv6 ? (struct sockaddr *)&a6 : (struct sockaddr *)&a4;
	socklen_t n = is_ipv6 ? sizeof a6 : sizeof a4;
	int on = 1;

	inet_pton(AF_INET, address, &a4.sin_addr);
	inet_pton(AF_INET6, address, &a6.sin6_addr);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (fd < 0 || bind(fd, a, n) < 0 || getsockname(fd, a, &n) < 0)
		fail_msg("cannot bind to %s: %s", address, strerror(errno));
	*port = ntohs(is_ipv6 ? a6.sin6_port : a4.sin_port);
	return fd;
}

void
server_listen(struct server *s)
{
	if (listen(s->listener, 64) < 0 ||
	    pthread_create(&s->acceptor, NULL, accept_main, s) != 0)
		fail_msg("cannot listen: %s", strerror(errno));
	s->accepts = true;
}

struct server *
server_start(const struct server_options *options)
{
	struct server *s = calloc(1, sizeof *s);
	pthread_condattr_t monotonic;

	assert_non_null(s);
	if (options)
		s->options = *options;
	zv_list_init(&s->talks);
	pthread_mutex_init(&s->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&s->news, &monotonic);
	pthread_condattr_destroy(&monotonic);
	s->listener = bound_socket("127.0.0.1", &s->port);
	if (!s->options.closed)
		server_listen(s);
	return s;
}

void
server_stop(struct server *s)
{
	struct zv_node *node, *next;

	if (!s)
		return;
	pthread_mutex_lock(&s->lock);
	s->stopping = true;
	ZV_EACH(&s->talks, node, next)
	shutdown(ZV_OWNER(node, struct talk, node)->fd, SHUT_RDWR);
	pthread_cond_broadcast(&s->news);
	pthread_mutex_unlock(&s->lock);
	shutdown(s->listener, SHUT_RDWR);
	if (s->accepts)
		pthread_join(s->acceptor, NULL);
	close(s->listener);
	reap(s, true);
	pthread_cond_destroy(&s->news);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

int
server_port(const struct server *s)
{
	return s->port;
}

struct server_counts
server_counts(struct server *s)
{
	struct server_counts counts;

	pthread_mutex_lock(&s->lock);
	counts = s->counts;
	pthread_mutex_unlock(&s->lock);
	return counts;
}

static bool
wait_count(struct server *s, const int *what, int wanted, int ms)
{
	int64_t end = now_ms() + ms;
	struct timespec t = { end / 1000, (long)(end % 1000) * 1000000 };
	bool reached;

	pthread_mutex_lock(&s->lock);
	while (*what != wanted &&
	       pthread_cond_timedwait(&s->news, &s->lock, &t) != ETIMEDOUT)
		;
	reached = *what == wanted;
	pthread_mutex_unlock(&s->lock);
	return reached;
}

bool
server_wait_logins(struct server *s, int n, int ms)
{
	return wait_count(s, &s->counts.logins, n, ms);
}

bool
server_wait_open(struct server *s, int n, int ms)
{
	return wait_count(s, &s->counts.open, n, ms);
}

void
server_freeze(struct server *s, bool frozen)
{
	pthread_mutex_lock(&s->lock);
	s->frozen = frozen;
	pthread_cond_broadcast(&s->news);
	pthread_mutex_unlock(&s->lock);
}

void
server_reset(struct server *s)
{
	struct zv_node *node, *next;

	pthread_mutex_lock(&s->lock);
	ZV_EACH(&s->talks, node, next)
	{
		struct talk *t = ZV_OWNER(node, struct talk, node);

		t->resets = true; /* its thread closes it: the end of input wakes it */
		shutdown(t->fd, SHUT_RD);
	}
	pthread_cond_broadcast(&s->news);
	pthread_mutex_unlock(&s->lock);
}

/* ---- a port that drops ------------------------------------------------------------------ */

struct hole {
	int listener, port;
	int fillers[8];
};

struct hole *
hole_open(const char *address, int port)
{
	struct hole *h = calloc(1, sizeof *h);
	struct sockaddr_storage a;
	socklen_t n = sizeof a;

	assert_non_null(h);
	h->port = port;
	h->listener = bound_socket(address, &h->port);
	assert_return_code(listen(h->listener, 0), errno);
	getsockname(h->listener, (struct sockaddr *)&a, &n);
	for (size_t i = 0; i < N_OF(h->fillers); i++) {
		h->fillers[i] = socket(a.ss_family,
				       SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		connect(h->fillers[i], (struct sockaddr *)&a, n);
	}
	return h;
}

int
hole_port(const struct hole *h)
{
	return h->port;
}

void
hole_close(struct hole *h)
{
	for (size_t i = 0; i < N_OF(h->fillers); i++)
		close(h->fillers[i]);
	close(h->listener);
	free(h);
}
