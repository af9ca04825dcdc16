#include "web.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "server_impl.h"
#include "support.h"

struct request {
	struct talk *talk;
	char head[16384];
	char path[64];
	long number; /* behind '?' */
	int nth;     /* on this connection, from 1 */
	const char *body;
	size_t n_body;
};

/* ---- answers ---------------------------------------------------------------------- */

static bool
answer(struct talk *t, const char *fields, const char *body, size_t n)
{
	return talk_printf(t,
			   "HTTP/1.1 200 OK\r\nServer: Asterisk\r\n%s"
			   "Content-Length: %zu\r\n\r\n",
			   fields, n) &&
	       talk_send(t, body, n);
}

static bool
page_ok(struct request *r)
{
	return answer(r->talk, "", "hello", 5);
}

static bool
page_mirror(struct request *r)
{
	size_t n = strlen(r->head);
	char *all = malloc(n + 2 + r->n_body);

	if (!all)
		abort();
	memcpy(all, r->head, n);
	memcpy(all + n, "\r\n", 2);
	memcpy(all + n + 2, r->body, r->n_body);
	answer(r->talk, "", all, n + 2 + r->n_body);
	free(all);
	return true;
}

static bool
page_once(struct request *r)
{
	answer(r->talk, "Connection: close\r\n", "hello", 5);
	return false;
}

static bool
page_quiet(struct request *r)
{
	page_ok(r);
	return false;
}

static bool
page_chunked(struct request *r)
{
	return talk_printf(r->talk, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n"
				    "\r\n3\r\nhel\r\n") &&
	       talk_printf(r->talk, "2;x=y\r\nlo\r\n0\r\nX-Trailer: 1\r\n\r\n");
}

static bool
page_damaged(struct request *r)
{
	talk_printf(r->talk, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
			     "3\r\nhel\r\nnonsense\r\n");
	talk_freeze(r->talk);
	return false;
}

static bool
page_later(struct request *r)
{
	talk_printf(r->talk, "HTTP/1.1 100 Continue\r\n\r\n");
	talk_printf(r->talk, "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n");
	return page_ok(r);
}

static bool
page_early(struct request *r)
{
	while (talk_printf(r->talk, "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"))
		;
	return false;
}

static bool
page_long(struct request *r)
{
	talk_printf(r->talk, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello");
	return false;
}

static bool
page_short(struct request *r)
{
	return talk_printf(r->talk,
			   "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello, you");
}

static bool
page_cut(struct request *r)
{
	talk_printf(r->talk, "HTTP/1.1 200 OK\r\nContent-Len");
	return false;
}

static bool
page_nothing(struct request *r)
{
	return false;
}

static bool
page_reset(struct request *r)
{
	talk_reset(r->talk);
	return false;
}

static bool
page_torn(struct request *r)
{
	talk_printf(r->talk, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello");
	sleep_ms(50); /* RST overtakes what was not read */
	talk_reset(r->talk);
	return false;
}

static bool
page_wait(struct request *r)
{
	talk_take(r->talk, 1 << 20); /* until the client leaves */
	return false;
}

static bool
page_slow(struct request *r)
{
	sleep_ms((int)r->number);
	return page_ok(r);
}

static bool
page_drip(struct request *r)
{
	bool ok = talk_printf(r->talk, "HTTP/1.1 200 OK\r\nContent-Length: %ld\r\n\r\n",
			      r->number);

	for (long i = 0; ok && i < r->number; i++) {
		sleep_ms(5);
		ok = talk_send(r->talk, ".", 1);
	}
	return ok;
}

char
web_byte(unsigned long i)
{
	return (char)('a' + i % 23 + i / 4096 % 3);
}

static bool
page_big(struct request *r)
{
	char piece[8192];
	unsigned long all = (unsigned long)r->number, done = 0;
	bool ok;

	sleep_ms(30);
	ok = talk_printf(r->talk, "HTTP/1.1 200 OK\r\nContent-Length: %lu\r\n\r\n",
			 all);

	while (ok && done < all) {
		size_t n = all - done < sizeof piece ? all - done : sizeof piece;

		for (size_t i = 0; i < n; i++)
			piece[i] = web_byte(done + i);
		ok = talk_send(r->talk, piece, n);
		done += n;
	}
	return ok;
}

static const char gzip[] = "\x1f\x8b\x08\0\0\0\0\0\0\x03\xcb\x48\xcd\xc9\xc9\x07\0"
			   "\x86\xa6\x10\x36\x05\0\0";

static bool
page_gzip(struct request *r)
{
	return answer(r->talk, "Content-Encoding: gzip\r\n", gzip, sizeof gzip);
}

static bool
page_packed(struct request *r)
{
	talk_printf(r->talk,
		    "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n"
		    "\r\n%zx\r\n",
		    sizeof gzip);
	talk_send(r->talk, gzip, sizeof gzip);
	return talk_printf(r->talk, "\r\n0\r\n\r\n");
}

/* A field of n bytes, its line end among them. */
static void
send_field(struct talk *t, size_t n)
{
	char *line = malloc(n);

	if (!line)
		abort();
	memset(line, 'x', n);
	memcpy(line, "X: ", 3);
	memcpy(line + n - 2, "\r\n", 2);
	talk_send(t, line, n);
	free(line);
}

static bool
page_head(struct request *r)
{
	static const char first[] = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n";
	size_t left = (size_t)r->number - strlen(first) - 2;

	talk_printf(r->talk, "%s", first);
	for (; left >= 2000; left -= 1000)
		send_field(r->talk, 1000);
	send_field(r->talk, left);
	return talk_printf(r->talk, "\r\n");
}

static bool
page_line(struct request *r)
{
	talk_printf(r->talk, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n");
	send_field(r->talk, (size_t)r->number);
	return talk_printf(r->talk, "\r\n");
}

static bool
page_banner(struct request *r)
{
	return talk_printf(r->talk, "Asterisk Call Manager/5.0.4\r\n");
}

static bool
page_gone(struct request *r)
{
	return r->nth != r->number && page_ok(r);
}

static const struct page {
	const char *path;
	bool (*answer)(struct request *r); /* false: closes */
} pages[] = {
	{ "/ok", page_ok },	      { "/mirror", page_mirror },
	{ "/once", page_once },	      { "/quiet", page_quiet },
	{ "/chunked", page_chunked }, { "/damaged", page_damaged },
	{ "/later", page_later },     { "/early", page_early },
	{ "/long", page_long },	      { "/short", page_short },
	{ "/cut", page_cut },	      { "/nothing", page_nothing },
	{ "/reset", page_reset },     { "/wait", page_wait },
	{ "/slow", page_slow },	      { "/drip", page_drip },
	{ "/big", page_big },	      { "/gzip", page_gzip },
	{ "/packed", page_packed },   { "/head", page_head },
	{ "/line", page_line },	      { "/banner", page_banner },
	{ "/gone", page_gone },	      { "/torn", page_torn },
};

/* ---- requests -------------------------------------------------------------------------- */

static size_t
content_length(const char *head)
{
	const char *field = strcasestr(head, "\r\nContent-Length:");

	return field ? strtoul(field + strlen("\r\nContent-Length:"), NULL, 10) : 0;
}

static bool
read_request(struct request *r)
{
	const char *head = talk_next(r->talk);

	if (!head)
		return false;
	snprintf(r->head, sizeof r->head, "%s", head);
	r->number = 0;
	sscanf(r->head, "%*s %63[^? ]?%ld", r->path, &r->number);
	r->n_body = content_length(r->head);
	r->body = r->n_body ? talk_take(r->talk, r->n_body) : "";
	r->nth++;
	return r->body != NULL;
}

static bool
serve(struct request *r)
{
	for (size_t i = 0; i < N_OF(pages); i++)
		if (strcmp(r->path, pages[i].path) == 0)
			return pages[i].answer(r);
	return talk_printf(r->talk, "HTTP/1.1 404 Not Found\r\n"
				    "Content-Length: 0\r\n\r\n");
}

void
web_script(struct talk *t, void *user)
{
	struct request r = { .talk = t };

	while (read_request(&r)) {
		talk_count(t, &t->server->counts.actions);
		if (!serve(&r))
			break;
	}
}

/* ---- the proxy ------------------------------------------------------------------------- */

static int
dial_local(int port)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
				 .sin_port = htons((uint16_t)port),
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;

	if (fd < 0 || connect(fd, (struct sockaddr *)&a, sizeof a) < 0)
		abort();
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	return fd;
}

static bool
move(int from, int to)
{
	char bytes[16384];
	ssize_t n = recv(from, bytes, sizeof bytes, 0);

	return n > 0 && send(to, bytes, (size_t)n, MSG_NOSIGNAL) == n;
}

static void
pass_on(int a, int b)
{
	struct pollfd fds[] = { { a, POLLIN, 0 }, { b, POLLIN, 0 } };
	bool ok = true;

	while (ok && poll(fds, 2, -1) > 0) {
		if (fds[0].revents)
			ok = move(a, b);
		if (ok && fds[1].revents)
			ok = move(b, a);
	}
}

void
web_proxy_script(struct talk *t, void *user)
{
	struct web_proxy *proxy = user;
	const char *head = talk_next(t);
	size_t n = strlen(proxy->heads);
	int port, fd;

	if (!head)
		return;
	snprintf(proxy->heads + n, sizeof proxy->heads - n, "%s\n", head);
	if (proxy->refuse) {
		talk_printf(t, "HTTP/1.1 %d No\r\nContent-Length: 0\r\n\r\n",
			    proxy->refuse);
		return;
	}
	if (sscanf(head, "CONNECT 127.0.0.1:%d ", &port) != 1)
		return;
	fd = dial_local(port);
	talk_printf(t, "HTTP/1.1 200 Connection established\r\nVia: test\r\n\r\n");
	pass_on(t->fd, fd);
	close(fd);
}
