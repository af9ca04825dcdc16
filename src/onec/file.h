/* file.h - files of the machine's administrator. posix/file.c, win/file.c. */
#ifndef ZV_ONEC_FILE_H
#define ZV_ONEC_FILE_H

#include "base/buf.h"

/* Behind what *out holds; path is UTF-8, and ends at its NUL. 0, ZV_ENOTFOUND, ZV_ETOOBIG
 * (more than `most` bytes), ZV_EINVAL (no file: a folder, a device), ZV_EIO (*system says
 * more), ZV_ENOMEM. */
int zv_onec_read_file(const char *path, size_t most, struct zv_buf *out, int *system);

/* /etc/zvon/NAME, %ProgramData%\zvon\NAME; behind what *out holds. 0, ZV_ENOMEM, ZV_EIO (the
 * system does not say where that is). */
int zv_onec_shared_path(const char *name, struct zv_buf *out);

#endif
