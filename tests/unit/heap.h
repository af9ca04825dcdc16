/* heap.h - what the code under test takes from the heap and gives back.
 *
 * Linked with --wrap=malloc and so on, so it sees the allocations of everything in the
 * test program but the shared libraries. */
#ifndef UNIT_HEAP_H
#define UNIT_HEAP_H

#include <stddef.h>

/* Blocks and bytes not freed yet. */
size_t heap_blocks(void);
size_t heap_bytes(void);

/* The most bytes at one time since heap_forget_peak. */
size_t heap_peak(void);
void heap_forget_peak(void);

/* From now on every block given back is searched for this text; NULL ends it. */
void heap_watch(const char *secret);

/* How many blocks held the text when they were given back. */
unsigned heap_found(void);

#endif
