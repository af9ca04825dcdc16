/* Reasons of the libraries in the language of the person. */
#include "helper.h"

#include <stdio.h>
#include <string.h>

#include "base/file_error.h"
#include "base/mem.h"
#include "base/utf.h"
#include "heap.h"
#include "term/reason.h"

static const struct {
	const char *en, *ru;
} rows[] = {
	/* whole, behind a name, behind two, with what to do behind it */
	{ "out of memory", "нет памяти" },
	{ "--from: csv:/a: out of memory", "--from: csv:/a: нет памяти" },
	{ "u@h: Unknown database 'x': check the name of the database",
	  "u@h: нет базы данных 'x': проверьте имя базы" },
	{ "u@h: words of a server: check the name of the database",
	  "u@h: words of a server: проверьте имя базы" },
	/* what stands between, as it is and as a reason */
	{ "limit: a number from 1 to 1000", "limit: число от 1 до 1000" },
	{ "h:1: cannot connect (No route to host): check the address and the route to "
	  "it",
	  "h:1: нет соединения (нет маршрута до узла): проверьте адрес и маршрут до "
	  "него" },
	{ "stitching: out of memory", "сборка звонков: нет памяти" },
	{ "'a: b' is before 1970", "'a: b' — раньше 1970 года" },
	{ "cannot read /x {1} <2>: out of memory",
	  "не прочитать /x {1} <2>: нет памяти" },
	/* what nobody knows stays */
	{ "", "" },
	{ "words of a server", "words of a server" },
	{ "a: b: ", "a: b: " },
	{ "out of memory and more", "out of memory and more" },
};

static void
speaks_both(void **state)
{
	char out[ZV_REASON_MAX];

	(void)state;
	for (size_t i = 0; i < N_OF(rows); i++) {
		zv_say_setup(ZV_LANG_EN, false, 0);
		assert_string_equal(zv_reason(rows[i].en, out), rows[i].en);
		zv_say_setup(ZV_LANG_RU, false, 0);
		assert_string_equal(zv_reason(rows[i].en, out), rows[i].ru);
	}
	assert_true(zv_file_reason(2, out) == out);
	assert_string_equal(out, "нет такого файла или папки: проверьте путь");
	assert_true(strlen(zv_file_error_text(12345)) > 0);
}

/* As long as it may be, and longer; nested as deep as anybody likes. */
static void
stays_within(void **state)
{
	char out[ZV_REASON_MAX], text[3 * ZV_REASON_MAX];

	(void)state;
	zv_say_setup(ZV_LANG_RU, false, 0);
	memset(text, 'x', sizeof text);
	text[sizeof text - 1] = '\0';
	zv_reason(text, out);
	assert_int_equal(strlen(out), ZV_REASON_MAX - 1);
	for (size_t i = 0; i < sizeof text - 1; i++)
		text[i] = "cannot read x: "[i % 15];
	zv_reason(text, out);
	assert_true(strlen(out) < ZV_REASON_MAX);
	assert_non_null(strstr(out, "не прочитать"));
}

/* Each row is a text of both languages, and names the same places. */
static void
rows_are_whole(void **state)
{
	const struct zv_text *const tables[] = { zv_reasons_here, zv_reasons_data,
						 zv_reasons_ami, zv_reasons_net };
	char out[ZV_REASON_MAX];
	size_t n = 0;

	(void)state;
	zv_say_setup(ZV_LANG_RU, false, 0);
	for (size_t i = 0; i < N_OF(tables); i++)
		for (const struct zv_text *t = tables[i]; t->en; t++, n++) {
			assert_true(t->ru && *t->ru && *t->en);
			assert_true(zv_utf8_valid(zvon_str(t->ru)) == strlen(t->ru));
			for (char place = '1'; place <= '9'; place++) {
				const char open[] = { '{', place, '}', '\0' };
				const char more[] = { '<', place, '>', '\0' };

				if (strstr(t->ru, open) || strstr(t->ru, more))
					assert_non_null(strstr(t->en, open));
			}
			if (!strstr(t->en, "{1}")) /* nothing above takes it away */
				assert_string_equal(zv_reason(t->en, out), t->ru);
		}
	assert_true(n > 250);
}

/* Without memory the reason is told in English. */
static void
survives_no_memory(void **state)
{
	const char *text = "--from: csv:/a: Invalid argument";
	char out[ZV_REASON_MAX];

	(void)state;
	zv_say_setup(ZV_LANG_RU, false, 0);
	for (unsigned long n = 1;; n++) {
		size_t blocks = heap_blocks();

		zv_mem_fail_at(n);
		zv_reason(text, out);
		zv_mem_fail_at(0);
		assert_int_equal(heap_blocks(), blocks);
		if (strcmp(out, text) != 0)
			break;
		assert_true(n < 100);
	}
	assert_string_equal(out, "--from: csv:/a: недопустимое значение");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(speaks_both),
		cmocka_unit_test(stays_within),
		cmocka_unit_test(rows_are_whole),
		cmocka_unit_test(survives_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
