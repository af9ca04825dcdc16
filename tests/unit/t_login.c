#include "ami/login.h"

#include <stdlib.h>

#include "helper.h"
#include "zvon/error.h"

/* The first bytes, all at once: 1 Asterisk, 0 not known yet, < 0 something else. */
static void
test_fault_018_greetings(void **state)
{
	static const struct {
		struct zv_str head;
		int rc;
		const char *words;
	} rows[] = {
		{ VIEW("A"), 0, "" },
		{ VIEW("Asterisk Call Manager"), 0, "" },
		{ VIEW("Asterisk Call Manager/"), 1, "" },
		{ VIEW("Asterisk Call Manager/11.0.0\r\n"), 1, "" },
		{ VIEW("Asterisk Call Manager Proxy\r\n"), ZV_EPROTO,
		  "something else" },
		{ VIEW("asterisk call manager/1.1\r\n"), ZV_EPROTO, "something else" },
		{ VIEW("S"), 0, "" },
		{ VIEW("SSH-2.0-OpenSSH_9.2p1"), ZV_EPROTO, "SSH" },
		{ VIEW("HTTP/1.1 400 Bad Request\r\n"), ZV_EPROTO, "http://" },
		{ VIEW("<html>"), ZV_EPROTO, "HTTP" },
		{ VIEW("220 mail.example.com ESMTP\r\n"), ZV_EPROTO, "mail or FTP" },
		{ VIEW("+OK POP3 ready\r\n"), ZV_EPROTO, "mail" },
		{ VIEW("* OK IMAP4 ready\r\n"), ZV_EPROTO, "mail" },
		{ VIEW("RFB 003.008\n"), ZV_EPROTO, "VNC" },
		{ VIEW("\x15\x03\x01\x00\x02\x02\x0a"), ZV_EPROTO, "amis://" },
		{ VIEW("\x16\x03\x03\x00\x7a"), ZV_EPROTO, "amis://" },
		{ VIEW("hello"), 0, "" },
		{ VIEW("hello\n"), ZV_EPROTO, "something else" },
		{ VIEW("12345678901234567890123456789012"), ZV_EPROTO,
		  "something else" },
		{ VIEW("\0\0\0\0"), 0, "" },
		{ VIEW("%n%s%x\r\n"), ZV_EPROTO, "something else" },
	};

	for (size_t i = 0; i < N_OF(rows); i++) {
		struct zv_error err = { 0 };
		char *exact = exact_copy(rows[i].head);
		int rc = zv_login_check_greeting(
			(struct zv_str){ exact, rows[i].head.n }, &err);

		if (rc != rows[i].rc || !strstr(err.text, rows[i].words))
			fail_msg("%.*s: %d %s", ZV_ARG(rows[i].head), rc, err.text);
		if (rc < 0) /* what to look at */
			assert_non_null(strstr(err.text, "manager.conf"));
		free(exact);
	}
}

static void
test_fault_018_versions(void **state)
{
	static const struct {
		const char *banner, *version;
		int major;
	} rows[] = {
		{ "Asterisk Call Manager/1.0", "1.0", 1 },
		{ "Asterisk Call Manager/1.1", "1.1", 1 },
		{ "Asterisk Call Manager/1.3", "1.3", 1 },
		{ "Asterisk Call Manager/2.10.6", "2.10.6", 2 },
		{ "Asterisk Call Manager/5.0.4", "5.0.4", 5 },
		{ "Asterisk Call Manager/11.0.0", "11.0.0", 11 },
		{ "Asterisk Call Manager/12", "12", 12 },
		{ "Asterisk Call Manager/ 7.0.3 ", "7.0.3", 7 },
		{ "Asterisk Call Manager/", "", 2 },
		{ "Asterisk Call Manager/next", "next", 2 },
		{ "Asterisk Call Manager/-3.1", "-3.1", 2 },
		{ "Asterisk Call Manager/0.1", "0.1", 2 },
		{ "Asterisk Call Manager/99999999999999999999.1",
		  "99999999999999999999.1", 2 },
	};

	for (size_t i = 0; i < N_OF(rows); i++) {
		int major = -1;

		check_text(rows[i].banner,
			   zv_login_version(zvon_str(rows[i].banner), &major),
			   zvon_str(rows[i].version));
		assert_int_equal(major, rows[i].major);
	}
}

static void
check_request(struct zv_request *r, const char *wanted)
{
	struct zv_buf out = { 0 };

	assert_non_null(r);
	assert_int_equal(zv_request_format(r, ZV_STR("1"), &out), 0);
	check_text("request", zv_buf_str(&out), zvon_str(wanted));
	zv_buf_deinit(&out);
	zvon_request_free(r);
}

static void
test_requests(void **state)
{
	struct zv_str user = ZV_STR("ops"), secret = ZV_STR("s3cret");

	check_request(zv_login_challenge(NULL),
		      "Action: Challenge\r\nActionID: 1\r\nAuthType: MD5\r\n\r\n");
	check_request(zv_login_plain(user, secret, ZV_STR("on"), NULL),
		      "Action: Login\r\nActionID: 1\r\nUsername: ops\r\n"
		      "Secret: s3cret\r\nEvents: on\r\n\r\n");
	check_request(zv_login_plain(user, ZV_STR(""), ZV_STR(""), NULL),
		      "Action: Login\r\nActionID: 1\r\nUsername: ops\r\n"
		      "Secret: \r\n\r\n");
	/* printf '819582560s3cret' | md5sum */
	check_request(
		zv_login_md5(user, secret, ZV_STR("819582560"), ZV_STR("off"), NULL),
		"Action: Login\r\nActionID: 1\r\nUsername: ops\r\n"
		"Key: 1172277d40e8fb56959786c2cc666c31\r\nEvents: off\r\n"
		"AuthType: MD5\r\n\r\n");
}

static void
test_bad_user_or_secret(void **state)
{
	struct zv_error in_user = { 0 }, in_secret = { 0 }, in_events = { 0 };

	assert_null(zv_login_plain(ZV_STR("a\nb"), ZV_STR("s"), ZV_STR(""), &in_user));
	assert_int_equal(in_user.code, ZV_EINVAL);
	assert_non_null(strstr(in_user.text, "Username"));
	assert_null(
		zv_login_plain(ZV_STR("a"), ZV_STR("s\r\n"), ZV_STR(""), &in_secret));
	assert_non_null(strstr(in_secret.text, "Secret"));
	assert_null(zv_login_md5(ZV_STR("a"), ZV_STR("s"), ZV_STR("1"), ZV_STR("\n"),
				 &in_events));
	assert_non_null(strstr(in_events.text, "Events"));
}

/* A secret with a line end can be used with MD5: it never crosses the wire. */
static void
test_any_secret_goes_with_md5(void **state)
{
	struct zv_request *r = zv_login_md5(ZV_STR("a"), ZV_STR("s\r\n\0"), ZV_STR("1"),
					    ZV_STR(""), NULL);

	assert_non_null(r);
	zvon_request_free(r);
}

static void
test_refusals(void **state)
{
	static const struct {
		const char *message, *words;
	} rows[] = {
		{ "Authentication failed", "check secret, deny and permit" },
		{ "Login Already In Use", "allowmultiplelogin" },
		{ "login already in use\n", "allowmultiplelogin" },
		{ "", "check secret" },
		{ "Whatever\nelse", "(Whatever else)" },
	};

	for (size_t i = 0; i < N_OF(rows); i++) {
		struct zv_field fields[] = {
			{ VIEW("Response"), VIEW("Error") },
			{ VIEW("Message"), zvon_str(rows[i].message) },
		};
		struct zv_packet response = { .kind = ZV_PACKET_RESPONSE,
					      .name = VIEW("Error"),
					      .fields = fields,
					      .n_fields = 2 };
		struct zv_error err = { 0 };

		assert_int_equal(zv_login_refused(ZV_STR("ops"), &response, &err),
				 ZV_EAUTH);
		assert_int_equal(err.code, ZV_EAUTH);
		if (!strstr(err.text, rows[i].words) || !strstr(err.text, "'ops'"))
			fail_msg("%s", err.text);
		assert_null(strpbrk(err.text, "\r\n"));
	}
}

static int
make_all(void *user)
{
	struct zv_error err = { 0 };
	struct zv_request *challenge = zv_login_challenge(&err);
	struct zv_request *plain =
		zv_login_plain(ZV_STR("ops"), ZV_STR("x"), ZV_STR("on"), &err);
	struct zv_request *md5 = zv_login_md5(ZV_STR("ops"), ZV_STR("x"), ZV_STR("1"),
					      ZV_STR("on"), &err);
	bool all = challenge && plain && md5;

	assert_int_equal(err.code, all ? 0 : ZV_ENOMEM);
	zvon_request_free(challenge);
	zvon_request_free(plain);
	zvon_request_free(md5);
	return err.code;
}

static void
test_out_of_memory(void **state)
{
	check_out_of_memory(make_all, NULL);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fault_018_greetings),
		cmocka_unit_test(test_fault_018_versions),
		cmocka_unit_test(test_requests),
		cmocka_unit_test(test_bad_user_or_secret),
		cmocka_unit_test(test_any_secret_goes_with_md5),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_out_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
