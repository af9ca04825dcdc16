#include "base/err.h"

#include "base/utf.h"
#include "helper.h"

static void
test_names(void **state)
{
	static const struct {
		int code;
		const char *name;
	} rows[] = {
		{ 0, "OK" },
		{ ZV_ENOMEM, "ENOMEM" },
		{ ZV_EPROTO, "EPROTO" },
		{ ZV_ETOOBIG, "ETOOBIG" },
		{ ZV_EAUTH, "EAUTH" },
		{ ZV_ECLOSED, "ECLOSED" },
		{ ZV_ETIMEOUT, "ETIMEOUT" },
		{ ZV_EBUSY, "EBUSY" },
		{ ZV_EINVAL, "EINVAL" },
		{ ZV_ENOTFOUND, "ENOTFOUND" },
		{ ZV_EIO, "EIO" },
		{ ZV_ETLS, "ETLS" },
		{ 1, "unknown error" },
		{ ZV_ETLS - 1, "unknown error" },
	};

	for (size_t i = 0; i < N_OF(rows); i++)
		assert_string_equal(zvon_err_name(rows[i].code), rows[i].name);
}

static void
test_the_first_error_wins(void **state)
{
	struct zv_error err = { 0 };

	assert_int_equal(zv_fail(&err, ZV_EIO, "first %d", 1), ZV_EIO);
	assert_int_equal(zv_fail(&err, ZV_EPROTO, "second"), ZV_EPROTO);
	assert_int_equal(zv_fail_nomem(&err), ZV_ENOMEM);
	assert_int_equal(err.code, ZV_EIO);
	assert_string_equal(err.text, "first 1");
}

static void
test_nobody_wants_to_know(void **state)
{
	assert_int_equal(zv_fail(NULL, ZV_EIO, "text"), ZV_EIO);
	assert_int_equal(zv_fail_nomem(NULL), ZV_ENOMEM);
}

/* What a server or a user wrote stands in the text: it stays one line of UTF-8. */
static void
test_quoted_text_is_made_one_line(void **state)
{
	static const struct {
		const char *quoted, *wanted;
	} rows[] = {
		{ "No Contacts found\n", "said: No Contacts found ." },
		{ "a\r\nb\tc", "said: a  b c." },
		{ "\033[31mred", "said:  [31mred." },
		{ "\xc2\x9b"
		  "31m",
		  "said:   31m." },
		{ "caf\xe9 and more", "said: caf? and more." },
		{ "Иванов", "said: Иванов." },
		{ "%s%n%x", "said: %s%n%x." },
	};

	for (size_t i = 0; i < N_OF(rows); i++) {
		struct zv_error err = { 0 };

		zv_fail(&err, ZV_EIO, "said: %s.", rows[i].quoted);
		assert_string_equal(err.text, rows[i].wanted);
	}
}

/* However long, the text ends with a whole character and a NUL. */
static void
test_long_text_is_cut_at_a_character(void **state)
{
	for (size_t shift = 0; shift < 4; shift++) {
		struct zv_error err = { 0 };
		char text[2 * ZV_ERROR_TEXT_MAX] = "";

		memset(text, 'x', shift);
		while (strlen(text) + 4 < sizeof text)
			strcat(text, "€");
		zv_fail(&err, ZV_EIO, "%s", text);
		assert_int_equal(zv_utf8_valid(zvon_str(err.text)), strlen(err.text));
		assert_in_range(strlen(err.text), ZV_ERROR_TEXT_MAX - 4,
				ZV_ERROR_TEXT_MAX - 1);
		assert_memory_equal(err.text, text, strlen(err.text));
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_the_first_error_wins),
		cmocka_unit_test(test_nobody_wants_to_know),
		cmocka_unit_test(test_quoted_text_is_made_one_line),
		cmocka_unit_test(test_long_text_is_cut_at_a_character),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
