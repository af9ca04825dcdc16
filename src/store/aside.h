/* aside.h - a SQLite file that is damaged is kept, under another name. */
#ifndef ZV_STORE_ASIDE_H
#define ZV_STORE_ASIDE_H

#include <stdbool.h>

#include "zvon/error.h"
#include "zvon/str.h"

/* Does the error tell of a damaged file, not of a schema that is too new or too old? */
bool zv_store_is_damage(const struct zv_error *err);

/* NAME, NAME-wal and NAME-shm become NAME.corrupt-TIME…; why goes into *warning. 0 or
 * ZV_EIO, ZV_EINVAL: the URL is no file's. */
int zv_store_set_aside(struct zv_str url, const char *why, struct zv_error *warning);

#endif
