/* place.h - files by names in UTF-8, and the offset of this place's clock from UTC.
 * posix/place.c, win/place.c. */
#ifndef ZV_ONEC_PLACE_H
#define ZV_ONEC_PLACE_H

#include <stdint.h>
#include <stdio.h>

/* To append to; made if it is not there, for its owner only. NULL: errno says why. */
FILE *zv_place_append(const char *path);
/* What is there of the new name is gone. 0, or -1 with errno. */
int zv_place_rename(const char *path, const char *to);

/* Seconds to add to UTC at that moment. */
int64_t zv_place_utc_offset(int64_t epoch_s);

#endif
