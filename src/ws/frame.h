/* frame.h - WebSocket frames (RFC 6455) and messages, for both roles. Bytes in, messages
 * out; every rule of the RFC is checked at the first byte that breaks it. */
#ifndef ZV_WS_FRAME_H
#define ZV_WS_FRAME_H

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
	size_t message_bytes; /* inflated: 64 KiB */
	size_t fragments;     /* of one message: 1024 */
};

/* Embedded: small while idle, because thousands are. Zero it, then zv_ws_reader_init. */
struct zv_ws_reader {
	struct zv_buf message; /* fragments, or what of a frame has come */
	struct zv_ws_limits limits;
	enum zv_ws_role role;
	bool may_deflate; /* permessage-deflate was agreed on */
	unsigned char head[14], n_head;
	unsigned char op;      /* of the message that is being put together */
	bool deflated, failed, final;
	unsigned char control[125], n_control;
	unsigned mask_at;
	uint32_t utf8;	       /* state of the check of text */
	size_t fragments, payload_left;
	int close_code;
};

struct zv_ws_message {
	enum zv_ws_op op;
	struct zv_str payload; /* borrowed until the next call; CLOSE: the reason */
	int close_code;	       /* CLOSE: what the peer said; 1005: nothing */
};

void zv_ws_reader_init(struct zv_ws_reader *r, enum zv_ws_role role,
		       const struct zv_ws_limits *limits, bool may_deflate);
void zv_ws_reader_deinit(struct zv_ws_reader *r);

/* Moves *bytes behind what was used. 1: *message; 0: all used, give more; < 0: broken by
 * the peer, *close_code (1002 1007 1009) is what to close with, *why a word for the log;
 * the same from then on. Memory is never taken by a length that was only claimed. */
int zv_ws_reader_next(struct zv_ws_reader *r, struct zv_str *bytes,
		      struct zv_ws_message *message, int *close_code, const char **why);

/* One whole frame behind what is in out. mask: 4 bytes for the client role, NULL for the
 * server's. deflated: sets RSV1; the payload is deflated already. */
void zv_ws_write(struct zv_buf *out, enum zv_ws_op op, struct zv_str payload,
		 bool deflated, const unsigned char *mask);
/* A close frame; code 1005: without body. The reason is cut to 123 bytes of UTF-8. */
void zv_ws_write_close(struct zv_buf *out, int code, struct zv_str reason,
		       const unsigned char *mask);
bool zv_ws_close_code_is_valid(int code); /* on the wire, from a peer */

#endif
