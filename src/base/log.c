#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/utf.h"

const char *
zvon_log_level_name(enum zv_log_level level)
{
	static const char *const names[] = { "error", "warn", "info", "debug",
					     "trace" };

	return (unsigned)level < sizeof names / sizeof *names ? names[level] : "?";
}

void
zv_log(const struct zv_log *log, enum zv_log_level level, const char *area,
       const char *format, ...)
{
	char line[ZV_LOG_LINE_MAX];
	va_list args;
	int n;

	if (!log->fn || level > log->level)
		return;
	va_start(args, format);
	n = vsnprintf(line, sizeof line, format, args);
	va_end(args);
	if (n < 0)
		return;
	zv_utf8_make_line(line);
	log->fn(log->user, level, area, line);
}
