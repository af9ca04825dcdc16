/* zvon import - a PBX's own records (CDR, CEL) into the history. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "cli/cli.h"
#include "cli/import_result.h"
#include "cli/import_rule.h"
#include "cli/import_run.h"
#include "cli/stop.h"
#include "cli/zone.h"
#include "hist/query.h"
#include "term/reason.h"
#include "term/secret.h"

static const char *from, *to, *cel, *preset, *table,
	*zone_name = "local", *server = "main", *since, *secret_file, *to_secret_file;
static struct zv_opt_list columns, trunks, lines, rules;
static bool dry_run, again;

static const struct zv_opt options[] = {
	ZV_OPT_TEXT("from", 0, "URL", &from,
		    "where the CDRs are: csv:/var/log/asterisk/cdr-csv/Master.csv, "
		    "sqlite:FILE, mysql://user@host/asteriskcdrdb, postgresql://...",
		    "где лежат CDR: csv:/var/log/asterisk/cdr-csv/Master.csv, "
		    "sqlite:FILE, mysql://user@host/asteriskcdrdb, postgresql://..."),
	ZV_OPT_TEXT("to", 0, "URL", &to,
		    "zvond's history: a SQLite file, which is made if it is not there, "
		    "or a URL",
		    "история zvond: файл SQLite, который будет создан, если его нет, "
		    "или URL"),
	ZV_OPT_TEXT("cel", 0, "URL", &cel, "CEL of the same PBX besides",
		    "ещё и CEL той же АТС"),
	ZV_OPT_TEXT("preset", 0, "NAME", &preset,
		    "whose table it is: asterisk, freepbx, mikopbx, pt1c, issabel, csv "
		    "(default: what it looks like)",
		    "чья это таблица: asterisk, freepbx, mikopbx, pt1c, issabel, csv "
		    "(по умолчанию определяется сама)"),
	ZV_OPT_TEXT("table", 0, "NAME", &table, "its name, if it is another one",
		    "её имя, если оно другое"),
	ZV_OPT_LIST(
		"column", 0, "NAME=COLUMN", &columns,
		"Asterisk's NAME stands in COLUMN there: src=cnum; may be repeated",
		"столбец NAME Asterisk назван там COLUMN: src=cnum; можно повторять"),
	ZV_OPT_TEXT("timezone", 0, "NAME", &zone_name,
		    "of the times there: Europe/Moscow, UTC (default: local, this "
		    "machine's)",
		    "часовой пояс записей: Europe/Moscow, UTC (по умолчанию: local, "
		    "этой машины)"),
	ZV_OPT_TEXT("server", 0, "NAME", &server,
		    "as in [server NAME] of zvond.conf (default: main)",
		    "как в [server NAME] файла zvond.conf (по умолчанию: main)"),
	ZV_OPT_LIST("trunk", 0, "NAME", &trunks,
		    "this peer is a trunk; * stands for any text; may be repeated",
		    "этот пир — транк; * — любой текст; можно повторять"),
	ZV_OPT_LIST("line", 0, "NAME", &lines, "this one is a line, no trunk",
		    "а этот — линия, не транк"),
	ZV_OPT_LIST("number-rule", 0, "NAME=DIGITS", &rules,
		    "as in [history] of zvond.conf: country=7, trunk=8, "
		    "international=810, area=495, national_digits=10; may be repeated",
		    "как в [history] файла zvond.conf: country=7, trunk=8, "
		    "international=810, area=495, national_digits=10; можно повторять"),
	ZV_OPT_TEXT("since", 0, "TIME", &since,
		    "only what began then or later: 2026-11-21, 2026-11-21 10:00",
		    "только то, что началось тогда или позже: 2026-11-21, 2026-11-21 "
		    "10:00"),
	ZV_OPT_FLAG("again", 0, &again,
		    "from the beginning, not from where the last run ended",
		    "с начала, а не с места, где закончил прошлый запуск"),
	ZV_OPT_FLAG("dry-run", 0, &dry_run, "read and count, write nothing",
		    "прочитать и посчитать, ничего не писать"),
	ZV_OPT_TEXT("secret-file", 0, "FILE", &secret_file,
		    "the password of --from and --cel: the first line of FILE, - for "
		    "standard input",
		    "пароль для --from и --cel: первая строка файла, - это стандартный "
		    "ввод"),
	ZV_OPT_TEXT("to-secret-file", 0, "FILE", &to_secret_file, "that of --to",
		    "пароль для --to"),
	ZV_OPT_END,
};

/* Everything that is open while it works. */
struct job {
	struct zv_import import;
	struct zv_zone *zone;
	char *secret, *to_secret;
	struct zv_number_rules numbers;
	struct zv_buf mark, position;
	struct zv_str trunks[ZV_OPT_LIST_MAX], lines[ZV_OPT_LIST_MAX],
		columns[ZV_OPT_LIST_MAX];
};

/* ---- what is asked for ---------------------------------------------------------------------- */

static int
check(void)
{
	const char *const urls[] = { from, to, cel };

	if (!from && !cel) {
		zv_say_error("--from URL is missing: where the CDRs are, for example "
			     "csv:/var/log/asterisk/cdr-csv/Master.csv",
			     "не указан --from URL: где лежат CDR, например "
			     "csv:/var/log/asterisk/cdr-csv/Master.csv");
		return ZV_EXIT_USAGE;
	}
	if (!to && !dry_run) {
		zv_say_error("--to URL is missing: the history's database, for example "
			     "/var/lib/zvond/history.db; --dry-run writes nothing",
			     "не указан --to URL: база истории, например "
			     "/var/lib/zvond/history.db; --dry-run ничего не пишет");
		return ZV_EXIT_USAGE;
	}
	for (size_t i = 0; i < sizeof urls / sizeof *urls; i++)
		if (urls[i] && zv_secret_is_in_url(urls[i]))
			zv_say_warning(
				"the password in the URL stays in the shell's "
				"history and can be seen by others for a moment: "
				"--secret-file hides it",
				"пароль в URL остаётся в истории оболочки и на миг "
				"виден другим: --secret-file его скроет");
	if (!*server) {
		zv_say_error("--server is empty", "--server пуст");
		return ZV_EXIT_USAGE;
	}
	return 0;
}

static int
read_zone(struct job *j)
{
	struct zv_error err = { 0 };

	j->zone = zv_zone_open(zvon_str(zone_name), &err);
	return j->zone ? 0 : zv_import_fail("--timezone", &err);
}

static int
read_since(struct job *j)
{
	struct zv_error err = { 0 };

	if (!since)
		return 0;
	if (zv_history_time(zvon_str(since), j->zone, &j->import.what.from_ms, &err) <
	    0)
		return zv_import_fail("--since", &err);
	return 0;
}

static int
read_secrets(struct job *j)
{
	if (secret_file)
		j->secret = zv_secret_from_file(secret_file);
	else
		j->secret = zv_secret_from_environment();
	if (to_secret_file)
		j->to_secret = zv_secret_from_file(to_secret_file);
	return (secret_file && !j->secret) || (to_secret_file && !j->to_secret)
		       ? ZV_EXIT_USAGE
		       : 0;
}

/* ---- the sources ------------------------------------------------------------------------------ */

static int
open_source(struct job *j, enum zv_record_kind kind, const char *url,
	    struct zv_source **out)
{
	const struct zv_source_options o = {
		.db = { .url = zvon_str(url), .secret = zvon_str(j->secret) },
		.kind = kind,
		.preset = zvon_str(preset),
		.table = zvon_str(kind == ZV_RECORD_CDR ? table : NULL),
		.columns = j->columns,
		.n_columns = kind == ZV_RECORD_CDR
				     ? zv_opt_list_texts(&columns, j->columns)
				     : 0,
		.zone = j->zone,
	};
	struct zv_error err = { 0 };

	if (!url)
		return 0;
	*out = zv_source_open(&o, &err);
	if (!*out)
		return zv_import_fail(kind == ZV_RECORD_CDR ? "--from" : "--cel", &err);
	zv_say_note("%s: %s", "%s: %s", zv_source_name(*out), zv_source_report(*out));
	return 0;
}

/* "csv:/path", or a bare path: how many bytes the bar has. */
static long long
size_of(const char *url)
{
	const char *path = url && strncmp(url, "csv:", 4) == 0 ? url + 4 : url;
	struct stat st;

	return path && stat(path, &st) == 0 && S_ISREG(st.st_mode)
		       ? (long long)st.st_size
		       : -1;
}

/* ---- how numbers are written ------------------------------------------------------------------- */

static int
read_rules(struct job *j)
{
	int rc = 0;

	for (int i = 0; rc == 0 && i < rules.n; i++)
		rc = zv_import_number_rule(&j->numbers, rules.texts[i]);
	return rc;
}

/* ---- the store ----------------------------------------------------------------------------------- */

static int
open_store(struct job *j)
{
	const struct zv_store_options o = {
		.db = { .url = zvon_str(to),
			.secret = zvon_str(j->to_secret),
			.create = true },
		.numbers = j->numbers,
	};
	struct zv_error err = { 0 };

	if (dry_run)
		return 0;
	/* no warning: a file that is no store is perhaps somebody's, and stays */
	j->import.store = zv_store_open(&o, NULL, &err);
	return j->import.store ? 0 : zv_import_fail("--to", &err);
}

/* "import:main:csv:/var/…": one for each source, as each server has it. */
static int
find_mark(struct job *j)
{
	struct zv_import *i = &j->import;
	struct zv_error err = { 0 };

	zv_buf_printf(&j->mark, "import:%s:%s", server,
		      i->what.cdr ? zv_source_name(i->what.cdr) : "");
	if (i->what.cel)
		zv_buf_printf(&j->mark, " %s", zv_source_name(i->what.cel));
	if (i->what.from_ms)
		zv_buf_printf(&j->mark, " since %lld",
			      (long long)i->what.from_ms / 1000);
	if (zv_buf_failed(&j->mark))
		return zv_import_fail("--from",
				      &(struct zv_error){ .code = ZV_ENOMEM,
							  .text = "out of memory" });
	i->mark = zv_buf_str(&j->mark);
	if (i->store && !again &&
	    zv_store_marked(i->store, i->mark, &j->position, &err) < 0)
		return zv_import_fail("--to", &err);
	i->what.position = zv_buf_str(&j->position);
	if (j->position.n)
		zv_say_note("going on where the last run ended; --again begins anew",
			    "продолжаю с места, где закончил прошлый запуск; --again "
			    "начнёт заново");
	return 0;
}

/* ---- the whole ------------------------------------------------------------------------------------ */

static int
run_import(struct zv_import *i)
{
	struct zv_error err = { 0 };
	int rc = zv_import_run(i, &err);

	return zv_import_tell(i, rc, &err);
}

static int
prepare(struct job *j)
{
	struct zv_reconcile_options *what = &j->import.what;
	int rc = check();

	if (rc == 0)
		rc = read_rules(j);
	if (rc == 0)
		rc = read_zone(j);
	if (rc == 0)
		rc = read_since(j);
	if (rc == 0)
		rc = read_secrets(j);
	if (rc == 0)
		rc = open_source(j, ZV_RECORD_CDR, from, &what->cdr);
	if (rc == 0)
		rc = open_source(j, ZV_RECORD_CEL, cel, &what->cel);
	if (rc == 0)
		rc = open_store(j);
	if (rc == 0)
		rc = find_mark(j);
	j->import.bytes = size_of(from);
	what->calls = ZV_IMPORT_CALLS;
	what->stitch = (struct zv_stitch_options){
		.server = zvon_str(server),
		.trunks = j->trunks,
		.n_trunks = zv_opt_list_texts(&trunks, j->trunks),
		.lines = j->lines,
		.n_lines = zv_opt_list_texts(&lines, j->lines),
	};
	return rc;
}

static int
run(char **args, int n)
{
	struct job *j = zv_calloc(1, sizeof *j);
	int rc;

	(void)args;
	(void)n;
	if (!j)
		return zv_import_fail("import",
				      &(struct zv_error){ .code = ZV_ENOMEM,
							  .text = "out of memory" });
	j->import.asked_to_stop = zv_stop_asked;
	rc = prepare(j);
	if (rc == 0) {
		zv_stop_on_signals(NULL, NULL);
		rc = run_import(&j->import);
	}
	zv_store_close(j->import.store);
	zv_source_close(j->import.what.cdr);
	zv_source_close(j->import.what.cel);
	zv_zone_free(j->zone);
	zv_secret_free(j->secret);
	zv_secret_free(j->to_secret);
	zv_buf_deinit(&j->mark);
	zv_buf_deinit(&j->position);
	zv_free(j);
	return rc;
}

const struct zv_cmd zv_cmd_import = {
	.name = "import",
	.arguments = "--from URL --to URL",
	.summary = { "a PBX's own records into the call history",
		     "собственные записи АТС в историю звонков" },
	.about = { "Read the CDRs of a PBX (a table, or Master.csv), make calls of "
		   "them, and write those into zvond's history, where each call is "
		   "once however often it is told. Ctrl-C ends after what is whole; "
		   "the next run goes on there.",
		   "Читает CDR АТС (таблицу или Master.csv), собирает из них "
		   "звонки "
		   "и пишет их в историю zvond, где каждый звонок есть один раз, "
		   "сколько бы о нём ни рассказали. Ctrl-C завершает после того, что "
		   "записано целиком; следующий запуск продолжит с этого места." },
	.options = options,
	.run = run,
};
