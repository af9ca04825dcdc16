/* raw_stream.h - what comes from the port that a script named: AMI packets, or, when the
 * first bytes are "HTTP/", answers of an HTTP server. Bytes in, packets and answers out.
 * Pure. */
#ifndef ZV_ONEC_RAW_STREAM_H
#define ZV_ONEC_RAW_STREAM_H

#include "onec/raw_http.h"
#include "zvon/parser.h"

#define ZV_RAW_HTTP_START "HTTP/"

enum zv_raw_kind {
	ZV_RAW_UNKNOWN = 0, /* too few bytes yet */
	ZV_RAW_AMI,
	ZV_RAW_HTTP,
};

/* One of the two; borrowed until the next call. */
struct zv_raw_unit {
	const struct zv_packet *packet; /* NULL: an answer */
	struct zv_str answer;
};

struct zv_raw_stream {
	enum zv_raw_kind kind;
	char first[sizeof ZV_RAW_HTTP_START - 1]; /* while the kind is not known */
	size_t n_first;
	struct zv_str in; /* given and not used */
	struct zv_parser *parser;
	struct zv_raw_http http;
};

int zv_raw_stream_init(struct zv_raw_stream *s); /* 0 or ZV_ENOMEM */
void zv_raw_stream_deinit(struct zv_raw_stream *s);

/* The bytes are borrowed until zv_raw_stream_next has returned 0 or less. */
void zv_raw_stream_feed(struct zv_raw_stream *s, struct zv_str bytes);
/* 1: *unit is the next; 0: give more; < 0: a broken stream, *err says why. */
int zv_raw_stream_next(struct zv_raw_stream *s, struct zv_raw_unit *unit,
		       struct zv_error *err);
/* The peer has closed; true: that ended an answer. */
bool zv_raw_stream_end(struct zv_raw_stream *s, struct zv_raw_unit *unit);

#endif
