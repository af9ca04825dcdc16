/* ROM-Asterisk's three classes against a peer that speaks AMI, HTTP, or nothing. */
#include "helper.h"

#include <stdio.h>
#include <stdlib.h>

#include "onec/link_raw.h"
#include "onec/rom.h"
#include "onechost.h"
#include "server.h"

int64_t now_ms(void);
void sleep_ms(int ms);

#define BANNER	 "Asterisk Call Manager/1.1\r\n"
#define LOGIN_OK "Response: Success\r\nMessage: Authentication accepted\r\n\r\n"
/* as the article of 2012 prints it */
#define DIAL                                                                           \
 "Event: Dial\r\nPrivilege: call,all\r\nSubEvent: Begin\r\n"                           \
 "Channel: SIP/202-0000019c\r\nDestination: SIP/200-0000019d\r\nCallerIDNum: 202\r\n"  \
 "CallerIDName: Operator202\r\nConnectedLineNum: 200\r\n"                              \
 "ConnectedLineName: Operator200\r\nUniqueID: 1335616897.790\r\n"                      \
 "DestUniqueID: 1335616897.791\r\nDialstring: 200\r\n\r\n"
#define NEWSTATE "Event: Newstate\r\nPrivilege: call,all\r\nChannel: SIP/305-1\r\n\r\n"
#define HANGUP                                                                         \
 "Event: Hangup\r\nPrivilege: call,all\r\nChannel: SIP/200-0000019d\r\nCause: "        \
 "16\r\n\r\n"

/* ---- a script of 1C ------------------------------------------------------------------------- */

struct scene {
	struct server *server;
	struct onechost host;
	struct zv_component *object;
	struct zv_buf said; /* what the last call gave */
};

static void
open_scene(struct scene *s, const struct zv_class *class, talk_fn script, void *user)
{
	const struct server_options options = { .script = script, .user = user };

	*s = (struct scene){ 0 };
	s->server = server_start(&options);
	onechost_init(&s->host);
	s->object = zv_component_new(class);
	assert_non_null(s->object);
	zv_component_attach(s->object, &onechost_calls, &s->host);
}

static void
close_scene(struct scene *s)
{
	int64_t begin = now_ms();

	zv_component_stop(s->object);
	assert_true(now_ms() - begin <= ZV_STOP_MS);
	zv_component_free(s->object);
	server_stop(s->server);
	onechost_deinit(&s->host);
	zv_buf_deinit(&s->said);
}

/* "i:5", "b:1", "s:text", "u:" */
static void
read_value(struct zv_value *v, const char *text)
{
	if (text[0] == 's')
		zv_value_set_text(v, zvon_str(text + 2));
	else if (text[0] == 'i')
		zv_value_set_int(v, atoll(text + 2));
	else if (text[0] == 'b')
		zv_value_set_bool(v, text[2] == '1');
	else if (text[0] == 'r')
		*v = (struct zv_value){ .kind = ZV_VALUE_REAL, .real = atof(text + 2) };
}

static void
show_value(struct zv_buf *out, const struct zv_value *v)
{
	static const char letters[] = "uni?bs";

	zv_buf_printf(out, "%c:", letters[v->kind]);
	if (v->kind == ZV_VALUE_BOOL)
		zv_buf_printf(out, "%d", v->boolean);
	else
		assert_int_equal(0, zv_value_as_text(v, out));
}

/* What the method gives, or "!" and what was raised. */
static const char *
call(struct scene *s, const char *name, const char *first, const char *second)
{
	long method = zv_component_find_method(s->object, zvon_str(name));
	struct zv_value arguments[2] = { 0 }, result = { 0 };

	assert_true(method >= 0);
	if (first)
		read_value(&arguments[0], first);
	if (second)
		read_value(&arguments[1], second);
	zv_buf_clear(&s->said);
	if (zv_component_call(s->object, method, arguments, !!first + !!second,
			      &result))
		show_value(&s->said, &result);
	else
		zv_buf_printf(&s->said, "!%s", zv_buf_cstr(&s->host.raised));
	zv_value_deinit(&result);
	zv_value_deinit(&arguments[0]);
	zv_value_deinit(&arguments[1]);
	return zv_buf_cstr(&s->said);
}

static const char *
get(struct scene *s, const char *name)
{
	long property =
		zv_class_find_property(zv_component_class(s->object), zvon_str(name));
	struct zv_value value = { 0 };

	assert_true(property >= 0);
	zv_buf_clear(&s->said);
	assert_true(zv_component_get(s->object, property, &value));
	show_value(&s->said, &value);
	zv_value_deinit(&value);
	return zv_buf_cstr(&s->said);
}

static bool
set(struct scene *s, const char *name, const char *text)
{
	long property =
		zv_class_find_property(zv_component_class(s->object), zvon_str(name));
	struct zv_value value = { 0 };
	bool ok;

	read_value(&value, text);
	ok = zv_component_set(s->object, property, &value);
	zv_value_deinit(&value);
	return ok;
}

#define CHECK_CALL(wanted, s, name, first, second)                                     \
 assert_string_equal(wanted, call(s, name, first, second))
#define CHECK_GET(wanted, s, name) assert_string_equal(wanted, get(s, name))

static const char *
connect_to(struct scene *s, const char *host)
{
	char port[16];

	snprintf(port, sizeof port, "i:%d", server_port(s->server));
	return call(s, "Connect", host, port);
}

static void
wait_get(struct scene *s, const char *name, const char *wanted)
{
	for (int i = 0; i < 1000 && strcmp(get(s, name), wanted) != 0; i++)
		sleep_ms(5);
	CHECK_GET(wanted, s, name);
}

/* ---- the peer ----------------------------------------------------------------------------------- */

static const struct {
	const char *action, *answer;
} answers[] = {
	{ "Action: Login", LOGIN_OK },
	{ "Action: Dial", DIAL },
	{ "Action: Call", NEWSTATE DIAL NEWSTATE HANGUP },
	{ "Action: Half", "Event: Ha" },
	{ "Action: Rest", "ngup\r\nCause: 16\r\n\r\n" },
};

/* Says what the actions ask for; `Bye` ends it. */
static void
talk_ami(struct talk *t, void *user)
{
	const char *banner = user, *packet;

	talk_printf(t, "%s", banner ? banner : BANNER);
	while ((packet = talk_next(t)) && !strstr(packet, "Action: Bye"))
		for (size_t i = 0; i < N_OF(answers); i++)
			if (strstr(packet, answers[i].action))
				talk_printf(t, "%s", answers[i].answer);
}

#define SAY(s, text) CHECK_CALL(yes(s), s, "SendCommand", "s:" text "\r\n\r\n", NULL)

static const char *
yes(struct scene *s)
{
	return zv_component_class(s->object) == &zv_class_rom_native ? "b:1" : "i:1";
}

static void
check_events(struct scene *s, size_t *seen, size_t n, const char *wanted)
{
	*seen += n;
	onechost_wait_taken(&s->host, *seen);
	onechost_check_events(&s->host, wanted);
}

/* ---- the sequence of the seed, in the three generations --------------------------------------------- */

static void
test_v1(void **state)
{
	struct scene s;
	size_t seen = 0;

	open_scene(&s, &zv_class_rom, talk_ami, NULL);
	CHECK_GET("i:0", &s, "Connected");
	assert_string_equal("i:1", connect_to(&s, "s:127.0.0.1"));
	CHECK_GET("i:1", &s, "Подключен");
	SAY(&s, "Action: Login\r\nUsername: user1c\r\nSecret: passwd1234");
	CHECK_CALL("i:1", &s, "ListenMode", "i:1", NULL);
	CHECK_GET("i:1", &s, "Прослушивание");
	/* held until somebody listens */
	check_events(&s, &seen, 3,
		     "ROM-Asterisk|FD_CONNECT|127.0.0.1\n"
		     "ROM-Asterisk|FD_READ|Asterisk Call Manager/1.1\r\n\r\n\n"
		     "ROM-Asterisk|FD_READ|" LOGIN_OK "\n");
	CHECK_CALL("i:1", &s, "УстановитьРегВыражение",
		   "s:Dial.{1,}?200|Bridge.{1,}?200|Hangup.{1,}?200", NULL);
	CHECK_GET("s:Dial.{1,}?200|Bridge.{1,}?200|Hangup.{1,}?200", &s,
		  "РегВыражение");
	SAY(&s, "Action: Call");
	check_events(&s, &seen, 2,
		     "ROM-Asterisk|FD_READ|" DIAL "\nROM-Asterisk|FD_READ|" HANGUP
		     "\n");
	wait_get(&s, "Filtered", "i:2");
	CHECK_GET("i:6", &s, "Received");
	CHECK_GET("s:regex: Event: Newstate", &s, "WhyFiltered");
	CHECK_CALL("i:1", &s, "Disconnect", NULL, NULL);
	CHECK_GET("i:0", &s, "Connected");
	CHECK_CALL("i:0", &s, "SendCommand", "s:Action: Ping\r\n\r\n", NULL);
	check_events(&s, &seen, 0, "");
	close_scene(&s);
}

static void
test_c1(void **state)
{
	struct scene s;
	size_t seen = 0;

	open_scene(&s, &zv_class_brom, talk_ami, NULL);
	assert_string_equal("i:1", connect_to(&s, "s:127.0.0.1"));
	CHECK_CALL("i:1", &s, "РежимПрослушивания", "i:1", NULL);
	SAY(&s, "Action: Login");
	check_events(&s, &seen, 3,
		     "BROM-Asterisk|Connected|127.0.0.1\n"
		     "BROM-Asterisk|Recived|Asterisk Call Manager/1.1\r\n\r\n\n"
		     "BROM-Asterisk|Recived|" LOGIN_OK "\n");
	CHECK_CALL("i:1", &s, "УстановитьФильтр", "s:SIP/200", NULL);
	CHECK_GET("s:SIP/200", &s, "Фильтр");
	CHECK_CALL("i:1", &s, "УстановитьГлубинуБуфера", "i:100", NULL);
	CHECK_GET("i:100", &s, "BufferDepth");
	SAY(&s, "Action: Call");
	check_events(&s, &seen, 2,
		     "BROM-Asterisk|Recived|" DIAL "\nBROM-Asterisk|Recived|" HANGUP
		     "\n");
	SAY(&s, "Action: Bye");
	check_events(&s, &seen, 1, "BROM-Asterisk|Disconnect|\n");
	CHECK_GET("i:0", &s, "Подключено");
	close_scene(&s);
}

static void
test_c2(void **state)
{
	struct scene s;
	size_t seen = 0;
	char wanted[200];

	open_scene(&s, &zv_class_rom_native, talk_ami, NULL);
	CHECK_GET("b:0", &s, "Connected");
	snprintf(wanted, sizeof wanted, "s:%d", server_port(s.server));
	CHECK_CALL("b:1", &s, "Подключиться", "s:127.0.0.1", wanted);
	snprintf(wanted, sizeof wanted,
		 "ROM-Asterisk-Native|Connected|Server:127.0.0.1 Port:%d\n",
		 server_port(s.server));
	check_events(&s, &seen, 1, wanted);
	CHECK_GET("b:1", &s, "Подключено");
	SAY(&s, "Action: Login");
	assert_true(set(&s, "КлючПродукта", "s:key-1"));
	CHECK_GET("s:key-1", &s, "Key");
	CHECK_GET("s:zvon", &s, "Идентификатор");
	CHECK_GET("b:0", &s, "ДемонстрационныйРежим");
	CHECK_CALL("b:1", &s, "РежимПрослушивания", "b:1", NULL);
	check_events(&s, &seen, 2,
		     "ROM-Asterisk-Native|FD_READ|Asterisk Call Manager/1.1\r\n\r\n\n"
		     "ROM-Asterisk-Native|FD_READ|" LOGIN_OK "\n");
	CHECK_CALL("b:1", &s, "УстановитьРегулярноеВыражение", "s:Cause: 16----|Half",
		   NULL);
	SAY(&s, "Action: Call");
	check_events(&s, &seen, 1, "ROM-Asterisk-Native|FD_READ|" HANGUP "\n");
	/* a part of a packet is none */
	SAY(&s, "Action: Half");
	SAY(&s, "Action: Rest");
	check_events(
		&s, &seen, 1,
		"ROM-Asterisk-Native|FD_READ|Event: Hangup\r\nCause: 16\r\n\r\n\n");
	SAY(&s, "Action: Bye");
	check_events(&s, &seen, 1, "ROM-Asterisk-Native|Disconnected|Disconnected\n");
	assert_non_null(strstr(get(&s, "LastError"),
			       "s:соединение закрыто сервером (127.0.0.1:"));
	CHECK_GET("s:1.0.1.11", &s, "Версия");
	CHECK_GET("s:" ZVON_PROJECT_VERSION, &s, "ВерсияZvon");
	close_scene(&s);
}

/* ---- types ------------------------------------------------------------------------------------------- */

static void
test_any_type(void **state)
{
	static const char *const flags[] = { "i:1", "b:1", "s:1", "s:Истина", "r:1.0" };
	static const char *const offs[] = { "i:0", "b:0", "s:0", "s:Ложь", "r:0" };
	char port[32];
	struct scene s;

	open_scene(&s, &zv_class_rom, talk_ami, NULL);
	for (size_t i = 0; i < N_OF(flags); i++) {
		snprintf(port, sizeof port, "%c:%d", "ris"[i % 3],
			 server_port(s.server));
		CHECK_CALL("i:1", &s, "Connect", "s:127.0.0.1", port);
		CHECK_CALL("i:1", &s, "ListenMode", flags[i], NULL);
		CHECK_GET("i:1", &s, "Listen");
		CHECK_CALL("i:1", &s, "ListenMode", offs[i], NULL);
		CHECK_GET("i:0", &s, "Listen");
	}
	assert_int_equal('!', *call(&s, "ListenMode", "s:perhaps", NULL));
	assert_int_equal('!', *call(&s, "Connect", NULL, NULL));
	assert_int_equal('!', *call(&s, "Connect", "s:127.0.0.1", "i:0"));
	assert_non_null(strstr(zv_buf_cstr(&s.host.raised), "от 1 до 65535"));
	assert_int_equal('!', *call(&s, "Connect", "s:127.0.0.1", "i:65536"));
	assert_int_equal('!', *call(&s, "Connect", "s:a b", "i:1"));
	/* omitted: off */
	CHECK_CALL("i:1", &s, "SetFilter", "u:", NULL);
	CHECK_CALL("i:1", &s, "SetRegEx", "i:200", NULL);
	CHECK_GET("s:200", &s, "RegEx");
	assert_false(set(&s, "View", "s:else"));
	assert_false(set(&s, "ErrorAsEvent", "s:perhaps"));
	assert_true(set(&s, "ErrorAsEvent", "b:1"));
	CHECK_GET("i:1", &s, "ОшибкаКакСобытие");
	assert_true(set(&s, "Вид", "s:НОВЫЙ"));
	CHECK_GET("s:native", &s, "View");
	assert_true(set(&s, "AnswerTimeout", "i:700"));
	CHECK_GET("i:700", &s, "ВремяОтвета");
	assert_false(set(&s, "AnswerTimeout", "i:1"));
	assert_false(set(&s, "Connected", "i:1"));
	snprintf(port, sizeof port, "i:%d", server_port(s.server));
	CHECK_GET(port, &s, "Порт");
	close_scene(&s);
}

static void
test_longest_key(void **state)
{
	char key[ZV_ROM_KEY_MAX + 4] = "s:";
	struct scene s;

	open_scene(&s, &zv_class_rom_native, talk_ami, NULL);
	memset(key + 2, 'k', ZV_ROM_KEY_MAX);
	assert_true(set(&s, "Key", key));
	CHECK_GET(key, &s, "Key");
	key[2 + ZV_ROM_KEY_MAX] = 'k';
	assert_false(set(&s, "Key", key));
	assert_int_equal(2 + ZV_ROM_KEY_MAX, strlen(get(&s, "Key")));
	close_scene(&s);
}

/* ---- what is held ------------------------------------------------------------------------------------- */

static void
test_silence_when_nobody_listens(void **state)
{
	struct scene s;
	size_t seen = 0;

	open_scene(&s, &zv_class_rom, talk_ami, NULL);
	connect_to(&s, "s:127.0.0.1");
	check_events(&s, &seen, 1, "ROM-Asterisk|FD_CONNECT|127.0.0.1\n");
	CHECK_CALL("i:1", &s, "ListenMode", "i:0", NULL); /* what was held is gone */
	SAY(&s, "Action: Call");
	wait_get(&s, "Received", "i:5");
	CHECK_CALL("i:1", &s, "ListenMode", "i:1", NULL);
	SAY(&s, "Action: Dial");
	check_events(&s, &seen, 1, "ROM-Asterisk|FD_READ|" DIAL "\n");
	/* the next connection begins as the first one, the flag stays */
	connect_to(&s, "s:127.0.0.1");
	SAY(&s, "Action: Login");
	check_events(&s, &seen, 3,
		     "ROM-Asterisk|FD_CONNECT|127.0.0.1\n"
		     "ROM-Asterisk|FD_READ|Asterisk Call Manager/1.1\r\n\r\n\n"
		     "ROM-Asterisk|FD_READ|" LOGIN_OK "\n");
	close_scene(&s);
}

#define MANY 20000 /* of 200 bytes: more than is held, and than a socket takes */

static void
talk_many(struct talk *t, void *user)
{
	bool *is_sent = user;

	talk_printf(t, BANNER);
	talk_next(t);
	__atomic_store_n(is_sent, talk_emit(t, 1, MANY), __ATOMIC_SEQ_CST);
	talk_next(t);
}

static void
test_held_has_a_limit(void **state)
{
	bool is_sent = false;
	struct scene s;
	size_t held;

	open_scene(&s, &zv_class_rom, talk_many, &is_sent);
	connect_to(&s, "s:127.0.0.1");
	SAY(&s, "Action: Go");
	wait_get(&s, "Received", "i:20001");
	assert_true(__atomic_load_n(&is_sent, __ATOMIC_SEQ_CST));
	get(&s, "Dropped");
	held = MANY + 1 - (size_t)atoi(zv_buf_cstr(&s.said) + 2);
	/* the first ones, a few bytes each for their length */
	assert_in_range(held * (EVENT_BYTES + sizeof(size_t)),
			ZV_ROM_HELD_MAX - EVENT_BYTES - 8, ZV_ROM_HELD_MAX + 200);
	CHECK_CALL("i:1", &s, "ListenMode", "i:1", NULL);
	onechost_wait_taken(&s.host, held + 1);
	assert_true(zv_str_starts(zv_buf_str(&s.host.events),
				  ZV_STR("ROM-Asterisk|FD_CONNECT|127.0.0.1\n"
					 "ROM-Asterisk|FD_READ|Asterisk Call")));
	close_scene(&s);
}

/* Fault 020, 121: the host takes nothing, and Asterisk is read all the same. */
static void
test_fault_020_always_read(void **state)
{
	bool is_sent = false;
	struct scene s;

	open_scene(&s, &zv_class_rom, talk_many, &is_sent);
	onechost_set_mood(&s.host, HOST_SITS);
	connect_to(&s, "s:127.0.0.1");
	CHECK_CALL("i:1", &s, "ListenMode", "i:1", NULL);
	SAY(&s, "Action: Go");
	wait_get(&s, "Received", "i:20001");
	assert_true(__atomic_load_n(&is_sent, __ATOMIC_SEQ_CST));
	assert_true(atoi(get(&s, "Dropped") + 2) >= MANY - ZV_EVENTS_WAITING);
	assert_int_equal(ZV_EVENTS_WAITING, atoi(get(&s, "Waiting") + 2));
	onechost_set_mood(&s.host, HOST_TAKES);
	close_scene(&s);
}

/* ---- errors --------------------------------------------------------------------------------------------- */

static void
test_refused(void **state)
{
	const struct server_options closed = { .closed = true };
	struct server *server = server_start(&closed);
	char port[16];
	struct scene s;

	snprintf(port, sizeof port, "i:%d", server_port(server));
	open_scene(&s, &zv_class_rom, talk_ami, NULL);
	assert_non_null(strstr(call(&s, "Connect", "s:127.0.0.1", port),
			       "!ROM-Asterisk: нет соединения с 127.0.0.1:"));
	assert_non_null(strstr(zv_buf_cstr(&s.said), "manager.conf"));
	assert_non_null(strstr(get(&s, "LastError"), "в соединении отказано"));
	CHECK_GET("i:0", &s, "Connected");
	close_scene(&s);

	open_scene(&s, &zv_class_rom_native, talk_ami, NULL);
	zv_component_set_locale(s.object, ZV_STR("en_US"));
	CHECK_CALL("b:0", &s, "Connect", "s:127.0.0.1", port);
	assert_non_null(strstr(get(&s, "LastError"), "connection refused"));
	close_scene(&s);
	server_stop(server);
}

/* No answer: the script waits no longer than it said; then, and while it waits, the object
 * can go. */
static void
test_silent_peer(void **state)
{
	struct hole *hole = hole_open("127.0.0.1", 0);
	char port[16];
	struct scene s;
	int64_t begin;

	snprintf(port, sizeof port, "i:%d", hole_port(hole));
	open_scene(&s, &zv_class_rom_native, talk_ami, NULL);
	assert_true(set(&s, "AnswerTimeout", "i:500"));
	begin = now_ms();
	CHECK_CALL("b:0", &s, "Connect", "s:127.0.0.1", port);
	assert_in_range(now_ms() - begin, 300, 2000);
	assert_non_null(strstr(get(&s, "LastError"), "сервер не ответил вовремя"));
	close_scene(&s);
	hole_close(hole);
}

static void *
connect_in_a_thread(void *user)
{
	struct scene *s = user;

	call(s, "Connect", "s:127.0.0.1", zv_buf_cstr(&s->host.raised));
	return NULL;
}

/* Fault 122: the object goes while it connects; who waits for that is told. */
static void
test_fault_122_stopped_while_connecting(void **state)
{
	struct hole *hole = hole_open("127.0.0.1", 0);
	struct scene s;
	pthread_t thread;
	int64_t begin;

	open_scene(&s, &zv_class_rom_native, talk_ami, NULL);
	zv_buf_printf(&s.host.raised, "i:%d", hole_port(hole));
	assert_int_equal(0, pthread_create(&thread, NULL, connect_in_a_thread, &s));
	sleep_ms(200);
	begin = now_ms();
	zv_component_stop(s.object);
	pthread_join(thread, NULL);
	assert_true(now_ms() - begin <= ZV_STOP_MS);
	assert_string_equal("b:0", zv_buf_cstr(&s.said));
	close_scene(&s);
	hole_close(hole);
}

/* Disconnect ends a Connect that still waits, at once. */
static void
test_disconnect_while_connecting(void **state)
{
	struct hole *hole = hole_open("127.0.0.1", 0);
	struct scene s, other;
	pthread_t thread;
	int64_t begin;

	open_scene(&s, &zv_class_rom_native, talk_ami, NULL);
	zv_buf_printf(&s.host.raised, "i:%d", hole_port(hole));
	other = (struct scene){ .object = s.object };
	assert_int_equal(0, pthread_create(&thread, NULL, connect_in_a_thread, &s));
	sleep_ms(200);
	begin = now_ms();
	CHECK_CALL("b:1", &other, "Disconnect", NULL, NULL);
	pthread_join(thread, NULL);
	assert_true(now_ms() - begin <= ZV_STOP_MS);
	assert_string_equal("b:0", zv_buf_cstr(&s.said));
	assert_non_null(strstr(get(&s, "LastError"), "подключение отменено"));
	zv_buf_deinit(&other.said);
	close_scene(&s);
	hole_close(hole);
}

/* What 1C code of those years does inside the event that says "lost". */
static bool
connect_again(struct onechost *h, struct zv_str source, struct zv_str name,
	      struct zv_str data)
{
	struct scene *s = h->user;

	if (zvon_str_equal(name, ZV_STR("Disconnected"))) {
		assert_string_equal("b:1", connect_to(s, "s:127.0.0.1"));
		SAY(s, "Action: Login");
	}
	pthread_mutex_lock(&h->lock);
	h->n_taken++;
	zv_buf_printf(&h->events, "%.*s ", ZV_ARG(name));
	pthread_cond_broadcast(&h->changed);
	pthread_mutex_unlock(&h->lock);
	return true;
}

static void
test_connects_again_inside_the_event(void **state)
{
	struct scene s, inside;

	open_scene(&s, &zv_class_rom_native, talk_ami, NULL);
	inside = (struct scene){ .server = s.server, .object = s.object };
	s.host.user = &inside;
	s.host.on_event = connect_again;
	connect_to(&s, "s:127.0.0.1");
	CHECK_CALL("b:1", &s, "ListenMode", "b:1", NULL);
	onechost_wait_taken(&s.host, 2);
	SAY(&s, "Action: Bye");
	onechost_wait_taken(&s.host, 6);
	onechost_check_events(&s.host, "Connected FD_READ Disconnected Connected "
				       "FD_READ FD_READ ");
	CHECK_GET("b:1", &s, "Connected");
	close_scene(&s);
	zv_buf_deinit(&inside.said);
}

static void
test_bad_regex(void **state)
{
	struct scene s;
	size_t seen = 0;

	open_scene(&s, &zv_class_rom_native, talk_ami, NULL);
	CHECK_CALL("b:1", &s, "SetRegEx", "s:Hangup", NULL);
	assert_non_null(strstr(call(&s, "SetRegEx", "s:Dial(", NULL),
			       "!ROM-Asterisk-Native: регулярное выражение неверно"));
	check_events(&s, &seen, 1,
		     "ROM-Asterisk-Native|Некорректная Строка Regex|error_paren\n");
	CHECK_GET("s:Hangup", &s, "RegEx");
	close_scene(&s);

	open_scene(&s, &zv_class_brom, talk_ami, NULL);
	CHECK_CALL("i:1", &s, "SetRegEx", "s:Dial(", NULL);
	CHECK_GET("s:Dial(", &s, "RegEx");
	close_scene(&s);
}

static void
talk_hard(struct talk *t, void *user)
{
	char letters[1500];

	memset(letters, 'a', sizeof letters - 1);
	letters[sizeof letters - 1] = '\0';
	talk_next(t);
	for (int i = 0; i < ZV_FILTER_MAX_HITS + 5; i++)
		talk_printf(t, "Event: X\r\nData: %s!\r\n\r\n", letters);
	talk_next(t);
}

static void
test_hard_regex_is_switched_off(void **state)
{
	struct scene s;

	open_scene(&s, &zv_class_rom, talk_hard, NULL);
	connect_to(&s, "s:127.0.0.1");
	CHECK_CALL("i:1", &s, "ListenMode", "i:1", NULL);
	CHECK_CALL("i:1", &s, "SetRegEx", "s:(a+)+$", NULL);
	SAY(&s, "Action: Go");
	onechost_wait_taken(&s.host, 2);
	assert_non_null(
		strstr(zv_buf_cstr(&s.host.events), "zvon|filter.off|фильтр выключен"));
	assert_non_null(strstr(get(&s, "LastError"), "100 раз"));
	wait_get(&s, "Received", "i:105");
	CHECK_GET("s:off: Event: X", &s, "WhyFiltered");
	close_scene(&s);
}

static void
talk_frozen(struct talk *t, void *user)
{
	talk_freeze(t);
}

static void
test_out_queue_has_a_limit(void **state)
{
	struct zv_buf text = { 0 };
	struct scene s;
	int taken = 0;

	zv_buf_printf(&text, "s:Secret: passwd1234\r\nData: ");
	while (text.n < 200000)
		zv_buf_add_char(&text, 'x');
	open_scene(&s, &zv_class_rom, talk_frozen, NULL);
	connect_to(&s, "s:127.0.0.1");
	while (taken < 100 &&
	       strcmp(call(&s, "SendCommand", zv_buf_cstr(&text), NULL), "i:1") == 0)
		taken++;
	assert_in_range(taken, ZV_RAW_OUT_MAX / 200000, 99);
	assert_non_null(strstr(get(&s, "LastError"), "1048576"));
	assert_null(strstr(zv_buf_cstr(&s.said), "passwd"));
	CHECK_GET("i:1", &s, "Connected");
	zv_buf_deinit(&text);
	close_scene(&s);
}

/* ---- HTTP: the trick of 2013 --------------------------------------------------------------------------- */

#define NOT_FOUND                                                                      \
 "HTTP/1.1 404 Not Found\r\nServer: Asterisk/1.8.32.3\r\nContent-type: "               \
 "text/html\r\n\r\n<html><head><title>404 Not Found</title></head></html>\r\n"
#define PONG                                                                           \
 "HTTP/1.1 200 OK\r\nContent-Length: 35\r\n\r\nResponse: Success\r\nPing: "            \
 "Pong\r\n\r\n\r\n"

static void
talk_http(struct talk *t, void *user)
{
	const char *request = talk_next(t);

	if (request && strstr(request, "GET /asterisk/rawman?action=ping HTTP/1.0"))
		talk_printf(t, "%s", PONG);
	else
		talk_printf(t, "%s", NOT_FOUND);
}

static void
test_http(void **state)
{
	struct scene s;
	size_t seen = 0;

	open_scene(&s, &zv_class_rom, talk_http, NULL);
	CHECK_CALL("i:1", &s, "ListenMode", "i:1", NULL);
	connect_to(&s, "s:127.0.0.1");
	SAY(&s, "GET /asterisk/rawman?action=ping HTTP/1.0");
	check_events(&s, &seen, 3,
		     "ROM-Asterisk|FD_CONNECT|127.0.0.1\nROM-Asterisk|FD_READ|" PONG
		     "\nROM-Asterisk|FD_CLOSE|\n");
	connect_to(&s, "s:http://127.0.0.1/");
	SAY(&s, "GET /else HTTP/1.0");
	check_events(
		&s, &seen, 3,
		"ROM-Asterisk|FD_CONNECT|127.0.0.1\nROM-Asterisk|FD_READ|" NOT_FOUND
		"\nROM-Asterisk|FD_CLOSE|\n");
	close_scene(&s);
}

/* ---- views ------------------------------------------------------------------------------------------------ */

#define HEAD "\r\nPrivilege: call,all\r\n"
#define CHANNEL(number, id)                                                            \
 "Channel: PJSIP/" number "-1\r\nChannelState: 6\r\nChannelStateDesc: "                \
 "Up\r\nCallerIDNum: " number "\r\nCallerIDName: <unknown>\r\nConnectedLineNum: "      \
 "<unknown>\r\nConnectedLineName: <unknown>\r\nUniqueid: " id "\r\nLinkedid: 1.1\r\n"
#define DEST(number, id)                                                               \
 "DestChannel: PJSIP/" number "-1\r\nDestChannelState: 0\r\nDestCallerIDNum: " number  \
 "\r\nDestUniqueid: " id "\r\nDestLinkedid: 1.1\r\n"
#define DIAL_BEGIN                                                                     \
 "Event: DialBegin" HEAD CHANNEL("101", "1.1")                                         \
	 DEST("102", "1.2") "DialString: 102\r\n\r\n"
#define NEW_HANGUP                                                                     \
 "Event: Hangup" HEAD CHANNEL("101", "1.1") "Cause: 16\r\nCause-txt: Normal\r\n\r\n"

static void
talk_13(struct talk *t, void *user)
{
	talk_printf(t, "Asterisk Call Manager/2.10.0\r\n");
	talk_next(t);
	talk_printf(t, "%s", DIAL_BEGIN NEW_HANGUP);
	talk_next(t);
}

/* The names of the events that came, and whether a new field was in the last. */
static void
check_names(struct scene *s, const char *view, size_t n, const char *wanted,
	    bool new_fields)
{
	static const char mark[] = "|Event: ";
	struct zv_buf names = { 0 };
	const char *at;

	if (view)
		assert_true(set(s, "View", view));
	connect_to(s, "s:127.0.0.1");
	CHECK_CALL(yes(s), s, "ListenMode", "i:1", NULL);
	SAY(s, "Action: Go");
	onechost_wait_taken(&s->host, n);
	wait_get(s, "Received", "i:3");
	at = zv_buf_cstr(&s->host.events);
	assert_int_equal(new_fields, !!strstr(at, "Linkedid"));
	while ((at = strstr(at, mark)) != NULL) {
		at += strlen(mark);
		zv_buf_printf(&names, "%.*s ", (int)strcspn(at, "\r"), at);
	}
	check_text(view ? view : "auto", zv_buf_str(&names), zvon_str(wanted));
	zv_buf_deinit(&names);
}

static void
test_views(void **state)
{
	static const struct {
		const struct zv_class *class;
		const char *view;
		size_t n;
		const char *wanted;
		bool new_fields;
	} rows[] = {
		{ &zv_class_rom, NULL, 5, "Dial Dial Hangup ", false },
		{ &zv_class_brom, NULL, 5, "Dial Dial Hangup ", false },
		{ &zv_class_rom_native, NULL, 6, "DialBegin Dial Hangup Dial ", true },
		{ &zv_class_rom, "s:native", 4, "DialBegin Hangup ", true },
		{ &zv_class_rom, "s:both", 6, "DialBegin Dial Hangup Dial ", true },
		{ &zv_class_rom_native, "s:legacy", 5, "Dial Dial Hangup ", false },
	};

	for (size_t i = 0; i < N_OF(rows); i++) {
		struct scene s;

		open_scene(&s, rows[i].class, talk_13, NULL);
		check_names(&s, rows[i].view, rows[i].n, rows[i].wanted,
			    rows[i].new_fields);
		close_scene(&s);
	}
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_v1),
		cmocka_unit_test(test_c1),
		cmocka_unit_test(test_c2),
		cmocka_unit_test(test_any_type),
		cmocka_unit_test(test_longest_key),
		cmocka_unit_test(test_silence_when_nobody_listens),
		cmocka_unit_test(test_held_has_a_limit),
		cmocka_unit_test(test_fault_020_always_read),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_silent_peer),
		cmocka_unit_test(test_fault_122_stopped_while_connecting),
		cmocka_unit_test(test_disconnect_while_connecting),
		cmocka_unit_test(test_connects_again_inside_the_event),
		cmocka_unit_test(test_bad_regex),
		cmocka_unit_test(test_hard_regex_is_switched_off),
		cmocka_unit_test(test_out_queue_has_a_limit),
		cmocka_unit_test(test_http),
		cmocka_unit_test(test_views),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests_name("onec_rom", tests, NULL, NULL);
}
