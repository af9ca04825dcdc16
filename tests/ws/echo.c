/* ws-echo - our codecs beside other implementations of WebSocket, over loopback.
 *
 *   ws-echo server [deflate] [http]  listens on 127.0.0.1, prints `port N`, and sends back
 *                                    what comes, one connection after another, until its
 *                                    standard input ends. http: requests that are no
 *                                    upgrade are answered with what was read of them
 *   ws-echo client PORT N SEED [deflate]
 *                                    sends N messages of all sizes to an echo server and
 *                                    compares; prints `N messages, B bytes, deflate yes` */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http/answer.h"
#include "peer.h"
#include "ws/deflate.h"
#include "ws/handshake.h"

static struct peer peer;

/* ---- server -------------------------------------------------------------------------- */

static void
echo_messages(struct peer *p)
{
	struct zv_ws_message m;
	int code, rc;

	while ((rc = peer_next(p, &m, &code)) == 1) {
		if (m.op == ZV_WS_CLOSE) {
			peer_send_close(p, m.close_code, m.payload);
			break;
		}
		if (m.op == ZV_WS_PING)
			peer_send_message(p, ZV_WS_PONG, m.payload);
		else if (m.op != ZV_WS_PONG)
			peer_send_message(p, m.op, m.payload);
	}
	/* not a reset, which would take the close frame along */
	shutdown(p->fd, SHUT_WR);
	while (peer_fill(p))
		;
}

static void
refuse(struct peer *p, int status, const char *why)
{
	struct zv_http_answer_field version = { "Sec-WebSocket-Version", ZV_STR("13") };
	struct zv_http_answer answer = {
		.status = status,
		.content_type = "text/plain",
		.length = (long long)strlen(why),
		.more = &version,
		.n_more = status == 426,
	};
	struct zv_buf out = { 0 };

	zv_http_write_head(&out, &answer);
	zv_buf_add(&out, zvon_str(why));
	peer_send(p, &out);
	zv_buf_deinit(&out);
}

/* `METHOD PATH?QUERY BODY`, which the test compares. */
static void
answer_request(struct peer *p, const struct zv_http_request *q)
{
	struct zv_http_answer answer = { .status = 200, .keep_alive = q->keep_alive };
	struct zv_buf out = { 0 }, text = { 0 };

	zv_buf_printf(&text, "%.*s %.*s?%.*s %.*s", ZV_ARG(q->method), ZV_ARG(q->path),
		      ZV_ARG(q->query), ZV_ARG(q->body));
	answer.length = (long long)text.n;
	zv_http_write_head(&out, &answer);
	if (!zvon_str_equal(q->method, ZV_STR("HEAD")))
		zv_buf_add(&out, zv_buf_str(&text));
	peer_send(p, &out);
	zv_buf_deinit(&out);
	zv_buf_deinit(&text);
}

static void
open_socket(struct peer *p, const struct zv_ws_wish *wish, bool deflate)
{
	static const struct zv_ws_limits limits = { .message_bytes = 64 * 1024 };
	struct zv_str list = wish->protocols, name, chosen = { NULL, 0 };
	struct zv_buf out = { 0 };

	while (zv_http_list_next(&list, ',', &name))
		if (zvon_str_equal(name, ZV_STR("echo")))
			chosen = name;
	p->deflates = deflate && wish->deflate;
	zv_ws_accept(&out, wish, chosen, deflate);
	peer_send(p, &out);
	zv_buf_deinit(&out);
	zv_ws_reader_init(&p->reader, ZV_WS_SERVER, &limits,
			  p->deflates ? zv_ws_inflate : NULL);
	echo_messages(p);
	zv_ws_reader_deinit(&p->reader);
}

/* One request; false: the connection is over. */
static bool
serve_request(struct peer *p, const struct zv_http_request *q, bool deflate, bool http)
{
	static struct zv_ws_wish wish;
	struct zv_error err = { 0 };
	int status;

	if (http && !q->is_upgrade) {
		answer_request(p, q);
		return q->keep_alive;
	}
	status = zv_ws_wish(q, &wish, &err);
	if (status)
		refuse(p, status, err.text);
	else
		open_socket(p, &wish, deflate);
	return false;
}

static void
serve_connection(struct peer *p, bool deflate, bool http)
{
	struct zv_http_reader *reader = zv_http_reader_new(NULL);
	const struct zv_http_request *q;
	struct zv_error err = { 0 };
	bool more = true;
	int status = 0, rc;

	p->role = ZV_WS_SERVER;
	p->rest = (struct zv_str){ NULL, 0 };
	while (more) {
		rc = zv_http_reader_next(reader, &p->rest, &q, &status, &err);
		if (rc < 0)
			refuse(p, status, err.text);
		if (rc == 1)
			more = serve_request(p, q, deflate, http);
		else
			more = rc == 0 && peer_fill(p);
	}
	shutdown(p->fd, SHUT_WR);
	while (peer_fill(p))
		;
	zv_http_reader_free(reader);
}

static int
listen_on_loopback(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof address;
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&address, size) < 0 ||
	    listen(fd, 16) < 0 ||
	    getsockname(fd, (struct sockaddr *)&address, &size) < 0)
		give_up("cannot listen on 127.0.0.1");
	printf("port %d\n", ntohs(address.sin_port));
	fflush(stdout);
	return fd;
}

static void
serve(bool deflate, bool http)
{
	struct pollfd waits[2] = { { listen_on_loopback(), POLLIN, 0 },
				   { 0, POLLIN, 0 } };
	int one = 1;

	while (poll(waits, 2, -1) > 0 && !waits[1].revents) {
		if (!waits[0].revents)
			continue;
		peer.fd = accept(waits[0].fd, NULL, NULL);
		setsockopt(peer.fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
		serve_connection(&peer, deflate, http);
		close(peer.fd);
	}
	close(waits[0].fd);
}

/* ---- client -------------------------------------------------------------------------- */

static void
dial(struct peer *p, int port)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_port = htons((uint16_t)port),
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int one = 1;

	p->fd = socket(AF_INET, SOCK_STREAM, 0);
	if (p->fd < 0 ||
	    connect(p->fd, (struct sockaddr *)&address, sizeof address) < 0)
		give_up("cannot connect to 127.0.0.1:%d", port);
	setsockopt(p->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
}

static struct zv_str
read_head(struct peer *p, struct zv_buf *head)
{
	size_t end;

	while ((end = zv_str_find(zv_buf_str(head), ZV_STR("\r\n\r\n"))) == head->n) {
		if (!peer_fill(p))
			give_up("the connection ended in the head");
		zv_buf_add(head, p->rest);
	}
	/* what follows is of the first frame, and at the end of the bytes, too */
	end += 4;
	p->rest = zv_str_from(p->rest, p->rest.n - (head->n - end));
	return (struct zv_str){ head->p, end };
}

static void
ask(struct peer *p, int port, bool deflate)
{
	static const struct zv_ws_limits limits = { .message_bytes = 4 * 1024 * 1024 };
	static struct zv_http_head head;
	struct zv_buf out = { 0 }, text = { 0 }, host = { 0 };
	struct zv_error err = { 0 };
	unsigned char key[16];

	for (int i = 0; i < 16; i++)
		key[i] = (unsigned char)peer_chance(p, 256);
	zv_buf_printf(&host, "127.0.0.1:%d", port);
	zv_ws_ask(&out, zv_buf_str(&host), ZV_STR("/"), ZV_STR("echo"), ZV_STR(""), key,
		  deflate);
	peer_send(p, &out);
	p->deflates = deflate;
	if (zv_http_head_parse(&head, read_head(p, &text), &err) < 0 ||
	    zv_ws_check_answer(&head, key, ZV_STR("echo"), &p->deflates, &err) < 0)
		give_up("%s", err.text);
	zv_ws_reader_init(&p->reader, ZV_WS_CLIENT, &limits,
			  p->deflates ? zv_ws_inflate : NULL);
	zv_buf_deinit(&out);
	zv_buf_deinit(&text);
	zv_buf_deinit(&host);
}

/* Sizes around those where the length field grows, and some by chance. */
static size_t
next_size(struct peer *p)
{
	static const size_t sizes[] = { 0,   1,	    2,	   3,	  124, 125, 126,
					127, 65535, 65536, 65537, 199, 200, 300000 };
	uint32_t i = peer_chance(p, 3 * sizeof sizes / sizeof *sizes);

	return i < sizeof sizes / sizeof *sizes ? sizes[i] : peer_chance(p, 3000);
}

static void
make_payload(struct peer *p, enum zv_ws_op op, struct zv_buf *out)
{
	size_t n = next_size(p);
	bool dull = peer_chance(p, 2);

	zv_buf_clear(out);
	while (out->n < n) {
		if (op == ZV_WS_BINARY && !dull)
			zv_buf_add_char(out, (char)peer_chance(p, 256));
		else
			zv_buf_printf(out, "%s%u", dull ? "Дом " : "",
				      peer_chance(p, 50));
	}
}

static void
expect_echo(struct peer *p, enum zv_ws_op op, struct zv_str payload)
{
	struct zv_ws_message m;
	int code = 0, rc;

	for (;;) {
		rc = peer_next(p, &m, &code);
		if (rc == 1 && m.op == ZV_WS_PING)
			peer_send_message(p, ZV_WS_PONG, m.payload);
		else if (rc != 1 || m.op == op || m.op != ZV_WS_PONG)
			break;
	}
	if (rc != 1)
		give_up("no echo: %d %d", rc, code);
	if (m.op != op || !zvon_str_equal(m.payload, payload))
		give_up("another echo: %d instead of %d, %zu bytes instead of %zu",
			m.op, op, m.payload.n, payload.n);
}

static void
be_client(int port, int count, uint32_t seed, bool deflate)
{
	struct zv_buf payload = { 0 };
	struct zv_ws_message m;
	size_t bytes = 0;
	int code = 0;

	peer.role = ZV_WS_CLIENT;
	peer.chance = seed ? seed : 1;
	dial(&peer, port);
	ask(&peer, port, deflate);
	for (int i = 0; i < count; i++) {
		enum zv_ws_op op = peer_chance(&peer, 2) ? ZV_WS_TEXT : ZV_WS_BINARY;

		make_payload(&peer, op, &payload);
		peer_send_message(&peer, op, zv_buf_str(&payload));
		expect_echo(&peer, op, zv_buf_str(&payload));
		bytes += payload.n;
	}
	peer_send_message(&peer, ZV_WS_PING, ZV_STR("p"));
	expect_echo(&peer, ZV_WS_PONG, ZV_STR("p"));
	peer_send_close(&peer, 1000, ZV_STR("done"));
	if (peer_next(&peer, &m, &code) != 1 || m.op != ZV_WS_CLOSE ||
	    m.close_code != 1000)
		give_up("no close: %d", code);
	printf("%d messages, %zu bytes, deflate %s\n", count, bytes,
	       peer.deflates ? "yes" : "no");
	zv_ws_reader_deinit(&peer.reader);
	zv_buf_deinit(&payload);
	close(peer.fd);
}

static bool
has_word(int argc, char **argv, const char *word)
{
	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], word) == 0)
			return true;
	return false;
}

int
main(int argc, char **argv)
{
	bool deflate = has_word(argc, argv, "deflate");

	if (argc > 1 && strcmp(argv[1], "server") == 0)
		serve(deflate, has_word(argc, argv, "http"));
	else if (argc > 4 && strcmp(argv[1], "client") == 0)
		be_client(atoi(argv[2]), atoi(argv[3]),
			  (uint32_t)strtoul(argv[4], NULL, 0), deflate);
	else
		give_up("usage: ws-echo server [deflate] [http] | client PORT N SEED "
			"[deflate]");
	zv_ws_deflate_forget();
	return 0;
}
