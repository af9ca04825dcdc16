/* source_columns.c - what a table really has: fault 103 is a table with other columns than
 * anybody thought of. */
#include "base/err.h"
#include "base/hash.h"
#include "base/num.h"
#include "base/str.h"
#include "records/source_impl.h"

/* The table's columns while they are looked at: names, and the first row. */
struct look {
	struct zv_source *s;
	struct zv_db_rows *rows;
	const struct zv_db_value *first; /* or NULL: it is empty */
	size_t n;
	bool used[ZV_SOURCE_COLUMNS_MAX];
	struct zv_buf missing, unknown;
};

static struct zv_str
name_of(const struct look *k, size_t i)
{
	return zvon_str(zv_db_column_name(k->rows, i));
}

static int
find(const struct look *k, struct zv_str name)
{
	for (size_t i = 0; i < k->n; i++)
		if (zvon_str_equal_nocase(name_of(k, i), name))
			return (int)i;
	return -1;
}

static int
find_any(const struct look *k, struct zv_str names)
{
	struct zv_str name;
	int at = -1;

	while (at < 0 && zv_str_split(&names, ' ', &name))
		at = find(k, name);
	return at;
}

static void
add_word(struct zv_buf *list, struct zv_str word)
{
	if (list->n)
		zv_buf_add_char(list, ',');
	zv_buf_add(list, word);
}

/* ---- which column is which field ---------------------------------------------------- */

/* "src=cnum" of the configuration. 0, or < 0: *err. */
static int
map_one(struct look *k, struct zv_str pair, struct zv_error *err)
{
	struct zv_str column = pair, name;
	int field, at;

	zv_str_split(&column, '=', &name);
	name = zv_str_trim(name);
	column = zv_str_trim(column);
	field = zv_column_of(k->s->kind, name);
	if (field < 0)
		return zv_fail(err, ZV_EINVAL,
			       "column %.*s: '%.*s' is no column of Asterisk's; write "
			       "NAME=COLUMN with a name such as src, start, uniqueid",
			       ZV_ARG(pair), ZV_ARG(name));
	if (column.n == 0) { /* "did=": not from this table */
		k->s->at[field] = -1;
		return 0;
	}
	at = find(k, column);
	if (at < 0)
		return zv_fail(err, ZV_ENOTFOUND,
			       "column %.*s: the table %s of %s has no '%.*s'",
			       ZV_ARG(pair), zv_buf_cstr(&k->s->table),
			       zv_db_name(k->s->db), ZV_ARG(column));
	k->s->at[field] = at;
	return 0;
}

static int
map_columns(struct look *k, const struct zv_source_options *o, struct zv_error *err)
{
	int rc = 0;

	for (int i = 0; zv_columns[k->s->kind][i].name; i++)
		k->s->at[i] =
			find_any(k, zv_preset_columns(k->s->preset, k->s->kind, i));
	for (size_t i = 0; rc == 0 && i < o->n_columns; i++)
		rc = map_one(k, o->columns[i], err);
	return rc;
}

static int
check_needed(struct look *k, struct zv_error *err)
{
	struct zv_buf have = { 0 };
	int rc = 0;

	for (int i = 0; rc == 0 && zv_columns[k->s->kind][i].name; i++) {
		const struct zv_column *f = &zv_columns[k->s->kind][i];

		if (k->s->at[i] >= 0) {
			k->used[k->s->at[i]] = true;
			continue;
		}
		add_word(&k->missing, zvon_str(f->name));
		if (!f->is_needed)
			continue;
		for (size_t c = 0; c < k->n && have.n < 200; c++)
			add_word(&have, name_of(k, c));
		rc = zv_fail(err, ZV_ENOTFOUND,
			     "table %s has no column for %s (preset %s); tell which it "
			     "is by column %s=NAME; it has %s",
			     zv_buf_cstr(&k->s->table), f->name, k->s->preset->name,
			     f->name, zv_buf_cstr(&have));
	}
	zv_buf_deinit(&have);
	return rc;
}

static void
list_unknown(struct look *k)
{
	for (size_t i = 0; i < k->n; i++)
		if (!k->used[i] && !zv_preset_is_known(k->s->kind, name_of(k, i)))
			add_word(&k->unknown, name_of(k, i));
}

/* ---- in which order ------------------------------------------------------------------- */

static int
field_at(const struct zv_source *s, const char *name)
{
	int field = zv_column_of(s->kind, zvon_str(name));

	return field < 0 ? -1 : s->at[field];
}

/* "id" may be anything: only a whole number counts as one that grows. */
static int
find_id(const struct look *k)
{
	int at = find_any(k, zvon_str(k->s->preset->tables[k->s->kind].ids));

	return at >= 0 && k->first && k->first[at].type == ZV_DB_INT ? at : -1;
}

static int
choose_order(struct look *k, struct zv_error *err)
{
	struct zv_source *s = k->s;
	int start_at = field_at(s, s->kind == ZV_RECORD_CDR ? "start" : "eventtime");

	if (zv_db_dialect(s->db) == ZV_DB_SCAN) {
		s->order = ZV_ORDER_OFFSET;
		s->key_at = find(k, ZV_STR("next_position"));
		return s->key_at >= 0 ? 0
				      : zv_fail(err, ZV_EPROTO,
						"%s does not tell where its rows end",
						zv_db_name(s->db));
	}
	s->key_at = find_id(k);
	s->order = s->key_at >= 0 ? ZV_ORDER_ID : ZV_ORDER_START;
	if (s->key_at < 0)
		s->key_at = start_at;
	return 0;
}

static bool
has_offset(struct zv_str text)
{
	for (size_t i = text.n; i > 11; i--)
		if (text.p[i - 1] == '+' || text.p[i - 1] == '-' ||
		    text.p[i - 1] == 'Z')
			return true;
	return false;
}

static enum zv_source_clock
clock_of(const struct zv_db_value *v)
{
	if (v && v->type == ZV_DB_INT)
		return v->number < 100000000000ll ? ZV_CLOCK_S : ZV_CLOCK_MS;
	if (v && v->type == ZV_DB_REAL)
		return ZV_CLOCK_S;
	if (v && v->type == ZV_DB_TEXT && has_offset(v->text))
		return ZV_CLOCK_ZONED;
	return ZV_CLOCK_TEXT;
}

/* ---- as SQL ----------------------------------------------------------------------------- */

static int
quote_ties(struct look *k, struct zv_error *err)
{
	static const char *const names[] = { "uniqueid", "sequence", "dstchannel" };
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < sizeof names / sizeof *names; i++) {
		int at = field_at(k->s, names[i]);

		if (at < 0)
			continue;
		zv_buf_add(&k->s->ties, ZV_STR(", "));
		rc = zv_db_quote(k->s->db, name_of(k, (size_t)at), &k->s->ties, err);
	}
	return rc;
}

static int
add_selected(struct look *k, int at, int *n, struct zv_error *err)
{
	if (*n)
		zv_buf_add(&k->s->select, ZV_STR(", "));
	++*n;
	return zv_db_quote(k->s->db, name_of(k, (size_t)at), &k->s->select, err);
}

/* Only the columns that are used; from then on `at` counts among these. */
static int
make_select(struct look *k, struct zv_error *err)
{
	struct zv_source *s = k->s;
	int start_at = field_at(s, s->kind == ZV_RECORD_CDR ? "start" : "eventtime");
	int n = 0, rc;

	rc = zv_db_quote(s->db, name_of(k, (size_t)s->key_at), &s->key, err);
	if (rc == 0)
		rc = zv_db_quote(s->db, name_of(k, (size_t)start_at), &s->start, err);
	if (rc == 0)
		rc = quote_ties(k, err);
	for (int i = 0; rc == 0 && zv_columns[s->kind][i].name; i++) {
		if (s->at[i] < 0)
			continue;
		rc = add_selected(k, s->at[i], &n, err);
		s->at[i] = n - 1;
	}
	if (rc == 0)
		rc = add_selected(k, s->key_at, &n, err);
	s->key_at = n - 1;
	return rc;
}

/* ---- the table ---------------------------------------------------------------------------- */

/* "asteriskcdrdb.cdr": a database and a table. */
static int
quote_table(struct zv_source *s, struct zv_str name, struct zv_error *err)
{
	struct zv_str part;
	int rc = 0;

	zv_buf_clear(&s->table);
	while (rc == 0 && zv_str_split(&name, '.', &part)) {
		if (s->table.n)
			zv_buf_add_char(&s->table, '.');
		rc = zv_db_quote(s->db, part, &s->table, err);
	}
	return rc < 0 ? rc : zv_buf_failed(&s->table) ? zv_fail_nomem(err) : 0;
}

/* SQL that has to live as long as its statement: in s->sql. */
static int
ask_first(struct look *k, struct zv_error *err)
{
	struct zv_source *s = k->s;
	struct zv_db_value zero = zv_db_int(0);
	bool is_scan = zv_db_dialect(s->db) == ZV_DB_SCAN;
	int rc;

	zv_buf_clear(&s->sql);
	if (is_scan)
		zv_buf_printf(&s->sql, "SELECT * FROM %s WHERE position >= ?",
			      s->kind == ZV_RECORD_CDR ? "cdr" : "cel");
	else
		zv_buf_printf(&s->sql, "SELECT * FROM %s LIMIT 1",
			      zv_buf_cstr(&s->table));
	zv_db_end(k->rows);
	k->rows = NULL;
	rc = zv_db_query(s->db, zv_buf_cstr(&s->sql), &zero, is_scan, &k->rows, err);
	if (rc < 0)
		return rc;
	rc = zv_db_next(k->rows, &k->first, err);
	if (rc == 0)
		k->first = NULL;
	k->n = zv_db_columns(k->rows);
	if (k->n > ZV_SOURCE_COLUMNS_MAX)
		k->n = ZV_SOURCE_COLUMNS_MAX;
	return rc < 0 ? rc : 0;
}

static int
ask_table(struct look *k, const struct zv_preset *preset, struct zv_str table,
	  struct zv_error *err)
{
	const char *usual = preset->tables[k->s->kind].table;
	int rc;

	if (!usual && table.n == 0)
		return zv_fail(err, ZV_EINVAL, "preset %s has no table of CEL",
			       preset->name);
	k->s->preset = preset;
	rc = quote_table(k->s, table.n ? table : zvon_str(usual), err);
	return rc < 0 ? rc : ask_first(k, err);
}

/* None is named: the first whose table is there. */
static int
guess_table(struct look *k, struct zv_str table, struct zv_error *err)
{
	static const char *const guesses[] = { "asterisk", "mikopbx", "pt1c" };
	struct zv_error why = { 0 };
	int rc = ZV_ENOTFOUND;

	if (zv_db_dialect(k->s->db) == ZV_DB_SCAN)
		return ask_table(k, zv_preset_find(ZV_STR("csv")), table, err);
	if (table.n)
		return ask_table(k, zv_preset_find(ZV_STR("asterisk")), table, err);
	for (size_t i = 0; i < sizeof guesses / sizeof *guesses; i++) {
		const struct zv_preset *p = zv_preset_find(zvon_str(guesses[i]));
		struct zv_error other = { 0 };

		if (!p->tables[k->s->kind].table)
			continue;
		rc = ask_table(k, p, table, i ? &other : &why);
		if (rc != ZV_ENOTFOUND)
			return rc == 0 ? 0
				       : zv_fail(err, rc, "%s",
						 (i ? &other : &why)->text);
	}
	return zv_fail(err, rc, "%s; is it called otherwise? name it, or a preset: %s",
		       why.text, zv_preset_names());
}

static int
find_table(struct look *k, const struct zv_source_options *o, struct zv_error *err)
{
	const struct zv_preset *preset;

	if (o->preset.n == 0)
		return guess_table(k, o->table, err);
	preset = zv_preset_find(o->preset);
	if (!preset)
		return zv_fail(err, ZV_EINVAL, "no preset '%.*s'; there are %s",
			       ZV_ARG(o->preset), zv_preset_names());
	return ask_table(k, preset, o->table, err);
}

static void
write_report(struct look *k)
{
	static const char *const orders[] = { "start", "number", "offset" };
	struct zv_source *s = k->s;

	zv_buf_clear(&s->report);
	zv_buf_printf(&s->report, "table=%s preset=%s order=%s", zv_buf_cstr(&s->table),
		      s->preset->name, orders[s->order]);
	if (k->missing.n)
		zv_buf_printf(&s->report, " missing=%s", zv_buf_cstr(&k->missing));
	if (k->unknown.n)
		zv_buf_printf(&s->report, " unknown=%s", zv_buf_cstr(&k->unknown));
}

/* An ordinary table of SQLite has a number in any case; a view has none. Asked when the first
 * row is done with: one answer at a time. */
static void
use_rowid(struct zv_source *s)
{
	const struct zv_db_value *row;
	struct zv_db_rows *rows = NULL;

	zv_buf_clear(&s->sql);
	zv_buf_printf(&s->sql, "SELECT rowid FROM %s LIMIT 1", zv_buf_cstr(&s->table));
	if (zv_db_query(s->db, zv_buf_cstr(&s->sql), NULL, 0, &rows, NULL) == 0 &&
	    zv_db_next(rows, &row, NULL) == 1 && row[0].type == ZV_DB_INT) {
		s->order = ZV_ORDER_ID;
		s->key_at++;
		zv_buf_clear(&s->key);
		zv_buf_add(&s->key, ZV_STR("rowid"));
		zv_buf_add(&s->select, ZV_STR(", rowid"));
	}
	zv_db_end(rows);
}

static int
look(struct look *k, const struct zv_source_options *options, struct zv_error *err)
{
	struct zv_source *s = k->s;
	int at, rc = find_table(k, options, err);

	if (rc == 0)
		rc = map_columns(k, options, err);
	if (rc == 0)
		rc = check_needed(k, err);
	if (rc == 0)
		rc = choose_order(k, err);
	if (rc < 0)
		return rc;
	at = field_at(s, s->kind == ZV_RECORD_CDR ? "start" : "eventtime");
	s->clock = clock_of(k->first ? &k->first[at] : NULL);
	if (s->order == ZV_ORDER_OFFSET)
		zv_source_name_file(&s->file, k->first, zv_db_columns(k->rows));
	list_unknown(k);
	return s->order == ZV_ORDER_OFFSET ? 0 : make_select(k, err);
}

int
zv_source_look(struct zv_source *s, const struct zv_source_options *options,
	       struct zv_error *err)
{
	struct look k = { .s = s };
	int rc;

	if (options->n_columns > ZV_SOURCE_MAPPED_MAX)
		return zv_fail(err, ZV_ETOOBIG, "more than %d columns are mapped",
			       ZV_SOURCE_MAPPED_MAX);
	rc = look(&k, options, err);
	zv_db_end(k.rows);
	if (rc == 0 && s->order == ZV_ORDER_START &&
	    zv_db_dialect(s->db) == ZV_DB_SQLITE)
		use_rowid(s);
	if (rc == 0) {
		write_report(&k);
		if (zv_buf_failed(&s->report) || zv_buf_failed(&s->select) ||
		    zv_buf_failed(&s->ties) || zv_buf_failed(&s->key))
			rc = zv_fail_nomem(err);
	}
	zv_buf_deinit(&k.missing);
	zv_buf_deinit(&k.unknown);
	return rc;
}
