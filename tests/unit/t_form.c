#include "ajam/form.h"

#include <stdlib.h>

#include "helper.h"

/* Fields as key, value, key, value, NULL. */
static struct zv_request *
build(const char *name, const char *const *fields)
{
	struct zv_request *r = zvon_request_new(zvon_str(name), NULL);

	assert_non_null(r);
	for (; fields[0]; fields += 2)
		assert_int_equal(zvon_request_set(r, fields[0], fields[1], NULL), 0);
	return r;
}

static void
check_form(const struct zv_request *r, const char *id, const char *wanted)
{
	struct zv_buf out = { 0 };

	assert_int_equal(zv_form_format(r, zvon_str(id), &out), 0);
	check_text("form", zv_buf_str(&out), zvon_str(wanted));
	zv_buf_deinit(&out);
}

static void
test_forms(void **state)
{
	static const struct {
		const char *name, *id;
		const char *fields[11];
		const char *wanted;
	} rows[] = {
		{ "Ping", "7", { NULL }, "Action=Ping&ActionID=7" },
		{ "Ping", "", { NULL }, "Action=Ping&ActionID=" },
		{ "Login",
		  "zvon-12345678-1",
		  { "Username", "lab", "Secret", "a+b&c=d%e;f" },
		  "Action=Login&ActionID=zvon-12345678-1&Username=lab"
		  "&Secret=a%2Bb%26c%3Dd%25e%3Bf" },
		{ "Originate",
		  "a b",
		  { "Variable", "A=1", "Variable", "B=2", "variable", "", "Async", "x",
		    "Channel", "PJSIP/200" },
		  "Action=Originate&ActionID=a%20b&Variable=A%3D1&Variable=B%3D2"
		  "&variable=&Async=x&Channel=PJSIP%2F200" },
		{ "Имя",
		  "№",
		  { "Ключ", "Жук" },
		  "Action=%D0%98%D0%BC%D1%8F&ActionID=%E2%84%96"
		  "&%D0%9A%D0%BB%D1%8E%D1%87=%D0%96%D1%83%D0%BA" },
		{ "X",
		  "1",
		  { "V", "\xff\xfe\x80\x01\x7f\t", "W", " : : ", "A b",
		    "\"<>'\\^`{|}" },
		  "Action=X&ActionID=1&V=%FF%FE%80%01%7F%09&W=%20%3A%20%3A%20"
		  "&A%20b=%22%3C%3E%27%5C%5E%60%7B%7C%7D" },
		{ "X",
		  "1",
		  { "V", "AZaz09-._~", "W", "@/?#[]!$()*," },
		  "Action=X&ActionID=1&V=AZaz09-._~"
		  "&W=%40%2F%3F%23%5B%5D%21%24%28%29%2A%2C" },
	};

	for (size_t i = 0; i < N_OF(rows); i++) {
		struct zv_request *r = build(rows[i].name, rows[i].fields);

		check_form(r, rows[i].id, rows[i].wanted);
		zvon_request_free(r);
	}
}

/* The ActionID of the request is for the session to choose; it stands once. */
static void
test_own_action_id(void **state)
{
	static const char *const fields[] = { "A", "1", "ActionID", "own",
					      "B", "2", NULL };
	struct zv_request *r = build("Ping", fields);

	check_form(r, "own", "Action=Ping&ActionID=own&A=1&B=2");
	zvon_request_free(r);
}

static void
test_appends(void **state)
{
	static const char *const none[] = { NULL };
	struct zv_request *r = build("Ping", none);
	struct zv_buf out = { 0 };

	zv_buf_add(&out, ZV_STR("/asterisk/rawman?"));
	assert_int_equal(zv_form_format(r, ZV_STR("1"), &out), 0);
	check_text("query", zv_buf_str(&out),
		   ZV_STR("/asterisk/rawman?Action=Ping&ActionID=1"));
	zv_buf_deinit(&out);
	zvon_request_free(r);
}

/* What would become a line of its own never gets as far as here, in no form. */
static void
test_fault_032_no_line_ends(void **state)
{
	static const char *const bad[] = { "a\r\nAction: Command",    "\n",  "\r",
					   "%0d%0aAction%3A Command", "%0A", "%00" };
	static const char *const none[] = { NULL };
	struct zv_request *r = build("Getvar", none);

	for (size_t i = 0; i < N_OF(bad); i++) {
		assert_int_equal(zvon_request_set(r, "V", bad[i], NULL), ZV_EINVAL);
		assert_int_equal(zvon_request_set(r, bad[i], "v", NULL), ZV_EINVAL);
		assert_int_equal(zvon_request_set(r, "ActionID", bad[i], NULL),
				 ZV_EINVAL);
		assert_null(zvon_request_new(zvon_str(bad[i]), NULL));
	}
	check_form(r, "1", "Action=Getvar&ActionID=1");
	zvon_request_free(r);
}

/* What the form is made of. */
static void
test_fields_one_by_one(void **state)
{
	static const char *const fields[] = { "A",	 "",  "ActionID", "own", "B",
					      ": x: y ", "A", "2",	  NULL };
	static const char *const wanted[][2] = { { "A", "" },
						 { "B", ": x: y " },
						 { "A", "2" } };
	struct zv_request *r = build("X", fields);
	struct zv_str key, value;
	size_t cursor = 0;

	for (size_t i = 0; i < N_OF(wanted); i++) {
		assert_true(zv_request_next(r, &cursor, &key, &value));
		check_text("key", key, zvon_str(wanted[i][0]));
		check_text("value", value, zvon_str(wanted[i][1]));
	}
	assert_false(zv_request_next(r, &cursor, &key, &value));
	assert_false(zv_request_next(r, &cursor, &key, &value));
	zvon_request_free(r);
}

static int
build_and_format(void *user)
{
	struct zv_request *r = zvon_request_new(ZV_STR("Originate"), NULL);
	struct zv_buf out = { 0 };
	int rc = r ? 0 : ZV_ENOMEM;

	if (rc == 0)
		rc = zvon_request_set(r, "Variable", "SOME=value of it", NULL);
	if (rc == 0) {
		rc = zv_form_format(r, ZV_STR("1"), &out);
		assert_true(rc == 0 || (out.n == 0 && !zv_buf_failed(&out)));
	}
	zv_buf_deinit(&out);
	zvon_request_free(r);
	return rc;
}

static void
test_out_of_memory(void **state)
{
	check_out_of_memory(build_and_format, NULL);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_own_action_id),
		cmocka_unit_test(test_appends),
		cmocka_unit_test(test_fault_032_no_line_ends),
		cmocka_unit_test(test_fields_one_by_one),
		cmocka_unit_test(test_out_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
