/* zvon serve - a stand-in PBX: plays recordings, or a small simulated office. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "base/num.h"
#include "cli/cli.h"
#include "term/secret.h"
#include "cli/serve_desk.h"
#include "cli/serve_files.h"
#include "cli/stop.h"
#include "io/clock.h"
#include "term/reason.h"

#define MAX_SPEED_MS 1000000 /* "1000" read as seconds */
#define MAX_CALLS    600     /* a minute, in the office */

static const char *address = "127.0.0.1", *speed_text = "1", *secret_file;
static int port = -1, seed = -1, rate = -1;
static bool demo, loop, once;

static const struct zv_opt options[] = {
	ZV_OPT_NUMBER("port", 0, "N", &port, 0, 65535,
		      "listen on port N; 0: any that is free, it is printed",
		      "слушать порт N; 0: любой свободный, он печатается"),
	ZV_OPT_TEXT("bind", 0, "ADDRESS", &address,
		    "listen on this address (default: 127.0.0.1)",
		    "слушать этот адрес (по умолчанию: 127.0.0.1)"),
	ZV_OPT_FLAG("demo", 0, &demo, "a simulated office instead of recordings",
		    "учебный офис вместо записей"),
	ZV_OPT_NUMBER("seed", 0, "N", &seed, 0, 2147483647,
		      "--demo: the same number gives the same day",
		      "--demo: одно и то же число даёт один и тот же день"),
	ZV_OPT_TEXT("speed", 0, "X", &speed_text,
		    "X times as fast: 0.5, 10 (default: 1)",
		    "в X раз быстрее: 0.5, 10 (по умолчанию: 1)"),
	ZV_OPT_NUMBER(
		"rate", 0, "N", &rate, 0, 1000000,
		"--demo: N calls a minute (default: 12); recordings: at most N "
		"events a second; 0: no calls, no limit",
		"--demo: N звонков в минуту (по умолчанию: 12); записи: не больше N "
		"событий в секунду; 0: без звонков, без предела"),
	ZV_OPT_FLAG("loop", 0, &loop, "recordings: again and again",
		    "записи: снова и снова"),
	ZV_OPT_FLAG("once", 0, &once,
		    "end when the first client has had everything, or has gone",
		    "завершиться, когда первый клиент всё получил или ушёл"),
	ZV_OPT_TEXT("secret-file", 0, "FILE", &secret_file,
		    "--demo: the users' secret (default: demo)",
		    "--demo: секрет пользователей (по умолчанию: demo)"),
	ZV_OPT_END,
};

/* ---- checking -------------------------------------------------------------- */

static int
usage(const char *en, const char *ru)
{
	zv_say_error("%s", "%s", zv_say_pick((struct zv_text){ en, ru }));
	return ZV_EXIT_USAGE;
}

static int
check_options(int files, double *speed)
{
	long long ms;

	if (port < 0)
		return usage("--port N is needed; 0: any that is free",
			     "нужен --port N; 0: любой свободный");
	if (demo == (files > 0))
		return usage("either recordings or --demo", "либо записи, либо --demo");
	if (demo && loop)
		return usage("--loop is for recordings", "--loop только для записей");
	if (loop && once)
		return usage("--loop and --once exclude each other",
			     "--loop и --once исключают друг друга");
	if (!demo && (secret_file || seed >= 0))
		return usage("--secret-file and --seed are for --demo: a recording "
			     "takes any secret",
			     "--secret-file и --seed только для --demo: запись "
			     "принимает любой секрет");
	if (demo && rate > MAX_CALLS)
		return usage("--rate with --demo: at most 600 calls a minute",
			     "--rate с --demo: не больше 600 звонков в минуту");
	if (zv_num_parse_seconds(zvon_str(speed_text), MAX_SPEED_MS, &ms) < 0 ||
	    ms < 10)
		return usage("--speed: a number from 0.01 to 1000",
			     "--speed: число от 0.01 до 1000");
	*speed = (double)ms / 1000;
	return 0;
}

/* Everybody who reaches the port may see and, with the demo's secret, do everything. */
static void
warn_of_address(void)
{
	if (strncmp(address, "127.", 4) != 0 && strcmp(address, "::1") != 0)
		zv_say_warning(
			"listening on %s: other machines can connect, and the "
			"protocol is not encrypted",
			"слушаю %s: другие машины смогут подключиться, а протокол "
			"не шифруется",
			address);
}

/* ---- the first words ------------------------------------------------------- */

/* An address to connect to, as it stands in a URL. */
static void
url_host(char *out, size_t size)
{
	const char *host = address;

	if (strcmp(address, "0.0.0.0") == 0)
		host = "127.0.0.1";
	else if (strcmp(address, "::") == 0)
		host = "::1";
	snprintf(out, size, strchr(host, ':') ? "[%s]" : "%s", host);
}

static int
greet(const struct zv_serve_desk *d)
{
	char host[64];
	int n = zv_serve_desk_port(d);

	printf(strchr(address, ':') ? "listening on [%s]:%d\n" : "listening on %s:%d\n",
	       address, n);
	url_host(host, sizeof host);
	if (secret_file)
		printf("try: zvon listen --secret-file '%s' ami://%s@%s:%d\n",
		       secret_file, ZV_OFFICE_USER, host, n);
	else
		printf("try: ZVON_SECRET=%s zvon listen ami://%s@%s:%d\n",
		       ZV_OFFICE_SECRET, ZV_OFFICE_USER, host, n);
	return fflush(stdout);
}

/* ---- serving --------------------------------------------------------------- */

static int
exit_code(int result)
{
	if (result == 0)
		return ZV_EXIT_DONE;
	if (result == ZV_ECLOSED)
		zv_say_error("the client went before it had everything",
			     "клиент ушёл, не получив всего");
	else
		zv_say_error("out of memory", "не хватает памяти");
	return ZV_EXIT_NEGATIVE;
}

static int
serve(const struct zv_serve_options *o)
{
	struct zv_error err = { 0 };
	struct zv_serve_desk *d = zv_serve_desk_open(o, &err);
	int code = ZV_EXIT_NEGATIVE;

	if (!d) {
		zv_say_reason(&err);
		return err.code == ZV_EINVAL ? ZV_EXIT_USAGE : ZV_EXIT_NEGATIVE;
	}
	zv_stop_on_signals(zv_serve_desk_wake, d);
	warn_of_address();
	if (greet(d) == 0)
		code = exit_code(zv_serve_desk_run(d));
	zv_stop_forget_wake();
	zv_serve_desk_close(d);
	return code;
}

static int64_t
epoch_ms(void)
{
	return (int64_t)time(NULL) * 1000;
}

static int
serve_office(double speed, struct zv_serve_options *o)
{
	char *secret = secret_file ? zv_secret_from_file(secret_file) : NULL;
	struct zv_office_options office = {
		.seed = seed >= 0 ? (uint64_t)seed : zv_random(),
		.start_ms = epoch_ms(),
		.calls_per_minute = rate >= 0 ? rate : ZV_OFFICE_CALLS_PER_MINUTE,
		.speed = speed,
		.secret = secret ? secret : ZV_OFFICE_SECRET,
	};
	int code = ZV_EXIT_USAGE;

	if (!secret_file || secret) {
		o->office = &office;
		code = serve(o);
	}
	zv_secret_free(secret);
	return code;
}

static int
serve_files(char **paths, int n, double speed, struct zv_serve_options *o)
{
	struct zv_recording **recordings = zv_calloc((size_t)n, sizeof *recordings);
	int loaded = 0, code = ZV_EXIT_USAGE;

	if (!recordings)
		return exit_code(ZV_ENOMEM);
	while (loaded < n && (recordings[loaded] = zv_serve_load(paths[loaded])))
		loaded++;
	if (loaded == n) {
		o->recordings = recordings;
		o->n_recordings = (size_t)n;
		o->replay = (struct zv_replay_options){
			.speed = speed,
			.rate = rate > 0 ? rate : 0,
			.loop = loop,
			.epoch_ms = epoch_ms(),
		};
		code = serve(o);
	}
	while (loaded > 0)
		zv_recording_free(recordings[--loaded]);
	zv_free(recordings);
	return code;
}

static int
run(char **args, int n)
{
	struct zv_serve_options o = { .address = address, .port = port, .once = once };
	double speed = 1;
	int code = check_options(n, &speed);

	if (code)
		return code;
	return demo ? serve_office(speed, &o) : serve_files(args, n, speed, &o);
}

const struct zv_cmd zv_cmd_serve = {
	.name = "serve",
	.arguments = "FILE... | --demo",
	.summary = { "a stand-in PBX: plays recordings or a simulated office",
		     "учебная АТС: проигрывает записи или маленький офис" },
	.about = { "Answers on a port as Asterisk's manager does, until Ctrl-C. FILE "
		   "is "
		   "what zvon capture wrote: FILE.ami, with .sent (answers to actions) "
		   "and .idx (times) beside it. Any user and secret may log in; each "
		   "connection plays the next FILE. With --demo calls come by "
		   "themselves "
		   "on lines 200 to 211 and the queue 800 (Asterisk 22; user demo may "
		   "all, readonly only reads). 208 never answers, 209 declines, 210 is "
		   "busy, 211 is not registered; 600 is an echo, 602 busy, 603 "
		   "congestion. Outside numbers that end in 17 are busy, in 19 do not "
		   "answer, in 21 decline, in 34 are congested.",
		   "Отвечает на порту как менеджер Asterisk, до Ctrl-C. FILE — то, что "
		   "записала zvon capture: FILE.ami, рядом .sent (ответы на действия) "
		   "и "
		   ".idx (время). Входит любой пользователь с любым секретом; каждое "
		   "соединение проигрывает следующий FILE. С --demo звонки идут сами: "
		   "линии 200-211 и очередь 800 (Asterisk 22; пользователь demo может "
		   "всё, readonly только читает). 208 не отвечает, 209 отклоняет, 210 "
		   "занят, 211 не зарегистрирован; 600 — эхо, 602 — занято, 603 — "
		   "перегрузка. Внешние номера на 17 заняты, на 19 не отвечают, на 21 "
		   "отклоняют, на 34 — перегрузка." },
	.options = options,
	.least = 0,
	.most = -1,
	.run = run,
};
