/* The class MIKO as a script sees it: its methods against a small Asterisk, and the events
 * that come of them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../unit/onechost.h"
#include "onec/component.h"
#include "onec/miko.h"
#include "server.h"
#include "support.h"

#define MODERN "5.0.4"
#define OLD    "1.1"

/* ---- an Asterisk that answers what is asked ----------------------------------------------------- */

struct pbx {
	struct server_options options;
	struct server *server;
	pthread_mutex_t lock;
	char heard[2000]; /* the last action, lines with `|` between */
	int late_ms;	  /* of every answer */
};

static void
hear(struct pbx *p, const char *packet)
{
	size_t n = 0;

	pthread_mutex_lock(&p->lock);
	for (; *packet && n + 1 < sizeof p->heard; packet++)
		if (*packet == '\n')
			p->heard[n++] = '|';
		else if (*packet != '\r')
			p->heard[n++] = *packet;
	while (n && p->heard[n - 1] == '|')
		n--;
	p->heard[n] = '\0';
	pthread_mutex_unlock(&p->lock);
}

static const struct {
	const char *action;
	const char *answer; /* %s: the ActionID, as often as it stands there */
} answers[] = {
	{ "Originate",
	  "Response: Success\r\nActionID: %s\r\nMessage: Originate successfully "
	  "queued\r\n\r\n"
	  "Event: Dial\r\nPrivilege: call,all\r\nSubEvent: Begin\r\nChannel: "
	  "SIP/261-1\r\nCallerIDName: <unknown>\r\n\r\n"
	  "Event: OriginateResponse\r\nPrivilege: call,all\r\nActionID: "
	  "%s\r\nResponse: "
	  "Success\r\n\r\n" },
	{ "Hangup",
	  "Response: Error\r\nActionID: %s\r\nMessage: No such channel\r\n\r\n" },
	{ "QueueStatus", "Response: Success\r\nActionID: %s\r\nEventList: "
			 "start\r\nMessage: Queue status "
			 "will follow\r\n\r\n"
			 "Event: QueueParams\r\nQueue: sales\r\nActionID: %s\r\n\r\n"
			 "Event: QueueStatusComplete\r\nActionID: %s\r\nEventList: "
			 "Complete\r\nListItems: "
			 "1\r\n\r\n" },
	{ "Command", "Response: Success\r\nActionID: %s\r\nMessage: Command output "
		     "follows\r\nOutput: one\r\nOutput: <two>\r\n\r\n" },
	{ "DBGet",
	  "Response: Follows\r\nPrivilege: Command\r\nActionID: %s\r\nx\r\n--END "
	  "COMMAND--\r\n\r\n" },
	{ "Ping", "Response: Success\r\nActionID: %s\r\nPing: Pong\r\n\r\n" },
	{ "SetVar", "Response: Success\r\nActionID: %s\r\n\r\n" },
	{ "SorceryMemoryCacheStale", "Response: Success\r\nActionID: %s\r\n\r\n" },
	{ "Atxfer",
	  "Response: Success\r\nActionID: %s\r\n\r\n"
	  "Event: Newchannel\r\nChannel: SIP/1-1\r\nChannelState: 4\r\nCallerIDNum: "
	  "1\r\nContext: a\r\nExten: 2\r\nUniqueid: 1.1\r\nLinkedid: 1.1\r\n\r\n"
	  "Event: DialBegin\r\nChannel: SIP/1-1\r\nCallerIDNum: 1\r\nUniqueid: "
	  "1.1\r\nDestChannel: SIP/2-2\r\nDestUniqueid: 1.2\r\nDialString: 2\r\n\r\n" },
};

/* false: it says nothing to that. */
static bool
reply(struct talk *t, const char *action, const char *id)
{
	for (size_t i = 0; i < N_OF(answers); i++) {
		const char *rest = answers[i].answer, *mark;

		if (strcmp(answers[i].action, action) != 0)
			continue;
		while ((mark = strstr(rest, "%s"))) {
			talk_send(t, rest, (size_t)(mark - rest));
			talk_send(t, id, strlen(id));
			rest = mark + 2;
		}
		return talk_send(t, rest, strlen(rest));
	}
	return false;
}

static void
script(struct talk *t, void *user)
{
	struct pbx *p = user;
	const char *packet;

	if (!talk_login(t))
		return;
	while ((packet = talk_next(t))) {
		char action[64], id[128];

		hear(p, packet);
		packet_value(packet, "Action", action, sizeof action);
		packet_value(packet, "ActionID", id, sizeof id);
		sleep_ms(p->late_ms);
		if (strcmp(action, "Logoff") == 0) {
			talk_printf(t,
				    "Response: Goodbye\r\nActionID: %s\r\nMessage: "
				    "Thanks for all the fish.\r\n\r\n",
				    id);
			return;
		}
		if (strcmp(action, "Reload") == 0) {
			talk_reset(t);
			return;
		}
		reply(t, action, id);
	}
}

static void
pbx_start(struct pbx *p, const char *version)
{
	p->options.script = script;
	p->options.user = p;
	p->options.version = version;
	pthread_mutex_init(&p->lock, NULL);
	p->server = server_start(&p->options);
}

/* ---- a script ------------------------------------------------------------------------------------ */

struct scene {
	struct pbx pbx;
	struct onechost host;
	struct zv_component *c;
	struct zv_value arguments[ZV_METHOD_ARGUMENTS];
	size_t n;
	struct zv_value result;
};

static void
scene_open(struct scene *s)
{
	onechost_init(&s->host);
	s->c = zv_component_new(&zv_class_miko);
	assert_non_null(s->c);
	zv_component_set_locale(s->c, ZV_STR("en_US"));
	zv_component_attach(s->c, &onechost_calls, &s->host);
}

static void
scene_start(struct scene *s, const char *version)
{
	pbx_start(&s->pbx, version);
	scene_open(s);
}

static void
clear(struct scene *s)
{
	for (size_t i = 0; i < N_OF(s->arguments); i++)
		zv_value_deinit(&s->arguments[i]);
	zv_value_deinit(&s->result);
	s->n = 0;
}

static void
scene_end(struct scene *s)
{
	clear(s);
	zv_component_free(s->c);
	onechost_deinit(&s->host);
	server_stop(s->pbx.server);
}

/* "a|b|": the texts that are given. true: no exception. */
static bool
call(struct scene *s, const char *method, const char *given)
{
	struct zv_str rest = zvon_str(given), part;
	long number = zv_component_find_method(s->c, zvon_str(method));

	clear(s);
	while (*given && zv_str_split(&rest, '|', &part))
		zv_value_set_text(&s->arguments[s->n++], part);
	assert_true(number >= 0);
	return zv_component_call(s->c, number, s->arguments, s->n, &s->result);
}

static bool
is_true(struct scene *s, const char *method, const char *given)
{
	if (!call(s, method, given))
		fail_msg("%s raises: %s", method, zv_buf_cstr(&s->host.raised));
	assert_int_equal(s->result.kind, ZV_VALUE_BOOL);
	return s->result.boolean;
}

static struct zv_value
property(struct scene *s, const char *name)
{
	struct zv_value out = { 0 };
	long i = zv_class_find_property(&zv_class_miko, zvon_str(name));

	assert_true(i >= 0 && zv_component_get(s->c, i, &out));
	return out;
}

static void
check_property(struct scene *s, const char *name, const char *wanted)
{
	struct zv_value value = property(s, name);
	struct zv_buf text = { 0 };

	assert_int_equal(zv_value_as_text(&value, &text), 0);
	if (!strstr(zv_buf_cstr(&text), wanted) || (!*wanted && text.n))
		fail_msg("%s: %s", name, zv_buf_cstr(&text));
	zv_buf_deinit(&text);
	zv_value_deinit(&value);
}

static bool
set_property(struct scene *s, const char *name, const char *value)
{
	struct zv_value in = { 0 };
	long i = zv_class_find_property(&zv_class_miko, zvon_str(name));
	bool ok;

	zv_value_set_text(&in, zvon_str(value));
	ok = zv_component_set(s->c, i, &in);
	zv_value_deinit(&in);
	return ok;
}

static void
check_result(struct scene *s, const char *wanted)
{
	assert_int_equal(s->arguments[s->n - 1].kind, ZV_VALUE_TEXT);
	assert_string_equal(zv_buf_cstr(&s->arguments[s->n - 1].bytes), wanted);
}

static void
check_heard(struct scene *s, const char *wanted)
{
	pthread_mutex_lock(&s->pbx.lock);
	assert_string_equal(s->pbx.heard, wanted);
	pthread_mutex_unlock(&s->pbx.lock);
}

static bool
connect_to(struct scene *s, const char *server)
{
	char given[200];

	snprintf(given, sizeof given, "ami://127.0.0.1:%d|tester|%s",
		 server_port(s->pbx.server), server);
	return is_true(s, "Подключить", given);
}

/* Whether that stands among the events taken so far. */
static bool
has_event(struct scene *s, const char *text)
{
	bool has;

	pthread_mutex_lock(&s->host.lock);
	has = strstr(zv_buf_cstr(&s->host.events), text) != NULL;
	pthread_mutex_unlock(&s->host.lock);
	return has;
}

static void
wait_event(struct scene *s, const char *text)
{
	for (int i = 0; i < 1000; i++, sleep_ms(10))
		if (has_event(s, text))
			return;
	fail_msg("no %s in %s", text, zv_buf_cstr(&s->host.events));
}

/* Connected; what comes first is taken away. */
static void
scene_ready(struct scene *s, const char *version)
{
	scene_start(s, version);
	if (!connect_to(s, SECRET))
		check_property(s, "LastError", "");
	wait_event(
		s,
		"MikoAjamEvent|ZvonConnected|<generic event='ZvonConnected' version=");
	pthread_mutex_lock(&s->host.lock);
	zv_buf_clear(&s->host.events);
	s->host.n_taken = 0;
	pthread_mutex_unlock(&s->host.lock);
}

/* ---- tests ----------------------------------------------------------------------------------------- */

static void
test_sample_of_the_press_release(void **state)
{
	static const char *const given[] = { "SIP/261",
					     "from-internal",
					     "74952293042",
					     "1",
					     "",
					     "MIKO",
					     "",
					     "miko",
					     "",
					     "",
					     "",
					     "123123123",
					     "" };
	struct scene s = { 0 };

	scene_ready(&s, OLD);
	clear(&s);
	for (; s.n < N_OF(given); s.n++)
		zv_value_set_text(&s.arguments[s.n], zvon_str(given[s.n]));
	zv_value_set_bool(&s.arguments[10],
			  true); /* Async = Истина, as it is printed */
	assert_true(zv_component_call(
		s.c, zv_component_find_method(s.c, ZV_STR("originate")), s.arguments,
		s.n, &s.result));
	assert_true(s.result.boolean);
	check_result(&s, "<generic response='Success' actionid='123123123' "
			 "message='Originate successfully queued' />");
	check_heard(
		&s,
		"Action: Originate|ActionID: 123123123|Channel: SIP/261|Context: "
		"from-internal|Exten: 74952293042|Priority: 1|CallerID: MIKO|Account: "
		"miko|Async: true");
	onechost_wait_taken(&s.host, 2);
	onechost_check_events(
		&s.host, "MikoAjamEvent|Dial|<generic event='Dial' "
			 "privilege='call,all' subevent='Begin' channel='SIP/261-1' "
			 "calleridname='&lt;unknown&gt;' />\n"
			 "MikoAjamEvent|OriginateResponse|<generic "
			 "event='OriginateResponse' privilege='call,all' "
			 "actionid='123123123' response='Success' />\n");
	scene_end(&s);
}

static void
test_ids_of_ours_are_not_shown(void **state)
{
	struct scene s = { 0 };

	scene_ready(&s, OLD);
	assert_true(is_true(&s, "Originate", "A"));
	onechost_wait_taken(&s.host, 2);
	assert_false(has_event(&s, "actionid"));
	pthread_mutex_lock(&s.pbx.lock);
	assert_non_null(strstr(s.pbx.heard, "Action: Originate|ActionID: zvon-"));
	pthread_mutex_unlock(&s.pbx.lock);
	assert_true(is_true(&s, "Ping", "|"));
	check_result(&s, "<generic response='Success' ping='Pong' />");
	scene_end(&s);
}

static void
test_error_of_asterisk(void **state)
{
	struct scene s = { 0 };

	scene_ready(&s, OLD);
	assert_false(is_true(&s, "Hangup", "SIP/1||7|"));
	check_result(
		&s,
		"<generic response='Error' actionid='7' message='No such channel' />");
	check_property(&s, "LastError", "Asterisk refused: <generic response='Error'");
	assert_true(is_true(&s, "Ping", "|"));
	check_property(&s, "LastError", "");

	assert_true(set_property(&s, "RaiseErrors", "Истина"));
	assert_false(call(&s, "Hangup", "SIP/1||7|"));
	assert_non_null(strstr(zv_buf_cstr(&s.host.raised), "No such channel"));
	scene_end(&s);
}

static void
test_answers_of_commands(void **state)
{
	struct scene s = { 0 };

	scene_ready(&s, OLD);
	assert_true(is_true(&s, "Command", "core|1|"));
	check_result(&s,
		     "<generic response='Success' actionid='1' message='Command output "
		     "follows' output='one' output-2='&lt;two&gt;' />");
	assert_true(is_true(&s, "DBGet", "a|b|1|")); /* Response: Follows */
	scene_end(&s);
}

static void
test_items_of_a_list_are_events(void **state)
{
	struct scene s = { 0 };

	scene_ready(&s, OLD);
	assert_true(is_true(&s, "QueueStatus", "||77|"));
	check_result(&s, "<generic response='Success' actionid='77' eventlist='start' "
			 "message='Queue status will follow' />");
	onechost_wait_taken(&s.host, 2);
	onechost_check_events(
		&s.host,
		"MikoAjamEvent|QueueParams|<generic event='QueueParams' "
		"queue='sales' actionid='77' />\n"
		"MikoAjamEvent|QueueStatusComplete|<generic "
		"event='QueueStatusComplete' actionid='77' eventlist='Complete' "
		"listitems='1' />\n");
	scene_end(&s);
}

static void
test_late_answer_is_an_event(void **state)
{
	struct scene s = { 0 };
	int64_t began;

	scene_ready(&s, OLD);
	assert_true(set_property(&s, "ОжиданиеОтвета", "200"));
	s.pbx.late_ms = 600;
	began = now_ms();
	assert_false(is_true(&s, "Ping", "5|"));
	assert_in_range(now_ms() - began, 200, 500);
	check_property(&s, "LastError", "no answer within 200 ms");
	check_result(
		&s,
		"<generic response='Error' actionid='5' message='no answer within 200 "
		"ms: check the connection, or wait for longer' />");
	onechost_wait_taken(&s.host, 1);
	onechost_check_events(&s.host,
			      "MikoAjamEvent|Response|<generic response='Success' "
			      "actionid='5' ping='Pong' />\n");
	scene_end(&s);
}

static void
test_without_a_connection(void **state)
{
	struct scene s = { 0 };

	scene_start(&s, OLD);
	assert_false(is_true(&s, "Ping", "|"));
	check_property(&s, "LastError",
		       "no connection with Asterisk: call Connect(URL");
	check_property(&s, "Connected", "false");
	check_property(&s, "State", "down");
	zv_component_set_locale(s.c, ZV_STR("ru"));
	assert_false(is_true(&s, "Ping", "|"));
	check_property(&s, "ПоследняяОшибка",
		       "нет соединения с Asterisk: сначала Подключить(");
	scene_end(&s);
}

static void
test_refused_login_is_not_repeated(void **state)
{
	struct scene s = { .pbx.options.refuses = true };

	scene_start(&s, OLD);
	assert_false(connect_to(&s, "wrong/secret"));
	check_property(&s, "LastError", "login refused for user 'tester'");
	check_property(&s, "State", "down");
	assert_false(is_true(&s, "Ping", "|"));
	sleep_ms(50);
	assert_int_equal(server_counts(s.pbx.server).connections, 1);
	assert_int_equal(s.host.n_taken, 0);
	scene_end(&s);
}

static void
test_connects_when_the_server_comes(void **state)
{
	struct scene s = { .pbx.options.closed = true };

	scene_start(&s, OLD);
	assert_false(connect_to(&s, SECRET));
	check_property(&s, "LastError", "127.0.0.1");
	server_listen(s.pbx.server);
	onechost_wait_taken(&s.host, 1); /* FullyBooted, or ZvonConnected */
	for (int i = 0; i < 100; i++) {
		struct zv_value is = property(&s, "Connected");

		if (is.boolean)
			break;
		sleep_ms(50);
	}
	assert_true(is_true(&s, "Ping", "|"));
	scene_end(&s);
}

static void
test_bad_arguments_of_connect(void **state)
{
	static const struct {
		const char *given, *wanted;
	} rows[] = {
		{ "tel://x|a|b", "bad URL" },
		{ "ami://127.0.0.1||b", "no user name" },
		{ "ami://127.0.0.1:1|a|b|99", "a timeout of 99 ms is out of range" },
		{ "ami://127.0.0.1:1|a|b|60001",
		  "a timeout of 60001 ms is out of range" },
		{ "ami://127.0.0.1:1|a|b|100", "127.0.0.1:1" },
		{ "ami://127.0.0.1:1|a|b|60000", "127.0.0.1:1" },
	};
	struct scene s = { 0 };

	scene_start(&s, OLD);
	for (size_t i = 0; i < N_OF(rows); i++) {
		assert_false(is_true(&s, "Connect", rows[i].given));
		check_property(&s, "LastError", rows[i].wanted);
	}
	clear(&s);
	zv_value_set_text(&s.arguments[0], (struct zv_str){ "ami://a\0b", 9 });
	s.n = 1;
	assert_true(zv_component_call(s.c, 0, s.arguments, 1, &s.result));
	assert_false(s.result.boolean);
	check_property(&s, "LastError", "parameter 1: a NUL");
	scene_end(&s);
}

static void
test_loss_and_return_are_told(void **state)
{
	struct scene s = { 0 };

	scene_ready(&s, OLD);
	is_true(&s, "Reload", "||"); /* the connection is reset */
	wait_event(&s, "MikoAjamEvent|ZvonConnected");
	wait_event(&s, "MikoAjamEvent|ZvonDisconnected|<generic "
		       "event='ZvonDisconnected' reason='127.0.0.1:");
	wait_event(&s, "' retry='");
	check_property(&s, "Losses", "1");
	assert_true(is_true(&s, "Ping", "|"));
	scene_end(&s);
}

static void
test_disconnect_and_logoff(void **state)
{
	struct scene s = { 0 };

	scene_ready(&s, OLD);
	assert_true(is_true(&s, "Отключить", ""));
	assert_int_equal(s.host.n_forgotten, 1);
	check_property(&s, "Connected", "false");
	assert_false(is_true(&s, "Ping", "|"));
	assert_true(connect_to(&s, SECRET));
	assert_true(is_true(&s, "Logoff", "|"));
	check_result(
		&s,
		"<generic response='Goodbye' message='Thanks for all the fish.' />");
	assert_false(is_true(&s, "Ping", "|"));
	sleep_ms(1200); /* it does not come back by itself */
	check_property(&s, "Connected", "false");
	assert_int_equal(server_counts(s.pbx.server).connections, 2);
	scene_end(&s);
}

/* Old code on a server of today, and the same server as it is. */
static void
test_view(void **state)
{
	struct scene s = { 0 };

	scene_ready(&s, MODERN);
	check_property(&s, "View", "legacy");
	check_property(&s, "ServerVersion", MODERN);
	assert_true(is_true(&s, "Atxfer", "A|B||||"));
	wait_event(&s, "MikoAjamEvent|Dial|<generic event='Dial' subevent='Begin' "
		       "channel='SIP/1-1' destination='SIP/2-2' ");
	assert_false(has_event(&s, "DialBegin"));
	assert_true(set_property(&s, "Вид", "native"));
	assert_true(connect_to(&s, SECRET));
	assert_true(is_true(&s, "Atxfer", "A|B||||"));
	wait_event(&s, "MikoAjamEvent|DialBegin|");

	assert_true(set_property(&s, "View", " Legacy , sip-names,keep-new"));
	check_property(&s, "View", "legacy,sip-names,keep-new");
	assert_false(set_property(&s, "View", "native,sip-names"));
	assert_false(set_property(&s, "View", "legacy,"));
	assert_false(set_property(&s, "View", ""));
	check_property(&s, "View", "legacy,sip-names,keep-new");
	scene_end(&s);
}

/* ---- the file of functions ------------------------------------------------------------------------- */

static void
write_file(char path[64], const char *text)
{
	FILE *file;

	snprintf(path, 64, "/tmp/t_onec_miko.%d.conf", (int)getpid());
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static void
test_functions_from_a_file(void **state)
{
	struct scene s = { 0 };
	char path[64];
	long hangup;

	scene_ready(&s, OLD);
	hangup = zv_component_find_method(s.c, ZV_STR("Hangup"));
	write_file(path, "method SorceryMemoryCacheStale = Cache, Object\n"
			 "method SetVar = Variable, Value, Channel\n"
			 "alias Disconnect = Разъединить\n");
	assert_true(is_true(&s, "ЗагрузитьФункции", path));
	assert_int_equal(zv_component_find_method(s.c, ZV_STR("Hangup")), hangup);
	if (!is_true(&s, "SorceryMemoryCacheStale", "a|b|9|"))
		check_property(&s, "LastError", "");
	check_heard(&s,
		    "Action: SorceryMemoryCacheStale|ActionID: 9|Cache: a|Object: b");
	assert_true(is_true(&s, "SetVar", "a|b%20c||9|"));
	check_heard(&s, "Action: SetVar|ActionID: 9|Variable: a|Value: b%20c");
	assert_true(call(&s, "Функции", ""));
	assert_non_null(strstr(zv_buf_cstr(&s.result.bytes),
			       "method SetVar = Variable, Value, Channel\n"));

	write_file(path, "method X = Y\nmethod Z Y\n");
	assert_false(is_true(&s, "LoadFunctions", path));
	check_property(&s, "LastError", ".conf, line 2: there is no =");
	assert_int_equal(zv_component_find_method(s.c, ZV_STR("X")), -1);
	assert_true(is_true(&s, "SetVar", "a|b||9|"));
	unlink(path);
	assert_false(is_true(&s, "LoadFunctions", path));
	check_property(&s, "LastError", "there is no such file");
	assert_false(is_true(&s, "LoadFunctions", "/tmp"));
	check_property(&s, "LastError", "this is not a file");
	assert_true(is_true(&s, "Разъединить", ""));
	scene_end(&s);
}

static void
test_loads_have_a_limit(void **state)
{
	struct scene s = { 0 };
	char path[64];
	size_t loads = 0;

	scene_start(&s, OLD);
	write_file(path, "method X = Y\n");
	while (loads <= ZV_MIKO_LOADS_MAX && is_true(&s, "LoadFunctions", path))
		loads++;
	assert_int_equal(loads, ZV_MIKO_LOADS_MAX);
	check_property(&s, "LastError", "functions were loaded 20 times already");
	unlink(path);
	scene_end(&s);
}

static void
test_properties_that_are_refused(void **state)
{
	struct scene s = { 0 };

	scene_start(&s, OLD);
	assert_false(set_property(&s, "AnswerTimeout", "99"));
	assert_false(set_property(&s, "AnswerTimeout", "soon"));
	assert_true(set_property(&s, "AnswerTimeout", "100"));
	assert_false(set_property(&s, "Insecure", "perhaps"));
	assert_true(set_property(&s, "Insecure", "1"));
	check_property(&s, "Insecure", "true");
	assert_false(set_property(&s, "EventMask", "on\r\nAction: x"));
	assert_true(set_property(&s, "EventMask", "call"));
	check_property(&s, "МаскаСобытий", "call");
	assert_true(set_property(&s, "WaitingLimit", "10"));
	assert_false(set_property(&s, "WaitingLimit", "9"));
	assert_true(set_property(&s, "EventDepth", "200"));
	check_property(&s, "Version", ".");
	assert_true(set_property(&s, "CAFile", "/no/such"));
	scene_end(&s);
}

/* In every state of the connection; the time it takes is the component's promise. */
static void
test_ends_in_every_state(void **state)
{
	const int before = count_descriptors();

	for (int i = 0; i < 6; i++) {
		struct scene s = { .pbx.options = { .silent = i == 1,
						    .login_ms = i == 2 ? 400 : 0 } };
		int64_t began;

		scene_start(&s, OLD);
		set_property(&s, "AnswerTimeout", "100");
		if (i)
			connect_to(&s, SECRET);
		if (i == 4)
			is_true(&s, "Agents", "|"); /* never answered */
		if (i == 5)
			is_true(&s, "Disconnect", "");
		began = now_ms();
		zv_component_stop(s.c);
		assert_in_range(now_ms() - began, 0, most_stop_ms());
		assert_false(call(&s, "Ping", "|"));
		scene_end(&s);
	}
	check_descriptors(before);
}

int
main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sample_of_the_press_release),
		cmocka_unit_test(test_ids_of_ours_are_not_shown),
		cmocka_unit_test(test_error_of_asterisk),
		cmocka_unit_test(test_answers_of_commands),
		cmocka_unit_test(test_items_of_a_list_are_events),
		cmocka_unit_test(test_late_answer_is_an_event),
		cmocka_unit_test(test_without_a_connection),
		cmocka_unit_test(test_refused_login_is_not_repeated),
		cmocka_unit_test(test_connects_when_the_server_comes),
		cmocka_unit_test(test_bad_arguments_of_connect),
		cmocka_unit_test(test_loss_and_return_are_told),
		cmocka_unit_test(test_disconnect_and_logoff),
		cmocka_unit_test(test_view),
		cmocka_unit_test(test_functions_from_a_file),
		cmocka_unit_test(test_loads_have_a_limit),
		cmocka_unit_test(test_properties_that_are_refused),
		cmocka_unit_test(test_ends_in_every_state),
	};

	return RUN_GROUP(argc, argv, "onec_miko", tests);
}
