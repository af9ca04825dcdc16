/* SQL with ? for PostgreSQL, which wants $1: postgresql.org/docs/current/sql-syntax-lexical.html */
#include <string.h>

#include "base/str.h"
#include "db/pgsql.h"

/* The end of what is between two equal marks; a doubled one is one of its characters. */
static const char *
skip_quoted(const char *p, bool has_escapes)
{
	char mark = *p++;

	while (*p) {
		if (has_escapes && *p == '\\' && p[1])
			p += 2;
		else if (*p == mark && p[1] == mark)
			p += 2;
		else if (*p++ == mark)
			break;
	}
	return p;
}

static const char *
skip_line(const char *p)
{
	const char *end = strchr(p, '\n');

	return end ? end : p + strlen(p);
}

/* They are nested. */
static const char *
skip_comment(const char *p)
{
	int depth = 0;

	do {
		if (p[0] == '/' && p[1] == '*') {
			depth++;
			p += 2;
		} else if (p[0] == '*' && p[1] == '/') {
			depth--;
			p += 2;
		} else if (*p) {
			p++;
		}
	} while (depth && *p);
	return p;
}

static bool
is_word(char c)
{
	return (c >= '0' && c <= '9') ||
	       (zv_lower((unsigned char)c) >= 'a' &&
		zv_lower((unsigned char)c) <= 'z') ||
	       c == '_' || (unsigned char)c >= 0x80;
}

/* $tag$ … $tag$; what only looks like it is skipped by one. */
static const char *
skip_dollar(const char *p)
{
	const char *end = p + 1, *close;
	size_t n;

	while (is_word(*end))
		end++;
	if (*end != '$' || (p[1] >= '0' && p[1] <= '9'))
		return p + 1;
	n = (size_t)(end - p) + 1;
	for (close = end + 1; *close; close++)
		if (strncmp(close, p, n) == 0)
			return close + n;
	return close;
}

/* The end of a piece in which ? means nothing, or p. */
static const char *
skip(const char *start, const char *p)
{
	bool follows_e = p > start && zv_lower((unsigned char)p[-1]) == 'e' &&
			 (p - 1 == start || !is_word(p[-2]));

	if (*p == '\'' || *p == '"')
		return skip_quoted(p, *p == '\'' && follows_e);
	if (p[0] == '-' && p[1] == '-')
		return skip_line(p);
	if (p[0] == '/' && p[1] == '*')
		return skip_comment(p);
	if (*p == '$' && (p == start || !is_word(p[-1])))
		return skip_dollar(p);
	return p;
}

int
pg_number_parameters(const char *sql, struct zv_buf *out, size_t *n)
{
	const char *p = sql;

	*n = 0;
	while (*p) {
		const char *end = skip(sql, p);

		if (end > p)
			zv_buf_add(out, (struct zv_str){ p, (size_t)(end - p) });
		else if (*p == '?')
			zv_buf_printf(out, "$%zu", ++*n);
		else
			zv_buf_add_char(out, *p);
		p = end > p ? end : p + 1;
	}
	zv_buf_cstr(out);
	return zv_buf_failed(out) ? ZV_ENOMEM : 0;
}
