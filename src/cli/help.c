#include "cli/help.h"

#include <stdio.h>
#include <string.h>

#include "cli/link.h"
#include "term/wrap.h"

#define COMMAND_COLUMN 14
#define CODE_COLUMN    9

static const struct {
	const char *codes;
	struct zv_text meaning;
} exit_codes[] = {
	{ "0", { "done", "сделано" } },
	{ "1",
	  { "a negative answer: the server answered Error; or a failure here: out of "
	    "memory, disk full",
	    "отрицательный ответ: сервер ответил Error; или сбой здесь: нет памяти, "
	    "диск полон" } },
	{ "2",
	  { "wrong usage: option, URL, field, file; nothing was sent",
	    "неверный вызов: опция, URL, поле, файл; ничего не отправлено" } },
	{ "3",
	  { "cannot connect, or the connection was lost",
	    "нет соединения, или оно потеряно" } },
	{ "4", { "login refused", "вход отклонён" } },
	{ "5",
	  { "the other side does not speak the protocol",
	    "другая сторона не говорит на этом протоколе" } },
	{ "6", { "no answer in time", "нет ответа вовремя" } },
	{ "10-17",
	  { "originate only, the result of the call: 10 answered, 11 busy, 12 "
	    "no_answer, 13 cancelled, 14 rejected, 15 congestion, 16 failed, 17 "
	    "abandoned",
	    "только originate, итог звонка: 10 answered, 11 busy, 12 no_answer, 13 "
	    "cancelled, 14 rejected, 15 congestion, 16 failed, 17 abandoned" } },
};

static void
print_heading(struct zv_text heading)
{
	printf("\n%s\n", zv_say_pick(heading));
}

static void
print_exit_codes(void)
{
	print_heading((struct zv_text){ "Exit codes:", "Коды завершения:" });
	for (size_t i = 0; i < sizeof exit_codes / sizeof *exit_codes; i++) {
		char left[16];

		snprintf(left, sizeof left, "  %s", exit_codes[i].codes);
		zv_help_row(left, CODE_COLUMN, zv_say_pick(exit_codes[i].meaning));
	}
}

void
zv_help_overview(const struct zv_opt *general)
{
	static const struct zv_text intro = {
		"Asterisk on the command line: events, actions, calls, diagnosis.",
		"Asterisk в командной строке: события, действия, звонки, диагностика.",
	};
	static const struct zv_text outro = {
		"URL is ami://user@host:5038, or amis://user@host:5039 for TLS; over "
		"HTTP http://user@host:8088/asterisk/rawman, or https:// on 8089. The "
		"secret comes from --secret-file, ZVON_SECRET, or a question on the "
		"terminal. "
		"`zvon help COMMAND` tells more; zvon(1) tells all.",
		"URL — это ami://user@host:5038 или amis://user@host:5039 для TLS; по "
		"HTTP — http://user@host:8088/asterisk/rawman или https:// на 8089. "
		"Секрет берётся из --secret-file, ZVON_SECRET или спрашивается на "
		"терминале. "
		"Подробнее: `zvon help COMMAND`; всё: zvon(1).",
	};

	printf("%s: zvon COMMAND ...\n\n",
	       zv_say_pick((struct zv_text){ "Usage", "Вызов" }));
	zv_wrap(zv_say_pick(intro), 0, 0);
	print_heading((struct zv_text){ "Commands:", "Команды:" });
	for (const struct zv_cmd *const *c = zv_commands; *c; c++) {
		char left[64];

		snprintf(left, sizeof left, "  %s", (*c)->name);
		zv_help_row(left, COMMAND_COLUMN, zv_say_pick((*c)->summary));
	}
	print_heading(
		(struct zv_text){ "Options of all commands:", "Опции всех команд:" });
	zv_options_print(general, NULL);
	print_exit_codes();
	putchar('\n');
	zv_wrap(zv_say_pick(outro), 0, 0);
}

void
zv_help_command(const struct zv_cmd *cmd, const struct zv_opt *general)
{
	printf("%s: zvon %s %s [OPTIONS]\n\n",
	       zv_say_pick((struct zv_text){ "Usage", "Вызов" }), cmd->name,
	       cmd->arguments);
	zv_wrap(zv_say_pick(cmd->about), 0, 0);
	if (cmd->options) {
		print_heading((struct zv_text){ "Options:", "Опции:" });
		zv_options_print(cmd->options, NULL);
	}
	if (cmd->connects) {
		print_heading((struct zv_text){ "Connection:", "Соединение:" });
		zv_options_print(zv_link_options, cmd->options);
	}
	print_heading(
		(struct zv_text){ "Options of all commands:", "Опции всех команд:" });
	zv_options_print(general, NULL);
	print_exit_codes();
}
