/* value.h - what passes between a script of 1C and a component: one value of either face
 * (Native API's tVariant, COM's VARIANT) in one shape. Pure: no host, no platform. */
#ifndef ZV_ONEC_VALUE_H
#define ZV_ONEC_VALUE_H

#include "base/buf.h"

#define ZV_VALUE_TEXT_MAX                                                              \
 ((size_t)16 * 1024 * 1024) /* bytes of UTF-8 in one argument */

enum zv_value_kind {
	ZV_VALUE_EMPTY = 0, /* Undefined; as an argument: take the default */
	ZV_VALUE_NULL,
	ZV_VALUE_INT,
	ZV_VALUE_REAL,
	ZV_VALUE_BOOL,
	ZV_VALUE_TEXT, /* UTF-8, always valid: a lone surrogate of 1C is U+FFFD here */
	ZV_VALUE_BLOB,
	ZV_VALUE_DATE,	/* seconds since 1970 as 1C's clock shows them, no time zone */
	ZV_VALUE_OTHER, /* of a kind that no method takes */
};

/* Zero it. A text or blob is owned: zv_value_deinit. */
struct zv_value {
	enum zv_value_kind kind;
	long long integer;
	double real;
	bool boolean;
	struct zv_buf bytes;
};

void zv_value_deinit(struct zv_value *v);		       /* and zeroes it */
int zv_value_set_text(struct zv_value *v, struct zv_str text); /* 0 or ZV_ENOMEM */
void zv_value_set_int(struct zv_value *v, long long integer);
void zv_value_set_bool(struct zv_value *v, bool boolean);

/* As 1C would see it where the old interfaces took any type: 1, 0, "true", "Истина",
 * "1", 1.0, and "5 038" as 1C writes numbers … false: it cannot be read so, and *out
 * stays. */
bool zv_value_as_int(const struct zv_value *v, long long *out);
bool zv_value_as_bool(const struct zv_value *v, bool *out);
/* Numbers without a point of thousands, booleans as "true" and "false", Undefined as "".
 * 0, ZV_EINVAL (a blob, a date where none is meant, no number), ZV_ENOMEM. */
int zv_value_as_text(const struct zv_value *v, struct zv_buf *out);

#endif
