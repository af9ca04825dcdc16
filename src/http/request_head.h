/* request_head.h - the meaning of a request's head whose lines are there. */
#ifndef ZV_HTTP_REQUEST_HEAD_H
#define ZV_HTTP_REQUEST_HEAD_H

#include "http/request.h"

#define ZV_HTTP_MAX_HOST 255 /* bytes: more no name has (RFC 1035, 2.3.4) */

struct zv_http_framing {
	bool chunked;
	unsigned long long length; /* not chunked: of the body */
};

/* All return 0, or the HTTP status to refuse with, and *why. */

/* line: without CRLF. Sets method, target and minor: views into it. */
int zv_http_request_line(struct zv_http_request *q, struct zv_str line,
			 const char **why);

/* One line of `name: value`, without CRLF. */
int zv_http_request_field(struct zv_http_field *field, struct zv_str line,
			  const char **why);

/* The rest, when line and fields are there. room: for target.n + ZV_HTTP_MAX_HOST
 * bytes, where path and host will stand. */
int zv_http_request_meaning(struct zv_http_request *q, char *room,
			    struct zv_http_framing *framing, const char **why);

#endif
