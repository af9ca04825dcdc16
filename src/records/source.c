#include "records/source_impl.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/str.h"

/* ---- life ------------------------------------------------------------------------------- */

static int
open_db(struct zv_source *s, const struct zv_source_options *o, struct zv_error *err)
{
	struct zv_db_options db = o->db;

	db.read_only = true;
	db.create = false;
	if (!db.timeout_ms)
		db.timeout_ms = ZV_SOURCE_TIMEOUT_MS;
	s->kind = o->kind;
	s->zone = o->zone;
	s->db = zv_db_open(&db, err);
	return s->db ? 0 : ZV_EIO;
}

struct zv_source *
zv_source_open(const struct zv_source_options *options, struct zv_error *err)
{
	struct zv_source *s = zv_calloc(1, sizeof *s);

	if (!s) {
		zv_fail_nomem(err);
		return NULL;
	}
	zv_buf_add(&s->url, options->db.url);
	if (zv_buf_failed(&s->url))
		zv_fail_nomem(err);
	else if (open_db(s, options, err) == 0 &&
		 zv_source_look(s, options, err) == 0 &&
		 zv_source_start(s, zvon_str(""), 0, 0, err) == 0)
		return s;
	zv_source_close(s);
	return NULL;
}

static void
close_source(struct zv_source *s)
{
	struct zv_buf *bufs[] = { &s->table, &s->select, &s->report,
				  &s->key,   &s->start,	 &s->ties,
				  &s->sql,   &s->url,	 &s->warning };

	zv_source_forget_older(s);
	zv_source_end_page(s);
	zv_db_close(s->db);
	for (size_t i = 0; i < sizeof bufs / sizeof *bufs; i++)
		zv_buf_deinit(bufs[i]);
	zv_free(s);
}

void
zv_source_close(struct zv_source *s)
{
	if (s)
		close_source(s);
}

const char *
zv_source_report(const struct zv_source *s)
{
	return s->report.p;
}

const char *
zv_source_warning(const struct zv_source *s)
{
	return s->warning.n ? s->warning.p : NULL;
}

const char *
zv_source_name(const struct zv_source *s)
{
	return zv_db_name(s->db);
}

enum zv_record_kind
zv_source_kind(const struct zv_source *s)
{
	return s->kind;
}

void
zv_source_interrupt(struct zv_source *s)
{
	atomic_store(&s->is_interrupted, true);
	zv_db_interrupt(s->db);
}

/* ---- position ------------------------------------------------------------------------- */

/* Before its first row the span that is read counts, too. */
static void
write_offset(const struct zv_source *s, char *out)
{
	bool is_begun = s->place.type != ZV_DB_NULL;

	snprintf(out, ZV_SOURCE_POSITION_MAX,
		 "o:%" PRId64 ":%016" PRIx64 ":%016" PRIx64 ":%s:%" PRId64,
		 is_begun ? s->place.number : 0, s->file.print, s->file.head,
		 s->file.inode, is_begun ? 0 : s->from_ms);
}

/* "i:12", "o:4711:PRINT:HEAD:INODE:FROM", "n:5" (five rows without a start), "s:2:t:2026-11-21 01:33:08"
 * (two rows of that start), "t:1795224785000" (what began then or later). */
static void
write_place(const struct zv_source *s, char *out)
{
	const struct zv_source_place *p = &s->place;
	const size_t most = ZV_SOURCE_POSITION_MAX;

	if (s->phase == ZV_PHASE_TIMELESS)
		snprintf(out, most, "n:%" PRIu64, p->same);
	else if (s->order == ZV_ORDER_OFFSET && s->file.print)
		write_offset(s, out);
	else if (p->type == ZV_DB_NULL && s->from_ms)
		snprintf(out, most, "t:%" PRId64, s->from_ms);
	else if (p->type == ZV_DB_NULL)
		out[0] = '\0';
	else if (s->order == ZV_ORDER_ID)
		snprintf(out, most, "i:%" PRId64, p->number);
	else if (p->type == ZV_DB_TEXT)
		snprintf(out, most, "s:%" PRIu64 ":t:%.*s", p->same, (int)p->n,
			 p->text);
	else if (p->type == ZV_DB_INT)
		snprintf(out, most, "s:%" PRIu64 ":n:%" PRId64, p->same, p->number);
	else
		snprintf(out, most, "s:%" PRIu64 ":r:%.17g", p->same, p->real);
}

void
zv_source_position(const struct zv_source *s, char out[ZV_SOURCE_POSITION_MAX])
{
	const struct zv_source *from = s->older ? s->older : s;

	if (from->place.type == ZV_DB_NULL && s->behind[0])
		memcpy(out, s->behind, sizeof s->behind);
	else
		write_place(from, out);
}

void
zv_source_end_position(const struct zv_source *s, char out[ZV_SOURCE_POSITION_MAX])
{
	if (s->order == ZV_ORDER_START && s->newest_ms > ZV_SOURCE_OVERLAP_MS)
		snprintf(out, ZV_SOURCE_POSITION_MAX, "t:%" PRId64,
			 s->newest_ms - ZV_SOURCE_OVERLAP_MS);
	else
		zv_source_position(s, out);
}

static bool
read_number(struct zv_str text, int64_t *out)
{
	long long number;

	if (zv_num_parse(text, INT64_MIN / 2, INT64_MAX / 2, &number) < 0)
		return false;
	*out = number;
	return true;
}

static bool
read_start(struct zv_source_place *p, struct zv_str text)
{
	struct zv_str part;
	int64_t same;

	if (!zv_str_split(&text, ':', &part) || !read_number(part, &same) || same < 0)
		return false;
	p->same = (uint64_t)same;
	if (!zv_str_split(&text, ':', &part) || part.n != 1 || text.n == 0 ||
	    text.n >= sizeof p->text)
		return false;
	p->type = part.p[0] == 't'   ? ZV_DB_TEXT
		  : part.p[0] == 'n' ? ZV_DB_INT
				     : ZV_DB_REAL;
	memcpy(p->text, text.p, text.n);
	p->n = text.n;
	if (p->type == ZV_DB_REAL)
		return sscanf(p->text, "%lf", &p->real) == 1;
	return p->type == ZV_DB_TEXT || read_number(text, &p->number);
}

static bool
read_hash(struct zv_str *rest, uint64_t *out)
{
	struct zv_str part;
	unsigned long long hash;
	char text[20];

	if (!zv_str_split(rest, ':', &part) || part.n != 16)
		return false;
	snprintf(text, sizeof text, "%.*s", ZV_ARG(part));
	if (sscanf(text, "%16llx", &hash) != 1)
		return false;
	*out = hash;
	return true;
}

/* The same file as then, and no shorter (copytruncate of logrotate)? */
static bool
goes_on(struct zv_source *s, const struct zv_source_file *file, int64_t offset)
{
	struct zv_error why = { 0 };

	return zv_source_is_file(file, &s->file) &&
	       (zv_source_seek(s, offset, &why) == 0 || why.system != ZV_DB_ROTATED);
}

/* Early versions wrote no more than the print. */
static int
read_offset(struct zv_source *s, struct zv_str text)
{
	struct zv_source_file file = { 0 };
	struct zv_str part;
	int64_t offset, from_ms;

	if (!zv_str_split(&text, ':', &part) || !read_number(part, &offset) ||
	    !read_hash(&text, &file.print))
		return 0;
	if (read_hash(&text, &file.head) && zv_str_split(&text, ':', &part)) {
		snprintf(file.inode, sizeof file.inode, "%.*s", ZV_ARG(part));
		if (read_number(text, &from_ms) && from_ms > s->from_ms)
			s->from_ms = from_ms;
	}
	return goes_on(s, &file, offset) ? 1 : zv_source_find_older(s, &file, offset);
}

/* 0: it is none of this source; < 0: out of memory. */
static int
read_place(struct zv_source *s, struct zv_str text)
{
	struct zv_str rest = text, letter;
	int64_t number;

	if (!zv_str_split(&rest, ':', &letter) || letter.n != 1 || rest.n == 0)
		return false;
	switch (letter.p[0]) {
	case 'i':
		s->place.type = ZV_DB_INT;
		return s->order == ZV_ORDER_ID && read_number(rest, &s->place.number);
	case 'o':
		return s->order == ZV_ORDER_OFFSET ? read_offset(s, rest) : 0;
	case 's':
		return s->order == ZV_ORDER_START && read_start(&s->place, rest);
	case 't':
		if (!read_number(rest, &number))
			return false;
		if (number > s->from_ms)
			s->from_ms = number;
		return true;
	case 'n':
		s->phase = ZV_PHASE_TIMELESS;
		if (s->order != ZV_ORDER_START || !read_number(rest, &number) ||
		    number < 0)
			return false;
		s->place.same = (uint64_t)number;
		return true;
	default:
		return false;
	}
}

int
zv_source_start(struct zv_source *s, struct zv_str position, int64_t from_ms,
		int64_t to_ms, struct zv_error *err)
{
	int rc;

	zv_source_end_page(s);
	s->from_ms = from_ms;
	s->to_ms = to_ms;
	s->place = (struct zv_source_place){ .type = ZV_DB_NULL };
	s->phase = ZV_PHASE_ROWS;
	s->page_rows = ZV_SOURCE_PAGE_ROWS;
	s->newest_ms = s->done = 0;
	s->has_reopened = false;
	zv_source_forget_older(s);
	zv_buf_clear(&s->warning);
	rc = position.n ? read_place(s, position) : 0;
	if (rc != 0)
		return rc < 0 ? zv_fail_nomem(err) : 0;
	s->from_ms = from_ms;
	s->place = (struct zv_source_place){ .type = ZV_DB_NULL };
	s->phase = ZV_PHASE_ROWS;
	return 0;
}

/* ---- how much ---------------------------------------------------------------------------- */

long long
zv_source_total(struct zv_source *s, bool *is_bytes)
{
	struct zv_db_rows *rows = NULL;
	const struct zv_db_value *row;
	long long total = -1;

	*is_bytes = s->order == ZV_ORDER_OFFSET;
	if (*is_bytes || s->rows)
		return -1;
	zv_buf_clear(&s->sql);
	zv_buf_printf(&s->sql, "SELECT COUNT(*) FROM %s", zv_buf_cstr(&s->table));
	if (!zv_buf_failed(&s->sql) &&
	    zv_db_query(s->db, zv_buf_cstr(&s->sql), NULL, 0, &rows, NULL) == 0 &&
	    zv_db_next(rows, &row, NULL) == 1 && row[0].type == ZV_DB_INT)
		total = row[0].number;
	zv_db_end(rows);
	return total;
}

long long
zv_source_done(const struct zv_source *s)
{
	return s->done;
}
