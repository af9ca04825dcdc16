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

/* The bytes of a text, owned by all that share it. */
struct shared {
	uint32_t owners;
	char bytes[];
};

static struct shared *
shared_of(struct zv_str text)
{
	return (struct shared *)(void *)(uintptr_t)(text.p -
						    offsetof(struct shared, bytes));
}

struct zv_str
zv_text_new(struct zv_calls *t, size_t n, char **bytes)
{
	struct shared *s = n ? zv_malloc(sizeof *s + n) : NULL;

	if (!s) {
		t->failed = n ? ZV_ENOMEM : t->failed;
		return (struct zv_str){ NULL, 0 };
	}
	s->owners = 1;
	*bytes = s->bytes;
	return (struct zv_str){ s->bytes, n };
}

void
zv_text_set(struct zv_calls *t, struct zv_str *text, struct zv_str value)
{
	struct zv_str copy = { NULL, 0 };
	char *bytes;

	value.n = kept(value);
	if (zvon_str_equal(*text, value))
		return;
	if (value.n) {
		copy = zv_text_new(t, value.n, &bytes);
		if (!copy.n)
			return;
		memcpy(bytes, value.p, value.n);
	}
	zv_text_free(text);
	*text = copy;
}

void
zv_text_share(struct zv_str *text, struct zv_str with)
{
	if (with.n)
		shared_of(with)->owners++;
	zv_text_free(text);
	*text = with.n ? with : (struct zv_str){ NULL, 0 };
}

void
zv_text_free(struct zv_str *text)
{
	if (text->n && --shared_of(*text)->owners == 0)
		zv_free(shared_of(*text));
	*text = (struct zv_str){ NULL, 0 };
}
