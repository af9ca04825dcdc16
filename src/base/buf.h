/* buf.h - bytes that grow at the end and are used up from the front. */
#ifndef ZV_BASE_BUF_H
#define ZV_BASE_BUF_H

#include <stdarg.h>

#include "base/printf.h"
#include "base/str.h"

/* Zeroed = empty and ready. After a failed append the buffer is marked: every later
 * append fails too, so a series needs one check at its end (zv_buf_failed). */
struct zv_buf {
	char *p;
	size_t n;   /* bytes in it */
	size_t cap; /* bytes allocated */
	bool failed;
	bool secret; /* set it at first: bytes are overwritten where they leave it */
};

void zv_buf_deinit(struct zv_buf *b);

/* Empties it, keeps the memory, forgets a failure. */
void zv_buf_clear(struct zv_buf *b);

/* Room for `more` bytes at the end: 0 or ZV_ENOMEM. */
int zv_buf_reserve(struct zv_buf *b, size_t more);

int zv_buf_add(struct zv_buf *b, struct zv_str s);
int zv_buf_add_char(struct zv_buf *b, char c);
int zv_buf_printf(struct zv_buf *b, const char *format, ...) ZV_PRINTF(2, 3);
int zv_buf_vprintf(struct zv_buf *b, const char *format, va_list args) ZV_PRINTF(2, 0);

/* Drops n bytes at the front. */
void zv_buf_consume(struct zv_buf *b, size_t n);

static inline struct zv_str
zv_buf_str(const struct zv_buf *b)
{
	return (struct zv_str){ b->p, b->n };
}

static inline bool
zv_buf_failed(const struct zv_buf *b)
{
	return b->failed;
}

/* Puts a NUL behind the bytes (not counted in n) and returns them as a C string;
 * "" when there is no memory. Borrowed until the next change. */
const char *zv_buf_cstr(struct zv_buf *b);

#endif
