#include "io/thread.h"

#include <signal.h>

int
zv_thread_start(pthread_t *out, void *(*fn)(void *), void *argument)
{
	sigset_t all, before;
	int rc;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	rc = pthread_create(out, NULL, fn, argument);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return rc;
}
