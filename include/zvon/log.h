/* log.h - how the library speaks to the program's log. It never prints by itself. */
#ifndef ZVON_LOG_H
#define ZVON_LOG_H

#include "zvon/export.h"

ZVON_BEGIN_DECLS

enum zv_log_level {
	ZV_LOG_ERROR = 0,
	ZV_LOG_WARN,
	ZV_LOG_INFO,
	ZV_LOG_DEBUG,
	ZV_LOG_TRACE, /* whole packets, secrets replaced by *** */
};

/* text: one line without a line end, UTF-8, borrowed for the call. area: the
 * module, for example "client". Called on the thread that has something to say;
 * it must not call back into the library. */
typedef void (*zvon_log_fn)(void *user, enum zv_log_level level, const char *area,
			    const char *text);

/* "error" … "trace". */
ZVON_API const char *zvon_log_level_name(enum zv_log_level level);

ZVON_END_DECLS

#endif
