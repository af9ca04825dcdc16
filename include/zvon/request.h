/* request.h - one action to Asterisk, refused before a byte is sent if it is bad.
 *
 * Asterisk takes a bare LF as a line end, drops a lone CR, cuts a value at NUL and
 * answers lines of more than 1024 bytes or packets of more than 128 lines with an
 * error of their own: all of these are refused here, with the field's name. So are
 * %0d, %0a and %00, which AJAM decodes, and U+2028 and U+2029, which end a line for
 * whoever shows the text: an action that is safe on one way is safe on all. */
#ifndef ZVON_REQUEST_H
#define ZVON_REQUEST_H

#include "zvon/error.h"
#include "zvon/str.h"

ZVON_BEGIN_DECLS

#define ZV_REQUEST_MAX_LINE	 1000 /* bytes of one `Key: value`, without CRLF */
#define ZV_REQUEST_MAX_LINES	 128  /* with Action and ActionID */
#define ZV_REQUEST_MAX_VARIABLES 120  /* `Variable:` lines */

struct zv_request;

/* name: "Ping", "Originate"… NULL when out of memory or when the name is empty or
 * holds one of those (then *err says so; err may be NULL). */
ZVON_API struct zv_request *zvon_request_new(struct zv_str name, struct zv_error *err);
ZVON_API void zvon_request_free(struct zv_request *r); /* NULL is fine */

/* Adds `Key: value`; keys may repeat. 0, ZV_EINVAL (one of those; empty key; colon
 * or space at the ends of the key), ZV_ETOOBIG (a limit above), ZV_ENOMEM; then the
 * request is as it was. An ActionID given here is kept and used. */
ZVON_API int zvon_request_add(struct zv_request *r, struct zv_str key,
			      struct zv_str value, struct zv_error *err);

/* As zvon_request_add with NUL-terminated strings. */
ZVON_API int zvon_request_set(struct zv_request *r, const char *key, const char *value,
			      struct zv_error *err);

ZVON_END_DECLS

#endif
