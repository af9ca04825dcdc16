/* zone_file.h - a time zone of the system by its name: the bytes of its file, for hist/zone.h. */
#ifndef ZV_IO_ZONE_FILE_H
#define ZV_IO_ZONE_FILE_H

#include "base/buf.h"
#include "zvon/error.h"

#define ZV_ZONE_NAME_MAX 64
#define ZV_ZONE_FILE_MAX ((size_t)256 * 1024)

/* "Europe/Moscow": beneath /usr/share/zoneinfo; "local": this machine's; "UTC": nothing. Behind
 * what *out holds. 0, ZV_EINVAL (no name of a zone), ZV_ENOTFOUND, ZV_EIO, ZV_ENOMEM: *err. */
int zv_zone_file_read(struct zv_str name, struct zv_buf *out, struct zv_error *err);

#endif
