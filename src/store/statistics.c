/* Sums for plots: of whole hours from the counters, of the rest, and of what the counters do not
 * know (numbers, other people's lines), from the calls themselves. */
#include "base/err.h"
#include "base/str.h"
#include "base/mem.h"
#include "store/sums.h"

#define HOUR_MS INT64_C(3600000)
#define DAY_S	86400

struct sum { /* of one time, or one name */
	int64_t time_ms;
	size_t n;
	struct zv_statistics_row row;
	char name[ZV_STORE_TEXT_MAX + 1 + sizeof(int64_t)]; /* the time's bytes first */
};

/* ---- adding up -------------------------------------------------------------------------------- */

static struct sum *
get(struct zv_sums *sums, int64_t time_ms, struct zv_str name)
{
	struct zv_str cut = zv_store_cut(name, ZV_STORE_TEXT_MAX).text;
	char key[sizeof(((struct sum *)NULL)->name)];
	struct zv_str k = { key, sizeof(time_ms) + cut.n };
	struct sum *sum;

	memcpy(key, &time_ms, sizeof(time_ms));
	if (cut.n)
		memcpy(key + sizeof(time_ms), cut.p, cut.n);
	sum = zv_map_find(&sums->map, k);
	if (sum)
		return sum;
	sum = zv_calloc(1, sizeof(*sum));
	if (!sum)
		return NULL;
	memcpy(sum->name, key, k.n);
	sum->n = cut.n;
	sum->row.time_ms = time_ms;
	if (zv_map_add(&sums->map, (struct zv_str){ sum->name, k.n }, sum) == 0)
		return sum;
	zv_free(sum);
	return NULL;
}

int
zv_sums_add(struct zv_sums *sums, int64_t time_ms, struct zv_str name,
	    const struct zv_statistics_row *more)
{
	struct sum *sum = get(sums, time_ms, name);

	if (!sum)
		return ZV_ENOMEM;
	sum->row.calls += more->calls;
	sum->row.answered += more->answered;
	sum->row.missed += more->missed;
	sum->row.talk_ms += more->talk_ms;
	sum->row.wait_ms += more->wait_ms;
	return 0;
}

/* Days since 1970 by the calendar that hangs there. */
static int64_t
day_of(const struct zv_sums *sums, int64_t ms)
{
	int64_t local_s = zv_zone_local_s(sums->zone, ms);

	return local_s / DAY_S - (local_s % DAY_S < 0);
}

static int64_t
day_begins_ms(const struct zv_sums *sums, int64_t day)
{
	return zv_zone_to_utc_s(sums->zone, day * DAY_S) * 1000;
}

/* The start of its hour or day. Hours are those of UTC, as the counters are: the hour that a
 * clock shows twice is two, and where clocks differ by half an hour they begin at half past. */
static int64_t
time_of(const struct zv_sums *sums, int64_t ms)
{
	if (sums->by == ZV_BY_HOUR)
		return ms / HOUR_MS * HOUR_MS;
	return day_begins_ms(sums, day_of(sums, ms));
}

/* Midnight is within that hour: the counters do not know what is of which day. */
static bool
is_of_two_days(const struct zv_sums *sums, int64_t hour_ms)
{
	return sums->by == ZV_BY_DAY &&
	       day_of(sums, hour_ms) != day_of(sums, hour_ms + HOUR_MS - 1);
}

int
zv_sums_add_as(struct zv_sums *sums, int64_t ms, int direction, int result,
	       struct zv_str queue, const struct zv_statistics_row *more)
{
	switch (sums->by) {
	case ZV_BY_HOUR:
	case ZV_BY_DAY:
		return zv_sums_add(sums, time_of(sums, ms), ZV_STR(""), more);
	case ZV_BY_QUEUE:
		return queue.n ? zv_sums_add(sums, 0, queue, more) : 0;
	case ZV_BY_RESULT:
		return zv_sums_add(
			sums, 0,
			zvon_str(zvon_call_result_name((enum zv_call_result)result)),
			more);
	case ZV_BY_DIRECTION:
		return zv_sums_add(sums, 0,
				   zvon_str(zvon_call_direction_name(
					   (enum zv_call_direction)direction)),
				   more);
	case ZV_BY_LINE:
		break;
	}
	return 0;
}

/* "office/101" stands for 101: calls of other servers do not come here. */
static bool
is_that_line(struct zv_str wanted, struct zv_str line)
{
	size_t at = zv_str_find(wanted, ZV_STR("/"));

	return zvon_str_equal(at < wanted.n ? zv_str_from(wanted, at + 1) : wanted,
			      line);
}

bool
zv_sums_wants_line(const struct zv_history_query *q, struct zv_str line)
{
	bool listed = q->n_lines == 0, his = !q->has_scope || q->n_scope_queues > 0;

	for (size_t i = 0; i < q->n_lines && !listed; i++)
		listed = is_that_line(q->lines[i], line);
	for (size_t i = 0; i < q->n_scope_lines && !his; i++)
		his = is_that_line(q->scope_lines[i], line);
	return listed && his;
}

/* ---- from the counters ------------------------------------------------------------------------- */

static bool
is_wanted_server(const struct zv_sums *sums, int64_t mask, const struct zv_db_value *id)
{
	return ((int64_t)1 << zv_store_int(id) & mask) != 0;
}

static bool
is_wanted_queue(const struct zv_history_query *q, struct zv_str queue)
{
	for (size_t i = 0; i < q->n_queues; i++)
		if (zvon_str_equal_nocase(q->queues[i], queue))
			return true;
	return q->n_queues == 0;
}

static int
add_hour(struct zv_sums *sums, int64_t servers, const struct zv_db_value *row)
{
	const struct zv_history_query *q = sums->q;
	int64_t hour_ms = zv_store_int(&row[0]) * HOUR_MS;
	int direction = (int)zv_store_int(&row[2]), result = (int)zv_store_int(&row[3]);
	struct zv_statistics_row sum = {
		.calls = (uint64_t)zv_store_int(&row[5]),
		.missed = (uint64_t)zv_store_int(&row[6]),
		.talk_ms = zv_store_int(&row[7]),
		.wait_ms = zv_store_int(&row[8]),
	};

	sum.answered = result == ZV_RESULT_ANSWERED ? sum.calls : 0;
	if ((q->missed && sum.missed == 0) || direction > ZV_DIRECTION_OUT ||
	    result > ZV_RESULT_ANSWERED_ELSEWHERE ||
	    (q->directions && !(q->directions & 1u << direction)) ||
	    (q->results && !(q->results & 1u << result)) ||
	    !is_wanted_queue(q, row[4].text) ||
	    !is_wanted_server(sums, servers, &row[1]) || is_of_two_days(sums, hour_ms))
		return 0;
	return zv_sums_add_as(sums, hour_ms, direction, result, row[4].text, &sum);
}

static int
add_line_sums(struct zv_sums *sums, int64_t servers, const struct zv_db_value *row)
{
	struct zv_statistics_row sum = {
		.calls = (uint64_t)zv_store_int(&row[2]),
		.answered = (uint64_t)zv_store_int(&row[3]),
		.missed = (uint64_t)zv_store_int(&row[4]),
		.talk_ms = zv_store_int(&row[5]),
		.wait_ms = zv_store_int(&row[6]),
	};

	if (sum.calls == 0 || !is_wanted_server(sums, servers, &row[0]) ||
	    !zv_sums_wants_line(sums->q, row[1].text))
		return 0;
	return zv_sums_add(sums, 0, row[1].text, &sum);
}

static int
server_mask(struct zv_sums *sums, int64_t *mask, struct zv_error *err)
{
	const struct zv_history_query *q = sums->q;

	*mask = q->n_servers ? 0 : INT64_MAX;
	for (size_t i = 0; i < q->n_servers; i++) {
		int id = zv_store_server(sums->s, q->servers[i], false, err);

		if (id < 0)
			return id;
		*mask |= id > 0 ? (int64_t)1 << id : 0;
	}
	return 0;
}

static int
add_counters(struct zv_sums *sums, int64_t from_hour, int64_t to_hour,
	     struct zv_error *err)
{
	bool lines = sums->by == ZV_BY_LINE;
	struct zv_db_value v[] = { zv_db_int(from_hour), zv_db_int(to_hour) };
	struct zv_db_rows *rows = NULL;
	const struct zv_db_value *row;
	int64_t servers;
	int rc = server_mask(sums, &servers, err);

	if (rc == 0)
		rc = zv_store_query(sums->s,
				    lines ? ZV_SQL_SUM_LINES : ZV_SQL_SUM_HOURS, v, 2,
				    &rows, err);
	while (rc >= 0 && (rc = zv_db_next(rows, &row, err)) == 1)
		if ((lines ? add_line_sums(sums, servers, row)
			   : add_hour(sums, servers, row)) < 0)
			rc = zv_fail_nomem(err);
	zv_db_end(rows);
	return rc;
}

/* Counters know hours, results, directions, queues and servers, and by them what was missed; or
 * hours and lines. */
static bool
counters_know(const struct zv_history_query *q, enum zv_statistics_by by)
{
	if (q->n_numbers || q->has_scope || q->recorded)
		return false;
	return by == ZV_BY_LINE
		       ? !q->n_queues && !q->directions && !q->results && !q->missed
		       : !q->n_lines;
}

/* ---- limits, order ----------------------------------------------------------------------------- */

static const struct {
	const char *name;
	int days;
} limits[] = {
	[ZV_BY_HOUR] = { "hour", ZV_STORE_HOURS_DAYS },
	[ZV_BY_DAY] = { "day", ZV_STORE_DAYS_DAYS },
	[ZV_BY_LINE] = { "line", ZV_STORE_LINES_DAYS },
	[ZV_BY_QUEUE] = { "queue", ZV_STORE_NAMES_DAYS },
	[ZV_BY_RESULT] = { "result", ZV_STORE_NAMES_DAYS },
	[ZV_BY_DIRECTION] = { "direction", ZV_STORE_NAMES_DAYS },
};

/* By so much clocks were set between: 92 days may have an hour more, or less. */
static int64_t
set_by_ms(const struct zv_sums *sums, int64_t from_ms, int64_t to_ms)
{
	return (zv_zone_offset_s(sums->zone, to_ms / 1000) -
		zv_zone_offset_s(sums->zone, from_ms / 1000)) *
	       INT64_C(1000);
}

/* An open end is where the store begins or ends. */
static int
find_times(struct zv_sums *sums, int64_t *from_ms, int64_t *to_ms, struct zv_error *err)
{
	int64_t first = 0, last = -1;
	int rc = zv_store_number(sums->s, ZV_SQL_COUNT_MIN, NULL, 0, &first, err);

	if (rc == 1)
		rc = zv_store_number(sums->s, ZV_SQL_COUNT_MAX, NULL, 0, &last, err);
	if (rc < 0)
		return rc;
	*from_ms =
		sums->q->from_ms > first * HOUR_MS ? sums->q->from_ms : first * HOUR_MS;
	*to_ms = (last + 1) * HOUR_MS;
	if (sums->q->to_ms > 0 && sums->q->to_ms < *to_ms)
		*to_ms = sums->q->to_ms;
	if (*to_ms - *from_ms + set_by_ms(sums, *from_ms, *to_ms) >
	    limits[sums->by].days * 24 * HOUR_MS)
		return zv_fail(
			err, ZV_EINVAL,
			"statistics by %s are for at most %d days at a time: set "
			"from and to",
			limits[sums->by].name, limits[sums->by].days);
	return 0;
}

/* Of the whole hours, those that is_of_two_days leaves out. */
static int
add_midnights(struct zv_sums *sums, int64_t from_ms, int64_t to_ms,
	      struct zv_error *err)
{
	int64_t day = day_of(sums, from_ms) + 1, at;
	int rc = 0;

	if (sums->by != ZV_BY_DAY)
		return 0;
	for (; rc == 0 && (at = day_begins_ms(sums, day)) < to_ms; day++) {
		at = at / HOUR_MS * HOUR_MS;
		if (is_of_two_days(sums, at))
			rc = zv_sums_add_calls(sums, at, at + HOUR_MS, err);
	}
	return rc;
}

static int
add_all(struct zv_sums *sums, struct zv_error *err)
{
	int64_t from, to, from_hour, to_hour;
	int rc = find_times(sums, &from, &to, err);

	if (rc < 0 || from >= to)
		return rc;
	from_hour = (from + HOUR_MS - 1) / HOUR_MS;
	to_hour = to / HOUR_MS;
	if (!counters_know(sums->q, sums->by) || from_hour >= to_hour)
		return zv_sums_add_calls(sums, from, to, err);
	rc = zv_sums_add_calls(sums, from, from_hour * HOUR_MS, err);
	if (rc == 0)
		rc = add_counters(sums, from_hour, to_hour, err);
	if (rc == 0)
		rc = add_midnights(sums, from_hour * HOUR_MS, to_hour * HOUR_MS, err);
	return rc == 0 ? zv_sums_add_calls(sums, to_hour * HOUR_MS, to, err) : rc;
}

static int
in_order(const void *a, const void *b)
{
	const struct sum *x = *(struct sum *const *)a, *y = *(struct sum *const *)b;

	if (x->row.time_ms != y->row.time_ms)
		return x->row.time_ms < y->row.time_ms ? -1 : 1;
	return strcmp(x->name + sizeof(int64_t), y->name + sizeof(int64_t));
}

static int
tell_all(struct zv_sums *sums, zv_statistics_fn fn, void *context, struct zv_error *err)
{
	struct sum **list = zv_calloc(sums->map.n + 1, sizeof(struct sum *));
	size_t n = 0, at = 0;
	int rc = 0;

	if (!list)
		return zv_fail_nomem(err);
	while ((list[n] = zv_map_next(&sums->map, &at)) != NULL)
		n++;
	qsort(list, n, sizeof(struct sum *), in_order);
	for (size_t i = 0; i < n && rc >= 0; i++) {
		list[i]->row.name =
			(struct zv_str){ list[i]->name + sizeof(int64_t), list[i]->n };
		rc = fn(context, &list[i]->row);
	}
	zv_free(list);
	return rc < 0 ? rc : 0;
}

int
zv_store_statistics(struct zv_store *s, const struct zv_history_query *q,
		    enum zv_statistics_by by, const struct zv_zone *zone,
		    zv_statistics_fn fn, void *context, struct zv_error *err)
{
	struct zv_sums sums = {
		.s = s,
		.q = q,
		.by = by,
		.zone = zone,
		.calls_left = ZV_STORE_STATISTICS_CALLS,
		.rows_left = ZV_STORE_STATISTICS_ROWS,
	};
	struct sum *sum;
	size_t at = 0;
	int rc;

	if ((unsigned)by > ZV_BY_DIRECTION)
		return zv_fail(err, ZV_EINVAL, "statistics by %d: there are none", by);
	rc = zv_history_query_check(q, err);
	if (rc == 0)
		rc = add_all(&sums, err);
	if (rc == 0)
		rc = tell_all(&sums, fn, context, err);
	while ((sum = zv_map_next(&sums.map, &at)) != NULL)
		zv_free(sum);
	zv_map_deinit(&sums.map);
	return rc;
}
