/* What happens to files: older, newer, damaged, locked, cut off, full disks. SQLite only. */
#include "storerig.h"

#include <glob.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "store/store_impl.h"

#define LINE	  "in 79165550001 101 answered 5000 7000 file=/rec/a.wav"
#define CUT_BYTES 65536

static struct storerig rig;

static int
set_up(void **state)
{
	unsetenv("ZVON_STORE_URL");
	rig_open(&rig);
	return 0;
}

static int
tear_down(void **state)
{
	rig_close(&rig);
	return 0;
}

static void
put_some(int from, int to)
{
	char id[16];

	for (int i = from; i < to; i++) {
		snprintf(id, sizeof(id), "%d", i);
		assert_int_equal(rig_put_line(rig.s, id, RIG_TIME + i * 1000, LINE), 1);
	}
}

static void
run(const char *sql)
{
	struct zv_error err = { 0 };

	if (zv_db_run(zv_store_db(rig.s), sql, NULL, 0, &err) < 0)
		fail_msg("%s: %s", sql, err.text);
}

static const char *
path_of(const char *end)
{
	static char path[200];

	snprintf(path, sizeof(path), "%s/%s", rig.folder, end);
	return path;
}

static struct zv_store *
try_open(bool read_only, struct zv_error *warning, struct zv_error *err)
{
	struct zv_store_options o = { .db = { .url = zvon_str(rig.url) },
				      .read_only = read_only };

	memset(warning, 0, sizeof(*warning));
	memset(err, 0, sizeof(*err));
	return zv_store_open(&o, warning, err);
}

static void
close_store(void)
{
	zv_store_close(rig.s);
	rig.s = NULL;
}

static size_t
n_set_aside(void)
{
	glob_t found = { 0 };
	size_t n;

	glob(path_of("calls.db.corrupt-*"), 0, NULL, &found);
	n = found.gl_pathc;
	globfree(&found);
	return n;
}

/* ---- 101 ------------------------------------------------------------------------------------ */

static void
test_fault_101_a_newer_schema_is_left_alone(void **state)
{
	struct zv_error warning, err;

	put_some(0, 3);
	run("UPDATE meta SET value = '99' WHERE name = 'schema'");
	close_store();
	assert_null(try_open(false, &warning, &err));
	assert_int_equal(err.code, ZV_EPROTO);
	assert_non_null(strstr(err.text, "newer"));
	assert_null(try_open(true, &warning, &err));
	assert_int_equal(n_set_aside(), 0);
}

/* The views came with version 2. */
static void
test_fault_101_an_older_schema_is_brought_up(void **state)
{
	static const char *const views[] = {
		"v_hours_of_lines", "v_hours",	 "v_calls_with",
		"v_parties",	    "v_periods", "v_recordings",
		"v_transfers",	    "v_legs",	 "v_calls",
	};
	struct zv_error warning, err;
	char text[100];

	put_some(0, 3);
	for (size_t i = 0; i < N_OF(views); i++) {
		snprintf(text, sizeof(text), "DROP VIEW %s", views[i]);
		run(text);
	}
	run("UPDATE meta SET value = '1' WHERE name = 'schema'");
	close_store();
	assert_null(try_open(true, &warning, &err)); /* it may not change anything */
	assert_non_null(strstr(err.text, "older"));
	rig.s = rig_open_again(&rig, false);
	assert_int_equal(rig_number(rig.s, "SELECT COUNT(*) FROM v_calls"), 3);
	assert_int_equal(rig_number(rig.s, "SELECT value FROM meta WHERE name = "
					   "'schema'"),
			 ZV_STORE_SCHEMA);
	put_some(3, 4);
	assert_string_equal(rig_page(rig.s, &(struct zv_history_query){ 0 }),
			    "3 2 1 0");
}

static void
damage(long from, size_t n)
{
	FILE *f = fopen(path_of("calls.db"), "r+b");
	char bytes[512];

	memset(bytes, 0xa5, sizeof(bytes));
	assert_non_null(f);
	fseek(f, from, SEEK_SET);
	for (; n; n -= n < sizeof(bytes) ? n : sizeof(bytes))
		fwrite(bytes, 1, n < sizeof(bytes) ? n : sizeof(bytes), f);
	fclose(f);
}

static void
damaged_is_set_aside(long from, size_t n)
{
	struct zv_error warning, err;
	size_t before = n_set_aside();

	damage(from, n);
	rig.s = try_open(false, &warning, &err);
	if (!rig.s)
		fail_msg("%s", err.text);
	assert_non_null(strstr(warning.text, ".corrupt-"));
	assert_int_equal(n_set_aside(), before + 1);
	assert_string_equal(rig_page(rig.s, &(struct zv_history_query){ 0 }), "");
	put_some(0, 2);
}

static void
test_fault_101_a_damaged_file_is_set_aside(void **state)
{
	struct zv_error warning, err;

	put_some(0, 3);
	close_store();
	damage(0, 100);
	assert_null(try_open(true, &warning, &err)); /* a reader moves nothing */
	assert_int_equal(n_set_aside(), 0);
	damaged_is_set_aside(0, 100);
}

static void
test_fault_101_damaged_tables_are_set_aside(void **state)
{
	put_some(0, 3);
	close_store();
	damaged_is_set_aside(4096, 30 * 4096);
}

static void
test_fault_101_not_a_store(void **state)
{
	struct zv_error warning, err;
	struct zv_db_options o = { .url = zvon_str(rig.url), .create = true };
	struct zv_db *db;

	close_store();
	unlink(path_of("calls.db"));
	db = zv_db_open(&o, NULL);
	assert_true(zv_db_run(db, "CREATE TABLE cdr (src TEXT)", NULL, 0, NULL) >= 0);
	zv_db_close(db);
	assert_null(try_open(false, &warning, &err));
	assert_int_equal(err.code, ZV_EINVAL);
	assert_null(try_open(true, &warning, &err));
	assert_int_equal(err.code, ZV_ENOTFOUND);
	assert_int_equal(n_set_aside(), 0);
}

static void
test_fault_101_locked_by_another(void **state)
{
	struct zv_store_options o = { .db = { .url = zvon_str(rig.url),
					      .timeout_ms = 100 } };
	struct zv_store *other = zv_store_open(&o, NULL, NULL);
	struct zv_error err = { 0 };

	put_some(0, 2);
	assert_int_equal(zv_store_begin(rig.s, NULL), 0);
	assert_int_equal(zv_store_begin(other, &err), ZV_EBUSY);
	/* who only reads does not wait */
	assert_string_equal(rig_page(other, &(struct zv_history_query){ 0 }), "1 0");
	zv_store_rollback(rig.s);
	assert_int_equal(rig_put_line(other, "9", RIG_TIME + 9000, LINE), 1);
	zv_store_close(other);
	assert_string_equal(rig_page(rig.s, &(struct zv_history_query){ 0 }), "9 1 0");
}

static void
test_fault_101_read_only(void **state)
{
	struct zv_store *reader;

	put_some(0, 2);
	reader = rig_open_again(&rig, true);
	assert_int_equal(zv_store_begin(reader, NULL), ZV_EINVAL);
	assert_true(zv_store_mark(reader, ZV_STR("x"), ZV_STR("y"), NULL) < 0);
	assert_true(zv_store_forget(reader, INT64_MAX, 10, NULL) < 0);
	assert_string_equal(rig_page(reader, &(struct zv_history_query){ 0 }), "1 0");
	put_some(2, 3); /* it sees what is written meanwhile */
	assert_string_equal(rig_page(reader, &(struct zv_history_query){ 0 }), "2 1 0");
	zv_store_close(reader);
}

/* ---- 098 ------------------------------------------------------------------------------------ */

static bool
put_until_full(int *n)
{
	struct zv_error err = { 0 };
	char id[16];

	for (int i = 0; i < 10000; i++) {
		struct zv_conversation *c;
		int rc;

		snprintf(id, sizeof(id), "%d", *n);
		c = rig_call(id, RIG_TIME + *n * 1000, LINE);
		rc = zv_store_begin(rig.s, &err);
		if (rc == 0)
			rc = zv_store_put(rig.s, c, &err);
		if (rc >= 0)
			rc = zv_store_commit(rig.s, &err);
		else
			zv_store_rollback(rig.s);
		zv_conversation_free(c);
		if (rc < 0) {
			assert_int_equal(rc, ZV_EIO);
			assert_non_null(strstr(err.text, "full"));
			return true;
		}
		++*n;
	}
	return false;
}

/* SQLite's own limit answers as a full disk does: SQLITE_FULL. */
static void
test_fault_098_disk_full(void **state)
{
	char text[64];
	int n = 0;

	snprintf(text, sizeof(text), "PRAGMA max_page_count = %d",
		 (int)rig_number(rig.s, "PRAGMA page_count") + 40);
	run(text);
	assert_true(put_until_full(&n));
	assert_true(n > 0);
	assert_int_equal(rig_number(rig.s, "SELECT COUNT(*) FROM calls"), n);
	assert_true(put_until_full(&n)); /* still */
	run("PRAGMA max_page_count = 100000");
	put_some(n, n + 3);
	assert_int_equal(rig_number(rig.s, "SELECT COUNT(*) FROM calls"), n + 3);
	assert_int_equal(rig_number(rig.s, "SELECT SUM(calls) FROM counts"), n + 3);
	assert_int_equal(rig_number(rig.s, "SELECT COUNT(*) FROM "
					   "pragma_integrity_check WHERE "
					   "integrity_check <> 'ok'"),
			 0);
}

/* ---- 099 ------------------------------------------------------------------------------------ */

#define CALLS 40

static long
size_of(const char *end)
{
	struct stat status;

	return stat(path_of(end), &status) == 0 ? (long)status.st_size : 0;
}

static void
write_file(const char *end, struct zv_str bytes)
{
	FILE *f = fopen(path_of(end), "wb");

	assert_non_null(f);
	assert_int_equal(fwrite(bytes.p, 1, bytes.n, f), bytes.n);
	fclose(f);
}

/* A copy of both files, the end of one cut off: how many calls are there, all of them whole. */
static int
calls_of_copy(struct zv_str db, struct zv_str wal)
{
	struct storerig copy = rig;
	int n;

	snprintf(copy.url, sizeof(copy.url), "sqlite:%s/copy.db", rig.folder);
	write_file("copy.db", db);
	write_file("copy.db-wal", wal);
	unlink(path_of("copy.db-shm"));
	copy.s = rig_open_again(&copy, false);
	n = (int)rig_number(copy.s, "SELECT COUNT(*) FROM calls");
	assert_int_equal(rig_number(copy.s, "SELECT COUNT(*) FROM legs"), 2 * n);
	assert_int_equal(rig_number(copy.s, "SELECT COUNT(*) FROM recordings"), n);
	assert_int_equal(rig_number(copy.s,
				    "SELECT COUNT(*) FROM calls WHERE call_id > "
				    "(SELECT COUNT(*) FROM calls)"),
			 0);
	if (n)
		assert_int_equal(rig_number(copy.s, "SELECT SUM(calls) FROM counts"),
				 n);
	zv_store_close(copy.s);
	return n;
}

static void
test_fault_099_power_cut(void **state)
{
	long ends[CALLS + 1];
	struct zv_str db, wal;
	long from, step;

	run("PRAGMA wal_checkpoint(TRUNCATE)");
	ends[0] = 0;
	for (int i = 0; i < CALLS; i++) {
		put_some(i, i + 1);
		ends[i + 1] = size_of("calls.db-wal");
	}
	db = read_file(path_of("calls.db"));
	wal = read_file(path_of("calls.db-wal"));
	from = (long)wal.n > CUT_BYTES ? (long)wal.n - CUT_BYTES : 0;
	step = getenv("ZVON_EVERY_BYTE") ? 1 : 1009;
	for (long cut = (long)wal.n; cut >= from; cut -= step) {
		int whole = CALLS;

		while (ends[whole] > cut)
			whole--;
		assert_int_equal(
			calls_of_copy(db, (struct zv_str){ wal.p, (size_t)cut }),
			whole);
	}
	for (int i = CALLS - 5; i <= CALLS; i++) { /* to the byte */
		assert_int_equal(
			calls_of_copy(db, (struct zv_str){ wal.p, (size_t)ends[i] }),
			i);
		assert_int_equal(
			calls_of_copy(db,
				      (struct zv_str){ wal.p, (size_t)ends[i] - 1 }),
			i - 1);
	}
	free((char *)(uintptr_t)db.p);
	free((char *)(uintptr_t)wal.p);
}

/* The cut comes while what stands beside the file is taken over into it. */
static void
test_fault_099_power_cut_in_a_checkpoint(void **state)
{
	struct zv_str db, wal;
	long step = getenv("ZVON_EVERY_BYTE") ? 1 : 3001;

	put_some(0, CALLS);
	wal = read_file(path_of("calls.db-wal"));
	run("PRAGMA wal_checkpoint(FULL)");
	db = read_file(path_of("calls.db"));
	for (long cut = (long)db.n; cut > 4096 && cut > (long)db.n - CUT_BYTES;
	     cut -= step)
		assert_int_equal(
			calls_of_copy((struct zv_str){ db.p, (size_t)cut }, wal),
			CALLS);
	free((char *)(uintptr_t)db.p);
	free((char *)(uintptr_t)wal.p);
}

/* ---- 074 ------------------------------------------------------------------------------------ */

static int
count_call(void *context, const struct zv_conversation *c)
{
	++*(int *)context;
	return 0;
}

/* Two calls, one of them busy, and as many answered ones of line 101, a millisecond each: made by
 * a statement. Counters do not know of these. */
static void
put_many(int n)
{
	char sql[400];

	put_some(0, 1);
	assert_int_equal(rig_put_line(rig.s, "old", RIG_TIME - 5000,
				      "in 79165550001 101 busy 5000 0"),
			 1);
	snprintf(sql, sizeof(sql),
		 "INSERT INTO calls (call_id, server_id, uid, started_ms, result, "
		 "what, picked_up_by) WITH RECURSIVE k (i) AS (SELECT 100 UNION ALL "
		 "SELECT i + 1 FROM k WHERE i < %d) SELECT i, 1, 'k' || i, "
		 "1795000000000 + i, 1, (SELECT what FROM calls WHERE call_id = 1), "
		 "'101' FROM k",
		 n);
	run(sql);
	run("INSERT INTO parties (period, name, started_ms, call_id, what) SELECT "
	    "started_ms >> 33, '101', started_ms, call_id, (what & ~(15 << 15)) | (2 "
	    "<< 15) FROM calls WHERE call_id >= 100");
}

/* Nothing fits, and there are more rows than one page may look at: an empty page with a next
 * one, and in the end all of them. */
static void
test_fault_074_a_page_looks_at_so_many_rows(void **state)
{
	struct zv_history_query q = { .results = 1u << ZV_RESULT_BUSY };
	char cursor[ZV_HISTORY_CURSOR_MAX] = "";
	const struct zv_str line = ZV_STR("101");
	int n = 0, pages = 0;

	put_many(450000);
	for (int by_line = 0; by_line < 2; by_line++) {
		n = pages = 0;
		cursor[0] = '\0';
		q.lines = &line;
		q.n_lines = (size_t)by_line;
		do {
			q.cursor = zvon_str(cursor);
			assert_true(zv_store_page(rig.s, &q, count_call, &n, rig_next,
						  NULL) >= 0);
			memcpy(cursor, rig_next, sizeof(cursor));
			pages++;
		} while (cursor[0]);
		assert_int_equal(n, 1);
		assert_int_equal(pages, 450000 / ZV_STORE_SCAN_MAX + 1);
	}
}

static int
page_by_number(struct zv_history_query q, int64_t after, struct zv_error *err)
{
	int n = 0;

	q.by_number = true;
	q.after_number = after;
	return zv_store_page(rig.s, &q, count_call, &n, rig_next, err);
}

/* By number nothing leads on but the calls themselves: that none fits is told as an error. */
static void
test_fault_074_a_page_by_number_ends_too(void **state)
{
	const struct zv_str line = ZV_STR("101"), nobody = ZV_STR("70000000000");
	struct zv_history_query q = { .results = 1u << ZV_RESULT_CONGESTION };
	struct zv_error err = { 0 };

	put_many(300000);
	for (int by_line = 0; by_line < 2; by_line++) {
		q.lines = &line;
		q.n_lines = (size_t)by_line;
		memset(&err, 0, sizeof(err));
		assert_int_equal(page_by_number(q, 0, &err), ZV_ETIMEOUT);
		assert_non_null(strstr(err.text, "none of 200000 calls"));
		assert_int_equal(page_by_number(q, 300000 - 1000, NULL), 0);
		assert_int_equal(page_by_number(q, 300000, NULL), 0);
	}
	/* of a long list, the next ones; of a short one it is known that there are none */
	q.results = 0;
	assert_int_equal(page_by_number(q, 0, NULL), 100);
	assert_int_equal(page_by_number(q, 300000 - 7, NULL), 7);
	q.lines = &nobody;
	assert_int_equal(page_by_number(q, 0, NULL), 0);
	/* … and one that is found far behind the first few */
	q = (struct zv_history_query){ .results = 1u << ZV_RESULT_BUSY };
	run("DELETE FROM calls WHERE call_id = 100000");
	run("UPDATE calls SET call_id = 100000 WHERE uid = 'old.1'");
	assert_int_equal(page_by_number(q, 0, NULL), 1);
	assert_int_equal(page_by_number(q, 100000, &err), 0);
}

static int
count_calls(void *context, const struct zv_statistics_row *row)
{
	*(uint64_t *)context += row->calls;
	return 0;
}

/* Of what the counters do not know so much is read, and no more. */
static void
test_fault_074_statistics_look_at_so_many_calls(void **state)
{
	const struct zv_str line = ZV_STR("101"), whole = ZV_STR("office/101");
	struct zv_history_query q = { .lines = &line, .n_lines = 1 };
	const struct {
		const struct zv_str *line;
		enum zv_statistics_by by;
		int most;
	} rows[] = {
		{ &line, ZV_BY_RESULT, ZV_STORE_STATISTICS_CALLS },
		{ &whole, ZV_BY_RESULT, ZV_STORE_STATISTICS_CALLS / 2 },
	};

	put_many(450000);
	for (size_t i = 0; i < N_OF(rows); i++) {
		struct zv_error err = { 0 };
		uint64_t n = 0;

		q.lines = rows[i].line;
		q.from_ms = RIG_TIME + 1000;
		q.to_ms = q.from_ms + rows[i].most;
		assert_int_equal(zv_store_statistics(rig.s, &q, rows[i].by, 0,
						     count_calls, &n, NULL),
				 0);
		assert_int_equal(n, i ? 0 : rows[i].most); /* they have no legs */
		q.to_ms++;
		assert_int_equal(zv_store_statistics(rig.s, &q, rows[i].by, 0,
						     count_calls, &n, &err),
				 ZV_EINVAL);
		assert_non_null(strstr(err.text, "ask for a shorter time"));
	}
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(test_fault_101_a_newer_schema_is_left_alone),
		TEST(test_fault_101_an_older_schema_is_brought_up),
		TEST(test_fault_101_a_damaged_file_is_set_aside),
		TEST(test_fault_101_damaged_tables_are_set_aside),
		TEST(test_fault_101_not_a_store),
		TEST(test_fault_101_locked_by_another),
		TEST(test_fault_101_read_only),
		TEST(test_fault_098_disk_full),
		TEST(test_fault_099_power_cut),
		TEST(test_fault_099_power_cut_in_a_checkpoint),
		TEST(test_fault_074_a_page_looks_at_so_many_rows),
		TEST(test_fault_074_a_page_by_number_ends_too),
		TEST(test_fault_074_statistics_look_at_so_many_calls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
