/* log.h - the daemon's log: one line per fact on standard error, where the journal reads
 * it. Of one area at most ZV_LOGGER_RATE lines a second; how many were left out is said. Of
 * the area "audit" none is left out: who had what must be whole.
 *
 *   <4>server: login refused server=office      with the journal behind it
 *   2026-03-01 12:00:00.123 warn server: …      otherwise
 *
 * One thread. Nothing is said twice and nothing waits: what standard error does not take
 * (a full disk behind it) is lost and counted. */
#ifndef ZV_ZVOND_LOG_H
#define ZV_ZVOND_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/log.h"

#define ZV_LOGGER_RATE	10 /* lines a second of one area; errors too */
#define ZV_LOGGER_AREAS 64 /* further ones are counted together */

/* A log that writes to descriptor fd; journal: each line begins with its priority
 * (sd-daemon(3)). NULL: no memory. Its level may be changed at any time. */
struct zv_log *zv_logger_open(int fd, bool journal, enum zv_log_level level);
void zv_logger_close(struct zv_log *log); /* NULL is fine */

/* Is standard error the journal's? (JOURNAL_STREAM names its device and inode.) */
bool zv_logger_is_journal(int fd);

/* Every second or so: tells what was left out. now_ms: of zv_clock_ms. */
void zv_logger_tick(struct zv_log *log, int64_t now_ms);

/* Lines left out for the rate, and lines that could not be written. */
uint64_t zv_logger_suppressed(const struct zv_log *log);
uint64_t zv_logger_lost(const struct zv_log *log);

#endif
