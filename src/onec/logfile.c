#include "onec/logfile.h"

#include <errno.h>
#include <string.h>

#include "base/date.h"
#include "base/err.h"
#include "io/clock.h"
#include "onec/place.h"

static int
begin(struct zv_logfile *l)
{
	long end;

	l->file = zv_place_append(zv_buf_cstr(&l->path));
	if (!l->file)
		return ZV_EIO;
	end = fseek(l->file, 0, SEEK_END) == 0 ? ftell(l->file) : 0;
	l->bytes = end > 0 ? (size_t)end : 0;
	return 0;
}

void
zv_logfile_close(struct zv_logfile *l)
{
	if (l->file)
		fclose(l->file);
	l->file = NULL;
	l->bytes = 0;
	zv_buf_deinit(&l->path);
}

int
zv_logfile_open(struct zv_logfile *l, struct zv_str path, struct zv_error *err)
{
	zv_logfile_close(l);
	if (!l->most)
		l->most = ZV_LOGFILE_BYTES;
	if (!path.n)
		return 0;
	if (zv_buf_add(&l->path, path) < 0)
		return zv_fail_nomem(err);
	if (begin(l) == 0)
		return 0;
	if (err && !err->code)
		err->system = errno;
	zv_fail(err, ZV_EIO, "log file %.*s: %s", ZV_ARG(path), strerror(errno));
	zv_logfile_close(l);
	return ZV_EIO;
}

/* A new file; where the old one cannot be moved, it grows on. */
static void
turn(struct zv_logfile *l)
{
	struct zv_buf old = { 0 };

	fclose(l->file);
	l->file = NULL;
	if (zv_buf_printf(&old, "%s.1", zv_buf_cstr(&l->path)) >= 0)
		zv_place_rename(zv_buf_cstr(&l->path), zv_buf_cstr(&old));
	zv_buf_deinit(&old);
	if (begin(l) == 0 && l->bytes >= l->most)
		l->most = l->bytes + ZV_LOGFILE_BYTES;
}

void
zv_logfile_write(struct zv_logfile *l, enum zv_log_level level, const char *area,
		 const char *text)
{
	int64_t now_us = zv_clock_unix_us();
	struct zv_date d = zv_date_of(now_us / 1000000);
	int n;

	if (l->file && l->bytes >= l->most)
		turn(l);
	if (!l->file)
		return;
	n = fprintf(l->file, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ %s %s: %s\n", d.year,
		    d.month, d.day, d.hour, d.minute, d.second,
		    (int)(now_us / 1000 % 1000), zvon_log_level_name(level), area,
		    text);
	fflush(l->file);
	l->bytes += n > 0 ? (size_t)n : 0;
}
