/* text16.h - UTF-16 of 1C and UTF-8 of ours, and names compared as 1C compares them:
 * without case in Latin and Cyrillic (Ё is ё, but not е), and never by the C locale (it is the
 * host's). Pure. */
#ifndef ZV_ONEC_TEXT16_H
#define ZV_ONEC_TEXT16_H

#include <stdint.h>

#include "base/buf.h"

/* Lone surrogates become U+FFFD. 0 or ZV_ENOMEM. */
int zv_utf8_from_16(struct zv_buf *out, const uint16_t *p, size_t units);
/* out must have room for text.n + 1 units; how many were written, without the NUL behind
 * them. What is not UTF-8 becomes U+FFFD. */
size_t zv_utf16_from_8(uint16_t *out, struct zv_str text);
size_t zv_utf16_units(const uint16_t *text); /* up to the NUL; NULL: 0 */

bool zv_name_equal(struct zv_str a, struct zv_str b);

#endif
