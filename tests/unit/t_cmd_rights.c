/* Who may have what done: the checks of zv_job_start, generated from the table of commands,
 * and the limits of calls. Faults 032-035, 066-072, 079 of the list of faults. */
#include "cmdrig.h"

#include <stdio.h>

#include "base/str.h"

/* Good arguments of each command. */
static void
good_args(const struct zv_command *c, char *out, size_t room)
{
	size_t n = (size_t)snprintf(out, room, "{");

	for (const struct zv_argument *a = c->arguments; a->name; a++) {
		const char *value = NULL;

		if (!a->required)
			continue;
		switch (a->kind) {
		case ZV_ARG_CALL:
			value = "\"%\"";
			break;
		case ZV_ARG_BOOL:
			value = "true";
			break;
		case ZV_ARG_INT:
			value = "1";
			break;
		case ZV_ARG_QUEUE:
			value = "\"support\"";
			break;
		case ZV_ARG_NUMBER:
			value = "\"104\"";
			break;
		default:
			value = a->words ? "\"start\"" : "\"123\"";
		}
		n += (size_t)snprintf(out + n, room - n, "%s\"%s\":%s",
				      n > 1 ? "," : "", a->name, value);
	}
	snprintf(out + n, room - n, "}");
}

static void
begin_configured(struct cmdrig *r, const char *ami)
{
	cmdrig_begin(r, ami);
	cmdrig_talk(r);
}

/* ---- fault 072: read-only, every command --------------------------------------------------- */

static void
test_fault_072_read_only_may_nothing(void **state)
{
	char args[300];

	(void)state;
	for (const struct zv_command *const *c = zv_commands; *c; c++) {
		struct cmdrig r;

		begin_configured(&r, "5.0.4");
		good_args(*c, args, sizeof args);
		cmdrig_command(&r, "guest", (*c)->name, args);
		cmdrig_check_has(&r, (*c)->name, 403, "\"code\":\"denied\"");
		assert_int_equal(r.sends, 0);
		cmdrig_end(&r);
	}
}

/* ---- fault 070: foreign calls, each command × 3 roles ------------------------------------------ */

static const struct foreign {
	const char *user;
	bool may_control, may_any;
} foreigners[] = {
	{ "stranger", false, false },
	{ "900", true, true },
	{ "guest2", false, false },
};

static void
test_fault_070_foreign_calls(void **state)
{
	static const struct zv_str line_109[] = { { "109", 3 } };
	char args[300];

	(void)state;
	for (const struct zv_command *const *c = zv_commands; *c; c++) {
		for (size_t i = 0; i < N_OF(foreigners); i++) {
			struct cmdrig r;
			bool about_call = (*c)->target >= ZV_TARGET_CALL;
			char row[100];

			if (!about_call)
				continue;
			begin_configured(&r, "5.0.4");
			r.users[0].name = ZV_STR("stranger");
			r.users[0].lines = line_109;
			r.users[2].name = ZV_STR("guest2");
			r.users[2].lines = line_109;
			cmdrig_configure(&r);
			good_args(*c, args, sizeof args);
			cmdrig_command(&r, foreigners[i].user, (*c)->name, args);
			snprintf(row, sizeof row, "%s by %s", (*c)->name,
				 foreigners[i].user);
			if (!foreigners[i].may_control) {
				cmdrig_check_has(&r, row, 403, "\"code\":\"denied\"");
				assert_int_equal(r.sends, 0);
				assert_true(r.logged.n > 0);
			} else if (r.status == 403) {
				fail_msg("%s: %.*s", row,
					 ZV_ARG(zv_buf_str(&r.outcome)));
			}
			cmdrig_end(&r);
		}
	}
}

/* A line that is somebody else's, in a call of one's own and without one. */
static void
test_fault_070_foreign_lines(void **state)
{
	struct cmdrig r;

	(void)state;
	begin_configured(&r, "5.0.4");
	cmdrig_command(&r, "101", "call.make", "{\"to\":\"104\",\"line\":\"102\"}");
	cmdrig_check_has(&r, "line", 403, "line 102 is not yours");
	cmdrig_command(&r, "101", "call.drop", "{\"call\":\"%\",\"line\":\"102\"}");
	cmdrig_check_has(&r, "leg", 403, "line 102 is not yours");
	cmdrig_command(&r, "101", "queue.add", "{\"queue\":\"sales\"}");
	cmdrig_check_has(&r, "queue", 403, "queue sales is none of yours");
	cmdrig_command(&r, "101", "call.drop", "{\"call\":\"other\"}");
	cmdrig_check_has(&r, "call", 404, "\"code\":\"not_found\"");
	cmdrig_command(&r, "101", "call.drop", "{\"call\":\"%\",\"line\":\"107\"}");
	cmdrig_check_has(&r, "no leg", 404, "\"code\":\"not_found\"");
	assert_int_equal(r.sends, 0);
	/* his call has ended for him: he does not control what goes on without him */
	cmdrig_feed(&r, "Newchannel Channel=PJSIP/103-3|ChannelState=0|CallerIDNum=103|"
			"Uniqueid=c|Linkedid=a\n"
			"Hangup Channel=PJSIP/101-1|Uniqueid=a|Linkedid=a|Cause=16\n");
	cmdrig_command(&r, "101", "call.drop", "{\"call\":\"%\"}");
	cmdrig_check_has(&r, "gone", 403, "no line of yours takes part");
	cmdrig_end(&r);
}

/* ---- faults 032-035, 068: arguments ---------------------------------------------------------------- */

static const struct bad_row {
	const char *name, *args, *has;
} bad_rows[] = {
	{ "call.make", "", "\"argument\":\"to\"" },
	{ "call.make", "[]", "\"argument\":\"args\"" },
	{ "call.make", "{\"to\":", "\"argument\":\"args\"" },
	{ "call.make", "{\"to\":\"\"}", "\"argument\":\"to\"" },
	{ "call.make", "{\"to\":null}", "\"argument\":\"to\"" },
	{ "call.make", "{\"to\":104}", "must be a text" },
	{ "call.make", "{\"to\":\"104\\r\\nAction: Logoff\"}", "\"argument\":\"to\"" },
	{ "call.make", "{\"to\":\"104\\u0000\"}", "\"argument\"" },
	{ "call.make", "{\"to\":\"10\\u0664\"}", "\"argument\":\"to\"" },
	{ "call.make", "{\"to\":\"104\",\"line\":\"101\\nx\"}",
	  "\"argument\":\"line\"" },
	{ "call.make", "{\"to\":\"104\",\"auto_answer\":\"yes\"}", "true or false" },
	{ "call.make", "{\"to\":\"104\",\"Application\":\"System\"}",
	  "\"argument\":\"Application\"" },
	{ "call.make", "{\"to\":\"104\",\"Variable\":\"X(1)=2\"}",
	  "\"argument\":\"Variable\"" },
	{ "call.make", "{\"to\":\"104\",\"Codecs\":\"ulaw\"}",
	  "\"argument\":\"Codecs\"" },
	{ "call.make", "{\"to\":\"104\",\"PreDialGoSub\":\"x\"}",
	  "\"argument\":\"PreDialGoSub\"" },
	{ "call.make", "{\"to\":\"104\",\"context\":\"x\"}",
	  "\"argument\":\"context\"" },
	{ "call.dtmf", "{\"call\":\"%\",\"digits\":\"12w\"}",
	  "\"argument\":\"digits\"" },
	{ "call.dtmf",
	  "{\"call\":\"%\",\"digits\":\"123456789012345678901234567890123\"}",
	  "longer than 32" },
	{ "call.record", "{\"call\":\"%\",\"action\":\"delete\"}", "start, stop" },
	{ "call.volume", "{\"call\":\"%\",\"level\":5}", "from -4 to 4" },
	{ "call.volume", "{\"call\":\"%\",\"level\":1.5}", "whole number" },
	{ "call.conference", "{\"call\":\"%\",\"room\":\"9,1\"}",
	  "\"argument\":\"room\"" },
	{ "queue.pause", "{\"on\":true,\"reason\":\"a\\r\\nb\"}",
	  "\"argument\":\"reason\"" },
	{ "queue.pause", "{\"on\":true,\"reason\":\"a\\u2028b\"}",
	  "\"argument\":\"reason\"" },
	{ "queue.add", "{\"queue\":\"a b\"}", "\"argument\":\"queue\"" },
	{ "agent.state", "{\"state\":\"\\u0007\"}", "\"argument\":\"state\"" },
	{ "call.drop", "{\"call\":\"a\\nb\"}", "\"argument\":\"call\"" },
};

static void
test_fault_032_bad_arguments(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_OF(bad_rows); i++) {
		struct cmdrig r;

		begin_configured(&r, "5.0.4");
		cmdrig_command(&r, "101", bad_rows[i].name, bad_rows[i].args);
		cmdrig_check_has(&r, bad_rows[i].args, 400, bad_rows[i].has);
		cmdrig_check_has(&r, bad_rows[i].args, 400,
				 "\"code\":\"bad_argument\"");
		assert_int_equal(r.sends, 0);
		cmdrig_end(&r);
	}
}

static void
test_unknown_command(void **state)
{
	struct cmdrig r;

	(void)state;
	begin_configured(&r, "5.0.4");
	cmdrig_command(&r, "101", "call.fly", "{}");
	cmdrig_check_has(&r, "unknown", 404, "\"code\":\"unknown_command\"");
	cmdrig_command(&r, "101", "call.\r\nmake", "{}");
	cmdrig_check_has(&r, "unknown", 404, "\"code\":\"unknown_command\"");
	assert_null(strchr(zv_buf_cstr(&r.logged), '\r'));
	cmdrig_end(&r);
}

/* ---- fault 066: numbers ------------------------------------------------------------------------------ */

static void
test_fault_066_denied_number(void **state)
{
	static const char *const commands[] = { "call.make", "call.transfer",
						"call.consult" };
	struct cmdrig r;
	struct zv_hub_counters counters;

	(void)state;
	for (size_t i = 0; i < N_OF(commands); i++) {
		begin_configured(&r, "5.0.4");
		cmdrig_command(&r, "101", commands[i],
			       i ? "{\"call\":\"%\",\"to\":\"+88213 123\"}"
				 : "{\"to\":\"+88213 123\"}");
		cmdrig_check_has(&r, commands[i], 403,
				 "number +88213123 may not be dialled");
		zv_hub_counters(r.hub, &counters);
		assert_int_equal(counters.denied_dials, 1);
		assert_int_equal(r.sends, 0);
		assert_non_null(strstr(zv_buf_cstr(&r.logged), "user=101"));
		cmdrig_end(&r);
	}
}

/* ---- fault 067: bursts ---------------------------------------------------------------------------------- */

static void
fail_call(struct cmdrig *r)
{
	char line[300];

	cmdrig_reply(r, "Success Message=Originate successfully queued");
	snprintf(line, sizeof line,
		 "OriginateResponse ActionID=%s|Response=Failure|Channel=PJSIP/101|"
		 "Reason=0|Uniqueid=<unknown>\n",
		 r->action_id);
	cmdrig_feed(r, line);
	cmdrig_wait(r, 1000);
}

static void
test_fault_067_six_a_minute(void **state)
{
	struct cmdrig r;

	(void)state;
	cmdrig_begin(&r, "5.0.4");
	for (int i = 0; i < 6; i++) {
		cmdrig_command(&r, "101", "call.make", "{\"to\":\"104\"}");
		fail_call(&r);
		cmdrig_check_has(&r, "let through", 200, "\"result\":");
	}
	cmdrig_command(&r, "101", "call.make", "{\"to\":\"104\"}");
	cmdrig_check_has(&r, "seventh", 429, "\"retry_ms\":54000");
	assert_int_equal(r.sends, 6);
	/* somebody else is not hurt; a minute after the first there is room for one */
	cmdrig_command(&r, "900", "call.make", "{\"to\":\"104\"}");
	assert_int_equal(r.sends, 7);
	fail_call(&r);
	cmdrig_wait(&r, 52998);
	cmdrig_command(&r, "101", "call.make", "{\"to\":\"104\"}");
	cmdrig_check_has(&r, "too early", 429, "\"retry_ms\":2");
	cmdrig_wait(&r, 2);
	cmdrig_command(&r, "101", "call.make", "{\"to\":\"104\"}");
	assert_int_equal(r.sends, 8);
	cmdrig_end(&r);
}

static void
test_fault_067_two_at_once(void **state)
{
	struct cmdrig r;

	(void)state;
	cmdrig_begin(&r, "5.0.4");
	cmdrig_command(&r, "101", "call.make", "{\"to\":\"104\"}");
	cmdrig_command(&r, "101", "call.make", "{\"to\":\"105\"}");
	cmdrig_command(&r, "101", "call.make", "{\"to\":\"106\"}");
	cmdrig_check_has(&r, "third", 429, "calls_at_once");
	assert_int_equal(r.sends, 2);
	fail_call(&r);
	cmdrig_command(&r, "101", "call.make", "{\"to\":\"106\"}");
	assert_int_equal(r.sends, 3);
	cmdrig_end(&r);
}

static void
test_fault_067_none_at_all(void **state)
{
	struct cmdrig r;

	(void)state;
	cmdrig_begin(&r, "5.0.4");
	r.role.calls_a_minute = 0;
	cmdrig_configure(&r);
	cmdrig_command(&r, "101", "call.make", "{\"to\":\"104\"}");
	cmdrig_check_has(&r, "none", 429, "may make no calls");
	r.role.calls_a_minute = r.role.calls_at_once = -1;
	cmdrig_configure(&r);
	for (int i = 0; i < 20; i++)
		cmdrig_command(&r, "101", "call.make", "{\"to\":\"104\"}");
	assert_int_equal(r.sends, 20);
	cmdrig_end(&r);
}

/* ---- faults 068, 069: raw actions --------------------------------------------------------------------------- */

static const char *const actions[] = {
	"AbsoluteTimeout", "AGI",
	"Atxfer",	   "BlindTransfer",
	"Bridge",	   "Command",
	"ConfbridgeKick",  "CreateConfig",
	"DBDel",	   "DBDelTree",
	"DBPut",	   "Filter",
	"GetConfig",	   "GetConfigJSON",
	"Getvar",	   "Hangup",
	"JabberSend",	   "LocalOptimizeAway",
	"MessageSend",	   "MixMonitor",
	"ModuleLoad",	   "Monitor",
	"MuteAudio",	   "Park",
	"PJSIPNotify",	   "PlayDTMF",
	"QueueAdd",	   "QueueReset",
	"Reload",	   "SendText",
	"SIPnotify",	   "SIPqualifypeer",
	"Status",	   "UpdateConfig",
	"UserEvent",	   "Login",
	"Logoff",	   "Events",
	"WaitEvent",	   "queuestatus",
	"QUEUESTATUS",
};

static void
test_fault_069_actions_are_denied(void **state)
{
	struct cmdrig r;
	char args[100];

	(void)state;
	cmdrig_begin(&r, "5.0.4");
	for (size_t i = 0; i < N_OF(actions); i++) {
		snprintf(args, sizeof args, "{\"action\":\"%s\"}", actions[i]);
		cmdrig_command(&r, "900", "ami.action", args);
		cmdrig_check_has(&r, args, 403, "does not list the action");
		cmdrig_command(&r, "101", "ami.action", args);
		cmdrig_check_has(&r, args, 403, "has not the right");
	}
	assert_int_equal(r.sends, 0);
	cmdrig_end(&r);
}

static const struct bad_row raw_rows[] = {
	{ "", "{\"action\":\"Originate\",\"fields\":{\"Channel\":\"Local/00123@x\"}}",
	  "call.make" },
	{ "", "{\"action\":\"Redirect\",\"fields\":{\"Exten\":\"00123\"}}",
	  "may not be dialled" },
	{ "", "{\"action\":\"Redirect\",\"fields\":{\"EXTRAEXTEN\":\"+1\"}}",
	  "may not be dialled" },
	{ "", "{\"action\":\"Setvar\",\"fields\":{\"Variable\":\"SHELL(x)\"}}",
	  "one name of letters" },
	{ "", "{\"action\":\"Setvar\",\"fields\":{\"variable\":\"1A\"}}",
	  "one name of" },
	{ "", "{\"action\":\"Setvar\",\"fields\":{\"Variable\":\"A=1,B(x)=2\"}}",
	  "one name of" },
	{ "", "{\"action\":\"Ping\",\"fields\":{\"ActionID\":\"x\"}}", "is ours" },
	{ "", "{\"action\":\"Ping\",\"fields\":{\"aCtion\":\"Command\"}}", "is ours" },
	{ "", "{\"action\":\"Ping\",\"fields\":{\"X\":\"a\\r\\nAction: Logoff\"}}",
	  "one line" },
	{ "", "{\"action\":\"Ping\",\"fields\":{\"X: y\\r\\n\":\"a\"}}",
	  "name of a field" },
	{ "", "{\"action\":\"Ping\",\"fields\":{\"X\":1}}", "must be a text" },
	{ "", "{\"action\":\"Ping\",\"fields\":[]}", "object of texts" },
};

static void
test_fault_068_fields(void **state)
{
	struct cmdrig r;

	(void)state;
	cmdrig_begin(&r, "5.0.4");
	for (size_t i = 0; i < N_OF(raw_rows); i++) {
		cmdrig_command(&r, "900", "ami.action", raw_rows[i].args);
		cmdrig_check_has(&r, raw_rows[i].args, r.status, raw_rows[i].has);
		assert_in_range(r.status, 400, 403);
	}
	assert_int_equal(r.sends, 0);
	cmdrig_command(
		&r, "900", "ami.action",
		"{\"action\":\"QueueStatus\",\"fields\":{\"Queue\":\"support\"}}");
	cmdrig_check_sent(&r, "list", "QueueStatus|Queue=support");
	cmdrig_reply(&r, "Success Message=Queue status will follow");
	cmdrig_check(&r, "list",
		     "200 {\"ok\":true,\"response\":[[\"Response\",\"Success\"],"
		     "[\"Message\",\"Queue status will follow\"]],\"items\":[],"
		     "\"count\":0}");
	cmdrig_end(&r);
}

/* ---- fault 079: everything absent ------------------------------------------------------------------------------ */

static void
test_fault_079_absent_fields(void **state)
{
	static const struct zv_user nobody = { .name = { NULL, 0 } };
	static const struct zv_role no_name = { .rights = ~0u };
	struct zv_user user = { .role = &no_name };
	char args[300];

	(void)state;
	for (const struct zv_command *const *c = zv_commands; *c; c++) {
		struct cmdrig r;
		struct zv_job_owner owner = { 0 };

		begin_configured(&r, "5.0.4");
		good_args(*c, args, sizeof args);
		assert_null(zv_job_start(r.hub, NULL, zvon_str((*c)->name), NULL,
					 &owner, 1));
		assert_null(zv_job_start(r.hub, &nobody, zvon_str((*c)->name), NULL,
					 NULL, 1));
		zv_job_start(r.hub, &user, zvon_str((*c)->name), NULL, NULL, 1);
		cmdrig_command(&r, "nobody there", (*c)->name, args);
		cmdrig_check_has(&r, (*c)->name, 403, "nobody is signed in");
		r.log.fn = NULL;
		r.users[0].n_lines = 0;
		r.role.name = (struct zv_str){ NULL, 0 };
		cmdrig_configure(&r);
		cmdrig_command(&r, "101", (*c)->name, args);
		assert_int_equal(r.sends, 0);
		cmdrig_end(&r);
	}
}

/* The same refusal a thousand times does not fill the log. */
static void
test_log_is_bounded(void **state)
{
	struct cmdrig r;
	size_t lines = 0;

	(void)state;
	cmdrig_begin(&r, "5.0.4");
	for (int i = 0; i < 1000; i++)
		cmdrig_command(&r, "guest", "call.make", "{\"to\":\"104\"}");
	for (size_t i = 0; i < r.logged.n; i++)
		lines += r.logged.p[i] == '\n';
	assert_int_equal(lines, 20);
	cmdrig_wait(&r, 10000);
	cmdrig_command(&r, "guest", "call.make", "{\"to\":\"104\"}");
	assert_non_null(
		strstr(zv_buf_cstr(&r.logged), "without a line in the log: 980"));
	cmdrig_end(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fault_072_read_only_may_nothing),
		cmocka_unit_test(test_fault_070_foreign_calls),
		cmocka_unit_test(test_fault_070_foreign_lines),
		cmocka_unit_test(test_fault_032_bad_arguments),
		cmocka_unit_test(test_unknown_command),
		cmocka_unit_test(test_fault_066_denied_number),
		cmocka_unit_test(test_fault_067_six_a_minute),
		cmocka_unit_test(test_fault_067_two_at_once),
		cmocka_unit_test(test_fault_067_none_at_all),
		cmocka_unit_test(test_fault_069_actions_are_denied),
		cmocka_unit_test(test_fault_068_fields),
		cmocka_unit_test(test_fault_079_absent_fields),
		cmocka_unit_test(test_log_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
