#include "store/filter.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"
#include "hist/scope.h"

#define ALL_OF(bits, at) ((((int64_t)1 << (bits)) - 1) << (at))

/* "office/101": line 101, of that server. */
static struct zv_str
line_of(struct zv_str name, bool *is_of_server)
{
	size_t at = zv_str_find(name, ZV_STR("/"));

	if (at == name.n)
		return name;
	*is_of_server = true;
	return zv_str_from(name, at + 1);
}

static int
add_list(struct zv_filter *f, int which, const struct zv_str *names, size_t n,
	 unsigned kinds)
{
	for (size_t i = 0; i < n; i++) {
		struct zv_str name = kinds == ZV_PARTY_LINE
					     ? line_of(names[i], &f->is_of_servers)
					     : names[i];

		if (zv_store_add_party(&f->s->numbers, &f->lists[which], name, kinds) <
		    0)
			return ZV_ENOMEM;
	}
	return 0;
}

static int
make_lists(struct zv_filter *f)
{
	const struct zv_history_query *q = f->q;
	const struct {
		int which;
		const struct zv_str *names;
		size_t n;
		unsigned kinds;
		bool asked;
	} parts[] = {
		{ ZV_FILTER_NUMBERS, q->numbers, q->n_numbers,
		  ZV_PARTY_NUMBER | ZV_PARTY_LINE | ZV_PARTY_DID, q->n_numbers > 0 },
		{ ZV_FILTER_LINES, q->lines, q->n_lines, ZV_PARTY_LINE,
		  q->n_lines > 0 },
		{ ZV_FILTER_QUEUES, q->queues, q->n_queues, ZV_PARTY_QUEUE,
		  q->n_queues > 0 },
		{ ZV_FILTER_SCOPE, q->scope_lines, q->n_scope_lines, ZV_PARTY_LINE,
		  q->has_scope },
		{ ZV_FILTER_SCOPE, q->scope_queues, q->n_scope_queues, ZV_PARTY_QUEUE,
		  q->has_scope },
	};
	int rc = 0;

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]) && rc == 0; i++) {
		f->is_asked[parts[i].which] |= parts[i].asked;
		if (parts[i].asked)
			rc = add_list(f, parts[i].which, parts[i].names, parts[i].n,
				      parts[i].kinds);
	}
	for (int i = 0; i < ZV_FILTER_LISTS && rc == 0; i++) {
		rc = zv_store_unique_parties(&f->lists[i]);
		f->n_asked += f->is_asked[i];
	}
	return rc;
}

static bool
is_hopeless(const struct zv_filter *f)
{
	for (int i = 0; i < ZV_FILTER_LISTS; i++)
		if (f->is_asked[i] && f->lists[i].n == 0)
			return true;
	return false;
}

static int
set_servers(struct zv_filter *f, struct zv_scan *scan, struct zv_error *err)
{
	const struct zv_history_query *q = f->q;

	scan->servers = q->n_servers ? 0 : INT64_MAX;
	for (size_t i = 0; i < q->n_servers; i++) {
		int id = zv_store_server(f->s, q->servers[i], false, err);

		if (id < 0)
			return id;
		if (id > 0)
			scan->servers |= (int64_t)1 << id;
	}
	return scan->servers == 0;
}

static void
set_masks(const struct zv_history_query *q, struct zv_scan *scan)
{
	scan->directions = q->directions ? (int64_t)q->directions << ZV_WHAT_DIRECTION
					 : ALL_OF(3, ZV_WHAT_DIRECTION);
	scan->results = q->results ? (int64_t)q->results << ZV_WHAT_RESULT
				   : ALL_OF(10, ZV_WHAT_RESULT);
	scan->directions &= ALL_OF(3, ZV_WHAT_DIRECTION);
	scan->results &= ALL_OF(10, ZV_WHAT_RESULT);
	scan->flags = (q->missed ? 1 << ZV_WHAT_MISSED : 0) |
		      (q->recorded ? 1 << ZV_WHAT_RECORDED : 0);
	scan->from_ms = q->from_ms > 0 ? q->from_ms : 0;
	/* the end of the calendar is far enough, and leaves room to count */
	scan->to_ms = q->to_ms > 0 ? q->to_ms - 1 : (int64_t)1 << 52;
	scan->oldest_first = q->oldest_first;
}

/* The list that has the fewest calls leads: the others are looked at in each call. */
static int
choose_leader(struct zv_filter *f, struct zv_scan *scan, struct zv_error *err)
{
	int64_t least = INT64_MAX;

	for (int i = 0; i < ZV_FILTER_LISTS; i++) {
		int64_t n = 0;

		if (!f->is_asked[i])
			continue;
		if (f->n_asked > 1)
			n = zv_scan_estimate(scan, &f->lists[i], err);
		if (n < 0)
			return (int)n;
		if (n < least) {
			least = n;
			scan->names = &f->lists[i];
		}
	}
	return 0;
}

int
zv_filter_init(struct zv_filter *f, struct zv_scan *scan, struct zv_store *s,
	       const struct zv_history_query *q, struct zv_error *err)
{
	int rc;

	memset(f, 0, sizeof(*f));
	memset(scan, 0, sizeof(*scan));
	f->s = scan->s = s;
	f->q = q;
	scan->budget = ZV_STORE_SCAN_MAX;
	set_masks(q, scan);
	zv_scan_rewind(scan);
	if (make_lists(f) < 0)
		return zv_fail_nomem(err);
	if (is_hopeless(f) || scan->to_ms < scan->from_ms)
		return 1;
	rc = set_servers(f, scan, err);
	scan->has_no_filter =
		!q->directions && !q->results && !scan->flags && !q->n_servers;
	return rc ? rc : choose_leader(f, scan, err);
}

void
zv_filter_deinit(struct zv_filter *f)
{
	for (int i = 0; i < ZV_FILTER_LISTS; i++)
		zv_free(f->lists[i].list);
	zv_free(f->own.list);
}

static bool
is_same_name(const struct zv_party *a, const struct zv_party *b)
{
	return a->n == b->n && memcmp(a->name, b->name, a->n) == 0;
}

static bool
has_one_of(const struct zv_parties *own, const struct zv_parties *list)
{
	for (size_t i = 0; i < own->n; i++)
		for (size_t k = 0; k < list->n; k++)
			if ((own->list[i].kinds & list->list[k].kinds) != 0 &&
			    is_same_name(&own->list[i], &list->list[k]))
				return true;
	return false;
}

/* Of lines that are those of one server the index knows the number only. */
static bool
is_of_its_servers(const struct zv_filter *f, const struct zv_conversation *c)
{
	const struct zv_history_query *q = f->q;

	if (f->is_asked[ZV_FILTER_LINES] &&
	    !zv_conversation_is_within(c, q->lines, q->n_lines, NULL, 0))
		return false;
	return !q->has_scope ||
	       zv_conversation_is_within(c, q->scope_lines, q->n_scope_lines,
					 q->scope_queues, q->n_scope_queues);
}

static int
fits_lists(struct zv_filter *f, const struct zv_conversation *c)
{
	if (f->is_of_servers && !is_of_its_servers(f, c))
		return 0;
	if (zv_store_parties(&f->s->numbers, c, &f->own) < 0)
		return ZV_ENOMEM;
	for (int i = 0; i < ZV_FILTER_LISTS; i++)
		if (f->is_asked[i] && !has_one_of(&f->own, &f->lists[i]))
			return 0;
	return 1;
}

int
zv_filter_fits(struct zv_filter *f, const struct zv_conversation *c)
{
	return f->n_asked < 2 && !f->is_of_servers ? 1 : fits_lists(f, c);
}

int
zv_filter_fits_all(struct zv_filter *f, const struct zv_scan *scan,
		   const struct zv_conversation *c, struct zv_error *err)
{
	int server = zv_store_server(f->s, c->server, false, err);
	int64_t what;
	int rc;

	if (server < 0)
		return server;
	what = zv_store_what(c, server, ZV_PARTY_ANY);
	if (!(what & scan->directions) || !(what & scan->results) ||
	    (what & scan->flags) != scan->flags ||
	    !((int64_t)1 << server & scan->servers) || c->started_ms < scan->from_ms ||
	    c->started_ms > scan->to_ms)
		return 0;
	rc = fits_lists(f, c);
	return rc == ZV_ENOMEM ? zv_fail_nomem(err) : rc;
}
