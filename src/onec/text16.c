#include "onec/text16.h"

#include "base/str.h"
#include "base/utf.h"
#include "zvon/error.h"

#define REPLACEMENT 0xfffd

static bool
is_high(uint16_t unit)
{
	return unit >= 0xd800 && unit <= 0xdbff;
}

static bool
is_low(uint16_t unit)
{
	return unit >= 0xdc00 && unit <= 0xdfff;
}

/* ---- UTF-16 to UTF-8 ---------------------------------------------------------------- */

static void
add_character(struct zv_buf *out, uint32_t c)
{
	char bytes[4];
	size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
	static const unsigned char heads[] = { 0, 0, 0xc0, 0xe0, 0xf0 };

	for (size_t i = n; i > 1; i--, c >>= 6)
		bytes[i - 1] = (char)(0x80 | (c & 0x3f));
	bytes[0] = (char)(heads[n] | c);
	zv_buf_add(out, (struct zv_str){ bytes, n });
}

/* The character at p, and how many units it is. */
static uint32_t
read_character(const uint16_t *p, size_t units, size_t *used)
{
	*used = 1;
	if (!is_high(*p) && !is_low(*p))
		return *p;
	if (is_low(*p) || units < 2 || !is_low(p[1]))
		return REPLACEMENT;
	*used = 2;
	return 0x10000 + ((uint32_t)(*p - 0xd800) << 10) + (uint32_t)(p[1] - 0xdc00);
}

/* How many units at p are ASCII; they are added. */
static size_t
add_ascii(struct zv_buf *out, const uint16_t *p, size_t units)
{
	size_t n = 0;

	while (n < units && p[n] < 0x80)
		n++;
	if (n && zv_buf_reserve(out, n) == 0) {
		for (size_t i = 0; i < n; i++)
			out->p[out->n + i] = (char)p[i];
		out->n += n;
	}
	return n;
}

int
zv_utf8_from_16(struct zv_buf *out, const uint16_t *p, size_t units)
{
	while (units) {
		size_t used = add_ascii(out, p, units);

		if (!used)
			add_character(out, read_character(p, units, &used));
		p += used;
		units -= used;
	}
	return zv_buf_failed(out) ? ZV_ENOMEM : 0;
}

/* ---- UTF-8 to UTF-16 ---------------------------------------------------------------- */

/* n well-formed bytes. */
static uint32_t
value_of(const char *p, size_t n)
{
	static const unsigned char masks[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
	uint32_t c = (unsigned char)p[0] & masks[n];

	for (size_t i = 1; i < n; i++)
		c = c << 6 | ((unsigned char)p[i] & 0x3f);
	return c;
}

/* The character at the start of *rest, which loses it. */
static uint32_t
next_character(struct zv_str *rest)
{
	size_t bad = 1, n = zv_utf8_char(*rest, &bad);
	uint32_t c = n ? value_of(rest->p, n) : REPLACEMENT;
	size_t used = n ? n : bad;

	rest->p += used;
	rest->n -= used;
	return c;
}

/* Eight at a time: most texts are ASCII from end to end. How many there are. */
static size_t
widen_ascii(uint16_t *out, struct zv_str text)
{
	size_t n = 0;

	for (; n + 8 <= text.n; n += 8) {
		unsigned char bytes[8];
		uint64_t word;

		memcpy(&word, text.p + n, 8);
		if (word & 0x8080808080808080u)
			break;
		memcpy(bytes, &word, 8);
		for (size_t i = 0; i < 8; i++)
			out[n + i] = bytes[i];
	}
	for (; n < text.n && !(text.p[n] & 0x80); n++)
		out[n] = (uint16_t)text.p[n];
	return n;
}

size_t
zv_utf16_from_8(uint16_t *out, struct zv_str text)
{
	uint16_t *end = out;

	while (text.n) {
		size_t ascii = widen_ascii(end, text);
		uint32_t c;

		end += ascii;
		text = zv_str_from(text, ascii);
		if (!text.n)
			break;
		c = next_character(&text);
		if (c >= 0x10000) {
			*end++ = (uint16_t)(0xd800 + ((c - 0x10000) >> 10));
			c = 0xdc00 + ((c - 0x10000) & 0x3ff);
		}
		*end++ = (uint16_t)c;
	}
	*end = 0;
	return (size_t)(end - out);
}

size_t
zv_utf16_units(const uint16_t *text)
{
	size_t n = 0;

	while (text && text[n])
		n++;
	return n;
}

/* ---- names --------------------------------------------------------------------------- */

/* Letters that have two cases, in the two scripts of names. */
static uint32_t
fold(uint32_t c)
{
	static const struct {
		uint32_t first, last, shift;
	} ranges[] = {
		{ 'A', 'Z', 32 },	/* Latin */
		{ 0x0410, 0x042f, 32 }, /* А-Я */
		{ 0x0400, 0x040f, 80 }, /* Ѐ-Џ, Ё among them */
	};

	for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
		if (c >= ranges[i].first && c <= ranges[i].last)
			return c + ranges[i].shift;
	return c;
}

bool
zv_name_equal(struct zv_str a, struct zv_str b)
{
	while (a.n && b.n)
		if (fold(next_character(&a)) != fold(next_character(&b)))
			return false;
	return !a.n && !b.n;
}
