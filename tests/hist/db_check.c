/* db_check.c URL [READER_URL] - what every database has to do, on an empty one; TAP.
 *
 * The secret of both is in ZVON_DB_SECRET. Lines `#= …` of the output must be the same for all
 * databases: tests/hist/test_db.py compares them. */
#include <malloc.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "db/db.h"

#define N_OF(array) (sizeof(array) / sizeof *(array))
#define ROWS	    100000

static struct zv_db_options options;
static struct zv_str reader;
static struct zv_db *db;
static int dialect;
static bool has_failed;
static struct zv_db_rows *asked; /* to be ended where a check gave up */

/* ---- the rig ------------------------------------------------------------------------------ */

#define EXPECT(condition) expect(condition, #condition, __LINE__)

static bool
expect(bool holds, const char *what, int line)
{
	if (!holds) {
		printf("# line %d: %s\n", line, what);
		has_failed = true;
	}
	return holds;
}

static struct zv_db_value
text(const char *s)
{
	return zv_db_text(zvon_str(s));
}

/* Runs it; a failure that is not `wanted` is told. */
static long long
run_as(struct zv_db *on, int wanted, const char *sql, const struct zv_db_value *values,
       size_t n)
{
	struct zv_error err = { 0 };
	long long r = zv_db_run(on, sql, values, n, &err);

	if (r < 0 ? r != wanted : wanted < 0) {
		printf("# %s -> %lld %s\n", sql, r, err.text);
		has_failed = true;
	}
	if (options.secret.p && strstr(err.text, options.secret.p)) {
		printf("# the secret is in: %s\n", err.text);
		has_failed = true;
	}
	return r;
}

static long long
run(const char *sql)
{
	return run_as(db, 0, sql, NULL, 0);
}

static struct zv_db_rows *
ask(const char *sql, const struct zv_db_value *values, size_t n)
{
	struct zv_error err = { 0 };
	struct zv_db_rows *rows = NULL;

	if (zv_db_query(db, sql, values, n, &rows, &err) < 0) {
		printf("# %s -> %s\n", sql, err.text);
		has_failed = true;
		return NULL;
	}
	asked = rows;
	return rows;
}

/* The number that is the only answer; -1: there is none. */
static long long
number(const char *sql, const struct zv_db_value *values, size_t n)
{
	struct zv_db_rows *rows = ask(sql, values, n);
	const struct zv_db_value *row;
	long long r = -1;

	if (rows && zv_db_next(rows, &row, NULL) == 1 && row[0].type == ZV_DB_INT)
		r = row[0].number;
	zv_db_end(rows);
	return r;
}

static int64_t
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static struct zv_db *
open_as(bool read_only, int timeout_ms, struct zv_str url)
{
	struct zv_db_options o = options;
	struct zv_error err = { 0 };
	struct zv_db *opened;

	o.read_only = read_only;
	o.timeout_ms = timeout_ms;
	if (url.n)
		o.url = url;
	opened = zv_db_open(&o, &err);
	if (!opened) {
		printf("# open: %s\n", err.text);
		has_failed = true;
	}
	return opened;
}

/* Words that differ: sqlite, mysql, pgsql. */
static const char *
word(const char *sqlite, const char *mysql, const char *pgsql)
{
	return dialect == ZV_DB_SQLITE	? sqlite
	       : dialect == ZV_DB_MYSQL ? mysql
					: pgsql;
}

static void
create(const char *table, const char *columns)
{
	char sql[500];

	snprintf(sql, sizeof sql, "DROP TABLE IF EXISTS %s", table);
	run(sql);
	snprintf(sql, sizeof sql, "CREATE TABLE %s (%s)", table, columns);
	run(sql);
}

static void
create_values(void)
{
	char columns[300];

	snprintf(columns, sizeof columns,
		 "id BIGINT PRIMARY KEY, whole BIGINT, broken %s, words %s, bytes %s",
		 word("REAL", "DOUBLE", "DOUBLE PRECISION"),
		 word("TEXT", "LONGTEXT", "TEXT"), word("BLOB", "LONGBLOB", "BYTEA"));
	create("item", columns);
}

static void
put(long long id, const struct zv_db_value *whole, const struct zv_db_value *broken,
    const struct zv_db_value *words, const struct zv_db_value *bytes)
{
	struct zv_db_value none = zv_db_null();
	struct zv_db_value v[] = { zv_db_int(id), whole ? *whole : none,
				   broken ? *broken : none, words ? *words : none,
				   bytes ? *bytes : none };

	EXPECT(run_as(db, 0, "INSERT INTO item VALUES (?, ?, ?, ?, ?)", v, N_OF(v)) ==
	       1);
}

/* ---- values ------------------------------------------------------------------------------ */

static void
check_types(void)
{
	static const char raw[] = "\0\xff'\\\"\n\x80";
	struct zv_db_value whole = zv_db_int(INT64_MIN), more = zv_db_int(INT64_MAX);
	struct zv_db_value broken = { .type = ZV_DB_REAL, .real = -0.1 };
	struct zv_db_value words = text("Иван 🙂 \"it's\" \\ ?");
	struct zv_db_value bytes = { .type = ZV_DB_BLOB, .text = { raw, sizeof raw } };
	struct zv_db_value empty = text("");
	struct zv_db_rows *rows;
	const struct zv_db_value *row;

	create_values();
	put(1, &whole, &broken, &words, &bytes);
	put(2, &more, NULL, &empty, NULL);
	rows = ask("SELECT * FROM item ORDER BY id", NULL, 0);
	if (!rows)
		return;
	EXPECT(zv_db_columns(rows) == 5);
	EXPECT(strcmp(zv_db_column_name(rows, 4), "bytes") == 0);
	if (!EXPECT(zv_db_next(rows, &row, NULL) == 1))
		return;
	EXPECT(row[0].type == ZV_DB_INT && row[0].number == 1);
	EXPECT(row[1].type == ZV_DB_INT && row[1].number == INT64_MIN);
	EXPECT(row[2].type == ZV_DB_REAL && row[2].real == -0.1);
	EXPECT(row[3].type == ZV_DB_TEXT && zvon_str_equal(row[3].text, words.text));
	EXPECT(row[4].type == ZV_DB_BLOB && zvon_str_equal(row[4].text, bytes.text));
	if (!EXPECT(zv_db_next(rows, &row, NULL) == 1))
		return;
	EXPECT(row[1].number == INT64_MAX && row[2].type == ZV_DB_NULL);
	EXPECT(row[3].type == ZV_DB_TEXT && row[3].text.n == 0);
	EXPECT(row[4].type == ZV_DB_NULL);
	EXPECT(zv_db_next(rows, &row, NULL) == 0 && zv_db_next(rows, &row, NULL) == 0);
	zv_db_end(rows);
	EXPECT(zv_db_next(rows, &row, NULL) == ZV_EINVAL);
}

static void
check_sums(void)
{
	struct zv_db_value two = zv_db_int(2), three = zv_db_int(3);
	struct zv_db_rows *rows;
	const struct zv_db_value *row;

	create_values();
	put(1, &two, NULL, NULL, NULL);
	put(2, &three, NULL, NULL, NULL);
	rows = ask(
		"SELECT SUM(whole), AVG(whole), COUNT(*), MAX(whole), SUM(broken) FROM "
		"item",
		NULL, 0);
	if (!rows || !EXPECT(zv_db_next(rows, &row, NULL) == 1))
		return;
	EXPECT(row[0].type == ZV_DB_INT && row[0].number == 5);
	EXPECT(row[1].type == ZV_DB_REAL && row[1].real == 2.5);
	EXPECT(row[2].type == ZV_DB_INT && row[2].number == 2);
	EXPECT(row[3].type == ZV_DB_INT && row[3].number == 3);
	EXPECT(row[4].type == ZV_DB_NULL);
	zv_db_end(rows);
}

static void
check_times(void)
{
	struct zv_db_value told = text("2026-11-21 01:33:08");
	struct zv_db_rows *rows;
	const struct zv_db_value *row;
	char columns[80];

	snprintf(columns, sizeof columns, "at %s, day %s",
		 word("TEXT", "DATETIME", "TIMESTAMP"), word("TEXT", "DATE", "DATE"));
	create("moment", columns);
	run_as(db, 0, "INSERT INTO moment VALUES (?, '2026-11-21')", &told, 1);
	rows = ask("SELECT at, day FROM moment WHERE at >= ?", &told, 1);
	if (!rows || !EXPECT(zv_db_next(rows, &row, NULL) == 1))
		return;
	EXPECT(row[0].type == ZV_DB_TEXT && zvon_str_equal(row[0].text, told.text));
	EXPECT(row[1].type == ZV_DB_TEXT &&
	       zvon_str_equal(row[1].text, ZV_STR("2026-11-21")));
	zv_db_end(rows);
}

static char *
many(size_t n)
{
	char *p = malloc(n + 1);

	for (size_t i = 0; i < n; i++)
		p[i] = (char)('a' + i % 26);
	p[n] = '\0';
	return p;
}

static void
check_big(void)
{
	char *p = many(ZV_DB_VALUE_MAX + 1);
	struct zv_db_value v = { .type = ZV_DB_TEXT, .text = { p, 4 << 20 } };
	struct zv_db_value tried[] = { zv_db_int(2), v };
	struct zv_db_rows *rows;
	const struct zv_db_value *row;

	create_values();
	put(1, NULL, NULL, &v, NULL);
	rows = ask("SELECT words, id FROM item", NULL, 0);
	if (rows && EXPECT(zv_db_next(rows, &row, NULL) == 1))
		EXPECT(zvon_str_equal(row[0].text, v.text) && row[1].number == 1);
	zv_db_end(rows);
	tried[1].text.n = ZV_DB_VALUE_MAX + 1;
	run_as(db, ZV_ETOOBIG, "INSERT INTO item (id, words) VALUES (?, ?)", tried, 2);
	EXPECT(number("SELECT COUNT(*) FROM item", NULL, 0) == 1);
	free(p);
}

/* ---- fault 073: what users type ------------------------------------------------------------- */

static const struct zv_str hostile[] = {
	{ "' OR 1=1 --", 11 },
	{ "'; DROP TABLE item; --", 23 },
	{ "%", 1 },
	{ "_", 1 },
	{ "\\", 1 },
	{ "\\'", 2 },
	{ "\\' OR 1=1 --", 12 },
	{ "\xbf' OR 1=1 --", 12 },
	{ "\xe5\x27 OR 1=1 --", 12 },
	{ "\xf0\x9f\x99", 3 },
	{ "a\xf0\x9f\x99", 4 },
	{ "\xd0", 1 },
	{ "a\0b", 3 },
	{ "?", 1 },
	{ "$1", 2 },
	{ "\"", 1 },
	{ "`", 1 },
	{ "/* */", 5 },
	{ "100%_!x", 7 },
	{ "7 916 555-00-01", 15 },
};

/* The text with ! before what LIKE reads. */
static struct zv_db_value
literally(struct zv_str s, char out[100])
{
	size_t n = 0;

	out[n++] = '%';
	for (size_t i = 0; i < s.n; i++) {
		if (strchr("%_!", s.p[i]) && s.p[i])
			out[n++] = '!';
		out[n++] = s.p[i];
	}
	out[n++] = '%';
	return zv_db_text((struct zv_str){ out, n });
}

static void
tell_found(size_t i)
{
	struct zv_db_value id = zv_db_int((int64_t)i), v = zv_db_text(hostile[i]);
	struct zv_db_rows *rows;
	const struct zv_db_value *row;
	char like[100];
	struct zv_db_value pattern = literally(hostile[i], like);

	printf("#= 073 %zu equal=%lld like=%lld text=", i,
	       number("SELECT COUNT(*) FROM item WHERE words = ?", &v, 1),
	       number("SELECT COUNT(*) FROM item WHERE words LIKE ? ESCAPE '!'",
		      &pattern, 1));
	rows = ask("SELECT words FROM item WHERE id = ?", &id, 1);
	if (rows && EXPECT(zv_db_next(rows, &row, NULL) == 1))
		for (size_t k = 0; k < row[0].text.n; k++)
			printf("%02x", (unsigned char)row[0].text.p[k]);
	zv_db_end(rows);
	printf("\n");
}

static void
check_hostile(void)
{
	create_values();
	for (size_t i = 0; i < N_OF(hostile); i++) {
		struct zv_db_value v = zv_db_text(hostile[i]);

		put((long long)i, NULL, NULL, &v, NULL);
	}
	EXPECT(number("SELECT COUNT(*) FROM item", NULL, 0) ==
	       (long long)N_OF(hostile));
	for (size_t i = 0; i < N_OF(hostile); i++)
		tell_found(i);
	for (size_t i = 0; i < N_OF(hostile); i++) {
		struct zv_db_value v = zv_db_text(hostile[i]);

		long long n =
			number("SELECT COUNT(*) FROM item WHERE words = ?", &v, 1);

		EXPECT(n == 1 || n == 2); /* two were cut to the same */
	}
}

static void
check_names(void)
{
	static const char *const bad[] = {
		"",
		"a\nb",
		"\xff",
		("1234567890123456789012345678901234567890123456"
		 "789012345678901234"),
	};
	struct zv_buf sql = { 0 };
	struct zv_error err = { 0 };

	zv_buf_add(&sql, ZV_STR("CREATE TABLE IF NOT EXISTS "));
	EXPECT(zv_db_quote(db, ZV_STR("a\"; DROP TABLE item; --"), &sql, &err) == 0);
	zv_buf_add(&sql, ZV_STR(" (id BIGINT, \"end\" BIGINT, \"select\" BIGINT)"));
	run(zv_buf_cstr(&sql));
	zv_buf_clear(&sql);
	zv_buf_add(&sql, ZV_STR("SELECT COUNT(\"end\") FROM "));
	EXPECT(zv_db_quote(db, ZV_STR("a\"; DROP TABLE item; --"), &sql, &err) == 0);
	EXPECT(number(zv_buf_cstr(&sql), NULL, 0) == 0);
	for (size_t i = 0; i < N_OF(bad); i++)
		EXPECT(zv_db_quote(db, zvon_str(bad[i]), &sql, NULL) == ZV_EINVAL);
	zv_buf_deinit(&sql);
}

/* ---- statements -------------------------------------------------------------------------- */

static void
check_errors(void)
{
	struct zv_db_value v[] = { zv_db_int(1), zv_db_int(2) };
	struct zv_db_rows *rows = NULL;

	create_values();
	EXPECT(zv_db_query(db, "SELECT * FROM nowhere", NULL, 0, &rows, NULL) ==
	       ZV_ENOTFOUND);
	EXPECT(zv_db_query(db, "SELECT no_column FROM item", NULL, 0, &rows, NULL) ==
	       ZV_ENOTFOUND);
	EXPECT(zv_db_query(db, "SELEC", NULL, 0, &rows, NULL) == ZV_EINVAL);
	EXPECT(zv_db_query(db, "SELECT id FROM item WHERE id = ?", v, 2, &rows, NULL) ==
	       ZV_EINVAL);
	EXPECT(zv_db_query(db, "SELECT id FROM item WHERE id = ?", NULL, 0, &rows,
			   NULL) == ZV_EINVAL);
	run_as(db, ZV_EINVAL, "DELETE FROM item; DELETE FROM item", NULL, 0);
	run_as(db, ZV_EINVAL, "", NULL, 0);
	EXPECT(number("SELECT COUNT(*) FROM item", NULL, 0) == 0);
}

static void
check_duplicate(void)
{
	struct zv_db_value id = zv_db_int(1);
	struct zv_error err = { 0 };

	create_values();
	put(1, NULL, NULL, NULL, NULL);
	EXPECT(zv_db_run(db, "INSERT INTO item (id) VALUES (?)", &id, 1, &err) ==
	       ZV_EBUSY);
	EXPECT(err.system == ZV_DB_DUPLICATE);
	EXPECT(number("SELECT COUNT(*) FROM item", NULL, 0) == 1);
}

static void
check_changed(void)
{
	struct zv_db_value v[] = { zv_db_int(5), zv_db_int(2) };

	create_values();
	for (int i = 1; i <= 3; i++)
		put(i, &v[0], NULL, NULL, NULL);
	EXPECT(run_as(db, 0, "UPDATE item SET whole = ? WHERE id >= ?", v, 2) == 2);
	EXPECT(run_as(db, 0, "UPDATE item SET whole = ? WHERE id >= ?", v, 2) == 2);
	EXPECT(run_as(db, 0, "DELETE FROM item WHERE whole = ? AND id > ?", v, 2) == 1);
	EXPECT(run("DELETE FROM item WHERE id = 77") == 0);
	EXPECT(run("SELECT id FROM item") == 0);
}

static void
check_transactions(void)
{
	create_values();
	EXPECT(zv_db_commit(db, NULL) == ZV_EINVAL);
	EXPECT(zv_db_begin(db, NULL) == 0 && zv_db_begin(db, NULL) == ZV_EINVAL);
	put(1, NULL, NULL, NULL, NULL);
	EXPECT(zv_db_commit(db, NULL) == 0);
	EXPECT(zv_db_begin(db, NULL) == 0);
	put(2, NULL, NULL, NULL, NULL);
	zv_db_rollback(db);
	zv_db_rollback(db);
	EXPECT(number("SELECT COUNT(*) FROM item", NULL, 0) == 1);
	EXPECT(zv_db_begin(db, NULL) == 0);
	put(3, NULL, NULL, NULL, NULL);
	run_as(db, ZV_EINVAL, "SELEC", NULL, 0); /* what follows is only a rollback */
	zv_db_rollback(db);
	EXPECT(number("SELECT COUNT(*) FROM item", NULL, 0) == 1);
}

static void
check_parameters_max(void)
{
	struct zv_db_value v[ZV_DB_PARAMETERS_MAX + 1];
	struct zv_db_rows *rows = NULL;
	struct zv_buf sql = { 0 };

	create_values();
	put(7, NULL, NULL, NULL, NULL);
	zv_buf_add(&sql, ZV_STR("SELECT COUNT(*) FROM item WHERE id IN (?"));
	for (size_t i = 0; i <= ZV_DB_PARAMETERS_MAX; i++) {
		v[i] = zv_db_int((int64_t)i);
		if (i && i < ZV_DB_PARAMETERS_MAX)
			zv_buf_add(&sql, ZV_STR(",?"));
	}
	zv_buf_add_char(&sql, ')');
	EXPECT(number(zv_buf_cstr(&sql), v, ZV_DB_PARAMETERS_MAX) == 1);
	EXPECT(zv_db_query(db, zv_buf_cstr(&sql), v, ZV_DB_PARAMETERS_MAX + 1, &rows,
			   NULL) == ZV_ETOOBIG);
	zv_buf_deinit(&sql);
}

static void
check_many_statements(void)
{
	struct zv_db_value v = zv_db_int(1);
	char sql[100];

	create_values();
	for (int round = 0; round < 2; round++)
		for (int i = 0; i < 150; i++) {
			snprintf(sql, sizeof sql, "SELECT %d FROM item WHERE id < ?",
				 i);
			zv_db_end(ask(sql, &v, 1));
		}
	if (dialect == ZV_DB_PGSQL)
		EXPECT(number("SELECT COUNT(*) FROM pg_prepared_statements", NULL, 0) <=
		       64);
}

static void
check_table_changes(void)
{
	static const char sql[] = "SELECT * FROM changing";
	struct zv_db_rows *rows;
	const struct zv_db_value *row;

	create("changing", "id BIGINT");
	run("INSERT INTO changing VALUES (1)");
	rows = ask(sql, NULL, 0);
	EXPECT(rows && zv_db_columns(rows) == 1);
	zv_db_end(rows);
	run("ALTER TABLE changing ADD COLUMN more BIGINT");
	rows = ask(sql, NULL, 0);
	EXPECT(rows && zv_db_columns(rows) == 2 && zv_db_next(rows, &row, NULL) == 1 &&
	       row[1].type == ZV_DB_NULL);
	zv_db_end(rows);
}

/* ---- many rows ----------------------------------------------------------------------------- */

static void
create_many(void)
{
	create("digit", "i BIGINT");
	for (int i = 0; i < 10; i++) {
		struct zv_db_value v = zv_db_int(i);

		run_as(db, 0, "INSERT INTO digit VALUES (?)", &v, 1);
	}
	create("many", "id BIGINT, words VARCHAR(200)");
	EXPECT(run("INSERT INTO many SELECT a.i + 10 * b.i + 100 * c.i + 1000 * d.i + "
		   "10000 * "
		   "e.i, 'some words that stand in each of the rows, so that a hundred "
		   "thousand of them are ten megabytes or so' FROM digit a, digit b, "
		   "digit c, "
		   "digit d, digit e") == ROWS);
}

static size_t
heap(void)
{
#if defined(__SANITIZE_ADDRESS__)
	return 0; /* its heap is another one */
#else
	struct mallinfo2 m = mallinfo2();

	return m.uordblks + m.hblkhd;
#endif
}

static void
check_streaming(void)
{
	struct zv_db_rows *rows;
	const struct zv_db_value *row;
	size_t before, peak = 0;
	long long sum = 0, n = 0;
	int r = 0;

	create_many();
	before = heap();
	rows = ask("SELECT id, words FROM many", NULL, 0);
	if (!rows)
		return;
	while ((r = zv_db_next(rows, &row, NULL)) == 1) {
		sum += row[0].number;
		if (++n % 1000 == 0 && heap() > peak)
			peak = heap();
	}
	zv_db_end(rows);
	EXPECT(r == 0 && n == ROWS && sum == (long long)ROWS * (ROWS - 1) / 2);
	printf("# %zu bytes more while they came\n", peak > before ? peak - before : 0);
	EXPECT(peak < before + (1 << 20));
}

static void
check_one_result(void)
{
	struct zv_db_rows *rows, *more = NULL;
	const struct zv_db_value *row;

	create_many();
	rows = ask("SELECT id FROM many", NULL, 0);
	EXPECT(zv_db_next(rows, &row, NULL) == 1);
	EXPECT(zv_db_query(db, "SELECT 1", NULL, 0, &more, NULL) == ZV_EINVAL);
	EXPECT(zv_db_run(db, "DELETE FROM many", NULL, 0, NULL) == ZV_EINVAL);
	zv_db_end(rows); /* long before its end */
	zv_db_end(rows);
	EXPECT(number("SELECT COUNT(*) FROM many", NULL, 0) == ROWS);
	EXPECT(zv_db_begin(db, NULL) == 0);
	rows = ask("SELECT id FROM many", NULL, 0);
	EXPECT(zv_db_next(rows, &row, NULL) == 1);
	zv_db_end(rows);
	run("DELETE FROM many WHERE id = 1");
	EXPECT(zv_db_commit(db, NULL) == 0);
	EXPECT(number("SELECT COUNT(*) FROM many", NULL, 0) == ROWS - 1);
}

/* ---- time ---------------------------------------------------------------------------------- */

#define LONG_QUERY                                                                     \
 "SELECT COUNT(*) FROM many a, many b WHERE a.id + b.id < -1 AND a.words <> b.words"

static void
check_time_limit(void)
{
	struct zv_db *hasty;
	struct zv_db_rows *rows = NULL;
	const struct zv_db_value *row;
	struct zv_error err = { 0 };
	int64_t began;
	int r;

	create_many();
	hasty = open_as(false, 400, (struct zv_str){ 0 });
	if (!hasty)
		return;
	began = now_ms();
	r = zv_db_query(hasty, LONG_QUERY, NULL, 0, &rows, &err);
	if (r == 0)
		r = zv_db_next(rows, &row, &err);
	EXPECT(r == ZV_ETIMEOUT);
	EXPECT(now_ms() - began >= 350 && now_ms() - began < 3000);
	printf("# %s\n", err.text);
	zv_db_end(rows);
	EXPECT(zv_db_ping(hasty, NULL) == 0);
	zv_db_close(hasty);
}

static void *
interrupt_soon(void *handle)
{
	usleep(300000);
	zv_db_interrupt(handle);
	return NULL;
}

static void
check_interrupt(void)
{
	struct zv_db_rows *rows = NULL;
	const struct zv_db_value *row;
	struct zv_error err = { 0 };
	pthread_t thread;
	int64_t began = now_ms();
	int r;

	create_many();
	zv_db_interrupt(db); /* nothing runs: nothing happens */
	EXPECT(number("SELECT COUNT(*) FROM digit", NULL, 0) == 10);
	pthread_create(&thread, NULL, interrupt_soon, db);
	began = now_ms();
	r = zv_db_query(db, LONG_QUERY, NULL, 0, &rows, &err);
	if (r == 0)
		r = zv_db_next(rows, &row, &err);
	EXPECT(r == ZV_ETIMEOUT && now_ms() - began < 3000);
	printf("# %s\n", err.text);
	zv_db_end(rows);
	pthread_join(thread, NULL);
	EXPECT(number("SELECT COUNT(*) FROM digit", NULL, 0) == 10);
}

static void
check_locked(void)
{
	struct zv_db *other;
	struct zv_error err = { 0 };
	int64_t began;
	int r;

	create_values();
	put(1, NULL, NULL, NULL, NULL);
	other = open_as(false, 2100, (struct zv_str){ 0 });
	if (!other)
		return;
	EXPECT(zv_db_begin(db, NULL) == 0);
	run("UPDATE item SET whole = 1 WHERE id = 1");
	began = now_ms();
	r = zv_db_begin(other, &err); /* SQLite tells it here already */
	if (r == 0)
		r = (int)zv_db_run(other, "UPDATE item SET whole = 2 WHERE id = 1",
				   NULL, 0, &err);
	EXPECT(r == ZV_EBUSY && err.system != ZV_DB_DUPLICATE);
	EXPECT(now_ms() - began >= 900 && now_ms() - began < 4000);
	printf("# %s\n", err.text);
	zv_db_rollback(other);
	EXPECT(zv_db_commit(db, NULL) == 0);
	EXPECT(run_as(other, 0, "UPDATE item SET whole = 3 WHERE id = 1", NULL, 0) ==
	       1);
	zv_db_close(other);
}

/* ---- rights -------------------------------------------------------------------------------- */

static void
check_read_only(void)
{
	struct zv_db *only;
	struct zv_error err = { 0 };

	create_values();
	only = open_as(true, 0, (struct zv_str){ 0 });
	if (!only)
		return;
	EXPECT(zv_db_run(only, "DELETE FROM item", NULL, 0, &err) == ZV_EIO);
	printf("# %s\n", err.text);
	run_as(only, ZV_EIO, "DROP TABLE item", NULL, 0);
	EXPECT(zv_db_ping(only, NULL) == 0);
	zv_db_close(only);
}

static void
check_reader(void)
{
	struct zv_db *only;
	struct zv_error err = { 0 };

	create_values();
	if (!reader.n) {
		printf("# this database has no accounts\n");
		return;
	}
	only = open_as(false, 0, reader);
	if (!only)
		return;
	EXPECT(zv_db_run(only, "DELETE FROM item", NULL, 0, &err) == ZV_EAUTH);
	printf("# %s\n", err.text);
	zv_db_close(only);
}

static void
check_secret(void)
{
	struct zv_db_options o = options;
	struct zv_error err = { 0 };

	EXPECT(!options.secret.p || !strstr(zv_db_name(db), options.secret.p));
	if (!options.secret.p)
		return;
	o.secret = ZV_STR("wr0ng-secret");
	EXPECT(zv_db_open(&o, &err) == NULL && err.code == ZV_EAUTH);
	EXPECT(!strstr(err.text, "wr0ng-secret"));
	printf("# %s\n", err.text);
}

/* ---- the list ------------------------------------------------------------------------------ */

static const struct {
	const char *name;
	void (*check)(void);
} checks[] = {
	{ "types come back", check_types },
	{ "sums are whole numbers", check_sums },
	{ "times are text", check_times },
	{ "big values", check_big },
	{ "fault 073: hostile texts", check_hostile },
	{ "names are quoted", check_names },
	{ "errors have their codes", check_errors },
	{ "a key twice", check_duplicate },
	{ "changed rows are counted", check_changed },
	{ "transactions", check_transactions },
	{ "as many parameters as there may be", check_parameters_max },
	{ "more statements than are kept", check_many_statements },
	{ "the table changes", check_table_changes },
	{ "rows come as a stream", check_streaming },
	{ "one result at a time", check_one_result },
	{ "a statement's time", check_time_limit },
	{ "interrupted from another thread", check_interrupt },
	{ "locked", check_locked },
	{ "a session for reading only", check_read_only },
	{ "an account for reading only", check_reader },
	{ "the secret is not told", check_secret },
};

int
main(int argc, char **argv)
{
	struct zv_error err = { 0 };
	int failed = 0;

	if (argc < 2)
		return 2;
	setvbuf(stdout, NULL, _IOLBF, 0);
	options.url = zvon_str(argv[1]);
	options.secret = zvon_str(getenv("ZVON_DB_SECRET"));
	options.timeout_ms = 30000;
	reader = zvon_str(argc > 2 ? argv[2] : NULL);
	db = zv_db_open(&options, &err);
	if (!db) {
		printf("1..0\nBail out! %s\n", err.text);
		return 1;
	}
	dialect = zv_db_dialect(db);
	printf("1..%zu\n", N_OF(checks));
	for (size_t i = 0; i < N_OF(checks); i++) {
		int64_t began = now_ms();

		has_failed = false;
		checks[i].check();
		failed += has_failed;
		printf("%s %zu - %s\n", has_failed ? "not ok" : "ok", i + 1,
		       checks[i].name);
		printf("# %lld ms\n", (long long)(now_ms() - began));
		zv_db_end(asked);
		zv_db_rollback(db);
	}
	zv_db_close(db);
	return failed > 0;
}
