/* thread.h - threads in somebody else's process. posix/thread.c, win/thread.c. */
#ifndef ZV_ONEC_THREAD_H
#define ZV_ONEC_THREAD_H

#include <pthread.h>
#include <stdint.h>

/* libcurl, OpenSSL and the host's script, which may run inside ExternalEvent. */
#define ZV_THREAD_STACK ((size_t)1024 * 1024)

/* All signals are blocked in it. 0 or the system's number. */
int zv_thread_start(pthread_t *thread, void *(*body)(void *), void *argument);
void zv_thread_name(const char *name); /* of this thread; at most 15 letters */

/* Conditions that wait by zv_clock_ms, where the system can. */
void zv_cond_init(pthread_cond_t *cond);
void zv_cond_wait_until(pthread_cond_t *cond, pthread_mutex_t *lock, int64_t at_ms);

#endif
