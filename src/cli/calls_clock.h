/* calls_clock.h - the time of a recording: from its .idx, else from the Timestamp of
 * events (timestampevents in manager.conf), else it stands still. */
#ifndef ZV_CLI_CALLS_CLOCK_H
#define ZV_CLI_CALLS_CLOCK_H

#include <stdint.h>

#include "zvon/packet.h"

/* Zeroed = at its beginning, nothing known. */
struct zv_calls_clock {
	bool indexed;	 /* zv_calls_clock_set is used: Timestamps do not move now_ms */
	int64_t now_ms;	 /* never goes back */
	int64_t unix_us; /* now; 0: not known */

	/* a Timestamp and now_ms then, to count from: the last one with .idx, without it
	 * the first */
	int64_t stamp_us, stamp_ms;
};

/* Milliseconds since the connection opened, as .idx has them. */
void zv_calls_clock_set(struct zv_calls_clock *c, int64_t ms);

/* The next packet has come. */
void zv_calls_clock_packet(struct zv_calls_clock *c, const struct zv_packet *packet);

#endif
