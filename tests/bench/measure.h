/* measure.h - time and memory of this process, for the bench programs. */
#ifndef BENCH_MEASURE_H
#define BENCH_MEASURE_H

struct bench_time {
	double wall, user, sys; /* seconds */
};

struct bench_time bench_now(void);

/* now - since */
struct bench_time bench_since(struct bench_time since);

/* The most memory this process ever had, in KiB: all pages, and those of its own
 * (shared libraries' code is not counted). */
long bench_peak_kb(void);
long bench_private_kb(void);

#endif
