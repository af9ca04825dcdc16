/* thread.h - threads of ours inside of somebody else's process. */
#ifndef ZV_IO_THREAD_H
#define ZV_IO_THREAD_H

#include <pthread.h>

/* Signals are the host's business: all are blocked in the new thread. 0, or an errno as of
 * pthread_create. */
int zv_thread_start(pthread_t *out, void *(*fn)(void *), void *argument);

#endif
