/* chunks.h - a body in chunks (RFC 9112, 7.1), with what stands around them limited. */
#ifndef ZV_HTTP_CHUNKS_H
#define ZV_HTTP_CHUNKS_H

#include "base/buf.h"

struct zv_http_chunks_limits {
	size_t body_bytes;
	size_t line_bytes;  /* size and extensions of one chunk */
	size_t extra_bytes; /* all extensions together; all trailer fields together */
};

/* Zeroed = ready. */
struct zv_http_chunks {
	unsigned char state;
	size_t left;  /* of the chunk; while its size is read: what that is so far */
	size_t line;  /* bytes of the size line so far */
	size_t extra; /* bytes of extensions */
	size_t trailer;
};

/* Adds to body what the chunks hold; moves *bytes behind what was used. 1: that was the
 * end; 0: give more; < 0: ZV_ENOMEM, or the HTTP status to answer, negative, and *why. */
int zv_http_chunks_next(struct zv_http_chunks *c,
			const struct zv_http_chunks_limits *limits,
			struct zv_str *bytes, struct zv_buf *body, const char **why);

#endif
