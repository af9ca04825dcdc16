/* calls_text.h - calls as lines for a person at a terminal. */
#ifndef ZV_CLI_CALLS_TEXT_H
#define ZV_CLI_CALLS_TEXT_H

#include "cli/out.h"
#include "zvon/call.h"

/* Adds the event's line. start_ms: what seconds count from where no clock is known. */
void zv_calls_text_event(struct zv_buf *out, const struct zv_call_event *event,
			 int64_t start_ms, const struct zv_out_style *style);

/* What the clocks showed at the last event. */
struct zv_calls_moment {
	int64_t start_ms; /* of the input */
	int64_t now_ms, unix_us;
};

/* Adds the line of a whole call. reason: as in call_json.h. */
void zv_calls_text_summary(struct zv_buf *out, const struct zv_call *call,
			   struct zv_str reason, const struct zv_calls_moment *now,
			   const struct zv_out_style *style);

#endif
