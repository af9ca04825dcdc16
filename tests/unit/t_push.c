/* What the server is asked to filter at the beginning of a session: what crosses the wire,
 * in which order, and when the events and READY come. */
#include <stdio.h>
#include <string.h>

#include "coredrive.h"

#define HANGUP "Event: Hangup\r\nChannel: SIP/1\r\n\r\n"
#define BOOTED "Event: FullyBooted\r\n\r\n"

static const char *const hangup[] = { "Hangup" };

/* Five expressions: Hangup, and the four that a client needs itself. */
static const struct zv_filter_options wish = { .events = hangup, .n_events = 1 };

static void
answer(struct coredrive *d, int n, const char *name, const char *how)
{
	for (int i = 0; i < n; i++)
		assert_true(coredrive_answer(d, name, how, "Message: so it is\r\n"));
}

/* ---- the wire ------------------------------------------------------------------------ */

/* The values are those of ami/pushdown.h, each in an action of its own. */
static void
check_values(const struct coredrive *d)
{
	const struct zv_pushdown_server server = { 11, ZV_STR("11.0.0"), true };
	struct zv_pushdown down;
	struct zv_buf wanted = { 0 };

	assert_int_equal(zv_pushdown_init(&down, &wish, &server), 0);
	assert_int_equal(down.n_filters, 5);
	for (size_t i = 0; i < down.n_filters; i++)
		zv_buf_printf(&wanted, "%.*s\n", ZV_ARG(zv_buf_str(&down.filters[i])));
	assert_string_equal(d->filters, zv_buf_cstr(&wanted));
	zv_buf_deinit(&wanted);
	zv_pushdown_deinit(&down);
}

static void
test_ami(void **state)
{
	struct coredrive d;

	coredrive_init(&d, false);
	assert_true(coredrive_begin(&d, &wish, NULL));
	coredrive_log_in(&d, "11.0.0");
	expect_core_asked(&d, "Login(system) Filter*5 Events(on)");
	expect_core_told(&d, "connecting login booting");
	check_values(&d);
	answer(&d, 5, "Filter", "Success");
	coredrive_says(&d, BOOTED); /* came with the login, or late */
	expect_core_told(&d, "event:FullyBooted");
	answer(&d, 1, "Events", "Success");
	expect_core_told(&d, "ready");
	assert_true(d.booted);
	coredrive_says(&d, HANGUP);
	coredrive_wait(&d, 3000);
	expect_core_told(&d, "event:Hangup");
	expect_core_asked(&d, "");
	assert_non_null(strstr(d.logged, "5 of 5 expressions taken"));
	coredrive_free(&d);
}

static void
test_ajam(void **state)
{
	struct coredrive d;

	coredrive_init(&d, true);
	assert_true(coredrive_begin(&d, &wish, NULL));
	coredrive_log_in(&d, "11.0.0");
	expect_core_asked(&d, "Login(on) CoreSettings Filter*1");
	answer(&d, 4, "Filter", "Success");
	coredrive_wait(&d, 3000);
	expect_core_asked(&d, "Filter*4"); /* and still no WaitEvent */
	expect_core_told(&d, "connecting login booting");
	check_values(&d);
	answer(&d, 1, "Filter", "Success");
	expect_core_asked(&d, "WaitEvent");
	expect_core_told(&d, "ready");
	coredrive_free(&d);
}

static void
test_versions(void **state)
{
	const struct {
		const char *version;
		int n_filters;
	} rows[] = {
		{ "1.0", 0 },	{ "1.1", 0 }, /* 1.4, 1.6 and 1.8 */
		{ "1.2", 5 },	{ "1.3", 5 },	 { "2.10.6", 5 },
		{ "5.0.4", 5 }, { "11.0.0", 5 }, { "nonsense", 0 },
	};

	for (size_t i = 0; i < 2 * N_OF(rows); i++) {
		struct coredrive d;
		int n = rows[i / 2].n_filters;

		coredrive_init(&d, i % 2);
		assert_true(coredrive_begin(&d, &wish, NULL));
		coredrive_log_in(&d, rows[i / 2].version);
		answer(&d, n, "Filter", "Success");
		assert_false(coredrive_answer(&d, "Filter", "Success", ""));
		if (i % 2 == 0)
			answer(&d, 1, "Events", "Success");
		coredrive_wait(&d, 2000);
		expect_core_told(&d, "connecting login booting ready");
		assert_true(n || strstr(d.logged, "no filter at the server: "));
		assert_true(i % 2 == 0 || strstr(d.asked, "WaitEvent"));
		coredrive_free(&d);
	}
}

/* FullyBooted of a login comes only to those whose mask has `system`. */
static void
test_masks(void **state)
{
	const struct {
		const char *wanted, *login, *events;
	} rows[] = {
		{ "on", "system", "on" },
		{ "", "system", "on" }, /* an empty EventMask is an error */
		{ "YES", "system", "YES" },
		{ "all", "system", "all" },
		{ "call,system", "system", "call,system" },
		{ "call,agent", "off", "call,agent" },
		{ "systems", "off", "systems" },
	};
	char asked[256];

	for (size_t i = 0; i < N_OF(rows); i++) {
		struct coredrive d;

		coredrive_init(&d, false);
		d.options.session.ami.events = zvon_str(rows[i].wanted);
		assert_true(coredrive_begin(&d, &wish, NULL));
		coredrive_log_in(&d, "11.0.0");
		snprintf(asked, sizeof asked, "Login(%s) Filter*5 Events(%s)",
			 rows[i].login, rows[i].events);
		expect_core_asked(&d, asked);
		coredrive_free(&d);
	}
}

/* Nothing that a server could do: the login is an ordinary one. */
static void
test_nothing_to_push(void **state)
{
	static const char *const fields[] = { "Channel=SIP/1" };
	const struct zv_filter_options only = { .fields = fields, .n_fields = 1 };

	for (int i = 0; i < 2; i++) {
		struct coredrive d;

		coredrive_init(&d, i);
		assert_true(coredrive_begin(&d, &only, NULL));
		assert_false(zv_push_is_wanted(d.push));
		coredrive_log_in(&d, "11.0.0");
		expect_core_asked(&d,
				  i ? "Login(on) CoreSettings WaitEvent" : "Login(on)");
		coredrive_free(&d);
	}
}

/* ---- the user's actions ---------------------------------------------------------------- */

static void
send_in_booting(struct coredrive *d)
{
	assert_int_equal(coredrive_send(d, "Status", 0), 0);
}

/* A blocking one, asked for before the login, does not hold up the answers to ours; and
 * none overtakes another. */
static void
test_before_the_users(void **state)
{
	struct coredrive d;

	coredrive_init(&d, false);
	d.in_booting = send_in_booting;
	assert_true(coredrive_begin(&d, &wish, NULL));
	assert_int_equal(coredrive_send(&d, "Originate", 60000), 0);
	coredrive_log_in(&d, "5.0.4");
	coredrive_wait(&d, 0);
	expect_core_asked(&d, "Login(system) Filter*5 Events(on) Originate Status");
	answer(&d, 5, "Filter", "Success");
	answer(&d, 1, "Events", "Success");
	coredrive_wait(&d, 9000); /* ours would be over by then */
	answer(&d, 1, "Originate", "Success");
	answer(&d, 1, "Status", "Error");
	expect_core_told(&d, "connecting login booting ready Originate:Success "
			     "Originate.OK Status:Error Status.OK");
	coredrive_free(&d);
}

static void
test_before_the_users_ajam(void **state)
{
	struct coredrive d;

	coredrive_init(&d, true);
	d.in_booting = send_in_booting;
	assert_true(coredrive_begin(&d, &wish, NULL));
	assert_int_equal(coredrive_send(&d, "Originate", 60000), 0);
	coredrive_log_in(&d, "5.0.4");
	answer(&d, 5, "Filter", "Success");
	expect_core_asked(&d, "Login(on) CoreSettings Filter*5 WaitEvent Originate");
	answer(&d, 1, "Originate", "Success");
	answer(&d, 1, "Status", "Success");
	expect_core_told(&d, "connecting login booting ready Originate:Success "
			     "Originate.OK Status:Success Status.OK");
	coredrive_free(&d);
}

/* The limit is the user's. */
static void
test_max_pending(void **state)
{
	for (int i = 0; i < 2; i++) {
		struct coredrive d;

		coredrive_init(&d, i);
		d.options.session.ami.max_pending = 1;
		assert_true(coredrive_begin(&d, &wish, NULL));
		assert_int_equal(coredrive_send(&d, "Status", 0), 0);
		assert_int_equal(coredrive_send(&d, "Status", 0), ZV_EBUSY);
		coredrive_log_in(&d, "11.0.0");
		answer(&d, 5, "Filter", "Success");
		if (i == 0)
			answer(&d, 1, "Events", "Success");
		answer(&d, 1, "Status", "Success");
		coredrive_wait(&d, 2000);
		assert_non_null(strstr(d.told, "ready"));
		assert_null(strstr(d.told, "down"));
		coredrive_free(&d);
	}
}

/* ---- READY --------------------------------------------------------------------------- */

/* However FullyBooted, the time for it, and the answers follow each other. */
static void
test_ready_once(void **state)
{
	const struct {
		const char *steps; /* f: filters, e: events, b: booted, w: 3 s */
		const char *told;
	} rows[] = {
		{ "bfe", "booting event:FullyBooted ready" },
		{ "fbe", "booting event:FullyBooted ready" },
		{ "feb", "booting event:FullyBooted ready" },
		{ "fwe", "booting ready" },
		{ "few", "booting ready" },
		{ "wbfe", "booting event:FullyBooted ready" },
		/* it comes late: told again, as without a filter */
		{ "fweb", "booting ready event:FullyBooted ready" },
	};

	for (size_t i = 0; i < N_OF(rows); i++) {
		struct coredrive d;

		coredrive_init(&d, false);
		assert_true(coredrive_begin(&d, &wish, NULL));
		coredrive_log_in(&d, "11.0.0");
		for (const char *step = rows[i].steps; *step; step++) {
			if (*step == 'f')
				answer(&d, 5, "Filter", "Success");
			if (*step == 'e')
				answer(&d, 1, "Events", "Success");
			if (*step == 'b')
				coredrive_says(&d, BOOTED);
			if (*step == 'w')
				coredrive_wait(&d, 3000);
		}
		assert_string_equal(d.told + strlen("connecting login "), rows[i].told);
		assert_int_equal(d.booted, strchr(rows[i].steps, 'b') != NULL);
		coredrive_free(&d);
	}
}

/* ---- the filter here --------------------------------------------------------------------- */

/* What the server lets through, or sends before it has the filter, is checked here. */
static void
test_filtered_here_too(void **state)
{
	struct zv_client_counters counters = { 0 };
	struct coredrive d;

	coredrive_init(&d, false);
	assert_true(coredrive_begin(&d, &wish, &wish));
	coredrive_log_in(&d, "11.0.0");
	coredrive_says(&d, "Event: Reload\r\n\r\n" HANGUP BOOTED);
	expect_core_told(&d, "connecting login booting event:Hangup");
	answer(&d, 5, "Filter", "Success");
	answer(&d, 1, "Events", "Success");
	coredrive_says(&d, "Event: HangupRequest\r\n\r\n" HANGUP);
	expect_core_told(&d, "ready event:Hangup");
	zv_core_count(d.core, &counters);
	assert_int_equal(counters.filtered, 3);
	assert_int_equal(counters.events, 5);
	coredrive_free(&d);
}

/* An expression that takes too long, again and again: told once, for good. */
static void
test_off_is_told_once(void **state)
{
	static const struct zv_filter_options slow = { .regex = "(a+)+[bc]",
						       .no_jit = true };
	char event[512] = "Event: X\r\nA: ";
	struct coredrive d;

	coredrive_init(&d, false);
	memset(event + strlen(event), 'a', 200);
	memcpy(event + strlen(event), "\r\n\r\n", 5);
	assert_true(coredrive_begin(&d, NULL, &slow));
	for (int session = 0; session < 2; session++) {
		coredrive_log_in(&d, "11.0.0");
		for (int i = 0; i < 2 * ZV_FILTER_MAX_HITS; i++)
			coredrive_says(&d, event);
		coredrive_lose_link(&d);
		coredrive_come_back(&d);
	}
	expect_core_told(&d, "connecting login booting off down:EIO connecting "
			     "login booting down:EIO connecting");
	coredrive_free(&d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ami),
		cmocka_unit_test(test_ajam),
		cmocka_unit_test(test_versions),
		cmocka_unit_test(test_masks),
		cmocka_unit_test(test_nothing_to_push),
		cmocka_unit_test(test_before_the_users),
		cmocka_unit_test(test_before_the_users_ajam),
		cmocka_unit_test(test_max_pending),
		cmocka_unit_test(test_ready_once),
		cmocka_unit_test(test_filtered_here_too),
		cmocka_unit_test(test_off_is_told_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
