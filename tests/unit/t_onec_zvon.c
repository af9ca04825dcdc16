/* The class Zvon without a connection: its names, its tables against the hub's and against
 * the documentation, what is set, what is refused, calls that it remembers. */
#include <stdlib.h>

#include "base/mem.h"
#include "helper.h"
#include "hub/command.h"
#include "json/reader.h"
#include "onec/text16.h"
#include "onec/zvon_script.h"
#include "onechost.h"

struct scene {
	struct onechost host;
	struct zv_component *c;
};

static int
begin(void **state)
{
	struct scene *s = zv_calloc(1, sizeof *s);

	onechost_init(&s->host);
	s->c = zv_component_new(&zv_class_zvon);
	assert_non_null(s->c);
	zv_component_attach(s->c, &onechost_calls, &s->host);
	*state = s;
	return 0;
}

static int
end(void **state)
{
	struct scene *s = *state;

	zv_component_free(s->c);
	onechost_deinit(&s->host);
	zv_free(s);
	return 0;
}

/* ---- calls as a script makes them ------------------------------------------------------- */

/* "s:text", "b:1", "i:5"; the result, borrowed until the next one; NULL: raised. */
static const char *
call(struct scene *s, const char *name, size_t n, const char *const *texts)
{
	static struct zv_value result;
	struct zv_value arguments[ZV_METHOD_ARGUMENTS] = { 0 };
	long number = zv_component_find_method(s->c, zvon_str(name));
	bool good;

	if (number < 0)
		fail_msg("no method %s", name);
	zv_value_deinit(&result);
	for (size_t i = 0; i < n; i++) {
		if (texts[i][0] == 'b')
			zv_value_set_bool(&arguments[i], texts[i][2] == '1');
		else if (texts[i][0] == 'i')
			zv_value_set_int(&arguments[i], atoi(texts[i] + 2));
		else
			zv_value_set_text(&arguments[i], zvon_str(texts[i] + 2));
	}
	good = zv_component_call(s->c, number, arguments, n, &result);
	for (size_t i = 0; i < n; i++)
		zv_value_deinit(&arguments[i]);
	if (!good)
		zv_value_deinit(&result);
	return good ? zv_buf_cstr(&result.bytes) : NULL;
}

#define CALL(s, name, ...)                                                             \
 call((s), (name), sizeof((const char *[]){ __VA_ARGS__ }) / sizeof(char *),           \
      (const char *[]){ __VA_ARGS__ })

static bool
set(struct scene *s, const char *name, const char *text)
{
	struct zv_value value = { 0 };
	long number = zv_class_find_property(&zv_class_zvon, zvon_str(name));
	bool good;

	assert_true(number >= 0);
	zv_value_set_text(&value, zvon_str(text));
	good = zv_component_set(s->c, number, &value);
	zv_value_deinit(&value);
	return good;
}

static void
check_get(struct scene *s, const char *name, const char *wanted)
{
	struct zv_value value = { 0 };
	struct zv_buf text = { 0 };
	long number = zv_class_find_property(&zv_class_zvon, zvon_str(name));

	assert_true(number >= 0);
	assert_true(zv_component_get(s->c, number, &value));
	assert_int_equal(zv_value_as_text(&value, &text), 0);
	assert_string_equal(zv_buf_cstr(&text), wanted);
	zv_buf_deinit(&text);
	zv_value_deinit(&value);
}

/* ---- names ----------------------------------------------------------------------------------- */

#define MOST_NAMES 400

struct names {
	const char *list[MOST_NAMES];
	size_t n;
};

static void
add_names(struct names *all, const char *english, const char *russian)
{
	all->list[all->n++] = english;
	all->list[all->n++] = russian;
}

static struct names
collect(void)
{
	struct names all = { 0 };

	for (size_t i = 0; i < zv_class_zvon.n_properties; i++)
		add_names(&all, zv_class_zvon.properties[i].name,
			  zv_class_zvon.properties[i].russian);
	for (size_t i = 0; i < zv_class_zvon.n_methods; i++)
		add_names(&all, zv_class_zvon.methods[i].name,
			  zv_class_zvon.methods[i].russian);
	return all;
}

/* The platform makes НачатьВызов…, НачатьПолучение…, НачатьУстановку… of them. */
static void
check_legal(const char *name, bool is_russian)
{
	static const char *const taken[] = { "Начать", "Begin", "Завершениевызова" };

	for (size_t i = 0; i < sizeof taken / sizeof *taken; i++)
		assert_false(zv_name_equal(
			(struct zv_str){ name, strlen(taken[i]) < strlen(name)
						       ? strlen(taken[i])
						       : strlen(name) },
			zvon_str(taken[i])));
	for (const unsigned char *p = (const unsigned char *)name; *p; p++) {
		bool latin = (*p >= 'A' && *p <= 'Z') || (*p >= 'a' && *p <= 'z');

		/* Cyrillic of 1C is U+0400…U+045F: 0xd0, 0xd1 and a byte behind them */
		if (is_russian ? *p < 0x80 || *p >= 0xd2 : !latin)
			fail_msg("%s", name);
	}
}

static void
test_names_are_legal_and_unique(void **state)
{
	struct names all = collect();

	assert_true(all.n > 90);
	for (size_t i = 0; i < all.n; i++) {
		check_legal(all.list[i], i % 2);
		for (size_t j = 0; j < i; j++)
			if (zv_name_equal(zvon_str(all.list[i]), zvon_str(all.list[j])))
				fail_msg("%s twice", all.list[i]);
	}
}

/* ---- the documentation ---------------------------------------------------------------------- */

static struct zv_buf document;

static int
read_document(void **state)
{
	char path[4096];
	const char *root = getenv("ZVON_SOURCE_ROOT");
	struct zv_str text;

	snprintf(path, sizeof path, "%s/docs/onec/zvon.md", root ? root : ".");
	text = read_file(path);
	zv_buf_add(&document, text);
	free((char *)(uintptr_t)text.p);
	return zv_buf_failed(&document) ? -1 : 0;
}

static int
drop_document(void **state)
{
	zv_buf_deinit(&document);
	return 0;
}

/* A line that begins with the one, and has the other in its next column. */
static void
check_line(const char *begin_with, const char *russian)
{
	const char *at = strstr(zv_buf_cstr(&document), begin_with);
	const char *eol = at ? strchr(at + 1, '\n') : NULL;
	char wanted[200];

	snprintf(wanted, sizeof wanted, "| %s |", russian);
	if (!at || !eol || !strstr(at, wanted) || strstr(at, wanted) > eol)
		fail_msg("docs/onec/zvon.md: no line for %s, %s", begin_with, russian);
}

static void
test_each_name_has_its_line(void **state)
{
	char text[200];

	for (size_t i = 0; i < zv_class_zvon.n_properties; i++) {
		snprintf(text, sizeof text, "\n| `%s` ",
			 zv_class_zvon.properties[i].name);
		check_line(text, zv_class_zvon.properties[i].russian);
	}
	for (size_t i = 0; i < zv_class_zvon.n_methods; i++) {
		snprintf(text, sizeof text, "\n| `%s(", zv_class_zvon.methods[i].name);
		check_line(text, zv_class_zvon.methods[i].russian);
	}
}

/* "MakeCall(To, [Line], [AutoAnswer])" */
static void
test_each_argument_is_in_its_line(void **state)
{
	for (size_t i = 0; i < zv_class_zvon.n_methods; i++) {
		const struct zv_method *m = &zv_class_zvon.methods[i];
		struct zv_buf line = { 0 };

		zv_buf_printf(&line, "\n| `%s(", m->name);
		for (size_t j = 0; j < m->n_arguments; j++)
			zv_buf_printf(&line,
				      m->arguments[j].fallback ? "%s[%s]" : "%s%s",
				      j ? ", " : "", m->arguments[j].name);
		zv_buf_printf(&line, ")`");
		if (!strstr(zv_buf_cstr(&document), zv_buf_cstr(&line)))
			fail_msg("docs/onec/zvon.md: no%s", zv_buf_cstr(&line));
		zv_buf_deinit(&line);
	}
}

static void
test_each_option_and_event_has_its_line(void **state)
{
	struct scene *s = *state;
	struct zv_buf text = { 0 };
	struct zv_str rest, name;
	static const char *const events[] = {
		"connection.state", "command.progress",
		"command.done",	    "command.failed",
		"action.done",	    "packet",
		"resync",	    "agent",
		"filter.off",	    "error",
	};

	assert_null(CALL(s, "GetOption", "s:?"));
	zv_component_last_error(s->c, &text);
	rest = zv_buf_str(&text);
	rest = zv_str_from(rest, zv_str_find(rest, ZV_STR("есть: ")) + 10);
	assert_true(rest.n > 100);
	while (zv_str_split(&rest, ' ', &name)) {
		struct zv_buf quoted = { 0 };

		zv_buf_printf(&quoted, "`%.*s`", ZV_ARG(name));
		if (!strstr(zv_buf_cstr(&document), zv_buf_cstr(&quoted)))
			fail_msg("no line for %s", zv_buf_cstr(&quoted));
		zv_buf_deinit(&quoted);
	}
	for (size_t i = 0; i < sizeof events / sizeof *events; i++)
		assert_non_null(strstr(zv_buf_cstr(&document), events[i]));
	zv_buf_deinit(&text);
}

/* ---- commands ---------------------------------------------------------------------------------- */

static const struct zv_method *
method_of(const struct zv_command *command)
{
	for (size_t i = 0; i < zv_class_zvon.n_methods; i++) {
		const struct zv_method *m = &zv_class_zvon.methods[i];
		const struct zv_script_command *data = m->data;

		if (m->call == zv_script_command &&
		    strcmp(data->name, command->name) == 0)
			return m;
	}
	return NULL;
}

static enum zv_value_want
want_of(enum zv_argument_kind kind)
{
	return kind == ZV_ARG_BOOL  ? ZV_WANT_BOOL
	       : kind == ZV_ARG_INT ? ZV_WANT_INT
				    : ZV_WANT_TEXT;
}

/* "AutoAnswer" is auto_answer. */
static bool
is_same_name(const char *shown, const char *name)
{
	struct zv_buf plain = { 0 };
	bool same;

	for (; *name; name++)
		if (*name != '_')
			zv_buf_add_char(&plain, *name);
	same = zv_name_equal(zv_buf_str(&plain), zvon_str(shown));
	zv_buf_deinit(&plain);
	return same;
}

static size_t
check_command(const struct zv_command *command, const struct zv_method *m)
{
	const struct zv_script_command *data = m->data;
	size_t n = 0;

	for (size_t i = 0; i < m->n_arguments; i++) {
		const struct zv_argument *a = command->arguments;

		while (a->name && strcmp(a->name, data->arguments[i]) != 0)
			a++;
		if (!a->name || !is_same_name(m->arguments[i].name, a->name) ||
		    want_of(a->kind) != m->arguments[i].want ||
		    a->required != !m->arguments[i].fallback)
			fail_msg("%s, %s", m->name, data->arguments[i]);
		n++;
	}
	return n;
}

/* Each command of the hub has a method with all of its arguments but `server`. */
static void
test_each_command_has_its_method(void **state)
{
	size_t n = 0;

	for (size_t i = 0; zv_commands[i]; i++) {
		const struct zv_command *command = zv_commands[i];
		const struct zv_method *m = method_of(command);
		size_t arguments = 0;

		if (strcmp(command->name, "ami.action") == 0)
			continue; /* Action */
		if (!m)
			fail_msg("%s", command->name);
		for (const struct zv_argument *a = command->arguments; a->name; a++)
			arguments += strcmp(a->name, "server") != 0;
		assert_int_equal(check_command(command, m), arguments);
		n++;
	}
	assert_int_equal(n, 23);
}

/* ---- without a connection ------------------------------------------------------------------------ */

static void
test_not_connected(void **state)
{
	struct scene *s = *state;

	assert_null(CALL(s, "Позвонить", "s:205"));
	onechost_check_raised(&s->host, "Zvon: нет соединения: вызовите Подключить()");
	assert_null(CALL(s, "Звонки"));
	assert_null(CALL(s, "Действие", "s:Ping"));
	assert_null(CALL(s, "Выполнить", "s:call.make", "s:{\"to\":\"205\"}"));
	assert_null(CALL(s, "Выполнить", "s:call.make", "s:[1]"));
	check_get(s, "Подключено", "false");
	check_get(s, "Состояние", "closed");
	assert_non_null(CALL(s, "Отключить"));
	assert_string_equal(CALL(s, "История"), "[]");
	assert_string_equal(CALL(s, "Запись", "s:1.1"), "[]");
}

static void
test_in_english(void **state)
{
	struct scene *s = *state;

	zv_component_set_locale(s->c, ZV_STR("en_US"));
	assert_null(CALL(s, "MakeCall", "s:205"));
	onechost_check_raised(&s->host, "Zvon: not connected: call Connect()");
}

static void
test_urls_that_are_none(void **state)
{
	struct scene *s = *state;
	static const char *const urls[] = {
		"",	      "ami://",		"ftp://x@y",   "ami://host:5038",
		"ws://",      "127.0.0.1:5038", "ami://a@b:0", "ami://a@b:99999",
		"wss://x:0/", "http://u@h/..",
	};

	for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
		char text[100];

		snprintf(text, sizeof text, "s:%s", urls[i]);
		if (CALL(s, "Подключить", text))
			fail_msg("%s", urls[i]);
		check_get(s, "Состояние", "closed");
	}
}

/* ---- what is set ---------------------------------------------------------------------------------- */

static void
test_properties(void **state)
{
	struct scene *s = *state;
	static const struct {
		const char *name, *text, *wanted; /* NULL: refused */
	} rows[] = {
		{ "Линия", " 101 ", "101" },
		{ "Line", "office/101", "office/101" },
		{ "Асинхронно", "Истина", "true" },
		{ "Асинхронно", "может быть", NULL },
		{ "Пакеты", "1", "true" },
		{ "Формат", "XML", "xml" },
		{ "Формат", "yaml", NULL },
		{ "Вид", "legacy", "legacy" },
		{ "Вид", "old", NULL },
		{ "ВремяОтвета", "100", "100" },
		{ "ВремяОтвета", "99", NULL },
		{ "ВремяОтвета", "60000", "60000" },
		{ "ВремяОтвета", "60001", NULL },
		{ "ДлинаОчереди", "10", "10" },
		{ "ДлинаОчереди", "9", NULL },
		{ "ДлинаОчереди", "1000000", "1000000" },
		{ "ДлинаОчереди", "1000001", NULL },
		{ "УровеньЖурнала", "Trace", "trace" },
		{ "УровеньЖурнала", "loud", NULL },
		{ "ФайлЖурнала", "/nowhere/at/all/x.log", NULL },
		{ "ФайлЖурнала", "", "" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		bool good = set(s, rows[i].name, rows[i].text);

		if (good != (rows[i].wanted != NULL))
			fail_msg("%s = %s", rows[i].name, rows[i].text);
		if (good)
			check_get(s, rows[i].name, rows[i].wanted);
	}
}

static void
test_line_of_greatest_length(void **state)
{
	struct scene *s = *state;
	char line[ZV_SCRIPT_TEXT + 2];

	memset(line, '1', sizeof line);
	line[ZV_SCRIPT_TEXT + 1] = '\0';
	assert_false(set(s, "Line", line));
	line[ZV_SCRIPT_TEXT] = '\0';
	assert_true(set(s, "Line", line));
}

/* No event reaches a script there. */
static void
test_on_a_server(void **state)
{
	struct scene *s = zv_calloc(1, sizeof *s);

	onechost_init(&s->host);
	s->host.app = ZV_APP_SERVER;
	s->c = zv_component_new(&zv_class_zvon);
	zv_component_attach(s->c, &onechost_calls, &s->host);
	assert_false(set(s, "Асинхронно", "1"));
	assert_false(set(s, "Пакеты", "1"));
	assert_true(set(s, "Асинхронно", "0"));
	assert_true(set(s, "ВремяОтвета", "1000"));
	*state = s;
	end(state);
	*state = NULL;
}

static void
test_options(void **state)
{
	struct scene *s = *state;
	char many[400] = "s:";

	assert_string_equal(CALL(s, "GetOption", "s:context"), "from-internal");
	assert_non_null(CALL(s, "SetOption", "s:Context", "s:internal"));
	assert_string_equal(CALL(s, "ПолучитьПараметр", "s:context"), "internal");
	assert_non_null(CALL(s, "SetOption", "s:notify_hold", "b:1"));
	assert_string_equal(CALL(s, "GetOption", "s:notify_hold"), "yes");
	assert_null(CALL(s, "SetOption", "s:notify_hold", "s:maybe"));
	assert_non_null(CALL(s, "SetOption", "s:ring_ms", "i:1000"));
	assert_null(CALL(s, "SetOption", "s:ring_ms", "i:999"));
	assert_null(CALL(s, "SetOption", "s:ring_ms", "s:soon"));
	assert_string_equal(CALL(s, "GetOption", "s:ring_ms"), "1000");
	assert_null(CALL(s, "SetOption", "s:queue_interface", "s:Local/101@x"));
	assert_non_null(CALL(s, "SetOption", "s:queue_interface", "s:Local/{0}@x"));
	assert_non_null(CALL(s, "SetOption", "s:queue_interface", "s:"));
	assert_null(CALL(s, "SetOption", "s:nonsense", "s:1"));
	for (int i = 0; i < 99; i++)
		strcat(many, "t,");
	assert_non_null(CALL(s, "SetOption", "s:trunks", many));
	strcat(many, "t,");
	assert_null(CALL(s, "SetOption", "s:trunks", many));
}

static void
test_events(void **state)
{
	struct scene *s = *state;

	assert_true(zv_script_wants(s->c ? zv_script_of(s->c) : NULL,
				    ZV_STR("call.answered")));
	assert_non_null(CALL(s, "УстановитьСобытия", "s:call.*, Leg.Ringing,resync"));
	assert_true(zv_script_wants(zv_script_of(s->c), ZV_STR("call.ended")));
	assert_true(zv_script_wants(zv_script_of(s->c), ZV_STR("leg.ringing")));
	assert_false(zv_script_wants(zv_script_of(s->c), ZV_STR("leg.ended")));
	assert_null(CALL(s, "SetEvents", "s:call.answerd"));
	assert_null(CALL(s, "SetEvents", "s:x*"));
	assert_true(zv_script_wants(zv_script_of(s->c), ZV_STR("call.ended")));
	assert_non_null(CALL(s, "SetEvents", "s:"));
	assert_false(zv_script_wants(zv_script_of(s->c), ZV_STR("call.ended")));
	assert_non_null(CALL(s, "SetEvents", "s:*"));
	assert_true(zv_script_wants(zv_script_of(s->c), ZV_STR("leg.ended")));
}

/* ---- packets ------------------------------------------------------------------------------------------- */

static const struct zv_field fields[] = {
	{ { "Event", 5 }, { "Hangup", 6 } },
	{ { "Channel", 7 }, { "PJSIP/200-1", 11 } },
	{ { "Cause", 5 }, { "16", 2 } },
};
static const char hangup_text[] =
	"Event: Hangup\r\nChannel: PJSIP/200-1\r\nCause: 16\r\n";
static const struct zv_packet hangup = {
	.kind = ZV_PACKET_EVENT,
	.name = { "Hangup", 6 },
	.fields = fields,
	.n_fields = 3,
	.text = { hangup_text, sizeof hangup_text - 1 },
};

/* Sends it; what the script is told, or nothing. */
static void
check_packet(struct scene *s, const char *wanted)
{
	size_t taken = s->host.n_taken;

	zv_script_on_packet(zv_script_of(s->c), &hangup);
	if (*wanted)
		onechost_wait_taken(&s->host, taken + 1);
	onechost_check_events(&s->host, wanted);
}

static void
test_packets(void **state)
{
	struct scene *s = *state;
	static const char ami[] =
		"Zvon|packet|Event: Hangup\r\nChannel: PJSIP/200-1\r\n"
		"Cause: 16\r\n\r\n\n";

	check_packet(s, "");
	set(s, "Пакеты", "1");
	check_packet(s, ami);
	set(s, "Формат", "json");
	check_packet(s,
		     "Zvon|packet|{\"kind\":\"event\",\"name\":\"Hangup\",\"fields\":"
		     "[[\"Event\",\"Hangup\"],[\"Channel\",\"PJSIP/200-1\"],"
		     "[\"Cause\",\"16\"]]}\n");
	set(s, "Формат", "xml");
	check_packet(s, "Zvon|packet|<generic event='Hangup' channel='PJSIP/200-1' "
			"cause='16' />\n");
	set(s, "Формат", "ami");
	assert_non_null(CALL(s, "УстановитьФильтр", "s:", "s:Dial,Hangup"));
	check_packet(s, ami);
	assert_non_null(CALL(s, "УстановитьФильтр", "s:200", "s:", "s:Cause=16"));
	check_packet(s, ami);
	assert_non_null(
		CALL(s, "УстановитьФильтр", "s:", "s:", "s:Cause!=16\nChannel~2"));
	check_packet(s, "");
	check_get(s, "Отфильтровано", "1");
	assert_non_null(CALL(s, "УстановитьФильтр"));
	assert_non_null(CALL(s, "УстановитьРегулярноеВыражение", "s:Hangup.{1,}?201"));
	check_packet(s, "");
	assert_null(CALL(s, "УстановитьРегулярноеВыражение", "s:Hangup("));
	check_packet(s, ""); /* the one before stays */
	assert_null(CALL(s, "УстановитьФильтр", "s:", "s:", "s:Cause"));
	assert_non_null(CALL(s, "УстановитьРегулярноеВыражение"));
	check_packet(s, ami);
}

/* ---- calls that have ended ------------------------------------------------------------------------------- */

/* What a desk would tell. */
static void tell(struct scene *s, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void
tell(struct scene *s, const char *format, ...)
{
	char text[1000];
	json_t *event;
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	event = zv_json_read(zvon_str(text), NULL);
	assert_non_null(event);
	zv_script_remember(zv_script_of(s->c), event);
	json_decref(event);
}

static void
tell_call(struct scene *s, const char *id, const char *from, const char *hour)
{
	tell(s,
	     "{\"event\":\"call.started\",\"call\":\"%s\",\"server\":\"x\","
	     "\"time\":\"2026-11-21T%s:00:00.000Z\"}",
	     id, hour);
	tell(s,
	     "{\"event\":\"recording.started\",\"call\":\"%s\",\"server\":\"x\","
	     "\"file\":\"/a/%s.wav\",\"time\":\"2026-11-21T%s:00:01.000Z\"}",
	     id, id, hour);
	tell(s,
	     "{\"event\":\"call.ended\",\"call\":\"%s\",\"server\":\"x\","
	     "\"time\":\"2026-11-21T%s:00:02.000Z\",\"from\":{\"number\":\"%s\"},"
	     "\"to\":{\"number\":\"200\"},\"result\":\"busy\",\"legs\":[]}",
	     id, hour, from);
}

static size_t
count_calls(const char *json)
{
	size_t n = 0;

	for (const char *p = json; p && (p = strstr(p, "{\"call\":")); p++)
		n++;
	return n;
}

static void
test_history(void **state)
{
	struct scene *s = *state;

	setenv("TZ", "UTC-3", 1); /* Moscow */
	tzset();
	tell_call(s, "1.1", "+7 (926) 123-45-67", "10");
	tell_call(s, "1.2", "201", "11");
	tell(s, "{\"event\":\"call.started\",\"call\":\"1.3\",\"server\":\"x\"}");
	assert_int_equal(count_calls(CALL(s, "История")), 2);
	assert_int_equal(count_calls(CALL(s, "История", "s:89261234567")), 1);
	assert_int_equal(count_calls(CALL(s, "История", "s:9261234567")), 1);
	assert_int_equal(count_calls(CALL(s, "История", "s:1234567")), 0);
	assert_int_equal(count_calls(CALL(s, "История", "s:201")), 1);
	assert_int_equal(count_calls(CALL(s, "История", "s:200")), 2);
	assert_int_equal(count_calls(CALL(s, "История", "s:01")), 0);
	assert_int_equal(count_calls(CALL(s, "История", "s:", "s:2026-11-21T13:30:00")),
			 1);
	assert_int_equal(count_calls(CALL(s, "История", "s:", "s:2026-11-21",
					  "s:2026-11-21T13:30:00")),
			 1);
	assert_int_equal(count_calls(CALL(s, "История", "s:", "s:2026-11-22")), 0);
	assert_null(CALL(s, "История", "s:", "s:yesterday"));
	assert_string_equal(CALL(s, "Запись", "s:1.2"), "[\"/a/1.2.wav\"]");
	assert_string_equal(
		CALL(s, "История", "s:201"),
		"[{\"call\":\"1.2\",\"server\":\"x\",\"direction\":null,"
		"\"from\":{\"number\":\"201\"},\"to\":{\"number\":\"200\"},\"did\":"
		"null,"
		"\"queue\":null,\"result\":\"busy\",\"legs\":[],\"cause\":null,"
		"\"reason\":null,\"started\":\"2026-11-21T11:00:00.000Z\","
		"\"answered\":null,\"ended\":\"2026-11-21T11:00:02.000Z\","
		"\"recordings\":[\"/a/1.2.wav\"],\"recording_ids\":[]}]");
}

/* What a consultation recorded belongs to the call in which it went on. */
static void
test_merged_call_is_none(void **state)
{
	struct scene *s = *state;

	tell(s, "{\"event\":\"call.started\",\"call\":\"1.1\",\"server\":\"x\"}");
	tell(s, "{\"event\":\"recording.started\",\"call\":\"1.2\",\"server\":\"x\","
		"\"file\":\"/a/2\"}");
	tell(s, "{\"event\":\"call.ended\",\"call\":\"1.2\",\"server\":\"x\","
		"\"reason\":\"merged\",\"into\":\"1.1\"}");
	assert_string_equal(CALL(s, "История"), "[]");
	assert_string_equal(CALL(s, "Запись", "s:1.1"), "[\"/a/2\"]");
}

static void
test_history_has_its_limits(void **state)
{
	struct scene *s = *state;
	char id[20];

	for (int i = 0; i < ZV_SCRIPT_HISTORY + 1; i++) {
		snprintf(id, sizeof id, "2.%d", i);
		tell_call(s, id, "201", "10");
	}
	for (int i = 0; i < ZV_SCRIPT_CALLS + 1; i++)
		tell(s,
		     "{\"event\":\"call.started\",\"call\":\"3.%d\",\"server\":\"x\"}",
		     i);
	assert_int_equal(zv_script_of(s->c)->net.n_past, ZV_SCRIPT_HISTORY);
	assert_int_equal(zv_script_of(s->c)->net.n_live, ZV_SCRIPT_CALLS);
	assert_string_equal(CALL(s, "Запись", "s:2.0"), "[]");
	assert_string_equal(CALL(s, "Запись", "s:2.1"), "[\"/a/2.1.wav\"]");
}

/* ---- memory --------------------------------------------------------------------------------------------------- */

static void
test_no_memory(void **state)
{
	struct zv_component *c = NULL;

	for (unsigned long i = 1; !c; i++) {
		assert_true(i < 1000);
		zv_mem_fail_at(i);
		c = zv_component_new(&zv_class_zvon);
	}
	zv_mem_fail_at(0);
	zv_component_free(c);
}

#define SCENE(test) cmocka_unit_test_setup_teardown(test, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names_are_legal_and_unique),
		cmocka_unit_test(test_each_name_has_its_line),
		cmocka_unit_test(test_each_argument_is_in_its_line),
		SCENE(test_each_option_and_event_has_its_line),
		cmocka_unit_test(test_each_command_has_its_method),
		SCENE(test_not_connected),
		SCENE(test_in_english),
		SCENE(test_urls_that_are_none),
		SCENE(test_properties),
		SCENE(test_line_of_greatest_length),
		cmocka_unit_test(test_on_a_server),
		SCENE(test_options),
		SCENE(test_events),
		SCENE(test_packets),
		SCENE(test_history),
		SCENE(test_merged_call_is_none),
		SCENE(test_history_has_its_limits),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests(tests, read_document, drop_document);
}
