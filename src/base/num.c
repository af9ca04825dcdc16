#include "base/num.h"

#include <limits.h>

#include "base/str.h"
#include "zvon/error.h"

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

int
zv_num_parse(struct zv_str s, long long least, long long most, long long *out)
{
	bool negative = s.n && s.p[0] == '-';
	unsigned long long limit =
		negative ? (unsigned long long)LLONG_MAX + 1 : LLONG_MAX;
	unsigned long long sum = 0;
	size_t i = negative;

	if (i == s.n)
		return ZV_EINVAL;
	for (size_t k = i; k < s.n; k++)
		if (!is_digit(s.p[k]))
			return ZV_EINVAL;
	for (; i < s.n; i++) {
		unsigned digit = (unsigned)(s.p[i] - '0');

		if (sum > (limit - digit) / 10)
			return ZV_ETOOBIG;
		sum = sum * 10 + digit;
	}
	*out = negative ? (long long)(0 - sum) : (long long)sum;
	return *out < least || *out > most ? ZV_ETOOBIG : 0;
}

int
zv_num_parse_seconds(struct zv_str s, long long most_ms, long long *ms)
{
	struct zv_str whole, fraction = s;
	long long seconds = 0, scale = 100;
	int rc;

	if (!zv_str_split(&fraction, '.', &whole) || (s.n && s.p[0] == '-'))
		return ZV_EINVAL;
	rc = zv_num_parse(whole, 0, LLONG_MAX / 1000 - 1, &seconds);
	if (rc < 0)
		return rc;
	*ms = seconds * 1000;
	for (size_t i = 0; i < fraction.n; i++, scale /= 10) {
		if (!is_digit(fraction.p[i]))
			return ZV_EINVAL;
		*ms += (fraction.p[i] - '0') * scale;
	}
	return *ms > most_ms ? ZV_ETOOBIG : 0;
}

int
zv_hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)zv_lower((unsigned char)c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}
