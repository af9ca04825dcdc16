/* date.h - seconds since 1970 as a date of the Gregorian calendar, UTC. */
#ifndef ZV_BASE_DATE_H
#define ZV_BASE_DATE_H

#include <stdint.h>

struct zv_date {
	int year, month, day; /* month 1…12 */
	int hour, minute, second;
};

struct zv_date zv_date_of(int64_t epoch_s);

#define ZV_DATE_TEXT 48

/* "2026-11-21 01:40:51" */
const char *zv_date_text(int64_t epoch_s, char out[ZV_DATE_TEXT]);

#endif
