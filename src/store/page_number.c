/* Calls in the order in which the store got to know them: for those who poll by the last number
 * that they have. The indexes are in the order of time, so all keys of the names that are asked
 * for are read and sorted; have they too many, those of the next calls alone (a window). */
#include "base/err.h"
#include "base/mem.h"
#include "store/filter.h"

#define WINDOW_ROWS (4 * ZV_STORE_WINDOW) /* of names, in one window */
#define NEAR	    500			  /* rows that are looked at first */
#define LOADS_MAX   10000		  /* calls read for one page */

struct keys {
	int64_t *list;
	size_t n, cap;
};

struct window { /* calls after a number, and when they were */
	int64_t after, last, from_ms, to_ms;
	bool is_all; /* there are no more */
};

struct numbered {
	struct zv_store *s;
	struct zv_filter filter;
	struct zv_scan scan; /* its masks */
	zv_store_each_fn fn;
	void *context;
	size_t limit, given, loads;
	int64_t rows_left; /* of names */
};

/* ---- keys ------------------------------------------------------------------------------------- */

static int
add_key(struct keys *k, int64_t key)
{
	if (k->n == k->cap) {
		size_t cap = k->cap ? 2 * k->cap : 256;
		int64_t *list = zv_realloc(k->list, cap * sizeof(*list));

		if (!list)
			return ZV_ENOMEM;
		k->list = list;
		k->cap = cap;
	}
	k->list[k->n++] = key;
	return 0;
}

static int
ascending(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* In order, each once. */
static void
sort_keys(struct keys *k)
{
	size_t n = 0;

	if (k->n > 1)
		qsort(k->list, k->n, sizeof(*k->list), ascending);
	for (size_t i = 0; i < k->n; i++)
		if (n == 0 || k->list[n - 1] != k->list[i])
			k->list[n++] = k->list[i];
	k->n = n;
}

/* Leaves in `k` what is in both. */
static void
intersect(struct keys *k, const struct keys *other)
{
	size_t n = 0, at = 0;

	for (size_t i = 0; i < k->n; i++) {
		while (at < other->n && other->list[at] < k->list[i])
			at++;
		if (at < other->n && other->list[at] == k->list[i])
			k->list[n++] = k->list[i];
	}
	k->n = n;
}

/* ---- of names --------------------------------------------------------------------------------- */

/* Of one name in one period. 0, < 0; p->rows_left is 0: they are not all. */
static int
read_name(struct numbered *p, const struct window *w, const struct zv_party *name,
	  int64_t period, struct keys *out, struct zv_error *err)
{
	const struct zv_db_value v[] = {
		zv_db_int(period),
		zv_db_text((struct zv_str){ name->name, name->n }),
		zv_db_int(w->from_ms),
		zv_db_int(w->to_ms),
		zv_db_int(p->rows_left),
	};
	struct zv_db_rows *rows = NULL;
	const struct zv_db_value *row;
	int rc = zv_store_query(p->s, ZV_SQL_PARTY_KEYS, v, 5, &rows, err);

	while (rc >= 0 && (rc = zv_db_next(rows, &row, err)) == 1) {
		int64_t call = zv_store_int(&row[0]);

		p->rows_left--;
		if (call > w->after && call <= w->last &&
		    zv_scan_fits(&p->scan, name->kinds, zv_store_int(&row[1])) &&
		    add_key(out, call) < 0)
			rc = zv_fail_nomem(err);
	}
	zv_db_end(rows);
	return rc;
}

/* Of all names of a list: 0, < 0. */
static int
read_names(struct numbered *p, const struct window *w, const struct zv_parties *names,
	   struct keys *out, struct zv_error *err)
{
	int64_t period = 0, last = zv_store_period(w->to_ms);
	struct zv_db_value from = zv_db_int(zv_store_period(w->from_ms));
	int rc;

	while ((rc = zv_store_number(p->s, ZV_SQL_PERIOD_AFTER, &from, 1, &period,
				     err)) == 1 &&
	       period <= last && p->rows_left > 0) {
		for (size_t i = 0; i < names->n && rc >= 0 && p->rows_left > 0; i++)
			rc = read_name(p, w, &names->list[i], period, out, err);
		if (rc < 0)
			return rc;
		from = zv_db_int(period + 1);
	}
	sort_keys(out);
	return rc < 0 ? rc : 0;
}

/* Those that each list has. 0, < 0; p->rows_left is 0: there are too many rows. */
static int
read_lists(struct numbered *p, const struct window *w, int64_t rows, struct keys *out,
	   struct zv_error *err)
{
	bool is_first = true;
	int rc = 0;

	p->rows_left = rows;
	for (int i = 0; i < ZV_FILTER_LISTS && rc == 0 && p->rows_left > 0; i++) {
		struct keys more = { 0 };

		if (!p->filter.is_asked[i])
			continue;
		rc = read_names(p, w, &p->filter.lists[i], is_first ? out : &more, err);
		if (!is_first)
			intersect(out, &more);
		is_first = false;
		zv_free(more.list);
	}
	return rc;
}

/* ---- windows ---------------------------------------------------------------------------------- */

/* The calls that come next, whatever they are. */
static int
find_window(struct numbered *p, struct window *w, struct zv_error *err)
{
	const struct zv_db_value v[] = { zv_db_int(w->after),
					 zv_db_int(ZV_STORE_WINDOW) };
	const struct zv_db_value *row;
	struct zv_db_rows *rows = NULL;
	int rc = zv_store_query(p->s, ZV_SQL_CALLS_WINDOW, v, 2, &rows, err);

	if (rc == 0)
		rc = zv_db_next(rows, &row, err);
	if (rc == 1) {
		int64_t from_ms = zv_store_int(&row[2]), to_ms = zv_store_int(&row[3]);

		w->is_all = zv_store_int(&row[0]) < ZV_STORE_WINDOW;
		w->last = zv_store_int(&row[1]);
		w->from_ms = from_ms > w->from_ms ? from_ms : w->from_ms;
		w->to_ms = to_ms < w->to_ms ? to_ms : w->to_ms;
	}
	zv_db_end(rows);
	return rc < 0 ? rc : 0;
}

/* With names: from their lists, all or those of the window. */
static int
find_named(struct numbered *p, struct window *w, struct keys *out, struct zv_error *err)
{
	int rc = read_lists(p, w, ZV_STORE_WINDOW, out, err);

	w->is_all = true;
	if (rc < 0 || p->rows_left > 0)
		return rc;
	out->n = 0;
	rc = find_window(p, w, err);
	if (rc == 0)
		rc = read_lists(p, w, WINDOW_ROWS, out, err);
	if (rc == 0 && p->rows_left == 0)
		return zv_fail(err, ZV_ETIMEOUT,
			       "more than %d rows would have to be looked at",
			       WINDOW_ROWS);
	return rc;
}

/* Without: the next few are looked at here. Sets w->after behind them, w->is_all. */
static int
find_near(struct numbered *p, struct window *w, struct keys *out, struct zv_error *err)
{
	int64_t most = (int64_t)p->limit > NEAR ? (int64_t)p->limit : NEAR, read = 0;
	const struct zv_db_value v[] = { zv_db_int(w->after), zv_db_int(most) };
	const struct zv_db_value *row;
	struct zv_db_rows *rows = NULL;
	int rc = zv_store_query(p->s, ZV_SQL_CALLS_AFTER, v, 2, &rows, err);

	while (rc >= 0 && (rc = zv_db_next(rows, &row, err)) == 1) {
		int64_t started_ms = zv_store_int(&row[1]);

		w->after = zv_store_int(&row[0]);
		read++;
		if (started_ms >= w->from_ms && started_ms <= w->to_ms &&
		    zv_scan_fits(&p->scan, ZV_PARTY_ANY, zv_store_int(&row[2])) &&
		    add_key(out, w->after) < 0)
			rc = zv_fail_nomem(err);
	}
	zv_db_end(rows);
	w->is_all = read < most;
	return rc;
}

/* … and of a window behind them the database picks those that fit. */
static int
find_far(struct numbered *p, const struct window *w, struct keys *out,
	 struct zv_error *err)
{
	const struct zv_scan *scan = &p->scan;
	const struct zv_db_value v[] = {
		zv_db_int(w->after),
		zv_db_int(ZV_STORE_WINDOW),
		zv_db_int(w->from_ms),
		zv_db_int(w->to_ms),
		zv_db_int(scan->directions),
		zv_db_int(scan->results),
		zv_db_int((int64_t)ZV_PARTY_ANY << ZV_WHAT_KIND),
		zv_db_int(scan->flags),
		zv_db_int(scan->flags),
		zv_db_int(scan->servers),
		zv_db_int((int64_t)(p->limit - out->n)),
	};
	const struct zv_db_value *row;
	struct zv_db_rows *rows = NULL;
	int rc = zv_store_query(p->s, ZV_SQL_CALLS_AFTER_FITTING, v,
				sizeof(v) / sizeof(v[0]), &rows, err);

	while (rc >= 0 && (rc = zv_db_next(rows, &row, err)) == 1)
		if (add_key(out, zv_store_int(&row[0])) < 0)
			rc = zv_fail_nomem(err);
	zv_db_end(rows);
	return rc;
}

static int
find_all(struct numbered *p, struct window *w, struct keys *out, struct zv_error *err)
{
	int rc = find_near(p, w, out, err);

	if (rc < 0 || w->is_all || out->n >= p->limit)
		return rc;
	rc = find_far(p, w, out, err);
	return rc < 0 || out->n ? rc : find_window(p, w, err);
}

/* ---- the page --------------------------------------------------------------------------------- */

static int
give(struct numbered *p, const int64_t *keys, size_t n, struct zv_error *err)
{
	int rc = zv_store_load(p->s, keys, n, err);

	p->loads += n;
	for (size_t i = 0; i < n && rc >= 0 && p->given < p->limit; i++) {
		const struct zv_conversation *c = zv_store_loaded(p->s, keys[i]);

		rc = c ? zv_filter_fits_all(&p->filter, &p->scan, c, err) : 0;
		if (rc <= 0)
			continue;
		rc = p->fn(p->context, c);
		p->given++;
	}
	return rc < 0 ? rc : 0;
}

/* Lines of one server (SERVER/LINE) are told apart in the calls alone: that ends, too. */
static int
give_keys(struct numbered *p, const struct keys *k, bool *is_all, struct zv_error *err)
{
	int rc = 0;

	for (size_t i = 0, n; i < k->n && rc == 0 && p->given < p->limit; i += n) {
		if (p->loads >= LOADS_MAX) {
			*is_all = false;
			break;
		}
		n = k->n - i < ZV_STORE_LOAD ? k->n - i : ZV_STORE_LOAD;
		if (n > p->limit - p->given)
			n = p->limit - p->given;
		rc = give(p, k->list + i, n, err);
	}
	return rc;
}

static int
fill(struct numbered *p, int64_t after, struct zv_error *err)
{
	struct window w = { after, INT64_MAX, p->scan.from_ms, p->scan.to_ms, false };
	struct keys k = { 0 };
	int rc = p->filter.n_asked ? find_named(p, &w, &k, err)
				   : find_all(p, &w, &k, err);

	if (rc == 0)
		rc = give_keys(p, &k, &w.is_all, err);
	zv_free(k.list);
	if (rc == 0 && p->given == 0 &&
	    !w.is_all) /* an empty page would mean: no more */
		return zv_fail(err, ZV_ETIMEOUT,
			       "none of %d calls behind offset fits the filters",
			       ZV_STORE_WINDOW);
	return rc;
}

int
zv_store_page_by_number(struct zv_store *s, const struct zv_history_query *q,
			zv_store_each_fn fn, void *context, struct zv_error *err)
{
	struct numbered p = {
		.s = s,
		.fn = fn,
		.context = context,
		.limit = q->limit > 0 ? (size_t)q->limit : ZV_HISTORY_PAGE_DEFAULT,
	};
	int rc = zv_history_query_check(q, err);

	if (rc == 0)
		rc = zv_filter_init(&p.filter, &p.scan, s, q, err);
	if (rc == 0)
		rc = fill(&p, q->after_number, err);
	zv_scan_deinit(&p.scan);
	zv_filter_deinit(&p.filter);
	return rc < 0 ? rc : (int)p.given;
}
