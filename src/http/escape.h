/* escape.h - %XX in targets, queries and forms (RFC 3986, 2.1). */
#ifndef ZV_HTTP_ESCAPE_H
#define ZV_HTTP_ESCAPE_H

#include "zvon/str.h"

/* Decodes into out, which has room for text.n bytes; form: '+' is a blank, too. How many
 * bytes it made, or ZV_EINVAL: a '%' without two hexadecimal digits, a NUL. */
int zv_http_unescape(struct zv_str text, bool form, char *out);

#endif
