/* Requests of HTTP clients: what is taken, what is refused and with which status; each
 * vector in all splits. */
#include "http/request.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "heap.h"
#include "helper.h"

/* ---- the reader as a codec ------------------------------------------------------------ */

struct reading {
	struct zv_http_reader *reader;
	struct zv_buf text;
	int rc;
};

static void *
reading_begin(const void *limits)
{
	struct reading *r = calloc(1, sizeof *r);

	assert_non_null(r);
	r->reader = zv_http_reader_new(limits);
	assert_non_null(r->reader);
	return r;
}

static void
add_flags(struct zv_buf *out, const struct zv_http_request *q)
{
	static const char letters[] = "kcu";
	const bool flags[] = { q->keep_alive, q->expects_continue, q->is_upgrade };

	zv_buf_printf(out, " 1.%d ", q->minor);
	for (int i = 0; i < 3; i++)
		if (flags[i])
			zv_buf_add_char(out, letters[i]);
}

/* `GET /a b?q 1.1 k host:80|Name=value{body}`; k: kept alive, c: expects 100, u: upgrade */
static void
add_request(struct zv_buf *out, const struct zv_http_request *q)
{
	add_shown(out, q->method);
	zv_buf_add_char(out, ' ');
	add_shown(out, q->path);
	if (q->query.p) {
		zv_buf_add_char(out, '?');
		add_shown(out, q->query);
	}
	add_flags(out, q);
	zv_buf_add_char(out, ' ');
	add_shown(out, q->host);
	if (q->port)
		zv_buf_printf(out, ":%d", q->port);
	for (size_t i = 0; i < q->n_fields; i++) {
		if (zvon_str_equal_nocase(q->fields[i].name, ZV_STR("host")))
			continue;
		zv_buf_add_char(out, '|');
		add_shown(out, q->fields[i].name);
		zv_buf_add_char(out, '=');
		add_shown(out, q->fields[i].value);
	}
	if (q->body.n) {
		zv_buf_add_char(out, '{');
		add_shown(out, q->body);
		zv_buf_add_char(out, '}');
	}
	zv_buf_add_char(out, ';');
}

static void
reading_piece(void *of, char *bytes, size_t n)
{
	struct reading *r = of;
	struct zv_str rest = { bytes, n };
	const struct zv_http_request *q;
	struct zv_error err = { 0 };
	int status = 0;

	if (r->rc < 0)
		return;
	while ((r->rc = zv_http_reader_next(r->reader, &rest, &q, &status, &err)) == 1)
		add_request(&r->text, q);
	if (r->rc == 0) {
		assert_int_equal(rest.n, 0);
		return;
	}
	assert_int_equal(r->rc, err.code);
	zv_buf_printf(&r->text, "!%d %s", status, err.text);
	/* the same from now on, and nothing is used */
	rest = ZV_STR("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
	err = (struct zv_error){ 0 };
	status = 0;
	assert_int_equal(zv_http_reader_next(r->reader, &rest, &q, &status, &err),
			 r->rc);
	assert_true(status >= 400);
}

static const char *
phase_name(const struct zv_http_reader *reader)
{
	static const char *const names[] = { "", "+head", "+body" };

	return names[zv_http_reader_phase(reader)];
}

static void
reading_end(void *of, struct zv_buf *out)
{
	struct reading *r = of;

	zv_buf_add(out, zv_buf_str(&r->text));
	if (r->rc == 0)
		zv_buf_add(out, zvon_str(phase_name(r->reader)));
	zv_http_reader_free(r->reader);
	zv_buf_deinit(&r->text);
	free(r);
}

static const struct codec codec = { reading_begin, reading_piece, reading_end };

struct row {
	struct zv_str bytes;
	const char *wanted; /* of a refusal: the status and words of the reason */
};

static void
check_rows(const struct row *rows, size_t n, const struct zv_http_limits *limits)
{
	for (size_t i = 0; i < n; i++) {
		char name[100];

		snprintf(name, sizeof name, "row %zu, %s", i, rows[i].wanted);
		check_splits(&codec, limits, name, rows[i].bytes, rows[i].wanted,
			     ALL_CUTS);
	}
}

/* The vector is refused in all splits, with that status and that word in the reason. */
static void
check_refused(const char *name, struct zv_str bytes, const char *wanted)
{
	struct reading *r = reading_begin(NULL);
	char *copy = exact_copy(bytes);
	struct zv_buf out = { 0 };
	const char *words = strchr(wanted, ' ');

	reading_piece(r, copy, bytes.n);
	free(copy);
	reading_end(r, &out);
	if (strncmp(zv_buf_cstr(&out), "!", 1) != 0 ||
	    strncmp(zv_buf_cstr(&out) + 1, wanted, 3) != 0 ||
	    (words && !strstr(zv_buf_cstr(&out), words + 1)))
		fail_msg("%s: wanted %s, got %s", name, wanted, zv_buf_cstr(&out));
	check_splits(&codec, NULL, name, bytes, zv_buf_cstr(&out), ALL_CUTS);
	zv_buf_deinit(&out);
}

static void
check_all_refused(const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char name[100];

		snprintf(name, sizeof name, "row %zu, %s", i, rows[i].wanted);
		check_refused(name, rows[i].bytes, rows[i].wanted);
	}
}

/* ---- what is taken ------------------------------------------------------------------ */

#define H "Host: a\r\n"

static void
test_requests(void **state)
{
	static const struct row rows[] = {
		{ VIEW("GET / HTTP/1.1\r\n" H "\r\n"), "GET / 1.1 k a;" },
		{ VIEW("GET / HTTP/1.0\r\n\r\n"), "GET / 1.0  ;" },
		{ VIEW("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n"),
		  "GET / 1.0 k |Connection=Keep-Alive;" },
		{ VIEW("GET / HTTP/1.1\r\n" H "Connection: foo, CLOSE\r\n\r\n"),
		  "GET / 1.1  a|Connection=foo, CLOSE;" },
		{ VIEW("GET / HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n"),
		  "GET / 1.0  |Connection=keep-alive, close;" },
		{ VIEW("HEAD /x HTTP/1.1\r\nhOST:\tCrm.Example.RU:8443 \r\n\r\n"),
		  "HEAD /x 1.1 k crm.example.ru:8443;" },
		{ VIEW("GET / HTTP/1.1\r\nHost: [FE80::1]:80\r\n\r\n"),
		  "GET / 1.1 k [fe80::1]:80;" },
		{ VIEW("GET / HTTP/1.1\r\nHost: a:\r\n\r\n"), "GET / 1.1 k a;" },
		{ VIEW("GET / HTTP/1.1\r\nHost:\r\n\r\n"), "GET / 1.1 k ;" },
		{ VIEW("\r\n\r\nGET / HTTP/1.1\r\n" H "\r\n"), "GET / 1.1 k a;" },
		{ VIEW("\r\n\r\n\r\n\r\nGET / HTTP/1.1\r\n" H "\r\n"),
		  "GET / 1.1 k a;" },
		{ VIEW("OPTIONS /%d0%94%C3%a9/%2e%2ex/...?a=%2e%2e&b#"
		       " HTTP/1.1\r\n" H "\r\n"),
		  "!400 the target has bytes that belong in %XX" },
		{ VIEW("OPTIONS /%d0%94%C3%a9/%2e%2ex/...?a=%2e%2e&b?"
		       " HTTP/1.1\r\n" H "\r\n"),
		  "OPTIONS /\\xd0\\x94\\xc3\\xa9/..x/...?a=%2e%2e&b? 1.1 k a;" },
		{ VIEW("GET /? HTTP/1.1\r\n" H "\r\n"), "GET /? 1.1 k a;" },
		{ VIEW("GET /a//b/ HTTP/1.1\r\n" H "\r\n"), "GET /a//b/ 1.1 k a;" },
		{ VIEW("GET HTTP://A:81/p?q HTTP/1.1\r\nHost: a:81\r\n\r\n"),
		  "GET /p?q 1.1 k a:81;" },
		{ VIEW("GET https://a HTTP/1.0\r\n\r\n"), "GET / 1.0  a;" },
		{ VIEW("GET http://a?q HTTP/1.1\r\n" H "\r\n"), "GET /?q 1.1 k a;" },
		{ VIEW("POST / HTTP/1.1\r\n" H "Content-Length: 3\r\n\r\na\0c"),
		  "POST / 1.1 k a|Content-Length=3{a\\x00c};" },
		{ VIEW("POST / HTTP/1.1\r\n" H "Content-Length: 0\r\n\r\n"),
		  "POST / 1.1 k a|Content-Length=0;" },
		{ VIEW("POST / HTTP/1.1\r\n" H "Content-Length: 0003\r\n\r\nabc"),
		  "POST / 1.1 k a|Content-Length=0003{abc};" },
		{ VIEW("PUT / HTTP/1.1\r\n" H "Transfer-Encoding: Chunked\r\n\r\n"
		       "3\r\nabc\r\n0aA;x=\"y;\"\r\n"
		       "012345678901234567890123456789012345678901234567890123456789012"
		       "3"
		       "456789012345678901234567890123456789012345678901234567890123456"
		       "7890123456789012345678901234567890123456789\r\n"
		       "00\r\nTrailer: x\r\nY:\r\n\r\n"),
		  "PUT / 1.1 k a|Transfer-Encoding=Chunked{abc"
		  "0123456789012345678901234567890123456789012345678901234567890123"
		  "456789012345678901234567890123456789012345678901234567890123456"
		  "7890123456789012345678901234567890123456789};" },
		{ VIEW("POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n"
		       "0\r\n\r\n"),
		  "POST / 1.1 k a|Transfer-Encoding=chunked;" },
		{ VIEW("POST / HTTP/1.1\r\n" H "Expect: 100-Continue\r\n"
		       "Content-Length: 1\r\n\r\nx"),
		  "POST / 1.1 kc a|Expect=100-Continue|Content-Length=1{x};" },
		{ VIEW("POST / HTTP/1.1\r\n" H "Expect: 100-continue\r\n\r\n"),
		  "POST / 1.1 k a|Expect=100-continue;" },
		{ VIEW("GET /w HTTP/1.1\r\n" H "Connection: keep-alive, UpGrade\r\n"
		       "Upgrade: websocket\r\n\r\n"),
		  "GET /w 1.1 ku a|Connection=keep-alive, UpGrade|Upgrade=websocket;" },
		{ VIEW("GET /w HTTP/1.0\r\n" H "Connection: upgrade\r\n"
		       "Upgrade: websocket\r\n\r\n"),
		  "GET /w 1.0  a|Connection=upgrade|Upgrade=websocket;" },
		{ VIEW("GET / HTTP/1.1\r\n" H "A: \xff\xd0\tb  \r\n\r\n"),
		  "GET / 1.1 k a|A=\\xff\\xd0\\x09b;" },
		{ VIEW(""), "" },
		{ VIEW("\r\n"), "+head" },
		{ VIEW("G"), "+head" },
		{ VIEW("GET / HTTP/1.1\r\n" H "\r"), "+head" },
		{ VIEW("PUT / HTTP/1.1\r\n" H "Content-Length: 2\r\n\r\nx"), "+body" },
		{ VIEW("PUT / HTTP/1.1\r\n" H
		       "Transfer-Encoding: chunked\r\n\r\n0\r\n"),
		  "+body" },
	};

	check_rows(rows, N_OF(rows), NULL);
}

/* ---- what is refused ------------------------------------------------------------------ */

#define POST "POST / HTTP/1.1\r\n" H

static void
test_fault_052_lengths(void **state)
{
	static const struct row rows[] = {
		{ VIEW(POST "Content-Length: -1\r\n\r\n"), "400 no number" },
		{ VIEW(POST "Content-Length: -0\r\n\r\n"), "400 no number" },
		{ VIEW(POST "Content-Length: +5\r\n\r\nhello"), "400 no number" },
		{ VIEW(POST "Content-Length: 5 5\r\n\r\nhello"), "400 no number" },
		{ VIEW(POST "Content-Length: 5, 5\r\n\r\nhello"), "400 no number" },
		{ VIEW(POST "Content-Length: 0x5\r\n\r\nhello"), "400 no number" },
		{ VIEW(POST "Content-Length: 5.0\r\n\r\nhello"), "400 no number" },
		{ VIEW(POST "Content-Length: 1e3\r\n\r\nhello"), "400 no number" },
		{ VIEW(POST "Content-Length: \xd9\xa5\r\n\r\nhello"), "400 no number" },
		{ VIEW(POST "Content-Length:\r\n\r\n"), "400 no number" },
		{ VIEW(POST "Content-Length: 65537\r\n\r\n"), "413" },
		{ VIEW(POST "Content-Length: 9223372036854775807\r\n\r\n"), "413" },
		{ VIEW(POST "Content-Length: 9223372036854775808\r\n\r\n"), "413" },
		{ VIEW(POST "Content-Length: 18446744073709551616\r\n\r\n"), "413" },
		{ VIEW(POST "Content-Length: 18446744073709551621\r\n\r\nhello"),
		  "413" },
		{ VIEW(POST "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello"),
		  "400 told twice" },
		{ VIEW(POST "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello"),
		  "400 told twice" },
		{ VIEW(POST "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"
			    "0\r\n\r\n"),
		  "400 told twice" },
		{ VIEW(POST "Transfer-Encoding: chunked\r\ncontent-length: 0\r\n\r\n"
			    "0\r\n\r\n"),
		  "400 told twice" },
		{ VIEW(POST "Transfer-Encoding: chunked\r\n"
			    "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
		  "400 told twice" },
		{ VIEW(POST "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
		  "501 chunked" },
		{ VIEW(POST "Transfer-Encoding: identity\r\n\r\n"), "501 chunked" },
		{ VIEW(POST "Transfer-Encoding: xchunked\r\n\r\n"), "501 chunked" },
		{ VIEW(POST "Transfer-Encoding:\r\n\r\n"), "501 chunked" },
		{ VIEW(POST "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n"),
		  "400 name: value" },
		{ VIEW(POST "Transfer-Encoding: \x0b"
			    "chunked\r\n\r\n0\r\n\r\n"),
		  "400 control" },
		{ VIEW("POST / HTTP/1.0\r\nTransfer-Encoding: "
		       "chunked\r\n\r\n0\r\n\r\n"),
		  "400 HTTP/1.0" },
	};

	check_all_refused(rows, N_OF(rows));
}

#define CHUNKED POST "Transfer-Encoding: chunked\r\n\r\n"

static void
test_fault_052_chunks(void **state)
{
	static const struct row rows[] = {
		{ VIEW(CHUNKED "g\r\n"), "400 hexadecimal" },
		{ VIEW(CHUNKED "\r\n"), "400 hexadecimal" },
		{ VIEW(CHUNKED ";x\r\n"), "400 hexadecimal" },
		{ VIEW(CHUNKED "-1\r\n"), "400 hexadecimal" },
		{ VIEW(CHUNKED "+1\r\n"), "400 hexadecimal" },
		{ VIEW(CHUNKED " 1\r\n"), "400 hexadecimal" },
		{ VIEW(CHUNKED "1 \r\n"), "400 hexadecimal" },
		{ VIEW(CHUNKED "0x1\r\n"), "400 hexadecimal" },
		{ VIEW(CHUNKED "1\nx\r\n"), "400 hexadecimal" },
		{ VIEW(CHUNKED "1\rx"), "400 end where" },
		{ VIEW(CHUNKED "1\r\nxy"), "400 end where" },
		{ VIEW(CHUNKED "1\r\nx\n"), "400 end where" },
		{ VIEW(CHUNKED "1\r\nx\rx"), "400 end where" },
		{ VIEW(CHUNKED "1;a\nb\r\n"), "400 control" },
		{ VIEW(CHUNKED "1;a\0b\r\n"), "400 control" },
		{ VIEW(CHUNKED "10001\r\n"), "413" },
		{ VIEW(CHUNKED "ffffffffffffffff\r\n"), "413" },
		{ VIEW(CHUNKED "10000000000000000\r\n"), "413" },
		{ VIEW(CHUNKED "10000000000000001\r\nx"), "413" },
		{ VIEW(CHUNKED "1\r\nx\r\n10000\r\n"), "413" },
		{ VIEW(CHUNKED "0\r\nbad\r\n\r\n"), "400 behind" },
		{ VIEW(CHUNKED "0\r\n: x\r\n\r\n"), "400 behind" },
		{ VIEW(CHUNKED "0\r\na : x\r\n\r\n"), "400 behind" },
		{ VIEW(CHUNKED "0\r\na: x\r\n b\r\n\r\n"), "400 behind" },
		{ VIEW(CHUNKED "0\r\na: x\nb: c\r\n\r\n"), "400 behind" },
		{ VIEW(CHUNKED "0\r\na: x\r\n\rx"), "400 end where" },
		{ VIEW(CHUNKED "0\r\na: x\rx"), "400 end where" },
	};

	check_all_refused(rows, N_OF(rows));
}

static int
status_of(struct zv_buf *bytes)
{
	struct zv_http_reader *reader = zv_http_reader_new(NULL);
	const struct zv_http_request *q;
	struct zv_str rest = zv_buf_str(bytes);
	int status = 200, rc;

	while ((rc = zv_http_reader_next(reader, &rest, &q, &status, NULL)) > 0)
		;
	assert_true(rc == 0 || status >= 400);
	zv_http_reader_free(reader);
	zv_buf_deinit(bytes);
	return status;
}

static void
add_many(struct zv_buf *out, const char *what, size_t n)
{
	while (n--)
		zv_buf_add(out, zvon_str(what));
}

/* 1 MB of chunk extensions: on one line, and over many. */
static void
test_fault_052_extensions(void **state)
{
	struct zv_buf one = { 0 }, many = { 0 }, few = { 0 }, trailer = { 0 };

	zv_buf_add(&one, ZV_STR(CHUNKED "1;"));
	add_many(&one, "x", 1024 * 1024);
	assert_int_equal(status_of(&one), 400);
	zv_buf_add(&many, ZV_STR(CHUNKED));
	for (int i = 0; i < 4096; i++) {
		zv_buf_add(&many, ZV_STR("1;"));
		add_many(&many, "x", 250);
		zv_buf_add(&many, ZV_STR("\r\nx\r\n"));
	}
	assert_int_equal(status_of(&many), 400);
	zv_buf_add(&trailer, ZV_STR(CHUNKED "0\r\n"));
	add_many(&trailer, "a: b\r\n", 3000);
	assert_int_equal(status_of(&trailer), 431);
	/* a body of single bytes is slow, not wrong */
	zv_buf_add(&few, ZV_STR(CHUNKED));
	add_many(&few, "1\r\nx\r\n", 65536);
	zv_buf_add(&few, ZV_STR("0\r\n\r\n"));
	assert_int_equal(status_of(&few), 200);
}

static void
test_fault_053_lines(void **state)
{
	static const struct row rows[] = {
		{ VIEW("GET / HTTP/1.1\nHost: a\n\n"), "400 CRLF" },
		{ VIEW("GET / HTTP/1.1\r\nHost: a\n\r\n"), "400 CRLF" },
		{ VIEW("GET / HTTP/1.1\r\nHost: a\r\n\n"), "400 CRLF" },
		{ VIEW("GET / HTTP/1.1\r\nHost: a\rB: c\r\n\r\n"), "400 CRLF" },
		{ VIEW("GET / HTTP/1.1\r\nHost: a\r\r\n\r\n"), "400 CRLF" },
		{ VIEW("GET / HTTP/1.1\r\nHost : a\r\n\r\n"), "400 name: value" },
		{ VIEW("GET / HTTP/1.1\r\nHost\t: a\r\n\r\n"), "400 name: value" },
		{ VIEW("GET / HTTP/1.1\r\n Host: a\r\n\r\n"), "400 folded" },
		{ VIEW("GET / HTTP/1.1\r\nHost: a\r\n b\r\n\r\n"), "400 folded" },
		{ VIEW("GET / HTTP/1.1\r\nHost: a\r\n\tb\r\n\r\n"), "400 folded" },
		{ VIEW("GET / HTTP/1.1\r\n" H "A\0: b\r\n\r\n"), "400 control" },
		{ VIEW("GET / HTTP/1.1\r\n" H "A: \0\r\n\r\n"), "400 control" },
		{ VIEW("GET / HTTP/1.1\r\n" H "A: \x7f\r\n\r\n"), "400 control" },
		{ VIEW("GET / HTTP/1.1\r\n" H "nothing\r\n\r\n"), "400 name: value" },
		{ VIEW("GET / HTTP/1.1\r\n" H ": b\r\n\r\n"), "400 name: value" },
		{ VIEW("GET / HTTP/1.1\r\n" H "\xd0\x94: b\r\n\r\n"),
		  "400 name: value" },
		{ VIEW("GET / HTTP/1.1\r\n" H "a@b: c\r\n\r\n"), "400 name: value" },
		{ VIEW("GET / HTTP/1.1\r\n" H "(a: c\r\n\r\n"), "400 name: value" },
		{ VIEW("GET / HTTP/1.1\r\n" H "a): c\r\n\r\n"), "400 name: value" },
		{ VIEW("GET  / HTTP/1.1\r\n" H "\r\n"), "400 method target" },
		{ VIEW("GET /  HTTP/1.1\r\n" H "\r\n"), "400 without HTTP/1.1" },
		{ VIEW("GET / HTTP/1.1 \r\n" H "\r\n"), "400 without HTTP/1.1" },
		{ VIEW("GET\t/ HTTP/1.1\r\n" H "\r\n"), "400 no request" },
		{ VIEW(" GET / HTTP/1.1\r\n" H "\r\n"), "400 no request" },
		{ VIEW("\r\n\r\n\r\n\r\n\r\n"), "400 empty lines" },
		{ VIEW("GET / http/1.1\r\n" H "\r\n"), "400 without HTTP/1.1" },
		{ VIEW("GET / HTTP/1x1\r\n" H "\r\n"), "400 without HTTP/1.1" },
		{ VIEW("GET / HTTP/1.2\r\n" H "\r\n"), "505" },
		{ VIEW("GET / HTTP/3.1\r\n" H "\r\n"), "505" },
		{ VIEW("get / HTTP/1.1\r\n" H "\r\n"), "501" },
		{ VIEW("GET / HTTP/1.1\r\n\r\n"), "400 Host" },
		{ VIEW("GET / HTTP/1.1\r\n" H H "\r\n"), "400 Host" },
		{ VIEW("GET / HTTP/1.1\r\nHost: a b\r\n\r\n"), "400 Host" },
		{ VIEW("GET / HTTP/1.1\r\nHost: a,b\r\n\r\n"), "400 Host" },
		{ VIEW("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"), "400 Host" },
		{ VIEW("GET / HTTP/1.1\r\nHost: u@b\r\n\r\n"), "400 Host" },
		{ VIEW("GET / HTTP/1.1\r\nHost: a:0\r\n\r\n"), "400 Host" },
		{ VIEW("GET / HTTP/1.1\r\nHost: a:65536\r\n\r\n"), "400 Host" },
		{ VIEW("GET / HTTP/1.1\r\nHost: a:80:80\r\n\r\n"), "400 Host" },
		{ VIEW("GET / HTTP/1.1\r\nHost: a:-1\r\n\r\n"), "400 Host" },
		{ VIEW("GET / HTTP/1.1\r\nHost: [::1\r\n\r\n"), "400 Host" },
		{ VIEW("GET / HTTP/1.1\r\nHost: []\r\n\r\n"), "400 Host" },
		{ VIEW("GET / HTTP/1.1\r\nHost: [::1]x\r\n\r\n"), "400 Host" },
		{ VIEW("GET / HTTP/1.1\r\nHost: [x]\r\n\r\n"), "400 Host" },
		{ VIEW("GET http://b/ HTTP/1.1\r\n" H "\r\n"), "400 two hosts" },
		{ VIEW("GET http://a:80/ HTTP/1.1\r\n" H "\r\n"), "400 two hosts" },
		{ VIEW("GET http:/// HTTP/1.1\r\n" H "\r\n"), "400 host" },
		{ VIEW("GET http://u:p@a/ HTTP/1.1\r\n" H "\r\n"), "400 host" },
		{ VIEW("GET ftp://a/ HTTP/1.1\r\n" H "\r\n"), "400 neither" },
		{ VIEW("GET a HTTP/1.1\r\n" H "\r\n"), "400 neither" },
		{ VIEW("OPTIONS * HTTP/1.1\r\n" H "\r\n"), "400 neither" },
		{ VIEW("GET /%2 HTTP/1.1\r\n" H "\r\n"), "400 %XX" },
		{ VIEW("GET /% HTTP/1.1\r\n" H "\r\n"), "400 %XX" },
		{ VIEW("GET /%g0 HTTP/1.1\r\n" H "\r\n"), "400 %XX" },
		{ VIEW("GET /%2g HTTP/1.1\r\n" H "\r\n"), "400 %XX" },
		{ VIEW("GET /%00 HTTP/1.1\r\n" H "\r\n"), "400 %XX" },
		{ VIEW("GET /%0d%0aA:b HTTP/1.1\r\n" H "\r\n"), "400 clean" },
		{ VIEW("GET /%09 HTTP/1.1\r\n" H "\r\n"), "400 clean" },
		{ VIEW("GET /%ff HTTP/1.1\r\n" H "\r\n"), "400 clean" },
		{ VIEW("GET /%c0%af HTTP/1.1\r\n" H "\r\n"), "400 clean" },
		{ VIEW("GET /\xd0\x94 HTTP/1.1\r\n" H "\r\n"), "400 belong" },
		{ VIEW("GET /a\\b HTTP/1.1\r\n" H "\r\n"), "400 belong" },
		{ VIEW("GET /.. HTTP/1.1\r\n" H "\r\n"), "400 dots" },
		{ VIEW("GET /a/../b HTTP/1.1\r\n" H "\r\n"), "400 dots" },
		{ VIEW("GET /a/%2e%2E/b HTTP/1.1\r\n" H "\r\n"), "400 dots" },
		{ VIEW("GET /a%2f..%2fb HTTP/1.1\r\n" H "\r\n"), "400 dots" },
		{ VIEW("GET /./b HTTP/1.1\r\n" H "\r\n"), "400 dots" },
	};

	check_all_refused(rows, N_OF(rows));
}

static struct zv_buf
get(const char *start, const char *filler, size_t n, const char *end)
{
	struct zv_buf out = { 0 };

	zv_buf_add(&out, zvon_str(start));
	add_many(&out, filler, n);
	zv_buf_add(&out, zvon_str(end));
	return out;
}

static void
test_fault_053_sizes(void **state)
{
	static const struct {
		const char *start, *filler;
		size_t n;
		const char *end;
		int status;
	} rows[] = {
		{ "GET / HTTP/1.1\r\n" H, "A: b\r\n", 10000, "\r\n", 431 },
		{ "GET / HTTP/1.1\r\n" H, "A: b\r\n", 99, "\r\n", 200 },
		{ "GET / HTTP/1.1\r\n" H, "A: b\r\n", 100, "\r\n", 431 },
		{ "GET / HTTP/1.1\r\n" H "A: ", "b", 1024 * 1024, "\r\n\r\n", 431 },
		/* "GET /" + n + " HTTP/1.1\r\n" */
		{ "GET /", "x", 8192 - 16, " HTTP/1.1\r\n" H "\r\n", 200 },
		{ "GET /", "x", 8192 - 15, " HTTP/1.1\r\n" H "\r\n", 414 },
		{ "GET /", "x", 1024 * 1024, " HTTP/1.1\r\n" H "\r\n", 414 },
		{ "", "x", 1024 * 1024, "", 414 },
		/* 25 + 3 + n + 4 */
		{ "GET / HTTP/1.1\r\n" H "A: ", "b", 16384 - 32, "\r\n\r\n", 200 },
		{ "GET / HTTP/1.1\r\n" H "A: ", "b", 16384 - 31, "\r\n\r\n", 431 },
		{ POST "Content-Length: 65536\r\n\r\n", "b", 65536, "", 200 },
		{ CHUNKED "10000\r\n", "b", 65536, "\r\n0\r\n\r\n", 200 },
	};

	for (size_t i = 0; i < N_OF(rows); i++) {
		struct zv_buf bytes =
			get(rows[i].start, rows[i].filler, rows[i].n, rows[i].end);
		int status = status_of(&bytes);

		if (status != rows[i].status)
			fail_msg("row %zu: %d", i, status);
	}
}

/* A host of 255 bytes, and one of 256. */
static void
test_longest_host(void **state)
{
	for (size_t more = 0; more < 2; more++) {
		struct zv_buf bytes =
			get("GET / HTTP/1.1\r\nHost: ", "h", 255 + more, ":80\r\n\r\n");

		assert_int_equal(status_of(&bytes), more ? 400 : 200);
	}
}

static void
test_limits_of_the_caller(void **state)
{
	static const struct zv_http_limits limits = {
		.head_bytes = 60,
		.line_bytes = 20,
		.fields = 2,
		.body_bytes = 4,
		.chunk_line = 6,
	};
	static const struct row rows[] = {
		{ VIEW("GET /123 HTTP/1.1\r\n" H "\r\n"), "GET /123 1.1 k a;" },
		{ VIEW("GET /12345 HTTP/1.1\r\n" H "\r\n"),
		  "!414 the request line is too long" },
		{ VIEW("PUT / HTTP/1.1\r\n" H "b:c\r\nd:e\r\n\r\n"),
		  "!431 the head has too many fields" },
		{ VIEW("PUT / HTTP/1.1\r\n" H "b: "
		       "123456789012345678901234567890\r\n\r\n"),
		  "!431 the head is too long" },
		{ VIEW("PUT / HTTP/1.1\r\n" H "Content-Length: 4\r\n\r\n1234"),
		  "PUT / 1.1 k a|Content-Length=4{1234};" },
		{ VIEW("PUT / HTTP/1.1\r\n" H "Content-Length: 5\r\n\r\n12345"),
		  "!413 the body is too long" },
		{ VIEW("PUT / HTTP/1.0\r\nhost:\r\nA:b\r\n\r\n"), "PUT / 1.0  |A=b;" },
	};
	static const struct zv_http_limits chunk = { .body_bytes = 4, .chunk_line = 6 };
	static const struct row chunks[] = {
		{ VIEW(CHUNKED "00004\r\n"),
		  "!400 the line with the size of a chunk is too long" },
		{ VIEW(CHUNKED "0004\r\n1234\r\n0;ab\r\n\r\n"),
		  "POST / 1.1 k a|Transfer-Encoding=chunked{1234};" },
		{ VIEW(CHUNKED "0;abc\r\n"),
		  "!400 the line with the size of a chunk is too long" },
		{ VIEW(CHUNKED "3\r\n123\r\n2\r\n"), "!413 the body is too long" },
	};

	check_rows(rows, N_OF(rows), &limits);
	check_rows(chunks, N_OF(chunks), &chunk);
}

static void
test_fault_059_other_protocols(void **state)
{
	static const struct row rows[] = {
		{ VIEW("TRACE / HTTP/1.1\r\n" H "\r\n"), "501 method" },
		{ VIEW("CONNECT a:443 HTTP/1.1\r\n" H "\r\n"), "501 method" },
		{ VIEW("BREW /pot HTTP/1.1\r\n" H "\r\n"), "501 method" },
		{ VIEW("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), "505" },
		{ VIEW("GET /\r\n"), "400 method target" },
		{ VIEW("\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03"), "400 TLS" },
		{ VIEW("\x15\x03\x01\0\x02\x02\x0a"), "400 control" },
		{ VIEW("Action: Login\r\nUsername: a\r\nSecret: b\r\n\r\n"),
		  "400 no request" },
		{ VIEW("SSH-2.0-x\r\n"), "400 method target" },
		{ VIEW("INVITE sip:1@a SIP/2.0\r\n\r\n"), "400 without" },
		{ VIEW("OPTIONS sip:1@a SIP/2.0\r\n\r\n"), "400 without" },
		{ VIEW("{\"method\":\"x\"}\r\n"), "400 no request" },
		{ VIEW("HTTP/1.1 200 OK\r\n"), "400 no request" },
		{ VIEW("\0"), "400 control" },
	};

	check_all_refused(rows, N_OF(rows));
}

/* ---- pipelining ------------------------------------------------------------------------ */

static const char *
add_pipelined(struct zv_buf *bytes, struct zv_buf *wanted, int i)
{
	switch (i % 4) {
	case 0:
		zv_buf_printf(bytes, "GET /%d HTTP/1.1\r\nHost: a\r\n\r\n", i);
		zv_buf_printf(wanted, "GET /%d 1.1 k a;", i);
		break;
	case 1:
		zv_buf_printf(
			bytes,
			"POST /%d HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n"
			"GET /",
			i);
		zv_buf_printf(wanted, "POST /%d 1.1 k a|Content-Length=5{GET /};", i);
		break;
	case 2:
		zv_buf_printf(
			bytes,
			"POST /%d HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: "
			"chunked\r\n\r\n3\r\n0\r\n\r\n1;x\r\n\n\r\n0\r\nA: b\r\n\r\n",
			i);
		zv_buf_printf(wanted,
			      "POST /%d 1.1 k a|Transfer-Encoding=chunked"
			      "{0\\x0d\\x0a\\x0a};",
			      i);
		break;
	default:
		zv_buf_printf(bytes, "\r\nHEAD /%d?%d HTTP/1.1\r\nHost: a\r\n\r\n", i,
			      i);
		zv_buf_printf(wanted, "HEAD /%d?%d 1.1 k a;", i, i);
	}
	return zv_buf_cstr(wanted);
}

/* Each is answered once, in order, whatever stands in one segment. */
static void
test_fault_051_pipelining(void **state)
{
	struct zv_buf bytes = { 0 }, wanted = { 0 };

	for (int n = 1; n <= 64; n++) {
		const char *text = add_pipelined(&bytes, &wanted, n);

		check_splits(&codec, NULL, "pipeline", zv_buf_str(&bytes), text,
			     n % 8 == 0 ? ALL_CUTS : 0);
	}
	zv_buf_deinit(&bytes);
	zv_buf_deinit(&wanted);
}

static bool
next_is_pipelined(struct zv_http_reader *reader, struct zv_str *bytes)
{
	const struct zv_http_request *q;
	int status;

	assert_int_equal(zv_http_reader_next(reader, bytes, &q, &status, NULL), 1);
	return q->pipelined;
}

#define GET "GET / HTTP/1.1\r\n" H "\r\n"

static void
test_fault_061_pipelined_is_told(void **state)
{
	struct zv_http_reader *reader = zv_http_reader_new(NULL);
	const struct zv_http_request *q;
	struct zv_str two = ZV_STR(GET GET), one = ZV_STR(GET), none = ZV_STR("");
	struct zv_str half = { one.p, 9 };
	int status;

	assert_false(next_is_pipelined(reader, &two));
	assert_true(next_is_pipelined(reader, &two));
	assert_int_equal(zv_http_reader_next(reader, &two, &q, &status, NULL), 0);
	assert_false(next_is_pipelined(reader, &one));
	/* the caller may also wait for bytes without that call in between */
	one = ZV_STR(GET);
	assert_false(next_is_pipelined(reader, &one));
	/* begun before the answer, ended later */
	two = ZV_STR(GET "GET / HTT");
	assert_false(next_is_pipelined(reader, &two));
	assert_int_equal(zv_http_reader_next(reader, &two, &q, &status, NULL), 0);
	assert_int_equal(two.n, 0);
	one = zv_str_from(ZV_STR(GET), half.n);
	assert_true(next_is_pipelined(reader, &one));
	assert_int_equal(zv_http_reader_next(reader, &none, &q, &status, NULL), 0);
	zv_http_reader_free(reader);
}

/* ---- phases, 100 Continue, memory ----------------------------------------------------- */

static void
feed(struct zv_http_reader *reader, const char *text, int wanted)
{
	struct zv_str bytes = zvon_str(text);
	const struct zv_http_request *q;
	int status;

	assert_int_equal(zv_http_reader_next(reader, &bytes, &q, &status, NULL),
			 wanted);
}

static void
test_phases(void **state)
{
	struct zv_http_reader *reader = zv_http_reader_new(NULL);

	assert_int_equal(zv_http_reader_phase(reader), ZV_HTTP_IDLE);
	feed(reader, "P", 0);
	assert_int_equal(zv_http_reader_phase(reader), ZV_HTTP_HEAD);
	assert_false(zv_http_reader_wants_continue(reader));
	feed(reader, "OST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n", 0);
	assert_false(zv_http_reader_wants_continue(reader));
	feed(reader, "Content-Length: 2\r\n\r\n", 0);
	assert_int_equal(zv_http_reader_phase(reader), ZV_HTTP_BODY);
	assert_true(zv_http_reader_wants_continue(reader));
	assert_false(zv_http_reader_wants_continue(reader));
	feed(reader, "x", 0);
	assert_int_equal(zv_http_reader_phase(reader), ZV_HTTP_BODY);
	feed(reader, "y", 1);
	assert_int_equal(zv_http_reader_phase(reader), ZV_HTTP_IDLE);
	/* the body is on its way already: nobody waits */
	feed(reader,
	     "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"
	     "Content-Length: 2\r\n\r\nx",
	     0);
	assert_false(zv_http_reader_wants_continue(reader));
	feed(reader, "y", 1);
	assert_false(zv_http_reader_wants_continue(reader));
	zv_http_reader_free(reader);
}

/* Idle: its own block and nothing more, also after requests, errors and empty lines. */
static void
test_idle_memory(void **state)
{
	size_t before = heap_blocks();
	struct zv_http_reader *reader = zv_http_reader_new(NULL);

	assert_true(heap_bytes() < 100 * 1024);
	assert_int_equal(heap_blocks(), before + 1);
	feed(reader, POST "Content-Length: 1\r\n\r\nx", 1);
	assert_true(heap_blocks() > before + 1);
	feed(reader, "", 0);
	assert_int_equal(heap_blocks(), before + 1);
	feed(reader, GET, 1);
	feed(reader, "\r\n", 0);
	assert_int_equal(heap_blocks(), before + 1);
	feed(reader, "BAD\r\n", ZV_EPROTO);
	assert_int_equal(heap_blocks(), before + 1);
	zv_http_reader_free(reader);
	assert_int_equal(heap_blocks(), before);
}

/* A length that is only claimed takes no memory. */
static void
test_claimed_length(void **state)
{
	struct zv_http_reader *reader = zv_http_reader_new(NULL);
	size_t before;

	feed(reader, POST, 0);
	before = heap_bytes();
	feed(reader, "Content-Length: 65536\r\n\r\nx", 0);
	assert_true(heap_bytes() < before + 1024);
	zv_http_reader_free(reader);
}

static void
test_secrets_are_wiped(void **state)
{
	struct zv_http_reader *reader = zv_http_reader_new(NULL);

	heap_watch("Tr0ub4dor");
	feed(reader, "POST / HTTP/1.1\r\nHost: a\r\nAuthorization: Tr0ub4dor\r\n", 0);
	feed(reader, "Content-Length: 13\r\n\r\nxxTr0ub4dorxx", 1);
	feed(reader, "", 0);
	zv_http_reader_free(reader);
	assert_int_equal(heap_found(), 0);
	heap_watch(NULL);
}

static int
memory_scene(void *user)
{
	struct zv_http_reader *reader = zv_http_reader_new(NULL);
	struct zv_str bytes = ZV_STR(GET POST "Content-Length: 3\r\n\r\nabc" CHUNKED
					      "1\r\nx\r\n0\r\n\r\n");
	const struct zv_http_request *q;
	struct zv_buf value = { 0 };
	int status = 0, rc = reader ? 0 : ZV_ENOMEM;

	for (int i = 0; rc >= 0 && i < 4; i++)
		rc = zv_http_reader_next(reader, &bytes, &q, &status, NULL);
	assert_true(rc == 0 || !reader || status == 503);
	if (rc == 0)
		rc = zv_http_query_value(ZV_STR("%61=1&b+=%d0%94+"), "b ", &value);
	zv_buf_deinit(&value);
	zv_http_reader_free(reader);
	return rc > 0 ? 0 : rc;
}

static void
test_out_of_memory(void **state)
{
	check_out_of_memory(memory_scene, NULL);
}

/* ---- what a request says --------------------------------------------------------------- */

static void
test_words(void **state)
{
	static const struct zv_http_field fields[] = {
		{ { "Accept", 6 }, { "text/html, a/b;q=\"x,y\"", 22 } },
		{ { "ACCEPT", 6 }, { ",, c/d ,", 8 } },
		{ { "Empty", 5 }, { "", 0 } },
	};
	struct zv_http_request q = { .fields = fields, .n_fields = N_OF(fields) };

	assert_true(zv_http_has_word(&q, "accept", "TEXT/html"));
	assert_true(zv_http_has_word(&q, "accept", "c/d"));
	assert_true(zv_http_has_word(&q, "accept", "a/b;q=\"x,y\""));
	assert_false(zv_http_has_word(&q, "accept", "y\""));
	assert_false(zv_http_has_word(&q, "accept", "c"));
	assert_false(zv_http_has_word(&q, "accept", ""));
	assert_false(zv_http_has_word(&q, "accep", "c/d"));
	check_text("first", zv_http_field_of(&q, "accept"), fields[0].value);
	assert_non_null(zv_http_field_of(&q, "empty").p);
	assert_null(zv_http_field_of(&q, "missing").p);
}

static void
test_query_values(void **state)
{
	static const struct {
		const char *query, *name, *wanted; /* NULL: not there */
		int rc;
	} rows[] = {
		{ "a=1&b=2", "b", "2", 1 },
		{ "a=1&a=2", "a", "1", 1 },
		{ "a", "a", "", 1 },
		{ "a=", "a", "", 1 },
		{ "aa=1&=2&&a=3", "a", "3", 1 },
		{ "a=b=c", "a", "b=c", 1 },
		{ "%61%62=1", "ab", "1", 1 },
		{ "a+b=c+d%2B", "a b", "c d+", 1 },
		{ "a=%d0%94", "a", "\xd0\x94", 1 },
		{ "a=1%0d%0a", "a", "1\r\n", 1 },
		{ "%zz=1&a=2", "a", "2", 1 },
		{ "%62=1&b+=1&a=2", "a", "2", 1 },
		{ "", "a", NULL, 0 },
		{ "b=1", "a", NULL, 0 },
		{ "A=1", "a", NULL, 0 },
		{ "a=%", "a", NULL, ZV_EINVAL },
		{ "a=%2", "a", NULL, ZV_EINVAL },
		{ "a=%2g", "a", NULL, ZV_EINVAL },
		{ "a=%00", "a", NULL, ZV_EINVAL },
		{ "a=%ff", "a", NULL, ZV_EINVAL },
		{ "a=%ed%a0%80", "a", NULL, ZV_EINVAL },
	};

	for (size_t i = 0; i < N_OF(rows); i++) {
		struct zv_buf out = { 0 };
		int rc;

		zv_buf_add_char(&out, '>');
		rc = zv_http_query_value(zvon_str(rows[i].query), rows[i].name, &out);
		assert_int_equal(rc, rows[i].rc);
		assert_int_equal(out.p[0], '>');
		check_text(rows[i].query, zv_str_from(zv_buf_str(&out), 1),
			   zvon_str(rows[i].wanted));
		zv_buf_deinit(&out);
	}
}

static int
begin(void **state)
{
	chance_begin();
	return 0;
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_requests),
		cmocka_unit_test(test_fault_051_pipelining),
		cmocka_unit_test(test_fault_052_lengths),
		cmocka_unit_test(test_fault_052_chunks),
		cmocka_unit_test(test_fault_052_extensions),
		cmocka_unit_test(test_fault_053_lines),
		cmocka_unit_test(test_fault_053_sizes),
		cmocka_unit_test(test_fault_059_other_protocols),
		cmocka_unit_test(test_fault_061_pipelined_is_told),
		cmocka_unit_test(test_longest_host),
		cmocka_unit_test(test_limits_of_the_caller),
		cmocka_unit_test(test_phases),
		cmocka_unit_test(test_idle_memory),
		cmocka_unit_test(test_claimed_length),
		cmocka_unit_test(test_secrets_are_wiped),
		cmocka_unit_test(test_out_of_memory),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_query_values),
	};

	return cmocka_run_group_tests(tests, begin, NULL);
}
