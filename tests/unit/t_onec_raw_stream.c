/* What comes from the port that a script named: AMI or HTTP, in every split. */
#include "base/mem.h"
#include "helper.h"
#include "onec/raw_stream.h"

/* ---- the stream as a codec ------------------------------------------------------------- */

struct state {
	struct zv_raw_stream stream;
	struct zv_buf out;
	struct zv_error err;
};

static void *
stream_begin(const void *options)
{
	struct state *s = zv_calloc(1, sizeof *s);

	assert_int_equal(0, zv_raw_stream_init(&s->stream));
	return s;
}

static void
add_unit(struct zv_buf *out, const struct zv_raw_unit *unit)
{
	if (out->n)
		zv_buf_add_char(out, ' '); /* also behind the `|` of the end */
	if (unit->packet) {
		add_packet(out, unit->packet);
		return;
	}
	zv_buf_printf(out, "answer(");
	add_shown(out, unit->answer);
	zv_buf_add_char(out, ')');
}

static void
stream_piece(void *state, char *bytes, size_t n)
{
	struct state *s = state;
	struct zv_raw_unit unit;

	if (s->err.code)
		return;
	zv_raw_stream_feed(&s->stream, (struct zv_str){ bytes, n });
	while (zv_raw_stream_next(&s->stream, &unit, &s->err) == 1)
		add_unit(&s->out, &unit);
}

static void
stream_end(void *state, struct zv_buf *out)
{
	struct state *s = state;
	struct zv_raw_unit unit;

	zv_buf_add(out, zv_buf_str(&s->out));
	if (s->err.code)
		zv_buf_printf(out, "!%s", zvon_err_name(s->err.code));
	else if (zv_raw_stream_end(&s->stream, &unit)) {
		zv_buf_printf(out, "|");
		add_unit(out, &unit);
	}
	zv_raw_stream_deinit(&s->stream);
	zv_buf_deinit(&s->out);
	zv_free(s);
}

static const struct codec stream_codec = { stream_begin, stream_piece, stream_end };

#define N "\\x0d\\x0a" /* CRLF as add_shown writes it */

static const struct {
	const char *name;
	struct zv_str in;
	const char *wanted;
} rows[] = {
	{ "nothing", VIEW(""), "" },
	{ "too little to know", VIEW("HTTP"), "" },
	{ "AMI",
	  VIEW("Asterisk Call Manager/1.1\r\nResponse: Success\r\n\r\n"
	       "Event: Hangup\r\nCause: 16\r\n\r\n"),
	  "banner(Asterisk Call Manager/1.1) response(Response=Success) "
	  "event(Event=Hangup|Cause=16)" },
	{ "begins as HTTP does", VIEW("Hello: there\r\n\r\n"), "other(Hello=there)" },
	{ "nearly HTTP", VIEW("HTTP: 1\r\n\r\n"), "other(HTTP=1)" },
	{ "with a length", VIEW("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"),
	  "answer(HTTP/1.1 200 OK" N "Content-Length: 5" N N "hello)" },
	{ "two on one connection",
	  VIEW("HTTP/1.1 200 OK\r\ncontent-length:1\r\n\r\naHTTP/1.1 404 Not "
	       "Found\r\nContent-Length: 0\r\n\r\n"),
	  "answer(HTTP/1.1 200 OK" N "content-length:1" N N
	  "a) answer(HTTP/1.1 404 Not Found" N "Content-Length: 0" N N ")" },
	{ "until it closes",
	  VIEW("HTTP/1.0 404 Not Found\r\n\r\n<html>\r\n\r\n</html>"),
	  "| answer(HTTP/1.0 404 Not Found" N N "<html>" N N "</html>)" },
	{ "in chunks",
	  VIEW("HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n"
	       "3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nTrailer: t\r\n\r\nHTTP/1.1 204 "
	       "No\r\n\r\n"),
	  "answer(HTTP/1.1 200 OK" N "Transfer-Encoding: Chunked" N N
	  "abcde) answer(HTTP/1.1 204 No" N N ")" },
	{ "a 100 before it",
	  VIEW("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: "
	       "1\r\n\r\nx"),
	  "answer(HTTP/1.1 200 OK" N "Content-Length: 1" N N "x)" },
	{ "lines end in LF", VIEW("HTTP/1.1 200 OK\nContent-Length: 1\n\nx"),
	  "answer(HTTP/1.1 200 OK\\x0aContent-Length: 1\\x0a\\x0ax)" },
	{ "cut", VIEW("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel"),
	  "| answer(HTTP/1.1 200 OK" N "Content-Length: 5" N N "hel)" },
	{ "cut in its head", VIEW("HTTP/1.1 200 OK\r\nContent-"), "" },
	{ "no head", VIEW("HTTP/2 what\r\n\r\n"), "!EPROTO" },
	{ "a length that is none",
	  VIEW("HTTP/1.1 200 OK\r\nContent-Length: 1x\r\n\r\n"), "!EPROTO" },
	{ "a negative length", VIEW("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n"),
	  "!EPROTO" },
	{ "a length beyond the limit",
	  VIEW("HTTP/1.1 200 OK\r\nContent-Length: 1048577\r\n\r\n"), "!ETOOBIG" },
	{ "a length beyond all numbers",
	  VIEW("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n"),
	  "!ETOOBIG" },
	{ "no chunk",
	  VIEW("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n"),
	  "!EPROTO" },
	{ "a chunk beyond the limit",
	  VIEW("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n100001\r\n"),
	  "!ETOOBIG" },
};

static void
test_streams(void **state)
{
	for (size_t i = 0; i < N_OF(rows); i++)
		check_splits(&stream_codec, NULL, rows[i].name, rows[i].in,
			     rows[i].wanted, ALL_CUTS);
}

/* ---- at the limits ---------------------------------------------------------------------------- */

/* What an answer of that head and so many bytes behind it gives; 1 when the end gives one. */
static int
read_much(const char *head, size_t n, size_t *length)
{
	struct zv_raw_http http = { 0 };
	struct zv_str bytes = zvon_str(head), answer = { 0 };
	struct zv_buf body = { 0 };
	int rc = zv_raw_http_next(&http, &bytes, &answer, NULL);

	for (size_t i = 0; i < n; i++)
		zv_buf_add_char(&body, 'x');
	bytes = zv_buf_str(&body);
	if (rc == 0)
		rc = zv_raw_http_next(&http, &bytes, &answer, NULL);
	if (rc == 0)
		rc = zv_raw_http_end(&http, &answer);
	*length = answer.n;
	zv_raw_http_deinit(&http);
	zv_buf_deinit(&body);
	return rc;
}

static void
test_body_limit(void **state)
{
	static const char until_close[] = "HTTP/1.1 200 OK\r\n\r\n";
	static const char known[] =
		"HTTP/1.1 200 OK\r\nContent-Length: 1048576\r\n\r\n";
	size_t length;

	assert_int_equal(1, read_much(until_close, ZV_RAW_BODY_MAX, &length));
	assert_int_equal(strlen(until_close) + ZV_RAW_BODY_MAX, length);
	assert_int_equal(ZV_ETOOBIG,
			 read_much(until_close, ZV_RAW_BODY_MAX + 1, &length));
	assert_int_equal(1, read_much(known, ZV_RAW_BODY_MAX, &length));
	assert_int_equal(strlen(known) + ZV_RAW_BODY_MAX, length);
}

static void
test_head_limit(void **state)
{
	struct zv_buf head = { 0 };
	size_t length;

	zv_buf_printf(&head, "HTTP/1.1 200 OK\r\nX: ");
	while (head.n < ZV_HTTP_MAX_HEAD_BYTES - 4)
		zv_buf_add_char(&head, 'x');
	zv_buf_printf(&head, "\r\n\r\n");
	assert_int_equal(1, read_much(zv_buf_cstr(&head), 0, &length));
	zv_buf_clear(&head);
	zv_buf_printf(&head, "HTTP/1.1 200 OK\r\nX: ");
	while (head.n < ZV_HTTP_MAX_HEAD_BYTES - 3)
		zv_buf_add_char(&head, 'x');
	zv_buf_printf(&head, "\r\n\r\n");
	assert_int_equal(ZV_ETOOBIG, read_much(zv_buf_cstr(&head), 0, &length));
	zv_buf_deinit(&head);
}

static int
read_all_rows(void *user)
{
	for (size_t i = 0; i < N_OF(rows); i++) {
		struct zv_raw_stream stream;
		struct zv_error err = { 0 };
		struct zv_raw_unit unit;
		int rc = zv_raw_stream_init(&stream);

		zv_raw_stream_feed(&stream, rows[i].in);
		while (rc == 0 && zv_raw_stream_next(&stream, &unit, &err) == 1)
			;
		zv_raw_stream_deinit(&stream);
		if (rc == ZV_ENOMEM || err.code == ZV_ENOMEM)
			return ZV_ENOMEM;
	}
	return 0;
}

static void
test_out_of_memory(void **state)
{
	check_out_of_memory(read_all_rows, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_streams),
		cmocka_unit_test(test_body_limit),
		cmocka_unit_test(test_head_limit),
		cmocka_unit_test(test_out_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
