#include "http/field.h"

#include <stdint.h>

#include "base/str.h"

/* RFC 9110, 5.6.2: letters, digits and !#$%&'*+-.^_`|~, a bit for each. */
bool
zv_http_is_token_char(unsigned char c)
{
	static const uint64_t set[2] = { 0x03ff6cfa00000000, 0x57ffffffc7fffffe };

	return c < 128 && (set[c / 64] >> c % 64 & 1);
}

bool
zv_http_is_token(struct zv_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!zv_http_is_token_char((unsigned char)s.p[i]))
			return false;
	return s.n > 0;
}

/* RFC 9110, 5.5: a CR or NUL inside would be read in one way here and in another
 * there. Bytes above 127 are text of some kind. */
bool
zv_http_has_control(struct zv_str s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if ((c < ' ' && c != '\t') || c == 0x7f)
			return true;
	}
	return false;
}

bool
zv_http_next_field(const struct zv_http_field *fields, size_t n, struct zv_str name,
		   size_t *cursor, struct zv_str *value)
{
	for (size_t i = *cursor; i < n; i++) {
		if (!zvon_str_equal_nocase(fields[i].name, name))
			continue;
		*value = fields[i].value;
		*cursor = i + 1;
		return true;
	}
	*cursor = n;
	return false;
}

/* Where that separator stands outside of quotes, or s.n. */
static size_t
find_separator(struct zv_str s, char separator)
{
	bool quoted = false;

	for (size_t i = 0; i < s.n; i++) {
		if (quoted && s.p[i] == '\\')
			i++;
		else if (s.p[i] == '"')
			quoted = !quoted;
		else if (s.p[i] == separator && !quoted)
			return i;
	}
	return s.n;
}

bool
zv_http_list_next(struct zv_str *rest, char separator, struct zv_str *element)
{
	while (rest->n) {
		size_t n = find_separator(*rest, separator);

		*element = zv_str_trim((struct zv_str){ rest->p, n });
		*rest = zv_str_from(*rest, n + 1);
		if (element->n)
			return true;
	}
	return false;
}

bool
zv_http_lists_word(const struct zv_http_field *fields, size_t n, struct zv_str name,
		   struct zv_str word)
{
	struct zv_str value, element;
	size_t cursor = 0;

	while (zv_http_next_field(fields, n, name, &cursor, &value))
		while (zv_http_list_next(&value, ',', &element))
			if (zvon_str_equal_nocase(element, word))
				return true;
	return false;
}
