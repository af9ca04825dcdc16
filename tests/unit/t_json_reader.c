/* JSON from outside: what is taken, what is refused and where (fault 060's table). */
#include "json/reader.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "helper.h"

static void
check_refused(struct zv_str text, const char *words)
{
	char *copy = exact_copy(text);
	struct zv_error err = { 0 };

	assert_null(zv_json_read((struct zv_str){ copy, text.n }, &err));
	if (err.code != ZV_EPROTO || !strstr(err.text, words) ||
	    strncmp(err.text, "bad JSON, byte ", 15) != 0)
		fail_msg("%.*s: wanted %s, got %d %s", ZV_ARG(text), words, err.code,
			 err.text);
	assert_null(strstr(err.text, "hunter2"));
	free(copy);
}

static void
test_taken(void **state)
{
	static const struct {
		struct zv_str text;
		const char *wanted;
	} rows[] = {
		{ VIEW("{}"), "{}" },
		{ VIEW(" [ 1 , -2.5e3 , true , null , \"a\" ] \n"),
		  "[1,-2500.0,true,null,\"a\"]" },
		{ VIEW("7"), "7" },
		{ VIEW("\"\\u0414\\ud83d\\ude00\\n\""),
		  "\"\xd0\x94\xf0\x9f\x98\x80\\n\"" },
		{ VIEW("{\"a\":{\"a\":1}}"), "{\"a\":{\"a\":1}}" },
		{ VIEW("\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\""),
		  "\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\"" },
		{ VIEW("[\"\\\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\\\\\"]"),
		  "[\"\\\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\\\\\"]" },
	};

	for (size_t i = 0; i < N_OF(rows); i++) {
		struct zv_error err = { 0 };
		char *copy = exact_copy(rows[i].text), *back;
		json_t *value =
			zv_json_read((struct zv_str){ copy, rows[i].text.n }, &err);

		free(copy);
		if (!value)
			fail_msg("row %zu: %s", i, err.text);
		back = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
		assert_string_equal(back, rows[i].wanted);
		free(back);
		json_decref(value);
	}
}

static void
test_fault_060_refused(void **state)
{
	static const struct {
		struct zv_str text;
		const char *words;
	} rows[] = {
		{ VIEW(""), "line 1" },
		{ VIEW("  "), "line 1" },
		{ VIEW("{\"a\":1,\n\"a\":2}"), "line 2: duplicate" },
		{ VIEW("{} {}"), "end of file expected" },
		{ VIEW("1 2"), "end of file expected" },
		{ VIEW("[1,]"), "byte 4, line 1" },
		{ VIEW("{'a':1}"), "byte 2" },
		{ VIEW("{a:1}"), "byte 2" },
		{ VIEW("[1e400]"), "real number overflow" },
		{ VIEW("[123456789012345678901234567890]"), "too big integer" },
		{ VIEW("[01]"), "" },
		{ VIEW("[+1]"), "" },
		{ VIEW("[NaN]"), "" },
		{ VIEW("[Infinity]"), "" },
		{ VIEW("\"\\u0000\""), "" },
		{ VIEW("\"a\0b\""), "" },
		{ VIEW("{\"a\\u0000\":1}"), "" },
		{ VIEW("\0"), "" },
		{ VIEW("\"\xff\""), "" },
		{ VIEW("\"\xc0\xaf\""), "" },
		{ VIEW("\"\xed\xa0\x80\""), "" },
		{ VIEW("\"\\ud800\""), "" },
		{ VIEW("\"\\udc00\""), "" },
		{ VIEW("\"\\x\""), "" },
		{ VIEW("\"a\nb\""), "" },
		{ VIEW("\""), "" },
		{ VIEW("[[["), "" },
		{ VIEW("]"), "" },
		{ VIEW("}}}}"), "" },
		{ VIEW("\xef\xbb\xbf{}"), "" },
		{ VIEW("// x\n{}"), "" },
		/* what was sent is not repeated: it may be a password */
		{ VIEW("{\"password\":\"hunter2"), "premature" },
		{ VIEW("{\"password\":hunter2}"), "invalid token" },
		{ VIEW("{\"password\":\"hunter2\" \"hunter2\"}"), "expected" },
		{ VIEW("[\"hunter2\\q\"]"), "escape" },
		{ VIEW("{\"hunter2\":1,\"hunter2\":1}"), "duplicate" },
	};

	for (size_t i = 0; i < N_OF(rows); i++)
		check_refused(rows[i].text, rows[i].words);
}

static int
read_nested(size_t depth, bool closed, struct zv_error *err)
{
	struct zv_buf text = { 0 };
	json_t *value;

	zv_buf_add_char(&text, '\n');
	for (size_t i = 0; i < depth; i++)
		zv_buf_add(&text, i % 2 ? ZV_STR("{\"a\":") : ZV_STR("["));
	if (closed) {
		zv_buf_add(&text, ZV_STR("1"));
		for (size_t i = depth; i--;)
			zv_buf_add_char(&text, i % 2 ? '}' : ']');
	}
	value = zv_json_read(zv_buf_str(&text), err);
	json_decref(value);
	zv_buf_deinit(&text);
	return value ? 0 : err->code;
}

static void
test_fault_060_depth(void **state)
{
	struct zv_error err = { 0 };

	assert_int_equal(read_nested(ZV_JSON_MAX_DEPTH, true, &err), 0);
	assert_int_equal(read_nested(ZV_JSON_MAX_DEPTH + 1, true, &err), ZV_ETOOBIG);
	assert_non_null(strstr(err.text, "byte 98, line 2: nested deeper than 32"));
	err = (struct zv_error){ 0 };
	assert_int_equal(read_nested(100000, false, &err), ZV_ETOOBIG);
	err = (struct zv_error){ 0 };
	assert_int_equal(read_nested(100000, true, &err), ZV_ETOOBIG);
}

static void
test_texts(void **state)
{
	json_t *value = zv_json_read(
		ZV_STR("{\"a\":\"x\",\"b\":1,\"c\":null,\"d\":\"\"}"), NULL);

	check_text("a", zv_json_text(value, "a"), ZV_STR("x"));
	assert_null(zv_json_text(value, "b").p);
	assert_null(zv_json_text(value, "c").p);
	assert_non_null(zv_json_text(value, "d").p);
	assert_null(zv_json_text(value, "e").p);
	assert_null(zv_json_text(json_object_get(value, "b"), "a").p);
	assert_null(zv_json_text(NULL, "a").p);
	json_decref(value);
}

static int
scene(void *user)
{
	struct zv_error err = { 0 };
	struct zv_buf text = { 0 };
	json_t *value;

	zv_buf_add(&text, ZV_STR("{\"long\":\""));
	for (int i = 0; i < 100; i++)
		zv_buf_add(&text, ZV_STR("\\u0414xx"));
	zv_buf_add(&text, ZV_STR("\",\"list\":[1,2.5,true,null,{\"a\":[]},\"\"],"
				 "\"b\":1,\"c\":1,\"d\":1,\"e\":1,\"f\":1,\"g\":1,"
				 "\"h\":1,\"i\":1,\"j\":1,\"k\":1}"));
	if (zv_buf_failed(&text)) {
		zv_buf_deinit(&text);
		return ZV_ENOMEM;
	}
	value = zv_json_read(zv_buf_str(&text), &err);
	if (value) /* whole, not what was left of it */
		assert_int_equal(zv_json_text(value, "long").n, 400);
	json_decref(value);
	zv_buf_deinit(&text);
	return err.code;
}

static void
test_out_of_memory(void **state)
{
	check_out_of_memory(scene, NULL);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_taken),
		cmocka_unit_test(test_fault_060_refused),
		cmocka_unit_test(test_fault_060_depth),
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_out_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
