/* sha1.h - SHA-1 (FIPS 180-4), for the WebSocket handshake only. */
#ifndef ZV_BASE_SHA1_H
#define ZV_BASE_SHA1_H

#include "zvon/str.h"

void zv_sha1(struct zv_str bytes, unsigned char out[20]);

#endif
