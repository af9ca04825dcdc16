/* The functions of MIKO: what is documented and what is guessed, as actions of AMI; the text
 * of an administrator, its limits and its mistakes. */
#include <stdio.h>
#include <stdlib.h>

#include "ami/request.h"
#include "base/mem.h"
#include "helper.h"
#include "onec/miko_request.h"
#include "onec/text16.h"

static int
call(struct zv_component *c, const struct zv_method *method, struct zv_value *arguments,
     struct zv_value *result, struct zv_error *err)
{
	return 0;
}

static const struct zv_method own[] = {
	{ .name = "Connect", .russian = "Подключить" },
	{ .name = "Disconnect", .russian = "Отключить" },
};

static struct zv_miko_table *
new_table(void)
{
	struct zv_miko_table *t = zv_miko_table_new(own, N_OF(own), call);
	struct zv_error err = { 0 };

	assert_non_null(t);
	if (zv_miko_table_read(t, zvon_str(zv_miko_functions), "zvon", false, &err) < 0)
		fail_msg("%s", err.text);
	return t;
}

static const struct zv_method *
find(const struct zv_miko_table *t, const char *name)
{
	long i = zv_methods_find(t->methods, t->n, zvon_str(name));

	if (i < 0)
		fail_msg("no method %s", name);
	return &t->methods[i];
}

/* ---- requests ----------------------------------------------------------------------------- */

/* "a|b||id": the texts that a script gives, Result not counted. "lines with ^ are LF". */
static struct zv_request *
make(const struct zv_method *m, const char *given, struct zv_miko_request_options *o,
     struct zv_error *err)
{
	struct zv_value arguments[ZV_METHOD_ARGUMENTS] = { 0 };
	struct zv_str rest = zvon_str(given), part;
	struct zv_request *r;
	size_t n = 0;

	while (zv_str_split(&rest, '|', &part)) {
		assert_in_range(n, 0, m->n_arguments - 2);
		zv_value_set_text(&arguments[n], part);
		for (size_t i = 0; i < part.n; i++)
			if (arguments[n].bytes.p[i] == '^')
				arguments[n].bytes.p[i] = '\n';
		n++;
	}
	r = zv_miko_request(m, arguments, o, err);
	for (size_t i = 0; i < N_OF(arguments); i++)
		zv_value_deinit(&arguments[i]);
	return r;
}

/* "Action|ActionID: id|Key: value|…" */
static void
show_request(const struct zv_request *r, struct zv_buf *out)
{
	struct zv_str key, value;
	size_t cursor = 0;

	zv_buf_printf(out, "%.*s|%.*s", ZV_ARG(zv_request_name(r)),
		      ZV_ARG(zv_request_action_id(r)));
	while (zv_request_next(r, &cursor, &key, &value))
		zv_buf_printf(out, "|%.*s: %.*s", ZV_ARG(key), ZV_ARG(value));
}

static const struct {
	const char *method, *given, *wanted;
} requests[] = {
	/* as seed 000 prints it, Async = Истина */
	{ "Originate",
	  "SIP/261|from-internal|74952293042|1||MIKO||miko|||true|123123123",
	  "Originate|123123123|Channel: SIP/261|Context: from-internal|Exten: "
	  "74952293042|"
	  "Priority: 1|CallerID: MIKO|Account: miko|Async: true" },
	{ "Originate", "A|B|C|D|E|F|v=1^w=2^^x=3|H|I|J|1|id",
	  "Originate|id|Channel: A|Context: B|Exten: C|Priority: D|Timeout: "
	  "E|CallerID: F|"
	  "Variable: v=1|Variable: w=2|Variable: x=3|Account: H|Application: I|Data: J|"
	  "Async: 1" },
	{ "AGI", "A|B|C|id", "AGI|id|Channel: A|Command: B|CommandID: C" },
	{ "Redirect", "A|B|C|D|E|F|G|H|id",
	  "Redirect|id|Channel: A|ExtraChannel: B|Exten: C|ExtraExten: D|Context: E|"
	  "ExtraContext: F|Priority: G|ExtraPriority: H" },
	{ "QueueAdd", "A|B|3|ИСТИНА|E|F|id",
	  "QueueAdd|id|Queue: A|Interface: B|Penalty: 3|Paused: true|MemberName: E|"
	  "StateInterface: F" },
	{ "QueuePenalty", "SIP/1|5||id",
	  "QueuePenalty|id|Interface: SIP/1|Penalty: 5" },
	{ "setvar", "|A|a%20b%2Fc%zz%4|id", "SetVar|id|Variable: A|Value: a b/c%zz%4" },

	{ "AbsoluteTimeout", "A|B|i", "AbsoluteTimeout|i|Channel: A|Timeout: B" },
	{ "AgentLogoff", "A|Да|i", "AgentLogoff|i|Agent: A|Soft: true" },
	{ "Agents", "i", "Agents|i" },
	{ "CoreSettings", "i", "CoreSettings|i" },
	{ "CoreShowChannels", "i", "CoreShowChannels|i" },
	{ "CoreStatus", "i", "CoreStatus|i" },
	{ "DAHDIShowChannels", "i", "DAHDIShowChannels|i" },
	{ "ListCommands", "i", "ListCommands|i" },
	{ "ParkedCalls", "i", "ParkedCalls|i" },
	{ "Ping", "", "Ping|auto" },
	{ "ShowRegistry", "i", "SIPshowregistry|i" },
	{ "SIPshowregistry", "i", "SIPshowregistry|i" },
	{ "SIPpeers", "i", "SIPpeers|i" },
	{ "IAXpeers", "i", "IAXpeers|i" },
	{ "IAXpeerlist", "i", "IAXpeerlist|i" },
	{ "IAXnetstats", "i", "IAXnetstats|i" },
	{ "IAXregistry", "i", "IAXregistry|i" },
	{ "SKINNYdevices", "i", "SKINNYdevices|i" },
	{ "SKINNYlines", "i", "SKINNYlines|i" },
	{ "VoicemailUsersList", "i", "VoicemailUsersList|i" },
	{ "QueueReload", "A|Истина|no|true|i",
	  "QueueReload|i|Queue: A|Members: yes|Rules: no|Parameters: yes" },
	{ "Logoff", "i", "Logoff|i" },
	{ "AOCMessage", "A|B|C|D|Currency: руб^UnitAmount(0): 5|i",
	  "AOCMessage|i|Channel: A|ChannelPrefix: B|MsgType: C|ChargeType: D|Currency: "
	  "руб|UnitAmount(0): 5" },
	{ "Atxfer", "A|B|C|D|i",
	  "Atxfer|i|Channel: A|Exten: B|Context: C|Priority: D" },
	{ "Bridge", "A|B|Истина|i", "Bridge|i|Channel1: A|Channel2: B|Tone: yes" },
	{ "Challenge", "MD5|i", "Challenge|i|AuthType: MD5" },
	{ "ChangeMonitor", "A|B|i", "ChangeMonitor|i|Channel: A|File: B" },
	{ "Command", "core show version|i", "Command|i|Command: core show version" },
	{ "CreateConfig", "A|i", "CreateConfig|i|Filename: A" },
	{ "DAHDIDialOffhook", "1|2|i", "DAHDIDialOffhook|i|DAHDIChannel: 1|Number: 2" },
	{ "DAHDIDNDon", "1|i", "DAHDIDNDon|i|DAHDIChannel: 1" },
	{ "DAHDIDNDoff", "1|i", "DAHDIDNDoff|i|DAHDIChannel: 1" },
	{ "DAHDIHangup", "1|i", "DAHDIHangup|i|DAHDIChannel: 1" },
	{ "DAHDITransfer", "1|i", "DAHDITransfer|i|DAHDIChannel: 1" },
	{ "DAHDIRestart", "|i", "DAHDIRestart|i" },
	{ "DBGet", "A|B|i", "DBGet|i|Family: A|Key: B" },
	{ "DBDel", "A|B|i", "DBDel|i|Family: A|Key: B" },
	{ "DBDelTree", "A||i", "DBDelTree|i|Family: A" },
	{ "DBPut", "A|B|C|i", "DBPut|i|Family: A|Key: B|Val: C" },
	{ "Events", "call|i", "Events|i|EventMask: call" },
	{ "ExtensionState", "A|B|i", "ExtensionState|i|Exten: A|Context: B" },
	{ "GetConfig", "A|B|i", "GetConfig|i|Filename: A|Category: B" },
	{ "GetConfigJSON", "A||i", "GetConfigJSON|i|Filename: A" },
	{ "GetVar", "A|B|i", "GetVar|i|Channel: A|Variable: B" },
	{ "Hangup", "A|16|i", "Hangup|i|Channel: A|Cause: 16" },
	{ "JabberSend", "A|B|C|i", "JabberSend|i|Jabber: A|JID: B|Message: C" },
	{ "ListCategories", "A|i", "ListCategories|i|Filename: A" },
	{ "LocalOptimizeAway", "A|i", "LocalOptimizeAway|i|Channel: A" },
	{ "Login", "A|B|C|D|E|i",
	  "Login|i|Username: A|Secret: B|AuthType: C|Key: D|Events: E" },
	{ "MailboxCount", "A|i", "MailboxCount|i|Mailbox: A" },
	{ "MailboxStatus", "A|i", "MailboxStatus|i|Mailbox: A" },
	{ "MeetmeList", "A|i", "MeetmeList|i|Conference: A" },
	{ "MeetmeMute", "A|B|i", "MeetmeMute|i|Meetme: A|Usernum: B" },
	{ "MeetmeUnmute", "A|B|i", "MeetmeUnmute|i|Meetme: A|Usernum: B" },
	{ "MixMonitor", "A|B|C|i", "MixMonitor|i|Channel: A|File: B|Options: C" },
	{ "StopMixMonitor", "A|i", "StopMixMonitor|i|Channel: A" },
	{ "MixMonitorMute", "A|B|1|i",
	  "MixMonitorMute|i|Channel: A|Direction: B|State: 1" },
	{ "ModuleCheck", "A|i", "ModuleCheck|i|Module: A" },
	{ "ModuleLoad", "A|B|i", "ModuleLoad|i|Module: A|LoadType: B" },
	{ "Monitor", "A|B|C|1|i", "Monitor|i|Channel: A|File: B|Format: C|Mix: 1" },
	{ "PauseMonitor", "A|i", "PauseMonitor|i|Channel: A" },
	{ "UnpauseMonitor", "A|i", "UnpauseMonitor|i|Channel: A" },
	{ "StopMonitor", "A|i", "StopMonitor|i|Channel: A" },
	{ "Park", "A|B|C|D|i",
	  "Park|i|Channel: A|Channel2: B|Timeout: C|Parkinglot: D" },
	{ "PlayDTMF", "A|#|i", "PlayDTMF|i|Channel: A|Digit: #" },
	{ "QueueLog", "A|B|C|D|E|i",
	  "QueueLog|i|Queue: A|Event: B|Uniqueid: C|Interface: D|Message: E" },
	{ "QueuePause", "A|ложь|C|D|i",
	  "QueuePause|i|Interface: A|Paused: false|Queue: C|Reason: D" },
	{ "QueueRemove", "A|B|i", "QueueRemove|i|Queue: A|Interface: B" },
	{ "QueueReset", "A|i", "QueueReset|i|Queue: A" },
	{ "QueueSummary", "A|i", "QueueSummary|i|Queue: A" },
	{ "QueueRule", "A|i", "QueueRule|i|Rule: A" },
	{ "Queues", "i", "Queues|i" },
	{ "QueueStatus", "A|B|i", "QueueStatus|i|Queue: A|Member: B" },
	{ "Reload", "A|i", "Reload|i|Module: A" },
	{ "SendText", "A|текст|i", "SendText|i|Channel: A|Message: текст" },
	{ "ShowDialPlan", "A|B|i", "ShowDialPlan|i|Extension: A|Context: B" },
	{ "SIPnotify", "A|a=1^b=2|i",
	  "SIPnotify|i|Channel: A|Variable: a=1|Variable: b=2" },
	{ "SIPqualifypeer", "A|i", "SIPqualifypeer|i|Peer: A" },
	{ "SIPshowpeer", "A|i", "SIPshowpeer|i|Peer: A" },
	{ "Status", "A|B|i", "Status|i|Channel: A|Variables: B" },
	{ "UpdateConfig", "A|B|yes|Action-000000: newcat^Cat-000000: c|i",
	  "UpdateConfig|i|SrcFilename: A|DstFilename: B|Reload: yes|Action-000000: "
	  "newcat|"
	  "Cat-000000: c" },
	{ "UserEvent", "A|k: v^k2:v:2|i", "UserEvent|i|UserEvent: A|k: v|k2: v:2" },
};

static void
test_each_function_is_its_action(void **state)
{
	struct zv_miko_request_options o = { .action_id = ZV_STR("auto") };
	struct zv_miko_table *t = new_table();
	bool seen[ZV_MIKO_METHODS_MAX] = { false };

	for (size_t i = 0; i < N_OF(requests); i++) {
		const struct zv_method *m = find(t, requests[i].method);
		struct zv_error err = { 0 };
		struct zv_request *r = make(m, requests[i].given, &o, &err);
		struct zv_buf shown = { 0 };

		if (!r)
			fail_msg("%s: %s", requests[i].method, err.text);
		show_request(r, &shown);
		check_text(requests[i].method, zv_buf_str(&shown),
			   zvon_str(requests[i].wanted));
		zv_buf_deinit(&shown);
		zvon_request_free(r);
		seen[m - t->methods] = true;
	}
	for (size_t i = N_OF(own); i < t->n; i++)
		if (!seen[i])
			fail_msg("%s is not tried here", t->methods[i].name);
	zv_miko_table_free(t);
}

/* Section 3 of what is known: how many arguments, and that they may be left out. */
static void
test_documented_signatures(void **state)
{
	static const struct {
		const char *name;
		size_t n;
	} rows[] = {
		{ "Originate", 13 }, { "AGI", 5 },	    { "Redirect", 10 },
		{ "QueueAdd", 8 },   { "QueuePenalty", 5 }, { "SetVar", 5 },
	};
	struct zv_miko_table *t = new_table();
	size_t documented = 0;

	for (size_t i = 0; i < N_OF(rows); i++) {
		const struct zv_method *m = find(t, rows[i].name);
		const struct zv_miko_function *f = m->data;

		assert_int_equal(m->n_arguments, rows[i].n);
		assert_int_equal(f->mark, ZV_MIKO_DOCUMENTED);
		assert_string_equal(m->arguments[rows[i].n - 2].name, "ActionID");
		assert_int_equal(m->arguments[rows[i].n - 1].want, ZV_WANT_OUT);
		for (size_t k = 0; k < m->n_arguments; k++)
			assert_non_null(m->arguments[k].fallback);
	}
	for (size_t i = N_OF(own); i < t->n; i++) {
		const struct zv_miko_function *f = t->methods[i].data;

		documented += f->mark == ZV_MIKO_DOCUMENTED;
	}
	assert_int_equal(documented, N_OF(rows));
	zv_miko_table_free(t);
}

static void
test_percent_is_a_switch(void **state)
{
	struct zv_miko_request_options o = { .keep_percent = true };
	struct zv_miko_table *t = new_table();
	struct zv_error err = { 0 };
	struct zv_buf shown = { 0 };
	struct zv_request *r = make(find(t, "SetVar"), "|A|a%20b|id", &o, &err);

	show_request(r, &shown);
	check_text("kept", zv_buf_str(&shown),
		   ZV_STR("SetVar|id|Variable: A|Value: a%20b"));
	zvon_request_free(r);
	zv_buf_deinit(&shown);
	zv_miko_table_free(t);
}

static char *
repeat(const char *unit, size_t n)
{
	struct zv_buf out = { 0 };

	while (n--)
		zv_buf_add(&out, zvon_str(unit));
	zv_buf_cstr(&out);
	return out.p;
}

static void
check_variables(const struct zv_miko_table *t, const char *variables, int code)
{
	struct zv_miko_request_options o = { .action_id = ZV_STR("auto") };
	struct zv_error err = { 0 };
	struct zv_buf given = { 0 };
	struct zv_request *r;

	zv_buf_printf(&given, "A||||||%s", variables);
	r = make(find(t, "Originate"), zv_buf_cstr(&given), &o, &err);
	assert_int_equal(err.code, code);
	if (code)
		assert_non_null(strstr(err.text, "more than 32 variables"));
	zvon_request_free(r);
	zv_buf_deinit(&given);
}

static void
test_32_variables(void **state)
{
	struct zv_miko_table *t = new_table();
	char *lines32 = repeat("a=1^", 32), *lines33 = repeat("a=1^", 33);
	char *commas = repeat("a=1,", 31);
	char whole[300];

	check_variables(t, lines32, 0);
	check_variables(t, lines33, ZV_ETOOBIG);
	snprintf(whole, sizeof whole, "%sb=2", commas);
	check_variables(t, whole, 0);
	snprintf(whole, sizeof whole, "%sb=2,c=3", commas);
	check_variables(t, whole, ZV_ETOOBIG);
	snprintf(whole, sizeof whole, "%sb=\"2,c=3\"", commas); /* quoted: one */
	check_variables(t, whole, 0);
	snprintf(whole, sizeof whole, "%sb=2\\,c=3", commas);
	check_variables(t, whole, 0);
	free(lines32);
	free(lines33);
	free(commas);
	zv_miko_table_free(t);
}

static void
test_bad_arguments_are_told(void **state)
{
	static const struct {
		const char *method, *given, *russian, *english;
		int code;
	} rows[] = {
		{ "Hangup", "SIP/1^Action: Reload|id",
		  "Hangup: параметр Channel: перевод",
		  "Hangup: parameter Channel: field Channel", ZV_EINVAL },
		{ "SetVar", "|A|b%0d%0aAction: x|id", "параметр Value",
		  "parameter Value", ZV_EINVAL },
		{ "SetVar", "|A|b%00|id", "параметр Value", "parameter Value",
		  ZV_EINVAL },
		{ "Ping", "a^b", "параметр ActionID", "parameter ActionID", ZV_EINVAL },
		{ "UserEvent", "A|no colon|id", "нет двоеточия", "has no colon",
		  ZV_EINVAL },
		{ "UserEvent", "A|Action: Reload|id", "параметр Headers",
		  "parameter Headers: field Action", ZV_EINVAL },
	};
	struct zv_miko_table *t = new_table();

	for (size_t i = 0; i < N_OF(rows); i++)
		for (int in_russian = 0; in_russian < 2; in_russian++) {
			struct zv_miko_request_options o = { .in_russian = in_russian };
			struct zv_error err = { 0 };
			const char *wanted =
				in_russian ? rows[i].russian : rows[i].english;

			assert_null(
				make(find(t, rows[i].method), rows[i].given, &o, &err));
			assert_int_equal(err.code, rows[i].code);
			if (!strstr(err.text, wanted))
				fail_msg("%s", err.text);
		}
	zv_miko_table_free(t);
}

static void
test_time_of_an_originate(void **state)
{
	static const struct {
		const char *timeout, *async;
		int ms;
	} rows[] = {
		{ "", "", 30000 },	   { "5000", "", 5000 },
		{ "5000", "false", 5000 }, { "5000", "true", 0 },
		{ "", "Истина", 0 },	   { "", "1", 0 },
		{ "-1", "", 30000 },	   { "999999999999", "", 30000 },
		{ "x", "0", 30000 },
	};
	struct zv_miko_table *t = new_table();

	for (size_t i = 0; i < N_OF(rows); i++) {
		struct zv_value arguments[13] = { 0 };

		zv_value_set_text(&arguments[4], zvon_str(rows[i].timeout));
		zv_value_set_text(&arguments[10], zvon_str(rows[i].async));
		assert_int_equal(zv_miko_extra_ms(find(t, "Originate"), arguments),
				 rows[i].ms);
		assert_int_equal(zv_miko_extra_ms(find(t, "Ping"), arguments), 0);
		zv_value_deinit(&arguments[4]);
		zv_value_deinit(&arguments[10]);
	}
	zv_miko_table_free(t);
}

/* ---- what comes back ------------------------------------------------------------------------ */

static void
test_own_ids_are_not_shown(void **state)
{
	static const struct {
		const char *text, *wanted;
	} rows[] = {
		{ "Response: Success\r\nActionID: zvon-1-7\r\nMessage: x\r\n",
		  "<generic response='Success' message='x' />" },
		{ "Response: Success\r\nActionID: 123\r\nMessage: x\r\n",
		  "<generic response='Success' actionid='123' message='x' />" },
		{ "Event: A\r\nx: zvon-1-7\r\n", "<generic event='A' x='zvon-1-7' />" },
	};

	for (size_t i = 0; i < N_OF(rows); i++) {
		struct zv_parser *p = zvon_parser_new(NULL);
		const struct zv_packet *packet;
		struct zv_buf out = { 0 }, text = { 0 };

		zv_buf_printf(&text, "%s\r\n", rows[i].text);
		zvon_parser_feed(p, zv_buf_str(&text));
		assert_int_equal(zvon_parser_next(p, &packet), 1);
		assert_int_equal(zv_miko_element(packet, ZV_STR("zvon-1-"), &out), 0);
		check_text("element", zv_buf_str(&out), zvon_str(rows[i].wanted));
		zv_buf_deinit(&out);
		zv_buf_deinit(&text);
		zvon_parser_free(p);
	}
}

static void
test_own_elements(void **state)
{
	struct zv_buf out = { 0 };

	assert_int_equal(zv_miko_own_element(&out, "Response", "Error", "Message",
					     "it's <так>", NULL),
			 0);
	check_text(
		"own", zv_buf_str(&out),
		ZV_STR("<generic response='Error' message='it&apos;s &lt;так&gt;' />"));
	zv_buf_deinit(&out);
}

/* ---- texts of an administrator ---------------------------------------------------------------- */

static int
read_text(struct zv_miko_table *t, const char *text, struct zv_error *err)
{
	return zv_miko_table_read(t, zvon_str(text), "f.conf", false, err);
}

static void
test_a_text_adds_and_changes(void **state)
{
	struct zv_miko_table *t = new_table();
	long hangup = zv_methods_find(t->methods, t->n, ZV_STR("Hangup"));
	size_t n = t->n;
	struct zv_error err = { 0 };
	const struct zv_miko_function *f;
	int rc = read_text(
		t,
		"\xef\xbb\xbf# ours\r\n"
		"; too\r\n\r\n"
		"  METHOD  QueuePause = Queue , Interface,Paused?, Reason \r\n"
		"method Набрать as Originate = Channel, Exten\n"
		"method SorceryMemoryCacheStale =\n"
		"alias Connect = Init, Соединить\n"
		"alias набрать = Dial2\n"
		"alias Hangup = Завершить",
		&err);

	if (rc < 0)
		fail_msg("%s", err.text);
	assert_int_equal(t->n, n + 2);
	assert_int_equal(zv_methods_find(t->methods, t->n, ZV_STR("hangup")), hangup);
	assert_ptr_equal(find(t, "ЗАВЕРШИТЬ"), &t->methods[hangup]);
	assert_ptr_equal(find(t, "init"), &t->methods[0]);
	assert_ptr_equal(find(t, "Подключить"), &t->methods[0]);
	assert_ptr_equal(find(t, "dial2"), &t->methods[n]);
	f = find(t, "QueuePause")->data;
	assert_string_equal(f->headers[0].name, "Queue");
	assert_string_equal(f->headers[3].name, "Reason");
	assert_int_equal(f->headers[2].how, ZV_MIKO_BOOLEAN);
	assert_int_equal(f->mark, ZV_MIKO_METHOD);
	f = t->methods[n].data;
	assert_string_equal(f->action, "Originate");
	assert_int_equal(t->methods[n + 1].n_arguments, 2);

	/* a second text may change what the first one said; names given stay */
	rc = read_text(t, "method Hangup = Channel\nmethod QueuePause =\n", &err);
	assert_int_equal(rc, 0);
	assert_int_equal(find(t, "Завершить")->n_arguments, 3);
	zv_miko_table_free(t);
}

/* What is shown, read again, is the same. */
static void
test_shows_itself(void **state)
{
	struct zv_miko_table *t = new_table(), *again;
	struct zv_buf first = { 0 }, second = { 0 };
	struct zv_error err = { 0 };

	assert_int_equal(read_text(t,
				   "alias Connect = A,B\nclass = Ы, C\nclass = "
				   "ы\nmethod Я as Ping = "
				   "X+, Y%\n",
				   &err),
			 0);
	assert_int_equal(zv_miko_table_show(t, &first), 0);
	assert_non_null(strstr(zv_buf_cstr(&first),
			       "documented SetVar = Channel, Variable, "
			       "Value%\n"));
	again = zv_miko_table_new(own, N_OF(own), call);
	assert_int_equal(
		zv_miko_table_read(again, zv_buf_str(&first), "f", false, &err), 0);
	assert_int_equal(again->n_classes, 2);
	assert_string_equal(again->classes[0], "Ы");
	assert_int_equal(zv_miko_table_show(again, &second), 0);
	check_text("again", zv_buf_str(&second), zv_buf_str(&first));
	zv_buf_deinit(&first);
	zv_buf_deinit(&second);
	zv_miko_table_free(again);
	zv_miko_table_free(t);
}

static const struct {
	const char *text, *english, *russian;
} mistakes[] = {
	{ "methods A =", "f.conf, line 1: \"methods\": a line begins with method",
	  "f.conf, строка 1: «methods»: строка начинается" },
	{ "\n\nmethod A", "f.conf, line 3: there is no =", "строка 3: нет знака =" },
	{ "method = A", "a name is missing", "нет имени" },
	{ "method 1A =", "\"1A\" cannot be a name in 1C", "«1A» не может быть именем" },
	{ "method A-B =", "\"A-B\" cannot be a name", "«A-B»" },
	{ "method \xd0\x90\xf0\x9f\x98\x80 =", "cannot be a name", "не может быть" },
	{ "method A = Ключ", "\"Ключ\" cannot be a header",
	  "не может быть заголовком" },
	{ "method A = B,,C", "\"\" cannot be a header", "«» не может быть" },
	{ "method A = B C", "\"B C\" cannot be a header", "«B C»" },
	{ "method A as =", "cannot be a header", "не может быть заголовком" },
	{ "method A = B, b", "header b is named twice", "заголовок b назван дважды" },
	{ "method connect =", "connect is the component's own",
	  "есть у самой компоненты" },
	{ "method ПОДКЛЮЧИТЬ =", "the component's own", "есть у самой компоненты" },
	{ "method A =\nmethod a = B", "line 2: method a is described twice",
	  "описан дважды" },
	{ "alias Ping = P\nmethod P =", "P is another name of method Ping",
	  "другое имя" },
	{ "alias Нет = X", "there is no method Нет", "нет метода Нет" },
	{ "alias Ping = Hangup", "Hangup is the name of a method already",
	  "Hangup уже имя метода" },
	{ "alias Ping = P, P", "P is the name of a method already", "P уже имя" },
	{ "alias Ping =", "a name is missing", "нет имени" },
	{ "class =", "a name is missing", "нет имени" },
	{ "class = A.B", "\"A.B\" cannot be a name", "«A.B»" },
	{ "class MIKO = A", "nothing belongs in front of the =", "перед = ничего" },
	{ "method A = \xff", "not UTF-8", "не UTF-8" },
};

static void
test_mistakes_are_told(void **state)
{
	for (size_t i = 0; i < N_OF(mistakes); i++)
		for (int in_russian = 0; in_russian < 2; in_russian++) {
			struct zv_miko_table *t = new_table();
			struct zv_error err = { 0 };
			const char *wanted =
				in_russian ? mistakes[i].russian : mistakes[i].english;

			assert_true(zv_miko_table_read(t, zvon_str(mistakes[i].text),
						       "f.conf", in_russian, &err) < 0);
			if (!strstr(err.text, wanted))
				fail_msg("%s: %s", mistakes[i].text, err.text);
			zv_miko_table_free(t);
		}
}

/* ---- limits ----------------------------------------------------------------------------------- */

/* 0 or the code. */
static int
read_code(const char *text, size_t n)
{
	struct zv_miko_table *t = new_table();
	struct zv_error err = { 0 };
	char *exact = exact_copy((struct zv_str){ text, n });
	int rc = zv_miko_table_read(t, (struct zv_str){ exact, n }, "f", false, &err);

	assert_int_equal(rc, err.code);
	free(exact);
	zv_miko_table_free(t);
	return rc;
}

static void
check_edge(const char *head, const char *unit, size_t most, const char *tail)
{
	for (size_t more = 0; more < 2; more++) {
		char *body = repeat(unit, most + more);
		struct zv_buf text = { 0 };

		zv_buf_printf(&text, "%s%s%s", head, body, tail);
		assert_int_equal(read_code(text.p, text.n), more ? ZV_ETOOBIG : 0);
		zv_buf_deinit(&text);
		free(body);
	}
}

/* "FORMAT" with numbers from 0 to n - 1, `between` them. */
static char *
numbered(const char *before, const char *between, size_t n)
{
	struct zv_buf out = { 0 };

	for (size_t i = 0; i < n; i++)
		zv_buf_printf(&out, "%s%s%zu", i ? between : "", before, i);
	zv_buf_cstr(&out);
	return out.p;
}

static void
check_numbered(const char *head, const char *before, const char *between,
	       const char *tail, size_t most)
{
	for (size_t more = 0; more < 2; more++) {
		char *body = numbered(before, between, most + more);
		struct zv_buf text = { 0 };

		zv_buf_printf(&text, "%s%s%s", head, body, tail);
		assert_int_equal(read_code(text.p, text.n), more ? ZV_ETOOBIG : 0);
		zv_buf_deinit(&text);
		free(body);
	}
}

static size_t
built_in(void)
{
	struct zv_miko_table *t = new_table();
	size_t n = t->n;

	zv_miko_table_free(t);
	return n;
}

static void
test_limits_at_their_edges(void **state)
{
	size_t n = built_in();

	check_edge("#", "x", ZV_MIKO_LINE_MAX - 1, "\n");
	check_edge("", "#\n", ZV_MIKO_TEXT_MAX / 2, "");
	check_edge("method A", "x", ZV_MIKO_NAME_MAX - 1, " =");
	check_edge("method A = A", "x", ZV_MIKO_NAME_MAX - 1, "");
	check_numbered("method A = ", "H", ",", "", ZV_MIKO_HEADERS_MAX);
	check_numbered("class = ", "C", ",", "", ZV_MIKO_CLASSES_MAX);
	check_numbered("", "method M", " =\n", " =\n", ZV_MIKO_METHODS_MAX - n);

	/* names: of the AMI methods, and aliases of them; in lines of 100 */
	for (size_t more = 0; more < 2; more++) {
		size_t left = ZV_MIKO_NAMES_MAX - (n - N_OF(own)) + more;
		struct zv_buf text = { 0 };

		for (size_t i = 0; i < left; i++)
			zv_buf_printf(&text, "alias Ping = P%zu\n", i);
		assert_int_equal(read_code(text.p, text.n), more ? ZV_ETOOBIG : 0);
		zv_buf_deinit(&text);
	}
}

/* ---- memory ------------------------------------------------------------------------------------- */

static int
scene(void *user)
{
	struct zv_miko_request_options o = { .action_id = ZV_STR("auto") };
	struct zv_miko_table *t = zv_miko_table_new(own, N_OF(own), call);
	struct zv_value arguments[5] = { 0 };
	struct zv_error err = { 0 };
	struct zv_buf shown = { 0 };
	struct zv_request *r = NULL;
	int rc = t ? read_text(t,
			       "method SetVar = Channel, Variable, Value%, X*\n"
			       "alias SetVar = A, B\nmethod SIPnotify =\n",
			       &err)
		   : ZV_ENOMEM;

	if (rc == 0)
		rc = zv_miko_table_show(t, &shown);
	if (rc == 0)
		rc = zv_value_set_text(&arguments[2], ZV_STR("%20x"));
	if (rc == 0 && !(r = zv_miko_request(&t->methods[2], arguments, &o, &err)))
		rc = err.code;
	zvon_request_free(r);
	zv_value_deinit(&arguments[2]);
	zv_buf_deinit(&shown);
	zv_miko_table_free(t);
	return rc;
}

static void
test_no_memory(void **state)
{
	check_out_of_memory(scene, NULL);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_function_is_its_action),
		cmocka_unit_test(test_documented_signatures),
		cmocka_unit_test(test_percent_is_a_switch),
		cmocka_unit_test(test_32_variables),
		cmocka_unit_test(test_bad_arguments_are_told),
		cmocka_unit_test(test_time_of_an_originate),
		cmocka_unit_test(test_own_ids_are_not_shown),
		cmocka_unit_test(test_own_elements),
		cmocka_unit_test(test_a_text_adds_and_changes),
		cmocka_unit_test(test_shows_itself),
		cmocka_unit_test(test_mistakes_are_told),
		cmocka_unit_test(test_limits_at_their_edges),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests_name("onec_miko_table", tests, NULL, NULL);
}
