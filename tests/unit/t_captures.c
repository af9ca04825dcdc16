/* Recordings of real servers: whatever the pieces they arrive in, the packets are the
 * same, and no byte of them is lost. That they are the right ones is shown by
 * tests/wire, against a reader that shares nothing with the parser.
 *
 * ZVON_CAPTURES_DIR: the recordings of this project; ZVON_CAPTURES: more of them. */
#include "zvon/parser.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/str.h"
#include "captures.h"

#define CUTS	   2000 /* each position up to here is cut at */
#define IN_ONE	   (SIZE_MAX / 2)
#define CUT_PREFIX 3000 /* of the recording, when it is cut there */

/* What was read: number of packets and a hash of everything about them. */
struct digest {
	uint64_t hash;
	size_t packets, pending;
	int rc;
};

static void
digest_view(struct digest *d, struct zv_str s)
{
	d->hash = zv_hash(s, d->hash + s.n);
}

static void
digest_packet(struct digest *d, const struct zv_packet *p)
{
	uint64_t numbers[] = { p->kind, p->n_fields, p->has_body };

	d->packets++;
	digest_view(d, (struct zv_str){ (char *)numbers, sizeof numbers });
	digest_view(d, p->name);
	digest_view(d, p->body);
	digest_view(d, p->text);
	for (size_t i = 0; i < p->n_fields; i++) {
		digest_view(d, p->fields[i].key);
		digest_view(d, p->fields[i].value);
	}
}

static void
feed(struct zv_parser *p, struct zv_str piece, struct digest *d)
{
	const struct zv_packet *packet;

	d->rc = zvon_parser_feed(p, piece);
	while (d->rc >= 0 && (d->rc = zvon_parser_next(p, &packet)) == 1)
		digest_packet(d, packet);
	d->pending = zvon_parser_pending(p);
}

/* In pieces of that size, the first one of `first` bytes. */
static struct digest
read_in_pieces(struct zv_parser *p, struct zv_str bytes, size_t first, size_t size)
{
	struct digest d = { .hash = 1 };

	zvon_parser_reset(p);
	feed(p, (struct zv_str){ bytes.p, first }, &d);
	for (size_t at = first; at < bytes.n && d.rc >= 0; at += size) {
		struct zv_str piece = zv_str_from(bytes, at);

		piece.n = piece.n < size ? piece.n : size;
		feed(p, piece, &d);
	}
	return d;
}

static void
check_same(const char *path, const char *how, size_t at, struct digest got,
	   struct digest wanted)
{
	if (got.rc != 0 || got.hash != wanted.hash || got.packets != wanted.packets ||
	    got.pending != wanted.pending)
		fail_msg("%s, %s %zu: rc %d, %zu packets, pending %zu; whole: %zu, %zu",
			 path, how, at, got.rc, got.packets, got.pending,
			 wanted.packets, wanted.pending);
}

static void
check_pieces(struct zv_parser *p, const char *path, struct zv_str bytes)
{
	static const size_t sizes[] = { 1, 2, 3, 7, 1000, 1460, 4096 };
	struct digest whole = read_in_pieces(p, bytes, 0, IN_ONE);
	struct zv_str prefix = { bytes.p, bytes.n < CUT_PREFIX ? bytes.n : CUT_PREFIX };
	struct digest start = read_in_pieces(p, prefix, 0, IN_ONE);

	assert_int_equal(whole.rc, 0);
	for (size_t i = 0; i < N_OF(sizes); i++)
		check_same(path, "pieces of", sizes[i],
			   read_in_pieces(p, bytes, 0, sizes[i]), whole);
	for (size_t cut = 0; cut < CUTS && cut <= prefix.n; cut++)
		check_same(path, "cut at", cut, read_in_pieces(p, prefix, cut, IN_ONE),
			   start);
}

static void
add_without_line_ends(struct zv_buf *out, struct zv_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != '\r' && s.p[i] != '\n')
			zv_buf_add_char(out, s.p[i]);
}

/* The texts of the packets, one behind another, are the recording, line ends aside. */
static void
check_nothing_is_lost(struct zv_parser *p, const char *path, struct zv_str bytes)
{
	struct zv_buf wanted = { 0 }, got = { 0 };
	const struct zv_packet *packet;

	zvon_parser_reset(p);
	zvon_parser_feed(p, bytes);
	while (zvon_parser_next(p, &packet) == 1)
		add_without_line_ends(&got, packet->text);
	add_without_line_ends(&got,
			      zv_str_from(bytes, bytes.n - zvon_parser_pending(p)));
	add_without_line_ends(&wanted, bytes);
	if (!zvon_str_equal(zv_buf_str(&got), zv_buf_str(&wanted)))
		fail_msg("%s: bytes were lost", path);
	zv_buf_deinit(&got);
	zv_buf_deinit(&wanted);
}

static void
check_file(void *unused, const char *path, struct zv_str bytes)
{
	struct zv_parser *p = zvon_parser_new(NULL);

	check_pieces(p, path, bytes);
	check_nothing_is_lost(p, path, bytes);
	zvon_parser_free(p);
}

static void
test_recordings(void **state)
{
	const char *path = getenv("ZVON_CAPTURES_DIR");
	const char *more = getenv("ZVON_CAPTURES");

	if (!path)
		fail_msg("ZVON_CAPTURES_DIR is not set");
	assert_in_range(recordings_each(path, check_file, NULL), 50, 10000);
	if (more)
		assert_in_range(recordings_each(more, check_file, NULL), 1, 10000);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_recordings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
