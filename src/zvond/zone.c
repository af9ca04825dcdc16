#include "zvond/zone.h"

#include <stdlib.h>
#include <time.h>

#include "base/str.h"

/* Seconds east of UTC, as it is now. */
static int
offset_now_s(void)
{
	time_t now = time(NULL);
	struct tm local;

	return localtime_r(&now, &local) ? (int)local.tm_gmtoff : 0;
}

/* tzset(3): "Europe/Moscow", ":Europe/Moscow"; a rule as "MSK-3" is no name. */
struct zv_zone *
zv_zone_here(void)
{
	const char *tz = getenv("TZ");
	struct zv_str name = tz ? zvon_str(tz) : ZV_STR("local");
	struct zv_zone *zone;

	if (zv_str_starts(name, ZV_STR(":")))
		name = zv_str_from(name, 1);
	if (zvon_str_equal(name, ZV_STR("/etc/localtime")))
		name = ZV_STR("local");
	zone = zv_zone_open(name.n ? name : ZV_STR("UTC"), NULL);
	return zone ? zone : zv_zone_new_fixed(offset_now_s());
}
