/* What all databases have in common: checks, deadlines, one result at a time, connecting
 * again. */
#include "db/handle.h"

#include <string.h>
#include <sys/socket.h>

#include "base/err.h"
#include "base/str.h"
#include "base/utf.h"

/* ---- what it is -------------------------------------------------------------------------- */

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

/* ---- statements -------------------------------------------------------------------------- */

static int
reconnect(struct zv_db *db, struct zv_error *err)
{
	if (db->in_transaction)
		return zv_fail(
			err, ZV_ECLOSED,
			"%s: the connection was lost, and the transaction with it",
			zv_db_name(db));
	return zv_db_reach(db, err);
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
	r = zv_db_check_values(db, *values, n, err);
	if (r == 0 && zv_db_mend_values(db, values, n) < 0)
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

long long
zv_db_run(struct zv_db *db, const char *sql, const struct zv_db_value *values, size_t n,
	  struct zv_error *err)
{
	long long r = prepare(db, &values, n, err);

	if (r < 0)
		return r;
	r = db->driver->run(db, sql, values, n, err);
	finish(db);
	return r;
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
		r = zv_db_mend_row(rows, err);
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
