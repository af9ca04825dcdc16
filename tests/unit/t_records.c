/* What a PBX's own table is like, and its rows in pages: against a database that follows a
 * script. */
#include "helper.h"

#include <stdio.h>

#include "db/fake.h"
#include "records/source.h"
#include "records/source_impl.h"

static struct zv_error why;

static struct zv_source *
open_with(const char *script, struct zv_source_options o)
{
	why = (struct zv_error){ 0 };
	assert_true(zv_db_fake_set("pbx", script));
	o.db.url = ZV_STR("fake:pbx");
	return zv_source_open(&o, &why);
}

static struct zv_source *
open_source(const char *script)
{
	struct zv_source *s = open_with(script, (struct zv_source_options){ 0 });

	if (!s)
		fail_msg("%s", why.text);
	return s;
}

static const char *
next_uniqueid(struct zv_source *s)
{
	static char id[100];
	struct zv_source_row row;
	int rc = zv_source_next(s, &row, &why);

	if (rc <= 0)
		return rc == 0 ? "end" : zvon_err_name(rc);
	snprintf(id, sizeof id, "%.*s", ZV_ARG(row.cdr.uniqueid));
	return id;
}

#define COLUMNS "columns src dst channel start disposition uniqueid\n"
#define FIRST                                                                          \
 "> SELECT * FROM \"cdr\" LIMIT 1\n" COLUMNS                                           \
 "row '101' '102' 'SIP/101-1' '2026-11-21 01:00:00' 'ANSWERED' '1795222800.1'\n"
#define ROW(start, id)                                                                 \
 "row '101' '102' 'SIP/101-1' '" start "' 'BUSY' '" id "' '" start "'\n"
#define SELECTED "columns src dst channel start disposition uniqueid start\n"

/* ---- which columns there are -------------------------------------------------------------- */

static void
a_table_is_looked_at(void **state)
{
	struct zv_source *s = open_source(
		"> SELECT * FROM \"cdr\" LIMIT 1\n"
		"columns AcctId calldate src dst channel disposition uniqueid mos "
		"tenant\n"
		"row 7 '2026-11-21 01:00:00' '1' '2' 'SIP/1-1' 'BUSY' '1.1' 4.1 'x'\n");
	const char *report = zv_source_report(s);

	assert_non_null(strstr(report, "table=\"cdr\" preset=asterisk order=number"));
	assert_non_null(strstr(report, "missing=dcontext,clid,"));
	assert_non_null(strstr(report, "unknown=mos,tenant"));
	assert_null(strstr(report, "AcctId"));
	zv_source_close(s);
}

/* An id that is no number does not grow. */
static void
a_text_is_no_order(void **state)
{
	struct zv_source *s = open_source(
		"> SELECT * FROM \"cdr\" LIMIT 1\n"
		"columns id start src dst channel disposition uniqueid\n"
		"row 'a7' '2026-11-21 01:00:00' '1' '2' 'SIP/1-1' 'BUSY' '1.1'\n"
		"> SELECT rowid FROM \"cdr\" LIMIT 1\n");

	assert_non_null(strstr(zv_source_report(s), "order=start"));
	zv_source_close(s);
}

static void
the_first_table_that_is_there(void **state)
{
	struct zv_source *s = open_source(
		"> SELECT * FROM \"cdr\" LIMIT 1\nerror ENOTFOUND no such table: cdr\n"
		"> SELECT * FROM \"cdr_general\" LIMIT 1\n"
		"columns id start answer endtime src_chan src_num dst_chan dst_num "
		"UNIQUEID linkedid disposition billsec\n");

	assert_non_null(strstr(zv_source_report(s), "preset=mikopbx"));
	assert_null(strstr(zv_source_report(s), "missing=src"));
	zv_source_close(s);
}

static void
fault_103_what_is_wrong_is_named(void **state)
{
	static const struct zv_str sorce = { "sorce=src", 9 }, gone = { "src=gone", 8 };
	struct zv_source_options unknown_name = { .columns = &sorce, .n_columns = 1 };
	struct zv_source_options no_column = { .columns = &gone, .n_columns = 1 };
	struct zv_source_options preset = { .preset = ZV_STR("askozia") };
	struct zv_source_options control = { .table = ZV_STR("c\nd") };

	assert_null(open_with(FIRST, unknown_name));
	assert_int_equal(why.code, ZV_EINVAL);
	assert_non_null(strstr(why.text, "'sorce'"));
	assert_null(open_with(FIRST, no_column));
	assert_int_equal(why.code, ZV_ENOTFOUND);
	assert_null(open_with("", preset));
	assert_non_null(strstr(why.text, zv_preset_names()));
	assert_null(open_with("", control));
	assert_int_equal(why.code, ZV_EINVAL);
	assert_null(open_with("> SELECT * FROM \"cdr\" LIMIT 1\ncolumns src dst\n",
			      (struct zv_source_options){ 0 }));
	assert_non_null(strstr(why.text, "it has src,dst"));
}

/* Limits at their edges. */
static void
so_many_columns_are_mapped(void **state)
{
	struct zv_str columns[ZV_SOURCE_MAPPED_MAX + 1];
	struct zv_source *s;

	for (size_t i = 0; i < N_OF(columns); i++)
		columns[i] = ZV_STR("src=dst");
	s = open_with(FIRST "> SELECT rowid FROM \"cdr\" LIMIT 1\n",
		      (struct zv_source_options){ .columns = columns,
						  .n_columns = ZV_SOURCE_MAPPED_MAX });
	assert_non_null(s);
	zv_source_close(s);
	assert_null(open_with(
		FIRST, (struct zv_source_options){ .columns = columns,
						   .n_columns = N_OF(columns) }));
	assert_int_equal(why.code, ZV_ETOOBIG);
}

/* ---- pages by start -------------------------------------------------------------------------- */

#define NO_ROWID "> SELECT rowid FROM \"cdr\" LIMIT 1\nerror ENOTFOUND no such column\n"
#define PAGE	 "> SELECT *\n"

static void
rows_by_their_start(void **state)
{
	char position[ZV_SOURCE_POSITION_MAX];
	struct zv_source *s = open_source(
		FIRST NO_ROWID PAGE "with '1972-09-27 00:00:00' 5000 0\n" SELECTED ROW(
			"2026-11-21 01:00:00", "a") ROW("2026-11-21 01:00:00", "b")
			ROW("2026-11-21 01:00:05", "c") PAGE
		"with '1972-09-27 00:00:00' 5000 0\n" SELECTED
		"row '101' NULL NULL NULL NULL '1795222900.4' NULL\n");

	zv_source_position(s, position);
	assert_string_equal(position, "");
	assert_string_equal(next_uniqueid(s), "a");
	assert_string_equal(next_uniqueid(s), "b");
	zv_source_position(s, position);
	assert_string_equal(position, "s:2:t:2026-11-21 01:00:00");
	assert_string_equal(next_uniqueid(s), "c");
	zv_source_end_position(s, position);
	assert_string_equal(position, "t:1795136405000"); /* a day before */
	assert_string_equal(next_uniqueid(s), "1795222900.4");
	assert_string_equal(next_uniqueid(s), "end");
	assert_string_equal(zv_db_fake_left("pbx"), "");
	zv_source_close(s);
}

static void
goes_on_at_a_position(void **state)
{
	struct zv_source *s = open_source(
		FIRST NO_ROWID PAGE "with '2026-11-21 01:00:00' 5000 2\n" SELECTED ROW(
			"2026-11-21 01:00:00", "c") PAGE
		"with '2026-11-20 22:00:00' '2026-11-21 01:00:00' 5000 0\n");

	assert_int_equal(
		zv_source_start(s, ZV_STR("s:2:t:2026-11-21 01:00:00"), 0, 0, &why), 0);
	assert_string_equal(next_uniqueid(s), "c");
	zv_source_close(s);
}

/* What is no position of this source begins at the beginning. */
static void
strange_positions(void **state)
{
	static const char *const positions[] = {
		"x",	       "s:",   "s:1",	      "s:1:t:",
		"s:-1:t:2026", "i:7",  "o:1:2",	      "t:",
		"n:",	       "n:-1", "s:1:tt:2026", "s:99999999999999999999:t:2026",
		":",	       "::::",
	};

	for (size_t i = 0; i < N_OF(positions); i++) {
		struct zv_source *s =
			open_source(FIRST NO_ROWID PAGE
				    "with '1972-09-27 00:00:00' 5000 0\n" SELECTED ROW(
					    "2026-11-21 01:00:00", "a"));

		assert_int_equal(zv_source_start(s, zvon_str(positions[i]), 0, 0, &why),
				 0);
		assert_string_equal(next_uniqueid(s), "a");
		zv_source_close(s);
	}
}

/* The database is asked for an hour more, the rows are looked at exactly. */
static void
a_span_of_time(void **state)
{
	struct zv_source *s =
		open_source(FIRST NO_ROWID PAGE
			    "with '1972-09-27 00:00:00' '2026-11-21 00:00:00' "
			    "'2026-11-21 03:00:00' "
			    "5000 0\n" SELECTED ROW("2026-11-21 00:59:59", "before")
				    ROW("2026-11-21 01:00:00", "in")
					    ROW("2026-11-21 02:00:00", "behind"));
	const int64_t hour = 3600000, one = INT64_C(1795222800000);

	assert_int_equal(zv_source_start(s, zvon_str(""), one, one + hour, &why), 0);
	assert_string_equal(next_uniqueid(s), "in");
	assert_string_equal(next_uniqueid(s), "end");
	zv_source_close(s);
}

/* ---- a server that goes away ------------------------------------------------------------------ */

static void
fault_102_lost_in_the_middle(void **state)
{
	struct zv_source *s = open_source(FIRST NO_ROWID PAGE SELECTED ROW(
		"2026-11-21 01:00:00",
		"a") "error ECLOSED the server is gone\n" PAGE
		     "with '2026-11-21 01:00:00' 5000 1\n" SELECTED ROW(
			     "2026-11-21 01:00:00",
			     "b") "error ETIMEOUT it took too long\n" PAGE
				  "with '2026-11-21 01:00:00' 5000 2\n" SELECTED ROW(
					  "2026-11-21 01:00:01", "c"));

	assert_string_equal(next_uniqueid(s), "a");
	assert_string_equal(next_uniqueid(s), "b");
	assert_string_equal(next_uniqueid(s), "c");
	zv_source_close(s);
}

static void
fault_102_it_stays_away(void **state)
{
	struct zv_source *s = open_source(FIRST NO_ROWID PAGE SELECTED ROW(
		"2026-11-21 01:00:00", "a") "error ECLOSED the server is gone\n"
					    "> SELECT *\nerror ECLOSED still gone\n"
					    "> SELECT *\nerror ECLOSED still gone\n");

	assert_string_equal(next_uniqueid(s), "a");
	assert_string_equal(next_uniqueid(s), "ECLOSED");
	assert_non_null(strstr(why.text, "still gone"));
	zv_source_close(s);
}

/* ---- values --------------------------------------------------------------------------------------- */

static void
values_of_any_type(void **state)
{
	struct zv_source_row row;
	struct zv_source *s = open_source(
		"> SELECT * FROM \"cdr\" LIMIT 1\n"
		"columns id start src dst channel disposition uniqueid billsec "
		"duration "
		"sequence answer\n"
		"row 7 1795222800 101 '102' 'SIP/1-1' 'BUSY' 1795222800.5 NULL NULL "
		"NULL NULL\n"
		"> SELECT *\ncolumns src dst channel start answer duration billsec "
		"disposition uniqueid sequence id\n"
		"row 101 '102' 'SIP/1-1' 1795222800 '1795222801.5' '12.9' -5 'BUSY' "
		"1795222800.5 NULL 7\n"
		"row NULL NULL NULL 1795222800123 'never' 'many' 99999999999 NULL NULL "
		"'4' 8\n");

	assert_int_equal(zv_source_next(s, &row, &why), 1);
	assert_true(zvon_str_equal(row.cdr.src, ZV_STR("101")));
	assert_true(zvon_str_equal(row.cdr.uniqueid, ZV_STR("1795222800.5")));
	assert_int_equal(row.cdr.start_ms, INT64_C(1795222800000));
	assert_int_equal(row.cdr.duration_s, 12);
	assert_int_equal(row.cdr.billsec, 0);
	assert_int_equal(row.cdr.sequence, -1);
	assert_int_equal(zv_source_next(s, &row, &why), 1);
	assert_int_equal(row.cdr.start_ms, INT64_C(1795222800123));
	assert_int_equal(row.cdr.answer_ms, 0);
	assert_int_equal(row.cdr.duration_s, 0);
	assert_int_equal(row.cdr.billsec, 0);
	assert_int_equal(row.cdr.sequence, 4);
	assert_int_equal(row.cdr.src.n, 0);
	assert_int_equal(zv_source_next(s, &row, &why), 0);
	zv_source_close(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_table_is_looked_at),
		cmocka_unit_test(a_text_is_no_order),
		cmocka_unit_test(the_first_table_that_is_there),
		cmocka_unit_test(fault_103_what_is_wrong_is_named),
		cmocka_unit_test(so_many_columns_are_mapped),
		cmocka_unit_test(rows_by_their_start),
		cmocka_unit_test(goes_on_at_a_position),
		cmocka_unit_test(strange_positions),
		cmocka_unit_test(a_span_of_time),
		cmocka_unit_test(fault_102_lost_in_the_middle),
		cmocka_unit_test(fault_102_it_stays_away),
		cmocka_unit_test(values_of_any_type),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
