/* watch.h - what must hold of the call events that a tracker tells, whatever it is fed. */
#ifndef FUZZ_WATCH_H
#define FUZZ_WATCH_H

#include "fuzz.h"
#include "zvon/call.h"

#define WATCH_MOST_CALLS 4096 /* and legs, in one input */

struct watch_leg {
	uint64_t id; /* hash of its Uniqueid */
	bool ended;
};

struct watch_call {
	uint64_t id; /* hash of it */
	bool ended, answered;
	enum zv_call_result result; /* once decided */
};

struct watch {
	uint64_t seq, started, ended;
	bool guessed;	 /* set by the user: what has ended may come back, because a
			  * snapshot or the end of all was a guess */
	int64_t now_ms;	 /* set by the user before whatever may tell events */
	int64_t unix_us; /* the same; -1: not checked */
	struct watch_call calls[WATCH_MOST_CALLS];
	size_t n_calls;
	struct watch_leg legs[WATCH_MOST_CALLS];
	size_t n_legs;
};

/* The handler of events; context is the watch. Stops with the line that failed. */
void watch_on_event(void *watch, const struct zv_call_event *event);

/* Between two packets: counters and list agree with what was told. */
void watch_check(const struct watch *w, const struct zv_calls *t);

/* At the end: nothing is open. */
void watch_check_over(const struct watch *w, const struct zv_calls *t);

#endif
