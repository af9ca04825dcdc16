/* Times: those of events, and those that a script gives. */
#include "onec/zvon_script.h"

#include "base/err.h"
#include "base/num.h"
#include "onec/place.h"

/* Days since 1970, of the Gregorian calendar; March is the first month of its years. */
static int64_t
days_of(long long year, long long month, long long day)
{
	long long y = month > 2 ? year : year - 1, era = y / 400;
	long long of_era = y - era * 400;
	long long of_year =
		(153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year -
	       719468;
}

int64_t
zv_script_seconds_of(struct zv_str time)
{
	static const int from[] = { 0, 5, 8, 11, 14, 17 };
	static const int length[] = { 4, 2, 2, 2, 2, 2 };
	long long part[6] = { 0, 1, 1, 0, 0, 0 };

	for (size_t i = 0; i < 6; i++) {
		if (time.n < (size_t)(from[i] + length[i]))
			break;
		if (zv_num_parse((struct zv_str){ time.p + from[i], (size_t)length[i] },
				 0, 9999, &part[i]) < 0)
			return 0;
	}
	if (part[1] < 1 || part[1] > 12 || part[2] < 1 || part[2] > 31)
		return 0;
	return days_of(part[0], part[1], part[2]) * 86400 + part[3] * 3600 +
	       part[4] * 60 + part[5];
}

int
zv_script_read_moment(struct zv_component *c, const struct zv_value *v,
		      int64_t otherwise, int64_t *out, struct zv_error *err)
{
	struct zv_buf text = { 0 };
	int64_t local = 0;

	*out = otherwise;
	if (v->kind == ZV_VALUE_EMPTY || (v->kind == ZV_VALUE_TEXT && !v->bytes.n))
		return 0;
	if (v->kind == ZV_VALUE_DATE)
		local = v->integer;
	else if (zv_value_as_text(v, &text) == 0)
		local = zv_script_seconds_of(zv_buf_str(&text));
	zv_buf_deinit(&text);
	if (local <= 0)
		return zv_fail(err, ZV_EINVAL, "%s",
			       ZV_SCRIPT_SAY(c,
					     "время: Дата, или строка как "
					     "2026-11-21T10:30:00",
					     "a time: a date, or a string like "
					     "2026-11-21T10:30:00"));
	*out = local - zv_place_utc_offset(local);
	return 0;
}
