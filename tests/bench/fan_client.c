#include "fan_client.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define ANSWER_S   10
#define READ_BYTES 65536
#define MAX_ANSWER 65536

static void
die(const char *what)
{
	fprintf(stderr, "fan: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* ---- bytes -------------------------------------------------------------------------- */

static void
begin_tls(struct fan_client *c)
{
	static SSL_CTX *context;

	if (!context)
		context = SSL_CTX_new(TLS_client_method());
	c->ssl = SSL_new(context);
	SSL_set_mode(c->ssl, SSL_MODE_RELEASE_BUFFERS);
	SSL_set_fd(c->ssl, c->fd);
	if (SSL_connect(c->ssl) != 1)
		die("TLS handshake");
}

/* 0: nothing just now, < 0: closed. */
static ssize_t
take(struct fan_client *c, char *out, size_t max)
{
	ssize_t n;

	if (c->ssl) {
		n = SSL_read(c->ssl, out, (int)max);
		if (n > 0)
			return n;
		return SSL_get_error(c->ssl, (int)n) == SSL_ERROR_WANT_READ ? 0 : -1;
	}
	n = recv(c->fd, out, max, 0);
	if (n > 0)
		return n;
	return n < 0 && (errno == EAGAIN || errno == EINTR) ? 0 : -1;
}

void
fan_client_write(struct fan_client *c, const char *bytes, size_t n)
{
	while (n > 0) {
		ssize_t sent = c->ssl ? SSL_write(c->ssl, bytes, (int)n)
				      : send(c->fd, bytes, n, MSG_NOSIGNAL);

		if (sent <= 0 && errno != EAGAIN && errno != EINTR)
			die("send");
		bytes += sent > 0 ? sent : 0;
		n -= sent > 0 ? (size_t)sent : 0;
	}
}

/* ---- going in ----------------------------------------------------------------------- */

static void
add_headers(char *out, size_t room, const char *headers, int number)
{
	const char *hole;
	size_t n = 0;

	for (; (hole = strstr(headers, "{n}")); headers = hole + 3)
		n += (size_t)snprintf(out + n, room - n, "%.*s%d",
				      (int)(hole - headers), headers, number);
	snprintf(out + n, room - n, "%s", headers);
}

void
fan_client_ask(struct fan_client *c, const struct fan_way *way, const char *path,
	       int number)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
				  .sin_port = htons((unsigned short)way->port) };
	struct timeval patience = { ANSWER_S, 0 };
	char head[sizeof way->headers + 1024], headers[sizeof way->headers];
	int n;

	*c = (struct fan_client){ .fd = socket(AF_INET, SOCK_STREAM, 0) };
	if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&to, sizeof to) < 0)
		die("connect");
	setsockopt(c->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 }, sizeof(int));
	if (way->tls)
		begin_tls(c);
	add_headers(headers, sizeof headers, way->headers, number);
	n = snprintf(head, sizeof head,
		     "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\n"
		     "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
		     "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n%s\r\n",
		     path, way->port, headers);
	fan_client_write(c, head, (size_t)n);
}

/* Reads until `text` has come. What comes behind it in the same read is let go: nothing
 * is measured yet. */
static void
wait_for(struct fan_client *c, const char *text, char *got)
{
	size_t n = 0;

	while (!memmem(got, n, text, strlen(text))) {
		ssize_t more = n < MAX_ANSWER ? take(c, got + n, MAX_ANSWER - n) : -1;

		if (more <= 0) {
			fprintf(stderr, "fan: no '%s' in %.*s\n", text, (int)n, got);
			exit(1);
		}
		n += (size_t)more;
	}
	got[n] = '\0';
}

void
fan_client_enter(struct fan_client *c, const struct fan_way *way)
{
	static char got[MAX_ANSWER + 1];
	char *frame;

	wait_for(c, "\r\n\r\n", got);
	if (strncmp(got, "HTTP/1.1 101 ", 13) != 0) {
		fprintf(stderr, "fan: no upgrade: %s\n", got);
		exit(1);
	}
	if (way->first) {
		frame = malloc(strlen(way->first) + 16);
		fan_client_write(
			c, frame,
			fan_frame(frame, way->first, strlen(way->first), true));
		free(frame);
	}
	if (way->ready && !strstr(got, way->ready))
		wait_for(c, way->ready, got);
	fcntl(c->fd, F_SETFL, O_NONBLOCK);
}

/* ---- marks -------------------------------------------------------------------------- */

static uint64_t
number_of(const char *digits, size_t n)
{
	uint64_t number = 0;

	for (size_t i = 0; i < n; i++)
		number = number * 10 + (uint64_t)(digits[i] - '0');
	return number;
}

/* Returns where the next mark may begin that is not whole yet. */
static const char *
tell_marks(const char *p, const char *end, fan_mark_fn fn, void *user)
{
	const char *mark;

	while ((mark = memmem(p, (size_t)(end - p), FAN_MARK, 4))) {
		if (end - mark < FAN_MARK_BYTES)
			return mark;
		fn(user, number_of(mark + 4, 20), (uint32_t)number_of(mark + 24, 8));
		p = mark + FAN_MARK_BYTES;
	}
	return end - p > 3 ? end - 3 : p;
}

bool
fan_client_read(struct fan_client *c, fan_mark_fn fn, void *user)
{
	static char memory[FAN_MARK_BYTES + READ_BYTES];
	char *bytes = memory + FAN_MARK_BYTES;
	const char *rest;

	for (;;) {
		ssize_t n = take(c, bytes, READ_BYTES);

		if (n <= 0)
			return n == 0;
		memcpy(bytes - c->n_rest, c->rest, c->n_rest);
		rest = tell_marks(bytes - c->n_rest, bytes + n, fn, user);
		c->n_rest = (size_t)(bytes + n - rest);
		memcpy(c->rest, rest, c->n_rest);
		if (!c->ssl)
			return true; /* the loop comes again */
	}
}

/* ---- frames ------------------------------------------------------------------------- */

/* The bytes of its head, as far as they have come. */
static size_t
head_bytes(const struct fan_client *c)
{
	unsigned length = c->n_head > 1 ? c->head[1] : 0;

	return length == 126 ? 4 : length == 127 ? 10 : 2;
}

static size_t
payload_bytes(const struct fan_client *c)
{
	size_t n = 0;

	if (c->n_head == 2)
		return c->head[1];
	for (size_t i = 2; i < c->n_head; i++)
		n = n << 8 | c->head[i];
	return n;
}

static void
count(struct fan_client *c, const char *p, size_t n, uint64_t *frames)
{
	while (n > 0) {
		size_t passed = c->left < n ? c->left : n;

		p += passed;
		n -= passed;
		c->left -= passed;
		if (c->left || n == 0)
			continue;
		c->head[c->n_head++] = (unsigned char)*p++;
		n--;
		if (c->n_head < 2 || c->n_head < head_bytes(c))
			continue;
		c->left = payload_bytes(c);
		*frames += (c->head[0] & 15) == 1;
		c->n_head = 0;
	}
}

bool
fan_client_count(struct fan_client *c, uint64_t *frames)
{
	static char bytes[READ_BYTES];
	ssize_t n;

	do {
		n = take(c, bytes, sizeof bytes);
		if (n > 0)
			count(c, bytes, (size_t)n, frames);
	} while (n > 0 && c->ssl);
	return n >= 0;
}
