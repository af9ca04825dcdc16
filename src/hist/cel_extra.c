/* cel_extra.c - members of the column extra: one flat object, compact, as ast_json_dump writes
 * it. It is read where it stands: a table has millions of such rows. */
#include "hist/cel_move.h"

#include "base/str.h"

/* From behind the quote that opens it to behind the one that closes it; *escaped: it has a
 * backslash. */
static size_t
text_end(struct zv_str s, size_t at, bool *escaped)
{
	*escaped = false;
	while (at < s.n && s.p[at] != '"') {
		if (s.p[at] == '\\') {
			*escaped = true;
			at++;
		}
		at++;
	}
	return at < s.n ? at + 1 : s.n;
}

/* A number or a word; objects and lists, which Asterisk does not write, end the reading. */
static size_t
word_end(struct zv_str s, size_t at)
{
	while (at < s.n && s.p[at] != ',' && s.p[at] != '}' && s.p[at] != '{' &&
	       s.p[at] != '[' && s.p[at] != '"')
		at++;
	return at;
}

static size_t
skip(struct zv_str s, size_t at)
{
	while (at < s.n && (s.p[at] == ' ' || s.p[at] == ',' || s.p[at] == ':'))
		at++;
	return at;
}

/* The text or word at *at, which goes behind it. */
static struct zv_str
next_part(struct zv_str s, size_t *at)
{
	size_t from = skip(s, *at), end;
	bool escaped;

	*at = s.n;
	if (from >= s.n)
		return (struct zv_str){ NULL, 0 };
	if (s.p[from] != '"') {
		end = word_end(s, from);
		if (end > from)
			*at = end;
		return (struct zv_str){ s.p + from, end - from };
	}
	end = text_end(s, from + 1, &escaped);
	*at = end;
	if (escaped || s.p[end - 1] != '"' || end < from + 2)
		return (struct zv_str){ NULL, 0 };
	return (struct zv_str){ s.p + from + 1, end - from - 2 };
}

struct zv_str
zv_cel_extra(struct zv_str extra, struct zv_str key)
{
	size_t at = 1;

	if (extra.n == 0 || extra.p[0] != '{')
		return (struct zv_str){ NULL, 0 };
	while (at < extra.n) {
		struct zv_str name = next_part(extra, &at);
		struct zv_str value = next_part(extra, &at);

		if (zvon_str_equal(name, key))
			return value;
	}
	return (struct zv_str){ NULL, 0 };
}
