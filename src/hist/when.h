/* when.h - a moment as text: what people, databases and CDRs write. */
#ifndef ZV_HIST_WHEN_H
#define ZV_HIST_WHEN_H

#include <stdint.h>

#include "zvon/str.h"

#define ZV_WHEN_LAST_S 253402300799 /* of the year 9999 */

struct zv_when {
	int64_t s; /* since 1970, as if it were UTC */
	int ms;
	bool has_zone; /* then offset_s is to be taken away for UTC */
	int offset_s;
};

/* "2026-11-21", "2026-11-21 01:33[:08[.123456]]", with T, with a zone Z, +03, +0300, +03:00;
 * seconds since 1970, also with a fraction. 0, or ZV_EINVAL. */
int zv_when_read(struct zv_str text, struct zv_when *out);

/* UTC. */
int64_t zv_when_unix_ms(const struct zv_when *w);

/* RFC 3339 with ms; "" beyond the years it knows. */
#define ZV_WHEN_TEXT 32
const char *zv_when_text(int64_t unix_ms, char out[ZV_WHEN_TEXT]);

#endif
