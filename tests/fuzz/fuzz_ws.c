/* WebSocket frames in both roles: any split gives the same; text is UTF-8; limits hold;
 * what we write, the other role reads, plain and deflated; any bytes can be inflated.
 *
 * Input: role, agreement and limits (1 byte), how it is split (1 byte), the stream. */
#include "base/str.h"
#include "base/utf.h"
#include "fuzz.h"
#include "ws/deflate.h"
#include "ws/frame.h"

#define SMALL 100 /* bytes of a message, in half of the inputs */

struct way {
	enum zv_ws_role role;
	bool deflates;
	struct zv_ws_limits limits;
};

static void
add_message(struct zv_buf *out, const struct zv_ws_message *m)
{
	zv_buf_printf(out, "%d %d %zu:", m->op, m->close_code, m->payload.n);
	zv_buf_add(out, m->payload);
}

static void
check_message(const struct zv_ws_message *m, const struct way *way)
{
	bool is_control = m->op >= ZV_WS_CLOSE;

	CHECK(m->op == ZV_WS_TEXT || m->op == ZV_WS_BINARY || is_control);
	CHECK(m->payload.n <= (is_control		   ? 125
			       : way->limits.message_bytes ? way->limits.message_bytes
							   : 65536));
	if (m->op == ZV_WS_TEXT || m->op == ZV_WS_CLOSE)
		CHECK(zv_utf8_valid(m->payload) == m->payload.n);
	CHECK(m->op != ZV_WS_CLOSE || m->close_code == 1005 ||
	      zv_ws_close_code_is_valid(m->close_code));
}

static void
read_stream(struct zv_buf *out, struct zv_str stream, uint32_t split,
	    const struct way *way)
{
	struct zv_ws_reader reader;
	struct zv_ws_message m;
	const char *why = NULL;
	int rc = 0, code = 0;

	zv_ws_reader_init(&reader, way->role, &way->limits,
			  way->deflates ? zv_ws_inflate : NULL);
	while (stream.n && rc == 0) {
		size_t n = split ? fuzz_piece(&split, stream.n) : stream.n;
		char *copy = fuzz_copy((struct zv_str){ stream.p, n });
		struct zv_str piece = { copy, n };

		while ((rc = zv_ws_reader_next(&reader, &piece, &m, &code, &why)) ==
		       1) {
			check_message(&m, way);
			add_message(out, &m);
		}
		CHECK(rc < 0 || piece.n == 0);
		free(copy);
		stream = zv_str_from(stream, n);
	}
	if (rc < 0)
		zv_buf_printf(out, "!%d %s", code, why);
	CHECK(rc == 0 || code == 1002 || code == 1007 || code == 1009);
	zv_ws_reader_deinit(&reader);
}

/* A message through the writer of one role and the reader of the other. */
static void
check_round_trip(struct zv_str payload, bool to_server, bool deflated)
{
	static const unsigned char mask[4] = { 0xa1, 0x00, 0x7f, 0x3c };
	struct zv_buf wire = { 0 }, frames = { 0 };
	struct zv_ws_reader reader;
	struct zv_ws_message m;
	const char *why;
	struct zv_str rest;
	int code;

	if (deflated && zv_ws_deflate(payload, &wire) == ZV_ENOTFOUND)
		deflated = false;
	zv_ws_write(&frames, ZV_WS_BINARY, deflated ? zv_buf_str(&wire) : payload,
		    deflated, to_server ? mask : NULL);
	zv_ws_write_close(&frames, 4000, payload, to_server ? mask : NULL);
	zv_ws_reader_init(&reader, to_server ? ZV_WS_SERVER : ZV_WS_CLIENT, NULL,
			  deflated ? zv_ws_inflate : NULL);
	rest = zv_buf_str(&frames);
	CHECK(zv_ws_reader_next(&reader, &rest, &m, &code, &why) == 1);
	CHECK(m.op == ZV_WS_BINARY && zvon_str_equal(m.payload, payload));
	if (zv_utf8_valid(payload) == payload.n) {
		CHECK(zv_ws_reader_next(&reader, &rest, &m, &code, &why) == 1);
		CHECK(m.op == ZV_WS_CLOSE && m.close_code == 4000);
		CHECK(m.payload.n <= 123 && zv_str_starts(payload, m.payload));
		CHECK(rest.n == 0);
	}
	zv_ws_reader_deinit(&reader);
	zv_buf_deinit(&wire);
	zv_buf_deinit(&frames);
}

static void
check_inflate(struct zv_str payload)
{
	struct zv_buf once = { 0 }, twice = { 0 };
	int rc = zv_ws_inflate(payload, 5000, &once);

	CHECK(rc == 0 || rc == ZV_EPROTO || rc == ZV_ETOOBIG);
	CHECK(once.n <= 5000);
	/* just as much as there is will do, one byte less will not */
	if (rc == 0) {
		CHECK(zv_ws_inflate(payload, once.n, &twice) == 0);
		CHECK(zvon_str_equal(zv_buf_str(&once), zv_buf_str(&twice)));
		CHECK(!once.n ||
		      zv_ws_inflate(payload, once.n - 1, &twice) == ZV_ETOOBIG);
	}
	zv_buf_deinit(&once);
	zv_buf_deinit(&twice);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct fuzz_input in = { bytes, n };
	unsigned how = fuzz_byte(&in);
	uint32_t split = fuzz_byte(&in) + 1;
	struct zv_str stream = fuzz_rest(&in);
	struct way way = { how & 1 ? ZV_WS_CLIENT : ZV_WS_SERVER,
			   how & 2,
			   { how & 4 ? SMALL : 0, how & 4 ? 4 : 0 } };
	struct zv_buf whole = { 0 }, pieces = { 0 };

	read_stream(&whole, stream, 0, &way);
	read_stream(&pieces, stream, split, &way);
	fuzz_tell("%.*s\n", ZV_ARG(zv_buf_str(&whole)));
	CHECK(zvon_str_equal(zv_buf_str(&whole), zv_buf_str(&pieces)));
	if (how & 8)
		check_round_trip(stream, how & 16, how & 32);
	if (how & 64)
		check_inflate(stream);
	zv_buf_deinit(&whole);
	zv_buf_deinit(&pieces);
	zv_ws_deflate_forget();
	return 0;
}
