/* md5.h - MD5 (RFC 1321), for Asterisk's challenge login; not for anything new. */
#ifndef ZV_BASE_MD5_H
#define ZV_BASE_MD5_H

#include "zvon/str.h"

#define ZV_MD5_HEX 32

/* The digest of all parts, one after another, as lower-case hex with a NUL. */
void zv_md5_hex(const struct zv_str *parts, size_t n_parts, char out[ZV_MD5_HEX + 1]);

#endif
