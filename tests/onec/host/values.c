/* values.c - values of a component as fields of a line, and back. */
#include "lines.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- UTF-16 ----------------------------------------------------------------------------- */

static bool
is_high(uint16_t u)
{
	return u >= 0xd800 && u <= 0xdbff;
}

static bool
is_low(uint16_t u)
{
	return u >= 0xdc00 && u <= 0xdfff;
}

static size_t
encode(char out[4], uint32_t c)
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 63));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xe0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 63));
		out[2] = (char)(0x80 | (c & 63));
		return 3;
	}
	out[0] = (char)(0xf0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 63));
	out[2] = (char)(0x80 | (c >> 6 & 63));
	out[3] = (char)(0x80 | (c & 63));
	return 4;
}

static void
add_unit(struct text *t, uint16_t u)
{
	char bytes[4];

	if (u == '\t')
		text_add(t, "\\t", 2);
	else if (u == '\n')
		text_add(t, "\\n", 2);
	else if (u == '\r')
		text_add(t, "\\r", 2);
	else if (u == '\\')
		text_add(t, "\\\\", 2);
	else if (u < 0x20 || is_high(u) || is_low(u))
		text_say(t, "\\u%04x", u);
	else
		text_add(t, bytes, encode(bytes, u));
}

void
text_add_units(struct text *t, const uint16_t *units, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char bytes[4];

		if (is_high(units[i]) && i + 1 < n && is_low(units[i + 1])) {
			uint32_t c = 0x10000 + ((uint32_t)(units[i] - 0xd800) << 10) +
				     (uint32_t)(units[i + 1] - 0xdc00);

			text_add(t, bytes, encode(bytes, c));
			i++;
		} else {
			add_unit(t, units[i]);
		}
	}
}

/* One character of well-formed UTF-8; how many bytes it was. */
static size_t
decode(const unsigned char *p, uint32_t *c)
{
	size_t n = *p < 0x80 ? 1 : *p < 0xe0 ? 2 : *p < 0xf0 ? 3 : 4;
	static const unsigned char masks[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };

	*c = *p & masks[n];
	for (size_t i = 1; i < n && p[i]; i++)
		*c = *c << 6 | (p[i] & 63);
	return n;
}

static size_t
read_escape(const char *p, uint16_t *u)
{
	char hex[5] = { 0 };

	switch (p[1]) {
	case 't':
		*u = '\t';
		return 2;
	case 'n':
		*u = '\n';
		return 2;
	case 'r':
		*u = '\r';
		return 2;
	case 'u':
		memcpy(hex, p + 2, strnlen(p + 2, 4));
		*u = (uint16_t)strtoul(hex, NULL, 16);
		return 2 + strlen(hex);
	default:
		*u = (unsigned char)p[1];
		return p[1] ? 2 : 1;
	}
}

uint16_t *
units_parse(const char *text, size_t *n)
{
	uint16_t *out = take((strlen(text) + 1) * sizeof *out);
	size_t count = 0;

	while (*text) {
		uint32_t c;

		if (*text == '\\') {
			text += read_escape(text, &out[count]);
			count++;
			continue;
		}
		text += decode((const unsigned char *)text, &c);
		if (c >= 0x10000) {
			out[count++] = (uint16_t)(0xd800 + ((c - 0x10000) >> 10));
			c = 0xdc00 + ((c - 0x10000) & 0x3ff);
		}
		out[count++] = (uint16_t)c;
	}
	if (n)
		*n = count;
	return out;
}

/* ---- dates -------------------------------------------------------------------------------- */

/* Days since 1970-01-01 of the Gregorian calendar (years count from March). */
static long long
days_of(int year, int month, int day)
{
	long long y = month <= 2 ? year - 1 : year;
	long long era = (y >= 0 ? y : y - 399) / 400, in_era = y - era * 400;
	long long in_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return era * 146097 + in_era * 365 + in_era / 4 - in_era / 100 + in_year -
	       719468;
}

static void
date_of(long long days, int date[3])
{
	long long z = days + 719468, era = (z >= 0 ? z : z - 146096) / 146097;
	long long in_era = z - era * 146097;
	long long year =
		(in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
	long long in_year = in_era - (365 * year + year / 4 - year / 100);
	long long m = (5 * in_year + 2) / 153;

	date[2] = (int)(in_year - (153 * m + 2) / 5 + 1);
	date[1] = (int)(m < 10 ? m + 3 : m - 9);
	date[0] = (int)(year + era * 400 + (date[1] <= 2));
}

#define OLE_ZERO (-25569) /* 1899-12-30 in days since 1970 */

static double
ole_of(const int date[6])
{
	long long days = days_of(date[0], date[1], date[2]) - OLE_ZERO;
	double part = (date[3] * 3600 + date[4] * 60 + date[5]) / 86400.0;

	return days < 0 ? (double)days - part : (double)days + part;
}

static void
put_ole(struct text *t, double ole)
{
	double days = trunc(ole);
	long long seconds = llround(fabs(ole - days) * 86400);
	int date[3];

	date_of((long long)days + OLE_ZERO + seconds / 86400, date);
	seconds %= 86400;
	text_say(t, "d:%04d-%02d-%02d %02d:%02d:%02d", date[0], date[1], date[2],
		 (int)(seconds / 3600), (int)(seconds / 60 % 60), (int)(seconds % 60));
}

/* ---- out ---------------------------------------------------------------------------------- */

static void
add_nothing(struct text *t, const struct host_value *v)
{
	text_say(t, "%s:", v->type);
}

static void
add_whole(struct text *t, const struct host_value *v)
{
	text_say(t, "%s:%lld", v->type, v->integer);
}

static void
add_real(struct text *t, const struct host_value *v)
{
	text_say(t, "%s:%.17g", v->type, v->real);
}

static void
add_days(struct text *t, const struct host_value *v)
{
	if (v->real > -1e6 && v->real < 1e7)
		put_ole(t, v->real);
	else
		add_real(t, v); /* no date at all */
}

static void
add_date(struct text *t, const struct host_value *v)
{
	text_say(t, "d:%04d-%02d-%02d %02d:%02d:%02d", v->date[0], v->date[1],
		 v->date[2], v->date[3], v->date[4], v->date[5]);
}

static void
add_text(struct text *t, const struct host_value *v)
{
	text_add(t, "s:", 2);
	text_add_units(t, v->p, v->n);
}

static void
add_bytes(struct text *t, const struct host_value *v)
{
	static const char digits[] = "0123456789abcdef";
	const unsigned char *p = v->p;

	text_say(t, "%s:", v->type);
	for (size_t i = 0; i < v->n; i++) {
		const char pair[] = { digits[p[i] >> 4], digits[p[i] & 15] };

		text_add(t, pair, 2);
	}
}

/* ---- in ----------------------------------------------------------------------------------- */

static const char *
parse_nothing(struct host_value *v, const char *text)
{
	return *text ? "has a text behind its ':', and may not" : NULL;
}

static const char *
parse_whole(struct host_value *v, const char *text)
{
	char *end;

	v->integer = strtoll(text, &end, 10);
	return *text && !*end ? NULL : "is no whole number";
}

static const char *
parse_real(struct host_value *v, const char *text)
{
	char *end;

	v->real = strtod(text, &end);
	return *text && !*end ? NULL : "is no number";
}

static const char *
parse_date(struct host_value *v, const char *text)
{
	if (sscanf(text, "%d-%d-%d %d:%d:%d", &v->date[0], &v->date[1], &v->date[2],
		   &v->date[3], &v->date[4], &v->date[5]) != 6)
		return "is no date: 2026-11-21 19:30:00";
	v->real = ole_of(v->date);
	return NULL;
}

static const char *
parse_text(struct host_value *v, const char *text)
{
	v->p = units_parse(text, &v->n);
	return NULL;
}

static int
digit_of(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *p = c ? strchr(digits, c | 0x20) : NULL;

	return p ? (int)(p - digits) : -1;
}

static const char *
parse_bytes(struct host_value *v, const char *text)
{
	unsigned char *out = take(strlen(text) / 2);

	v->p = out;
	for (; *text; text += 2) {
		int high = digit_of(text[0]), low = high < 0 ? -1 : digit_of(text[1]);

		if (low < 0)
			return "is no hexadecimal";
		out[v->n++] = (unsigned char)(high << 4 | low);
	}
	return NULL;
}

/* ---- by their letters ------------------------------------------------------------------------ */

static const struct kind {
	const char *type;
	const char *(*parse)(struct host_value *v, const char *text);
	void (*add)(struct text *t, const struct host_value *v);
} kinds[] = {
	{ "u", parse_nothing, add_nothing },
	{ "n", parse_nothing, add_nothing },
	{ "i", parse_whole, add_whole },
	{ "i1", parse_whole, add_whole },
	{ "i2", parse_whole, add_whole },
	{ "i8", parse_whole, add_whole },
	{ "ui1", parse_whole, add_whole },
	{ "ui2", parse_whole, add_whole },
	{ "ui4", parse_whole, add_whole },
	{ "ui8", parse_whole, add_whole },
	{ "int", parse_whole, add_whole },
	{ "uint", parse_whole, add_whole },
	{ "error", parse_whole, add_whole },
	{ "r", parse_real, add_real },
	{ "r4", parse_real, add_real },
	{ "cy", parse_real, add_real },
	{ "date", parse_real, add_days },
	{ "d", parse_date, add_date },
	{ "b", parse_whole, add_whole },
	{ "s", parse_text, add_text },
	{ "ps", parse_bytes, add_bytes },
	{ "x", parse_bytes, add_bytes },
	{ "iface", parse_nothing, add_nothing },
	{ "array", parse_nothing, add_nothing },
	{ "clsid", parse_nothing, add_nothing },
	{ "missing", parse_nothing, add_nothing }, /* COM only, as those below */
	{ "refs", parse_text, add_text },
	{ "refi", parse_whole, add_whole },
	{ "refv", parse_text, add_text },
};

static const struct kind *
find_kind(const char *type, size_t n)
{
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (strlen(kinds[i].type) == n && !memcmp(kinds[i].type, type, n))
			return &kinds[i];
	return NULL;
}

const char *
value_parse(struct host_value *v, const char *field)
{
	const char *colon = strchr(field, ':');
	const struct kind *kind;

	memset(v, 0, sizeof *v);
	if (!colon)
		return "has no ':'";
	kind = find_kind(field, (size_t)(colon - field));
	if (!kind)
		return "is of no type that the host knows";
	strcpy(v->type, kind->type);
	return kind->parse(v, colon + 1);
}

void
value_free(struct host_value *v)
{
	free(v->p);
	memset(v, 0, sizeof *v);
}

void
put_value(struct text *t, const struct host_value *v)
{
	const struct kind *kind = find_kind(v->type, strlen(v->type));

	text_add(t, "\t", 1);
	(kind ? kind->add : add_nothing)(t, v);
}

void
put_int(struct text *t, long long n)
{
	text_say(t, "\ti:%lld", n);
}

void
put_units(struct text *t, const uint16_t *units)
{
	size_t n = 0;

	if (!units) {
		text_add(t, "\tn:", 3);
		return;
	}
	while (units[n])
		n++;
	text_add(t, "\ts:", 3);
	text_add_units(t, units, n);
}
