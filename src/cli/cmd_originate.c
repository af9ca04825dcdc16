/* zvon originate - calls a line, then the number, and follows the call to its result. */
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/str.h"
#include "cli/cli.h"
#include "cli/link.h"
#include "cli/originate_line.h"
#include "cli/originate_show.h"
#include "cli/stop.h"
#include "io/clock.h"
#include "term/reason.h"

#define DAY_MS	   (24 * 60 * 60 * 1000)
#define BOOTED_MS  300	/* for FullyBooted, which not every account may see */
#define HANG_UP_MS 2000 /* for the end of a conversation that we hang up */
#define EVENTS	   "system,call,agent,dialplan" /* the classes that tell of a call */

enum {
	FORMAT_JSON,
	FORMAT_TEXT,
	FORMAT_AUTO,
};

static struct zv_order order = { .ring_timeout_ms = 30000 };
static int timeout_ms = 120000, format = FORMAT_AUTO;
static bool to_the_end;

static const struct zv_opt options[] = {
	ZV_OPT_TEXT("from", 0, "LINE", &order.from,
		    "the line that rings first: 200, or a channel, PJSIP/200",
		    "линия, которая звонит первой: 200, или канал, PJSIP/200"),
	ZV_OPT_TEXT("to", 0, "NUMBER", &order.to, "the number that is called then",
		    "номер, который вызывается затем"),
	ZV_OPT_TEXT("channel", 0, "CHANNEL", &order.channel,
		    "the channel of the line (default: the server is asked)",
		    "канал линии (по умолчанию: спросить сервер)"),
	ZV_OPT_TEXT("context", 0, "CONTEXT", &order.context,
		    "the dialplan's context for the number (default: the line's)",
		    "контекст диалплана для номера (по умолчанию: контекст линии)"),
	ZV_OPT_TEXT("priority", 0, "N", &order.priority,
		    "the priority or label there (default: 1)",
		    "приоритет или метка в нём (по умолчанию: 1)"),
	ZV_OPT_TEXT("caller-id", 0, "'NAME <NUMBER>'", &order.caller_id,
		    "what both phones show as the caller",
		    "что оба телефона покажут как звонящего"),
	ZV_OPT_SECONDS("ring-timeout", 0, "SECONDS", &order.ring_timeout_ms, DAY_MS,
		       "the own phone rings so long (default: 30)",
		       "сколько звонит свой телефон (по умолчанию: 30)"),
	ZV_OPT_SECONDS("timeout", 0, "SECONDS", &timeout_ms, DAY_MS,
		       "wait so long for the result (default: 120)",
		       "сколько ждать итога (по умолчанию: 120)"),
	ZV_OPT_LIST("variable", 0, "NAME=VALUE", &order.variables,
		    "set a channel variable; may be repeated",
		    "установить переменную канала; можно повторять"),
	ZV_OPT_TEXT("account", 0, "CODE", &order.account, "the account code",
		    "код учёта (account code)"),
	ZV_OPT_FLAG("early-media", 0, &order.early_media,
		    "connect when the own phone sends sound, before it answers",
		    "соединять при первом звуке, не дожидаясь ответа"),
	ZV_OPT_FLAG("allow-letters", 0, &order.allow_letters,
		    "allow letters in numbers", "разрешить буквы в номерах"),
	ZV_OPT_FLAG("wait", 0, &to_the_end,
		    "after `answered` wait for the end of the conversation",
		    "после ответа ждать конца разговора"),
	ZV_OPT_CHOICE("format", 0, "json|text", &format,
		      "JSON, one object a line, or text (default on a terminal)",
		      "JSON, объект на строку, или текст (по умолчанию на терминале)"),
	ZV_OPT_END,
};

struct run {
	struct zv_link link;
	struct zv_originate *machine;
	struct zv_out out;
	char id[48];
	int64_t wake_at; /* when the loop looks again by itself */
	int64_t stopped_at;
	bool hung_up; /* our Hangup was sent */
	int code;     /* what to exit with; -1: not known yet */
};

/* ---- steps -------------------------------------------------------------------------- */

static int
exit_code_of(const struct zv_originate_step *step)
{
	if (step->state == ZV_ORIGINATE_REFUSED)
		return ZV_EXIT_NEGATIVE;
	if (step->state == ZV_ORIGINATE_TIMED_OUT)
		return ZV_EXIT_TIMEOUT;
	return ZV_EXIT_ANSWERED + (int)step->result - ZV_RESULT_ANSWERED;
}

static void
print_steps(struct run *r)
{
	struct zv_originate_step step;

	while (zv_originate_next(r->machine, &step)) {
		zv_originate_show(&r->out, &step, format == FORMAT_JSON);
		if (step.state == ZV_ORIGINATE_REFUSED)
			zv_say_error("the server refused to call: %.*s",
				     "сервер отказался звонить: %.*s",
				     ZV_ARG(step.reason));
		if (step.state >= ZV_ORIGINATE_DONE && step.state != ZV_ORIGINATE_ENDED)
			r->code = exit_code_of(&step);
	}
}

static void
out_of_memory(struct run *r)
{
	zv_say_error("out of memory", "нет памяти");
	r->code = ZV_EXIT_NEGATIVE;
	zvon_client_interrupt(r->link.client);
}

/* Something moved the machine: print, and let the loop look at its clock anew. */
static void
moved(struct run *r, int rc)
{
	print_steps(r);
	if (rc < 0)
		out_of_memory(r);
	else if (zv_originate_is_over(r->machine) ||
		 zv_originate_deadline(r->machine) < r->wake_at)
		zvon_client_interrupt(r->link.client);
}

static void
on_event(void *user, const struct zv_packet *event)
{
	struct run *r = user;

	if (r->machine)
		moved(r, zv_originate_event(r->machine, event, zv_clock_ms()));
}

static void
on_reply(void *user, enum zv_reply_part part, int status,
	 const struct zv_packet *packet)
{
	struct run *r = user;

	if (part == ZV_REPLY_RESPONSE)
		moved(r, zv_originate_response(r->machine, packet, zv_clock_ms()));
	else if (part == ZV_REPLY_DONE && status == ZV_ETIMEOUT) {
		zv_say_error("the server did not answer the action in time; it may "
			     "call all the same",
			     "сервер не ответил на действие вовремя; звонок всё же "
			     "возможен");
		r->code = ZV_EXIT_TIMEOUT;
		zvon_client_interrupt(r->link.client);
	}
}

/* ---- Ctrl-C --------------------------------------------------------------------------- */

static void
wake(void *user)
{
	zvon_client_interrupt(user);
}

static void
hang_up(struct run *r)
{
	struct zv_str target = zv_originate_target(r->machine);
	struct zv_request *request;

	if (r->hung_up || target.n == 0)
		return;
	r->hung_up = true;
	request = zvon_request_new(ZV_STR("Hangup"), NULL);
	if (!request ||
	    zvon_request_add(request, ZV_STR("Channel"), target, NULL) < 0 ||
	    zvon_client_send(r->link.client, request, 0, NULL, NULL, NULL) < 0)
		zv_say_warning("the phone could not be hung up, it may still ring",
			       "не удалось повесить трубку, телефон может звонить");
	zvon_request_free(request);
}

static void
obey_stop(struct run *r)
{
	if (!zv_stop_asked())
		return;
	if (!r->stopped_at) {
		r->stopped_at = zv_clock_ms();
		moved(r, zv_originate_cancel(r->machine, r->stopped_at));
	}
	hang_up(r);
}

/* ---- the loop -------------------------------------------------------------------------- */

static bool
is_over(const struct run *r)
{
	if (r->link.state == ZV_STATE_CLOSED || zv_originate_is_over(r->machine))
		return true;
	return (r->stopped_at && zv_clock_ms() >= r->stopped_at + HANG_UP_MS &&
		r->code >= 0) ||
	       (r->code >= 0 && r->code < ZV_EXIT_ANSWERED);
}

static int
wait_ms(struct run *r)
{
	int64_t now = zv_clock_ms();

	r->wake_at = zv_originate_deadline(r->machine);
	if (r->stopped_at && r->stopped_at + HANG_UP_MS < r->wake_at)
		r->wake_at = r->stopped_at + HANG_UP_MS;
	if (r->wake_at - now > DAY_MS)
		return DAY_MS;
	return r->wake_at > now ? (int)(r->wake_at - now) : 0;
}

static void
follow(struct run *r)
{
	while (!is_over(r)) {
		zvon_client_run(r->link.client, wait_ms(r));
		obey_stop(r);
		moved(r, zv_originate_tick(r->machine, zv_clock_ms()));
	}
	if (r->code >= 0 || r->link.state != ZV_STATE_CLOSED)
		return;
	zv_say_error("lost: %s; the call may go on",
		     "связь потеряна: %s; звонок может "
		     "продолжаться",
		     r->link.text);
	r->code = zv_link_exit_code(r->link.reason, r->link.lost_during);
}

static int
send_order(struct run *r, const struct zv_originate_line *line)
{
	struct zv_request *request = zv_order_request(
		&order, line->channel, line->context, r->id, r->link.ami_major);
	struct zv_error err = { 0 };
	int rc = request ? zvon_client_send(r->link.client, request, 0, on_reply, r,
					    &err)
			 : ZV_EINVAL;

	if (request && rc < 0)
		zv_say_reason(&err);
	zvon_request_free(request);
	return rc;
}

static void
call(struct run *r, const struct zv_originate_line *line)
{
	struct zv_originate_options o = {
		.action_id = zvon_str(r->id),
		.channel = zvon_str(line->channel),
		.unique_id = zvon_str(r->link.ami_major > 1 ? r->id : ""),
		.mark = zvon_str(r->id),
		.timeout_ms = timeout_ms,
		.to_the_end = to_the_end,
	};

	r->machine = zv_originate_new(&o, zv_clock_ms());
	r->code = -1;
	zv_stop_on_signals(wake, r->link.client);
	if (!r->machine)
		out_of_memory(r);
	else if (send_order(r, line) < 0)
		r->code = ZV_EXIT_NEGATIVE;
	else
		follow(r);
	zv_stop_forget_wake();
}

/* As Asterisk's own ids it begins with the time, so that lists by id stay in order;
 * the rest nobody can guess, so that nobody's text can pretend to be our call. */
static void
make_id(char *id, size_t size)
{
	snprintf(id, size, "%lld.zvon%010llx", (long long)time(NULL),
		 (unsigned long long)zv_random() & 0xffffffffff);
}

/* A server that still starts takes the login, but not the call. */
static void
wait_for_boot(struct zv_link *link)
{
	int64_t until = zv_clock_ms() + BOOTED_MS, now;

	link->is_opening = true; /* news of the state end the waiting */
	while (link->state == ZV_STATE_BOOTING && (now = zv_clock_ms()) < until)
		zvon_client_run(link->client, (int)(until - now));
	link->is_opening = false;
}

static int
run(char **args, int n)
{
	struct run r = { .code = zv_order_check(&order) };
	struct zv_originate_line line;

	(void)n;
	if (r.code)
		return r.code;
	zv_out_init(&r.out, 0);
	if (format == FORMAT_AUTO)
		format = r.out.style.terminal ? FORMAT_TEXT : FORMAT_JSON;
	r.link.on_event = on_event;
	r.link.user = &r;
	make_id(r.id, sizeof r.id);
	r.code = zv_link_open(&r.link, args[0], EVENTS);
	if (r.code == 0) {
		wait_for_boot(&r.link);
		r.code = zv_originate_find_line(&r.link, &order, &line);
	}
	if (r.code == 0)
		call(&r, &line);
	zv_originate_free(r.machine);
	r.machine = NULL;
	zv_link_close(&r.link);
	zv_out_finish(&r.out, r.code); /* the result counts, read or not */
	return r.code;
}

const struct zv_cmd zv_cmd_originate = {
	.name = "originate",
	.arguments = "URL --from LINE --to NUMBER",
	.summary = { "call a line, then a number, and tell how it ended",
		     "вызвать линию, затем номер, и сообщить, чем кончилось" },
	.about = { "The phone of LINE rings; when it is picked up, NUMBER is called "
		   "through the dialplan. Each step is printed, and the result is the "
		   "exit code, 10 to 17. After `answered` the call goes on without "
		   "zvon, unless --wait is given. Ctrl-C hangs up. The account needs "
		   "write = originate,call and read = call; read = agent,dialplan tell "
		   "more about queues and voice menus.",
		   "Звонит телефон линии LINE; когда трубку снимут, через диалплан "
		   "вызывается NUMBER. Печатается каждый шаг, а итог — это код "
		   "завершения, от 10 до 17. После ответа разговор идёт без zvon, если "
		   "не указано --wait. Ctrl-C кладёт трубку. Учётной записи нужны "
		   "write = originate,call и read = call; read = agent,dialplan скажут "
		   "больше об очередях и голосовых меню." },
	.options = options,
	.connects = true,
	.least = 1,
	.most = 1,
	.run = run,
};
