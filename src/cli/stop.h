/* stop.h - Ctrl-C and kill: the program ends in order instead of at once. */
#ifndef ZV_CLI_STOP_H
#define ZV_CLI_STOP_H

#include <stdbool.h>

/* From now on SIGINT, SIGTERM and SIGHUP, unless they were ignored, are noted and wake
 * is called: inside the signal handler, so it may only do what is allowed there. The
 * second signal of a kind kills as usual. wake may be NULL. */
void zv_stop_on_signals(void (*wake)(void *user), void *user);

/* wake is not called any more: what it uses may go. */
void zv_stop_forget_wake(void);

/* zv_stop_on_signals was called. */
bool zv_stop_is_watched(void);

bool zv_stop_asked(void);

#endif
