/* zone.h - time zones of this machine, by their names, for the commands. */
#ifndef ZV_CLI_ZONE_H
#define ZV_CLI_ZONE_H

#include "hist/zone.h"
#include "io/zone_file.h"

#define ZV_ZONE_TEXT (ZV_ZONE_NAME_MAX + 1)

/* "Europe/Moscow", "UTC", "local". NULL: *err. */
struct zv_zone *zv_cli_zone_open(struct zv_str name, struct zv_error *err);
/* The one here, as others understand it: by its name, where that is known, else as it is now,
 * "+03:00". */
void zv_cli_zone_here(char out[ZV_ZONE_TEXT]);

#endif
