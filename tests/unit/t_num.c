#include "base/num.h"

#include <limits.h>

#include "helper.h"
#include "zvon/error.h"

static void
test_whole_numbers(void **state)
{
	static const struct {
		const char *text;
		long long least, most;
		int rc;
		long long value;
	} rows[] = {
		{ "0", 0, 10, 0, 0 },
		{ "-0", 0, 10, 0, 0 },
		{ "007", 0, 10, 0, 7 },
		{ "10", 0, 10, 0, 10 },
		{ "11", 0, 10, ZV_ETOOBIG, 0 },
		{ "-1", 0, 10, ZV_ETOOBIG, 0 },
		{ "-5", -5, 5, 0, -5 },
		{ "-6", -5, 5, ZV_ETOOBIG, 0 },
		{ "", 0, 10, ZV_EINVAL, 0 },
		{ "-", -10, 10, ZV_EINVAL, 0 },
		{ "--1", -10, 10, ZV_EINVAL, 0 },
		{ "+1", 0, 10, ZV_EINVAL, 0 },
		{ " 1", 0, 10, ZV_EINVAL, 0 },
		{ "1 ", 0, 10, ZV_EINVAL, 0 },
		{ "1x", 0, 10, ZV_EINVAL, 0 },
		{ "0x1", 0, 10, ZV_EINVAL, 0 },
		{ "1.0", 0, 10, ZV_EINVAL, 0 },
		{ "99999999999999999999999x", 0, 10, ZV_EINVAL, 0 },
		{ "9223372036854775807", LLONG_MIN, LLONG_MAX, 0, LLONG_MAX },
		{ "9223372036854775808", LLONG_MIN, LLONG_MAX, ZV_ETOOBIG, 0 },
		{ "-9223372036854775808", LLONG_MIN, LLONG_MAX, 0, LLONG_MIN },
		{ "-9223372036854775809", LLONG_MIN, LLONG_MAX, ZV_ETOOBIG, 0 },
		{ "18446744073709551617", LLONG_MIN, LLONG_MAX, ZV_ETOOBIG, 0 },
		{ "100000000000000000000000000000000000000000", LLONG_MIN, LLONG_MAX,
		  ZV_ETOOBIG, 0 },
	};

	for (size_t i = 0; i < N_OF(rows); i++) {
		long long value = 0;
		int rc = zv_num_parse(zvon_str(rows[i].text), rows[i].least,
				      rows[i].most, &value);

		if (rc != rows[i].rc || (rc == 0 && value != rows[i].value))
			fail_msg("'%s': %s, %lld", rows[i].text, zvon_err_name(rc),
				 value);
	}
}

static void
test_nul_and_no_text(void **state)
{
	long long value;

	assert_int_equal(zv_num_parse(ZV_STR("1\0"), 0, 9, &value), ZV_EINVAL);
	assert_int_equal(zv_num_parse((struct zv_str){ NULL, 0 }, 0, 9, &value),
			 ZV_EINVAL);
}

static void
test_seconds(void **state)
{
	static const struct {
		const char *text;
		long long most;
		int rc;
		long long ms;
	} rows[] = {
		{ "0", 10000, 0, 0 },
		{ "1", 10000, 0, 1000 },
		{ "1.", 10000, 0, 1000 },
		{ "1.5", 10000, 0, 1500 },
		{ "1.05", 10000, 0, 1050 },
		{ "0.001", 10000, 0, 1 },
		{ "0.0009", 10000, 0, 0 }, /* rounded down */
		{ "1.9999999999999999999999", 10000, 0, 1999 },
		{ "10", 10000, 0, 10000 },
		{ "10.001", 10000, ZV_ETOOBIG, 0 },
		{ "9223372036854774", LLONG_MAX, 0, 9223372036854774000 },
		{ "9223372036854775", LLONG_MAX, ZV_ETOOBIG, 0 },
		{ "99999999999999999999", LLONG_MAX, ZV_ETOOBIG, 0 },
		{ "", 10000, ZV_EINVAL, 0 },
		{ ".", 10000, ZV_EINVAL, 0 },
		{ ".5", 10000, ZV_EINVAL, 0 },
		{ "1.5.5", 10000, ZV_EINVAL, 0 },
		{ "1.5s", 10000, ZV_EINVAL, 0 },
		{ "1,5", 10000, ZV_EINVAL, 0 },
		{ "-1", 10000, ZV_EINVAL, 0 },
		{ "-0.5", 10000, ZV_EINVAL, 0 },
		{ "1.-5", 10000, ZV_EINVAL, 0 },
	};

	for (size_t i = 0; i < N_OF(rows); i++) {
		long long ms = 0;
		int rc =
			zv_num_parse_seconds(zvon_str(rows[i].text), rows[i].most, &ms);

		if (rc != rows[i].rc || (rc == 0 && ms != rows[i].ms))
			fail_msg("'%s': %s, %lld", rows[i].text, zvon_err_name(rc), ms);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole_numbers),
		cmocka_unit_test(test_nul_and_no_text),
		cmocka_unit_test(test_seconds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
