/* onec_pbx.h - the Asterisk of the bench for the 1C component: answers every action with
 * Success at once, and after a Login sends events that carry the time of their sending. */
#ifndef BENCH_ONEC_PBX_H
#define BENCH_ONEC_PBX_H

#include <stdbool.h>
#include <stdint.h>

/* What an event begins with; behind it the nanoseconds in ONEC_DIGITS digits. */
#define ONEC_TICK   "Event: BenchTick\r\nSent: "
#define ONEC_DIGITS 19

struct onec_pace {
	unsigned long rate;  /* a second; 0: no events */
	unsigned long count; /* of them, then `Event: BenchEnd` */
};

int64_t onec_now_ns(void);

/* Starts its thread; the port. One connection after another, until the program ends. */
int onec_pbx_start(const struct onec_pace *pace);

#endif
