/* random.h - bytes that nobody can guess, from the operating system. */
#ifndef ZV_STORE_RANDOM_H
#define ZV_STORE_RANDOM_H

#include <stddef.h>

#include "zvon/error.h"

/* At most 256. 0 or ZV_EIO. */
int zv_store_random(unsigned char *out, size_t n, struct zv_error *err);

#endif
