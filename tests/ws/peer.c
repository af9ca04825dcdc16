#include "peer.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ws/deflate.h"
#include "zvon/error.h"

void
give_up(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(1);
}

uint32_t
peer_chance(struct peer *p, uint32_t below)
{
	p->chance ^= p->chance << 13; /* xorshift32 */
	p->chance ^= p->chance >> 17;
	p->chance ^= p->chance << 5;
	return p->chance % below;
}

bool
peer_fill(struct peer *p)
{
	ssize_t n = recv(p->fd, p->bytes, sizeof p->bytes, 0);

	p->rest = (struct zv_str){ p->bytes, n > 0 ? (size_t)n : 0 };
	return n > 0;
}

/* A peer that has gone away is seen by the next peer_fill. */
void
peer_send(struct peer *p, const struct zv_buf *bytes)
{
	size_t sent = 0;

	if (zv_buf_failed(bytes))
		give_up("out of memory");
	while (sent < bytes->n) {
		size_t n = bytes->n - sent;
		ssize_t rc =
			send(p->fd, bytes->p + sent,
			     p->pieces && n > p->pieces ? p->pieces : n, MSG_NOSIGNAL);

		if (rc < 0)
			return;
		sent += (size_t)rc;
	}
}

static const unsigned char *
next_mask(struct peer *p, unsigned char mask[4])
{
	for (int i = 0; i < 4; i++)
		mask[i] = (unsigned char)peer_chance(p, 256);
	return p->role == ZV_WS_CLIENT ? mask : NULL;
}

void
peer_send_message(struct peer *p, enum zv_ws_op op, struct zv_str payload)
{
	struct zv_buf frame = { 0 }, wire = { 0 };
	unsigned char mask[4];
	bool deflated = p->deflates && op <= ZV_WS_BINARY &&
			payload.n >= ZV_WS_DEFLATE_FROM &&
			zv_ws_deflate(payload, &wire) == 0;

	zv_ws_write(&frame, op, deflated ? zv_buf_str(&wire) : payload, deflated,
		    next_mask(p, mask));
	peer_send(p, &frame);
	zv_buf_deinit(&frame);
	zv_buf_deinit(&wire);
}

void
peer_send_close(struct peer *p, int code, struct zv_str reason)
{
	struct zv_buf frame = { 0 };
	unsigned char mask[4];

	zv_ws_write_close(&frame, code, reason, next_mask(p, mask));
	peer_send(p, &frame);
	zv_buf_deinit(&frame);
}

int
peer_next(struct peer *p, struct zv_ws_message *m, int *close_code)
{
	const char *why = NULL;

	for (;;) {
		int rc = zv_ws_reader_next(&p->reader, &p->rest, m, close_code, &why);

		if (rc < 0) {
			peer_send_close(p, *close_code, zvon_str(why));
			shutdown(p->fd, SHUT_WR);
		}
		if (rc != 0)
			return rc;
		if (!peer_fill(p))
			return 0;
	}
}
