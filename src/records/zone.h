/* zone.h - time zones of this machine, by their names. */
#ifndef ZV_RECORDS_ZONE_H
#define ZV_RECORDS_ZONE_H

#include "hist/zone.h"
#include "io/zone_file.h"

/* "Europe/Moscow", "UTC", "local": zv_zone_file_read, which reads files. NULL: *err. */
struct zv_zone *zv_zone_open(struct zv_str name, struct zv_error *err);

#endif
