/* calls_file.h - the calls of a recording. */
#ifndef ZV_CLI_CALLS_FILE_H
#define ZV_CLI_CALLS_FILE_H

#include "cli/calls_view.h"

/* path: a file, or "-". options: trunks and lines; the rest is filled in. Returns what to
 * exit with; the reason was said. */
int zv_calls_file(const char *path, const struct zv_calls_wish *wish,
		  const struct zv_calls_options *options);

#endif
