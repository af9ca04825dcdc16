/* What may be asked of the history, and how times are written. */
#include "helper.h"
#include "hist/query.h"
#include "hist/when.h"

static void
test_times(void **state)
{
	static const struct {
		const char *text;
		int offset_s;
		int64_t ms; /* -1: refused */
	} rows[] = {
		{ "2026-11-21", 0, 1795219200000 },
		{ "2026-11-21", 10800, 1795208400000 },
		{ "2026-11-21 10:00", 0, 1795255200000 },
		{ "2026-11-21 10:00:05", 0, 1795255205000 },
		{ "2026-11-21T10:00:05Z", 10800, 1795255205000 },
		{ "2026-11-21T10:00:05.25+03:00", 0, 1795244405250 },
		{ "2026-11-21 10:00:05+0300", 0, 1795244405000 },
		{ "2026-11-21 10:00:05-03", 0, 1795266005000 },
		{ " 1795255205 ", 10800, 1795255205000 },
		{ "1795255205.123456", 0, 1795255205123 },
		{ "1970-01-01", 0, 0 },
		{ "2024-02-29", 0, 1709164800000 },
		{ "9999-12-31 23:59:59", 0, 253402300799000 },
		{ "2026-02-29", 0, -1 },
		{ "2026-13-01", 0, -1 },
		{ "2026-00-01", 0, -1 },
		{ "2026-11-00", 0, -1 },
		{ "2026-11-21 24:00", 0, -1 },
		{ "2026-11-21 10:60", 0, -1 },
		{ "2026-11-21 10", 0, -1 },
		{ "2026-11-21T10:00:05+", 0, -1 },
		{ "2026-11-21T10:00:05+3", 0, -1 },
		{ "2026-11-21 10:00:05.", 0, -1 },
		{ "1969-12-31", 0, -1 },
		{ "253402300800", 0, -1 },
		{ "-5", 0, -1 },
		{ "", 0, -1 },
		{ "yesterday", 0, -1 },
		{ "2026-11-21' OR 1=1", 0, -1 },
	};

	(void)state;
	for (size_t i = 0; i < N_OF(rows); i++) {
		struct zv_error err = { 0 };
		int64_t ms = -1;
		struct zv_zone *zone = zv_zone_new_fixed(rows[i].offset_s);
		int rc = zv_history_time(zvon_str(rows[i].text), zone, &ms, &err);

		if (rc != (rows[i].ms < 0 ? ZV_EINVAL : 0) ||
		    (rc == 0 && ms != rows[i].ms))
			fail_msg("%s: %d %lld", rows[i].text, rc, (long long)ms);
		assert_int_equal(err.code, rc);
		zv_zone_free(zone);
	}
}

static void
test_time_as_text(void **state)
{
	char text[ZV_WHEN_TEXT];

	(void)state;
	assert_string_equal(zv_when_text(1795255205123, text),
			    "2026-11-21T10:00:05.123Z");
	assert_string_equal(zv_when_text(0, text), "");
	assert_string_equal(zv_when_text(-1, text), "");
	assert_string_equal(zv_when_text(INT64_MAX, text), "");
	for (int64_t ms = 1; ms < 253402300799000; ms += 86399999777) {
		struct zv_when w;

		assert_int_equal(zv_when_read(zvon_str(zv_when_text(ms, text)), &w), 0);
		assert_int_equal(zv_when_unix_ms(&w), ms);
	}
}

static void
test_words(void **state)
{
	struct zv_error err = { 0 };
	enum zv_statistics_by by;
	unsigned bits;

	(void)state;
	assert_int_equal(zv_history_results(ZV_STR("answered, BUSY,,"), &bits, &err),
			 0);
	assert_int_equal(bits, 1u << ZV_RESULT_ANSWERED | 1u << ZV_RESULT_BUSY);
	assert_int_equal(zv_history_results(ZV_STR(""), &bits, &err), 0);
	assert_int_equal(bits, 0);
	assert_int_equal(zv_history_directions(ZV_STR("in,out"), &bits, &err), 0);
	assert_int_equal(bits, 1u << ZV_DIRECTION_IN | 1u << ZV_DIRECTION_OUT);
	assert_int_equal(zv_statistics_by_of(ZV_STR("day"), &by, &err), 0);
	assert_int_equal(by, ZV_BY_DAY);
	assert_int_equal(zv_history_results(ZV_STR("answered,lost"), &bits, &err),
			 ZV_EINVAL);
	assert_string_equal(err.text,
			    "unknown result 'lost'; there are: answered busy no_answer "
			    "cancelled rejected congestion failed abandoned");
	err = (struct zv_error){ 0 };
	assert_int_equal(zv_statistics_by_of(ZV_STR("week"), &by, &err), ZV_EINVAL);
	assert_int_equal(zv_statistics_by_of(ZV_STR(""), &by, NULL), ZV_EINVAL);
}

static int
check(struct zv_history_query q)
{
	struct zv_error err = { 0 };
	int rc = zv_history_query_check(&q, &err);

	assert_int_equal(err.code, rc);
	return rc;
}

static void
test_limits(void **state)
{
	struct zv_str cursor = ZV_STR("c");

	(void)state;
	assert_int_equal(check((struct zv_history_query){ 0 }), 0);
	assert_int_equal(
		check((struct zv_history_query){ .limit = ZV_HISTORY_PAGE_MAX }), 0);
	assert_int_equal(
		check((struct zv_history_query){ .limit = ZV_HISTORY_PAGE_MAX + 1 }),
		ZV_EINVAL);
	assert_int_equal(check((struct zv_history_query){ .limit = -1 }), ZV_EINVAL);
	assert_int_equal(
		check((struct zv_history_query){ .n_numbers = ZV_HISTORY_NUMBERS_MAX }),
		0);
	assert_int_equal(check((struct zv_history_query){
				 .n_lines = ZV_HISTORY_NUMBERS_MAX + 1 }),
			 ZV_ETOOBIG);
	assert_int_equal(check((struct zv_history_query){ .from_ms = 5, .to_ms = 6 }),
			 0);
	assert_int_equal(check((struct zv_history_query){ .from_ms = 5, .to_ms = 5 }),
			 ZV_EINVAL);
	assert_int_equal(check((struct zv_history_query){ .from_ms = -1 }), ZV_EINVAL);
	cursor.n = ZV_HISTORY_CURSOR_MAX - 1;
	assert_int_equal(check((struct zv_history_query){ .cursor = cursor }), 0);
	cursor.n = ZV_HISTORY_CURSOR_MAX;
	assert_int_equal(check((struct zv_history_query){ .cursor = cursor }),
			 ZV_EINVAL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_time_as_text),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
