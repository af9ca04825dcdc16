#include "hist/csv.h"

#include <string.h>

static const char *
find(const char *p, const char *end, char c)
{
	const char *at = p < end ? memchr(p, c, (size_t)(end - p)) : NULL;

	return at ? at : end;
}

/* Behind the quote that closes what `p` opens; NULL: it is not there. */
static const char *
skip_quoted(const char *p, const char *end)
{
	for (p++; (p = find(p, end, '"')) < end; p += 2) {
		if (p + 1 == end) /* it may be the first of two */
			return NULL;
		if (p[1] != '"')
			return p + 1;
	}
	return NULL;
}

/* The newline that ends the record; NULL: there is none yet. */
static const char *
find_end(const char *p, const char *end)
{
	while (p < end) {
		if (*p == '"' && !(p = skip_quoted(p, end)))
			return NULL;
		while (p < end && *p != ',' && *p != '\n')
			p++;
		if (p < end && *p == '\n')
			return p;
		p++;
	}
	return NULL;
}

/* The text of a field with doubled quotes, or with more behind its last quote, moved together. */
static struct zv_str
unquote(char **p, char *end)
{
	char *to = *p, *from = *p + 1;
	struct zv_str field = { to, 0 };

	while (from < end) {
		if (*from == '"' && (++from == end || *from != '"'))
			break;
		*to++ = *from++;
	}
	while (from < end && *from != ',')
		*to++ = *from++;
	field.n = (size_t)(to - field.p);
	*p = from;
	return field;
}

/* The field at *p, up to its comma or to `end`; *p behind it. */
static struct zv_str
take_field(char **p, char *end)
{
	char *start = *p, *close;

	if (start == end || *start != '"') {
		while (*p < end && **p != ',')
			++*p;
		return (struct zv_str){ start, (size_t)(*p - start) };
	}
	close = memchr(start + 1, '"', (size_t)(end - start - 1));
	if (!close || (close + 1 < end && close[1] != ','))
		return unquote(p, end);
	*p = close + 1;
	return (struct zv_str){ start + 1, (size_t)(close - start - 1) };
}

static int
skip_line(const char *bytes, const char *end, size_t *used)
{
	const char *newline = find(bytes, end, '\n');

	*used = (size_t)(newline - bytes) + (newline < end);
	return ZV_EPROTO;
}

int
zv_csv_next(char *bytes, size_t n, struct zv_csv_record *out, size_t *used)
{
	size_t most = n < ZV_CSV_RECORD_MAX ? n : ZV_CSV_RECORD_MAX;
	const char *newline = find_end(bytes, bytes + most);
	char *p = bytes, *end;
	size_t commas = 0;

	*used = 0;
	out->n = 0;
	if (!newline)
		return n < ZV_CSV_RECORD_MAX ? 0 : skip_line(bytes, bytes + n, used);
	*used = (size_t)(newline - bytes) + 1;
	end = bytes + *used - 1;
	if (end > bytes && end[-1] == '\r')
		end--;
	if (end == bytes)
		return 1;
	for (;; commas++) {
		struct zv_str field = take_field(&p, end);

		if (commas == ZV_CSV_FIELDS_MAX)
			return ZV_EPROTO;
		out->fields[out->n++] = field;
		if (p == end)
			return 1;
		p++;
	}
}
