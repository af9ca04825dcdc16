/* call_json.h - calls and call events as JSON: the same members in the daemon, in
 * `zvon calls` and in the component. docs/calls.md tells what they mean. */
#ifndef ZV_HUB_CALL_JSON_H
#define ZV_HUB_CALL_JSON_H

#include "json/writer.h"
#include "zvon/call.h"

#define ZV_TIME_TEXT 32 /* "2026-11-01T09:30:00.123Z" */

/* RFC 3339 in UTC; returns out. */
const char *zv_call_time_text(int64_t unix_us, char out[ZV_TIME_TEXT]);

/* One event as an object; seq: what stands in "seq". type: for "type", NULL: none. */
void zv_call_event_json(struct zv_json *j, const char *type, uint64_t seq,
			const struct zv_call_event *e);

/* What a call is at this moment: an object with id, server, state, legs… */
void zv_call_json(struct zv_json *j, struct zv_str server, const struct zv_call *call);

/* What it was: the object of `zvon calls --summary`. */
void zv_call_summary_json(struct zv_json *j, struct zv_str server,
			  const struct zv_call *call);

#endif
