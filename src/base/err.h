/* err.h - filling in a struct zv_error. */
#ifndef ZV_BASE_ERR_H
#define ZV_BASE_ERR_H

#include "base/printf.h"
#include "zvon/error.h"

/* Fills *err unless it is NULL or already filled, and returns code, so that
 * `return zv_fail(err, ZV_EINVAL, "…", …);` reads well. Cut at a whole character;
 * what it quotes is made one line of UTF-8. */
int zv_fail(struct zv_error *err, int code, const char *format, ...) ZV_PRINTF(3, 4);

/* zv_fail(err, ZV_ENOMEM, "out of memory"). */
int zv_fail_nomem(struct zv_error *err);

#endif
