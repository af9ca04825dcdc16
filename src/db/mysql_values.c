/* Values on their way to the server and back. Texts are fetched into places that grow: a row is
 * never longer in memory than its longest so far. */
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "db/maria.h"

#define FIRST_BYTES    256
#define BINARY_CHARSET 63 /* the number of "binary" among the character sets */

/* ---- to the server ------------------------------------------------------------------------ */

static void
bind_text(MYSQL_BIND *b, enum enum_field_types type, struct zv_str s)
{
	b->buffer_type = type;
	b->buffer = (void *)(s.p ? s.p : "");
	b->buffer_length = (unsigned long)s.n;
	b->length = &b->buffer_length;
}

void
maria_bind(struct maria *m, const struct zv_db_value *values, size_t n)
{
	memset(m->parameters, 0, n * sizeof *m->parameters);
	for (size_t i = 0; i < n; i++) {
		const struct zv_db_value *v = &values[i];
		MYSQL_BIND *b = &m->parameters[i];

		b->buffer_type = MYSQL_TYPE_NULL;
		if (v->type == ZV_DB_INT) {
			b->buffer_type = MYSQL_TYPE_LONGLONG;
			b->buffer = (void *)&v->number;
		} else if (v->type == ZV_DB_REAL) {
			b->buffer_type = MYSQL_TYPE_DOUBLE;
			b->buffer = (void *)&v->real;
		} else if (v->type == ZV_DB_TEXT) {
			bind_text(b, MYSQL_TYPE_STRING, v->text);
		} else if (v->type == ZV_DB_BLOB) {
			bind_text(b, MYSQL_TYPE_BLOB, v->text);
		}
	}
}

/* ---- from the server ---------------------------------------------------------------------- */

static const struct {
	enum enum_field_types type;
	enum zv_db_type is;
} kinds[] = {
	{ MYSQL_TYPE_TINY, ZV_DB_INT },	    { MYSQL_TYPE_SHORT, ZV_DB_INT },
	{ MYSQL_TYPE_INT24, ZV_DB_INT },    { MYSQL_TYPE_LONG, ZV_DB_INT },
	{ MYSQL_TYPE_LONGLONG, ZV_DB_INT }, { MYSQL_TYPE_YEAR, ZV_DB_INT },
	{ MYSQL_TYPE_FLOAT, ZV_DB_REAL },   { MYSQL_TYPE_DOUBLE, ZV_DB_REAL },
	{ MYSQL_TYPE_DECIMAL, ZV_DB_NULL }, { MYSQL_TYPE_NEWDECIMAL, ZV_DB_NULL },
	{ MYSQL_TYPE_BIT, ZV_DB_BLOB },
};

/* Dates and times have the number of "binary" too, and are text. */
static bool
is_of_bytes(const MYSQL_FIELD *f)
{
	static const enum enum_field_types types[] = {
		MYSQL_TYPE_TINY_BLOB, MYSQL_TYPE_MEDIUM_BLOB, MYSQL_TYPE_LONG_BLOB,
		MYSQL_TYPE_BLOB,      MYSQL_TYPE_VAR_STRING,  MYSQL_TYPE_STRING,
		MYSQL_TYPE_VARCHAR,
	};

	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (types[i] == f->type)
			return f->charsetnr == BINARY_CHARSET;
	return false;
}

static enum zv_db_type
kind_of(const MYSQL_FIELD *f)
{
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (kinds[i].type == f->type)
			return kinds[i].is;
	return is_of_bytes(f) ? ZV_DB_BLOB : ZV_DB_TEXT;
}

static void
bind_column(MYSQL_BIND *b, struct maria_column *c)
{
	memset(b, 0, sizeof *b);
	b->is_null = &c->is_null;
	b->length = &c->length;
	b->error = &c->is_cut;
	b->is_unsigned = c->is_unsigned;
	if (c->type == ZV_DB_INT) {
		b->buffer_type = MYSQL_TYPE_LONGLONG;
		b->buffer = &c->number;
	} else if (c->type == ZV_DB_REAL) {
		b->buffer_type = MYSQL_TYPE_DOUBLE;
		b->buffer = &c->real;
	} else {
		b->buffer_type =
			c->type == ZV_DB_BLOB ? MYSQL_TYPE_BLOB : MYSQL_TYPE_STRING;
		b->buffer = c->bytes;
		b->buffer_length = c->cap;
	}
}

static int
grow(struct maria_column *c, unsigned long cap)
{
	char *bytes = zv_realloc(c->bytes, cap);

	if (!bytes)
		return ZV_ENOMEM;
	c->bytes = bytes;
	c->cap = cap;
	return 0;
}

int
maria_prepare_columns(struct zv_db *db, struct maria_statement *s)
{
	MYSQL_RES *meta = mysql_stmt_result_metadata(s->stmt);
	size_t n = meta ? mysql_num_fields(meta) : 0;
	int r = zv_db_rows_begin(db, n);

	if (n != s->n_columns) { /* the first time, or the table was changed */
		maria_free_columns(s);
		s->columns = zv_calloc(n, sizeof *s->columns);
		s->binds = zv_calloc(n, sizeof *s->binds);
		if (!s->columns || !s->binds)
			r = ZV_ENOMEM;
		else
			s->n_columns = n;
	}
	for (size_t i = 0; r == 0 && i < n; i++) {
		const MYSQL_FIELD *f = mysql_fetch_field_direct(meta, (unsigned)i);
		struct maria_column *c = &s->columns[i];

		r = zv_db_rows_name(db, i, f->name);
		c->type = kind_of(f);
		c->is_unsigned = (f->flags & UNSIGNED_FLAG) != 0;
		if (r == 0 && !c->bytes && c->type != ZV_DB_INT &&
		    c->type != ZV_DB_REAL)
			r = grow(c, FIRST_BYTES);
	}
	for (size_t i = 0; r == 0 && i < n; i++)
		bind_column(&s->binds[i], &s->columns[i]);
	if (meta)
		mysql_free_result(meta);
	return r;
}

void
maria_free_columns(struct maria_statement *s)
{
	for (size_t i = 0; i < s->n_columns; i++)
		zv_free(s->columns[i].bytes);
	zv_free(s->columns);
	zv_free(s->binds);
	s->columns = NULL;
	s->binds = NULL;
	s->n_columns = 0;
}

/* The rest of a text that was longer than its place; 1: the places have moved. */
static int
fetch_long(struct zv_db *db, struct maria_statement *s, size_t i, struct zv_error *err)
{
	struct maria_column *c = &s->columns[i];

	if (!c->bytes || c->length <= c->cap)
		return 0;
	if (c->length > ZV_DB_VALUE_MAX)
		return zv_fail(err, ZV_ETOOBIG,
			       "%s: %s has a value of %lu bytes, the most is %u",
			       db->url->shown, db->rows.names.p + db->rows.names_at[i],
			       c->length, ZV_DB_VALUE_MAX);
	if (grow(c, c->length + c->length / 2) < 0)
		return zv_fail_nomem(err);
	bind_column(&s->binds[i], c);
	if (mysql_stmt_fetch_column(s->stmt, &s->binds[i], (unsigned)i, 0) != 0)
		return maria_fail(db, mysql_stmt_errno(s->stmt),
				  mysql_stmt_error(s->stmt), err);
	return 1;
}

static void
give(const struct maria_column *c, struct zv_db_value *out)
{
	*out = zv_db_null();
	if (c->is_null)
		return;
	out->type = c->type;
	out->number = (int64_t)c->number;
	out->real = c->real;
	out->text = (struct zv_str){ c->bytes, c->length };
	if (c->type == ZV_DB_NULL)
		zv_db_number(out->text, out);
	if (c->type == ZV_DB_INT && c->is_unsigned && c->number < 0) {
		out->type = ZV_DB_REAL; /* more than an int64_t holds */
		out->real = (double)(unsigned long long)c->number;
	}
}

int
maria_read_row(struct zv_db *db, struct maria_statement *s, struct zv_error *err)
{
	bool have_moved = false;

	for (size_t i = 0; i < s->n_columns; i++) {
		int r = s->columns[i].is_null ? 0 : fetch_long(db, s, i, err);

		if (r < 0)
			return r;
		have_moved = have_moved || r == 1;
		give(&s->columns[i], &db->rows.values[i]);
	}
	if (have_moved)
		mysql_stmt_bind_result(s->stmt, s->binds);
	return 0;
}
