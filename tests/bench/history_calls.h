/* history_calls.h - calls of an office of 300 lines over ten years, the same for the same
 * number. */
#ifndef BENCH_HISTORY_CALLS_H
#define BENCH_HISTORY_CALLS_H

#include "hist/conversation.h"

#define OFFICE_LINES 300
#define OFFICE_END   INT64_C(1795000000000) /* the last call begins about then */
#define OFFICE_YEARS 10

struct office_call {
	struct zv_conversation c;
	struct zv_past_leg legs[4];
	struct zv_past_recording recording;
	struct zv_str talked[2], linked;
	char ids[4][32], lines[3][8], outside[16], did[16], queue[16], file[96];
	char channels[4][40];
};

/* The which-th of `of` calls; they are in the order of time. */
void office_call(struct office_call *out, long long which, long long of);
/* One of its outside numbers: small numbers are those that call most. */
void office_number(char out[16], long long which);
long long office_numbers(long long of);

#endif
