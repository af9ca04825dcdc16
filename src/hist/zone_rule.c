#include "hist/zone_rule.h"

#include "base/date.h"
#include "base/str.h"
#include "zvon/error.h"

#define DAY_S 86400

/* ---- reading -------------------------------------------------------------------------- */

static bool
take_char(struct zv_str *s, char c)
{
	if (s->n == 0 || s->p[0] != c)
		return false;
	*s = zv_str_from(*s, 1);
	return true;
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
take_int(struct zv_str *s, int most, int *out)
{
	size_t n = 0;

	*out = 0;
	for (; n < s->n && is_digit(s->p[n]); n++) {
		*out = *out * 10 + (s->p[n] - '0');
		if (*out > most)
			return false;
	}
	*s = zv_str_from(*s, n);
	return n > 0;
}

/* "MSK", "<+03>" */
static bool
take_name(struct zv_str *s)
{
	size_t n = 0;

	if (take_char(s, '<')) {
		n = zv_str_find(*s, ZV_STR(">"));
		if (n == s->n)
			return false;
		*s = zv_str_from(*s, n + 1);
		return true;
	}
	while (n < s->n && ((s->p[n] >= 'A' && s->p[n] <= 'Z') ||
			    (s->p[n] >= 'a' && s->p[n] <= 'z')))
		n++;
	*s = zv_str_from(*s, n);
	return n >= 3;
}

/* "[+-]hh[:mm[:ss]]" */
static bool
take_time(struct zv_str *s, int *out)
{
	int hours, minutes = 0, seconds = 0, sign = 1;

	if (take_char(s, '-'))
		sign = -1;
	else
		take_char(s, '+');
	if (!take_int(s, 167, &hours))
		return false;
	if (take_char(s, ':') && !take_int(s, 59, &minutes))
		return false;
	if (take_char(s, ':') && !take_int(s, 59, &seconds))
		return false;
	*out = sign * (hours * 3600 + minutes * 60 + seconds);
	return true;
}

static bool
take_date(struct zv_str *s, struct zv_zone_day *d)
{
	if (take_char(s, 'M')) {
		d->kind = 'M';
		return take_int(s, 12, &d->month) && d->month > 0 &&
		       take_char(s, '.') && take_int(s, 5, &d->week) && d->week > 0 &&
		       take_char(s, '.') && take_int(s, 6, &d->day);
	}
	d->kind = take_char(s, 'J') ? 'J' : 'N';
	return take_int(s, 365, &d->day);
}

static bool
take_day(struct zv_str *s, struct zv_zone_day *d)
{
	d->time_s = 2 * 3600;
	if (!take_char(s, ',') || !take_date(s, d))
		return false;
	return !take_char(s, '/') || take_time(s, &d->time_s);
}

int
zv_zone_rule_read(struct zv_str text, struct zv_zone_rule *out)
{
	*out = (struct zv_zone_rule){ 0 };
	if (!take_name(&text) || !take_time(&text, &out->standard_s))
		return ZV_EINVAL;
	out->standard_s = -out->standard_s; /* POSIX counts westward */
	if (text.n == 0)
		return 0;
	out->has_summer = true;
	out->summer_s = out->standard_s + 3600;
	if (!take_name(&text))
		return ZV_EINVAL;
	if (text.n && text.p[0] != ',') {
		if (!take_time(&text, &out->summer_s))
			return ZV_EINVAL;
		out->summer_s = -out->summer_s;
	}
	if (!take_day(&text, &out->begin) || !take_day(&text, &out->end) || text.n)
		return ZV_EINVAL;
	return 0;
}

/* ---- asking --------------------------------------------------------------------------- */

static bool
is_leap(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int
days_before(int year, int month)
{
	static const int days[] = { 0,	 31,  59,  90,	120, 151, 181,
				    212, 243, 273, 304, 334, 365 };

	return days[month - 1] + (month > 2 && is_leap(year));
}

/* Days since 1970 of 1 January. */
static int64_t
year_begins(int year)
{
	int64_t y = year - 1;

	return y * 365 + y / 4 - y / 100 + y / 400 - 719162;
}

/* 1 January 1970 was a Thursday. */
static int
weekday_of(int64_t day)
{
	return (int)(((day + 4) % 7 + 7) % 7);
}

static int64_t
day_of(const struct zv_zone_day *d, int year)
{
	int64_t first;
	int day, length;

	if (d->kind == 'N')
		return year_begins(year) + d->day;
	if (d->kind == 'J')
		return year_begins(year) + d->day - 1 + (d->day > 59 && is_leap(year));
	first = year_begins(year) + days_before(year, d->month);
	length = days_before(year, d->month + 1) - days_before(year, d->month);
	if (d->month == 12)
		length = 31;
	day = (d->day - weekday_of(first) + 7) % 7 + (d->week - 1) * 7;
	while (day >= length) /* week 5: the last one */
		day -= 7;
	return first + day;
}

int
zv_zone_rule_offset_s(const struct zv_zone_rule *r, int64_t utc_s)
{
	int64_t begin, end;
	int year;

	if (!r->has_summer)
		return r->standard_s;
	year = zv_date_of(utc_s + r->standard_s).year;
	begin = day_of(&r->begin, year) * DAY_S + r->begin.time_s - r->standard_s;
	end = day_of(&r->end, year) * DAY_S + r->end.time_s - r->summer_s;
	if (begin < end)
		return utc_s >= begin && utc_s < end ? r->summer_s : r->standard_s;
	return utc_s >= begin || utc_s < end ? r->summer_s : r->standard_s; /* south */
}
