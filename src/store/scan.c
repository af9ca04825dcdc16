#include "store/scan.h"

#include "base/err.h"
#include "base/mem.h"

#define ESTIMATE_MOST 2000
#define LEAST_ROWS    500 /* looked at for each name at a time */

void
zv_scan_deinit(struct zv_scan *scan)
{
	zv_free(scan->found);
}

void
zv_scan_rewind(struct zv_scan *scan)
{
	scan->at.started_ms = scan->oldest_first ? scan->from_ms : scan->to_ms;
	scan->at.call = scan->oldest_first ? 0 : INT64_MAX;
}

/* Is a behind b in the order of the scan? */
static bool
is_behind(const struct zv_scan *scan, struct zv_position a, struct zv_position b)
{
	bool greater = a.started_ms != b.started_ms ? a.started_ms > b.started_ms
						    : a.call > b.call;
	bool same = a.started_ms == b.started_ms && a.call == b.call;

	return !same && greater == scan->oldest_first;
}

/* ---- one list of an index -------------------------------------------------------------------- */

struct list {
	const struct zv_party *name; /* NULL: all calls */
	unsigned kinds;
	int64_t period;
	struct zv_position at; /* it was looked through to there */
};

static bool
has_no_filter(const struct zv_scan *scan, const struct list *list)
{
	return scan->has_no_filter && list->kinds == ZV_PARTY_ANY;
}

/* Values of the part of a statement that names rows and their order. */
static size_t
bind_rows(const struct zv_scan *scan, const struct list *list, struct zv_db_value *v)
{
	size_t n = 0;

	if (list->name) {
		v[n++] = zv_db_int(list->period);
		v[n++] = zv_db_text((struct zv_str){ list->name->name, list->name->n });
	}
	v[n++] = zv_db_int(scan->oldest_first ? scan->to_ms : scan->from_ms);
	v[n++] = zv_db_int(list->at.started_ms);
	v[n++] = zv_db_int(list->at.started_ms);
	v[n++] = zv_db_int(list->at.call);
	return n;
}

static size_t
bind_filters(const struct zv_scan *scan, const struct list *list, struct zv_db_value *v)
{
	size_t n = 0;

	v[n++] = zv_db_int(scan->directions);
	v[n++] = zv_db_int(scan->results);
	v[n++] = zv_db_int((int64_t)list->kinds << ZV_WHAT_KIND);
	v[n++] = zv_db_int(scan->flags);
	v[n++] = zv_db_int(scan->flags);
	v[n++] = zv_db_int(scan->servers);
	return n;
}

bool
zv_scan_fits(const struct zv_scan *scan, unsigned kinds, int64_t what)
{
	return (what & scan->directions) && (what & scan->results) &&
	       (what & (int64_t)kinds << ZV_WHAT_KIND) &&
	       (what & scan->flags) == scan->flags &&
	       ((int64_t)1 << (what >> ZV_WHAT_SERVER) & scan->servers);
}

static enum zv_sql
statement(const struct zv_scan *scan, const struct list *list, enum zv_sql of_party,
	  enum zv_sql of_all)
{
	return (list->name ? of_party : of_all) + (scan->oldest_first ? 1 : 0);
}

static int
note(struct zv_scan *scan, struct zv_position p)
{
	if (scan->n == scan->cap) {
		size_t cap = scan->cap ? 2 * scan->cap : 256;
		struct zv_position *found =
			zv_realloc(scan->found, cap * sizeof(*found));

		if (!found)
			return ZV_ENOMEM;
		scan->found = found;
		scan->cap = cap;
	}
	scan->found[scan->n++] = p;
	return 0;
}

/* Rows of a statement: those that fit are noted; list->at moves. Returns how many were read. */
static int64_t
read_rows(struct zv_scan *scan, struct list *list, enum zv_sql which,
	  const struct zv_db_value *v, size_t n, struct zv_error *err)
{
	struct zv_db_rows *rows = NULL;
	const struct zv_db_value *row;
	int64_t read = 0;
	int rc = zv_store_query(scan->s, which, v, n, &rows, err);

	while (rc >= 0 && (rc = zv_db_next(rows, &row, err)) == 1) {
		list->at.started_ms = zv_store_int(&row[0]);
		list->at.call = zv_store_int(&row[1]);
		read++;
		if (zv_scan_fits(scan, list->kinds, zv_store_int(&row[2])) &&
		    note(scan, list->at) < 0)
			rc = zv_fail_nomem(err);
	}
	zv_db_end(rows);
	return rc < 0 ? rc : read;
}

/* As most lists are short, their rows are read without a filter at first: then it is known
 * whether that was all. 1: there is more. */
static int
read_some(struct zv_scan *scan, struct list *list, size_t want, struct zv_error *err)
{
	int64_t rows = (int64_t)want > LEAST_ROWS ? (int64_t)want : LEAST_ROWS, read;
	struct zv_db_value v[16];
	size_t n = bind_rows(scan, list, v);

	if (has_no_filter(scan, list))
		rows = (int64_t)want;
	v[n++] = zv_db_int(rows);
	read = read_rows(
		scan, list,
		statement(scan, list, ZV_SQL_PARTY_NEWEST, ZV_SQL_CALLS_NEWEST), v, n,
		err);
	if (read >= 0)
		scan->budget -= read;
	return read < 0 ? (int)read : read == rows;
}

/* The last row that may be looked at. 1, 0: the list ends before, < 0. */
static int
find_end(struct zv_scan *scan, const struct list *list, int64_t rows,
	 struct zv_position *end, struct zv_error *err)
{
	struct zv_db_value v[16];
	struct zv_db_rows *result = NULL;
	const struct zv_db_value *row;
	size_t n = bind_rows(scan, list, v);
	int rc;

	v[n++] = zv_db_int(rows - 1);
	rc = zv_store_query(
		scan->s,
		statement(scan, list, ZV_SQL_PARTY_NEWEST_END, ZV_SQL_CALLS_NEWEST_END),
		v, n, &result, err);
	if (rc == 0)
		rc = zv_db_next(result, &row, err);
	if (rc == 1)
		*end = (struct zv_position){ zv_store_int(&row[0]),
					     zv_store_int(&row[1]) };
	zv_db_end(result);
	return rc;
}

static int
count_rows(struct zv_scan *scan, const struct list *list, int64_t *count,
	   struct zv_error *err)
{
	struct zv_db_value v[16];
	size_t n = bind_rows(scan, list, v);
	int rc;

	*count = 0;
	rc = zv_store_number(scan->s,
			     statement(scan, list, ZV_SQL_PARTY_NEWEST_COUNT,
				       ZV_SQL_CALLS_NEWEST_COUNT),
			     v, n, count, err);
	return rc < 0 ? rc : 0;
}

/* Of a long list the database picks those that fit, among as many rows as may be looked at. */
static int
pick(struct zv_scan *scan, struct list *list, int64_t rows, size_t want,
     struct zv_error *err)
{
	struct zv_position end = { scan->oldest_first ? scan->to_ms : scan->from_ms,
				   scan->oldest_first ? INT64_MAX : 0 };
	struct zv_db_value v[16];
	int64_t looked_at = rows, picked;
	int more = find_end(scan, list, rows, &end, err);
	int rc = more;
	size_t n;

	if (more == 0 && list->name)
		rc = count_rows(scan, list, &looked_at, err);
	if (rc < 0)
		return rc;
	scan->budget -= looked_at;
	n = bind_rows(scan, list, v);
	v[list->name ? 2 : 0] = zv_db_int(end.started_ms); /* the index ends there */
	v[n++] = zv_db_int(end.started_ms);
	v[n++] = zv_db_int(end.call);
	n += bind_filters(scan, list, v + n);
	v[n++] = zv_db_int((int64_t)want);
	picked = read_rows(scan, list,
			   statement(scan, list, ZV_SQL_PARTY_NEWEST_FITTING,
				     ZV_SQL_CALLS_NEWEST_FITTING),
			   v, n, err);
	if (picked < 0)
		return (int)picked;
	if (picked == (int64_t)want)
		return 1;
	if (more)
		list->at = end;
	return more;
}

/* 1: the list may have more behind list->at, 0: it has none. */
static int
scan_list(struct zv_scan *scan, struct list *list, int64_t rows, size_t want,
	  struct zv_error *err)
{
	size_t before = scan->n;
	int rc = read_some(scan, list, want, err);

	if (rc <= 0 || scan->n - before >= want)
		return rc;
	return pick(scan, list, rows, want - (scan->n - before), err);
}

/* ---- lists together -------------------------------------------------------------------------- */

static int
newest(const void *a, const void *b)
{
	const struct zv_position *x = a, *y = b;

	if (x->started_ms != y->started_ms)
		return x->started_ms < y->started_ms ? 1 : -1;
	return (x->call < y->call) - (x->call > y->call);
}

static int
oldest(const void *a, const void *b)
{
	return newest(b, a);
}

/* Those from `first` on in order, each once, none behind what every list was looked through
 * to. */
static void
sort_found(struct zv_scan *scan, size_t first, const struct zv_position *end)
{
	size_t n = first;

	if (scan->n - first > 1)
		qsort(scan->found + first, scan->n - first, sizeof(*scan->found),
		      scan->oldest_first ? oldest : newest);
	for (size_t i = first; i < scan->n; i++) {
		if (end && is_behind(scan, scan->found[i], *end))
			break;
		if (n == first || newest(&scan->found[n - 1], &scan->found[i]) != 0)
			scan->found[n++] = scan->found[i];
	}
	scan->n = n;
}

static int64_t
rows_for_each(const struct zv_scan *scan, size_t lists)
{
	int64_t rows = scan->budget / (long long)lists;

	return rows > LEAST_ROWS ? rows : LEAST_ROWS;
}

/* One period of all the names, or all calls. 1: it has more. */
static int
scan_period(struct zv_scan *scan, int64_t period, size_t want, struct zv_error *err)
{
	size_t lists = scan->names ? scan->names->n : 1, first = scan->n;
	int64_t rows = rows_for_each(scan, lists);
	struct zv_position end = { 0, 0 };
	bool more = false;
	int rc = 0;

	for (size_t i = 0; i < lists && rc >= 0; i++) {
		struct list list = { .period = period, .at = scan->at };

		list.name = scan->names ? &scan->names->list[i] : NULL;
		list.kinds = list.name ? list.name->kinds : ZV_PARTY_ANY;
		rc = scan_list(scan, &list, rows, want, err);
		if (rc == 1 && (!more || is_behind(scan, end, list.at))) {
			end = list.at;
			more = true;
		}
	}
	if (rc < 0)
		return rc;
	sort_found(scan, first, more ? &end : NULL);
	if (more)
		scan->at = end;
	return more;
}

/* The next period that has rows at all. 1, 0: none, < 0. */
static int
find_period(struct zv_scan *scan, int64_t *period, struct zv_error *err)
{
	struct zv_db_value from = zv_db_int(zv_store_period(scan->at.started_ms));
	int rc = zv_store_number(scan->s,
				 scan->oldest_first ? ZV_SQL_PERIOD_AFTER
						    : ZV_SQL_PERIOD_BEFORE,
				 &from, 1, period, err);

	if (rc != 1)
		return rc;
	if (scan->oldest_first)
		return *period <= zv_store_period(scan->to_ms);
	return *period >= zv_store_period(scan->from_ms);
}

/* Behind all of that period. */
static void
leave_period(struct zv_scan *scan, int64_t period)
{
	if (scan->oldest_first) {
		scan->at.started_ms = (period + 1) << 33;
		scan->at.call = 0;
		scan->is_over = scan->at.started_ms > scan->to_ms;
		return;
	}
	scan->at.started_ms = (period << 33) - 1;
	scan->at.call = INT64_MAX;
	scan->is_over = period == 0 || scan->at.started_ms < scan->from_ms;
}

/* Period by period, until there are enough, or one has more than was asked for. */
static int
scan_names(struct zv_scan *scan, size_t want, struct zv_error *err)
{
	int more = 0;

	while (!more && scan->n < want && !scan->is_over && scan->budget > 0) {
		int64_t period = 0;
		int there = find_period(scan, &period, err);

		if (there < 0)
			return there;
		scan->is_over = !there;
		if (!there)
			break;
		more = scan_period(scan, period, want - scan->n, err);
		if (more < 0)
			return more;
		if (!more)
			leave_period(scan, period);
		scan->budget--; /* a step costs something too */
	}
	return 0;
}

int
zv_scan_next(struct zv_scan *scan, size_t want, struct zv_error *err)
{
	int rc;

	scan->n = 0;
	if (scan->names)
		return scan_names(scan, want, err);
	rc = scan_period(scan, 0, want, err);
	if (rc == 0)
		scan->is_over = true;
	return rc < 0 ? rc : 0;
}

int64_t
zv_scan_estimate(struct zv_scan *scan, const struct zv_parties *names,
		 struct zv_error *err)
{
	int64_t sum = 0, period = 0;
	int rc = find_period(scan, &period, err);

	for (size_t i = 0; i < names->n && rc >= 0 && sum < ESTIMATE_MOST; i++) {
		const struct zv_party *p = &names->list[i];
		struct zv_db_value v[] = { zv_db_int(period),
					   zv_db_text((struct zv_str){ p->name, p->n }),
					   zv_db_int(ESTIMATE_MOST) };
		int64_t n = 0;

		rc = zv_store_number(scan->s, ZV_SQL_PARTY_FEW, v, 3, &n, err);
		sum += n;
	}
	return rc < 0 ? rc : sum;
}
