/* Calls told by AMI 1.x (Asterisk 1.4 to 11): one short transcript for each trap. The
 * recorded scenes are held against the truth in tests/calls. */
#include "tale.h"

/* 101 (a) calls 102 (b), which rings. */
#define CALLS                                                                          \
 NEW("SIP/101-1", "101", "102", "a")                                                   \
 RING("a") NEW("SIP/102-2", "102", "", "b") DIAL("a", "b", "102") RINGING("b")
#define BEGAN  "started internal 101>102; ringing 102"
#define TALK   CALLS UP("b") UP("a") LINK("a", "b")
#define TALKED BEGAN "; answered 102; answered 101; talk"
#define ENDED_OK                                                                       \
 "ended internal 101>102 answered (101 caller answered up, 102 callee answered rang "  \
 "up; talked 101 102)"

/* ---- dialling -------------------------------------------------------------- */

static void
test_dialling(void **state)
{
	static const struct tale_row rows[] = {
		{ "answered", "1.3",
		  TALK HANGUP("b", "16") DIAL_END("a", "ANSWER") HANGUP("a", "16"),
		  TALKED "; gone 102 answered; gone 101 answered; " ENDED_OK },
		{ "rings before the Dial", "1.1",
		  NEW("SIP/101-1", "101", "102", "a") NEW("SIP/102-2", "102", "", "b")
			  RINGING("b") DIAL("a", "b", "102") HANGUP("b", "17")
				  DIAL_END("a", "BUSY") HANGUP("a", "17"),
		  BEGAN "; gone 102 busy; gone 101 busy; ended internal 101>102 busy "
			"(101 caller busy, 102 callee busy rang)" },
		{ "rings long before the Dial", "1.1",
		  NEW("SIP/101-1", "101", "102", "a") NEW("SIP/102-2", "102", "", "b")
			  RINGING("b") "tick 100\n" DIAL("a", "b", "102") HANGUP(
				  "b", "17") DIAL_END("a", "BUSY") HANGUP("a", "17"),
		  "started internal 101>102; 2:started internal 102>-; 2:ringing 102; "
		  "2:ended internal 102>- merged; gone 102 busy; gone 101 busy; ended "
		  "internal 101>102 busy (101 caller busy, 102 callee busy rang)" },
		{ "cause 16: the Dial's status tells", "1.1",
		  CALLS HANGUP("b", "16") DIAL_END("a", "NOANSWER") HANGUP("a", "16"),
		  BEGAN "; gone 102 no_answer; gone 101 no_answer; ended internal "
			"101>102 no_answer (101 caller no_answer, 102 callee no_answer "
			"rang)" },
		{ "the caller gave up", "1.1",
		  CALLS HANGUP("b", "16") DIAL_END("a", "CANCEL") HANGUP("a", "0"),
		  BEGAN "; gone 102 cancelled; gone 101 cancelled; ended internal "
			"101>102 cancelled (101 caller cancelled, 102 callee cancelled "
			"rang)" },
		{ "the end of the Dial was not heard", "1.1",
		  CALLS HANGUP("b", "16") HANGUP("a", "0"),
		  BEGAN "; gone 101 cancelled; gone 102 cancelled; ended internal "
			"101>102 cancelled (101 caller cancelled, 102 callee cancelled "
			"rang)" },
		{ "ring group: busy, too late, answered", "1.1",
		  CALLS NEW("SIP/103-3", "103", "", "c") DIAL("a", "c", "103") NEW(
			  "SIP/104-4", "104", "", "d") DIAL("a", "d", "104")
			  RINGING("d") HANGUP("c", "17") UP("d") HANGUP("b", "16")
				  UP("a") LINK("a", "d") HANGUP("d", "16")
					  DIAL_END("a", "ANSWER") HANGUP("a", "16"),
		  BEGAN
		  "; ringing 104; gone 103 busy; answered 104; gone 102 "
		  "answered_elsewhere; answered 101; talk; gone 104 answered; "
		  "gone 101 answered; ended internal 101>102 answered (101 caller "
		  "answered up, 102 callee answered_elsewhere rang, 103 callee "
		  "busy, 104 callee answered rang up; talked 101 104)" },
		{ "the end of a dial behind a Local channel is not that of others",
		  "1.3",
		  CALLS NEW("Local/103@i-1;1", "", "103", "l1") NEW(
			  "Local/103@i-1;2", "", "103", "l2") DIAL("a", "l1", "103@i")
			  NEW("SIP/103-3", "103", "", "c") DIAL("l2", "c", "103")
				  HANGUP("c", "16") DIAL_END("l2", "NOANSWER") HANGUP(
					  "l2", "0") HANGUP("l1", "0") HANGUP("b", "16")
					  DIAL_END("a", "CANCEL") HANGUP("a", "0"),
		  BEGAN "; gone 103 no_answer; gone 102 cancelled; gone 101 cancelled; "
			"ended internal 101>102 cancelled (101 caller cancelled, 102 "
			"callee cancelled rang, 103 callee no_answer)" },
		{ "sent on by the phone (SIP 302)", "1.1",
		  CALLS NEW("Local/103@i-1;1", "", "103",
			    "l1") NEW("Local/103@i-1;2", "", "103",
				      "l2") VAR("l1", "FORWARDERNAME",
						"SIP/102-2") DIAL("a", "l1", "103@i")
			  HANGUP("b", "16") NEW("SIP/103-3", "103", "", "c") DIAL(
				  "l2", "c", "103") RINGING("c") UP("c") UP("l2")
				  LINK("l2", "c") UP("l1") UP("a") LINK("a", "l1")
					  HANGUP("c", "16") HANGUP("l2", "16")
						  HANGUP("l1", "16") HANGUP("a", "16"),
		  BEGAN "; gone 102 answered_elsewhere; ringing 103; answered 103; "
			"answered 101; talk; gone 103 answered; gone 101 answered; "
			"ended internal 101>102 answered (101 caller answered up, 102 "
			"callee answered_elsewhere rang, 103 callee answered rang up; "
			"talked 101 103)" },
		{ "out by a trunk, whose number is told late", "1.1",
		  NEW("SIP/101-1", "101", "89161112233", "a") NEW(
			  "SIP/out-2", "", "",
			  "b") "NewCallerid Channel=SIP/out-2|CallerIDNum=89161112233|"
			       "Uniqueid=b\n" DIAL("a", "b", "out/89161112233") UP("b")
				       UP("a") LINK("a", "b") HANGUP("b", "16")
					       HANGUP("a", "16"),
		  "started internal 101>89161112233; answered out; answered 101; talk; "
		  "gone out answered; gone 101 answered; ended out 101>89161112233 "
		  "answered (101 caller answered up, out callee answered up; talked "
		  "101 "
		  "89161112233)" },
		{ "who withholds the number", "1.1",
		  NEW("SIP/out-1", "<unknown>", "5551234", "a") HANGUP("a", "0"),
		  "started in ->5551234; gone out failed; ended in ->5551234 failed "
		  "(out "
		  "caller failed)" },
		{ "1.4", "1.0",
		  "Newchannel Channel=SIP/101-1|State=Down|CallerIDNum=101|Exten=102|"
		  "Uniqueid=a\n"
		  "Newchannel Channel=SIP/102-2|State=Down|CallerIDNum=102|Uniqueid=b\n"
		  "Dial Source=SIP/101-1|Destination=SIP/102-2|SrcUniqueID=a|"
		  "DestUniqueID=b\n"
		  "Newstate Channel=SIP/102-2|State=Ringing|Uniqueid=b\n"
		  "Newstate Channel=SIP/102-2|State=Up|Uniqueid=b\n"
		  "Newstate Channel=SIP/101-1|State=Up|Uniqueid=a\n"
		  "Link Channel1=SIP/101-1|Channel2=SIP/102-2|Uniqueid1=a|Uniqueid2=b\n"
		  "Hold Channel=SIP/101-1|Uniqueid=a\nUnhold "
		  "Channel=SIP/101-1|Uniqueid=a\n"
		  "Unlink Channel1=SIP/101-1|Channel2=SIP/102-2|Uniqueid1=a|"
		  "Uniqueid2=b\n" HANGUP("b", "16") HANGUP("a", "16"),
		  TALKED "; held 101; resumed 101; gone 102 answered; gone 101 "
			 "answered; " ENDED_OK },
	};

	tale_check_rows(rows, N_OF(rows));
}

/* ---- nobody is called ---------------------------------------------------------- */

#define ALONE NEW("SIP/101-1", "101", "500", "a")

static void
test_alone(void **state)
{
	static const struct tale_row rows[] = {
		{ "Busy", "1.1", ALONE EXTEN("a", "500", "Busy", "5") HANGUP("a", "0"),
		  "started internal 101>500; gone 101 busy; ended internal 101>500 "
		  "busy (101 caller busy)" },
		{ "Busy, the dialplan not read", "1.1",
		  ALONE STATE("a", "7") HANGUP("a", "0"),
		  "started internal 101>500; gone 101 busy; ended internal 101>500 "
		  "busy (101 caller busy)" },
		{ "Congestion", "1.3",
		  ALONE EXTEN("a", "500", "Congestion", "") STATE("a", "7")
			  EXTEN("a", "h", "NoOp", "") HANGUP("a", "0"),
		  "started internal 101>500; gone 101 congestion; ended internal "
		  "101>500 congestion (101 caller congestion)" },
		{ "1.8: who leaves where the dialplan waits has given up", "1.1",
		  ALONE EXTEN("a", "500", "Wait", "60") EXTEN("a", "h", "NoOp", "")
			  HANGUP("a", "0"),
		  "started internal 101>500; gone 101 cancelled; ended internal "
		  "101>500 cancelled (101 caller cancelled)" },
		{ "1.8: the dialplan was through", "1.1",
		  ALONE EXTEN("a", "500", "Wait", "1") EXTEN("a", "500", "NoOp", "")
			  HANGUP("a", "0"),
		  "started internal 101>500; gone 101 failed; ended internal 101>500 "
		  "failed (101 caller failed)" },
		{ "11: it tells who asked for the end", "1.3",
		  ALONE "HangupRequest Channel=x|Uniqueid=a\n" HANGUP("a", "0"),
		  "started internal 101>500; gone 101 cancelled; ended internal "
		  "101>500 cancelled (101 caller cancelled)" },
	};

	tale_check_rows(rows, N_OF(rows));
}

/* ---- clicks ------------------------------------------------------------------------ */

#define CLICK                                                                          \
 NEW("SIP/101-1", "101", "", "a")                                                      \
 "NewCallerid Channel=SIP/101-1|CallerIDNum=102|CallerIDName=Click|Uniqueid=a\n"
#define CLICK_DONE(response, channel, id)                                              \
 "OriginateResponse Response=" response "|Channel=" channel                            \
 "|Exten=102|Reason=0|Uniqueid=" id "\n"

static void
test_clicks(void **state)
{
	static const struct tale_row rows[] = {
		{ "the own phone is the caller", "1.1",
		  CLICK RINGING("a") UP("a") CLICK_DONE("Success", "SIP/101-1", "a")
			  EXTEN("a", "102", "Dial", "SIP/102")
				  NEW("SIP/102-2", "102", "", "b") DIAL("a", "b", "102")
					  RINGING("b") UP("b") LINK("a", "b")
						  HANGUP("b", "16") HANGUP("a", "16"),
		  "started internal 101>-; ringing 101; answered 101; ringing 102; "
		  "answered 102; talk; gone 102 answered; gone 101 answered; ended "
		  "internal 101>102 answered (101 caller answered rang up, 102 callee "
		  "answered rang up; talked 101 102)" },
		{ "no phone at all, the end tells whom it meant", "1.1",
		  CLICK HANGUP("a", "0") CLICK_DONE("Failure", "SIP/101", "<null>"),
		  "started internal 101>-; gone 101 no_answer; ended internal 101>102 "
		  "no_answer (101 caller no_answer)" },
		{ "the end is not told (no Async)", "1.1",
		  CLICK RINGING("a") HANGUP("a", "17") "tick 10000\n",
		  "started internal 101>-; ringing 101; gone 101 busy; ended internal "
		  "101>- busy (101 caller busy rang)" },
		{ "by a Local channel, which goes away in between", "1.1",
		  NEW("Local/101@i-1;1", "", "101",
		      "l1") NEW("Local/101@i-1;2", "", "101",
				"l2") EXTEN("l2", "101", "Dial",
					    "SIP/101") NEW("SIP/101-1", "101", "",
							   "a") DIAL("l2", "a", "101")
			  RINGING("a") UP("a") UP("l2") UP("l1") LINK("l2", "a") EXTEN(
				  "l1", "102", "Dial", "SIP/102") NEW("SIP/102-2",
								      "102", "", "b")
				  DIAL("l1", "b", "102") RINGING("b") MASQUERADE(
					  "SIP/101-1", "a", "Local/101@i-1;1",
					  "l1") UNLINK("l2", "a") HANGUP("a", "16")
					  HANGUP("l2", "16") UP("b") LINK("l1", "b")
						  HANGUP("b", "16") HANGUP("l1", "16"),
		  "started internal 101>-; ringing 101; answered 101; ringing 102; "
		  "answered 102; talk; gone 102 answered; gone 101 answered; ended "
		  "internal 101>102 answered (101 caller answered rang up, 102 callee "
		  "answered rang up; talked 101 102)" },
		{ "Local channels alone are no call", "1.1",
		  NEW("Local/1@i-1;1", "", "1", "l1")
			  NEW("Local/1@i-1;2", "", "1", "l2") UP("l2") UP("l1")
				  HANGUP("l1", "0") HANGUP("l2", "0"),
		  "" },
	};

	tale_check_rows(rows, N_OF(rows));
}

/* ---- who talks, who holds --------------------------------------------------------------- */

#define BYE HANGUP("b", "16") HANGUP("a", "16")

static void
test_bridges(void **state)
{
	static const struct tale_row rows[] = {
		{ "Unlink and Link again is no end", "1.1",
		  TALK UNLINK("a", "b") LINK("a", "b") UNLINK("a", "b") LINK("a", "b")
			  UNLINK("a", "b") BYE,
		  TALKED "; gone 102 answered; gone 101 answered; " ENDED_OK },
		{ "hold by the phone, with music and pairs", "1.1",
		  TALK "Hold Status=On|Channel=x|Uniqueid=b\n" MUSIC(
			  "a", "Start") UNLINK("a", "b")
			  LINK("a", "b") "Hold Status=Off|Channel=x|Uniqueid=b\n" MUSIC(
				  "a", "Stop") BYE,
		  TALKED "; held 102; resumed 102; gone 102 answered; gone 101 "
			 "answered; " ENDED_OK },
		{ "hold by a feature code, and back", "1.3",
		  TALK UNLINK("a", "b") MUSIC("a", "Start") MUSIC("a", "Stop")
			  LINK("a", "b") BYE,
		  TALKED "; held 102; resumed 102; gone 102 answered; gone 101 "
			 "answered; " ENDED_OK },
		{ "music while it rings is no hold", "1.1",
		  CALLS MUSIC("a", "Start") UP("b") MUSIC("a", "Stop") UP("a")
			  LINK("a", "b") BYE,
		  TALKED "; gone 102 answered; gone 101 answered; " ENDED_OK },
		{ "keys: the end of one that was received", "1.1",
		  TALK "DTMF Uniqueid=a|Digit=5|Direction=Received|Begin=Yes|End=No\n"
		       "DTMF Uniqueid=a|Digit=5|Direction=Received|Begin=No|End=Yes\n"
		       "DTMF Uniqueid=b|Digit=5|Direction=Sent|Begin=No|End=Yes\n" BYE,
		  TALKED
		  "; key 101 5; gone 102 answered; gone 101 answered; " ENDED_OK },
		{ "what was going on when we came", "1.1",
		  "Bridge Bridgestate=Link|Channel1=SIP/101-1|Channel2=SIP/102-2|"
		  "Uniqueid1=a|Uniqueid2=b|CallerID1=101|CallerID2=102\n" BYE,
		  "started internal 101>-; answered 101; answered 102; talk; gone 102 "
		  "answered; gone 101 answered; ended internal 101>- answered (101 "
		  "caller answered up, 102 callee answered up; talked 101 102)" },
		{ "MeetMe: its clock is nobody", "1.1",
		  NEW("SIP/101-1", "101", "900", "a") UP("a") NEW(
			  "DAHDI/pseudo-7", "", "",
			  "p") "MeetmeJoin "
			       "Channel=SIP/"
			       "101-1|Uniqueid=a|Meetme=900|Usernum=1\n" NEW("SIP/"
									     "102-2",
									     "102",
									     "900", "b")
				       UP("b") "MeetmeJoin "
					       "Channel=SIP/"
					       "102-2|Uniqueid=b|Meetme=900|Usernum=2\n"
					       "MeetmeLeave "
					       "Channel=SIP/"
					       "102-2|Uniqueid=b|Meetme=900|Usernum="
					       "2\n" BYE HANGUP("p", "0"),
		  "started internal 101>900; answered 101; conferenced 101 in 900; "
		  "2:started internal 102>900; 2:answered 102; 2:ended internal "
		  "102>900 "
		  "merged; talk; conferenced 102 in 900; gone 102 answered; gone 101 "
		  "answered; ended internal 101>900 answered (101 caller answered up, "
		  "102 caller answered up; talked 101 102)" },
		{ "ConfBridge of 1.8: only the dialplan tells", "1.1",
		  NEW("SIP/101-1", "101", "900", "a") UP("a")
			  EXTEN("a", "900", "ConfBridge", "900,m") HANGUP("a", "16"),
		  "started internal 101>900; answered 101; conferenced 101 in 900; "
		  "gone "
		  "101 answered; ended internal 101>900 answered (101 caller answered "
		  "up)" },
		{ "recordings", "1.1",
		  TALK VAR("b", "MIXMONITOR_FILENAME",
			   "/r/1.wav") "MonitorStart Channel=x|Uniqueid=a\n"
				       "MonitorStop Channel=x|Uniqueid=a\n" BYE,
		  TALKED "; recording 102 /r/1.wav; recording 101; recorded 101; "
			 "recorded 102 /r/1.wav; gone 102 answered; gone 101 "
			 "answered; " ENDED_OK },
	};

	tale_check_rows(rows, N_OF(rows));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dialling),
		cmocka_unit_test(test_alone),
		cmocka_unit_test(test_clicks),
		cmocka_unit_test(test_bridges),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
