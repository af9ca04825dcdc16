#include "term/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/str.h"
#include "term/reason.h"
#include "term/reason.h"

static char *from_environment;

/* ---- out of sight ------------------------------------------------------------ */

static int
take_from_environment(void)
{
	char *value = getenv("ZVON_SECRET");

	if (!value)
		return 0;
	from_environment = zv_strdup(value);
	zv_wipe(value, strlen(value)); /* /proc/PID/environ shows this memory */
	unsetenv("ZVON_SECRET");
	return from_environment ? 0 : -1;
}

/* The ":secret" of scheme://user:secret@host, or NULL. A secret may hold any of
 * ":/@" itself, so it goes up to the last '@'. */
static char *
find_secret(char *arg, size_t *n)
{
	char *start = strstr(arg, "://"), *end = strrchr(arg, '@'), *colon;

	if (!start || !end)
		return NULL;
	colon = strchr(start + 3, ':');
	if (!colon || colon > end)
		return NULL;
	*n = (size_t)(end - colon);
	return colon;
}

bool
zv_secret_is_in_url(const char *url)
{
	size_t n = 0;

	return find_secret((char *)url, &n) && n > 1;
}

static int
hide_in_argument(char **arg)
{
	size_t n, rest;
	char *copy, *secret = find_secret(*arg, &n);

	if (!secret)
		return 0;
	copy = zv_strdup(*arg);
	if (!copy)
		return -1;
	rest = strlen(secret + n);
	memmove(secret, secret + n, rest);
	zv_wipe(secret + rest, n);
	*arg = copy;
	return 0;
}

int
zv_secret_hide(char **argv)
{
	struct rlimit none = { 0, 0 };

	setrlimit(RLIMIT_CORE, &none);
	for (; *argv; argv++)
		if (hide_in_argument(argv) < 0)
			return -1;
	return take_from_environment();
}

/* RLIMIT_CORE does not hold for core_pattern with a program in it; this does. It makes
 * /dev/fd/N unreadable for others than root, so it waits until the secret was read:
 * `--secret-file <(pass show pbx)`. */
void
zv_secret_forbid_dumps(void)
{
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

void
zv_secret_free(char *secret)
{
	if (secret)
		zv_wipe(secret, strlen(secret));
	zv_free(secret);
}

/* ---- file --------------------------------------------------------------------- */

/* Why a first line is no secret. */
static const char *
objection(struct zv_str first)
{
	if (first.n == 0)
		return zv_say_pick((struct zv_text){
			"its first line is empty: write the secret there, and nothing "
			"else",
			"первая строка пуста: запишите в неё секрет и больше ничего" });
	if (first.n > ZV_SECRET_MAX || memchr(first.p, '\0', first.n))
		return zv_say_pick((struct zv_text){
			"its first line is no secret: too long, or holds NUL",
			"первая строка не секрет: длинна или содержит NUL" });
	return NULL;
}

/* The first line, up to ZV_SECRET_MAX bytes. NULL: why says it. */
static char *
read_line(int fd, char why[ZV_REASON_MAX])
{
	char line[ZV_SECRET_MAX + 1], *out = NULL;
	size_t n = 0;
	ssize_t got = 1;

	while (n < sizeof line && got > 0 && !memchr(line, '\n', n)) {
		got = read(fd, line + n, sizeof line - n);
		if (got < 0 && errno == EINTR)
			got = 1;
		else if (got > 0)
			n += (size_t)got;
	}
	if (got < 0) {
		zv_file_reason(errno, why);
	} else {
		const char *wrong;
		struct zv_str rest = { line, n }, first = { line, 0 };

		zv_str_split(&rest, '\n', &first);
		if (first.n && first.p[first.n - 1] == '\r')
			first.n--;
		wrong = objection(first);
		out = wrong ? NULL : zv_memdup(first.p, first.n);
		if (wrong)
			snprintf(why, ZV_REASON_MAX, "%s", wrong);
		else if (!out)
			zv_file_reason(ENOMEM, why);
	}
	zv_wipe(line, sizeof line);
	return out;
}

static int
open_secret_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	struct stat st;
	char why[ZV_REASON_MAX];

	if (fd >= 0 && fstat(fd, &st) == 0 && S_ISDIR(st.st_mode)) {
		close(fd);
		fd = -1;
		errno = EISDIR;
	}
	if (fd < 0 || fstat(fd, &st) < 0) {
		zv_say_error("cannot read the secret from %s: %s",
			     "не прочитать секрет из %s: %s", path,
			     zv_file_reason(errno, why));
	} else if (st.st_mode & (S_IRGRP | S_IWGRP | S_IROTH | S_IWOTH)) {
		zv_say_error("secret file %s has mode %04o: others can read or change "
			     "it; chmod 600 %s",
			     "файл секрета %s имеет права %04o: его могут читать или "
			     "менять другие; chmod 600 %s",
			     path, (unsigned)(st.st_mode & 07777), path);
	} else {
		return fd;
	}
	if (fd >= 0)
		close(fd);
	return -1;
}

char *
zv_secret_from_file(const char *path)
{
	bool is_stdin = strcmp(path, "-") == 0;
	int fd = is_stdin ? STDIN_FILENO : open_secret_file(path);
	char why[ZV_REASON_MAX], *secret;

	if (fd < 0)
		return NULL;
	secret = read_line(fd, why);
	if (!secret)
		zv_say_error("cannot read the secret from %s: %s",
			     "не прочитать секрет из %s: %s", path, why);
	if (!is_stdin)
		close(fd);
	zv_secret_forbid_dumps();
	return secret;
}

char *
zv_secret_from_environment(void)
{
	char *secret = from_environment;

	from_environment = NULL;
	if (secret)
		zv_secret_forbid_dumps();
	return secret;
}

/* ---- terminal ----------------------------------------------------------------- */

static struct termios shown; /* as it was before the echo was switched off */

static const int deadly[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
#define N_DEADLY (sizeof deadly / sizeof *deadly)

static void
on_deadly_signal(int number)
{
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown);
	signal(number, SIG_DFL);
	raise(number); /* as if nobody had caught it */
}

/* Waits for a line with the echo off; a signal that kills puts it on again first. */
static char *
read_hidden_line(const char *prompt)
{
	struct sigaction catch = { .sa_handler = on_deadly_signal }, kept[N_DEADLY];
	struct termios hidden = shown;
	char why[ZV_REASON_MAX], *secret;

	hidden.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK | ECHONL);
	hidden.c_cc[VSUSP] = _POSIX_VDISABLE; /* Ctrl-Z would leave the echo off */
	sigemptyset(&catch.sa_mask);
	for (size_t i = 0; i < N_DEADLY; i++)
		sigaction(deadly[i], &catch, &kept[i]);
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
	fputs(prompt, stderr); /* now: what is typed from here on is kept */
	secret = read_line(STDIN_FILENO, why);
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown);
	for (size_t i = 0; i < N_DEADLY; i++)
		sigaction(deadly[i], &kept[i], NULL);
	return secret;
}

char *
zv_secret_ask(const char *prompt)
{
	char *secret;

	if (!isatty(STDIN_FILENO) || tcgetattr(STDIN_FILENO, &shown) < 0)
		return NULL;
	secret = read_hidden_line(prompt);
	fputc('\n', stderr);
	return secret;
}

char *
zv_secret_from_terminal(const char *for_whom)
{
	char prompt[256], *secret;

	if (!isatty(STDIN_FILENO)) {
		zv_say_error("no secret given: use --secret-file FILE or ZVON_SECRET",
			     "секрет не указан: используйте --secret-file FILE или "
			     "ZVON_SECRET");
		return NULL;
	}
	snprintf(prompt, sizeof prompt,
		 "%s %s: ", zv_say_pick((struct zv_text){ "Secret for", "Секрет для" }),
		 for_whom);
	secret = zv_secret_ask(prompt);
	if (!secret)
		zv_say_error("no secret given", "секрет не указан");
	zv_secret_forbid_dumps();
	return secret;
}
