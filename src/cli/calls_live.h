/* calls_live.h - the calls of a server, as they happen. */
#ifndef ZV_CLI_CALLS_LIVE_H
#define ZV_CLI_CALLS_LIVE_H

#include "cli/calls_view.h"

/* count: end after so many events or calls, for_ms: after this time; 0: no such limit.
 * options: trunks and lines; the rest is filled in. Returns what to exit with; the reason
 * was said. */
int zv_calls_live(const char *url, const struct zv_calls_wish *wish,
		  const struct zv_calls_options *options, int count, int for_ms);

#endif
