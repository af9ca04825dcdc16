#include "http/date.h"

#include <stdio.h>

#include "base/date.h"

const char *
zv_http_date(int64_t epoch_s, char out[ZV_HTTP_DATE_TEXT])
{
	static const char days[] =
		"ThuFriSatSunMonTueWed"; /* 1970 began on a Thursday */
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	struct zv_date d = zv_date_of(epoch_s);
	int64_t day = epoch_s / 86400 - (epoch_s % 86400 < 0);
	int weekday = (int)((day % 7 + 7) % 7);

	snprintf(out, ZV_HTTP_DATE_TEXT, "%.3s, %02d %.3s %04d %02d:%02d:%02d GMT",
		 days + 3 * weekday, d.day, months + 3 * (d.month - 1), d.year, d.hour,
		 d.minute, d.second);
	return out;
}
