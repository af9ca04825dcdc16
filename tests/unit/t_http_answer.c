#include "http/answer.h"

#include "base/mem.h"
#include "base/str.h"
#include "helper.h"
#include "http/date.h"
#include "http/disposition.h"
#include "http/head.h"

#define ALWAYS                                                                         \
 "X-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\n"                 \
 "X-Frame-Options: DENY\r\n"
#define NOTHING "Content-Security-Policy: default-src 'none'\r\n"

static void
test_heads(void **state)
{
	static const struct zv_http_answer_field more[] = {
		{ "Retry-After", { "5", 1 } },
		{ "Allow", { "GET, HEAD", 9 } },
	};
	static const struct {
		struct zv_http_answer answer;
		const char *wanted;
	} rows[] = {
		{ { 200, "text/plain", 12, true },
		  "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: "
		  "12\r\n"
		  "Connection: keep-alive\r\n" NOTHING ALWAYS "\r\n" },
		{ { 503, NULL, 0, false, true, NULL, more, N_OF(more) },
		  "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n"
		  "Connection: close\r\nCache-Control: no-store\r\n" NOTHING ALWAYS
		  "Retry-After: 5\r\nAllow: GET, HEAD\r\n\r\n" },
		{ { 200, "text/event-stream", -1, true, true, "default-src 'self'" },
		  "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
		  "Connection: close\r\nCache-Control: no-store\r\n"
		  "Content-Security-Policy: default-src 'self'\r\n" ALWAYS "\r\n" },
		{ { 204, NULL, 0, true },
		  "HTTP/1.1 204 No Content\r\nConnection: keep-alive\r\n" NOTHING ALWAYS
		  "\r\n" },
		{ { 299, NULL, 0, true },
		  "HTTP/1.1 299 \r\nContent-Length: 0\r\n"
		  "Connection: keep-alive\r\n" NOTHING ALWAYS "\r\n" },
	};

	for (size_t i = 0; i < N_OF(rows); i++) {
		struct zv_http_head head;
		struct zv_buf out = { 0 };

		zv_http_write_head(&out, &rows[i].answer);
		check_text("head", zv_buf_str(&out), zvon_str(rows[i].wanted));
		assert_int_equal(zv_http_head_parse(&head, zv_buf_str(&out), NULL), 0);
		zv_buf_deinit(&out);
	}
}

/* What would begin a line of its own is not written at all. */
static void
test_fault_064_no_line_of_somebody_else(void **state)
{
	static const struct zv_str bad[] = {
		VIEW("x\r\nSet-Cookie: a=b"),
		VIEW("x\ny"),
		VIEW("x\ry"),
		VIEW("x\0y"),
		VIEW("\r\n"),
		VIEW("x\x7f"),
	};

	for (size_t i = 0; i < N_OF(bad); i++) {
		struct zv_http_answer_field field = { "Location", bad[i] };
		struct zv_http_answer answer = { 302, NULL, 0, true };
		struct zv_buf plain = { 0 }, with = { 0 };

		zv_http_write_head(&plain, &answer);
		answer.more = &field;
		answer.n_more = 1;
		zv_http_write_head(&with, &answer);
		check_text("bad value", zv_buf_str(&with), zv_buf_str(&plain));
		zv_buf_clear(&with);
		field = (struct zv_http_answer_field){ "A: b\r\nC", ZV_STR("d") };
		zv_http_write_head(&with, &answer);
		check_text("bad name", zv_buf_str(&with), zv_buf_str(&plain));
		zv_buf_deinit(&plain);
		zv_buf_deinit(&with);
	}
}

static void
test_reasons(void **state)
{
	static const int statuses[] = { 101, 200, 206, 304, 400, 401, 403,
					404, 405, 413, 414, 416, 421, 426,
					429, 431, 500, 501, 503, 505 };

	for (size_t i = 0; i < N_OF(statuses); i++)
		assert_true(strlen(zv_http_reason(statuses[i])) > 1);
	assert_string_equal(zv_http_reason(404), "Not Found");
	assert_string_equal(zv_http_reason(999), "");
}

static void
test_dates(void **state)
{
	static const struct {
		int64_t s;
		const char *wanted;
	} rows[] = {
		{ 784111777, "Sun, 06 Nov 1994 08:49:37 GMT" }, /* RFC 9110 */
		{ 0, "Thu, 01 Jan 1970 00:00:00 GMT" },
		{ -1, "Wed, 31 Dec 1969 23:59:59 GMT" },
		{ 1709164800, "Thu, 29 Feb 2024 00:00:00 GMT" },
	};
	char text[ZV_HTTP_DATE_TEXT];

	for (size_t i = 0; i < N_OF(rows); i++)
		assert_string_equal(zv_http_date(rows[i].s, text), rows[i].wanted);
}

/* No name ends the quotes, the line, or names a folder. */
static void
test_dispositions(void **state)
{
	static const struct {
		struct zv_str name;
		const char *wanted;
	} rows[] = {
		{ VIEW("a-1.wav"),
		  "inline; filename=\"a-1.wav\"; filename*=UTF-8''a-1.wav" },
		{ VIEW("\xd1\x8f \".gsm"),
		  "inline; filename=\"__ _.gsm\"; filename*=UTF-8''%D1%8F%20%22.gsm" },
		{ VIEW("a\r\nb\0/\\%41"), "inline; filename=\"a__b____41\"; "
					  "filename*=UTF-8''a%0D%0Ab%00%2F%5C%2541" },
		{ VIEW(""), "inline; filename=\"\"; filename*=UTF-8''" },
	};
	struct zv_buf out = { 0 };

	for (size_t i = 0; i < N_OF(rows); i++) {
		zv_buf_clear(&out);
		zv_http_write_disposition(&out, false, rows[i].name);
		check_text(rows[i].wanted, zv_buf_str(&out), zvon_str(rows[i].wanted));
	}
	zv_buf_clear(&out);
	zv_http_write_disposition(&out, true, ZV_STR("a"));
	assert_true(zv_str_starts(zv_buf_str(&out), ZV_STR("attachment; ")));
	zv_buf_deinit(&out);
}

static int
scene(void *user)
{
	struct zv_http_answer answer = { 200, "text/plain", 1, true };
	struct zv_buf out = { 0 };
	int rc;

	zv_http_write_head(&out, &answer);
	rc = zv_buf_failed(&out) ? ZV_ENOMEM : 0;
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
		cmocka_unit_test(test_heads),
		cmocka_unit_test(test_fault_064_no_line_of_somebody_else),
		cmocka_unit_test(test_reasons),
		cmocka_unit_test(test_dates),
		cmocka_unit_test(test_dispositions),
		cmocka_unit_test(test_out_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
