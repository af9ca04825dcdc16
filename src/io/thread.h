/* thread.h - threads in somebody else's process. posix/thread.c, win/thread.c. */
#ifndef ZV_IO_THREAD_H
#define ZV_IO_THREAD_H

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

/* All signals are blocked in it: they are the host's business. stack_bytes 0: the system's
 * default. 0 or the system's number. */
int zv_thread_start(pthread_t *thread, size_t stack_bytes, void *(*body)(void *),
		    void *argument);
void zv_thread_name(const char *name); /* of this thread; at most 15 letters */

/* Conditions that wait by zv_clock_ms, where the system can. */
void zv_cond_init(pthread_cond_t *cond);
void zv_cond_wait_until(pthread_cond_t *cond, pthread_mutex_t *lock, int64_t at_ms);

#endif
