#include "fuzz.h"

#include <stdarg.h>

void
fuzz_tell(const char *format, ...)
{
	static const char *wanted = "?";
	va_list args;

	if (wanted && *wanted == '?')
		wanted = getenv("FUZZ_TELL");
	if (!wanted)
		return;
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
}

unsigned
fuzz_byte(struct fuzz_input *in)
{
	if (in->n == 0)
		return 0;
	in->n--;
	return *in->p++;
}

struct zv_str
fuzz_until(struct fuzz_input *in, uint8_t end)
{
	const uint8_t *at = in->n ? memchr(in->p, end, in->n) : NULL;
	struct zv_str s = { (const char *)in->p, at ? (size_t)(at - in->p) : in->n };
	size_t used = s.n + (at ? 1 : 0);

	if (used) {
		in->p += used;
		in->n -= used;
	}
	return s;
}

struct zv_str
fuzz_rest(struct fuzz_input *in)
{
	struct zv_str s = { (const char *)in->p, in->n };

	in->n = 0;
	return s;
}

size_t
fuzz_piece(uint32_t *state, size_t left)
{
	static const size_t most[] = { 1, 3, 17, 200 };
	size_t n;

	*state ^= *state << 13; /* xorshift32 */
	*state ^= *state >> 17;
	*state ^= *state << 5;
	n = 1 + (*state >> 8) % most[*state % 4];
	return n < left ? n : left;
}

char *
fuzz_copy(struct zv_str s)
{
	char *copy = malloc(s.n ? s.n : 1);

	CHECK(copy);
	if (s.n)
		memcpy(copy, s.p, s.n);
	return copy;
}

const struct zv_parser_limits *
fuzz_limits(unsigned which)
{
	static const struct zv_parser_limits limits[] = {
		{ 0, 0, 0 },
		{ 200, 1000, 16 },
		{ 40, 100, 4 },
		{ 100, 30, 3 },
	};

	return &limits[which % 4];
}

void
fuzz_check_limits(const struct zv_parser_limits *limits, const struct zv_packet *p)
{
	size_t most = p->kind == ZV_PACKET_RESPONSE ? limits->max_response_bytes
						    : limits->max_packet_bytes;

	CHECK(!most || p->text.n <= most);
	CHECK(!limits->max_fields || p->n_fields <= limits->max_fields);
}

static void
add_view(struct zv_buf *out, struct zv_str s)
{
	zv_buf_printf(out, "%zu:", s.n);
	zv_buf_add(out, s);
}

static void
check_inside(const struct zv_packet *p, struct zv_str view)
{
	CHECK(view.p >= p->text.p);
	CHECK(view.p + view.n <= p->text.p + p->text.n);
}

void
fuzz_add_packet(struct zv_buf *out, const struct zv_packet *p)
{
	zv_buf_printf(out, "%d %d %zu ", p->kind, p->has_body, p->n_fields);
	check_inside(p, p->name);
	add_view(out, p->name);
	add_view(out, p->body);
	add_view(out, p->text);
	for (size_t i = 0; i < p->n_fields; i++) {
		check_inside(p, p->fields[i].key);
		check_inside(p, p->fields[i].value);
		add_view(out, p->fields[i].key);
		add_view(out, p->fields[i].value);
	}
}
