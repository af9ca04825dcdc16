/* clock.h - the only place that asks what time it is. */
#ifndef ZV_IO_CLOCK_H
#define ZV_IO_CLOCK_H

#include <stdint.h>

/* Milliseconds of a clock that never jumps; only differences mean something. */
int64_t zv_clock_ms(void);

/* Milliseconds from now until then, as for poll(2): 0 when it is over, -1 for
 * INT64_MAX. */
int zv_clock_until(int64_t at_ms);

/* Nanoseconds of that clock: to tell what something cost. */
int64_t zv_clock_ns(void);

/* Microseconds of the wall clock since 1970; it may jump. */
int64_t zv_clock_unix_us(void);

/* Bytes nobody can guess, for hash seeds and jitter. */
uint64_t zv_random(void);

#endif
