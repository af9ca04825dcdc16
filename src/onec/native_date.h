/* native_date.h - dates of the Native API and ours: seconds since 1970 as 1C's clock shows
 * them, of the years 1 to 9999. Pure; gmtime and its like know other limits on each system. */
#ifndef ZV_ONEC_NATIVE_DATE_H
#define ZV_ONEC_NATIVE_DATE_H

#include <stdbool.h>
#include <time.h>

/* false: it is no date. */
bool zv_native_from_tm(const struct tm *tm, long long *seconds);
/* Days since 1899-12-30. Before it they are negative, but the time in them still goes
 * forward: -1.25 is 1899-12-29 06:00. */
bool zv_native_from_days(double days, long long *seconds);

/* false: before the year 1 or after 9999. tm: zeroed. */
bool zv_native_to_tm(struct tm *tm, long long seconds);

#endif
