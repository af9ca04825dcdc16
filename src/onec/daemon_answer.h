/* daemon_answer.h - one answer of HTTP/1 as a client reads it: head, and a body of known
 * length or in chunks. Bytes in, answer out. */
#ifndef ZV_ONEC_DAEMON_ANSWER_H
#define ZV_ONEC_DAEMON_ANSWER_H

#include "base/buf.h"
#include "http/chunks.h"
#include "http/head.h"

#define ZV_DAEMON_BODY_MAX ((size_t)64 * 1024) /* of an answer */

enum zv_daemon_answer_fault {
	ZV_ANSWER_FINE,
	ZV_ANSWER_NOT_HTTP,
	ZV_ANSWER_AMI, /* Asterisk's greeting */
	ZV_ANSWER_TLS, /* an alert: the port wants TLS */
	ZV_ANSWER_BAD, /* HTTP, but broken, or too long */
};

/* Zeroed = ready. Bytes are overwritten when they go: a token is in there. */
struct zv_daemon_answer {
	struct zv_buf text, body;
	struct zv_http_head head; /* views into text */
	struct zv_http_chunks chunks;
	size_t left; /* of a body whose length is known */
	bool has_head, in_chunks, is_whole;
	enum zv_daemon_answer_fault fault;
};

void zv_daemon_answer_deinit(struct zv_daemon_answer *a); /* and zeroes it */

/* Moves *bytes behind what was used. 1: it is whole; 0: give more; < 0: a->fault, ZV_ENOMEM;
 * *err has what the reader says of it. A body without a length would end with the
 * connection: nobody waits for it, the answer is whole with its head. */
int zv_daemon_answer_feed(struct zv_daemon_answer *a, struct zv_str *bytes,
			  struct zv_error *err);

/* May the connection be used again? */
bool zv_daemon_answer_keeps(const struct zv_daemon_answer *a);

#endif
