/* mem.h - the one door to memory, so that a test can fail the n-th allocation. */
#ifndef ZV_BASE_MEM_H
#define ZV_BASE_MEM_H

#include <stddef.h>

void *zv_malloc(size_t n);
void *zv_calloc(size_t count, size_t n); /* knows overflow */
void *zv_realloc(void *p, size_t n);
void zv_free(void *p); /* NULL is fine */

/* A NUL-terminated copy of n bytes. */
char *zv_memdup(const void *p, size_t n);
char *zv_strdup(const char *s); /* NULL gives NULL */

/* Overwrites n bytes so that the compiler cannot leave it out: for secrets. */
void zv_wipe(void *p, size_t n);

/* For tests: the countdown-th allocation from now on fails, once; 0 switches it
 * off. Not for use beside other threads. */
void zv_mem_fail_at(unsigned long countdown);

/* For tests: allocations since the program began. */
unsigned long zv_mem_count(void);

#endif
