/* Calls in the order in which the store got to know them: for those who poll by the last number
 * that they have. No index but that of the numbers helps, so all filters are looked at in the
 * calls themselves. */
#include "base/err.h"
#include "store/filter.h"

struct numbered {
	struct zv_store *s;
	struct zv_filter filter;
	struct zv_scan scan; /* its masks */
	zv_store_each_fn fn;
	void *context;
	size_t limit, given;
	long long looked;
	int64_t after;
};

/* The keys of the next ones. */
static int
read_keys(struct numbered *p, int64_t keys[ZV_STORE_LOAD], size_t *n,
	  struct zv_error *err)
{
	const struct zv_db_value v[] = { zv_db_int(p->after),
					 zv_db_int(ZV_STORE_LOAD) };
	const struct zv_db_value *row;
	struct zv_db_rows *rows = NULL;
	int rc = zv_store_query(p->s, ZV_SQL_CALLS_AFTER, v, 2, &rows, err);

	*n = 0;
	if (rc < 0)
		return rc;
	while ((rc = zv_db_next(rows, &row, err)) > 0 && *n < ZV_STORE_LOAD)
		keys[(*n)++] = zv_store_int(&row[0]);
	zv_db_end(rows);
	return rc < 0 ? rc : 0;
}

static int
give(struct numbered *p, const int64_t *keys, size_t n, struct zv_error *err)
{
	int rc = zv_store_load(p->s, keys, n, err);

	for (size_t i = 0; i < n && rc >= 0 && p->given < p->limit; i++) {
		const struct zv_conversation *c = zv_store_loaded(p->s, keys[i]);

		p->after = keys[i];
		rc = c ? zv_filter_fits_all(&p->filter, &p->scan, c, err) : 0;
		if (rc <= 0)
			continue;
		rc = p->fn(p->context, c);
		p->given++;
	}
	return rc < 0 ? rc : 0;
}

static int
fill(struct numbered *p, struct zv_error *err)
{
	int64_t keys[ZV_STORE_LOAD];
	size_t n = 0;
	int rc = 0;

	while (rc == 0 && p->given < p->limit && p->looked < ZV_STORE_SCAN_MAX) {
		rc = read_keys(p, keys, &n, err);
		if (rc < 0 || n == 0)
			return rc;
		rc = give(p, keys, n, err);
		p->looked += (long long)n;
	}
	if (rc == 0 && p->given == 0 && n) /* an empty page would mean: no more */
		return zv_fail(err, ZV_ETIMEOUT,
			       "none of %d calls behind offset fits the filters",
			       ZV_STORE_SCAN_MAX);
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
		.after = q->after_number,
	};
	int rc = zv_history_query_check(q, err);

	if (rc == 0)
		rc = zv_filter_init(&p.filter, &p.scan, s, q, err);
	if (rc == 0)
		rc = fill(&p, err);
	zv_scan_deinit(&p.scan);
	zv_filter_deinit(&p.filter);
	return rc < 0 ? rc : (int)p.given;
}
