/* fan_floor - the floor for fan-out: a bare epoll server. Each text frame that comes on /pub
 * goes to every connection on /sub, framed once, one send(2) each; what a socket does not
 * take waits in memory of its own.
 * usage: fan_floor PORT [GATHER_MS]
 * GATHER_MS > 0: frames are gathered so long, or up to 32 KiB, and go out with one send. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fan_wire.h"

#define GATHER_BYTES 32768

struct peer {
	int fd;
	bool is_up, is_publisher;
	size_t at; /* in subscribers */
	char *in;
	size_t n_in, cap_in;
	char *waiting; /* not taken by the socket */
	size_t n_waiting, cap_waiting;
};

static struct peer **subscribers;
static size_t n_subscribers, cap_subscribers;
static int set;
static char gathered[GATHER_BYTES + FAN_MAX_FRAME];
static size_t n_gathered;
static uint64_t gathered_since, gather_ns;

static void
die(const char *what)
{
	perror(what);
	exit(1);
}

static void
control(struct peer *p, int what, uint32_t events)
{
	epoll_ctl(set, what, p->fd,
		  &(struct epoll_event){ .events = events, .data.ptr = p });
}

static void
drop(struct peer *p)
{
	if (p->is_up && !p->is_publisher) {
		subscribers[p->at] = subscribers[--n_subscribers];
		subscribers[p->at]->at = p->at;
	}
	close(p->fd);
	free(p->in);
	free(p->waiting);
	free(p);
}

static void
put(struct peer *p, const char *bytes, size_t n)
{
	if (!p->n_waiting) {
		ssize_t sent = send(p->fd, bytes, n, MSG_DONTWAIT | MSG_NOSIGNAL);

		if (sent < 0 && errno != EAGAIN)
			return; /* the loop sees it */
		if (sent == (ssize_t)n)
			return;
		bytes += sent > 0 ? sent : 0;
		n -= sent > 0 ? (size_t)sent : 0;
		control(p, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
	}
	if (p->n_waiting + n > p->cap_waiting) {
		p->cap_waiting = (p->n_waiting + n) * 2;
		p->waiting = realloc(p->waiting, p->cap_waiting);
		if (!p->waiting)
			die("fan_floor");
	}
	memcpy(p->waiting + p->n_waiting, bytes, n);
	p->n_waiting += n;
}

static void
put_waiting(struct peer *p)
{
	ssize_t sent =
		send(p->fd, p->waiting, p->n_waiting, MSG_DONTWAIT | MSG_NOSIGNAL);

	if (sent <= 0)
		return;
	p->n_waiting -= (size_t)sent;
	memmove(p->waiting, p->waiting + sent, p->n_waiting);
	if (!p->n_waiting)
		control(p, EPOLL_CTL_MOD, EPOLLIN);
}

static void
put_to_all(const char *bytes, size_t n)
{
	for (size_t i = 0; i < n_subscribers; i++)
		put(subscribers[i], bytes, n);
}

static void
put_gathered(void)
{
	put_to_all(gathered, n_gathered);
	n_gathered = 0;
}

static void
publish(const char *text, size_t n)
{
	static char frame[FAN_MAX_FRAME];

	if (!gather_ns) {
		put_to_all(frame, fan_frame(frame, text, n, false));
		return;
	}
	if (!n_gathered)
		gathered_since = fan_now_ns();
	n_gathered += fan_frame(gathered + n_gathered, text, n, false);
	if (n_gathered > GATHER_BYTES)
		put_gathered();
}

static void
publish_frames(struct peer *p)
{
	size_t at = 0, n, text_n;
	char *text;

	while ((n = fan_unframe(p->in + at, p->n_in - at, &text, &text_n))) {
		publish(text, text_n);
		at += n;
	}
	p->n_in -= at;
	memmove(p->in, p->in + at, p->n_in);
}

static void
become_subscriber(struct peer *p)
{
	if (n_subscribers == cap_subscribers) {
		cap_subscribers = cap_subscribers ? cap_subscribers * 2 : 64;
		subscribers = realloc(subscribers, cap_subscribers * sizeof(void *));
		if (!subscribers)
			die("fan_floor");
	}
	p->at = n_subscribers;
	subscribers[n_subscribers++] = p;
}

static void
upgrade(struct peer *p)
{
	char answer[256];
	size_t n;

	p->in[p->n_in] = '\0';
	n = strstr(p->in, "\r\n\r\n") ? fan_answer(p->in, answer, sizeof answer) : 0;
	if (!n)
		return;
	put(p, answer, n);
	p->is_up = true;
	p->is_publisher = strncmp(p->in, "GET /pub", 8) == 0;
	if (!p->is_publisher)
		become_subscriber(p);
	p->n_in = 0;
}

static void
take(struct peer *p)
{
	size_t wanted = p->is_publisher ? FAN_MAX_FRAME : 1024;
	ssize_t n;

	if (p->cap_in < wanted) {
		p->in = realloc(p->in, wanted);
		p->cap_in = wanted;
	}
	n = recv(p->fd, p->in + p->n_in, p->cap_in - p->n_in - 1, MSG_DONTWAIT);
	if (n == 0 || (n < 0 && errno != EAGAIN)) {
		drop(p);
		return;
	}
	p->n_in += n > 0 ? (size_t)n : 0;
	if (!p->is_up)
		upgrade(p);
	else if (p->is_publisher)
		publish_frames(p);
	else
		p->n_in = 0;
}

static void
accept_one(int listener)
{
	struct peer *p = calloc(1, sizeof *p);

	if (!p)
		die("fan_floor");
	p->fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
	if (p->fd < 0) {
		free(p);
		return;
	}
	setsockopt(p->fd, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 }, sizeof(int));
	control(p, EPOLL_CTL_ADD, EPOLLIN);
}

static int
listen_on(int port)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
				  .sin_port = htons((unsigned short)port) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){ 1 }, sizeof(int));
	if (bind(fd, (struct sockaddr *)&at, sizeof at) < 0 || listen(fd, 4096) < 0)
		die("fan_floor: listen");
	return fd;
}

static void
serve_round(int listener)
{
	static struct epoll_event events[512];
	int n = epoll_wait(set, events, 512, n_gathered ? 1 : -1);

	if (n_gathered && fan_now_ns() - gathered_since >= gather_ns)
		put_gathered();
	for (int i = 0; i < n; i++) {
		struct peer *p = events[i].data.ptr;

		if (!p) {
			accept_one(listener);
			continue;
		}
		if (events[i].events & EPOLLOUT)
			put_waiting(p);
		if (events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR))
			take(p);
	}
}

int
main(int argc, char **argv)
{
	int listener;

	if (argc < 2) {
		fprintf(stderr, "usage: fan_floor PORT [GATHER_MS]\n");
		return 2;
	}
	gather_ns = argc > 2 ? strtoull(argv[2], NULL, 10) * 1000000u : 0;
	listener = listen_on(atoi(argv[1]));
	set = epoll_create1(0);
	epoll_ctl(set, EPOLL_CTL_ADD, listener,
		  &(struct epoll_event){ .events = EPOLLIN, .data.ptr = NULL });
	for (;;)
		serve_round(listener);
}
