#include "http/chunks.h"

#include "base/num.h"
#include "http/field.h"
#include "zvon/error.h"

enum state {
	SIZE_FIRST, /* its first digit */
	SIZE,
	EXTENSION,
	SIZE_LF,
	DATA,
	DATA_CR,
	DATA_LF,
	TRAILER_FIRST, /* the first byte of a trailer field, or of the empty line */
	TRAILER_NAME,
	TRAILER_VALUE,
	TRAILER_LF,
	LAST_LF,
	OVER,
};

struct step {
	struct zv_http_chunks *c;
	const struct zv_http_chunks_limits *limits;
	const struct zv_buf *body;
	const char *why;
};

static int
refuse(struct step *s, int status, const char *why)
{
	s->why = why;
	return -status;
}

/* Each of these gets one byte and returns the state after it, or a negative status. */
typedef int (*step_fn)(struct step *s, unsigned char byte);

static int
add_digit(struct step *s, unsigned char byte)
{
	size_t room = s->limits->body_bytes - s->body->n;
	int digit = zv_hex_digit((char)byte);

	if (digit < 0)
		return refuse(s, 400, "the size of a chunk is no hexadecimal number");
	if ((size_t)digit > room || s->c->left > (room - (size_t)digit) / 16)
		return refuse(s, 413, "the body is too long");
	s->c->left = s->c->left * 16 + (size_t)digit;
	return SIZE;
}

static int
on_size(struct step *s, unsigned char byte)
{
	if (byte == '\r')
		return SIZE_LF;
	return byte == ';' ? EXTENSION : add_digit(s, byte);
}

static int
on_extension(struct step *s, unsigned char byte)
{
	if (byte == '\r')
		return SIZE_LF;
	if (zv_http_has_control((struct zv_str){ (char *)&byte, 1 }))
		return refuse(s, 400, "control characters behind the size of a chunk");
	if (++s->c->extra > s->limits->extra_bytes)
		return refuse(s, 400, "the extensions of the chunks are too long");
	return EXTENSION;
}

static int
expect(struct step *s, unsigned char byte, char wanted, int next)
{
	return byte == (unsigned char)wanted
		       ? next
		       : refuse(s, 400, "a chunk does not end where it should");
}

static int
on_size_lf(struct step *s, unsigned char byte)
{
	s->c->line = 0;
	return expect(s, byte, '\n', s->c->left ? DATA : TRAILER_FIRST);
}

static int
on_data_cr(struct step *s, unsigned char byte)
{
	return expect(s, byte, '\r', DATA_LF);
}

static int
on_data_lf(struct step *s, unsigned char byte)
{
	return expect(s, byte, '\n', SIZE_FIRST);
}

static int
on_trailer_name(struct step *s, unsigned char byte)
{
	if (zv_http_is_token_char(byte))
		return TRAILER_NAME;
	return byte == ':' ? TRAILER_VALUE
			   : refuse(s, 400, "behind the chunks: no `name: value`");
}

static int
on_trailer_first(struct step *s, unsigned char byte)
{
	if (byte == '\r')
		return LAST_LF;
	return byte == ':' ? refuse(s, 400, "behind the chunks: no `name: value`")
			   : on_trailer_name(s, byte);
}

static int
on_trailer_value(struct step *s, unsigned char byte)
{
	if (byte == '\r')
		return TRAILER_LF;
	if (zv_http_has_control((struct zv_str){ (char *)&byte, 1 }))
		return refuse(s, 400, "behind the chunks: control characters");
	return TRAILER_VALUE;
}

static int
on_trailer_lf(struct step *s, unsigned char byte)
{
	return expect(s, byte, '\n', TRAILER_FIRST);
}

static int
on_last_lf(struct step *s, unsigned char byte)
{
	return expect(s, byte, '\n', OVER);
}

static const step_fn steps[OVER] = {
	[SIZE_FIRST] = add_digit,
	[SIZE] = on_size,
	[EXTENSION] = on_extension,
	[SIZE_LF] = on_size_lf,
	[DATA_CR] = on_data_cr,
	[DATA_LF] = on_data_lf,
	[TRAILER_FIRST] = on_trailer_first,
	[TRAILER_NAME] = on_trailer_name,
	[TRAILER_VALUE] = on_trailer_value,
	[TRAILER_LF] = on_trailer_lf,
	[LAST_LF] = on_last_lf,
};

/* The limits of lines, then the byte itself. */
static int
take_byte(struct step *s, unsigned char byte)
{
	if (s->c->state <= SIZE_LF && ++s->c->line > s->limits->line_bytes)
		return refuse(s, 400, "the line with the size of a chunk is too long");
	if (s->c->state >= TRAILER_FIRST && ++s->c->trailer > s->limits->extra_bytes)
		return refuse(s, 431, "the fields behind the chunks are too long");
	return steps[s->c->state](s, byte);
}

static int
take_data(struct zv_http_chunks *c, struct zv_str *bytes, struct zv_buf *body)
{
	struct zv_str part = { bytes->p, bytes->n < c->left ? bytes->n : c->left };

	*bytes = (struct zv_str){ bytes->p + part.n, bytes->n - part.n };
	c->left -= part.n;
	if (zv_buf_add(body, part) < 0)
		return ZV_ENOMEM;
	return c->left ? DATA : DATA_CR;
}

int
zv_http_chunks_next(struct zv_http_chunks *c,
		    const struct zv_http_chunks_limits *limits, struct zv_str *bytes,
		    struct zv_buf *body, const char **why)
{
	struct step s = { c, limits, body, NULL };

	while (bytes->n && c->state != OVER) {
		int next;

		if (c->state == DATA) {
			next = take_data(c, bytes, body);
		} else {
			next = take_byte(&s, (unsigned char)*bytes->p);
			*bytes = (struct zv_str){ bytes->p + 1, bytes->n - 1 };
		}
		if (next < 0) {
			*why = s.why;
			return next;
		}
		c->state = (unsigned char)next;
	}
	return c->state == OVER;
}
