#include "base/err.h"
#include "base/mem.h"
#include "store/cursor.h"
#include "store/filter.h"

#define LOADS_MAX 1000 /* calls that are read for one page: then it ends early */

struct page {
	struct zv_store *s;
	struct zv_filter filter;
	struct zv_scan scan;
	zv_store_each_fn fn;
	void *context;
	size_t limit, given, loads;
	struct zv_position at; /* of the last one that was looked at */
	bool has_more;
};

/* One piece of what the scan has found: read with one statement, then told. */
static int
give_piece(struct page *p, const struct zv_position *found, size_t n,
	   struct zv_error *err)
{
	int64_t keys[ZV_STORE_LOAD];
	int rc;

	for (size_t i = 0; i < n; i++)
		keys[i] = found[i].call;
	rc = zv_store_load(p->s, keys, n, err);
	p->loads += n;
	for (size_t i = 0; i < n && rc >= 0; i++) {
		const struct zv_conversation *c = zv_store_loaded(p->s, found[i].call);

		if (p->given == p->limit) {
			p->has_more = true;
			break;
		}
		p->at = found[i];
		if (!c)
			continue;
		rc = zv_filter_fits(&p->filter, c);
		if (rc == ZV_ENOMEM)
			return zv_fail_nomem(err);
		if (rc == 0)
			continue;
		rc = p->fn(p->context, c);
		p->given++;
	}
	return rc < 0 ? rc : 0;
}

/* How many of the rest are read at once: what stands behind a full page need not be. */
static size_t
piece_of(const struct page *p, size_t rest)
{
	size_t n = rest < ZV_STORE_LOAD ? rest : ZV_STORE_LOAD;

	if (p->filter.n_asked < 2 && n > p->limit - p->given)
		n = p->limit - p->given;
	return n;
}

/* All of what the scan has found, or as much as the page takes. */
static int
give_found(struct page *p, struct zv_error *err)
{
	int rc = 0;

	for (size_t i = 0, n; i < p->scan.n && rc == 0 && !p->has_more; i += n) {
		n = piece_of(p, p->scan.n - i);
		if (p->given == p->limit || p->loads >= LOADS_MAX)
			p->has_more = true;
		else
			rc = give_piece(p, p->scan.found + i, n, err);
	}
	if (rc == 0 && !p->has_more)
		p->at = p->scan.at;
	return rc;
}

static int
fill(struct page *p, struct zv_error *err)
{
	int rc = 0;

	while (rc == 0 && !p->has_more) {
		size_t want = p->limit - p->given + 1;

		rc = zv_scan_next(&p->scan, want, err);
		if (rc == 0)
			rc = give_found(p, err);
		if (p->scan.is_over)
			break;
		if (p->scan.budget <= 0 || p->loads >= LOADS_MAX)
			p->has_more = true;
	}
	return rc;
}

static int
start(struct page *p, const struct zv_history_query *q, struct zv_error *err)
{
	int rc = zv_history_query_check(q, err);

	if (rc < 0)
		return rc;
	p->limit = q->limit > 0 ? (size_t)q->limit : ZV_HISTORY_PAGE_DEFAULT;
	rc = zv_filter_init(&p->filter, &p->scan, p->s, q, err);
	if (rc == 0 && q->cursor.n) {
		rc = zv_cursor_read(p->s, q->cursor, q->oldest_first, &p->scan.at, err);
		p->at = p->scan.at;
	}
	return rc;
}

int
zv_store_page(struct zv_store *s, const struct zv_history_query *q, zv_store_each_fn fn,
	      void *context, char next[ZV_HISTORY_CURSOR_MAX], struct zv_error *err)
{
	struct page p = { .s = s, .fn = fn, .context = context };
	int rc;

	if (q->by_number) {
		next[0] = '\0';
		return zv_store_page_by_number(s, q, fn, context, err);
	}
	rc = start(&p, q, err);
	next[0] = '\0'; /* not before: it may be where the query's own cursor stands */
	if (rc == 0)
		rc = fill(&p, err);
	if (rc == 0 && p.has_more)
		zv_cursor_write(s, p.at, q->oldest_first, next);
	zv_scan_deinit(&p.scan);
	zv_filter_deinit(&p.filter);
	return rc < 0 ? rc : (int)p.given;
}
