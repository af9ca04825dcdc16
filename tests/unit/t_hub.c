/* Who gets which event, and what becomes of sessions: rights, limits, slow readers, reloads,
 * the end of the daemon. */
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "heap.h"
#include "hubrig.h"

static struct rig r;

static int
setup(void **state)
{
	rig_open(&r, NULL, 1);
	return 0;
}

static int
teardown(void **state)
{
	rig_close(&r);
	return 0;
}

/* Under other limits. */
static void
begin(const struct zv_hub_limits *limits)
{
	rig_restart(&r, limits, 1, (struct zv_str){ NULL, 0 });
	rig_synced(&r);
}

static struct zv_session *
started(const char *user)
{
	struct zv_session *s = rig_session(&r, user);

	rig_input(&r, s, "{\"type\":\"start\"}");
	assert_string_equal(rig_brief(s), "hello; snapshot");
	return s;
}

#define CHECK_BRIEF(s, wanted) assert_string_equal(rig_brief(s), wanted)

/* ---- delivery ------------------------------------------------------------------------------ */

static void
test_own_lines(void **state)
{
	struct zv_session *anna = started("anna"), *boris = started("boris");
	struct zv_session *chief = started("chief"), *spy = started("spy");

	rig_call(&r, 0, ZV_CALL_STARTED, "c1", "trunk:79261234567", "");
	CHECK_BRIEF(anna, "");
	CHECK_BRIEF(chief, "call.started c1");
	CHECK_BRIEF(spy, "call.started c1"); /* raw implies all */
	rig_call(&r, 0, ZV_LEG_RINGING, "c1", "trunk:79261234567 101", "");
	CHECK_BRIEF(anna, "leg.ringing c1");
	rig_call(&r, 0, ZV_LEG_RINGING, "c1", "trunk:79261234567 101 103", "");
	CHECK_BRIEF(anna, "leg.ringing c1"); /* once, and to both */
	CHECK_BRIEF(boris, "leg.ringing c1");
	rig_call(&r, 0, ZV_CALL_ENDED, "c1", "trunk:79261234567 101 103", "");
	CHECK_BRIEF(anna, "call.ended c1");
	CHECK_BRIEF(boris, "call.ended c1");
	rig_call(&r, 0, ZV_CALL_STARTED, "c2", "103", "");
	CHECK_BRIEF(anna, "");
	CHECK_BRIEF(boris, "call.started c2");
}

/* A trunk may have a name that looks like a line of somebody's. */
static void
test_a_trunk_is_no_line(void **state)
{
	struct zv_session *boris = started("boris");
	struct zv_leg leg = { .line = ZV_STR("103"), .is_trunk = true };
	struct zv_call call = { .id = ZV_STR("c"), .legs = &leg };
	struct zv_call_event e = { .kind = ZV_CALL_STARTED, .call = &call };

	e.server = ZV_STR("office");
	zv_hub_on_event(r.hub, 0, &e);
	CHECK_BRIEF(boris, "");
}

static void
test_a_line_of_one_server(void **state)
{
	struct zv_session *anna = started("anna");

	rig_call(&r, 1, ZV_CALL_STARTED, "c1", "102", "");
	CHECK_BRIEF(anna, ""); /* hers is office/102 */
	rig_call(&r, 0, ZV_CALL_STARTED, "c1", "102", "");
	CHECK_BRIEF(anna, "call.started c1");
	rig_call(&r, 1, ZV_CALL_STARTED, "c2", "101", "");
	CHECK_BRIEF(anna, "call.started c2"); /* 101: everywhere */
	rig_line(&r, 1, "102");
	CHECK_BRIEF(anna, "");
	rig_line(&r, 0, "102");
	CHECK_BRIEF(anna, "line.state 102");
	anna = rig_session(&r, "anna"); /* from the ring it is the same */
	rig_input(&r, anna, "{\"type\":\"resume\",\"seq\":0}");
	CHECK_BRIEF(anna, "hello; resumed; call.started c1; call.started c2; "
			  "line.state 102");
}

static void
test_lines_queues_servers(void **state)
{
	struct zv_session *boris = started("boris"), *queen = started("queen");

	rig_line(&r, 0, "103");
	CHECK_BRIEF(boris, "line.state 103");
	CHECK_BRIEF(queen, "");
	rig_queue(&r, 0, "sales");
	CHECK_BRIEF(boris, "");
	CHECK_BRIEF(queen, "queue.state sales");
	rig_queue(&r, 0, "support");
	CHECK_BRIEF(queen, "");
	rig_member(&r, 0, "support", "103", ZV_MEMBER_IDLE);
	CHECK_BRIEF(boris, "queue.member 103 support");
	CHECK_BRIEF(queen, "");
	rig_server(&r, 0, "down");
	CHECK_BRIEF(boris, "server.state");
	CHECK_BRIEF(queen, "server.state");
}

static void
test_queues_and_their_members(void **state)
{
	struct zv_session *queen = started("queen");

	rig_call(&r, 0, ZV_CALL_STARTED, "c1", "103", "");
	CHECK_BRIEF(queen, "");
	rig_member(&r, 0, "sales", "103", ZV_MEMBER_IDLE);
	CHECK_BRIEF(queen, "queue.member 103 sales");
	rig_line(&r, 0, "103");
	CHECK_BRIEF(queen, "line.state 103");
	rig_line(&r, 1, "103"); /* there it is no member */
	CHECK_BRIEF(queen, "");
	rig_call(&r, 0, ZV_CALL_STARTED, "c2", "103 104", "");
	CHECK_BRIEF(queen, "call.started c2");
	rig_member(&r, 0, "sales", "103", ZV_MEMBER_REMOVED);
	CHECK_BRIEF(queen, "queue.member 103 sales");
	rig_line(&r, 0, "103");
	CHECK_BRIEF(queen, "");
	rig_call(&r, 0, ZV_CALL_ENDED, "c2", "103 104", "");
	CHECK_BRIEF(queen, "call.ended c2"); /* seen once, seen to its end */
	rig_call(&r, 0, ZV_CALL_STARTED, "c3", "103", "");
	CHECK_BRIEF(queen, "");
}

static void
test_a_call_that_left_the_queue(void **state)
{
	struct zv_session *queen = started("queen");

	rig_call(&r, 0, ZV_CALL_QUEUED, "c1", "trunk:1", "sales");
	CHECK_BRIEF(queen, "call.queued c1");
	rig_call(&r, 0, ZV_CALL_QUEUED, "c1", "trunk:1", "support");
	CHECK_BRIEF(queen, "call.queued c1");
	rig_call(&r, 0, ZV_CALL_ENDED, "c1", "trunk:1", "support");
	CHECK_BRIEF(queen, "call.ended c1");
	rig_call(&r, 0, ZV_CALL_STARTED, "c1", "trunk:1", "support");
	CHECK_BRIEF(queen, ""); /* another one */
}

static void
test_a_merged_call_is_followed(void **state)
{
	struct zv_session *queen = started("queen");
	struct zv_call call = { .id = ZV_STR("c1"), .queue = ZV_STR("sales") };
	struct zv_call_event e = { .kind = ZV_CALL_ENDED,
				   .call = &call,
				   .into = ZV_STR("c0"),
				   .server = ZV_STR("office") };

	rig_call(&r, 0, ZV_CALL_STARTED, "c0", "103", "");
	rig_call(&r, 0, ZV_CALL_QUEUED, "c1", "trunk:1", "sales");
	CHECK_BRIEF(queen, "call.queued c1");
	zv_hub_on_event(r.hub, 0, &e);
	CHECK_BRIEF(queen, "call.ended c1");
	rig_call(&r, 0, ZV_CALL_TRANSFERRED, "c0", "103", "");
	CHECK_BRIEF(queen, "call.transferred c0");
}

/* One text for all: encoded once. */
static void
test_one_message_for_all(void **state)
{
	struct zv_session *a = started("anna"), *b = started("anna");
	struct zv_message *one, *two;

	rig_line(&r, 0, "101");
	one = zv_session_take(a);
	two = zv_session_take(b);
	assert_non_null(one);
	assert_ptr_equal(one, two);
	assert_int_equal(one->refs, 3); /* the ring too */
	zv_message_unref(one);
	zv_message_unref(two);
}

static void
test_numbers_have_gaps(void **state)
{
	struct zv_session *anna = started("anna");

	rig_line(&r, 0, "101");
	rig_line(&r, 0, "109");
	rig_line(&r, 0, "101");
	assert_non_null(strstr(rig_take(anna), "\"seq\":1,"));
	assert_int_equal(zv_hub_last_seq(r.hub), 3);
}

/* ---- what a client wants -------------------------------------------------------------------- */

static void
test_lists_narrow(void **state)
{
	struct zv_session *s = rig_session(&r, "chief");

	rig_input(&r, s,
		  "{\"type\":\"start\",\"events\":[\"line.state\",\"call.started\"],"
		  "\"lines\":[\"101\"],\"numbers\":[\"79261234567\"]}");
	CHECK_BRIEF(s, "hello; snapshot");
	rig_line(&r, 0, "101");
	rig_line(&r, 0, "103");
	rig_call(&r, 0, ZV_CALL_STARTED, "c1", "trunk:79261234567 103", "");
	rig_call(&r, 0, ZV_CALL_ANSWERED, "c1", "trunk:79261234567 103", "");
	rig_call(&r, 0, ZV_CALL_STARTED, "c2", "103", "");
	rig_server(&r, 0, "down"); /* not among the events */
	CHECK_BRIEF(s, "line.state 101; call.started c1");
	rig_input(&r, s, "{\"type\":\"start\",\"queues\":[\"sales\"]}");
	CHECK_BRIEF(s, "snapshot");
	rig_line(&r, 0, "101");
	rig_queue(&r, 0, "sales");
	rig_server(&r, 0, "up");
	CHECK_BRIEF(s, "queue.state sales; server.state");
	rig_input(&r, s, "{\"type\":\"start\",\"lines\":[]}");
	CHECK_BRIEF(s, "snapshot");
	rig_line(&r, 0, "101");
	CHECK_BRIEF(s, "");
}

/* Lists never show more than the rights do. */
static void
test_lists_do_not_widen(void **state)
{
	struct zv_session *s = rig_session(&r, "anna");

	rig_input(&r, s,
		  "{\"type\":\"start\",\"lines\":[\"103\"],\"numbers\":[\"5\"]}");
	CHECK_BRIEF(s, "hello; snapshot");
	rig_line(&r, 0, "103");
	rig_call(&r, 0, ZV_CALL_STARTED, "c1", "trunk:5 103", "");
	rig_line(&r, 0, "101");
	CHECK_BRIEF(s, "");
	rig_call(&r, 0, ZV_CALL_STARTED, "c2", "101 103", "");
	CHECK_BRIEF(s, "call.started c2");
}

/* ---- coming back ------------------------------------------------------------------------------ */

static void
test_resume(void **state)
{
	struct zv_session *s;

	started("anna");
	for (int i = 0; i < 5; i++) {
		rig_line(&r, 0, "101");
		rig_line(&r, 0, "103");
	}
	s = rig_session(&r, "anna");
	rig_input(&r, s, "{\"type\":\"resume\",\"seq\":5,\"stream\":\"s1\"}");
	assert_string_equal(rig_brief(s),
			    "hello; resumed; line.state 101; line.state 101");
	rig_line(&r, 0, "101");
	CHECK_BRIEF(s, "line.state 101");
	s = rig_session(&r, "anna");
	rig_input(&r, s, "{\"type\":\"resume\",\"seq\":11,\"stream\":\"s1\"}");
	CHECK_BRIEF(s, "hello; resumed");
}

/* What comes while it still reads from the ring comes behind it, in order, once. */
static void
test_events_while_resuming(void **state)
{
	struct zv_session *s;
	struct zv_message *m;

	for (int i = 0; i < 3; i++)
		rig_line(&r, 0, "101");
	s = rig_session(&r, "anna");
	rig_input(&r, s, "{\"type\":\"resume\",\"seq\":0}");
	for (uint64_t seq = 0; seq < 2; seq++) { /* hello, resumed */
		m = zv_session_take(s);
		zv_message_unref(m);
	}
	for (uint64_t seq = 1; seq <= 5; seq++) {
		m = zv_session_take(s);
		assert_non_null(m);
		assert_int_equal(m->seq, seq);
		zv_message_unref(m);
		if (seq <= 2)
			rig_line(&r, 0, "101");
	}
	assert_null(zv_session_take(s));
	assert_false(zv_session_has_messages(s));
}

static void
test_resume_elsewhere(void **state)
{
	struct zv_session *s = rig_session(&r, "anna");

	rig_input(&r, s, "{\"type\":\"resume\",\"seq\":0,\"stream\":\"s0\"}");
	CHECK_BRIEF(s, "hello; resync stream");
	s = rig_session(&r, "anna");
	rig_input(&r, s, "{\"type\":\"resume\",\"seq\":7}");
	CHECK_BRIEF(s, "hello; resync stream");
}

static void
test_resume_too_late(void **state)
{
	const struct zv_hub_limits few = { .ring_events = 3, .ring_ms = 1000 };
	struct zv_session *s;

	begin(&few);
	for (int i = 0; i < 5; i++)
		rig_line(&r, 0, "101");
	s = rig_session(&r, "anna");
	rig_input(&r, s, "{\"type\":\"resume\",\"seq\":1}");
	CHECK_BRIEF(s, "hello; resync too_old");
	s = rig_session(&r, "anna");
	rig_input(&r, s, "{\"type\":\"resume\",\"seq\":2}");
	CHECK_BRIEF(s,
		    "hello; resumed; line.state 101; line.state 101; line.state 101");
	r.now_ms += 1000;
	s = rig_session(&r, "anna");
	rig_input(&r, s, "{\"type\":\"resume\",\"seq\":4}");
	CHECK_BRIEF(s, "hello; resumed; line.state 101");
	r.now_ms++;
	s = rig_session(&r, "anna");
	rig_input(&r, s, "{\"type\":\"resume\",\"seq\":4}");
	CHECK_BRIEF(s, "hello; resync too_old");
	s = rig_session(&r, "anna");
	rig_input(&r, s, "{\"type\":\"resume\",\"seq\":5}");
	CHECK_BRIEF(s, "hello; resumed"); /* nothing was missed */
}

/* The ring moves on under a session that takes too slowly. */
static void
test_falls_behind_the_ring(void **state)
{
	const struct zv_hub_limits few = { .ring_events = 3 };
	struct zv_session *s;

	begin(&few);
	for (int i = 0; i < 3; i++)
		rig_line(&r, 0, "101");
	s = rig_session(&r, "anna");
	rig_input(&r, s, "{\"type\":\"resume\",\"seq\":0}");
	for (int i = 0; i < 3; i++)
		rig_line(&r, 0, "101");
	CHECK_BRIEF(s, "hello; resumed; resync slow");
	rig_line(&r, 0, "101");
	CHECK_BRIEF(s, "line.state 101");
}

/* ---- slow readers -------------------------------------------------------------------------------- */

static void
check_over(struct zv_session *s, int wanted)
{
	struct zv_str reason = { NULL, 0 };
	int code = 0;

	assert_int_equal(zv_session_is_over(s, &code, &reason), wanted != 0);
	assert_int_equal(code, wanted);
	assert_true(!wanted || reason.n > 0);
}

static void
test_slow_by_messages(void **state)
{
	const struct zv_hub_limits few = { .session_messages = 10 };
	struct zv_session *s;

	begin(&few);
	s = started("anna");
	for (int i = 0; i < 10; i++)
		rig_line(&r, 0, "101");
	check_over(s, 0);
	rig_line(&r, 0, "101");
	check_over(s, 1013);
	assert_null(zv_session_take(s)); /* at once */
	zv_session_free(s);
	s = rig_session(&r, "anna");
	rig_input(&r, s, "{\"type\":\"resume\",\"seq\":0}");
	assert_non_null(strstr(rig_take(s), "\"seq\":11,"));
}

static void
test_slow_by_bytes(void **state)
{
	const struct zv_hub_limits few = { .session_bytes = 1000 };
	struct zv_hub_counters counters;
	struct zv_session *s;

	begin(&few);
	s = started("anna");
	zv_session_held(s, 999);
	rig_line(&r, 0, "101");
	check_over(s, 0);
	assert_non_null(strstr(rig_take(s), "line.state"));
	zv_session_held(s, 1000);
	rig_line(&r, 0, "101");
	check_over(s, 1013);
	zv_hub_counters(r.hub, &counters);
	assert_int_equal(counters.slow, 1);
}

/* A snapshot larger than the limit is no fault of his, until he does not take it. */
static void
test_large_snapshot(void **state)
{
	const struct zv_hub_limits few = { .session_bytes = 200 };
	struct zv_session *s;

	begin(&few);
	s = rig_session(&r, "anna");
	assert_non_null(strstr(rig_take(s), "hello"));
	rig_input(&r, s, "{\"type\":\"start\"}");
	rig_line(&r, 0, "101"); /* behind it */
	check_over(s, 0);
	rig_input(&r, s, "{\"type\":\"snapshot\"}");
	CHECK_BRIEF(s, "snapshot; line.state 101; error busy");
	zv_session_held(s, 0);
	rig_input(&r, s, "{\"type\":\"snapshot\"}");
	CHECK_BRIEF(s, "snapshot");
}

static void
test_input_too_long(void **state)
{
	const struct zv_hub_limits few = { .input_bytes = 17 };
	struct zv_session *s;

	begin(&few);
	s = rig_session(&r, "anna");
	rig_input(&r, s, "{\"type\":\"ping\"}  "); /* 17 */
	check_over(s, 0);
	rig_input(&r, s, "{\"type\":\"ping\"}   ");
	check_over(s, 1009);
}

/* ---- sessions, users ------------------------------------------------------------------------------ */

static void
check_refused(const char *user, const char *why)
{
	struct zv_error err = { 0 };

	assert_null(zv_session_new(r.hub, ZV_DIALECT_ZVON, rig_user(user), ZV_STR("x"),
				   NULL, r.now_ms, &err));
	assert_int_equal(err.code, ZV_EBUSY);
	assert_non_null(strstr(err.text, why));
}

static void
test_sessions_of_a_user(void **state)
{
	const struct zv_hub_limits few = { .sessions_of_a_user = 2, .sessions = 6 };
	struct zv_session *s;

	begin(&few);
	rig_session(&r, "anna");
	s = rig_session(&r, "anna");
	check_refused("anna", "too many sessions: close another");
	zv_session_free(s);
	rig_session(&r, "anna");
	for (int i = 0; i < 4; i++) /* each is somebody else */
		rig_session(&r, "panel");
	check_refused("boris", "on this server");
}

static void
test_goodbye(void **state)
{
	struct zv_session *s = started("anna");
	struct zv_str reason;
	int code;

	rig_line(&r, 0, "101");
	zv_hub_say_goodbye(r.hub, 3000, r.now_ms);
	assert_true(zv_session_is_over(s, &code, &reason));
	assert_int_equal(code, 1001);
	assert_non_null(memmem(reason.p, reason.n, "3000 ms", 7));
	CHECK_BRIEF(s, "line.state 101"); /* still sent */
}

static void
test_reload(void **state)
{
	struct zv_session *anna = started("anna"), *boris = started("boris");
	struct zv_session *chief = started("chief");
	struct zv_user users[2] = { *rig_user("anna"), *rig_user("chief") };
	const struct zv_str other[] = { { "103", 3 } };

	users[0].lines = other;
	users[0].n_lines = 1;
	rig_line(&r, 0, "101");
	assert_int_equal(zv_hub_set_users(r.hub, users, 2, r.now_ms), 0);
	CHECK_BRIEF(anna, "line.state 101; hello; resync rights");
	check_over(boris, 1008);
	rig_line(&r, 0, "101");
	CHECK_BRIEF(anna, "");
	rig_line(&r, 0, "103");
	CHECK_BRIEF(anna, "line.state 103");
	CHECK_BRIEF(boris, "");
	CHECK_BRIEF(chief, "line.state 101; line.state 101; line.state 103");
	assert_null(zv_hub_find_user(r.hub, ZV_STR("boris")));
	zv_session_free(boris);
	assert_int_equal(zv_hub_set_users(r.hub, rig_users, rig_n_users, r.now_ms), 0);
}

static void
test_lines_of_a_session(void **state)
{
	struct zv_session *panel = started("panel"), *boris = started("boris");
	const struct zv_str line = ZV_STR("101");
	struct zv_error err = { 0 };
	size_t n;

	assert_int_equal(zv_session_set_lines(panel, &line, 1, &err), 0);
	rig_line(&r, 0, "101");
	CHECK_BRIEF(panel, "line.state 101");
	assert_true(zv_session_has_line(panel, 0, line));
	assert_false(zv_session_has_line(panel, 0, ZV_STR("103")));
	assert_true(zvon_str_equal(*zv_session_lines(panel, &n), line));
	assert_int_equal(n, 1);
	assert_int_equal(zv_session_set_lines(boris, &line, 1, &err), ZV_EAUTH);
	rig_line(&r, 0, "101");
	CHECK_BRIEF(boris, "");
}

static void
test_server_is_removed(void **state)
{
	struct zv_session *chief = started("chief");

	rig_call(&r, 1, ZV_CALL_STARTED, "c1", "101", "");
	CHECK_BRIEF(chief, "call.started c1");
	zv_hub_remove_server(r.hub, 1, r.now_ms);
	CHECK_BRIEF(chief, "resync server");
	rig_call(&r, 1, ZV_CALL_STARTED, "c2", "101", "");
	CHECK_BRIEF(chief, "");
	assert_null(zv_hub_find_server(r.hub, 1));
}

/* ---- memory --------------------------------------------------------------------------------------- */

#define MANY 1000

static void
test_memory_of_idle_sessions(void **state)
{
	const struct zv_hub_limits many = { .sessions_of_a_user = MANY };
	static struct zv_session *all[MANY];
	size_t before, after;

	begin(&many);
	for (int i = 0; i < MANY; i++)
		zv_session_free(rig_session(&r, "anna"));
	before = heap_bytes();
	for (int i = 0; i < MANY; i++) {
		all[i] = rig_session(&r, "anna");
		rig_input(&r, all[i], "{\"type\":\"start\"}");
		rig_take(all[i]);
	}
	after = heap_bytes();
	print_message("# an idle session: %zu bytes\n", (after - before) / MANY);
	assert_true((after - before) / MANY < 1024);
}

static void
say_nothing(void *context, struct zv_session *s)
{
}

/* A session that ran out of memory is over: it comes back and resumes. */
static int
outcome(struct zv_session *s)
{
	int code;

	return zv_session_is_over(s, &code, NULL) ? ZV_ENOMEM : 0;
}

static int
play(struct zv_hub *h)
{
	struct zv_error err = { 0 };
	const struct zv_line line = { .name = ZV_STR("101") };
	struct zv_leg leg = { .line = line.name, .number = line.name };
	struct zv_call call = { .id = ZV_STR("c"), .legs = &leg, .queue = ZV_STR("q") };
	struct zv_queue_member member = { .queue = ZV_STR("q"),
					  .line = line.name,
					  .interface = ZV_STR("PJSIP/101") };
	struct zv_call_event events[] = {
		{ .kind = ZV_QUEUE_MEMBER, .member = &member },
		{ .kind = ZV_CALL_STARTED, .call = &call },
		{ .kind = ZV_LINE_STATE, .line = &line },
		{ .kind = ZV_CALL_ENDED, .call = &call },
	};
	struct zv_session *s = zv_session_new(h, ZV_DIALECT_ZVON, rig_user("anna"),
					      ZV_STR("x"), NULL, 0, &err);
	struct zv_buf text = { 0 };
	int rc;

	if (!s)
		return ZV_ENOMEM;
	zv_session_input(s,
			 ZV_STR("{\"type\":\"start\",\"lines\":[\"101\"],"
				"\"numbers\":[\"5\"]}"),
			 0);
	for (size_t i = 0; i < N_OF(events); i++)
		zv_hub_on_event(h, 0, &events[i]);
	zv_session_input(s, ZV_STR("{\"type\":\"resume\",\"seq\":1}"), 0);
	rc = outcome(s);
	rig_take(s);
	if (zv_hub_save(h, &text, 0) < 0 ||
	    zv_hub_set_users(h, rig_users, rig_n_users, 0) < 0)
		rc = ZV_ENOMEM;
	zv_buf_deinit(&text);
	return rc;
}

static int
whole_scene(void *user)
{
	struct zv_hub_options o = {
		.first_seq = 1,
		.stream = ZV_STR("s"),
		.hooks.on_ready = say_nothing,
	};
	struct zv_hub_server server = { .name = ZV_STR("office"), .calls = r.calls[0] };
	struct zv_hub *h = zv_hub_new(&o);
	int rc = ZV_ENOMEM;

	if (!h)
		return rc;
	if (zv_hub_set_users(h, rig_users, rig_n_users, 0) == 0 &&
	    zv_hub_add_server(h, &server) == 0) {
		zv_hub_on_synced(h, 0, 0);
		rc = play(h);
	}
	zv_hub_free(h);
	return rc;
}

/* What cannot be kept in the ring is still told: not each failure is seen by a session. */
static void
test_out_of_memory(void **state)
{
	unsigned long before, needed, n;
	size_t blocks, refused = 0;

	rig_take(rig_session(&r, "anna")); /* the buffer of the rig */
	before = zv_mem_count();
	assert_int_equal(whole_scene(&r), 0);
	needed = zv_mem_count() - before;
	blocks = heap_blocks();
	for (n = 1; n <= needed; n++) {
		zv_mem_fail_at(n);
		refused += whole_scene(&r) == ZV_ENOMEM;
		zv_mem_fail_at(0);
		if (heap_blocks() != blocks)
			fail_msg("allocation %lu of %lu failed: a leak", n, needed);
	}
	assert_true(refused > needed / 2);
}

#define TEST(f)                                                                        \
 {                                                                                     \
#  f, f, setup, teardown, NULL                                                         \
 }

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_own_lines),
		TEST(test_a_trunk_is_no_line),
		TEST(test_a_line_of_one_server),
		TEST(test_lines_queues_servers),
		TEST(test_queues_and_their_members),
		TEST(test_a_call_that_left_the_queue),
		TEST(test_a_merged_call_is_followed),
		TEST(test_one_message_for_all),
		TEST(test_numbers_have_gaps),
		TEST(test_lists_narrow),
		TEST(test_lists_do_not_widen),
		TEST(test_resume),
		TEST(test_events_while_resuming),
		TEST(test_resume_elsewhere),
		TEST(test_resume_too_late),
		TEST(test_falls_behind_the_ring),
		TEST(test_slow_by_messages),
		TEST(test_slow_by_bytes),
		TEST(test_large_snapshot),
		TEST(test_input_too_long),
		TEST(test_sessions_of_a_user),
		TEST(test_goodbye),
		TEST(test_reload),
		TEST(test_lines_of_a_session),
		TEST(test_server_is_removed),
		TEST(test_memory_of_idle_sessions),
		TEST(test_out_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
