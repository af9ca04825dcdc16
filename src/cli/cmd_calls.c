/* zvon calls - calls instead of packets, of a server or of a recording. */
#include <string.h>
#include <unistd.h>

#include "cli/calls_file.h"
#include "cli/calls_live.h"
#include "cli/cli.h"

#define DAY_MS (24 * 60 * 60 * 1000)

enum {
	FORMAT_JSON,
	FORMAT_TEXT,
	FORMAT_AUTO,
};

static struct zv_opt_list trunks, lines;
static bool summary, ladder, ascii;
static const char *only;
static int format = FORMAT_AUTO, count, for_ms;

static const struct zv_opt options[] = {
	ZV_OPT_FLAG("summary", 0, &summary, "one object for each call, no events",
		    "один объект на звонок, без событий"),
	ZV_OPT_FLAG("ladder", 0, &ladder, "draw a ladder of each call",
		    "нарисовать диаграмму каждого звонка"),
	ZV_OPT_TEXT("call", 0, "ID", &only, "only this call", "только этот звонок"),
	ZV_OPT_LIST("trunk", 0, "NAME", &trunks,
		    "this peer is a trunk; * stands for any text; may be repeated",
		    "этот пир — транк; * — любой текст; можно повторять"),
	ZV_OPT_LIST("line", 0, "NAME", &lines, "this one is a line, no trunk",
		    "а этот — линия, не транк"),
	ZV_OPT_FLAG("ascii", 0, &ascii, "ladders of ASCII characters only",
		    "диаграммы только из символов ASCII"),
	ZV_OPT_CHOICE("format", 0, "json|text", &format,
		      "JSON, one object a line, or text (default on a terminal)",
		      "JSON, объект на строку, или текст (по умолчанию на терминале)"),
	ZV_OPT_NUMBER("count", 0, "N", &count, 1, 1000000000,
		      "URL: end after N events, or calls",
		      "URL: завершиться после N событий или звонков"),
	ZV_OPT_SECONDS("for", 0, "SECONDS", &for_ms, DAY_MS,
		       "URL: end after so many seconds",
		       "URL: завершиться через столько секунд"),
	ZV_OPT_END,
};

static int
check(bool is_live)
{
	if (!is_live && (count || for_ms)) {
		zv_say_error("--count and --for are for a URL; a recording has an end",
			     "--count и --for — для URL; у записи есть конец");
		return ZV_EXIT_USAGE;
	}
	if (summary && ladder) {
		zv_say_error("--summary and --ladder exclude each other",
			     "--summary и --ladder исключают друг друга");
		return ZV_EXIT_USAGE;
	}
	if (ladder && format == FORMAT_JSON) {
		zv_say_error("--ladder draws text, there is no JSON of it",
			     "--ladder рисует текст, в JSON его нет");
		return ZV_EXIT_USAGE;
	}
	return 0;
}

static enum zv_calls_form
form(void)
{
	if (ladder)
		return ZV_CALLS_LADDER;
	return summary ? ZV_CALLS_SUMMARY : ZV_CALLS_EVENTS;
}

static int
run(char **args, int n)
{
	struct zv_str trunk_names[ZV_OPT_LIST_MAX], line_names[ZV_OPT_LIST_MAX];
	struct zv_calls_options o = { .trunks = trunk_names, .lines = line_names };
	struct zv_calls_wish wish = { .form = form(), .ascii = ascii, .only = only };
	bool is_live = strstr(args[0], "://") != NULL;
	int code = check(is_live);

	(void)n;
	if (code)
		return code;
	o.n_trunks = zv_opt_list_texts(&trunks, trunk_names);
	o.n_lines = zv_opt_list_texts(&lines, line_names);
	wish.json = format == FORMAT_JSON ||
		    (format == FORMAT_AUTO && !isatty(STDOUT_FILENO));
	return is_live ? zv_calls_live(args[0], &wish, &o, count, for_ms)
		       : zv_calls_file(args[0], &wish, &o);
}

const struct zv_cmd zv_cmd_calls = {
	.name = "calls",
	.arguments = "URL|FILE|-",
	.summary = { "show calls instead of packets",
		     "показать звонки вместо пакетов" },
	.about = { "Follows the calls of a server, or those of a recording (a .ami "
		   "file "
		   "of `zvon capture`), and prints what happens to them, one object of "
		   "JSON a line: who calls whom, rings, answers, holds, transfers, and "
		   "the result. --summary prints one object for each call.",
		   "Следит за звонками сервера или записи (файл .ami команды `zvon "
		   "capture`) и печатает, что с ними происходит, по объекту JSON на "
		   "строку: кто кому звонит, вызов, ответ, удержание, перевод и итог. "
		   "--summary печатает один объект на звонок." },
	.options = options,
	.connects = true,
	.least = 1,
	.most = 1,
	.run = run,
};
