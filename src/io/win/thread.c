#include "io/thread.h"

#include <time.h>

#include "io/clock.h"

/* Windows has no signals that a thread could get. */
int
zv_thread_start(pthread_t *thread, size_t stack_bytes, void *(*body)(void *),
		void *argument)
{
	pthread_attr_t attributes;
	int rc = pthread_attr_init(&attributes);

	if (rc != 0)
		return rc;
	if (stack_bytes)
		pthread_attr_setstacksize(&attributes, stack_bytes);
	rc = pthread_create(thread, &attributes, body, argument);
	pthread_attr_destroy(&attributes);
	return rc;
}

/* winpthreads tells a name by an exception, meant for a debugger: not in a process that
 * is not ours. */
void
zv_thread_name(const char *name)
{
	(void)name;
}

void
zv_cond_init(pthread_cond_t *cond)
{
	pthread_cond_init(cond, NULL);
}

/* winpthreads of Debian 12 knows no monotonic clock for conditions, but relative times. */
void
zv_cond_wait_until(pthread_cond_t *cond, pthread_mutex_t *lock, int64_t at_ms)
{
	int left = zv_clock_until(at_ms);
	struct timespec t = { left / 1000, (long)(left % 1000) * 1000000 };

	if (left < 0)
		pthread_cond_wait(cond, lock);
	else
		pthread_cond_timedwait_relative_np(cond, lock, &t);
}
