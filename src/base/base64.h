/* base64.h - RFC 4648, both alphabets. */
#ifndef ZV_BASE_BASE64_H
#define ZV_BASE_BASE64_H

#include "base/buf.h"

/* url: the alphabet with '-' and '_', without padding. */
int zv_base64_encode(struct zv_buf *out, struct zv_str bytes, bool url);
/* Strict: no blanks, right padding (none for url), no stray bits. ZV_EINVAL, ZV_ENOMEM. */
int zv_base64_decode(struct zv_buf *out, struct zv_str text, bool url);

#endif
