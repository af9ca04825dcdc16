#include "onec/text16.h"

#include <stdlib.h>

#include "base/utf.h"
#include "helper.h"
#include "zvon/error.h"

#define R "\xef\xbf\xbd"

/* ---- both ways ------------------------------------------------------------------------- */

/* The units as "d83d de00", from a block of exactly their size. */
static void
show_16(struct zv_str text, struct zv_buf *out)
{
	uint16_t *units = malloc((text.n + 1) * sizeof *units);
	size_t n;

	assert_non_null(units);
	n = zv_utf16_from_8(units, text);
	assert_true(n <= text.n);
	assert_int_equal(units[n], 0);
	for (size_t i = 0; i < n; i++)
		zv_buf_printf(out, "%s%x", i ? " " : "", units[i]);
	free(units);
}

static void
to_8(const uint16_t *units, size_t n, struct zv_buf *out)
{
	uint16_t *exact = malloc(n * sizeof *exact + 1);

	assert_non_null(exact);
	if (n)
		memcpy(exact, units, n * sizeof *exact);
	assert_int_equal(zv_utf8_from_16(out, exact, n), 0);
	free(exact);
}

/* The character as UTF-16, by the rule of the Unicode Standard, table 3-5. */
static size_t
units_of(uint32_t c, uint16_t *out)
{
	if (c < 0x10000) {
		out[0] = (uint16_t)c;
		return 1;
	}
	out[0] = (uint16_t)(0xd7c0 + (c >> 10));
	out[1] = (uint16_t)(0xdc00 | (c & 0x3ff));
	return 2;
}

static void
test_fault_126_every_character(void **state)
{
	struct zv_buf text = { 0 };
	uint16_t units[2], back[5];

	for (uint32_t c = 0; c <= 0x10ffff; c++) {
		size_t n = units_of(c, units);

		if (c >= 0xd800 && c <= 0xdfff)
			continue;
		zv_buf_clear(&text);
		zv_utf8_from_16(&text, units, n);
		if (zv_utf8_valid(zv_buf_str(&text)) != text.n ||
		    zv_utf16_from_8(back, zv_buf_str(&text)) != n ||
		    memcmp(back, units, n * sizeof *units) != 0)
			fail_msg("U+%04x", c);
	}
	zv_buf_deinit(&text);
}

static void
test_fault_126_lone_surrogates(void **state)
{
	static const struct {
		const char *name;
		uint16_t units[5];
		size_t n;
		const char *wanted;
	} rows[] = {
		{ "a high one", { 0xd83d }, 1, R },
		{ "a low one", { 0xde00 }, 1, R },
		{ "a high one at the end", { 'a', 0xd83d }, 2, "a" R },
		{ "a high one in front of a letter", { 0xd83d, 'b' }, 2, R "b" },
		{ "two high ones, a pair from the second",
		  { 0xd83d, 0xd83d, 0xde00 },
		  3,
		  R "\xf0\x9f\x98\x80" },
		{ "the wrong way round", { 0xde00, 0xd83d }, 2, R R },
		{ "a low one behind a pair",
		  { 0xd83d, 0xde00, 0xde00, 'x' },
		  4,
		  "\xf0\x9f\x98\x80" R "x" },
		{ "the first and the last pair",
		  { 0xd800, 0xdc00, 0xdbff, 0xdfff },
		  4,
		  "\xf0\x90\x80\x80\xf4\x8f\xbf\xbf" },
		{ "beside them", { 0xd7ff, 0xe000 }, 2, "\xed\x9f\xbf\xee\x80\x80" },
		{ "no character", { 0xffff, 0xfffe }, 2, "\xef\xbf\xbf\xef\xbf\xbe" },
	};

	for (size_t i = 0; i < N_OF(rows); i++) {
		struct zv_buf got = { 0 };

		to_8(rows[i].units, rows[i].n, &got);
		check_text(rows[i].name, zv_buf_str(&got), zvon_str(rows[i].wanted));
		zv_buf_deinit(&got);
	}
}

/* What AMI sends may be of any code page. */
static void
test_bytes_that_are_no_text(void **state)
{
	static const struct {
		struct zv_str bytes;
		const char *wanted;
	} rows[] = {
		{ VIEW(""), "" },
		{ VIEW("abc"), "61 62 63" },
		{ VIEW("a\0b"), "61 0 62" },
		{ VIEW("\xd0\xb0"), "430" },
		{ VIEW("\xc0\xe0"), "fffd fffd" },
		{ VIEW("caf\xe9"), "63 61 66 fffd" },
		{ VIEW("\xed\xa0\xbd\xed\xb8\x80"), "fffd fffd fffd fffd fffd fffd" },
		{ VIEW("\xf0\x9f\x98"), "fffd" },
		{ VIEW("\xf0\x9f\x98\x80"), "d83d de00" },
		{ VIEW("\xf4\x90\x80\x80"), "fffd fffd fffd fffd" },
		{ VIEW("\xe2\x82\xac\x80z"), "20ac fffd 7a" },
	};

	for (size_t i = 0; i < N_OF(rows); i++) {
		char *exact = exact_copy(rows[i].bytes);
		struct zv_buf got = { 0 };

		show_16((struct zv_str){ exact, rows[i].bytes.n }, &got);
		check_text("row", zv_buf_str(&got), zvon_str(rows[i].wanted));
		zv_buf_deinit(&got);
		free(exact);
	}
}

static void
test_chance(void **state)
{
	for (int round = 0; round < 20000; round++) {
		uint16_t units[64], back[3 * 64 + 1];
		size_t n = 0, most = chance_below(32);
		struct zv_buf text = { 0 };

		while (n < most) {
			static const uint32_t planes[] = { 0x80, 0x800, 0x10000,
							   0x110000 };
			uint32_t c = (uint32_t)chance_below(planes[chance_below(4)]);

			if (c < 0xd800 || c > 0xdfff)
				n += units_of(c, units + n);
		}
		to_8(units, n, &text);
		assert_int_equal(zv_utf16_from_8(back, zv_buf_str(&text)), n);
		assert_memory_equal(back, units, n * sizeof *units);
		zv_buf_deinit(&text);
	}
}

static void
test_units(void **state)
{
	static const uint16_t text[] = { 'a', 0x430, 0xd83d, 0 };

	assert_int_equal(zv_utf16_units(text), 3);
	assert_int_equal(zv_utf16_units(text + 3), 0);
	assert_int_equal(zv_utf16_units(NULL), 0);
}

static int
convert(void *user)
{
	static const uint16_t text[] = { 'a', 0x430, 0xd83d, 0xde00, 'b' };
	struct zv_buf out = { 0 };
	int rc = zv_utf8_from_16(&out, text, N_OF(text));

	zv_buf_deinit(&out);
	return rc;
}

static void
test_out_of_memory(void **state)
{
	check_out_of_memory(convert, NULL);
}

/* ---- names --------------------------------------------------------------------------------- */

static void
test_names(void **state)
{
	static const struct {
		const char *a, *b;
		bool equal;
	} rows[] = {
		{ "Connect", "connect", true },
		{ "CONNECT", "connecT", true },
		{ "Connect", "Connec", false },
		{ "Connect", "Connects", false },
		{ "", "", true },
		{ "", "a", false },
		{ "Подключить", "ПОДКЛЮЧИТЬ", true },
		{ "подключить", "Подключить", true },
		{ "ПОДКЛЮЧИТЬ", "подключит", false },
		{ "Приём", "ПРИЁМ", true },
		{ "Приём", "Прием", false },
		{ "Ёж", "ёж", true },
		{ "ЀЂЏ", "ѐђџ", true },
		{ "АЯ", "ая", true },
		{ "Событие_1", "СОБЫТИЕ_1", true },
		{ "a", "а", false }, /* Latin and Cyrillic */
		{ "[", "{", false },
		{ "@", "`", false },
		{ "İ", "i", false },	  /* no locale has a say */
		{ "\xff", "\xfe", true }, /* no text at all: U+FFFD both */
	};

	for (size_t i = 0; i < N_OF(rows); i++)
		if (zv_name_equal(zvon_str(rows[i].a), zvon_str(rows[i].b)) !=
			    rows[i].equal ||
		    zv_name_equal(zvon_str(rows[i].b), zvon_str(rows[i].a)) !=
			    rows[i].equal)
			fail_msg("%s, %s", rows[i].a, rows[i].b);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fault_126_every_character),
		cmocka_unit_test(test_fault_126_lone_surrogates),
		cmocka_unit_test(test_bytes_that_are_no_text),
		cmocka_unit_test(test_chance),
		cmocka_unit_test(test_units),
		cmocka_unit_test(test_out_of_memory),
		cmocka_unit_test(test_names),
	};

	chance_begin();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
