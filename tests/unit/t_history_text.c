/* fault_073: finished calls as text: cells of CSV that are no formulas, MIKO's rows, members
 * of JSON that were chosen, and whose calls they are. */
#include "helper.h"
#include "hist/cells.h"
#include "hist/miko.h"
#include "hist/scope.h"

/* As check_text, with a text of C. */
static void
check(const char *row, const struct zv_buf *got, const char *wanted)
{
	check_text(row, zv_buf_str(got), zvon_str(wanted));
}

#define AT_MS 1795270388500 /* 2026-11-21 14:13:08.5 UTC */

static struct zv_past_leg legs[] = {
	{ .line = VIEW("provider"),
	  .number = VIEW("79165550001"),
	  .channel = VIEW("PJSIP/provider-00000001"),
	  .is_trunk = true,
	  .result = ZV_RESULT_ANSWERED },
	{ .line = VIEW("101"),
	  .number = VIEW("101"),
	  .channel = VIEW("PJSIP/101-00000002"),
	  .role = ZV_ROLE_CALLEE,
	  .result = ZV_RESULT_ANSWERED_ELSEWHERE },
	{ .line = VIEW("102"),
	  .number = VIEW("102"),
	  .channel = VIEW("PJSIP/102-00000003"),
	  .role = ZV_ROLE_CALLEE,
	  .answered = true,
	  .result = ZV_RESULT_ANSWERED },
};
static struct zv_past_transfer transfers[] = {
	{ .by = VIEW("102"), .to = VIEW("103") },
};
static struct zv_past_recording recordings[] = {
	{ .id = VIEW("00ff"), .file = VIEW("/var/spool/a.wav") },
};
static struct zv_str talked[] = { VIEW("79165550001"), VIEW("102") };

static const struct zv_conversation example = {
	.server = VIEW("office"),
	.id = VIEW("1795279988.1"),
	.direction = ZV_DIRECTION_IN,
	.from_number = VIEW("79165550001"),
	.from_name = VIEW("=cmd|' /C calc'!A0"),
	.to_number = VIEW("102"),
	.did = VIEW("4957654321"),
	.queue = VIEW("sales \"hot\", 1"),
	.result = ZV_RESULT_ANSWERED,
	.legs = legs,
	.n_legs = N_OF(legs),
	.transfers = transfers,
	.n_transfers = 1,
	.recordings = recordings,
	.n_recordings = 1,
	.talked = talked,
	.n_talked = N_OF(talked),
	.started_ms = AT_MS,
	.answered_ms = AT_MS + 5000,
	.ended_ms = AT_MS + 65999,
	.wait_ms = 5000,
	.talk_ms = 60999,
	.sources = ZV_PAST_LIVE | ZV_PAST_CDR,
	.number = 42,
};

/* ---- times ------------------------------------------------------------------------- */

static void
test_times(void **state)
{
	static const struct {
		int64_t ms;
		int offset_s;
		const char *wanted;
	} rows[] = {
		{ 0, 0, "" },
		{ 1, 0, "1970-01-01 00:00:00" },
		{ -1, 0, "1969-12-31 23:59:59" },
		{ 951782400000, 0, "2000-02-29 00:00:00" },
		{ 951868799999, 0, "2000-02-29 23:59:59" },
		{ 951868800000, 0, "2000-03-01 00:00:00" },
		{ 1709164800000, 0, "2024-02-29 00:00:00" },
		{ 4107542400000, 0, "2100-03-01 00:00:00" },
		{ AT_MS, 0, "2026-11-21 14:13:08" },
		{ AT_MS, 10800, "2026-11-21 17:13:08" },
		{ AT_MS, 36000, "2026-11-22 00:13:08" },
		{ AT_MS, -54000, "2026-11-20 23:13:08" },
	};
	struct zv_buf out = { 0 };

	(void)state;
	for (size_t i = 0; i < N_OF(rows); i++) {
		struct zv_zone *zone = zv_zone_new_fixed(rows[i].offset_s);

		zv_buf_clear(&out);
		zv_history_write_time(&out, rows[i].ms, zone);
		check(rows[i].wanted, &out, rows[i].wanted);
		zv_zone_free(zone);
	}
	zv_buf_deinit(&out);
}

/* ---- CSV ------------------------------------------------------------------------------ */

static void
test_fault_073_cells(void **state)
{
	static const struct {
		const char *text, *wanted;
	} rows[] = {
		{ "", "" },
		{ "101", "101" },
		{ "=1+1", "'=1+1" },
		{ "+79165550001", "'+79165550001" },
		{ "-1", "'-1" },
		{ "@SUM(A1)", "'@SUM(A1)" },
		{ "\t=1", "\"'\t=1\"" },
		{ "\r=1", "\"'\r=1\"" },
		{ "=\"a\",b", "\"'=\"\"a\"\",b\"" },
		{ "a=1", "a=1" },
		{ "a,b", "\"a,b\"" },
		{ "a;b", "\"a;b\"" },
		{ "a\r\nb", "\"a\r\nb\"" },
		{ "\"", "\"\"\"\"" },
		{ " a", "\" a\"" },
		{ "Анна", "Анна" },
	};
	struct zv_buf out = { 0 };

	(void)state;
	for (size_t i = 0; i < N_OF(rows); i++) {
		zv_buf_clear(&out);
		zv_csv_cell(&out, zvon_str(rows[i].text));
		check(rows[i].text, &out, rows[i].wanted);
	}
	zv_buf_deinit(&out);
}

static void
test_csv(void **state)
{
	struct zv_history_fields all = { 0 }, some = { 0 };
	struct zv_zone *zone = zv_zone_new_fixed(10800);
	struct zv_buf out = { 0 };
	struct zv_error err = { 0 };

	(void)state;
	zv_history_csv_head(&out, &all, true);
	check("all", &out,
	      "\xef\xbb\xbf"
	      "call,server,started,answered,ended,direction,from,from_name,to,number,"
	      "did,queue,result,reason,missed,wait_s,talk_s,duration_s,talked,legs,"
	      "transfers,picked_up_by,parked,recordings,linkedids,sources\r\n");
	zv_buf_clear(&out);
	zv_history_csv_row(&out, &all, &example, zone);
	zv_zone_free(zone);
	check("row", &out,
	      "1795279988.1,office,2026-11-21 17:13:08,2026-11-21 17:13:13,"
	      "2026-11-21 17:14:14,in,79165550001,'=cmd|' /C calc'!A0,102,"
	      "79165550001,4957654321,\"sales \"\"hot\"\", 1\",answered,,no,5,60,65,"
	      "79165550001 102,provider:answered 101:answered_elsewhere 102:answered,"
	      "102>103,,no,00ff,,live cdr\r\n");
	assert_int_equal(
		zv_history_fields_add(&some, ZV_STR("to, from ,wait_ms"), &err), 0);
	zv_buf_clear(&out);
	zv_history_csv_head(&out, &some, false);
	zv_history_csv_row(&out, &some, &example, NULL);
	check("some", &out, "to,from,wait_s\r\n102,79165550001,5\r\n");
	zv_buf_deinit(&out);
}

static void
test_fields_wrong(void **state)
{
	static const char *const rows[] = {
		"colour",    "to,to", "to,colour", "a,b", "call\" FROM calls --",
		"call call",
	};

	(void)state;
	for (size_t i = 0; i < N_OF(rows); i++) {
		struct zv_history_fields f = { 0 };
		struct zv_error err = { 0 };

		assert_int_equal(zv_history_fields_add(&f, zvon_str(rows[i]), &err),
				 ZV_EINVAL);
		assert_true(err.text[0]);
	}
}

static void
test_pick(void **state)
{
	static const struct {
		const char *fields, *object, *wanted;
	} rows[] = {
		{ "to", "{}", "{}" },
		{ "to", "{\"to\":{\"number\":\"1\"}}", "{\"to\":{\"number\":\"1\"}}" },
		{ "call", "{\"a\":\"}\",\"call\":\"x\\\"y\",\"b\":[1,{\"call\":2}]}",
		  "{\"call\":\"x\\\"y\"}" },
		{ "call,queue", "{\"queue\":null,\"legs\":[{},{}],\"call\":\"1\"}",
		  "{\"queue\":null,\"call\":\"1\"}" },
		{ "wait_s,from_name", "{\"from\":{\"name\":\"\"},\"wait_ms\":5}",
		  "{\"from\":{\"name\":\"\"},\"wait_ms\":5}" },
		{ "duration_s", "{\"call\":\"1\"}", "{}" },
	};

	(void)state;
	for (size_t i = 0; i < N_OF(rows); i++) {
		struct zv_history_fields f = { 0 };
		struct zv_buf out = { 0 };
		struct zv_json j = { .out = &out };

		assert_int_equal(
			zv_history_fields_add(&f, zvon_str(rows[i].fields), NULL), 0);
		zv_history_fields_pick(&f, zvon_str(rows[i].object), &j);
		check(rows[i].object, &out, rows[i].wanted);
		zv_buf_deinit(&out);
	}
}

/* ---- MIKO --------------------------------------------------------------------------------- */

static void
test_miko(void **state)
{
	struct zv_zone *zone = zv_zone_new_fixed(10800);
	struct zv_buf out = { 0 };

	(void)state;
	zv_miko_row(&out, &example, zone);
	zv_zone_free(zone);
	check("row", &out,
	      "<cdr-row id=\"42\" calldate=\"2026-11-21%2017%3A13%3A08\" "
	      "clid=\"%22%3Dcmd%7C%27%20%2FC%20calc%27%21A0%22%20%3C79165550001%3E\" "
	      "src=\"79165550001\" dst=\"102\" "
	      "channel=\"PJSIP%2Fprovider-00000001\" "
	      "dstchannel=\"PJSIP%2F102-00000003\" lastapp=\"Queue\" "
	      "lastdata=\"sales%20%22hot%22%2C%201\" duration=\"65\" billsec=\"60\" "
	      "disposition=\"ANSWERED\" uniqueid=\"1795279988.1\" "
	      "linkedid=\"1795279988.1\" did=\"4957654321\" recordingfile=\"00ff\" "
	      "answer=\"2026-11-21%2017%3A13%3A13\" "
	      "end=\"2026-11-21%2017%3A14%3A14\"/>\n");
	zv_buf_clear(&out);
	zv_percent_encode(&out, (struct zv_str)VIEW("a-Z_0.~ &<>\"'\0Ж"));
	check("encoded", &out, "a-Z_0.~%20%26%3C%3E%22%27%00%D0%96");
	zv_buf_deinit(&out);
}

/* ---- whose ---------------------------------------------------------------------------------- */

static void
test_within(void **state)
{
	static const struct {
		const char *line, *queue;
		bool wanted;
	} rows[] = {
		{ "101", NULL, true },	      { "102", NULL, true },
		{ "10", NULL, false },	      { "1011", NULL, false },
		{ "office/101", NULL, true }, { "branch/101", NULL, false },
		{ "offic/101", NULL, false }, { "/101", NULL, false },
		{ "", NULL, false },	      { NULL, "sales \"hot\", 1", true },
		{ NULL, "sales", false },     { NULL, "", false },
		{ "999", "sales", false },    { NULL, NULL, false },
	};

	(void)state;
	for (size_t i = 0; i < N_OF(rows); i++) {
		struct zv_str line = zvon_str(rows[i].line),
			      queue = zvon_str(rows[i].queue);

		assert_int_equal(zv_conversation_is_within(&example, &line,
							   rows[i].line != NULL, &queue,
							   rows[i].queue != NULL),
				 rows[i].wanted);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_times),  cmocka_unit_test(test_fault_073_cells),
		cmocka_unit_test(test_csv),    cmocka_unit_test(test_fields_wrong),
		cmocka_unit_test(test_pick),   cmocka_unit_test(test_miko),
		cmocka_unit_test(test_within),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
