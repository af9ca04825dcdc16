/* Time zones: files as zic writes them, made here; nights when clocks change. */
#include <stdlib.h>

#include "helper.h"
#include "hist/zone.h"

struct change {
	int64_t at_s;
	int type;
};

static void
add_number(struct zv_buf *b, int64_t value, int bytes)
{
	for (int i = bytes - 1; i >= 0; i--)
		zv_buf_add_char(b, (char)((uint64_t)value >> (i * 8)));
}

static void
add_block(struct zv_buf *b, char version, const int *types, size_t n_types,
	  const struct change *changes, size_t n, int bytes)
{
	zv_buf_add(b, ZV_STR("TZif"));
	zv_buf_add_char(b, version);
	for (int i = 0; i < 15; i++)
		zv_buf_add_char(b, 0);
	for (int i = 0; i < 3; i++)
		add_number(b, 0, 4);
	add_number(b, (int64_t)n, 4);
	add_number(b, (int64_t)n_types, 4);
	add_number(b, 4, 4);
	for (size_t i = 0; i < n; i++)
		add_number(b, changes[i].at_s, bytes);
	for (size_t i = 0; i < n; i++)
		zv_buf_add_char(b, (char)changes[i].type);
	for (size_t i = 0; i < n_types; i++) {
		add_number(b, types[i], 4);
		add_number(b, 0, 2);
	}
	zv_buf_add(b, ZV_STR("ABC"));
	zv_buf_add_char(b, 0);
}

/* Berlin 2025 and 2026, by its table or by its rule. */
static const int berlin_types[] = { 3600, 7200 };
static const struct change berlin[] = {
	{ 1743296400, 1 }, /* 2025-03-30 01:00 UTC */
	{ 1761440400, 0 }, /* 2025-10-26 01:00 UTC */
	{ 1774746000, 1 }, /* 2026-03-29 */
	{ 1792890000, 0 }, /* 2026-10-25 */
};

static struct zv_buf
berlin_file(size_t n, const char *rule)
{
	struct zv_buf b = { 0 };

	add_block(&b, '2', berlin_types, 1, NULL, 0, 4);
	add_block(&b, '2', berlin_types, 2, berlin, n, 8);
	zv_buf_printf(&b, "\n%s\n", rule);
	return b;
}

static int64_t
utc_of(const struct zv_zone *z, const char *local)
{
	int64_t ms;

	assert_int_equal(zv_zone_read_time(z, zvon_str(local), &ms), 1);
	return ms / 1000;
}

static void
check_berlin(const struct zv_zone *z)
{
	assert_int_equal(utc_of(z, "2026-01-15 12:00:00"), 1768474800);
	assert_int_equal(utc_of(z, "2026-07-15 12:00:00"), 1784109600);
	/* fault 024: 02:30 comes twice: the earlier one; 03:00 is plain */
	assert_int_equal(utc_of(z, "2026-10-25 01:59:59"), 1792886399);
	assert_int_equal(utc_of(z, "2026-10-25 02:30:00"), 1792888200);
	assert_int_equal(utc_of(z, "2026-10-25 03:00:00"), 1792893600);
	/* 02:30 is left out in spring: as if the clock had not been set */
	assert_int_equal(utc_of(z, "2026-03-29 02:30:00"), 1774747800);
	assert_int_equal(utc_of(z, "2026-03-29 03:30:00"), 1774747800);
	assert_int_equal(zv_zone_offset_s(z, 1792889999), 7200);
	assert_int_equal(zv_zone_offset_s(z, 1792890000), 3600);
}

static void
test_fault_024_clock_changes(void **state)
{
	struct zv_error err = { 0 };
	struct zv_buf table = berlin_file(4, "");
	struct zv_buf rule = berlin_file(0, "CET-1CEST,M3.5.0,M10.5.0/3");
	struct zv_zone *z = zv_zone_new(zv_buf_str(&table), &err);

	(void)state;
	assert_non_null(z);
	check_berlin(z);
	zv_zone_free(z);
	z = zv_zone_new(zv_buf_str(&rule), &err);
	assert_non_null(z);
	check_berlin(z);
	assert_int_equal(utc_of(z, "2050-07-01 00:00:00"), 2540239200);
	zv_zone_free(z);
	zv_buf_deinit(&table);
	zv_buf_deinit(&rule);
}

static void
test_rules(void **state)
{
	static const struct {
		const char *rule;
		int64_t utc_s;
		int offset_s;
	} rows[] = {
		{ "MSK-3", 1792890000, 10800 },
		{ "<+03>-3", 1792890000, 10800 },
		{ "<-0330>3:30", 1792890000, -12600 },
		{ "AEST-10AEDT,M10.1.0,M4.1.0/3", 1768474800,
		  39600 }, /* January, south */
		{ "AEST-10AEDT,M10.1.0,M4.1.0/3", 1784109600, 36000 },
		{ "EST5EDT,J60,J300", 1784109600, -14400 },
		{ "EST5EDT4,59/0,300/-1", 1768474800, -18000 },
		{ "EST5EDT,M3.2.0,M11.1.0", 1784109600, -14400 },
	};

	(void)state;
	for (size_t i = 0; i < N_OF(rows); i++) {
		struct zv_buf file = berlin_file(0, rows[i].rule);
		struct zv_zone *z = zv_zone_new(zv_buf_str(&file), NULL);

		if (!z || zv_zone_offset_s(z, rows[i].utc_s) != rows[i].offset_s)
			fail_msg("%s: %d", rows[i].rule,
				 z ? zv_zone_offset_s(z, rows[i].utc_s) : -1);
		zv_zone_free(z);
		zv_buf_deinit(&file);
	}
}

static void
test_bad_files(void **state)
{
	struct zv_buf file = berlin_file(4, "CET-1CEST,M3.5.0,M10.5.0/3");
	static const char *const rules[] = { "C",
					     "CET",
					     "CET-1CEST",
					     "CET-1CEST,M13.1.0,M1.1.0",
					     "CET-1CEST,M3.5.0",
					     "CET-1CEST,M3.5.0,M10.5.0/3x",
					     "<CET-1" };

	(void)state;
	for (size_t n = 1; n + 1 < file.n; n++) {
		struct zv_error err = { 0 };
		char *copy = exact_copy((struct zv_str){ file.p, n });
		struct zv_zone *z = zv_zone_new((struct zv_str){ copy, n }, &err);

		/* cut behind the rule's text it is still one */
		if (z && n + 1 < file.n - 30)
			fail_msg("cut at %zu it was taken", n);
		assert_int_equal(err.code, z ? 0 : ZV_EINVAL);
		zv_zone_free(z);
		free(copy);
	}
	for (size_t i = 0; i < N_OF(rules); i++) {
		struct zv_buf bad = berlin_file(0, rules[i]);

		assert_null(zv_zone_new(zv_buf_str(&bad), NULL));
		zv_buf_deinit(&bad);
	}
	zv_buf_deinit(&file);
}

static void
test_row_times(void **state)
{
	int64_t ms;

	(void)state;
	assert_int_equal(zv_zone_read_time(NULL, ZV_STR(""), &ms), 0);
	assert_int_equal(zv_zone_read_time(NULL, ZV_STR("0000-00-00 00:00:00"), &ms),
			 0);
	assert_int_equal(ms, 0);
	assert_int_equal(zv_zone_read_time(NULL, ZV_STR("soon"), &ms), ZV_EINVAL);
	assert_int_equal(
		zv_zone_read_time(NULL, ZV_STR("2026-11-21 01:33:08.123456"), &ms), 1);
	assert_int_equal(ms, 1795224788123);
	assert_int_equal(zv_zone_read_time(NULL, ZV_STR("1795224788"), &ms), 1);
	assert_int_equal(ms, 1795224788000);
	assert_int_equal(zv_zone_to_utc_s(NULL, 5), 5);
	assert_int_equal(zv_zone_offset_s(NULL, 5), 0);
}

static int
open_zone(void *user)
{
	struct zv_error err = { 0 };
	struct zv_zone *z = zv_zone_new(zv_buf_str(user), &err);

	zv_zone_free(z);
	return z ? 0 : err.code;
}

static void
test_out_of_memory(void **state)
{
	struct zv_buf file = berlin_file(4, "");

	(void)state;
	check_out_of_memory(open_zone, &file);
	zv_buf_deinit(&file);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fault_024_clock_changes),
		cmocka_unit_test(test_rules),
		cmocka_unit_test(test_bad_files),
		cmocka_unit_test(test_row_times),
		cmocka_unit_test(test_out_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
