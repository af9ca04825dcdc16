/* extension.h - permessage-deflate as Sec-WebSocket-Extensions names it (RFC 7692, 7). */
#ifndef ZV_WS_EXTENSION_H
#define ZV_WS_EXTENSION_H

#include "http/field.h"

struct zv_ws_deflate_terms {
	bool server_no_context, client_no_context;
	int server_bits,
		client_bits; /* 8…15; 0: not named; -1: named without a value */
};

/* One element of the list: is it permessage-deflate, with each parameter known, once,
 * and its value right? */
bool zv_ws_read_terms(struct zv_str element, struct zv_ws_deflate_terms *terms);

#endif
