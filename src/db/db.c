/* What all databases have in common: checks, deadlines, one result at a time, connecting
 * again. */
#include "db/driver.h"

#include <string.h>
#include <sys/socket.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/utf.h"

/* ---- opening ----------------------------------------------------------------------------- */

static int
set_options(struct zv_db *db, const struct zv_db_options *o)
{
	struct zv_str secret = o->secret;

	if (!secret.p && db->url->has_secret)
		secret = zvon_str(db->url->secret);
	db->secret = secret.p ? zv_memdup(secret.p, secret.n) : NULL;
	db->read_only = o->read_only;
	db->create = o->create;
	db->timeout_ms = o->timeout_ms > 0 ? o->timeout_ms : ZV_DB_TIMEOUT_MS;
	db->connect_timeout_ms = o->connect_timeout_ms > 0 ? o->connect_timeout_ms
							   : ZV_DB_CONNECT_TIMEOUT_MS;
	db->cache_bytes = o->cache_bytes ? o->cache_bytes : ZV_DB_CACHE_BYTES;
	return secret.p && !db->secret ? ZV_ENOMEM : 0;
}

static int
reach(struct zv_db *db, struct zv_error *err)
{
	int r;

	db->deadline_ms = zv_db_now_ms() + db->connect_timeout_ms;
	r = db->driver->open(db, err);
	db->is_lost = r < 0;
	if (r < 0)
		db->driver->close(db);
	return r;
}

struct zv_db *
zv_db_open(const struct zv_db_options *options, struct zv_error *err)
{
	struct zv_db *db = zv_calloc(1, sizeof *db);

	if (!db) {
		zv_fail_nomem(err);
		return NULL;
	}
	pthread_mutex_init(&db->mutex, NULL);
	db->socket = -1;
	db->rows.db = db;
	db->url = zv_db_url_parse(options->url, err);
	if (!db->url)
		goto fail;
	db->driver = zv_db_driver_find(db->url, err);
	if (!db->driver || zv_db_url_check(db->url, db->driver->words, err) < 0)
		goto fail;
	if (set_options(db, options) < 0) {
		zv_fail_nomem(err);
		goto fail;
	}
	if (reach(db, err) < 0)
		goto fail;
	return db;
fail:
	db->is_lost = true; /* nothing to close any more */
	zv_db_close(db);
	return NULL;
}

void
zv_db_close(struct zv_db *db)
{
	if (!db)
		return;
	zv_db_end(&db->rows);
	if (!db->is_lost)
		db->driver->close(db);
	if (db->secret)
		zv_wipe(db->secret, strlen(db->secret));
	zv_free(db->secret);
	zv_db_url_free(db->url);
	zv_free(db->rows.values);
	zv_free(db->rows.names_at);
	zv_buf_deinit(&db->rows.names);
	zv_buf_deinit(&db->rows.mended);
	zv_free(db->values);
	zv_buf_deinit(&db->texts);
	pthread_mutex_destroy(&db->mutex);
	zv_free(db);
}

enum zv_db_dialect
zv_db_dialect(const struct zv_db *db)
{
	return db->driver->dialect;
}

const char *
zv_db_name(const struct zv_db *db)
{
	return db->url->shown;
}

/* ---- parameters -------------------------------------------------------------------------- */

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

static bool
must_be_mended(const struct zv_db_value *v)
{
	return v->type == ZV_DB_TEXT &&
	       (zv_utf8_valid(v->text) < v->text.n ||
		(v->text.n && memchr(v->text.p, 0, v->text.n)));
}

static int
check_parameters(struct zv_db *db, const struct zv_db_value *values, size_t n,
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

/* The databases differ in what they do with text that is no UTF-8 (SQLite keeps it, PostgreSQL
 * refuses it), so none of them sees such text. */
static int
mend_parameters(struct zv_db *db, const struct zv_db_value **values, size_t n)
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

/* ---- statements -------------------------------------------------------------------------- */

static int
reconnect(struct zv_db *db, struct zv_error *err)
{
	if (db->in_transaction)
		return zv_fail(
			err, ZV_ECLOSED,
			"%s: the connection was lost, and the transaction with it",
			zv_db_name(db));
	return reach(db, err);
}

static void
set_running(struct zv_db *db, bool is_running)
{
	pthread_mutex_lock(&db->mutex);
	db->is_running = is_running;
	pthread_mutex_unlock(&db->mutex);
}

/* Everything that has to be so before a statement runs. */
static int
prepare(struct zv_db *db, const struct zv_db_value **values, size_t n,
	struct zv_error *err)
{
	int r;

	if (db->rows.is_open)
		return zv_fail(err, ZV_EINVAL,
			       "%s: a result is still open: zv_db_end it first",
			       zv_db_name(db));
	atomic_store(&db->interrupted, false);
	r = check_parameters(db, *values, n, err);
	if (r == 0 && mend_parameters(db, values, n) < 0)
		r = zv_fail_nomem(err);
	if (r == 0 && db->is_lost)
		r = reconnect(db, err);
	db->deadline_ms = zv_db_now_ms() + db->timeout_ms;
	set_running(db, r == 0);
	return r;
}

static void
finish(struct zv_db *db)
{
	set_running(db, false);
	if (db->is_lost)
		db->driver->close(db);
}

static long long
run(struct zv_db *db, const char *sql, const struct zv_db_value *values, size_t n,
    struct zv_error *err)
{
	long long r = prepare(db, &values, n, err);

	if (r < 0)
		return r;
	r = db->driver->run(db, sql, values, n, err);
	finish(db);
	return r;
}

long long
zv_db_run(struct zv_db *db, const char *sql, const struct zv_db_value *values, size_t n,
	  struct zv_error *err)
{
	return run(db, sql, values, n, err);
}

/* A statement that changes nothing may be asked again. */
static bool
only_reads(const char *sql)
{
	static const struct zv_str words[] = { { "SELECT", 6 }, { "VALUES", 6 } };

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (zv_str_starts_nocase(zv_str_trim(zvon_str(sql)), words[i]))
			return true;
	return false;
}

static int
query(struct zv_db *db, const char *sql, const struct zv_db_value *values, size_t n,
      struct zv_error *err)
{
	int r = prepare(db, &values, n, err);

	if (r < 0)
		return r;
	r = db->driver->query(db, sql, values, n, err);
	finish(db);
	return r;
}

int
zv_db_query(struct zv_db *db, const char *sql, const struct zv_db_value *values,
	    size_t n, struct zv_db_rows **out, struct zv_error *err)
{
	struct zv_error first = { 0 };
	int r = query(db, sql, values, n, &first);

	if (r == ZV_ECLOSED && !db->in_transaction && only_reads(sql)) {
		memset(&first, 0, sizeof first);
		r = query(db, sql, values, n, &first);
	}
	if (r < 0) {
		if (err && err->code == 0)
			*err = first;
		return r;
	}
	db->rows.is_open = true;
	db->rows.seen = 0;
	*out = &db->rows;
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
static int
mend_row(struct zv_db_rows *rows, struct zv_error *err)
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

int
zv_db_next(struct zv_db_rows *rows, const struct zv_db_value **row,
	   struct zv_error *err)
{
	struct zv_db *db = rows->db;
	int r;

	if (!rows->is_open)
		return zv_fail(err, ZV_EINVAL, "%s: the result has ended",
			       zv_db_name(db));
	if (db->is_lost)
		return zv_fail(err, ZV_ECLOSED, "%s: the connection was lost",
			       zv_db_name(db));
	if (atomic_load(&db->interrupted))
		return zv_db_fail_time(db, err);
	set_running(db, true);
	r = db->driver->next(db, err);
	finish(db);
	if (r > 0)
		r = mend_row(rows, err);
	if (r > 0) {
		rows->seen++;
		*row = rows->values;
	}
	return r;
}

size_t
zv_db_columns(const struct zv_db_rows *rows)
{
	return rows->n;
}

const char *
zv_db_column_name(const struct zv_db_rows *rows, size_t i)
{
	return rows->names.p + rows->names_at[i];
}

void
zv_db_end(struct zv_db_rows *rows)
{
	if (!rows || !rows->is_open)
		return;
	rows->is_open = false;
	if (!rows->db->is_lost)
		rows->db->driver->end(rows->db);
	finish(rows->db);
}

/* ---- transactions ------------------------------------------------------------------------ */

static int
no_transactions(struct zv_db *db, struct zv_error *err)
{
	return zv_fail(err, ZV_EINVAL, "%s: can only be read", zv_db_name(db));
}

int
zv_db_begin(struct zv_db *db, struct zv_error *err)
{
	struct zv_error first = { 0 };
	long long r;

	if (!db->driver->begin)
		return no_transactions(db, err);
	if (db->in_transaction)
		return zv_fail(err, ZV_EINVAL, "%s: a transaction is open already",
			       zv_db_name(db));
	r = run(db, db->driver->begin, NULL, 0, &first);
	if (r == ZV_ECLOSED) { /* it has done nothing yet: once more */
		memset(&first, 0, sizeof first);
		r = run(db, db->driver->begin, NULL, 0, &first);
	}
	if (r < 0) {
		if (err && err->code == 0)
			*err = first;
		return (int)r;
	}
	db->in_transaction = true;
	return 0;
}

int
zv_db_commit(struct zv_db *db, struct zv_error *err)
{
	long long r;

	if (!db->in_transaction)
		return zv_fail(err, ZV_EINVAL, "%s: no transaction is open",
			       zv_db_name(db));
	r = run(db, "COMMIT", NULL, 0, err);
	if (r < 0)
		return (int)r;
	db->in_transaction = false;
	return 0;
}

void
zv_db_rollback(struct zv_db *db)
{
	if (!db->in_transaction)
		return;
	zv_db_end(&db->rows);
	if (!db->is_lost)
		run(db, "ROLLBACK", NULL, 0, NULL);
	db->in_transaction = false;
}

/* ---- the rest ---------------------------------------------------------------------------- */

#define NAME_MAX_BYTES 63 /* PostgreSQL's; MariaDB has 64, SQLite none */

int
zv_db_quote(struct zv_db *db, struct zv_str name, struct zv_buf *out,
	    struct zv_error *err)
{
	if (name.n == 0 || name.n > NAME_MAX_BYTES)
		return zv_fail(err, ZV_EINVAL,
			       "a name of a table or column has 1 to %d bytes",
			       NAME_MAX_BYTES);
	if (zv_utf8_valid(name) < name.n)
		return zv_fail(err, ZV_EINVAL, "a name of a table is not UTF-8");
	zv_buf_add_char(out, '"'); /* MariaDB too: its session has ANSI_QUOTES */
	for (size_t i = 0; i < name.n; i++) {
		if ((unsigned char)name.p[i] < 0x20 || name.p[i] == 0x7f)
			return zv_fail(err, ZV_EINVAL,
				       "a name of a table has a control character");
		if (name.p[i] == '"')
			zv_buf_add_char(out, '"');
		zv_buf_add_char(out, name.p[i]);
	}
	zv_buf_add_char(out, '"');
	return zv_buf_failed(out) ? zv_fail_nomem(err) : 0;
}

int
zv_db_ping(struct zv_db *db, struct zv_error *err)
{
	const struct zv_db_value *none = NULL;
	int r = prepare(db, &none, 0, err);

	if (r < 0)
		return r;
	r = db->driver->ping(db, err);
	finish(db);
	return r;
}

/* SQLite looks at the flag; who waits for a server sees its connection end. */
void
zv_db_interrupt(struct zv_db *db)
{
	atomic_store(&db->interrupted, true);
	pthread_mutex_lock(&db->mutex);
	if (db->is_running && db->socket >= 0)
		shutdown(db->socket, SHUT_RDWR);
	pthread_mutex_unlock(&db->mutex);
}
