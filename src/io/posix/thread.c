#include "io/thread.h"

#include <signal.h>
#include <time.h>

static int
start(pthread_t *thread, size_t stack_bytes, void *(*body)(void *), void *argument)
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

/* Signals are the host's business. */
int
zv_thread_start(pthread_t *thread, size_t stack_bytes, void *(*body)(void *),
		void *argument)
{
	sigset_t all, before;
	int rc;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	rc = start(thread, stack_bytes, body, argument);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return rc;
}

void
zv_thread_name(const char *name)
{
	pthread_setname_np(pthread_self(), name);
}

void
zv_cond_init(pthread_cond_t *cond)
{
	pthread_condattr_t attributes;

	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(cond, &attributes);
	pthread_condattr_destroy(&attributes);
}

void
zv_cond_wait_until(pthread_cond_t *cond, pthread_mutex_t *lock, int64_t at_ms)
{
	struct timespec t = { at_ms / 1000, (long)(at_ms % 1000) * 1000000 };

	if (at_ms == INT64_MAX)
		pthread_cond_wait(cond, lock);
	else
		pthread_cond_timedwait(cond, lock, &t);
}
