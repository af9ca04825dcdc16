/* openapi.h - the contract as a document: made from the table of routes and that of
 * commands. */
#ifndef ZV_ZVOND_OPENAPI_H
#define ZV_ZVOND_OPENAPI_H

#include "hub/command.h"
#include "json/writer.h"

void zv_openapi_write(struct zv_buf *out);

/* {"name","right","help","arguments":[{"name","type",…}]} */
void zv_command_json(struct zv_json *j, const struct zv_command *command);

#endif
