#include "base/mem.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Plain counters: tests that use them run one thread; a lost count elsewhere does
 * no harm, so the atomics are relaxed and cost nothing. */
static unsigned long fail_countdown;
static unsigned long allocations;

static int
must_fail(void)
{
	__atomic_fetch_add(&allocations, 1, __ATOMIC_RELAXED);
	if (__atomic_load_n(&fail_countdown, __ATOMIC_RELAXED) == 0)
		return 0;
	return __atomic_sub_fetch(&fail_countdown, 1, __ATOMIC_RELAXED) == 0;
}

void *
zv_malloc(size_t n)
{
	return must_fail() ? NULL : malloc(n ? n : 1);
}

void *
zv_calloc(size_t count, size_t n)
{
	if (must_fail() || (n && count > SIZE_MAX / n))
		return NULL;
	return calloc(count ? count : 1, n ? n : 1);
}

void *
zv_realloc(void *p, size_t n)
{
	return must_fail() ? NULL : realloc(p, n ? n : 1);
}

void
zv_free(void *p)
{
	free(p);
}

char *
zv_memdup(const void *p, size_t n)
{
	char *copy = n < SIZE_MAX ? zv_malloc(n + 1) : NULL;

	if (!copy)
		return NULL;
	if (n)
		memcpy(copy, p, n);
	copy[n] = '\0';
	return copy;
}

char *
zv_strdup(const char *s)
{
	return s ? zv_memdup(s, strlen(s)) : NULL;
}

void
zv_wipe(void *p, size_t n)
{
	volatile unsigned char *v = p;

	while (n--)
		*v++ = 0;
}

void
zv_mem_fail_at(unsigned long countdown)
{
	__atomic_store_n(&fail_countdown, countdown, __ATOMIC_RELAXED);
}

unsigned long
zv_mem_count(void)
{
	return __atomic_load_n(&allocations, __ATOMIC_RELAXED);
}
