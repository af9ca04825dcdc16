#include "heap.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

void *__real_malloc(size_t n);
void *__real_calloc(size_t count, size_t n);
void *__real_realloc(void *p, size_t n);
void __real_free(void *p);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t count, size_t n);
void *__wrap_realloc(void *p, size_t n);
void __wrap_free(void *p);

/* Atomic: some tests have threads. */
static size_t blocks, bytes, peak;
static const char *watched;
static unsigned found;

size_t
heap_blocks(void)
{
	return __atomic_load_n(&blocks, __ATOMIC_RELAXED);
}

size_t
heap_bytes(void)
{
	return __atomic_load_n(&bytes, __ATOMIC_RELAXED);
}

size_t
heap_peak(void)
{
	return __atomic_load_n(&peak, __ATOMIC_RELAXED);
}

void
heap_forget_peak(void)
{
	__atomic_store_n(&peak, heap_bytes(), __ATOMIC_RELAXED);
}

void
heap_watch(const char *secret)
{
	watched = secret;
	found = 0;
}

unsigned
heap_found(void)
{
	return found;
}

static void *
taken(void *p)
{
	size_t now;

	if (!p)
		return NULL;
	__atomic_add_fetch(&blocks, 1, __ATOMIC_RELAXED);
	now = __atomic_add_fetch(&bytes, malloc_usable_size(p), __ATOMIC_RELAXED);
	if (now > heap_peak())
		__atomic_store_n(&peak, now, __ATOMIC_RELAXED);
	return p;
}

static void
forget(size_t n)
{
	__atomic_sub_fetch(&blocks, 1, __ATOMIC_RELAXED);
	__atomic_sub_fetch(&bytes, n, __ATOMIC_RELAXED);
}

static void
given_back(void *p)
{
	size_t n = malloc_usable_size(p);

	forget(n);
	if (watched && memmem(p, n, watched, strlen(watched)))
		found++;
}

void *
__wrap_malloc(size_t n)
{
	/* zeroed while watching, so that the search meets no unset bytes */
	return taken(watched ? __real_calloc(1, n) : __real_malloc(n));
}

void *
__wrap_calloc(size_t count, size_t n)
{
	return taken(__real_calloc(count, n));
}

void *
__wrap_realloc(void *p, size_t n)
{
	void *moved;
	size_t old;

	if (!p)
		return __wrap_malloc(n);
	if (!watched) {
		old = malloc_usable_size(p);
		moved = __real_realloc(p, n);
		if (moved)
			forget(old);
		return taken(moved);
	}
	/* always moves, as realloc may: what the old block holds is left behind */
	moved = __wrap_malloc(n);
	if (moved) {
		old = malloc_usable_size(p);
		memcpy(moved, p, old < n ? old : n);
		__wrap_free(p);
	}
	return moved;
}

void
__wrap_free(void *p)
{
	if (p)
		given_back(p);
	__real_free(p);
}
