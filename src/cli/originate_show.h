/* originate_show.h - the steps of an attempt on standard output: JSON lines, or text
 * for a person. */
#ifndef ZV_CLI_ORIGINATE_SHOW_H
#define ZV_CLI_ORIGINATE_SHOW_H

#include "call/originate.h"
#include "cli/out.h"

/* Adds the step's line to o; `json`, else text in the chosen language. */
void zv_originate_show(struct zv_out *o, const struct zv_originate_step *step,
		       bool json);

#endif
