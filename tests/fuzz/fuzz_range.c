/* The Range field: what it gives lies in the file, none overlaps another, and written
 * again it is the same.
 *
 * Input: the size (1 byte: up to 200, more: large), the value. */
#include "fuzz.h"
#include "http/range.h"

static void
check_ranges(const struct zv_http_range *ranges, int n, uint64_t size)
{
	for (int i = 0; i < n; i++) {
		CHECK(ranges[i].first <= ranges[i].last && ranges[i].last < size);
		for (int k = 0; k < i; k++)
			CHECK(ranges[i].first > ranges[k].last ||
			      ranges[i].last < ranges[k].first);
	}
}

static void
check_again(const struct zv_http_range *ranges, int n, uint64_t size)
{
	struct zv_http_range again[ZV_HTTP_MAX_RANGES];
	struct zv_buf text = { 0 };

	zv_buf_add(&text, ZV_STR("bytes="));
	for (int i = 0; i < n; i++)
		zv_buf_printf(&text, "%llu-%llu,", (unsigned long long)ranges[i].first,
			      (unsigned long long)ranges[i].last);
	CHECK(zv_http_ranges(zv_buf_str(&text), size, again) == n);
	CHECK(memcmp(again, ranges, (size_t)n * sizeof *ranges) == 0);
	zv_buf_deinit(&text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct fuzz_input in = { bytes, n };
	unsigned byte = fuzz_byte(&in);
	uint64_t size = byte < 200 ? byte : INT64_MAX >> (byte - 200);
	struct zv_str value = fuzz_rest(&in);
	char *copy = fuzz_copy(value);
	struct zv_http_range ranges[ZV_HTTP_MAX_RANGES];
	int found = zv_http_ranges((struct zv_str){ copy, value.n }, size, ranges);

	free(copy);
	CHECK(found >= -1 && found <= ZV_HTTP_MAX_RANGES);
	CHECK(size || found == 0);
	if (found > 0) {
		check_ranges(ranges, found, size);
		check_again(ranges, found, size);
	}
	return 0;
}
