/* import_rule.h - --number-rule of zvon import. */
#ifndef ZV_CLI_IMPORT_RULE_H
#define ZV_CLI_IMPORT_RULE_H

#include "hist/number.h"

/* "country=7": into *numbers, which borrows the text. 0; else a message was printed and it is
 * the exit code. */
int zv_import_number_rule(struct zv_number_rules *numbers, const char *text);

#endif
