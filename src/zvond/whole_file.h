/* whole_file.h - a file read at once, and those that stand beside a capture. */
#ifndef ZV_ZVOND_WHOLE_FILE_H
#define ZV_ZVOND_WHOLE_FILE_H

#include "base/buf.h"
#include "zvon/error.h"

#define ZV_WHOLE_FILE_MAX ((size_t)512 * 1024 * 1024)

/* 0; ZV_ENOTFOUND, ZV_EIO, ZV_ETOOBIG, ZV_ENOMEM: *err says which file and why. */
int zv_whole_file_read(const char *path, struct zv_buf *out, struct zv_error *err);

/* The same for `a/b.idx` of `a/b.ami` and ".idx"; a file that is not there is an empty
 * one. */
int zv_whole_file_read_beside(const char *path, const char *suffix, struct zv_buf *out,
			      struct zv_error *err);

#endif
