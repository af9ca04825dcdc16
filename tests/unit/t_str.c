#include "base/str.h"

#include "helper.h"

static void
test_equal(void **state)
{
	static const struct {
		struct zv_str a, b;
		bool equal, equal_nocase;
	} rows[] = {
		{ VIEW(""), VIEW(""), true, true },
		{ VIEW(""), { NULL, 0 }, true, true },
		{ VIEW("ActionID"), VIEW("ActionID"), true, true },
		{ VIEW("ActionID"), VIEW("actionid"), false, true },
		{ VIEW("ActionID"), VIEW("ActionI"), false, false },
		{ VIEW("a\0b"), VIEW("a\0B"), false, true },
		{ VIEW("a\0b"), VIEW("a\0c"), false, false },
		/* only letters: these differ in bit 5, too */
		{ VIEW("@[\\]^"), VIEW("`{|}~"), false, false },
		{ VIEW("AZ"), VIEW("az"), false, true },
		/* Й and й, bytes of UTF-8: not letters here */
		{ VIEW("\xd0\x99"), VIEW("\xd0\xb9"), false, false },
	};

	for (size_t i = 0; i < N_OF(rows); i++) {
		assert_int_equal(zvon_str_equal(rows[i].a, rows[i].b), rows[i].equal);
		assert_int_equal(zvon_str_equal(rows[i].b, rows[i].a), rows[i].equal);
		assert_int_equal(zvon_str_equal_nocase(rows[i].a, rows[i].b),
				 rows[i].equal_nocase);
	}
}

static void
test_starts_and_ends(void **state)
{
	static const struct {
		struct zv_str s, part;
		bool starts, starts_nocase, ends;
	} rows[] = {
		{ VIEW("abc"), VIEW(""), true, true, true },
		{ VIEW(""), VIEW(""), true, true, true },
		{ { NULL, 0 }, VIEW("a"), false, false, false },
		{ VIEW("abc"), VIEW("ab"), true, true, false },
		{ VIEW("abc"), VIEW("AB"), false, true, false },
		{ VIEW("abc"), VIEW("bc"), false, false, true },
		{ VIEW("abc"), VIEW("abc"), true, true, true },
		{ VIEW("abc"), VIEW("abcd"), false, false, false },
	};

	for (size_t i = 0; i < N_OF(rows); i++) {
		assert_int_equal(zv_str_starts(rows[i].s, rows[i].part),
				 rows[i].starts);
		assert_int_equal(zv_str_starts_nocase(rows[i].s, rows[i].part),
				 rows[i].starts_nocase);
		assert_int_equal(zv_str_ends(rows[i].s, rows[i].part), rows[i].ends);
	}
}

static void
test_find(void **state)
{
	static const struct {
		struct zv_str s, what;
		size_t at;
	} rows[] = {
		{ VIEW(""), VIEW("x"), 0 },	   { { NULL, 0 }, VIEW("x"), 0 },
		{ VIEW("abc"), VIEW(""), 0 },	   { VIEW("a: b"), VIEW(": "), 1 },
		{ VIEW("a:b: c"), VIEW(": "), 3 }, { VIEW("aaab"), VIEW("aab"), 1 },
		{ VIEW("aaa"), VIEW("aaaa"), 3 },  { VIEW("abab"), VIEW("b"), 1 },
		{ VIEW("ab:"), VIEW(": "), 3 },	   { VIEW("a\0b"), VIEW("\0b"), 1 },
		{ VIEW("xyz"), VIEW("xyz"), 0 },
	};

	for (size_t i = 0; i < N_OF(rows); i++)
		assert_int_equal(zv_str_find(rows[i].s, rows[i].what), rows[i].at);
}

static void
test_from_and_trim(void **state)
{
	check_text("from 2", zv_str_from(ZV_STR("abc"), 2), ZV_STR("c"));
	check_text("from 3", zv_str_from(ZV_STR("abc"), 3), ZV_STR(""));
	check_text("from 9", zv_str_from(ZV_STR("abc"), 9), ZV_STR(""));
	assert_null(zv_str_from((struct zv_str){ NULL, 0 }, 4).p);
	check_text("trim", zv_str_trim(ZV_STR(" \t\r\n a b \n\r\t ")), ZV_STR("a b"));
	check_text("only blanks", zv_str_trim(ZV_STR(" \n ")), ZV_STR(""));
	check_text("nothing", zv_str_trim((struct zv_str){ NULL, 0 }), ZV_STR(""));
	check_text("NUL stays", zv_str_trim(ZV_STR("\0 ")), ZV_STR("\0"));
}

static void
test_split(void **state)
{
	static const struct {
		struct zv_str s;
		const char *parts; /* each with [ ] around */
	} rows[] = {
		{ VIEW("a,b,c"), "[a][b][c]" },
		{ VIEW("a"), "[a]" },
		{ VIEW(""), "[]" },
		{ { NULL, 0 }, "" },
		{ VIEW(","), "[][]" },
		{ VIEW(",a,,b,"), "[][a][][b][]" },
	};

	for (size_t i = 0; i < N_OF(rows); i++) {
		struct zv_str rest = rows[i].s, part;
		struct zv_buf got = { 0 };

		while (zv_str_split(&rest, ',', &part))
			zv_buf_printf(&got, "[%.*s]", ZV_ARG(part));
		check_text(rows[i].parts, zv_buf_str(&got), zvon_str(rows[i].parts));
		zv_buf_deinit(&got);
	}
}

static void
test_views_of_strings(void **state)
{
	assert_int_equal(zvon_str(NULL).n, 0);
	assert_null(zvon_str(NULL).p);
	assert_int_equal(zvon_str("abc").n, 3);
	assert_int_equal(ZV_STR("a\0b").n, 3);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_equal), cmocka_unit_test(test_starts_and_ends),
		cmocka_unit_test(test_find),  cmocka_unit_test(test_from_and_trim),
		cmocka_unit_test(test_split), cmocka_unit_test(test_views_of_strings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
