/* How a session with zvond signs in, and what it says of each refusal. */
#include <stdio.h>
#include <stdlib.h>

#include "base/str.h"
#include "daemonrig.h"
#include "helper.h"

/* ---- user and password ------------------------------------------------------------------------------ */

static struct daemonrig *
rig_with_password(void)
{
	const struct zv_daemon_session_options o = {
		.url = "ws://ivanov:pass%40word@pbx:2013/zvon/v1/events"
	};
	struct zv_error err = { 0 };
	struct daemonrig *r = rig_new(&o, &err);

	if (!r)
		fail_msg("%s", err.text);
	return r;
}

static void
test_password(void **state)
{
	struct daemonrig *r = rig_with_password();
	const char *request;

	rig_link(r);
	request = rig_request(r);
	assert_has(request, "POST /zvon/v1/login HTTP/1.1\r\nHost: pbx:2013\r\n");
	assert_has(request, "Content-Length: 40\r\n");
	assert_has(request, "\r\n\r\n{\"user\":\"ivanov\",\"password\":\"pass@word\"}");
	rig_say(r, ZV_STR(TOKEN_ANSWER));
	rig_accept(r); /* over the same connection */
	assert_has(zv_buf_cstr(&r->request), "GET /zvon/v1/events HTTP/1.1\r\n");
	assert_has(zv_buf_cstr(&r->request), "Authorization: Bearer zvs_a\r\n");
	rig_text(r, HELLO);
	assert_string_equal(rig_told(r), "connecting " HELLO);

	/* the token is used again */
	rig_lose(r, "x");
	rig_link(r);
	assert_has(rig_request(r), "Authorization: Bearer zvs_a\r\n");
	rig_told(r);

	/* it is over: the password gives another, and nobody is told */
	rig_say(r, ZV_STR("HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n"));
	assert_string_equal(rig_told(r), "");
	assert_false(zv_daemon_session_wants_link(r->s));
	rig_pass(r, 0);
	rig_link(r);
	assert_string_equal(rig_told(r), "");
	assert_has(rig_request(r), "POST /zvon/v1/login");
	rig_say(r, ZV_STR(TOKEN_ANSWER));
	rig_request(r);
	/* a token that was given just now: that is no matter of time */
	rig_say(r, ZV_STR("HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n"));
	assert_string_equal(rig_told(r), "down:EAUTH");
	assert_in_range(r->retry_ms, 60000, 90000);
	rig_free(r);
}

/* zvond ends the session: the password may be another, and its token with it. */
static void
test_password_and_end(void **state)
{
	struct daemonrig *r = rig_with_password();

	rig_link(r);
	rig_request(r);
	rig_say(r, ZV_STR(TOKEN_ANSWER));
	rig_accept(r);
	rig_text(r, HELLO);
	rig_say(r, ZV_STR("\x88\x02\x03\xf0"));
	assert_int_equal(r->why.code, ZV_EAUTH);
	rig_link(r);
	assert_has(rig_request(r), "POST /zvon/v1/login");
	rig_free(r);
}

/* A server, or a proxy, that closes after each answer. */
static void
test_password_and_close(void **state)
{
	struct daemonrig *r = rig_with_password();

	rig_link(r);
	rig_request(r);
	rig_say(r, ZV_STR("HTTP/1.1 200 OK\r\nConnection: close\r\n"
			  "Transfer-Encoding: chunked\r\n\r\n"
			  "8\r\n{\"token\"\r\n8\r\n:\"zvs_b\"\r\n1\r\n}\r\n0\r\n\r\n"));
	assert_false(zv_daemon_session_wants_link(r->s));
	rig_pass(r, 0);
	rig_link(r);
	rig_accept(r);
	assert_has(zv_buf_cstr(&r->request), "Authorization: Bearer zvs_b\r\n");
	rig_text(r, HELLO);
	assert_string_equal(rig_told(r), "connecting " HELLO);
	rig_free(r);
}

/* ---- refusals ------------------------------------------------------------------------------------------ */

struct refusal {
	const char *answer;
	int code;
	const char *english, *russian;
	int least_ms, most_ms;
};

static const struct refusal refusals[] = {
	{ "HTTP/1.1 401 Unauthorized\r\nContent-Length: 51\r\n\r\n"
	  "{\"error\":{\"code\":\"unauthorized\",\"message\":\"a b\"}}   ",
	  ZV_EAUTH, "pbx:2013: zvond refused the token: its hash must stand in token =",
	  "pbx:2013: zvond отверг токен", 60000, 90000 },
	{ "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", ZV_EAUTH,
	  "refused (403): is that zvond, or a proxy", "отказ (403)", 60000, 90000 },
	{ "HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\n\r\n<html>", ZV_EPROTO,
	  "no zvon.v1 there (404): is it zvond's port", "там нет zvon.v1 (404)", 60000,
	  90000 },
	{ "HTTP/1.1 421 Misdirected\r\nContent-Length: 0\r\n\r\n", ZV_EPROTO,
	  "add it to hosts of [listen]", "добавьте его в hosts", 60000, 90000 },
	{ "HTTP/1.1 429 Too Many\r\nContent-Length: 51\r\n\r\n"
	  "{\"error\":{\"message\":\"wait\",\"retry_ms\":40000}}       ",
	  ZV_EAUTH, "wants us to wait (wait)", "просит подождать (wait)", 40000,
	  40000 },
	{ "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n", ZV_EIO, "(503)", "(503)",
	  1000, 2000 },
	{ "HTTP/1.1 502 Bad Gateway\r\n\r\n", ZV_EIO, "the proxy there does not reach",
	  "прокси не может", 1000, 2000 },
	{ "HTTP/1.1 301 Moved\r\nLocation: https://x/\r\n\r\n", ZV_EPROTO,
	  "write that address (https://x/)", "укажите его (https://x/)", 60000, 90000 },
	{ "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", ZV_EPROTO,
	  "no WebSocket there: it is another server, or a proxy", "там нет WebSocket",
	  60000, 90000 },
	{ "HTTP/1.0 400 Bad Request\r\n\r\n", ZV_EPROTO, "no WebSocket there",
	  "там нет WebSocket", 60000, 90000 },
	{ "HTTP/1.1 101 X\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
	  "Sec-WebSocket-Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n\r\n",
	  ZV_EPROTO, "the answer to the handshake is wrong",
	  "ответ на рукопожатие неверен", 60000, 90000 },
	{ "Asterisk Call Manager/5.0.4\r\n", ZV_EPROTO, "that is Asterisk's AMI",
	  "это порт AMI", 60000, 90000 },
	{ "\x15\x03\x01\x00\x02\x02\x46", ZV_EPROTO, "write wss://", "пишите wss://",
	  60000, 90000 },
	{ "220 mail ESMTP\r\n", ZV_EPROTO, "no zvond answers there",
	  "там отвечает не zvond", 60000, 90000 },
	{ "HTTP/1.1 nonsense\r\n\r\n", ZV_EPROTO, "no HTTP as it should be",
	  "не является правильным HTTP", 60000, 90000 },
	{ "HTTP/1.1 403 No\r\nContent-Length: 99999999\r\n\r\n", ZV_EPROTO,
	  "no HTTP as it should be", "не является правильным HTTP", 60000, 90000 },
};

static void
check_refusal(const struct refusal *row, bool russian, size_t piece)
{
	const struct zv_daemon_session_options o = { .url = RIG_URL,
						     .secret = "secret-token",
						     .russian = russian };
	struct daemonrig *r = rig_new(&o, NULL);
	const char *words = russian ? row->russian : row->english;

	r->piece = piece;
	rig_link(r);
	rig_request(r);
	rig_say(r, zvon_str(row->answer));
	if (row->code != r->why.code || !has(r->why.text, words))
		fail_msg("%s\n%s: %s", row->answer, zvon_err_name(r->why.code),
			 r->why.text);
	assert_in_range(r->retry_ms, row->least_ms, row->most_ms);
	assert_false(has(r->why.text, "secret-token"));
	rig_free(r);
}

static void
test_refusals(void **state)
{
	for (size_t i = 0; i < N_OF(refusals); i++)
		for (size_t piece = 0; piece < 3; piece++) {
			check_refusal(&refusals[i], false, piece);
			check_refusal(&refusals[i], true, piece);
		}
}

/* What it says back of what it was sent. */
static void
test_refusal_with_secret(void **state)
{
	struct daemonrig *r = rig_with_token();

	rig_link(r);
	rig_say(r, ZV_STR("HTTP/1.1 200 Bearer secret-token\r\n\r\n"));
	assert_string_equal(rig_told(r), "connecting down:EPROTO");
	assert_false(has(r->why.text, "secret"));
	rig_free(r);
}

/* It says why, and closes before all was said. */
static void
test_refusal_cut(void **state)
{
	struct daemonrig *r = rig_with_token();

	rig_link(r);
	rig_say(r, ZV_STR("HTTP/1.1 403 No\r\nContent-Length: 10\r\n\r\n{\"err"));
	rig_lose(r, "closed");
	assert_string_equal(rig_told(r), "connecting down:EAUTH");
	rig_free(r);
}

static void
test_wrong_password(void **state)
{
	struct daemonrig *r = rig_with_password();

	rig_link(r);
	rig_say(r, ZV_STR("HTTP/1.1 401 No\r\nContent-Length: 41\r\n\r\n"
			  "{\"error\":{\"message\":\"wrong user or so\"}}   "));
	assert_int_equal(r->why.code, ZV_EAUTH);
	assert_has(r->why.text, "zvond refused user and password: check them");
	assert_false(has(r->why.text, "pass@word"));
	assert_in_range(r->retry_ms, 60000, 90000);
	rig_link(r);
	rig_say(r, ZV_STR("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"));
	assert_has(r->why.text, "has no token");
	rig_free(r);
}

static void
test_endless_head(void **state)
{
	struct daemonrig *r = rig_with_token();

	rig_link(r);
	rig_say(r, ZV_STR("HTTP/1.1 200 OK\r\n"));
	for (int i = 0; i < 3000 && zv_daemon_session_wants_link(r->s); i++)
		rig_say(r, ZV_STR("X: aaaaaaaaaaaa\r\n"));
	assert_int_equal(r->why.code, ZV_EPROTO);
	assert_has(r->why.text, "longer than 32 KiB");
	rig_free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_password),
		cmocka_unit_test(test_password_and_end),
		cmocka_unit_test(test_password_and_close),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_refusal_with_secret),
		cmocka_unit_test(test_refusal_cut),
		cmocka_unit_test(test_wrong_password),
		cmocka_unit_test(test_endless_head),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
