#include "hist/when.h"

#include <stdio.h>

#include "base/date.h"
#include "base/num.h"
#include "base/str.h"
#include "zvon/error.h"

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Takes exactly n digits. */
static bool
take_number(struct zv_str *s, size_t n, int *out)
{
	int sum = 0;

	if (s->n < n)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (!is_digit(s->p[i]))
			return false;
		sum = sum * 10 + (s->p[i] - '0');
	}
	*out = sum;
	*s = zv_str_from(*s, n);
	return true;
}

static bool
take_char(struct zv_str *s, char c)
{
	if (s->n == 0 || s->p[0] != c)
		return false;
	*s = zv_str_from(*s, 1);
	return true;
}

static bool
is_leap(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int
days_of_month(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	return days[month - 1] + (month == 2 && is_leap(year));
}

/* Days since 1970: years counted from 1 March, as in base/date.c. */
static int64_t
days_of(int year, int month, int day)
{
	int64_t y = month > 2 ? year : year - 1;
	int64_t era = (y >= 0 ? y : y - 399) / 400, of_era = y - era * 400;
	int64_t of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year -
	       719468;
}

static bool
read_date(struct zv_str *s, struct zv_when *w)
{
	int year, month, day;

	if (!take_number(s, 4, &year) || !take_char(s, '-') ||
	    !take_number(s, 2, &month) || !take_char(s, '-') ||
	    !take_number(s, 2, &day))
		return false;
	if (year < 1 || month < 1 || month > 12 || day < 1 ||
	    day > days_of_month(year, month))
		return false;
	w->s = days_of(year, month, day) * 86400;
	return true;
}

/* Digits behind the point; beyond the third they say nothing to us. */
static bool
read_fraction(struct zv_str *s, struct zv_when *w)
{
	int scale = 100;

	if (!take_char(s, '.'))
		return true;
	if (s->n == 0 || !is_digit(s->p[0]))
		return false;
	for (; s->n && is_digit(s->p[0]); *s = zv_str_from(*s, 1), scale /= 10)
		w->ms += (s->p[0] - '0') * scale;
	return true;
}

static bool
read_clock(struct zv_str *s, struct zv_when *w)
{
	int hour, minute, second = 0;

	if (!take_number(s, 2, &hour) || !take_char(s, ':') ||
	    !take_number(s, 2, &minute))
		return false;
	if (take_char(s, ':') && (!take_number(s, 2, &second) || !read_fraction(s, w)))
		return false;
	if (hour > 23 || minute > 59 || second > 60) /* 60: a leap second */
		return false;
	w->s += hour * 3600 + minute * 60 + second;
	return true;
}

static bool
read_zone(struct zv_str *s, struct zv_when *w)
{
	int hours, minutes = 0, sign;

	if (s->n == 0)
		return true;
	w->has_zone = true;
	if (take_char(s, 'Z') || take_char(s, 'z'))
		return true;
	sign = s->p[0] == '-' ? -1 : 1;
	if ((s->p[0] != '-' && s->p[0] != '+'))
		return false;
	*s = zv_str_from(*s, 1);
	if (!take_number(s, 2, &hours))
		return false;
	take_char(s, ':');
	if (s->n && !take_number(s, 2, &minutes))
		return false;
	w->offset_s = sign * (hours * 3600 + minutes * 60);
	return hours < 24 && minutes < 60;
}

static bool
read_calendar(struct zv_str s, struct zv_when *w)
{
	if (!read_date(&s, w))
		return false;
	if (s.n == 0)
		return true;
	if (!take_char(&s, 'T') && !take_char(&s, 't') && !take_char(&s, ' '))
		return false;
	return read_clock(&s, w) && read_zone(&s, w) && s.n == 0;
}

static bool
read_epoch(struct zv_str s, struct zv_when *w)
{
	size_t n = 0;
	long long seconds;

	while (n < s.n && is_digit(s.p[n]))
		n++;
	if (n == 0 ||
	    zv_num_parse((struct zv_str){ s.p, n }, 0, ZV_WHEN_LAST_S, &seconds) < 0)
		return false;
	s = zv_str_from(s, n);
	w->s = seconds;
	w->has_zone = true;
	return read_fraction(&s, w) && s.n == 0;
}

int
zv_when_read(struct zv_str text, struct zv_when *out)
{
	text = zv_str_trim(text);
	*out = (struct zv_when){ 0 };
	if (text.n > 4 && text.p[4] == '-')
		return read_calendar(text, out) ? 0 : ZV_EINVAL;
	return read_epoch(text, out) ? 0 : ZV_EINVAL;
}

int64_t
zv_when_unix_ms(const struct zv_when *w)
{
	return (w->s - (w->has_zone ? w->offset_s : 0)) * 1000 + w->ms;
}

const char *
zv_when_text(int64_t unix_ms, char out[ZV_WHEN_TEXT])
{
	struct zv_date d;

	out[0] = '\0';
	if (unix_ms <= 0 || unix_ms / 1000 > ZV_WHEN_LAST_S)
		return out;
	d = zv_date_of(unix_ms / 1000);
	/* the remainders are for the compiler, which does not know the years */
	snprintf(out, ZV_WHEN_TEXT, "%04u-%02u-%02uT%02u:%02u:%02u.%03uZ",
		 (unsigned)d.year % 10000, (unsigned)d.month % 100,
		 (unsigned)d.day % 100, (unsigned)d.hour % 100,
		 (unsigned)d.minute % 100, (unsigned)d.second % 100,
		 (unsigned)(unix_ms % 1000));
	return out;
}
