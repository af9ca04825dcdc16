#include "cli/text_calls.h"

static const struct zv_text events[] = {
	[ZV_CALL_STARTED] = { "new call, %D", "новый звонок, %D" },
	[ZV_CALL_QUEUED] = { "waits in queue %q", "ждёт в очереди %q" },
	[ZV_LEG_RINGING] = { "%l rings", "%l звонит" },
	[ZV_LEG_ANSWERED] = { "%l answers", "%l отвечает" },
	[ZV_CALL_ANSWERED] = { "conversation", "разговор" },
	[ZV_LEG_HELD] = { "%l holds", "%l удерживает" },
	[ZV_LEG_RESUMED] = { "%l resumes", "%l снимает с удержания" },
	[ZV_CALL_TRANSFERRED] = { "%b transfers to %t", "%b переводит на %t" },
	[ZV_CALL_PARKED] = { "%b parks %l at %s", "%b паркует %l на %s" },
	[ZV_CALL_RETRIEVED] = { "%b retrieves it from %s", "%b забирает с %s" },
	[ZV_CALL_PICKED_UP] = { "%b picks up", "%b перехватывает" },
	[ZV_CALL_CONFERENCED] = { "%l enters conference %s",
				  "%l входит в конференцию %s" },
	[ZV_RECORDING_STARTED] = { "recording: %f", "запись: %f" },
	[ZV_RECORDING_STOPPED] = { "recording ends: %f", "конец записи: %f" },
	[ZV_LEG_DTMF] = { "%l presses %d", "%l нажимает %d" },
	[ZV_LEG_ENDED] = { "%l is out%c", "%l выбыл%c" },
	[ZV_CALL_ENDED] = { "end: %R", "конец: %R" },
	[ZV_LINE_STATE] = { "line %L: %S", "линия %L: %S" },
	[ZV_QUEUE_MEMBER] = { "queue %q: %L: %S", "очередь %q: %L: %S" },
	[ZV_QUEUE_STATE] = { "queue %q: %w waiting", "очередь %q: ждут %w" },
	[ZV_SERVER_STATE] = { "server: %r", "сервер: %r" },
};

static const struct zv_text attended = {
	"%b connects to %t (attended transfer)",
	"%b соединяет с %t (перевод с консультацией)",
};
static const struct zv_text came_back = {
	"nobody came, back from %s",
	"никто не забрал, возврат с %s",
};
static const struct zv_text merged = { "goes on in %i", "продолжается в %i" };
static const struct zv_text ended_by = { "end: %R (%r)", "конец: %R (%r)" };

struct zv_text
zv_text_call_event(const struct zv_call_event *e)
{
	if (e->kind == ZV_CALL_TRANSFERRED && e->transfer == ZV_TRANSFER_ATTENDED)
		return attended;
	if (e->kind == ZV_CALL_RETRIEVED && !e->by.n)
		return came_back;
	if (e->kind == ZV_CALL_ENDED && e->into.n)
		return merged;
	if (e->kind == ZV_CALL_ENDED && e->reason.n)
		return ended_by;
	return events[e->kind];
}

/* ---- names ------------------------------------------------------------------------ */

struct zv_text
zv_text_direction(enum zv_call_direction direction)
{
	static const struct zv_text texts[] = {
		[ZV_DIRECTION_INTERNAL] = { "internal", "внутренний" },
		[ZV_DIRECTION_IN] = { "in", "входящий" },
		[ZV_DIRECTION_OUT] = { "out", "исходящий" },
	};

	return texts[direction];
}

struct zv_text
zv_text_line_state(enum zv_line_state state)
{
	static const struct zv_text texts[] = {
		[ZV_LINE_IDLE] = { "free", "свободна" },
		[ZV_LINE_DIALING] = { "calls", "вызывает" },
		[ZV_LINE_RINGING] = { "rings", "звонит" },
		[ZV_LINE_TALKING] = { "talks", "говорит" },
		[ZV_LINE_HELD] = { "holds", "удерживает" },
		[ZV_LINE_UNAVAILABLE] = { "not available", "недоступна" },
	};

	return texts[state];
}

struct zv_text
zv_text_member_state(enum zv_member_state state)
{
	static const struct zv_text texts[] = {
		[ZV_MEMBER_IDLE] = { "free", "свободен" },
		[ZV_MEMBER_RINGING] = { "rings", "звонит" },
		[ZV_MEMBER_IN_USE] = { "talks", "говорит" },
		[ZV_MEMBER_UNAVAILABLE] = { "not available", "недоступен" },
		[ZV_MEMBER_UNKNOWN] = { "unknown", "неизвестно" },
		[ZV_MEMBER_REMOVED] = { "removed", "удалён" },
	};

	return texts[state];
}

static const struct {
	const char *word;
	struct zv_text text;
} reasons[] = {
	{ "merged", { "goes on in another call", "продолжается в другом звонке" } },
	{ "vanished", { "it was gone", "исчез" } },
	{ "pbx_restart", { "the PBX was restarted", "АТС перезапущена" } },
	{ "lost", { "the connection was lost", "связь потеряна" } },
	{ "end_of_input", { "the input ends here", "здесь кончаются данные" } },
	{ "up", { "connected", "на связи" } },
	{ "down", { "not connected", "нет связи" } },
	{ "booted", { "booted", "загрузился" } },
	{ "shutdown", { "shuts down", "останавливается" } },
	{ "reload", { "reloaded", "перечитал настройки" } },
};

struct zv_text
zv_text_reason(struct zv_str reason)
{
	for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
		if (zvon_str_equal(reason, zvon_str(reasons[i].word)))
			return reasons[i].text;
	return (struct zv_text){ NULL, NULL };
}

const struct zv_text zv_text_withheld = { "withheld", "скрыт" };
const struct zv_text zv_text_talked = { "talked", "говорили" };
const struct zv_text zv_text_queue = { "queue", "очередь" };
const struct zv_text zv_text_paused = { "paused", "на паузе" };
const struct zv_text zv_text_still_open = { "goes on", "продолжается" };

/* ---- charts --------------------------------------------------------------------------- */

static const char *const russian_ladder[ZV_LADDER_WORDS] = {
	[ZV_LADDER_CALLS] = "вызывает",
	[ZV_LADDER_BEGINS] = "начало",
	[ZV_LADDER_QUEUE] = "очередь",
	[ZV_LADDER_RING] = "вызов",
	[ZV_LADDER_RINGS] = "звонит",
	[ZV_LADDER_ANSWER] = "ответ",
	[ZV_LADDER_ANSWERS] = "отвечает",
	[ZV_LADDER_PBX_ANSWERS] = "отвечает АТС",
	[ZV_LADDER_TALK] = "разговор",
	[ZV_LADDER_HOLD] = "удержание",
	[ZV_LADDER_RESUME] = "снова",
	[ZV_LADDER_BLIND] = "перевод",
	[ZV_LADDER_ATTENDED] = "соединение",
	[ZV_LADDER_PARK] = "парковка",
	[ZV_LADDER_RETRIEVE] = "забирает",
	[ZV_LADDER_CAME_BACK] = "возврат с",
	[ZV_LADDER_PICKUP] = "перехват",
	[ZV_LADDER_CONFERENCE] = "конференция",
	[ZV_LADDER_RECORDING] = "запись",
	[ZV_LADDER_RECORDING_ENDS] = "конец записи",
	[ZV_LADDER_KEY] = "кнопка",
	[ZV_LADDER_FORWARDS] = "переадресует на",
	[ZV_LADDER_END] = "конец",
	[ZV_LADDER_CALL] = "звонок",
	[ZV_LADDER_WITHHELD] = "номер скрыт",
	[ZV_LADDER_DID] = "набран",
	[ZV_LADDER_TALKED] = "говорили",
	[ZV_LADDER_OPEN] = "продолжается",
	[ZV_LADDER_MORE] = "строк ещё",
	[ZV_LADDER_INTERNAL] = "внутренний",
	[ZV_LADDER_IN] = "входящий",
	[ZV_LADDER_OUT] = "исходящий",
	[ZV_LADDER_RESULT + ZV_RESULT_NONE] = "кончился",
	[ZV_LADDER_RESULT + ZV_RESULT_ANSWERED] = "ответили",
	[ZV_LADDER_RESULT + ZV_RESULT_BUSY] = "занято",
	[ZV_LADDER_RESULT + ZV_RESULT_NO_ANSWER] = "нет ответа",
	[ZV_LADDER_RESULT + ZV_RESULT_CANCELLED] = "отменён",
	[ZV_LADDER_RESULT + ZV_RESULT_REJECTED] = "отклонён",
	[ZV_LADDER_RESULT + ZV_RESULT_CONGESTION] = "перегрузка",
	[ZV_LADDER_RESULT + ZV_RESULT_FAILED] = "не удался",
	[ZV_LADDER_RESULT + ZV_RESULT_ABANDONED] = "не дождался",
	[ZV_LADDER_RESULT + ZV_RESULT_ANSWERED_ELSEWHERE] = "ответил другой",
};

const char *const *
zv_text_ladder(void)
{
	return zv_say_lang() == ZV_LANG_RU ? russian_ladder : NULL;
}
