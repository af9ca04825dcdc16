/* number.c - numbers that are dialled: what people write, and Asterisk's patterns. */
#include "base/err.h"
#include "base/str.h"
#include "base/utf.h"
#include "hub/role.h"

/* ---- patterns ----------------------------------------------------------------------------- */

#define PATTERN_MAX 256

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_letter(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* What may stand in a number. */
static bool
is_dialled(char c)
{
	return is_digit(c) || is_letter(c) || c == '*' || c == '#' || c == '+';
}

static struct zv_str
without_mark(struct zv_str pattern)
{
	return zv_str_starts(pattern, ZV_STR("_")) ? zv_str_from(pattern, 1) : pattern;
}

static int
fail_at(struct zv_error *err, struct zv_str pattern, size_t at, const char *what)
{
	return zv_fail(err, ZV_EINVAL, "pattern %.*s, character %zu: %s",
		       ZV_ARG(pattern), at + 1, what);
}

/* p: behind the bracket. The length with the closing one, or 0. */
static size_t
set_length(struct zv_str p)
{
	size_t n = zv_str_find(p, ZV_STR("]"));

	return n < p.n ? n + 1 : 0;
}

static int
check_set(struct zv_str pattern, size_t from, size_t n, struct zv_error *err)
{
	const char *c = pattern.p + from;

	if (n <= 1)
		return fail_at(err, pattern, from, "an empty set of characters");
	for (size_t i = 0; i < n - 1; i++) {
		bool is_range = i + 2 < n - 1 && c[i + 1] == '-';

		if (!is_dialled(c[i]) || (is_range && !is_dialled(c[i + 2])))
			return fail_at(err, pattern, from + i,
				       "only digits, letters, '*', '#', '+' and ranges "
				       "can be in a set");
		if (is_range && c[i] > c[i + 2])
			return fail_at(err, pattern, from + i,
				       "this range goes backwards");
		i += is_range ? 2 : 0;
	}
	return 0;
}

int
zv_dial_pattern_check(struct zv_str pattern, struct zv_error *err)
{
	size_t i = zv_str_starts(pattern, ZV_STR("_")) ? 1 : 0, n;

	if (pattern.n == i)
		return fail_at(err, pattern, i, "an empty pattern");
	if (pattern.n > PATTERN_MAX)
		return zv_fail(err, ZV_EINVAL, "a pattern of more than %d characters",
			       PATTERN_MAX);
	for (; i < pattern.n; i++) {
		char c = pattern.p[i];

		if (c == '[') {
			n = set_length(zv_str_from(pattern, i + 1));
			if (!n)
				return fail_at(err, pattern, i,
					       "this '[' is not closed");
			if (check_set(pattern, i + 1, n, err) < 0)
				return ZV_EINVAL;
			i += n;
		} else if ((c == '.' || c == '!') && i + 1 < pattern.n) {
			return fail_at(err, pattern, i,
				       "'.' and '!' can only be the last");
		} else if (!is_dialled(c) && c != '.' && c != '!') {
			return fail_at(err, pattern, i,
				       "none of 0-9 * # + X Z N [ ] . ! and letters");
		}
	}
	return 0;
}

/* set: without brackets. */
static bool
is_in_set(struct zv_str set, char c)
{
	for (size_t i = 0; i < set.n; i++) {
		if (i + 2 < set.n && set.p[i + 1] == '-') {
			if (c >= set.p[i] && c <= set.p[i + 2])
				return true;
			i += 2;
		} else if (set.p[i] == c) {
			return true;
		}
	}
	return false;
}

static bool
is_one(char wanted, char c)
{
	switch (wanted) {
	case 'X':
	case 'x':
		return is_digit(c);
	case 'Z':
	case 'z':
		return c >= '1' && c <= '9';
	case 'N':
	case 'n':
		return c >= '2' && c <= '9';
	default:
		return wanted == c;
	}
}

/* A pattern that is wrong matches nothing but by chance: check it when it is read. */
static bool
matches(struct zv_str pattern, struct zv_str number)
{
	struct zv_str p = without_mark(pattern);

	while (p.n) {
		struct zv_str set = { p.p, 0 };

		if (*p.p == '!')
			return true;
		if (!number.n)
			return false;
		if (*p.p == '.')
			return true;
		if (*p.p == '[') {
			set.p = p.p + 1;
			set.n = zv_str_find(zv_str_from(p, 1), ZV_STR("]"));
			p = zv_str_from(p, set.n + 1);
			if (!is_in_set(set, *number.p))
				return false;
		} else if (!is_one(*p.p, *number.p)) {
			return false;
		}
		p = zv_str_from(p, 1);
		number = zv_str_from(number, 1);
	}
	return !number.n;
}

/* What could be more than a number is not looked up at all. */
static bool
is_number(struct zv_str number)
{
	for (size_t i = 0; i < number.n; i++)
		if (!is_dialled(number.p[i]) || (number.p[i] == '+' && i > 0))
			return false;
	return number.n > 0 && number.n <= ZV_NUMBER_MAX;
}

bool
zv_role_may_dial(const struct zv_role *role, struct zv_str number,
		 const struct zv_dial_rule **rule)
{
	if (rule)
		*rule = NULL;
	for (size_t i = 0; is_number(number) && i < role->n_dial; i++) {
		if (!matches(role->dial[i].pattern, number))
			continue;
		if (rule)
			*rule = &role->dial[i];
		return role->dial[i].allow;
	}
	return false;
}

/* ---- what people write --------------------------------------------------------------------- */

static bool
is_decoration(char c)
{
	return c == ' ' || c == '\t' || c == '(' || c == ')' || c == '[' || c == ']' ||
	       c == '-' || c == '.';
}

/* The character at s, for a message. */
static struct zv_str
one_character(struct zv_str s)
{
	size_t bad = 1, n = zv_utf8_char(s, &bad);

	return (struct zv_str){ s.p, n ? n : bad };
}

static int
refuse_character(struct zv_error *err, struct zv_str at, size_t place)
{
	struct zv_str c = one_character(at);

	return zv_fail(err, ZV_EINVAL,
		       "\"%.*s\" (character %zu) cannot be dialled: write digits, *, # "
		       "or a + in front",
		       ZV_ARG(c), place);
}

static bool
may_stand(char c, bool letters, size_t n)
{
	return c == '+' ? n == 0 : is_dialled(c) && (letters || !is_letter(c));
}

int
zv_number_clean(struct zv_str text, bool letters, char out[ZV_NUMBER_MAX + 1],
		struct zv_error *err)
{
	size_t n = 0;

	out[0] = '\0';
	for (size_t place = 1; text.n; place++, text = zv_str_from(text, 1)) {
		if (is_decoration(*text.p))
			continue;
		if (!may_stand(*text.p, letters, n)) {
			out[0] = '\0';
			return refuse_character(err, text, place);
		}
		if (n == ZV_NUMBER_MAX) {
			out[0] = '\0';
			return zv_fail(err, ZV_ETOOBIG,
				       "a number of more than %d characters",
				       ZV_NUMBER_MAX);
		}
		out[n++] = *text.p;
		out[n] = '\0';
	}
	return n ? 0 : zv_fail(err, ZV_EINVAL, "an empty number");
}
