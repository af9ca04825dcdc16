#include "hist/number.h"

#include "base/str.h"
#include "base/utf.h"

#define SHORT_DIGITS   6 /* a line: as it is */
#define LOCAL_DIGITS   5 /* with an area code in front: national */
#define NATIONAL_OF_RU 10

struct rules {
	struct zv_str country, trunk, international, area;
	size_t national;
};

static struct zv_str
or_else(struct zv_str s, struct zv_str otherwise)
{
	return s.p ? s : otherwise;
}

static struct rules
rules_of(const struct zv_number_rules *r)
{
	static const struct zv_number_rules none = { 0 };

	r = r ? r : &none;
	return (struct rules){
		.country = or_else(r->country, ZV_STR("7")),
		.trunk = or_else(r->trunk, ZV_STR("8")),
		.international = or_else(r->international, ZV_STR("810")),
		.area = r->area,
		.national = r->national_digits > 0 ? (size_t)r->national_digits
						   : NATIONAL_OF_RU,
	};
}

/* Written between digits by people. */
static bool
is_ornament(char c)
{
	return c == ' ' || c == '-' || c == '(' || c == ')' || c == '.' || c == '/' ||
	       c == '\t';
}

/* A no-break space, a thin one, a hyphen or dash of typography: of U+00A0, U+2009…U+2015,
 * U+202F. Their length, or 0. */
static size_t
fine_ornament(struct zv_str s)
{
	if (zv_str_starts(s, ZV_STR("\xc2\xa0")))
		return 2;
	if (s.n < 3 || s.p[0] != '\xe2' || s.p[1] != '\x80')
		return 0;
	return ((unsigned char)s.p[2] >= 0x89 && (unsigned char)s.p[2] <= 0x95) ||
			       s.p[2] == '\xaf'
		       ? 3
		       : 0;
}

struct digits {
	char text[ZV_NUMBER_KEY];
	size_t n;
	bool plus, is_number;
};

/* The digits of a number, with what people write between them left out. `*`, `#` and
 * letters make it a name of a line. */
static struct digits
digits_of(struct zv_str s)
{
	struct digits d = { .is_number = true };

	while (s.n) {
		size_t fine = fine_ornament(s);

		if (s.p[0] >= '0' && s.p[0] <= '9') {
			if (d.n + 1 < sizeof d.text)
				d.text[d.n++] = s.p[0];
		} else if (s.p[0] == '+' && d.n == 0 && !d.plus) {
			d.plus = true;
		} else if (!is_ornament(s.p[0]) && fine == 0) {
			d.is_number = false;
			break;
		}
		s = zv_str_from(s, fine ? fine : 1);
	}
	return d;
}

static size_t
put(char out[ZV_NUMBER_KEY], struct zv_str a, struct zv_str b)
{
	size_t n = a.n < ZV_NUMBER_KEY - 1 ? a.n : ZV_NUMBER_KEY - 1,
	       m = b.n < ZV_NUMBER_KEY - 1 - n ? b.n : ZV_NUMBER_KEY - 1 - n;

	if (n)
		memcpy(out, a.p, n);
	if (m)
		memcpy(out + n, b.p, m);
	out[n + m] = '\0';
	return n + m;
}

/* Lower case of A…Z; cut at a whole character. */
static size_t
put_name(char out[ZV_NUMBER_KEY], struct zv_str name)
{
	name.n = zv_utf8_cut(name, ZV_NUMBER_KEY - 1);
	for (size_t i = 0; i < name.n; i++)
		out[i] = (char)zv_lower((unsigned char)name.p[i]);
	out[name.n] = '\0';
	return name.n;
}

/* Behind a prefix, if more than a line's number is left. */
static bool
take_prefix(struct zv_str *s, struct zv_str prefix)
{
	if (!prefix.n || !zv_str_starts(*s, prefix) || s->n <= prefix.n + SHORT_DIGITS)
		return false;
	*s = zv_str_from(*s, prefix.n);
	return true;
}

static size_t
put_number(const struct rules *r, struct zv_str s, bool plus, char out[ZV_NUMBER_KEY])
{
	static const struct zv_str none;

	if (plus || take_prefix(&s, r->international) || take_prefix(&s, ZV_STR("00")))
		return put(out, s, none);
	if (s.n == r->trunk.n + r->national && zv_str_starts(s, r->trunk) && r->trunk.n)
		return put(out, r->country, zv_str_from(s, r->trunk.n));
	if (s.n == r->national)
		return put(out, r->country, s);
	if (r->area.n && s.n >= LOCAL_DIGITS && s.n + r->area.n == r->national) {
		struct zv_str local = { out, put(out, r->area, s) };
		char all[ZV_NUMBER_KEY];
		size_t n = put(all, r->country, local);

		memcpy(out, all, n + 1);
		return n;
	}
	return put(out, s, none);
}

size_t
zv_number_key(const struct zv_number_rules *rules, struct zv_str number,
	      char out[ZV_NUMBER_KEY])
{
	struct rules r = rules_of(rules);
	struct zv_str text = zv_str_trim(number);
	struct digits d = digits_of(text);
	struct zv_str digits = { d.text, d.n };
	bool is_local = r.area.n && d.n >= LOCAL_DIGITS && d.n + r.area.n == r.national;

	out[0] = '\0';
	if (!d.is_number)
		return put_name(out, text);
	if (d.n <= SHORT_DIGITS && !is_local)
		return put(out, digits, (struct zv_str){ NULL, 0 });
	return put_number(&r, digits, d.plus, out);
}
