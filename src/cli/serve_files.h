/* serve_files.h - captures from disk: NAME.ami with NAME.sent and NAME.idx beside it. */
#ifndef ZV_CLI_SERVE_FILES_H
#define ZV_CLI_SERVE_FILES_H

#include "office/recording.h"

/* Without .sent no action has a recorded answer, without .idx the events have no times.
 * NULL: the reason was said. */
struct zv_recording *zv_serve_load(const char *path);

#endif
