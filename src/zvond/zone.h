/* zone.h - the time zone of this process. Reads files: not on the loop, once it runs. */
#ifndef ZV_ZVOND_ZONE_H
#define ZV_ZVOND_ZONE_H

#include "records/zone.h"

/* The one in which this process lives: $TZ, else the machine's. Where that is no zone of the
 * system's, what it is now, for ever. NULL: no memory. */
struct zv_zone *zv_zone_here(void);

#endif
