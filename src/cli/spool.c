#include "cli/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

int
zv_spool_init(struct zv_spool *s, size_t max_bytes)
{
	*s = (struct zv_spool){ .max_bytes = max_bytes };
	if (pipe2(s->wake, O_NONBLOCK | O_CLOEXEC) < 0)
		return -1;
	pthread_mutex_init(&s->lock, NULL);
	pthread_cond_init(&s->room, NULL);
	return 0;
}

void
zv_spool_deinit(struct zv_spool *s)
{
	close(s->wake[0]);
	close(s->wake[1]);
	pthread_mutex_destroy(&s->lock);
	pthread_cond_destroy(&s->room);
	zv_buf_deinit(&s->waiting);
}

void
zv_spool_wake(struct zv_spool *s)
{
	ssize_t n = write(s->wake[1], "", 1);

	(void)n; /* a full pipe wakes as well */
}

void
zv_spool_awake(struct zv_spool *s)
{
	char bytes[64];

	while (read(s->wake[0], bytes, sizeof bytes) > 0)
		;
}

struct zv_buf *
zv_spool_begin(struct zv_spool *s)
{
	pthread_mutex_lock(&s->lock);
	while (s->waiting.n >= s->max_bytes && !s->closed)
		pthread_cond_wait(&s->room, &s->lock);
	if (!s->closed) {
		s->was_empty = s->waiting.n == 0;
		return &s->waiting;
	}
	pthread_mutex_unlock(&s->lock);
	return NULL;
}

/* What waited before was told before. */
void
zv_spool_end(struct zv_spool *s)
{
	if (s->was_empty && s->waiting.n)
		zv_spool_wake(s);
	pthread_mutex_unlock(&s->lock);
}

void
zv_spool_take(struct zv_spool *s, struct zv_buf *out)
{
	struct zv_buf before;

	pthread_mutex_lock(&s->lock);
	if (out->n == 0) {
		before = *out;
		*out = s->waiting;
		s->waiting = before;
	} else {
		zv_buf_add(out, zv_buf_str(&s->waiting));
		zv_buf_clear(&s->waiting);
	}
	pthread_cond_signal(&s->room);
	pthread_mutex_unlock(&s->lock);
}

void
zv_spool_close(struct zv_spool *s)
{
	pthread_mutex_lock(&s->lock);
	s->closed = true;
	pthread_cond_broadcast(&s->room);
	pthread_mutex_unlock(&s->lock);
	zv_spool_wake(s);
}

bool
zv_spool_is_closed(struct zv_spool *s)
{
	bool closed;

	pthread_mutex_lock(&s->lock);
	closed = s->closed;
	pthread_mutex_unlock(&s->lock);
	return closed;
}
