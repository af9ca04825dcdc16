/* fan_io - what fan_floor does, on io/listen.h: what our own layer adds to it.
 * usage: fan_io PORT [CERTIFICATE KEY] */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/list.h"
#include "base/mem.h"
#include "fan_wire.h"
#include "io/listen.h"

struct peer {
	struct zv_node node; /* in subscribers */
	struct zv_conn *conn;
	bool is_up, is_publisher;
	struct zv_buf in;
};

static struct zv_node subscribers;

static void
publish(const char *text, size_t n)
{
	static char frame[FAN_MAX_FRAME];
	struct zv_str bytes = { frame, fan_frame(frame, text, n, false) };
	struct zv_node *node, *next;

	ZV_EACH(&subscribers, node, next)
	zv_conn_send(ZV_OWNER(node, struct peer, node)->conn, bytes);
}

static void
publish_frames(struct peer *p)
{
	size_t at = 0, n, text_n;
	char *text;

	while ((n = fan_unframe(p->in.p + at, p->in.n - at, &text, &text_n))) {
		publish(text, text_n);
		at += n;
	}
	zv_buf_consume(&p->in, at);
}

static void
upgrade(struct peer *p)
{
	char answer[256];
	size_t n;

	if (!strstr(zv_buf_cstr(&p->in), "\r\n\r\n"))
		return;
	n = fan_answer(p->in.p, answer, sizeof answer);
	p->is_up = true;
	p->is_publisher = strncmp(p->in.p, "GET /pub", 8) == 0;
	if (!p->is_publisher)
		zv_list_append(&subscribers, &p->node);
	zv_buf_deinit(&p->in);
	zv_conn_prove(p->conn);
	zv_conn_send(p->conn, (struct zv_str){ answer, n });
}

static void *
on_accept(void *user, struct zv_conn *c, const char *remote)
{
	struct peer *p = zv_calloc(1, sizeof *p);

	if (p)
		p->conn = c;
	return p;
}

static void
on_bytes(void *owner, struct zv_str bytes)
{
	struct peer *p = owner;

	if (p->is_up && !p->is_publisher)
		return;
	zv_buf_add(&p->in, bytes);
	if (p->is_up)
		publish_frames(p);
	else
		upgrade(p);
}

static void
on_close(void *owner, int reason)
{
	struct peer *p = owner;

	if (zv_list_is_linked(&p->node))
		zv_list_remove(&p->node);
	zv_buf_deinit(&p->in);
	zv_free(p);
}

int
main(int argc, char **argv)
{
	static const struct zv_listen_handlers handlers = {
		.on_accept = on_accept,
		.on_bytes = on_bytes,
		.on_close = on_close,
	};
	struct zv_listen_options options = { .address = "127.0.0.1",
					     .max_connections = 20000 };
	struct zv_error err = { 0 };
	struct zv_loop *loop;

	if (argc != 2 && argc != 4) {
		fprintf(stderr, "usage: fan_io PORT [CERTIFICATE KEY]\n");
		return 2;
	}
	options.port = atoi(argv[1]);
	zv_list_init(&subscribers);
	if (argc == 4)
		options.tls = zv_tls_open(argv[2], argv[3], 12, &err);
	loop = err.code ? NULL : zv_loop_new(&err);
	if (!loop || !zv_listen_open(loop, &options, &handlers, NULL, &err)) {
		fprintf(stderr, "fan_io: %s\n", err.text);
		return 1;
	}
	zv_loop_run(loop);
	return 0;
}
