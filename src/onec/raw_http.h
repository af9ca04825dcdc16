/* raw_http.h - what an HTTP server says: bytes in, whole answers out, each as one text of
 * head and body (what came in chunks is put together). Pure. */
#ifndef ZV_ONEC_RAW_HTTP_H
#define ZV_ONEC_RAW_HTTP_H

#include "http/chunks.h"
#include "http/head.h"

#define ZV_RAW_BODY_MAX	   ((size_t)1024 * 1024) /* bytes of one answer's body */
#define ZV_RAW_CHUNK_LINE  ((size_t)1024)	 /* size and extensions of a chunk */
#define ZV_RAW_CHUNK_EXTRA ((size_t)16 * 1024)	 /* all extensions, all trailers */

enum zv_raw_http_phase {
	ZV_RAW_HTTP_HEAD = 0,
	ZV_RAW_HTTP_LENGTH, /* `left` bytes of the body are to come */
	ZV_RAW_HTTP_CHUNKS,
	ZV_RAW_HTTP_CLOSE, /* the body lasts until the server closes */
	ZV_RAW_HTTP_WHOLE, /* the answer was given out */
};

/* Zeroed = ready. */
struct zv_raw_http {
	enum zv_raw_http_phase phase;
	struct zv_buf text; /* of the answer so far */
	size_t line;	    /* in the head: where its last line begins */
	size_t body;	    /* where the body begins */
	size_t left;
	struct zv_http_chunks chunks;
};

void zv_raw_http_deinit(struct zv_raw_http *h);

/* Moves *bytes behind what was used. 1: *answer is whole, borrowed until the next call;
 * 0: give more; < 0: ZV_EPROTO, ZV_ETOOBIG, ZV_ENOMEM. Heads of 1xx are passed over. */
int zv_raw_http_next(struct zv_raw_http *h, struct zv_str *bytes, struct zv_str *answer,
		     struct zv_error *err);

/* The server has closed. true: *answer is what there is of the last one, and that is all
 * there is to come if its head names no length. */
bool zv_raw_http_end(struct zv_raw_http *h, struct zv_str *answer);

#endif
