/* zvon probe - step by step from the name to the first event: what works, what does not,
 * and which line of which file to change. */
#include <stdio.h>

#include "cli/cli.h"
#include "cli/link.h"
#include "cli/probe.h"
#include "io/clock.h"

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

static void
tell_summary(struct zv_probe *p)
{
	struct zv_probe_line line =
		ZV_PROBE_LINE(ZV_PT_STEP_SUMMARY, (int)(zv_clock_ms() - p->start_ms));
	char n[16];

	snprintf(n, sizeof n, "%d", p->report.n_warnings);
	if (p->state == ZV_STATE_CLOSED && !p->code) {
		zv_probe_say(&line, ZV_PROBE_FAILED, ZV_PT_ADVICE_LOST, p->why, NULL);
		p->code = zv_link_exit_code(p->reason, p->lost_during);
	} else if (p->code > ZV_EXIT_NEGATIVE) {
		zv_probe_say(&line, ZV_PROBE_FAILED, ZV_PT_SUMMARY_FAILED, NULL);
	} else if (p->code) {
		zv_probe_say(&line, ZV_PROBE_FAILED, ZV_PT_SUMMARY_MISSING, NULL);
	} else {
		zv_probe_say(&line, ZV_PROBE_OK,
			     p->report.n_warnings ? ZV_PT_SUMMARY_WARNINGS
						  : ZV_PT_SUMMARY_GOOD,
			     n, NULL);
		if (p->url.protocol == ZV_URL_AMI)
			zv_probe_advise(&line, ZV_PT_ADVICE_WRITETIMEOUT, p->url.user,
					NULL);
	}
	zv_probe_tell(&p->report, &line);
}

static int
read_url(struct zv_probe *p)
{
	struct zv_error err = { 0 };

	if (zv_url_parse(&p->url, zvon_str(p->target), &err) < 0) {
		zv_say_error("%s", "%s", err.text);
		return ZV_EXIT_USAGE;
	}
	if (!p->url.user) {
		zv_say_error("no user name: write it into the URL, %s://user@host",
			     "нет имени пользователя: укажите его в URL, "
			     "%s://user@host",
			     p->url.scheme);
		return ZV_EXIT_USAGE;
	}
	snprintf(p->place, sizeof p->place, "%s", zv_link_place(p->target));
	snprintf(p->port, sizeof p->port, "%d", p->url.port);
	return 0;
}

static int
run(char **args, int n)
{
	struct zv_probe p = { .target = args[0], .start_ms = zv_clock_ms() };

	(void)n;
	p.code = read_url(&p);
	if (p.code == 0) {
		zv_out_init(&p.report.out, 0);
		p.report.json = format == FORMAT_JSON;
		if (zv_probe_connect(&p))
			zv_probe_account(&p);
		if (p.report.n_failed || p.report.n_warnings || p.client)
			tell_summary(&p);
		p.code = zv_out_finish(&p.report.out, p.code);
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
