/* The legacy view: what takes more than one event, dials, bridges, Originate, lists. */
#include "legacy_view.h"

/* ---- dials ---------------------------------------------------------------------------- */

static const struct {
	const char *name, *new, *old;
} dials[] = {
	{ "answered, the called side hangs up",
	  BEGIN("201") END("201", "ANSWER") GONE("201", "16") CALLER_GONE,
	  "begin 201, Hangup 201, end ANSWER, Hangup 1.1" },
	{ "answered, the caller is hung up first",
	  BEGIN("201") END("201", "ANSWER") CALLER_GONE GONE("201", "16"),
	  "begin 201, end ANSWER, Hangup 1.1, Hangup 201" },
	{ "busy, and the caller goes on",
	  BEGIN("201") END("201", "BUSY") NEXT_STEP GONE("201", "17") CALLER_GONE,
	  "begin 201, end BUSY, SoftHangupRequest 1.1, Hangup 201, Hangup 1.1" },
	{ "declined is busy",
	  BEGIN("201") REFUSED("201") END("201", "NOANSWER") GONE("201", "21"),
	  "begin 201, HangupRequest 201, Hangup 201, end BUSY" },
	{ "group: one End, when the last has gone",
	  BEGIN("201") BEGIN("202") END("202", "CANCEL") END("201", "ANSWER")
		  GONE("202", "26") GONE("201", "16"),
	  "begin 201, begin 202, Hangup 202, Hangup 201, end ANSWER" },
	{ "group: nobody answers, one was busy",
	  BEGIN("201") BEGIN("202") END("201", "BUSY") GONE("201", "17")
		  END("202", "NOANSWER") GONE("202", "0"),
	  "begin 201, begin 202, Hangup 201, Hangup 202, end NOANSWER" },
	{ "cancelled before any End", BEGIN("201") CALLER_GONE GONE("201", "0"),
	  "begin 201, end CANCEL, Hangup 1.1, Hangup 201" },
	{ "picked up: the End is of another channel",
	  BEGIN("201") END("203", "ANSWER") GONE("201", "26") GONE("203", "16"),
	  "begin 201, Hangup 201, Hangup 203, end ANSWER" },
	{ "forwarded: that end is not the Dial's",
	  BEGIN("201") "Event: DialEnd\n" CALL CALLER DIALLED(
		  "201") "DialStatus: CANCEL\nForward: 204\n\n" BEGIN("204")
		  GONE("201", "0") END("204", "BUSY") GONE("204", "17"),
	  "begin 201, begin 204, Hangup 201, Hangup 204, end BUSY" },
	{ "a second Dial at another place",
	  BEGIN("201") END("201", "BUSY") "Event: DialBegin\n" CALL SNAPSHOT(
		  "", "PJSIP/101-a", "6", "Up", "101", "One", "", "", "next", "1.1")
		  DIALLED("205") "DialString: 205\n\n" GONE("201", "17")
			  END("205", "ANSWER") CALLER_GONE,
	  "begin 201, end BUSY, begin 205, Hangup 201, end ANSWER, Hangup 1.1" },
	{ "Queue: 1.x had no Dial",
	  "Event: DialBegin\n" CALL CALLER DIALLED(
		  "201") "DialString: PJSIP/201\n\n" END("201", "ANSWER")
		  GONE("201", "16") CALLER_GONE,
	  "Hangup 201, Hangup 1.1" },
	{ "Originate: no Dial",
	  "Event: DialBegin\n" CALL DIALLED(
		  "201") "DialString: 201\n\n"
			 "Event: DialEnd\n" CALL DIALLED(
				 "201") "DialStatus: ANSWER\n\n" GONE("201", "16"),
	  "Hangup 201" },
	{ "an End of before the connection",
	  END("201", "ANSWER") GONE("201", "16") CALLER_GONE,
	  "Hangup 201, Hangup 1.1" },
	{ "dials itself", BEGIN("1.1") END("1.1", "BUSY") CALLER_GONE,
	  "begin 1.1, Hangup 1.1" },
};

static void
test_dials(void **state)
{
	for (size_t i = 0; i < N_OF(dials); i++)
		legacy_check_story(dials[i].name, dials[i].new, dials[i].old);
}

static void
test_dial_packets(void **state)
{
	legacy_check_view(
		NULL, "whole packets",
		"Event: DialBegin\n" CALL CALLER CALLEE(
			"Dest") "DialString: 102\n\n"
				"Event: DialEnd\n" CALL CALLER CALLEE(
					"Dest") "DialStatus: ANSWER\n\n" NEXT_STEP,
		"Event: Dial\n" CALL "SubEvent: Begin\nChannel: PJSIP/101-a\n"
		"Destination: PJSIP/102-b\nCallerIDNum: 101\nCallerIDName: O'Hara\n"
		"ConnectedLineNum: 102\nConnectedLineName: Two\nUniqueID: 1.1\n"
		"DestUniqueID: 1.2\nDialstring: 102\n" OF_CALLER OF_CALLEE "\n"
		"Event: Dial\n" CALL "SubEvent: End\nChannel: PJSIP/101-a\n"
		"UniqueID: 1.1\nDialStatus: ANSWER\n" OF_CALLER "\n"
		"Event: SoftHangupRequest\n" CALL
		"Channel: PJSIP/101-a\nUniqueid: 1.1\nCause: 16\n\n");
}

/* ---- bridges -------------------------------------------------------------------------- */

static const struct {
	const char *name, *new, *old;
} bridges[] = {
	{ "the last to enter is the caller",
	  ENTER("1") ENTER("2") LEAVE("1") LEAVE("2"), "Bridge 2-1, Unlink 2-1" },
	{ "who dialled is the caller",
	  "Event: DialBegin\n" CALL
	  "Channel: PJSIP/1\nUniqueid: 1\nDestChannel: PJSIP/2\nDestUniqueid: 2\n"
	  "DialString: 2\n\n" ENTER("1") ENTER("2") LEAVE("2"),
	  "begin 2, Bridge 1-2, Unlink 1-2" },
	{ "one is swapped for another",
	  ENTER("1") ENTER("2") "Event: BridgeEnter\n" CALL IN(
		  "x", "basic", "3") "SwapUniqueid: 2\n\n" LEAVE("3"),
	  "Bridge 2-1, Unlink 2-1, Bridge 3-1, Unlink 3-1" },
	{ "a third waits until one leaves",
	  ENTER("1") ENTER("2") ENTER("3") LEAVE("2") LEAVE("1") LEAVE("3"),
	  "Bridge 2-1, Unlink 2-1, Bridge 3-1, Unlink 3-1" },
	{ "a third that leaves says nothing",
	  ENTER("1") ENTER("2") ENTER("3") LEAVE("3"), "Bridge 2-1" },
	{ "conferences and parking lots link nobody",
	  ENTER_TYPE("1", "base") ENTER_TYPE("2", "base") ENTER_TYPE("3", "parking")
		  ENTER_TYPE("4", "parking"),
	  "" },
	{ "a hang-up ends the link", ENTER("1") ENTER("2") HANGUP("PJSIP/2", "2", "16"),
	  "Bridge 2-1, Unlink 2-1, Hangup 2" },
	{ "into another bridge without leaving",
	  ENTER("1") ENTER("2") "Event: BridgeEnter\n" CALL IN("z", "basic", "1") "\n",
	  "Bridge 2-1, Unlink 2-1" },
	{ "enters twice", ENTER("1") ENTER("1") LEAVE("1") LEAVE("1"), "" },
	{ "an unknown one leaves", LEAVE("9"), "" },
	{ "hold of one that is known",
	  ENTER("1") "Event: Unhold\n" CALL "Uniqueid: 1\n\n"
		     "Event: Hold\n" CALL "Uniqueid: 1\n\nEvent: Unhold\n" CALL
		     "Uniqueid: 1\n\n",
	  "Hold 1, Hold 1" },
};

static void
test_bridges(void **state)
{
	for (size_t i = 0; i < N_OF(bridges); i++)
		legacy_check_story(bridges[i].name, bridges[i].new, bridges[i].old);
}

#define PAIR                                                                           \
 "Channel1: PJSIP/2\nChannel2: PJSIP/1\nUniqueid1: 2\nUniqueid2: 1\nCallerID1: 2\n"    \
 "CallerID2: 1\nChanVariable(PJSIP/2): V=a b\nChanVariable(PJSIP/1): V=a b\n\n"
#define LINK "Event: Bridge\n" CALL "Bridgestate: Link\nBridgetype: core\n" PAIR

static void
test_bridge_packets(void **state)
{
	legacy_check_view(NULL, "as 1.8", ENTER("1") ENTER("2") LEAVE("1"),
			  LINK "Event: Unlink\n" CALL PAIR);
	legacy_check_view(LEGACY(.unlink_as_bridge = true), "as 11",
			  ENTER("1") ENTER("2") LEAVE("1"),
			  LINK "Event: Bridge\n" CALL
			       "Bridgestate: Unlink\nBridgetype: core\n" PAIR);
}

/* ---- Originate ------------------------------------------------------------------------ */

static const struct {
	const char *name, *new, *reason;
} originates[] = {
	{ "busy", TRY("201", "201") TRIED("201", "BUSY") ANSWER("PJSIP/201", "0"),
	  "5" },
	{ "declined",
	  TRY("201", "201") REFUSED("201") TRIED("201", "NOANSWER") GONE("201", "21")
		  ANSWER("PJSIP/201", "0"),
	  "5" },
	{ "congestion",
	  TRY("201", "201") TRIED("201", "CONGESTION") ANSWER("PJSIP/201", "0"), "8" },
	{ "hung up from here",
	  TRY("201", "201") TRIED("201", "NOANSWER") ANSWER("PJSIP/201", "0"), "1" },
	{ "through a trunk",
	  TRY("201", "8499@201") TRIED("201", "BUSY") ANSWER("PJSIP/8499@201", "0"),
	  "5" },
	{ "the response comes before the end: it waits",
	  TRY("201", "201") ANSWER("PJSIP/201", "0") TRIED("201", "BUSY"), "5" },
	{ "… or before the channel has gone",
	  TRY("201", "201") ANSWER("PJSIP/201", "0") GONE("201", "34"), "8" },
	{ "… it waits for its own",
	  TRY("201", "201") TRY("202", "202") ANSWER("PJSIP/202", "0")
		  TRIED("201", "BUSY") TRIED("202", "CONGESTION"),
	  "8" },
	{ "an Originate that nobody is told of is forgotten by its channel's answer",
	  TRY("201", "201") "Event: OriginateResponse\n" CALL
			    "Response: Success\nChannel: PJSIP/201\nReason: 4\n"
			    "Uniqueid: 201\n\n" ANSWER("PJSIP/201", "0"),
	  "40" },
	{ "silence says so itself", TRY("201", "201") ANSWER("PJSIP/201", "3"), "3" },
	{ "a reason that was given stays",
	  TRY("201", "201") TRIED("201", "BUSY") ANSWER("PJSIP/201", "8"), "8" },
	{ "nothing was dialled", ANSWER("PJSIP/201", "0"), "0" },
	{ "another one failed",
	  TRY("202", "202") TRIED("202", "BUSY") ANSWER("PJSIP/201", "0"), "0" },
	{ "a failure counts once",
	  TRY("201", "201") TRIED("201", "BUSY") ANSWER("PJSIP/201", "0")
		  ANSWER("PJSIP/201", "0"),
	  "50" },
	{ "two at once, in order",
	  TRY("201", "9") TRY("202", "9") TRIED("202", "CONGESTION")
		  TRIED("201", "BUSY") ANSWER("PJSIP/9", "0") ANSWER("PJSIP/9", "0"),
	  "85" },
};

static void
test_originate(void **state)
{
	for (size_t i = 0; i < N_OF(originates); i++) {
		struct zv_legacy *l = zvon_legacy_new(NULL);
		struct zv_buf out = { 0 }, reasons = { 0 };

		zvon_legacy_begin(l, 11);
		legacy_feed_text(l, originates[i].new, &out);
		for (struct zv_str rest = zv_buf_str(&out);;) {
			size_t at = zv_str_find(rest, ZV_STR("\nReason: "));

			if (at == rest.n)
				break;
			rest = zv_str_from(rest, at + strlen("\nReason: "));
			zv_buf_add_char(&reasons, rest.p[0]);
		}
		check_text(originates[i].name, zv_buf_str(&reasons),
			   zvon_str(originates[i].reason));
		assert_true(zv_str_find(zv_buf_str(&out), ZV_STR("Uniqueid: <null>")) <
			    out.n);
		zv_buf_deinit(&out);
		zv_buf_deinit(&reasons);
		zvon_legacy_free(l);
	}
}

/* ---- lists ---------------------------------------------------------------------------- */

/* "1 with 2, 2 with 1": channels and whom they are bridged with. */
static void
check_list(const char *row, const char *lines, const char *wanted)
{
	struct zv_legacy *l = zvon_legacy_new(NULL);
	struct zv_parser *parser = zvon_parser_new(NULL);
	struct zv_buf wire = { 0 }, said = { 0 };
	const struct zv_packet *p;

	legacy_to_wire(lines, &wire);
	zvon_legacy_begin(l, 11);
	zvon_parser_feed(parser, zv_buf_str(&wire));
	while (zvon_parser_next(parser, &p) == 1) {
		assert_int_equal(zvon_legacy_feed(l, p), 0);
		while (zvon_legacy_next(l, &p)) {
			struct zv_str peer =
				zvon_packet_get(p, ZV_STR("BridgedUniqueid"));

			legacy_check_packet(p);
			zv_buf_printf(&said, "%s%.*s", said.n ? ", " : "",
				      ZV_ARG(zvon_packet_get(p, ZV_STR("Uniqueid"))));
			if (peer.n)
				zv_buf_printf(&said, " with %.*s", ZV_ARG(peer));
			if (zv_str_ends(p->name, ZV_STR("Complete")))
				zv_buf_add(&said, ZV_STR("end"));
		}
	}
	check_text(row, zv_buf_str(&said), zvon_str(wanted));
	zv_buf_deinit(&wire);
	zv_buf_deinit(&said);
	zvon_parser_free(parser);
	zvon_legacy_free(l);
}

static void
test_lists(void **state)
{
	check_list("a call of before: the first waits for the second",
		   ITEM("CoreShowChannel", "1", "AppDial", "x")
			   ITEM("CoreShowChannel", "3", "Playback", "")
				   ITEM("CoreShowChannel", "2", "Dial", "x") CORE_END,
		   "3, 1 with 2, 2 with 1, end");
	check_list("Status",
		   ITEM("Status", "1", "AppDial", "x") ITEM("Status", "2", "Dial", "x"),
		   "1 with 2, 2 with 1");
	check_list("alone in its bridge: at the end",
		   ITEM("CoreShowChannel", "1", "Dial", "x") CORE_END, "1, end");
	check_list("a conference is no pair",
		   ITEM("CoreShowChannel", "1", "ConfBridge", "x")
			   ITEM("CoreShowChannel", "2", "ConfBridge", "x"),
		   "1, 2");
	check_list("known from events",
		   ENTER("1") ENTER("2") ITEM("CoreShowChannel", "1", "AppDial", "x"),
		   "1 with 2");
	check_list("the rest of a list that was cut",
		   ITEM("Status", "1", "Dial",
			"x") "Event: StatusComplete\nActionID: 8\nItems: 0\n\n",
		   "end");
	legacy_check_story("what a list told ends with an Unlink",
			   ITEM("Status", "1", "AppDial", "x")
				   ITEM("Status", "2", "Dial", "x")
					   HANGUP("PJSIP/1", "1", "16"),
			   "Status 1, Status 2, Unlink 2-1, Hangup 1");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dials),	  cmocka_unit_test(test_dial_packets),
		cmocka_unit_test(test_bridges),	  cmocka_unit_test(test_bridge_packets),
		cmocka_unit_test(test_originate), cmocka_unit_test(test_lists),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
