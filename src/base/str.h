/* str.h - what the inside needs beyond the public view (zvon/str.h). */
#ifndef ZV_BASE_STR_H
#define ZV_BASE_STR_H

#include "zvon/str.h"

bool zv_str_starts(struct zv_str s, struct zv_str prefix);
bool zv_str_starts_nocase(struct zv_str s, struct zv_str prefix);
bool zv_str_ends(struct zv_str s, struct zv_str suffix);

/* The position of `what` in s, or s.n when it is not there. */
size_t zv_str_find(struct zv_str s, struct zv_str what);

/* s from position `from` on (empty beyond its end). */
struct zv_str zv_str_from(struct zv_str s, size_t from);

/* Without spaces, tabs, CR and LF at both ends. */
struct zv_str zv_str_trim(struct zv_str s);

/* Cuts *rest at the first `separator`: *part gets what is before it, *rest what is
 * after it. false: *rest was used up (an empty *rest with p == NULL). */
bool zv_str_split(struct zv_str *rest, char separator, struct zv_str *part);

/* A-Z made a-z, other bytes as they are. */
static inline unsigned char
zv_lower(unsigned char c)
{
	return c >= 'A' && c <= 'Z' ? (unsigned char)(c + 32) : c;
}

#endif
