/* Transfers, pickup, parking and queues told by AMI 1.x: one short transcript for each
 * trap, above all for channels that take each other's place (Masquerade). */
#include "tale.h"

/* 101 (a) calls 102 (b), which rings. */
#define CALLS                                                                          \
 NEW("SIP/101-1", "101", "102", "a")                                                   \
 NEW("SIP/102-2", "102", "", "b") DIAL("a", "b", "102") RINGING("b")
#define BEGAN  "started internal 101>102; ringing 102"
#define TALK   CALLS UP("b") UP("a") LINK("a", "b")
#define TALKED BEGAN "; answered 102; answered 101; talk"

/* 102 calls 103 on a second line of its phone. */
#define CONSULT                                                                        \
 NEW("SIP/102-3", "102", "103", "c")                                                   \
 NEW("SIP/103-4", "103", "", "d") DIAL("c", "d", "103") RINGING("d")
#define CONSULTED CONSULT UP("d") UP("c") LINK("c", "d")

/* ---- transfers ------------------------------------------------------------- */

static void
test_transfers(void **state)
{
	static const struct tale_row rows[] = {
		{ "attended, by the phone", "1.1",
		  TALK
		  "Hold Status=On|Uniqueid=b\n" CONSULTED
		  "Transfer TransferMethod=SIP|TransferType=Attended|Uniqueid=b|"
		  "TargetUniqueid=c\n" MASQUERADE("SIP/101-1", "a", "SIP/102-3", "c")
			  UNLINK("a", "b") HANGUP("b", "16") DIAL_END("a", "ANSWER")
				  HANGUP("a", "16") UNLINK("c", "d") LINK("c", "d")
					  HANGUP("d", "16") HANGUP("c", "16"),
		  TALKED "; held 102; 2:started internal 102>103; 2:ringing 103; "
			 "2:answered 103; 2:answered 102; 2:talk; resumed 102; 2:ended "
			 "internal 102>103 merged; transferred attended by 102 to 103; "
			 "gone 102 answered; gone 102 answered; gone 103 answered; "
			 "gone 101 answered; ended internal 101>102 answered (101 "
			 "caller answered up, 102 callee answered rang up, 102 caller "
			 "answered up, 103 callee answered rang up; talked 101 102 "
			 "103)" },
		{ "attended, while the other one rings", "1.1",
		  TALK CONSULT
		  "Transfer TransferMethod=SIP|TransferType=Attended|Uniqueid=b|"
		  "TargetUniqueid=c\n" MASQUERADE("SIP/101-1", "a", "SIP/102-3", "c")
			  UNLINK("a", "b") HANGUP("b", "16") HANGUP("a", "16") UP("d")
				  LINK("c", "d") HANGUP("d", "16") HANGUP("c", "16"),
		  TALKED
		  "; 2:started internal 102>103; 2:ringing 103; 2:ended internal "
		  "102>103 merged; transferred attended by 102 to 103; gone 102 "
		  "answered; gone 102 answered; answered 103; gone 103 "
		  "answered; gone 101 answered; ended internal 101>102 answered "
		  "(101 caller answered up, 102 callee answered rang up, 102 "
		  "caller answered, 103 callee answered rang up; talked 101 102 "
		  "103)" },
		{ "attended by feature code, the dialplan not read", "1.1",
		  TALK UNLINK("a", "b") MUSIC("a", "Start") NEW(
			  "Local/103@i-1;1", "", "103",
			  "l1") NEW("Local/103@i-1;2", "", "103",
				    "l2") NEW("SIP/103-4", "103", "",
					      "d") DIAL("l2", "d", "103")
			  RINGING("d") UP("d") UP("l2") LINK("l2", "d") UP(
				  "l1") LINK("b", "l1") UNLINK("b", "l1") MUSIC("a",
										"Stop")
				  NEW("Transfered/SIP/101-1", "", "", "x") MASQUERADE(
					  "SIP/101-1", "a", "Transfered/SIP/101-1", "x")
					  HANGUP("b", "16") HANGUP("a", "16") LINK(
						  "x", "l1") HANGUP("l1", "16")
						  HANGUP("x", "16") HANGUP("d", "16")
							  HANGUP("l2", "16"),
		  TALKED
		  "; held 102; 2:started internal 103>-; 2:ringing 103; "
		  "2:answered 103; 2:ended internal 103>- merged; transferred "
		  "attended by 102 to 103; gone 102 answered; gone 101 answered; "
		  "gone 103 answered; ended internal 101>102 answered (101 "
		  "caller answered up, 102 callee answered rang up, 103 callee "
		  "answered rang up; talked 101 102 103)" },
		{ "blind, by the phone", "1.1",
		  TALK "Transfer TransferMethod=SIP|TransferType=Blind|Uniqueid=b|"
		       "TargetUniqueid=a|TransferExten=103\n" UNLINK("a", "b") HANGUP(
			       "b", "16") DIAL_END("a", "ANSWER")
			       EXTEN("a", "103", "Dial", "SIP/103") NEW("SIP/103-4",
									"103", "", "d")
				       DIAL("a", "d", "103") HANGUP("d", "17")
					       DIAL_END("a", "BUSY") HANGUP("a", "17"),
		  TALKED "; transferred blind by 102 to 103; gone 102 answered; gone "
			 "103 busy; gone 101 answered; ended internal 101>102 answered "
			 "(101 caller answered up, 102 callee answered rang up, 103 "
			 "callee busy; talked 101 102)" },
		{ "blind by feature code: the variable tells", "1.3",
		  TALK UNLINK("a", "b") MUSIC("a", "Start") VAR("b", "BLINDTRANSFER",
								"SIP/101-1")
			  VAR("a", "BLINDTRANSFER", "SIP/102-2") MUSIC("a", "Stop")
				  HANGUP("b", "16") EXTEN("a", "103", "NoOp", "") EXTEN(
					  "a", "103", "Dial", "") HANGUP("a", "0"),
		  TALKED
		  "; held 102; resumed 102; gone 102 answered; transferred blind "
		  "by 102 to 103; gone 101 answered; ended internal 101>102 "
		  "answered (101 caller answered up, 102 callee answered rang "
		  "up; talked 101 102)" },
	};

	tale_check_rows(rows, N_OF(rows));
}

/* ---- taken by another ---------------------------------------------------------- */

#define PICKS NEW("SIP/103-3", "103", "*8102", "c") UP("c")
#define PICKED                                                                         \
 MASQUERADE("SIP/103-3", "c", "SIP/102-2", "b")                                        \
 HANGUP("c", "0")                                                                      \
 UP("a") LINK("a", "b") HANGUP("b", "16") DIAL_END("a", "ANSWER") HANGUP("a", "16")
#define PICKED_TOLD                                                                    \
 BEGAN "; 2:started internal 103>*8102; 2:answered 103; 2:ended internal 103>*8102 "   \
       "merged; picked up 102 by 103; gone 102 answered_elsewhere; answered 101; "     \
       "talk; gone 103 answered; gone 101 answered; ended internal 101>102 answered "  \
       "(101 caller answered up, 102 callee answered_elsewhere rang, 103 callee "      \
       "answered up; talked 101 103)"

static void
test_pickup(void **state)
{
	static const struct tale_row rows[] = {
		{ "pickup", "1.1",
		  CALLS PICKS
		  "Pickup Channel=SIP/103-3|TargetChannel=SIP/102-2\n" PICKED,
		  PICKED_TOLD },
		{ "pickup until 1.6: nothing but the Masquerade", "1.0",
		  CALLS PICKS PICKED, PICKED_TOLD },
	};

	tale_check_rows(rows, N_OF(rows));
}

static void
test_parking(void **state)
{
	static const struct tale_row rows[] = {
		{ "parked by the phone, fetched by another", "1.1",
		  TALK
		  "Transfer TransferMethod=SIP|TransferType=Blind|Uniqueid=b|"
		  "TargetUniqueid=a|TransferExten=700|Transfer2Parking=Yes\n" NEW(
			  "Parking/SIP/101-1", "", "102",
			  "p") NEW("SIPPeer/SIP/102-2", "", "",
				   "q") MASQUERADE("SIP/101-1", "a",
						   "Parking/SIP/101-1",
						   "p") UNLINK("a",
							       "b") MASQUERADE("SIP/"
									       "102-2",
									       "b",
									       "SIPPeer"
									       "/SIP/"
									       "102-2",
									       "q")
			  HANGUP("b", "16") HANGUP("a", "16") MUSIC(
				  "p",
				  "Start") "ParkedCall "
					   "Exten=701|Channel=SIP/101-1|From=SIP/"
					   "102-2|Uniqueid=p\n" HANGUP("q", "16") NEW(
						   "SIP/"
						   "103-"
						   "3",
						   "103", "701", "c")
						   UP("c") "UnParkedCall "
							   "Exten=701|Channel=SIP/"
							   "101-1|From=SIP/"
							   "103-3|Uniqueid=p\n" LINK(
								   "c", "p")
								   HANGUP("p", "16")
									   HANGUP("c",
										  "16"),
		  TALKED "; parked 101 by 102 in 701; gone 102 answered; 2:started "
			 "internal 103>701; 2:answered 103; 2:ended internal 103>701 "
			 "merged; retrieved 101 by 103 in 701; gone 101 answered; gone "
			 "103 answered; ended internal 101>102 answered (101 caller "
			 "answered up, 102 callee answered rang up, 103 callee "
			 "answered up; talked 101 102 103)" },
		{ "nobody came; 1.4 names the channel only", "1.0",
		  TALK HANGUP("b", "16") "ParkedCall "
					 "Exten=701|Channel=SIP/101-1|From=SIP/102-2\n"
					 "ParkedCallTimeOut "
					 "Exten=701|Channel=SIP/101-1\n" HANGUP("a",
										"16"),
		  TALKED "; gone 102 answered; parked 101 by 102 in 701; retrieved 101 "
			 "in 701; gone 101 answered; ended internal 101>102 answered "
			 "(101 caller answered up, 102 callee answered rang up; talked "
			 "101 102)" },
	};

	tale_check_rows(rows, N_OF(rows));
}

/* ---- queues --------------------------------------------------------------------------- */

#define WAITS                                                                          \
 NEW("SIP/out-1", "79161112233", "5550000", "a")                                       \
 UP("a") "Join Channel=x|Queue=support|Position=1|Count=1|Uniqueid=a\n"
#define WAITS_TOLD "started in 79161112233>5550000; answered out; queued out in support"
#define LEAVE	   "Leave Channel=x|Queue=support|Count=0|Position=1|Uniqueid=a\n"
#define ABANDON	   "QueueCallerAbandon Queue=support|Uniqueid=a|Position=1\n"
#define AGENT	   NEW("SIP/101-2", "101", "", "b")
#define CALLED                                                                         \
 "AgentCalled Queue=support|ChannelCalling=SIP/out-1|DestinationChannel=SIP/101-2|"    \
 "Uniqueid=a\n"
#define NO_ANSWER "AgentRingNoAnswer Queue=support|Uniqueid=a|Member=SIP/101\n"

static void
test_queues(void **state)
{
	static const struct tale_row rows[] = {
		{ "the agent answers", "1.1",
		  WAITS AGENT CALLED RINGING("b") UP("b") LEAVE
		  "AgentConnect Queue=support|Uniqueid=a|Channel=SIP/101-2|"
		  "BridgedChannel=b\n" LINK("a", "b") HANGUP("b", "16")
			  HANGUP("a", "16"),
		  WAITS_TOLD "; ringing 101; answered 101; talk; gone 101 answered; "
			     "gone out answered; ended in 79161112233>101 answered "
			     "(out caller answered up, 101 callee answered rang up; "
			     "talked 79161112233 101)" },
		{ "the caller was there before we listened", "1.1",
		  AGENT CALLED RINGING("b") HANGUP("b", "17") HANGUP("a", "16"),
		  "started in ->-; queued out in support; ringing 101; gone 101 busy; "
		  "gone out abandoned; ended in ->101 abandoned (out caller abandoned, "
		  "101 callee busy rang)" },
		{ "it rings before AgentCalled, refuses before AgentRingNoAnswer",
		  "1.3",
		  WAITS AGENT RINGING("b") CALLED HANGUP("b", "17") NO_ANSWER
		  "HangupRequest Uniqueid=a\n" ABANDON LEAVE HANGUP("a", "16"),
		  WAITS_TOLD "; ringing 101; gone 101 busy; gone out abandoned; ended "
			     "in 79161112233>101 abandoned (out caller abandoned up, "
			     "101 callee busy rang)" },
		{ "cause 16: AgentRingNoAnswer tells", "1.1",
		  WAITS AGENT CALLED RINGING("b") HANGUP("b", "16")
			  NO_ANSWER ABANDON LEAVE HANGUP("a", "16"),
		  WAITS_TOLD "; ringing 101; gone 101 no_answer; gone out abandoned; "
			     "ended in 79161112233>101 abandoned (out caller abandoned "
			     "up, 101 callee no_answer rang)" },
		{ "the caller leaves while it rings", "1.1",
		  WAITS AGENT CALLED RINGING("b") HANGUP("b", "16")
			  ABANDON LEAVE HANGUP("a", "16"),
		  WAITS_TOLD "; ringing 101; gone out abandoned; gone 101 cancelled; "
			     "ended in 79161112233>101 abandoned (out caller abandoned "
			     "up, 101 callee cancelled rang)" },
		{ "eventwhencalled is off: the pair tells who it was", "1.1",
		  WAITS AGENT RINGING("b") UP("b") LEAVE LINK("a", "b")
			  HANGUP("b", "16") HANGUP("a", "16"),
		  WAITS_TOLD "; 2:started internal 101>-; 2:ringing 101; 2:answered "
			     "101; 2:ended internal 101>- merged; talk; gone 101 "
			     "answered; gone out answered; ended in 79161112233>101 "
			     "answered (out caller answered up, 101 callee answered "
			     "rang up; talked 79161112233 101)" },
		{ "the queue gave up, the variable tells", "1.1",
		  WAITS ABANDON LEAVE VAR("a", "QUEUESTATUS", "TIMEOUT")
			  HANGUP("a", "16"),
		  WAITS_TOLD "; gone out no_answer; ended in 79161112233>5550000 "
			     "no_answer (out caller no_answer up)" },
		{ "the queue gave up, only its music tells", "1.1",
		  WAITS ABANDON MUSIC("a", "Stop") LEAVE HANGUP("a", "16"),
		  WAITS_TOLD "; gone out no_answer; ended in 79161112233>5550000 "
			     "no_answer (out caller no_answer up)" },
	};

	tale_check_rows(rows, N_OF(rows));
}

/* ---- lines and members ------------------------------------------------------------- */

struct states {
	enum zv_line_state line;
	struct zv_queue_member member;
	unsigned lines, members;
};

static void
keep_states(void *context, const struct zv_call_event *e)
{
	struct states *s = context;

	if (e->kind == ZV_LINE_STATE) {
		s->line = e->line->state;
		s->lines++;
	} else if (e->kind == ZV_QUEUE_MEMBER) {
		s->member = *e->member; /* its texts are borrowed: not looked at */
		s->members++;
	}
}

static void
test_lines_and_members(void **state)
{
	struct states s = { ZV_LINE_IDLE };
	struct zv_calls_options o = { .on_event = keep_states, .context = &s };
	struct tale t;

	tale_begin(&t, "1.1");
	zvon_calls_free(t.calls);
	t.calls = zvon_calls_new(&o);
	tale_feed(&t, "Newchannel Channel=SIP/9-1|ChannelState=0|Uniqueid=z\n");

	tale_feed(&t, "ExtensionStatus Exten=101|Hint=SIP/101|Status=4\n");
	assert_int_equal(s.line, ZV_LINE_UNAVAILABLE);
	tale_feed(&t, "ExtensionStatus Exten=101|Hint=SIP/101|Status=1\n");
	assert_int_equal(s.line, ZV_LINE_IDLE);
	tale_feed(&t, "ExtensionStatus Exten=1|Hint=SIP/102&SIP/103|Status=4\n"
		      "ExtensionStatus Exten=1|Status=4\n");
	assert_int_equal(s.lines, 2);
	tale_feed(&t, "PeerStatus Peer=SIP/101|PeerStatus=Unregistered\n");
	assert_int_equal(s.line, ZV_LINE_UNAVAILABLE);

	tale_feed(&t, "QueueMemberStatus Queue=q|Location=SIP/101|MemberName=One|"
		      "Penalty=2|Status=6|Paused=0\n");
	assert_int_equal(s.member.state, ZV_MEMBER_RINGING);
	assert_int_equal(s.member.penalty, 2);
	tale_feed(&t, "QueueMemberPaused Queue=q|Location=SIP/101|MemberName=One|"
		      "Paused=1|Reason=lunch\n");
	assert_int_equal(s.member.state, ZV_MEMBER_RINGING);
	assert_true(s.member.paused);
	assert_int_equal(s.member.pause_reason.n, 5);
	tale_feed(&t, "QueueMemberStatus Queue=q|Location=SIP/101|MemberName=One|"
		      "Penalty=2|Status=1|Paused=1\n");
	assert_int_equal(s.member.pause_reason.n, 5);
	tale_feed(&t, "QueueMemberPenalty Queue=q|Location=SIP/101|Penalty=7\n");
	assert_int_equal(s.member.penalty, 7);
	assert_int_equal(s.member.state, ZV_MEMBER_IDLE);
	tale_feed(&t, "QueueMemberRemoved Queue=q|Location=SIP/101|MemberName=One\n");
	assert_int_equal(s.member.state, ZV_MEMBER_REMOVED);
	assert_int_equal(s.members, 5);
	tale_end(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_transfers),	  cmocka_unit_test(test_pickup),
		cmocka_unit_test(test_parking),		  cmocka_unit_test(test_queues),
		cmocka_unit_test(test_lines_and_members),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
