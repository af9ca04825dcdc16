#include "base/date.h"

#include <stdio.h>

/* Days since 1970 to a date, by counting from 1 March, so that the leap day is the
 * last of its year (Howard Hinnant, "chrono-compatible low-level date algorithms"). */
static void
set_day(struct zv_date *d, int64_t days)
{
	int64_t z = days + 719468;
	int64_t era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t of_era = z - era * 146097;
	int64_t year =
		(of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
	int64_t month = (5 * of_year + 2) / 153;

	d->day = (int)(of_year - (153 * month + 2) / 5 + 1);
	d->month = (int)(month < 10 ? month + 3 : month - 9);
	d->year = (int)(year + era * 400 + (d->month <= 2));
}

struct zv_date
zv_date_of(int64_t epoch_s)
{
	int64_t days = epoch_s / 86400, rest = epoch_s % 86400;
	struct zv_date d = { 0 };

	if (rest < 0) {
		rest += 86400;
		days--;
	}
	set_day(&d, days);
	d.hour = (int)(rest / 3600);
	d.minute = (int)(rest / 60 % 60);
	d.second = (int)(rest % 60);
	return d;
}

const char *
zv_date_text(int64_t epoch_s, char out[ZV_DATE_TEXT])
{
	struct zv_date d = zv_date_of(epoch_s);

	snprintf(out, ZV_DATE_TEXT, "%04d-%02d-%02d %02d:%02d:%02d", d.year, d.month,
		 d.day, d.hour, d.minute, d.second);
	return out;
}
