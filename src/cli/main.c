/* zvon - Asterisk on the command line. The table of commands, and what is common to
 * all of them. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "cli/cli.h"
#include "cli/help.h"
#include "cli/link.h"
#include "cli/out.h"
#include "term/secret.h"
#include "zvon/zvon.h"

const struct zv_cmd *const zv_commands[] = {
	&zv_cmd_listen,
	&zv_cmd_action,
	&zv_cmd_command,
	&zv_cmd_originate,
	&zv_cmd_calls,
	&zv_cmd_parse,
	&zv_cmd_filter,
	&zv_cmd_probe,
	&zv_cmd_capture,
	&zv_cmd_serve,
	&zv_cmd_history,
	&zv_cmd_import,
	NULL,
};

#define N_COMMANDS (sizeof zv_commands / sizeof *zv_commands - 1)

static int lang, verbose, color;
static bool quiet, help, version;

static const struct zv_opt general_options[] = {
	ZV_OPT_FLAG("help", 'h', &help, "show this help", "показать эту справку"),
	ZV_OPT_FLAG("version", 0, &version, "show the version", "показать версию"),
	ZV_OPT_COUNT("verbose", 'v', &verbose,
		     "tell what happens: -v, more: -vv, whole packets: -vvv",
		     "сообщать о происходящем: -v, подробнее: -vv, пакеты: -vvv"),
	ZV_OPT_FLAG("quiet", 'q', &quiet, "only errors", "только ошибки"),
	ZV_OUT_COLOR_OPTION(&color),
	ZV_OPT_CHOICE("lang", 0, "en|ru", &lang,
		      "language of messages (default: LC_ALL, LC_MESSAGES, LANG)",
		      "язык сообщений (по умолчанию: LC_ALL, LC_MESSAGES, LANG)"),
	ZV_OPT_END,
};

/* The language also while options are being read: errors speak it. */
static int
parse_options(const struct zv_opt *const *tables, bool stop_early, char **argv,
	      char **args, int *n)
{
	int rc = zv_options_parse(tables, stop_early, argv, args, n);

	zv_say_setup((enum zv_lang)lang, quiet, verbose);
	zv_out_setup(color);
	return rc;
}

static const struct zv_cmd *
find_command(const char *name)
{
	const char *names[N_COMMANDS], *meant;

	for (size_t i = 0; i < N_COMMANDS; i++) {
		names[i] = zv_commands[i]->name;
		if (strcmp(name, names[i]) == 0)
			return zv_commands[i];
	}
	meant = zv_options_nearest(name, names, (int)N_COMMANDS);
	if (meant)
		zv_say_error("unknown command '%s'; is %s meant?",
			     "неизвестная команда '%s'; может быть, %s?", name, meant);
	else
		zv_say_error("unknown command '%s'; see zvon --help",
			     "неизвестная команда '%s'; см. zvon --help", name);
	return NULL;
}

/* Of one command, or of all. */
static int
show_help(const char *name)
{
	const struct zv_cmd *cmd = name ? find_command(name) : NULL;

	if (name && !cmd)
		return ZV_EXIT_USAGE;
	if (cmd)
		zv_help_command(cmd, general_options);
	else
		zv_help_overview(general_options);
	return ZV_EXIT_DONE;
}

static int
show_version(void)
{
	printf("zvon %s\n", zvon_version());
	return ZV_EXIT_DONE;
}

/* `zvon help`, `zvon help COMMAND`: options may follow here too. */
static int
run_help(char **argv, char **args)
{
	static const struct zv_opt *const tables[] = { general_options, NULL };
	int n, rc = parse_options(tables, false, argv, args, &n);

	return rc ? rc : show_help(args[0]);
}

static int
run_command(const struct zv_cmd *cmd, char **argv, char **args)
{
	const struct zv_opt *tables[4] = { general_options };
	int n, n_tables = 1, rc;

	if (cmd->options)
		tables[n_tables++] = cmd->options;
	if (cmd->connects)
		tables[n_tables++] = zv_link_options;
	rc = parse_options(tables, false, argv, args, &n);
	if (rc)
		return rc;
	if (version)
		return show_version();
	if (help)
		return show_help(cmd->name);
	if (n < cmd->least || (cmd->most >= 0 && n > cmd->most)) {
		zv_say_error("%s; usage: zvon %s %s", "%s; вызов: zvon %s %s",
			     n < cmd->least ? zv_say_pick((struct zv_text){
						      "an argument is missing",
						      "не хватает аргумента" })
					    : zv_say_pick((struct zv_text){
						      "too many arguments",
						      "слишком много аргументов" }),
			     cmd->name, cmd->arguments);
		return ZV_EXIT_USAGE;
	}
	return cmd->run(args, n);
}

static int
run(char **argv, char **rest, char **args)
{
	static const struct zv_opt *const tables[] = { general_options, NULL };
	const struct zv_cmd *cmd;
	int n, rc = parse_options(tables, true, argv, rest, &n);

	if (rc)
		return rc;
	if (version)
		return show_version();
	if (n == 0 && !help) {
		zv_say_error("no command given; see zvon --help",
			     "не указана команда; см. zvon --help");
		return ZV_EXIT_USAGE;
	}
	if (n == 0)
		return show_help(NULL);
	if (strcmp(rest[0], "help") == 0)
		return run_help(rest + 1, args);
	cmd = find_command(rest[0]);
	return cmd ? run_command(cmd, rest + 1, args) : ZV_EXIT_USAGE;
}

int
main(int argc, char **argv)
{
	size_t words = (size_t)argc + 1;
	char **lists = zv_calloc(2 * words, sizeof *lists);
	int rc = ZV_EXIT_NEGATIVE;

	lang = zv_say_lang_of_environment();
	zv_say_setup((enum zv_lang)lang, false, 0);
	signal(SIGPIPE, SIG_IGN); /* a write tells it by EPIPE */
	if (!lists || argc < 1 || zv_secret_hide(argv + 1) < 0)
		zv_say_error("out of memory", "нет памяти");
	else
		rc = run(argv + 1, lists, lists + words);
	zv_free(lists);
	return rc;
}
