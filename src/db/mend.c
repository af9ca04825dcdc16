/* Values on their way to a database and back: how big they may be, and that texts are UTF-8. */
#include "db/handle.h"

#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/utf.h"

#define REPLACEMENT ZV_STR("\xEF\xBF\xBD")

/* Appends the text with U+FFFD for what is no UTF-8, and for NUL if that may not be. */
static int
mend(struct zv_buf *out, struct zv_str s, bool nul_too)
{
	while (s.n) {
		size_t bad = 1, good = zv_utf8_char(s, &bad);
		bool wrong = good == 0 || (nul_too && s.p[0] == '\0');

		if (zv_buf_add(out,
			       wrong ? REPLACEMENT : (struct zv_str){ s.p, good }) < 0)
			return ZV_ENOMEM;
		s = zv_str_from(s, good ? good : bad);
	}
	return 0;
}

/* ---- parameters -------------------------------------------------------------------------- */

int
zv_db_check_values(struct zv_db *db, const struct zv_db_value *values, size_t n,
		   struct zv_error *err)
{
	if (n > ZV_DB_PARAMETERS_MAX)
		return zv_fail(err, ZV_ETOOBIG,
			       "%s: %zu parameters for one statement, the most is %d",
			       zv_db_name(db), n, ZV_DB_PARAMETERS_MAX);
	for (size_t i = 0; i < n; i++)
		if ((values[i].type == ZV_DB_TEXT || values[i].type == ZV_DB_BLOB) &&
		    values[i].text.n > ZV_DB_VALUE_MAX)
			return zv_fail(err, ZV_ETOOBIG,
				       "%s: a value of %zu bytes, the most is %u",
				       zv_db_name(db), values[i].text.n,
				       ZV_DB_VALUE_MAX);
	return 0;
}

static bool
must_be_mended(const struct zv_db_value *v)
{
	return v->type == ZV_DB_TEXT &&
	       (zv_utf8_valid(v->text) < v->text.n ||
		(v->text.n && memchr(v->text.p, 0, v->text.n)));
}

/* The databases differ in what they do with text that is no UTF-8 (SQLite keeps it, PostgreSQL
 * refuses it), so none of them sees such text. */
int
zv_db_mend_values(struct zv_db *db, const struct zv_db_value **values, size_t n)
{
	size_t first = 0, room = 0;

	while (first < n && !must_be_mended(&(*values)[first]))
		first++;
	if (first == n)
		return 0;
	if (!db->values)
		db->values = zv_calloc(ZV_DB_PARAMETERS_MAX, sizeof *db->values);
	if (!db->values)
		return ZV_ENOMEM;
	for (size_t i = first; i < n; i++)
		room += must_be_mended(&(*values)[i]) ? 3 * (*values)[i].text.n : 0;
	zv_buf_clear(&db->texts);
	if (zv_buf_reserve(&db->texts, room) < 0) /* at once: it may not move */
		return ZV_ENOMEM;
	for (size_t i = 0; i < n; i++) {
		struct zv_db_value v = (*values)[i];

		if (must_be_mended(&v)) {
			size_t at = db->texts.n;

			mend(&db->texts, v.text, true);
			v.text = (struct zv_str){ db->texts.p + at, db->texts.n - at };
		}
		db->values[i] = v;
	}
	*values = db->values;
	return 0;
}

/* ---- rows -------------------------------------------------------------------------------- */

static bool
is_text(const struct zv_db_value *v)
{
	return v->type == ZV_DB_TEXT || v->type == ZV_DB_BLOB;
}

static bool
is_broken(const struct zv_db_value *v)
{
	return v->type == ZV_DB_TEXT && zv_utf8_valid(v->text) < v->text.n;
}

/* How long the texts get that are no UTF-8, at most; < 0: one is too big. */
static long long
look_at_row(struct zv_db_rows *rows, struct zv_error *err)
{
	long long room = 0;

	for (size_t i = 0; i < rows->n; i++) {
		const struct zv_db_value *v = &rows->values[i];

		if (is_text(v) && v->text.n > ZV_DB_VALUE_MAX)
			return zv_fail(
				err, ZV_ETOOBIG,
				"%s: %s has a value of %zu bytes, the most is %u",
				zv_db_name(rows->db), zv_db_column_name(rows, i),
				v->text.n, ZV_DB_VALUE_MAX);
		if (is_broken(v))
			room += 3 * (long long)v->text.n; /* U+FFFD for each byte */
	}
	return room;
}

/* Tables written without a character set, or cut in the middle of a character. */
int
zv_db_mend_row(struct zv_db_rows *rows, struct zv_error *err)
{
	long long room = look_at_row(rows, err);

	if (room <= 0)
		return room < 0 ? (int)room : 1;
	zv_buf_clear(&rows->mended);
	/* at once: what the row points to may not move */
	if (zv_buf_reserve(&rows->mended, (size_t)room) < 0)
		return zv_fail_nomem(err);
	for (size_t i = 0; i < rows->n; i++) {
		struct zv_db_value *v = &rows->values[i];
		size_t at = rows->mended.n;

		if (!is_broken(v))
			continue;
		mend(&rows->mended, v->text, false);
		v->text = (struct zv_str){ rows->mended.p + at, rows->mended.n - at };
	}
	return 1;
}
