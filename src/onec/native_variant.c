#include "onec/native_variant.h"

#include <limits.h>
#include <math.h>

#include "base/utf.h"
#include "onec/text16.h"
#include "zvon/error.h"

/* ---- dates ------------------------------------------------------------------------------- */

#define DAY_S	     86400
#define DAYS_TO_1970 25569 /* from 1899-12-30, the zero of DATE */

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

static void
take_seconds(struct zv_value *out, long long seconds)
{
	out->kind = ZV_VALUE_DATE;
	out->integer = seconds;
}

static void
set_seconds(struct tm *tm, long long seconds)
{
	long long days = seconds / DAY_S, rest = seconds % DAY_S;

	if (rest < 0) {
		rest += DAY_S;
		days--;
	}
	set_day(tm, days);
	tm->tm_hour = (int)(rest / 3600);
	tm->tm_min = (int)(rest / 60 % 60);
	tm->tm_sec = (int)(rest % 60);
}

#define FIRST_SECOND (-62135596800LL) /* 0001-01-01 */
#define LAST_SECOND  253402300799LL   /* 9999-12-31 23:59:59 */

/* ---- from the script ---------------------------------------------------------------------- */

static int
read_empty(const struct zv_variant *v, struct zv_value *out)
{
	out->kind = ZV_VALUE_EMPTY;
	return 0;
}

static int
read_null(const struct zv_variant *v, struct zv_value *out)
{
	out->kind = ZV_VALUE_NULL;
	return 0;
}

static int
read_other(const struct zv_variant *v, struct zv_value *out)
{
	out->kind = ZV_VALUE_OTHER;
	return 0;
}

static int
read_i4(const struct zv_variant *v, struct zv_value *out)
{
	zv_value_set_int(out, v->i4);
	return 0;
}

static int
read_u4(const struct zv_variant *v, struct zv_value *out)
{
	zv_value_set_int(out, v->u4);
	return 0;
}

static int
read_i8(const struct zv_variant *v, struct zv_value *out)
{
	zv_value_set_int(out, v->i8);
	return 0;
}

static int
read_real(const struct zv_variant *v, struct zv_value *out)
{
	out->kind = ZV_VALUE_REAL;
	out->real = v->r8;
	return 0;
}

/* More than a long long has is no number of a method. */
static int
read_u8(const struct zv_variant *v, struct zv_value *out)
{
	if (v->u8 > LLONG_MAX)
		return read_other(v, out);
	zv_value_set_int(out, (long long)v->u8);
	return 0;
}

static int
read_bool(const struct zv_variant *v, struct zv_value *out)
{
	/* whatever byte is there: only 0 is false */
	zv_value_set_bool(out, *(const unsigned char *)&v->boolean != 0);
	return 0;
}

static int
read_tm(const struct zv_variant *v, struct zv_value *out)
{
	const struct tm *tm = &v->tm;

	if (!is_date(tm))
		return read_other(v, out);
	take_seconds(out, days_of(tm->tm_year + 1900LL, tm->tm_mon + 1, tm->tm_mday) *
					  DAY_S +
				  tm->tm_hour * 3600LL + tm->tm_min * 60LL +
				  tm->tm_sec);
	return 0;
}

/* Before 1899-12-30 the days are negative, but the time in them still goes forward. */
static int
read_days(const struct zv_variant *v, struct zv_value *out)
{
	double days = trunc(v->r8);
	long long seconds;

	if (!(v->r8 > -1e6 && v->r8 < 1e7))
		return read_other(v, out);
	seconds = ((long long)days - DAYS_TO_1970) * DAY_S +
		  llround(fabs(v->r8 - days) * DAY_S);
	if (seconds < FIRST_SECOND || seconds > LAST_SECOND)
		return read_other(v, out);
	take_seconds(out, seconds);
	return 0;
}

/* What is too long is cut where that can still be seen: component.c has the words. */
static size_t
no_more_than(size_t n)
{
	return n > ZV_VALUE_TEXT_MAX ? ZV_VALUE_TEXT_MAX + 1 : n;
}

static int
read_units(const struct zv_variant *v, struct zv_value *out)
{
	out->kind = ZV_VALUE_TEXT;
	return v->text.p ? zv_utf8_from_16(&out->bytes, v->text.p,
					   no_more_than(v->text.n))
			 : 0;
}

static int
read_bytes(const struct zv_variant *v, struct zv_value *out)
{
	struct zv_str bytes = { v->bytes.p, v->bytes.p ? no_more_than(v->bytes.n) : 0 };

	out->kind = ZV_VALUE_BLOB;
	return zv_buf_add(&out->bytes, bytes) < 0 ? ZV_ENOMEM : 0;
}

/* A string of char, which no 1C is known to pass: UTF-8, U+FFFD where it is not. */
static int
read_chars(const struct zv_variant *v, struct zv_value *out)
{
	struct zv_str rest = { v->bytes.p, v->bytes.p ? no_more_than(v->bytes.n) : 0 };

	out->kind = ZV_VALUE_TEXT;
	while (rest.n) {
		size_t bad = 1, n = zv_utf8_char(rest, &bad);

		zv_buf_add(&out->bytes,
			   n ? (struct zv_str){ rest.p, n } : ZV_STR("\xef\xbf\xbd"));
		n = n ? n : bad;
		rest.p += n;
		rest.n -= n;
	}
	return zv_buf_failed(&out->bytes) ? ZV_ENOMEM : 0;
}

static int (*const readers[])(const struct zv_variant *v, struct zv_value *out) = {
	[ZV_VT_EMPTY] = read_empty,   [ZV_VT_NULL] = read_null,
	[ZV_VT_I2] = read_i4,	      [ZV_VT_I4] = read_i4,
	[ZV_VT_R4] = read_real,	      [ZV_VT_R8] = read_real,
	[ZV_VT_DATE] = read_days,     [ZV_VT_TM] = read_tm,
	[ZV_VT_PSTR] = read_chars,    [ZV_VT_INTERFACE] = read_other,
	[ZV_VT_ERROR] = read_i4,      [ZV_VT_BOOL] = read_bool,
	[ZV_VT_VARIANT] = read_other, [ZV_VT_I1] = read_i4,
	[ZV_VT_UI1] = read_i4,	      [ZV_VT_UI2] = read_i4,
	[ZV_VT_UI4] = read_u4,	      [ZV_VT_I8] = read_i8,
	[ZV_VT_UI8] = read_u8,	      [ZV_VT_INT] = read_i4,
	[ZV_VT_UINT] = read_u4,	      [ZV_VT_HRESULT] = read_i4,
	[ZV_VT_PWSTR] = read_units,   [ZV_VT_BLOB] = read_bytes,
	[ZV_VT_CLSID] = read_other,
};

int
zv_variant_read(const struct zv_variant *v, struct zv_value *out)
{
	if (v->type >= sizeof readers / sizeof *readers)
		return read_other(v, out);
	return readers[v->type](v, out);
}

/* ---- to the script ------------------------------------------------------------------------- */

static void *
allocate(struct zv_native_memory *memory, size_t bytes)
{
	void *p = NULL;

	if (!memory || bytes > UINT32_MAX ||
	    !memory->table->alloc(memory, &p, (unsigned long)bytes))
		return NULL;
	return p;
}

zv_unit *
zv_native_text(struct zv_str text, struct zv_native_memory *memory, size_t *units)
{
	/* never more units than bytes */
	zv_unit *p = text.n < UINT32_MAX / sizeof *p
			     ? allocate(memory, (text.n + 1) * sizeof *p)
			     : NULL;
	size_t n = p ? zv_utf16_from_8(p, text) : 0;

	if (units)
		*units = n;
	return p;
}

static bool
write_text(struct zv_variant *out, const struct zv_value *in,
	   struct zv_native_memory *memory)
{
	size_t units;
	zv_unit *p = zv_native_text(zv_buf_str(&in->bytes), memory, &units);

	if (!p)
		return false;
	out->text.p = p;
	out->text.n = (uint32_t)units;
	out->type = ZV_VT_PWSTR;
	return true;
}

static bool
write_blob(struct zv_variant *out, const struct zv_value *in,
	   struct zv_native_memory *memory)
{
	char *p = allocate(memory, in->bytes.n + 1);

	if (!p)
		return false;
	if (in->bytes.n)
		memcpy(p, in->bytes.p, in->bytes.n);
	p[in->bytes.n] = 0;
	out->bytes.p = p;
	out->bytes.n = (uint32_t)in->bytes.n;
	out->type = ZV_VT_BLOB;
	return true;
}

/* More than an I4 holds is a fraction for 1C: I8 is in the header, but not in the guide. */
static bool
write_int(struct zv_variant *out, const struct zv_value *in,
	  struct zv_native_memory *memory)
{
	if (in->integer >= INT32_MIN && in->integer <= INT32_MAX) {
		out->i4 = (int32_t)in->integer;
		out->type = ZV_VT_I4;
	} else {
		out->r8 = (double)in->integer;
		out->type = ZV_VT_R8;
	}
	return true;
}

static bool
write_real(struct zv_variant *out, const struct zv_value *in,
	   struct zv_native_memory *memory)
{
	out->r8 = in->real;
	out->type = ZV_VT_R8;
	return true;
}

static bool
write_bool(struct zv_variant *out, const struct zv_value *in,
	   struct zv_native_memory *memory)
{
	out->boolean = in->boolean;
	out->type = ZV_VT_BOOL;
	return true;
}

static bool
write_date(struct zv_variant *out, const struct zv_value *in,
	   struct zv_native_memory *memory)
{
	if (in->integer < FIRST_SECOND || in->integer > LAST_SECOND)
		return true;
	set_seconds(&out->tm, in->integer);
	out->type = ZV_VT_TM;
	return true;
}

static bool
write_null(struct zv_variant *out, const struct zv_value *in,
	   struct zv_native_memory *memory)
{
	out->type = ZV_VT_NULL;
	return true;
}

static bool
write_empty(struct zv_variant *out, const struct zv_value *in,
	    struct zv_native_memory *memory)
{
	return true;
}

static bool (*const writers[])(struct zv_variant *out, const struct zv_value *in,
			       struct zv_native_memory *memory) = {
	[ZV_VALUE_EMPTY] = write_empty, [ZV_VALUE_NULL] = write_null,
	[ZV_VALUE_INT] = write_int,	[ZV_VALUE_REAL] = write_real,
	[ZV_VALUE_BOOL] = write_bool,	[ZV_VALUE_TEXT] = write_text,
	[ZV_VALUE_BLOB] = write_blob,	[ZV_VALUE_DATE] = write_date,
	[ZV_VALUE_OTHER] = write_empty,
};

/* Zeroed first: hosts read fields beside the one that the type names. */
bool
zv_variant_write(struct zv_variant *out, const struct zv_value *in,
		 struct zv_native_memory *memory)
{
	memset(out, 0, sizeof *out);
	return writers[in->kind](out, in, memory);
}

void
zv_variant_release(struct zv_variant *v, struct zv_native_memory *memory)
{
	void *p = NULL;

	if (v->type == ZV_VT_PWSTR)
		p = v->text.p;
	else if (v->type == ZV_VT_PSTR || v->type == ZV_VT_BLOB)
		p = v->bytes.p;
	if (p && memory)
		memory->table->free(memory, &p);
	memset(v, 0, sizeof *v);
}
