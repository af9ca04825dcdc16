/* num.h - numbers from text, with overflow known. */
#ifndef ZV_BASE_NUM_H
#define ZV_BASE_NUM_H

#include "zvon/str.h"

/* The whole of s is a decimal number with an optional '-', no spaces.
 * 0, ZV_EINVAL, or ZV_ETOOBIG beyond least…most. */
int zv_num_parse(struct zv_str s, long long least, long long most, long long *out);

/* Seconds with a decimal point, "1.5", as milliseconds; not negative, rounded down.
 * 0, ZV_EINVAL, or ZV_ETOOBIG beyond `most`. */
int zv_num_parse_seconds(struct zv_str s, long long most_ms, long long *ms);

/* 0…15; -1: it is no hexadecimal digit. */
int zv_hex_digit(char c);

#endif
