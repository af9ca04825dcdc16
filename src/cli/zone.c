#include "cli/zone.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/str.h"

/* tzset(3): "Europe/Moscow", ":Europe/Moscow", or a rule as "MSK-3", which is no name. Without it
 * /etc/localtime is a link to the zone's file: localtime(5). */
static struct zv_str
find_name(char *link, size_t size)
{
	static const struct zv_str folder = { "/zoneinfo/", 10 };
	const char *tz = getenv("TZ");
	struct zv_str name = zvon_str(tz);
	ssize_t n = tz ? 0 : readlink("/etc/localtime", link, size);

	if (n > 0)
		name = (struct zv_str){ link, (size_t)n };
	if (zv_str_find(name, folder) < name.n)
		name = zv_str_from(name, zv_str_find(name, folder) + folder.n);
	return zv_str_from(name, zv_str_starts(name, ZV_STR(":")));
}

static void
write_offset(char out[ZV_ZONE_TEXT])
{
	time_t now = time(NULL);
	struct tm tm;
	long minutes = localtime_r(&now, &tm) ? tm.tm_gmtoff / 60 : 0;

	snprintf(out, ZV_ZONE_TEXT, "%c%02d:%02d", minutes < 0 ? '-' : '+',
		 (int)(labs(minutes) / 60 % 100), (int)(labs(minutes) % 60));
}

void
zv_cli_zone_here(char out[ZV_ZONE_TEXT])
{
	char link[256];
	struct zv_str name = find_name(link, sizeof link);
	struct zv_zone *zone = zvon_str_equal_nocase(name, ZV_STR("local"))
				       ? NULL
				       : zv_zone_open(name, NULL);

	if (zone) /* then it is no longer than a name may be */
		snprintf(out, ZV_ZONE_TEXT, "%.*s", ZV_ARG(name));
	else
		write_offset(out);
	zv_zone_free(zone);
}
