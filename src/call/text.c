#include "call/model.h"

#include "base/mem.h"
#include "zvon/error.h"

/* Cut so that no character of UTF-8 is left half. */
static size_t
kept(struct zv_str s)
{
	size_t n = ZV_CALLS_MAX_TEXT;

	if (s.n <= ZV_CALLS_MAX_TEXT)
		return s.n;
	while (n && ((unsigned char)s.p[n] & 0xc0) == 0x80)
		n--;
	return n;
}

void
zv_text_set(struct zv_calls *t, struct zv_str *text, struct zv_str value)
{
	struct zv_str copy = { NULL, kept(value) };

	if (zvon_str_equal(*text, (struct zv_str){ value.p, copy.n }))
		return;
	if (copy.n) {
		copy.p = zv_memdup(value.p, copy.n);
		if (!copy.p) {
			t->failed = ZV_ENOMEM;
			return;
		}
	}
	zv_text_free(text);
	*text = copy;
}

void
zv_text_free(struct zv_str *text)
{
	zv_free((void *)(uintptr_t)text->p);
	*text = (struct zv_str){ NULL, 0 };
}
