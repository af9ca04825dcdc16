/* The class Zvon with its threads: packets in flood while the script changes its mind, asks,
 * disconnects, and goes away with things under way. For TSan and valgrind above all. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "onec/class.h"
#include "../unit/onechost.h"
#include "server.h"
#include "support.h"

struct scene {
	struct server *server;
	struct onechost host;
	struct zv_component *c;
	size_t packets; /* atomic: events taken */
};

static bool
count_event(struct onechost *h, struct zv_str source, struct zv_str name,
	    struct zv_str data)
{
	struct scene *s = h->user;

	if (zvon_str_equal(name, ZV_STR("packet")))
		__atomic_add_fetch(&s->packets, 1, __ATOMIC_RELAXED);
	return true;
}

static int
begin(void **state)
{
	struct scene *s = zv_calloc(1, sizeof *s);
	static const struct server_options plain = { 0 };

	s->server = server_start(&plain);
	onechost_init(&s->host);
	s->host.on_event = count_event;
	s->host.user = s;
	s->c = zv_component_new(&zv_class_zvon);
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
	server_stop(s->server);
	zv_free(s);
	return 0;
}

/* The text that it gives; false: raised. */
static bool
call(struct scene *s, const char *name, const char *first, const char *second,
     const char *third, struct zv_buf *out)
{
	struct zv_value arguments[3] = { 0 }, result = { 0 };
	const char *const texts[] = { first, second, third };
	long number = zv_component_find_method(s->c, zvon_str(name));
	size_t n = 0;
	bool good;

	assert_true(number >= 0);
	for (; n < 3 && texts[n]; n++)
		zv_value_set_text(&arguments[n], zvon_str(texts[n]));
	good = zv_component_call(s->c, number, arguments, n, &result);
	if (good && out)
		zv_value_as_text(&result, out);
	for (size_t i = 0; i < n; i++)
		zv_value_deinit(&arguments[i]);
	zv_value_deinit(&result);
	return good;
}

static void
set(struct scene *s, const char *name, const char *text)
{
	struct zv_value value = { 0 };
	long number = zv_class_find_property(&zv_class_zvon, zvon_str(name));

	zv_value_set_text(&value, zvon_str(text));
	assert_true(zv_component_set(s->c, number, &value));
	zv_value_deinit(&value);
}

static void
connect_it(struct scene *s)
{
	char url[60];

	snprintf(url, sizeof url, "ami://tester@127.0.0.1:%d", server_port(s->server));
	if (!call(s, "Connect", url, "", SECRET, NULL)) {
		struct zv_buf text = { 0 };

		zv_component_last_error(s->c, &text);
		fail_msg("%s", zv_buf_cstr(&text));
	}
}

static void
emit(struct scene *s, int n)
{
	char fields[60];

	snprintf(fields, sizeof fields, "First: 0\nCount: %d", n);
	assert_true(call(s, "Action", "Emit", fields, NULL, NULL));
}

static void
wait_packets(struct scene *s, size_t n)
{
	int64_t until = now_ms() + 20000;

	while (__atomic_load_n(&s->packets, __ATOMIC_RELAXED) < n) {
		assert_true(now_ms() < until);
		sleep_ms(5);
	}
}

/* All arrive, in whatever format, none is filtered, none is lost. */
static void
test_flood_while_formats_change(void **state)
{
	static const char *const formats[] = { "ami", "xml", "json" };
	struct scene *s = *state;

	set(s, "QueueLength", "100000");
	connect_it(s);
	set(s, "Packets", "1");
	set(s, "Asynchronous", "1");
	emit(s, 20000);
	for (int i = 0; i < 60; i++) {
		set(s, "Format", formats[i % 3]);
		set(s, "View", i % 2 ? "legacy" : "native");
		assert_true(call(s, "SetFilter", "", "UserEvent", NULL, NULL));
		assert_true(call(s, "SetEvents", i % 2 ? "*" : "", NULL, NULL, NULL));
	}
	wait_packets(s, 20000);
}

static void
test_questions_in_a_flood(void **state)
{
	struct scene *s = *state;
	struct zv_buf text = { 0 };

	connect_it(s);
	set(s, "Packets", "1");
	set(s, "Asynchronous", "1");
	emit(s, 20000);
	for (int i = 0; i < 20; i++) {
		zv_buf_clear(&text);
		assert_true(call(s, "Calls", NULL, NULL, NULL, &text));
		assert_string_equal(zv_buf_cstr(&text), "[]");
		assert_true(call(s, "History", NULL, NULL, NULL, NULL));
		assert_true(call(s, "Hangup", "1.1", NULL, NULL, NULL));
	}
	zv_buf_deinit(&text);
}

static void
test_disconnected_in_a_flood(void **state)
{
	struct scene *s = *state;

	for (int i = 0; i < 10; i++) {
		set(s, "Asynchronous", "0");
		connect_it(s);
		set(s, "Packets", "1");
		set(s, "Asynchronous", "1");
		emit(s, 5000);
		assert_true(call(s, "Action", "Silence", NULL, NULL, NULL));
		assert_true(call(s, "Disconnect", NULL, NULL, NULL, NULL));
		assert_false(call(s, "Calls", NULL, NULL, NULL, NULL));
	}
}

/* Stopped with a flood, an action without an answer, and questions under way. */
static void
test_stopped_in_a_flood(void **state)
{
	struct scene *s = *state;
	int64_t began;

	connect_it(s);
	set(s, "Packets", "1");
	set(s, "Asynchronous", "1");
	emit(s, 50000);
	assert_true(call(s, "Action", "Silence", NULL, NULL, NULL));
	assert_true(call(s, "MakeCall", "205", "101", NULL, NULL));
	began = now_ms();
	zv_component_stop(s->c);
	assert_true(now_ms() - began <= most_stop_ms());
}

/* Connect gives up when its time is over, and nothing is left of it. */
static void
test_connect_in_vain(void **state)
{
	struct scene *s = *state;
	char url[60];

	set(s, "AnswerTime", "300");
	server_freeze(s->server, true);
	snprintf(url, sizeof url, "ami://tester@127.0.0.1:%d", server_port(s->server));
	for (int i = 0; i < 3; i++) {
		int64_t began = now_ms();

		assert_false(call(s, "Connect", url, "", SECRET, NULL));
		assert_true(now_ms() - began < 3000);
	}
	server_freeze(s->server, false);
	set(s, "AnswerTime", "5000");
	connect_it(s);
}

/* The server is lost while a method waits: it is told, and not left to its time. */
static void
test_lost_while_it_waits(void **state)
{
	struct scene *s = *state;
	int64_t began = now_ms();

	connect_it(s);
	set(s, "AnswerTime", "60000");
	assert_false(call(s, "Action", "Cut", NULL, NULL, NULL));
	assert_true(now_ms() - began < 20000);
}

#define SCENE(test) cmocka_unit_test_setup_teardown(test, begin, end)

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		SCENE(test_flood_while_formats_change),
		SCENE(test_questions_in_a_flood),
		SCENE(test_disconnected_in_a_flood),
		SCENE(test_stopped_in_a_flood),
		SCENE(test_connect_in_vain),
		SCENE(test_lost_while_it_waits),
	};

	return RUN_GROUP(argc, argv, "onec_zvon_threads", tests);
}
