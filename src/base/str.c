#include "base/str.h"

bool
zvon_str_equal_nocase(struct zv_str a, struct zv_str b)
{
	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++)
		if (zv_lower((unsigned char)a.p[i]) != zv_lower((unsigned char)b.p[i]))
			return false;
	return true;
}

bool
zv_str_starts(struct zv_str s, struct zv_str prefix)
{
	s.n = s.n < prefix.n ? s.n : prefix.n;
	return zvon_str_equal(s, prefix);
}

bool
zv_str_starts_nocase(struct zv_str s, struct zv_str prefix)
{
	s.n = s.n < prefix.n ? s.n : prefix.n;
	return zvon_str_equal_nocase(s, prefix);
}

bool
zv_str_ends(struct zv_str s, struct zv_str suffix)
{
	return s.n >= suffix.n &&
	       zvon_str_equal(zv_str_from(s, s.n - suffix.n), suffix);
}

size_t
zv_str_find(struct zv_str s, struct zv_str what)
{
	if (what.n == 0)
		return 0;
	for (size_t i = 0; i + what.n <= s.n; i++) {
		const char *p = memchr(s.p + i, what.p[0], s.n - what.n + 1 - i);

		if (!p)
			break;
		i = (size_t)(p - s.p);
		if (memcmp(p, what.p, what.n) == 0)
			return i;
	}
	return s.n;
}

struct zv_str
zv_str_from(struct zv_str s, size_t from)
{
	if (from > s.n)
		from = s.n;
	return (struct zv_str){ s.n ? s.p + from : s.p, s.n - from };
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct zv_str
zv_str_trim(struct zv_str s)
{
	while (s.n && is_blank(s.p[0]))
		s = zv_str_from(s, 1);
	while (s.n && is_blank(s.p[s.n - 1]))
		s.n--;
	return s;
}

bool
zv_str_split(struct zv_str *rest, char separator, struct zv_str *part)
{
	const char *at;

	if (!rest->p)
		return false;
	at = rest->n ? memchr(rest->p, separator, rest->n) : NULL;
	*part = *rest;
	if (at) {
		part->n = (size_t)(at - rest->p);
		*rest = zv_str_from(*rest, part->n + 1);
	} else {
		*rest = (struct zv_str){ NULL, 0 };
	}
	return true;
}
