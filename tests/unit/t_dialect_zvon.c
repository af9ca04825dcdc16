/* zvon.v1: what is said for what; nothing else passes. */
#include <stdio.h>

#include <jansson.h>

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

/* The one text that a session says for that input. */
static const char *
ask(struct zv_session *s, const char *input)
{
	rig_take(s);
	rig_input(&r, s, input);
	return rig_take(s);
}

static void
test_hello(void **state)
{
	assert_string_equal(
		rig_take(rig_session(&r, "anna")),
		"{\"type\":\"hello\",\"protocol\":\"zvon.v1\",\"version\":\"0.1\","
		"\"stream\":\"s1\",\"seq\":0,\"user\":\"anna\",\"full_name\":\"Anna\","
		"\"lines\":[\"101\",\"office/"
		"102\"],\"queues\":[],\"role\":\"operator\","
		"\"rights\":[\"view\",\"dial\",\"agent\"],"
		"\"servers\":[{\"server\":\"office\",\"state\":\"down\"},"
		"{\"server\":\"branch\",\"state\":\"down\"}]}\n");
}

static const struct {
	const char *input, *answer; /* how it begins */
} answers[] = {
	{ "{\"type\":\"ping\"}", "{\"type\":\"pong\"}\n" },
	{ "{\"type\":\"ping\",\"id\":\"a\\u0001\"}",
	  "{\"type\":\"pong\",\"id\":\"a\\u0001\"}\n" },
	{ "{\"type\":\"ping\",\"id\":7,\"more\":[1]}",
	  "{\"type\":\"pong\",\"id\":7}\n" },
	{ "{\"type\":\"ping\",\"id\":{}}", "{\"type\":\"pong\"}\n" },
	{ "{\"type\":\"pang\"}", "{\"type\":\"error\",\"code\":\"bad_type\"" },
	{ "{\"type\":7}", "{\"type\":\"error\",\"code\":\"bad_type\"" },
	{ "{}", "{\"type\":\"error\",\"code\":\"bad_type\"" },
	{ "[]", "{\"type\":\"error\",\"code\":\"bad_json\"" },
	{ "", "{\"type\":\"error\",\"code\":\"bad_json\"" },
	{ "{\"type\":\"ping\"", "{\"type\":\"error\",\"code\":\"bad_json\"" },
	{ "{\"type\":\"\xff\"}", "{\"type\":\"error\",\"code\":\"bad_json\"" },
	{ "{\"type\":\"resume\"}", "{\"type\":\"error\",\"code\":\"bad_argument\"" },
	{ "{\"type\":\"resume\",\"seq\":-1}",
	  "{\"type\":\"error\",\"code\":\"bad_argument\"" },
	{ "{\"type\":\"resume\",\"seq\":1.5}",
	  "{\"type\":\"error\",\"code\":\"bad_argument\"" },
	{ "{\"type\":\"start\",\"lines\":\"101\"}",
	  "{\"type\":\"error\",\"code\":\"bad_argument\"" },
	{ "{\"type\":\"start\",\"lines\":[101]}",
	  "{\"type\":\"error\",\"code\":\"bad_argument\"" },
	{ "{\"type\":\"start\",\"events\":[]}",
	  "{\"type\":\"error\",\"code\":\"bad_argument\"" },
	{ "{\"type\":\"start\",\"events\":[\"call.stared\"]}",
	  "{\"type\":\"error\",\"code\":\"bad_argument\"" },
	{ "{\"type\":\"command\",\"name\":\"call.make\"}",
	  "{\"type\":\"error\",\"code\":\"bad_argument\"" },
	{ "{\"type\":\"command\",\"id\":\"1\"}",
	  "{\"type\":\"error\",\"code\":\"bad_argument\"" },
	{ "{\"type\":\"command\",\"id\":\"1\",\"name\":\"x\",\"args\":[]}",
	  "{\"type\":\"error\",\"code\":\"bad_argument\"" },
	{ "{\"type\":\"command\",\"id\":\"1\",\"name\":\"call.fly\"}",
	  "{\"type\":\"result\",\"id\":\"1\",\"ok\":false,\"error\":{\"code\":"
	  "\"unknown_command\"" },
	{ "{\"type\":\"command\",\"id\":\"2\",\"name\":\"ami.action\"}",
	  "{\"type\":\"result\",\"id\":\"2\",\"ok\":false,\"error\":{\"code\":"
	  "\"denied\"" },
	{ "{\"type\":\"watch\",\"id\":\"w\"}",
	  "{\"type\":\"error\",\"code\":\"denied\"" },
	{ "{\"type\":\"unwatch\",\"id\":\"w\"}",
	  "{\"type\":\"error\",\"code\":\"not_found\"" },
};

static void
test_answers(void **state)
{
	for (size_t i = 0; i < N_OF(answers); i++) {
		struct zv_session *s = rig_session(&r, "anna");
		const char *answer = ask(s, answers[i].input);

		if (strncmp(answer, answers[i].answer, strlen(answers[i].answer)) != 0)
			fail_msg("%s: %s", answers[i].input, answer);
		zv_session_free(s);
	}
}

static void
test_where_json_is_wrong(void **state)
{
	const char *answer = ask(rig_session(&r, "anna"), "{\"type\":x}");

	assert_non_null(strstr(answer, "\"at\":9"));
}

static void
test_pings(void **state)
{
	struct zv_session *s = rig_session(&r, "anna");
	int code;

	for (int i = 0; i < 10; i++)
		rig_input(&r, s, "{\"type\":\"ping\"}");
	assert_false(zv_session_is_over(s, &code, NULL));
	r.now_ms += 1000;
	for (int i = 0; i < 10; i++)
		rig_input(&r, s, "{\"type\":\"ping\"}");
	assert_false(zv_session_is_over(s, &code, NULL));
	rig_input(&r, s, "{\"type\":\"ping\"}");
	assert_true(zv_session_is_over(s, &code, NULL));
	assert_int_equal(code, 1008);
}

static void
test_an_event(void **state)
{
	struct zv_session *s = rig_session(&r, "anna");

	ask(s, "{\"type\":\"start\"}");
	rig_line(&r, 0, "101");
	assert_string_equal(
		rig_take(s),
		"{\"type\":\"event\",\"seq\":1,"
		"\"time\":\"2026-11-21T01:40:47.000Z\",\"server\":\"office\","
		"\"event\":\"line.state\",\"line\":\"101\","
		"\"state\":\"idle\"}\n");
}

/* ---- snapshots: the trackers tell -------------------------------------------------------- */

#define CHANNEL(name, id)                                                              \
 "Event: Newchannel\r\nChannel: PJSIP/" name "-1\r\nChannelState: 4\r\n"               \
 "CallerIDNum: " name "\r\nExten: 200\r\nUniqueid: " id "\r\nLinkedid: " id "\r\n\r\n"
#define MEMBER(queue, line)                                                            \
 "Event: QueueMemberAdded\r\nQueue: " queue "\r\nMemberName: M\r\n"                    \
 "Interface: PJSIP/" line "\r\nMembership: dynamic\r\nPenalty: 0\r\n"                  \
 "Status: 1\r\nPaused: 0\r\n\r\n"

static void
live(void)
{
	rig_feed(&r, 0, "Asterisk Call Manager/5.0.4\r\n");
	rig_feed(&r, 0,
		 CHANNEL("101", "1.1") CHANNEL("103", "1.2") MEMBER("sales", "101")
			 MEMBER("sales", "103") MEMBER("support", "103"));
}

/* The sizes of its lists: calls, lines, queues, members. */
static void
check_snapshot(const char *user, int calls, int lines, int queues, int members)
{
	struct zv_session *s = rig_session(&r, user);
	json_t *j;
	size_t n = 0, i;
	json_t *queue;

	j = json_loads(ask(s, "{\"type\":\"start\"}"), 0, NULL);
	assert_non_null(j);
	json_array_foreach(json_object_get(j, "queues"), i, queue) n +=
		json_array_size(json_object_get(queue, "members"));
	if ((int)json_array_size(json_object_get(j, "calls")) != calls ||
	    (int)json_array_size(json_object_get(j, "lines")) != lines ||
	    (int)json_array_size(json_object_get(j, "queues")) != queues ||
	    (int)n != members)
		fail_msg("%s: %s", user, json_dumps(j, 0));
	assert_int_equal(json_array_size(json_object_get(j, "servers")), 2);
	assert_true(json_is_object(json_object_get(j, "agent")));
	json_decref(j);
	zv_session_free(s);
}

static void
test_snapshots(void **state)
{
	live();
	check_snapshot("chief", 2, 2, 2, 3);
	check_snapshot("anna", 1, 1, 1, 1);
	check_snapshot("boris", 1, 1, 2, 2);
	check_snapshot("queen", 2, 2, 1, 2);
	check_snapshot("panel", 0, 0, 0, 0);
}

static void
test_state_without_session(void **state)
{
	struct zv_buf out = { 0 };
	uint64_t last;
	json_t *read;

	live();
	for (int part = ZV_PART_ALL; part <= ZV_PART_ME; part++) {
		zv_buf_clear(&out);
		assert_int_equal(zv_hub_write_state(r.hub, rig_user("anna"),
						    (enum zv_state_part)part, &out,
						    r.now_ms),
				 0);
		read = json_loads(zv_buf_cstr(&out), 0, NULL);
		assert_non_null(read);
		json_decref(read);
	}
	assert_non_null(strstr(zv_buf_cstr(&out), "\"call.make\""));
	assert_null(strstr(zv_buf_cstr(&out), "ami.action"));
	zv_buf_clear(&out);
	assert_int_equal(
		zv_hub_write_events(r.hub, rig_user("boris"), 0, 2, &out, &last), 0);
	assert_int_equal(zv_hub_write_events(r.hub, rig_user("boris"),
					     zv_hub_last_seq(r.hub) + 1, 2, &out,
					     &last),
			 ZV_ENOTFOUND);
	zv_buf_deinit(&out);
}

/* In pages of two, each event once. */
static void
test_events_in_pages(void **state)
{
	struct zv_buf out = { 0 };
	uint64_t last = 0;
	size_t n = 0;

	for (int i = 0; i < 5; i++) {
		rig_line(&r, 0, "101");
		rig_line(&r, 0, "103");
	}
	for (int page = 0; page < 4; page++) {
		json_t *j;

		zv_buf_clear(&out);
		assert_int_equal(zv_hub_write_events(r.hub, rig_user("boris"), last, 2,
						     &out, &last),
				 0);
		j = json_loads(zv_buf_cstr(&out), 0, NULL);
		assert_true(json_is_array(j));
		n += json_array_size(j);
		json_decref(j);
	}
	assert_int_equal(n, 5);
	assert_int_equal(last, 10);
	zv_buf_deinit(&out);
}

/* ---- watches: fault 080 --------------------------------------------------------------------- */

static void
test_watch(void **state)
{
	struct zv_session *s = rig_session(&r, "spy");

	assert_string_equal(
		ask(s, "{\"type\":\"watch\",\"id\":\"w\",\"server\":"
		       "\"branch\",\"events\":\"Hangup\",\"contains\":[\"10\"],"
		       "\"regex\":\"Cause: 1[67]\"}"),
		"");
	rig_feed(&r, 0, "Event: Hangup\r\nChannel: SIP/10\r\nCause: 16\r\n\r\n");
	rig_feed(&r, 1, "Event: Hangup\r\nChannel: SIP/11\r\nCause: 18\r\n\r\n");
	assert_string_equal(rig_take(s), "");
	rig_feed(&r, 1, "Event: Hangup\r\nChannel: SIP/10\r\nCause: 17\r\n\r\n");
	assert_string_equal(
		rig_take(s),
		"{\"type\":\"packet\",\"watch\":\"w\",\"server\":\"branch\","
		"\"fields\":[[\"Event\",\"Hangup\"],[\"Channel\",\"SIP/10\"],"
		"[\"Cause\",\"17\"]]}\n");
	assert_non_null(
		strstr(ask(s, "{\"type\":\"watch\",\"id\":\"w\"}"), "bad_argument"));
	assert_string_equal(ask(s, "{\"type\":\"unwatch\",\"id\":\"w\"}"), "");
	rig_feed(&r, 1, "Event: Hangup\r\nChannel: SIP/10\r\nCause: 17\r\n\r\n");
	assert_string_equal(rig_take(s), "");
	assert_non_null(
		strstr(ask(s, "{\"type\":\"watch\",\"id\":\"w\",\"regex\":\"(\"}"),
		       "bad_argument"));
	assert_non_null(
		strstr(ask(s, "{\"type\":\"watch\",\"id\":\"w\",\"view\":\"legacy\"}"),
		       "bad_argument"));
}

static void
fault_080_number_of_watches(void **state)
{
	struct zv_session *s = rig_session(&r, "spy");
	char text[80];

	for (int i = 0; i < 64; i++) {
		snprintf(text, sizeof text,
			 "{\"type\":\"watch\",\"id\":\"%d\",\"events\":\"Hangup\"}", i);
		assert_string_equal(ask(s, text), "");
	}
	assert_non_null(strstr(ask(s, "{\"type\":\"watch\",\"id\":\"x\"}"),
			       "\"code\":\"limit\""));
	ask(s, "{\"type\":\"unwatch\",\"id\":\"3\"}");
	assert_string_equal(ask(s, "{\"type\":\"watch\",\"id\":\"x\"}"), "");
}

/* One that takes too long is switched off, and its owner is told once. */
static void
fault_080_switched_off(void **state)
{
	struct zv_session *s = rig_session(&r, "spy");
	char packet[300];
	const char *told;

	assert_string_equal(
		ask(s, "{\"type\":\"watch\",\"id\":\"slow\",\"regex\":\"(a+)+$\"}"),
		"");
	snprintf(packet, sizeof packet, "Event: X\r\nY: %0200d!\r\n\r\n", 0);
	memset(packet + 13, 'a', 200);
	for (int i = 0; i < 99; i++)
		rig_feed(&r, 0, packet);
	assert_null(strstr(rig_take(s), "watch_off"));
	for (int i = 0; i < 10; i++)
		rig_feed(&r, 0, packet);
	told = rig_take(s);
	assert_non_null(strstr(told, "\"code\":\"watch_off\",\"watch\":\"slow\""));
	assert_null(strstr(strstr(told, "watch_off") + 1, "watch_off"));
	assert_string_equal(ask(s, "{\"type\":\"unwatch\",\"id\":\"slow\"}"), "");
}

static void
test_watches_end_with_the_right(void **state)
{
	static const struct zv_role nothing = { .name = { "n", 1 },
						.sees = ZV_SCOPE_OWN };
	struct zv_session *s = rig_session(&r, "spy");
	struct zv_user user = *rig_user("spy");

	ask(s, "{\"type\":\"watch\",\"id\":\"w\",\"events\":\"Hangup\"}");
	user.role = &nothing;
	assert_int_equal(zv_hub_set_users(r.hub, &user, 1, r.now_ms), 0);
	rig_take(s);
	rig_feed(&r, 1, "Event: Hangup\r\nChannel: SIP/10\r\nCause: 17\r\n\r\n");
	assert_string_equal(rig_take(s), "");
	assert_int_equal(zv_hub_set_users(r.hub, rig_users, rig_n_users, r.now_ms), 0);
}

#define TEST(f)                                                                        \
 {                                                                                     \
#  f, f, setup, teardown, NULL                                                         \
 }

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_hello),
		TEST(test_answers),
		TEST(test_where_json_is_wrong),
		TEST(test_pings),
		TEST(test_an_event),
		TEST(test_snapshots),
		TEST(test_state_without_session),
		TEST(test_events_in_pages),
		TEST(test_watch),
		TEST(fault_080_number_of_watches),
		TEST(fault_080_switched_off),
		TEST(test_watches_end_with_the_right),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
