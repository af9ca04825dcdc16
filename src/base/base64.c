#include "base/base64.h"

#include <stdint.h>

#include "zvon/error.h"

static const char alphabets[2][65] = {
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_",
};

/* Up to three bytes as four characters, or fewer for fewer. */
static void
encode_group(struct zv_buf *out, const unsigned char *p, size_t n, bool url)
{
	uint32_t bits = (uint32_t)p[0] << 16 | (n > 1 ? (uint32_t)p[1] << 8 : 0) |
			(n > 2 ? p[2] : 0);

	for (size_t i = 0; i < 4; i++)
		if (i <= n)
			zv_buf_add_char(out, alphabets[url][bits >> (18 - 6 * i) & 63]);
		else if (!url)
			zv_buf_add_char(out, '=');
}

int
zv_base64_encode(struct zv_buf *out, struct zv_str bytes, bool url)
{
	if (bytes.n / 3 >= SIZE_MAX / 8 || zv_buf_reserve(out, bytes.n / 3 * 4 + 4) < 0)
		return ZV_ENOMEM;
	for (size_t i = 0; i < bytes.n; i += 3)
		encode_group(out, (const unsigned char *)bytes.p + i,
			     bytes.n - i < 3 ? bytes.n - i : 3, url);
	return 0;
}

static int
digit_of(char c, bool url)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == alphabets[url][62])
		return 62;
	return c == alphabets[url][63] ? 63 : -1;
}

/* Two to four characters as one to three bytes. */
static int
decode_group(struct zv_buf *out, struct zv_str group, bool url)
{
	uint32_t bits = 0;

	if (group.n < 2)
		return ZV_EINVAL;
	for (size_t i = 0; i < group.n; i++) {
		int digit = digit_of(group.p[i], url);

		if (digit < 0)
			return ZV_EINVAL;
		bits |= (uint32_t)digit << (18 - 6 * i);
	}
	/* RFC 4648, 3.5: bits that stand for nothing must be 0 */
	if (bits & ((1u << (8 * (4 - group.n))) - 1))
		return ZV_EINVAL;
	for (size_t i = 0; i + 1 < group.n; i++)
		zv_buf_add_char(out, (char)(bits >> (16 - 8 * i)));
	return 0;
}

int
zv_base64_decode(struct zv_buf *out, struct zv_str text, bool url)
{
	size_t before = out->n;

	if (!url && text.n % 4)
		return ZV_EINVAL;
	if (zv_buf_reserve(out, text.n / 4 * 3 + 3) < 0)
		return ZV_ENOMEM;
	for (int i = 0; i < 2 && !url && text.n; i++)
		text.n -= text.p[text.n - 1] == '=';
	for (size_t i = 0; i < text.n; i += 4) {
		struct zv_str group = { text.p + i, text.n - i < 4 ? text.n - i : 4 };

		if (decode_group(out, group, url) < 0) {
			out->n = before;
			return ZV_EINVAL;
		}
	}
	return 0;
}
