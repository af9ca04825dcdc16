/* handshake.h - from an HTTP request to a WebSocket (RFC 6455, 4; RFC 7692, 5 and 7). */
#ifndef ZV_WS_HANDSHAKE_H
#define ZV_WS_HANDSHAKE_H

#include "http/request.h"

/* Bytes: a token of ours may be one of the "protocols" (bearer.TOKEN). */
#define ZV_WS_MAX_PROTOCOLS 4096

struct zv_ws_wish {
	struct zv_str key;	 /* checked: 16 bytes in base64 */
	struct zv_str protocols; /* Sec-WebSocket-Protocol lists, joined by ", " */
	bool deflate;	      /* an acceptable offer of permessage-deflate is there */
	bool server_max_bits; /* it limits our window: the answer must, too */
	char text[ZV_WS_MAX_PROTOCOLS]; /* what `protocols` is in */
};

/* 0: *wish is filled. Else the HTTP status: 400, 405, 426 (other version: answer with
 * Sec-WebSocket-Version: 13), *err says why. A body is refused, and a request that did not
 * wait for the answer to the one before it. wish->key is a view into the request. */
int zv_ws_wish(const struct zv_http_request *request, struct zv_ws_wish *wish,
	       struct zv_error *err);

/* The whole head of 101. protocol empty: none was chosen. deflate: if the wish has it. */
void zv_ws_accept(struct zv_buf *out, const struct zv_ws_wish *wish,
		  struct zv_str protocol, bool deflate);

/* The client's side: request, and the check of what came back. token: sent as
 * Authorization: Bearer; empty: none. key: 16 random bytes. out is marked as failed when a
 * text has control characters or blanks in it. */
void zv_ws_ask(struct zv_buf *out, struct zv_str host, struct zv_str target,
	       struct zv_str protocol, struct zv_str token, const unsigned char key[16],
	       bool deflate);
/* The protocol must be the one asked for. *deflate: was it offered? Then: was it agreed
 * on? 0 or ZV_EPROTO. */
int zv_ws_check_answer(const struct zv_http_head *head, const unsigned char key[16],
		       struct zv_str protocol, bool *deflate, struct zv_error *err);

#endif
