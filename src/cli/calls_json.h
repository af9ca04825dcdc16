/* calls_json.h - calls as JSON: one object for an event, one for a whole call. */
#ifndef ZV_CLI_CALLS_JSON_H
#define ZV_CLI_CALLS_JSON_H

#include "base/buf.h"
#include "zvon/call.h"

/* Adds the event's object, without a line end. start_ms: what "ms" counts from. */
void zv_calls_json_event(struct zv_buf *out, const struct zv_call_event *event,
			 int64_t start_ms);

/* Adds the call's object as `--summary` shows it, without a line end. reason: why it
 * ended, empty when it was hung up; a call that has not ended is marked as open. */
void zv_calls_json_summary(struct zv_buf *out, struct zv_str server,
			   const struct zv_call *call, struct zv_str reason);

/* "2026-11-21T09:53:01.123Z" (RFC 3339, UTC) of microseconds since 1970. */
#define ZV_TIME_TEXT 64
const char *zv_calls_time_text(int64_t unix_us, char out[ZV_TIME_TEXT]);

#endif
