/* What survives a restart of the daemon, and what does not. */
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "heap.h"
#include "hubrig.h"

static struct rig r;
static struct zv_buf text;

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
	zv_buf_deinit(&text);
	return 0;
}

static void
save(void)
{
	zv_buf_clear(&text);
	assert_int_equal(zv_hub_save(r.hub, &text, r.now_ms), 0);
}

static struct zv_session *
resumed(const char *user, unsigned long long seq, const char *wanted)
{
	struct zv_session *s = rig_session(&r, user);
	char line[80];

	snprintf(line, sizeof line,
		 "{\"type\":\"resume\",\"stream\":\"s1\",\"seq\":%llu}", seq);
	rig_input(&r, s, line);
	assert_string_equal(rig_brief(s), wanted);
	return s;
}

static void
talk(void)
{
	rig_member(&r, 0, "sales", "104", ZV_MEMBER_IDLE);
	rig_call(&r, 0, ZV_CALL_QUEUED, "c1", "trunk:1", "sales");
	rig_call(&r, 0, ZV_LEG_RINGING, "c1", "trunk:1 101", "support");
	rig_line(&r, 0, "101");
}

static void
test_numbers_and_ring_go_on(void **state)
{
	struct zv_session *anna;

	talk();
	save();
	rig_restart(&r, NULL, 1, zv_buf_str(&text));
	assert_int_equal(zv_hub_last_seq(r.hub), 4);
	assert_true(zvon_str_equal(zv_hub_stream(r.hub), ZV_STR("s1")));
	anna = resumed("anna", 2, "hello; resumed; leg.ringing c1; line.state 101");
	resumed("queen", 0,
		"hello; resumed; queue.member 104 sales; call.queued c1; leg.ringing "
		"c1");
	resumed("boris", 4, "hello; resumed");
	rig_synced(&r);
	assert_string_equal(rig_brief(anna), "resync restart; resync server");
	rig_line(&r, 0, "101");
	assert_non_null(strstr(rig_take(anna), "\"seq\":7,"));
}

/* He had the last number, and left before the resync. */
static void
test_who_left_before_the_resync(void **state)
{
	struct zv_session *s;

	talk();
	save();
	rig_restart(&r, NULL, 1, zv_buf_str(&text));
	s = resumed("anna", 4, "hello; resumed");
	rig_server(&r, 0, "up");
	assert_string_equal(rig_brief(s), "server.state");
	zv_session_free(s);
	s = resumed("anna", 5, "hello; resumed");
	zv_hub_on_synced(r.hub, 0, r.now_ms);
	zv_session_free(s); /* without having read it */
	resumed("anna", 5, "hello; resync restart");
	zv_hub_on_synced(r.hub, 1, r.now_ms);
	s = resumed("anna", 6, "hello; resync restart");
	rig_line(&r, 0, "101");
	assert_non_null(strstr(rig_take(s), "\"seq\":8,"));
	resumed("anna", 7, "hello; resumed; line.state 101");
}

static void
test_killed(void **state)
{
	talk();
	save();
	rig_line(&r, 0, "101"); /* not saved any more */
	rig_restart(&r, NULL, 1001, zv_buf_str(&text));
	rig_synced(&r);
	resumed("anna", 4, "hello; resync restart");
	resumed("anna", 5, "hello; resync restart");
	resumed("anna", 1000, "hello; resync restart");
	rig_line(&r, 0, "101");
	assert_int_equal(zv_hub_last_seq(r.hub), 1002);
	rig_restart(&r, NULL, 2001, (struct zv_str){ NULL, 0 });
	rig_synced(&r);
	resumed("anna", 1002, "hello; resync restart");
}

/* Who saw a call before the restart sees its end. */
static void
test_calls_stay_seen(void **state)
{
	struct zv_session *queen;

	talk();
	save();
	rig_restart(&r, NULL, 5, zv_buf_str(&text));
	rig_feed(&r, 0,
		 "Event: Newchannel\r\nChannel: PJSIP/109-1\r\nChannelState: 4\r\n"
		 "Uniqueid: c1\r\nLinkedid: c1\r\n\r\n");
	rig_synced(&r);
	queen = resumed("queen", 4, "hello; resync restart");
	rig_call(&r, 0, ZV_CALL_ENDED, "c1", "trunk:1 101", "support");
	assert_string_equal(rig_brief(queen), "call.ended c1");
}

static void
test_save_again(void **state)
{
	struct zv_buf first = { 0 };

	talk();
	save();
	zv_buf_add(&first, zv_buf_str(&text));
	rig_restart(&r, NULL, 5, zv_buf_str(&first));
	save();
	check_text("saved", zv_buf_str(&text), zv_buf_str(&first));
	zv_buf_deinit(&first);
}

/* A server may send any byte. */
static void
test_odd_bytes(void **state)
{
	const struct zv_line line = { .name = { "1\0\xff\n\"", 5 } };
	struct zv_call_event e = { .kind = ZV_LINE_STATE,
				   .line = &line,
				   .server = ZV_STR("office") };

	zv_hub_on_event(r.hub, 0, &e);
	save();
	rig_restart(&r, NULL, 2, zv_buf_str(&text));
	assert_int_equal(zv_hub_last_seq(r.hub), 1);
	resumed("chief", 0, "hello; resumed; line.state 1");
}

static void
test_old_events_stay_behind(void **state)
{
	const struct zv_hub_limits few = { .ring_events = 2, .ring_ms = 5000 };

	talk();
	r.now_ms += 5000;
	save();
	rig_restart(&r, &few, 1, zv_buf_str(&text));
	resumed("anna", 2, "hello; resumed; leg.ringing c1; line.state 101");
	resumed("anna", 1, "hello; resumed"); /* put off */
	r.now_ms += 1;
	save();
	rig_restart(&r, &few, 1, zv_buf_str(&text));
	resumed("anna", 2, "hello; resumed");
	resumed("anna", 4, "hello; resumed");
}

/* The clock jumped: a machine that slept for a year. */
static void
test_saved_very_late(void **state)
{
	talk();
	r.now_ms += 365LL * 24 * 3600 * 1000;
	save();
	rig_restart(&r, NULL, 1, zv_buf_str(&text));
	assert_int_equal(zv_hub_last_seq(r.hub), 4);
	assert_int_equal(zv_hub_deadline(r.hub), INT64_MAX); /* the ring is empty */
}

/* ---- hostile texts --------------------------------------------------------------------- */

static int
load(struct zv_str bytes, struct zv_error *err)
{
	struct zv_hub_options o = { .first_seq = 1 };
	struct zv_hub *h = zv_hub_new(&o);
	char *copy = exact_copy(bytes);
	int rc;

	assert_non_null(h);
	rc = zv_hub_load(h, (struct zv_str){ copy, bytes.n }, 5000, err);
	if (rc < 0)
		assert_int_equal(zv_hub_last_seq(h), 0); /* nothing was taken */
	free(copy);
	zv_hub_free(h);
	return rc;
}

static void
test_cut_everywhere(void **state)
{
	talk();
	save();
	for (size_t n = 0; n < text.n; n++) {
		struct zv_error err = { 0 };

		if (load((struct zv_str){ text.p, n }, &err) != ZV_EPROTO)
			fail_msg("cut at %zu", n);
		assert_int_equal(err.code, ZV_EPROTO);
	}
	assert_int_equal(load(zv_buf_str(&text), NULL), 0);
}

#define HEAD "{\"zvon\":\"hub\",\"version\":1,\"stream\":\"s\",\"seq\":1,\"floor\":0}\n"
#define EVENT(text)                                                                    \
 "{\"event\":\"line.state\",\"server\":\"o\",\"age_ms\":1,\"tags\":[\"l1\"],"          \
 "\"text\":\"" text "\"}\n"
#define GOOD EVENT("{\\\"type\\\":\\\"event\\\",\\\"seq\\\":1}")

static const struct {
	const char *text;
	int rc;
} hostile[] = {
	{ HEAD GOOD "{\"end\":3}\n", 0 },
	{ HEAD GOOD "{\"end\":4}\n", ZV_EPROTO },
	{ HEAD GOOD "{\"end\":3}\n{\"end\":4}\n", ZV_EPROTO },
	{ HEAD GOOD "{\"end\":3}", ZV_EPROTO },
	{ HEAD GOOD, ZV_EPROTO },
	{ HEAD "{\"end\":2}\n", ZV_EPROTO }, /* an event is missing */
	{ HEAD GOOD GOOD "{\"end\":4}\n", ZV_EPROTO },
	{ GOOD HEAD "{\"end\":3}\n", ZV_EPROTO },
	{ HEAD HEAD "{\"end\":3}\n", ZV_EPROTO },
	{ HEAD "\n" GOOD "{\"end\":4}\n", ZV_EPROTO },
	{ HEAD EVENT("{\\\"type\\\":\\\"event\\\",\\\"seq\\\":2}") "{\"end\":3}\n",
	  ZV_EPROTO },
	{ HEAD EVENT("{\\\"type\\\":\\\"result\\\",\\\"seq\\\":1}") "{\"end\":3}\n",
	  ZV_EPROTO },
	{ HEAD EVENT("x") "{\"end\":3}\n", ZV_EPROTO },
	{ HEAD "{\"call\":\"c\",\"server\":\"o\",\"tags\":[\"x1\"]}\n" GOOD
	       "{\"end\":4}\n",
	  ZV_EPROTO },
	{ HEAD "{\"call\":\"c\",\"server\":\"o\",\"tags\":[\"\"]}\n" GOOD
	       "{\"end\":4}\n",
	  ZV_EPROTO },
	{ HEAD "{\"call\":\"c\",\"server\":\"o\",\"tags\":[7]}\n" GOOD "{\"end\":4}\n",
	  ZV_EPROTO },
	{ HEAD "{\"call\":\"c\",\"server\":\"o\"}\n" GOOD "{\"end\":4}\n", ZV_EPROTO },
	{ HEAD "{\"agent\":7}\n" GOOD "{\"end\":4}\n", ZV_EPROTO },
	{ HEAD "{\"odd\":7}\n" GOOD "{\"end\":4}\n", ZV_EPROTO },
	{ "{\"zvon\":\"hub\",\"version\":2,\"stream\":\"s\",\"seq\":0,\"floor\":0}\n"
	  "{\"end\":2}\n",
	  ZV_EPROTO },
	{ "{\"zvon\":\"hub\",\"version\":1,\"stream\":\"s\",\"seq\":5,\"floor\":6}\n"
	  "{\"end\":2}\n",
	  ZV_EPROTO },
	{ "{\"zvon\":\"hub\",\"version\":1,\"stream\":\"s\","
	  "\"seq\":9223372036854775807,\"floor\":9223372036854775807}\n{\"end\":2}\n",
	  ZV_EPROTO },
	{ "{\"zvon\":\"hub\",\"version\":1,\"stream\":\"s\",\"seq\":5,\"floor\":5}\n"
	  "{\"end\":2}\n",
	  0 },
	{ "[]\n", ZV_EPROTO },
	{ "\n", ZV_EPROTO },
	{ "", ZV_EPROTO },
};

static void
test_hostile_texts(void **state)
{
	for (size_t i = 0; i < N_OF(hostile); i++) {
		int rc = load(zvon_str(hostile[i].text), NULL);

		if (rc != hostile[i].rc)
			fail_msg("row %zu: %d", i, rc);
	}
}

/* Any byte may be another: it is refused, or it is a text that could have been saved. */
static void
test_any_byte(void **state)
{
	static const char bytes[] = "\0\n\"{}[],:x9\xff";

	talk();
	save();
	for (size_t i = 0; i < text.n; i++) {
		char was = text.p[i];

		text.p[i] = bytes[i % (sizeof bytes - 1)];
		load(zv_buf_str(&text), NULL);
		text.p[i] = was;
	}
}

static int
load_scene(void *user)
{
	struct zv_hub_options o = { .first_seq = 1 };
	struct zv_hub *h = zv_hub_new(&o);
	int rc = h ? zv_hub_load(h, zv_buf_str(&text), 5000, NULL) : ZV_ENOMEM;

	zv_hub_free(h);
	return rc;
}

static void
test_out_of_memory(void **state)
{
	unsigned long before, needed;
	size_t blocks;

	talk();
	save();
	before = zv_mem_count();
	assert_int_equal(load_scene(NULL), 0);
	needed = zv_mem_count() - before;
	blocks = heap_blocks();
	for (unsigned long n = 1; n <= needed; n++) {
		int rc;

		zv_mem_fail_at(n);
		rc = load_scene(NULL);
		zv_mem_fail_at(0);
		if (rc != ZV_ENOMEM || heap_blocks() != blocks)
			fail_msg("allocation %lu of %lu: %d", n, needed, rc);
	}
}

#define TEST(f)                                                                        \
 {                                                                                     \
#  f, f, setup, teardown, NULL                                                         \
 }

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_numbers_and_ring_go_on),
		TEST(test_who_left_before_the_resync),
		TEST(test_killed),
		TEST(test_calls_stay_seen),
		TEST(test_save_again),
		TEST(test_odd_bytes),
		TEST(test_old_events_stay_behind),
		TEST(test_saved_very_late),
		TEST(test_cut_everywhere),
		TEST(test_hostile_texts),
		TEST(test_any_byte),
		TEST(test_out_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
