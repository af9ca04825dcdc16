#include "json/writer.h"

#include <stdlib.h>

#include "base/utf.h"
#include "helper.h"
#include "zvon/error.h"

static void
test_structure(void **state)
{
	struct zv_buf out = { 0 };
	struct zv_json j = { .out = &out };

	zv_json_begin_object(&j);
	zv_json_member(&j, "kind", ZV_STR("event"));
	zv_json_key(&j, "fields");
	zv_json_begin_array(&j);
	zv_json_begin_array(&j);
	zv_json_string(&j, ZV_STR("Event"));
	zv_json_string(&j, ZV_STR(""));
	zv_json_end_array(&j);
	zv_json_begin_array(&j);
	zv_json_end_array(&j);
	zv_json_end_array(&j);
	zv_json_key(&j, "n");
	zv_json_int(&j, -9223372036854775807 - 1);
	zv_json_key(&j, "us");
	zv_json_decimal(&j, 1.25, 1);
	zv_json_decimal(&j, -0.5, 3);
	zv_json_key(&j, "yes");
	zv_json_bool(&j, true);
	zv_json_key(&j, "no");
	zv_json_bool(&j, false);
	zv_json_key(&j, "nothing");
	zv_json_null(&j);
	zv_json_key(&j, "empty");
	zv_json_begin_object(&j);
	zv_json_end_object(&j);
	zv_json_key(&j, "last");
	zv_json_int(&j, 0);
	zv_json_end_object(&j);
	check_text("object", zv_buf_str(&out),
		   ZV_STR("{\"kind\":\"event\",\"fields\":[[\"Event\",\"\"],[]],"
			  "\"n\":-9223372036854775808,\"us\":1.2,-0.500,\"yes\":true,"
			  "\"no\":false,"
			  "\"nothing\":null,\"empty\":{},\"last\":0}"));
	zv_buf_deinit(&out);
}

static void
test_strings(void **state)
{
	static const struct {
		struct zv_str s;
		const char *wanted;
	} rows[] = {
		{ { NULL, 0 }, "\"\"" },
		{ VIEW("plain / text"), "\"plain / text\"" },
		{ VIEW("\"\\"), "\"\\\"\\\\\"" },
		{ VIEW("\b\f\n\r\t"), "\"\\b\\f\\n\\r\\t\"" },
		{ VIEW("\0\x01\x1f\x7f"), "\"\\u0000\\u0001\\u001f\x7f\"" },
		{ VIEW("Оператор €"), "\"Оператор €\"" },
		{ VIEW("\xf0\x9f\x98\x80"), "\"\xf0\x9f\x98\x80\"" },
		{ VIEW("\xe2\x80\xa8"), "\"\xe2\x80\xa8\"" }, /* U+2028 */
		{ VIEW("\xff"), "\"\xef\xbf\xbd\"" },
		{ VIEW("a\x80z"), "\"a\xef\xbf\xbdz\"" },
		{ VIEW("caf\xe9"), "\"caf\xef\xbf\xbd\"" },
		{ VIEW("\xed\xa0\x80"), "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"" },
		{ VIEW("\xc0\x80"), "\"\xef\xbf\xbd\xef\xbf\xbd\"" },
		{ VIEW("cut \xf0\x9f\x98"), "\"cut \xef\xbf\xbd\"" },
		{ VIEW("\xe2\x82\""), "\"\xef\xbf\xbd\\\"\"" },
	};

	for (size_t i = 0; i < N_OF(rows); i++) {
		struct zv_buf out = { 0 };
		struct zv_json j = { .out = &out };
		char *exact = exact_copy(rows[i].s);

		zv_json_string(&j, (struct zv_str){ exact, rows[i].s.n });
		check_text("string", zv_buf_str(&out), zvon_str(rows[i].wanted));
		zv_buf_deinit(&out);
		free(exact);
	}
}

static void
test_keys_are_escaped_too(void **state)
{
	struct zv_buf out = { 0 };
	struct zv_json j = { .out = &out };

	zv_json_begin_object(&j);
	zv_json_member(&j, "a\"b\n", ZV_STR("x"));
	zv_json_end_object(&j);
	check_text("key", zv_buf_str(&out), ZV_STR("{\"a\\\"b\\n\":\"x\"}"));
	zv_buf_deinit(&out);
}

/* Bytes of any kind give a string that is UTF-8 and holds no control character, and
 * whose quotes and backslashes are as RFC 8259 wants them. */
static void
check_string(struct zv_str json)
{
	assert_int_equal(zv_utf8_valid(json), json.n);
	assert_int_equal(json.p[0], '"');
	assert_int_equal(json.p[json.n - 1], '"');
	for (size_t i = 1; i + 1 < json.n; i++) {
		assert_true((unsigned char)json.p[i] >= 0x20);
		assert_true(json.p[i] != '"');
		if (json.p[i] != '\\')
			continue;
		assert_non_null(strchr("\"\\bfnrtu", json.p[++i]));
		assert_true(i + 1 < json.n);
	}
}

static void
test_strings_of_chance(void **state)
{
	chance_begin();
	for (int round = 0; round < 20000; round++) {
		struct zv_buf out = { 0 };
		struct zv_json j = { .out = &out };
		char bytes[16];
		size_t n = chance_below(sizeof bytes + 1);

		for (size_t i = 0; i < n; i++)
			bytes[i] = (char)(chance_below(2) ? chance_below(256)
							  : 0x70 + chance_below(0x90));
		zv_json_string(&j, (struct zv_str){ bytes, n });
		check_string(zv_buf_str(&out));
		zv_buf_deinit(&out);
	}
}

static int
write_some(void *user)
{
	struct zv_buf out = { 0 };
	struct zv_json j = { .out = &out };
	bool failed;

	zv_json_begin_object(&j);
	for (int i = 0; i < 50; i++)
		zv_json_member(&j, "key", ZV_STR("value \n \xff"));
	zv_json_end_object(&j);
	failed = zv_buf_failed(&out);
	zv_buf_deinit(&out);
	return failed ? ZV_ENOMEM : 0;
}

static void
test_out_of_memory(void **state)
{
	check_out_of_memory(write_some, NULL);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_structure),
		cmocka_unit_test(test_strings),
		cmocka_unit_test(test_keys_are_escaped_too),
		cmocka_unit_test(test_strings_of_chance),
		cmocka_unit_test(test_out_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
