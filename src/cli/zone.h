/* zone.h - the time zone of this machine, as commands name it to others. */
#ifndef ZV_CLI_ZONE_H
#define ZV_CLI_ZONE_H

#include "records/zone.h"

#define ZV_ZONE_TEXT (ZV_ZONE_NAME_MAX + 1)

/* The one here, as others understand it: by its name, where that is known, else as it is now,
 * "+03:00". */
void zv_cli_zone_here(char out[ZV_ZONE_TEXT]);

#endif
