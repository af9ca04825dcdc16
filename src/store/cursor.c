#include "store/cursor.h"

#include <inttypes.h>

#include "base/err.h"
#include "base/hash.h"

#define DIGITS	 16
#define NUMBERS	 3 /* time, call, signature */
#define TEXT_LEN (NUMBERS * DIGITS)

/* The key is the store's own, made with it. */
static uint64_t
sign(const struct zv_store *s, struct zv_position at, bool oldest_first)
{
	char text[64];
	int n = snprintf(text, sizeof(text), "%c%" PRId64 ".%" PRId64,
			 oldest_first ? 'o' : 'n', at.started_ms, at.call);

	return zv_hash((struct zv_str){ text, (size_t)n }, s->cursor_key);
}

void
zv_cursor_write(const struct zv_store *s, struct zv_position at, bool oldest_first,
		char out[ZV_HISTORY_CURSOR_MAX])
{
	snprintf(out, ZV_HISTORY_CURSOR_MAX, "%016" PRIx64 "%016" PRIx64 "%016" PRIx64,
		 (uint64_t)at.started_ms, (uint64_t)at.call, sign(s, at, oldest_first));
}

static bool
read_number(const char *p, uint64_t *out)
{
	*out = 0;
	for (int i = 0; i < DIGITS; i++) {
		int c = p[i];
		int digit = c >= '0' && c <= '9'   ? c - '0'
			    : c >= 'a' && c <= 'f' ? c - 'a' + 10
						   : -1;

		if (digit < 0)
			return false;
		*out = *out << 4 | (uint64_t)digit;
	}
	return true;
}

int
zv_cursor_read(const struct zv_store *s, struct zv_str text, bool oldest_first,
	       struct zv_position *at, struct zv_error *err)
{
	uint64_t number[NUMBERS];
	bool good = text.n == TEXT_LEN;

	for (size_t i = 0; i < NUMBERS && good; i++)
		good = read_number(text.p + i * DIGITS, &number[i]);
	if (good) {
		at->started_ms = (int64_t)number[0];
		at->call = (int64_t)number[1];
		good = sign(s, *at, oldest_first) == number[2];
	}
	return good ? 0
		    : zv_fail(err, ZV_EINVAL,
			      "cursor: it is none of this history and order; give the "
			      "one of the page before, or none");
}
