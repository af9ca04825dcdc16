/* AJAM: getting in. POST and GET, cookies, refusals, what tells the version. */
#include "ajdrive.h"

#include <stdio.h>
#include <stdlib.h>

#include "heap.h"

/* printf '819582560s3cret' | md5sum */
#define CHALLENGE "Response: Success\n@\nChallenge: 819582560\n\n"
#define KEY	  "1172277d40e8fb56959786c2cc666c31"
#define MD5_LOGIN "C:Login(Username=ops|Key=" KEY "|Events=on|AuthType=MD5)"
#define ACCEPTED  "Response: Success\n@\nMessage: Authentication accepted\n\n"
#define SETTINGS                                                                       \
 "Response: Success\n@\nAMIversion: 11.0.0\nAsteriskVersion: 22.10.1\n\n"

static struct zv_ajam_session_options
plain(void)
{
	struct zv_ajam_session_options options = ajdrive_defaults;

	options.ami.plain_login = true;
	return options;
}

static void
expect_version(struct ajdrive *d, int wanted_major, const char *wanted)
{
	int major;
	struct zv_str version = zv_ajam_session_version(d->session, &major);

	check_text("version", version, zvon_str(wanted));
	assert_int_equal(major, wanted_major);
}

/* ---- the usual way ------------------------------------------------------------------- */

static void
test_login_by_challenge(void **state)
{
	struct ajdrive d;

	assert_true(ajdrive_new(&d, NULL));
	ajdrive_start(&d);
	expect_told(&d, "login");
	expect_asked(&d, "C:Challenge(AuthType=MD5)");
	assert_string_equal(d.lines[C].target, "/asterisk/rawman");
	assert_string_equal(d.lines[C].fields,
			    "Content-Type: application/x-www-form-urlencoded\r\n");
	assert_int_equal(d.lines[C].timeout_ms, 0); /* the login's own limit holds */
	ajdrive_answer(&d, C, CHALLENGE);
	expect_asked(&d, MD5_LOGIN);
	ajdrive_answer(&d, C, ACCEPTED);
	expect_told(&d, "");
	expect_asked(&d, "C:CoreSettings()");
	expect_version(&d, 0, "");
	ajdrive_answer(&d, C, SETTINGS);
	expect_told(&d, "booting ready");
	expect_version(&d, 11, "11.0.0");
	expect_asked(&d, "W:WaitEvent(Timeout=30)");
	assert_string_equal(d.lines[W].fields,
			    "Content-Type: application/x-www-form-urlencoded\r\n"
			    "Cookie: mansession_id=\"" AJDRIVE_COOKIE "\"\r\n");
	assert_false(zv_ajam_session_is_booted(d.session));
	assert_int_equal(d.failed, 0);
	ajdrive_free(&d);
}

static void
test_plain_login(void **state)
{
	struct zv_ajam_session_options options = plain();
	struct ajdrive d;

	options.ami.events = ZV_STR("call,agent");
	assert_true(ajdrive_new(&d, &options));
	ajdrive_start(&d);
	expect_asked(&d, "C:Login(Username=ops|Secret=s3cret|Events=call,agent)");
	ajdrive_answer(&d, C, ACCEPTED);
	ajdrive_answer(&d, C, SETTINGS);
	expect_asked(&d, "C:CoreSettings() W:WaitEvent(Timeout=30)");
	expect_told(&d, "login booting ready");
	ajdrive_free(&d);
}

/* What would have crossed the wire of AMI is told so, from the banner on: not the login
 * and not the waiting. */
static void
test_text_begins_with_a_banner(void **state)
{
	struct zv_ajam_session_options options = plain();
	struct ajdrive d;

	assert_true(ajdrive_new(&d, &options));
	ajdrive_log_in(&d);
	ajdrive_stop(&d, false);
	ajdrive_start(&d);
	ajdrive_answer(&d, C, ACCEPTED);
	ajdrive_answer(&d, C, SETTINGS);
	ajdrive_answer(&d, W, WAITING "Event: Hangup\n\n" COMPLETE);
	ajdrive_send(&d, "a", "Getvar", "Variable: X", 0);
	ajdrive_answer(&d, C, SUCCESS);
	check_text("text", zv_buf_str(&d.text),
		   ZV_STR("<Asterisk Call Manager/11.0.0\r\n"
			  "<Event: Hangup\r\n\r\n"
			  ">Action: Getvar\r\nActionID: zvon-12345678-7\r\n"
			  "Variable: X\r\n\r\n"
			  "<Response: Success\r\n"
			  "ActionID: zvon-12345678-7\r\n\r\n"));
	ajdrive_free(&d);
}

/* ---- refusals -------------------------------------------------------------------------- */

static void
test_wrong_secret(void **state)
{
	struct ajdrive d;

	assert_true(ajdrive_new(&d, NULL));
	ajdrive_start(&d);
	ajdrive_answer(&d, C, CHALLENGE);
	ajdrive_answer(&d, C, "Response: Error\n@\nMessage: Authentication failed\n\n");
	expect_lost(&d, ZV_EAUTH,
		    "login refused for user 'ops' (Authentication failed): check "
		    "secret, deny and permit of that user in manager.conf");
	expect_asked(&d, "C:Challenge(AuthType=MD5) " MD5_LOGIN);
	ajdrive_free(&d);
}

static void
test_challenge_refused(void **state)
{
	struct ajdrive d;

	assert_true(ajdrive_new(&d, NULL));
	ajdrive_start(&d);
	ajdrive_answer(&d, C, "Response: Error\nMessage: Must specify AuthType\n\n");
	expect_lost(&d, ZV_EAUTH, "Must specify AuthType");
	ajdrive_free(&d);
}

static void
test_strange_answers_to_the_login(void **state)
{
	static const struct {
		const char *status, *fields, *body;
		int code;
		const char *words;
	} rows[] = {
		{ "404 Not Found", "Server: Asterisk\nContent-type: text/html\n",
		  "<html></html>\n", ZV_EPROTO, "webenabled" },
		{ "403 Forbidden", "Server: Asterisk\n", "", ZV_EAUTH, "permit" },
		{ "503 Service Unavailable", "Server: Asterisk\n", "", ZV_EIO, "" },
		{ "302 Found", "Location: http://portal.example/\n", "", ZV_EPROTO,
		  "portal.example" },
		{ "200 OK", "Content-Type: text/html\n",
		  "<html><title>Hotel</title><form></form></html>", ZV_EPROTO,
		  "Hotel" },
		{ "200 OK", "Content-Type: text/plain\nPragma: SuppressEvents\n", "",
		  ZV_EPROTO, "empty" },
		{ "200 OK", "Content-Type: text/plain\nPragma: SuppressEvents\n",
		  "Response: Succ", ZV_EPROTO, "cut" },
		{ "401 Unauthorized", "WWW-Authenticate: Basic realm=\"x\"\n", "",
		  ZV_EAUTH, "in front of Asterisk" },
	};

	for (size_t i = 0; i < N_OF(rows); i++) {
		struct ajdrive d;

		assert_true(ajdrive_new(&d, NULL));
		ajdrive_start(&d);
		ajdrive_page(&d, C, rows[i].status, rows[i].fields, rows[i].body);
		expect_lost(&d, rows[i].code, rows[i].words);
		ajdrive_free(&d);
	}
}

static void
test_login_not_answered(void **state)
{
	struct ajdrive d;

	assert_true(ajdrive_new(&d, NULL));
	ajdrive_start(&d);
	ajdrive_wait(&d, 4499);
	assert_int_equal(d.failed, 0);
	ajdrive_wait(&d, 1);
	expect_lost(&d, ZV_ETIMEOUT, "within 4.5 s");
	ajdrive_free(&d);
}

/* A server that logged us in before gets a minute: it hangs. */
static void
test_second_login_has_patience(void **state)
{
	struct ajdrive d;

	assert_true(ajdrive_new(&d, NULL));
	ajdrive_log_in(&d);
	ajdrive_stop(&d, false);
	ajdrive_start(&d);
	ajdrive_wait(&d, ZV_AMI_HUNG_LOGIN_MS - 1);
	assert_int_equal(d.failed, 0);
	ajdrive_wait(&d, 1);
	expect_lost(&d, ZV_ETIMEOUT, "within 60.0 s");
	ajdrive_free(&d);
}

static void
test_login_connection_fails(void **state)
{
	struct ajdrive d;

	assert_true(ajdrive_new(&d, NULL));
	ajdrive_start(&d);
	ajdrive_end(&d, C, ZV_EIO, "pbx:8088: connection refused");
	expect_lost(&d, ZV_EIO, "connection refused");
	ajdrive_free(&d);
}

/* ---- a server without POST ---------------------------------------------------------------- */

/* The same request comes again as GET, and so do all after it, after a new start too. */
static void
check_get_only(const char *status, const char *fields, const char *body)
{
	struct ajdrive d;

	assert_true(ajdrive_new(&d, NULL));
	ajdrive_start(&d);
	ajdrive_page(&d, C, status, fields, body);
	expect_asked(&d, "C:Challenge(AuthType=MD5) C:Challenge(AuthType=MD5)/GET");
	assert_string_equal(d.lines[C].target,
			    "/asterisk/rawman?Action=Challenge"
			    "&ActionID=zvon-12345678-1&AuthType=MD5");
	assert_string_equal(d.lines[C].fields, "");
	ajdrive_answer(&d, C, CHALLENGE);
	expect_asked(&d, MD5_LOGIN "/GET");
	ajdrive_answer(&d, C, ACCEPTED);
	ajdrive_answer(&d, C, SETTINGS);
	expect_asked(&d, "C:CoreSettings()/GET W:WaitEvent(Timeout=30)/GET");
	ajdrive_stop(&d, false);
	ajdrive_start(&d);
	expect_asked(&d, "C:Challenge(AuthType=MD5)/GET");
	expect_told(&d, "login booting ready login");
	ajdrive_free(&d);
}

static void
test_post_refused(void **state)
{
	check_get_only("501 Not Implemented", "Server: Asterisk/1.8.32.3\n", "");
	check_get_only("405 Method Not Allowed", "Server: nginx\n", "no");
	check_get_only("200 OK",
		       "Server: Asterisk/1.8.32.3\nPragma: SuppressEvents\n"
		       "Content-type: text/plain\n",
		       MISSING);
}

/* GET without an action is an answer as others: nothing is tried for a third time. */
static void
test_get_refused_too(void **state)
{
	struct ajdrive d;

	assert_true(ajdrive_new(&d, NULL));
	ajdrive_start(&d);
	ajdrive_page(&d, C, "501 Not Implemented", "Server: x\n", "");
	ajdrive_answer(&d, C, MISSING);
	expect_lost(&d, ZV_EAUTH, "Missing action");
	expect_asked(&d, "C:Challenge(AuthType=MD5) C:Challenge(AuthType=MD5)/GET");
	ajdrive_free(&d);

	assert_true(ajdrive_new(&d, NULL));
	ajdrive_start(&d);
	ajdrive_page(&d, C, "501 Not Implemented", "Server: x\n", "");
	ajdrive_page(&d, C, "501 Not Implemented", "Server: x\n", "");
	expect_lost(&d, ZV_EPROTO, "");
	ajdrive_free(&d);
}

/* ---- the cookie --------------------------------------------------------------------------- */

/* Each answer sets one, and one to an unknown session a new one: only the login's is
 * ours (fault 117). */
static void
test_fault_117_cookie_of_the_login(void **state)
{
	static const char ours[] = "Cookie: mansession_id=\"" AJDRIVE_COOKIE "\"";
	struct ajdrive d;

	assert_true(ajdrive_new(&d, NULL));
	ajdrive_log_in(&d);
	d.cookie = "deadbeef";
	ajdrive_send(&d, "a", "Ping", NULL, 0);
	ajdrive_answer(&d, C, SUCCESS);
	ajdrive_answer(&d, W, WAITING COMPLETE);
	ajdrive_wait(&d, 250);
	assert_non_null(strstr(d.lines[W].fields, ours));
	ajdrive_send(&d, "b", "Ping", NULL, 0);
	assert_non_null(strstr(d.lines[C].fields, ours));
	ajdrive_free(&d);
}

static void
test_login_begins_without_a_cookie(void **state)
{
	struct ajdrive d;

	assert_true(ajdrive_new(&d, NULL));
	ajdrive_log_in(&d);
	ajdrive_stop(&d, false);
	d.cookie = "00000002";
	ajdrive_start(&d);
	assert_null(strstr(d.lines[C].fields, "Cookie"));
	ajdrive_answer(&d, C, CHALLENGE);
	assert_non_null(strstr(d.lines[C].fields, "00000002"));
	ajdrive_free(&d);
}

static void
test_cookie_taken_away(void **state)
{
	static const char *const max_ages[] = { "60", "0" };

	for (size_t i = 0; i < N_OF(max_ages); i++) {
		struct ajdrive d;

		assert_true(ajdrive_new(&d, NULL));
		ajdrive_start(&d);
		d.cookie = i == 0 ? NULL : AJDRIVE_COOKIE;
		d.max_age = max_ages[i];
		ajdrive_answer(&d, C, CHALLENGE);
		expect_lost(&d, ZV_EPROTO, "no cookie mansession_id");
		expect_asked(&d, "C:Challenge(AuthType=MD5)");
		ajdrive_free(&d);
	}
}

/* ---- the version --------------------------------------------------------------------------- */

static void
test_version_when_settings_are_denied(void **state)
{
	static const struct {
		const char *answer;
		bool is_old;
		int major;
		const char *banner;
	} rows[] = {
		{ DENIED, false, 2, "Asterisk Call Manager/2\r\n" },
		{ DENIED, true, 1, "Asterisk Call Manager/1\r\n" },
		{ "", false, 2, "Asterisk Call Manager/2\r\n" },
		{ "Response: Success\n@\nAMIversion: 1.1\n\n", true, 1,
		  "Asterisk Call Manager/1.1\r\n" },
	};

	for (size_t i = 0; i < N_OF(rows); i++) {
		struct ajdrive d;

		assert_true(ajdrive_new(&d, NULL));
		d.is_old = rows[i].is_old;
		ajdrive_start(&d);
		ajdrive_answer(&d, C, CHALLENGE);
		ajdrive_answer(&d, C, ACCEPTED);
		ajdrive_answer(&d, C, rows[i].answer);
		expect_told(&d, "login booting ready");
		expect_version(&d, rows[i].major, i == 3 ? "1.1" : "");
		assert_non_null(memmem(d.text.p, d.text.n, rows[i].banner,
				       strlen(rows[i].banner)));
		ajdrive_free(&d);
	}
}

static void
test_version_of_the_server_field(void **state)
{
	static const struct {
		const char *server;
		int major;
	} rows[] = {
		{ "Asterisk/1.8.32.3", 1 },  { "Asterisk/11.25.3", 1 },
		{ "Asterisk/13.38.3", 2 },   { "Asterisk", 2 },
		{ "nginx/1.2", 2 },	     { "Asterisk/", 2 },
		{ "Asterisk/SVN-trunk", 2 }, { "Asterisk/99999999999", 2 },
	};

	for (size_t i = 0; i < N_OF(rows); i++) {
		char fields[200];
		struct ajdrive d;

		snprintf(fields, sizeof fields,
			 "Server: %s\nSet-Cookie: mansession_id=\"1\"\n"
			 "Content-type: text/plain\n",
			 rows[i].server);
		assert_true(ajdrive_new(&d, NULL));
		ajdrive_start(&d);
		ajdrive_page(&d, C, "200 OK", fields, CHALLENGE);
		ajdrive_page(&d, C, "200 OK", fields, ACCEPTED);
		ajdrive_page(&d, C, "200 OK", fields, DENIED);
		expect_version(&d, rows[i].major, "");
		ajdrive_free(&d);
	}
}

/* ---- secrets and memory ---------------------------------------------------------------------- */

/* Neither secret nor key stands in a target with POST, in a log line, or in a block that
 * was given back; with GET the key must stand there, and nowhere else. */
static void
test_fault_118_secrets(void **state)
{
	static const char *const secrets[] = { "s3cret", KEY, AJDRIVE_COOKIE };

	for (size_t i = 0; i < N_OF(secrets); i++) {
		struct zv_ajam_session_options options = ajdrive_defaults;
		struct ajdrive d;

		options.ami.plain_login = i == 0;
		heap_watch(secrets[i]);
		assert_true(ajdrive_new(&d, &options));
		ajdrive_start(&d);
		if (i > 0)
			ajdrive_answer(&d, C, CHALLENGE);
		if (i < 2)
			assert_non_null(strstr(d.lines[C].body, secrets[i]));
		assert_string_equal(d.lines[C].target, "/asterisk/rawman");
		ajdrive_answer(&d, C, ACCEPTED);
		ajdrive_answer(&d, C, SETTINGS);
		ajdrive_end(&d, W, ZV_ECLOSED, "closed");
		assert_null(memmem(d.told.logged.p, d.told.logged.n, secrets[i],
				   strlen(secrets[i])));
		assert_null(memmem(d.text.p, d.text.n, secrets[i], strlen(secrets[i])));
		ajdrive_free(&d);
		assert_int_equal(heap_found(), 0);
		heap_watch(NULL);
	}
}

/* ---- stop and start ----------------------------------------------------------------------------- */

/* In each step of the login: an action that waits survives, and is asked after the next. */
static void
test_stop_and_start_at_each_step(void **state)
{
	static const char *const answers[] = { CHALLENGE, ACCEPTED, SETTINGS };

	for (size_t steps = 0; steps < N_OF(answers); steps++) {
		struct ajdrive d;

		assert_true(ajdrive_new(&d, NULL));
		ajdrive_start(&d);
		ajdrive_send(&d, "a", "Ping", NULL, 0);
		for (size_t i = 0; i < steps; i++)
			ajdrive_answer(&d, C, answers[i]);
		ajdrive_stop(&d, false);
		assert_true(zv_ajam_session_deadline(d.session) > d.now_ms);
		/* news that come too late mean nothing */
		ajdrive_body(&d, C, SUCCESS);
		ajdrive_end(&d, C, 0, "");
		assert_int_equal(d.failed, 0);
		ajdrive_forget(&d);
		ajdrive_start(&d);
		for (size_t i = 0; i < N_OF(answers); i++)
			ajdrive_answer(&d, C, answers[i]);
		expect_asked(&d, "C:Challenge(AuthType=MD5) " MD5_LOGIN
				 " C:CoreSettings() W:WaitEvent(Timeout=30) C:Ping()");
		ajdrive_answer(&d, C, SUCCESS);
		expect_told(&d, "login booting ready a:Success a.OK");
		ajdrive_free(&d);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_login_by_challenge),
		cmocka_unit_test(test_plain_login),
		cmocka_unit_test(test_text_begins_with_a_banner),
		cmocka_unit_test(test_wrong_secret),
		cmocka_unit_test(test_challenge_refused),
		cmocka_unit_test(test_strange_answers_to_the_login),
		cmocka_unit_test(test_login_not_answered),
		cmocka_unit_test(test_second_login_has_patience),
		cmocka_unit_test(test_login_connection_fails),
		cmocka_unit_test(test_post_refused),
		cmocka_unit_test(test_get_refused_too),
		cmocka_unit_test(test_fault_117_cookie_of_the_login),
		cmocka_unit_test(test_login_begins_without_a_cookie),
		cmocka_unit_test(test_cookie_taken_away),
		cmocka_unit_test(test_version_when_settings_are_denied),
		cmocka_unit_test(test_version_of_the_server_field),
		cmocka_unit_test(test_fault_118_secrets),
		cmocka_unit_test(test_stop_and_start_at_each_step),
	};

	return cmocka_run_group_tests_name("ajam_login", tests, NULL, NULL);
}
