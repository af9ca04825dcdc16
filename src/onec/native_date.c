#include "onec/native_date.h"

#include <math.h>

#define DAY_S	     86400
#define DAYS_TO_1970 25569	      /* from 1899-12-30 */
#define FIRST_SECOND (-62135596800LL) /* 0001-01-01 */
#define LAST_SECOND  253402300799LL   /* 9999-12-31 23:59:59 */

/* Of the Gregorian calendar, since 1970; a year is counted from its March. */
static long long
days_of(long long year, int month, int day)
{
	long long y = month <= 2 ? year - 1 : year, era = y / 400,
		  in_era = y - era * 400;
	int in_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return era * 146097 + in_era * 365 + in_era / 4 - in_era / 100 + in_year -
	       719468;
}

static void
set_day(struct tm *tm, long long days)
{
	long long z = days + 719468, era = z / 146097, in_era = z - era * 146097;
	long long year =
		(in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
	int in_year = (int)(in_era - (365 * year + year / 4 - year / 100));
	int m = (5 * in_year + 2) / 153;

	tm->tm_mday = in_year - (153 * m + 2) / 5 + 1;
	tm->tm_mon = m < 10 ? m + 2 : m - 10;
	tm->tm_year = (int)(year + era * 400 + (tm->tm_mon < 2)) - 1900;
	tm->tm_wday = (int)((days % 7 + 11) % 7);
	tm->tm_yday = (int)(days - days_of(tm->tm_year + 1900, 1, 1));
}

static bool
is_in(int value, int least, int most)
{
	return value >= least && value <= most;
}

/* 1C's dates go from the year 1 to 3999. */
static bool
is_date(const struct tm *tm)
{
	return is_in(tm->tm_year, 1 - 1900, 9999 - 1900) && is_in(tm->tm_mon, 0, 11) &&
	       is_in(tm->tm_mday, 1, 31) && is_in(tm->tm_hour, 0, 23) &&
	       is_in(tm->tm_min, 0, 59) && is_in(tm->tm_sec, 0, 60);
}

bool
zv_native_from_tm(const struct tm *tm, long long *seconds)
{
	if (!is_date(tm))
		return false;
	*seconds = days_of(tm->tm_year + 1900LL, tm->tm_mon + 1, tm->tm_mday) * DAY_S +
		   tm->tm_hour * 3600LL + tm->tm_min * 60LL + tm->tm_sec;
	return true;
}

bool
zv_native_from_days(double days, long long *seconds)
{
	double whole = trunc(days);

	if (!(days > -1e6 && days < 1e7))
		return false;
	*seconds = ((long long)whole - DAYS_TO_1970) * DAY_S +
		   llround(fabs(days - whole) * DAY_S);
	return *seconds >= FIRST_SECOND && *seconds <= LAST_SECOND;
}

bool
zv_native_to_tm(struct tm *tm, long long seconds)
{
	long long days = seconds / DAY_S, rest = seconds % DAY_S;

	if (seconds < FIRST_SECOND || seconds > LAST_SECOND)
		return false;
	if (rest < 0) {
		rest += DAY_S;
		days--;
	}
	set_day(tm, days);
	tm->tm_hour = (int)(rest / 3600);
	tm->tm_min = (int)(rest / 60 % 60);
	tm->tm_sec = (int)(rest % 60);
	return true;
}
