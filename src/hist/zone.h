/* zone.h - a time zone: Asterisk writes CDRs in local time. Bytes of a TZif file (RFC 8536) in,
 * local time to UTC and back; what a clock shows twice in autumn is the earlier one. Pure. */
#ifndef ZV_HIST_ZONE_H
#define ZV_HIST_ZONE_H

#include <stdint.h>

#include "zvon/error.h"
#include "zvon/str.h"

struct zv_zone;

/* tzif empty: UTC. NULL: *err. */
struct zv_zone *zv_zone_new(struct zv_str tzif, struct zv_error *err);
void zv_zone_free(struct zv_zone *z); /* NULL is fine */
/* One that never changes its clocks. NULL: no memory. */
struct zv_zone *zv_zone_new_fixed(int offset_s);
/* z NULL: UTC. */
int64_t zv_zone_to_utc_s(const struct zv_zone *z, int64_t local_s);
int zv_zone_offset_s(const struct zv_zone *z, int64_t utc_s);
/* The moment as a clock there shows it: seconds since 1970, as if they were UTC. */
int64_t zv_zone_local_s(const struct zv_zone *z, int64_t unix_ms);

/* "2026-11-21 01:33:08[.123456]", RFC 3339, epoch seconds. 0: empty or "0000-00-00…"; < 0:
 * ZV_EINVAL; 1: *unix_ms. */
int zv_zone_read_time(const struct zv_zone *z, struct zv_str text, int64_t *unix_ms);

#endif
