/* What main/manager.c of Asterisk does to a packet, seen from outside on 1.8, 11, 16 and
 * 22: each CR and each LF ends a line, an empty line is nothing, a key ends at the first
 * colon, and a line without one begins a value that takes in all lines behind it. */
#include "xml/generic.h"

#include <stdint.h>

#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "zvon/error.h"

#define OPAQUE "Opaque-data"

struct element {
	struct zv_buf *out;
	struct zv_map by_key; /* as sent -> one of counts */
	unsigned *counts;
	size_t n_counts;
	bool in_opaque;

	/* zv_xml_element only */
	bool is_strict;
	struct zv_buf names; /* of attributes, the keys of by_key; it never grows */
};

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static void
add_name(struct zv_buf *out, struct zv_str key)
{
	if (key.n && is_digit(key.p[0])) /* not in 1.8 and 11 */
		zv_buf_add_char(out, '_');
	for (size_t i = 0; i < key.n; i++) {
		char c = (char)zv_lower((unsigned char)key.p[i]);

		zv_buf_add_char(out, (c >= 'a' && c <= 'z') || is_digit(c) ? c : '_');
	}
}

static const char *
entity_of(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&apos;";
	default:
		return NULL;
	}
}

/* A NUL, which Asterisk never sends, would end the text for a user of C. */
static void
add_plain_value(struct zv_buf *out, struct zv_str value)
{
	size_t from = 0;

	for (size_t i = 0; i < value.n; i++) {
		const char *entity = entity_of(value.p[i]);

		if (!entity && value.p[i])
			continue;
		zv_buf_add(out, (struct zv_str){ value.p + from, i - from });
		zv_buf_add(out, zvon_str(entity));
		from = i + 1;
	}
	zv_buf_add(out, zv_str_from(value, from));
}

/* Bytes of a character that XML 1.0 does not have; 0: it has it. */
static size_t
is_foreign(struct zv_str s)
{
	unsigned char c = (unsigned char)s.p[0];

	if (c < ' ' && c != '\t')
		return 1;
	return zv_str_starts(s, ZV_STR("\xef\xbf\xbe")) ||
			       zv_str_starts(s, ZV_STR("\xef\xbf\xbf"))
		       ? 3
		       : 0;
}

static void
add_value(struct element *e, struct zv_str value)
{
	size_t from = 0, n;

	for (size_t i = 0; e->is_strict && i < value.n; i += n ? n : 1) {
		n = is_foreign(zv_str_from(value, i));
		if (!n)
			continue;
		add_plain_value(e->out, (struct zv_str){ value.p + from, i - from });
		zv_buf_add(e->out, ZV_STR("\xef\xbf\xbd"));
		from = i + n;
	}
	add_plain_value(e->out, zv_str_from(value, from));
}

/* ---- lines ----------------------------------------------------------------------- */

static bool
is_blank(char c)
{
	return (unsigned char)c <= ' ';
}

static struct zv_str
trim_end(struct zv_str s)
{
	while (s.n && is_blank(s.p[s.n - 1]))
		s.n--;
	return s;
}

static struct zv_str
trim_start(struct zv_str s)
{
	while (s.n && is_blank(s.p[0]))
		s = zv_str_from(s, 1);
	return s;
}

/* The how manieth of this key it is, or 0 when there is no memory. */
static unsigned
count_key(struct element *e, struct zv_str key)
{
	unsigned *count = zv_map_find(&e->by_key, key);

	if (count)
		return ++*count;
	count = &e->counts[e->n_counts++];
	*count = 1;
	return zv_map_add(&e->by_key, key, count) < 0 ? 0 : 1;
}

/* The name as it will be read, kept. */
static struct zv_str
strict_name(struct element *e, struct zv_str key)
{
	size_t from = e->names.n;

	add_name(&e->names, key);
	if (e->names.n == from)
		zv_buf_add_char(&e->names, '_');
	return zv_str_from(zv_buf_str(&e->names), from);
}

static int
begin_attribute(struct element *e, struct zv_str key)
{
	struct zv_str name = e->is_strict ? strict_name(e, key) : key;
	unsigned count = count_key(e, name);

	if (!count)
		return ZV_ENOMEM;
	zv_buf_add_char(e->out, ' ');
	if (e->is_strict)
		zv_buf_add(e->out, name);
	else
		add_name(e->out, key);
	if (count > 1)
		zv_buf_printf(e->out, "-%u", count);
	return zv_buf_add(e->out, ZV_STR("='"));
}

static int
add_line(struct element *e, struct zv_str line)
{
	size_t colon = zv_str_find(line, ZV_STR(":"));
	int rc;

	if (e->in_opaque) {
		zv_buf_add_char(e->out, '\n');
		add_value(e, line);
		return 0;
	}
	e->in_opaque = colon == line.n;
	if (e->in_opaque) {
		rc = begin_attribute(e, ZV_STR(OPAQUE));
		add_value(e, line);
		return rc;
	}
	rc = begin_attribute(e, trim_end((struct zv_str){ line.p, colon }));
	add_value(e, trim_start(zv_str_from(line, colon + 1)));
	zv_buf_add_char(e->out, '\'');
	return rc;
}

static void
end_opaque(struct element *e)
{
	if (e->in_opaque)
		zv_buf_add_char(e->out, '\'');
	e->in_opaque = false;
}

static bool
is_line_end(char c)
{
	return c == '\r' || c == '\n';
}

/* The next line: true, or false when there are no more. */
static bool
next_line(struct zv_str *rest, struct zv_str *line)
{
	size_t n = 0;

	if (!rest->n)
		return false;
	while (n < rest->n && !is_line_end(rest->p[n]))
		n++;
	*line = trim_end((struct zv_str){ rest->p, n });
	*rest = zv_str_from(*rest, n + 1);
	if (rest->n && rest->p[0] == '\n')
		*rest = zv_str_from(*rest, 1);
	return true;
}

/* Asterisk begins a new element behind an empty line, which only a lone LF or CR in a
 * value makes; here it stays the one packet that it is. */
static int
add_lines(struct element *e, struct zv_str text)
{
	struct zv_str line;
	int rc = 0;

	while (rc == 0 && next_line(&text, &line)) {
		if (line.n)
			rc = add_line(e, line);
		else
			end_opaque(e);
	}
	end_opaque(e);
	return rc;
}

static size_t
count_lines(struct zv_str text)
{
	size_t n = 1;

	for (size_t i = 0; i < text.n; i++)
		n += is_line_end(text.p[i]);
	return n;
}

static int
write_element(struct element *e, struct zv_str text)
{
	size_t n_lines = count_lines(text);
	int rc = ZV_ENOMEM;

	/* whoever chooses the keys does not know where this lies */
	e->by_key.seed = (uint64_t)(uintptr_t)e;
	e->counts = zv_calloc(n_lines, sizeof *e->counts);
	/* each line, and an underscore in front; "Opaque-data" for one of them */
	if (!e->counts ||
	    (e->is_strict &&
	     zv_buf_reserve(&e->names, text.n + n_lines * sizeof OPAQUE) < 0))
		goto out;
	zv_buf_add(e->out, ZV_STR("<generic"));
	rc = add_lines(e, text);
	zv_buf_add(e->out, ZV_STR(" />"));
	if (zv_buf_failed(e->out))
		rc = ZV_ENOMEM;
out:
	zv_map_deinit(&e->by_key);
	zv_buf_deinit(&e->names);
	zv_free(e->counts);
	return rc;
}

int
zv_xml_generic(const struct zv_packet *p, struct zv_buf *out)
{
	struct element e = { .out = out };

	return write_element(&e, p->text);
}

int
zv_xml_element(const struct zv_packet *p, struct zv_buf *out)
{
	struct element e = { .out = out, .is_strict = true };

	return write_element(&e, p->text);
}

size_t
zvon_packet_xml(const struct zv_packet *p, char *out, size_t size)
{
	struct zv_buf whole = { 0 };
	size_t n = zv_xml_generic(p, &whole) < 0 ? 0 : whole.n;
	size_t copied = n < size ? n : size ? size - 1 : 0;

	if (copied)
		memcpy(out, whole.p, copied);
	if (size)
		out[copied] = '\0';
	zv_buf_deinit(&whole);
	return n;
}
