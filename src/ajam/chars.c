#include "ajam/chars.h"

#include <stdint.h>

#define CHUNK	   2048 /* bytes of text reserved at a time */
#define WORD	   sizeof(uint64_t)
#define EACH(byte) (UINT64_C(0x0101010101010101) * (unsigned char)(byte))

/* The bytes that are not plain: two that end the text, '&', CR and LF. */
static inline bool
is_plain(char c, char stop)
{
	return c != stop && c != '<' && c != '&' && c != '\r' && c != '\n';
}

/* Not 0: a byte of w is 0. */
static inline uint64_t
zero_in(uint64_t w)
{
	return (w - EACH(1)) & ~w & EACH(0x80);
}

static inline bool
is_plain_word(uint64_t w, char stop)
{
	return !(zero_in(w ^ EACH(stop)) | zero_in(w ^ EACH('<')) |
		 zero_in(w ^ EACH('&')) | zero_in(w ^ EACH('\r')) |
		 zero_in(w ^ EACH('\n')));
}

/* Copies the plain bytes at the start of from; how many. Eight at a time: values are
 * short, and a call of memchr for each of the five bytes would cost more. */
static size_t
copy_plain(char *to, const char *from, size_t n, char stop)
{
	size_t i = 0;

	for (; i + WORD <= n; i += WORD) {
		uint64_t w;

		memcpy(&w, from + i, WORD);
		memcpy(to + i, &w, WORD);
		if (!is_plain_word(w, stop))
			break;
	}
	for (; i < n && is_plain(from[i], stop); i++)
		to[i] = from[i];
	return i;
}

static const char *
read_plain(struct zv_assembly *a, const char *p, const char *end, char stop)
{
	while (p < end && is_plain(*p, stop)) {
		size_t n = (size_t)(end - p) < CHUNK ? (size_t)(end - p) : CHUNK;

		n = zv_assembly_room(a, n);
		n = n ? copy_plain(a->text.p + a->text.n, p, n, stop) : 0;
		if (!n)
			break;
		a->text.n += n;
		p += n;
	}
	return p;
}

/* ---- entities ------------------------------------------------------------------ */

static const struct {
	const char *name;
	char c;
} named[] = {
	{ "&amp", '&' },  { "&lt", '<' },    { "&gt", '>' },
	{ "&quot", '"' }, { "&apos", '\'' },
};

/* Behind "&#": the number, or 0. */
static unsigned long
number_of(struct zv_str digits)
{
	bool hex = digits.n && (digits.p[0] == 'x' || digits.p[0] == 'X');
	unsigned long n = 0;
	size_t i = hex ? 1 : 0;

	if (i == digits.n)
		return 0;
	for (; i < digits.n; i++) {
		unsigned char c = zv_lower((unsigned char)digits.p[i]);

		if (c >= '0' && c <= '9')
			n = n * (hex ? 16 : 10) + (unsigned)(c - '0');
		else if (hex && c >= 'a' && c <= 'f')
			n = n * 16 + (unsigned)(c - 'a') + 10;
		else
			return 0;
	}
	return n; /* at most 9 digits: no overflow */
}

/* A character that may stand in a packet; CR may not, it would end the line. */
static bool
is_character(unsigned long n)
{
	return n == '\t' || n == '\n' || (n >= 0x20 && n < 0xd800) ||
	       (n > 0xdfff && n <= 0x10ffff);
}

static size_t
encode_utf8(unsigned long n, char out[4])
{
	static const unsigned char first[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
	size_t bytes = n < 0x80 ? 1 : n < 0x800 ? 2 : n < 0x10000 ? 3 : 4;

	for (size_t i = bytes - 1; i > 0; i--, n >>= 6)
		out[i] = (char)(0x80 | (n & 0x3f));
	out[0] = (char)(bytes == 1 ? n : first[bytes] | n);
	return bytes;
}

/* The text of the entity, without its ';', as bytes: how many; 0: it is none. */
static size_t
decode_entity(struct zv_str entity, char out[4])
{
	unsigned long n;

	for (size_t i = 0; i < sizeof named / sizeof *named; i++) {
		if (zvon_str_equal(entity, zvon_str(named[i].name))) {
			out[0] = named[i].c;
			return 1;
		}
	}
	if (entity.n < 3 || entity.p[1] != '#')
		return 0;
	n = number_of(zv_str_from(entity, 2));
	return is_character(n) ? encode_utf8(n, out) : 0;
}

static void
flush_entity(struct zv_ajam_chars *c, struct zv_assembly *a)
{
	zv_assembly_add(a, (struct zv_str){ c->entity, c->n });
	c->n = 0;
}

static void
end_entity(struct zv_ajam_chars *c, struct zv_assembly *a)
{
	char out[4];
	size_t n = decode_entity((struct zv_str){ c->entity, c->n }, out);

	if (n == 1 && out[0] == '\n') {
		zv_assembly_line_feed(a);
	} else if (n) {
		zv_assembly_add(a, (struct zv_str){ out, n });
	} else {
		flush_entity(c, a);
		zv_assembly_add(a, ZV_STR(";"));
	}
	c->n = 0;
}

static bool
is_entity_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '#';
}

/* Goes on with what began with '&'. */
static const char *
read_entity(struct zv_ajam_chars *c, struct zv_assembly *a, const char *p,
	    const char *end)
{
	for (; p < end && is_entity_char(*p) && c->n < sizeof c->entity - 1; p++)
		c->entity[c->n++] = *p;
	if (p == end)
		return p;
	if (*p == ';') {
		end_entity(c, a);
		return p + 1;
	}
	flush_entity(c, a);
	return p;
}

const char *
zv_ajam_chars_read(struct zv_ajam_chars *c, struct zv_assembly *a, const char *p,
		   const char *end, char stop)
{
	while (p < end && !a->error) {
		if (c->n)
			p = read_entity(c, a, p, end);
		else
			p = read_plain(a, p, end, stop);
		if (p == end || a->error || *p == '<' || *p == stop)
			break;
		if (*p == '\n')
			zv_assembly_line_feed(a);
		else if (*p == '&')
			c->entity[c->n++] = '&';
		if (!is_plain(*p, stop))
			p++;
	}
	return p;
}
