/* Values between the Native API and ours, beside the talks of tests/onec: every day, every
 * type, no memory. */
#include "onec/native_variant.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>

#include "helper.h"
#include "onec/native_date.h"
#include "zvon/error.h"

/* ---- dates ------------------------------------------------------------------------------ */

/* From 0001-01-01 to 9999-12-31, counted as a calendar on the wall is. */
static void
test_every_day(void **state)
{
	static const int lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	long long seconds = -62135596800;
	int year = 1, month = 0, day = 1, weekday = 1, yearday = 0;

	while (year < 10000) {
		bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
		struct tm tm = { 0 };
		long long back;

		assert_true(zv_native_to_tm(&tm, seconds + 86399));
		assert_int_equal(tm.tm_year + 1900, year);
		assert_int_equal(tm.tm_mon, month);
		assert_int_equal(tm.tm_mday, day);
		assert_int_equal(tm.tm_wday, weekday);
		assert_int_equal(tm.tm_yday, yearday);
		assert_int_equal(tm.tm_hour * 10000 + tm.tm_min * 100 + tm.tm_sec,
				 235959);
		assert_true(zv_native_from_tm(&tm, &back));
		assert_int_equal(back, seconds + 86399);

		seconds += 86400;
		weekday = (weekday + 1) % 7;
		yearday++;
		if (++day > lengths[month] + (month == 1 && leap)) {
			day = 1;
			if (++month == 12) {
				month = yearday = 0;
				year++;
			}
		}
	}
	assert_int_equal(seconds, 253402300800);
}

static void
test_dates_out_of_range(void **state)
{
	static const struct tm wrong[] = {
		{ .tm_year = -1900, .tm_mday = 1 },
		{ .tm_year = 8100, .tm_mday = 1 },
		{ .tm_year = INT_MAX, .tm_mday = 1 },
		{ .tm_year = INT_MIN, .tm_mday = 1 },
		{ .tm_mday = 0 },
		{ .tm_mday = 32 },
		{ .tm_mday = 1, .tm_mon = 12 },
		{ .tm_mday = 1, .tm_mon = -1 },
		{ .tm_mday = 1, .tm_hour = 24 },
		{ .tm_mday = 1, .tm_min = 60 },
		{ .tm_mday = 1, .tm_sec = 61 },
		{ .tm_mday = 1, .tm_sec = -1 },
	};
	static const double days[] = { -1e300,	   1e300,     -693594.0,
				       2958466.0,  1e6 * 1e6, (double)INFINITY,
				       (double)NAN };
	struct tm tm = { 0 };
	long long seconds;

	for (size_t i = 0; i < N_OF(wrong); i++)
		assert_false(zv_native_from_tm(&wrong[i], &seconds));
	for (size_t i = 0; i < N_OF(days); i++)
		assert_false(zv_native_from_days(days[i], &seconds));
	assert_false(zv_native_to_tm(&tm, -62135596801));
	assert_false(zv_native_to_tm(&tm, 253402300800));
	assert_false(zv_native_to_tm(&tm, LLONG_MIN));
	assert_false(zv_native_to_tm(&tm, LLONG_MAX));
	assert_true(zv_native_from_days(-693593.0, &seconds));
	assert_int_equal(seconds, -62135596800);
}

/* ---- values ------------------------------------------------------------------------------ */

/* Whatever bytes are there, and whatever type they say they are. */
static void
test_every_type(void **state)
{
	chance_begin();
	for (unsigned type = 0; type <= 0xffff; type++) {
		struct zv_variant v;
		struct zv_value value = { 0 };

		for (size_t i = 0; i < sizeof v; i++)
			((unsigned char *)&v)[i] = (unsigned char)chance();
		v.type = (uint16_t)type;
		if (type == ZV_VT_PSTR || type == ZV_VT_BLOB)
			v.bytes.p = NULL; /* with a length that is none */
		if (type == ZV_VT_PWSTR)
			v.text.p = NULL;
		assert_int_equal(zv_variant_read(&v, &value), 0);
		if (type > ZV_VT_CLSID)
			assert_int_equal(value.kind, ZV_VALUE_OTHER);
		assert_int_equal(value.bytes.n, 0);
		zv_value_deinit(&value);
	}
}

static bool ZV_NATIVE_CALL
give(struct zv_native_memory *m, void **p, unsigned long bytes)
{
	*p = malloc(bytes);
	return *p != NULL;
}

static void ZV_NATIVE_CALL
take_back(struct zv_native_memory *m, void **p)
{
	free(*p);
	*p = NULL;
}

static bool ZV_NATIVE_CALL
refuse(struct zv_native_memory *m, void **p, unsigned long bytes)
{
	return false;
}

/* "true", and nothing given. */
static bool ZV_NATIVE_CALL
lie(struct zv_native_memory *m, void **p, unsigned long bytes)
{
	*p = NULL;
	return true;
}

static void
check_written(bool(ZV_NATIVE_CALL *alloc)(struct zv_native_memory *, void **,
					  unsigned long),
	      bool expected)
{
	const struct zv_native_memory_table table = { .alloc = alloc,
						      .free = take_back };
	struct zv_native_memory memory = { &table };
	struct zv_value value = { 0 };
	struct zv_variant v = { .type = ZV_VT_CLSID };

	assert_int_equal(zv_value_set_text(&value, ZV_STR("Ёж")), 0);
	for (int kind = ZV_VALUE_TEXT; kind <= ZV_VALUE_BLOB; kind++) {
		value.kind = (enum zv_value_kind)kind;
		assert_int_equal(zv_variant_write(&v, &value, &memory), expected);
		if (!expected)
			assert_int_equal(v.type, ZV_VT_EMPTY);
		zv_variant_release(&v, &memory);
	}
	zv_value_deinit(&value);
}

static void
test_no_memory_of_the_platform(void **state)
{
	struct zv_value value = { 0 };
	struct zv_variant v;

	check_written(give, true);
	check_written(refuse, false);
	check_written(lie, false);
	assert_int_equal(zv_value_set_text(&value, ZV_STR("a")), 0);
	assert_false(zv_variant_write(&v, &value, NULL));
	assert_int_equal(v.type, ZV_VT_EMPTY);
	zv_value_deinit(&value);
}

/* A text that is longer than any method takes is not copied whole. */
static void
test_a_text_that_is_too_long(void **state)
{
	size_t units = 40 * 1024 * 1024;
	struct zv_value value = { 0 };
	struct zv_variant v = { .type = ZV_VT_PWSTR };

	v.text.p = calloc(units, sizeof *v.text.p);
	v.text.n = (uint32_t)units;
	assert_non_null(v.text.p);
	assert_int_equal(zv_variant_read(&v, &value), 0);
	assert_int_equal(value.bytes.n, ZV_VALUE_TEXT_MAX + 1);
	zv_value_deinit(&value);
	free(v.text.p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_day),
		cmocka_unit_test(test_dates_out_of_range),
		cmocka_unit_test(test_every_type),
		cmocka_unit_test(test_no_memory_of_the_platform),
		cmocka_unit_test(test_a_text_that_is_too_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
