/* zone_now.h - the machine's time zone, for whoever names none. */
#ifndef ZV_ZVOND_ZONE_NOW_H
#define ZV_ZVOND_ZONE_NOW_H

#include <time.h>

/* Seconds east of UTC, as it is now. */
static inline int
zv_zone_now_s(void)
{
	time_t now = time(NULL);
	struct tm local;

	return localtime_r(&now, &local) ? (int)local.tm_gmtoff : 0;
}

#endif
