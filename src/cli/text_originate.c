#include "cli/text_originate.h"

static const struct {
	enum zv_originate_state state;
	enum zv_originate_side side; /* NONE: any */
	struct zv_text text;
} steps[] = {
	{ ZV_ORIGINATE_INITIATED,
	  ZV_SIDE_NONE,
	  { "calling the own phone", "вызывается свой телефон" } },
	{ ZV_ORIGINATE_RINGING,
	  ZV_SIDE_OWN,
	  { "the own phone rings", "свой телефон звонит" } },
	{ ZV_ORIGINATE_RINGING,
	  ZV_SIDE_FAR,
	  { "the far phone rings", "на том конце звонит" } },
	{ ZV_ORIGINATE_ANSWERED_OWN,
	  ZV_SIDE_NONE,
	  { "the own phone was picked up", "трубка снята" } },
	{ ZV_ORIGINATE_DIALING, ZV_SIDE_NONE, { "calling", "набирается" } },
	{ ZV_ORIGINATE_QUEUED,
	  ZV_SIDE_NONE,
	  { "waiting in queue", "ожидание в очереди" } },
	{ ZV_ORIGINATE_DONE, ZV_SIDE_NONE, { "result", "итог" } },
	{ ZV_ORIGINATE_ENDED,
	  ZV_SIDE_NONE,
	  { "the conversation is over", "разговор окончен" } },
	{ ZV_ORIGINATE_REFUSED,
	  ZV_SIDE_NONE,
	  { "the server refused", "сервер отказал" } },
	{ ZV_ORIGINATE_TIMED_OUT,
	  ZV_SIDE_NONE,
	  { "no result in time", "нет итога за отведённое время" } },
};

static const struct zv_text results[] = {
	[ZV_RESULT_NONE] = { "", "" },
	[ZV_RESULT_ANSWERED] = { "answered", "ответили" },
	[ZV_RESULT_BUSY] = { "busy", "занято" },
	[ZV_RESULT_NO_ANSWER] = { "no answer", "нет ответа" },
	[ZV_RESULT_CANCELLED] = { "cancelled", "отменён" },
	[ZV_RESULT_REJECTED] = { "rejected", "отклонён" },
	[ZV_RESULT_CONGESTION] = { "congestion", "линии перегружены" },
	[ZV_RESULT_FAILED] = { "failed", "не удался" },
	[ZV_RESULT_ABANDONED] = { "abandoned in the queue", "не дождался в очереди" },
};

struct zv_text
zv_text_originate_step(enum zv_originate_state state, enum zv_originate_side side)
{
	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
		if (steps[i].state == state &&
		    (steps[i].side == side || steps[i].side == ZV_SIDE_NONE))
			return steps[i].text;
	return (struct zv_text){ "?", NULL };
}

struct zv_text
zv_text_call_result(enum zv_call_result result)
{
	return results[result];
}
