#include "term/say.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/str.h"
#include "base/utf.h"

#define MESSAGE_MAX 2048

static struct {
	enum zv_lang lang;
	bool quiet;
	int verbose;
	const char *program;
} now = { .program = "zvon" };

enum zv_lang
zv_say_lang_of_environment(void)
{
	static const char *const names[] = { "LC_ALL", "LC_MESSAGES", "LANG" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		struct zv_str value = zvon_str(getenv(names[i]));

		if (value.n)
			return zv_str_starts_nocase(value, ZV_STR("ru")) ? ZV_LANG_RU
									 : ZV_LANG_EN;
	}
	return ZV_LANG_EN;
}

void
zv_say_setup(enum zv_lang lang, bool quiet, int verbose)
{
	now.lang = lang;
	now.quiet = quiet;
	now.verbose = verbose;
}

void
zv_say_program(const char *name)
{
	now.program = name;
}

enum zv_lang
zv_say_lang(void)
{
	return now.lang;
}

bool
zv_say_is_quiet(void)
{
	return now.quiet;
}

/* By default the commands tell themselves what matters: each fact once. */
enum zv_log_level
zv_say_log_level(void)
{
	static const enum zv_log_level levels[] = {
		ZV_LOG_ERROR,
		ZV_LOG_INFO,
		ZV_LOG_DEBUG,
		ZV_LOG_TRACE,
	};
	const int most = sizeof levels / sizeof *levels - 1;

	return levels[now.verbose < most ? now.verbose : most];
}

const char *
zv_say_pick(struct zv_text text)
{
	return now.lang == ZV_LANG_RU && text.ru ? text.ru : text.en;
}

/* Controls of 7 and 8 bits (U+0080…U+009F are C2 80…C2 9F). */
static void
make_harmless(char *line)
{
	unsigned char *c = (unsigned char *)line;

	for (; *c; c++) {
		if (*c < 0x20 || *c == 0x7f)
			*c = '?';
		else if (*c == 0xc2 && c[1] >= 0x80 && c[1] < 0xa0)
			*c = c[1] = '?';
	}
}

/* One write, so that lines of several threads do not mix. */
static void
put(const char *start, char *line)
{
	char all[MESSAGE_MAX + 64];

	line[zv_utf8_valid(zvon_str(line))] = '\0'; /* cut within a character */
	make_harmless(line);
	snprintf(all, sizeof all, "%s: %s%s\n", now.program, start, line);
	fputs(all, stderr);
}

void
zv_say_error(const char *en, const char *ru, ...)
{
	char line[MESSAGE_MAX];
	va_list args;

	va_start(args, ru);
	vsnprintf(line, sizeof line, now.lang == ZV_LANG_RU ? ru : en, args);
	va_end(args);
	put("", line);
}

void
zv_say_warning(const char *en, const char *ru, ...)
{
	char line[MESSAGE_MAX];
	va_list args;

	if (now.quiet)
		return;
	va_start(args, ru);
	vsnprintf(line, sizeof line, now.lang == ZV_LANG_RU ? ru : en, args);
	va_end(args);
	put(zv_say_pick((struct zv_text){ "warning: ", "внимание: " }), line);
}

void
zv_say_note(const char *en, const char *ru, ...)
{
	char line[MESSAGE_MAX];
	va_list args;

	if (now.quiet)
		return;
	va_start(args, ru);
	vsnprintf(line, sizeof line, now.lang == ZV_LANG_RU ? ru : en, args);
	va_end(args);
	put("", line);
}

void
zv_say_log(void *user, enum zv_log_level level, const char *area, const char *text)
{
	char line[MESSAGE_MAX];

	(void)user;
	snprintf(line, sizeof line, "%s %s: %s", zvon_log_level_name(level), area,
		 text);
	put("", line);
}
