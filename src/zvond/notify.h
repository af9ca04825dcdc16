/* notify.h - tells the service manager how the daemon is: sd_notify(3) as a datagram to
 * NOTIFY_SOCKET. Without one everything here does nothing. */
#ifndef ZV_ZVOND_NOTIFY_H
#define ZV_ZVOND_NOTIFY_H

#include "zvon/error.h"

/* First: reads NOTIFY_SOCKET and WATCHDOG_USEC, and takes them out of the environment.
 * 0, or < 0 with the reason: what is there cannot be meant. */
int zv_notify_open(struct zv_error *err);
void zv_notify_close(void);

void zv_notify_ready(void);	/* listens; after a reload too */
void zv_notify_reloading(void); /* SIGHUP came; zv_notify_ready ends it */
void zv_notify_stopping(void);
void zv_notify_status(const char *line); /* for `systemctl status` */

/* How often zv_notify_watchdog must be called: half of WatchdogSec=; 0: never. */
int zv_notify_watchdog_ms(void);
void zv_notify_watchdog(void);

#endif
