/* import_result.h - what came of an import: figures, messages, the exit code. */
#ifndef ZV_CLI_IMPORT_RESULT_H
#define ZV_CLI_IMPORT_RESULT_H

#include "cli/import_run.h"

/* Prints the error of that option; the exit code. */
int zv_import_fail(const char *what, const struct zv_error *err);

/* Prints what zv_import_run, which returned rc, has done; the exit code. */
int zv_import_tell(const struct zv_import *i, int rc, const struct zv_error *err);

#endif
