#define __USE_MINGW_ANSI_STDIO 1 /* 1e+10, not 1e+010 */
#include "line.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static void *
grown(void *p, size_t n)
{
	p = realloc(p, n);
	if (!p)
		abort();
	return p;
}

/* ---- lines in ------------------------------------------------------------------------ */

static bool
read_text(struct line *l, FILE *in)
{
	size_t n = 0;
	int c;

	while ((c = getc(in)) != EOF && c != '\n') {
		if (n + 1 >= l->cap)
			l->text = grown(l->text, l->cap = 2 * l->cap + 256);
		l->text[n++] = (char)c;
	}
	if (c == EOF && !n)
		return false;
	if (!l->text)
		l->text = grown(NULL, l->cap = 256);
	if (n && l->text[n - 1] == '\r')
		n--;
	l->text[n] = '\0';
	return true;
}

bool
line_read(struct line *l, FILE *in)
{
	char *rest;

	if (!read_text(l, in))
		return false;
	rest = l->text;
	for (l->n = 0; rest && l->n < LINE_FIELDS; l->n++) {
		l->fields[l->n] = rest;
		rest = strchr(rest, '\t');
		if (rest)
			*rest++ = '\0';
	}
	return true;
}

void
line_free(struct line *l)
{
	free(l->text);
	*l = (struct line){ 0 };
}

const char *
line_field(const struct line *l, size_t place)
{
	return place < l->n ? l->fields[place] : "";
}

const char *
line_option(const struct line *l, size_t from, const char *name)
{
	size_t n = strlen(name);

	for (size_t i = from; i < l->n; i++)
		if (strncmp(l->fields[i], name, n) == 0) {
			if (l->fields[i][n] == '=')
				return l->fields[i] + n + 1;
			if (!l->fields[i][n])
				return "";
		}
	return NULL;
}

long
line_option_number(const struct line *l, size_t from, const char *name, long otherwise)
{
	const char *text = line_option(l, from, name);

	return text ? strtol(text, NULL, 10) : otherwise;
}

/* ---- values in ----------------------------------------------------------------------- */

/* The number that n hexadecimal digits make, or -1. */
static long
hex(const char *p, size_t n)
{
	long value = 0;

	for (size_t i = 0; i < n; i++) {
		static const char digits[] = "0123456789abcdef";
		const char *digit = p[i] ? strchr(digits, p[i] | 0x20) : NULL;

		if (!digit)
			return -1;
		value = value * 16 + (digit - digits);
	}
	return value;
}

/* What stands behind a backslash; how many characters, 0: nothing known. */
static size_t
read_escape(const char *p, uint16_t *unit)
{
	static const char letters[] = "tnr\\";
	static const uint16_t units[] = { '\t', '\n', '\r', '\\' };
	const char *letter = *p ? strchr(letters, *p) : NULL;

	if (letter) {
		*unit = units[letter - letters];
		return 1;
	}
	if (*p != 'u' || hex(p + 1, 4) < 0)
		return 0;
	*unit = (uint16_t)hex(p + 1, 4);
	return 5;
}

/* One character of UTF-8, which is taken to be sound; how many bytes, 0: it is not. */
static size_t
read_utf8(const char *p, uint32_t *out)
{
	unsigned char head = (unsigned char)*p;
	size_t n = head < 0x80	 ? 1
		   : head < 0xc0 ? 0
		   : head < 0xe0 ? 2
		   : head < 0xf0 ? 3
				 : 4;

	*out = n == 1 ? head : head & (0xffu >> (n + 1));
	for (size_t i = 1; i < n; i++) {
		if (((unsigned char)p[i] & 0xc0) != 0x80)
			return 0;
		*out = *out << 6 | ((unsigned char)p[i] & 0x3f);
	}
	return n;
}

uint16_t *
line_units(const char *text, size_t *n)
{
	uint16_t *units = grown(NULL, (strlen(text) + 1) * sizeof *units);
	size_t used;

	for (*n = 0; *text; text += used) {
		uint32_t c = 0;

		if (*text == '\\') {
			used = read_escape(text + 1, &units[*n]);
			used += used != 0;
			++*n;
		} else {
			used = read_utf8(text, &c);
			if (c >= 0x10000)
				units[(*n)++] = (uint16_t)(0xd7c0 + (c >> 10));
			units[(*n)++] =
				(uint16_t)(c < 0x10000 ? c : 0xdc00 + (c & 0x3ff));
		}
		if (!used) {
			free(units);
			return NULL;
		}
	}
	units[*n] = 0;
	return units;
}

static bool
parse_bytes(const char *text, struct line_value *out)
{
	size_t n = strlen(text) / 2;

	out->bytes = grown(NULL, n + 1);
	out->n_bytes = n;
	for (size_t i = 0; i < n; i++) {
		long byte = hex(text + 2 * i, 2);

		if (byte < 0)
			return false;
		out->bytes[i] = (unsigned char)byte;
	}
	return strlen(text) % 2 == 0;
}

static bool
parse_date(const char *text, struct line_date *d)
{
	return sscanf(text, "%d-%d-%d %d:%d:%d", &d->year, &d->month, &d->day, &d->hour,
		      &d->minute, &d->second) == 6;
}

static bool
parse_rest(const char *text, struct line_value *out)
{
	char *end = NULL;

	switch (*out->type) {
	case 'i':
	case 'b':
	case 'e':
		out->integer = strtoll(text, &end, 10);
		return *text && !*end;
	case 'r':
		out->real = strtod(text, &end);
		return *text && !*end;
	case 's':
		out->units = line_units(text, &out->n_units);
		return out->units;
	case 'd':
		return parse_date(text, &out->date);
	case 'x':
		return parse_bytes(text, out);
	case 'u':
		if (out->type[1]) { /* ui1 */
			out->integer = (long long)strtoull(text, &end, 10);
			return *text && !*end;
		}
		return !*text;
	default:
		return !*text;
	}
}

bool
line_value_parse(const char *field, struct line_value *out)
{
	const char *colon = strchr(field, ':');
	size_t n = colon ? (size_t)(colon - field) : 0;

	if (!n || n >= sizeof out->type)
		return false;
	memcpy(out->type, field, n);
	out->type[n] = '\0';
	if (parse_rest(colon + 1, out))
		return true;
	line_value_free(out);
	return false;
}

void
line_value_free(struct line_value *v)
{
	free(v->units);
	free(v->bytes);
	*v = (struct line_value){ 0 };
}

/* ---- answers ------------------------------------------------------------------------- */

static void
append(struct line_out *o, const char *p, size_t n)
{
	if (o->n + n + 1 > o->cap)
		o->p = grown(o->p, o->cap = 2 * o->cap + n + 128);
	memcpy(o->p + o->n, p, n);
	o->n += n;
}

void
line_append(struct line_out *o, const char *text)
{
	append(o, text, strlen(text));
}

static void __attribute__((format(printf, 2, 3)))
append_printf(struct line_out *o, const char *format, ...)
{
	char text[64];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	line_append(o, text);
}

static void
append_utf8(struct line_out *o, uint32_t c)
{
	static const unsigned char heads[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
	size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
	char bytes[4];

	for (size_t i = n; i > 1; i--, c >>= 6)
		bytes[i - 1] = (char)(0x80 | (c & 0x3f));
	bytes[0] = (char)(heads[n] | c);
	append(o, bytes, n);
}

static void
append_unit(struct line_out *o, uint16_t unit)
{
	if (unit == '\t')
		line_append(o, "\\t");
	else if (unit == '\n')
		line_append(o, "\\n");
	else if (unit == '\r')
		line_append(o, "\\r");
	else if (unit == '\\')
		line_append(o, "\\\\");
	else if (unit < 0x20 || (unit >= 0xd800 && unit <= 0xdfff))
		append_printf(o, "\\u%04x", (unsigned)unit);
	else
		append_utf8(o, unit);
}

void
line_append_units(struct line_out *o, const uint16_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (i + 1 < n && (p[i] & 0xfc00) == 0xd800 &&
		    (p[i + 1] & 0xfc00) == 0xdc00) {
			append_utf8(o, 0x10000 + (((uint32_t)p[i] & 0x3ff) << 10) +
					       (p[i + 1] & 0x3ff));
			i++;
		} else {
			append_unit(o, p[i]);
		}
}

void
line_start(struct line_out *o, const char *word)
{
	o->n = 0;
	line_append(o, word);
}

void
line_add(struct line_out *o, const char *field)
{
	line_append(o, "\t");
	line_append(o, field);
}

void
line_add_int(struct line_out *o, long long integer)
{
	append_printf(o, "\ti:%lld", integer);
}

void
line_add_real(struct line_out *o, double real)
{
	append_printf(o, "\tr:%.17g", real);
}

void
line_add_bool(struct line_out *o, bool boolean)
{
	append_printf(o, "\tb:%d", boolean);
}

void
line_add_text(struct line_out *o, const uint16_t *units, size_t n)
{
	line_add(o, "s:");
	line_append_units(o, units, n);
}

void
line_add_bytes(struct line_out *o, const void *bytes, size_t n)
{
	line_add(o, "x:");
	for (size_t i = 0; i < n; i++)
		append_printf(o, "%02x", ((const unsigned char *)bytes)[i]);
}

void
line_add_date(struct line_out *o, const struct line_date *d)
{
	append_printf(o, "\td:%04d-%02d-%02d %02d:%02d:%02d", d->year, d->month, d->day,
		      d->hour, d->minute, d->second);
}

void
line_send(struct line_out *o, FILE *to)
{
	line_append(o, "\n");
	fwrite(o->p, 1, o->n, to);
	fflush(to);
	free(o->p);
	*o = (struct line_out){ 0 };
}
