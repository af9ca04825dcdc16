#include "zvond/log.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/utf.h"
#include "io/clock.h"

#define AREA_MAX 24

struct area {
	char name[AREA_MAX];
	int64_t second; /* in which `lines` were written */
	int lines;
	uint64_t left_out; /* not told yet */
};

struct logger {
	struct zv_log log;
	int fd;
	bool journal;
	struct area areas[ZV_LOGGER_AREAS + 1]; /* the last one: all further ones */
	size_t n_areas;
	uint64_t suppressed, lost, told_lost;
	bool cut; /* the last line came only in part */
};

/* ---- lines ------------------------------------------------------------------------- */

/* Priorities of sd-daemon(3). */
static const char *const priorities[] = { "<3>", "<4>", "<6>", "<7>", "<7>" };

static void
add_time(char *out, size_t size)
{
	int64_t us = zv_clock_unix_us();
	time_t seconds = (time_t)(us / 1000000);
	struct tm parts;
	char date[32];

	gmtime_r(&seconds, &parts);
	strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &parts);
	snprintf(out, size, "%s.%03dZ ", date, (int)(us % 1000000 / 1000));
}

/* One write for one line. A pipe that is full is not waited for longer than the system
 * does by itself; what fails is counted. Behind a line of which only a part found room
 * (a disk that fills up) a line end comes first, so that no two lines become one. */
static bool
write_line(struct logger *l, const char *line, size_t n)
{
	ssize_t written;

	if (l->cut && write(l->fd, "\n", 1) != 1) {
		l->lost++;
		return false;
	}
	written = write(l->fd, line, n);
	l->cut = written > 0 && written < (ssize_t)n;
	if (written == (ssize_t)n)
		return true;
	l->lost++;
	return false;
}

static bool
put(struct logger *l, enum zv_log_level level, const char *area, const char *text)
{
	char line[ZV_LOG_LINE_MAX + 128], prefix[40];
	size_t n;

	if (l->journal)
		snprintf(prefix, sizeof prefix, "%s", priorities[level]);
	else
		add_time(prefix, sizeof prefix);
	snprintf(line, sizeof line - 1, "%s%s%s%s: %s", prefix,
		 l->journal ? "" : zvon_log_level_name(level), l->journal ? "" : " ",
		 area, text);
	zv_utf8_make_line(line);
	n = strlen(line);
	line[n++] = '\n';
	return write_line(l, line, n);
}

/* The first line that is taken again is followed by how many were not. */
static void
put_and_tell(struct logger *l, enum zv_log_level level, const char *area,
	     const char *text)
{
	char lost[80];

	if (!put(l, level, area, text) || l->lost == l->told_lost)
		return;
	snprintf(lost, sizeof lost, "%llu lines before this one could not be written",
		 (unsigned long long)(l->lost - l->told_lost));
	if (put(l, ZV_LOG_WARN, "log", lost))
		l->told_lost = l->lost;
}

/* ---- the rate ------------------------------------------------------------------------ */

static struct area *
find_area(struct logger *l, const char *name)
{
	size_t i = 0;

	while (i < l->n_areas && strncmp(l->areas[i].name, name, AREA_MAX - 1) != 0)
		i++;
	if (i == l->n_areas && i < ZV_LOGGER_AREAS) {
		snprintf(l->areas[i].name, AREA_MAX, "%s", name);
		l->n_areas++;
	}
	return &l->areas[i];
}

static void
tell(struct logger *l, struct area *a)
{
	char text[80];

	if (!a->left_out)
		return;
	snprintf(text, sizeof text, "%llu more lines of it were left out (%d a second)",
		 (unsigned long long)a->left_out, ZV_LOGGER_RATE);
	a->left_out = 0;
	put(l, ZV_LOG_WARN, a->name[0] ? a->name : "log", text);
}

static bool
may_write(struct logger *l, struct area *a, int64_t now_ms)
{
	if (now_ms / 1000 != a->second) {
		a->second = now_ms / 1000;
		a->lines = a->left_out ? 1 : 0; /* that line counts too */
		tell(l, a);
	}
	if (a->lines++ < ZV_LOGGER_RATE)
		return true;
	a->left_out++;
	l->suppressed++;
	return false;
}

static void
on_line(void *user, enum zv_log_level level, const char *area, const char *text)
{
	struct logger *l = user;

	if (strcmp(area, "audit") == 0 ||
	    may_write(l, find_area(l, area), zv_clock_ms()))
		put_and_tell(l, level, area, text);
}

/* ---- from the outside ---------------------------------------------------------------- */

struct zv_log *
zv_logger_open(int fd, bool journal, enum zv_log_level level)
{
	struct logger *l = zv_calloc(1, sizeof *l);

	if (!l)
		return NULL;
	l->fd = fd;
	l->journal = journal;
	l->log = (struct zv_log){ .fn = on_line, .user = l, .level = level };
	return &l->log;
}

void
zv_logger_close(struct zv_log *log)
{
	if (log) {
		zv_logger_tick(log, INT64_MAX);
		zv_free(log->user);
	}
}

void
zv_logger_tick(struct zv_log *log, int64_t now_ms)
{
	struct logger *l = log->user;

	for (size_t i = 0; i <= l->n_areas && i <= ZV_LOGGER_AREAS; i++)
		if (now_ms / 1000 != l->areas[i].second)
			tell(l, &l->areas[i]);
}

uint64_t
zv_logger_suppressed(const struct zv_log *log)
{
	return ((const struct logger *)log->user)->suppressed;
}

uint64_t
zv_logger_lost(const struct zv_log *log)
{
	return ((const struct logger *)log->user)->lost;
}

bool
zv_logger_is_journal(int fd)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long device, inode;
	struct stat st;

	return stream && sscanf(stream, "%llu:%llu", &device, &inode) == 2 &&
	       fstat(fd, &st) == 0 && st.st_dev == (dev_t)device &&
	       st.st_ino == (ino_t)inode;
}
