/* sigpipe.h - writing to a closed connection must not end the host's process, nor
 * change how it treats SIGPIPE: the signal is held back in this thread only. */
#ifndef ZV_IO_SIGPIPE_H
#define ZV_IO_SIGPIPE_H

#include <stdbool.h>
#include <stdint.h>

struct zv_sigpipe {
	uint64_t before[16]; /* a sigset_t */
	bool was_pending;    /* then it is not ours to swallow */
};

void zv_sigpipe_block(struct zv_sigpipe *g);
void zv_sigpipe_unblock(struct zv_sigpipe *g);

#endif
