#include "cli/import_bar.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "term/say.h"

#define EACH_MS 200
#define WIDTH	20

/* "[########            ]  41 %". */
static void
write_bar(char *out, size_t size, long long done, long long total)
{
	int percent, n;

	if (total <= 0) {
		out[0] = '\0';
		return;
	}
	percent = done >= total ? 100 : (int)((double)done * 100 / (double)total);
	n = percent * WIDTH / 100;
	snprintf(out, size, "[%.*s%.*s] %3d %%  ", n, "####################", WIDTH - n,
		 "                    ", percent);
}

static void
write_left(char *out, size_t size, int64_t ms, long long done, long long total)
{
	long long left_s;

	out[0] = '\0';
	if (total <= 0 || done <= 0 || done >= total || ms < 1000)
		return;
	left_s = (long long)((double)ms / 1000 * (double)(total - done) / (double)done);
	snprintf(out, size, "  %s %lld:%02lld",
		 zv_say_pick((struct zv_text){ "left", "осталось" }), left_s / 60,
		 left_s % 60);
}

void
zv_import_bar_text(char *out, size_t size, int64_t ms, uint64_t rows, long long done,
		   long long total)
{
	char bar[64], left[64];
	double s = ms > 0 ? (double)ms / 1000 : 0.001;

	write_bar(bar, sizeof bar, done, total);
	write_left(left, sizeof left, ms, done, total);
	snprintf(out, size, "%s%llu %s  %.0f %s%s", bar, (unsigned long long)rows,
		 zv_say_pick((struct zv_text){ "rows", "строк" }), (double)rows / s,
		 zv_say_pick((struct zv_text){ "rows/s", "строк/с" }), left);
}

void
zv_import_bar_start(struct zv_import_bar *b, int64_t now_ms)
{
	b->is_shown = isatty(STDERR_FILENO) && !zv_say_is_quiet();
	b->start_ms = now_ms;
	b->shown_ms = now_ms - EACH_MS;
}

void
zv_import_bar_show(struct zv_import_bar *b, int64_t now_ms, uint64_t rows,
		   long long done, long long total)
{
	char line[200];

	if (!b->is_shown || now_ms - b->shown_ms < EACH_MS)
		return;
	b->shown_ms = now_ms;
	zv_import_bar_text(line, sizeof line, now_ms - b->start_ms, rows, done, total);
	fprintf(stderr, "\r%s\033[K", line);
	fflush(stderr);
}

void
zv_import_bar_end(struct zv_import_bar *b)
{
	if (!b->is_shown)
		return;
	fputs("\r\033[K", stderr);
	fflush(stderr);
}
