/* hist/recording.h: where files of recordings may lie. Fault 056: never outside. */
#include "hist/recording.h"

#include "base/str.h"
#include "helper.h"

static const struct zv_str roots[] = { VIEW("/mnt/rec"), VIEW("/srv/old") };
static const struct zv_str from[] = { VIEW("/var/spool/asterisk/monitor/") };
static const struct zv_str templates[] = { VIEW("{file}"), VIEW("%Y/%m/%d/{file}"),
					   VIEW("%Y-%m/%d/{file}") };
static const struct zv_recording_places places = {
	roots, 2, from, 1, templates, 3,
};

#define CALLED 1795226401 /* 2026-11-21 02:00:01 */

struct seen {
	struct zv_buf text;
	int stop_at; /* the how many-th is taken; 0: none */
};

static int
see(void *context, size_t root, struct zv_str path)
{
	struct seen *s = context;

	assert_true(zv_recording_is_beneath(path));
	zv_buf_printf(&s->text, "%s%zu:%.*s", s->text.n ? " " : "", root, ZV_ARG(path));
	return s->stop_at && --s->stop_at == 0 ? 7 : 0;
}

static void
test_candidates(void **state)
{
	static const struct {
		const char *file, *wanted;
	} rows[] = {
		/* FreePBX: a name, with its date in it, also where a number has a dash */
		{ "external-101-555-20240131-101500-1706688900.12.wav",
		  "0:external-101-555-20240131-101500-1706688900.12.wav "
		  "1:external-101-555-20240131-101500-1706688900.12.wav "
		  "0:external-101-555-20240131-101500-1706688900.12.wav "
		  "0:2024/01/31/external-101-555-20240131-101500-1706688900.12.wav "
		  "0:2024-01/31/external-101-555-20240131-101500-1706688900.12.wav" },
		/* MixMonitor's own words: the folder is another one here */
		{ "/var/spool/asterisk/monitor/2026/11/21/a.wav",
		  "0:2026/11/21/a.wav 0:a.wav 0:2026/11/21/a.wav 0:2026-11/21/a.wav "
		  "1:a.wav" },
		/* the folder of the second root by its own name */
		{ "/srv/old/x/a.gsm", "1:x/a.gsm 0:a.gsm 0:2026/11/21/a.gsm "
				      "0:2026-11/21/a.gsm 1:a.gsm" },
		/* MIKO's dialplan: a path beneath Asterisk's folder */
		{ "2026-11/21/in_1.gsm", "0:2026-11/21/in_1.gsm 1:2026-11/21/in_1.gsm "
					 "0:in_1.gsm 0:2026/11/21/in_1.gsm "
					 "0:2026-11/21/in_1.gsm" },
		/* somewhere else: by its name only */
		{ "/etc/passwd", "0:passwd 0:2026/11/21/passwd 0:2026-11/21/passwd "
				 "1:passwd 1:2026/11/21/passwd" },
		{ "/mnt/recording/a.wav",
		  "0:a.wav 0:2026/11/21/a.wav "
		  "0:2026-11/21/a.wav 1:a.wav 1:2026/11/21/a.wav" },
		{ "../../etc/passwd",
		  "0:passwd 0:2026/11/21/passwd "
		  "0:2026-11/21/passwd 1:passwd 1:2026/11/21/passwd" },
		{ "/mnt/rec/../../etc/passwd", "0:passwd 0:2026/11/21/passwd "
					       "0:2026-11/21/passwd 1:passwd "
					       "1:2026/11/21/passwd" },
		{ "a//b.wav", "0:b.wav 0:2026/11/21/b.wav 0:2026-11/21/b.wav 1:b.wav "
			      "1:2026/11/21/b.wav" },
		{ "", "" },
		{ "/", "" },
		{ "..", "" },
		{ "a/..", "" },
		{ "a\nb.wav", "" },
		{ "a/\x7f.wav", "" },
	};

	for (size_t i = 0; i < N_OF(rows); i++) {
		struct seen s = { .stop_at = 5 };
		int rc = zv_recording_candidates(&places, zvon_str(rows[i].file),
						 CALLED, see, &s);

		check_text(rows[i].file, zv_buf_str(&s.text), zvon_str(rows[i].wanted));
		assert_int_equal(rc, *rows[i].wanted ? 7 : 0);
		zv_buf_deinit(&s.text);
	}
}

static void
test_fault_056_paths(void **state)
{
	static const struct zv_str bad[] = {
		VIEW("../../etc/passwd"),
		VIEW("/etc/passwd"),
		VIEW("a/../b"),
		VIEW("a//b"),
		VIEW(".."),
		VIEW("."),
		VIEW("./a"),
		VIEW("a/"),
		VIEW(""),
		VIEW("a\0b"),
		VIEW("a\nb"),
		VIEW("//"),
	};
	char longest[ZV_RECORDING_PATH_MAX + 1];

	for (size_t i = 0; i < N_OF(bad); i++)
		assert_false(zv_recording_is_beneath(bad[i]));
	memset(longest, 'a', sizeof longest);
	assert_true(zv_recording_is_beneath(
		(struct zv_str){ longest, ZV_RECORDING_PATH_MAX }));
	assert_false(zv_recording_is_beneath(
		(struct zv_str){ longest, ZV_RECORDING_PATH_MAX + 1 }));
	assert_true(zv_recording_is_beneath(ZV_STR("%2e%2e/..a/a..b")));
}

static void
test_length(void **state)
{
	char longest[ZV_RECORDING_FILE_MAX + 1];
	struct seen s = { .stop_at = 1 };

	memset(longest, 'a', sizeof longest);
	assert_int_equal(zv_recording_candidates(
				 &places,
				 (struct zv_str){ longest, ZV_RECORDING_FILE_MAX + 1 },
				 CALLED, see, &s),
			 0);
	assert_int_equal(s.text.n, 0);
	assert_int_equal(zv_recording_candidates(
				 &places,
				 (struct zv_str){ longest, ZV_RECORDING_FILE_MAX },
				 CALLED, see, &s),
			 7);
	zv_buf_deinit(&s.text);
}

static void
test_templates(void **state)
{
	static const struct {
		const char *text;
		bool good;
	} rows[] = {
		{ "{file}", true },
		{ "%Y/%m/%d/%H/{file}", true },
		{ "%y%%/x-{file}.wav", true },
		{ "", false },
		{ "%Y/%m", false },
		{ "{file}/x", false },
		{ "/{file}", false },
		{ "../{file}", false },
		{ "%Q/{file}", false },
		{ "{file}%", false },
		{ "a//{file}", false },
		{ "\n/{file}", false },
	};

	for (size_t i = 0; i < N_OF(rows); i++) {
		struct zv_error err = { 0 };
		int rc = zv_recording_template_check(zvon_str(rows[i].text), &err);

		if ((rc == 0) != rows[i].good || (rc != 0) != (err.text[0] != '\0'))
			fail_msg("%s: %d %s", rows[i].text, rc, err.text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_candidates),
		cmocka_unit_test(test_fault_056_paths),
		cmocka_unit_test(test_length),
		cmocka_unit_test(test_templates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
