#include "hist/zone.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"
#include "hist/when.h"
#include "hist/zone_rule.h"

#define HEADER	     44
#define BYTES_MAX    (256u * 1024)
#define OFFSET_MAX_S (26 * 3600) /* RFC 8536 3.2: -25:59:59 … 25:59:59 */
#define DAY_S	     86400

struct zv_zone {
	int64_t *from_s; /* transitions, growing */
	int *offset_s;	 /* from then on */
	size_t n;
	int first_s; /* before the first of them */
	bool has_rule;
	struct zv_zone_rule rule; /* from the last of them on */
};

/* ---- TZif ------------------------------------------------------------------------------- */

struct counts {
	size_t isut, isstd, leap, times, types, chars;
};

static int64_t
big_endian(const char *p, size_t n)
{
	uint64_t value = (unsigned char)p[0] & 0x80 ? ~(uint64_t)0 : 0;

	for (size_t i = 0; i < n; i++)
		value = value << 8 | (unsigned char)p[i];
	return (int64_t)value;
}

/* Of the block that begins there. */
static bool
read_header(struct zv_str s, struct counts *c, char *version)
{
	size_t *const to[] = { &c->isut,  &c->isstd, &c->leap,
			       &c->times, &c->types, &c->chars };

	if (s.n < HEADER || !zv_str_starts(s, ZV_STR("TZif")))
		return false;
	*version = s.p[4];
	for (size_t i = 0; i < 6; i++) {
		int64_t n = big_endian(s.p + 20 + i * 4, 4);

		if (n < 0 || n > BYTES_MAX)
			return false;
		*to[i] = (size_t)n;
	}
	return true;
}

static size_t
block_bytes(const struct counts *c, size_t time_bytes)
{
	return HEADER + c->times * (time_bytes + 1) + c->types * 6 + c->chars +
	       c->leap * (time_bytes + 4) + c->isstd + c->isut;
}

static bool
read_offset(const char *types, size_t i, int *out)
{
	*out = (int)big_endian(types + i * 6, 4);
	return *out > -OFFSET_MAX_S && *out < OFFSET_MAX_S;
}

static bool
read_block(struct zv_zone *z, struct zv_str s, const struct counts *c,
	   size_t time_bytes)
{
	const char *times = s.p + HEADER, *which = times + c->times * time_bytes,
		   *types = which + c->times;

	if (c->types == 0 || !read_offset(types, 0, &z->first_s))
		return false;
	for (size_t i = 0; i < c->times; i++) {
		size_t type = (unsigned char)which[i];

		z->from_s[i] = big_endian(times + i * time_bytes, time_bytes);
		if (type >= c->types || !read_offset(types, type, &z->offset_s[i]) ||
		    (i && z->from_s[i] <= z->from_s[i - 1]))
			return false;
	}
	z->n = c->times;
	return true;
}

/* "\nMSK-3\n" behind the second block. */
static bool
read_footer(struct zv_zone *z, struct zv_str s)
{
	struct zv_str text;

	if (s.n < 2 || s.p[0] != '\n')
		return false;
	text = zv_str_from(s, 1);
	text.n = zv_str_find(text, ZV_STR("\n"));
	if (text.n == 0)
		return true;
	z->has_rule = true;
	return zv_zone_rule_read(text, &z->rule) == 0;
}

static int
make_room(struct zv_zone *z, size_t n)
{
	z->from_s = zv_malloc(n * sizeof *z->from_s + 1);
	z->offset_s = zv_malloc(n * sizeof *z->offset_s + 1);
	return z->from_s && z->offset_s ? 0 : ZV_ENOMEM;
}

/* Since version 2 a block with 64 bits and a rule follow the one with 32. */
static int
read_tzif(struct zv_zone *z, struct zv_str s)
{
	struct counts c;
	size_t time_bytes = 4;
	char version, second;

	if (!read_header(s, &c, &version) || block_bytes(&c, 4) > s.n)
		return ZV_EINVAL;
	if (version >= '2') {
		s = zv_str_from(s, block_bytes(&c, 4));
		time_bytes = 8;
		if (!read_header(s, &c, &second) || block_bytes(&c, 8) > s.n)
			return ZV_EINVAL;
	}
	if (make_room(z, c.times) < 0)
		return ZV_ENOMEM;
	if (!read_block(z, s, &c, time_bytes))
		return ZV_EINVAL;
	if (version >= '2' && !read_footer(z, zv_str_from(s, block_bytes(&c, 8))))
		return ZV_EINVAL;
	return 0;
}

struct zv_zone *
zv_zone_new(struct zv_str tzif, struct zv_error *err)
{
	struct zv_zone *z = zv_calloc(1, sizeof *z);
	int rc = z ? 0 : ZV_ENOMEM;

	if (z && tzif.n > BYTES_MAX)
		rc = ZV_EINVAL;
	else if (z && tzif.n)
		rc = read_tzif(z, tzif);
	if (rc == 0)
		return z;
	if (rc == ZV_ENOMEM)
		zv_fail_nomem(err);
	else
		zv_fail(err, ZV_EINVAL,
			"the time zone's file is no TZif (RFC 8536): take one of "
			"/usr/share/zoneinfo");
	zv_zone_free(z);
	return NULL;
}

struct zv_zone *
zv_zone_new_fixed(int offset_s)
{
	struct zv_zone *z = zv_calloc(1, sizeof *z);

	if (z)
		z->first_s = offset_s;
	return z;
}

void
zv_zone_free(struct zv_zone *z)
{
	if (!z)
		return;
	zv_free(z->from_s);
	zv_free(z->offset_s);
	zv_free(z);
}

/* ---- asking ------------------------------------------------------------------------------- */

/* How many transitions were by then. */
static size_t
passed(const struct zv_zone *z, int64_t utc_s)
{
	size_t low = 0, high = z->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (z->from_s[middle] <= utc_s)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

int
zv_zone_offset_s(const struct zv_zone *z, int64_t utc_s)
{
	size_t n;

	if (!z)
		return 0;
	n = passed(z, utc_s);
	if (n == z->n && z->has_rule)
		return zv_zone_rule_offset_s(&z->rule, utc_s);
	return n ? z->offset_s[n - 1] : z->first_s;
}

int64_t
zv_zone_local_s(const struct zv_zone *z, int64_t unix_ms)
{
	int64_t utc_s = unix_ms / 1000 - (unix_ms % 1000 < 0);

	return utc_s + zv_zone_offset_s(z, utc_s);
}

/* The offsets of the day before and the day after: one of them is in force. Both in the hour that
 * a clock shows twice: then the earlier one. None in the hour that it leaves out: as if it had
 * not been set. */
int64_t
zv_zone_to_utc_s(const struct zv_zone *z, int64_t local_s)
{
	int before = zv_zone_offset_s(z, local_s - DAY_S),
	    after = zv_zone_offset_s(z, local_s + DAY_S);
	int64_t a = local_s - before, b = local_s - after;
	bool fits_a = zv_zone_offset_s(z, a) == before,
	     fits_b = zv_zone_offset_s(z, b) == after;

	if (fits_a && fits_b)
		return a < b ? a : b;
	return fits_b ? b : a;
}

int
zv_zone_read_time(const struct zv_zone *z, struct zv_str text, int64_t *unix_ms)
{
	struct zv_when w;

	*unix_ms = 0;
	text = zv_str_trim(text);
	if (text.n == 0 || zv_str_starts(text, ZV_STR("0000-00-00")))
		return 0;
	if (zv_when_read(text, &w) < 0)
		return ZV_EINVAL;
	if (w.has_zone)
		*unix_ms = zv_when_unix_ms(&w);
	else
		*unix_ms = zv_zone_to_utc_s(z, w.s) * 1000 + w.ms;
	return 1;
}
