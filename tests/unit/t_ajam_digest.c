/* AJAM with digest (arawman, amxml, amanager): the session lives under the nonce. */
#include "ajdrive.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/md5.h"

#define HANGUP "Event: Hangup\nChannel: SIP/1\n\n"

static struct zv_ajam_session_options
digest_options(void)
{
	struct zv_ajam_session_options options = ajdrive_defaults;

	options.digest = true;
	options.path = ZV_STR("/asterisk/arawman");
	return options;
}

static bool
digest_new(struct ajdrive *d)
{
	struct zv_ajam_session_options options = digest_options();

	return ajdrive_new(d, &options);
}

/* The value of a parameter of the last Authorization field, without quotes. */
static struct zv_str
parameter(const struct ajdrive_line *l, const char *name)
{
	const char *field = strstr(l->fields, "Authorization: Digest ");
	char start[32];
	const char *at;

	snprintf(start, sizeof start, " %s=", name);
	at = field ? strstr(field, start) : NULL;
	if (!at)
		fail_msg("no %s in '%s'", name, l->fields);
	at += strlen(start);
	if (*at == '"')
		return (struct zv_str){ at + 1, strcspn(at + 1, "\"") };
	return (struct zv_str){ at, strcspn(at, ",\r") };
}

static void
md5_of(const char *text, char out[ZV_MD5_HEX + 1])
{
	struct zv_str part = zvon_str(text);

	zv_md5_hex(&part, 1, out);
}

/* RFC 7616, 3.4.1 with qop=auth, computed once more from the text of the request. */
static void
check_answer(const struct ajdrive_line *l, const char *nonce, const char *nc)
{
	char a1[ZV_MD5_HEX + 1], a2[ZV_MD5_HEX + 1], wanted[ZV_MD5_HEX + 1], text[300];

	check_text("nonce", parameter(l, "nonce"), zvon_str(nonce));
	check_text("nc", parameter(l, "nc"), zvon_str(nc));
	check_text("uri", parameter(l, "uri"), zvon_str(l->target));
	md5_of("ops:asterisk:s3cret", a1);
	snprintf(text, sizeof text, "%s:%s", l->is_post ? "POST" : "GET", l->target);
	md5_of(text, a2);
	snprintf(text, sizeof text, "%s:%s:%s:%.*s:auth:%s", a1, nonce, nc,
		 ZV_ARG(parameter(l, "cnonce")), a2);
	md5_of(text, wanted);
	check_text("response", parameter(l, "response"), zvon_str(wanted));
}

static void
test_first_401_is_answered(void **state)
{
	struct ajdrive d;

	assert_true(digest_new(&d));
	ajdrive_start(&d);
	expect_asked(&d, "C:Events(EventMask=on)");
	assert_null(strstr(d.lines[C].fields, "Authorization"));
	ajdrive_ask_digest(&d, C, "5f1d2c3b", false);
	expect_asked(&d, "C:Events(EventMask=on)");
	check_answer(&d.lines[C], "5f1d2c3b", "00000001");
	check_text("opaque", parameter(&d.lines[C], "opaque"), ZV_STR("5f1d2c3b"));
	ajdrive_answer(&d, C, "Response: Success\n@\nEvents: On\n\n");
	expect_asked(&d, "C:CoreSettings()");
	check_answer(&d.lines[C], "5f1d2c3b", "00000002");
	ajdrive_answer(&d, C, "Response: Success\n@\nAMIversion: 5.0.4\n\n");
	expect_told(&d, "login booting ready");
	expect_asked(&d, "W:WaitEvent(Timeout=10)");
	check_answer(&d.lines[W], "5f1d2c3b", "00000003");
	/* a digest path sets no cookie, and if one came, it is not ours */
	assert_null(strstr(d.lines[W].fields, "Cookie"));
	ajdrive_answer(&d, W, WAITING HANGUP COMPLETE);
	expect_told(&d, "event:Hangup");
	ajdrive_free(&d);
}

/* The server takes GET only: the query is part of what is signed. */
static void
test_digest_with_get(void **state)
{
	struct ajdrive d;

	assert_true(digest_new(&d));
	ajdrive_start(&d);
	ajdrive_page(&d, C, "501 Not Implemented", "Server: Asterisk/1.8.32.3\n", "");
	ajdrive_ask_digest(&d, C, "0badcafe", false);
	expect_asked(&d, "C:Events(EventMask=on) C:Events(EventMask=on)/GET "
			 "C:Events(EventMask=on)/GET");
	check_answer(&d.lines[C], "0badcafe", "00000001");
	assert_non_null(strchr(d.lines[C].target, '?'));
	ajdrive_free(&d);
}

static void
test_wrong_secret(void **state)
{
	struct ajdrive d;

	assert_true(digest_new(&d));
	ajdrive_start(&d);
	ajdrive_ask_digest(&d, C, "00000001", false);
	ajdrive_ask_digest(&d, C, "00000002", false);
	expect_lost(&d, ZV_EAUTH, "user or secret is wrong");
	expect_asked(&d, "C:Events(EventMask=on) C:Events(EventMask=on)");
	ajdrive_free(&d);
}

static void
test_no_digest_that_can_be_answered(void **state)
{
	static const struct {
		const char *fields;
		int code;
	} rows[] = {
		{ "Server: Asterisk\n", ZV_EPROTO },
		{ "WWW-Authenticate: Basic realm=\"x\"\n", ZV_ENOTFOUND },
		{ "WWW-Authenticate: Digest realm=\"x\", nonce=\"1\", "
		  "algorithm=SHA-256\n",
		  ZV_EPROTO },
	};

	for (size_t i = 0; i < N_OF(rows); i++) {
		struct ajdrive d;

		assert_true(digest_new(&d));
		ajdrive_start(&d);
		ajdrive_page(&d, C, "401 Unauthorized", rows[i].fields, "");
		expect_lost(&d, rows[i].code, "");
		assert_true(d.err.text[0] != '\0');
		ajdrive_free(&d);
	}
}

/* ---- stale ---------------------------------------------------------------------------- */

/* A new nonce takes the place of a stale one: once for each request. */
static void
test_fault_115_stale_while_nothing_waits(void **state)
{
	struct ajdrive d;

	assert_true(digest_new(&d));
	ajdrive_start(&d);
	ajdrive_ask_digest(&d, C, "00000001", false);
	ajdrive_ask_digest(&d, C, "00000002", true);
	check_answer(&d.lines[C], "00000002", "00000001");
	expect_asked(&d, "C:Events(EventMask=on) C:Events(EventMask=on) "
			 "C:Events(EventMask=on)");
	ajdrive_ask_digest(&d, C, "00000003", true);
	expect_asked(&d, "");
	expect_lost(&d, ZV_EPROTO, "each nonce stale");
	ajdrive_free(&d);
}

/* The mask stays with the session, whatever its nonce. */
static void
test_fault_115_stale_behind_the_mask(void **state)
{
	struct ajdrive d;

	assert_true(digest_new(&d));
	ajdrive_start(&d);
	ajdrive_ask_digest(&d, C, "00000001", false);
	ajdrive_answer(&d, C, SUCCESS);
	ajdrive_ask_digest(&d, C, "00000002", true);
	check_answer(&d.lines[C], "00000002", "00000001");
	ajdrive_answer(&d, C, "Response: Success\nAMIversion: 5.0.4\n\n");
	expect_told(&d, "login booting ready");
	ajdrive_free(&d);
}

/* Asterisk gives the session a new nonce, its events wait under that: both ways go on. */
static void
test_fault_115_stale_with_events_under_it(void **state)
{
	struct ajdrive d;

	assert_true(digest_new(&d));
	ajdrive_log_in(&d);
	ajdrive_send(&d, "a", "Originate", NULL, 0);
	ajdrive_wait(&d, ZV_AJAM_DIGEST_GAP_MS);
	ajdrive_ask_digest(&d, C, "00000002", true);
	check_answer(&d.lines[C], "00000002", "00000001");
	ajdrive_answer(&d, C, SUCCESS);
	expect_told(&d, "a:Success a.OK");
	ajdrive_answer(&d, W, WAITING HANGUP COMPLETE);
	ajdrive_wait(&d, ZV_AJAM_DIGEST_GAP_MS);
	check_answer(&d.lines[W], "00000002", "00000002");
	ajdrive_ask_digest(&d, W, "00000003", true);
	check_answer(&d.lines[W], "00000003", "00000001");
	ajdrive_answer(&d, W, WAITING HANGUP COMPLETE);
	expect_told(&d, "event:Hangup event:Hangup");
	ajdrive_free(&d);
}

/* The process was stopped for longer than a session lives: only time tells it. */
static void
test_fault_111_silence_over_digest(void **state)
{
	for (int late = 0; late < 2; late++) {
		struct ajdrive d;

		assert_true(digest_new(&d));
		ajdrive_log_in(&d);
		d.now_ms += ZV_AJAM_DIGEST_SILENCE_MS + late;
		ajdrive_answer(&d, W, WAITING COMPLETE);
		if (late)
			expect_lost(&d, ZV_ECLOSED, "forgotten the session");
		else
			expect_told(&d, "");
		ajdrive_free(&d);
	}
}

/* Nobody waits for events: nothing is lost. */
static void
test_fault_115_stale_without_events(void **state)
{
	struct zv_ajam_session_options options = digest_options();
	struct ajdrive d;

	options.ami.events = ZV_STR("off");
	assert_true(ajdrive_new(&d, &options));
	ajdrive_log_in(&d);
	ajdrive_send(&d, "a", "Ping", NULL, 0);
	ajdrive_ask_digest(&d, C, "00000002", true);
	expect_asked(&d, "C:Ping() C:Ping()");
	check_answer(&d.lines[C], "00000002", "00000001");
	ajdrive_answer(&d, C, SUCCESS);
	expect_told(&d, "a:Success a.OK");
	ajdrive_send(&d, "b", "Ping", NULL, 0);
	check_answer(&d.lines[C], "00000002", "00000002");
	ajdrive_free(&d);
}

/* A login in the middle of a session is a refusal: the secret was changed. */
static void
test_refused_in_mid_session(void **state)
{
	struct ajdrive d;

	assert_true(digest_new(&d));
	ajdrive_log_in(&d);
	ajdrive_ask_digest(&d, W, "00000002", false);
	expect_lost(&d, ZV_EAUTH, "user or secret is wrong");
	ajdrive_free(&d);
}

/* ---- order -------------------------------------------------------------------------------- */

/* nc must grow as the server sees it, on two connections. */
static void
test_gap_between_two_requests(void **state)
{
	struct ajdrive d;

	assert_true(digest_new(&d));
	ajdrive_log_in(&d);
	check_answer(&d.lines[W], "5f1d2c3b", "00000003");
	ajdrive_send(&d, "a", "Ping", NULL, 0);
	expect_asked(&d, "");
	ajdrive_wait(&d, ZV_AJAM_DIGEST_GAP_MS - 1);
	expect_asked(&d, "");
	ajdrive_wait(&d, 1);
	expect_asked(&d, "C:Ping()");
	check_answer(&d.lines[C], "5f1d2c3b", "00000004");
	/* both become free, and both want to go on: one by one again */
	ajdrive_send(&d, "b", "Ping", NULL, 0);
	ajdrive_wait(&d, 1000);
	ajdrive_answer(&d, W, WAITING HANGUP COMPLETE);
	ajdrive_answer(&d, C, SUCCESS);
	expect_asked(&d, "W:WaitEvent(Timeout=10)");
	ajdrive_wait(&d, ZV_AJAM_DIGEST_GAP_MS);
	expect_asked(&d, "C:Ping()");
	check_answer(&d.lines[C], "5f1d2c3b", "00000006");
	ajdrive_free(&d);
}

/* With nothing else under way there is nothing to overtake. */
static void
test_no_gap_alone(void **state)
{
	struct zv_ajam_session_options options = digest_options();
	struct ajdrive d;

	options.ami.events = ZV_STR("off");
	assert_true(ajdrive_new(&d, &options));
	ajdrive_log_in(&d);
	ajdrive_send(&d, "a", "Ping", NULL, 0);
	expect_asked(&d, "C:Ping()");
	ajdrive_answer(&d, C, SUCCESS);
	ajdrive_send(&d, "b", "Ping", NULL, 0);
	expect_asked(&d, "C:Ping()");
	ajdrive_free(&d);
}

/* Each request says something else with its cnonce. */
static void
test_cnonces_differ(void **state)
{
	char seen[50][17];
	struct ajdrive d;

	assert_true(digest_new(&d));
	ajdrive_log_in(&d);
	ajdrive_wait(&d, ZV_AJAM_DIGEST_GAP_MS);
	for (size_t i = 0; i < N_OF(seen); i++) {
		ajdrive_send(&d, "a", "Ping", NULL, 0);
		ajdrive_wait(&d, ZV_AJAM_DIGEST_GAP_MS);
		snprintf(seen[i], sizeof seen[i], "%.*s",
			 ZV_ARG(parameter(&d.lines[C], "cnonce")));
		assert_int_equal(strlen(seen[i]), 16);
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(seen[k], seen[i]);
		ajdrive_answer(&d, C, SUCCESS);
	}
	ajdrive_free(&d);
}

/* With digest there is no session that could be forgotten unnoticed: a refusal is one. */
static void
test_denied_is_an_answer(void **state)
{
	struct zv_ajam_order order;
	struct ajdrive d;

	assert_true(digest_new(&d));
	ajdrive_log_in(&d);
	ajdrive_send(&d, "a", "Originate", NULL, 0);
	ajdrive_wait(&d, ZV_AJAM_DIGEST_GAP_MS);
	ajdrive_answer(&d, C, DENIED);
	expect_told(&d, "a:Error a.OK");
	/* else the session would lie in the server's memory for httptimeout */
	assert_true(zv_ajam_session_farewell(d.session, &order));
	assert_non_null(memmem(order.asked.body.p, order.asked.body.n, "Logoff", 6));
	ajdrive_free(&d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_first_401_is_answered),
		cmocka_unit_test(test_digest_with_get),
		cmocka_unit_test(test_wrong_secret),
		cmocka_unit_test(test_no_digest_that_can_be_answered),
		cmocka_unit_test(test_fault_115_stale_while_nothing_waits),
		cmocka_unit_test(test_fault_115_stale_behind_the_mask),
		cmocka_unit_test(test_fault_115_stale_with_events_under_it),
		cmocka_unit_test(test_fault_115_stale_without_events),
		cmocka_unit_test(test_fault_111_silence_over_digest),
		cmocka_unit_test(test_refused_in_mid_session),
		cmocka_unit_test(test_gap_between_two_requests),
		cmocka_unit_test(test_no_gap_alone),
		cmocka_unit_test(test_cnonces_differ),
		cmocka_unit_test(test_denied_is_an_answer),
	};

	return cmocka_run_group_tests_name("ajam_digest", tests, NULL, NULL);
}
