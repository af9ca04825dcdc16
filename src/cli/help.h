/* help.h - `zvon --help` and `zvon help COMMAND`, made of the tables. */
#ifndef ZV_CLI_HELP_H
#define ZV_CLI_HELP_H

#include "cli/cli.h"

/* All commands, and what every exit code means. */
void zv_help_overview(const struct zv_opt *general);

void zv_help_command(const struct zv_cmd *cmd, const struct zv_opt *general);

#endif
