/* zvon history - finished calls, of a store or of a zvond. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/str.h"
#include "cli/cli.h"
#include "cli/history_from.h"
#include "cli/history_print.h"
#include "cli/link.h"
#include "cli/zone.h"
#include "hist/miko.h"
#include "term/reason.h"
#include "term/secret.h"

#define LIMIT_MAX 1000000

enum {
	FORMAT_TABLE,
	FORMAT_JSON,
	FORMAT_CSV,
	FORMAT_AUTO,
};

static const char *db, *server, *token_file;
static struct zv_opt_list numbers, lines, queues, servers;
static const char *from, *to, *direction, *result, *fields, *by, *zone;
static bool missed, recorded, oldest, all, bom;
static int limit, format = FORMAT_AUTO;

static const struct zv_opt options[] = {
	ZV_OPT_TEXT("db", 0, "URL", &db,
		    "the store that zvond keeps: a SQLite file, mysql://..., "
		    "postgresql://...",
		    "хранилище zvond: файл SQLite, mysql://..., postgresql://..."),
	ZV_OPT_TEXT("server", 0, "URL", &server, "ask this zvond: http://host:2013",
		    "спросить этот zvond: http://host:2013"),
	ZV_OPT_TEXT(
		"token-file", 0, "FILE", &token_file,
		"the token for --server is the first line of FILE (else ZVON_TOKEN)",
		"токен для --server — первая строка FILE (иначе ZVON_TOKEN)"),
	ZV_OPT_LIST("number", 0, "N", &numbers,
		    "who took part, in any format; may be repeated",
		    "кто участвовал, номер в любом виде; можно повторять"),
	ZV_OPT_LIST("line", 0, "L", &lines, "a line that took part; may be repeated",
		    "участвовавшая линия; можно повторять"),
	ZV_OPT_LIST("queue", 0, "Q", &queues, "it was in this queue; may be repeated",
		    "был в этой очереди; можно повторять"),
	ZV_OPT_LIST("pbx", 0, "NAME", &servers,
		    "of this [server NAME] of zvond.conf; may be repeated",
		    "на этом [server NAME] из zvond.conf; можно повторять"),
	ZV_OPT_TEXT("from", 0, "TIME", &from,
		    "started then or later: 2026-11-21, \"2026-11-21 10:00\"",
		    "начался тогда или позже: 2026-11-21, \"2026-11-21 10:00\""),
	ZV_OPT_TEXT("to", 0, "TIME", &to, "started before then", "начался раньше"),
	ZV_OPT_TEXT("direction", 0, "WORDS", &direction, "in, out, internal",
		    "in, out, internal"),
	ZV_OPT_TEXT(
		"result", 0, "WORDS", &result,
		"answered, busy, no_answer, cancelled, rejected, congestion, failed, "
		"abandoned",
		"answered, busy, no_answer, cancelled, rejected, congestion, failed, "
		"abandoned"),
	ZV_OPT_FLAG("missed", 0, &missed, "only missed ones", "только пропущенные"),
	ZV_OPT_FLAG("recorded", 0, &recorded, "only those with a recording",
		    "только с записью разговора"),
	ZV_OPT_NUMBER("limit", 0, "N", &limit, 1, LIMIT_MAX, "at most N (default: 100)",
		      "не больше N (по умолчанию: 100)"),
	ZV_OPT_FLAG("all", 0, &all, "all there are", "все, какие есть"),
	ZV_OPT_FLAG("oldest", 0, &oldest, "the oldest first (default: the newest)",
		    "сначала старые (по умолчанию: новые)"),
	ZV_OPT_TEXT("fields", 0, "NAMES", &fields,
		    "json, csv: only these, as started,from,to",
		    "json, csv: только эти, например started,from,to"),
	ZV_OPT_TEXT(
		"tz", 0, "ZONE", &zone,
		"of times without one, of csv, of days: Europe/Berlin, +03:00, Z "
		"(default: here)",
		"часовой пояс для времени без него, для csv и суток: Europe/Berlin, "
		"+03:00, Z (по умолчанию: местный)"),
	ZV_OPT_TEXT(
		"statistics", 0, "BY", &by,
		"numbers instead of calls: hour, day, line, queue, result, direction",
		"числа вместо звонков: hour, day, line, queue, result, direction"),
	ZV_OPT_CHOICE(
		"format", 0, "table|json|csv", &format,
		"a table (default on a terminal), JSON, one object a line, or CSV",
		"таблица (по умолчанию на терминале), JSON, объект на строку, "
		"или CSV"),
	ZV_OPT_FLAG("bom", 0, &bom, "csv: with the mark by which Excel knows UTF-8",
		    "csv: с меткой, по которой Excel узнаёт UTF-8"),
	ZV_OPT_END,
};

/* ---- what is asked for ----------------------------------------------------------------------- */

struct question {
	struct zv_history_asked asked;
	struct zv_buf query; /* the same as NAME=VALUE&… */
	int code;
};

static void
say(struct question *q, const char *name, const char *value)
{
	struct zv_error err = { 0 };

	if (!value || q->code)
		return;
	if (zv_history_asked_set(&q->asked, zvon_str(name), zvon_str(value), &err) <
	    0) {
		zv_say_reason(&err);
		q->code = ZV_EXIT_USAGE;
	}
	if (q->query.n)
		zv_buf_add_char(&q->query, '&');
	zv_buf_printf(&q->query, "%s=", name);
	zv_percent_encode(&q->query, zvon_str(value));
}

static void
say_each(struct question *q, const char *name, const struct zv_opt_list *list)
{
	for (int i = 0; i < list->n; i++)
		say(q, name, list->texts[i]);
}

/* Its file is needed here too: for times in --from and --to, and in CSV. */
static void
say_zone(struct question *q)
{
	struct zv_error err = { 0 };
	struct zv_zone *found;
	char here[ZV_ZONE_TEXT];

	zv_cli_zone_here(here);
	say(q, "tz", !zone || strcmp(zone, "local") == 0 ? here : zone);
	if (q->code || !q->asked.zone_name.n)
		return;
	found = zv_zone_open(zv_buf_str(&q->asked.zone_name), &err);
	if (found) {
		zv_history_asked_take_zone(&q->asked, found);
		return;
	}
	zv_say_reason_at("--tz", &err);
	q->code = ZV_EXIT_USAGE;
}

/* Of one page. */
static int
page_limit(void)
{
	if (all || limit > ZV_HISTORY_PAGE_MAX)
		return ZV_HISTORY_PAGE_MAX;
	return limit ? limit : ZV_HISTORY_PAGE_DEFAULT;
}

static void
make_question(struct question *q, char **args)
{
	struct zv_error err = { 0 };
	char text[16];

	zv_history_asked_init(&q->asked, NULL);
	for (; *args; args++)
		say(q, "number", *args);
	say_each(q, "number", &numbers);
	say_each(q, "line", &lines);
	say_each(q, "queue", &queues);
	say_each(q, "server", &servers);
	say(q, "from", from);
	say(q, "to", to);
	say(q, "direction", direction);
	say(q, "result", result);
	say(q, "missed", missed ? "yes" : NULL);
	say(q, "recorded", recorded ? "yes" : NULL);
	say(q, "by", by);
	say_zone(q);
	snprintf(text, sizeof text, "%d", page_limit());
	say(q, "limit", by ? NULL : text);
	say(q, "order", oldest ? "oldest" : NULL);
	if (!q->code && zv_history_asked_end(&q->asked, &err) < 0) {
		zv_say_reason(&err);
		q->code = ZV_EXIT_USAGE;
	}
	if (!q->code && zv_buf_failed(&q->query)) {
		zv_say_error("out of memory", "нет памяти");
		q->code = ZV_EXIT_NEGATIVE;
	}
}

/* ---- asking --------------------------------------------------------------------------------------- */

struct run {
	struct question question;
	struct zv_history_fields fields;
	struct zv_history_print print;
	struct zv_history_from *from;
};

/* How many are wanted. */
static size_t
wanted(void)
{
	if (all)
		return SIZE_MAX;
	return limit ? (size_t)limit : ZV_HISTORY_PAGE_DEFAULT;
}

static int
on_call(void *context, const struct zv_conversation *c)
{
	struct run *r = context;

	if (r->print.n < wanted())
		zv_history_print_call(&r->print, c);
	return 0;
}

static int
on_row(void *context, const struct zv_statistics_row *row)
{
	struct run *r = context;

	zv_history_print_row(&r->print, row);
	return 0;
}

static int
take_pages(struct run *r)
{
	struct zv_history_asked *asked = &r->question.asked;
	char next[ZV_HISTORY_CURSOR_MAX] = "", cursor[ZV_HISTORY_CURSOR_MAX];
	int code;

	do {
		memcpy(cursor, next, sizeof cursor);
		asked->query.cursor = zvon_str(cursor);
		code = zv_history_from_page(r->from, asked,
					    zv_buf_str(&r->question.query), on_call, r,
					    next);
	} while (code == 0 && next[0] && r->print.n < wanted() && !r->print.out.error);
	return code;
}

static int
take(struct run *r)
{
	int code = by ? zv_history_from_statistics(r->from, &r->question.asked,
						   zv_buf_str(&r->question.query),
						   on_row, r)
		      : take_pages(r);

	if (code == 0 && r->print.n == 0) {
		if (r->print.shape == ZV_HISTORY_CELLS)
			zv_history_print_head(&r->print, by != NULL);
		return ZV_EXIT_NEGATIVE;
	}
	return code;
}

/* ---- where ------------------------------------------------------------------------------------------ */

static struct zv_history_from *
from_db(int *code)
{
	struct zv_history_from *f = NULL;
	char *secret;

	*code = zv_link_secret(&secret);
	if (*code == 0)
		f = zv_history_from_db(db, secret, code);
	zv_secret_free(secret);
	return f;
}

static struct zv_history_from *
from_server(int *code)
{
	struct zv_history_from *f = NULL;
	const char *env = getenv("ZVON_TOKEN");
	char *file = token_file ? zv_secret_from_file(token_file) : NULL;

	if (file || (!token_file && env && env[0]))
		f = zv_history_from_server(server, file ? file : env, code);
	else
		*code = ZV_EXIT_USAGE;
	if (!file && !token_file && !env)
		zv_say_error("no token: --token-file FILE or ZVON_TOKEN; `zvond token` "
			     "makes one",
			     "нет токена: --token-file FILE или ZVON_TOKEN; его делает "
			     "`zvond token`");
	zv_secret_free(file);
	return f;
}

static int
check(void)
{
	if (!db == !server) {
		zv_say_error("one of --db and --server is needed",
			     "нужно одно из двух: --db или --server");
		return ZV_EXIT_USAGE;
	}
	if (by && (limit || all || oldest || fields)) {
		zv_say_error("--statistics goes without --limit, --all, --oldest and "
			     "--fields",
			     "--statistics не сочетается с --limit, --all, --oldest и "
			     "--fields");
		return ZV_EXIT_USAGE;
	}
	if (limit && all) {
		zv_say_error("--limit and --all exclude each other",
			     "--limit и --all исключают друг друга");
		return ZV_EXIT_USAGE;
	}
	return 0;
}

static int
check_fields(struct run *r)
{
	struct zv_error err = { 0 };

	if (!fields || zv_history_fields_add(&r->fields, zvon_str(fields), &err) == 0)
		return 0;
	zv_say_reason(&err);
	return ZV_EXIT_USAGE;
}

static int
ask(struct run *r)
{
	int code = 0;

	if (format == FORMAT_AUTO)
		format = isatty(STDOUT_FILENO) ? FORMAT_TABLE : FORMAT_JSON;
	zv_out_init(&r->print.out, 0);
	r->print.shape = (enum zv_history_shape)format;
	r->print.fields = &r->fields;
	r->print.zone = r->question.asked.zone;
	r->print.by = r->question.asked.by;
	r->print.bom = bom;
	r->from = db ? from_db(&code) : from_server(&code);
	if (r->from)
		code = take(r);
	code = zv_out_finish(&r->print.out, code);
	zv_history_from_free(r->from);
	return code;
}

static int
run(char **args, int n)
{
	static struct run r;
	int code = check();

	(void)n;
	if (code == 0)
		code = check_fields(&r);
	if (code == 0) {
		make_question(&r.question, args);
		code = r.question.code ? r.question.code : ask(&r);
	}
	zv_history_asked_deinit(&r.question.asked);
	zv_buf_deinit(&r.question.query);
	return code;
}

const struct zv_cmd zv_cmd_history = {
	.name = "history",
	.arguments = "[NUMBER ...]",
	.summary = { "finished calls: who, when, missed, recorded",
		     "завершённые звонки: кто, когда, пропущен ли, есть ли запись" },
	.about = { "Looks into the history that zvond keeps, in its store (--db) or by "
		   "asking it (--server), for calls in which a number took part, "
		   "however "
		   "it is written, or for all that fit the filters. Exit code 1: there "
		   "are none.",
		   "Ищет в истории, которую ведёт zvond, прямо в хранилище (--db) или "
		   "спрашивая его (--server), звонки с номером, как бы он ни был "
		   "записан, "
		   "или все, что подходят под фильтры. Код завершения 1: таких нет." },
	.options = options,
	.connects = true,
	.least = 0,
	.most = -1,
	.run = run,
};
