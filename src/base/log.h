/* log.h - one line per fact to whatever the program wants. */
#ifndef ZV_BASE_LOG_H
#define ZV_BASE_LOG_H

#include "base/printf.h"
#include "zvon/log.h"

#define ZV_LOG_LINE_MAX 1024 /* longer lines are cut at a whole character */

/* Embedded by its owner; fn NULL is silence. */
struct zv_log {
	zvon_log_fn fn;
	void *user;
	enum zv_log_level level; /* the most detailed one wanted */
};

/* "what key=value …"; ids that join lines: server= call= uniqueid=. */
void zv_log(const struct zv_log *log, enum zv_log_level level, const char *area,
	    const char *format, ...) ZV_PRINTF(4, 5);

#endif
