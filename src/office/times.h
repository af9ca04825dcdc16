/* times.h - the .idx file of a capture: when each byte of the server came. */
#ifndef ZV_OFFICE_TIMES_H
#define ZV_OFFICE_TIMES_H

#include <stdint.h>

#include "zvon/error.h"
#include "zvon/str.h"

struct zv_times_row {
	size_t offset; /* in .ami */
	int64_t at_ms; /* since the connection opened */
};

/* Zeroed = empty: every byte came at 0. */
struct zv_times {
	struct zv_times_row *rows;
	size_t n, cap;
	size_t at;   /* the row that was asked for last */
	bool closed; /* the last row says that the server closed the connection */
};

/* 0, ZV_ENOMEM, or ZV_EINVAL with the line in *err. */
int zv_times_read(struct zv_times *x, struct zv_str text, struct zv_error *err);
void zv_times_deinit(struct zv_times *x);

/* When the byte at that offset came; offsets are asked for in rising order. *until (may
 * be NULL) gets the offset where the bytes that came with it end, SIZE_MAX: not before
 * the end. */
int64_t zv_times_at(struct zv_times *x, size_t offset, size_t *until);

#endif
