/* The machine that keeps a connection up, with a clock of its own: when it tries again,
 * and what its driver can rely on. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/core.h"
#include "support.h"

#define START_MS 1000000

struct world {
	struct zv_core *core;
	struct zv_core_options options;
	int64_t now_ms;
	struct zv_log log;
	/* what it told */
	int n_told, closed, done, done_status;
	enum zv_client_state last;
	int reason, retry_ms; /* retry_ms: of the last DOWN */
	char text[ZV_ERROR_TEXT_MAX];
};

static void
on_state(void *user, const struct zv_client_status *status)
{
	struct world *w = user;

	w->n_told++;
	w->closed += status->state == ZV_STATE_CLOSED;
	w->last = status->state;
	w->reason = status->reason;
	if (status->state == ZV_STATE_DOWN)
		w->retry_ms = status->retry_ms;
	snprintf(w->text, sizeof w->text, "%s", status->text);
}

static void
on_reply(void *user, enum zv_reply_part part, int status,
	 const struct zv_packet *packet)
{
	struct world *w = user;

	if (part == ZV_REPLY_DONE) {
		w->done++;
		w->done_status = status;
	}
}

/* The defaults of zvon/client.h, but a plain login. */
static void
world_init(struct world *w, uint64_t seed)
{
	*w = (struct world){
		.now_ms = START_MS,
		.options = {
			.session.ami = {
				.user = ZV_STR("ops"),
				.secret = ZV_STR(SECRET),
				.events = ZV_STR("on"),
				.plain_login = true,
				.login_timeout_ms = 4500,
				.action_timeout_ms = 10000,
				.booted_wait_ms = 2000,
				.ping_after_ms = 10000,
				.ping_timeout_ms = 5000,
				.max_pending = 1000,
				.seed = seed,
			},
			.where = "pbx:5038",
			.backoff_first_ms = 1000,
			.backoff_most_ms = 30000,
			.refused_wait_ms = 60000,
		},
	};
}

static void
world_start(struct world *w)
{
	static const struct zv_core_handlers handlers = { NULL, on_state };

	w->core = zv_core_new(&w->options, &handlers, w, &w->log);
	assert_non_null(w->core);
	zv_core_start(w->core, w->now_ms);
	assert_true(zv_core_wants_link(w->core));
}

static void
input(struct world *w, const char *text)
{
	zv_core_input(w->core, zvon_str(text), w->now_ms);
}

/* The link is up; the server greets and answers the login. */
static void
log_in(struct world *w, const char *response)
{
	struct zv_buf *out = zv_core_output(w->core);
	char answer[256], id[64] = "";
	const char *at;

	zv_core_link_up(w->core, w->now_ms);
	input(w, "Asterisk Call Manager/11.0.0\r\n");
	at = strstr(zv_buf_cstr(out), "ActionID: ");
	assert_non_null(at);
	assert_int_equal(sscanf(at, "ActionID: %63s", id), 1);
	zv_buf_clear(out);
	snprintf(answer, sizeof answer, "Response: %s\r\nActionID: %s\r\n\r\n",
		 response, id);
	input(w, answer);
}

static void
be_ready(struct world *w)
{
	log_in(w, "Success");
	input(w, "Event: FullyBooted\r\n\r\n");
	assert_int_equal(w->last, ZV_STATE_READY);
}

/* Time goes by as far as the core asked for. */
static void
wait_deadline(struct world *w)
{
	int64_t at = zv_core_deadline(w->core);

	assert_true(at < INT64_MAX);
	if (at > w->now_ms)
		w->now_ms = at;
	zv_core_tick(w->core, w->now_ms);
}

static void
lose_link(struct world *w, int code)
{
	struct zv_error why = { .code = code, .text = "pbx:5038: connection refused" };

	zv_core_link_down(w->core, &why, w->now_ms);
	assert_false(zv_core_wants_link(w->core));
}

/* Refused for ten minutes: 1, 2, 4 … 30 s, ±50 % each. */
static long
count_tries(uint64_t seed)
{
	struct world w;
	int wait = 1000;
	long tries = 0;

	world_init(&w, seed);
	world_start(&w);
	while (w.now_ms < START_MS + 600000) {
		tries++;
		lose_link(&w, ZV_EIO);
		assert_int_equal(w.last, ZV_STATE_DOWN);
		assert_in_range(w.retry_ms, wait / 2, wait + wait / 2);
		wait = wait * 2 < 30000 ? wait * 2 : 30000;
		wait_deadline(&w);
		assert_true(zv_core_wants_link(w.core));
	}
	zv_core_free(w.core);
	return tries;
}

static void
test_fault_002_ten_minutes_refused(void **state)
{
	long most = 0, least = 1000;

	for (uint64_t seed = 1; seed <= 500; seed++) {
		long tries = count_tries(seed * 0x9e3779b97f4a7c15u);

		most = tries > most ? tries : most;
		least = tries < least ? tries : least;
	}
	assert_true(report("%ld to %ld tries in ten minutes", least, most));
	assert_in_range(most, 1, 30);
	assert_in_range(least, 15, 30);
	assert_true(least < most); /* jitter */
}

/* Once it was up, the next loss begins with the shortest wait again. */
static void
test_up_starts_over(void **state)
{
	struct world w;

	world_init(&w, 1);
	world_start(&w);
	for (int i = 0; i < 8; i++) {
		lose_link(&w, ZV_EIO);
		wait_deadline(&w);
	}
	assert_true(w.retry_ms >= 15000);
	be_ready(&w);
	lose_link(&w, ZV_EIO);
	assert_in_range(w.retry_ms, 500, 1500);
	zv_core_free(w.core);
}

/* A login that works, and a server that is gone before it is booted: that is no reason
 * to come back sooner. */
static void
test_login_alone_does_not_start_over(void **state)
{
	struct world w;

	world_init(&w, 1);
	world_start(&w);
	for (int i = 0; i < 8; i++) {
		log_in(&w, "Success");
		assert_int_equal(w.last, ZV_STATE_BOOTING);
		lose_link(&w, ZV_EIO);
		wait_deadline(&w);
	}
	assert_true(w.retry_ms >= 15000);
	zv_core_free(w.core);
}

/* At most one login a minute after a refusal, whatever the back-off says. */
static void
test_fault_019_refused(void **state)
{
	struct world w;

	world_init(&w, 7);
	world_start(&w);
	for (int i = 0; i < 10; i++) {
		int64_t before = w.now_ms;

		log_in(&w, "Error");
		assert_int_equal(w.last, ZV_STATE_DOWN);
		assert_int_equal(w.reason, ZV_EAUTH);
		assert_non_null(
			strstr(w.text, "pbx:5038: login refused for user 'ops'"));
		assert_null(strstr(w.text, SECRET));
		assert_false(zv_core_wants_link(w.core));
		assert_int_equal(w.retry_ms, 60000);
		wait_deadline(&w);
		assert_int_equal(w.now_ms - before, 60000);
	}
	zv_core_free(w.core);
}

/* The driver looks after each call: a loss and the next try are never one of them. */
static void
test_driver_sees_each_loss(void **state)
{
	struct world w;

	world_init(&w, 3);
	w.options.backoff_first_ms = w.options.backoff_most_ms = 1;
	world_start(&w);
	for (int i = 0; i < 5; i++) {
		be_ready(&w);
		while (w.last == ZV_STATE_READY) /* Ping, and no answer to it */
			wait_deadline(&w);
		assert_int_equal(w.last, ZV_STATE_DOWN);
		assert_int_equal(w.reason, ZV_ETIMEOUT);
		assert_false(zv_core_wants_link(w.core));
		wait_deadline(&w);
		assert_true(zv_core_wants_link(w.core));
	}
	zv_core_free(w.core);
}

/* Sent actions end with the link, waiting ones wait for the next. */
static void
test_actions_across_a_loss(void **state)
{
	struct zv_request *ping = zvon_request_new(ZV_STR("Ping"), NULL);
	struct world w;

	world_init(&w, 3);
	world_start(&w);
	be_ready(&w);
	assert_int_equal(
		zv_core_send(w.core, ping, 60000, on_reply, &w, w.now_ms, NULL), 0);
	lose_link(&w, ZV_EIO);
	assert_int_equal(w.done, 1);
	assert_int_equal(w.done_status, ZV_ECLOSED);
	assert_int_equal(
		zv_core_send(w.core, ping, 60000, on_reply, &w, w.now_ms, NULL), 0);
	wait_deadline(&w);
	lose_link(&w, ZV_EIO);
	assert_int_equal(w.done, 1);
	while (!zv_core_wants_link(w.core))
		wait_deadline(&w);
	assert_int_equal(zv_core_output(w.core)->n, 0);
	be_ready(&w);
	assert_non_null(
		strstr(zv_buf_cstr(zv_core_output(w.core)), "Action: Ping\r\n"));
	zv_core_stop(w.core, 0, "");
	zv_core_stop(w.core, 0, "");
	assert_int_equal(w.done, 2);
	assert_int_equal(w.closed, 1);
	assert_int_equal(zv_core_send(w.core, ping, 0, on_reply, &w, w.now_ms, NULL),
			 ZV_ECLOSED);
	assert_true(zv_core_deadline(w.core) == INT64_MAX);
	zvon_request_free(ping);
	zv_core_free(w.core);
}

/* News of a link that is not wanted any more. */
static void
test_late_news(void **state)
{
	struct zv_error why = { .code = ZV_EIO, .text = "late" };
	struct world w;

	world_init(&w, 3);
	world_start(&w);
	lose_link(&w, ZV_EIO);
	w.n_told = 0;
	zv_core_link_up(w.core, w.now_ms);
	input(&w, "Asterisk Call Manager/11.0.0\r\n");
	zv_core_link_down(w.core, &why, w.now_ms);
	assert_int_equal(w.n_told, 0);
	assert_int_equal(zv_core_output(w.core)->n, 0);
	zv_core_free(w.core);
}

static void
test_no_reconnect(void **state)
{
	struct world w;

	world_init(&w, 3);
	w.options.no_reconnect = true;
	world_start(&w);
	be_ready(&w);
	lose_link(&w, ZV_EIO);
	assert_int_equal(w.last, ZV_STATE_CLOSED);
	assert_int_equal(w.reason, ZV_EIO);
	assert_string_equal(w.text, "pbx:5038: connection refused");
	assert_true(zv_core_deadline(w.core) == INT64_MAX);
	zv_core_free(w.core);
}

int
main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fault_002_ten_minutes_refused),
		cmocka_unit_test(test_up_starts_over),
		cmocka_unit_test(test_login_alone_does_not_start_over),
		cmocka_unit_test(test_fault_019_refused),
		cmocka_unit_test(test_driver_sees_each_loss),
		cmocka_unit_test(test_actions_across_a_loss),
		cmocka_unit_test(test_late_news),
		cmocka_unit_test(test_no_reconnect),
	};

	return RUN_GROUP(argc, argv, "client_core", tests);
}
