/* slow.h - guessing made slow: failures counted by key (an account, an address), and how
 * long to wait after them. Bounded: what failed longest ago is forgotten first. */
#ifndef ZV_ZVOND_SLOW_H
#define ZV_ZVOND_SLOW_H

#include <stdint.h>

#include "zvon/str.h"

struct zv_slow;

struct zv_slow_options {
	unsigned free_tries; /* failures that cost nothing */
	int delay_ms, delay_most_ms, forget_ms;
	size_t most; /* keys */
	uint64_t seed;
};

struct zv_slow *zv_slow_new(const struct zv_slow_options *options);
void zv_slow_free(struct zv_slow *s); /* NULL is fine */

/* How long that key must still wait; 0: not at all. */
int zv_slow_wait_ms(struct zv_slow *s, struct zv_str key, int64_t now_ms);
unsigned zv_slow_failures(const struct zv_slow *s, struct zv_str key);
void zv_slow_failed(struct zv_slow *s, struct zv_str key, int64_t now_ms);
void zv_slow_worked(struct zv_slow *s, struct zv_str key);

#endif
