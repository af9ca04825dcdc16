/* trace.h - the lines that cross the wire, for the log, without their secrets. */
#ifndef ZV_CLIENT_TRACE_H
#define ZV_CLIENT_TRACE_H

#include "base/buf.h"
#include "base/log.h"
#include "zvon/client.h"
#include "zvon/redact.h"

/* One per direction; zero it, then zv_trace_init. */
struct zv_trace {
	struct zv_redactor redactor;
	struct zv_buf line; /* begun, its end has not come yet */
	const char *arrow;
};

void zv_trace_init(struct zv_trace *t, enum zv_direction direction);
void zv_trace_deinit(struct zv_trace *t);

/* Logs each whole line at ZV_LOG_TRACE; costs nothing below that level. */
void zv_trace_bytes(struct zv_trace *t, const struct zv_log *log, struct zv_str bytes);

#endif
