/* zvond - the daemon: one connection to each Asterisk, many users. What stands on the
 * command line; everything else is in the configuration. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/str.h"
#include "term/options.h"
#include "term/reason.h"
#include "term/secret.h"
#include "term/wrap.h"
#include "zvon/zvon.h"
#include "zvond/activation.h"
#include "zvond/daemon.h"
#include "zvond/log.h"
#include "zvond/notify.h"
#include "zvond/options.h"
#include "zvond/passwd.h"

#define CONFIG_FILE "/etc/zvon/zvond.conf"
#define DEMO_RATE   12

/* A contract, see zvond(8); 2 also tells systemd that a restart would not help. */
enum { DONE = 0, FAILED = 1, WRONG = ZV_OPTIONS_WRONG };

static int lang, port = 2013, rate = DEMO_RATE;
static bool help, version, check, print_config, print_keys, demo;
static const char *config_file = CONFIG_FILE, *state;

static const struct zv_opt options[] = {
	ZV_OPT_TEXT("config", 'c', "FILE", &config_file,
		    "the configuration (default: " CONFIG_FILE ")",
		    "файл настроек (по умолчанию: " CONFIG_FILE ")"),
	ZV_OPT_FLAG("check", 0, &check, "check the configuration and end",
		    "проверить настройки и завершиться"),
	ZV_OPT_FLAG("print-config", 0, &print_config,
		    "print it with all defaults, secrets as ***",
		    "напечатать настройки со всеми умолчаниями, секреты как ***"),
	ZV_OPT_FLAG(
		"print-keys", 0, &print_keys,
		"print all keys: section, key, other names, default, meaning",
		"напечатать все ключи: раздел, ключ, другие имена, умолчание, смысл"),
	ZV_OPT_FLAG("demo", 0, &demo, "a simulated office, without configuration",
		    "учебный офис, без файла настроек"),
	ZV_OPT_NUMBER("port", 'p', "N", &port, 0, 65535,
		      "demo: port on 127.0.0.1, 0: any (default: 2013)",
		      "демо: порт на 127.0.0.1, 0: любой (по умолчанию: 2013)"),
	ZV_OPT_TEXT("state", 0, "FOLDER", &state,
		    "demo: keep numbering and sessions there",
		    "демо: хранить там нумерацию и сеансы"),
	ZV_OPT_NUMBER("rate", 0, "N", &rate, 0, 600,
		      "demo: calls a minute that come by themselves (default: 12)",
		      "демо: сколько звонков в минуту приходит (по умолчанию: 12)"),
	ZV_OPT_CHOICE("lang", 0, "en|ru", &lang,
		      "language of messages (default: LC_ALL, LC_MESSAGES, LANG)",
		      "язык сообщений (по умолчанию: LC_ALL, LC_MESSAGES, LANG)"),
	ZV_OPT_FLAG("help", 'h', &help, "show this help", "показать эту справку"),
	ZV_OPT_FLAG("version", 0, &version, "show the version", "показать версию"),
	ZV_OPT_END,
};

/* ---- help -------------------------------------------------------------------------- */

static int
show_help(void)
{
	static const struct {
		const char *left;
		struct zv_text what;
	} rows[] = {
		{ "  zvond passwd [USER]",
		  { "hash a password for [user NAME]", "хеш пароля для [user ИМЯ]" } },
		{ "  zvond token [USER]",
		  { "make a token for a program", "создать токен для программы" } },
	};

	printf("%s: zvond [--config FILE] [--check | --print-config]\n"
	       "       zvond --demo [--port N] [--state FOLDER] [--rate N]\n\n",
	       zv_say_pick((struct zv_text){ "Usage", "Вызов" }));
	zv_wrap(zv_say_pick((struct zv_text){
			"One connection to each Asterisk, many users with rights of "
			"their own: browsers, CRMs, scripts.",
			"Одно соединение с каждым Asterisk, много пользователей со "
			"своими правами: браузеры, CRM, скрипты." }),
		0, 0);
	putchar('\n');
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		zv_help_row(rows[i].left, 30, zv_say_pick(rows[i].what));
	putchar('\n');
	zv_options_print(options, NULL);
	putchar('\n');
	zv_wrap(zv_say_pick((struct zv_text){
			"Exit codes: 0 done, 1 it could not begin or failed, 2 wrong "
			"usage or configuration. Signals: HUP reads the configuration "
			"again, TERM and INT end it. Everything: zvond(8), "
			"zvond.conf(5).",
			"Коды завершения: 0 сделано, 1 не удалось начать или сбой, 2 "
			"неверный вызов или настройки. Сигналы: HUP перечитывает "
			"настройки, TERM и INT завершают. Подробно: zvond(8), "
			"zvond.conf(5)." }),
		0, 0);
	return DONE;
}

static int
print_and_end(void (*print)(struct zv_buf *out))
{
	struct zv_buf out = { 0 };
	bool good;

	print(&out);
	good = !zv_buf_failed(&out) && fwrite(out.p, 1, out.n, stdout) == out.n &&
	       fflush(stdout) == 0;
	zv_buf_deinit(&out);
	return good ? DONE : FAILED;
}

/* ---- the configuration --------------------------------------------------------------- */

static struct zv_config *
read_config(void)
{
	struct zv_buf complaints = { 0 };
	struct zv_str rest, line;
	struct zv_config *config = demo ? zv_config_demo(port, state, rate, &complaints)
					: zv_config_read(config_file, &complaints);

	rest = zv_buf_str(&complaints);
	while (rest.n && zv_str_split(&rest, '\n', &line))
		if (line.n)
			zv_say_error("%.*s", "%.*s", ZV_ARG(line));
	zv_buf_deinit(&complaints);
	if (!config && !demo && access(config_file, F_OK) < 0)
		zv_say_note(
			"zvond.conf.sample shows all keys; --demo needs no file",
			"все ключи — в zvond.conf.sample; --demo обходится без файла");
	return config;
}

static int
show_config(const struct zv_config *config)
{
	struct zv_buf out = { 0 };
	bool good;

	zv_config_print(config, &out);
	good = !zv_buf_failed(&out) && fwrite(out.p, 1, out.n, stdout) == out.n &&
	       fflush(stdout) == 0;
	zv_buf_deinit(&out);
	return good ? DONE : FAILED;
}

static int
say_checked(const struct zv_config *c)
{
	zv_say_note("%s is good: servers %zu, listeners %zu, roles %zu, users %zu",
		    "%s в порядке: серверов %zu, точек входа %zu, ролей %zu, "
		    "пользователей %zu",
		    c->file ? c->file : "demo", c->n_servers, c->n_listens, c->n_roles,
		    c->n_users);
	return DONE;
}

/* ---- running ----------------------------------------------------------------------------- */

static int
open_surroundings(struct zv_error *err)
{
	int rc = zv_notify_open(err);

	return rc < 0 ? rc : zv_activation_open(err);
}

static int
serve(struct zv_config *config)
{
	struct zv_log *log = zv_logger_open(
		STDERR_FILENO, zv_logger_is_journal(STDERR_FILENO), config->log_level);
	int rc;

	if (!log) {
		zv_say_error("out of memory", "нет памяти");
		zv_config_free(config);
		return FAILED;
	}
	rc = zv_daemon_run(config, log);
	zv_logger_close(log);
	return rc;
}

static int
run_daemon(void)
{
	struct zv_error why = { 0 };
	struct zv_config *config = read_config();
	int rc;

	if (!config)
		return WRONG;
	if (check || print_config) {
		rc = print_config ? show_config(config) : say_checked(config);
		zv_config_free(config);
		return rc;
	}
	if (open_surroundings(&why) < 0) {
		zv_say_reason(&why);
		zv_config_free(config);
		return FAILED;
	}
	zv_secret_forbid_dumps();
	rc = serve(config);
	zv_activation_close();
	zv_notify_close();
	return rc;
}

/* ---- arguments ------------------------------------------------------------------------------ */

static const struct {
	const char *name;
	int (*run)(const char *user);
} commands[] = {
	{ "passwd", zv_passwd_run },
	{ "token", zv_token_run },
};

static int
run_command(char **args, int n)
{
	static const char *const names[] = { "passwd", "token" };
	const char *meant;

	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
		if (strcmp(args[0], commands[i].name) != 0)
			continue;
		if (n <= 2)
			return commands[i].run(args[1]);
		zv_say_error("too many arguments; usage: zvond %s [USER]",
			     "слишком много аргументов; вызов: zvond %s [USER]",
			     args[0]);
		return WRONG;
	}
	meant = zv_options_nearest(args[0], names, 2);
	if (meant)
		zv_say_error("unknown command '%s'; is %s meant?",
			     "неизвестная команда '%s'; может быть, %s?", args[0],
			     meant);
	else
		zv_say_error("unknown command '%s'; see zvond --help",
			     "неизвестная команда '%s'; см. zvond --help", args[0]);
	return WRONG;
}

static int
run(char **argv, char **args)
{
	static const struct zv_opt *const tables[] = { options, NULL };
	int n, rc = zv_options_parse(tables, false, argv, args, &n);

	zv_say_setup((enum zv_lang)lang, false, 0);
	if (rc)
		return rc;
	if (help)
		return show_help();
	if (version) {
		printf("zvond %s\n", zvon_version());
		return DONE;
	}
	if (print_keys)
		return print_and_end(zv_options_print_table);
	return n ? run_command(args, n) : run_daemon();
}

int
main(int argc, char **argv)
{
	char **args = zv_calloc((size_t)argc + 1, sizeof *args);
	int rc = FAILED;

	zv_say_program("zvond");
	lang = zv_say_lang_of_environment();
	zv_say_setup((enum zv_lang)lang, false, 0);
	signal(SIGPIPE, SIG_IGN); /* a write tells it by EPIPE */
	if (!args || argc < 1 || zv_secret_hide(argv + 1) < 0)
		zv_say_error("out of memory", "нет памяти");
	else
		rc = run(argv + 1, args);
	zv_free(args);
	return rc;
}
