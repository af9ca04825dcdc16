#include "io/sigpipe.h"

/* Windows has no such signal: writing to a closed connection is an error, no more. */
void
zv_sigpipe_block(struct zv_sigpipe *g)
{
	(void)g;
}

void
zv_sigpipe_unblock(struct zv_sigpipe *g)
{
	(void)g;
}
