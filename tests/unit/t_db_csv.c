/* Master.csv as a table: columns by their number, a file that grows, another in its place. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "db/db.h"
#include "helper.h"

#define ASK  "SELECT * FROM cdr WHERE position >= ?"
#define BASE "a,src,dst,ctx,clid,ch,dch,app,data,start,answer,end,1,2,ANSWERED,DOC"

/* Sanitizers take their time. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) ||                   \
	!defined(__OPTIMIZE__) || defined(__clang__)
# define IS_SLOW 1
#else
# define IS_SLOW 0
#endif

static char path[64];

static int
begin(void **state)
{
	snprintf(path, sizeof path, "/tmp/zvon-csv-%d", (int)getpid());
	return 0;
}

static int
end(void **state)
{
	unlink(path);
	return 0;
}

static void
append(const char *text)
{
	FILE *f = fopen(path, "a");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static struct zv_db *
open_csv(const char *words, struct zv_error *err)
{
	static char url[200];
	struct zv_db_options options = { 0 };

	snprintf(url, sizeof url, "csv:%s%s", path, words);
	options.url = zvon_str(url);
	return zv_db_open(&options, err);
}

/* The value of that column. */
static struct zv_db_value
get(struct zv_db_rows *rows, const struct zv_db_value *row, const char *name)
{
	for (size_t i = 0; i < zv_db_columns(rows); i++)
		if (strcmp(zv_db_column_name(rows, i), name) == 0)
			return row[i];
	fail_msg("no column %s", name);
	return zv_db_null();
}

static void
check_value(struct zv_db_rows *rows, const struct zv_db_value *row, const char *name,
	    const char *wanted)
{
	struct zv_db_value v = get(rows, row, name);

	if (!wanted) {
		assert_int_equal(v.type, ZV_DB_NULL);
		return;
	}
	assert_int_equal(v.type, ZV_DB_TEXT);
	check_text(name, v.text, zvon_str(wanted));
}

static const struct {
	const char *line, *uniqueid, *userfield, *linkedid, *sequence;
} layouts[] = {
	{ BASE "\n", NULL, NULL, NULL, NULL },
	{ BASE ",u1\n", "u1", NULL, NULL, NULL },
	{ BASE ",u1,f1\n", "u1", "f1", NULL, NULL },
	{ BASE ",p1,l1,7\n", NULL, NULL, "l1", "7" },
	{ BASE ",u1,p1,l1,7\n", "u1", NULL, "l1", "7" },
	{ BASE ",u1,f1,p1,l1,7\n", "u1", "f1", "l1", "7" },
	{ BASE ",u1,f1,p1,l1,7,more\n", "u1", "f1", "l1", "7" },
};

static void
test_columns_by_their_number(void **state)
{
	struct zv_db_value zero = zv_db_int(0);
	const struct zv_db_value *row;
	struct zv_db_rows *rows;
	struct zv_db *db;

	for (size_t i = 0; i < N_OF(layouts); i++)
		append(layouts[i].line);
	db = open_csv("", NULL);
	assert_non_null(db);
	assert_int_equal(zv_db_dialect(db), ZV_DB_SCAN);
	assert_int_equal(zv_db_query(db, ASK, &zero, 1, &rows, NULL), 0);
	for (size_t i = 0; i < N_OF(layouts); i++) {
		assert_int_equal(zv_db_next(rows, &row, NULL), 1);
		check_value(rows, row, "src", "src");
		check_value(rows, row, "disposition", "ANSWERED");
		check_value(rows, row, "uniqueid", layouts[i].uniqueid);
		check_value(rows, row, "userfield", layouts[i].userfield);
		check_value(rows, row, "linkedid", layouts[i].linkedid);
		check_value(rows, row, "sequence", layouts[i].sequence);
	}
	assert_int_equal(zv_db_next(rows, &row, NULL), 0);
	zv_db_close(db);
}

static void
test_columns_named(void **state)
{
	struct zv_db_value zero = zv_db_int(0);
	const struct zv_db_value *row;
	struct zv_error err = { 0 };
	struct zv_db_rows *rows;
	struct zv_db *db;

	append("1,2,3\n1\n");
	assert_null(open_csv("?columns=a,,b", &err));
	assert_int_equal(err.code, ZV_EINVAL);
	db = open_csv("?columns=src,dst", NULL);
	assert_int_equal(zv_db_query(db, ASK, &zero, 1, &rows, NULL), 0);
	assert_int_equal(zv_db_columns(rows), 5);
	assert_int_equal(zv_db_next(rows, &row, NULL), 1);
	check_value(rows, row, "dst", "2");
	assert_int_equal(zv_db_next(rows, &row, NULL), 1);
	check_value(rows, row, "dst", NULL);
	zv_db_close(db);
}

static void
test_a_line_of_names(void **state)
{
	struct zv_db_value from = zv_db_int(0);
	const struct zv_db_value *row;
	struct zv_db_rows *rows;
	struct zv_db *db;

	append("\"calldate\",\"channel\",\"disposition\"\nd1,c1,x1\nd2,c2,x2\n");
	db = open_csv("", NULL);
	for (int i = 1; i <= 2; i++) { /* from its beginning, and going on */
		assert_int_equal(zv_db_query(db, ASK, &from, 1, &rows, NULL), 0);
		assert_int_equal(zv_db_columns(rows), 6);
		assert_int_equal(zv_db_next(rows, &row, NULL), 1);
		check_value(rows, row, "calldate", i == 1 ? "d1" : "d2");
		from = get(rows, row, "next_position");
		zv_db_end(rows);
	}
	zv_db_close(db);
	db = open_csv("?columns=a,b,c", NULL); /* other names, the same line left out */
	from = zv_db_int(0);
	assert_int_equal(zv_db_query(db, ASK, &from, 1, &rows, NULL), 0);
	assert_int_equal(zv_db_next(rows, &row, NULL), 1);
	check_value(rows, row, "a", "d1");
	zv_db_close(db);
}

static int64_t
read_from(struct zv_db *db, int64_t position, int wanted)
{
	struct zv_db_value from = zv_db_int(position);
	const struct zv_db_value *row;
	struct zv_db_rows *rows;
	int n = 0;

	assert_int_equal(zv_db_query(db, ASK, &from, 1, &rows, NULL), 0);
	while (zv_db_next(rows, &row, NULL) == 1) {
		const struct zv_db_value *last = &row[zv_db_columns(rows) - 3];

		if (last[0].number != position)
			fail_msg("a gap at %lld", (long long)position);
		position = last[1].number;
		n++;
	}
	zv_db_end(rows);
	assert_int_equal(n, wanted);
	return position;
}

static void
test_it_grows(void **state)
{
	struct zv_db *db;
	int64_t position;

	append(BASE "\n" BASE "\n\"unfinished");
	db = open_csv("", NULL);
	position = read_from(db, 0, 2);
	assert_int_equal(read_from(db, position, 0), position);
	append("\nstill\"\"\"");
	assert_int_equal(read_from(db, position, 0), position);
	append(",x\n" BASE "\n");
	position = read_from(db, position, 2);
	assert_int_equal(read_from(db, position, 0), position);
	zv_db_close(db);
}

static void
expect_rotated(struct zv_db *db, int64_t position)
{
	struct zv_db_value from = zv_db_int(position);
	struct zv_error err = { 0 };
	struct zv_db_rows *rows;

	assert_int_equal(zv_db_query(db, ASK, &from, 1, &rows, &err), ZV_ENOTFOUND);
	assert_int_equal(err.system, ZV_DB_ROTATED);
}

static void
test_another_file_in_its_place(void **state)
{
	struct zv_db *db;
	int64_t position;

	append(BASE "\n" BASE "\n");
	db = open_csv("", NULL);
	position = read_from(db, 0, 2);
	unlink(path);
	append("short\n");
	expect_rotated(db, position); /* it is shorter */
	append(BASE BASE BASE "\n");
	expect_rotated(db, position); /* no record begins there */
	read_from(db, 0, 2);
	unlink(path);
	assert_int_equal(zv_db_ping(db, NULL), ZV_ENOTFOUND);
	zv_db_close(db);
}

static void
test_only_that_statement(void **state)
{
	static const char *const wrong[] = {
		"SELECT * FROM cdr",
		"SELECT src FROM cdr WHERE position >= ?",
		"SELECT * FROM cdr WHERE position > ?",
		"DELETE FROM cdr",
		"SELECT * FROM cdr WHERE position >= ? LIMIT 1",
		"",
	};
	struct zv_db_value v = zv_db_int(0), less = zv_db_int(-1), text;
	struct zv_db_rows *rows;
	struct zv_db *db;

	append(BASE "\n");
	db = open_csv("", NULL);
	for (size_t i = 0; i < N_OF(wrong); i++)
		assert_int_equal(zv_db_query(db, wrong[i], &v, 1, &rows, NULL),
				 ZV_EINVAL);
	text = zv_db_text(ZV_STR("0"));
	assert_int_equal(zv_db_query(db, ASK, &text, 1, &rows, NULL), ZV_EINVAL);
	assert_int_equal(zv_db_query(db, ASK, &less, 1, &rows, NULL), ZV_EINVAL);
	assert_int_equal(zv_db_query(db, ASK, NULL, 0, &rows, NULL), ZV_EINVAL);
	assert_int_equal(zv_db_query(db, "select  *\nfrom \"x\" where position >= ? ",
				     &v, 1, &rows, NULL),
			 0);
	zv_db_end(rows);
	assert_int_equal(zv_db_run(db, ASK, &v, 1, NULL), ZV_EINVAL);
	assert_int_equal(zv_db_begin(db, NULL), ZV_EINVAL);
	zv_db_close(db);
}

static void
test_text_that_is_no_utf8(void **state)
{
	struct zv_db_value zero = zv_db_int(0);
	const struct zv_db_value *row;
	struct zv_db_rows *rows;
	struct zv_db *db;

	append("\xc8\xe2\xe0\xed,\xd0\n");
	db = open_csv("", NULL);
	assert_int_equal(zv_db_query(db, ASK, &zero, 1, &rows, NULL), 0);
	assert_int_equal(zv_db_next(rows, &row, NULL), 1);
	check_value(rows, row, "accountcode", "\uFFFD\uFFFD\uFFFD\uFFFD");
	check_value(rows, row, "src", "\uFFFD");
	zv_db_close(db);
}

static int
scene(void *user)
{
	struct zv_db_value zero = zv_db_int(0);
	const struct zv_db_value *row;
	struct zv_error err = { 0 };
	struct zv_db_rows *rows;
	struct zv_db *db = open_csv("?columns=a,b", &err);
	int r = err.code;

	if (r == 0)
		r = zv_db_query(db, ASK, &zero, 1, &rows, &err);
	if (r == 0)
		while ((r = zv_db_next(rows, &row, &err)) > 0)
			;
	zv_db_close(db);
	return r;
}

static void
test_out_of_memory(void **state)
{
	append("\xd0,b\n");
	check_out_of_memory(scene, NULL);
}

static void
test_speed(void **state)
{
	enum { ROWS = 200000 };
	struct timespec t0, t1;
	FILE *f = fopen(path, "w");
	double seconds;
	struct zv_db *db;

	for (int i = 0; i < ROWS; i++)
		fprintf(f,
			"\"\",\"101\",\"102\",\"internal\",\"\"\"Оператор Первый\"\" "
			"<101>\","
			"\"PJSIP/101-%08x\",\"PJSIP/102-%08x\",\"Dial\",\"PJSIP/"
			"102,20,tTkKxX\","
			"\"2026-11-21 01:33:08\",\"2026-11-21 01:33:09\",\"2026-11-21 "
			"01:33:11\","
			"2,2,\"ANSWERED\",\"DOCUMENTATION\",\"1795224788.%d\",\"\"\n",
			i, i, i);
	fclose(f);
	db = open_csv("", NULL);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t0);
	read_from(db, 0, ROWS);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t1);
	zv_db_close(db);
	seconds = (double)(t1.tv_sec - t0.tv_sec) +
		  (double)(t1.tv_nsec - t0.tv_nsec) / 1e9;
	print_message("# %.0f rows/s of CPU time\n", ROWS / seconds);
	assert_true(ROWS / seconds > (IS_SLOW ? 50000 : 500000));
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(test_columns_by_their_number),
		TEST(test_columns_named),
		TEST(test_a_line_of_names),
		TEST(test_it_grows),
		TEST(test_another_file_in_its_place),
		TEST(test_only_that_statement),
		TEST(test_text_that_is_no_utf8),
		TEST(test_out_of_memory),
		TEST(test_speed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
