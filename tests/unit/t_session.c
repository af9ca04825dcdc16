/* Login, refusals, strangers, and which answer belongs to which action. Lists are in
 * t_session_lists.c, everything with a clock in t_session_time.c. */
#include "ami/session.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/str.h"
#include "drive.h"
#include "heap.h"

#define ID(n) "ActionID: zvon-12345678-" #n "\n"

#define BANNER	  "Asterisk Call Manager/11.0.0\n"
#define CHALLENGE "Response: Success\n" ID(1) "Challenge: 819582560\n\n"
#define ACCEPTED  "Response: Success\n" ID(2) "Message: Authentication accepted\n\n"
#define BOOTED	  "Event: FullyBooted\nPrivilege: system,all\n\n"

/* printf '819582560s3cret' | md5sum */
#define MD5_LOGIN                                                                      \
 "Login(Username=ops|Key=1172277d40e8fb56959786c2cc666c31|Events=on|AuthType=MD5)"

static struct zv_ami_session_options
plain(void)
{
	struct zv_ami_session_options options = drive_defaults;

	options.plain_login = true;
	return options;
}

static struct zv_client_counters
count(const struct drive *d)
{
	struct zv_client_counters c = { 0 };

	zv_ami_session_count(d->session, &c);
	return c;
}

/* ---- logging in -------------------------------------------------------------- */

static void
test_md5_login(void **state)
{
	struct drive d;
	int major;

	assert_true(drive_new(&d, NULL));
	assert_int_equal(zv_ami_session_state(d.session), ZV_STATE_DOWN);
	drive_start(&d);
	expect_news(&d, "login");
	check_text("no version yet", zv_ami_session_version(d.session, &major),
		   ZV_STR(""));
	assert_int_equal(major, 0);
	expect_sent(&d, "");
	drive_says(&d, BANNER);
	expect_sent(&d, "Challenge(AuthType=MD5)");
	check_text("version", zv_ami_session_version(d.session, &major),
		   ZV_STR("11.0.0"));
	assert_int_equal(major, 11);
	drive_says(&d, CHALLENGE);
	expect_sent(&d, MD5_LOGIN);
	expect_news(&d, "");
	drive_says(&d, ACCEPTED);
	expect_news(&d, "booting");
	assert_false(zv_ami_session_is_booted(d.session));
	drive_says(&d, BOOTED);
	expect_news(&d, "event:FullyBooted ready");
	assert_int_equal(zv_ami_session_state(d.session), ZV_STATE_READY);
	assert_true(zv_ami_session_is_booted(d.session));
	expect_sent(&d, "");
	drive_says(&d, BOOTED); /* again, at a reload: an event like others */
	expect_news(&d, "event:FullyBooted");
	assert_int_equal(d.failed, 0);
	drive_free(&d);
}

static void
test_plain_login(void **state)
{
	struct zv_ami_session_options options = plain();
	struct drive d;

	options.events = ZV_STR("");
	assert_true(drive_new(&d, &options));
	drive_start(&d);
	drive_says(&d, BANNER);
	expect_sent(&d, "Login(Username=ops|Secret=s3cret)");
	drive_says(&d, "Response: Success\n" ID(1) "\n" BOOTED);
	expect_news(&d, "login booting event:FullyBooted ready");
	drive_free(&d);
}

/* ---- the server's side in any pieces -------------------------------------------- */

static void *
talk_begin(const void *options)
{
	struct drive *d = malloc(sizeof *d);

	assert_non_null(d);
	assert_true(drive_new(d, options));
	drive_start(d);
	drive_send(d, "A", "CoreStatus", NULL, 0);
	return d;
}

static void
talk_piece(void *of, char *bytes, size_t n)
{
	drive_input(of, (struct zv_str){ bytes, n });
}

static void
talk_end(void *of, struct zv_buf *out)
{
	struct drive *d = of;

	zv_buf_printf(out, "%s\n", zv_buf_cstr(&d->told.news));
	zv_buf_add(out, zv_buf_str(&d->wire));
	zv_buf_printf(out, "%d %s", d->failed, d->err.text);
	drive_free(d);
	free(d);
}

static void
test_fault_012_login_in_any_pieces(void **state)
{
	static const struct codec talk = { talk_begin, talk_piece, talk_end };
	static const char *const talks[] = {
		"Asterisk Call Manager/1.1\r\n"
		"Response: Success\r\nActionID: zvon-12345678-2\r\nChallenge: 1\r\n\r\n"
		"Response: Success\r\nActionID: zvon-12345678-3\r\n\r\n"
		"Event: FullyBooted\r\nStatus: Fully Booted\r\n\r\n"
		"Event: Hangup\r\nChannel: SIP/1\r\n\r\n"
		"Response: Success\r\nActionID: zvon-12345678-1\r\nX: 1\r\n\r\n",
		"Asterisk Call Manager/1.1\r\n"
		"Response: Success\r\nActionID: zvon-12345678-2\r\nChallenge: 1\r\n\r\n"
		"Response: Error\r\nActionID: zvon-12345678-3\r\n"
		"Message: Authentication failed\r\n\r\n",
		"HTTP/1.1 400 Bad Request\r\nServer: x\r\n\r\n",
		"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n",
	};

	chance_begin();
	for (size_t i = 0; i < N_OF(talks); i++)
		check_splits(&talk, NULL, talks[i], zvon_str(talks[i]), NULL, ALL_CUTS);
}

/* ---- 018: who answers there -------------------------------------------------------- */

static void
test_fault_018_every_version(void **state)
{
	static const struct {
		const char *version;
		int major;
	} rows[] = {
		{ "1.0", 1 },	  { "1.1", 1 },	    { "1.2", 1 },    { "1.3", 1 },
		{ "1.4", 1 },	  { "2.5.0", 2 },   { "2.10.6", 2 }, { "3.2.2", 3 },
		{ "4.0.3", 4 },	  { "5.0.0", 5 },   { "5.0.4", 5 },  { "6.2.1", 6 },
		{ "7.0.3", 7 },	  { "8.0.2", 8 },   { "9.0.0", 9 },  { "10.0.0", 10 },
		{ "11.0.0", 11 }, { "12.0.0", 12 },
	};

	for (size_t i = 0; i < N_OF(rows); i++) {
		struct drive d;
		int major;

		assert_true(drive_new(&d, NULL));
		drive_start(&d);
		drive_saysf(&d, "Asterisk Call Manager/%s\n", rows[i].version);
		check_text("version", zv_ami_session_version(d.session, &major),
			   zvon_str(rows[i].version));
		assert_int_equal(major, rows[i].major);
		drive_says(&d, CHALLENGE ACCEPTED BOOTED);
		expect_news(&d, "login booting event:FullyBooted ready");
		drive_free(&d);
	}
}

static void
test_fault_018_strangers(void **state)
{
	static const struct {
		const char *bytes, *words;
	} rows[] = {
		{ "HTTP/1.1 400 Bad Request\r\n", "HTTP" },
		{ "<!DOCTYPE HTML", "HTTP" },
		{ "SSH-2.0-OpenSSH_9.2p1\r\n", "SSH" },
		{ "220 mail.example.com ESMTP\r\n", "mail" },
		{ "\x15\x03\x01", "amis://" },
		{ "Event: A\r\n\r\n", "something else" },
		{ "\r\nAsterisk Call Manager/1.1\r\n", "something else" },
	};

	for (size_t i = 0; i < N_OF(rows); i++) {
		struct drive d;

		assert_true(drive_new(&d, NULL));
		drive_start(&d);
		drive_input(&d, zvon_str(rows[i].bytes));
		expect_failure(&d, ZV_EPROTO, rows[i].words);
		expect_sent(&d, "");
		expect_news(&d, "login");
		drive_free(&d);
	}
}

static void
test_a_second_banner_is_nothing(void **state)
{
	struct drive d;

	assert_true(drive_new(&d, NULL));
	drive_start(&d);
	drive_says(&d, BANNER "Asterisk Call Manager/1.1\n");
	expect_sent(&d, "Challenge(AuthType=MD5)");
	drive_says(&d, CHALLENGE BANNER);
	expect_sent(&d, MD5_LOGIN);
	drive_free(&d);
}

static void
test_a_long_version_is_cut(void **state)
{
	struct drive d;
	int major;

	assert_true(drive_new(&d, NULL));
	drive_start(&d);
	drive_says(&d, "Asterisk Call Manager/7.0.3-with-a-very-long-suffix-of-a-vendor"
		       "-and-more\n");
	check_text("version", zv_ami_session_version(d.session, &major),
		   ZV_STR("7.0.3-with-a-very-long-suffix-o"));
	assert_int_equal(major, 7);
	drive_free(&d);
}

/* ---- 019: refused --------------------------------------------------------------------- */

static void
test_fault_019_refusals(void **state)
{
	static const struct {
		const char *message, *words;
	} rows[] = {
		{ "Authentication failed", "check secret, deny and permit" },
		{ "Login Already In Use", "allowmultiplelogin" },
		{ "Permission denied", "(Permission denied)" },
		{ "", "login refused for user 'ops'" },
	};

	for (size_t i = 0; i < N_OF(rows); i++) {
		struct drive d;

		assert_true(drive_new(&d, NULL));
		drive_start(&d);
		drive_send(&d, "A", "CoreStatus", NULL, 0);
		drive_says(&d, BANNER);
		drive_says(&d, "Response: Success\n" ID(2) "Challenge: 1\n\n");
		drive_forget(&d);
		drive_saysf(&d, "Response: Error\n" ID(3) "Message: %s\n\n",
			    rows[i].message);
		expect_failure(&d, ZV_EAUTH, rows[i].words);
		/* and nothing is tried, nor the action sent, behind it */
		expect_sent(&d, "");
		expect_news(&d, "");
		drive_says(&d, BOOTED);
		expect_sent(&d, "");
		expect_news(&d, "");
		drive_free(&d);
	}
}

/* No way back to the plain secret: whoever sits in between could ask for it so. */
static void
test_fault_019_challenge_refused(void **state)
{
	static const char *const answers[] = {
		"Response: Error\n" ID(1) "Message: Must specify AuthType\n\n",
		"Response: Error\n" ID(1) "Message: Permission denied\n\n",
		"Response: Success\n" ID(1) "\n",
		"Response: Success\n" ID(1) "Challenge: \n\n",
		"Response: Goodbye\n" ID(1) "Challenge: 1\n\n",
	};

	for (size_t i = 0; i < N_OF(answers); i++) {
		struct drive d;

		assert_true(drive_new(&d, NULL));
		drive_start(&d);
		drive_says(&d, BANNER);
		expect_sent(&d, "Challenge(AuthType=MD5)");
		drive_says(&d, answers[i]);
		expect_failure(&d, ZV_EAUTH, "plain login");
		expect_sent(&d, "");
		drive_free(&d);
	}
}

/* An odd challenge is text like any other. */
static void
test_fault_019_odd_challenge(void **state)
{
	struct drive d;

	assert_true(drive_new(&d, NULL));
	drive_start(&d);
	drive_says(&d, BANNER "Response: Success\n" ID(1) "Challenge: %n%s\xff x\n\n");
	assert_int_equal(d.failed, 0);
	assert_non_null(memmem(d.wire.p, d.wire.n, "Key: ", 5));
	drive_free(&d);
}

static void
test_what_cannot_be_sent_is_named(void **state)
{
	struct zv_ami_session_options options = plain();
	struct drive d;

	options.secret = ZV_STR("line\r\nAction: Command");
	assert_true(drive_new(&d, &options));
	drive_start(&d);
	drive_says(&d, BANNER);
	expect_failure(&d, ZV_EINVAL, "field Secret holds a CR");
	expect_sent(&d, "");
	/* nobody asked for the reason: the code is the same */
	zv_ami_session_start(d.session, d.now_ms);
	assert_int_equal(zv_ami_session_input(d.session,
					      ZV_STR("Asterisk Call Manager/1.1\r\n"),
					      d.now_ms, NULL),
			 ZV_EINVAL);
	drive_free(&d);
}

/* ---- actions wait for the login ------------------------------------------------------ */

static void
test_never_an_action_before_the_login_answer(void **state)
{
	struct drive d;

	assert_true(drive_new(&d, NULL));
	drive_send(&d, "1", "One", "A: 1", 0); /* DOWN */
	drive_start(&d);
	drive_send(&d, "2", "Two", NULL, 0); /* no greeting yet */
	expect_sent(&d, "");
	drive_says(&d, BANNER);
	drive_send(&d, "3", "Three", "B: 2\nC: 3", 0); /* no challenge yet */
	drive_says(&d, "Response: Success\nActionID: zvon-12345678-3\n"
		       "Challenge: 819582560\n\n");
	drive_send(&d, "4", "Four", NULL, 5000); /* not logged in yet */
	expect_sent(&d, "Challenge(AuthType=MD5) " MD5_LOGIN);
	drive_says(&d, "Response: Success\nActionID: zvon-12345678-5\n\n");
	expect_sent(&d, "One(A=1) Two() Three(B=2|C=3) Four()");
	expect_news(&d, "login booting");
	drive_send(&d, "5", "Five", NULL, 0);
	expect_sent(&d, "Five()");
	drive_free(&d);
}

static void
test_actions_before_a_refusal_are_not_sent(void **state)
{
	struct drive d;

	assert_true(drive_new(&d, NULL));
	drive_start(&d);
	drive_send(&d, "A", "One", NULL, 0);
	drive_says(&d, BANNER);
	drive_says(&d, "Response: Error\nActionID: zvon-12345678-2\n\n");
	expect_sent(&d, "Challenge(AuthType=MD5)");
	zv_ami_session_stop(d.session, false);
	expect_news(&d, "login"); /* it still waits, for the next start */
	zv_ami_session_stop(d.session, true);
	expect_news(&d, "A.ECLOSED");
	drive_free(&d);
}

static void
test_events_before_the_login_answer(void **state)
{
	struct drive d;

	assert_true(drive_new(&d, NULL));
	drive_start(&d);
	/* a FullyBooted that is not for us yet makes nobody READY */
	drive_says(&d, BANNER BOOTED CHALLENGE);
	assert_int_equal(zv_ami_session_state(d.session), ZV_STATE_LOGIN);
	assert_false(zv_ami_session_is_booted(d.session));
	drive_says(&d, ACCEPTED BOOTED);
	expect_news(&d, "login event:FullyBooted booting event:FullyBooted ready");
	drive_free(&d);
}

/* ---- answers ---------------------------------------------------------------------------- */

static void
test_pipelining(void **state)
{
	struct drive d;

	assert_true(drive_new(&d, NULL));
	drive_log_in(&d);
	for (int i = 0; i < 50; i++)
		drive_send(&d, "p", "Ping", NULL, 0);
	/* answered in another order than asked */
	for (int i = 49; i >= 0; i--)
		drive_saysf(&d, "Response: Success\nActionID: zvon-12345678-%d\n\n",
			    i + 3);
	for (int i = 0; i < 50; i++)
		assert_memory_equal(d.told.news.p + i * strlen("p:Success p.OK "),
				    "p:Success p.OK ",
				    strlen("p:Success p.OK") + (i < 49));
	assert_int_equal(count(&d).responses, 52);
	assert_int_equal(count(&d).orphans, 0);
	drive_free(&d);
}

static void
test_answers_of_all_kinds(void **state)
{
	struct drive d;

	assert_true(drive_new(&d, NULL));
	drive_log_in(&d);
	drive_send(&d, "a", "Getvar", "Variable: X", 0);
	drive_send(&d, "b", "Nonsense", NULL, 0);
	drive_send(&d, "c", "Command", "Command: core show uptime", 0);
	drive_send(&d, "d", "Logoff", NULL, 0);
	drive_says(&d, "Response: Success\n" ID(
			       3) "Value: 1\n\n"
				  "Response: Error\n" ID(
					  4) "Message: Invalid/unknown command\n\n");
	drive_input(&d, ZV_STR("Response: Follows\r\nPrivilege: Command\r\n"
			       "ActionID: zvon-12345678-5\r\n"
			       "Event: Hangup\r\n\r\nup\n--END COMMAND--\r\n\r\n"));
	drive_says(&d, "Response: Goodbye\n" ID(6) "\n");
	expect_news(&d, "a:Success a.OK b:Error b.OK c:Follows c.OK d:Goodbye d.OK");
	drive_free(&d);
}

/* Events that bear an ActionID but belong to no list are events. */
static void
test_events_caused_by_an_action(void **state)
{
	struct drive d;

	assert_true(drive_new(&d, NULL));
	drive_log_in(&d);
	drive_send(&d, "o", "Originate", "Async: true", 0);
	drive_says(&d, "Event: OriginateResponse\n" ID(
			       3) "Response: Success\n\n"
				  "Response: Success\n" ID(
					  3) "\n"
					     "Event: OriginateResponse\n" ID(
						     3) "Response: Failure\n\n");
	expect_news(&d, "event:OriginateResponse o:Success o.OK "
			"event:OriginateResponse");
	assert_int_equal(count(&d).orphans, 0);
	drive_free(&d);
}

static void
test_fault_015_foreign_missing_and_doubled_ids(void **state)
{
	struct drive d;

	assert_true(drive_new(&d, NULL));
	drive_log_in(&d);
	drive_send(&d, "a", "Ping", NULL, 0);
	drive_send(&d, "b", "Ping", "ActionID: mine", 0);
	drive_says(&d, "Response: Success\nActionID: zvon-12345678-99\n\n"
		       "Response: Success\nActionID: zvon-87654321-3\n\n"
		       "Response: Success\nActionID: MINE\n\n"
		       "Response: Success\nActionID: \n\n"
		       "Response: Success\nActionID\n\n"
		       "Response: Success\n\n"
		       "Response: Error\nMessage: Missing action in request\n\n"
		       "Response: Success\n" ID(2) "\n");
	expect_news(&d, "");
	assert_int_equal(count(&d).orphans, 8);
	drive_says(&d,
		   "Response: Success\nActionID: mine\nActionID: zvon-12345678-3\n\n");
	expect_news(&d, "b:Success b.OK");
	drive_says(&d, "Response: Error\nActionID: mine\n\n");
	expect_news(&d, "");
	assert_int_equal(count(&d).orphans, 9);
	drive_says(&d, "Response: Success\n" ID(3) "\n");
	expect_news(&d, "a:Success a.OK");
	assert_int_equal(d.failed, 0);
	drive_free(&d);
}

static void
test_no_answer_before_it_was_sent(void **state)
{
	struct drive d;

	assert_true(drive_new(&d, NULL));
	drive_start(&d);
	drive_send(&d, "a", "Ping", "ActionID: guess", 0);
	drive_says(&d, BANNER "Response: Success\nActionID: guess\n\n");
	expect_news(&d, "login");
	assert_int_equal(count(&d).orphans, 1);
	drive_free(&d);
}

static void
test_packets_that_are_nothing_are_counted(void **state)
{
	struct drive d;

	assert_true(drive_new(&d, NULL));
	drive_log_in(&d);
	drive_says(&d, "Action: Ping\n\nhello\n\n");
	expect_news(&d, "");
	assert_int_equal(count(&d).orphans, 2);
	drive_says(&d, "Event: Next\n\n");
	expect_news(&d, "event:Next");
	drive_free(&d);
}

/* ---- ActionIDs ---------------------------------------------------------------------------- */

static void
test_action_ids_in_use(void **state)
{
	struct drive d;

	assert_true(drive_new(&d, NULL));
	drive_log_in(&d);
	assert_int_equal(drive_send(&d, "a", "Ping", "ActionID: x", 0), 0);
	assert_int_equal(drive_send(&d, "b", "Ping", "ActionID: x", 0), ZV_EINVAL);
	assert_int_equal(drive_send(&d, "c", "Ping", "ActionID: X", 0), 0);
	drive_says(&d, "Response: Success\nActionID: x\n\n");
	assert_int_equal(drive_send(&d, "d", "Ping", "ActionID: x", 0), 0);
	drive_says(&d, "Response: Success\nActionID: x\n\n"
		       "Response: Success\nActionID: X\n\n");
	expect_news(&d, "a:Success a.OK d:Success d.OK c:Success c.OK");
	drive_free(&d);
}

/* A user who takes the ids that the session would make for itself gets them, and the
 * session goes on with others; also for its own login and Ping. */
static void
test_action_ids_that_collide_with_our_own(void **state)
{
	struct drive d;
	char *id;

	assert_true(drive_new(&d, NULL));
	for (int i = 1; i < 6; i++) {
		char fields[60];

		snprintf(fields, sizeof fields, "ActionID: zvon-12345678-%d", i);
		assert_int_equal(drive_send(&d, "x", "Ping", fields, 0), 0);
	}
	drive_start(&d);
	drive_says(&d, BANNER);
	id = drive_action_id(&d, "Challenge");
	assert_string_equal(id, "zvon-12345678-6");
	free(id);
	drive_says(&d, "Response: Success\n" ID(6) "Challenge: 1\n\n"
						   "Response: Success\n" ID(7) "\n");
	assert_int_equal(drive_send(&d, "y", "Status", NULL, 0), 0);
	id = drive_action_id(&d, "Status");
	assert_string_equal(id, "zvon-12345678-8");
	free(id);
	assert_int_equal(d.failed, 0);
	drive_free(&d);
}

static void
test_max_pending(void **state)
{
	struct zv_ami_session_options options = drive_defaults;
	struct drive d;

	options.max_pending = 3;
	assert_true(drive_new(&d, &options));
	drive_log_in(&d);
	for (int i = 0; i < 3; i++)
		assert_int_equal(drive_send(&d, "a", "Ping", NULL, 0), 0);
	assert_int_equal(drive_send(&d, "b", "Ping", NULL, 0), ZV_EBUSY);
	drive_says(&d, "Response: Success\n" ID(4) "\n");
	assert_int_equal(drive_send(&d, "c", "Ping", NULL, 0), 0);
	assert_int_equal(drive_send(&d, "d", "Ping", NULL, 0), ZV_EBUSY);
	expect_sent(&d, "Ping() Ping() Ping() Ping()");
	expect_news(&d, "a:Success a.OK");
	drive_free(&d);
}

/* The limit is the users': the session's own actions pass it. */
static void
test_max_pending_does_not_stop_the_login(void **state)
{
	struct zv_ami_session_options options = drive_defaults;
	struct drive d;

	options.max_pending = 1;
	assert_true(drive_new(&d, &options));
	assert_int_equal(drive_send(&d, "a", "One", "ActionID: u", 0), 0);
	assert_int_equal(drive_send(&d, "b", "Two", NULL, 0), ZV_EBUSY);
	drive_log_in(&d);
	assert_int_equal(zv_ami_session_state(d.session), ZV_STATE_READY);
	drive_free(&d);
}

/* ---- start and stop ------------------------------------------------------------------------ */

static void
test_stop_ends_what_was_sent(void **state)
{
	struct drive d;

	assert_true(drive_new(&d, NULL));
	drive_log_in(&d);
	drive_send(&d, "sent", "Ping", NULL, 0);
	drive_send(&d, "list", "Status", NULL, 0);
	drive_says(&d, "Response: Success\n" ID(4) "\nEvent: Status\n" ID(4) "\n");
	drive_forget(&d);
	zv_ami_session_stop(d.session, false);
	expect_news(&d, "sent.ECLOSED list.ECLOSED");
	assert_int_equal(zv_ami_session_state(d.session), ZV_STATE_DOWN);
	assert_true(zv_ami_session_deadline(d.session) == INT64_MAX);
	drive_says(&d, "Event: TooLate\n\n");
	expect_news(&d, "");
	zv_ami_session_stop(d.session, false); /* twice is fine */
	drive_free(&d);
}

static void
test_what_was_not_sent_waits_for_the_next_start(void **state)
{
	struct drive d;

	assert_true(drive_new(&d, NULL));
	drive_start(&d);
	drive_send(&d, "a", "One", NULL, 0);
	drive_says(&d, BANNER);
	zv_ami_session_stop(d.session, false);
	drive_send(&d, "b", "Two", NULL, 0);
	drive_forget(&d);
	drive_start(&d);
	drive_says(&d, BANNER);
	drive_saysf(&d, "Response: Success\nActionID: zvon-12345678-4\nChallenge: 1\n\n"
			"Response: Success\nActionID: zvon-12345678-5\n\n");
	/* what the first connection had pending of its own is forgotten */
	drive_says(&d, "Response: Success\n" ID(2) "Challenge: 1\n\n");
	expect_news(&d, "login booting");
	assert_non_null(memmem(d.wire.p, d.wire.n, "Action: One", 11));
	assert_non_null(memmem(d.wire.p, d.wire.n, "Action: Two", 11));
	assert_int_equal(count(&d).orphans, 1);
	zv_ami_session_stop(d.session, true);
	expect_news(&d, "a.ECLOSED b.ECLOSED");
	drive_free(&d);
}

static void
test_stop_for_good_ends_everything(void **state)
{
	struct drive d;

	assert_true(drive_new(&d, NULL));
	drive_send(&d, "a", "One", NULL, 0);
	drive_start(&d);
	drive_send(&d, "b", "Two", NULL, 0);
	drive_forget(&d);
	zv_ami_session_stop(d.session, true);
	expect_news(&d, "a.ECLOSED b.ECLOSED");
	drive_free(&d);
}

static void
test_a_broken_stream_and_a_new_start(void **state)
{
	struct zv_ami_session_options options = drive_defaults;
	struct drive d;

	options.limits.max_packet_bytes = 100;
	assert_true(drive_new(&d, &options));
	drive_log_in(&d);
	drive_says(&d,
		   "Event: Fine\n\nEvent: Long\nX: 0123456789012345678901234567890123"
		   "4567890123456789012345678901234567890123456789012345678901234567"
		   "\n\nEvent: Lost\n\n");
	expect_failure(&d, ZV_ETOOBIG, "max_packet_bytes");
	expect_news(&d, "event:Fine");
	drive_says(&d, "Event: Lost\n\n");
	expect_news(&d, "");
	zv_ami_session_stop(d.session, false);
	drive_start(&d);
	assert_false(zv_ami_session_is_booted(d.session));
	drive_says(&d, BANNER
		   "Response: Success\n" ID(3) "Challenge: 1\n\n"
					       "Response: Success\n" ID(4) "\n" BOOTED);
	expect_news(&d, "login booting event:FullyBooted ready");
	drive_free(&d);
}

/* ---- from inside a handler -------------------------------------------------------------------- */

struct chain {
	struct zv_ami_session *session;
	int left, done;
	int64_t now_ms;
};

static void
send_next(void *user, enum zv_reply_part part, int status,
	  const struct zv_packet *packet)
{
	struct chain *chain = user;
	struct zv_request *r;

	if (part != ZV_REPLY_DONE)
		return;
	chain->done++;
	if (chain->left-- <= 0)
		return;
	r = zvon_request_new(ZV_STR("Ping"), NULL);
	zv_ami_session_send(chain->session, r, 0, send_next, chain, chain->now_ms,
			    NULL);
	zvon_request_free(r);
}

/* Each answer asks again, also while the session stops or is freed: each is told its
 * end once, and nothing is left behind. */
static void
test_replies_that_ask_again(void **state)
{
	static const int lefts[] = { 0, 1, 3 };

	for (size_t i = 0; i < N_OF(lefts); i++) {
		struct drive d;
		struct chain chain = { .left = lefts[i] };
		size_t before;

		assert_true(drive_new(&d, NULL));
		drive_log_in(&d);
		before = heap_blocks();
		chain.session = d.session;
		chain.now_ms = d.now_ms;
		chain.left++;
		send_next(&chain, ZV_REPLY_DONE, 0, NULL);
		drive_says(&d, "Response: Success\n" ID(3) "\n");
		assert_int_equal(chain.done, 2);
		zv_ami_session_stop(d.session, false);
		if (lefts[i] == 0)
			assert_int_equal(heap_blocks(), before);
		zv_ami_session_stop(d.session, true);
		drive_free(&d);
	}
}

/* ---- memory, secrets, log ---------------------------------------------------------------------- */

static int
give(struct zv_ami_session *s, const char *bytes, struct zv_error *err)
{
	struct zv_buf *out;
	int rc = zv_ami_session_input(s, zvon_str(bytes), DRIVE_START, err);

	out = zv_ami_session_output(s);
	zv_buf_consume(out, out->n);
	return rc;
}

/* Each action taken adds one to *open, its end takes one away. */
static void
close_one(void *user, enum zv_reply_part part, int status,
	  const struct zv_packet *packet)
{
	if (part == ZV_REPLY_DONE)
		--*(int *)user;
}

static int
ask(struct zv_ami_session *s, const char *name, int *open, struct zv_error *err)
{
	struct zv_request *r = zvon_request_new(zvon_str(name), err);
	int rc = r ? zvon_request_set(r, "Queue", "support", err) : err->code;

	if (rc == 0)
		rc = zv_ami_session_send(s, r, 0, close_one, open, DRIVE_START, err);
	*open += rc == 0;
	zvon_request_free(r);
	return rc;
}

/* Login, two actions waiting for it, a list, a Ping, an action that times out. */
static int
whole_scene(void *user)
{
	static const struct zv_ami_session_handlers nobody = { 0 };
	static const char *const server[] = {
		"Asterisk Call Manager/1.1\r\n",
		"Response: Success\r\nActionID: zvon-12345678-2\r\nChallenge: "
		"1\r\n\r\n",
		"Response: Success\r\nActionID: zvon-12345678-3\r\n\r\n"
		"Event: FullyBooted\r\n\r\nEvent: Hang",
		"up\r\n\r\n",
		"Response: Success\r\nActionID: zvon-12345678-1\r\n"
		"EventList: start\r\n\r\n",
		"Event: QueueParams\r\nActionID: zvon-12345678-1\r\n\r\n"
		"Event: QueueStatusComplete\r\nActionID: zvon-12345678-1\r\n\r\n",
	};
	struct zv_log log = { 0 };
	struct zv_error err = { 0 };
	struct zv_ami_session *s =
		zv_ami_session_new(&drive_defaults, &nobody, NULL, &log);
	int rc = s ? 0 : ZV_ENOMEM, open = 0;

	if (rc == 0)
		rc = ask(s, "QueueStatus", &open, &err);
	if (rc == 0)
		zv_ami_session_start(s, DRIVE_START);
	for (size_t i = 0; i < N_OF(server) && rc == 0; i++)
		rc = give(s, server[i], &err);
	if (rc == 0)
		rc = ask(s, "QueueSummary", &open, &err);
	for (int ms = 10000; ms <= 15000 && rc == 0; ms += 5000)
		rc = zv_ami_session_tick(s, DRIVE_START + ms, &err);
	if (rc == ZV_ETIMEOUT) /* at the end of the scene the server is dead */
		rc = 0;
	else if (s && rc < 0)
		assert_int_equal(err.code, rc);
	zv_ami_session_free(s);
	assert_int_equal(open, 0);
	return rc;
}

static void
test_out_of_memory(void **state)
{
	check_out_of_memory(whole_scene, NULL);
}

/* When there is no memory for one action, only that action is refused. */
static void
test_out_of_memory_hits_only_that_action(void **state)
{
	for (unsigned long i = 1;; i++) {
		struct zv_request *r = zvon_request_new(ZV_STR("Ping"), NULL);
		struct zv_error err = { 0 };
		struct drive d;
		int open = 1, rc;
		char text[900];

		memset(text, 'v', sizeof text); /* so that the output must grow */
		zvon_request_add(r, ZV_STR("V"), (struct zv_str){ text, sizeof text },
				 NULL);
		assert_true(drive_new(&d, NULL));
		drive_log_in(&d);
		zv_mem_fail_at(i);
		rc = zv_ami_session_send(d.session, r, 0, close_one, &open, d.now_ms,
					 &err);
		zv_mem_fail_at(0);
		assert_int_equal(rc, err.code);
		if (rc < 0) {
			assert_int_equal(rc, ZV_ENOMEM);
			assert_int_equal(open, 1);
			assert_int_equal(zv_ami_session_output(d.session)->n, 0);
		}
		assert_int_equal(drive_send(&d, "b", "Ping", "ActionID: b", 0), 0);
		drive_says(&d, "Response: Success\nActionID: b\n\n");
		expect_news(&d, "b:Success b.OK");
		assert_int_equal(d.failed, 0);
		zvon_request_free(r);
		zv_ami_session_stop(d.session, true);
		assert_int_equal(open, rc == 0 ? 0 : 1);
		drive_free(&d);
		if (rc == 0)
			return;
	}
}

/* No block that the session gave back holds the secret, whatever happened. */
static void
test_secrets_are_wiped(void **state)
{
	static const struct zv_ami_session_handlers nobody = { 0 };
	struct zv_ami_session_options options = plain();
	struct zv_log log = { 0 };
	struct zv_ami_session *s;
	int open = 0;

	options.secret = ZV_STR("the-marker-password");
	heap_watch("the-marker-password");
	s = zv_ami_session_new(&options, &nobody, NULL, &log);
	for (int i = 0; i < 3; i++) {
		zv_ami_session_start(s, DRIVE_START);
		zv_ami_session_input(s, ZV_STR("Asterisk Call Manager/1.1\r\n"),
				     DRIVE_START, NULL);
		assert_non_null(memmem(zv_ami_session_output(s)->p,
				       zv_ami_session_output(s)->n,
				       "the-marker-password", 19));
		for (int k = 0; i == 1 && k < 20; k++) { /* the output grows */
			struct zv_error err = { 0 };

			ask(s, "Ping", &open, &err);
		}
		if (i == 1)
			give(s,
			     "Response: Success\r\nActionID: zvon-12345678-2\r\n\r\n",
			     NULL);
		zv_ami_session_stop(s, i == 2);
	}
	zv_ami_session_free(s);
	assert_int_equal(heap_found(), 0);
	heap_watch(NULL);
}

static void
test_fault_036_formats_and_the_log(void **state)
{
	struct drive d;

	assert_true(drive_new(&d, NULL));
	drive_log_in(&d);
	drive_says(&d, "Response: %n%s\nActionID: %n%s%x\nMessage: %s%s%n\n\n\n"
		       "Event: %n%s\nActionID: %d\n\n");
	expect_news(&d, "event:%n%s");
	assert_non_null(
		memmem(d.told.logged.p, d.told.logged.n, "actionid=%n%s%x", 15));
	assert_null(memmem(d.told.logged.p, d.told.logged.n, "s3cret", 6));
	drive_free(&d);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_md5_login),
		cmocka_unit_test(test_plain_login),
		cmocka_unit_test(test_fault_012_login_in_any_pieces),
		cmocka_unit_test(test_fault_018_every_version),
		cmocka_unit_test(test_fault_018_strangers),
		cmocka_unit_test(test_a_second_banner_is_nothing),
		cmocka_unit_test(test_a_long_version_is_cut),
		cmocka_unit_test(test_fault_019_refusals),
		cmocka_unit_test(test_fault_019_challenge_refused),
		cmocka_unit_test(test_fault_019_odd_challenge),
		cmocka_unit_test(test_what_cannot_be_sent_is_named),
		cmocka_unit_test(test_never_an_action_before_the_login_answer),
		cmocka_unit_test(test_actions_before_a_refusal_are_not_sent),
		cmocka_unit_test(test_events_before_the_login_answer),
		cmocka_unit_test(test_pipelining),
		cmocka_unit_test(test_answers_of_all_kinds),
		cmocka_unit_test(test_events_caused_by_an_action),
		cmocka_unit_test(test_fault_015_foreign_missing_and_doubled_ids),
		cmocka_unit_test(test_no_answer_before_it_was_sent),
		cmocka_unit_test(test_packets_that_are_nothing_are_counted),
		cmocka_unit_test(test_action_ids_in_use),
		cmocka_unit_test(test_action_ids_that_collide_with_our_own),
		cmocka_unit_test(test_max_pending),
		cmocka_unit_test(test_max_pending_does_not_stop_the_login),
		cmocka_unit_test(test_stop_ends_what_was_sent),
		cmocka_unit_test(test_what_was_not_sent_waits_for_the_next_start),
		cmocka_unit_test(test_stop_for_good_ends_everything),
		cmocka_unit_test(test_a_broken_stream_and_a_new_start),
		cmocka_unit_test(test_replies_that_ask_again),
		cmocka_unit_test(test_out_of_memory),
		cmocka_unit_test(test_out_of_memory_hits_only_that_action),
		cmocka_unit_test(test_secrets_are_wiped),
		cmocka_unit_test(test_fault_036_formats_and_the_log),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
