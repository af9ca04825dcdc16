/* A time zone's file, and asking it: offsets stay within a day, a time there and back is at most
 * one change of the clock away; and texts of times.
 *
 * Input: length of the file (2 bytes), the file, a text of a time. */
#include "fuzz.h"
#include "hist/when.h"
#include "hist/zone.h"

#define DAY_S 86400

static void
check_zone(const struct zv_zone *z)
{
	for (int64_t at = -3000000000; at < 9000000000; at += 86399 * 997) {
		int offset_s = zv_zone_offset_s(z, at);
		int64_t back;

		CHECK(offset_s > -8 * DAY_S && offset_s < 8 * DAY_S);
		back = zv_zone_to_utc_s(z, at + offset_s);
		CHECK(back > at - 16 * DAY_S && back < at + 16 * DAY_S);
	}
}

static void
check_text(const struct zv_zone *z, struct zv_str text)
{
	struct zv_when w;
	int64_t ms;
	int rc = zv_zone_read_time(z, text, &ms);
	char told[ZV_WHEN_TEXT];

	CHECK(rc == 1 || rc == 0 || rc == ZV_EINVAL);
	if (rc < 1 || ms <= 0 || !zv_when_text(ms, told)[0])
		return;
	CHECK(zv_when_read(zvon_str(told), &w) == 0);
	CHECK(zv_when_unix_ms(&w) == ms);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct fuzz_input in = { bytes, n };
	size_t size = fuzz_byte(&in) * 256u;
	struct zv_str file;
	struct zv_zone *z;
	char *copy;

	size += fuzz_byte(&in);
	size = size < in.n ? size : in.n;
	file = (struct zv_str){ (const char *)in.p, size };
	in.p += size;
	in.n -= size;
	copy = fuzz_copy(file);
	z = zv_zone_new((struct zv_str){ copy, size }, NULL);
	free(copy);
	if (z)
		check_zone(z);
	check_text(z, fuzz_rest(&in));
	zv_zone_free(z);
	return 0;
}
