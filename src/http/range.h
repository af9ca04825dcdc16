/* range.h - the Range field: which bytes of a file are wanted (RFC 9110, 14). */
#ifndef ZV_HTTP_RANGE_H
#define ZV_HTTP_RANGE_H

#include <stdint.h>

#include "zvon/str.h"

#define ZV_HTTP_MAX_RANGES 8

struct zv_http_range {
	uint64_t first, last; /* both included */
};

/* How many ranges (1…8), in the order asked for, overlapping ones joined; 0: no usable
 * Range field (not understood, more than 8, or the file is empty), the whole file is the
 * answer; -1: none can be satisfied, 416. */
int zv_http_ranges(struct zv_str value, uint64_t size,
		   struct zv_http_range out[ZV_HTTP_MAX_RANGES]);

#endif
