#include "hist/asked.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/str.h"

void
zv_history_asked_init(struct zv_history_asked *a, const struct zv_zone *zone)
{
	*a = (struct zv_history_asked){ .zone = zone };
}

static void
free_texts(struct zv_history_texts *t)
{
	for (size_t i = 0; i < t->n; i++)
		zv_free((void *)t->list[i].p);
	t->n = 0;
}

void
zv_history_asked_deinit(struct zv_history_asked *a)
{
	free_texts(&a->numbers);
	free_texts(&a->lines);
	free_texts(&a->queues);
	free_texts(&a->servers);
	zv_buf_deinit(&a->cursor);
	zv_buf_deinit(&a->from);
	zv_buf_deinit(&a->to);
	zv_buf_deinit(&a->zone_name);
	zv_zone_free(a->own_zone);
}

/* ---- values ----------------------------------------------------------------------------- */

struct setting {
	struct zv_history_asked *a;
	const char *name;
	struct zv_str value;
	struct zv_error *err;
};

static int
add_text(const struct setting *s, struct zv_history_texts *t, struct zv_str text)
{
	char *copy;

	if (text.n > ZV_HISTORY_TEXT_MAX)
		return zv_fail(s->err, ZV_ETOOBIG, "%s: longer than %d bytes", s->name,
			       ZV_HISTORY_TEXT_MAX);
	if (t->n >= ZV_HISTORY_NUMBERS_MAX)
		return zv_fail(s->err, ZV_ETOOBIG, "%s: more than %d in one query",
			       s->name, ZV_HISTORY_NUMBERS_MAX);
	copy = zv_memdup(text.p, text.n);
	if (!copy)
		return zv_fail_nomem(s->err);
	t->list[t->n++] = (struct zv_str){ copy, text.n };
	return 0;
}

/* Up to the next of both. */
static bool
split_list(struct zv_str *rest, struct zv_str *part)
{
	size_t n = 0;

	if (!rest->p)
		return false;
	while (n < rest->n && rest->p[n] != ',' && rest->p[n] != ';')
		n++;
	*part = (struct zv_str){ rest->p, n };
	*rest = n < rest->n ? zv_str_from(*rest, n + 1) : (struct zv_str){ NULL, 0 };
	return true;
}

static int
add_texts(const struct setting *s, struct zv_history_texts *t)
{
	struct zv_str rest = s->value, part;
	int rc = 0;

	while (rc == 0 && split_list(&rest, &part)) {
		part = zv_str_trim(part);
		if (part.n)
			rc = add_text(s, t, part);
	}
	return rc;
}

static int
set_numbers(const struct setting *s)
{
	return add_texts(s, &s->a->numbers);
}

static int
set_lines(const struct setting *s)
{
	return add_texts(s, &s->a->lines);
}

static int
set_queues(const struct setting *s)
{
	return add_texts(s, &s->a->queues);
}

static int
set_servers(const struct setting *s)
{
	return add_texts(s, &s->a->servers);
}

static int
set_directions(const struct setting *s)
{
	unsigned bits = 0;
	int rc = zv_history_directions(s->value, &bits, s->err);

	s->a->query.directions |= bits;
	return rc < 0 ? rc : 0;
}

static int
set_results(const struct setting *s)
{
	unsigned bits = 0;
	int rc = zv_history_results(s->value, &bits, s->err);

	s->a->query.results |= bits;
	return rc < 0 ? rc : 0;
}

/* The n-th of a|b|c, or ZV_EINVAL. */
static int
choose(const struct setting *s, const char *words)
{
	struct zv_str rest = zvon_str(words), word;

	for (int i = 0; zv_str_split(&rest, '|', &word); i++)
		if (zvon_str_equal_nocase(word, s->value))
			return i;
	return zv_fail(s->err, ZV_EINVAL, "%s: '%.*s' is none of %s", s->name,
		       (int)(s->value.n < 32 ? s->value.n : 32), s->value.p, words);
}

static int
set_bool(const struct setting *s, bool *to)
{
	int i = choose(s, "no|yes|0|1|false|true");

	if (i >= 0)
		*to = i % 2;
	return i < 0 ? i : 0;
}

static int
set_missed(const struct setting *s)
{
	return set_bool(s, &s->a->query.missed);
}

static int
set_recorded(const struct setting *s)
{
	return set_bool(s, &s->a->query.recorded);
}

static int
set_bom(const struct setting *s)
{
	return set_bool(s, &s->a->bom);
}

static int
set_order(const struct setting *s)
{
	int i = choose(s, "newest|oldest");

	if (i >= 0)
		s->a->query.oldest_first = i;
	return i < 0 ? i : 0;
}

static int
set_format(const struct setting *s)
{
	int i = choose(s, "json|csv|xml");

	if (i < 0)
		return i;
	s->a->format = (enum zv_history_format)i;
	s->a->has_format = true;
	return 0;
}

static int
set_limit(const struct setting *s)
{
	long long limit;

	if (zv_num_parse(s->value, 1, ZV_HISTORY_PAGE_MAX, &limit) < 0)
		return zv_fail(s->err, ZV_EINVAL, "limit: a number from 1 to %d",
			       ZV_HISTORY_PAGE_MAX);
	s->a->query.limit = (int)limit;
	return 0;
}

static int
set_offset(const struct setting *s)
{
	long long offset;

	if (zv_num_parse(s->value, 0, INT64_MAX, &offset) < 0)
		return zv_fail(s->err, ZV_EINVAL,
			       "offset: the id of the last call that you have, or 0");
	s->a->query.by_number = true;
	s->a->query.after_number = offset;
	return 0;
}

static int
set_text(const struct setting *s, struct zv_buf *to, size_t most)
{
	if (s->value.n > most)
		return zv_fail(s->err, ZV_EINVAL, "%s: longer than %zu bytes", s->name,
			       most);
	zv_buf_clear(to);
	return zv_buf_add(to, s->value) < 0 ? zv_fail_nomem(s->err) : 0;
}

static int
set_cursor(const struct setting *s)
{
	return set_text(s, &s->a->cursor, ZV_HISTORY_CURSOR_MAX - 1);
}

/* Read at the end: the zone may come behind them. */
static int
set_from(const struct setting *s)
{
	return set_text(s, &s->a->from, ZV_HISTORY_TEXT_MAX);
}

static int
set_to(const struct setting *s)
{
	return set_text(s, &s->a->to, ZV_HISTORY_TEXT_MAX);
}

static int
set_zone(const struct setting *s)
{
	struct zv_zone *zone;
	int offset_s = 0, rc = zv_history_zone(s->value, &offset_s, s->err);

	if (zvon_str_equal_nocase(s->value, ZV_STR("local")))
		return 0; /* that of the beginning */
	if (rc > 0)
		return set_text(s, &s->a->zone_name, ZV_HISTORY_TEXT_MAX);
	if (rc < 0)
		return rc;
	zone = zv_zone_new_fixed(offset_s);
	if (!zone)
		return zv_fail_nomem(s->err);
	zv_history_asked_take_zone(s->a, zone);
	return 0;
}

static int
set_fields(const struct setting *s)
{
	return zv_history_fields_add(&s->a->fields, s->value, s->err);
}

static int
set_by(const struct setting *s)
{
	int rc = zv_statistics_by_of(s->value, &s->a->by, s->err);

	s->a->has_by = rc >= 0;
	return rc < 0 ? rc : 0;
}

static const struct {
	const char *name;
	int (*set)(const struct setting *s);
} rows[] = {
	{ "number", set_numbers },
	{ "line", set_lines },
	{ "queue", set_queues },
	{ "server", set_servers },
	{ "direction", set_directions },
	{ "result", set_results },
	{ "missed", set_missed },
	{ "recorded", set_recorded },
	{ "from", set_from },
	{ "to", set_to },
	{ "limit", set_limit },
	{ "cursor", set_cursor },
	{ "offset", set_offset },
	{ "order", set_order },
	{ "fields", set_fields },
	{ "format", set_format },
	{ "bom", set_bom },
	{ "tz", set_zone },
	{ "by", set_by },
};
static const size_t n_rows = sizeof rows / sizeof *rows;

bool
zv_history_asked_knows(struct zv_str name)
{
	for (size_t i = 0; i < n_rows; i++)
		if (zvon_str_equal(name, zvon_str(rows[i].name)))
			return true;
	return false;
}

static int
fail_unknown(struct zv_str name, struct zv_error *err)
{
	struct zv_buf names = { 0 };
	int rc;

	for (size_t i = 0; i < n_rows; i++)
		zv_buf_printf(&names, "%s%s", i ? " " : "", rows[i].name);
	rc = zv_fail(err, ZV_EINVAL, "unknown '%.*s'; there are %s",
		     (int)(name.n < 32 ? name.n : 32), name.p, zv_buf_cstr(&names));
	zv_buf_deinit(&names);
	return rc;
}

int
zv_history_asked_set(struct zv_history_asked *a, struct zv_str name,
		     struct zv_str value, struct zv_error *err)
{
	struct setting s = { .a = a, .value = zv_str_trim(value), .err = err };

	for (size_t i = 0; i < n_rows; i++) {
		if (!zvon_str_equal(name, zvon_str(rows[i].name)))
			continue;
		s.name = rows[i].name;
		return s.value.n ? rows[i].set(&s) : 0;
	}
	return fail_unknown(name, err);
}

/* ---- the whole ------------------------------------------------------------------------------ */

static void
lend(const struct zv_history_texts *t, const struct zv_str **list, size_t *n)
{
	*list = t->list;
	*n = t->n;
}

static int
read_time(const struct zv_history_asked *a, const char *name, const struct zv_buf *text,
	  int64_t *ms, struct zv_error *err)
{
	struct zv_error why = { 0 };

	if (!text->n || a->zone_name.n ||
	    zv_history_time(zv_buf_str(text), a->zone, ms, &why) >= 0)
		return 0;
	return zv_fail(err, ZV_EINVAL, "%s: %s", name, why.text);
}

void
zv_history_asked_take_zone(struct zv_history_asked *a, struct zv_zone *zone)
{
	zv_zone_free(a->own_zone);
	a->zone = a->own_zone = zone;
	zv_buf_clear(&a->zone_name);
}

int
zv_history_asked_end(struct zv_history_asked *a, struct zv_error *err)
{
	struct zv_history_query *q = &a->query;
	int rc = read_time(a, "from", &a->from, &q->from_ms, err);

	if (rc == 0)
		rc = read_time(a, "to", &a->to, &q->to_ms, err);
	if (rc < 0)
		return rc;
	lend(&a->numbers, &q->numbers, &q->n_numbers);
	lend(&a->lines, &q->lines, &q->n_lines);
	lend(&a->queues, &q->queues, &q->n_queues);
	lend(&a->servers, &q->servers, &q->n_servers);
	q->cursor = zv_buf_str(&a->cursor);
	if (q->by_number && (q->cursor.n || q->oldest_first))
		return zv_fail(err, ZV_EINVAL,
			       "offset goes without cursor and order: it is both");
	rc = zv_history_query_check(q, err);
	return rc < 0 ? rc : 0;
}

/* ---- zones ------------------------------------------------------------------------------------ */

static int
fail_zone(struct zv_error *err)
{
	return zv_fail(err, ZV_EINVAL,
		       "tz: a zone as Europe/Berlin, or hours and minutes from UTC, as "
		       "+03:00 (in a URL %%2B03:00), or Z");
}

/* "3", "03", "0330", "03:30" as seconds. */
static int
read_hours(struct zv_str text, int *seconds)
{
	struct zv_str hours = text, minutes = { NULL, 0 };
	long long h, m = 0;

	if (zv_str_find(text, ZV_STR(":")) < text.n) {
		minutes = text;
		zv_str_split(&minutes, ':', &hours);
	} else if (text.n == 4) {
		hours.n = 2;
		minutes = zv_str_from(text, 2);
	}
	if (hours.n > 2 || zv_num_parse(hours, 0, ZV_HISTORY_ZONE_MAX, &h) < 0)
		return ZV_EINVAL;
	if (minutes.p && (minutes.n != 2 || zv_num_parse(minutes, 0, 59, &m) < 0))
		return ZV_EINVAL;
	*seconds = (int)(h * 3600 + m * 60);
	return *seconds > ZV_HISTORY_ZONE_MAX * 3600 ? ZV_EINVAL : 0;
}

int
zv_history_zone(struct zv_str text, int *offset_s, struct zv_error *err)
{
	int seconds = 0;
	bool is_signed;

	if (zvon_str_equal_nocase(text, ZV_STR("z")) ||
	    zvon_str_equal_nocase(text, ZV_STR("utc"))) {
		*offset_s = 0;
		return 0;
	}
	if (text.n && zv_lower((unsigned char)text.p[0]) >= 'a' &&
	    zv_lower((unsigned char)text.p[0]) <= 'z')
		return 1;
	/* a '+' that was not escaped arrives as a blank, and is gone */
	is_signed = text.n && (text.p[0] == '+' || text.p[0] == '-');
	if (read_hours(zv_str_from(text, is_signed), &seconds) < 0)
		return fail_zone(err);
	*offset_s = is_signed && text.p[0] == '-' ? -seconds : seconds;
	return 0;
}
