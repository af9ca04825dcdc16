#include "base/err.h"
#include "base/mem.h"
#include "store/aside.h"
#include "store/store_impl.h"

/* A page is 4 KiB: so much is written beside the file before it is taken over into it. */
#define CHECKPOINT_PAGES 8000

static void
free_store(struct zv_store *s)
{
	if (!s)
		return;
	zv_db_close(s->db);
	for (size_t i = 0; i < ZV_SQL_COUNT; i++)
		zv_free(s->sql[i]);
	zv_store_forget_servers(s);
	zv_free(s->parties.list);
	zv_free(s->rows);
	zv_counts_free(s->counts);
	zv_loader_free(s->loader);
	zv_buf_deinit(&s->numbers_text);
	zv_free(s);
}

/* The rules point into the options: their texts are copied. */
static int
copy_rules(struct zv_store *s, const struct zv_number_rules *from)
{
	struct zv_str *to[] = { &s->numbers.country, &s->numbers.trunk,
				&s->numbers.international, &s->numbers.area };
	size_t at = 0;

	s->numbers = *from;
	for (size_t i = 0; i < sizeof(to) / sizeof(to[0]); i++)
		zv_buf_add(&s->numbers_text, *to[i]);
	if (zv_buf_failed(&s->numbers_text))
		return ZV_ENOMEM;
	for (size_t i = 0; i < sizeof(to) / sizeof(to[0]); i++) {
		if (to[i]->n)
			to[i]->p = s->numbers_text.p + at;
		at += to[i]->n;
	}
	return 0;
}

static struct zv_store *
new_store(const struct zv_store_options *options, struct zv_error *err)
{
	struct zv_store *s = zv_calloc(1, sizeof(*s));

	if (s) {
		s->read_only = options->read_only;
		s->has_open = -1;
		s->counts = zv_counts_new();
		s->loader = zv_loader_new();
	}
	if (s && s->counts && s->loader && copy_rules(s, &options->numbers) == 0)
		return s;
	zv_fail_nomem(err);
	free_store(s);
	return NULL;
}

static int
pragma(struct zv_store *s, const char *text, struct zv_error *err)
{
	long long rc = zv_db_run(s->db, text, NULL, 0, err);

	return rc < 0 ? (int)rc : 0;
}

static int
prepare_sqlite(struct zv_store *s, int version, struct zv_error *err)
{
	char text[64];
	int rc = pragma(s, "PRAGMA temp_store=MEMORY", err);

	if (rc < 0 || s->read_only)
		return rc;
	snprintf(text, sizeof(text), "PRAGMA wal_autocheckpoint=%d", CHECKPOINT_PAGES);
	rc = pragma(s, text, err);
	if (rc < 0 || version > 0)
		return rc;
	/* what is deleted later can be given back to the system: zv_store_forget */
	rc = pragma(s, "PRAGMA auto_vacuum=INCREMENTAL", err);
	return rc < 0 ? rc : pragma(s, "VACUUM", err);
}

/* Somebody else's file is not written into. */
static int
check_empty(struct zv_store *s, struct zv_error *err)
{
	struct zv_db_rows *rows = NULL;
	const struct zv_db_value *row;
	int rc;

	if (s->dialect != ZV_DB_SQLITE)
		return 0;
	rc = zv_db_query(s->db, "SELECT COUNT(*) FROM sqlite_master", NULL, 0, &rows,
			 err);
	if (rc == 0)
		rc = zv_db_next(rows, &row, err);
	if (rc == 1 && row[0].number > 0)
		rc = zv_fail(err, ZV_EINVAL,
			     "%s: has tables that are not zvon's; name another file "
			     "for the store",
			     zv_db_name(s->db));
	zv_db_end(rows);
	return rc < 0 ? rc : 0;
}

static int
check_version(struct zv_store *s, int version, struct zv_error *err)
{
	if (version > ZV_STORE_SCHEMA)
		return zv_fail(err, ZV_EPROTO,
			       "%s: its schema %d is newer than %d, which this zvon "
			       "knows: use the zvon that wrote it, or a later one",
			       zv_db_name(s->db), version, ZV_STORE_SCHEMA);
	if (version == ZV_STORE_SCHEMA)
		return 0;
	if (s->read_only && version == 0)
		return zv_fail(err, ZV_ENOTFOUND, "%s: there is no store in it",
			       zv_db_name(s->db));
	if (s->read_only)
		return zv_fail(err, ZV_EPROTO,
			       "%s: its schema %d is older than %d: open it once for "
			       "writing (start zvond)",
			       zv_db_name(s->db), version, ZV_STORE_SCHEMA);
	return version == 0 ? check_empty(s, err) : 0;
}

static int
read_cursor_key(struct zv_store *s, struct zv_error *err)
{
	struct zv_db_value name = zv_db_text(ZV_STR("cursor_key"));
	struct zv_buf text = { 0 };
	int rc = zv_store_text(s, ZV_SQL_META_GET, &name, 1, &text, err);

	if (rc == 1)
		s->cursor_key = strtoull(zv_buf_cstr(&text), NULL, 16);
	zv_buf_deinit(&text);
	return rc < 0 ? rc : 0;
}

/* Reads a little of each table, so that a damaged file is found now and not in mid-work. */
static int
look_around(struct zv_store *s, struct zv_error *err)
{
	static const enum zv_sql looks[] = { ZV_SQL_CALL_MAX, ZV_SQL_OPEN_ANY,
					     ZV_SQL_COUNT_MIN, ZV_SQL_COUNT_MAX };
	int64_t number;
	int rc = 0;

	for (size_t i = 0; i < sizeof(looks) / sizeof(looks[0]) && rc >= 0; i++)
		rc = zv_store_number(s, looks[i], NULL, 0, &number, err);
	return rc < 0 ? rc : 0;
}

static int
start(struct zv_store *s, const struct zv_db_options *options, struct zv_error *err)
{
	int version, rc;

	s->db = zv_db_open(options, err);
	if (!s->db)
		return err->code;
	s->dialect = zv_db_dialect(s->db);
	if (s->dialect == ZV_DB_SCAN)
		return zv_fail(err, ZV_EINVAL, "%s: a store needs a database",
			       zv_db_name(s->db));
	version = zv_store_version(s, err);
	rc = version < 0 ? version : check_version(s, version, err);
	if (rc == 0 && s->dialect == ZV_DB_SQLITE)
		rc = prepare_sqlite(s, version, err);
	if (rc == 0 && version < ZV_STORE_SCHEMA)
		rc = zv_store_migrate(s, ZV_STORE_SCHEMA, err);
	if (rc == 0)
		rc = read_cursor_key(s, err);
	return rc == 0 ? look_around(s, err) : rc;
}

static struct zv_store *
open_once(const struct zv_store_options *options, bool *is_corrupt,
	  struct zv_error *err)
{
	struct zv_store *s = new_store(options, err);
	struct zv_db_options db = options->db;
	int rc;

	if (!s)
		return NULL;
	db.read_only = options->read_only;
	db.create = !options->read_only;
	rc = start(s, &db, err);
	if (rc == 0)
		return s;
	*is_corrupt = rc == ZV_EPROTO && (!s->db || zv_store_is_damage(err));
	free_store(s);
	return NULL;
}

struct zv_store *
zv_store_open(const struct zv_store_options *options, struct zv_error *warning,
	      struct zv_error *err)
{
	struct zv_error own = { 0 };
	struct zv_error *why = err ? err : &own;
	bool is_corrupt = false;
	struct zv_store *s = open_once(options, &is_corrupt, why);

	if (s || !is_corrupt || options->read_only || !warning)
		return s;
	if (zv_store_set_aside(options->db.url, why->text, warning) < 0)
		return NULL;
	memset(why, 0, sizeof(*why));
	return open_once(options, &is_corrupt, why);
}

void
zv_store_close(struct zv_store *s)
{
	if (!s)
		return;
	if (s->in_transaction)
		zv_store_rollback(s);
	free_store(s);
}

struct zv_db *
zv_store_db(struct zv_store *s)
{
	return s->db;
}
