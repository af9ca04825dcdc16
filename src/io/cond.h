/* cond.h - waiting for a condition until a moment of zv_clock_ms. */
#ifndef ZV_IO_COND_H
#define ZV_IO_COND_H

#include <pthread.h>
#include <stdint.h>

void zv_cond_init(pthread_cond_t *cond);

/* INT64_MAX: for ever. As with pthread_cond_wait: look again at what is waited for. */
void zv_cond_wait_until(pthread_cond_t *cond, pthread_mutex_t *lock, int64_t at_ms);

#endif
