#include "cli/stop.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>

static volatile sig_atomic_t asked;
static bool watched;
static void (*volatile wake_fn)(void *user);
static void *wake_user;

static void
on_signal(int number)
{
	int saved = errno;

	(void)number;
	asked = 1;
	if (wake_fn)
		wake_fn(wake_user);
	errno = saved;
}

/* A shell ignores SIGINT for what it starts in the background, nohup SIGHUP: that
 * stays so. */
static void
catch_unless_ignored(int number)
{
	struct sigaction action = { .sa_handler = on_signal,
				    .sa_flags = (int)SA_RESETHAND };
	struct sigaction before;

	sigemptyset(&action.sa_mask);
	if (sigaction(number, NULL, &before) == 0 && before.sa_handler != SIG_IGN)
		sigaction(number, &action, NULL);
}

void
zv_stop_on_signals(void (*wake)(void *user), void *user)
{
	wake_user = user;
	wake_fn = wake;
	watched = true;
	catch_unless_ignored(SIGINT);
	catch_unless_ignored(SIGTERM);
	catch_unless_ignored(SIGHUP);
}

void
zv_stop_forget_wake(void)
{
	wake_fn = NULL;
}

bool
zv_stop_is_watched(void)
{
	return watched;
}

bool
zv_stop_asked(void)
{
	return asked != 0;
}
