/* Sums of what the counters do not know (numbers, other people's lines, parts of hours), from the
 * calls themselves: their own rows alone where these say enough, else with all their legs. */
#include "base/err.h"
#include "store/filter.h"
#include "store/sums.h"

#define WHOLE_COSTS 2 /* times as much as a row: a call is read from several tables */

/* ---- whole calls ------------------------------------------------------------------------------- */

static int
add_line(struct zv_sums *sums, const struct zv_conversation *c, size_t which,
	 const struct zv_statistics_row *one)
{
	struct zv_str line = c->legs[which].line;
	struct zv_statistics_row row = *one;

	row.answered = 0;
	for (size_t i = 0; i < c->n_legs; i++) {
		if (c->legs[i].is_trunk || !zvon_str_equal(c->legs[i].line, line))
			continue;
		if (i < which)
			return 0; /* counted already */
		if (c->legs[i].result == ZV_RESULT_ANSWERED)
			row.answered = 1;
	}
	row.talk_ms = row.answered ? c->talk_ms : 0;
	return zv_sums_add(sums, 0, line, &row);
}

static int
add_lines(struct zv_sums *sums, const struct zv_conversation *c,
	  const struct zv_statistics_row *one)
{
	int rc = 0;

	for (size_t i = 0; i < c->n_legs && rc == 0; i++)
		if (!c->legs[i].is_trunk && c->legs[i].line.n &&
		    zv_sums_wants_line(sums->q, c->legs[i].line))
			rc = add_line(sums, c, i, one);
	return rc;
}

static int
add_call(struct zv_sums *sums, const struct zv_conversation *c)
{
	bool answered = c->result == ZV_RESULT_ANSWERED;
	struct zv_statistics_row one = {
		.calls = 1,
		.answered = answered,
		.missed = zv_conversation_is_missed(c),
		.talk_ms = answered ? c->talk_ms : 0,
		.wait_ms = c->wait_ms,
	};

	if (sums->by == ZV_BY_LINE)
		return add_lines(sums, c, &one);
	return zv_sums_add_as(sums, c->started_ms, c->direction, c->result, c->queue,
			      &one);
}

/* One piece of what was found, with legs: whose lines they are, or what no index tells. */
static int
add_whole(struct zv_sums *sums, struct zv_filter *f, const int64_t *keys, size_t n,
	  struct zv_error *err)
{
	int rc = zv_store_load(sums->s, keys, n, err);

	for (size_t i = 0; i < n && rc >= 0; i++) {
		const struct zv_conversation *c = zv_store_loaded(sums->s, keys[i]);

		rc = c ? zv_filter_fits(f, c) : 0;
		if (rc > 0)
			rc = add_call(sums, c);
		if (rc == ZV_ENOMEM)
			return zv_fail_nomem(err);
	}
	return rc < 0 ? rc : 0;
}

/* ---- rows -------------------------------------------------------------------------------------- */

static int
add_row(struct zv_sums *sums, const struct zv_db_value *row)
{
	int direction = (int)zv_store_int(&row[1]), result = (int)zv_store_int(&row[2]);
	bool answered = result == ZV_RESULT_ANSWERED;
	struct zv_statistics_row one = {
		.calls = 1,
		.answered = answered,
		.missed = zv_store_int(&row[3]) != 0,
		.talk_ms = answered ? zv_store_int(&row[5]) : 0,
		.wait_ms = zv_store_int(&row[6]),
	};

	if ((unsigned)direction > ZV_DIRECTION_OUT ||
	    (unsigned)result > ZV_RESULT_ANSWERED_ELSEWHERE)
		return 0; /* damaged */
	return zv_sums_add_as(sums, zv_store_int(&row[0]), direction, result,
			      row[4].text, &one);
}

static int
add_rows(struct zv_sums *sums, const int64_t *keys, size_t n, struct zv_error *err)
{
	struct zv_db_value v[ZV_STORE_LOAD];
	struct zv_db_rows *rows = NULL;
	const struct zv_db_value *row;
	int rc;

	for (size_t i = 0; i < ZV_STORE_LOAD; i++) /* no call has the key 0 */
		v[i] = zv_db_int(i < n ? keys[i] : 0);
	rc = zv_store_query(sums->s, ZV_SQL_SUM_CALLS, v, ZV_STORE_LOAD, &rows, err);
	while (rc >= 0 && (rc = zv_db_next(rows, &row, err)) == 1)
		if (add_row(sums, row) < 0)
			rc = zv_fail_nomem(err);
	zv_db_end(rows);
	return rc;
}

/* ---- all of a time ----------------------------------------------------------------------------- */

static int
add_found(struct zv_sums *sums, struct zv_filter *f, const struct zv_scan *scan,
	  struct zv_error *err)
{
	bool whole = sums->by == ZV_BY_LINE || f->n_asked > 1 || f->is_of_servers;
	int64_t keys[ZV_STORE_LOAD];
	int rc = 0;

	sums->calls_left -= (long long)scan->n * (whole ? WHOLE_COSTS : 1);
	if (sums->calls_left < 0)
		return zv_fail(err, ZV_EINVAL,
			       "more than %d calls would have to be read one by one "
			       "for this: ask for a shorter time",
			       ZV_STORE_STATISTICS_CALLS / (whole ? WHOLE_COSTS : 1));
	for (size_t i = 0, n; i < scan->n && rc == 0; i += n) {
		n = scan->n - i < ZV_STORE_LOAD ? scan->n - i : ZV_STORE_LOAD;
		for (size_t k = 0; k < n; k++)
			keys[k] = scan->found[i + k].call;
		rc = whole ? add_whole(sums, f, keys, n, err)
			   : add_rows(sums, keys, n, err);
	}
	return rc;
}

static int
add_each(struct zv_sums *sums, struct zv_filter *f, struct zv_scan *scan,
	 struct zv_error *err)
{
	int rc = 0;

	scan->budget = sums->rows_left;
	while (rc == 0 && !scan->is_over) {
		if (scan->budget <= 0)
			return zv_fail(err, ZV_EINVAL,
				       "more than %d calls would have to be looked at "
				       "for this: ask for a shorter time",
				       ZV_STORE_STATISTICS_ROWS);
		rc = zv_scan_next(scan, ZV_HISTORY_PAGE_MAX, err);
		if (rc == 0)
			rc = add_found(sums, f, scan, err);
	}
	sums->rows_left = scan->budget;
	return rc;
}

int
zv_sums_add_calls(struct zv_sums *sums, int64_t from_ms, int64_t to_ms,
		  struct zv_error *err)
{
	struct zv_history_query q = *sums->q;
	struct zv_filter filter;
	struct zv_scan scan;
	int rc;

	if (from_ms >= to_ms)
		return 0;
	q.from_ms = from_ms;
	q.to_ms = to_ms;
	q.oldest_first = false;
	rc = zv_filter_init(&filter, &scan, sums->s, &q, err);
	if (rc == 0)
		rc = add_each(sums, &filter, &scan, err);
	zv_scan_deinit(&scan);
	zv_filter_deinit(&filter);
	return rc < 0 ? rc : 0;
}
