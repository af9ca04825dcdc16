/* URLs of a server: ami, amis, http, https. */
#include <stdio.h>
#include <stdlib.h>

#include "client/url.h"
#include "heap.h"
#include "helper.h"

static void
check_part(const char *got, const char *wanted)
{
	if (!wanted)
		assert_null(got);
	else
		assert_string_equal(got, wanted);
}

/* ---- user, secret, host, port -------------------------------------------------------- */

static void
test_good_urls(void **state)
{
	static const struct {
		const char *url;
		bool tls;
		const char *user, *secret, *host;
		int port;
	} rows[] = {
		{ "ami://ops@pbx", false, "ops", NULL, "pbx", 5038 },
		{ "amis://ops@pbx", true, "ops", NULL, "pbx", 5039 },
		{ "AMI://ops@pbx:15038", false, "ops", NULL, "pbx", 15038 },
		{ "ami://ops@10.0.0.5:1", false, "ops", NULL, "10.0.0.5", 1 },
		{ "ami://ops@pbx:65535/", false, "ops", NULL, "pbx", 65535 },
		{ "ami://pbx", false, NULL, NULL, "pbx", 5038 },
		{ "ami://ops@[::1]", false, "ops", NULL, "::1", 5038 },
		{ "amis://ops@[fe80::1%eth0]:5040", true, "ops", NULL, "fe80::1%eth0",
		  5040 },
		{ "ami://ops:s@pbx", false, "ops", "s", "pbx", 5038 },
		{ "ami://ops:@pbx", false, "ops", "", "pbx", 5038 },
		{ "ami://ops:a@b/c:d@pbx", false, "ops", "a@b/c:d", "pbx", 5038 },
		{ "ami://ops:a%40b%2fc%3Ad@pbx", false, "ops", "a@b/c:d", "pbx", 5038 },
		{ "ami://ops:100%@pbx", false, "ops", "100%", "pbx", 5038 },
		{ "ami://ops:%zz%4@pbx", false, "ops", "%zz%4", "pbx", 5038 },
		{ "ami://o%00ps:a%00b@pbx", false, "o%00ps", "a%00b", "pbx", 5038 },
		{ "ami://a%3ab@pbx", false, "a:b", NULL, "pbx", 5038 },
		{ "ami://оператор:пароль@атс.рф", false, "оператор", "пароль", "атс.рф",
		  5038 },
		{ "ami://%D0%BE@pbx", false, "о", NULL, "pbx", 5038 },
		{ "ami://ops@my_pbx-1.example.org", false, "ops", NULL,
		  "my_pbx-1.example.org", 5038 },
	};

	for (size_t i = 0; i < N_OF(rows); i++) {
		struct zv_error err = { 0 };
		struct zv_url url;

		if (zv_url_parse(&url, zvon_str(rows[i].url), &err) < 0)
			fail_msg("%s: %s", rows[i].url, err.text);
		assert_int_equal(url.tls, rows[i].tls);
		assert_int_equal(url.port, rows[i].port);
		check_part(url.user, rows[i].user);
		check_part(url.secret, rows[i].secret);
		check_part(url.host, rows[i].host);
		zv_url_deinit(&url);
	}
}

/* The sentence says what is wrong, and never what may be a secret. */
static void
check_refused(const char *text, const char *words)
{
	struct zv_error err = { 0 };
	struct zv_url url;

	if (zv_url_parse(&url, zvon_str(text), &err) == 0)
		fail_msg("'%s' was taken", text);
	assert_int_equal(err.code, ZV_EINVAL);
	if (!strstr(err.text, words))
		fail_msg("'%s': %s", text, err.text);
	assert_null(strstr(err.text, "hidden"));
	zv_url_deinit(&url);
}

static void
test_bad_urls(void **state)
{
	static const char shape[] = "write ami://user@host:5038, amis://";
	static const char port[] = "the port must be";
	static const char host[] = "is no name and no address";
	static const struct {
		const char *url;
		const char *words;
	} rows[] = {
		{ "", shape },
		{ "pbx", shape },
		{ "ops@pbx", shape },
		{ "ami:ops@pbx", shape },
		{ "ftp://ops@pbx", shape },
		{ "http:/ops@pbx", shape },
		{ "amix://ops@pbx", shape },
		{ "ami://", host },
		{ "ami://ops@", host },
		{ "ami://ops@/", host },
		{ "ami://ops@:5038", host },
		{ "ami://ops@pb x", "host 'pb x' is no name" },
		{ "ami://ops@pbx/path", "host 'pbx/path' is no name" },
		{ "ami://ops@pbx?x", host },
		{ "ami://ops@[::1", host },
		{ "ami://ops@[::1]5038", host },
		{ "ami://ops@[]", host },
		{ "ami://ops@::1", host },
		{ "ami://ops@pbx:", port },
		{ "ami://ops@pbx:0", port },
		{ "ami://ops@pbx:65536", port },
		{ "ami://ops@pbx:-1", port },
		{ "ami://ops@pbx:ami", port },
		{ "ami://ops@pbx:99999999999999999999", port },
		{ "ami://ops:hidden@", "what follows the last '@'" },
		{ "ami://ops:hidden@pb x", "what follows the last '@'" },
		{ "ami://ops:hid@hidden!", "what follows the last '@'" },
		{ "ami://ops:hidden", port },
		{ "ops:hidden@pbx", shape },
		{ "ami://ops:hidden@pbx:hidden", port },
	};

	for (size_t i = 0; i < N_OF(rows); i++)
		check_refused(rows[i].url, rows[i].words);
}

static void
test_host_of_any_length(void **state)
{
	char url[600] = "ami://ops@";
	struct zv_error err = { 0 };
	struct zv_url parsed;
	size_t n = strlen(url);

	memset(url + n, 'a', 255);
	assert_int_equal(zv_url_parse(&parsed, zvon_str(url), &err), 0);
	zv_url_deinit(&parsed);
	memset(url + n, 'a', 256);
	assert_int_equal(zv_url_parse(&parsed, zvon_str(url), &err), ZV_EINVAL);
}

/* ---- AJAM ---------------------------------------------------------------------------- */

static void
test_good_ajam_urls(void **state)
{
	static const struct {
		const char *url, *path;
		enum zv_ajam_encoding encoding;
		bool digest, tls;
		int port;
	} rows[] = {
		{ "http://u@h", "/asterisk/rawman", ZV_AJAM_RAWMAN, false, false,
		  8088 },
		{ "http://u@h/", "/asterisk/rawman", ZV_AJAM_RAWMAN, false, false,
		  8088 },
		{ "https://u@h", "/asterisk/rawman", ZV_AJAM_RAWMAN, false, true,
		  8089 },
		{ "HTTPS://u@h:443/", "/asterisk/rawman", ZV_AJAM_RAWMAN, false, true,
		  443 },
		{ "http://u@h/asterisk/rawman", "/asterisk/rawman", ZV_AJAM_RAWMAN,
		  false, false, 8088 },
		{ "http://u@h/asterisk/mxml", "/asterisk/mxml", ZV_AJAM_MXML, false,
		  false, 8088 },
		{ "http://u@h/asterisk/manager", "/asterisk/manager", ZV_AJAM_MANAGER,
		  false, false, 8088 },
		{ "http://u@h/asterisk/arawman", "/asterisk/arawman", ZV_AJAM_RAWMAN,
		  true, false, 8088 },
		{ "http://u@h/asterisk/amxml", "/asterisk/amxml", ZV_AJAM_MXML, true,
		  false, 8088 },
		{ "http://u@h/asterisk/amanager", "/asterisk/amanager", ZV_AJAM_MANAGER,
		  true, false, 8088 },
		/* the prefix of http.conf: none, another, several parts; case counts for
		 * nobody */
		{ "http://u@h/rawman", "/rawman", ZV_AJAM_RAWMAN, false, false, 8088 },
		{ "http://u@h/pbx/rawman", "/pbx/rawman", ZV_AJAM_RAWMAN, false, false,
		  8088 },
		{ "https://u@h:8/a/b-c/d_e.f~%20/amxml", "/a/b-c/d_e.f~%20/amxml",
		  ZV_AJAM_MXML, true, true, 8 },
		{ "http://u@h/RawMan", "/RawMan", ZV_AJAM_RAWMAN, false, false, 8088 },
		{ "http://h/rawman", "/rawman", ZV_AJAM_RAWMAN, false, false, 8088 },
		{ "http://u@[::1]:8088/mxml", "/mxml", ZV_AJAM_MXML, false, false,
		  8088 },
		{ "http://u@[::1]", "/asterisk/rawman", ZV_AJAM_RAWMAN, false, false,
		  8088 },
	};

	for (size_t i = 0; i < N_OF(rows); i++) {
		struct zv_error err = { 0 };
		struct zv_url url;

		if (zv_url_parse(&url, zvon_str(rows[i].url), &err) < 0)
			fail_msg("%s: %s", rows[i].url, err.text);
		assert_int_equal(url.protocol, ZV_URL_AJAM);
		assert_string_equal(url.path, rows[i].path);
		assert_int_equal(url.encoding, rows[i].encoding);
		assert_int_equal(url.digest, rows[i].digest);
		assert_int_equal(url.tls, rows[i].tls);
		assert_int_equal(url.port, rows[i].port);
		zv_url_deinit(&url);
	}
}

/* A secret may hold what else ends it. */
static void
test_secrets_in_ajam_urls(void **state)
{
	static const struct {
		const char *url, *secret, *host;
	} rows[] = {
		{ "http://ops:a@b/c:d@pbx/rawman", "a@b/c:d", "pbx" },
		{ "http://ops:a%40b%2fc@pbx:80/mxml", "a@b/c", "pbx" },
		{ "http://ops:/rawman@pbx", "/rawman", "pbx" },
		{ "http://ops:s@[2001:db8::5]:8088/pbx/rawman", "s", "2001:db8::5" },
		{ "https://ops:?#@pbx/rawman", "?#", "pbx" },
		{ "http://ops:@pbx/rawman", "", "pbx" },
		{ "http://ops@pbx/rawman", NULL, "pbx" },
	};

	for (size_t i = 0; i < N_OF(rows); i++) {
		struct zv_url url;

		assert_int_equal(zv_url_parse(&url, zvon_str(rows[i].url), NULL), 0);
		assert_string_equal(url.user, "ops");
		check_part(url.secret, rows[i].secret);
		assert_string_equal(url.host, rows[i].host);
		zv_url_deinit(&url);
	}
}

static void
test_bad_ajam_urls(void **state)
{
	static const char end[] = "the path must end with rawman, mxml, manager, "
				  "arawman, amxml or amanager";
	static const char path[] = "no path of AJAM";
	static const char host[] = "is no name and no address";
	static const struct {
		const char *url, *words;
	} rows[] = {
		{ "http://u@h/asterisk", end },
		{ "http://u@h/asterisk/", end },
		{ "http://u@h/asterisk/rawman/", end },
		{ "http://u@h/rawman/x", end },
		{ "http://u@h/xrawman", end },
		{ "http://u@h//rawman", path },
		{ "http://u@h/a//rawman", path },
		{ "http://u@h/rawman?action=ping", path },
		{ "http://u@h/rawman#x", path },
		{ "http://u@h/a b/rawman", path },
		{ "http://u@h/a\r\nb/rawman", path },
		{ "http://u@h/\x80/rawman", path },
		{ "http://u@", host },
		{ "http:///rawman", host },
		{ "http://u@/rawman", host },
		{ "http://u@h:/rawman", "the port must be" },
		{ "http://u@h:0/rawman", "the port must be" },
		{ "http://u@h:8088x/rawman", "the port must be" },
		{ "http://u@[::1/rawman", host },
		{ "http://u:hidden@h/hidden", end },
		{ "http://u:hidden/rawman", "the port must be" },
		{ "http://u:hid@hidden /rawman", "what follows the last '@'" },
	};

	for (size_t i = 0; i < N_OF(rows); i++)
		check_refused(rows[i].url, rows[i].words);
}

static void
test_prefix_of_any_length(void **state)
{
	char prefix[ZV_URL_MAX_PREFIX + 2], text[200];
	struct zv_url url;

	memset(prefix, 'a', sizeof prefix);
	snprintf(text, sizeof text, "http://u@h/%.*s/amanager", ZV_URL_MAX_PREFIX,
		 prefix);
	assert_int_equal(zv_url_parse(&url, zvon_str(text), NULL), 0);
	zv_url_deinit(&url);
	snprintf(text, sizeof text, "http://u@h/%.*s/mxml", ZV_URL_MAX_PREFIX + 1,
		 prefix);
	check_refused(text, "no path of AJAM");
}

/* ---- memory -------------------------------------------------------------------------- */

static int
parse_and_forget(void *text)
{
	struct zv_error err = { 0 };
	struct zv_url url;
	int rc = zv_url_parse(&url, zvon_str(text), &err);

	assert_int_equal(err.code, rc);
	zv_url_deinit(&url);
	return rc;
}

static void
test_out_of_memory(void **state)
{
	check_out_of_memory(parse_and_forget, "http://ops:s3cret@pbx/rawman");
}

static void
test_secret_is_wiped(void **state)
{
	static const char *const texts[] = { "http://ops:s3cret@pbx/rawman",
					     "http://ops:s3cret@pbx/nothing" };
	struct zv_url url;

	heap_watch("s3cret");
	for (size_t i = 0; i < N_OF(texts); i++) {
		zv_url_parse(&url, zvon_str(texts[i]), NULL);
		zv_url_deinit(&url);
	}
	assert_int_equal(heap_found(), 0);
	heap_watch(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good_urls),
		cmocka_unit_test(test_bad_urls),
		cmocka_unit_test(test_host_of_any_length),
		cmocka_unit_test(test_good_ajam_urls),
		cmocka_unit_test(test_secrets_in_ajam_urls),
		cmocka_unit_test(test_bad_ajam_urls),
		cmocka_unit_test(test_prefix_of_any_length),
		cmocka_unit_test(test_out_of_memory),
		cmocka_unit_test(test_secret_is_wiped),
	};

	return cmocka_run_group_tests_name("url", tests, NULL, NULL);
}
