/* SQLite behind db.h, as far as the list of all databases (tests/hist/db_check.c) does not say
 * it: memory, limits, what may stand in a URL. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "db/db.h"
#include "db/statements.h"
#include "helper.h"

static char path[64];

static int
begin(void **state)
{
	snprintf(path, sizeof path, "/tmp/zvon-t-%d.db", (int)getpid());
	return 0;
}

static int
end(void **state)
{
	char more[80];

	unlink(path);
	snprintf(more, sizeof more, "%s-wal", path);
	unlink(more);
	snprintf(more, sizeof more, "%s-shm", path);
	unlink(more);
	return 0;
}

static struct zv_db *
open_db(struct zv_error *err)
{
	struct zv_db_options options = { .url = zvon_str(path), .create = true };

	return zv_db_open(&options, err);
}

/* Texts that are no UTF-8 in both directions, a kept statement, a transaction. */
static int
use(struct zv_db *db, struct zv_error *err)
{
	struct zv_db_value bad[] = { zv_db_int(1), zv_db_text(ZV_STR("a\xd0")) };
	const struct zv_db_value *row;
	struct zv_db_rows *rows = NULL;
	struct zv_buf name = { 0 };
	int r = zv_db_quote(db, ZV_STR("t"), &name, err);

	zv_buf_deinit(&name);
	if (r == 0)
		r = zv_db_begin(db, err);
	if (r == 0)
		r = (int)zv_db_run(db,
				   "CREATE TABLE IF NOT EXISTS t (id INTEGER, w TEXT)",
				   NULL, 0, err);
	if (r >= 0)
		r = (int)zv_db_run(db, "INSERT INTO t VALUES (?, ?)", bad, 2, err);
	if (r >= 0)
		r = zv_db_commit(db, err);
	if (r >= 0)
		r = zv_db_query(db, "SELECT id, w, CAST(x'61ff' AS TEXT) FROM t", NULL,
				0, &rows, err);
	if (r >= 0)
		r = zv_db_next(rows, &row, err);
	if (r == 1) {
		check_text("stored", row[1].text, ZV_STR("a\uFFFD"));
		check_text("read", row[2].text, ZV_STR("a\uFFFD"));
	}
	return r < 0 ? r : 0;
}

static int
scene(void *user)
{
	struct zv_error err = { 0 };
	struct zv_db *db = open_db(&err);
	int r = db ? use(db, &err) : err.code;

	zv_db_close(db);
	end(NULL);
	return r;
}

static void
test_out_of_memory(void **state)
{
	check_out_of_memory(scene, NULL);
}

static void
test_urls(void **state)
{
	static const struct {
		const char *url;
		int code;
	} wrong[] = {
		{ "", ZV_EINVAL },
		{ "calls", ZV_EINVAL },
		{ "oracle://x/y", ZV_EINVAL },
		{ "sqlite:/tmp/x.db?colour=red", ZV_EINVAL },
		{ "sqlite:/tmp/no-such-file-of-zvon.db", ZV_ENOTFOUND },
		{ "/tmp/no-such-file-of-zvon.sqlite", ZV_ENOTFOUND },
		{ "csv:/tmp/no-such-file-of-zvon.csv", ZV_ENOTFOUND },
		{ "mysql://u:p@h:99999/x", ZV_EINVAL },
		{ "sqlite:/tmp/%zz.db", ZV_EINVAL },
		{ "sqlite:/tmp/%00.db", ZV_EINVAL },
	};

	for (size_t i = 0; i < N_OF(wrong); i++) {
		struct zv_db_options options = { .url = zvon_str(wrong[i].url) };
		struct zv_error err = { 0 };

		assert_null(zv_db_open(&options, &err));
		if (err.code != wrong[i].code)
			fail_msg("%s: %s", wrong[i].url, err.text);
	}
}

static void
test_a_module_that_is_missing(void **state)
{
	struct zv_db_options options = { .url = ZV_STR("mysql://u:s3cret@h/x") };
	struct zv_error err = { 0 };

	setenv("ZVON_DB_MODULES", "/nowhere", 1);
	assert_null(zv_db_open(&options, &err));
	assert_int_equal(err.code, ZV_ENOTFOUND);
	assert_non_null(strstr(err.text, "libmariadb3"));
	assert_null(strstr(err.text, "s3cret"));
	unsetenv("ZVON_DB_MODULES");
}

static void
test_a_new_file_is_private(void **state)
{
	static const char *const ends[] = { "", "-wal", "-shm" };
	struct zv_db *db = open_db(NULL);
	char name[80];
	struct stat status;

	assert_non_null(db);
	assert_int_equal(use(db, NULL), 0);
	for (size_t i = 0; i < N_OF(ends); i++) {
		snprintf(name, sizeof name, "%s%s", path, ends[i]);
		assert_int_equal(stat(name, &status), 0);
		assert_int_equal(status.st_mode & 0777, 0600);
	}
	zv_db_close(db);
}

static void
free_nothing(void *owner, void *statement)
{
	++*(int *)owner;
}

static void
test_statements_that_are_kept(void **state)
{
	static struct zv_db_statements s;
	char sql[20];
	int freed = 0;

	for (int i = 0; i < ZV_DB_STATEMENTS_MAX; i++) {
		snprintf(sql, sizeof sql, "%d", i);
		assert_int_equal(
			zv_db_statements_add(&s, sql, &s, free_nothing, &freed), 0);
	}
	assert_int_equal(freed, 0);
	assert_non_null(zv_db_statements_find(&s, "0")); /* so 1 is the oldest */
	assert_int_equal(zv_db_statements_add(&s, "x", &s, free_nothing, &freed), 0);
	assert_int_equal(freed, 1);
	assert_null(zv_db_statements_find(&s, "1"));
	assert_non_null(zv_db_statements_find(&s, "0"));
	zv_db_statements_clear(&s, free_nothing, &freed);
	assert_int_equal(freed, ZV_DB_STATEMENTS_MAX + 1);
	assert_null(zv_db_statements_find(&s, "0"));
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(test_out_of_memory),
		TEST(test_a_new_file_is_private),
		TEST(test_urls),
		TEST(test_a_module_that_is_missing),
		TEST(test_statements_that_are_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
