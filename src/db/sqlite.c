/* SQLite: built in. Its own words about locks and limits: sqlite.org/rescode.html,
 * /pragma.html, /wal.html. */
#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/file_error.h"
#include "base/mem.h"
#include "base/str.h"
#include "db/driver.h"

#define STEPS_BETWEEN_CLOCKS 4000 /* of SQLite's machine: about 50 us */
#define LONGEST_NAP_MS	     25

struct lite {
	sqlite3 *handle;
	sqlite3_stmt *open; /* the result's */
	int step;	    /* what its last step said */
	bool is_first;	    /* … which was the first, and is not told yet */
};

/* ---- errors ------------------------------------------------------------------------------ */

static const struct {
	int lite, code;
	const char *advice;
} codes[] = {
	{ SQLITE_BUSY, ZV_EBUSY, "another process has it locked; try again" },
	{ SQLITE_LOCKED, ZV_EBUSY, "another connection has it locked; try again" },
	{ SQLITE_CORRUPT, ZV_EPROTO, "the file is damaged; restore it from a backup" },
	{ SQLITE_NOTADB, ZV_EPROTO,
	  "this is no SQLite database; a CSV file is named as csv:FILE" },
	{ SQLITE_FULL, ZV_EIO, "the disk is full" },
	{ SQLITE_IOERR, ZV_EIO, "reading or writing the file failed; check the disk" },
	{ SQLITE_READONLY, ZV_EIO, "it may only be read; check rights and owner" },
	{ SQLITE_CANTOPEN, ZV_EIO, "check that the folder is there, and its rights" },
	{ SQLITE_PERM, ZV_EAUTH, "not allowed" },
	{ SQLITE_AUTH, ZV_EAUTH, "not allowed" },
	{ SQLITE_NOMEM, ZV_ENOMEM, "out of memory" },
	{ SQLITE_TOOBIG, ZV_ETOOBIG, "a value is too big" },
};

static bool
is_duplicate(int extended)
{
	return extended == SQLITE_CONSTRAINT_UNIQUE ||
	       extended == SQLITE_CONSTRAINT_PRIMARYKEY ||
	       extended == SQLITE_CONSTRAINT_ROWID;
}

static int
fail_statement(struct zv_db *db, sqlite3 *handle, struct zv_error *err)
{
	const char *text = sqlite3_errmsg(handle);
	bool is_missing = zv_str_starts(zvon_str(text), ZV_STR("no such table")) ||
			  zv_str_starts(zvon_str(text), ZV_STR("no such column"));

	return zv_fail(err, is_missing ? ZV_ENOTFOUND : ZV_EINVAL, "%s: %s",
		       zv_db_name(db), text);
}

static int
fail(struct zv_db *db, struct zv_error *err)
{
	struct lite *l = db->own;
	int extended = sqlite3_extended_errcode(l->handle);

	if ((extended & 0xff) == SQLITE_INTERRUPT)
		return zv_db_fail_time(db, err);
	if ((extended & 0xff) == SQLITE_BUSY && atomic_load(&db->interrupted))
		return zv_db_fail_time(db, err);
	if (is_duplicate(extended))
		return zv_db_fail_duplicate(db, sqlite3_errmsg(l->handle), err);
	for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
		if (codes[i].lite == (extended & 0xff)) {
			if (err && err->code == 0)
				err->system = extended;
			return zv_fail(err, codes[i].code, "%s: %s: %s", zv_db_name(db),
				       sqlite3_errmsg(l->handle), codes[i].advice);
		}
	return fail_statement(db, l->handle, err);
}

/* ---- opening ----------------------------------------------------------------------------- */

static int
on_progress(void *db)
{
	return zv_db_left_ms(db) == 0;
}

/* Naps that grow, until the statement's time is over. */
static int
on_busy(void *context, int times)
{
	struct zv_db *db = context;
	int left = zv_db_left_ms(db), nap = 1 + times;

	if (left == 0)
		return 0;
	nap = nap < LONGEST_NAP_MS ? nap : LONGEST_NAP_MS;
	sqlite3_sleep(nap < left ? nap : left);
	return 1;
}

static int
pragma(struct zv_db *db, const char *sql, struct zv_error *err)
{
	struct lite *l = db->own;

	return sqlite3_exec(l->handle, sql, NULL, NULL, NULL) == SQLITE_OK
		       ? 0
		       : fail(db, err);
}

/* Written calls survive a power cut: FULL, since WAL alone would not sync at each commit. */
static int
set_up(struct zv_db *db, struct zv_error *err)
{
	struct lite *l = db->own;
	char cache[64];
	int r;

	sqlite3_extended_result_codes(l->handle, 1);
	sqlite3_progress_handler(l->handle, STEPS_BETWEEN_CLOCKS, on_progress, db);
	sqlite3_busy_handler(l->handle, on_busy, db);
	sqlite3_limit(l->handle, SQLITE_LIMIT_LENGTH, ZV_DB_VALUE_MAX + 65536);
	sqlite3_db_config(l->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(l->handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_db_config(l->handle, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
	snprintf(cache, sizeof cache, "PRAGMA cache_size=-%zu", db->cache_bytes / 1024);
	r = pragma(db, cache, err);
	if (r == 0)
		r = pragma(db, "PRAGMA mmap_size=0", err);
	if (r == 0)
		r = pragma(db, "PRAGMA foreign_keys=OFF", err);
	if (r == 0 && db->read_only)
		return pragma(db, "SELECT count(*) FROM sqlite_schema", err);
	if (r == 0)
		r = pragma(db, "PRAGMA journal_mode=WAL", err);
	if (r == 0)
		r = pragma(db, "PRAGMA synchronous=FULL", err);
	return r;
}

/* Numbers of customers are for nobody else: a new file is made here, for SQLite would let all
 * read it. Its -wal and -shm get the same mode. */
static void
make_private(const char *path)
{
	int file = path[0] == ':' ? -1 : open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (file >= 0)
		close(file);
}

static int
check_file(struct zv_db *db, struct zv_error *err)
{
	struct stat status;

	if (stat(db->url->path, &status) == 0 && S_ISDIR(status.st_mode))
		return zv_fail(err, ZV_EIO, "%s: %s", zv_db_name(db),
			       zv_file_error_text(EISDIR));
	if (stat(db->url->path, &status) == 0)
		return 0;
	if (db->create && !db->read_only)
		make_private(db->url->path); /* what is wrong with it SQLite tells */
	if (db->create)
		return 0;
	return zv_fail(err, ZV_ENOTFOUND, "%s: %s", zv_db_name(db),
		       zv_file_error_text(errno));
}

static int
lite_open(struct zv_db *db, struct zv_error *err)
{
	int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
	struct lite *l = zv_calloc(1, sizeof *l);
	int r;

	db->own = l;
	if (!l)
		return zv_fail_nomem(err);
	r = check_file(db, err);
	if (r < 0)
		return r;
	flags |= db->read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
	flags |= db->create && !db->read_only ? SQLITE_OPEN_CREATE : 0;
	if (sqlite3_open_v2(db->url->path, &l->handle, flags, NULL) != SQLITE_OK)
		return l->handle ? fail(db, err) : zv_fail_nomem(err);
	return set_up(db, err);
}

static void
free_statement(void *owner, void *statement)
{
	sqlite3_finalize(statement);
}

static void
lite_close(struct zv_db *db)
{
	struct lite *l = db->own;

	if (!l)
		return;
	zv_db_statements_clear(&db->statements, free_statement, NULL);
	sqlite3_close(l->handle);
	zv_free(l);
	db->own = NULL;
}

/* ---- statements -------------------------------------------------------------------------- */

static int
compile(struct zv_db *db, const char *sql, sqlite3_stmt **out, struct zv_error *err)
{
	struct lite *l = db->own;
	const char *rest = NULL;

	if (sqlite3_prepare_v3(l->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, out,
			       &rest) != SQLITE_OK)
		return fail(db, err);
	if (*out && zv_str_trim(zvon_str(rest)).n == 0)
		return 0;
	sqlite3_finalize(*out);
	return zv_fail(err, ZV_EINVAL,
		       "%s: one statement at a time, and not an empty one",
		       zv_db_name(db));
}

static int
find_statement(struct zv_db *db, const char *sql, sqlite3_stmt **out,
	       struct zv_error *err)
{
	int r;

	*out = zv_db_statements_find(&db->statements, sql);
	if (*out)
		return 0;
	r = compile(db, sql, out, err);
	if (r < 0)
		return r;
	if (zv_db_statements_add(&db->statements, sql, *out, free_statement, NULL) == 0)
		return 0;
	sqlite3_finalize(*out);
	return zv_fail_nomem(err);
}

static int
bind_one(sqlite3_stmt *s, int i, const struct zv_db_value *v)
{
	const char *text = v->text.p ? v->text.p : "";

	switch (v->type) {
	case ZV_DB_INT:
		return sqlite3_bind_int64(s, i, v->number);
	case ZV_DB_REAL:
		return sqlite3_bind_double(s, i, v->real);
	case ZV_DB_TEXT:
		return sqlite3_bind_text(s, i, text, (int)v->text.n, SQLITE_TRANSIENT);
	case ZV_DB_BLOB:
		return sqlite3_bind_blob(s, i, text, (int)v->text.n, SQLITE_TRANSIENT);
	case ZV_DB_NULL:
		break;
	}
	return sqlite3_bind_null(s, i);
}

static int
start(struct zv_db *db, const char *sql, const struct zv_db_value *values, size_t n,
      sqlite3_stmt **out, struct zv_error *err)
{
	struct lite *l = db->own;
	int r;

	/* SQLite rolls back by itself when a write is interrupted or the disk is full */
	if (db->in_transaction && sqlite3_get_autocommit(l->handle) &&
	    strcmp(sql, "ROLLBACK") != 0)
		return zv_fail(err, ZV_EINVAL,
			       "%s: the transaction was rolled back; begin again",
			       zv_db_name(db));
	r = find_statement(db, sql, out, err);
	if (r < 0)
		return r;
	if ((size_t)sqlite3_bind_parameter_count(*out) != n)
		return zv_fail(err, ZV_EINVAL,
			       "%s: %zu values for a statement with %d parameters",
			       zv_db_name(db), n, sqlite3_bind_parameter_count(*out));
	for (size_t i = 0; i < n; i++)
		if (bind_one(*out, (int)i + 1, &values[i]) != SQLITE_OK)
			return fail(db, err);
	return 0;
}

static void
finish(sqlite3_stmt *s)
{
	sqlite3_reset(s);
	sqlite3_clear_bindings(s); /* the values were borrowed */
}

static long long
lite_run(struct zv_db *db, const char *sql, const struct zv_db_value *values, size_t n,
	 struct zv_error *err)
{
	struct lite *l = db->own;
	sqlite3_stmt *s;
	sqlite3_int64 before;
	long long r = start(db, sql, values, n, &s, err);
	int step;

	if (r < 0)
		return r;
	before = sqlite3_total_changes64(l->handle);
	while ((step = sqlite3_step(s)) == SQLITE_ROW)
		;
	if (step != SQLITE_DONE)
		r = fail(db, err);
	else if (sqlite3_total_changes64(l->handle) != before)
		r = sqlite3_changes64(l->handle);
	finish(s);
	return r;
}

static int
name_columns(struct zv_db *db, sqlite3_stmt *s)
{
	int columns = sqlite3_column_count(s);
	int r = zv_db_rows_begin(db, (size_t)columns);

	for (int i = 0; r == 0 && i < columns; i++)
		r = zv_db_rows_name(db, (size_t)i, sqlite3_column_name(s, i));
	return r;
}

/* The first step is done here, as servers do it: it tells errors, and until it nobody knows how
 * many columns `SELECT *` has after the table was changed. */
static int
lite_query(struct zv_db *db, const char *sql, const struct zv_db_value *values,
	   size_t n, struct zv_error *err)
{
	struct lite *l = db->own;
	sqlite3_stmt *s;
	int r = start(db, sql, values, n, &s, err);

	if (r < 0)
		return r;
	l->step = sqlite3_step(s);
	if (l->step != SQLITE_ROW && l->step != SQLITE_DONE)
		r = fail(db, err);
	else if (name_columns(db, s) < 0)
		r = zv_fail_nomem(err);
	l->is_first = r == 0;
	l->open = r == 0 ? s : NULL;
	if (r < 0)
		finish(s);
	return r;
}

static void
read_column(sqlite3_stmt *s, int i, struct zv_db_value *v)
{
	memset(v, 0, sizeof *v);
	switch (sqlite3_column_type(s, i)) {
	case SQLITE_INTEGER:
		*v = zv_db_int(sqlite3_column_int64(s, i));
		return;
	case SQLITE_FLOAT:
		v->type = ZV_DB_REAL;
		v->real = sqlite3_column_double(s, i);
		return;
	case SQLITE_TEXT:
		v->type = ZV_DB_TEXT;
		v->text.p = (const char *)sqlite3_column_text(s, i);
		break;
	case SQLITE_BLOB:
		v->type = ZV_DB_BLOB;
		v->text.p = sqlite3_column_blob(s, i);
		break;
	default:
		return;
	}
	v->text.n = v->text.p ? (size_t)sqlite3_column_bytes(s, i) : 0;
}

static int
lite_next(struct zv_db *db, struct zv_error *err)
{
	struct lite *l = db->own;
	int r;

	if (!l->open)
		return 0;
	if (!l->is_first)
		l->step = sqlite3_step(l->open);
	l->is_first = false;
	if (l->step == SQLITE_ROW) {
		for (size_t i = 0; i < db->rows.n; i++)
			read_column(l->open, (int)i, &db->rows.values[i]);
		return 1;
	}
	r = l->step == SQLITE_DONE ? 0 : fail(db, err);
	finish(l->open);
	l->open = NULL; /* another step would begin it anew */
	return r;
}

static void
lite_end(struct zv_db *db)
{
	struct lite *l = db->own;

	if (l->open)
		finish(l->open);
	l->open = NULL;
}

static int
lite_ping(struct zv_db *db, struct zv_error *err)
{
	return pragma(db, "SELECT count(*) FROM sqlite_schema", err);
}

static const char *const words[] = { NULL };

const struct zv_db_driver zv_db_sqlite = {
	.version = ZV_DB_DRIVER_VERSION,
	.dialect = ZV_DB_SQLITE,
	.begin = "BEGIN IMMEDIATE",
	.words = words,
	.open = lite_open,
	.close = lite_close,
	.run = lite_run,
	.query = lite_query,
	.next = lite_next,
	.end = lite_end,
	.ping = lite_ping,
};
