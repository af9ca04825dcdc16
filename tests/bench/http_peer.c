#include "http_peer.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "fan_wire.h"

static void
die(const char *what)
{
	fprintf(stderr, "http: %s: %s\n", what, strerror(errno));
	exit(1);
}

size_t
http_request(char *out, size_t room, const char *method, const char *path,
	     const char *header, const char *body)
{
	size_t n =
		(size_t)snprintf(out, room, "%s %s HTTP/1.1\r\nHost: 127.0.0.1\r\n%s%s",
				 method, path, header, *header ? "\r\n" : "");

	if (*body)
		n += (size_t)snprintf(out + n, room - n,
				      "Content-Type: application/json\r\n"
				      "Content-Length: %zu\r\n",
				      strlen(body));
	return n + (size_t)snprintf(out + n, room - n, "\r\n%s", body);
}

void
http_open(struct http_peer *p, int port)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
				  .sin_port = htons((unsigned short)port) };

	p->fd = socket(AF_INET, SOCK_STREAM, 0);
	if (p->fd < 0 || connect(p->fd, (struct sockaddr *)&to, sizeof to) < 0)
		die("connect");
	setsockopt(p->fd, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 }, sizeof(int));
	fcntl(p->fd, F_SETFL, O_NONBLOCK);
	p->n = 0;
}

void
http_ask(struct http_peer *p, const char *request, size_t n)
{
	p->asked_ns = fan_now_ns();
	p->n = 0;
	if (send(p->fd, request, n, MSG_NOSIGNAL) != (ssize_t)n)
		die("send");
}

/* 0: its head is not whole. */
static size_t
answer_bytes(const struct http_peer *p)
{
	const char *end = strstr(p->in, "\r\n\r\n");
	const char *length = strcasestr(p->in, "\r\nContent-Length:");

	if (!end)
		return 0;
	if (strncmp(p->in, "HTTP/1.1 200 ", 13) != 0 || !length) {
		fprintf(stderr, "http: not what was expected: %s\n", p->in);
		exit(1);
	}
	return (size_t)(end + 4 - p->in) + strtoul(length + 17, NULL, 10);
}

uint64_t
http_read(struct http_peer *p)
{
	ssize_t n = recv(p->fd, p->in + p->n, sizeof p->in - 1 - p->n, 0);
	size_t whole;

	if (n == 0 || (n < 0 && errno != EAGAIN))
		die("closed");
	p->n += n > 0 ? (size_t)n : 0;
	p->in[p->n] = '\0';
	whole = answer_bytes(p);
	if (whole >= sizeof p->in)
		die("the answer is too long");
	return whole && p->n >= whole ? fan_now_ns() - p->asked_ns : 0;
}
