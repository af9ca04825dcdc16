/* What a port says that a script named: AMI or HTTP is decided by the first bytes; any split
 * gives the same packets and answers; an answer has its whole head, and no more than the
 * limits allow.
 *
 * Input: how it is split (1 byte), the stream. */
#include "base/str.h"
#include "fuzz.h"
#include "onec/raw_stream.h"

#define MOST_BYTES (ZV_HTTP_MAX_HEAD_BYTES + ZV_RAW_BODY_MAX)

static void
check_answer(struct zv_str answer)
{
	struct zv_http_head head;
	size_t n = 0;

	CHECK(zv_str_starts(answer, ZV_STR(ZV_RAW_HTTP_START)));
	CHECK(answer.n <= MOST_BYTES);
	for (size_t line = 0; n < answer.n; n++) {
		struct zv_str rest = zv_str_from(answer, line);

		if (answer.p[n] != '\n')
			continue;
		if (zv_str_starts(rest, ZV_STR("\n")) ||
		    zv_str_starts(rest, ZV_STR("\r\n")))
			break;
		line = n + 1;
	}
	CHECK(n < answer.n); /* its head is whole */
	CHECK(zv_http_head_parse(&head, (struct zv_str){ answer.p, n + 1 }, NULL) == 0);
	CHECK(head.status >= 200);
}

static void
add_unit(struct zv_buf *out, const struct zv_raw_unit *unit, char mark)
{
	zv_buf_printf(out, "%c", mark);
	if (unit->packet) {
		fuzz_add_packet(out, unit->packet);
		return;
	}
	check_answer(unit->answer);
	zv_buf_printf(out, "answer %zu:", unit->answer.n);
	zv_buf_add(out, unit->answer);
}

/* split 0: whole. */
static enum zv_raw_kind
read_stream(struct zv_buf *out, struct zv_str stream, uint32_t split)
{
	struct zv_raw_stream s;
	struct zv_raw_unit unit;
	struct zv_error err = { 0 };
	enum zv_raw_kind kind;
	int rc = zv_raw_stream_init(&s);

	CHECK(rc == 0);
	while (stream.n && rc == 0) {
		size_t n = split ? fuzz_piece(&split, stream.n) : stream.n;
		char *copy = fuzz_copy((struct zv_str){ stream.p, n });

		zv_raw_stream_feed(&s, (struct zv_str){ copy, n });
		while ((rc = zv_raw_stream_next(&s, &unit, &err)) == 1)
			add_unit(out, &unit, '+');
		CHECK(rc <= 0 && (rc == err.code));
		CHECK((rc < 0) == (err.text[0] != '\0'));
		free(copy);
		stream = zv_str_from(stream, n);
	}
	kind = s.kind;
	if (rc < 0)
		zv_buf_printf(out, "!%d", rc);
	else if (zv_raw_stream_end(&s, &unit))
		add_unit(out, &unit, '|');
	zv_raw_stream_deinit(&s);
	return kind;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct fuzz_input in = { bytes, n };
	uint32_t split = fuzz_byte(&in) + 1;
	struct zv_str stream = fuzz_rest(&in);
	struct zv_buf whole = { 0 }, pieces = { 0 };
	enum zv_raw_kind kind = read_stream(&whole, stream, 0);
	bool is_http = zv_str_starts(stream, ZV_STR(ZV_RAW_HTTP_START));

	fuzz_tell("%.*s\n", ZV_ARG(zv_buf_str(&whole)));
	CHECK((kind == ZV_RAW_HTTP) == is_http);
	CHECK(kind == read_stream(&pieces, stream, split));
	CHECK(zvon_str_equal(zv_buf_str(&whole), zv_buf_str(&pieces)));
	zv_buf_deinit(&whole);
	zv_buf_deinit(&pieces);
	return 0;
}
