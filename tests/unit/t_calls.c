/* The call tracker, on AMI 2 and later: transcripts in short lines (callbook.h). */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/list.h"
#include "base/str.h"
#include "call/model.h"
#include "callbook.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

/* ---- parts of transcripts ------------------------------------------------------ */

#define CALLER "Newchannel C=PJSIP/101-1 S=4 N=101 X=102 U=a L=a\n"
#define CALLEE "Newchannel C=PJSIP/102-2 S=0 N=102 X=s U=b L=a\n"
#define DIAL                                                                           \
 "DialBegin C=PJSIP/101-1 S=4 N=101 X=102 U=a L=a DC=PJSIP/102-2 DS=0 DU=b DL=a "      \
 "DialString=102\n"
#define RINGS	"Newstate C=PJSIP/102-2 S=5 N=102 U=b L=a\n"
#define UP	"Newstate C=PJSIP/102-2 S=6 N=102 U=b L=a\n"
#define END(w)	"DialEnd C=PJSIP/101-1 U=a DC=PJSIP/102-2 DU=b DialStatus=" w "\n"
#define CALLS	CALLER CALLEE DIAL RINGS
#define GONE_A	"Hangup C=PJSIP/101-1 U=a Cause=16\n"
#define GONE_B	"Hangup C=PJSIP/102-2 U=b Cause=16\n"
#define ANSWERS UP END("ANSWER") "Newstate C=PJSIP/101-1 S=6 N=101 U=a L=a\n"
#define TALK                                                                           \
 "BridgeEnter B=x BridgeTechnology=simple_bridge C=PJSIP/102-2 S=6 U=b L=a\n"          \
 "BridgeEnter B=x BridgeTechnology=simple_bridge C=PJSIP/101-1 S=6 U=a L=a\n"
#define PART  "BridgeLeave B=x C=PJSIP/101-1 U=a\nBridgeLeave B=x C=PJSIP/102-2 U=b\n"
#define WHOLE CALLS ANSWERS TALK PART GONE_A GONE_B

#define BEGUN "call.started a; leg.ringing 102"
#define TALKS BEGUN "; leg.answered 102; leg.answered 101; call.answered 102"
#define TOLD                                                                           \
 TALKS "; leg.ended 101 answered; leg.ended 102 answered; call.ended a answered"

static void
check(const char *lines, const char *told)
{
	struct book b;

	book_open(&b, NULL);
	book_tell(&b, lines);
	assert_string_equal(book_log(&b), told);
	zvon_calls_end_all(b.calls, ZV_STR("end_of_input"), b.now_ms, 0);
	assert_int_equal(b.started, b.ended);
	assert_int_equal(b.no_result, 0);
	assert_int_equal(book_counters(&b).calls, 0);
	assert_int_equal(book_counters(&b).channels, 0);
	book_close(&b);
}

/* ---- results ------------------------------------------------------------------------ */

static void
test_answered(void **state)
{
	check(WHOLE, TOLD);
}

/* How the dial ends, the callee's cause, what comes of it. */
static void
test_results(void **state)
{
	static const struct {
		const char *status;
		int cause;
		const char *result;
	} rows[] = {
		{ "BUSY", 17, "busy" },
		{ "NOANSWER", 0, "no_answer" },
		{ "NOANSWER", 21, "rejected" },	 /* SIP 603 */
		{ "NOANSWER", 20, "no_answer" }, /* SIP 480 */
		{ "CONGESTION", 34, "congestion" },
		{ "CHANUNAVAIL", 3, "failed" },
		{ "CHANUNAVAIL", 20, "no_answer" },
		{ "CANCEL", 0, "cancelled" },
		{ "", 17, "busy" }, /* the DialEnd was lost */
		{ "", 19, "no_answer" },
	};
	char lines[2000], told[500];

	for (size_t i = 0; i < COUNT(rows); i++) {
		snprintf(lines, sizeof lines,
			 CALLS "%sHangup C=PJSIP/102-2 U=b Cause=%d\n" GONE_A,
			 *rows[i].status ? "DialEnd U=a DU=b DialStatus=" : "",
			 rows[i].cause);
		if (*rows[i].status)
			snprintf(lines, sizeof lines,
				 CALLS "DialEnd U=a DU=b DialStatus=%s\n"
				       "Hangup C=PJSIP/102-2 U=b Cause=%d\n" GONE_A,
				 rows[i].status, rows[i].cause);
		snprintf(told, sizeof told,
			 BEGUN "; leg.ended 102 %s; leg.ended 101 %s; call.ended a %s",
			 rows[i].result, rows[i].result, rows[i].result);
		if (strcmp(rows[i].result, "cancelled") == 0)
			snprintf(told, sizeof told,
				 BEGUN "; leg.ended 101 cancelled; leg.ended 102 "
				       "cancelled; call.ended a cancelled");
		check(lines, told);
	}
}

/* A queue's no answer is told twice: NOANSWER, then CANCEL. */
static void
test_first_word_counts(void **state)
{
	check(CALLS END("NOANSWER") END("CANCEL") GONE_B GONE_A,
	      BEGUN "; leg.ended 102 no_answer; leg.ended 101 no_answer; call.ended a "
		    "no_answer");
}

static void
test_nobody_called(void **state)
{
	static const struct {
		const char *lines, *told;
	} rows[] = {
		{ CALLER "Hangup U=a Cause=17\n",
		  "call.started a; leg.ended 101 busy; call.ended a busy" },
		{ CALLER "HangupRequest U=a\n" GONE_A,
		  "call.started a; leg.ended 101 cancelled; call.ended a cancelled" },
		{ CALLER GONE_A,
		  "call.started a; leg.ended 101 failed; call.ended a failed" },
		{ CALLER "Newstate C=PJSIP/101-1 S=6 U=a L=a\n" GONE_A,
		  "call.started a; leg.answered 101; leg.ended 101 answered; "
		  "call.ended a "
		  "answered" },
	};

	for (size_t i = 0; i < COUNT(rows); i++)
		check(rows[i].lines, rows[i].told);
}

#define SECOND                                                                         \
 "Newchannel C=PJSIP/103-3 S=0 N=103 X=s U=c L=a\n"                                    \
 "DialBegin U=a C=PJSIP/101-1 DC=PJSIP/103-3 DU=c DS=0 DialString=103\n"

/* Of several that were called together the first of the ranking tells. */
static void
test_ring_group(void **state)
{
	check(CALLS SECOND END("CANCEL") "Newstate C=PJSIP/103-3 S=6 U=c\n"
					 "Hangup U=b Cause=26\nHangup U=c\n" GONE_A,
	      BEGUN
	      "; leg.answered 103; leg.ended 102 answered_elsewhere; leg.ended 103 "
	      "answered; leg.ended 101 answered; call.ended a answered");
	check(CALLS SECOND END("NOANSWER") "DialEnd U=a DU=c DialStatus=BUSY\n"
					   "Hangup U=b\nHangup U=c Cause=17\n" GONE_A,
	      BEGUN
	      "; leg.ended 102 no_answer; leg.ended 103 busy; leg.ended 101 busy; "
	      "call.ended a busy");
}

/* One after the other: the last one decides. */
static void
test_rounds(void **state)
{
	check(CALLS END("BUSY") "Hangup U=b Cause=17\n" SECOND
				"DialEnd U=a DU=c DialStatus=NOANSWER\nHangup "
				"U=c\n" GONE_A,
	      BEGUN "; leg.ended 102 busy; leg.ended 103 no_answer; leg.ended 101 "
		    "no_answer; call.ended a no_answer");
}

static void
test_forward(void **state)
{
	check(CALLS "DialEnd U=a DU=b DialStatus=CANCEL Forward=103\n" GONE_B SECOND
		    "DialEnd U=a DU=c DialStatus=NOANSWER\nHangup U=c\n" GONE_A,
	      BEGUN "; leg.ended 102 answered_elsewhere; leg.ended 103 no_answer; "
		    "leg.ended 101 no_answer; call.ended a no_answer");
}

/* ---- queues --------------------------------------------------------------------------- */

#define QUEUED CALLER "QueueCallerJoin Queue=s C=PJSIP/101-1 U=a Count=1\n"
#define LEFT                                                                           \
 "QueueCallerAbandon Queue=s C=PJSIP/101-1 U=a\n"                                      \
 "QueueCallerLeave Queue=s C=PJSIP/101-1 U=a Count=0\n"

static void
test_queue(void **state)
{
#define IN_QUEUE "call.started a; call.queued queue s; leg.ended 101 "
	check(QUEUED "HangupRequest U=a\n" LEFT GONE_A,
	      IN_QUEUE "abandoned; call.ended a abandoned");
	check(QUEUED LEFT "VarSet Variable=QUEUESTATUS Value=TIMEOUT U=a\n" GONE_A,
	      IN_QUEUE "no_answer; call.ended a no_answer");
	check(QUEUED LEFT "Newexten Extension=102 C=PJSIP/101-1 U=a\n"
			  "HangupRequest U=a\n" GONE_A,
	      IN_QUEUE "no_answer; call.ended a no_answer");
	check(QUEUED "QueueCallerLeave Queue=s C=PJSIP/101-1 U=a Count=0\n" GONE_A,
	      IN_QUEUE "no_answer; call.ended a no_answer");
	check(QUEUED "HangupRequest U=a\n" GONE_A,
	      IN_QUEUE "abandoned; call.ended a abandoned");
}

/* ---- one or two calls -------------------------------------------------------------------- */

#define OTHER                                                                          \
 "Newchannel C=PJSIP/104-4 S=4 N=104 X=900 U=d L=d\n"                                  \
 "Newstate C=PJSIP/104-4 S=6 U=d L=d\n"

/* The older one goes on, whoever came to whom. */
static void
test_merge(void **state)
{
	check(CALLS ANSWERS TALK OTHER
	      "BridgeEnter B=x C=PJSIP/104-4 S=6 U=d L=d\nHangup U=d\n" PART GONE_A
		      GONE_B,
	      TALKS "; call.started d; leg.answered 104; call.ended d merged into a; "
		    "leg.ended 104 answered; leg.ended 101 answered; leg.ended 102 "
		    "answered; call.ended a answered");
}

static void
test_pickup(void **state)
{
	check(CALLS OTHER "Pickup C=PJSIP/104-4 S=6 U=d TargetUniqueid=b\n"
			  "Hangup U=b\nHangup U=d\n" GONE_A,
	      BEGUN "; call.started d; leg.answered 104; call.ended d merged into a; "
		    "call.picked_up 102 by 104; leg.ended 102 answered_elsewhere; "
		    "leg.ended 104 answered; leg.ended 101 answered; call.ended a "
		    "answered");
}

#define PARKEE "ParkeeUniqueid=a ParkeeChannel=PJSIP/101-1 ParkingSpace=701"

/* A blind transfer to a parking place is parking; told twice it is told once; those who
 * wait in one lot are not together. */
static void
test_parking(void **state)
{
	check(CALLS ANSWERS TALK
	      "BlindTransfer TransfererUniqueid=b Result=Success Extension=700\n" PART
	      "ParkedCall " PARKEE " ParkerDialString=PJSIP/102\n"
	      "ParkedCall " PARKEE " ParkerDialString=PJSIP/102\n" GONE_B OTHER
	      "BridgeEnter B=p BridgeTechnology=holding_bridge C=PJSIP/101-1 U=a\n"
	      "BridgeEnter B=p BridgeTechnology=holding_bridge C=PJSIP/104-4 U=d\n"
	      "ParkedCallTimeOut " PARKEE "\n" GONE_A "Hangup U=d\n",
	      TALKS "; call.parked 101 by 102 in 701; leg.ended 102 answered; "
		    "call.started d; leg.answered 104; call.retrieved 101 in 701; "
		    "leg.ended 101 answered; call.ended a answered; leg.ended 104 "
		    "answered; call.ended d answered");
}

/* Of the two events either comes first. */
static void
test_parked_before_the_transfer_is_told(void **state)
{
	check(CALLS ANSWERS TALK
	      "ParkedCall " PARKEE " ParkerDialString=PJSIP/102\n"
	      "BlindTransfer TransfererUniqueid=b TransfereeUniqueid=a Result=Success "
	      "Extension=700\n" PART GONE_B GONE_A,
	      TALKS "; call.parked 101 by 102 in 701; leg.ended 102 answered; "
		    "leg.ended 101 answered; call.ended a answered");
}

static void
test_blind_transfer(void **state)
{
	check(CALLS ANSWERS TALK
	      "BlindTransfer TransfererUniqueid=b Result=Fail Extension=103\n"
	      "BlindTransfer TransfererUniqueid=b Result=Success Extension=103\n" PART
		      GONE_B GONE_A,
	      TALKS
	      "; call.transferred to 103 by 102; leg.ended 102 answered; leg.ended "
	      "101 answered; call.ended a answered");
}

/* ---- Local channels ------------------------------------------------------------------------ */

#define HALVES                                                                         \
 "Newchannel C=Local/103@i-1;1 S=0 X=103 U=l1 L=a\n"                                   \
 "Newchannel C=Local/103@i-1;2 S=4 X=103 U=l2 L=a\n"

/* The two who hear each other through it are in conversation; it has no leg. */
static void
test_local(void **state)
{
	check(CALLER HALVES "DialBegin U=a C=PJSIP/101-1 DU=l1 DC=Local/103@i-1;1 "
			    "DialString=103@i\n"
			    "Newchannel C=PJSIP/103-3 S=0 N=103 U=c L=a\n"
			    "DialBegin U=l2 C=Local/103@i-1;2 DU=c DC=PJSIP/103-3\n"
			    "Newstate C=PJSIP/103-3 S=6 U=c\n"
			    "BridgeEnter B=x U=c C=PJSIP/103-3\n"
			    "BridgeEnter B=x U=l2 C=Local/103@i-1;2\n"
			    "BridgeEnter B=y U=l1 C=Local/103@i-1;1\n"
			    "BridgeEnter B=y U=a C=PJSIP/101-1\n"
			    "Hangup U=c\nHangup U=l2\nHangup U=l1\n" GONE_A,
	      "call.started a; leg.answered 103; leg.answered 101; call.answered 103; "
	      "leg.ended 103 answered; leg.ended 101 answered; call.ended a answered");
	check("Newchannel C=Local/103@i-1;1 S=0 X=103 U=l1 L=l1\n"
	      "Newchannel C=Local/103@i-1;2 S=4 X=103 U=l2 L=l1\nHangup U=l1\nHangup "
	      "U=l2\n",
	      "");
}

/* Asterisk 22, CancelAtxfer: who was asked has nobody to wait for any more. */
static void
test_consultation_cancelled_while_it_rings(void **state)
{
	check(CALLS ANSWERS TALK HALVES
	      "BridgeEnter B=y U=l1 C=Local/103@i-1;1\n"
	      "BridgeLeave B=x C=PJSIP/102-2 U=b\n"
	      "BridgeEnter B=y C=PJSIP/102-2 U=b\n"
	      "Newchannel C=PJSIP/103-3 S=0 N=103 X=s U=c L=a\n"
	      "DialBegin U=l2 C=Local/103@i-1;2 DU=c DC=PJSIP/103-3\n"
	      "Newstate C=PJSIP/103-3 S=5 N=103 U=c L=a\n"
	      "BridgeLeave B=y C=PJSIP/102-2 U=b\n"
	      "BridgeEnter B=x C=PJSIP/102-2 U=b\n"
	      "Hangup U=l1 C=Local/103@i-1;1\n"
	      "DialEnd U=l2 DU=c DialStatus=CANCEL\n"
	      "Hangup U=l2 C=Local/103@i-1;2\nHangup C=PJSIP/103-3 U=c Cause=16\n"
	      "DTMFEnd C=PJSIP/102-2 U=b Digit=1 Direction=Received\n" GONE_A GONE_B,
	      TALKS "; leg.ringing 103; leg.ended 103 cancelled; leg.dtmf 102 key 1; "
		    "leg.ended 101 answered; leg.ended 102 answered; call.ended a "
		    "answered");
}

/* ---- clicks ------------------------------------------------------------------------------------ */

#define CLICK                                                                          \
 "Newchannel C=PJSIP/101-1 S=0 N=101 X=s U=a L=a\n"                                    \
 "DialBegin DU=a DC=PJSIP/101-1 DS=0 DialString=101\n"                                 \
 "Newstate C=PJSIP/101-1 S=5 U=a L=a\n"
#define OWN_BUSY "DialEnd DU=a DialStatus=BUSY\nHangup U=a Cause=17\n"
#define RESPONSE                                                                       \
 "OriginateResponse Response=Failure Channel=PJSIP/101 Exten=102 Uniqueid=<unknown>\n"

static void
check_click(const char *lines, const char *to, const char *reason)
{
	struct book b;
	const struct zv_call *call;

	book_open(&b, NULL);
	book_tell(&b, CLICK OWN_BUSY);
	assert_string_equal(book_log(&b),
			    "call.started a; leg.ringing 101; leg.ended 101 busy");
	assert_int_equal(zvon_calls_deadline(b.calls), ZV_CALLS_CLICK_MS);
	call = zvon_calls_next(b.calls, NULL);
	assert_true(call && call->result == ZV_RESULT_BUSY && !call->to_number.n);
	book_tell(&b, lines);
	if (*reason)
		zvon_calls_end_all(b.calls, zvon_str(reason), 0, 0);
	assert_string_equal(book_log(&b), to);
	assert_int_equal(book_counters(&b).calls, 0);
	assert_true(zvon_calls_deadline(b.calls) == INT64_MAX);
	book_close(&b);
}

/* It waits for OriginateResponse, a while, or till the end. */
static void
test_click_fails(void **state)
{
	check_click(RESPONSE, "call.ended a busy", "");
	check_click("at 299\nat 300\n", "call.ended a busy", "");
	check_click("", "call.ended a busy", "end_of_input");
	check(CLICK RESPONSE OWN_BUSY, "call.started a; leg.ringing 101; leg.ended 101 "
				       "busy; call.ended a busy");
}

static void
test_click_means(void **state)
{
	struct book b;
	const struct zv_call *call;

	book_open(&b, NULL);
	book_tell(&b, CLICK RESPONSE);
	call = zvon_calls_next(b.calls, NULL);
	assert_true(zvon_str_equal(call->to_number, ZV_STR("102")));
	assert_true(zvon_str_equal(call->from_number, ZV_STR("101")));
	book_close(&b);
	book_open(&b, NULL); /* a response to another phone's click */
	book_tell(&b, CLICK "OriginateResponse Response=Failure Channel=PJSIP/109 "
			    "Exten=102 Uniqueid=<unknown>\n");
	assert_int_equal(zvon_calls_next(b.calls, NULL)->to_number.n, 0);
	book_close(&b);
}

/* Nobody told who calls it: after a moment it is taken for a click; a dial that comes
 * later tells better. */
static void
test_unsure(void **state)
{
	check("Newchannel C=SIP/102-2 S=0 N=102 U=b\nNewstate C=SIP/102-2 S=5 U=b\n"
	      "at 99\n",
	      "");
	check("Newchannel C=SIP/102-2 S=0 N=102 U=b L=b\nNewstate C=SIP/102-2 S=5 U=b\n"
	      "at 100\n",
	      "call.started b; leg.ringing 102");
	check(CALLER "Newchannel C=PJSIP/102-2 S=0 N=102 U=b L=b\n" RINGS
		     "at 100\n" DIAL END("BUSY") GONE_B GONE_A,
	      "call.started a; call.started b; leg.ringing 102; call.ended b merged "
	      "into "
	      "a; leg.ended 102 busy; leg.ended 101 busy; call.ended a busy");
}

/* ---- order and repetition --------------------------------------------------------------------- */

/* Each event twice: nothing is told twice. */
static void
test_duplicates(void **state)
{
	struct zv_str rest = ZV_STR(WHOLE), line;
	char twice[8000];
	size_t n = 0;

	while (zv_str_split(&rest, '\n', &line))
		n += (size_t)snprintf(twice + n, sizeof twice - n, "%.*s\n%.*s\n",
				      ZV_ARG(line), ZV_ARG(line));
	check(twice, TOLD);
}

/* What comes after the end is late, and brings nothing back. */
static void
test_late(void **state)
{
	struct book b;

	book_open(&b, NULL);
	book_tell(&b, WHOLE);
	assert_string_equal(book_log(&b), TOLD);
	book_tell(&b, CALLS ANSWERS TALK PART GONE_A GONE_B);
	assert_string_equal(book_log(&b), "");
	assert_int_equal(book_counters(&b).channels, 0);
	assert_true(book_counters(&b).late >= 10);
	assert_int_equal(book_counters(&b).strange, 0);
	book_tell(&b, "BridgeLeave U=n1\nDialEnd DU=n2\nHangup U=n3\n");
	assert_int_equal(book_counters(&b).strange, 3);
	assert_int_equal(book_counters(&b).channels, 0);
	book_close(&b);
}

/* Ringing before the dial is told, and the two Hangups in the other order. */
static void
test_other_orders(void **state)
{
	check(CALLER CALLEE RINGS DIAL ANSWERS TALK PART GONE_B GONE_A,
	      TALKS "; leg.ended 102 answered; leg.ended 101 answered; call.ended a "
		    "answered");
	check(CALLER CALLEE RINGS DIAL UP TALK END("ANSWER") GONE_B PART GONE_A, BEGUN
	      "; leg.answered 102; leg.answered 101; call.answered 102; leg.ended "
	      "102 answered; leg.ended 101 answered; call.ended a answered");
}

/* A stream that begins in the middle. */
static void
test_in_the_middle(void **state)
{
	check("Newstate C=PJSIP/101-1 S=6 N=101 U=a L=a\n"
	      "BridgeEnter B=x C=PJSIP/102-2 S=6 N=102 U=b L=a\n"
	      "BridgeEnter B=x C=PJSIP/101-1 S=6 N=101 U=a L=a\n" GONE_B GONE_A,
	      "call.started a; leg.answered 101; leg.answered 102; call.answered 101; "
	      "leg.ended 102 answered; leg.ended 101 answered; call.ended a answered");
}

/* ---- the rest --------------------------------------------------------------------------------- */

static void
test_meanwhile(void **state)
{
	check(CALLS ANSWERS TALK
	      "Hold C=PJSIP/102-2 U=b\nHold C=PJSIP/102-2 U=b\nUnhold C=PJSIP/102-2 "
	      "U=b\n"
	      "Unhold C=PJSIP/101-1 U=a\n"
	      "DTMFEnd C=PJSIP/101-1 U=a Digit=5 Direction=Received\n"
	      "DTMFEnd C=PJSIP/102-2 U=b Digit=5 Direction=Sent\n"
	      "VarSet U=a Variable=MIXMONITOR_FILENAME Value=/m/1.wav\n"
	      "MixMonitorStart C=PJSIP/101-1 U=a\nVarSet U=a Variable=OTHER Value=1\n"
	      "MixMonitorStart C=PJSIP/101-1 U=a\nMixMonitorStop U=a\nMixMonitorStop "
	      "U=a\n"
	      "MixMonitorStop U=a\nConfbridgeJoin C=PJSIP/101-1 U=a "
	      "Conference=900\n" PART GONE_A GONE_B,
	      TALKS
	      "; leg.held 102; leg.resumed 102; leg.dtmf 101 key 5; "
	      "recording.started 101 file /m/1.wav; recording.stopped 101 file "
	      "/m/1.wav; "
	      "call.conferenced 101 in 900; leg.ended 101 answered; leg.ended 102 "
	      "answered; call.ended a answered");
}

static void
test_lines(void **state)
{
	struct book b;

	book_open(&b, NULL);
	b.lines = true;
	book_tell(&b,
		  "FullyBooted\nDeviceStateChange Device=PJSIP/101 State=UNAVAILABLE\n"
		  "DeviceStateChange Device=PJSIP/101 State=NOT_INUSE\n"
		  "DeviceStateChange Device=PJSIP/trunk State=UNAVAILABLE\n"
		  "DeviceStateChange Device=PJSIP/101 State=INUSE\n"
		  "QueueMemberStatus Queue=s Interface=PJSIP/101 Status=6 Paused=0\n"
		  "QueueMemberStatus Queue=s Interface=PJSIP/101 Status=6 Paused=0\n"
		  "QueueMemberPause Queue=s Interface=PJSIP/101 Status=1 Paused=1\n"
		  "QueueMemberRemoved Queue=s Interface=PJSIP/101 Status=1 Paused=1\n"
		  "QueueMemberRemoved Queue=s Interface=PJSIP/101 Status=1\n"
		  "QueueCallerJoin Queue=s Count=2 C=PJSIP/109-9 U=q S=4 L=q\n");
	assert_string_equal(
		book_log(&b),
		"server.state booted; line.state 101 unavailable; line.state "
		"101 idle; queue.member queue s 101 ringing; queue.member "
		"queue s 101 idle paused; queue.member queue s 101 removed "
		"paused; call.started q; line.state 109 dialing; queue.state "
		"queue s 2; call.queued queue s");
	book_tell(&b, WHOLE);
	assert_non_null(strstr(book_log(&b), "line.state 102 talking"));
	book_close(&b);
}

static void
test_names(void **state)
{
	static const struct {
		const char *channel, *peer, *number;
		bool is_trunk;
	} rows[] = {
		{ "PJSIP/101-0000001d", "101", "", false },
		{ "SIP/my-trunk-0000001d", "my-trunk", "79161234567", true },
		{ "PJSIP/ivanov-0000001d", "ivanov", "205", false },
		{ "PJSIP/1234567-0000001d", "1234567", "", true },
		{ "DAHDI/i1/89161234567-3", "i1", "205", true },
		{ "PJSIP/101", "101", "", false },
		{ "PJSIP/gate1-1", "gate1", "101", true }, /* by option */
		{ "SIP/300-1", "300", "", true },	   /* by option */
		{ "SIP/gate2-1", "gate2", "", false },	   /* by option */
	};
	static const struct zv_str trunks[] = { ZV_STR("gate*"), ZV_STR("SIP/3*") };
	static const struct zv_str lines[] = { ZV_STR("gate2") };
	struct zv_calls_options options = {
		.trunks = trunks, .n_trunks = 2, .lines = lines, .n_lines = 1
	};
	struct zv_calls *t = zvon_calls_new(&options);

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct zv_str channel = zvon_str(rows[i].channel);

		assert_true(
			zvon_str_equal(zv_name_peer(channel), zvon_str(rows[i].peer)));
		assert_int_equal(zv_name_is_trunk(t, channel, zvon_str(rows[i].number)),
				 rows[i].is_trunk);
	}
	zvon_calls_free(t);
}

static void
test_dialled(void **state)
{
	static const struct {
		const char *dialstring, *channel, *number;
	} rows[] = {
		{ "102", "PJSIP/102-1", "" },
		{ "89161234567@trunk", "PJSIP/trunk-1", "89161234567" },
		{ "PJSIP/89161234567@trunk", "PJSIP/trunk-1", "89161234567" },
		{ "PJSIP/101", "PJSIP/101-1", "" }, /* as a queue says it */
		{ "trunk/112", "SIP/trunk-1", "112" },
		{ "g1/w89161234567", "DAHDI/1-1", "" },
		{ "103@internal", "Local/103@internal-1;1", "103" },
		{ "user@trunk", "PJSIP/trunk-1", "" },
		{ "", "PJSIP/1-1", "" },
	};

	for (size_t i = 0; i < COUNT(rows); i++)
		assert_true(zvon_str_equal(zv_name_dialled(zvon_str(rows[i].dialstring),
							   zvon_str(rows[i].channel)),
					   zvon_str(rows[i].number)));
}

/* To a trunk: direction and number come from the dial string. */
static void
test_out(void **state)
{
	struct book b;
	const struct zv_call *call;

	book_open(&b, NULL);
	book_tell(&b,
		  CALLER "Newchannel C=PJSIP/9-2 S=0 U=b L=a\n"
			 "DialBegin U=a C=PJSIP/101-1 DU=b DC=PJSIP/9-2 DS=0 "
			 "DialString=89161234567@9\nNewstate C=PJSIP/9-2 S=6 U=b\n");
	call = zvon_calls_next(b.calls, NULL);
	assert_int_equal(call->direction, ZV_DIRECTION_OUT);
	assert_true(zvon_str_equal(call->legs->next->number, ZV_STR("89161234567")));
	assert_true(call->legs->next->is_trunk);
	assert_null(zvon_calls_next(b.calls, call));
	book_close(&b);
}

/* Names of 12 and later are escaped. */
static void
test_escapes(void **state)
{
	struct book b;

	book_open(&b, NULL);
	book_tell(
		&b,
		"Newchannel C=PJSIP/101-1 S=4 N=101 CallerIDName=\\'R\\'\\\\ X=102 U=a "
		"L=a\n");
	assert_true(zvon_str_equal(zvon_calls_next(b.calls, NULL)->from_name,
				   ZV_STR("'R'\\")));
	book_close(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answered),
		cmocka_unit_test(test_results),
		cmocka_unit_test(test_first_word_counts),
		cmocka_unit_test(test_nobody_called),
		cmocka_unit_test(test_ring_group),
		cmocka_unit_test(test_rounds),
		cmocka_unit_test(test_forward),
		cmocka_unit_test(test_queue),
		cmocka_unit_test(test_merge),
		cmocka_unit_test(test_pickup),
		cmocka_unit_test(test_parking),
		cmocka_unit_test(test_parked_before_the_transfer_is_told),
		cmocka_unit_test(test_blind_transfer),
		cmocka_unit_test(test_consultation_cancelled_while_it_rings),
		cmocka_unit_test(test_local),
		cmocka_unit_test(test_click_fails),
		cmocka_unit_test(test_click_means),
		cmocka_unit_test(test_unsure),
		cmocka_unit_test(test_duplicates),
		cmocka_unit_test(test_late),
		cmocka_unit_test(test_other_orders),
		cmocka_unit_test(test_in_the_middle),
		cmocka_unit_test(test_meanwhile),
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_dialled),
		cmocka_unit_test(test_out),
		cmocka_unit_test(test_escapes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
