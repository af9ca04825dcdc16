/* ladder.h - a call as a text ladder chart: a column for each party, time runs downward.
 *
 *         101                         102
 *         Alice                       Bob
 * 0.000   ● calls 102
 * 0.012   ├────────── ring ──────────▶┊
 * 2.313   │◀──────── answer ──────────┤
 * 2.320   ╞══════════ talk ═══════════╡
 * 5.101   ╳ end (16)                  │
 * 5.102                               ╳ end (16)
 * 5.102   answered; talked: 101, 102
 *
 * Call events in, text out. What a call that was merged had seen stands in the chart of
 * the one it went on in. */
#ifndef ZV_CALL_LADDER_H
#define ZV_CALL_LADDER_H

#include "base/buf.h"
#include "zvon/call.h"

#define ZV_LADDER_MAX_PARTIES 32   /* columns; further parties share the last one */
#define ZV_LADDER_MAX_STEPS   1000 /* rows; further ones are only counted */

/* The words of a chart; those of results stand last, by enum zv_call_result. */
enum zv_ladder_word {
	ZV_LADDER_CALLS,
	ZV_LADDER_BEGINS,
	ZV_LADDER_QUEUE,
	ZV_LADDER_RING,
	ZV_LADDER_RINGS,
	ZV_LADDER_ANSWER,
	ZV_LADDER_ANSWERS,
	ZV_LADDER_PBX_ANSWERS,
	ZV_LADDER_TALK,
	ZV_LADDER_HOLD,
	ZV_LADDER_RESUME,
	ZV_LADDER_BLIND,
	ZV_LADDER_ATTENDED,
	ZV_LADDER_PARK,
	ZV_LADDER_RETRIEVE,
	ZV_LADDER_CAME_BACK,
	ZV_LADDER_PICKUP,
	ZV_LADDER_CONFERENCE,
	ZV_LADDER_RECORDING,
	ZV_LADDER_RECORDING_ENDS,
	ZV_LADDER_KEY,
	ZV_LADDER_FORWARDS,
	ZV_LADDER_END,
	ZV_LADDER_CALL,
	ZV_LADDER_WITHHELD,
	ZV_LADDER_DID,
	ZV_LADDER_TALKED,
	ZV_LADDER_OPEN,
	ZV_LADDER_MORE,
	ZV_LADDER_INTERNAL,
	ZV_LADDER_IN,
	ZV_LADDER_OUT,
	ZV_LADDER_RESULT,
	ZV_LADDER_WORDS = ZV_LADDER_RESULT + ZV_RESULT_ANSWERED_ELSEWHERE + 1,
};

/* Zeroed = the defaults. */
struct zv_ladder_options {
	bool ascii;		  /* lines of - | = x; names stay as they are */
	const char *const *words; /* ZV_LADDER_WORDS of them, constant; NULL: English */
	uint64_t seed;		  /* something that those cannot know who make up ids */
};

struct zv_ladder;

/* NULL: out of memory. */
struct zv_ladder *zv_ladder_new(const struct zv_ladder_options *options);
void zv_ladder_free(struct zv_ladder *l); /* NULL is fine */

/* Any event of the tracker. 0 or ZV_ENOMEM: then the step is missing. */
int zv_ladder_event(struct zv_ladder *l, const struct zv_call_event *event);

/* Adds the chart of the call to *out, lines end with LF, and forgets it. reason: words
 * that tell why it ended, or empty. */
void zv_ladder_draw(struct zv_ladder *l, const struct zv_call *call,
		    struct zv_str reason, struct zv_buf *out);

/* Its chart is not wanted. */
void zv_ladder_forget(struct zv_ladder *l, struct zv_str id);

#endif
