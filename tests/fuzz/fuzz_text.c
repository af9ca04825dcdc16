/* Text of any kind: what is UTF-8 and what not is seen as a second reader sees it; JSON
 * strings are UTF-8 always and read back as what was written; lines for people are
 * UTF-8; cuts fall between characters, unescaping stays within its bytes, numbers know
 * their limits. */
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

/* The second reader: by arithmetic, where src/base/utf.c goes by a table. The length of
 * the character at the start of s, 0 when there is none. */
static size_t
second_utf8_char(struct zv_str s)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const unsigned char *p = (const unsigned char *)s.p;
	size_t length = p[0] < 0x80		? 1
			: (p[0] & 0xe0) == 0xc0 ? 2
			: (p[0] & 0xf0) == 0xe0 ? 3
			: (p[0] & 0xf8) == 0xf0 ? 4
						: 0;
	uint32_t code;

	if (length == 0 || length > s.n)
		return 0;
	code = length == 1 ? p[0] : p[0] & (0x7fu >> length);
	for (size_t i = 1; i < length; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (p[i] & 0x3f);
	}
	if (code < least[length] || code > 0x10ffff || (code >> 11) == 0xd800 >> 11)
		return 0;
	return length;
}

static void
check_utf8(struct zv_str s)
{
	size_t valid = 0, n;

	while (valid < s.n && (n = second_utf8_char(zv_str_from(s, valid))))
		valid += n;
	CHECK(zv_utf8_valid(s) == valid);
}

/* Between the quotes, with what is escaped made plain. */
static void
decode_json(struct zv_str json, struct zv_buf *out)
{
	static const char names[] = "\"\\/bfnrt", plain[] = "\"\\/\b\f\n\r\t";

	CHECK(json.n >= 2 && json.p[0] == '"' && json.p[json.n - 1] == '"');
	json = (struct zv_str){ json.p + 1, json.n - 2 };
	for (size_t i = 0; i < json.n; i++) {
		char hex[6] = "";
		const char *name;
		unsigned code;

		CHECK((unsigned char)json.p[i] >= 0x20 && json.p[i] != '"');
		if (json.p[i] != '\\') {
			zv_buf_add_char(out, json.p[i]);
			continue;
		}
		CHECK(++i < json.n && json.p[i]);
		name = strchr(names, json.p[i]);
		if (name) {
			zv_buf_add_char(out, plain[name - names]);
			continue;
		}
		CHECK(json.n - i >= 5);
		memcpy(hex, json.p + i, 5);
		CHECK(sscanf(hex, "u%4x", &code) == 1 && code < 0x20);
		zv_buf_add_char(out, (char)code);
		i += 4;
	}
}

/* Adds s with one U+FFFD for each maximal subpart that is no character. */
static void
repair(struct zv_str s, struct zv_buf *out)
{
	while (s.n) {
		size_t bad = 1, n = zv_utf8_char(s, &bad);

		CHECK(n == second_utf8_char(s));
		if (n)
			zv_buf_add(out, (struct zv_str){ s.p, n });
		else
			zv_buf_add(out, ZV_STR("\xef\xbf\xbd"));
		CHECK(n || (bad >= 1 && bad <= 3 && bad <= s.n));
		s = zv_str_from(s, n ? n : bad);
	}
}

static void
check_json(struct zv_str s)
{
	struct zv_buf json = { 0 }, decoded = { 0 }, wanted = { 0 };
	struct zv_json j = { .out = &json };

	zv_json_string(&j, s);
	CHECK(is_utf8(zv_buf_str(&json)));
	decode_json(zv_buf_str(&json), &decoded);
	repair(s, &wanted);
	CHECK(zvon_str_equal(zv_buf_str(&decoded), zv_buf_str(&wanted)));
	zv_buf_deinit(&json);
	zv_buf_deinit(&decoded);
	zv_buf_deinit(&wanted);
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

	check_utf8(s);
	check_json(s);
	check_lines(s);
	check_cuts(s);
	check_unescape(s);
	check_number(s);
	free(copy);
	return 0;
}
