/* zone_rule.h - the rule at the end of a TZif file, for the years behind its table:
 * "CET-1CEST,M3.5.0,M10.5.0/3" (RFC 8536 3.3, POSIX TZ). */
#ifndef ZV_HIST_ZONE_RULE_H
#define ZV_HIST_ZONE_RULE_H

#include <stdint.h>

#include "zvon/str.h"

struct zv_zone_day {
	char kind; /* 'M' month.week.day, 'J' 1…365 without 29 February, 'N' 0…365 */
	int month, week; /* of M */
	int day;
	int time_s; /* of the local clock; may be negative or beyond a day */
};

struct zv_zone_rule {
	int standard_s, summer_s;
	bool has_summer;
	struct zv_zone_day begin, end; /* of the summer */
};

/* ZV_EINVAL: it is none. */
int zv_zone_rule_read(struct zv_str text, struct zv_zone_rule *out);
int zv_zone_rule_offset_s(const struct zv_zone_rule *r, int64_t utc_s);

#endif
