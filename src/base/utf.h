/* utf.h - UTF-8: check, repair, cut. */
#ifndef ZV_BASE_UTF_H
#define ZV_BASE_UTF_H

#include <stdint.h>

#include "zvon/str.h"

/* The length (1-4) of the well-formed character at the start of s, or 0 when the
 * bytes there are not one. s.n must be at least 1. *bad then gets how many bytes one
 * U+FFFD stands for: the "maximal subpart" of the Unicode Standard, section 3.9. */
size_t zv_utf8_char(struct zv_str s, size_t *bad);

/* The number of leading bytes that are well-formed. */
size_t zv_utf8_valid(struct zv_str s);

/* The same for text that comes in pieces: *state is 0 at first, and 0 again where a
 * character ends. Less than s.n: the byte there can belong to no character. */
size_t zv_utf8_feed(uint32_t *state, struct zv_str s);

/* At most `most` bytes of s, cut in front of a character that would not fit whole. */
size_t zv_utf8_cut(struct zv_str s, size_t most);

/* Makes text of unknown origin fit to be shown to a person: in place, one line of
 * UTF-8. Control characters become spaces, bytes that are not UTF-8 become '?', a
 * character cut off at the end goes away. */
void zv_utf8_make_line(char *text);

#endif
