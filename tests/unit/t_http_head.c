#include "http/head.h"

#include <stdlib.h>

#include "helper.h"

/* `200 1 OK|Server=Asterisk|…`, or the name of the error. */
static void
add_head(struct zv_buf *out, struct zv_str text)
{
	char *exact = exact_copy(text);
	struct zv_error err = { 0 };
	struct zv_http_head head;
	int rc = zv_http_head_parse(&head, (struct zv_str){ exact, text.n }, &err);

	assert_int_equal(rc, err.code);
	if (rc < 0) {
		assert_int_equal(head.status, 0);
		assert_int_equal(head.n_fields, 0);
		zv_buf_printf(out, "%s: %s", zvon_err_name(rc), err.text);
	} else {
		zv_buf_printf(out, "%d %d ", head.status, head.minor);
		add_shown(out, head.reason);
	}
	for (size_t i = 0; i < head.n_fields; i++) {
		zv_buf_add_char(out, '|');
		add_shown(out, head.fields[i].name);
		zv_buf_add_char(out, '=');
		add_shown(out, head.fields[i].value);
	}
	free(exact);
}

static void
test_heads(void **state)
{
	static const struct {
		struct zv_str text;
		const char *wanted;
	} rows[] = {
		{ VIEW("HTTP/1.1 200 OK\r\nServer: "
		       "Asterisk/1.8.32.3\r\nContent-Length: "
		       "0\r\n\r\n"),
		  "200 1 OK|Server=Asterisk/1.8.32.3|Content-Length=0" },
		{ VIEW("HTTP/1.0 404 Not Found\nA:b\n\n"), "404 0 Not Found|A=b" },
		{ VIEW("HTTP/1.1 200 OK\r\nA: b"), "200 1 OK|A=b" },
		{ VIEW("HTTP/1.1 200 OK"), "200 1 OK" },
		{ VIEW("HTTP/1.1 200 \r\n"), "200 1 " },
		{ VIEW("HTTP/1.1 200\r\n"), "200 1 " },
		{ VIEW("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nA: b\r\n\r\n"),
		  "200 1 OK|A=b" },
		{ VIEW("HTTP/1.0 200 Connection established\r\nVia: x\r\n\r\n"
		       "HTTP/1.1 100 Continue\r\n\r\n"
		       "HTTP/1.1 401 Unauthorized\r\nA: b\r\n"),
		  "401 1 Unauthorized|A=b" },
		{ VIEW("HTTP/1.1 200 OK\r\nA: b\r\nHTTP/1.1 403 No\r\n"), "403 1 No" },
		{ VIEW("HTTP/1.1 200 OK\r\nA \t:  b \t c \t \r\nB:\r\nC:x:y\r\n"),
		  "200 1 OK|A=b \\x09 c|B=|C=x:y" },
		{ VIEW("HTTP/1.1 200 \xd0\x94\xd0\xb0\r\nA: \xff\r\n"),
		  "200 1 \\xd0\\x94\\xd0\\xb0|A=\\xff" },
		{ VIEW("HTTP/1.1 100 Continue\r\n"), "100 1 Continue" },
		{ VIEW("HTTP/1.1 599 x\r\n"), "599 1 x" },
	};

	for (size_t i = 0; i < N_OF(rows); i++) {
		struct zv_buf out = { 0 };

		add_head(&out, rows[i].text);
		check_text(rows[i].wanted, zv_buf_str(&out), zvon_str(rows[i].wanted));
		zv_buf_deinit(&out);
	}
}

static void
test_bad_heads(void **state)
{
	static const struct {
		struct zv_str text;
		const char *words;
	} rows[] = {
		{ VIEW(""), "empty" },
		{ VIEW("\r\n"), "line 1 of its head: empty" },
		{ VIEW("\r\nHTTP/1.1 200 OK\r\n"), "line 1" },
		{ VIEW("Server: Asterisk\r\n"), "no status line" },
		{ VIEW("HTTP/2 200\r\n"), "no status line of HTTP/1" },
		{ VIEW("HTTP/1.1\r\n"), "no status line" },
		{ VIEW("HTTP/1.1 20"), "status" },
		{ VIEW("HTTP/1.1  200 OK\r\n"), "status" },
		{ VIEW("HTTP/1.x 200 OK\r\n"), "status" },
		{ VIEW("HTTP/1.11 200 OK\r\n"), "no status line" },
		{ VIEW("HTTP/1.1 2000 OK\r\n"), "three digits" },
		{ VIEW("HTTP/1.1 099 OK\r\n"), "100…599" },
		{ VIEW("HTTP/1.1 600 OK\r\n"), "100…599" },
		{ VIEW("HTTP/1.1 -20 OK\r\n"), "100…599" },
		{ VIEW("http/1.1 200 OK\r\n"), "no status line" },
		{ VIEW("HTTP/1.1 200 OK\r\nServer Asterisk\r\n"),
		  "line 2 of its head: no `name: value`" },
		{ VIEW("HTTP/1.1 200 OK\r\n: b\r\n"), "line 2" },
		{ VIEW("HTTP/1.1 200 OK\r\nA B: c\r\n"), "line 2" },
		{ VIEW("HTTP/1.1 200 OK\r\nA: b\r\n c\r\n"), "line 3" },
		{ VIEW("HTTP/1.1 200 OK\r\nA: b\r\n\tc\r\n"), "folded" },
		{ VIEW("HTTP/1.1 200 OK\r\nA: b\rC: d\r\n"), "control" },
		{ VIEW("HTTP/1.1 200 OK\r\nA: b\0c\r\n"), "control" },
		{ VIEW("HTTP/1.1 200 O\x7fK\r\n"), "control" },
		{ VIEW("HTTP/1.1 200 OK\r\n\r\nA: b\r\n"), "no status line" },
		{ VIEW("HTTP/1.1 200 OK\r\n\r\n<html>"), "line 3" },
		{ VIEW("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 900 OK\r\n"), "line 3" },
	};

	for (size_t i = 0; i < N_OF(rows); i++) {
		struct zv_buf out = { 0 };

		add_head(&out, rows[i].text);
		if (!zv_str_starts(zv_buf_str(&out), ZV_STR("EPROTO: ")) ||
		    !strstr(zv_buf_cstr(&out), rows[i].words))
			fail_msg("row %zu (%s): %s", i, rows[i].words,
				 zv_buf_cstr(&out));
		zv_buf_deinit(&out);
	}
}

static int
parse_rc(struct zv_buf *text)
{
	struct zv_http_head head;
	int rc = zv_http_head_parse(&head, zv_buf_str(text), NULL);

	zv_buf_deinit(text);
	return rc;
}

static void
add_fields(struct zv_buf *text, size_t n)
{
	zv_buf_add(text, ZV_STR("HTTP/1.1 200 OK\r\n"));
	for (size_t i = 0; i < n; i++)
		zv_buf_add(text, ZV_STR("A: b\r\n"));
	zv_buf_add(text, ZV_STR("\r\n"));
}

static void
test_most_fields(void **state)
{
	struct zv_buf most = { 0 }, twice = { 0 }, more = { 0 };

	add_fields(&most, ZV_HTTP_MAX_FIELDS);
	assert_int_equal(parse_rc(&most), 0);
	/* each head has its own count */
	add_fields(&twice, ZV_HTTP_MAX_FIELDS);
	add_fields(&twice, ZV_HTTP_MAX_FIELDS);
	assert_int_equal(parse_rc(&twice), 0);
	add_fields(&more, ZV_HTTP_MAX_FIELDS + 1);
	assert_int_equal(parse_rc(&more), ZV_ETOOBIG);
}

static void
test_most_bytes(void **state)
{
	for (size_t over = 0; over < 2; over++) {
		struct zv_buf text = { 0 };

		zv_buf_add(&text, ZV_STR("HTTP/1.1 200 OK\r\nA: "));
		while (text.n < ZV_HTTP_MAX_HEAD_BYTES + over)
			zv_buf_add_char(&text, 'x');
		assert_int_equal(parse_rc(&text), over ? ZV_ETOOBIG : 0);
	}
}

static void
test_find(void **state)
{
	struct zv_str text = ZV_STR("HTTP/1.1 200 OK\r\nSet-Cookie: a\r\nB: c\r\n"
				    "SET-COOKIE: d\r\nset-cookie:\r\n\r\n");
	static const char *const wanted[] = { "a", "d", "" };
	struct zv_str name = ZV_STR("set-Cookie"), value;
	struct zv_http_head head;
	size_t cursor = 0;

	assert_int_equal(zv_http_head_parse(&head, text, NULL), 0);
	assert_true(zv_http_head_find(&head, ZV_STR("b"), NULL, &value));
	check_text("b", value, ZV_STR("c"));
	assert_true(zv_http_head_find(&head, name, NULL, &value));
	check_text("first", value, ZV_STR("a"));
	for (size_t i = 0; i < N_OF(wanted); i++) {
		assert_true(zv_http_head_find(&head, name, &cursor, &value));
		check_text(wanted[i], value, zvon_str(wanted[i]));
	}
	assert_false(zv_http_head_find(&head, name, &cursor, &value));
	assert_false(zv_http_head_find(&head, name, &cursor, &value));
	assert_false(zv_http_head_find(&head, ZV_STR("Set-Cooki"), NULL, &value));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_heads),	    cmocka_unit_test(test_bad_heads),
		cmocka_unit_test(test_most_fields), cmocka_unit_test(test_most_bytes),
		cmocka_unit_test(test_find),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
