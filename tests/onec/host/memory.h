/* memory.h - the platform's memory manager, which knows its blocks: what is not freed, and
 * what is freed that is none of them. */
#ifndef ZV_TEST_MEMORY_H
#define ZV_TEST_MEMORY_H

#include <stdbool.h>

bool memory_alloc(void **p, unsigned long bytes);
bool memory_alloc_own(void **p, unsigned long bytes); /* never told to fail */
void memory_free(void **p);

void memory_fail_at(long n); /* the n-th from now on fails, once; 0: none */
long memory_blocks(void);
long memory_wrong_frees(void);

#endif
