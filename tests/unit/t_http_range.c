/* fault_055: which bytes of a file a Range field asks for. */
#include "http/range.h"

#include <stdlib.h>

#include "helper.h"

/* `0-4 7-9`, `whole` or `none`. */
static void
add_ranges(struct zv_buf *out, struct zv_str value, uint64_t size)
{
	struct zv_http_range ranges[ZV_HTTP_MAX_RANGES];
	char *copy = exact_copy(value);
	int n = zv_http_ranges((struct zv_str){ copy, value.n }, size, ranges);

	free(copy);
	assert_in_range(n + 1, 0, ZV_HTTP_MAX_RANGES + 1);
	if (n <= 0)
		zv_buf_add(out, n ? ZV_STR("none") : ZV_STR("whole"));
	for (int i = 0; i < n; i++) {
		assert_true(ranges[i].first <= ranges[i].last);
		assert_true(ranges[i].last < size);
		zv_buf_printf(out, "%s%llu-%llu", i ? " " : "",
			      (unsigned long long)ranges[i].first,
			      (unsigned long long)ranges[i].last);
	}
}

static void
test_fault_055_ranges(void **state)
{
	static const struct {
		const char *value;
		unsigned long long size;
		const char *wanted;
	} rows[] = {
		{ "bytes=0-", 10, "0-9" },
		{ "bytes=-1", 10, "9-9" },
		{ "bytes=0-0", 10, "0-0" },
		{ "bytes=9-", 10, "9-9" },
		{ "bytes=3-5", 10, "3-5" },
		{ "bytes=3-50", 10, "3-9" },
		{ "bytes=-10", 10, "0-9" },
		{ "bytes=-11", 10, "0-9" },
		{ "Bytes=1-2", 10, "1-2" },
		{ "bytes= 1-2 ,\t4-5,", 10, "1-2 4-5" },
		{ "bytes=,,1-2", 10, "1-2" },
		/* the order asked for */
		{ "bytes=7-8,0-1", 10, "7-8 0-1" },
		{ "bytes=-1,0-0", 10, "9-9 0-0" },
		/* overlapping ones */
		{ "bytes=0-4,2-6", 10, "0-6" },
		{ "bytes=0-1,2-3", 10, "0-1 2-3" },
		{ "bytes=0-,1-,2-", 10, "0-9" },
		{ "bytes=0-1,4-5,8-9,1-4", 10, "0-5 8-9" },
		{ "bytes=8-9,4-5,0-1,1-8", 10, "0-9" },
		{ "bytes=6-6,0-1,3-4,1-3", 10, "6-6 0-4" },
		{ "bytes=5-5,5-5,5-5", 10, "5-5" },
		/* beyond the end */
		{ "bytes=10-", 10, "none" },
		{ "bytes=10-20,30-", 10, "none" },
		{ "bytes=10-,1-2", 10, "1-2" },
		{ "bytes=-0", 10, "none" },
		{ "bytes=-0,3-3", 10, "3-3" },
		{ "bytes=9223372036854775807-", 10, "none" },
		{ "bytes=99999999999999999999999-", 10, "none" },
		{ "bytes=1-99999999999999999999999", 10, "1-9" },
		{ "bytes=-99999999999999999999999", 10, "0-9" },
		/* not understood: the whole file */
		{ "bytes=5-2", 10, "whole" },
		{ "bytes=0-1,5-2", 10, "whole" },
		{ "", 10, "whole" },
		{ "bytes", 10, "whole" },
		{ "bytes=", 10, "whole" },
		{ "bytes=,", 10, "whole" },
		{ "bytes=-", 10, "whole" },
		{ "bytes=1", 10, "whole" },
		{ "bytes=a-b", 10, "whole" },
		{ "bytes=1-b", 10, "whole" },
		{ "bytes=+1-2", 10, "whole" },
		{ "bytes=0x1-2", 10, "whole" },
		{ "bytes=1--2", 10, "whole" },
		{ "bytes=--1", 10, "whole" },
		{ "bytes=1-2-3", 10, "whole" },
		{ "bytes=1 -2", 10, "whole" },
		{ "bytes 1-2", 10, "whole" },
		{ "lines=1-2", 10, "whole" },
		{ "=1-2", 10, "whole" },
		/* eight, and nine */
		{ "bytes=0-0,2-2,4-4,6-6,8-8,10-10,12-12,14-14", 20,
		  "0-0 2-2 4-4 6-6 8-8 10-10 12-12 14-14" },
		{ "bytes=0-0,2-2,4-4,6-6,8-8,10-10,12-12,14-14,16-16", 20, "whole" },
		{ "bytes=0-0,0-0,0-0,0-0,0-0,0-0,0-0,0-0,0-0", 20, "whole" },
		{ "bytes=90-,90-,90-,90-,90-,90-,90-,90-,90-", 20, "whole" },
		/* an empty file */
		{ "bytes=0-", 0, "whole" },
		{ "bytes=-5", 0, "whole" },
		/* a large one */
		{ "bytes=-1", UINT64_MAX, "18446744073709551614-18446744073709551614" },
		{ "bytes=9223372036854775806-", 9223372036854775807u,
		  "9223372036854775806-9223372036854775806" },
	};

	for (size_t i = 0; i < N_OF(rows); i++) {
		struct zv_buf out = { 0 };

		add_ranges(&out, zvon_str(rows[i].value), rows[i].size);
		check_text(rows[i].value, zv_buf_str(&out), zvon_str(rows[i].wanted));
		zv_buf_deinit(&out);
	}
}

/* 1,000 ranges: not one is given. */
static void
test_fault_055_a_thousand(void **state)
{
	struct zv_buf value = { 0 }, out = { 0 };

	zv_buf_add(&value, ZV_STR("bytes=0-0"));
	for (int i = 1; i < 1000; i++)
		zv_buf_printf(&value, ",%d-%d", 2 * i, 2 * i);
	add_ranges(&out, zv_buf_str(&value), 5000);
	check_text("1000", zv_buf_str(&out), ZV_STR("whole"));
	zv_buf_deinit(&value);
	zv_buf_deinit(&out);
}

/* By chance: what is given covers just the bytes asked for, each once. */
static void
test_bytes_given_are_those_asked_for(void **state)
{
	for (int round = 0; round < 20000; round++) {
		struct zv_http_range ranges[ZV_HTTP_MAX_RANGES];
		struct zv_buf value = { 0 };
		int asked[16] = { 0 }, given[16] = { 0 };
		int n = 1 + (int)chance_below(ZV_HTTP_MAX_RANGES);

		zv_buf_add(&value, ZV_STR("bytes="));
		for (int i = 0; i < n; i++) {
			size_t first = chance_below(16);
			size_t last = first + chance_below(16 - first);

			zv_buf_printf(&value, "%zu-%zu,", first, last);
			while (first <= last)
				asked[first++] = 1;
		}
		n = zv_http_ranges(zv_buf_str(&value), 16, ranges);
		assert_true(n > 0);
		for (int i = 0; i < n; i++)
			for (size_t k = ranges[i].first; k <= ranges[i].last; k++)
				given[k]++;
		assert_memory_equal(asked, given, sizeof asked);
		zv_buf_deinit(&value);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fault_055_ranges),
		cmocka_unit_test(test_fault_055_a_thousand),
		cmocka_unit_test(test_bytes_given_are_those_asked_for),
	};

	chance_begin();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
