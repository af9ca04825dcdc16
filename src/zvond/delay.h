/* delay.h - how long events are on their way inside of the daemon: from the reading of what
 * a server sent to the end of the writing to those who get it. */
#ifndef ZV_ZVOND_DELAY_H
#define ZV_ZVOND_DELAY_H

#include <stdint.h>

#include "base/buf.h"

#define ZV_DELAY_BUCKETS 16

struct zv_delay {
	int64_t since_ns;   /* the first reading that was not written yet; 0: none */
	uint64_t after_seq; /* the last event before it */
	uint64_t buckets[ZV_DELAY_BUCKETS];
	uint64_t count, sum_ns;
};

/* Something is read now; last_seq: of the events so far. now_ns: zv_clock_ns. */
void zv_delay_begin(struct zv_delay *d, uint64_t last_seq, int64_t now_ns);
/* All of it is written. Several events of one reading count as late as the last of them. */
void zv_delay_end(struct zv_delay *d, uint64_t last_seq, int64_t now_ns);
/* Nobody got any of it. */
void zv_delay_forget(struct zv_delay *d);

/* As a histogram of Prometheus. */
void zv_delay_write(const struct zv_delay *d, struct zv_buf *out);

#endif
