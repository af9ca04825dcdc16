#include "zvon/redact.h"

#include <stdlib.h>

#include "helper.h"

/* ---- as a codec, so that every split is tried ----------------------------------- */

struct redacting {
	struct zv_redactor redactor;
	struct zv_buf text;
};

static void *
redacting_begin(const void *to_server)
{
	struct redacting *r = calloc(1, sizeof *r);

	assert_non_null(r);
	r->redactor.to_server = *(const bool *)to_server;
	return r;
}

static void
redacting_piece(void *of, char *bytes, size_t n)
{
	struct redacting *r = of;

	zvon_redact(&r->redactor, bytes, n);
	zv_buf_add(&r->text, (struct zv_str){ bytes, n });
}

static void
redacting_end(void *of, struct zv_buf *out)
{
	struct redacting *r = of;

	zv_buf_add(out, zv_buf_str(&r->text));
	zv_buf_deinit(&r->text);
	free(r);
}

static const struct codec redact_codec = { redacting_begin, redacting_piece,
					   redacting_end };

struct row {
	const char *bytes, *wanted; /* NULL: nothing is hidden */
};

static void
check_rows(bool to_server, const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const char *wanted = rows[i].wanted ? rows[i].wanted : rows[i].bytes;

		assert_int_equal(strlen(wanted), strlen(rows[i].bytes));
		check_splits(&redact_codec, &to_server, rows[i].bytes,
			     zvon_str(rows[i].bytes), wanted, ALL_CUTS);
	}
}

/* ---- what is hidden ---------------------------------------------------------------- */

static void
test_both_directions(void **state)
{
	static const struct row rows[] = {
		{ "Secret: s3cret\r\n", "Secret: ******\r\n" },
		{ "Secret:s3cret\r\n", "Secret:******\r\n" },
		{ "SECRET: x\nsecret: y\n", "SECRET: *\nsecret: *\n" },
		{ "Secret:  two spaces\r\n", "Secret: ***********\r\n" },
		{ "Secret: \r\nEvent: A\r\n", NULL },
		{ "Secret: a: b = c\r\n", "Secret: ********\r\n" },
		{ "Password: p\r\n", "Password: *\r\n" },
		{ "Md5Cred: abc\r\n", "Md5Cred: ***\r\n" },
		{ "PasswordDigest: abc\r\n", "PasswordDigest: ***\r\n" },
		{ "OauthSecret: abc\r\n", "OauthSecret: ***\r\n" },
		{ "RefreshToken: abc\r\n", "RefreshToken: ***\r\n" },
		{ "ReceivedHash: 12\r\nExpectedResponse: 34\r\n",
		  "ReceivedHash: **\r\nExpectedResponse: **\r\n" },
		{ "JSON: {\"secret\":\"a\"}\r\n", "JSON: **************\r\n" },
		{ "Username: ops\r\nSecret: x\r\nEvents: on\r\n\r\n",
		  "Username: ops\r\nSecret: *\r\nEvents: on\r\n\r\n" },
		{ "Secret: \xd0\xbf\r\n", "Secret: **\r\n" },
		/* alike, but no secrets */
		{ "Secret-exist: Y\r\nMD5Secret-exist: N\r\n", NULL },
		{ "Channel: Secret: x\r\n", NULL },
		{ "XSecret: x\r\n", NULL },
		{ "Secret\r\n", NULL },
		{ "UserEvent: a=b: Secret: c\r\n", NULL },
		{ "", NULL },
		{ "\r\n\r\n", NULL },
	};

	check_rows(false, rows, N_OF(rows));
	check_rows(true, rows, N_OF(rows));
}

static void
test_lines_of_configuration(void **state)
{
	static const struct row rows[] = {
		{ "Line-000000-000003: secret=abc\r\n",
		  "Line-000000-000003: secret=***\r\n" },
		{ "Line-000000-000003: Secret = abc\r\n",
		  "Line-000000-000003: Secret = ***\r\n" },
		{ "line-000000-000003: password=a=b\r\n",
		  "line-000000-000003: password=***\r\n" },
		{ "Line-000001-000000: register=u:p@h\r\n",
		  "Line-000001-000000: register=*****\r\n" },
		{ "Line-000001-000000: vmsecret=1\r\nLine-000001-000001: dbpass=2\r\n",
		  "Line-000001-000000: vmsecret=*\r\nLine-000001-000001: "
		  "dbpass=*\r\n" },
		{ "Line-000001-000000: remotesecret=1\r\n",
		  "Line-000001-000000: remotesecret=*\r\n" },
		{ "Line-000000-000003: secretary=abc\r\n", NULL },
		{ "Line-000000-000003: read=secret=abc\r\n", NULL },
		{ "Output: secret=abc\r\n", NULL },
		{ "Category-000000: secret\r\n", NULL },
	};

	check_rows(false, rows, N_OF(rows));
	check_rows(true, rows, N_OF(rows));
}

static void
test_only_to_the_server(void **state)
{
	static const struct row to_server[] = {
		{ "Key: 0123abc\r\n", "Key: *******\r\n" },
		{ "Value-000000: s3cret\r\n", "Value-000000: ******\r\n" },
		{ "KeyX: a\r\nVar: Key: b\r\n", NULL },
	};
	static const struct row from_server[] = {
		{ "Key: cidname/101\r\nVal: x\r\n", NULL },
		{ "Value-000000: x\r\n", NULL },
	};

	check_rows(true, to_server, N_OF(to_server));
	check_rows(false, from_server, N_OF(from_server));
}

/* A line that is longer than what is looked at is no secret, and the next one is. */
static void
test_the_longest_key_looked_at(void **state)
{
	struct zv_buf bytes = { 0 }, wanted = { 0 };

	for (int i = 0; i < 3 * ZV_REDACT_HEAD; i++) {
		zv_buf_add_char(&bytes, 'k');
		zv_buf_add_char(&wanted, 'k');
	}
	zv_buf_printf(&bytes, ": Secret: x\r\nSecret: x\r\n");
	zv_buf_printf(&wanted, ": Secret: x\r\nSecret: *\r\n");
	for (int to_server = 0; to_server < 2; to_server++)
		check_splits(&redact_codec, &(bool){ to_server }, "long key",
			     zv_buf_str(&bytes), zv_buf_cstr(&wanted), ALL_CUTS);
	zv_buf_deinit(&bytes);
	zv_buf_deinit(&wanted);
}

/* Whatever the stream, only bytes of values change, to '*', and line ends stay. */
static void
test_streams_of_chance(void **state)
{
	static const char *const words[] = {
		"Secret", "Key",   "JSON",   "Line-000000-000001",
		": ",	  ":",	   "=",	     " ",
		"secret", "value", "\r\n",   "\n",
		"\r",	  "\xff",  "Value-", "*",
	};

	chance_begin();
	for (int round = 0; round < 500; round++) {
		bool to_server = chance_below(2);
		struct zv_buf stream = { 0 }, hidden = { 0 };
		size_t n = chance_below(40);

		for (size_t i = 0; i < n; i++)
			zv_buf_add(&stream, zvon_str(words[chance_below(N_OF(words))]));
		check_splits(&redact_codec, &to_server, "chance", zv_buf_str(&stream),
			     NULL, ALL_CUTS);
		zv_buf_add(&hidden, zv_buf_str(&stream));
		zvon_redact(&(struct zv_redactor){ .to_server = to_server }, hidden.p,
			    hidden.n);
		for (size_t i = 0; i < stream.n; i++)
			assert_true(hidden.p[i] == stream.p[i] ||
				    (hidden.p[i] == '*' && stream.p[i] != '\n' &&
				     stream.p[i] != '\r'));
		zv_buf_deinit(&stream);
		zv_buf_deinit(&hidden);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_both_directions),
		cmocka_unit_test(test_lines_of_configuration),
		cmocka_unit_test(test_only_to_the_server),
		cmocka_unit_test(test_the_longest_key_looked_at),
		cmocka_unit_test(test_streams_of_chance),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
