/* failing_memory.c - a malloc that fails when a test wants it: LD_PRELOAD, tests only.
 *
 * FAILING_MEMORY names a file of two 64-bit numbers that test and program share: how many
 * allocations from now on until one fails (0: none does), and how many there have been. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static struct shared {
	_Atomic long countdown, count;
} * shared;

void *__libc_malloc(size_t n);
void *__libc_calloc(size_t count, size_t n);
void *__libc_realloc(void *p, size_t n);

__attribute__((constructor)) static void
open_shared(void)
{
	const char *name = getenv("FAILING_MEMORY");
	int fd = name ? open(name, O_RDWR | O_CLOEXEC) : -1;
	void *p = fd < 0 ? MAP_FAILED
			 : mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE,
				MAP_SHARED, fd, 0);

	if (fd >= 0)
		close(fd);
	if (p != MAP_FAILED)
		shared = p;
}

static int
fails(void)
{
	long left;

	if (!shared)
		return 0;
	atomic_fetch_add(&shared->count, 1);
	left = atomic_load(&shared->countdown);
	while (left > 0)
		if (atomic_compare_exchange_weak(&shared->countdown, &left, left - 1)) {
			if (left == 1)
				errno = ENOMEM;
			return left == 1;
		}
	return 0;
}

void *
malloc(size_t n)
{
	return fails() ? NULL : __libc_malloc(n);
}

void *
calloc(size_t count, size_t n)
{
	return fails() ? NULL : __libc_calloc(count, n);
}

void *
realloc(void *p, size_t n)
{
	return n && fails() ? NULL : __libc_realloc(p, n);
}
