/* frame.h - WebSocket frames (RFC 6455) and messages, for both roles. Bytes in, messages
 * out; every rule of the RFC is checked at the first byte that breaks it. */
#ifndef ZV_WS_FRAME_H
#define ZV_WS_FRAME_H

#include <stdint.h>

#include "base/buf.h"
#include "ws/deflate.h"

enum zv_ws_op {
	ZV_WS_TEXT = 1,
	ZV_WS_BINARY = 2,
	ZV_WS_CLOSE = 8,
	ZV_WS_PING = 9,
	ZV_WS_PONG = 10,
};

enum zv_ws_role {
	ZV_WS_SERVER, /* gets masked frames, sends unmasked */
	ZV_WS_CLIENT,
};

/* 0: the default. */
struct zv_ws_limits {
	size_t message_bytes; /* of one message, inflated: 64 KiB */
	size_t fragments;     /* of one message: 1024 */
};

/* Embedded: small while idle, because thousands are, and without memory of its own.
 * zv_ws_reader_init first; the fields are its own business. */
struct zv_ws_reader {
	struct zv_buf message; /* the fragments so far; after the last: all of it */
	struct zv_ws_limits limits;
	size_t fragments;    /* of it */
	size_t payload_left; /* of the frame */
	const char *why;     /* it failed */
	enum zv_ws_role role;
	int code, close_code; /* it failed */
	uint32_t utf8;	      /* zv_utf8_feed */
	unsigned mask_at;
	unsigned char op; /* of the message that is being put together; 0: none */
	unsigned char n_head, n_control;
	zv_ws_inflate_fn inflate; /* permessage-deflate was agreed on */
	bool deflated;		  /* the message is */
	bool in_payload, failed, closed;
	unsigned char head[14];	    /* of the frame; at its end the mask */
	unsigned char control[125]; /* payload of a control frame */
};

struct zv_ws_message {
	enum zv_ws_op op;
	struct zv_str
		payload; /* borrowed until the next call; TEXT: it is UTF-8; CLOSE:
				* the reason */
	int close_code;	 /* CLOSE: what the peer said; 1005: nothing */
};

/* inflate: zv_ws_inflate where permessage-deflate was agreed on, else NULL. Who never
 * agrees does not name it, and needs no zlib. */
void zv_ws_reader_init(struct zv_ws_reader *r, enum zv_ws_role role,
		       const struct zv_ws_limits *limits, zv_ws_inflate_fn inflate);
void zv_ws_reader_deinit(struct zv_ws_reader *r);

/* Moves *bytes behind what was used. 1: *message; 0: all used, give more; < 0: broken by
 * the peer, *close_code (1002 1007 1009; 1011: no memory) is what to close with, *why a
 * word for the log; the same from then on. What follows a CLOSE is passed over. Memory is
 * never taken by a length that was only claimed, and given back when no message is under
 * way: call it once more, if only with no bytes, when a message was dealt with. */
int zv_ws_reader_next(struct zv_ws_reader *r, struct zv_str *bytes,
		      struct zv_ws_message *message, int *close_code, const char **why);

/* One whole frame behind what is in out. mask: 4 bytes for the client role, NULL for the
 * server's. deflated: sets RSV1; the payload is deflated already. */
void zv_ws_write(struct zv_buf *out, enum zv_ws_op op, struct zv_str payload,
		 bool deflated, const unsigned char *mask);
/* The head of a server's frame whose payload of n bytes is there already, right before it:
 * how many bytes, at most ZV_WS_MAX_HEAD_BEFORE. */
#define ZV_WS_MAX_HEAD_BEFORE 10
size_t zv_ws_write_before(char *payload, enum zv_ws_op op, size_t n);
/* A close frame; code 1005: without body. The reason is cut to 123 bytes of UTF-8. */
void zv_ws_write_close(struct zv_buf *out, int code, struct zv_str reason,
		       const unsigned char *mask);
bool zv_ws_close_code_is_valid(int code); /* on the wire, from a peer */

#endif
