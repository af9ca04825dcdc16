/* The packet parser: any pieces give the same packets and the same end as one piece,
 * no packet is beyond a limit, a stream that broke stays broken until the parser is
 * reset, a copy of a packet is equal to it, and what it says can be asked for.
 *
 * Input: which limits, how to cut (1 byte each), the stream. */
#include "fuzz.h"
#include "zvon/parser.h"

static void
use_packet(const struct zv_packet *p, struct zv_buf *out)
{
	struct zv_packet *copy = zvon_packet_copy(p);
	struct zv_buf again = { 0 };
	size_t cursor = 0, before = out->n;
	struct zv_str line;

	CHECK(copy);
	fuzz_add_packet(out, p);
	fuzz_add_packet(&again, copy);
	CHECK(zvon_str_equal(zv_buf_str(&again),
			     (struct zv_str){ out->p + before, out->n - before }));
	while (zvon_packet_next_output(p, &cursor, &line))
		zv_buf_printf(out, "%zu ", line.n);
	zv_buf_printf(out, "%lld", zvon_packet_get_int(p, ZV_STR("X"), -1));
	zv_buf_deinit(&again);
	zvon_packet_free(copy);
}

static void
check_end(struct zv_parser *parser, int rc)
{
	const struct zv_packet *packet;

	CHECK(rc == 0 || rc == ZV_ETOOBIG);
	CHECK((rc < 0) == (zvon_parser_error(parser)[0] != '\0'));
	if (rc < 0) {
		CHECK(zvon_parser_next(parser, &packet) == rc);
		CHECK(zvon_parser_feed(parser, ZV_STR("\r\n\r\n")) == rc);
	}
}

/* cut 0: in one piece. */
static void
read_all(struct zv_parser *parser, const struct zv_parser_limits *limits,
	 struct zv_str bytes, uint32_t cut, struct zv_buf *out)
{
	const struct zv_packet *packet;
	int rc = 0;

	while (bytes.n && rc >= 0) {
		size_t n = cut ? fuzz_piece(&cut, bytes.n) : bytes.n;
		char *piece = fuzz_copy((struct zv_str){ bytes.p, n });

		rc = zvon_parser_feed(parser, (struct zv_str){ piece, n });
		while (rc >= 0 && (rc = zvon_parser_next(parser, &packet)) == 1) {
			fuzz_check_limits(limits, packet);
			use_packet(packet, out);
		}
		free(piece);
		bytes = (struct zv_str){ bytes.p + n, bytes.n - n };
	}
	zv_buf_printf(out, "end %d", rc);
	if (rc == 0)
		zv_buf_printf(out, " pending %zu", zvon_parser_pending(parser));
	check_end(parser, rc);
}

/* A connection of another kind that broke off, and a reset: nothing of it may stay. */
static void
use_up(struct zv_parser *parser)
{
	struct zv_str log = ZV_STR("Event: A\n\nResponse: Follows\nx\n--END");
	const struct zv_packet *packet;

	CHECK(zvon_parser_feed(parser, log) == 0);
	while (zvon_parser_next(parser, &packet) == 1)
		CHECK(packet->n_fields == 1);
	zvon_parser_reset(parser);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct fuzz_input in = { bytes, n };
	const struct zv_parser_limits *limit = fuzz_limits(fuzz_byte(&in));
	uint32_t cut = fuzz_byte(&in) + 1;
	struct zv_str stream = fuzz_rest(&in);
	struct zv_parser *fresh = zvon_parser_new(limit),
			 *used = zvon_parser_new(limit);
	struct zv_buf whole = { 0 }, pieces = { 0 };

	CHECK(fresh && used);
	read_all(fresh, limit, stream, 0, &whole);
	use_up(used);
	read_all(used, limit, stream, cut, &pieces);
	CHECK(zvon_str_equal(zv_buf_str(&whole), zv_buf_str(&pieces)));
	zvon_parser_free(fresh);
	zvon_parser_free(used);
	zv_buf_deinit(&whole);
	zv_buf_deinit(&pieces);
	return 0;
}
