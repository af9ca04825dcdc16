/* fault_045 and 061: from an HTTP request to a WebSocket, both sides. */
#include "ws/handshake.h"

#include "helper.h"

#define KEY  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
#define GET  "GET /w HTTP/1.1\r\nHost: a\r\n"
#define UP   "Connection: Upgrade\r\nUpgrade: websocket\r\n"
#define V13  "Sec-WebSocket-Version: 13\r\n"
#define GOOD GET UP KEY V13

/* The wish of one request, as `400 why` or `key|protocols|deflate`. */
static void
add_wish(struct zv_buf *out, const char *text)
{
	struct zv_http_reader *reader = zv_http_reader_new(NULL);
	struct zv_str bytes = zvon_str(text);
	const struct zv_http_request *q;
	struct zv_error err = { 0 };
	static struct zv_ws_wish wish;
	int status;

	assert_int_equal(zv_http_reader_next(reader, &bytes, &q, &status, &err), 1);
	status = zv_ws_wish(q, &wish, &err);
	assert_int_equal(status != 0, err.code != 0);
	if (status)
		zv_buf_printf(out, "%d %s", status, err.text);
	else
		zv_buf_printf(out, "%.*s|%.*s|%s%s", ZV_ARG(wish.key),
			      ZV_ARG(wish.protocols), wish.deflate ? "deflate" : "",
			      wish.server_max_bits ? " bits" : "");
	zv_http_reader_free(reader);
}

static void
check_wish(const char *text, const char *wanted)
{
	struct zv_buf out = { 0 };

	add_wish(&out, text);
	if (wanted[0] == '4' ? strncmp(zv_buf_cstr(&out), wanted, strlen(wanted)) != 0
			     : strcmp(zv_buf_cstr(&out), wanted) != 0)
		fail_msg("%s:\n got %s\n wanted %s", text, zv_buf_cstr(&out), wanted);
	zv_buf_deinit(&out);
}

#define K "dGhlIHNhbXBsZSBub25jZQ==|"

static void
test_fault_045_wishes(void **state)
{
	static const char *const rows[][2] = {
		{ GOOD "\r\n", K "|" },
		{ GET
		  "CONNECTION: keep-alive, uPGRADE\r\nupgrade: WebSocket\r\n" KEY V13
		  "\r\n",
		  K "|" },
		{ GET "Connection: keep-alive\r\nConnection: Upgrade\r\n"
		      "Upgrade: h2c, websocket\r\n" KEY V13 "\r\n",
		  K "|" },
		{ GOOD "Content-Length: 0\r\n\r\n", K "|" },
		{ GOOD "Sec-WebSocket-Protocol: zvon.v1, bearer.abc_d-e\r\n"
		       "Sec-WebSocket-Protocol:x\r\n\r\n",
		  K "zvon.v1, bearer.abc_d-e, x|" },
		/* each as the first field */
		{ "GET /w HTTP/1.1\r\n" KEY "Host: a\r\n" V13 UP "\r\n", K "|" },
		{ "GET /w HTTP/1.1\r\n" V13 "Host: a\r\n" KEY UP "\r\n", K "|" },
		{ "GET /w HTTP/1.1\r\n" UP "Host: a\r\n" KEY V13 "\r\n", K "|" },
		{ "GET /w HTTP/1.1\r\nSec-WebSocket-Protocol: p\r\nHost: a\r\n" UP KEY
			  V13 "\r\n",
		  K "p|" },
		{ "GET /w HTTP/1.1\r\nSec-WebSocket-Extensions: permessage-deflate\r\n"
		  "Host: a\r\n" UP KEY V13 "\r\n",
		  K "|deflate" },
		/* not a WebSocket */
		{ GET KEY V13 "\r\n", "400 " },
		{ GET "Connection: keep-alive\r\nUpgrade: websocket\r\n" KEY V13 "\r\n",
		  "400 " },
		{ GET "Connection: Upgrade\r\n" KEY V13 "\r\n", "400 " },
		{ "POST /w HTTP/1.1\r\nHost: a\r\n" UP KEY V13 "\r\n", "405 " },
		{ "GET /w HTTP/1.0\r\nHost: a\r\n" UP KEY V13 "\r\n", "400 " },
		/* key */
		{ GET UP V13 "\r\n", "400 no WebSocket: Sec-WebSocket-Key" },
		{ GET UP KEY KEY V13 "\r\n", "400 no WebSocket: Sec-WebSocket-Key" },
		{ GET UP V13 "Sec-WebSocket-Key:\r\n\r\n", "400 " },
		{ GET UP V13 "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25j\r\n\r\n",
		  "400 " },
		{ GET UP V13 "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ\r\n\r\n",
		  "400 " },
		{ GET UP V13 "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZWE=\r\n\r\n",
		  "400 " },
		{ GET UP V13 "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZR==\r\n\r\n",
		  "400 " },
		{ GET UP V13 "Sec-WebSocket-Key: dGhlIHNhbX*sZSBub25jZQ==\r\n\r\n",
		  "400 " },
		/* version */
		{ GET UP KEY "\r\n", "400 no WebSocket: one Sec-WebSocket-Version" },
		{ GET UP KEY V13 V13 "\r\n", "400 " },
		{ GET UP KEY "Sec-WebSocket-Version: 8\r\n\r\n", "426 " },
		{ GET UP KEY "Sec-WebSocket-Version: 14\r\n\r\n", "426 " },
		{ GET UP KEY "Sec-WebSocket-Version: 013\r\n\r\n", "426 " },
		{ GET UP KEY "Sec-WebSocket-Version: 13, 8\r\n\r\n", "426 " },
		/* protocols */
		{ GOOD "Sec-WebSocket-Protocol: a b\r\n\r\n", "400 " },
		{ GOOD "Sec-WebSocket-Protocol: \"a\"\r\n\r\n", "400 " },
		{ GOOD "Sec-WebSocket-Protocol: a\xff\r\n\r\n", "400 " },
	};

	for (size_t i = 0; i < N_OF(rows); i++)
		check_wish(rows[i][0], rows[i][1]);
}

static void
test_fault_061_refused(void **state)
{
	static const char *const rows[][2] = {
		{ GOOD "Content-Length: 5\r\n\r\nhello", "400 no WebSocket: a body" },
		{ GOOD "Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n",
		  "400 no WebSocket: a body" },
		{ GOOD "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		  "400 no WebSocket: a body" },
		{ GET "Connection: Upgrade\r\nUpgrade: h2c\r\n" KEY V13 "\r\n",
		  "400 " },
		{ GET "Connection: Upgrade\r\nUpgrade: TLS/1.2, HTTP/1.1\r\n\r\n",
		  "400 " },
		{ GET "Connection: Upgrade\r\nUpgrade: websocket/13\r\n" KEY V13 "\r\n",
		  "400 " },
	};
	struct zv_str bytes =
		ZV_STR("GET / HTTP/1.1\r\nHost: a\r\n\r\n" GOOD "\r\n\x81");
	struct zv_http_reader *reader = zv_http_reader_new(NULL);
	const struct zv_http_request *q;
	static struct zv_ws_wish wish;
	struct zv_error err = { 0 };
	int status;

	for (size_t i = 0; i < N_OF(rows); i++)
		check_wish(rows[i][0], rows[i][1]);
	/* in the middle of a pipeline */
	assert_int_equal(zv_http_reader_next(reader, &bytes, &q, &status, &err), 1);
	assert_int_equal(zv_http_reader_next(reader, &bytes, &q, &status, &err), 1);
	assert_int_equal(zv_ws_wish(q, &wish, &err), 400);
	assert_non_null(strstr(err.text, "did not wait"));
	zv_http_reader_free(reader);
}

/* fault_045: the first frame may stand behind the handshake; it is not lost. */
static void
test_fault_045_early_frame(void **state)
{
	struct zv_str bytes = ZV_STR(GOOD "\r\n\x81\x81\0\0\0\0a");
	struct zv_http_reader *reader = zv_http_reader_new(NULL);
	const struct zv_http_request *q;
	static struct zv_ws_wish wish;
	int status;

	assert_int_equal(zv_http_reader_next(reader, &bytes, &q, &status, NULL), 1);
	assert_int_equal(zv_ws_wish(q, &wish, NULL), 0);
	check_text("frame", bytes, ZV_STR("\x81\x81\0\0\0\0a"));
	zv_http_reader_free(reader);
}

/* As many bytes of protocols as there is room for, and one more. */
static void
test_longest_protocols(void **state)
{
	for (size_t n = ZV_WS_MAX_PROTOCOLS - 3; n <= ZV_WS_MAX_PROTOCOLS; n++) {
		struct zv_buf text = { 0 }, out = { 0 };

		zv_buf_add(&text, ZV_STR(GOOD "Sec-WebSocket-Protocol: "));
		for (size_t i = 0; i < n; i++)
			zv_buf_add_char(&text, 'x');
		zv_buf_add(&text, ZV_STR("\r\n\r\n"));
		add_wish(&out, zv_buf_cstr(&text));
		assert_int_equal(out.p[0] == '4', n > ZV_WS_MAX_PROTOCOLS - 2);
		zv_buf_deinit(&text);
		zv_buf_deinit(&out);
	}
}

#define PMD "permessage-deflate"

static void
test_fault_044_offers(void **state)
{
	static const char *const rows[][2] = {
		{ PMD, "deflate" },
		{ "Permessage-Deflate", "deflate" },
		{ PMD "; client_max_window_bits", "deflate" },
		{ PMD ";client_max_window_bits=10", "deflate" },
		{ PMD "; client_max_window_bits=\"10\"", "deflate" },
		{ PMD "; server_no_context_takeover; client_no_context_takeover",
		  "deflate" },
		{ PMD "; server_max_window_bits=15", "deflate bits" },
		{ "x-webkit-deflate-frame, foo; bar=\"a, b; c\", " PMD, "deflate" },
		{ PMD "; server_max_window_bits=10, " PMD, "deflate" },
		{ PMD "; unknown, " PMD "; client_max_window_bits", "deflate" },
		/* declined */
		{ PMD "; server_max_window_bits=10", "" },
		{ PMD "; server_max_window_bits=7", "" },
		{ PMD "; server_max_window_bits=16", "" },
		{ PMD "; server_max_window_bits=015", "" },
		{ PMD "; server_max_window_bits=", "" },
		{ PMD "; server_max_window_bits", "" },
		{ PMD "; client_max_window_bits=7", "" },
		{ PMD "; client_max_window_bits=\"\"", "" },
		{ PMD "; client_max_window_bits=15; client_max_window_bits", "" },
		{ PMD "; client_max_window_bits; client_max_window_bits", "" },
		{ PMD "; server_no_context_takeover=1", "" },
		{ PMD "; server_no_context_takeover; server_no_context_takeover", "" },
		{ PMD "; unknown", "" },
		{ PMD "; unknown=1", "" },
		{ PMD "=1", "" },
		{ "permessage-bzip2", "" },
		{ "", "" },
		{ ",;,", "" },
	};

	for (size_t i = 0; i < N_OF(rows); i++) {
		struct zv_buf text = { 0 }, wanted = { 0 };

		zv_buf_printf(&text, GOOD "Sec-WebSocket-Extensions: %s\r\n\r\n",
			      rows[i][0]);
		zv_buf_printf(&wanted, K "|%s", rows[i][1]);
		check_wish(zv_buf_cstr(&text), zv_buf_cstr(&wanted));
		zv_buf_deinit(&text);
		zv_buf_deinit(&wanted);
	}
}

/* ---- the answer ---------------------------------------------------------------------- */

static void
test_answer(void **state)
{
	static struct zv_ws_wish wish = { .key = { "dGhlIHNhbXBsZSBub25jZQ==", 24 } };
	struct zv_buf out = { 0 };

	/* RFC 6455, 1.3 */
	zv_ws_accept(&out, &wish, ZV_STR(""), true);
	check_text(
		"plain", zv_buf_str(&out),
		ZV_STR("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
		       "Connection: Upgrade\r\n"
		       "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"));
	zv_buf_clear(&out);
	wish.deflate = wish.server_max_bits = true;
	zv_ws_accept(&out, &wish, ZV_STR("zvon.v1"), true);
	check_text("all", zv_buf_str(&out),
		   ZV_STR("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
			  "Connection: Upgrade\r\n"
			  "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
			  "Sec-WebSocket-Protocol: zvon.v1\r\n"
			  "Sec-WebSocket-Extensions: permessage-deflate; "
			  "server_no_context_takeover; client_no_context_takeover; "
			  "server_max_window_bits=15\r\n\r\n"));
	zv_buf_clear(&out);
	zv_ws_accept(&out, &wish, ZV_STR(""), false);
	assert_false(strstr(zv_buf_cstr(&out), "Extensions"));
	zv_buf_deinit(&out);
}

/* ---- the client ------------------------------------------------------------------------ */

static const unsigned char nonce[16] = "the sample nonce";

static int
check_head(const char *fields, const char *status, const char *protocol, bool *deflate)
{
	struct zv_http_head head;
	struct zv_buf text = { 0 };
	struct zv_error err = { 0 };
	int rc;

	zv_buf_printf(&text, "HTTP/1.1 %s\r\n%s\r\n", status, fields);
	assert_int_equal(zv_http_head_parse(&head, zv_buf_str(&text), NULL), 0);
	rc = zv_ws_check_answer(&head, nonce, zvon_str(protocol), deflate, &err);
	assert_int_equal(rc, err.code);
	zv_buf_deinit(&text);
	return rc;
}

#define ACCEPT "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
#define EXT    "Sec-WebSocket-Extensions: "
#define NO_CTX PMD "; server_no_context_takeover"

static void
test_answers_to_us(void **state)
{
	static const struct {
		const char *fields, *status, *protocol;
		bool offered;
		int rc;
		bool agreed;
	} rows[] = {
		{ UP ACCEPT, "101 x", "", false, 0, false },
		{ UP ACCEPT, "101 x", "", true, 0, false },
		{ UP ACCEPT EXT NO_CTX "\r\n", "101 x", "", true, 0, true },
		{ UP ACCEPT EXT NO_CTX "; client_no_context_takeover\r\n", "101 x", "",
		  true, 0, true },
		{ UP ACCEPT EXT NO_CTX "; server_max_window_bits=9\r\n", "101 x", "",
		  true, 0, true },
		{ UP ACCEPT "Sec-WebSocket-Protocol: p\r\n", "101 x", "p", false, 0,
		  false },
		{ EXT NO_CTX "\r\n" UP ACCEPT, "101 x", "", true, 0, true },
		{ "Sec-WebSocket-Protocol: p\r\n" UP ACCEPT, "101 x", "p", false, 0,
		  false },
		{ EXT NO_CTX "\r\n" UP ACCEPT, "101 x", "", false, ZV_EPROTO },
		{ UP ACCEPT, "200 OK", "", false, ZV_EPROTO },
		{ UP, "101 x", "", false, ZV_EPROTO },
		{ UP "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xO0=\r\n", "101 x",
		  "", false, ZV_EPROTO },
		{ "Upgrade: websocket\r\n" ACCEPT, "101 x", "", false, ZV_EPROTO },
		{ "Connection: Upgrade\r\n" ACCEPT, "101 x", "", false, ZV_EPROTO },
		{ UP ACCEPT, "101 x", "p", false, ZV_EPROTO },
		{ UP ACCEPT "Sec-WebSocket-Protocol: q\r\n", "101 x", "p", false,
		  ZV_EPROTO },
		{ UP ACCEPT "Sec-WebSocket-Protocol: p\r\n", "101 x", "", false,
		  ZV_EPROTO },
		{ UP ACCEPT
		  "Sec-WebSocket-Protocol: p\r\nSec-WebSocket-Protocol: p\r\n",
		  "101 x", "p", false, ZV_EPROTO },
		{ UP ACCEPT EXT NO_CTX "\r\n", "101 x", "", false, ZV_EPROTO },
		{ UP ACCEPT EXT PMD "\r\n", "101 x", "", true, ZV_EPROTO },
		{ UP ACCEPT EXT NO_CTX "; client_max_window_bits=9\r\n", "101 x", "",
		  true, ZV_EPROTO },
		{ UP ACCEPT EXT NO_CTX ", " NO_CTX "\r\n", "101 x", "", true,
		  ZV_EPROTO },
		{ UP ACCEPT EXT "foo\r\n", "101 x", "", true, ZV_EPROTO },
	};

	for (size_t i = 0; i < N_OF(rows); i++) {
		bool deflate = rows[i].offered;
		int rc = check_head(rows[i].fields, rows[i].status, rows[i].protocol,
				    &deflate);

		if (rc != rows[i].rc || (rc == 0 && deflate != rows[i].agreed))
			fail_msg("row %zu: %d, deflate %d", i, rc, deflate);
	}
}

/* Each side understands the other. */
static void
check_both_sides(bool offer, bool grant, const char *protocol)
{
	struct zv_http_reader *reader = zv_http_reader_new(NULL);
	struct zv_buf asked = { 0 }, answered = { 0 };
	const struct zv_http_request *q;
	static struct zv_ws_wish wish;
	struct zv_http_head head;
	struct zv_str bytes;
	int status;

	zv_ws_ask(&asked, ZV_STR("pbx.example.org:2013"), ZV_STR("/v1/events?a=b"),
		  zvon_str(protocol), ZV_STR("a.b-c"), nonce, offer);
	bytes = zv_buf_str(&asked);
	assert_int_equal(zv_http_reader_next(reader, &bytes, &q, &status, NULL), 1);
	check_text("host", q->host, ZV_STR("pbx.example.org"));
	assert_int_equal(zv_ws_wish(q, &wish, NULL), 0);
	check_text("token", zv_http_field_of(q, "Authorization"),
		   ZV_STR("Bearer a.b-c"));
	check_text("protocol", wish.protocols, zvon_str(protocol));
	assert_int_equal(wish.deflate, offer);
	zv_ws_accept(&answered, &wish, wish.protocols, grant);
	assert_int_equal(zv_http_head_parse(&head, zv_buf_str(&answered), NULL), 0);
	assert_int_equal(
		zv_ws_check_answer(&head, nonce, zvon_str(protocol), &offer, NULL), 0);
	assert_int_equal(offer, wish.deflate && grant);
	zv_http_reader_free(reader);
	zv_buf_deinit(&asked);
	zv_buf_deinit(&answered);
}

static void
test_both_sides(void **state)
{
	for (int i = 0; i < 8; i++)
		check_both_sides(i & 1, i & 2, i & 4 ? "zvon.v1" : "");
}

static void
test_texts_that_forge_lines(void **state)
{
	static const char *const bad[] = { "a\r\nX: y", "a\nb", "a b", "a\tb", "\x7f" };

	for (size_t i = 0; i < N_OF(bad); i++)
		for (int which = 0; which < 4; which++) {
			struct zv_buf out = { 0 };

			zv_ws_ask(&out, zvon_str(which == 0 ? bad[i] : "a"),
				  zvon_str(which == 1 ? bad[i] : "/"),
				  zvon_str(which == 2 ? bad[i] : "p"),
				  zvon_str(which == 3 ? bad[i] : ""), nonce, false);
			assert_true(zv_buf_failed(&out));
			assert_int_equal(out.n, 0);
			zv_buf_deinit(&out);
		}
}

static int
scene(void *user)
{
	struct zv_http_head head;
	struct zv_buf out = { 0 };
	bool deflate = false;
	int rc;

	assert_int_equal(
		zv_http_head_parse(&head, ZV_STR("HTTP/1.1 101 x\r\n" UP ACCEPT "\r\n"),
				   NULL),
		0);
	rc = zv_ws_check_answer(&head, nonce, ZV_STR(""), &deflate, NULL);
	zv_ws_ask(&out, ZV_STR("a"), ZV_STR("/"), ZV_STR("p"), ZV_STR("t"), nonce,
		  true);
	if (zv_buf_failed(&out))
		rc = ZV_ENOMEM;
	zv_buf_deinit(&out);
	return rc;
}

static void
test_out_of_memory(void **state)
{
	check_out_of_memory(scene, NULL);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fault_045_wishes),
		cmocka_unit_test(test_fault_045_early_frame),
		cmocka_unit_test(test_fault_061_refused),
		cmocka_unit_test(test_longest_protocols),
		cmocka_unit_test(test_fault_044_offers),
		cmocka_unit_test(test_answer),
		cmocka_unit_test(test_answers_to_us),
		cmocka_unit_test(test_both_sides),
		cmocka_unit_test(test_texts_that_forge_lines),
		cmocka_unit_test(test_out_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
