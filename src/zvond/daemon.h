/* daemon.h - the daemon as a whole: everything joined on one loop. */
#ifndef ZV_ZVOND_DAEMON_H
#define ZV_ZVOND_DAEMON_H

#include "base/log.h"
#include "zvond/config.h"

/* Serves until SIGTERM or SIGINT. SIGHUP reads config->file again (a demo has none).
 * When everything listens, one line for each listener goes to stdout:
 * "zvond: listening on http://127.0.0.1:2013 (main)".
 * Takes the configuration. *log is borrowed; its level follows a reload. Returns the exit
 * code of the process: 0, or 1 when it could not begin, which the log tells. */
int zv_daemon_run(struct zv_config *config, struct zv_log *log);

#endif
