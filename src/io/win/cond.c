#include "io/cond.h"

#include <time.h>

#include "io/clock.h"

void
zv_cond_init(pthread_cond_t *cond)
{
	pthread_cond_init(cond, NULL);
}

/* winpthreads (10.0) knows the wall clock alone, and makes milliseconds from now of what
 * it is given, at once: a clock that is set meanwhile does not matter. */
void
zv_cond_wait_until(pthread_cond_t *cond, pthread_mutex_t *lock, int64_t at_ms)
{
	int64_t wait_ms = at_ms - zv_clock_ms(), at_us;

	if (at_ms == INT64_MAX) {
		pthread_cond_wait(cond, lock);
		return;
	}
	at_us = zv_clock_unix_us() + (wait_ms > 0 ? wait_ms : 0) * 1000;
	pthread_cond_timedwait(cond, lock,
			       &(struct timespec){ (time_t)(at_us / 1000000),
						   (long)(at_us % 1000000) * 1000 });
}
