/* request.h - what a client of our HTTP server sends: bytes in, requests out, one after
 * the other (pipelining). HTTP/1.1 and 1.0 (RFC 9112), strict: what two programs could read
 * differently (Content-Length twice, with Transfer-Encoding, '+5', obs-fold, a bare CR,
 * blanks before a colon) is refused, so that nobody can smuggle. */
#ifndef ZV_HTTP_REQUEST_H
#define ZV_HTTP_REQUEST_H

#include "base/buf.h"
#include "http/head.h"

#define ZV_HTTP_MAX_REQUEST_HEAD (16u * 1024)
#define ZV_HTTP_MAX_REQUEST_LINE (8u * 1024)
#define ZV_HTTP_MAX_BODY	 (64u * 1024)
#define ZV_HTTP_MAX_CHUNK_LINE	 256u

/* 0: the default, which is named above. */
struct zv_http_limits {
	size_t head_bytes; /* request line and fields */
	size_t line_bytes; /* request line with its CRLF; longer: 414 */
	size_t fields;	   /* ZV_HTTP_MAX_FIELDS */
	size_t body_bytes;
	size_t chunk_line; /* size and extensions of one chunk */
};

struct zv_http_request {
	struct zv_str method; /* "GET": of the methods we know, else 501 */
	struct zv_str target; /* as sent */
	struct zv_str path;   /* decoded; begins with '/'; UTF-8 without control
			       * characters; no "." or ".." part */
	struct zv_str query;  /* behind '?', as sent */
	struct zv_str host;   /* of Host, or of an absolute target; lower case, no port;
			       * an IPv6 address in its brackets */
	int port;	      /* of Host; 0: none */
	int minor;	      /* HTTP/1.minor */
	bool keep_alive;      /* the connection may be used again */
	bool expects_continue;
	bool is_upgrade; /* Connection: upgrade and an Upgrade field */
	bool pipelined;	 /* sent before the answer to the request before it */
	const struct zv_http_field *fields;
	size_t n_fields;
	struct zv_str body; /* whole, unchunked */
};

struct zv_http_reader;

struct zv_http_reader *zv_http_reader_new(const struct zv_http_limits *limits);
void zv_http_reader_free(struct zv_http_reader *r);

/* Reads from *bytes and moves it behind what was used. 1: *request is whole, borrowed
 * until the next call; what follows it stays in *bytes (the next request, or the first
 * frame after an upgrade). 0: more bytes are needed, all were used. < 0: *status is what
 * to answer (400 413 414 431 501 505; 503: no memory) before closing, *err says why; the
 * same from then on. An idle reader holds no memory but itself: after a request, call it
 * once more, if only with no bytes, when the answer is on its way. */
int zv_http_reader_next(struct zv_http_reader *r, struct zv_str *bytes,
			const struct zv_http_request **request, int *status,
			struct zv_error *err);

/* Where it stands: for the time limits of each phase, and "100 Continue". */
enum zv_http_phase {
	ZV_HTTP_IDLE, /* no byte of a request yet */
	ZV_HTTP_HEAD,
	ZV_HTTP_BODY,
};
enum zv_http_phase zv_http_reader_phase(const struct zv_http_reader *r);
bool zv_http_reader_wants_continue(struct zv_http_reader *r); /* true once */

/* The first field of that name; p NULL: none. */
struct zv_str zv_http_field_of(const struct zv_http_request *r, const char *name);
/* Is that word in a comma list of all fields of that name? Without case. */
bool zv_http_has_word(const struct zv_http_request *r, const char *name,
		      const char *word);

/* The value of a query or form, decoded ('+' is a blank): 1 found, 0 not, < 0 ZV_EINVAL
 * (bad escape, NUL, not UTF-8), ZV_ENOMEM. */
int zv_http_query_value(struct zv_str query, const char *name, struct zv_buf *out);

/* The next pair of a query or form into *name and *value (cleared before), decoded; empty pairs
 * are passed over. 1: there was one, and *rest is what follows; 0: that was all; < 0 as above. */
int zv_http_query_next(struct zv_str *rest, struct zv_buf *name, struct zv_buf *value);

#endif
