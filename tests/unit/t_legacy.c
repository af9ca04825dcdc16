/* The legacy view: which AMI it is, options, limits, counters, memory. */
#include "base/mem.h"
#include "heap.h"
#include "legacy_view.h"

/* ---- which AMI ----------------------------------------------------------------------------- */

#define OLD_STATE "Event: Newstate\n" CALL "Channel: SIP/1\nUniqueid: 1\nState: x\n\n"
#define NEW_STATE "Event: Newstate\n" CALL CALLER "\n"

static bool
is_changed(const char *before, const char *lines, int major)
{
	struct zv_legacy *l = zvon_legacy_new(NULL);
	struct zv_legacy_counters counters;
	struct zv_buf out = { 0 };

	zvon_legacy_begin(l, major);
	legacy_feed_text(l, before, &out);
	legacy_feed_text(l, lines, &out);
	zvon_legacy_count(l, &counters);
	zv_buf_deinit(&out);
	zvon_legacy_free(l);
	return counters.unchanged < counters.out;
}

static void
test_which_ami(void **state)
{
	assert_false(is_changed("", OLD_STATE, 1));
	assert_false(is_changed("", NEW_STATE, 1));
	assert_true(is_changed("", OLD_STATE, 2));
	/* not known: the banner or the first event tells */
	assert_false(is_changed("Asterisk Call Manager/1.1\n", OLD_STATE, 0));
	assert_true(is_changed("Asterisk Call Manager/5.0.4\n", OLD_STATE, 0));
	assert_false(is_changed("", OLD_STATE, 0));
	assert_true(is_changed("", NEW_STATE, 0));
	assert_true(is_changed("", BEGIN("201"), 0));
	assert_false(is_changed("", "Event: UserEvent\nUserEvent: x\n\n", 0));
	assert_false(is_changed("Asterisk Call Manager/x\n", OLD_STATE, 0));
}

static void
test_banner(void **state)
{
	legacy_check_view(NULL, "as 1.8", "Asterisk Call Manager/11.0.0\n",
			  "Asterisk Call Manager/1.1\n");
	legacy_check_view(LEGACY(.unlink_as_bridge = true), "as 11",
			  "Asterisk Call Manager/11.0.0\n",
			  "Asterisk Call Manager/1.3\n");
	legacy_check_view(NULL, "old ones stay", "Asterisk Call Manager/1.2\n",
			  "Asterisk Call Manager/1.2\n");
}

/* ---- options, limits, counters --------------------------------------------------------------- */

static void
test_options(void **state)
{
	legacy_check_view(
		LEGACY(.sip_names = true), "names of SIP",
		"Event: ChanSpyStop\n" CALL CALLEE(
			"Spyee") "\n"
				 "Event: PeerStatus\nPeer: PJSIP/1\nAddress: x "
				 "PJSIP/1\nNoColon\n\n",
		"Event: ChanSpyStop\n" CALL
		"SpyeeChannel: SIP/102-b\nChanVariable(SIP/102-b): V=a b\n\n"
		"Event: PeerStatus\nPeer: SIP/1\nAddress: x PJSIP/1\nNoColon\n\n");
	legacy_check_view(LEGACY(.keep_new = true), "new ones are kept",
			  "Event: DeviceStateChange\n" CALL "Device: D\nState: S\n\n",
			  "Event: DeviceStateChange\n" CALL "Device: D\nState: S\n\n");
}

static void
test_oldest_is_forgotten(void **state)
{
	struct zv_legacy *l = zvon_legacy_new(LEGACY(.max_channels = 3));
	struct zv_legacy_counters counters;
	struct zv_buf out = { 0 };

	zvon_legacy_begin(l, 11);
	legacy_feed_text(l, ENTER("1") ENTER("2") ENTER_TYPE("3", "basic"), &out);
	zvon_legacy_count(l, &counters);
	assert_int_equal(counters.channels, 3);
	assert_int_equal(counters.forgotten, 0);
	legacy_feed_text(l, ENTER_TYPE("4", "basic"), &out); /* 1 goes, silently */
	zvon_legacy_count(l, &counters);
	assert_int_equal(counters.channels, 3);
	assert_int_equal(counters.forgotten, 1);
	zv_buf_clear(&out);
	legacy_feed_text(l, LEAVE("2") LEAVE("1"), &out);
	assert_int_equal(out.n, 0);
	zvon_legacy_begin(l, 11);
	zvon_legacy_count(l, &counters);
	assert_int_equal(counters.channels, 0);
	zv_buf_deinit(&out);
	zvon_legacy_free(l);
}

/* The least limit is a caller and whom it dials. */
static void
test_least_channels(void **state)
{
	struct zv_legacy *l = zvon_legacy_new(LEGACY(.max_channels = 1));
	struct zv_legacy_counters counters;
	struct zv_buf out = { 0 };

	zvon_legacy_begin(l, 11);
	legacy_feed_text(l, BEGIN("201") END("201", "BUSY") BEGIN("202") BEGIN("203"),
			 &out);
	zvon_legacy_count(l, &counters);
	assert_int_equal(counters.channels, 2);
	zv_buf_deinit(&out);
	zvon_legacy_free(l);
}

static void
add_times(struct zv_buf *out, char c, int n)
{
	while (n-- > 0)
		zv_buf_add_char(out, c);
}

/* A channel whose name or id is too long is not known; one at the limit is. */
static void
test_long_names(void **state)
{
	for (int more = 0; more < 2; more++) {
		struct zv_legacy *l = zvon_legacy_new(NULL);
		struct zv_legacy_counters counters;
		struct zv_buf lines = { 0 }, out = { 0 };

		zv_buf_printf(&lines, "Event: BridgeEnter\nBridgeUniqueid: x\n"
				      "BridgeType: basic\nUniqueid: 1\nChannel: ");
		add_times(&lines, 'c', ZV_LEGACY_MAX_NAME + more);
		zv_buf_add(&lines, ZV_STR("\n\n"));
		zvon_legacy_begin(l, 11);
		legacy_feed_text(l, zv_buf_cstr(&lines), &out);
		zvon_legacy_count(l, &counters);
		assert_int_equal(counters.channels, !more);
		zv_buf_deinit(&lines);
		zv_buf_deinit(&out);
		zvon_legacy_free(l);
	}
}

/* Of the variables as many lines are kept as fit. */
static void
test_many_variables(void **state)
{
	struct zv_legacy *l = zvon_legacy_new(NULL);
	struct zv_buf lines = { 0 }, out = { 0 };

	zvon_legacy_begin(l, 11);
	for (int i = 1; i <= 2; i++) {
		zv_buf_printf(&lines,
			      "Event: BridgeEnter\nBridgeUniqueid: x\n"
			      "BridgeType: basic\nUniqueid: %d\nChannel: c%d\n"
			      "ChanVariable: A=",
			      i, i);
		add_times(&lines, 'a', ZV_LEGACY_MAX_VARS - (int)strlen("A=") - 1);
		zv_buf_add(&lines, ZV_STR("\nChanVariable: B=1\n\n"));
	}
	legacy_feed_text(l, zv_buf_cstr(&lines), &out);
	assert_true(zv_str_find(zv_buf_str(&out), ZV_STR("(c1): A=a")) < out.n);
	assert_true(zv_str_find(zv_buf_str(&out), ZV_STR("): B=1")) == out.n);
	zv_buf_deinit(&lines);
	zv_buf_deinit(&out);
	zvon_legacy_free(l);
}

/* Failures and items that wait are bounded, too. */
static void
test_many_failures_and_items(void **state)
{
	struct zv_legacy *l = zvon_legacy_new(NULL);
	struct zv_buf lines = { 0 }, out = { 0 };

	zvon_legacy_begin(l, 11);
	for (int i = 0; i <= ZV_LEGACY_MAX_ATTEMPTS; i++)
		zv_buf_printf(
			&lines,
			"Event: DialBegin\nDestChannel: S/%d-1\nDestUniqueid: %d\n"
			"DialString: %d\n\nEvent: DialEnd\nDestUniqueid: %d\n"
			"DialStatus: BUSY\n\n",
			i, i, i, i);
	legacy_feed_text(l, zv_buf_cstr(&lines), &out);
	legacy_feed_text(l, ANSWER("S/0", "0") ANSWER("S/1", "0"), &out);
	assert_true(zv_str_find(zv_buf_str(&out), ZV_STR("S/0\nContext: c\nExten: 1\n"
							 "Reason: 0\n")) < out.n);
	assert_true(zv_str_find(zv_buf_str(&out), ZV_STR("S/1\nContext: c\nExten: 1\n"
							 "Reason: 5\n")) < out.n);
	zv_buf_clear(&lines);
	zv_buf_clear(&out);
	for (int i = 0; i < ZV_LEGACY_MAX_WAITING; i++)
		zv_buf_printf(
			&lines,
			"Event: Status\nActionID: 7\nChannel: c%d\nUniqueid: u%d\n"
			"Application: Dial\nBridgeID: b%d\n\n",
			i, i, i);
	legacy_feed_text(l, zv_buf_cstr(&lines), &out);
	assert_int_equal(out.n, 0);
	legacy_feed_text(l, ITEM("Status", "last", "Dial", "y"), &out);
	assert_true(zv_str_find(zv_buf_str(&out), ZV_STR("Channel: c0\n")) < out.n);
	zv_buf_deinit(&lines);
	zv_buf_deinit(&out);
	zvon_legacy_free(l);
}

static void
test_counters(void **state)
{
	struct zv_legacy *l = zvon_legacy_new(NULL);
	struct zv_legacy_counters c;
	struct zv_buf out = { 0 };

	zvon_legacy_begin(l, 11);
	legacy_feed_text(l,
			 BEGIN("201") "Event: DialState\n" CALL "\n"
				      "Event: PeerStatus\n" CALL "\n" CALLER_GONE,
			 &out);
	zvon_legacy_count(l, &c);
	assert_int_equal(c.in, 4);
	assert_int_equal(c.out, 4); /* Dial, PeerStatus, Dial, Hangup */
	assert_int_equal(c.unchanged, 1);
	assert_int_equal(c.dropped, 1);
	assert_int_equal(c.channels, 1); /* 201 */
	zv_buf_deinit(&out);
	zvon_legacy_free(l);
}

static void
test_names(void **state)
{
	assert_string_equal(zvon_legacy_name_of(ZV_STR("DialBegin")), "Dial");
	assert_string_equal(zvon_legacy_name_of(ZV_STR("Hangup")), "Hangup");
	assert_string_equal(zvon_legacy_name_of(ZV_STR("BridgeCreate")), "");
	assert_null(zvon_legacy_name_of(ZV_STR("PeerStatus")));
}

/* ---- nothing is left behind ------------------------------------------------------------------- */

static const char story[] = TRY("300", "300") TRIED("300", "BUSY") BEGIN("201")
	BEGIN("202") END("202", "CANCEL") END("201", "ANSWER") ENTER("201") ENTER("1.1")
		ITEM("Status", "8", "Dial", "z") ITEM("Status", "9", "AppDial", "z")
			LEAVE("201") GONE("202", "26") GONE("201", "16")
				CALLER_GONE ANSWER("PJSIP/300", "0");

struct story {
	struct zv_packet *packets[64];
	size_t n;
};

static int
run_story(void *user)
{
	const struct story *s = user;
	struct zv_legacy *l = zvon_legacy_new(NULL);
	int rc = l ? 0 : ZV_ENOMEM;

	if (l)
		zvon_legacy_begin(l, 11);
	for (size_t i = 0; rc == 0 && i < s->n; i++) {
		const struct zv_packet *old;

		rc = zvon_legacy_feed(l, s->packets[i]);
		while (rc == 0 && zvon_legacy_next(l, &old))
			assert_true(old->n_fields > 0);
	}
	zvon_legacy_free(l);
	return rc;
}

static void
test_out_of_memory(void **state)
{
	struct zv_parser *parser = zvon_parser_new(NULL);
	const struct zv_packet *packet;
	struct zv_buf wire = { 0 };
	struct story s = { 0 };

	legacy_to_wire(story, &wire);
	zvon_parser_feed(parser, zv_buf_str(&wire));
	while (zvon_parser_next(parser, &packet) == 1)
		s.packets[s.n++] = zvon_packet_copy(packet);
	assert_true(s.n > 12 && s.n < N_OF(s.packets));
	check_out_of_memory(run_story, &s);
	while (s.n)
		zvon_packet_free(s.packets[--s.n]);
	zvon_parser_free(parser);
	zv_buf_deinit(&wire);
}

/* After a packet that was lost for want of memory the next one is told as ever. */
static void
test_goes_on_without_memory(void **state)
{
	struct zv_packet *p = packet_of(ZV_STR(
		"Event: Hangup\r\nLinkedid: 1\r\nChannel: c\r\nUniqueid: u\r\n\r\n"));
	struct zv_legacy *l = zvon_legacy_new(NULL);
	struct zv_buf out = { 0 };
	const struct zv_packet *old;

	zv_mem_fail_at(1);
	assert_int_equal(zvon_legacy_feed(l, p), ZV_ENOMEM);
	zv_mem_fail_at(0);
	assert_false(zvon_legacy_next(l, &old));
	assert_int_equal(legacy_feed(l, p, &out), 0);
	assert_true(out.n > 0);
	zv_buf_deinit(&out);
	zvon_legacy_free(l);
	zvon_packet_free(p);
}

/* Command output and unfinished lines of recordings are not ours. */
static void
check_recorded(const struct zv_packet *p)
{
	if (p->kind == ZV_PACKET_EVENT)
		legacy_check_packet(p);
}

/* All recordings, in one stream: nothing grows but by what lives. */
static void
test_captures(void **state)
{
	struct captured c = captured_read();
	struct zv_legacy *l = zvon_legacy_new(NULL);
	struct zv_legacy_counters counters;
	const struct zv_packet *old;

	for (size_t i = 0; i < c.n; i++) {
		assert_int_equal(zvon_legacy_feed(l, c.packets[i]), 0);
		while (zvon_legacy_next(l, &old))
			check_recorded(old);
	}
	zvon_legacy_count(l, &counters);
	assert_true(counters.unchanged < counters.out);
	assert_true(counters.channels < 100);
	zvon_legacy_free(l);
	captured_free(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_which_ami),
		cmocka_unit_test(test_banner),
		cmocka_unit_test(test_options),
		cmocka_unit_test(test_oldest_is_forgotten),
		cmocka_unit_test(test_least_channels),
		cmocka_unit_test(test_long_names),
		cmocka_unit_test(test_many_variables),
		cmocka_unit_test(test_many_failures_and_items),
		cmocka_unit_test(test_counters),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_out_of_memory),
		cmocka_unit_test(test_goes_on_without_memory),
		cmocka_unit_test(test_captures),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
