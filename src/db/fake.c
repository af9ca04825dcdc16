#include "db/fake.h"

#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/str.h"
#include "db/driver.h"

/* A script, and how far it was followed. */
static struct script {
	const char *name, *at;
} scripts[ZV_DB_FAKES_MAX];

struct fake {
	struct script *script;
	struct zv_buf texts; /* of the row */
	struct zv_db_value values[ZV_DB_PARAMETERS_MAX];
};

static struct script *
find_script(const char *name)
{
	for (size_t i = 0; i < ZV_DB_FAKES_MAX; i++)
		if (scripts[i].name && strcmp(scripts[i].name, name) == 0)
			return &scripts[i];
	return NULL;
}

bool
zv_db_fake_set(const char *name, const char *text)
{
	struct script *s = find_script(name);

	for (size_t i = 0; !s && i < ZV_DB_FAKES_MAX; i++)
		s = scripts[i].name ? NULL : &scripts[i];
	if (s)
		*s = (struct script){ name, text };
	return s != NULL;
}

const char *
zv_db_fake_left(const char *name)
{
	const struct script *s = find_script(name);

	return s ? s->at : "";
}

/* ---- its lines --------------------------------------------------------------------------- */

static struct zv_str
peek(const struct fake *f, size_t *length)
{
	struct zv_str rest = zvon_str(f->script->at), line;
	size_t end = zv_str_find(rest, ZV_STR("\n"));

	line = (struct zv_str){ rest.p, end };
	*length = end + (end < rest.n);
	return zv_str_trim(line);
}

/* What follows that word in the next line, which is then used up; false: it has another. */
static bool
take_line(struct fake *f, const char *word, struct zv_str *rest)
{
	size_t length;
	struct zv_str line = peek(f, &length), name = zvon_str(word);

	while (length && (line.n == 0 || line.p[0] == '#')) {
		f->script->at += length;
		line = peek(f, &length);
	}
	if (!zv_str_starts(line, name) || (line.n > name.n && line.p[name.n] != ' '))
		return false;
	*rest = zv_str_trim(zv_str_from(line, name.n));
	f->script->at += length;
	return true;
}

/* The quoted text at the front of *rest; '' in it is '. */
static struct zv_str
take_text(struct zv_buf *texts, struct zv_str *rest)
{
	size_t at = texts->n, i = 1;

	for (; i < rest->n; i++) {
		if (rest->p[i] == '\'' && (i + 1 == rest->n || rest->p[i + 1] != '\''))
			break;
		if (rest->p[i] == '\'')
			i++;
		zv_buf_add_char(texts, rest->p[i]);
	}
	*rest = zv_str_from(*rest, i + 1);
	return (struct zv_str){ texts->p + at, texts->n - at };
}

static bool
take_value(struct zv_buf *texts, struct zv_str *rest, struct zv_db_value *out)
{
	struct zv_str word;

	*rest = zv_str_trim(*rest);
	if (rest->n == 0)
		return false;
	if (rest->p[0] == '\'') {
		*out = zv_db_text(take_text(texts, rest));
		return true;
	}
	zv_str_split(rest, ' ', &word);
	zv_db_number(word, out);
	if (zvon_str_equal(word, ZV_STR("NULL")))
		*out = zv_db_null();
	return true;
}

/* Values of a line, and how many. */
static size_t
take_values(struct fake *f, struct zv_str rest, struct zv_db_value *out, size_t most)
{
	size_t n = 0;

	zv_buf_clear(&f->texts);
	if (zv_buf_reserve(&f->texts, rest.n + 1) < 0) /* it may not move */
		return 0;
	while (n < most && take_value(&f->texts, &rest, &out[n]))
		n++;
	return n;
}

static int
code_of(struct zv_str name)
{
	for (int code = ZV_ENOMEM; code >= ZV_ETLS; code--)
		if (zvon_str_equal(name, zvon_str(zvon_err_name(code))))
			return code;
	return ZV_EINVAL;
}

/* "ECLOSED the server is gone" */
static int
fail_as_told(struct zv_db *db, struct zv_str rest, struct zv_error *err)
{
	struct zv_str name;
	int code;

	zv_str_split(&rest, ' ', &name);
	if (zvon_str_equal(name, ZV_STR("DUPLICATE")))
		return zv_db_fail_duplicate(db, "as told", err);
	code = code_of(name);
	db->is_lost = db->is_lost || code == ZV_ECLOSED;
	return zv_fail(err, code, "%s: %.*s", db->url->shown, ZV_ARG(rest));
}

/* ---- statements -------------------------------------------------------------------------- */

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Blanks count as one; a '*' at the end of what is expected stands for anything. */
static bool
is_expected(struct zv_str wanted, struct zv_str sql)
{
	size_t i = 0, k = 0;

	sql = zv_str_trim(sql);
	for (; i < wanted.n; i++, k++) {
		if (wanted.p[i] == '*' && i + 1 == wanted.n)
			return true;
		if (k >= sql.n)
			return false;
		if (is_blank(wanted.p[i]) && is_blank(sql.p[k]))
			while (k + 1 < sql.n && is_blank(sql.p[k + 1]))
				k++;
		else if (wanted.p[i] != sql.p[k])
			return false;
	}
	return k == sql.n;
}

static bool
is_equal(const struct zv_db_value *a, const struct zv_db_value *b)
{
	if (a->type != b->type)
		return false;
	return a->type == ZV_DB_INT    ? a->number == b->number
	       : a->type == ZV_DB_REAL ? a->real == b->real
				       : zvon_str_equal(a->text, b->text);
}

static int
check_values(struct zv_db *db, struct zv_str told, const struct zv_db_value *values,
	     size_t n, struct zv_error *err)
{
	struct fake *f = db->own;

	if (take_values(f, told, f->values, ZV_DB_PARAMETERS_MAX) != n)
		return zv_fail(err, ZV_EINVAL, "%s: %zu values came instead of %.*s",
			       db->url->shown, n, ZV_ARG(told));
	for (size_t i = 0; i < n; i++)
		if (!is_equal(&f->values[i], &values[i]))
			return zv_fail(err, ZV_EINVAL,
				       "%s: value %zu is not that of %.*s",
				       db->url->shown, i + 1, ZV_ARG(told));
	return 0;
}

static int
expect(struct zv_db *db, const char *sql, const struct zv_db_value *values, size_t n,
       struct zv_error *err)
{
	struct fake *f = db->own;
	struct zv_str rest = { 0 };
	int r = 0;

	if (!take_line(f, ">", &rest) || !is_expected(rest, zvon_str(sql)))
		return zv_fail(err, ZV_EINVAL, "%s: '%.150s' came instead of '%.*s'",
			       db->url->shown, sql, ZV_ARG(rest));
	if (take_line(f, "with", &rest))
		r = check_values(db, rest, values, n, err);
	if (r == 0 && take_line(f, "error", &rest))
		r = fail_as_told(db, rest, err);
	return r;
}

static long long
fake_run(struct zv_db *db, const char *sql, const struct zv_db_value *values, size_t n,
	 struct zv_error *err)
{
	struct fake *f = db->own;
	long long changed = 0;
	struct zv_str rest;
	int r = expect(db, sql, values, n, err);

	if (r == 0 && take_line(f, "changed", &rest))
		zv_num_parse(rest, 0, INT64_MAX, &changed);
	return r < 0 ? r : changed;
}

static int
fake_query(struct zv_db *db, const char *sql, const struct zv_db_value *values,
	   size_t n, struct zv_error *err)
{
	struct fake *f = db->own;
	struct zv_str names = { 0 }, name, count;
	int r = expect(db, sql, values, n, err);
	size_t columns = 0;

	if (r < 0)
		return r;
	take_line(f, "columns", &names);
	for (count = names; zv_str_split(&count, ' ', &name);)
		columns += name.n > 0;
	if (zv_db_rows_begin(db, columns) < 0)
		return zv_fail_nomem(err);
	for (size_t i = 0; i < columns && zv_str_split(&names, ' ', &name);) {
		char *copy = name.n ? zv_memdup(name.p, name.n) : NULL;

		r = copy && r == 0 ? zv_db_rows_name(db, i++, copy) : r;
		zv_free(copy);
	}
	return r < 0 ? zv_fail_nomem(err) : 0;
}

static int
fake_next(struct zv_db *db, struct zv_error *err)
{
	struct fake *f = db->own;
	struct zv_str rest;

	if (take_line(f, "error", &rest))
		return fail_as_told(db, rest, err);
	if (!take_line(f, "row", &rest))
		return 0;
	for (size_t i = 0; i < db->rows.n; i++)
		db->rows.values[i] = zv_db_null();
	take_values(f, rest, db->rows.values, db->rows.n);
	return 1;
}

/* Rows that nobody wanted. */
static void
fake_end(struct zv_db *db)
{
	struct zv_str rest;

	while (take_line(db->own, "row", &rest) || take_line(db->own, "error", &rest))
		;
}

/* ---- opening ----------------------------------------------------------------------------- */

static int
fake_open(struct zv_db *db, struct zv_error *err)
{
	struct fake *f = db->own = zv_calloc(1, sizeof *f);
	struct zv_str rest;

	if (!f)
		return zv_fail_nomem(err);
	f->script = find_script(db->url->path);
	if (!f->script)
		return zv_fail(err, ZV_ENOTFOUND, "%s: there is no such script",
			       db->url->shown);
	return take_line(f, "open", &rest) ? fail_as_told(db, rest, err) : 0;
}

static void
fake_close(struct zv_db *db)
{
	struct fake *f = db->own;

	if (!f)
		return;
	zv_buf_deinit(&f->texts);
	zv_free(f);
	db->own = NULL;
}

static int
fake_ping(struct zv_db *db, struct zv_error *err)
{
	return expect(db, "ping", NULL, 0, err);
}

static const char *const words[] = { NULL };

const struct zv_db_driver zv_db_fake = {
	.version = ZV_DB_DRIVER_VERSION,
	.dialect = ZV_DB_SQLITE,
	.begin = "BEGIN",
	.words = words,
	.open = fake_open,
	.close = fake_close,
	.run = fake_run,
	.query = fake_query,
	.next = fake_next,
	.end = fake_end,
	.ping = fake_ping,
};
