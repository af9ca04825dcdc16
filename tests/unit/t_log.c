#include "base/log.h"

#include "base/utf.h"
#include "helper.h"

struct heard {
	int lines;
	enum zv_log_level level;
	char area[32];
	char text[2 * ZV_LOG_LINE_MAX];
};

static void
hear(void *user, enum zv_log_level level, const char *area, const char *text)
{
	struct heard *h = user;

	h->lines++;
	h->level = level;
	assert_true(strlen(area) < sizeof h->area);
	assert_true(strlen(text) < sizeof h->text);
	strcpy(h->area, area);
	strcpy(h->text, text);
}

static void
test_only_what_is_wanted(void **state)
{
	static const char *const names[] = { "error", "warn", "info", "debug",
					     "trace" };

	for (int wanted = ZV_LOG_ERROR; wanted <= ZV_LOG_TRACE; wanted++) {
		struct heard h = { 0 };
		struct zv_log log = { hear, &h, (enum zv_log_level)wanted };

		for (int level = ZV_LOG_ERROR; level <= ZV_LOG_TRACE; level++)
			zv_log(&log, (enum zv_log_level)level, "ami", "n=%d", level);
		assert_int_equal(h.lines, wanted + 1);
		assert_int_equal(h.level, wanted);
		assert_string_equal(h.area, "ami");
		assert_string_equal(zvon_log_level_name(h.level), names[wanted]);
	}
	assert_string_equal(zvon_log_level_name((enum zv_log_level)99), "?");
}

static void
test_silence(void **state)
{
	struct zv_log log = { NULL, NULL, ZV_LOG_TRACE };

	zv_log(&log, ZV_LOG_ERROR, "ami", "nobody listens");
}

/* One line of UTF-8, whatever the server wrote into it. */
static void
test_one_fact_is_one_line(void **state)
{
	static const char *const rows[][2] = {
		{ "No Contacts found\n", "message=No Contacts found " },
		{ "x\r\nami forged line", "message=x  ami forged line" },
		{ "\xff\xfe", "message=??" },
		{ "%n%s", "message=%n%s" },
	};

	for (size_t i = 0; i < N_OF(rows); i++) {
		struct heard h = { 0 };
		struct zv_log log = { hear, &h, ZV_LOG_INFO };

		zv_log(&log, ZV_LOG_INFO, "ami", "message=%s", rows[i][0]);
		assert_string_equal(h.text, rows[i][1]);
	}
}

static void
test_long_lines_are_cut_at_a_character(void **state)
{
	struct heard h = { 0 };
	struct zv_log log = { hear, &h, ZV_LOG_INFO };
	char text[2 * ZV_LOG_LINE_MAX] = "x";

	while (strlen(text) + 3 < sizeof text)
		strcat(text, "ю");
	zv_log(&log, ZV_LOG_INFO, "ami", "%s", text);
	assert_in_range(strlen(h.text), ZV_LOG_LINE_MAX - 2, ZV_LOG_LINE_MAX - 1);
	assert_int_equal(zv_utf8_valid(zvon_str(h.text)), strlen(h.text));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_only_what_is_wanted),
		cmocka_unit_test(test_silence),
		cmocka_unit_test(test_one_fact_is_one_line),
		cmocka_unit_test(test_long_lines_are_cut_at_a_character),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
