#include "ami/request.h"

#include <stdlib.h>

#include "base/mem.h"
#include "heap.h"
#include "helper.h"
#include "zvon/error.h"

/* The packet of a request, with this ActionID. */
static void
check_packet(const struct zv_request *r, const char *id, const char *wanted)
{
	struct zv_buf out = { 0 };

	assert_int_equal(zv_request_format(r, zvon_str(id), &out), 0);
	check_text("packet", zv_buf_str(&out), zvon_str(wanted));
	zv_buf_deinit(&out);
}

static void
test_format(void **state)
{
	struct zv_request *r = zvon_request_new(ZV_STR("Originate"), NULL);

	assert_non_null(r);
	check_text("name", zv_request_name(r), ZV_STR("Originate"));
	check_packet(r, "7", "Action: Originate\r\nActionID: 7\r\n\r\n");
	assert_int_equal(zvon_request_set(r, "Channel", "PJSIP/200", NULL), 0);
	assert_int_equal(zvon_request_set(r, "Variable", "A=1", NULL), 0);
	assert_int_equal(zvon_request_set(r, "Variable", "B=2", NULL), 0);
	assert_int_equal(zvon_request_set(r, "Empty", "", NULL), 0);
	assert_int_equal(zvon_request_set(r, "Имя", "\t Ж \xff ", NULL), 0);
	check_packet(r, "8",
		     "Action: Originate\r\nActionID: 8\r\nChannel: PJSIP/200\r\n"
		     "Variable: A=1\r\nVariable: B=2\r\nEmpty: \r\n"
		     "Имя: \t Ж \xff \r\n\r\n");
	zvon_request_free(r);
	zvon_request_free(NULL);
}

static void
test_format_appends(void **state)
{
	struct zv_request *r = zvon_request_new(ZV_STR("Ping"), NULL);
	struct zv_buf out = { 0 };

	zv_buf_add(&out, ZV_STR("before|"));
	assert_int_equal(zv_request_format(r, ZV_STR("1"), &out), 0);
	check_text("behind", zv_buf_str(&out),
		   ZV_STR("before|Action: Ping\r\nActionID: 1\r\n\r\n"));
	zv_buf_deinit(&out);
	zvon_request_free(r);
}

/* The ActionID is not a line like others: the session sends it, or one of its own. */
static void
test_action_id(void **state)
{
	struct zv_request *r = zvon_request_new(ZV_STR("Ping"), NULL);
	struct zv_error err = { 0 };

	check_text("none", zv_request_action_id(r), ZV_STR(""));
	assert_int_equal(zvon_request_set(r, "ActionID", "", NULL), 0);
	assert_int_equal(zvon_request_set(r, "actionid", "own-1", NULL), 0);
	check_text("own", zv_request_action_id(r), ZV_STR("own-1"));
	assert_int_equal(zvon_request_set(r, "ActionID", "two", &err), ZV_EINVAL);
	assert_non_null(strstr(err.text, "ActionID"));
	check_text("still", zv_request_action_id(r), ZV_STR("own-1"));
	check_packet(r, "own-1", "Action: Ping\r\nActionID: own-1\r\n\r\n");
	zvon_request_free(r);
}

/* Asterisk skips blanks in front of a value, so its answer would bear another id. */
static void
test_action_id_may_not_begin_with_a_blank(void **state)
{
	static const char *const bad[] = { " x", "\tx", "\x01x", " " };
	static const char *const good[] = { "x ", "x y", "\xd0\x96", "\x7f" };
	struct zv_request *r = zvon_request_new(ZV_STR("Ping"), NULL);

	for (size_t i = 0; i < N_OF(bad); i++)
		assert_int_equal(zvon_request_set(r, "ActionID", bad[i], NULL),
				 ZV_EINVAL);
	zvon_request_free(r);
	for (size_t i = 0; i < N_OF(good); i++) {
		r = zvon_request_new(ZV_STR("Ping"), NULL);
		assert_int_equal(zvon_request_set(r, "ActionID", good[i], NULL), 0);
		zvon_request_free(r);
	}
}

/* ---- 032: nothing may become a line of its own ----------------------------------- */

static const struct {
	struct zv_str text;
	const char *named;
} payloads[] = {
	{ VIEW("\r"), "CR" },
	{ VIEW("\n"), "LF" },
	{ VIEW("\0"), "NUL" },
	{ VIEW("a\rb"), "CR" },
	{ VIEW("a\nb"), "LF" },
	{ VIEW("a\0b"), "NUL" },
	{ VIEW("end\r"), "CR" },
	{ VIEW("end\n"), "LF" },
	{ VIEW("end\0"), "NUL" },
	{ VIEW("\r\nAction: Command\r\nCommand: core stop now\r\n\r\n"), "CR" },
	{ VIEW("200\nAction: Command"), "LF" },
	{ VIEW("x\n\nAction: Logoff\n\n"), "LF" },
	{ VIEW("a\xe2\x80\xa8"), "U+2028" },
	{ VIEW("\xe2\x80\xa9"), "U+2029" },
	{ VIEW("a%0d%0aAction: Command"), "%0d" },
	{ VIEW("%0D"), "%0d" },
	{ VIEW("a%0A"), "%0a" },
	{ VIEW("%00"), "%00" },
};

static void
expect_refused(int rc, const struct zv_error *err, const char *name, const char *named)
{
	assert_int_equal(rc, ZV_EINVAL);
	assert_int_equal(err->code, ZV_EINVAL);
	if (!strstr(err->text, name) || !strstr(err->text, named) ||
	    !strstr(err->text, "nothing was sent"))
		fail_msg("'%s' does not name %s and %s", err->text, name, named);
	assert_null(strpbrk(err->text, "\r\n"));
}

static void
test_fault_032_line_ends_and_nul(void **state)
{
	for (size_t i = 0; i < N_OF(payloads); i++) {
		struct zv_request *r = zvon_request_new(ZV_STR("Getvar"), NULL);
		struct zv_error in_name = { 0 }, in_key = { 0 }, in_value = { 0 };
		int rc;

		assert_null(zvon_request_new(payloads[i].text, &in_name));
		expect_refused(in_name.code, &in_name, "action name",
			       payloads[i].named);
		rc = zvon_request_add(r, payloads[i].text, ZV_STR("v"), &in_key);
		expect_refused(rc, &in_key, "field name", payloads[i].named);
		rc = zvon_request_add(r, ZV_STR("Channel"), payloads[i].text,
				      &in_value);
		expect_refused(rc, &in_value, "Channel", payloads[i].named);
		rc = zvon_request_add(r, ZV_STR("ActionID"), payloads[i].text, NULL);
		assert_int_equal(rc, ZV_EINVAL);
		check_packet(r, "1", "Action: Getvar\r\nActionID: 1\r\n\r\n");
		zvon_request_free(r);
	}
}

/* Every byte at every place: these three are refused, all others go through. */
static void
test_fault_032_every_byte(void **state)
{
	for (unsigned c = 0; c < 256; c++) {
		bool bad = c == '\r' || c == '\n' || c == '\0';

		for (size_t at = 0; at < 5; at++) {
			struct zv_request *r = zvon_request_new(ZV_STR("X"), NULL);
			char text[5] = { 'a', 'b', 'c', 'd', 'e' };
			struct zv_str value = { text, sizeof text };

			text[at] = (char)c;
			assert_int_equal(zvon_request_add(r, ZV_STR("V"), value, NULL),
					 bad ? ZV_EINVAL : 0);
			zvon_request_free(r);
		}
	}
}

/* What is forbidden in a secret is told without telling the secret. */
static void
test_the_message_does_not_show_the_value(void **state)
{
	struct zv_request *r = zvon_request_new(ZV_STR("Login"), NULL);
	struct zv_error err = { 0 };

	zvon_request_add(r, ZV_STR("Secret"), ZV_STR("hunter2\n"), &err);
	assert_int_equal(err.code, ZV_EINVAL);
	assert_null(strstr(err.text, "hunter2"));
	zvon_request_free(r);
}

static void
test_names_and_keys(void **state)
{
	static const struct {
		const char *key;
		int rc;
	} rows[] = {
		{ "", ZV_EINVAL },	   { ":", ZV_EINVAL },
		{ "a:", ZV_EINVAL },	   { "a: b", ZV_EINVAL },
		{ " a", ZV_EINVAL },	   { "a ", ZV_EINVAL },
		{ "\ta", ZV_EINVAL },	   { "Action", ZV_EINVAL },
		{ "aCTION", ZV_EINVAL },   { "a b", 0 },
		{ "Actions", 0 },	   { "Variable", 0 },
		{ "Line-000000-0001", 0 }, { "ключ", 0 },
	};
	static const char *const bad_names[] = { "", " ", " Ping", "Ping ", "\t" };
	struct zv_request *r = zvon_request_new(ZV_STR("Ping"), NULL);

	for (size_t i = 0; i < N_OF(rows); i++) {
		struct zv_error err = { 0 };
		int rc = zvon_request_set(r, rows[i].key, "v", &err);

		if (rc != rows[i].rc || err.code != rows[i].rc)
			fail_msg("'%s': %s", rows[i].key, zvon_err_name(rc));
	}
	zvon_request_free(r);
	for (size_t i = 0; i < N_OF(bad_names); i++) {
		struct zv_error err = { 0 };

		assert_null(zvon_request_new(zvon_str(bad_names[i]), &err));
		assert_int_equal(err.code, ZV_EINVAL);
	}
}

/* ---- 033: what Asterisk would cut or reject --------------------------------------- */

static int
add_of_length(struct zv_request *r, size_t key, size_t value, struct zv_error *err)
{
	char *k = malloc(key), *v = malloc(value ? value : 1);
	int rc;

	memset(k, 'k', key);
	memset(v, 'v', value);
	rc = zvon_request_add(r, (struct zv_str){ k, key }, (struct zv_str){ v, value },
			      err);
	free(k);
	free(v);
	return rc;
}

static void
test_fault_033_long_lines(void **state)
{
	static const struct {
		size_t key, value;
		int rc;
	} rows[] = {
		{ 1, 996, 0 },
		{ 1, 997, 0 },
		{ 1, 998, ZV_ETOOBIG },
		{ 998, 0, 0 },
		{ 999, 0, ZV_ETOOBIG },
		{ 500, 498, 0 },
		{ 500, 499, ZV_ETOOBIG },
		{ 1, 1000, ZV_ETOOBIG },
		{ 1, 1001, ZV_ETOOBIG },
		{ 1, 100000, ZV_ETOOBIG },
		{ 100000, 1, ZV_ETOOBIG },
	};

	for (size_t i = 0; i < N_OF(rows); i++) {
		struct zv_request *r = zvon_request_new(ZV_STR("X"), NULL);
		struct zv_error err = { 0 };

		assert_int_equal(add_of_length(r, rows[i].key, rows[i].value, &err),
				 rows[i].rc);
		assert_int_equal(err.code, rows[i].rc);
		if (rows[i].rc < 0) {
			assert_non_null(strstr(err.text, "1000"));
			check_packet(r, "1", "Action: X\r\nActionID: 1\r\n\r\n");
		}
		zvon_request_free(r);
	}
}

static void
test_fault_033_long_names(void **state)
{
	static const size_t longest = ZV_REQUEST_MAX_LINE - 8; /* "Action: " */
	char name[ZV_REQUEST_MAX_LINE];
	struct zv_error err = { 0 };
	struct zv_request *r;

	memset(name, 'n', sizeof name);
	r = zvon_request_new((struct zv_str){ name, longest }, &err);
	assert_non_null(r);
	zvon_request_free(r);
	assert_null(zvon_request_new((struct zv_str){ name, longest + 1 }, &err));
	assert_int_equal(err.code, ZV_ETOOBIG);
}

static void
test_fault_033_many_lines(void **state)
{
	for (int with_id = 0; with_id < 2; with_id++) {
		struct zv_request *r = zvon_request_new(ZV_STR("X"), NULL);
		struct zv_error err = { 0 };

		if (with_id)
			assert_int_equal(zvon_request_set(r, "ActionID", "7", NULL), 0);
		for (int i = 0; i < ZV_REQUEST_MAX_LINES - 2; i++)
			assert_int_equal(zvon_request_set(r, "F", "v", NULL), 0);
		assert_int_equal(zvon_request_set(r, "F", "v", &err), ZV_ETOOBIG);
		assert_non_null(strstr(err.text, "128"));
		/* the ActionID has its place at any time */
		assert_int_equal(zvon_request_set(r, "ActionID", "8", NULL),
				 with_id ? ZV_EINVAL : 0);
		zvon_request_free(r);
	}
}

static void
test_fault_033_many_variables(void **state)
{
	struct zv_request *r = zvon_request_new(ZV_STR("Originate"), NULL);
	struct zv_error err = { 0 };

	for (int i = 0; i < ZV_REQUEST_MAX_VARIABLES; i++)
		assert_int_equal(zvon_request_set(r, i % 2 ? "Variable" : "vARIABLE",
						  "A=1", NULL),
				 0);
	assert_int_equal(zvon_request_set(r, "Variable", "A=1", &err), ZV_ETOOBIG);
	assert_non_null(strstr(err.text, "Variable"));
	assert_int_equal(zvon_request_set(r, "Channel", "x", NULL), 0);
	zvon_request_free(r);
}

/* The largest request there is stays within what Asterisk takes: 1024 bytes a line
 * with CR LF, 128 lines. */
static void
test_fault_033_the_largest_request(void **state)
{
	struct zv_request *r = zvon_request_new(ZV_STR("X"), NULL);
	struct zv_parser *p = zvon_parser_new(NULL);
	const struct zv_packet *packet;
	struct zv_buf out = { 0 };

	while (add_of_length(r, 500, 498, NULL) == 0)
		;
	assert_int_equal(zv_request_format(r, ZV_STR("zvon-12345678-1"), &out), 0);
	assert_int_equal(zvon_parser_feed(p, zv_buf_str(&out)), 0);
	assert_int_equal(zvon_parser_next(p, &packet), 1);
	assert_int_equal(packet->n_fields, 128);
	for (size_t i = 0; i < packet->n_fields; i++)
		assert_true(packet->fields[i].key.n + 2 + packet->fields[i].value.n <=
			    1022);
	zv_buf_deinit(&out);
	zvon_parser_free(p);
	zvon_request_free(r);
}

/* ---- memory ----------------------------------------------------------------------- */

static int
build_copy_and_format(void *user)
{
	struct zv_error err = { 0 };
	struct zv_request *r = zvon_request_new(ZV_STR("Originate"), &err),
			  *copy = NULL;
	struct zv_buf out = { 0 };
	int rc = r ? 0 : err.code;

	for (int i = 0; i < 20 && rc == 0; i++)
		rc = zvon_request_set(r, "Variable", "SOME=value of it", &err);
	if (rc == 0)
		rc = zvon_request_set(r, "ActionID", "own", &err);
	if (rc == 0) {
		copy = zv_request_copy(r);
		rc = copy ? zv_request_format(copy, ZV_STR("own"), &out) : ZV_ENOMEM;
		assert_true(rc == 0 || out.n == 0);
	}
	if (err.code)
		assert_int_equal(err.code, rc);
	zv_buf_deinit(&out);
	zvon_request_free(copy);
	zvon_request_free(r);
	return rc;
}

static void
test_out_of_memory(void **state)
{
	check_out_of_memory(build_copy_and_format, NULL);
}

/* After a failure the request is as it was, and goes on when there is memory again. */
static void
test_as_it_was_after_a_failure(void **state)
{
	struct zv_request *r = zvon_request_new(ZV_STR("X"), NULL);
	char text[600];
	struct zv_str value = { text, sizeof text };

	memset(text, 'v', sizeof text);
	assert_int_equal(zvon_request_set(r, "A", "1", NULL), 0);
	zv_mem_fail_at(1);
	assert_int_equal(zvon_request_add(r, ZV_STR("B"), value, NULL), ZV_ENOMEM);
	zv_mem_fail_at(1);
	assert_int_equal(zvon_request_set(r, "ActionID", "own", NULL), ZV_ENOMEM);
	zv_mem_fail_at(0);
	check_text("no id", zv_request_action_id(r), ZV_STR(""));
	check_packet(r, "1", "Action: X\r\nActionID: 1\r\nA: 1\r\n\r\n");
	assert_int_equal(zvon_request_set(r, "C", "3", NULL), 0);
	assert_int_equal(zvon_request_set(r, "ActionID", "own", NULL), 0);
	check_packet(r, "own", "Action: X\r\nActionID: own\r\nA: 1\r\nC: 3\r\n\r\n");
	zvon_request_free(r);
}

/* No block given back holds the secret: not the request's, not its copy's, not the
 * smaller ones from which they grew. */
static void
test_secrets_are_wiped(void **state)
{
	struct zv_request *r, *copy;

	heap_watch("the-marker-password");
	r = zvon_request_new(ZV_STR("Login"), NULL);
	zvon_request_set(r, "Username", "ops", NULL);
	zvon_request_set(r, "Secret", "the-marker-password", NULL);
	for (int i = 0; i < 100; i++)
		zvon_request_set(r, "Variable", "makes=it grow", NULL);
	copy = zv_request_copy(r);
	assert_non_null(copy);
	zvon_request_free(r);
	zvon_request_free(copy);
	assert_int_equal(heap_found(), 0);
	heap_watch(NULL);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_format),
		cmocka_unit_test(test_format_appends),
		cmocka_unit_test(test_action_id),
		cmocka_unit_test(test_action_id_may_not_begin_with_a_blank),
		cmocka_unit_test(test_fault_032_line_ends_and_nul),
		cmocka_unit_test(test_fault_032_every_byte),
		cmocka_unit_test(test_the_message_does_not_show_the_value),
		cmocka_unit_test(test_names_and_keys),
		cmocka_unit_test(test_fault_033_long_lines),
		cmocka_unit_test(test_fault_033_long_names),
		cmocka_unit_test(test_fault_033_many_lines),
		cmocka_unit_test(test_fault_033_many_variables),
		cmocka_unit_test(test_fault_033_the_largest_request),
		cmocka_unit_test(test_out_of_memory),
		cmocka_unit_test(test_as_it_was_after_a_failure),
		cmocka_unit_test(test_secrets_are_wiped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
