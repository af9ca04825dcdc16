/* call_json.h - calls and call events as JSON: the same members in the daemon, in
 * `zvon calls` and in the component. docs/calls.md tells what they mean. */
#ifndef ZV_HUB_CALL_JSON_H
#define ZV_HUB_CALL_JSON_H

#include "json/writer.h"
#include "zvon/call.h"

#define ZV_TIME_TEXT 64 /* "2026-11-01T09:30:00.123Z" */

/* RFC 3339 in UTC; returns out. */
const char *zv_call_time_text(int64_t unix_us, char out[ZV_TIME_TEXT]);

/* One event as an object. type: for "type", NULL: none; seq: what stands in "seq"; ms: what
 * stands in "ms", ZV_NO_MS: nothing. */
#define ZV_NO_MS INT64_MIN
void zv_call_event_json(struct zv_json *j, const char *type, uint64_t seq, int64_t ms,
			const struct zv_call_event *e);

/* "leg.ringing"; false: there is no event of that name. */
bool zv_call_event_kind_of(struct zv_str name, enum zv_call_event_kind *kind);

/* What a call is at this moment: the members of an event's call, then transfers,
 * recordings…, "age_ms" and "talking_ms" (since it began, was answered). */
void zv_call_json(struct zv_json *j, struct zv_str server, const struct zv_call *call,
		  int64_t now_ms);

/* What it was: the object of `zvon calls --summary`. reason: why it ended, empty when it
 * was hung up; a call that has not ended is marked as open. */
void zv_call_summary_json(struct zv_json *j, struct zv_str server,
			  const struct zv_call *call, struct zv_str reason);

/* What a line is at this moment; a member of a queue, without the queue's name. */
void zv_line_json(struct zv_json *j, struct zv_str server, const struct zv_line *line);
void zv_member_json(struct zv_json *j, const struct zv_queue_member *member);

#endif
