/* logfile.h - a log in a file, one line a fact, which does not grow for ever: at
 * ZV_LOGFILE_BYTES it becomes NAME.1 (the one before is gone), and a new one begins. One
 * thread. What is written has no secrets: who logs has seen to it (zvon/log.h). */
#ifndef ZV_ONEC_LOGFILE_H
#define ZV_ONEC_LOGFILE_H

#include <stdio.h>

#include "base/buf.h"
#include "zvon/error.h"
#include "zvon/log.h"

#define ZV_LOGFILE_BYTES ((size_t)10 * 1024 * 1024)

/* Zeroed = closed. */
struct zv_logfile {
	struct zv_buf path; /* UTF-8 */
	FILE *file;
	size_t bytes, most;
};

/* Appends to it from now on; empty: closes it. 0; ZV_EIO with the system's number in *err,
 * and it is closed. */
int zv_logfile_open(struct zv_logfile *l, struct zv_str path, struct zv_error *err);
void zv_logfile_close(struct zv_logfile *l);

/* "2026-11-21T19:30:00.123Z warn client: …" */
void zv_logfile_write(struct zv_logfile *l, enum zv_log_level level, const char *area,
		      const char *text);

#endif
