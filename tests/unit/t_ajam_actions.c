/* AJAM: actions and their answers. Lists, refusals that may mean a forgotten session,
 * time limits, lost answers, stop in each state, each allocation that fails. */
#include "ajdrive.h"

#include <stdlib.h>

#define HANGUP "Event: Hangup\nChannel: SIP/1\n\n"

static struct zv_client_counters
count(const struct ajdrive *d)
{
	struct zv_client_counters c = { 0 };

	zv_ajam_session_count(d->session, &c);
	return c;
}

/* ---- one after another ----------------------------------------------------------------- */

static void
test_one_after_another(void **state)
{
	struct ajdrive d;

	assert_true(ajdrive_new(&d, NULL));
	ajdrive_log_in(&d);
	ajdrive_send(&d, "a", "Getvar", "Variable: X y&z\nVariable: =", 0);
	ajdrive_send(&d, "b", "Ping", NULL, 0);
	expect_asked(&d, "C:Getvar(Variable=X y&z|Variable==)");
	ajdrive_answer(&d, C, SUCCESS);
	expect_told(&d, "a:Success a.OK");
	expect_asked(&d, "C:Ping()");
	ajdrive_answer(&d, C, "Response: Error\n@\nMessage: No such channel\n\n");
	expect_told(&d, "b:Error b.OK");
	expect_asked(&d, "");
	assert_int_equal(count(&d).responses, 5);
	assert_true(count(&d).bytes_out > 300);
	assert_true(count(&d).bytes_in > 1000);
	ajdrive_free(&d);
}

static void
test_list(void **state)
{
	struct ajdrive d;

	assert_true(ajdrive_new(&d, NULL));
	ajdrive_log_in(&d);
	ajdrive_send(&d, "q", "QueueStatus", NULL, 0);
	ajdrive_answer(&d, C,
		       "Response: Success\n@\nEventList: start\n\n"
		       "Event: QueueParams\n@\n\n" HANGUP
		       "Event: QueueStatusComplete\n@\nEventList: Complete\n\n");
	expect_told(&d, "q:Success q+QueueParams event:Hangup q+QueueStatusComplete "
			"q.OK");
	assert_int_equal(count(&d).orphans, 0);
	ajdrive_free(&d);
}

static void
test_answers_of_nobody(void **state)
{
	static const struct {
		const char *body, *told;
		int orphans;
	} rows[] = {
		{ SUCCESS SUCCESS, "a:Success a.OK", 1 },
		{ HANGUP SUCCESS, "event:Hangup a:Success a.OK", 0 },
		{ HANGUP, "event:Hangup a.EPROTO", 0 },
		{ "", "a.EPROTO", 0 },
		{ "Response: Suc", "a.EPROTO", 0 },
		{ SUCCESS "Event: Hang", "a:Success a.EPROTO", 0 },
	};

	for (size_t i = 0; i < N_OF(rows); i++) {
		struct ajdrive d;

		assert_true(ajdrive_new(&d, NULL));
		ajdrive_log_in(&d);
		ajdrive_send(&d, "a", "Ping", NULL, 0);
		ajdrive_answer(&d, C, rows[i].body);
		expect_told(&d, rows[i].told);
		assert_int_equal(count(&d).orphans, rows[i].orphans);
		assert_int_equal(d.failed, 0);
		ajdrive_free(&d);
	}
}

static void
test_own_action_id_and_limit(void **state)
{
	struct zv_ajam_session_options options = ajdrive_defaults;
	struct ajdrive d;

	options.ami.max_pending = 2;
	assert_true(ajdrive_new(&d, &options));
	ajdrive_log_in(&d);
	assert_int_equal(ajdrive_send(&d, "a", "Ping", "ActionID: mine", 0), 0);
	assert_string_equal(d.lines[C].action_id, "mine");
	assert_int_equal(ajdrive_send(&d, "b", "Ping", "ActionID: mine", 0), ZV_EINVAL);
	assert_int_equal(ajdrive_send(&d, "c", "Ping", NULL, 0), 0);
	assert_int_equal(ajdrive_send(&d, "d", "Ping", NULL, 0), ZV_EBUSY);
	ajdrive_free(&d);
}

/* Injected lines would stand in other clients' events. */
static void
test_fault_032_line_ends_are_refused(void **state)
{
	struct zv_error err = { 0 };
	struct zv_request *r = zvon_request_new(ZV_STR("UserEvent"), &err);

	assert_non_null(r);
	assert_int_equal(zvon_request_set(r, "X", "a\r\nAction: Command", &err),
			 ZV_EINVAL);
	assert_int_equal(zvon_request_set(r, "X", "a\nb", NULL), ZV_EINVAL);
	zvon_request_free(r);
}

/* ---- no right, or no session any more? ----------------------------------------------------------- */

static void
test_denied_twice_is_an_answer(void **state)
{
	struct ajdrive d;

	assert_true(ajdrive_new(&d, NULL));
	ajdrive_log_in(&d);
	ajdrive_send(&d, "a", "Originate", NULL, 0);
	ajdrive_send(&d, "b", "Ping", NULL, 0);
	ajdrive_answer(&d, C, DENIED);
	expect_told(&d, "");
	expect_asked(&d, "C:Originate() C:Ping()");
	ajdrive_answer(&d, C, SUCCESS); /* the session lives */
	expect_asked(&d, "C:Originate()");
	ajdrive_answer(&d, C, DENIED);
	expect_told(&d, "a:Error a.OK");
	expect_asked(&d, "C:Ping()");
	ajdrive_answer(&d, C, SUCCESS);
	expect_told(&d, "b:Success b.OK");
	assert_int_equal(d.failed, 0);
	ajdrive_free(&d);
}

static void
test_denied_once(void **state)
{
	struct ajdrive d;

	assert_true(ajdrive_new(&d, NULL));
	ajdrive_log_in(&d);
	ajdrive_send(&d, "a", "Originate", NULL, 0);
	ajdrive_answer(&d, C, DENIED);
	ajdrive_answer(&d, C, SUCCESS);
	ajdrive_answer(&d, C, SUCCESS);
	expect_told(&d, "a:Success a.OK");
	/* the next one is as innocent as the first was */
	ajdrive_send(&d, "b", "Originate", NULL, 0);
	ajdrive_answer(&d, C, DENIED);
	expect_told(&d, "");
	ajdrive_free(&d);
}

/* The refused action was not carried out: it is asked again after the next login. */
static void
test_denied_in_a_forgotten_session(void **state)
{
	struct ajdrive d;

	assert_true(ajdrive_new(&d, NULL));
	ajdrive_log_in(&d);
	ajdrive_send(&d, "a", "Originate", "Channel: SIP/1", 0);
	ajdrive_answer(&d, C, DENIED);
	ajdrive_answer(&d, C, DENIED);
	expect_lost(&d, ZV_ECLOSED, "forgotten the session");
	ajdrive_stop(&d, false);
	expect_told(&d, "");
	ajdrive_log_in(&d);
	assert_non_null(strstr(d.lines[C].body, "Originate"));
	ajdrive_answer(&d, C, DENIED); /* once more the first time, in this session */
	ajdrive_answer(&d, C, SUCCESS);
	ajdrive_answer(&d, C, DENIED);
	expect_told(&d, "a:Error a.OK");
	ajdrive_free(&d);
}

static void
test_suspect_whose_time_is_over(void **state)
{
	struct ajdrive d;

	assert_true(ajdrive_new(&d, NULL));
	ajdrive_log_in(&d);
	ajdrive_send(&d, "a", "Originate", NULL, 1000);
	ajdrive_answer(&d, C, DENIED);
	ajdrive_wait(&d, 1000);
	expect_told(&d, "a.ETIMEOUT");
	ajdrive_answer(&d, C, SUCCESS); /* of the Ping */
	expect_asked(&d, "C:Originate() C:Ping()");
	ajdrive_free(&d);
}

/* Without events WaitEvent is the Ping, but not for a suspect: its time is over, too. */
static void
test_suspect_is_forgotten(void **state)
{
	struct zv_ajam_session_options options = ajdrive_defaults;
	struct ajdrive d;

	options.ami.events = ZV_STR("off");
	assert_true(ajdrive_new(&d, &options));
	ajdrive_log_in(&d);
	ajdrive_send(&d, "a", "Originate", NULL, 1000);
	ajdrive_answer(&d, C, DENIED);
	expect_asked(&d, "C:Originate() C:Ping()");
	ajdrive_wait(&d, 1000);
	ajdrive_answer(&d, C, SUCCESS);
	ajdrive_wait(&d, 10000);
	expect_asked(&d, "C:WaitEvent(Timeout=0)");
	expect_told(&d, "a.ETIMEOUT");
	ajdrive_free(&d);
}

/* ---- time limits -------------------------------------------------------------------------------------- */

static void
test_fault_014_time_limit_breaks_off(void **state)
{
	struct ajdrive d;

	assert_true(ajdrive_new(&d, NULL));
	ajdrive_log_in(&d);
	ajdrive_send(&d, "a", "Originate", NULL, 3000);
	ajdrive_send(&d, "b", "Ping", NULL, 0);
	expect_asked(&d, "C:Originate()");
	ajdrive_wait(&d, 2999);
	expect_told(&d, "");
	ajdrive_wait(&d, 1);
	expect_told(&d, "a.ETIMEOUT");
	expect_asked(&d, "C:CANCEL C:Ping()");
	ajdrive_answer(&d, C, SUCCESS);
	expect_told(&d, "b:Success b.OK");
	assert_int_equal(count(&d).timeouts, 1);
	ajdrive_free(&d);
}

/* News of what was broken off may still be on their way: they belong to nobody, least of
 * all to the next action. */
static void
test_late_news_of_what_was_broken_off(void **state)
{
	struct ajdrive_line late;
	struct zv_error whole = { 0 };
	struct ajdrive d;

	assert_true(ajdrive_new(&d, NULL));
	ajdrive_log_in(&d);
	ajdrive_send(&d, "a", "Originate", NULL, 3000);
	ajdrive_send(&d, "b", "Ping", NULL, 0);
	late = d.lines[C];
	ajdrive_wait(&d, 3000);
	expect_told(&d, "a.ETIMEOUT");
	assert_int_equal(zv_ajam_session_head(d.session, late.ticket,
					      ZV_STR("HTTP/1.1 200 OK\r\n\r\n"),
					      d.now_ms, &d.err),
			 0);
	assert_int_equal(zv_ajam_session_body(d.session, late.ticket,
					      ZV_STR("Response: Success\r\n\r\n"),
					      d.now_ms, &d.err),
			 0);
	assert_int_equal(
		zv_ajam_session_end(d.session, late.ticket, &whole, d.now_ms, &d.err),
		0);
	expect_told(&d, "");
	ajdrive_answer(&d, C, "Response: Goodbye\n@\n\n");
	expect_told(&d, "b:Goodbye b.OK");
	ajdrive_free(&d);
}

static void
test_list_that_breaks_off(void **state)
{
	struct ajdrive d;

	assert_true(ajdrive_new(&d, NULL));
	ajdrive_log_in(&d);
	ajdrive_send(&d, "q", "QueueStatus", NULL, 0);
	ajdrive_head(&d, C, "200 OK", PLAIN);
	ajdrive_body(&d, C, SUCCESS "Event: QueueParams\n@\n\n");
	ajdrive_wait(&d, 10000);
	expect_told(&d, "q:Success q+QueueParams q.ETIMEOUT");
	assert_true(strncmp(zv_buf_cstr(&d.asked), "C:QueueStatus() C:CANCEL", 24) ==
		    0);
	ajdrive_free(&d);
}

/* An action that nobody could send ends in its time in every state. */
static void
test_time_limit_without_a_session(void **state)
{
	struct ajdrive d;

	assert_true(ajdrive_new(&d, NULL));
	ajdrive_send(&d, "a", "Ping", NULL, 500);
	ajdrive_wait(&d, 500);
	expect_told(&d, "a.ETIMEOUT");
	ajdrive_start(&d);
	ajdrive_send(&d, "b", "Ping", NULL, 500);
	ajdrive_wait(&d, 500);
	expect_told(&d, "login b.ETIMEOUT");
	expect_asked(&d, "C:Challenge(AuthType=MD5)");
	ajdrive_free(&d);
}

/* ---- lost on the way ------------------------------------------------------------------------------------ */

static void
test_lost_answer(void **state)
{
	struct ajdrive d;

	assert_true(ajdrive_new(&d, NULL));
	ajdrive_log_in(&d);
	ajdrive_send(&d, "a", "Originate", NULL, 0);
	ajdrive_send(&d, "b", "Getvar", NULL, 0);
	ajdrive_end(&d, C, ZV_ECLOSED, "closed without an answer");
	expect_told(&d, "a.ECLOSED"); /* it may have been carried out */
	expect_asked(&d, "C:Originate() C:Ping()");
	ajdrive_answer(&d, C, SUCCESS);
	expect_asked(&d, "C:Getvar()");
	assert_int_equal(d.failed, 0);
	ajdrive_answer(&d, C, SUCCESS);
	/* and a server that is gone */
	ajdrive_send(&d, "c", "Getvar", NULL, 0);
	ajdrive_send(&d, "d", "Getvar", NULL, 0);
	ajdrive_end(&d, C, ZV_ECLOSED, "closed without an answer");
	ajdrive_end(&d, C, ZV_EIO, "connection refused");
	expect_lost(&d, ZV_EIO, "connection refused");
	ajdrive_stop(&d, false);
	expect_told(&d, "b:Success b.OK c.ECLOSED");
	ajdrive_stop(&d, true);
	expect_told(&d, "d.ECLOSED");
	ajdrive_free(&d);
}

/* No connection, no request: it waits for the next login. */
static void
test_not_even_sent(void **state)
{
	struct ajdrive d;

	assert_true(ajdrive_new(&d, NULL));
	ajdrive_log_in(&d);
	ajdrive_send(&d, "a", "Originate", NULL, 0);
	ajdrive_end(&d, C, ZV_EIO, "connection refused");
	expect_told(&d, "");
	expect_asked(&d, "C:Originate() C:Ping()");
	ajdrive_end(&d, C, ZV_EIO, "connection refused");
	expect_lost(&d, ZV_EIO, "connection refused");
	ajdrive_stop(&d, false);
	expect_told(&d, "");
	ajdrive_log_in(&d);
	assert_non_null(strstr(d.lines[C].body, "Originate"));
	ajdrive_answer(&d, C, SUCCESS);
	expect_told(&d, "a:Success a.OK");
	ajdrive_free(&d);
}

static void
test_pages_instead_of_answers(void **state)
{
	struct ajdrive d;

	assert_true(ajdrive_new(&d, NULL));
	ajdrive_log_in(&d);
	ajdrive_send(&d, "a", "Getvar", NULL, 0);
	ajdrive_page(&d, C, "404 Not Found", "Server: Asterisk\n", "<html>");
	expect_told(&d, "a.EPROTO");
	ajdrive_send(&d, "b", "Getvar", NULL, 0);
	ajdrive_page(&d, C, "503 Service Unavailable", "Server: Asterisk\n", "");
	expect_told(&d, "b.EIO");
	ajdrive_send(&d, "c", "Getvar", NULL, 0);
	ajdrive_head(&d, C, "no HTTP", "");
	expect_told(&d, "c.EPROTO");
	expect_asked(&d, "C:Getvar() C:Getvar() C:Getvar() C:CANCEL");
	assert_int_equal(d.failed, 0);
	ajdrive_free(&d);
}

/* ---- stop in each state ----------------------------------------------------------------------------------- */

static void
test_stop_with_actions(void **state)
{
	struct ajdrive d;

	for (int i = 0; i < 2; i++) {
		bool for_good = i == 1;

		assert_true(ajdrive_new(&d, NULL));
		ajdrive_log_in(&d);
		ajdrive_send(&d, "sent", "Ping", NULL, 0);
		ajdrive_send(&d, "unsent", "Ping", NULL, 0);
		ajdrive_stop(&d, for_good);
		expect_told(&d,
			    for_good ? "sent.ECLOSED unsent.ECLOSED" : "sent.ECLOSED");
		assert_int_equal(d.told.n_open, for_good ? 0 : 1);
		ajdrive_free(&d);
		assert_int_equal(d.told.n_open, 0);
	}
}

static void
test_stop_within_an_answer(void **state)
{
	struct ajdrive d;

	assert_true(ajdrive_new(&d, NULL));
	ajdrive_log_in(&d);
	ajdrive_send(&d, "q", "QueueStatus", NULL, 0);
	ajdrive_head(&d, C, "200 OK", PLAIN);
	ajdrive_body(&d, C, SUCCESS "Event: Queue");
	ajdrive_head(&d, W, "200 OK", PLAIN);
	ajdrive_body(&d, W, WAITING HANGUP "Event: Hang");
	ajdrive_stop(&d, false);
	expect_told(&d, "q:Success event:Hangup q.ECLOSED");
	ajdrive_log_in(&d);
	ajdrive_answer(&d, W, WAITING HANGUP COMPLETE);
	expect_told(&d, "event:Hangup"); /* nothing of the old answer is left */
	assert_int_equal(d.failed, 0);
	ajdrive_free(&d);
}

/* While the suspect waits for the Ping, and then for its second try. */
static void
test_stop_with_a_suspect(void **state)
{
	for (int i = 0; i < 2; i++) {
		struct ajdrive d;

		assert_true(ajdrive_new(&d, NULL));
		ajdrive_log_in(&d);
		ajdrive_send(&d, "a", "Originate", NULL, 0);
		ajdrive_answer(&d, C, DENIED);
		if (i == 1)
			ajdrive_answer(&d, C, SUCCESS);
		ajdrive_stop(&d, false);
		expect_told(&d, i == 1 ? "a.ECLOSED" : "");
		ajdrive_free(&d);
	}
}

static void
test_farewell(void **state)
{
	struct zv_ajam_order order;
	struct ajdrive d;

	assert_true(ajdrive_new(&d, NULL));
	assert_false(zv_ajam_session_farewell(d.session, &order));
	ajdrive_start(&d);
	assert_false(zv_ajam_session_farewell(d.session, &order));
	ajdrive_log_in(&d);
	ajdrive_send(&d, "a", "Ping", NULL, 0);
	assert_true(zv_ajam_session_farewell(d.session, &order));
	assert_int_equal(order.kind, ZV_AJAM_ORDER_START);
	assert_int_equal(order.exchange, C);
	check_text("body", order.asked.body, ZV_STR("Action=Logoff&ActionID=0"));
	assert_false(zv_ajam_session_next_order(d.session, &order));
	ajdrive_stop(&d, true);
	expect_told(&d, "a.ECLOSED");
	ajdrive_free(&d);
}

/* ---- handlers that call back ---------------------------------------------------------------------------------- */

struct resender {
	struct ajdrive *drive;
	int left;
};

/* Each answer brings the next question, from within. */
static void
send_again(void *user, enum zv_reply_part part, int status,
	   const struct zv_packet *packet)
{
	struct resender *r = user;
	struct zv_request *request;

	if (part != ZV_REPLY_DONE || r->left-- == 0)
		return;
	request = zvon_request_new(ZV_STR("Ping"), NULL);
	assert_non_null(request);
	assert_int_equal(zv_ajam_session_send(r->drive->session, request, 0, send_again,
					      r, r->drive->now_ms, NULL),
			 0);
	zvon_request_free(request);
}

static void
test_reply_that_sends(void **state)
{
	struct ajdrive d;
	struct resender r = { &d, 5 };

	assert_true(ajdrive_new(&d, NULL));
	ajdrive_log_in(&d);
	send_again(&r, ZV_REPLY_DONE, 0, NULL);
	ajdrive_wait(&d, 0);
	for (int i = 0; i < 3; i++)
		ajdrive_answer(&d, C, SUCCESS);
	expect_asked(&d, "C:Ping() C:Ping() C:Ping() C:Ping()");
	assert_int_equal(r.left, 1);
	ajdrive_stop(&d, false); /* sends the last one from within */
	ajdrive_log_in(&d);
	assert_int_equal(r.left, 0);
	ajdrive_answer(&d, C, SUCCESS);
	assert_int_equal(r.left, -1);
	ajdrive_free(&d);
}

/* ---- memory --------------------------------------------------------------------------------------------------- */

/* Without a script of its own memory: nothing but the session takes any. */
struct bare {
	struct zv_ajam_session *session;
	unsigned long tickets[ZV_AJAM_N_EXCHANGES]; /* 0: nothing runs there */
	struct zv_error err;
	int rc, open;
};

static void
note_end(void *user, enum zv_reply_part part, int status,
	 const struct zv_packet *packet)
{
	struct bare *b = user;

	if (part != ZV_REPLY_DONE)
		return;
	b->open--;
	if (status < 0 && b->rc == 0)
		b->rc = status;
}

static void
bare_drain(struct bare *b)
{
	struct zv_ajam_order order;

	while (zv_ajam_session_next_order(b->session, &order))
		b->tickets[order.exchange] = order.ticket; /* CANCEL: 0 */
}

static void
bare_note(struct bare *b, int rc)
{
	if (rc < 0 && b->rc == 0) {
		assert_int_equal(b->err.code, rc);
		assert_true(b->err.text[0] != '\0');
		b->rc = rc;
	}
	bare_drain(b);
}

static void
bare_ask(struct bare *b, const char *action)
{
	struct zv_request *r = zvon_request_new(zvon_str(action), &b->err);
	int rc = r ? zv_ajam_session_send(b->session, r, 0, note_end, b, AJDRIVE_START,
					  &b->err)
		   : b->err.code;

	b->open += rc == 0;
	zvon_request_free(r);
	bare_note(b, rc);
}

static void
bare_tick(struct bare *b, int ms)
{
	if (b->rc == 0)
		bare_note(b, zv_ajam_session_tick(b->session, AJDRIVE_START + ms,
						  &b->err));
}

static void
bare_answer(struct bare *b, int line, const char *head, const char *body)
{
	unsigned long ticket = b->tickets[line];
	struct zv_error whole = { 0 };
	int64_t now_ms = AJDRIVE_START;

	if (b->rc == 0)
		bare_note(b, zv_ajam_session_head(b->session, ticket, zvon_str(head),
						  now_ms, &b->err));
	if (b->rc == 0 && *body)
		bare_note(b, zv_ajam_session_body(b->session, ticket, zvon_str(body),
						  now_ms, &b->err));
	if (b->rc == 0)
		bare_note(b, zv_ajam_session_end(b->session, ticket, &whole, now_ms,
						 &b->err));
}

#define HEAD                                                                           \
 "HTTP/1.1 200 OK\r\nContent-type: text/plain\r\n"                                     \
 "Set-Cookie: mansession_id=\"1\"; Max-Age=60\r\n\r\n"
#define BARE_SUCCESS "Response: Success\r\nChallenge: 1\r\nAMIversion: 11.0.0\r\n\r\n"
#define BARE_DENIED  "Response: Error\r\nMessage: Permission denied\r\n\r\n"

/* POST refused, login, an action in doubt, a list, events, a Ping, in one session. */
static int
whole_scene(void *user)
{
	static const struct {
		int line;
		const char *body;
	} answers[] = {
		{ C, BARE_SUCCESS },
		{ C, BARE_SUCCESS },
		{ C, BARE_SUCCESS },
		{ C, BARE_DENIED },
		{ C, BARE_SUCCESS },
		{ C, BARE_SUCCESS "Event: Item\r\nX: 1\r\n\r\n" },
		{ W, BARE_SUCCESS
		  "Event: Hangup\r\n\r\nEvent: WaitEventComplete\r\n\r\n" },
	};
	static const struct zv_ajam_session_handlers nobody = { 0 };
	struct zv_log log = { 0 };
	struct bare b = { .session = zv_ajam_session_new(user, &nobody, NULL, &log) };

	if (!b.session)
		return ZV_ENOMEM;
	bare_ask(&b, "Getvar");
	zv_ajam_session_start(b.session, AJDRIVE_START);
	bare_tick(&b, 0);
	bare_answer(&b, C, "HTTP/1.1 501 Not Implemented\r\n\r\n", "");
	for (size_t i = 0; i < N_OF(answers); i++)
		bare_answer(&b, answers[i].line, HEAD, answers[i].body);
	bare_tick(&b, 20);
	bare_tick(&b, 11000);
	zv_ajam_session_free(b.session);
	assert_int_equal(b.open, 0);
	return b.rc;
}

static void
test_out_of_memory(void **state)
{
	struct zv_ajam_session_options options = ajdrive_defaults;

	check_out_of_memory(whole_scene, &options);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_after_another),
		cmocka_unit_test(test_list),
		cmocka_unit_test(test_answers_of_nobody),
		cmocka_unit_test(test_own_action_id_and_limit),
		cmocka_unit_test(test_fault_032_line_ends_are_refused),
		cmocka_unit_test(test_denied_twice_is_an_answer),
		cmocka_unit_test(test_denied_once),
		cmocka_unit_test(test_denied_in_a_forgotten_session),
		cmocka_unit_test(test_suspect_whose_time_is_over),
		cmocka_unit_test(test_suspect_is_forgotten),
		cmocka_unit_test(test_fault_014_time_limit_breaks_off),
		cmocka_unit_test(test_late_news_of_what_was_broken_off),
		cmocka_unit_test(test_list_that_breaks_off),
		cmocka_unit_test(test_time_limit_without_a_session),
		cmocka_unit_test(test_lost_answer),
		cmocka_unit_test(test_not_even_sent),
		cmocka_unit_test(test_pages_instead_of_answers),
		cmocka_unit_test(test_stop_with_actions),
		cmocka_unit_test(test_stop_within_an_answer),
		cmocka_unit_test(test_stop_with_a_suspect),
		cmocka_unit_test(test_farewell),
		cmocka_unit_test(test_reply_that_sends),
		cmocka_unit_test(test_out_of_memory),
	};

	return cmocka_run_group_tests_name("ajam_actions", tests, NULL, NULL);
}
