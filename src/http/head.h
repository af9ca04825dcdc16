/* head.h - the head of an HTTP/1 answer: status and header fields. */
#ifndef ZV_HTTP_HEAD_H
#define ZV_HTTP_HEAD_H

#include "http/field.h"
#include "zvon/error.h"

#define ZV_HTTP_MAX_HEAD_BYTES (32u * 1024)
#define ZV_HTTP_MAX_FIELDS     100u

/* Views into the bytes that were parsed. */
struct zv_http_head {
	int status; /* 100…599 */
	int minor;  /* HTTP/1.minor */
	struct zv_str reason;
	struct zv_http_field fields[ZV_HTTP_MAX_FIELDS];
	size_t n_fields;
};

/* text: the whole head, with or without the empty line at its end; lines end in CRLF or
 * LF; what is before the last status line (100 Continue, a proxy's CONNECT) is passed
 * over. 0; ZV_EPROTO: not a head (a field folded over two lines is refused too);
 * ZV_ETOOBIG: a limit above. *err says where; *head is zeroed then. */
int zv_http_head_parse(struct zv_http_head *head, struct zv_str text,
		       struct zv_error *err);

/* The value of the first field of that name after *cursor (start at 0), which moves
 * behind it; NULL cursor: the first of all. false: no (more) such field. */
bool zv_http_head_find(const struct zv_http_head *head, struct zv_str name,
		       size_t *cursor, struct zv_str *value);

#endif
