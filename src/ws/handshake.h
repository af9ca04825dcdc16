/* handshake.h - from an HTTP request to a WebSocket (RFC 6455, 4; RFC 7692, 5 and 7). */
#ifndef ZV_WS_HANDSHAKE_H
#define ZV_WS_HANDSHAKE_H

#include "http/request.h"

struct zv_ws_wish {
	struct zv_str key;	 /* checked: 16 bytes in base64 */
	struct zv_str protocols; /* Sec-WebSocket-Protocol lists, joined by ", " */
	bool deflate;		 /* an acceptable offer of permessage-deflate is there */
	bool server_max_bits, client_max_bits; /* it named them: the answer must not / may */
	char text[256];		 /* what `protocols` is in */
};

/* 0: *wish is filled. Else the HTTP status: 400, 405, 426 (other version: answer with
 * Sec-WebSocket-Version: 13), *err says why. A body is refused. */
int zv_ws_wish(const struct zv_http_request *request, struct zv_ws_wish *wish,
	       struct zv_error *err);

/* The whole head of 101. protocol empty: none was chosen. */
void zv_ws_accept(struct zv_buf *out, const struct zv_ws_wish *wish,
		  struct zv_str protocol, bool deflate);

/* The client's side: request, and the check of what came back. key: 16 random bytes. */
void zv_ws_ask(struct zv_buf *out, struct zv_str host, struct zv_str target,
	       struct zv_str protocol, const unsigned char key[16], bool deflate);
int zv_ws_check_answer(const struct zv_http_head *head, const unsigned char key[16],
		       struct zv_str protocol, bool *deflate, struct zv_error *err);

#endif
