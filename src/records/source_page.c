/* source_page.c - rows in pages: short statements, so that a server which is at work is not
 * held up by one that reads its whole table, and one that is lost costs one page. */
#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"
#include "records/source_impl.h"

#define VALUES_MAX 5

/* ---- the statement ------------------------------------------------------------------- */

struct asked {
	struct zv_db_value values[VALUES_MAX];
	size_t n;
	char first[ZV_SOURCE_KEY_MAX], from[ZV_SOURCE_KEY_MAX], to[ZV_SOURCE_KEY_MAX];
};

static void
add_value(struct asked *a, struct zv_db_value v)
{
	a->values[a->n++] = v;
}

static struct zv_db_value
key_value(const struct zv_source_place *p)
{
	return (struct zv_db_value){
		.type = p->type,
		.number = p->number,
		.real = p->real,
		.text = { p->text, p->n },
	};
}

/* An hour more on both sides: what a clock shows twice; zv_source_next looks exactly. */
static void
add_span(struct zv_source *s, struct asked *a)
{
	const char *start = zv_buf_cstr(&s->start);

	if (s->from_ms) {
		zv_buf_printf(&s->sql, " AND %s >= ?", start);
		add_value(a, zv_source_time(s, s->from_ms - 3600000, a->from));
	}
	if (s->to_ms) {
		zv_buf_printf(&s->sql, " AND %s < ?", start);
		add_value(a, zv_source_time(s, s->to_ms + 3600000, a->to));
	}
}

/* NULL and 1970, which are when they were not: last, for they have no place among the others. */
static void
ask_timeless(struct zv_source *s, struct asked *a)
{
	const char *start = zv_buf_cstr(&s->start);

	zv_buf_printf(&s->sql, "(%s IS NULL OR %s < ?) ORDER BY 1%s LIMIT ? OFFSET ?",
		      start, start, zv_buf_cstr(&s->ties));
	add_value(a, zv_source_time(s, ZV_SOURCE_FIRST_MS, a->from));
	add_value(a, zv_db_int(s->page_rows));
	add_value(a, zv_db_int((int64_t)s->place.same));
}

/* Equal starts are counted: uniqueid need not be there, nor be unique. */
static void
ask_by_start(struct zv_source *s, struct asked *a)
{
	const char *key = zv_buf_cstr(&s->key);

	zv_buf_printf(&s->sql, "%s >= ?", key);
	add_value(a, s->place.type == ZV_DB_NULL
			     ? zv_source_time(s, ZV_SOURCE_FIRST_MS, a->first)
			     : key_value(&s->place));
	add_span(s, a);
	zv_buf_printf(&s->sql, " ORDER BY %s%s LIMIT ? OFFSET ?", key,
		      zv_buf_cstr(&s->ties));
	add_value(a, zv_db_int(s->page_rows));
	add_value(a, zv_db_int((int64_t)s->place.same));
}

static void
ask_by_id(struct zv_source *s, struct asked *a)
{
	const char *key = zv_buf_cstr(&s->key);

	if (s->place.type == ZV_DB_NULL) {
		zv_buf_printf(&s->sql, "%s IS NOT NULL", key);
	} else {
		zv_buf_printf(&s->sql, "%s > ?", key);
		add_value(a, key_value(&s->place));
	}
	add_span(s, a);
	zv_buf_printf(&s->sql, " ORDER BY %s LIMIT ?", key);
	add_value(a, zv_db_int(s->page_rows));
}

static void
ask_by_offset(struct zv_source *s, struct asked *a)
{
	zv_buf_printf(&s->sql, "SELECT * FROM %s WHERE position >= ?",
		      s->kind == ZV_RECORD_CDR ? "cdr" : "cel");
	add_value(a, zv_db_int(s->place.type == ZV_DB_NULL ? 0 : s->place.number));
}

static int
open_page(struct zv_source *s, struct zv_error *err)
{
	struct asked a = { .n = 0 };

	zv_buf_clear(&s->sql);
	if (s->order != ZV_ORDER_OFFSET)
		zv_buf_printf(&s->sql, "SELECT %s FROM %s WHERE ",
			      zv_buf_cstr(&s->select), zv_buf_cstr(&s->table));
	if (s->order == ZV_ORDER_OFFSET)
		ask_by_offset(s, &a);
	else if (s->phase == ZV_PHASE_TIMELESS)
		ask_timeless(s, &a);
	else if (s->order == ZV_ORDER_ID)
		ask_by_id(s, &a);
	else
		ask_by_start(s, &a);
	if (zv_buf_failed(&s->sql))
		return zv_fail_nomem(err);
	s->page_given = 0;
	return zv_db_query(s->db, zv_buf_cstr(&s->sql), a.values, a.n, &s->rows, err);
}

int
zv_source_read_name(struct zv_source *s, struct zv_error *err)
{
	const struct zv_db_value *first = NULL;
	int rc;

	s->place = (struct zv_source_place){ .type = ZV_DB_NULL };
	rc = open_page(s, err);
	if (rc == 0)
		rc = zv_db_next(s->rows, &first, err);
	if (rc >= 0)
		zv_source_name_file(&s->file, rc ? first : NULL,
				    zv_db_columns(s->rows));
	zv_source_end_page(s);
	return rc < 0 ? rc : 0;
}

int
zv_source_seek(struct zv_source *s, int64_t offset, struct zv_error *err)
{
	s->place = (struct zv_source_place){ .type = ZV_DB_INT, .number = offset };
	return open_page(s, err);
}

/* In this very moment: it is read from its beginning. */
static bool
is_rotated(struct zv_source *s, const struct zv_error *why)
{
	if (s->order != ZV_ORDER_OFFSET || why->system != ZV_DB_ROTATED ||
	    s->place.type == ZV_DB_NULL)
		return false;
	return zv_source_read_name(s, NULL) == 0;
}

void
zv_source_end_page(struct zv_source *s)
{
	zv_db_end(s->rows);
	s->rows = NULL;
}

static void
turn_phase(struct zv_source *s)
{
	bool has_more = s->phase == ZV_PHASE_ROWS && s->order == ZV_ORDER_START &&
			!s->from_ms && !s->to_ms;

	s->phase = has_more ? ZV_PHASE_TIMELESS : ZV_PHASE_END;
	if (has_more)
		s->place = (struct zv_source_place){ .type = ZV_DB_NULL };
}

/* The page is over: is there another? A file has only one. */
static void
turn_page(struct zv_source *s)
{
	bool was_full = s->page_given == s->page_rows;

	zv_source_end_page(s);
	if (s->order == ZV_ORDER_OFFSET)
		s->phase = ZV_PHASE_END;
	else if (!was_full)
		turn_phase(s);
	if (was_full && s->page_rows < ZV_SOURCE_PAGE_ROWS_MAX)
		s->page_rows *= 2;
}

/* ---- the place ------------------------------------------------------------------------- */

static bool
is_same_key(const struct zv_source_place *p, const struct zv_db_value *v)
{
	if (p->type != v->type)
		return false;
	if (v->type == ZV_DB_INT)
		return p->number == v->number;
	if (v->type == ZV_DB_REAL)
		return p->real == v->real;
	return zvon_str_equal((struct zv_str){ p->text, p->n }, v->text);
}

/* false: the start is no start, but a text without end: nothing can go on behind it. */
static bool
note_place(struct zv_source *s, const struct zv_db_value *v)
{
	struct zv_source_place *p = &s->place;

	if (s->phase == ZV_PHASE_TIMELESS || is_same_key(p, v)) {
		p->same++;
		return true;
	}
	*p = (struct zv_source_place){
		.type = v->type, .number = v->number, .real = v->real, .same = 1
	};
	if (v->type != ZV_DB_TEXT)
		return true;
	if (v->text.n >= sizeof p->text)
		return false;
	memcpy(p->text, v->text.p, v->text.n);
	p->n = v->text.n;
	return true;
}

/* ---- rows ------------------------------------------------------------------------------- */

/* The server went away, or the page took too long because what it gave took long to write:
 * once more from the place where we are, on a new connection (fault 102). */
static bool
ask_again(struct zv_source *s, int rc)
{
	bool is_first = !s->has_reopened;

	zv_source_end_page(s);
	s->has_reopened = true;
	return is_first && !atomic_load(&s->is_interrupted) &&
	       (rc == ZV_ECLOSED || rc == ZV_ETIMEOUT);
}

/* 1, 0, < 0: a row as the database gives it. */
static int
next_values(struct zv_source *s, const struct zv_db_value **values,
	    struct zv_error *err)
{
	struct zv_error why = { 0 };
	int rc = 0;

	while (s->phase != ZV_PHASE_END) {
		rc = s->rows ? 0 : open_page(s, &why);
		if (rc == 0)
			rc = zv_db_next(s->rows, values, &why);
		if (rc == 1)
			return 1;
		if (rc == 0)
			turn_page(s);
		else if (!is_rotated(s, &why) && !ask_again(s, rc))
			return zv_fail(err, rc, "%s", why.text);
		else
			why = (struct zv_error){ 0 };
	}
	return 0;
}

static bool
is_asked(const struct zv_source *s, int64_t time_ms)
{
	return (!s->from_ms || time_ms >= s->from_ms) &&
	       (!s->to_ms || time_ms < s->to_ms);
}

/* The line of names that tools write above what they export. */
static bool
is_head_line(const struct zv_source *s, const struct zv_source_row *row)
{
	return s->order == ZV_ORDER_OFFSET && row->time_ms == 0 &&
	       (zvon_str_equal_nocase(row->cdr.uniqueid, ZV_STR("uniqueid")) ||
		zvon_str_equal_nocase(row->cel.uniqueid, ZV_STR("uniqueid")) ||
		zvon_str_equal_nocase(row->cdr.channel, ZV_STR("channel")));
}

int
zv_source_next(struct zv_source *s, struct zv_source_row *row, struct zv_error *err)
{
	const struct zv_db_value *values;
	int rc = zv_source_next_older(s, row, err);

	if (rc != 0)
		return rc;
	while ((rc = next_values(s, &values, err)) == 1) {
		const struct zv_db_value *key = &values[s->key_at];

		s->page_given++;
		s->has_reopened = false;
		if (!note_place(s, key))
			return zv_fail(err, ZV_ETOOBIG,
				       "a time of more than %d bytes in %s of %s",
				       ZV_SOURCE_KEY_MAX - 1, zv_buf_cstr(&s->table),
				       zv_db_name(s->db));
		s->done = s->order == ZV_ORDER_OFFSET ? s->place.number : s->done + 1;
		zv_source_take(s, values, zv_db_columns(s->rows), row);
		if (row->time_ms > s->newest_ms)
			s->newest_ms = row->time_ms;
		if (is_asked(s, row->time_ms) && !is_head_line(s, row))
			return 1;
	}
	return rc;
}
