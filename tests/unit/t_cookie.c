#include "ajam/cookie.h"

#include <limits.h>
#include <stdlib.h>

#include "helper.h"

/* The cookie of a head with these lines; *cookie says "before" if it was not touched. */
static int
read_cookie(const char *lines, struct zv_cookie *cookie)
{
	struct zv_buf text = { 0 };
	struct zv_http_head head;
	char *exact;
	int rc;

	zv_buf_printf(&text, "HTTP/1.1 200 OK\r\n%s\r\n\r\n", lines);
	exact = exact_copy(zv_buf_str(&text));
	assert_int_equal(
		zv_http_head_parse(&head, (struct zv_str){ exact, text.n }, NULL), 0);
	*cookie = (struct zv_cookie){ "before", 7 };
	rc = zv_cookie_read(cookie, &head);
	free(exact);
	zv_buf_deinit(&text);
	return rc;
}

struct row {
	const char *lines;
	const char *value;
	int max_age_s;
};

static void
check_rows(const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct zv_cookie cookie;
		int rc = read_cookie(rows[i].lines, &cookie);

		if (rc != 1 || strcmp(cookie.value, rows[i].value) != 0 ||
		    cookie.max_age_s != rows[i].max_age_s)
			fail_msg("%s: %d '%s' %d", rows[i].lines, rc, cookie.value,
				 cookie.max_age_s);
	}
}

#define SET "Set-Cookie: "

static void
test_fault_117_forms(void **state)
{
	static const struct row rows[] = {
		/* Asterisk 1.8 to 22 */
		{ SET "mansession_id=\"388db460\"; Version=1; Max-Age=60", "388db460",
		  60 },
		{ SET "mansession_id=388db460; Version=1; Max-Age=60", "388db460", 60 },
		{ SET "mansession_id=388db460", "388db460", -1 },
		{ "set-cookie:mansession_id = \"a\" ;max-age = \"15\"", "a", 15 },
		{ SET "MANSESSION_ID=a; MAX-AGE=15", "a", 15 },
		{ SET "mansession_id=a;Path=/;HttpOnly;Secure;SameSite=Lax;Max-Age=9;",
		  "a", 9 },
		{ SET "mansession_id=a; Expires=Wed, 21 Oct 2026 07:28:00 GMT; "
		      "Max-Age=9",
		  "a", 9 },
		{ SET "mansession_id=a; Comment=\"x; Max-Age=5, y\"; Max-Age=9", "a",
		  9 },
		{ SET "mansession_id=a; Max-Age=5; Max-Age=9", "a", 9 },
		{ SET "mansession_id=a; Max-Age=soon", "a", -1 },
		{ SET "mansession_id=a; Max-Age=", "a", -1 },
		{ SET "mansession_id=a; Max-Age", "a", -1 },
		{ SET "mansession_id=a; Max-Age=99999999999999999999", "a", INT_MAX },
		{ SET "mansession_id=a=b", "a=b", -1 },
		{ SET "mansession_id=a; Path=/elsewhere; Max-Age=3", "a", 3 },
	};

	check_rows(rows, N_OF(rows));
}

static void
test_fault_117_several(void **state)
{
	static const struct row rows[] = {
		{ SET "a=b\r\n" SET "mansession_id=x; Max-Age=5\r\n" SET "c=d", "x",
		  5 },
		{ SET "mansession_id=x; Max-Age=5\r\n" SET "mansession_id=y", "y", -1 },
		{ SET "mansession_id=x; Max-Age=5\r\n" SET "mansession_id=b d", "x",
		  5 },
		{ SET "mansession_id=x; Path=/a\r\n" SET "mansession_id=y; Path=/b",
		  "y", -1 },
		/* another cookie's attributes are its own */
		{ SET "mansession_id=x\r\n" SET "a=b; Max-Age=5", "x", -1 },
		{ SET "mansession_id=x\r\n" SET "a; Max-Age=5", "x", -1 },
		/* two in one field, as RFC 2109 allows */
		{ SET "a=\"1,2\"; Version=1, mansession_id=\"x\"; Max-Age=5", "x", 5 },
		{ SET "mansession_id=x; Max-Age=5, b=c; Max-Age=7", "x", 5 },
		{ SET "mansession_id=x, mansession_id=y", "y", -1 },
	};

	check_rows(rows, N_OF(rows));
}

static void
test_fault_117_forgotten(void **state)
{
	static const struct row rows[] = {
		{ SET "mansession_id=\"x\"; Version=1; Max-Age=0", "", 0 },
		{ SET "mansession_id=x; Max-Age=-1", "", 0 },
		{ SET "mansession_id=x; Max-Age=-99999999999999999999", "", 0 },
		{ SET "mansession_id=x\r\n" SET "mansession_id=x; Max-Age=0", "", 0 },
		{ SET "mansession_id=x; Max-Age=0\r\n" SET "mansession_id=y", "y", -1 },
		{ SET "mansession_id=", "", -1 },
		{ SET "mansession_id=\"\"; Max-Age=60", "", 60 },
	};

	check_rows(rows, N_OF(rows));
}

static void
check_untouched(const char *lines, int wanted)
{
	struct zv_cookie cookie;
	int rc = read_cookie(lines, &cookie);

	if (rc != wanted || strcmp(cookie.value, "before") != 0 ||
	    cookie.max_age_s != 7)
		fail_msg("%s: %d '%s'", lines, rc, cookie.value);
}

static void
test_none(void **state)
{
	static const char *const none[] = {
		"Server: Asterisk",
		SET,
		SET ";,;",
		SET "mansession_id",
		SET "=x",
		SET "a=b; mansession_id=x",
		SET "xmansession_id=x",
		SET "mansession_id2=x",
		SET "a=\"b, mansession_id=x\"",
		"Cookie: mansession_id=x",
		"X-Set-Cookie: mansession_id=x",
	};
	static const char *const unusable[] = {
		SET "mansession_id=a b",
		SET "mansession_id=a\tb",
		SET "mansession_id=\"a",
		SET "mansession_id=a\"b\"",
		SET "mansession_id=\"a;b\"",
		SET "mansession_id=a\\b",
		SET "mansession_id=\xd0\x96; Max-Age=0",
	};

	for (size_t i = 0; i < N_OF(none); i++)
		check_untouched(none[i], 0);
	for (size_t i = 0; i < N_OF(unusable); i++)
		check_untouched(unusable[i], ZV_EPROTO);
}

static void
test_longest(void **state)
{
	static const char start[] = SET "mansession_id=";
	char line[sizeof start + ZV_COOKIE_MAX + 1];
	struct zv_cookie cookie;

	memset(line, 'x', sizeof line);
	memcpy(line, start, sizeof start - 1);
	line[sizeof line - 1] = '\0';
	check_untouched(line, ZV_EPROTO);
	line[sizeof line - 2] = '\0';
	assert_int_equal(read_cookie(line, &cookie), 1);
	assert_int_equal(strlen(cookie.value), ZV_COOKIE_MAX);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fault_117_forms),
		cmocka_unit_test(test_fault_117_several),
		cmocka_unit_test(test_fault_117_forgotten),
		cmocka_unit_test(test_none),
		cmocka_unit_test(test_longest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
