/* answer.h - the head of our answers. Values with CR, LF or NUL are never written. */
#ifndef ZV_HTTP_ANSWER_H
#define ZV_HTTP_ANSWER_H

#include "base/buf.h"

struct zv_http_answer_field {
	const char *name;
	struct zv_str value;
};

struct zv_http_answer {
	int status;
	const char *content_type; /* NULL: none */
	long long length;	  /* of the body; -1: until the connection closes */
	bool keep_alive;
	bool no_store;		     /* Cache-Control: no-store */
	const char *security_policy; /* Content-Security-Policy; NULL: default-src
					 * 'none' */
	const struct zv_http_answer_field *more;
	size_t n_more;
};

/* Always with X-Content-Type-Options: nosniff, Referrer-Policy: no-referrer,
 * X-Frame-Options: DENY. Check zv_buf_failed at the end. */
void zv_http_write_head(struct zv_buf *out, const struct zv_http_answer *a);
const char *zv_http_reason(int status); /* "Not Found" */

#endif
