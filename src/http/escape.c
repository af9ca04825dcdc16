#include "http/escape.h"

#include "base/num.h"
#include "base/str.h"
#include "zvon/error.h"

/* The byte that `%XX` at the start of s stands for, or -1. */
static int
escaped(struct zv_str s)
{
	int high = s.n > 2 ? zv_hex_digit(s.p[1]) : -1;
	int low = s.n > 2 ? zv_hex_digit(s.p[2]) : -1;

	return high < 0 || low < 0 ? -1 : high * 16 + low;
}

int
zv_http_unescape(struct zv_str text, bool form, char *out)
{
	char *to = out;

	for (size_t i = 0; i < text.n; i++) {
		int c = (unsigned char)text.p[i];

		if (c == '%') {
			c = escaped(zv_str_from(text, i));
			i += 2;
		} else if (c == '+' && form) {
			c = ' ';
		}
		if (c <= 0)
			return ZV_EINVAL;
		*to++ = (char)c;
	}
	return (int)(to - out);
}
