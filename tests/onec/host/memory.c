#include "memory.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct block {
	struct block *prev, *next;
	long long bytes; /* and what is given begins behind it, aligned as malloc's */
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct block blocks = { &blocks, &blocks, 0 };
static atomic_long n_blocks, n_wrong;
static long countdown;

static struct block *
find(void *p)
{
	for (struct block *b = blocks.next; b != &blocks; b = b->next)
		if (b + 1 == p)
			return b;
	return NULL;
}

static void *
add(unsigned long bytes)
{
	struct block *b = malloc(sizeof *b + bytes);

	if (!b)
		return NULL;
	memset(b + 1, 0xa5, bytes); /* not zeroed: who relies on it is seen */
	b->bytes = (long long)bytes;
	b->next = &blocks;
	b->prev = blocks.prev;
	blocks.prev->next = b;
	blocks.prev = b;
	n_blocks++;
	return b + 1;
}

bool
memory_alloc(void **p, unsigned long bytes)
{
	pthread_mutex_lock(&lock);
	*p = countdown && !--countdown ? NULL : add(bytes);
	pthread_mutex_unlock(&lock);
	return *p != NULL;
}

bool
memory_alloc_own(void **p, unsigned long bytes)
{
	pthread_mutex_lock(&lock);
	*p = add(bytes);
	pthread_mutex_unlock(&lock);
	return *p != NULL;
}

void
memory_free(void **p)
{
	struct block *b;

	pthread_mutex_lock(&lock);
	b = *p ? find(*p) : NULL;
	if (b) {
		b->prev->next = b->next;
		b->next->prev = b->prev;
		n_blocks--;
		memset(b + 1, 0x5a, (size_t)b->bytes);
		free(b);
	} else if (*p) {
		n_wrong++;
	}
	pthread_mutex_unlock(&lock);
	*p = NULL;
}

void
memory_fail_at(long n)
{
	pthread_mutex_lock(&lock);
	countdown = n;
	pthread_mutex_unlock(&lock);
}

long
memory_blocks(void)
{
	return n_blocks;
}

long
memory_wrong_frees(void)
{
	return n_wrong;
}
