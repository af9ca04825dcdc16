#include "io/sigpipe.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <time.h>

_Static_assert(sizeof(sigset_t) <= sizeof(((struct zv_sigpipe *)0)->before),
	       "the header has room for a sigset_t");

static bool
is_pending(void)
{
	sigset_t pending;

	return sigpending(&pending) == 0 && sigismember(&pending, SIGPIPE) == 1;
}

void
zv_sigpipe_block(struct zv_sigpipe *g)
{
	sigset_t set, before;

	g->was_pending = is_pending();
	sigemptyset(&set);
	sigaddset(&set, SIGPIPE);
	pthread_sigmask(SIG_BLOCK, &set, &before);
	memcpy(g->before, &before, sizeof before);
}

void
zv_sigpipe_unblock(struct zv_sigpipe *g)
{
	static const struct timespec now = { 0, 0 };
	int saved = errno;
	sigset_t set, before;

	memcpy(&before, g->before, sizeof before);
	sigemptyset(&set);
	sigaddset(&set, SIGPIPE);
	if (!g->was_pending && is_pending())
		while (sigtimedwait(&set, NULL, &now) < 0 && errno == EINTR)
			;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	errno = saved;
}
