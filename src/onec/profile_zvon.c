/* The class Zvon: calls, commands and packets of an Asterisk, directly or over zvond. Its
 * names are in docs/onec/zvon.md, each row of these tables has its line there. */
#include "onec/zvon_script.h"

#include "base/mem.h"

/* ---- properties ------------------------------------------------------------------------------ */

#define READ(english, russian, name)                                                   \
 {                                                                                     \
  english, russian, NULL, zv_script_get_##name, NULL                                   \
 }
#define BOTH(english, russian, name)                                                   \
 {                                                                                     \
  english, russian, NULL, zv_script_get_##name, zv_script_set_##name                   \
 }

static const struct zv_property properties[] = {
	READ("Connected", "Подключено", connected),
	READ("State", "Состояние", state),
	READ("LastError", "ПоследняяОшибка", last_error),
	READ("Version", "Версия", version),
	BOTH("Line", "Линия", line),
	BOTH("Asynchronous", "Асинхронно", asynchronous),
	BOTH("Packets", "Пакеты", packets),
	BOTH("Format", "Формат", format),
	BOTH("View", "Вид", view),
	BOTH("AnswerTime", "ВремяОтвета", answer_time),
	BOTH("BufferDepth", "ГлубинаБуфера", buffer_depth),
	BOTH("QueueLength", "ДлинаОчереди", queue_length),
	BOTH("StatusLine", "СтрокаСостояния", status_line),
	BOTH("LogFile", "ФайлЖурнала", log_file),
	BOTH("LogLevel", "УровеньЖурнала", log_level),
	READ("Received", "Принято", received),
	READ("Filtered", "Отфильтровано", filtered),
	READ("Delivered", "Доставлено", delivered),
	READ("Dropped", "Потеряно", dropped),
	READ("Waiting", "Ожидает", waiting),
	READ("Counters", "Счетчики", counters),
};

/* ---- methods ----------------------------------------------------------------------------------- */

#define MUST(name)                                                                     \
 {                                                                                     \
  name, ZV_WANT_TEXT, NULL                                                             \
 }
#define MAY(name)                                                                      \
 {                                                                                     \
  name, ZV_WANT_TEXT, ""                                                               \
 }

#define METHOD(english, russian, arguments, fn, data)                                  \
 {                                                                                     \
  english, russian, NULL, arguments, sizeof arguments / sizeof *arguments, false,      \
	  zv_script_##fn, data                                                         \
 }
#define PLAIN(english, russian, fn, data)                                              \
 {                                                                                     \
  english, russian, NULL, NULL, 0, false, zv_script_##fn, data                         \
 }

static const struct zv_argument_row connect_row[] = {
	MUST("URL"),
	MAY("User"),
	MAY("Secret"),
};
static const struct zv_argument_row events_row[] = { MUST("Events") };
static const struct zv_argument_row set_option_row[] = {
	MUST("Name"),
	{ "Value", ZV_WANT_ANY, NULL },
};
static const struct zv_argument_row option_row[] = { MUST("Name") };
static const struct zv_argument_row execute_row[] = {
	MUST("Command"),
	MAY("Arguments"),
};
static const struct zv_argument_row action_row[] = { MUST("Name"), MAY("Fields") };
static const struct zv_argument_row filter_row[] = {
	MAY("Text"),
	MAY("Events"),
	MAY("Fields"),
};
static const struct zv_argument_row regex_row[] = { MAY("Expression") };
static const struct zv_argument_row history_row[] = {
	MAY("Number"),
	{ "From", ZV_WANT_ANY, "" },
	{ "To", ZV_WANT_ANY, "" },
};
static const struct zv_argument_row recording_row[] = { MUST("Call") };
static const struct zv_argument_row recording_link_row[] = { MUST("Id") };

/* A command: how its arguments are called by a script, and by the hub. */
#define COMMAND(symbol, command, ...)                                                  \
 static const char *const symbol##_names[] = { __VA_ARGS__ };                          \
 static const struct zv_script_command symbol = { command, symbol##_names }

static const struct zv_argument_row to_line_auto[] = {
	MUST("To"),
	MAY("Line"),
	{ "AutoAnswer", ZV_WANT_BOOL, "" },
};
static const struct zv_argument_row call_line[] = { MUST("Call"), MAY("Line") };
static const struct zv_argument_row call_to_line[] = {
	MUST("Call"),
	MUST("To"),
	MAY("Line"),
};
static const struct zv_argument_row call_room_line[] = {
	MUST("Call"),
	MUST("Room"),
	MAY("Line"),
};
static const struct zv_argument_row call_line_lot[] = {
	MUST("Call"),
	MAY("Line"),
	MAY("Lot"),
};
static const struct zv_argument_row call_digits_line[] = {
	MUST("Call"),
	MUST("Digits"),
	MAY("Line"),
};
static const struct zv_argument_row call_action_line[] = {
	MUST("Call"),
	MUST("Action"),
	MAY("Line"),
};
static const struct zv_argument_row call_on_direction_line[] = {
	MUST("Call"),
	{ "On", ZV_WANT_BOOL, NULL },
	MAY("Direction"),
	MAY("Line"),
};
static const struct zv_argument_row call_level_direction_line[] = {
	MUST("Call"),
	{ "Level", ZV_WANT_INT, NULL },
	MAY("Direction"),
	MAY("Line"),
};
static const struct zv_argument_row call_mode_line[] = {
	MUST("Call"),
	MAY("Mode"),
	MAY("Line"),
};
static const struct zv_argument_row queue_line_penalty[] = {
	MUST("Queue"),
	MAY("Line"),
	{ "Penalty", ZV_WANT_INT, "0" },
};
static const struct zv_argument_row queue_line[] = { MUST("Queue"), MAY("Line") };
static const struct zv_argument_row on_queue_reason_line[] = {
	{ "On", ZV_WANT_BOOL, NULL },
	MAY("Queue"),
	MAY("Reason"),
	MAY("Line"),
};
static const struct zv_argument_row state_reason[] = { MUST("State"), MAY("Reason") };
static const struct zv_argument_row on_row[] = { { "On", ZV_WANT_BOOL, NULL } };
static const struct zv_argument_row on_line[] = {
	{ "On", ZV_WANT_BOOL, NULL },
	MAY("Line"),
};

COMMAND(call_make, "call.make", "to", "line", "auto_answer");
COMMAND(call_answer, "call.answer", "call", "line");
COMMAND(call_drop, "call.drop", "call", "line");
COMMAND(call_hold, "call.hold", "call", "line");
COMMAND(call_resume, "call.resume", "call", "line");
COMMAND(call_transfer, "call.transfer", "call", "to", "line");
COMMAND(call_consult, "call.consult", "call", "to", "line");
COMMAND(call_complete, "call.complete", "call", "line");
COMMAND(call_cancel, "call.cancel", "call", "line");
COMMAND(call_conference, "call.conference", "call", "room", "line");
COMMAND(call_park, "call.park", "call", "line", "lot");
COMMAND(call_pickup, "call.pickup", "call", "line");
COMMAND(call_dtmf, "call.dtmf", "call", "digits", "line");
COMMAND(call_record, "call.record", "call", "action", "line");
COMMAND(call_mute, "call.mute", "call", "on", "direction", "line");
COMMAND(call_volume, "call.volume", "call", "level", "direction", "line");
COMMAND(call_spy, "call.spy", "call", "mode", "line");
COMMAND(queue_add, "queue.add", "queue", "line", "penalty");
COMMAND(queue_remove, "queue.remove", "queue", "line");
COMMAND(queue_pause, "queue.pause", "on", "queue", "reason", "line");
COMMAND(agent_state, "agent.state", "state", "reason");
COMMAND(agent_wrap_up, "agent.wrap_up", "on");
COMMAND(line_dnd, "line.dnd", "on", "line");

#define DO(english, russian, arguments, symbol)                                        \
 METHOD(english, russian, arguments, command, &symbol)

static const struct zv_method methods[] = {
	METHOD("Connect", "Подключить", connect_row, connect, NULL),
	PLAIN("Disconnect", "Отключить", disconnect, NULL),
	METHOD("Probe", "Проверить", connect_row, probe, NULL),
	METHOD("SetEvents", "УстановитьСобытия", events_row, set_events, NULL),
	METHOD("SetOption", "УстановитьПараметр", set_option_row, set_option, NULL),
	METHOD("GetOption", "ПолучитьПараметр", option_row, option, NULL),
	METHOD("Execute", "Выполнить", execute_row, execute, NULL),

	DO("MakeCall", "Позвонить", to_line_auto, call_make),
	DO("Answer", "Ответить", call_line, call_answer),
	DO("Hangup", "Завершить", call_line, call_drop),
	DO("Hold", "Удержать", call_line, call_hold),
	DO("Resume", "СнятьСУдержания", call_line, call_resume),
	DO("Transfer", "Перевести", call_to_line, call_transfer),
	DO("Consult", "Проконсультироваться", call_to_line, call_consult),
	DO("CompleteTransfer", "ЗавершитьПеревод", call_line, call_complete),
	DO("CancelTransfer", "ОтменитьПеревод", call_line, call_cancel),
	DO("Conference", "СобратьКонференцию", call_room_line, call_conference),
	DO("Park", "Припарковать", call_line_lot, call_park),
	DO("Pickup", "Перехватить", call_line, call_pickup),
	DO("SendDigits", "ПередатьТоны", call_digits_line, call_dtmf),
	DO("Record", "Записать", call_action_line, call_record),
	DO("Mute", "Заглушить", call_on_direction_line, call_mute),
	DO("SetVolume", "УстановитьГромкость", call_level_direction_line, call_volume),
	DO("Spy", "Прослушать", call_mode_line, call_spy),
	DO("JoinQueue", "ВойтиВОчередь", queue_line_penalty, queue_add),
	DO("LeaveQueue", "ПокинутьОчередь", queue_line, queue_remove),
	DO("PauseQueue", "ПриостановитьОчередь", on_queue_reason_line, queue_pause),
	DO("SetAgentState", "УстановитьСостояниеОператора", state_reason, agent_state),
	DO("SetWrapUp", "УстановитьПостобработку", on_row, agent_wrap_up),
	DO("SetDoNotDisturb", "УстановитьНеБеспокоить", on_line, line_dnd),
	METHOD("Action", "Действие", action_row, action, NULL),

	METHOD("SetFilter", "УстановитьФильтр", filter_row, set_filter, NULL),
	METHOD("SetRegularExpression", "УстановитьРегулярноеВыражение", regex_row,
	       set_regex, NULL),

	PLAIN("Calls", "Звонки", snapshot, "calls"),
	PLAIN("Lines", "Линии", snapshot, "lines"),
	PLAIN("Queues", "Очереди", snapshot, "queues"),
	PLAIN("Servers", "Серверы", snapshot, "servers"),
	METHOD("History", "История", history_row, history, NULL),
	METHOD("Recording", "Запись", recording_row, recording, NULL),
	METHOD("RecordingLink", "СсылкаНаЗапись", recording_link_row, recording_link,
	       NULL),
	METHOD("Diagnose", "Диагностика", connect_row, diagnose, NULL),
};

/* ---- an object ------------------------------------------------------------------------------------ */

static void
free_script(void *own)
{
	struct zv_script *s = own;
	struct zv_buf *texts[] = {
		&s->set.line,  &s->set.log_file,    &s->set.text,
		&s->set.names, &s->set.status_line, &s->set.fields,
		&s->set.regex, &s->shared.events,   &s->net.packet,
	};

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		zv_buf_deinit(texts[i]);
	zv_script_options_free(s->set.options);
	zvon_filter_free(s->shared.next_filter);
	zvon_filter_free(s->net.filter);
	zv_logfile_close(&s->net.log);
	zv_script_history_free(s);
	zv_free(s);
}

static void *
open_script(struct zv_component *c)
{
	struct zv_script *s = zv_calloc(1, sizeof *s);

	if (!s)
		return NULL;
	s->component = c;
	s->shared.state = ZV_DESK_CLOSED;
	s->set.log_level = ZV_LOG_INFO;
	s->set.queue_length = ZV_EVENTS_WAITING;
	zv_list_init(&s->net.asks);
	zv_list_init(&s->net.snapshots);
	zv_list_init(&s->net.live);
	zv_list_init(&s->net.past);
	s->set.options = zv_script_options_new();
	if (s->set.options && zv_buf_add(&s->shared.events, ZV_STR("*")) >= 0)
		return s;
	free_script(s);
	return NULL;
}

struct zv_script *
zv_script_of(struct zv_component *c)
{
	return zv_component_own(c);
}

const struct zv_class zv_class_zvon = {
	.name = "Zvon",
	.prog_id = "Zvon",
	.errors = ZV_ERRORS_RAISE,
	.properties = properties,
	.n_properties = sizeof properties / sizeof *properties,
	.methods = methods,
	.n_methods = sizeof methods / sizeof *methods,
	.open = open_script,
	.free = free_script,
};
