/* clock.h - the only place that asks what time it is. */
#ifndef ZV_IO_CLOCK_H
#define ZV_IO_CLOCK_H

#include <stdint.h>

/* Milliseconds of a clock that never jumps; only differences mean something. */
int64_t zv_clock_ms(void);

/* Nanoseconds of that clock: to tell what something cost. */
int64_t zv_clock_ns(void);

/* Bytes nobody can guess, for hash seeds and jitter. */
uint64_t zv_random(void);

#endif
