/* probe_print.h - the lines of a probe on standard output: text for people, or one JSON
 * object a line. */
#ifndef ZV_CLI_PROBE_PRINT_H
#define ZV_CLI_PROBE_PRINT_H

#include "cli/out.h"
#include "probe/report.h"

/* Zero it and set json; out is made by zv_out_init. */
struct zv_probe_printer {
	struct zv_out out;
	bool json;
};

/* zv_probe_report.tell; user: a printer. */
void zv_probe_print(void *user, const struct zv_probe_line *line);

#endif
