/* zvon probe - step by step from the name to the first event: what works, what does not,
 * and which line of which file to change. */
#include <stdio.h>

#include "cli/cli.h"
#include "cli/link.h"
#include "cli/probe_print.h"
#include "probe/probe.h"
#include "term/reason.h"

enum {
	FORMAT_TEXT,
	FORMAT_JSON,
};

static int format = FORMAT_TEXT;

static const struct zv_opt options[] = {
	ZV_OPT_CHOICE("format", 0, "text|json", &format,
		      "text (default), or JSON, one object a line",
		      "текст (по умолчанию) или JSON, объект на строку"),
	ZV_OPT_END,
};

_Static_assert((int)ZV_PROBE_END_NEGATIVE == ZV_EXIT_NEGATIVE &&
		       (int)ZV_PROBE_END_USAGE == ZV_EXIT_USAGE &&
		       (int)ZV_PROBE_END_CONNECT == ZV_EXIT_CONNECT &&
		       (int)ZV_PROBE_END_LOGIN == ZV_EXIT_LOGIN &&
		       (int)ZV_PROBE_END_PROTOCOL == ZV_EXIT_PROTOCOL &&
		       (int)ZV_PROBE_END_TIMEOUT == ZV_EXIT_TIMEOUT,
	       "a probe ends with our exit codes");

/* The secret is looked for when it is needed. */
static struct zv_client *
make_client(struct zv_probe *p, const struct zv_client_options *wanted,
	    const struct zv_client_handlers *handlers, int *code)
{
	return zv_link_client(p->target, wanted, handlers, p, code);
}

static int
read_url(struct zv_probe *p)
{
	struct zv_error err = { 0 };

	if (zv_url_parse(&p->url, zvon_str(p->target), &err) < 0) {
		zv_say_reason(&err);
		return ZV_EXIT_USAGE;
	}
	if (!p->url.user) {
		zv_say_error("no user name: write it into the URL, %s://user@host",
			     "нет имени пользователя: укажите его в URL, "
			     "%s://user@host",
			     p->url.scheme);
		return ZV_EXIT_USAGE;
	}
	return 0;
}

static int
run(char **args, int n)
{
	struct zv_probe_printer printer = { .json = format == FORMAT_JSON };
	struct zv_probe p = {
		.target = args[0],
		.make_client = make_client,
		.report = { zv_probe_print, &printer, zv_say_lang() == ZV_LANG_RU },
	};

	(void)n;
	zv_link_dial_options(&p.how);
	p.code = read_url(&p);
	if (p.code == 0) {
		zv_out_init(&printer.out, 0);
		zv_probe_run(&p);
		p.code = zv_out_finish(&printer.out, p.code);
	}
	zvon_client_free(p.client);
	zv_url_deinit(&p.url);
	return p.code;
}

const struct zv_cmd zv_cmd_probe = {
	.name = "probe",
	.arguments = "URL",
	.summary = { "why does it not work? name, port, login, rights, events",
		     "почему не работает? имя, порт, вход, права, события" },
	.about = { "Goes step by step from the name to the first event and says at "
		   "each "
		   "what was found, and what to change in which section of which file. "
		   "The rights of the account are compared with what a telephony "
		   "program needs: missing ones and those too many are named. Exit "
		   "code "
		   "1: a needed read class is missing.",
		   "Идёт шаг за шагом от имени до первого события и на каждом говорит, "
		   "что найдено и что изменить: в каком разделе какого файла. Права "
		   "учётной записи сравниваются с тем, что нужно программе телефонии: "
		   "названы недостающие и лишние. Код завершения 1: не хватает нужного "
		   "класса чтения." },
	.options = options,
	.connects = true,
	.least = 1,
	.most = 1,
	.run = run,
};
