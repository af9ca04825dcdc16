#include "base/buf.h"

#include <stdint.h>
#include <stdio.h>

#include "base/mem.h"
#include "zvon/error.h"

static void
forget(struct zv_buf *b, size_t from, size_t to)
{
	if (b->secret && to > from)
		zv_wipe(b->p + from, to - from);
}

void
zv_buf_deinit(struct zv_buf *b)
{
	forget(b, 0, b->cap);
	zv_free(b->p);
	*b = (struct zv_buf){ .secret = b->secret };
}

void
zv_buf_clear(struct zv_buf *b)
{
	forget(b, 0, b->n);
	b->n = 0;
	b->failed = false;
}

/* realloc would leave a copy behind. */
static char *
move_secret(struct zv_buf *b, size_t cap)
{
	char *p = zv_malloc(cap);

	if (!p)
		return NULL;
	if (b->n)
		memcpy(p, b->p, b->n);
	forget(b, 0, b->cap);
	zv_free(b->p);
	return p;
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
	p = b->secret ? move_secret(b, cap) : zv_realloc(b->p, cap);
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
	if (b->n < b->cap && !b->failed) {
		b->p[b->n++] = c;
		return 0;
	}
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
	if (n < 0)
		b->failed = true;
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
	size_t left = n < b->n ? b->n - n : 0;

	if (left)
		memmove(b->p, b->p + n, left);
	forget(b, left, b->n);
	b->n = left;
}

const char *
zv_buf_cstr(struct zv_buf *b)
{
	if (zv_buf_reserve(b, 1) < 0)
		return "";
	b->p[b->n] = '\0';
	return b->p;
}
