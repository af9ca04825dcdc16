#include "hist/query.h"

#include "base/err.h"
#include "base/str.h"
#include "hist/when.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

/* ---- check -------------------------------------------------------------------------------- */

static int
check_lists(const struct zv_history_query *q, struct zv_error *err)
{
	const struct {
		const char *name;
		size_t n;
	} lists[] = {
		{ "numbers", q->n_numbers },
		{ "lines", q->n_lines },
		{ "queues", q->n_queues },
		{ "servers", q->n_servers },
	};

	for (size_t i = 0; i < COUNT(lists); i++)
		if (lists[i].n > ZV_HISTORY_NUMBERS_MAX)
			return zv_fail(err, ZV_ETOOBIG,
				       "%zu %s in one query, at most %d are allowed: "
				       "ask several times",
				       lists[i].n, lists[i].name,
				       ZV_HISTORY_NUMBERS_MAX);
	return 0;
}

static int
check_page(const struct zv_history_query *q, struct zv_error *err)
{
	if (q->limit < 0 || q->limit > ZV_HISTORY_PAGE_MAX)
		return zv_fail(err, ZV_EINVAL,
			       "limit is %d: it is 1…%d, go on with the cursor",
			       q->limit, ZV_HISTORY_PAGE_MAX);
	if (q->cursor.n >= ZV_HISTORY_CURSOR_MAX)
		return zv_fail(
			err, ZV_EINVAL,
			"cursor has %zu bytes, it is none of ours: begin without",
			q->cursor.n);
	return 0;
}

static int
check_times(const struct zv_history_query *q, struct zv_error *err)
{
	if (q->from_ms < 0 || q->to_ms < 0)
		return zv_fail(err, ZV_EINVAL, "%s is before 1970",
			       q->from_ms < 0 ? "from" : "to");
	if (q->to_ms && q->from_ms >= q->to_ms)
		return zv_fail(err, ZV_EINVAL,
			       "from is not before to: nothing can be in between");
	return 0;
}

int
zv_history_query_check(const struct zv_history_query *q, struct zv_error *err)
{
	int rc = check_lists(q, err);

	if (rc == 0)
		rc = check_page(q, err);
	return rc == 0 ? check_times(q, err) : rc;
}

/* ---- words -------------------------------------------------------------------------------- */

struct word {
	struct zv_str name;
	int value;
};

static const struct word results[] = {
	{ ZV_STR("answered"), ZV_RESULT_ANSWERED },
	{ ZV_STR("busy"), ZV_RESULT_BUSY },
	{ ZV_STR("no_answer"), ZV_RESULT_NO_ANSWER },
	{ ZV_STR("cancelled"), ZV_RESULT_CANCELLED },
	{ ZV_STR("rejected"), ZV_RESULT_REJECTED },
	{ ZV_STR("congestion"), ZV_RESULT_CONGESTION },
	{ ZV_STR("failed"), ZV_RESULT_FAILED },
	{ ZV_STR("abandoned"), ZV_RESULT_ABANDONED },
};

static const struct word directions[] = {
	{ ZV_STR("in"), ZV_DIRECTION_IN },
	{ ZV_STR("out"), ZV_DIRECTION_OUT },
	{ ZV_STR("internal"), ZV_DIRECTION_INTERNAL },
};

static const struct word bys[] = {
	{ ZV_STR("hour"), ZV_BY_HOUR },	    { ZV_STR("day"), ZV_BY_DAY },
	{ ZV_STR("line"), ZV_BY_LINE },	    { ZV_STR("queue"), ZV_BY_QUEUE },
	{ ZV_STR("result"), ZV_BY_RESULT }, { ZV_STR("direction"), ZV_BY_DIRECTION },
};

static const struct word *
find_word(const struct word *words, size_t n, struct zv_str name)
{
	for (size_t i = 0; i < n; i++)
		if (zvon_str_equal_nocase(words[i].name, name))
			return &words[i];
	return NULL;
}

#define LISTED 200

static int
refuse_word(const struct word *words, size_t n, const char *what, struct zv_str name,
	    struct zv_error *err)
{
	char all[LISTED];
	size_t at = 0;

	for (size_t i = 0; i < n && at + words[i].name.n + 2 < sizeof all; i++) {
		memcpy(all + at, words[i].name.p, words[i].name.n);
		at += words[i].name.n;
		all[at++] = ' ';
	}
	all[at ? at - 1 : 0] = '\0';
	name.n = name.n < 40 ? name.n : 40;
	return zv_fail(err, ZV_EINVAL, "unknown %s '%.*s'; there are: %s", what,
		       ZV_ARG(name), all);
}

/* Words with commas between them, as bits. */
static int
read_bits(const struct word *words, size_t n, const char *what, struct zv_str names,
	  unsigned *bits, struct zv_error *err)
{
	struct zv_str name;

	*bits = 0;
	while (zv_str_split(&names, ',', &name)) {
		const struct word *w;

		name = zv_str_trim(name);
		if (name.n == 0)
			continue;
		w = find_word(words, n, name);
		if (!w)
			return refuse_word(words, n, what, name, err);
		*bits |= 1u << w->value;
	}
	return 0;
}

int
zv_history_results(struct zv_str names, unsigned *bits, struct zv_error *err)
{
	return read_bits(results, COUNT(results), "result", names, bits, err);
}

int
zv_history_directions(struct zv_str names, unsigned *bits, struct zv_error *err)
{
	return read_bits(directions, COUNT(directions), "direction", names, bits, err);
}

int
zv_statistics_by_of(struct zv_str name, enum zv_statistics_by *by, struct zv_error *err)
{
	const struct word *w = find_word(bys, COUNT(bys), zv_str_trim(name));

	if (!w)
		return refuse_word(bys, COUNT(bys), "division", name, err);
	*by = (enum zv_statistics_by)w->value;
	return 0;
}

/* ---- times -------------------------------------------------------------------------------- */

int
zv_history_time(struct zv_str text, const struct zv_zone *zone, int64_t *unix_ms,
		struct zv_error *err)
{
	struct zv_when w;

	if (zv_when_read(text, &w) < 0) {
		text.n = text.n < 40 ? text.n : 40;
		return zv_fail(err, ZV_EINVAL,
			       "'%.*s' is no time: write 2026-11-21, 2026-11-21 10:00, "
			       "2026-11-21T10:00:00Z or seconds since 1970",
			       ZV_ARG(text));
	}
	if (!w.has_zone)
		w.s = zv_zone_to_utc_s(zone, w.s);
	*unix_ms = zv_when_unix_ms(&w);
	if (*unix_ms < 0)
		return zv_fail(err, ZV_EINVAL, "'%.*s' is before 1970", ZV_ARG(text));
	return 0;
}
