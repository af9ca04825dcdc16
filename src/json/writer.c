#include "json/writer.h"

#include "base/utf.h"

static void
before_value(struct zv_json *j)
{
	if (j->comma)
		zv_buf_add_char(j->out, ',');
	j->comma = true;
}

static void
begin(struct zv_json *j, char bracket)
{
	before_value(j);
	zv_buf_add_char(j->out, bracket);
	j->comma = false;
}

static void
end(struct zv_json *j, char bracket)
{
	zv_buf_add_char(j->out, bracket);
	j->comma = true;
}

void
zv_json_begin_object(struct zv_json *j)
{
	begin(j, '{');
}

void
zv_json_end_object(struct zv_json *j)
{
	end(j, '}');
}

void
zv_json_begin_array(struct zv_json *j)
{
	begin(j, '[');
}

void
zv_json_end_array(struct zv_json *j)
{
	end(j, ']');
}

/* What must be escaped in a string: controls, quote, backslash (RFC 8259, 7). */
static bool
is_plain(unsigned char c)
{
	return c >= 0x20 && c != '"' && c != '\\';
}

static void
add_escape(struct zv_buf *out, unsigned char c)
{
	static const char codes[] = "\"\"\\\\\bb\ff\nn\rr\tt";

	for (size_t i = 0; i + 1 < sizeof codes; i += 2) {
		if ((unsigned char)codes[i] == c) {
			zv_buf_add_char(out, '\\');
			zv_buf_add_char(out, codes[i + 1]);
			return;
		}
	}
	zv_buf_printf(out, "\\u%04x", c);
}

/* The start of s that needs no change. */
static size_t
plain_run(struct zv_str s)
{
	size_t i = 0, bad;

	while (i < s.n) {
		size_t n = (unsigned char)s.p[i] < 0x80
				   ? is_plain((unsigned char)s.p[i])
				   : zv_utf8_char(zv_str_from(s, i), &bad);

		if (n == 0)
			break;
		i += n;
	}
	return i;
}

static void
add_quoted(struct zv_buf *out, struct zv_str s)
{
	size_t bad = 1;

	zv_buf_add_char(out, '"');
	while (s.n) {
		size_t n = plain_run(s);

		zv_buf_add(out, (struct zv_str){ s.p, n });
		s = zv_str_from(s, n);
		if (!s.n)
			break;
		if ((unsigned char)s.p[0] < 0x80) {
			add_escape(out, (unsigned char)s.p[0]);
			s = zv_str_from(s, 1);
		} else {
			zv_utf8_char(s, &bad);
			zv_buf_add(out, ZV_STR("\xef\xbf\xbd"));
			s = zv_str_from(s, bad);
		}
	}
	zv_buf_add_char(out, '"');
}

void
zv_json_key(struct zv_json *j, const char *key)
{
	before_value(j);
	add_quoted(j->out, zvon_str(key));
	zv_buf_add_char(j->out, ':');
	j->comma = false;
}

void
zv_json_string(struct zv_json *j, struct zv_str s)
{
	before_value(j);
	add_quoted(j->out, s);
}

void
zv_json_int(struct zv_json *j, long long value)
{
	before_value(j);
	zv_buf_printf(j->out, "%lld", value);
}

void
zv_json_decimal(struct zv_json *j, double value, int places)
{
	before_value(j);
	zv_buf_printf(j->out, "%.*f", places, value);
}

void
zv_json_bool(struct zv_json *j, bool value)
{
	before_value(j);
	zv_buf_add(j->out, value ? ZV_STR("true") : ZV_STR("false"));
}

void
zv_json_null(struct zv_json *j)
{
	before_value(j);
	zv_buf_add(j->out, ZV_STR("null"));
}

void
zv_json_member(struct zv_json *j, const char *key, struct zv_str s)
{
	zv_json_key(j, key);
	zv_json_string(j, s);
}

void
zv_json_member_text(struct zv_json *j, const char *key, struct zv_str s)
{
	zv_json_key(j, key);
	if (s.n)
		zv_json_string(j, s);
	else
		zv_json_null(j);
}

void
zv_json_member_bool(struct zv_json *j, const char *key, bool value)
{
	zv_json_key(j, key);
	zv_json_bool(j, value);
}

void
zv_json_member_int(struct zv_json *j, const char *key, long long value)
{
	zv_json_key(j, key);
	zv_json_int(j, value);
}

void
zv_json_strings(struct zv_json *j, const char *key, const struct zv_str *list, size_t n)
{
	zv_json_key(j, key);
	zv_json_begin_array(j);
	for (size_t i = 0; i < n; i++)
		zv_json_string(j, list[i]);
	zv_json_end_array(j);
}
