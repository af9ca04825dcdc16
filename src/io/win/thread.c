#include "io/thread.h"

/* There are no signals that a thread could be interrupted by. */
int
zv_thread_start(pthread_t *out, void *(*fn)(void *), void *argument)
{
	return pthread_create(out, NULL, fn, argument);
}
