#include "ajam/explain.h"

#include <stdlib.h>

#include "base/utf.h"
#include "helper.h"

#define COOKIE                                                                         \
 "Set-Cookie: mansession_id=\"5254c170\"; Version=1; Max-Age=60\r\n"                   \
 "Pragma: SuppressEvents\r\n"

/* What a server says, and how it was asked. */
struct said {
	const char *path;
	enum zv_ajam_encoding expected;
	bool tls;
	const char *status; /* "404 Not Found" */
	const char *fields; /* lines, each ended */
	const char *body;
};

static int
explain(const struct said *said, struct zv_ajam_reason *reason, struct zv_error *err)
{
	struct zv_str body_start = zvon_str(said->body);
	char *exact = exact_copy(body_start);
	struct zv_ajam_answer answer = {
		.body_start = { exact, body_start.n },
		.tls = said->tls,
		.expected = said->expected,
		.path = said->path,
	};
	struct zv_http_head head;
	struct zv_buf text = { 0 };
	int rc;

	zv_buf_printf(&text, "HTTP/1.1 %s\r\n%s\r\n", said->status, said->fields);
	if (zv_http_head_parse(&head, zv_buf_str(&text), err) < 0)
		fail_msg("%s: %s", said->status, err->text);
	answer.head = &head;
	rc = zv_ajam_explain(&answer, reason, err);
	zv_buf_deinit(&text);
	free(exact);
	return rc;
}

#define RAW "/asterisk/rawman", ZV_AJAM_RAWMAN, false
#define XML "/asterisk/mxml", ZV_AJAM_MXML, false
#define TAB "/asterisk/manager", ZV_AJAM_MANAGER, false
#define ADR "/asterisk/arawman", ZV_AJAM_RAWMAN, false

/* As Asterisk 1.8 to 22 answered in the recordings: nothing is wrong. */
static void
test_nothing_wrong(void **state)
{
	static const struct said rows[] = {
		{ RAW, "200 OK",
		  "Server: Asterisk\r\nContent-type: text/plain\r\n" COOKIE,
		  "Response: Success\r\nMessage: Authentication accepted\r\n\r\n" },
		{ RAW, "200 OK", "Content-type: text/plain\r\n" COOKIE, "" },
		{ RAW, "200 OK",
		  "Server: nginx\r\nContent-type: TEXT/plain; charset=utf-8\r\n" COOKIE,
		  "Event: <form\r\n" },
		{ RAW, "200 OK", COOKIE, "Response: Error\r\n" },
		{ XML, "200 OK", "Content-type: text/xml\r\n" COOKIE,
		  "<ajax-response>\n<response type='object' id='unknown'>" },
		{ XML, "200 OK", "Content-type: text/xml\r\n" COOKIE, "<aj" },
		{ TAB, "200 OK", "Content-type: text/html\r\n" COOKIE,
		  "<title>Asterisk&trade; Manager Interface</title><body "
		  "bgcolor=\"#ffffff\"><form action=\"manager\" method=\"post\">" },
		{ ADR, "200 OK", "Content-type: text/plain\r\nContent-Length: 63\r\n",
		  "Response: Success\r\nPing: Pong\r\n" },
		{ "/ASTERISK/AmXML?x=/rawman", ZV_AJAM_MXML, true, "200 OK",
		  "Content-type: text/xml\r\n", "<ajax-response>\n" },
		{ "/amanager", ZV_AJAM_MANAGER, true, "200 OK",
		  "Content-type: text/html\r\n",
		  "<!DOCTYPE HTML PUBLIC \"-//IETF//DTD HTML 2.0//EN\">\r\n"
		  "<html><head>\r\n<title>Asterisk&trade; Manager Interface</title>"
		  "<form method=\"POST\">" },
		/* a proxy that passes on and says so */
		{ RAW, "200 OK",
		  "Age: 0\r\nX-Cache: MISS from proxy\r\n"
		  "Content-Encoding: identity\r\n" COOKIE,
		  "Response: Success\r\n" },
	};

	for (size_t i = 0; i < N_OF(rows); i++) {
		struct zv_ajam_reason reason = { ZV_AJAM_CAUSE_BUSY, "x" };
		struct zv_error err = { 0 };
		int rc = explain(&rows[i], &reason, &err);

		if (rc != 0 || reason.cause != ZV_AJAM_CAUSE_NONE || err.code != 0)
			fail_msg("row %zu: %s", i, err.text);
		assert_string_equal(reason.detail, "");
	}
}

#define ASTERISK      "Server: Asterisk\r\nContent-type: text/html\r\n"
#define NGINX	      "Server: nginx/1.22.1\r\nContent-Type: text/html\r\n"
#define PAGE(title)   "<html><head>\r\n<title>" title "</title>"
#define ADDRESS	      "<hr />\r\n<address>Asterisk</address>"
#define DIGEST	      "WWW-authenticate: Digest realm=\"asterisk\", nonce=\"5bfd85a3\"\r\n"
#define CAUSE(name)   ZV_AJAM_CAUSE_##name
#define TYPED(type)   "Server: x\r\nContent-Type: " type "\r\n" COOKIE
#define EXTRA(fields) "Server: x\r\n" fields "Content-Type: text/plain\r\n" COOKIE

static const struct {
	struct said said;
	enum zv_ajam_cause cause;
	int code;
	const char *detail;
	const char *words[3]; /* in the sentence */
} wrong[] = {
	/* the digest's own refusal, and others' */
	{ { ADR, "401 Unauthorized", ASTERISK DIGEST, "" },
	  CAUSE(SECRET),
	  ZV_EAUTH,
	  "Asterisk",
	  { "/asterisk/arawman: HTTP 401 Unauthorized (Asterisk): user or secret",
	    "manager.conf" } },
	{ { ADR, "401 Unauthorized",
	    NGINX "WWW-Authenticate: Basic realm=\"x\"\r\n" DIGEST, "" },
	  CAUSE(SECRET),
	  ZV_EAUTH,
	  "nginx/1.22.1",
	  { "secret" } },
	{ { ADR, "401 Unauthorized", NGINX "WWW-Authenticate: Basic realm=\"x\"\r\n",
	    "" },
	  CAUSE(STRANGER_ASKS),
	  ZV_EAUTH,
	  "nginx/1.22.1",
	  { "in front of Asterisk" } },
	{ { ADR, "401 Unauthorized", "", "" },
	  CAUSE(STRANGER_ASKS),
	  ZV_EAUTH,
	  "",
	  { "401 Unauthorized: a server" } },
	{ { RAW, "401 Unauthorized", NGINX DIGEST, "" },
	  CAUSE(STRANGER_ASKS),
	  ZV_EAUTH,
	  "nginx/1.22.1",
	  { "in front of Asterisk" } },
	{ { "/arawman/x", ZV_AJAM_RAWMAN, false, "401 Unauthorized", DIGEST, "" },
	  CAUSE(STRANGER_ASKS),
	  ZV_EAUTH,
	  "",
	  { "in front of Asterisk" } },
	{ { RAW, "407 Proxy Authentication Required", "", "" },
	  CAUSE(PROXY_ASKS),
	  ZV_EAUTH,
	  "",
	  { "proxy" } },
	/* 1.8.32.3, 22.10.1 */
	{ { ADR, "403 Permission denied",
	    "Server: Asterisk/1.8.32.3\r\nContent-type: text/html\r\n",
	    PAGE("403 Permission denied") },
	  CAUSE(FORBIDDEN),
	  ZV_EAUTH,
	  "Asterisk/1.8.32.3",
	  { "permit", "manager.conf" } },
	{ { RAW, "403 Forbidden", NGINX, PAGE("403 Forbidden") },
	  CAUSE(STRANGER_FORBIDS),
	  ZV_EAUTH,
	  "nginx/1.22.1",
	  { "another server than Asterisk" } },
	{ { RAW, "404 Not Found", ASTERISK, PAGE("404 Not Found") ADDRESS },
	  CAUSE(NO_AJAM),
	  ZV_EPROTO,
	  "Asterisk",
	  { "webenabled = yes in [general] of manager.conf",
	    "prefix of [general] in http.conf", "/asterisk/rawman: HTTP 404" } },
	/* behind a proxy, or with servername of http.conf */
	{ { RAW, "404 Not Found", NGINX, PAGE("404 Not Found") ADDRESS },
	  CAUSE(NO_AJAM),
	  ZV_EPROTO,
	  "nginx/1.22.1",
	  { "webenabled" } },
	{ { RAW, "404 Not Found", NGINX, PAGE("404 Not Found") "<hr>nginx" },
	  CAUSE(STRANGER_NOT_FOUND),
	  ZV_EPROTO,
	  "nginx/1.22.1",
	  { "bindport in http.conf", "8088" } },
	/* requests */
	{ { RAW, "400 Bad Request", ASTERISK, "<p>Request line too long</p>" ADDRESS },
	  CAUSE(LINE_TOO_LONG),
	  ZV_EPROTO,
	  "Asterisk",
	  { "4096", "POST" } },
	{ { RAW, "414 URI Too Long", NGINX, "" },
	  CAUSE(LINE_TOO_LONG),
	  ZV_EPROTO,
	  "nginx/1.22.1",
	  { "POST" } },
	{ { RAW, "431 Request Header Fields Too Large", "", "" },
	  CAUSE(LINE_TOO_LONG),
	  ZV_EPROTO,
	  "",
	  { "POST" } },
	{ { RAW, "400 Bad Request", NGINX,
	    "<center>The plain HTTP request was sent to HTTPS port</center>" },
	  CAUSE(NEEDS_TLS),
	  ZV_EPROTO,
	  "nginx/1.22.1",
	  { "https://" } },
	{ { RAW, "400 Bad Request", "Server: Apache\r\n",
	    "Reason: You're speaking plain HTTP to an SSL-enabled server port.<br />" },
	  CAUSE(NEEDS_TLS),
	  ZV_EPROTO,
	  "Apache",
	  { "https://" } },
	{ { "/rawman", ZV_AJAM_RAWMAN, true, "400 Bad Request", NGINX,
	    "<center>The plain HTTP request was sent to HTTPS port</center>" },
	  CAUSE(BAD_REQUEST),
	  ZV_EPROTO,
	  "nginx/1.22.1",
	  { "bindport" } },
	{ { RAW, "400 Bad Request", "", "" },
	  CAUSE(BAD_REQUEST),
	  ZV_EPROTO,
	  "",
	  { "bindport" } },
	{ { RAW, "413 Request Entity Too Large", "Server: Asterisk/1.8.32.3\r\n", "" },
	  CAUSE(BODY_TOO_LONG),
	  ZV_EPROTO,
	  "Asterisk/1.8.32.3",
	  { "1024", "4096", "40960" } },
	{ { RAW, "501 Not Implemented", ASTERISK, "" },
	  CAUSE(METHOD),
	  ZV_EPROTO,
	  "Asterisk",
	  { "method" } },
	{ { RAW, "405 Method Not Allowed", NGINX, "" },
	  CAUSE(METHOD),
	  ZV_EPROTO,
	  "nginx/1.22.1",
	  { "POST" } },
	/* redirects */
	{ { RAW, "302 Found",
	    "Location: http://login.example/portal?mac=00:11&secret=s3cret\r\n", "" },
	  CAUSE(REDIRECT),
	  ZV_EPROTO,
	  "http://login.example/portal",
	  { "http://login.example/portal", "URL" } },
	{ { RAW, "301 Moved Permanently",
	    "Location: http://u:s3cret@h/x;jsessionid=5#s3cret\r\n", "" },
	  CAUSE(REDIRECT),
	  ZV_EPROTO,
	  "h/x",
	  { "(h/x)" } },
	{ { RAW, "301 Moved Permanently",
	    "Location: https://pbx.example/asterisk/rawman?secret=s3cret\r\n", "" },
	  CAUSE(NEEDS_TLS),
	  ZV_EPROTO,
	  "https://pbx.example/asterisk/rawman",
	  { "https://", "8089" } },
	{ { "/rawman", ZV_AJAM_RAWMAN, true, "301 Moved Permanently",
	    "Location: https://pbx.example/x\r\n", "" },
	  CAUSE(REDIRECT),
	  ZV_EPROTO,
	  "https://pbx.example/x",
	  { "elsewhere" } },
	{ { RAW, "303 See Other", "", "" },
	  CAUSE(REDIRECT),
	  ZV_EPROTO,
	  "",
	  { "elsewhere" } },
	/* Asterisk is there, but */
	{ { RAW, "503 Service Unavailable", ASTERISK, "" },
	  CAUSE(BUSY),
	  ZV_EIO,
	  "Asterisk",
	  { "sessionlimit in [general] of http.conf", "100" } },
	{ { RAW, "503 Service Temporarily Unavailable", NGINX, "" },
	  CAUSE(UPSTREAM),
	  ZV_EIO,
	  "nginx/1.22.1",
	  { "in front", "sessionlimit", "100" } },
	{ { RAW, "502 Bad Gateway", NGINX, "" },
	  CAUSE(UPSTREAM),
	  ZV_EIO,
	  "nginx/1.22.1",
	  { "does not reach Asterisk" } },
	{ { RAW, "504 Gateway Timeout", NGINX, "" },
	  CAUSE(UPSTREAM),
	  ZV_EIO,
	  "nginx/1.22.1",
	  { "does not reach Asterisk" } },
	{ { RAW, "500 Server Error", ASTERISK, "" },
	  CAUSE(SERVER_FAILED),
	  ZV_EIO,
	  "Asterisk",
	  { "log" } },
	{ { RAW, "599 x", "", "" }, CAUSE(SERVER_FAILED), ZV_EIO, "", { "log" } },
	{ { RAW, "204 No Content", NGINX, "" },
	  CAUSE(OTHER_STATUS),
	  ZV_EPROTO,
	  "nginx/1.22.1",
	  { "never sends" } },
	{ { RAW, "206", "", "" }, CAUSE(OTHER_STATUS), ZV_EPROTO, "", { "206: " } },
	{ { RAW, "418 Teapot", "", "" },
	  CAUSE(OTHER_STATUS),
	  ZV_EPROTO,
	  "",
	  { "418" } },
	{ { RAW, "100 Continue", "", "" }, CAUSE(OTHER_STATUS), ZV_EPROTO, "", { "" } },
	/* 200 all the same */
	{ { RAW, "200 OK", EXTRA("Content-Encoding: gzip\r\n"), "\x1f\x8b" },
	  CAUSE(COMPRESSED),
	  ZV_EPROTO,
	  "gzip",
	  { "(gzip)", "compression off" } },
	{ { RAW, "200 OK", EXTRA("Age: 1\r\n"), "Response: Success\r\n" },
	  CAUSE(CACHED),
	  ZV_EPROTO,
	  "x",
	  { "cache" } },
	{ { RAW, "200 OK", EXTRA("X-Cache: HIT from proxy\r\n"), "" },
	  CAUSE(CACHED),
	  ZV_EPROTO,
	  "x",
	  { "cache" } },
	{ { RAW, "200 OK", EXTRA("X-Cache: tcp_hit\r\nAge: x\r\n"), "" },
	  CAUSE(CACHED),
	  ZV_EPROTO,
	  "x",
	  { "cache" } },
	{ { RAW, "200 OK", EXTRA("CF-Cache-Status: HIT\r\nAge: -1\r\n"), "" },
	  CAUSE(CACHED),
	  ZV_EPROTO,
	  "x",
	  { "cache" } },
	{ { RAW, "304 Not Modified", NGINX, "" },
	  CAUSE(CACHED),
	  ZV_EPROTO,
	  "nginx/1.22.1",
	  { "cache" } },
	{ { RAW, "200 OK", TYPED("text/html; charset=utf-8"),
	    "<html><TITLE lang=ru>\n Вход в сеть\n гостиницы </TITLE>"
	    "<FORM action=/login>" },
	  CAUSE(PORTAL),
	  ZV_EPROTO,
	  "Вход в сеть  гостиницы",
	  { "captive portal", "(Вход в сеть  гостиницы)" } },
	{ { TAB, "200 OK", TYPED("text/html"), "<title>Login</title><form>" },
	  CAUSE(PORTAL),
	  ZV_EPROTO,
	  "Login",
	  { "form" } },
	{ { TAB, "200 OK", TYPED("text/html"), "<form>" },
	  CAUSE(PORTAL),
	  ZV_EPROTO,
	  "",
	  { "form" } },
	{ { TAB, "200 OK", TYPED("text/html"), "<form><title" },
	  CAUSE(PORTAL),
	  ZV_EPROTO,
	  "",
	  { "form" } },
	{ { RAW, "200 OK", TYPED("text/html"), "<h1>It works!</h1>" },
	  CAUSE(WRONG_TYPE),
	  ZV_EPROTO,
	  "text/html",
	  { "(text/html)", "port" } },
	{ { XML, "200 OK", TYPED("text/plain"), "" },
	  CAUSE(WRONG_TYPE),
	  ZV_EPROTO,
	  "text/plain",
	  { "" } },
	{ { RAW, "200 OK", "Server: x\r\nContent-Type: text/plain\r\n", "Response: x" },
	  CAUSE(NO_SESSION),
	  ZV_EPROTO,
	  "x",
	  { "Set-Cookie" } },
	{ { RAW, "200 OK", TYPED("text/plain"), "<html>" },
	  CAUSE(WRONG_BODY),
	  ZV_EPROTO,
	  "x",
	  { "content" } },
	{ { XML, "200 OK", TYPED("text/xml"), "<?xml version='1.0'?>" },
	  CAUSE(WRONG_BODY),
	  ZV_EPROTO,
	  "x",
	  { "content" } },
	{ { TAB, "200 OK", TYPED("text/html"), "Response: Success\r\n" },
	  CAUSE(WRONG_BODY),
	  ZV_EPROTO,
	  "x",
	  { "content" } },
};

static void
test_fault_116_causes(void **state)
{
	for (size_t i = 0; i < N_OF(wrong); i++) {
		struct zv_ajam_reason reason;
		struct zv_error err = { 0 };
		int rc = explain(&wrong[i].said, &reason, &err);

		if (rc != wrong[i].code || err.code != rc ||
		    reason.cause != wrong[i].cause ||
		    strcmp(reason.detail, wrong[i].detail) != 0)
			fail_msg("row %zu, %s: cause %d, detail '%s', %s", i,
				 wrong[i].said.status, reason.cause, reason.detail,
				 err.text);
		for (size_t k = 0; k < N_OF(wrong[i].words) && wrong[i].words[k]; k++)
			if (!strstr(err.text, wrong[i].words[k]))
				fail_msg("row %zu: no '%s' in: %s", i,
					 wrong[i].words[k], err.text);
		assert_null(strstr(err.text, "s3cret"));
	}
}

/* No cause is dead: the table above comes to each. */
static void
test_every_cause_is_met(void **state)
{
	bool met[ZV_AJAM_N_CAUSES] = { [ZV_AJAM_CAUSE_NONE] = true };

	for (size_t i = 0; i < N_OF(wrong); i++)
		met[wrong[i].cause] = true;
	for (size_t i = 0; i < N_OF(met); i++)
		assert_true(met[i]);
}

/* The longest of everything beside it, and the advice is still whole. */
static void
test_the_advice_is_never_cut(void **state)
{
	static const char filler[] = "жжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжж"
				     "жжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжж";

	for (size_t i = 0; i < N_OF(wrong); i++) {
		struct said said = wrong[i].said;
		struct zv_ajam_reason usual_reason, reason;
		struct zv_error usual = { 0 }, err = { 0 };
		struct zv_buf fields = { 0 }, status = { 0 };
		const char *advice;

		explain(&said, &usual_reason, &usual);
		advice = strstr(strstr(usual.text, "HTTP "), ": ");
		zv_buf_printf(&status, "%.3s %s", said.status, filler);
		zv_buf_printf(&fields, "%s%s%s\r\n%s",
			      strstr(said.fields, "Asterisk") ? "Server: Asterisk "
							      : "Server: ",
			      filler, filler, said.fields);
		said.status = zv_buf_cstr(&status);
		said.fields = zv_buf_cstr(&fields);
		if (!strstr(said.path, "/arawman"))
			said.path = filler;
		explain(&said, &reason, &err);
		assert_int_equal(reason.cause, usual_reason.cause);
		if (!strstr(err.text, advice))
			fail_msg("row %zu is cut: %s", i, err.text);
		assert_true(strlen(reason.detail) <= ZV_AJAM_DETAIL_MAX);
		zv_buf_deinit(&status);
		zv_buf_deinit(&fields);
	}
}

/* What is quoted is one line, and what is behind the limit is not looked at. */
static void
test_limits(void **state)
{
	struct said said = { RAW, "200 OK", TYPED("text/html"), "" };
	struct zv_ajam_reason reason;
	struct zv_error err = { 0 };
	char page[ZV_AJAM_BODY_START + 2];

	memset(page, ' ', sizeof page);
	page[sizeof page - 1] = '\0';
	memcpy(page + ZV_AJAM_BODY_START - 5, "<form>", 6);
	said.body = page;
	assert_int_equal(explain(&said, &reason, NULL), ZV_EPROTO);
	assert_int_equal(reason.cause, ZV_AJAM_CAUSE_PORTAL);
	memcpy(page + ZV_AJAM_BODY_START - 5, " <form", 6);
	assert_int_equal(explain(&said, &reason, NULL), ZV_EPROTO);
	assert_int_equal(reason.cause, ZV_AJAM_CAUSE_WRONG_TYPE);
	said.body = "<form><title>a\x1b[31m\r\nb\xff\xd0</title>";
	explain(&said, &reason, &err);
	assert_string_equal(reason.detail, "a [31m  b?");
	said.path = "/asterisk/rawman?action=login&secret=s3cret";
	err = (struct zv_error){ 0 };
	explain(&said, &reason, &err);
	assert_non_null(strstr(err.text, "/asterisk/rawman: "));
	assert_null(strstr(err.text, "s3cret"));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_wrong),
		cmocka_unit_test(test_fault_116_causes),
		cmocka_unit_test(test_every_cause_is_met),
		cmocka_unit_test(test_the_advice_is_never_cut),
		cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
