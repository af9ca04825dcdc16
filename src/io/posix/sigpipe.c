#include "io/sigpipe.h"

#include <errno.h>
#include <pthread.h>
#include <time.h>

static bool
is_pending(void)
{
	sigset_t pending;

	return sigpending(&pending) == 0 && sigismember(&pending, SIGPIPE) == 1;
}

void
zv_sigpipe_block(struct zv_sigpipe *g)
{
	sigset_t set;

	g->was_pending = is_pending();
	sigemptyset(&set);
	sigaddset(&set, SIGPIPE);
	pthread_sigmask(SIG_BLOCK, &set, &g->before);
}

void
zv_sigpipe_unblock(struct zv_sigpipe *g)
{
	static const struct timespec now = { 0, 0 };
	int saved = errno;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGPIPE);
	if (!g->was_pending && is_pending())
		while (sigtimedwait(&set, NULL, &now) < 0 && errno == EINTR)
			;
	pthread_sigmask(SIG_SETMASK, &g->before, NULL);
	errno = saved;
}
