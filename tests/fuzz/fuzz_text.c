/* Text of any kind: JSON strings and lines for people are UTF-8 always, cuts fall
 * between characters, unescaping stays within its bytes, numbers know their limits. */
#include <limits.h>

#include "base/err.h"
#include "base/num.h"
#include "base/str.h"
#include "base/utf.h"
#include "fuzz.h"
#include "json/writer.h"

static bool
is_utf8(struct zv_str s)
{
	return zv_utf8_valid(s) == s.n;
}

static void
check_json(struct zv_str s)
{
	struct zv_buf out = { 0 };
	struct zv_json j = { .out = &out };

	zv_json_string(&j, s);
	CHECK(is_utf8(zv_buf_str(&out)));
	CHECK(out.n >= 2 && out.p[0] == '"' && out.p[out.n - 1] == '"');
	for (size_t i = 1; i + 1 < out.n; i++) {
		CHECK((unsigned char)out.p[i] >= 0x20 && out.p[i] != '"');
		if (out.p[i] == '\\')
			CHECK(strchr("\"\\bfnrtu", out.p[++i]) && i + 1 < out.n);
	}
	zv_buf_deinit(&out);
}

static void
check_lines(struct zv_str s)
{
	struct zv_error err = { 0 };

	zv_fail(&err, ZV_EIO, "%.*s", ZV_ARG(s));
	CHECK(is_utf8(zvon_str(err.text)));
	CHECK(!strpbrk(err.text, "\r\n\x1b\x7f"));
}

static void
check_cuts(struct zv_str s)
{
	size_t valid = zv_utf8_valid(s);

	for (size_t most = 0; most <= valid; most++) {
		size_t n = zv_utf8_cut((struct zv_str){ s.p, valid }, most);

		CHECK(n <= most && n + 4 > most);
		CHECK(is_utf8((struct zv_str){ s.p, n }));
	}
	for (size_t most = 0; most <= s.n; most++)
		CHECK(zv_utf8_cut(s, most) <= most);
}

static void
check_unescape(struct zv_str s)
{
	char *copy = fuzz_copy(s), *in_place = fuzz_copy(s);
	size_t n = zvon_unescape(s, copy);

	CHECK(n <= s.n);
	CHECK(zvon_unescape((struct zv_str){ in_place, s.n }, in_place) == n);
	CHECK(n == 0 || memcmp(copy, in_place, n) == 0);
	zvon_key_is_escaped(s, 2);
	free(copy);
	free(in_place);
}

/* A number that is taken is written back as it stood, leading zeros aside. */
static void
check_number(struct zv_str s)
{
	long long value, ms;
	char text[32];
	struct zv_str digits = s;

	if (zv_num_parse(s, LLONG_MIN, LLONG_MAX, &value) == 0) {
		bool negative = s.p[0] == '-';

		digits = zv_str_from(s, negative);
		while (digits.n > 1 && digits.p[0] == '0')
			digits = zv_str_from(digits, 1);
		snprintf(text, sizeof text, "%lld", value);
		CHECK(zvon_str_equal(digits, zvon_str(text + (value < 0))));
	}
	if (zv_num_parse_seconds(s, 1000000, &ms) == 0)
		CHECK(ms >= 0 && ms <= 1000000);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct zv_str given = { (const char *)bytes, n };
	char *copy = fuzz_copy(given);
	struct zv_str s = { copy, n };

	check_json(s);
	check_lines(s);
	check_cuts(s);
	check_unescape(s);
	check_number(s);
	free(copy);
	return 0;
}
