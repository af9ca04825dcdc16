#include "helper.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/mem.h"
#include "heap.h"
#include "zvon/error.h"

/* ---- text ------------------------------------------------------------------ */

void
add_shown(struct zv_buf *out, struct zv_str s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c < 0x20 || c > 0x7e || c == '|' || c == '\\')
			zv_buf_printf(out, "\\x%02x", c);
		else
			zv_buf_add_char(out, (char)c);
	}
}

static void
add_fields(struct zv_buf *out, const struct zv_packet *p)
{
	for (size_t i = 0; i < p->n_fields; i++) {
		if (i)
			zv_buf_add_char(out, '|');
		add_shown(out, p->fields[i].key);
		zv_buf_add_char(out, '=');
		add_shown(out, p->fields[i].value);
	}
}

void
add_packet(struct zv_buf *out, const struct zv_packet *p)
{
	zv_buf_printf(out, "%s(", zvon_packet_kind_name(p->kind));
	if (p->kind == ZV_PACKET_BANNER)
		add_shown(out, p->name);
	add_fields(out, p);
	zv_buf_add_char(out, ')');
	if (p->has_body) {
		zv_buf_add_char(out, '{');
		add_shown(out, p->body);
		zv_buf_add_char(out, '}');
	}
}

void
check_text(const char *row, struct zv_str got, struct zv_str wanted)
{
	if (zvon_str_equal(got, wanted))
		return;
	fail_msg("%s:\n got    %.*s\n wanted %.*s", row, ZV_ARG(got), ZV_ARG(wanted));
}

char *
exact_copy(struct zv_str s)
{
	char *copy = malloc(s.n ? s.n : 1);

	assert_non_null(copy);
	if (s.n)
		memcpy(copy, s.p, s.n);
	return copy;
}

struct zv_str
read_file(const char *path)
{
	FILE *file = fopen(path, "rb");
	struct zv_str s = { NULL, 0 };
	long size;
	char *p;

	if (!file)
		fail_msg("cannot open %s", path);
	fseek(file, 0, SEEK_END);
	size = ftell(file);
	rewind(file);
	p = malloc(size > 0 ? (size_t)size : 1);
	assert_non_null(p);
	s.n = fread(p, 1, (size_t)size, file);
	s.p = p;
	assert_int_equal(s.n, size);
	fclose(file);
	return s;
}

/* ---- chance ------------------------------------------------------------------ */

static uint64_t state;

void
chance_begin(void)
{
	const char *given = getenv("ZVON_SEED");

	state = given ? strtoull(given, NULL, 0) : (uint64_t)time(NULL);
	printf("# seed: ZVON_SEED=%llu\n", (unsigned long long)state);
	fflush(stdout);
}

/* splitmix64 */
uint64_t
chance(void)
{
	uint64_t x = state += 0x9e3779b97f4a7c15u;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
	x = (x ^ x >> 27) * 0x94d049bb133111ebu;
	return x ^ x >> 31;
}

size_t
chance_below(size_t n)
{
	return (size_t)(chance() % n);
}

/* ---- splits ------------------------------------------------------------------ */

/* `ends`: where each piece but the last one ends. */
static void
feed_pieces(const struct codec *codec, const void *options, struct zv_str vector,
	    const size_t *ends, size_t n_ends, struct zv_buf *out)
{
	void *machine = codec->begin(options);
	size_t from = 0;

	for (size_t i = 0; i <= n_ends; i++) {
		size_t to = i < n_ends ? ends[i] : vector.n;
		char *piece = exact_copy((struct zv_str){
			vector.n ? vector.p + from : NULL, to - from });

		codec->piece(machine, piece, to - from);
		free(piece);
		from = to;
	}
	codec->end(machine, out);
}

static void
check_pieces(const struct codec *codec, const void *options, const char *row,
	     struct zv_str vector, const size_t *ends, size_t n_ends,
	     struct zv_str wanted)
{
	struct zv_buf got = { 0 };
	char name[200];

	feed_pieces(codec, options, vector, ends, n_ends, &got);
	snprintf(name, sizeof name, "%s, %zu pieces, first cut at %zu", row, n_ends + 1,
		 n_ends ? ends[0] : vector.n);
	check_text(name, zv_buf_str(&got), wanted);
	zv_buf_deinit(&got);
}

static void
check_byte_by_byte(const struct codec *codec, const void *options, const char *row,
		   struct zv_str vector, struct zv_str wanted)
{
	size_t *ends = malloc((vector.n + 1) * sizeof *ends);

	assert_non_null(ends);
	for (size_t i = 0; i < vector.n; i++)
		ends[i] = i + 1;
	check_pieces(codec, options, row, vector, ends, vector.n, wanted);
	free(ends);
}

static void
check_in_three(const struct codec *codec, const void *options, const char *row,
	       struct zv_str vector, struct zv_str wanted)
{
	for (int i = 0; i < 20; i++) {
		size_t a = chance_below(vector.n + 1), b = chance_below(vector.n + 1);
		size_t ends[] = { a < b ? a : b, a < b ? b : a };

		check_pieces(codec, options, row, vector, ends, 2, wanted);
	}
}

void
check_splits(const struct codec *codec, const void *options, const char *row,
	     struct zv_str vector, const char *wanted, size_t cuts)
{
	struct zv_buf whole = { 0 };

	feed_pieces(codec, options, vector, NULL, 0, &whole);
	if (wanted)
		check_text(row, zv_buf_str(&whole), zvon_str(wanted));
	for (size_t i = 0; i <= vector.n && i < cuts; i++)
		check_pieces(codec, options, row, vector, &i, 1, zv_buf_str(&whole));
	check_byte_by_byte(codec, options, row, vector, zv_buf_str(&whole));
	check_in_three(codec, options, row, vector, zv_buf_str(&whole));
	zv_buf_deinit(&whole);
}

/* ---- the parser -------------------------------------------------------------- */

struct reading {
	struct zv_parser *parser;
	struct zv_buf text;
	int rc;
};

static void *
reading_begin(const void *limits)
{
	struct reading *r = calloc(1, sizeof *r);

	assert_non_null(r);
	r->parser = zvon_parser_new(limits);
	assert_non_null(r->parser);
	return r;
}

static void
check_inside(const struct zv_packet *p, struct zv_str view)
{
	assert_true(view.p >= p->text.p);
	assert_true(view.p + view.n <= p->text.p + p->text.n);
}

/* All views of a packet are views into its text. */
static void
check_views(const struct zv_packet *p)
{
	check_inside(p, p->name);
	if (p->has_body)
		check_inside(p, p->body);
	for (size_t i = 0; i < p->n_fields; i++) {
		check_inside(p, p->fields[i].key);
		check_inside(p, p->fields[i].value);
	}
}

static void
reading_piece(void *of, char *bytes, size_t n)
{
	struct reading *r = of;
	const struct zv_packet *packet;

	r->rc = zvon_parser_feed(r->parser, (struct zv_str){ bytes, n });
	while (r->rc >= 0 && (r->rc = zvon_parser_next(r->parser, &packet)) == 1) {
		if (r->text.n)
			zv_buf_add_char(&r->text, ' ');
		check_views(packet);
		add_packet(&r->text, packet);
	}
}

static void
reading_end(void *of, struct zv_buf *out)
{
	struct reading *r = of;
	size_t pending = zvon_parser_pending(r->parser);

	zv_buf_add(out, zv_buf_str(&r->text));
	if (r->rc < 0)
		zv_buf_printf(out, "%s!%s", out->n ? " " : "", zvon_err_name(r->rc));
	else if (pending)
		zv_buf_printf(out, "%s+%zu", out->n ? " " : "", pending);
	zvon_parser_free(r->parser);
	zv_buf_deinit(&r->text);
	free(r);
}

const struct codec parser_codec = { reading_begin, reading_piece, reading_end };

/* ---- memory ------------------------------------------------------------------ */

void
check_out_of_memory(int (*scene)(void *user), void *user)
{
	size_t before = heap_blocks();
	unsigned long allocations = zv_mem_count();

	assert_int_equal(scene(user), 0);
	allocations = zv_mem_count() - allocations;
	assert_int_equal(heap_blocks(), before);
	assert_true(allocations > 0);
	for (unsigned long i = 1; i <= allocations; i++) {
		int rc;

		zv_mem_fail_at(i);
		rc = scene(user);
		zv_mem_fail_at(0);
		if (rc != ZV_ENOMEM)
			fail_msg("allocation %lu of %lu failed: %s", i, allocations,
				 zvon_err_name(rc));
		assert_int_equal(heap_blocks(), before);
	}
}
