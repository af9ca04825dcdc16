/* source_value.c - values of a database as fields of a row: whatever type the table has
 * chosen for them. */
#include <math.h>
#include <stdio.h>

#include "base/date.h"
#include "base/num.h"
#include "base/str.h"
#include "records/source_impl.h"

#define MS_FROM                                                                        \
 100000000000ll /* numbers from here on are ms: in s it is the year 5138 */

static int64_t
whole(double real)
{
	return real > -9e15 && real < 9e15 ? (int64_t)real : 0;
}

/* "12", "12.5": adaptive backends write billsec with a fraction. */
static int64_t
number_of_text(struct zv_str text)
{
	long long number;
	struct zv_str rest = zv_str_trim(text), digits;

	zv_str_split(&rest, '.', &digits);
	return zv_num_parse(digits, INT64_MIN / 2, INT64_MAX / 2, &number) == 0 ? number
										: 0;
}

static int64_t
number_of(const struct zv_db_value *v)
{
	switch (v->type) {
	case ZV_DB_INT:
		return v->number;
	case ZV_DB_REAL:
		return whole(v->real);
	case ZV_DB_TEXT:
		return number_of_text(v->text);
	default:
		return 0;
	}
}

static int
small(int64_t number)
{
	return number < 0 || number > INT32_MAX ? 0 : (int)number;
}

static int64_t
time_of(const struct zv_source *s, const struct zv_db_value *v)
{
	int64_t ms = 0;

	switch (v->type) {
	case ZV_DB_INT:
		return v->number < MS_FROM ? v->number * 1000 : v->number;
	case ZV_DB_REAL:
		return fabs(v->real) < 1e11 ? whole(v->real * 1000) : whole(v->real);
	case ZV_DB_TEXT:
		return zv_zone_read_time(s->zone, v->text, &ms) == 1 ? ms : 0;
	default:
		return 0;
	}
}

/* SQLite keeps a number where others keep text: src 101, uniqueid 1795224785.12. */
static struct zv_str
text_of(struct zv_source *s, int field, const struct zv_db_value *v)
{
	char *out = s->numbers[field];

	switch (v->type) {
	case ZV_DB_TEXT:
	case ZV_DB_BLOB:
		return v->text;
	case ZV_DB_INT:
		snprintf(out, ZV_SOURCE_NUMBER_MAX, "%lld", (long long)v->number);
		return zvon_str(out);
	case ZV_DB_REAL:
		snprintf(out, ZV_SOURCE_NUMBER_MAX, "%.15g", v->real);
		return zvon_str(out);
	default:
		return (struct zv_str){ "", 0 };
	}
}

static void
store(struct zv_source *s, int field, const struct zv_db_value *v, void *row)
{
	const struct zv_column *f = &zv_columns[s->kind][field];
	char *at = (char *)row + f->at;

	switch (f->type) {
	case ZV_COLUMN_TEXT:
		*(struct zv_str *)(void *)at = text_of(s, field, v);
		break;
	case ZV_COLUMN_TIME:
		*(int64_t *)(void *)at = time_of(s, v);
		break;
	case ZV_COLUMN_NUMBER:
		*(int *)(void *)at = small(number_of(v));
		break;
	case ZV_COLUMN_LONG:
		*(long long *)(void *)at = v->type == ZV_DB_NULL ? -1 : number_of(v);
		break;
	}
}

/* A Uniqueid begins with the second in which its channel was made, "SYSTEM-1795224785.12"
 * where asterisk.conf has a systemname: for rows without a time, or of 1970. */
static int64_t
time_of_uniqueid(struct zv_str id)
{
	long long s;
	struct zv_str part;

	for (size_t i = id.n; i > 0; i--)
		if (id.p[i - 1] == '-') {
			id = zv_str_from(id, i);
			break;
		}
	zv_str_split(&id, '.', &part);
	return zv_num_parse(part, 900000000, 99999999999, &s) == 0 ? s * 1000 : 0;
}

void
zv_source_take(struct zv_source *s, const struct zv_db_value *values, size_t n,
	       struct zv_source_row *row)
{
	void *into = s->kind == ZV_RECORD_CDR ? (void *)&row->cdr : (void *)&row->cel;
	int64_t *time_ms =
		s->kind == ZV_RECORD_CDR ? &row->cdr.start_ms : &row->cel.time_ms;

	memset(row, 0, sizeof *row);
	row->cdr.sequence = -1;
	for (int i = 0; zv_columns[s->kind][i].name; i++)
		if (s->at[i] >= 0 && (size_t)s->at[i] < n)
			store(s, i, &values[s->at[i]], into);
	if (*time_ms < ZV_SOURCE_FIRST_MS)
		*time_ms =
			time_of_uniqueid(s->kind == ZV_RECORD_CDR ? row->cdr.uniqueid
								  : row->cel.uniqueid);
	row->time_ms = *time_ms;
}

/* ---- the other way ------------------------------------------------------------------ */

struct zv_db_value
zv_source_time(const struct zv_source *s, int64_t unix_ms, char *text)
{
	int64_t unix_s = unix_ms / 1000;

	switch (s->clock) {
	case ZV_CLOCK_S:
		return zv_db_int(unix_s);
	case ZV_CLOCK_MS:
		return zv_db_int(unix_ms);
	case ZV_CLOCK_TEXT:
		unix_s += zv_zone_offset_s(s->zone, unix_s);
		zv_date_text(unix_s, text);
		break;
	case ZV_CLOCK_ZONED:
		zv_date_text(unix_s, text);
		strcat(text, "+00");
		break;
	}
	return zv_db_text(zvon_str(text));
}
