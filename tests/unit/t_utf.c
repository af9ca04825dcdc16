#include "base/utf.h"

#include <stdio.h>
#include <stdlib.h>

#include "helper.h"

/* The text with U+FFFD for each maximal subpart, as the Unicode Standard wants it. */
static void
repair(struct zv_str s, struct zv_buf *out)
{
	while (s.n) {
		size_t bad = 0, n = zv_utf8_char(s, &bad);

		if (n)
			zv_buf_add(out, (struct zv_str){ s.p, n });
		else
			zv_buf_add(out, ZV_STR("\xef\xbf\xbd"));
		assert_true(n || bad);
		s = (struct zv_str){ s.p + (n ? n : bad), s.n - (n ? n : bad) };
	}
}

#define R "\xef\xbf\xbd"

/* The Unicode Standard 15, tables 3-8 to 3-11 (U+FFFD for the ill-formed sequences
 * shown there), and the edges of table 3-7. */
static void
test_maximal_subparts(void **state)
{
	static const struct {
		const char *name;
		struct zv_str bytes, wanted;
	} rows[] = {
		{ "table 3-8, non-shortest forms",
		  VIEW("\xc0\xaf\xe0\x80\xbf\xf0\x81\x82\x41"),
		  VIEW(R R R R R R R R "A") },
		{ "table 3-9, surrogates", VIEW("\xed\xa0\x80\xed\xbf\xbf\xed\xaf\x41"),
		  VIEW(R R R R R R R R "A") },
		{ "table 3-10, beyond the end and bytes that never are",
		  VIEW("\xf4\x91\x92\x93\xff\x41\x80\xbf\x42"),
		  VIEW(R R R R R "A" R R "B") },
		{ "table 3-11, truncated", VIEW("\xe1\x80\xe2\xf0\x91\x92\xf1\xbf\x41"),
		  VIEW(R R R R "A") },
		{ "section 3.9, example of constraint", VIEW("\x41\xc2\xc3\xb1\x42"),
		  VIEW("A" R "\xc3\xb1"
		       "B") },
		{ "lone continuation", VIEW("\x80\xbf"), VIEW(R R) },
		{ "two bytes, cut", VIEW("\xc2"), VIEW(R) },
		{ "three bytes, cut after two", VIEW("\xe2\x82"), VIEW(R) },
		{ "four bytes, cut after three", VIEW("\xf0\x9f\x98"), VIEW(R) },
		{ "overlong NUL", VIEW("\xc0\x80"), VIEW(R R) },
		{ "five and six bytes of old", VIEW("\xf8\x88\x80\x80\x80"),
		  VIEW(R R R R R) },
		{ "NUL is a character", VIEW("a\0b"), VIEW("a\0b") },
	};

	for (size_t i = 0; i < N_OF(rows); i++) {
		struct zv_buf got = { 0 };
		char *exact = exact_copy(rows[i].bytes);

		repair((struct zv_str){ exact, rows[i].bytes.n }, &got);
		check_text(rows[i].name, zv_buf_str(&got), rows[i].wanted);
		zv_buf_deinit(&got);
		free(exact);
	}
}

/* Each code point there is, encoded here by the definition in table 3-6. */
static size_t
encode(unsigned c, char out[4])
{
	static const unsigned char marks[] = { 0, 0x00, 0xc0, 0xe0, 0xf0 };
	size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;

	for (size_t i = n; i-- > 1; c >>= 6)
		out[i] = (char)(0x80 | (c & 0x3f));
	out[0] = (char)(marks[n] | c);
	return n;
}

static void
test_each_code_point(void **state)
{
	for (unsigned c = 0; c <= 0x10ffff; c++) {
		bool is_surrogate = c >= 0xd800 && c <= 0xdfff;
		size_t bad = 99;
		char bytes[4];
		size_t n = encode(c, bytes);
		size_t got = zv_utf8_char((struct zv_str){ bytes, n }, &bad);

		if (got != (is_surrogate ? 0 : n))
			fail_msg("U+%04X: %zu", c, got);
		if (is_surrogate && bad != 1)
			fail_msg("U+%04X: bad %zu", c, bad);
	}
}

/* Of all sequences of two and three bytes exactly the well-formed ones are taken:
 * counted by the standard's number of code points. */
static void
test_count_of_short_sequences(void **state)
{
	size_t two = 0, three = 0, bad;

	for (unsigned x = 0x8000; x < 0x1000000; x++) {
		char b[3] = { (char)(x >> 16), (char)(x >> 8), (char)x };

		if (x < 0x10000 && (unsigned char)b[1] >= 0x80)
			two += zv_utf8_char((struct zv_str){ b + 1, 2 }, &bad) == 2;
		if ((unsigned char)b[0] >= 0x80)
			three += zv_utf8_char((struct zv_str){ b, 3 }, &bad) == 3;
	}
	assert_int_equal(two, 0x800 - 0x80);
	assert_int_equal(three, 0x10000 - 0x800 - 0x800);
}

static void
test_valid_prefix(void **state)
{
	static const struct {
		struct zv_str s;
		size_t valid;
	} rows[] = {
		{ VIEW(""), 0 },
		{ { NULL, 0 }, 0 },
		{ VIEW("plain"), 5 },
		{ VIEW("Оператор Первый"), 29 },
		{ VIEW("12345678\xff"), 8 },
		{ VIEW("1234567\xff"), 7 },
		{ VIEW("123456789\xd0"), 9 },
		{ VIEW("12345678\xd0\x9e\xff"), 10 },
		{ VIEW("\xff"), 0 },
	};

	for (size_t i = 0; i < N_OF(rows); i++)
		assert_int_equal(zv_utf8_valid(rows[i].s), rows[i].valid);
}

static void
test_cut(void **state)
{
	static const struct {
		struct zv_str s;
		size_t most, n;
	} rows[] = {
		{ VIEW("abc"), 9, 3 },
		{ VIEW("abc"), 3, 3 },
		{ VIEW("abc"), 2, 2 },
		{ VIEW("abc"), 0, 0 },
		{ VIEW(""), 5, 0 },
		{ VIEW("a\xd0\x9e"), 2, 1 },
		{ VIEW("a\xd0\x9e"), 3, 3 },
		{ VIEW("\xf0\x9f\x98\x80"), 3, 0 },
		{ VIEW("x\xf0\x9f\x98\x80y"), 4, 1 },
		{ VIEW("x\xf0\x9f\x98\x80y"), 5, 5 },
		/* no characters at all: cut where it has to be */
		{ VIEW("\x80\x80\x80\x80\x80\x80\x80\x80"), 6, 6 },
	};

	for (size_t i = 0; i < N_OF(rows); i++) {
		size_t n = zv_utf8_cut(rows[i].s, rows[i].most);

		if (n != rows[i].n)
			fail_msg("row %zu: %zu", i, n);
	}
}

static void
test_make_line(void **state)
{
	static const char *const rows[][2] = {
		{ "", "" },
		{ "plain text", "plain text" },
		{ "a\tb\r\nc\x7f", "a b  c " },
		{ "\x1b[2J", " [2J" },
		{ "\xc2\x85x\xc2\xa0", "  x\xc2\xa0" }, /* NEL goes, NBSP stays */
		{ "\xff\xd0\x9e\x80", "?\xd0\x9e?" },
		{ "\xe2\x82x", "??x" },
		{ "cut \xe2\x82", "cut " },
		{ "cut \xd0", "cut " },
		{ "\xd0", "" },
		{ "end \xff", "end ?" },
	};

	for (size_t i = 0; i < N_OF(rows); i++) {
		char *text = exact_copy(
			(struct zv_str){ rows[i][0], strlen(rows[i][0]) + 1 });

		zv_utf8_make_line(text);
		assert_string_equal(text, rows[i][1]);
		free(text);
	}
}

/* Whatever comes, what comes out is valid, one line, and not longer. */
static void
test_make_line_of_chance(void **state)
{
	static const unsigned char bytes[] = { 'a',  ' ',  '\n', 0x1b, 0x7f, 0x80,
					       0x9b, 0xbf, 0xc0, 0xc2, 0xd0, 0xe0,
					       0xe2, 0xed, 0xf0, 0xf4, 0xf5, 0xff };

	chance_begin();
	for (int round = 0; round < 20000; round++) {
		size_t n = chance_below(12);
		char text[13] = "";

		for (size_t i = 0; i < n; i++)
			text[i] = (char)bytes[chance_below(sizeof bytes)];
		zv_utf8_make_line(text);
		assert_int_equal(zv_utf8_valid(zvon_str(text)), strlen(text));
		assert_true(strlen(text) <= n);
		assert_null(strpbrk(text, "\n\x1b\x7f"));
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_maximal_subparts),
		cmocka_unit_test(test_each_code_point),
		cmocka_unit_test(test_count_of_short_sequences),
		cmocka_unit_test(test_valid_prefix),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_make_line),
		cmocka_unit_test(test_make_line_of_chance),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
