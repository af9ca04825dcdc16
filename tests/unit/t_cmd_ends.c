/* How commands end: each command in both generations, errors, silence, losses, calls that
 * end meanwhile, owners that are gone, memory that runs out. */
#include "cmdrig.h"
#include "heap.h"

#include <stdio.h>

#include "base/mem.h"
#include "base/str.h"
#include "hub/agents.h"

/* What each command sends in a call of 101 (caller) and 102, and what its end is when
 * Asterisk says Success, and then nothing more. */
static const struct row {
	const char *name, *args, *sent_new, *sent_old;
	int silent; /* status after Success and silence */
} rows[] = {
	{ "call.make", "{\"to\":\"104\"}",
	  "Originate|Channel=PJSIP/"
	  "101|Context=internal|Exten=104|Priority=1|CallerID=101|"
	  "Timeout=20000|Async=true|ChannelId=zvon-0000000000000001",
	  "Originate|Channel=SIP/"
	  "101|Context=internal|Exten=104|Priority=1|CallerID=101|"
	  "Timeout=20000|Async=true|Variable=ZVON_ORIGINATE=zvon-0000000000000001",
	  504 },
	{ "call.drop", "{\"call\":\"%\"}", "Hangup|Channel=PJSIP/101-1",
	  "Hangup|Channel=SIP/101-1", 502 },
	{ "call.transfer", "{\"call\":\"%\",\"to\":\"104\"}",
	  "BlindTransfer|Channel=PJSIP/101-1|Context=internal|Exten=104",
	  "Redirect|Channel=SIP/102-2|Context=internal|Exten=104|Priority=1", 502 },
	{ "call.consult", "{\"call\":\"%\",\"to\":\"104\"}",
	  "Atxfer|Channel=PJSIP/101-1|Context=internal|Exten=104",
	  "Atxfer|Channel=SIP/101-1|Context=internal|Exten=104", 502 },
	{ "call.conference", "{\"call\":\"%\",\"room\":\"900\"}",
	  "Redirect|Channel=PJSIP/102-2|ExtraChannel=PJSIP/"
	  "101-1|Context=rooms|Exten=900|"
	  "Priority=1|ExtraContext=rooms|ExtraExten=900|ExtraPriority=1",
	  "Redirect|Channel=SIP/102-2|ExtraChannel=SIP/101-1|Context=rooms|Exten=900|"
	  "Priority=1|ExtraContext=rooms|ExtraExten=900|ExtraPriority=1",
	  502 },
	{ "call.park", "{\"call\":\"%\"}",
	  "Park|Channel=PJSIP/102-2|TimeoutChannel=PJSIP/101-1|"
	  "AnnounceChannel=PJSIP/101-1",
	  "Park|Channel=SIP/102-2|Channel2=SIP/101-1", 502 },
	{ "call.dtmf", "{\"call\":\"%\",\"digits\":\"5\"}",
	  "PlayDTMF|Channel=PJSIP/102-2|Digit=5", "PlayDTMF|Channel=SIP/102-2|Digit=5",
	  200 },
	{ "call.record", "{\"call\":\"%\",\"action\":\"start\"}",
	  "MixMonitor|Channel=PJSIP/101-1|File=zvon-a-0000000000000001.wav",
	  "Monitor|Channel=SIP/101-1|File=zvon-a-0000000000000001|Format=wav|Mix=1",
	  200 },
	{ "call.record", "{\"call\":\"%\",\"action\":\"stop\"}",
	  "StopMixMonitor|Channel=PJSIP/101-1", "StopMonitor|Channel=SIP/101-1", 200 },
	{ "call.record", "{\"call\":\"%\",\"action\":\"pause\"}",
	  "MixMonitorMute|Channel=PJSIP/101-1|Direction=both|State=1",
	  "PauseMonitor|Channel=SIP/101-1", 200 },
	{ "call.record", "{\"call\":\"%\",\"action\":\"resume\"}",
	  "MixMonitorMute|Channel=PJSIP/101-1|Direction=both|State=0",
	  "UnpauseMonitor|Channel=SIP/101-1", 200 },
	{ "call.mute", "{\"call\":\"%\",\"on\":true}",
	  "MuteAudio|Channel=PJSIP/101-1|Direction=in|State=on",
	  "MuteAudio|Channel=SIP/101-1|Direction=in|State=on", 200 },
	{ "call.volume", "{\"call\":\"%\",\"level\":-2}",
	  "Setvar|Channel=PJSIP/101-1|Variable=VOLUME(TX)|Value=-2",
	  "Setvar|Channel=SIP/101-1|Variable=VOLUME(TX)|Value=-2", 200 },
	{ "queue.add", "{\"queue\":\"support\",\"penalty\":3}",
	  "QueueAdd|Queue=support|Interface=PJSIP/101|Penalty=3",
	  "QueueAdd|Queue=support|Interface=SIP/101|Penalty=3", 200 },
	{ "queue.remove", "{\"queue\":\"support\"}",
	  "QueueRemove|Queue=support|Interface=PJSIP/101",
	  "QueueRemove|Queue=support|Interface=SIP/101", 200 },
	{ "queue.pause", "{\"on\":false}",
	  "QueuePause|Interface=PJSIP/101|Paused=false",
	  "QueuePause|Interface=SIP/101|Paused=false", 200 },
};

static const char *const versions[] = { "5.0.4", "1.1" };

static void
start(struct cmdrig *r, const struct row *row, size_t version)
{
	cmdrig_begin(r, versions[version]);
	cmdrig_talk(r);
	cmdrig_command(r, "101", row->name, row->args);
	cmdrig_check_sent(r, row->name, version ? row->sent_old : row->sent_new);
	assert_int_equal(r->outcomes, 0);
}

/* Whatever happens, each command has one outcome. */
static void
finish(struct cmdrig *r, const char *row, int status, const char *has)
{
	cmdrig_check_has(r, row, status, has);
	cmdrig_wait(r, 700000);
	cmdrig_state(r, false);
	assert_int_equal(r->outcomes, 1);
	cmdrig_end(r);
}

static void
test_what_is_sent(void **state)
{
	struct cmdrig r;

	(void)state;
	for (size_t i = 0; i < N_OF(rows); i++)
		for (size_t v = 0; v < N_OF(versions); v++) {
			start(&r, &rows[i], v);
			cmdrig_reply(&r, "Success Message=fine");
			cmdrig_wait(&r, 700000);
			finish(&r, rows[i].name, rows[i].silent, "");
		}
}

static void
test_errors_have_the_words_of_asterisk(void **state)
{
	struct cmdrig r;

	(void)state;
	for (size_t i = 0; i < N_OF(rows); i++)
		for (size_t v = 0; v < N_OF(versions); v++) {
			start(&r, &rows[i], v);
			cmdrig_reply(&r, "Error Message=No such channel");
			finish(&r, rows[i].name, 502, "No such channel");
		}
}

static void
test_no_answer_in_time(void **state)
{
	struct cmdrig r;

	(void)state;
	for (size_t i = 0; i < N_OF(rows); i++) {
		start(&r, &rows[i], 0);
		cmdrig_no_reply(&r, ZV_ETIMEOUT);
		finish(&r, rows[i].name, 504, "\"code\":\"timeout\"");
		start(&r, &rows[i], 0);
		cmdrig_no_reply(&r, ZV_ECLOSED);
		finish(&r, rows[i].name, 503, "\"code\":\"pbx_down\"");
	}
}

static void
test_server_lost_in_the_middle(void **state)
{
	struct cmdrig r;

	(void)state;
	for (size_t i = 0; i < N_OF(rows); i++) {
		start(&r, &rows[i], i & 1);
		cmdrig_state(&r, false);
		finish(&r, rows[i].name, 503, "was lost");
		cmdrig_begin(&r, "5.0.4");
		cmdrig_talk(&r);
		cmdrig_state(&r, false);
		cmdrig_command(&r, "101", rows[i].name, rows[i].args);
		finish(&r, rows[i].name, 503, "no connection to server pbx");
		cmdrig_begin(&r, "5.0.4");
		cmdrig_talk(&r);
		r.send_rc = ZV_EBUSY;
		cmdrig_command(&r, "101", rows[i].name, rows[i].args);
		finish(&r, rows[i].name, 503, "\"code\":\"busy\"");
	}
}

static const char end_new[] =
	"Hangup Channel=PJSIP/102-2|Uniqueid=b|Linkedid=a|Cause=16\n"
	"Hangup Channel=PJSIP/101-1|Uniqueid=a|Linkedid=a|Cause=16\n";

static void
test_call_ends_meanwhile(void **state)
{
	struct cmdrig r;

	(void)state;
	for (size_t i = 0; i < N_OF(rows); i++) {
		bool about_call = strstr(rows[i].args, "%");
		bool drop = strcmp(rows[i].name, "call.drop") == 0;
		bool stop =
			strstr(rows[i].args, "stop") || strstr(rows[i].args, "start");

		if (!about_call || stop)
			continue;
		start(&r, &rows[i], 0);
		cmdrig_feed(&r, end_new);
		finish(&r, rows[i].name, drop ? 200 : 502, drop ? "true" : "failed");
	}
}

static void
test_owner_is_gone(void **state)
{
	struct cmdrig r;

	(void)state;
	for (size_t i = 0; i < N_OF(rows); i++) {
		start(&r, &rows[i], 0);
		zv_hub_forget_command(r.hub, r.command);
		cmdrig_reply(&r, "Success Message=fine");
		cmdrig_feed(&r, end_new);
		cmdrig_wait(&r, 700000);
		assert_int_equal(r.outcomes, 0);
		cmdrig_end(&r);
		/* and the hub goes first */
		start(&r, &rows[i], 0);
		zv_hub_forget_command(r.hub, r.command);
		cmdrig_end(&r);
	}
}

/* ---- what needs configuration --------------------------------------------------------------- */

static void
test_not_configured(void **state)
{
	static const struct {
		const char *name, *args, *option;
	} needs[] = {
		{ "call.answer", "{\"call\":\"%\"}", "notify_answer = yes" },
		{ "call.hold", "{\"call\":\"%\"}", "notify_hold = yes" },
		{ "call.resume", "{\"call\":\"%\"}", "notify_hold = yes" },
		{ "call.make", "{\"to\":\"104\",\"auto_answer\":true}",
		  "auto_answer =" },
		{ "line.dnd", "{\"on\":true}", "dnd = FAMILY" },
	};
	struct cmdrig r;

	(void)state;
	for (size_t i = 0; i < N_OF(needs); i++) {
		cmdrig_begin(&r, "5.0.4");
		cmdrig_talk(&r);
		cmdrig_command(&r, "101", needs[i].name, needs[i].args);
		finish(&r, needs[i].name, 409, needs[i].option);
	}
}

/* A server of its own: everything is configured. */
static void
begin_full(struct cmdrig *r, const char *ami)
{
	cmdrig_begin(r, ami);
	r->server.notify_answer = r->server.notify_hold = true;
	r->server.auto_answer = ZV_STR("Alert-Info: <http://x>;info=auto, now");
	r->server.dnd = ZV_STR("DND");
	r->server.queue_interface = ZV_STR("Local/{0}@from-queue/n");
	r->server.caller_id = ZV_STR("Office <200>");
	cmdrig_configure(r);
}

static void
test_hold(void **state)
{
	struct cmdrig r;

	(void)state;
	begin_full(&r, "5.0.4");
	cmdrig_talk(&r);
	cmdrig_command(&r, "101", "call.resume", "{\"call\":\"%\"}");
	cmdrig_check_has(&r, "resume", 409, "nobody on hold");
	cmdrig_command(&r, "101", "call.hold", "{\"call\":\"%\"}");
	cmdrig_check_sent(&r, "hold",
			  "PJSIPNotify|Channel=PJSIP/101-1|Variable=Event=hold");
	/* Asterisk 13 knows no Channel there */
	cmdrig_reply(&r, "Error Message=PJSIPNotify requires an endpoint name");
	cmdrig_check_sent(&r, "hold", "PJSIPNotify|Endpoint=101|Variable=Event=hold");
	cmdrig_reply(&r, "Success Message=NOTIFY sent");
	assert_int_equal(r.status, 0);
	cmdrig_feed(&r,
		    "Hold Channel=PJSIP/101-1|ChannelState=6|Uniqueid=a|Linkedid=a\n");
	cmdrig_check(&r, "hold", "200 {\"ok\":true}");
	cmdrig_command(&r, "101", "call.resume", "{\"call\":\"%\"}");
	cmdrig_check_sent(&r, "resume",
			  "PJSIPNotify|Channel=PJSIP/101-1|Variable=Event=talk");
	cmdrig_reply(&r, "Success Message=NOTIFY sent");
	cmdrig_wait(&r, 11000);
	cmdrig_check_has(&r, "resume", 502, "did not obey");
	cmdrig_end(&r);
}

static void
test_answer(void **state)
{
	static const struct zv_str line_102[] = { { "102", 3 } };
	struct cmdrig r;

	(void)state;
	begin_full(&r, "1.3");
	r.users[0].lines = line_102;
	cmdrig_configure(&r);
	cmdrig_ring(&r);
	cmdrig_command(&r, "101", "call.answer", "{\"call\":\"%\"}");
	cmdrig_check_sent(&r, "answer", "SIPnotify|Channel=102|Variable=Event=talk");
	cmdrig_reply(&r, "Success Message=Notify Sent");
	assert_int_equal(r.status, 0);
	cmdrig_feed(&r, "Newstate Channel=SIP/102-2|ChannelState=6|Uniqueid=b\n");
	finish(&r, "answer", 200, "true");
}

static void
test_local_names(void **state)
{
	struct cmdrig r;

	(void)state;
	begin_full(&r, "5.0.4");
	cmdrig_command(&r, "101", "call.make", "{\"to\":\"104\",\"auto_answer\":true}");
	cmdrig_check_sent(
		&r, "make",
		"Originate|Channel=PJSIP/101|Context=internal|Exten=104|"
		"Priority=1|CallerID=Office <200>|Timeout=20000|Async=true|"
		"ChannelId=zvon-0000000000000001|"
		"Variable=PJSIP_HEADER(add,Alert-Info)=<http://x>;info=auto\\, "
		"now");
	cmdrig_command(&r, "101", "queue.add", "{\"queue\":\"support\"}");
	cmdrig_check_sent(&r, "queue",
			  "QueueAdd|Queue=support|Interface=Local/101@from-queue/n|"
			  "Penalty=0|StateInterface=PJSIP/101");
	cmdrig_reply(&r, "Success Message=fine");
	cmdrig_command(&r, "101", "line.dnd", "{\"on\":true}");
	cmdrig_check_sent(&r, "dnd", "DBPut|Family=DND|Key=101|Val=YES");
	cmdrig_reply(&r, "Success Message=Updated database successfully");
	cmdrig_check(&r, "dnd", "200 {\"ok\":true}");
	assert_true(zv_hub_agent(r.hub, ZV_STR("101"))->dnd);
	cmdrig_command(&r, "101", "line.dnd", "{\"on\":false}");
	cmdrig_check_sent(&r, "dnd", "DBDel|Family=DND|Key=101");
	cmdrig_reply(&r, "Error Message=Database entry could not be deleted");
	cmdrig_check_sent(&r, "dnd", "DBGet|Family=DND|Key=101");
	cmdrig_reply(&r, "Error Message=Database entry not found");
	cmdrig_check(&r, "dnd", "200 {\"ok\":true}");
	cmdrig_command(&r, "101", "line.dnd", "{\"on\":false}");
	cmdrig_reply(&r, "Error Message=Database entry could not be deleted");
	cmdrig_reply(&r, "Success Message=Result will follow");
	cmdrig_check_has(&r, "dnd", 502, "could not be deleted");
	cmdrig_end(&r);
}

/* Without the write class system: what the class call can do instead. */
static void
test_least_rights(void **state)
{
	static const char denied[] = "Error Message=Permission denied";
	struct cmdrig r;

	(void)state;
	begin_full(&r, "5.0.4");
	cmdrig_talk(&r);
	cmdrig_command(&r, "101", "call.mute",
		       "{\"call\":\"%\",\"on\":true,\"direction\":\"all\"}");
	cmdrig_reply(&r, denied);
	cmdrig_check_sent(
		&r, "mute",
		"Setvar|Channel=PJSIP/101-1|Variable=MUTEAUDIO(all)|Value=on");
	cmdrig_reply(&r, "Success Message=Variable Set");
	cmdrig_check(&r, "mute", "200 {\"ok\":true}");
	cmdrig_command(&r, "101", "call.mute", "{\"call\":\"%\",\"on\":false}");
	cmdrig_reply(&r, denied);
	cmdrig_check_sent(
		&r, "mute",
		"Setvar|Channel=PJSIP/101-1|Variable=MUTEAUDIO(in)|Value=off");
	cmdrig_reply(&r, denied);
	cmdrig_check_has(&r, "mute", 502, "pbx_refused");
	cmdrig_end(&r);
}

/* ---- scenes ------------------------------------------------------------------------------------- */

static void
test_make_is_followed(void **state)
{
	struct cmdrig r;
	char line[400];

	(void)state;
	cmdrig_begin(&r, "5.0.4");
	cmdrig_command(&r, "101", "call.make", "{\"to\":\"104\"}");
	cmdrig_reply(&r, "Success Message=Originate successfully queued");
#define OWN "Uniqueid=zvon-0000000000000001|Linkedid=zvon-0000000000000001"
#define FAR "Uniqueid=f|Linkedid=zvon-0000000000000001"
	cmdrig_feed(&r, "Newchannel Channel=PJSIP/101-9|ChannelState=0|CallerIDNum=101|"
			"Exten=104|" OWN "\n"
			"Newstate Channel=PJSIP/101-9|ChannelState=5|" OWN "\n"
			"Newstate Channel=PJSIP/101-9|ChannelState=6|" OWN "\n");
	snprintf(line, sizeof line,
		 "OriginateResponse ActionID=%s|Response=Success|Channel=PJSIP/101-9|"
		 "Context=internal|Exten=104|Reason=4|Uniqueid=zvon-0000000000000001\n",
		 r.action_id);
	cmdrig_feed(&r, line);
	cmdrig_feed(&r,
		    "Newchannel "
		    "Channel=PJSIP/104-9|ChannelState=0|CallerIDNum=104|Exten=s|" FAR
		    "\n"
		    "DialBegin Channel=PJSIP/101-9|ChannelState=6|" OWN
		    "|DestChannel=PJSIP/"
		    "104-9|DestChannelState=0|DestUniqueid=f|DialString=104\n"
		    "DialEnd Channel=PJSIP/101-9|ChannelState=6|" OWN
		    "|DestChannel=PJSIP/104-9|DestUniqueid=f|DialStatus=BUSY\n"
		    "Hangup Channel=PJSIP/104-9|" FAR "|Cause=17\n"
		    "Hangup Channel=PJSIP/101-9|" OWN "|Cause=17\n"
		    "tick 1000\n");
	cmdrig_check_has(&r, "make", 200,
			 "\"call\":\"zvon-0000000000000001\",\"result\":\"busy\"");
	cmdrig_end(&r);
}

static void
test_digits_one_after_another(void **state)
{
	struct cmdrig r;

	(void)state;
	cmdrig_begin(&r, "5.0.4");
	cmdrig_talk(&r);
	cmdrig_command(&r, "101", "call.dtmf", "{\"call\":\"%\",\"digits\":\"1*#\"}");
	for (int i = 0; i < 3; i++) {
		assert_int_equal(r.sends, i + 1);
		assert_int_equal(r.status, 0);
		cmdrig_reply(&r, "Success Message=DTMF successfully queued");
		assert_int_equal(r.sends, i + 1);
		cmdrig_wait(&r, 250);
	}
	check_text("digits", zv_buf_str(&r.all_sent),
		   ZV_STR("PlayDTMF|Channel=PJSIP/102-2|Digit=1\n"
			  "PlayDTMF|Channel=PJSIP/102-2|Digit=*\n"
			  "PlayDTMF|Channel=PJSIP/102-2|Digit=#\n"));
	finish(&r, "digits", 200, "true");
}

/* Asterisk without BlindTransfer, and without CancelAtxfer. */
static void
test_old_ways(void **state)
{
	struct cmdrig r;

	(void)state;
	cmdrig_begin(&r, "2.5.0");
	cmdrig_talk(&r);
	cmdrig_command(&r, "101", "call.transfer", "{\"call\":\"%\",\"to\":\"104\"}");
	cmdrig_reply(&r, "Error Message=Invalid/unknown command: BlindTransfer. Use x");
	cmdrig_check_sent(&r, "transfer",
			  "Redirect|Channel=PJSIP/102-2|Context=internal|Exten=104|"
			  "Priority=1");
	cmdrig_reply(&r, "Error Message=Invalid/unknown command: Redirect.");
	finish(&r, "transfer", 409, "has no action Redirect");
}

static void
test_pickup_and_spy(void **state)
{
	struct cmdrig r;

	(void)state;
	cmdrig_begin(&r, "5.0.4");
	cmdrig_ring(&r);
	cmdrig_command(&r, "900", "call.spy", "{\"call\":\"%\"}");
	cmdrig_check_has(&r, "spy", 409, "nobody talks");
	cmdrig_command(&r, "900", "call.pickup", "{\"call\":\"%\"}");
	cmdrig_check_sent(&r, "pickup",
			  "Originate|Channel=PJSIP/103|Application=PickupChan|"
			  "Data=PJSIP/102-2|CallerID=103|Timeout=20000|Async=true|"
			  "ChannelId=zvon-0000000000000001");
	cmdrig_reply(&r, "Success Message=Originate successfully queued");
	cmdrig_feed(&r, "Pickup Channel=PJSIP/103-3|Uniqueid=zvon-0000000000000001|"
			"Linkedid=a|ChannelState=6|TargetChannel=PJSIP/102-2|"
			"TargetUniqueid=b|TargetLinkedid=a|TargetChannelState=5\n");
	cmdrig_check(&r, "pickup", "200 {\"ok\":true}");
	cmdrig_end(&r);
	cmdrig_begin(&r, "5.0.4");
	cmdrig_talk(&r);
	cmdrig_command(&r, "900", "call.pickup", "{\"call\":\"%\"}");
	cmdrig_check_has(&r, "pickup", 409, "no phone rings");
	cmdrig_command(&r, "900", "call.spy", "{\"call\":\"%\",\"mode\":\"whisper\"}");
	cmdrig_check_sent(&r, "spy",
			  "Originate|Channel=PJSIP/103|Application=ChanSpy|"
			  "Data=PJSIP/101-1,qEw|CallerID=103|Timeout=20000|Async=true|"
			  "ChannelId=zvon-0000000000000001");
	cmdrig_end(&r);
}

/* ---- agents ---------------------------------------------------------------------------------------- */

static void
test_agent(void **state)
{
	struct cmdrig r;

	(void)state;
	cmdrig_begin(&r, "5.0.4");
	cmdrig_command(&r, "101", "agent.state",
		       "{\"state\":\"break\",\"reason\":\"обед\"}");
	cmdrig_check(&r, "state", "200 {\"ok\":true,\"state\":\"break\"}");
	check_text("pause", zv_buf_str(&r.all_sent),
		   ZV_STR("QueuePause|Interface=PJSIP/101|Paused=true|Reason=обед\n"));
	zv_buf_clear(&r.all_sent);
	cmdrig_command(&r, "101", "agent.state", "{\"state\":\"ready\"}");
	check_text("ready", zv_buf_str(&r.all_sent),
		   ZV_STR("QueuePause|Interface=PJSIP/101|Paused=false\n"));
	zv_buf_clear(&r.all_sent);
	cmdrig_command(&r, "101", "agent.wrap_up", "{\"on\":true}");
	assert_true(zv_hub_agent(r.hub, ZV_STR("101"))->wrap_up);
	check_text(
		"wrap-up", zv_buf_str(&r.all_sent),
		ZV_STR("QueuePause|Interface=PJSIP/101|Paused=true|Reason=wrap-up\n"));
	cmdrig_end(&r);
}

static void
test_auto_pause(void **state)
{
	struct cmdrig r;

	(void)state;
	cmdrig_begin(&r, "5.0.4");
	r.users[0].auto_pause = true;
	r.users[0].wrap_up_s = 7;
	cmdrig_configure(&r);
	cmdrig_ring(&r);
	assert_int_equal(r.sends, 0);
	cmdrig_talk(&r);
	check_text("talks", zv_buf_str(&r.all_sent),
		   ZV_STR("QueuePause|Interface=PJSIP/101|Paused=true|Reason=call\n"));
	zv_buf_clear(&r.all_sent);
	cmdrig_feed(&r, end_new);
	assert_true(zv_hub_agent(r.hub, ZV_STR("101"))->wrap_up);
	cmdrig_wait(&r, 6999);
	assert_int_equal(r.all_sent.n, 0);
	cmdrig_wait(&r, 1);
	check_text("done", zv_buf_str(&r.all_sent),
		   ZV_STR("QueuePause|Interface=PJSIP/101|Paused=false\n"));
	assert_false(zv_hub_agent(r.hub, ZV_STR("101"))->wrap_up);
	cmdrig_end(&r);
}

/* ---- memory ------------------------------------------------------------------------------------------- */

/* One run with the n-th allocation failing (0: none). true: it was one of them. */
static bool
run_without_memory(const struct row *row, unsigned long n)
{
	struct cmdrig r;
	unsigned long before = zv_mem_count();

	zv_mem_fail_at(n);
	if (cmdrig_try(&r, "5.0.4") == 0) {
		cmdrig_talk(&r);
		cmdrig_command(&r, "101", row->name, row->args);
		if (r.sends) {
			cmdrig_reply(&r, "Success Message=fine");
			cmdrig_feed(&r, end_new);
			cmdrig_wait(&r, 700000);
		}
		/* once, unless it was the rig itself that had no memory */
		if (r.outcomes != 1 && !r.failed)
			fail_msg("%s, allocation %lu: %u outcomes", row->name, n,
				 r.outcomes);
	}
	zv_mem_fail_at(0);
	cmdrig_end(&r);
	return zv_mem_count() - before >= n;
}

static void
test_out_of_memory(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_OF(rows); i++) {
		size_t blocks = heap_blocks();
		unsigned long n = 0;

		while (run_without_memory(&rows[i], n)) {
			if (heap_blocks() != blocks)
				fail_msg("%s, allocation %lu: blocks are left",
					 rows[i].name, n);
			n++;
		}
		assert_true(n > 50);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_sent),
		cmocka_unit_test(test_errors_have_the_words_of_asterisk),
		cmocka_unit_test(test_no_answer_in_time),
		cmocka_unit_test(test_server_lost_in_the_middle),
		cmocka_unit_test(test_call_ends_meanwhile),
		cmocka_unit_test(test_owner_is_gone),
		cmocka_unit_test(test_not_configured),
		cmocka_unit_test(test_hold),
		cmocka_unit_test(test_answer),
		cmocka_unit_test(test_local_names),
		cmocka_unit_test(test_least_rights),
		cmocka_unit_test(test_make_is_followed),
		cmocka_unit_test(test_digits_one_after_another),
		cmocka_unit_test(test_old_ways),
		cmocka_unit_test(test_pickup_and_spy),
		cmocka_unit_test(test_agent),
		cmocka_unit_test(test_auto_pause),
		cmocka_unit_test(test_out_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
