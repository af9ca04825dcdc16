/* What a manager may ask of the office, and what comes of it. */
#include <stdio.h>
#include <stdlib.h>

#include "base/num.h"
#include "base/str.h"
#include "desk.h"

static void
quiet_desk(struct desk *d)
{
	desk_new(d, 4, 0, 1);
	desk_login(d, "demo", "on");
}

/* Asks for a call of 203 to that extension; answered by 203 after some time. */
static void
originate(struct desk *d, const char *channel, const char *exten, const char *more)
{
	char lines[600];

	snprintf(lines, sizeof lines,
		 "Action: Originate\nActionID: o1\nChannel: %s\nContext: internal\n"
		 "Exten: %s\nPriority: 1\nChannelId: click-1\nAsync: true%s",
		 channel, exten, more);
	desk_ask(d, lines);
}

/* The name of the last channel of that line, from a list. Free it. */
static char *
channel_of(struct desk *d, const char *line)
{
	const struct zv_packet *p;
	char *name = NULL, start[40];

	snprintf(start, sizeof start, "PJSIP/%s-", line);
	desk_forget(d);
	desk_ask(d, "Action: CoreShowChannels\nActionID: list");
	while ((p = desk_next(d))) {
		struct zv_str channel = zvon_packet_get(p, ZV_STR("Channel"));

		if (zv_str_starts(channel, zvon_str(start))) {
			free(name);
			name = strndup(channel.p, channel.n);
		}
	}
	desk_forget(d);
	if (!name)
		fail_msg("no channel of %s", line);
	return name;
}

static int
count_channels(struct desk *d)
{
	const char *text;

	desk_forget(d);
	desk_ask(d, "Action: CoreShowChannels\nActionID: count");
	text = strstr(desk_text(d), "ListItems: ");
	assert_non_null(text);
	return atoi(text + strlen("ListItems: "));
}

/* A conversation of 203 and 204. Free the names. */
static void
talk(struct desk *d, char **a, char **b)
{
	originate(d, "PJSIP/203", "204", "");
	desk_pass(d, 12000);
	*a = channel_of(d, "203");
	*b = channel_of(d, "204");
}

static void
ask_about(struct desk *d, const char *format, const char *channel)
{
	char lines[600];
	const char *at = strstr(format, "@");

	snprintf(lines, sizeof lines, "%.*s%s%s", (int)(at - format), format, channel,
		 at + 1);
	desk_forget(d);
	desk_ask(d, lines);
}

/* ---- one answer each ------------------------------------------------------- */

/* Every action, with nothing but its name, and once with a field of each sort. */
static void
test_each_action_is_answered_once(void **state)
{
	static const char *const more[] = {
		"",
		"\nChannel: none\nVariable: a\nEndpoint: 200\nExten: 200\nQueue: "
		"sales\n"
		"Interface: PJSIP/200\nPaused: 1\nPenalty: 1\nRingInUse: 1\n"
		"Command: core show version\nModule: app_queue\nFilename: a\n"
		"Channel1: a\nChannel2: b\nContext: internal\nDigit: 1\nState: on\n"
		"EventMask: on\nOperation: Add\nFilter: x",
	};
	struct zv_buf names = { 0 };
	const struct zv_packet *p;
	struct desk d;
	int actions = 0;

	quiet_desk(&d);
	desk_ask(&d, "Action: ListCommands");
	p = desk_next(&d);
	for (size_t i = 1; i < p->n_fields; i++) {
		zv_buf_add(&names, p->fields[i].key);
		zv_buf_add_char(&names, '\n');
	}
	desk_free(&d);
	for (size_t k = 0; k < N_OF(more); k++) {
		struct zv_str rest = zv_buf_str(&names), name;

		while (zv_str_split(&rest, '\n', &name) && name.n) {
			char lines[600];
			int answers = 0;

			quiet_desk(&d);
			snprintf(lines, sizeof lines,
				 "Action: %.*s\nActionID: a1\nTimeout: 1%s",
				 ZV_ARG(name), more[k]);
			desk_ask(&d, lines);
			desk_pass(&d, 2000);
			while ((p = desk_next(&d)))
				if (p->kind == ZV_PACKET_RESPONSE) {
					check_text(
						lines,
						zvon_packet_get(p, ZV_STR("ActionID")),
						ZV_STR("a1"));
					answers++;
				}
			if (answers != 1)
				fail_msg("%s: %d answers", lines, answers);
			actions++;
			desk_free(&d);
		}
	}
	assert_true(actions > 70);
	zv_buf_deinit(&names);
}

static void
test_answers(void **state)
{
	static const struct {
		const char *ask, *wanted;
	} rows[] = {
		{ "Action: Ping",
		  "Response: Success\nPing: Pong\nTimestamp: 1795225251." },
		{ "Action: FooBar\nActionID: 2",
		  "Response: Error\nActionID: 2\nMessage: Invalid/unknown command: "
		  "FooBar. Use Action: ListCommands to show available commands.\n\n" },
		{ "Action: Park\nChannel: x",
		  "Message: Invalid/unknown command: Park." },
		{ "Action: GetConfig\nFilename: a.conf",
		  "Message: Config file not found" },
		{ "Action: ModuleCheck\nModule: app_queue", "Success\nVersion: \n\n" },
		{ "Action: ModuleCheck\nModule: app_meetme",
		  "Message: Module not loaded" },
		{ "Action: Events\nEventMask: off", "Events: Off" },
		{ "Action: Events\nEventMask:", "Message: Invalid event mask" },
		{ "Action: CoreSettings", "AMIversion: 11.0.0\nAsteriskVersion: 22" },
		{ "Action: CoreStatus", "CoreStartupDate: 2026-11-21\n"
					"CoreStartupTime: 01:40:51\n" },
		{ "Action: Status",
		  "EventList: start\nMessage: Channel status will follow"
		  "\n\nEvent: StatusComplete\nEventList: Complete\n"
		  "ListItems: 0\nItems: 0\n\n" },
		{ "Action: Status\nChannel: x", "Message: No such channel" },
		{ "Action: Hangup\nChannel: x", "Message: No such channel" },
		{ "Action: Redirect\nChannel: x\nContext: c\nExten: 1",
		  "Message: Channel does not exist: x\n" },
		{ "Action: Bridge\nChannel1: a\nChannel2: b",
		  "Message: Channel1 does not exist: a\n" },
		{ "Action: Setvar\nVariable: G\nValue: it's",
		  "Response: Success\nMessage: Variable Set\n\nEvent: VarSet\n"
		  "Privilege: dialplan,all\nChannel: none\nUniqueid: none\n"
		  "Variable: G\nValue: it\\'s\n\n" },
		{ "Action: Getvar\nVariable: NOTSET", "Variable: NOTSET\nValue: \n" },
		{ "Action: Getvar\nChannel: x\nVariable: y",
		  "Message: No such channel" },
		{ "Action: UserEvent\nActionID: 5\nUserEvent: Test\nKey: a  b\nNoColon",
		  "Message: Event Sent\n\nEvent: UserEvent\nPrivilege: user,all\n"
		  "UserEvent: Test\nActionID: 5\nKey: a  b\nNoColon\n\n" },
		{ "Action: PJSIPShowEndpoint\nEndpoint: 205",
		  "Callerid: \"Kate O'Neil\" <205>" },
		{ "Action: PJSIPShowEndpoint\nEndpoint: 205", "Context: internal\n" },
		{ "Action: PJSIPShowEndpoint\nEndpoint: x",
		  "Message: Unable to retrieve endpoint x\n\n\n" },
		{ "Action: PJSIPShowContacts", "EventList: Complete\nListItems: 12" },
		{ "Action: ExtensionState\nExten: 211\nContext: internal",
		  "Hint: PJSIP/211\nStatus: 4\nStatusText: Unavailable" },
		{ "Action: ExtensionState\nExten: 999\nContext: internal",
		  "Hint: \nStatus: -1\nStatusText: Unknown" },
		{ "Action: QueueStatus\nQueue: nosuch",
		  "Event: QueueStatusComplete\nEventList: Complete\nListItems: 0" },
		{ "Action: QueueSummary", "Queue: sales\nLoggedIn: 3\nAvailable: 3\n" },
		{ "Action: QueuePause\nInterface: PJSIP/201\nPaused: true\nReason: "
		  "обед",
		  "Message: Interface paused successfully\n\n"
		  "Event: QueueMemberPause\nPrivilege: agent,all\nQueue: sales\n"
		  "MemberName: John Smith\nInterface: PJSIP/201\n" },
		{ "Action: QueuePause\nInterface: PJSIP/203\nPaused: true",
		  "Message: Interface not found" },
		{ "Action: QueueAdd\nQueue: sales\nInterface: PJSIP/203\nMemberName: P",
		  "Message: Added interface to queue\n\nEvent: QueueMemberAdded\n" },
		{ "Action: QueueAdd\nQueue: sales\nInterface: PJSIP/201",
		  "Message: Unable to add interface: Already there" },
		{ "Action: QueueAdd\nQueue: x\nInterface: PJSIP/201",
		  "Message: Unable to add interface to queue: No such queue" },
		{ "Action: QueueRemove\nQueue: sales\nInterface: PJSIP/203",
		  "Message: Unable to remove interface: Not there" },
		{ "Action: Filter\nOperation: List", "Message: Unknown operation" },
		{ "Action: Filter\nOperation: Add\nFilter: (",
		  "Message: Filter did not compile.  Check the syntax of the filter" },
		{ "Action: Filter\nOperation: Add",
		  "Message: Filter was formatted incorrectly.  Check the syntax" },
		{ "Action: Command", "Message: No command provided" },
		{ "Action: Command\nCommand: core show version",
		  "Message: Command output follows\nOutput: Asterisk 22.10.1 " },
		{ "Action: Command\nCommand: core show channels",
		  "Output: 0 active channels\nOutput: 0 active calls\n" },
		{ "Action: Command\nCommand: core show channels concise",
		  "follows\nOutput: \n\n" },
		{ "Action: Command\nCommand: core show uptime seconds",
		  "Output: System uptime: 0\n" },
		{ "Action: Command\nCommand: queue show",
		  "Output: sales has 0 calls (max unlimited) in 'rrmemory' strategy" },
		{ "Action: Command\nCommand: queue show x", "No such queue: x." },
		{ "Action: Command\nCommand: manager show user readonly",
		  "Output:        write perm: <none>\n" },
		{ "Action: Command\nActionID: 1\nCommand: nosuch command",
		  "Response: Error\nActionID: 1\nMessage: Command output follows\n"
		  "Output: No such command 'nosuch command' (type 'core show help "
		  "nosuch command' for other possible commands)\n\n" },
		{ "Action: Originate\nExten: 204", "Message: Channel not specified" },
		{ "Action: Originate\nChannel: bad\nApplication: Wait",
		  "Message: Invalid channel" },
		{ "Action: Originate\nChannel: PJSIP/200\nPriority: x",
		  "Message: Invalid priority" },
		{ "Action: Originate\nChannel: PJSIP/200\nTimeout: abc",
		  "Message: Invalid timeout" },
		{ "Action: Originate\nChannel: PJSIP/200\nContext: internal\nExten: 5",
		  "Message: Extension does not exist." },
	};

	for (size_t i = 0; i < N_OF(rows); i++) {
		struct desk d;

		quiet_desk(&d);
		desk_answer(&d, rows[i].ask, rows[i].wanted);
		desk_free(&d);
	}
}

static void
test_rights(void **state)
{
	static const char *const denied[] = { "Originate", "Command",
					      "Setvar",	   "Hangup",
					      "UserEvent", "QueuePause",
					      "Redirect",  "CoreShowChannels" };
	const char *text;
	struct desk d;

	desk_new(&d, 1, 0, 1);
	desk_login(&d, "readonly", "on");
	for (size_t i = 0; i < N_OF(denied); i++) {
		char lines[80];

		snprintf(lines, sizeof lines, "Action: %s", denied[i]);
		desk_answer(&d, lines, "Message: Permission denied");
	}
	desk_answer(&d, "Action: QueueStatus", "Event: QueueMember\n");
	desk_answer(&d, "Action: Nonsense", "Message: Invalid/unknown command");
	desk_ask(&d, "Action: ListCommands");
	text = desk_text(&d);
	assert_non_null(strstr(text, "Ping: Keepalive command.  (Priv: <none>)\n"));
	assert_null(strstr(text, "Originate"));
	desk_free(&d);
}

/* ---- Originate ------------------------------------------------------------- */

struct outcome {
	const char *channel, *exten;
	const char *own;   /* OriginateResponse's Response and Reason */
	const char *text;  /* that is somewhere among the events, or NULL */
	const char *cause; /* of the Hangup of our channel, or NULL: it lives */
};

static void
check_outcome(const struct outcome *o)
{
	char *response, *reason, own[80], hangup[120];
	const char *text;
	struct desk d;

	quiet_desk(&d);
	originate(&d, o->channel, o->exten, "\nTimeout: 9000");
	desk_pass(&d, 60000);
	response = desk_field(&d, "OriginateResponse", "Response");
	reason = desk_field(&d, "OriginateResponse", "Reason");
	if (!response)
		fail_msg("%s to %s: no OriginateResponse", o->channel, o->exten);
	snprintf(own, sizeof own, "%s %s", response, reason);
	check_text(o->channel, zvon_str(own), zvon_str(o->own));
	free(response);
	free(reason);
	text = desk_text(&d);
	assert_non_null(
		strstr(text, "ActionID: o1\nMessage: Originate successfully queued\n"));
	if (o->text && !strstr(text, o->text))
		fail_msg("%s to %s: no %s in\n%s", o->channel, o->exten, o->text, text);
	snprintf(hangup, sizeof hangup,
		 "Linkedid: click-1\nCause: %sCause-txt: ", o->cause ? o->cause : "");
	if (o->cause && !strstr(text, hangup))
		fail_msg("%s to %s: no %s in\n%s", o->channel, o->exten, hangup, text);
	desk_free(&d);
}

static void
test_originate_outcomes(void **state)
{
	static const struct outcome rows[] = {
		/* the own phone */
		{ "PJSIP/208", "204", "Failure 3", NULL, "19\n" },
		{ "PJSIP/209", "204", "Failure 0", "DialStatus: NOANSWER", "21\n" },
		{ "PJSIP/210", "204", "Failure 0", "DialStatus: BUSY", "17\n" },
		{ "PJSIP/211", "204", "Failure 0", NULL, NULL },
		{ "PJSIP/999", "204", "Failure 0", NULL, NULL },
		{ "Local/204@internal", "204", "Failure 0", NULL, NULL },
		/* the other one */
		{ "PJSIP/203", "204", "Success 4", "DialStatus: ANSWER\n\nEvent: Newe",
		  NULL },
		{ "PJSIP/203", "208", "Success 4", "DialStatus: NOANSWER", "16\n" },
		{ "PJSIP/203", "209", "Success 4", "DialStatus: NOANSWER", "21\n" },
		{ "PJSIP/203", "210", "Success 4", "DialStatus: BUSY", "17\n" },
		{ "PJSIP/203", "211", "Success 4", "Value: CHANUNAVAIL", "20\n" },
		{ "PJSIP/203", "203", "Success 4", "DialStatus: BUSY", "17\n" },
		/* outside, by the end of the number */
		{ "PJSIP/203", "89261234567", "Success 4", "Channel: PJSIP/provider-",
		  NULL },
		{ "PJSIP/203", "+79261234517", "Success 4", "DialStatus: BUSY",
		  "17\n" },
		{ "PJSIP/203", "89261234521", "Success 4", "DialStatus: NOANSWER",
		  "21\n" },
		{ "PJSIP/203", "89261234534", "Success 4", "DialStatus: CONGESTION",
		  "34\n" },
		{ "PJSIP/89261234567@provider", "204", "Success 4",
		  "DialStatus: ANSWER", NULL },
		/* the dialplan itself */
		{ "PJSIP/203", "600", "Success 4", "Application: Echo", NULL },
		{ "PJSIP/203", "602", "Success 4", "Application: Busy", "17\n" },
		{ "PJSIP/203", "603", "Success 4", "Application: Congestion", "34\n" },
		{ "PJSIP/203", "800", "Success 4", "Event: AgentConnect", NULL },
	};

	for (size_t i = 0; i < N_OF(rows); i++)
		check_outcome(&rows[i]);
}

static void
test_originate_details(void **state)
{
	const char *text;
	struct desk d;

	quiet_desk(&d);
	originate(&d, "PJSIP/203", "204",
		  "\nCallerID: \"Ann's\" <777>\nAccount: acc\n"
		  "Variable: A=1,B=\"2,3\",C=4\\,5\nVariable: __D=x y");
	desk_pass(&d, 10000);
	text = desk_text(&d);
	assert_non_null(strstr(text, "Variable: A\nValue: 1\n"));
	assert_non_null(strstr(text, "Variable: B\nValue: 2,3\n"));
	assert_non_null(strstr(text, "Variable: C\nValue: 4,5\n"));
	assert_non_null(strstr(text, "Variable: D\nValue: x y\n"));
	assert_non_null(strstr(text, "Event: NewAccountCode\n"));
	assert_non_null(strstr(text, "CallerIDNum: 777\nCallerIDName: Ann\\'s\n"));
	assert_non_null(strstr(text, "Uniqueid: click-1\n"));
	/* the same id again, while it is in use: no channel */
	originate(&d, "PJSIP/205", "204", "");
	desk_pass(&d, 10);
	desk_expect(&d, "Response: Failure\nChannel: PJSIP/205\nContext: internal\n"
			"Exten: 204\nReason: 0\nUniqueid: click-1\n");
	desk_free(&d);
}

/* Nothing else of that connection happens until the phone is picked up, or not. */
static void
test_synchronous_originate_blocks(void **state)
{
	static const struct {
		const char *channel, *answer;
	} rows[] = {
		{ "PJSIP/203", "Response: Success\nActionID: s\n"
			       "Message: Originate successfully queued\n\n" },
		{ "PJSIP/210", "Response: Error\nActionID: s\n"
			       "Message: Originate failed\n\n" },
		{ "PJSIP/211", "Response: Error\nActionID: s\n"
			       "Message: Originate failed\n\n" },
	};

	for (size_t i = 0; i < N_OF(rows); i++) {
		char lines[200];
		const char *text;
		struct desk d;

		quiet_desk(&d);
		snprintf(lines, sizeof lines,
			 "Action: Originate\nActionID: s\nChannel: %s\n"
			 "Application: Wait\nData: 1\nTimeout: 8000",
			 rows[i].channel);
		desk_ask(&d, lines);
		desk_ask(&d, "Action: Ping\nActionID: p");
		desk_pass(&d, 8000);
		text = desk_text(&d);
		/* the answer, then the events that waited, then the next action */
		assert_int_equal(strncmp(text, rows[i].answer, strlen(rows[i].answer)),
				 0);
		assert_null(strstr(text, "OriginateResponse"));
		assert_non_null(strstr(text, "ActionID: p\nPing: Pong"));
		desk_free(&d);
	}
}

static void
test_hangup_while_ringing(void **state)
{
	struct desk d;

	quiet_desk(&d);
	originate(&d, "PJSIP/203", "204", "");
	desk_pass(&d, 300);
	desk_forget(&d);
	desk_answer(&d, "Action: Hangup\nActionID: h\nChannel: click-1",
		    "Response: Success\nActionID: h\nMessage: Channel Hungup\n\n"
		    "Event: DialEnd\n");
	assert_int_equal(count_channels(&d), 0);
	desk_answer(&d, "Action: Hangup\nChannel: click-1", "No such channel");
	desk_free(&d);
}

/* The manager that asked goes before the phone is picked up. */
static void
test_the_asker_leaves(void **state)
{
	struct desk d;

	quiet_desk(&d);
	desk_ask(&d, "Action: Originate\nChannel: PJSIP/203\nApplication: Echo");
	desk_pass(&d, 300);
	zv_office_session_free(d.session);
	d.session = NULL;
	desk_pass(&d, 10000);
	assert_int_equal(d.failed, 0);
	desk_login(&d, "demo", "off");
	assert_int_equal(count_channels(&d), 1);
	desk_free(&d);
}

/* ---- calls that are on ----------------------------------------------------- */

static void
test_lists_during_a_call(void **state)
{
	const char *text;
	char *a, *b;
	struct desk d;

	quiet_desk(&d);
	talk(&d, &a, &b);
	desk_ask(&d, "Action: CoreShowChannels\nActionID: 1");
	text = desk_text(&d);
	assert_non_null(strstr(text, "Event: CoreShowChannel\nActionID: 1\n"
				     "Channel: PJSIP/203-00000000\nChannelState: 6\n"));
	assert_non_null(strstr(text, "Application: Dial\n"
				     "ApplicationData: PJSIP/204,30,tT\n"));
	assert_non_null(strstr(text, "ListItems: 2"));
	desk_answer(&d, "Action: BridgeList", "BridgeNumChannels: 2\n");
	desk_answer(&d, "Action: Status\nAllVariables: true",
		    "Variable: DIALSTATUS=ANSWER\n");
	ask_about(&d, "Action: Getvar\nChannel: @\nVariable: CHANNEL(peer)", a);
	desk_expect(&d, b);
	ask_about(&d, "Action: Getvar\nChannel: @\nVariable: CALLERID(all)", b);
	desk_expect(&d, "Value: \"Олег Кузнецов\" <204>\n");
	desk_answer(&d, "Action: Command\nCommand: core show channels",
		    "Output: 2 active channels\nOutput: 1 active call\n");
	desk_answer(&d, "Action: Command\nCommand: core show channels concise",
		    "!internal!204!2!Up!Dial!PJSIP/204,30,tT!203!");
	desk_answer(&d, "Action: ExtensionState\nExten: 204\nContext: internal",
		    "Status: 1\nStatusText: InUse\n");
	free(a);
	free(b);
	desk_free(&d);
}

static void
test_hangup_of_a_call(void **state)
{
	const char *text;
	char *a, *b;
	struct desk d;

	quiet_desk(&d);
	talk(&d, &a, &b);
	ask_about(&d, "Action: Hangup\nChannel: @\nCause: 17", b);
	text = desk_text(&d);
	assert_null(
		strstr(text, "HangupRequest\nPrivilege: call,all\nChannel: PJSIP/204"));
	assert_non_null(strstr(text, "Event: BridgeDestroy\n"));
	assert_non_null(
		strstr(text, "Cause: 17\nCause-txt: User busy\nTechCause: 486"));
	assert_int_equal(count_channels(&d), 0);
	free(a);
	free(b);
	desk_free(&d);
}

static void
test_blind_transfer(void **state)
{
	const char *text;
	char *a, *b;
	struct desk d;

	quiet_desk(&d);
	talk(&d, &a, &b);
	ask_about(&d, "Action: BlindTransfer\nChannel: @\nExten: 205", b);
	text = desk_text(&d);
	assert_non_null(strstr(text, "Message: Transfer succeeded\n\nEvent: Unhold\n"));
	assert_non_null(strstr(text, "Event: BlindTransfer\nPrivilege: call,all\n"
				     "Result: Success\n"
				     "TransfererChannel: PJSIP/204-"));
	assert_non_null(strstr(text, "IsExternal: Yes\nContext: internal\n"
				     "Extension: 205\n"));
	desk_pass(&d, 8000);
	free(b);
	b = channel_of(&d, "205");
	assert_int_equal(count_channels(&d), 2);
	ask_about(&d, "Action: Atxfer\nExten: 206\nChannel: @", b);
	desk_expect(&d, "Message: No attended transfer feature code found");
	free(a);
	free(b);
	desk_free(&d);
}

static void
test_redirect(void **state)
{
	char lines[400];
	char *a, *b;
	struct desk d;

	quiet_desk(&d);
	talk(&d, &a, &b);
	snprintf(lines, sizeof lines,
		 "Action: Redirect\nChannel: %s\nExtraChannel: %s\nContext: internal\n"
		 "Exten: 600\nPriority: 1",
		 a, b);
	desk_answer(&d, lines, "Message: Dual Redirect successful");
	assert_int_equal(count_channels(&d), 2);
	snprintf(lines, sizeof lines, "Action: Bridge\nChannel1: %s\nChannel2: %s", a,
		 b);
	desk_answer(&d, lines, "Message: Channels have been bridged");
	desk_answer(&d, "Action: BridgeList", "ListItems: 1");
	/* one of them goes to the queue, the other is hung up */
	ask_about(&d,
		  "Action: Redirect\nChannel: @\nContext: internal\nExten: 800\n"
		  "Priority: 1",
		  b);
	desk_expect(&d, "Message: Redirect successful");
	desk_answer(&d, "Action: QueueStatus",
		    "Event: QueueEntry\nQueue: sales\n"
		    "Position: 1\n");
	ask_about(&d, "Action: Redirect\nChannel: @\nContext: internal\nExten: 600", b);
	desk_expect(&d, "Event: QueueCallerAbandon\n");
	desk_answer(&d, "Action: QueueSummary", "Callers: 0\n");
	ask_about(&d, "Action: Redirect\nChannel: @\nContext: internal\nExten: nosuch",
		  b);
	desk_pass(&d, 10);
	assert_int_equal(count_channels(&d), 0);
	free(a);
	free(b);
	desk_free(&d);
}

static void
test_sound(void **state)
{
	char *a, *b;
	struct desk d;

	quiet_desk(&d);
	talk(&d, &a, &b);
	ask_about(&d, "Action: MixMonitor\nChannel: @\nFile: x.wav", a);
	desk_expect(&d, "Variable: MIXMONITOR_FILENAME\n"
			"Value: /var/spool/asterisk/monitor/x.wav\n\n"
			"Event: MixMonitorStart\n");
	ask_about(&d, "Action: StopMixMonitor\nChannel: @", a);
	desk_expect(&d, "Event: MixMonitorStop\n");
	ask_about(&d,
		  "Action: MuteAudio\nActionID: m\nDirection: all\nState: on\n"
		  "Channel: @",
		  a);
	desk_expect(&d, "Response: Success\nActionID: m\n\n");
	ask_about(&d, "Action: PlayDTMF\nDigit: 5\nReceive: 1\nChannel: @", a);
	desk_expect(&d, "Digit: 5\nDurationMs: 0\nDirection: Received\n\n"
			"Event: DTMFBegin\n");
	free(a);
	free(b);
	desk_free(&d);
}

static void
test_hold(void **state)
{
	char *a, *b;
	struct desk d;

	quiet_desk(&d);
	talk(&d, &a, &b);
	ask_about(&d, "Action: Unhold\nChannel: @", a);
	desk_expect(&d, "Message: Channel does not hold\n");
	ask_about(&d, "Action: Hold\nActionID: h\nChannel: @", a);
	desk_expect(&d, "Response: Success\nActionID: h\nMessage: Channel holds\n\n"
			"Event: Hold\n");
	ask_about(&d, "Action: Hold\nChannel: @", b);
	desk_expect(&d, "Message: Conversation is on hold already\n");
	ask_about(&d, "Action: Unhold\nChannel: @", a);
	desk_expect(&d, "Event: MusicOnHoldStop\n");
	desk_answer(&d, "Action: Hold", "Message: No channel specified\n");
	desk_answer(&d, "Action: Hold\nChannel: PJSIP/nobody",
		    "Message: No such channel\n");
	free(a);
	free(b);
	desk_free(&d);
}

/* A member may go while its phone rings, and while it talks. */
static void
test_member_goes(void **state)
{
	for (int when = 500; when < 12000; when += 500) {
		struct desk d;

		quiet_desk(&d);
		desk_ask(&d, "Action: QueueAdd\nQueue: sales\nInterface: PJSIP/205");
		for (int i = 200; i <= 202; i++) {
			char lines[80];

			snprintf(lines, sizeof lines,
				 "Action: QueuePause\nInterface: PJSIP/%d\nPaused: 1",
				 i);
			desk_ask(&d, lines);
		}
		originate(&d, "PJSIP/203", "800", "");
		desk_pass(&d, when);
		desk_answer(&d,
			    "Action: QueueRemove\nQueue: sales\nInterface: PJSIP/205",
			    "Message: Removed interface from queue");
		desk_pass(&d, 600000);
		assert_int_equal(d.failed, 0);
		assert_int_equal(count_channels(&d), 0);
		desk_free(&d);
	}
}

/* ---- waiting --------------------------------------------------------------- */

static void
test_wait_event(void **state)
{
	struct desk d;

	quiet_desk(&d);
	desk_ask(&d, "Action: Events\nEventMask: user");
	desk_forget(&d);
	desk_ask(&d, "Action: WaitEvent\nActionID: w\nTimeout: 2");
	desk_pass(&d, 1999);
	assert_int_equal(d.raw.n, 0);
	desk_pass(&d, 1);
	assert_string_equal(desk_text(&d), "Response: Success\nActionID: w\n"
					   "Message: Waiting for Event completed.\n\n"
					   "Event: WaitEventComplete\nActionID: w\n\n");
	/* more input ends it at once */
	desk_ask(&d, "Action: WaitEvent\nActionID: w");
	desk_ask(&d, "Action: Ping\nActionID: p");
	desk_expect(&d, "ActionID: w\n\nResponse: Success\nActionID: p\n");
	desk_free(&d);
}

static void
test_filters(void **state)
{
	const struct zv_packet *p;
	struct desk d;
	int n = 0;

	desk_new(&d, 4, 30, 1);
	desk_login(&d, "demo", "on");
	desk_ask(&d, "Action: Filter\nOperation: Add\nFilter: Event: New");
	desk_ask(&d, "Action: Filter\nOperation: Add\nFilter: !Channel: PJSIP.20");
	desk_pass(&d, 1);
	desk_forget(&d);
	desk_pass(&d, 120000);
	while ((p = desk_next(&d))) {
		assert_true(zv_str_starts(p->name, ZV_STR("New")));
		assert_int_equal(zv_str_find(p->text, ZV_STR("Channel: PJSIP/20")),
				 p->text.n);
		n++;
	}
	assert_true(n > 10);
	desk_free(&d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_action_is_answered_once),
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_rights),
		cmocka_unit_test(test_originate_outcomes),
		cmocka_unit_test(test_originate_details),
		cmocka_unit_test(test_synchronous_originate_blocks),
		cmocka_unit_test(test_hangup_while_ringing),
		cmocka_unit_test(test_the_asker_leaves),
		cmocka_unit_test(test_lists_during_a_call),
		cmocka_unit_test(test_hangup_of_a_call),
		cmocka_unit_test(test_blind_transfer),
		cmocka_unit_test(test_redirect),
		cmocka_unit_test(test_sound),
		cmocka_unit_test(test_hold),
		cmocka_unit_test(test_member_goes),
		cmocka_unit_test(test_wait_event),
		cmocka_unit_test(test_filters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
