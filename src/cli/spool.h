/* spool.h - what the library's delivery thread prints and the main thread writes: the
 * one crossing between threads in the command line.
 *
 * A slow reader of standard output holds up the writer; when max_bytes wait, it holds
 * up the handler too, and then the library's own queue begins to fill. */
#ifndef ZV_CLI_SPOOL_H
#define ZV_CLI_SPOOL_H

#include <pthread.h>

#include "base/buf.h"

struct zv_spool {
	pthread_mutex_t lock;
	pthread_cond_t room;
	struct zv_buf waiting; /* under the lock */
	size_t max_bytes;
	bool was_empty; /* under the lock: before what is being added */
	bool closed;	/* under the lock: nothing is taken in any more */
	int wake[2];	/* a pipe: a byte in it says "look" */
};

/* 0, or < 0 with errno set. */
int zv_spool_init(struct zv_spool *s, size_t max_bytes);
void zv_spool_deinit(struct zv_spool *s);

/* For the handler: waits for room, and returns the buffer to add to, locked; NULL:
 * closed. Give it back with zv_spool_end. */
struct zv_buf *zv_spool_begin(struct zv_spool *s);
void zv_spool_end(struct zv_spool *s);

/* Moves what waits to the end of *out; without copying if that is empty. */
void zv_spool_take(struct zv_spool *s, struct zv_buf *out);

/* Nothing is taken in any more: a waiting handler goes on, what it wanted to add is
 * dropped. Wakes the main thread. */
void zv_spool_close(struct zv_spool *s);
bool zv_spool_is_closed(struct zv_spool *s);

/* Makes a poll on wake[0] return. Any thread, any signal handler. */
void zv_spool_wake(struct zv_spool *s);

/* Empties the pipe. */
void zv_spool_awake(struct zv_spool *s);

#endif
