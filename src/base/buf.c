#include "base/buf.h"

#include <stdint.h>
#include <stdio.h>

#include "base/mem.h"
#include "zvon/error.h"

void
zv_buf_deinit(struct zv_buf *b)
{
	zv_free(b->p);
	*b = (struct zv_buf){ 0 };
}

void
zv_buf_clear(struct zv_buf *b)
{
	b->n = 0;
	b->failed = false;
}

int
zv_buf_reserve(struct zv_buf *b, size_t more)
{
	size_t cap = b->cap ? b->cap : 64;
	char *p;

	if (b->failed || more > SIZE_MAX / 2 - b->n)
		goto fail;
	if (b->cap - b->n >= more)
		return 0;
	while (cap - b->n < more)
		cap *= 2;
	p = zv_realloc(b->p, cap);
	if (!p)
		goto fail;
	b->p = p;
	b->cap = cap;
	return 0;
fail:
	b->failed = true;
	return ZV_ENOMEM;
}

int
zv_buf_add(struct zv_buf *b, struct zv_str s)
{
	if (s.n == 0)
		return b->failed ? ZV_ENOMEM : 0;
	if (zv_buf_reserve(b, s.n) < 0)
		return ZV_ENOMEM;
	memcpy(b->p + b->n, s.p, s.n);
	b->n += s.n;
	return 0;
}

int
zv_buf_add_char(struct zv_buf *b, char c)
{
	return zv_buf_add(b, (struct zv_str){ &c, 1 });
}

int
zv_buf_vprintf(struct zv_buf *b, const char *format, va_list args)
{
	va_list again;
	int n;

	va_copy(again, args);
	n = vsnprintf(NULL, 0, format, again);
	va_end(again);
	if (n < 0 || zv_buf_reserve(b, (size_t)n + 1) < 0)
		return ZV_ENOMEM;
	vsnprintf(b->p + b->n, (size_t)n + 1, format, args);
	b->n += (size_t)n;
	return 0;
}

int
zv_buf_printf(struct zv_buf *b, const char *format, ...)
{
	va_list args;
	int rc;

	va_start(args, format);
	rc = zv_buf_vprintf(b, format, args);
	va_end(args);
	return rc;
}

void
zv_buf_consume(struct zv_buf *b, size_t n)
{
	if (n >= b->n) {
		b->n = 0;
		return;
	}
	memmove(b->p, b->p + n, b->n - n);
	b->n -= n;
}

const char *
zv_buf_cstr(struct zv_buf *b)
{
	if (zv_buf_reserve(b, 1) < 0)
		return "";
	b->p[b->n] = '\0';
	return b->p;
}
