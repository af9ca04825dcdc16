/* polls.h - the long polls that wait for an event. */
#ifndef ZV_ZVOND_POLLS_H
#define ZV_ZVOND_POLLS_H

#include "zvond/daemon_impl.h"

/* At the end of a round: those for whom something has come are answered. */
void zv_polls_look(struct zv_daemon *d);
/* The daemon stops: all are answered with what there is. */
void zv_polls_end(struct zv_daemon *d);

#endif
