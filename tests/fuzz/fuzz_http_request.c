/* Requests of HTTP clients: any split gives the same; what was taken holds to its words,
 * and written again it reads as the same; nobody gets more than the limits.
 *
 * Input: limits (1 byte), how it is split (1 byte), the stream. */
#include "base/str.h"
#include "base/utf.h"
#include "fuzz.h"
#include "http/range.h"
#include "http/request.h"
#include "ws/handshake.h"

static const struct zv_http_limits all_limits[] = {
	{ 0 },
	{ .head_bytes = 200,
	  .line_bytes = 50,
	  .fields = 3,
	  .body_bytes = 20,
	  .chunk_line = 9 },
};

static void
add_request(struct zv_buf *out, const struct zv_http_request *q)
{
	zv_buf_printf(out, "%.*s %.*s HTTP/1.%d\r\n", ZV_ARG(q->method),
		      ZV_ARG(q->target), q->minor);
	for (size_t i = 0; i < q->n_fields; i++)
		zv_buf_printf(out, "%.*s: %.*s\r\n", ZV_ARG(q->fields[i].name),
			      ZV_ARG(q->fields[i].value));
	zv_buf_printf(out, "\r\n");
	if (!zv_http_field_of(q, "Transfer-Encoding").p) {
		zv_buf_add(out, q->body);
		return;
	}
	if (q->body.n) {
		zv_buf_printf(out, "%zx\r\n", q->body.n);
		zv_buf_add(out, q->body);
		zv_buf_add(out, ZV_STR("\r\n"));
	}
	zv_buf_add(out, ZV_STR("0\r\n\r\n"));
}

static void
add_meaning(struct zv_buf *out, const struct zv_http_request *q)
{
	add_request(out, q);
	zv_buf_printf(out, "|%.*s|%.*s|%.*s|%d|%d%d%d;", ZV_ARG(q->path),
		      ZV_ARG(q->query), ZV_ARG(q->host), q->port, q->keep_alive,
		      q->expects_continue, q->is_upgrade);
}

static void
check_clean(struct zv_str s)
{
	for (size_t i = 0; i < s.n; i++)
		CHECK((unsigned char)s.p[i] >= ' ' && s.p[i] != 0x7f);
}

static void
check_path(struct zv_str path)
{
	struct zv_str part, rest = path;

	CHECK(path.n && path.p[0] == '/');
	CHECK(zv_utf8_valid(path) == path.n);
	check_clean(path);
	while (zv_str_split(&rest, '/', &part)) {
		CHECK(!zvon_str_equal(part, ZV_STR(".")));
		CHECK(!zvon_str_equal(part, ZV_STR("..")));
	}
}

static void
check_uses(const struct zv_http_request *q)
{
	static struct zv_ws_wish wish;
	struct zv_http_range ranges[ZV_HTTP_MAX_RANGES];
	struct zv_buf value = { 0 }, answer = { 0 };
	struct zv_error err = { 0 };
	int rc = zv_http_query_value(q->query, "a", &value);

	CHECK(rc == 1 || rc == 0 || rc == ZV_EINVAL);
	CHECK(zv_utf8_valid(zv_buf_str(&value)) == value.n);
	CHECK(!value.n || !memchr(value.p, 0, value.n));
	rc = zv_http_ranges(zv_http_field_of(q, "Range"), 100, ranges);
	CHECK(rc >= -1 && rc <= ZV_HTTP_MAX_RANGES);
	rc = zv_ws_wish(q, &wish, &err);
	CHECK((rc == 0) == (err.code == 0));
	if (rc == 0) {
		CHECK(!q->body.n && q->is_upgrade);
		zv_ws_accept(&answer, &wish, wish.protocols, true);
		CHECK(!zv_buf_failed(&answer) &&
		      zv_str_ends(zv_buf_str(&answer), ZV_STR("\r\n\r\n")));
	}
	zv_buf_deinit(&value);
	zv_buf_deinit(&answer);
}

static void
check_request(const struct zv_http_request *q, const struct zv_http_limits *limits)
{
	CHECK(q->n_fields <= (limits->fields ? limits->fields : 100));
	CHECK(q->body.n <= (limits->body_bytes ? limits->body_bytes : 65536));
	CHECK(q->minor == 0 || q->minor == 1);
	check_path(q->path);
	check_clean(q->target);
	check_clean(q->host);
	for (size_t i = 0; i < q->host.n; i++)
		CHECK(q->host.p[i] == (char)zv_lower((unsigned char)q->host.p[i]));
	for (size_t i = 0; i < q->n_fields; i++) {
		CHECK(zv_http_is_token(q->fields[i].name));
		CHECK(!zv_http_has_control(q->fields[i].value));
	}
	check_uses(q);
}

/* What comes of a stream that is cut into such pieces; 0: whole. */
static void
read_stream(struct zv_buf *out, struct zv_str stream, uint32_t split,
	    const struct zv_http_limits *limits)
{
	struct zv_http_reader *reader = zv_http_reader_new(limits);
	const struct zv_http_request *q;
	int rc = 0, status = 0;

	while (stream.n && rc == 0) {
		size_t n = split ? fuzz_piece(&split, stream.n) : stream.n;
		char *copy = fuzz_copy((struct zv_str){ stream.p, n });
		struct zv_str piece = { copy, n };

		while ((rc = zv_http_reader_next(reader, &piece, &q, &status, NULL)) ==
		       1) {
			check_request(q, limits);
			add_meaning(out, q);
		}
		CHECK(rc < 0 || piece.n == 0);
		free(copy);
		stream = zv_str_from(stream, n);
	}
	if (rc < 0)
		zv_buf_printf(out, "!%d", status);
	CHECK(rc == 0 || (status >= 400 && status < 600));
	zv_http_reader_free(reader);
}

/* Each request written again reads as the same. */
static void
check_again(struct zv_str stream)
{
	struct zv_http_reader *reader = zv_http_reader_new(NULL);
	const struct zv_http_request *q;
	int status;

	while (zv_http_reader_next(reader, &stream, &q, &status, NULL) == 1) {
		struct zv_http_reader *second = zv_http_reader_new(NULL);
		struct zv_buf text = { 0 }, once = { 0 }, twice = { 0 };
		struct zv_str bytes;

		/* a line may have been longer than the limit that it now meets */
		add_request(&text, q);
		add_meaning(&once, q);
		bytes = zv_buf_str(&text);
		if (zv_http_reader_next(second, &bytes, &q, &status, NULL) == 1) {
			CHECK(bytes.n == 0);
			add_meaning(&twice, q);
			CHECK(zvon_str_equal(zv_buf_str(&once), zv_buf_str(&twice)));
		} else {
			CHECK(status == 431);
		}
		zv_http_reader_free(second);
		zv_buf_deinit(&text);
		zv_buf_deinit(&once);
		zv_buf_deinit(&twice);
	}
	zv_http_reader_free(reader);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct fuzz_input in = { bytes, n };
	const struct zv_http_limits *limits = &all_limits[fuzz_byte(&in) & 1];
	uint32_t split = fuzz_byte(&in) + 1;
	struct zv_str stream = fuzz_rest(&in);
	struct zv_buf whole = { 0 }, pieces = { 0 };

	read_stream(&whole, stream, 0, limits);
	read_stream(&pieces, stream, split, limits);
	fuzz_tell("%.*s\n", ZV_ARG(zv_buf_str(&whole)));
	CHECK(zvon_str_equal(zv_buf_str(&whole), zv_buf_str(&pieces)));
	check_again(stream);
	zv_buf_deinit(&whole);
	zv_buf_deinit(&pieces);
	return 0;
}
