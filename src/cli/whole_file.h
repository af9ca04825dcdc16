/* whole_file.h - a file read at once, and those that stand beside a capture. */
#ifndef ZV_CLI_WHOLE_FILE_H
#define ZV_CLI_WHOLE_FILE_H

#include "base/buf.h"

/* 0, or < 0 when the reason was said. */
int zv_file_read(const char *path, struct zv_buf *out);

/* The same for `a/b.idx` of `a/b.ami` and ".idx"; a file that is not there is an empty
 * one. */
int zv_file_read_beside(const char *path, const char *suffix, struct zv_buf *out);

#endif
