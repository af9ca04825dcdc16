/* Until the lists of a server were read, what is found there is no news; then everybody gets
 * one resync. */
#include <stdio.h>

#include "hubrig.h"

static struct rig r;
static struct zv_buf text;

/* Nothing is known of the servers yet. */
static int
setup(void **state)
{
	rig_open(&r, NULL, 1);
	rig_restart(&r, NULL, 1, (struct zv_str){ NULL, 0 });
	return 0;
}

static int
teardown(void **state)
{
	rig_close(&r);
	zv_buf_deinit(&text);
	return 0;
}

#define CHECK_BRIEF(s, wanted) assert_string_equal(rig_brief(s), wanted)
#define START		       "{\"type\":\"start\"}"
#define RESUME(seq)	       "{\"type\":\"resume\",\"stream\":\"s1\",\"seq\":" #seq "}"

static struct zv_session *
coming(const char *user, const char *how, const char *wanted)
{
	struct zv_session *s = rig_session(&r, user);

	rig_input(&r, s, how);
	CHECK_BRIEF(s, wanted);
	return s;
}

static void
set_up(size_t server, bool up)
{
	struct zv_client_status status = { .state = up ? ZV_STATE_READY
						       : ZV_STATE_DOWN };

	zv_hub_on_state(r.hub, server, &status, r.now_ms);
}

static void
synced(size_t server)
{
	zv_hub_on_synced(r.hub, server, r.now_ms);
}

/* A call of line 101 that the tracker finds. */
static void
find_call(size_t server, const char *id)
{
	char packet[200];

	snprintf(packet, sizeof packet,
		 "Event: Newchannel\r\nChannel: PJSIP/101-%s\r\nChannelState: 4\r\n"
		 "Uniqueid: %s\r\nLinkedid: %s\r\n\r\n",
		 id, id, id);
	rig_feed(&r, server, packet);
}

static bool
says(struct zv_session *s, const char *part)
{
	return strstr(rig_take(s), part);
}

static void
restart(uint64_t first_seq)
{
	zv_buf_clear(&text);
	assert_int_equal(zv_hub_save(r.hub, &text, r.now_ms), 0);
	rig_restart(&r, NULL, first_seq, zv_buf_str(&text));
}

/* ---- silence ------------------------------------------------------------------------------ */

static void
test_what_is_found_is_no_news(void **state)
{
	struct zv_session *anna = coming("anna", START, "hello; snapshot");
	struct zv_session *chief = coming("chief", START, "hello; snapshot");

	find_call(0, "1.1");
	rig_line(&r, 0, "101");
	rig_member(&r, 0, "sales", "101", ZV_MEMBER_IDLE);
	rig_queue(&r, 0, "sales");
	CHECK_BRIEF(anna, "");
	CHECK_BRIEF(chief, "");
	assert_int_equal(zv_hub_last_seq(r.hub), 0);
	rig_input(&r, chief, "{\"type\":\"snapshot\"}");
	assert_true(says(chief, "\"lines\":[],\"calls\":[]"));
	rig_server(&r, 0, "up");
	assert_int_equal(zv_hub_last_seq(r.hub), 1);
	CHECK_BRIEF(anna, "server.state");
	CHECK_BRIEF(chief, "server.state");
	synced(0);
	assert_int_equal(zv_hub_last_seq(r.hub), 2);
	assert_true(says(anna, "\"call\":\"1.1\""));
	CHECK_BRIEF(chief, "resync server");
	rig_line(&r, 0, "101");
	CHECK_BRIEF(anna, "line.state 101");
	assert_int_equal(zv_hub_last_seq(r.hub), 3);
}

/* The members that were found decide who sees what. */
static void
test_what_is_found_is_remembered(void **state)
{
	struct zv_session *queen = coming("queen", START, "hello; snapshot");

	rig_member(&r, 0, "sales", "103", ZV_MEMBER_IDLE);
	synced(0);
	CHECK_BRIEF(queen, "resync server");
	rig_line(&r, 0, "103");
	CHECK_BRIEF(queen, "line.state 103");
}

/* Numbers that nobody can have are not used up. */
static void
test_first_number(void **state)
{
	struct zv_buf out = { 0 };

	synced(0);
	assert_int_equal(zv_hub_last_seq(r.hub), 0);
	assert_int_equal(zv_hub_write_state(r.hub, rig_user("chief"), ZV_PART_ALL, &out,
					    r.now_ms),
			 0);
	zv_buf_deinit(&out);
	synced(1);
	assert_int_equal(zv_hub_last_seq(r.hub), 1);
	coming("anna", RESUME(0), "hello; resync restart");
}

/* ---- who gets what ------------------------------------------------------------------------- */

static void
test_one_resync_for_each_server(void **state)
{
	struct zv_session *resumed, *fresh, *idle;

	rig_synced(&r);
	rig_line(&r, 0, "101");
	restart(2);
	resumed = coming("anna", RESUME(0), "hello; resumed; line.state 101");
	fresh = coming("boris", START, "hello; snapshot");
	idle = rig_session(&r, "chief");
	CHECK_BRIEF(idle, "hello");
	synced(0);
	CHECK_BRIEF(resumed, "resync restart");
	CHECK_BRIEF(fresh, "resync server");
	CHECK_BRIEF(idle, "");
	synced(0); /* after a loss: told by events */
	CHECK_BRIEF(resumed, "");
	synced(1);
	CHECK_BRIEF(resumed, "resync server");
	CHECK_BRIEF(fresh, "resync server");
	synced(1);
	CHECK_BRIEF(resumed, "");
}

/* Lists that are read at the same time are known at the same time. */
static void
test_servers_wait_for_each_other(void **state)
{
	struct zv_session *s = coming("anna", START, "hello; snapshot");

	set_up(0, true);
	set_up(1, true);
	synced(0);
	rig_line(&r, 0, "101");
	CHECK_BRIEF(s, "");
	synced(1);
	CHECK_BRIEF(s, "resync server");
}

static void
test_a_lost_server_is_not_waited_for(void **state)
{
	struct zv_session *s = coming("anna", START, "hello; snapshot");

	set_up(0, true);
	set_up(1, true);
	synced(0);
	CHECK_BRIEF(s, "");
	set_up(1, false);
	CHECK_BRIEF(s, "resync server");
	set_up(1, true);
	CHECK_BRIEF(s, "");
	synced(1);
	CHECK_BRIEF(s, "resync server");
	rig_line(&r, 1, "101");
	CHECK_BRIEF(s, "line.state 101");
}

static void
test_a_removed_server_is_not_waited_for(void **state)
{
	struct zv_session *s = coming("anna", START, "hello; snapshot");

	set_up(0, true);
	set_up(1, true);
	synced(0);
	find_call(0, "1.1");
	zv_hub_remove_server(r.hub, 1, r.now_ms);
	assert_true(says(s, "\"call\":\"1.1\""));
	rig_line(&r, 0, "101");
	CHECK_BRIEF(s, "line.state 101");
}

/* A panel's cards do not pop up again: what was found comes as a snapshot, once. */
static void
test_panels(void **state)
{
	struct zv_session *s = zv_session_new(r.hub, ZV_DIALECT_TMS, rig_user("panel"),
					      ZV_STR("x"), NULL, r.now_ms, NULL);

	assert_non_null(s);
	set_up(0, true);
	find_call(0, "1.1");
	rig_input(&r, s,
		  "{\"command\":\"LoadLibrary\",\"parameters\":{\"AssemblyName\":"
		  "\"Terrasoft.Messaging.Asterisk\"}}");
	rig_input(&r, s,
		  "{\"command\":\"OpenConnection\",\"parameters\":{"
		  "\"connectionParams\":{\"ExtensionName\":\"101\"}}}");
	assert_true(says(s, "\"eventType\":2,"));
	rig_input(&r, s, "{\"command\":\"QueryActiveCallSnapshot\"}");
	assert_false(says(s, "101-1.1"));
	find_call(0, "1.2");
	rig_line(&r, 0, "101");
	assert_string_equal(rig_take(s), "");
	synced(0);
	assert_non_null(strstr(rig_take(s), "\"eventType\":10,"));
	synced(0);
	assert_string_equal(rig_take(s), "");
	zv_session_free(s);
}

/* ---- not for ever ---------------------------------------------------------------------------- */

static void
test_lists_that_do_not_come(void **state)
{
	struct zv_session *s = coming("anna", START, "hello; snapshot");
	int64_t begin = r.now_ms;

	assert_int_equal(zv_hub_deadline(r.hub), INT64_MAX); /* not while it is down */
	set_up(0, true);
	find_call(0, "1.1");
	assert_int_equal(zv_hub_deadline(r.hub), begin + ZV_HUB_SYNC_MS);
	r.now_ms = begin + ZV_HUB_SYNC_MS - 1;
	zv_hub_tick(r.hub, r.now_ms);
	rig_line(&r, 0, "101");
	CHECK_BRIEF(s, "");
	r.now_ms = begin + ZV_HUB_SYNC_MS;
	zv_hub_tick(r.hub, r.now_ms);
	assert_true(says(s, "\"call\":\"1.1\""));
	assert_int_equal(zv_hub_deadline(r.hub), INT64_MAX);
	rig_line(&r, 0, "101");
	CHECK_BRIEF(s, "line.state 101");
	synced(0); /* late: as after a loss */
	CHECK_BRIEF(s, "");
}

/* What he had is lost, and what is true now is not known: first that, then one resync. */
static void
test_killed(void **state)
{
	struct zv_session *anna, *boris;

	rig_synced(&r);
	rig_line(&r, 0, "101");
	restart(1001);
	anna = coming("anna", RESUME(1), "hello; resumed");
	rig_server(&r, 0, "up"); /* no number before the truth */
	CHECK_BRIEF(anna, "");
	boris = coming("boris", "{\"type\":\"resume\",\"stream\":\"s0\",\"seq\":1}",
		       "hello; resync stream");
	find_call(0, "1.1");
	synced(0);
	CHECK_BRIEF(anna, "resync restart");
	CHECK_BRIEF(boris, "resync server");
	coming("anna", RESUME(1), "hello; resync restart"); /* one is known */
	rig_line(&r, 0, "101");
	CHECK_BRIEF(anna, "line.state 101");
}

/* No Asterisk is there to say what is true. */
static void
test_killed_and_nothing_to_know(void **state)
{
	struct zv_session *anna;
	int64_t begin;

	rig_synced(&r);
	restart(1001);
	begin = r.now_ms;
	anna = coming("anna", RESUME(0), "hello; resumed");
	assert_int_equal(zv_hub_deadline(r.hub), begin + ZV_HUB_SYNC_MS);
	r.now_ms = begin + ZV_HUB_SYNC_MS - 1;
	zv_hub_tick(r.hub, r.now_ms);
	CHECK_BRIEF(anna, "");
	r.now_ms = begin + ZV_HUB_SYNC_MS;
	zv_hub_tick(r.hub, r.now_ms);
	CHECK_BRIEF(anna, "resync restart");
	assert_int_equal(zv_hub_deadline(r.hub), INT64_MAX);
	rig_server(&r, 0, "up");
	CHECK_BRIEF(anna, "server.state");
	synced(0);
	CHECK_BRIEF(anna, "resync server");
}

#define TEST(f)                                                                        \
 {                                                                                     \
#  f, f, setup, teardown, NULL                                                         \
 }

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_what_is_found_is_no_news),
		TEST(test_what_is_found_is_remembered),
		TEST(test_first_number),
		TEST(test_one_resync_for_each_server),
		TEST(test_servers_wait_for_each_other),
		TEST(test_a_lost_server_is_not_waited_for),
		TEST(test_a_removed_server_is_not_waited_for),
		TEST(test_panels),
		TEST(test_lists_that_do_not_come),
		TEST(test_killed),
		TEST(test_killed_and_nothing_to_know),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
