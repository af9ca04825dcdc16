/* hash.h - a keyed hash for tables whose keys come from outside. */
#ifndef ZV_BASE_HASH_H
#define ZV_BASE_HASH_H

#include <stdint.h>

#include "zvon/str.h"

/* SipHash-1-3 of the bytes: with a secret seed nobody can choose keys that fall on
 * one slot. https://www.aumasson.jp/siphash/ (2012). */
uint64_t zv_hash(struct zv_str s, uint64_t seed);

#endif
