/* The database that follows a script, and what db.c does when a server goes away. */
#include "db/fake.h"

#include "db/db.h"
#include "helper.h"

static struct zv_db *
open_fake(const char *script, struct zv_error *err)
{
	struct zv_db_options options = { .url = ZV_STR("fake:one") };

	assert_true(zv_db_fake_set("one", script));
	return zv_db_open(&options, err);
}

static void
test_rows(void **state)
{
	struct zv_db_value v[] = { zv_db_int(7), zv_db_text(ZV_STR("it's")) };
	const struct zv_db_value *row;
	struct zv_db_rows *rows;
	struct zv_db *db;

	db = open_fake("> SELECT a FROM t WHERE a > ? AND b = ?\n"
		       "with 7 'it''s'\ncolumns a b\nrow 1 'text'\nrow NULL 2.5\n"
		       "> DELETE *\nchanged 3\n",
		       NULL);
	assert_int_equal(zv_db_query(db, "SELECT a FROM t  WHERE a > ? AND b = ?", v, 2,
				     &rows, NULL),
			 0);
	assert_int_equal(zv_db_columns(rows), 2);
	assert_string_equal(zv_db_column_name(rows, 1), "b");
	assert_int_equal(zv_db_next(rows, &row, NULL), 1);
	assert_int_equal(row[0].number, 1);
	check_text("b", row[1].text, ZV_STR("text"));
	assert_int_equal(zv_db_next(rows, &row, NULL), 1);
	assert_int_equal(row[0].type, ZV_DB_NULL);
	assert_true(row[1].type == ZV_DB_REAL && row[1].real == 2.5);
	assert_int_equal(zv_db_next(rows, &row, NULL), 0);
	zv_db_end(rows);
	assert_int_equal(zv_db_run(db, "DELETE FROM t", NULL, 0, NULL), 3);
	assert_string_equal(zv_db_fake_left("one"), "");
	zv_db_close(db);
}

static void
test_not_as_expected(void **state)
{
	struct zv_db_value v = zv_db_int(8);
	struct zv_error err = { 0 };
	struct zv_db *db = open_fake("> DELETE FROM t\n> UPDATE t\nwith 7\n", NULL);

	assert_int_equal(zv_db_run(db, "DELETE FROM u", NULL, 0, &err), ZV_EINVAL);
	assert_non_null(strstr(err.text, "DELETE FROM t"));
	assert_int_equal(zv_db_run(db, "UPDATE t", &v, 1, NULL), ZV_EINVAL);
	zv_db_close(db);
	memset(&err, 0, sizeof err);
	assert_null(open_fake("open EAUTH the secret is wrong\n", &err));
	assert_int_equal(err.code, ZV_EAUTH);
}

static void
test_a_read_is_tried_once_more(void **state)
{
	const struct zv_db_value *row;
	struct zv_db_rows *rows;
	struct zv_db *db =
		open_fake("> SELECT 1\nerror ECLOSED gone\n"
			  "> SELECT 1\ncolumns a\nrow 1\n"
			  "> SELECT 2\nerror ECLOSED gone\n"
			  "> SELECT 2\nerror ECLOSED still\n"
			  "> DELETE\nerror ECLOSED gone\n"
			  "> SELECT 3\ncolumns a\nrow 1\nerror ECLOSED gone\n"
			  "> BEGIN\nerror ECLOSED gone\n> BEGIN\n"
			  "> SELECT 4\nerror ECLOSED gone\n"
			  "> SELECT 5\n",
			  NULL);

	assert_int_equal(zv_db_query(db, "SELECT 1", NULL, 0, &rows, NULL), 0);
	zv_db_end(rows);
	assert_int_equal(zv_db_query(db, "SELECT 2", NULL, 0, &rows, NULL), ZV_ECLOSED);
	assert_int_equal(zv_db_run(db, "DELETE", NULL, 0, NULL),
			 ZV_ECLOSED); /* a write never */
	assert_int_equal(zv_db_query(db, "SELECT 3", NULL, 0, &rows, NULL), 0);
	assert_int_equal(zv_db_next(rows, &row, NULL), 1);
	assert_int_equal(zv_db_next(rows, &row, NULL),
			 ZV_ECLOSED); /* rows were given */
	assert_int_equal(zv_db_next(rows, &row, NULL), ZV_ECLOSED);
	zv_db_end(rows);
	assert_int_equal(zv_db_begin(db, NULL), 0);
	assert_int_equal(zv_db_query(db, "SELECT 4", NULL, 0, &rows, NULL), ZV_ECLOSED);
	assert_int_equal(zv_db_commit(db, NULL), ZV_ECLOSED);
	zv_db_rollback(db);
	assert_int_equal(zv_db_query(db, "SELECT 5", NULL, 0, &rows, NULL), 0);
	zv_db_end(rows);
	assert_string_equal(zv_db_fake_left("one"), "");
	zv_db_close(db);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_not_as_expected),
		cmocka_unit_test(test_a_read_is_tried_once_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
