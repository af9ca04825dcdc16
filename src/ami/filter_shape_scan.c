/* A subset of PCRE2's syntax, chosen so that what is not surely understood is UNKNOWN:
 * then the expression is run on every text, which is slow and always right. */
#include "ami/filter_shape_scan.h"

#include "base/str.h"

#define MAX_REPEAT 65535 /* PCRE2's own */

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_letter(char c)
{
	unsigned char l = zv_lower((unsigned char)c);

	return l >= 'a' && l <= 'z';
}

/* ---- how often -------------------------------------------------------------------- */

static size_t
read_number(const char *p, size_t *at, size_t to)
{
	size_t n = 0;

	for (; *at < to && is_digit(p[*at]); ++*at)
		if (n <= MAX_REPEAT)
			n = n * 10 + (size_t)(p[*at] - '0');
	return n;
}

/* `{n}`, `{n,}`, `{n,m}` at `at`. What else begins with a brace is a literal brace to
 * some versions of PCRE2 and a repeat to others. */
static bool
read_braces(const char *p, size_t *at, size_t to, struct zv_shape_repeat *r)
{
	size_t i = *at + 1;

	if (i >= to || !is_digit(p[i]))
		return false;
	r->min = r->max = read_number(p, &i, to);
	if (i < to && p[i] == ',') {
		i++;
		r->max = i < to && is_digit(p[i]) ? read_number(p, &i, to)
						  : ZV_SHAPE_ENDLESS;
	}
	if (i >= to || p[i] != '}')
		return false;
	*at = i + 1;
	return true;
}

static bool
read_repeat(const char *p, size_t *at, size_t to, struct zv_shape_repeat *r)
{
	static const struct {
		char sign;
		struct zv_shape_repeat repeat;
	} signs[] = {
		{ '*', { 0, ZV_SHAPE_ENDLESS, false } },
		{ '+', { 1, ZV_SHAPE_ENDLESS, false } },
		{ '?', { 0, 1, false } },
	};

	for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
		if (p[*at] == signs[i].sign) {
			*r = signs[i].repeat;
			++*at;
			return true;
		}
	}
	return p[*at] == '{' && read_braces(p, at, to, r);
}

/* Behind an atom that ends at t->end. */
static void
add_repeat(const char *p, size_t to, struct zv_shape_token *t)
{
	size_t at = t->end;

	t->repeat = (struct zv_shape_repeat){ 1, 1, false };
	if (at >= to || !strchr("*+?{", p[at]) || p[at] == '\0')
		return;
	if (!read_repeat(p, &at, to, &t->repeat)) {
		t->kind = ZV_SHAPE_UNKNOWN;
		return;
	}
	t->repeat.possessive = at < to && p[at] == '+';
	if (at < to && (p[at] == '+' || p[at] == '?'))
		at++;
	if (at < to && p[at] && strchr("*+?{", p[at])) /* `a**`: a repeat of a repeat */
		t->kind = ZV_SHAPE_UNKNOWN;
	t->end = at;
}

/* ---- atoms ------------------------------------------------------------------------ */

static void
scan_escape(const char *p, size_t from, size_t to, struct zv_shape_token *t)
{
	static const char controls[] = "rnt", bytes[] = "\r\n\t";
	static const char classes[] = "dDsSwWhHvVNRbBAzZG";
	char c = from + 1 < to ? p[from + 1] : '\0';
	const char *control;

	t->end = from + 2;
	if (c == '\0' || (unsigned char)c >= 0x80) {
		t->kind = ZV_SHAPE_UNKNOWN;
	} else if ((control = strchr(controls, c))) {
		t->kind = ZV_SHAPE_LITERAL;
		t->literal = (struct zv_str){ bytes + (control - controls), 1 };
	} else if (!is_letter(c) && !is_digit(c)) {
		t->kind = ZV_SHAPE_LITERAL;
		t->literal = (struct zv_str){ p + from + 1, 1 };
	} else if (strchr(classes, c)) {
		t->kind = ZV_SHAPE_OTHER;
		/* \N{U+…} is another thing than \N */
		if (c == 'N' && from + 2 < to && p[from + 2] == '{')
			t->kind = ZV_SHAPE_UNKNOWN;
	} else {
		t->kind = ZV_SHAPE_UNKNOWN;
	}
}

static void
scan_class(const char *p, size_t from, size_t to, struct zv_shape_token *t)
{
	size_t i = from + 1;

	t->kind = ZV_SHAPE_UNKNOWN;
	if (i < to && p[i] == '^')
		i++;
	if (i < to && p[i] == ']')
		i++;
	for (; i < to && p[i] != ']'; i++) {
		if (p[i] == '[') /* perhaps [:alpha:] */
			return;
		if (p[i] == '\\' && ++i < to && (p[i] == 'Q' || p[i] == 'E'))
			return;
	}
	if (i >= to)
		return;
	t->kind = ZV_SHAPE_OTHER;
	t->end = i + 1;
}

/* The token without its repeat, and of a group no more than where it begins. */
static void
scan_plain(const char *p, size_t from, size_t to, struct zv_shape_token *t)
{
	unsigned char c = (unsigned char)p[from];

	*t = (struct zv_shape_token){ .kind = ZV_SHAPE_LITERAL, .end = from + 1 };
	t->literal = (struct zv_str){ p + from, 1 };
	if (c == '\\')
		scan_escape(p, from, to, t);
	else if (c == '[')
		scan_class(p, from, to, t);
	else if (c == '.')
		t->kind = ZV_SHAPE_DOT;
	else if (c == '|')
		t->kind = ZV_SHAPE_BAR;
	else if (c == '^' || c == '$')
		t->kind = ZV_SHAPE_OTHER;
	else if (c == '(')
		t->kind = ZV_SHAPE_GROUP;
	else if (c == '\0' || strchr("*+?{)", c))
		t->kind = ZV_SHAPE_UNKNOWN;
	if (t->kind == ZV_SHAPE_UNKNOWN)
		t->end = to;
}

/* Behind a '(': one that sets options, looks around, is a comment. */
static bool
is_special(const char *p, size_t at, size_t to)
{
	if (at < to && p[at] == '?')
		return at + 1 >= to || p[at + 1] != ':';
	return at < to && p[at] == '*';
}

/* Goes through the group to its end, groups in it too. */
static void
scan_group(const char *p, size_t from, size_t to, struct zv_shape_token *t)
{
	size_t depth = 1, i = from + 1;

	if (is_special(p, i, to))
		i = to;
	else if (i < to && p[i] == '?')
		i += 2;
	t->inner = i;
	while (i < to) {
		struct zv_shape_token inner;

		if (p[i] == ')' && --depth == 0)
			break;
		if (p[i] == ')' || strchr("*+?{", p[i])) {
			i++;
			continue;
		}
		scan_plain(p, i, to, &inner);
		if (inner.kind == ZV_SHAPE_GROUP) {
			depth++;
			if (is_special(p, inner.end, to))
				break;
		}
		t->has_bar |= depth == 1 && inner.kind == ZV_SHAPE_BAR;
		i = inner.end;
	}
	if (depth == 0) {
		t->inner_end = i;
		t->end = i + 1;
	} else {
		t->kind = ZV_SHAPE_UNKNOWN;
		t->end = to;
	}
}

/* A character of several bytes is one atom: a repeat behind it means all of them. */
static void
take_character(const char *p, size_t from, size_t to, struct zv_shape_token *t)
{
	size_t end = t->end;

	if ((unsigned char)p[from] < 0xc0)
		return;
	while (end < to && ((unsigned char)p[end] & 0xc0) == 0x80)
		end++;
	t->literal.n = end - from;
	t->end = end;
}

void
zv_shape_scan(const char *p, size_t from, size_t to, struct zv_shape_token *t)
{
	scan_plain(p, from, to, t);
	if (t->kind == ZV_SHAPE_GROUP)
		scan_group(p, from, to, t);
	else if (t->kind == ZV_SHAPE_LITERAL)
		take_character(p, from, to, t);
	if (t->kind != ZV_SHAPE_BAR && t->kind != ZV_SHAPE_UNKNOWN)
		add_repeat(p, to, t);
}
