/* whole_file.h - files read and written at once, and those that stand beside a capture. */
#ifndef ZV_IO_WHOLE_FILE_H
#define ZV_IO_WHOLE_FILE_H

#include "base/buf.h"

#define ZV_WHOLE_FILE_MAX  ((size_t)512 * 1024 * 1024)
#define ZV_WHOLE_FILE_NAME 4096 /* bytes of a name, with its NUL */

/* Behind what *out holds. 0, or an errno: EFBIG when it is larger than ZV_WHOLE_FILE_MAX,
 * EISDIR, EINVAL for what is no file. */
int zv_whole_file_read(const char *path, struct zv_buf *out);

/* What there is to read, behind what *out holds, which then has at most `most` bytes. 0,
 * ZV_ENOMEM, ZV_ETOOBIG; ZV_EIO with errno. */
int zv_read_all(int fd, size_t most, struct zv_buf *out);

/* 0, or -1 with errno. */
int zv_write_all(int fd, struct zv_str bytes);

/* `a/b.ami` and ".idx": `a/b.idx`. */
void zv_whole_file_beside(const char *path, const char *suffix,
			  char out[ZV_WHOLE_FILE_NAME]);

#endif
