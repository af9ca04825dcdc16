/* UTF-16 of 1C and UTF-8: what comes over is text always, what was text comes back as it
 * was, bytes of any kind take no more room than promised; names are compared the same both
 * ways.
 *
 * Input: bytes, taken as units, as UTF-8, and halved as two names. */
#include "base/utf.h"
#include "fuzz.h"
#include "onec/text16.h"

#define REPLACEMENT 0xfffd

static bool
is_surrogate(uint16_t unit)
{
	return unit >> 11 == 0xd800 >> 11;
}

/* A pair begins there. */
static bool
is_pair(const uint16_t *p, size_t left)
{
	return left > 1 && p[0] >> 10 == 0xd800 >> 10 && p[1] >> 10 == 0xdc00 >> 10;
}

/* What must come back: U+FFFD for each surrogate that is alone. */
static void
repair(uint16_t *units, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (is_pair(units + i, n - i))
			i++;
		else if (is_surrogate(units[i]))
			units[i] = REPLACEMENT;
}

static void
check_units(struct zv_str s)
{
	size_t n = s.n / 2;
	uint16_t *units = malloc(n * 2 + 1), *back;
	struct zv_buf text = { 0 };

	if (n)
		memcpy(units, s.p, n * 2);
	CHECK(zv_utf8_from_16(&text, units, n) == 0);
	CHECK(zv_utf8_valid(zv_buf_str(&text)) == text.n);
	CHECK(text.n <= n * 3);
	back = malloc((text.n + 1) * 2);
	CHECK(zv_utf16_from_8(back, zv_buf_str(&text)) == n);
	repair(units, n);
	CHECK(n == 0 || memcmp(back, units, n * 2) == 0);
	CHECK(back[n] == 0 && zv_utf16_units(back) <= n);
	free(back);
	free(units);
	zv_buf_deinit(&text);
}

static void
check_bytes(struct zv_str s)
{
	char *copy = fuzz_copy(s);
	uint16_t *units = malloc((s.n + 1) * 2);
	size_t n = zv_utf16_from_8(units, (struct zv_str){ copy, s.n });
	struct zv_buf again = { 0 };

	CHECK(n <= s.n && units[n] == 0);
	CHECK(zv_utf8_from_16(&again, units, n) == 0);
	if (zv_utf8_valid(s) == s.n)
		CHECK(zvon_str_equal(zv_buf_str(&again), s));
	for (size_t i = 0; i < n; i++)
		if (is_pair(units + i, n - i))
			i++;
		else
			CHECK(!is_surrogate(units[i]));
	zv_buf_deinit(&again);
	free(units);
	free(copy);
}

static void
check_names(struct zv_str s)
{
	struct zv_str a = { s.p, s.n / 2 }, b = { s.p + s.n / 2, s.n - s.n / 2 };

	CHECK(zv_name_equal(a, a) && zv_name_equal(b, b));
	CHECK(zv_name_equal(a, b) == zv_name_equal(b, a));
	if (zvon_str_equal(a, b))
		CHECK(zv_name_equal(a, b));
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct zv_str s = { (const char *)bytes, n };

	check_units(s);
	check_bytes(s);
	if (n)
		check_names(s);
	return 0;
}
