#include "db/url.h"

#include "helper.h"

static const struct {
	const char *url, *scheme, *user, *secret, *host;
	int port;
	const char *path, *shown;
} rows[] = {
	{ "sqlite:/var/x.db", "sqlite", "", "", "", 0, "/var/x.db",
	  "sqlite:/var/x.db" },
	{ "/var/x.db", "sqlite", "", "", "", 0, "/var/x.db", "/var/x.db" },
	{ "calls.sqlite", "sqlite", "", "", "", 0, "calls.sqlite", "calls.sqlite" },
	{ "sqlite:///var/x.db", "sqlite", "", "", "", 0, "/var/x.db",
	  "sqlite:///var/x.db" },
	{ "csv:/a%20b.csv", "csv", "", "", "", 0, "/a b.csv", "csv:/a%20b.csv" },
	{ "mysql://u@h:3306/d", "mysql", "u", "", "h", 3306, "d",
	  "mysql://u@h:3306/d" },
	{ "mysql://u:s%40x@h/d?tls=verify", "mysql", "u", "s@x", "h", 0, "d",
	  "mysql://u@h/d?tls=verify" },
	{ "mysql://u:a@b@h/d", "mysql", "u", "a@b", "h", 0, "d", "mysql://u@h/d" },
	{ "mysql://u:@h/d", "mysql", "u", "", "h", 0, "d", "mysql://u@h/d" },
	{ "mysql://h/d", "mysql", "", "", "h", 0, "d", "mysql://h/d" },
	{ "mysql://u@/d", "mysql", "u", "", "", 0, "d", "mysql://u@/d" },
	{ "postgresql://u:s@[::1]:5433/d", "postgresql", "u", "s", "::1", 5433, "d",
	  "postgresql://u@[::1]:5433/d" },
	{ "postgresql://u:s@h", "postgresql", "u", "s", "h", 0, "",
	  "postgresql://u@h" },
};

static void
test_urls(void **state)
{
	for (size_t i = 0; i < N_OF(rows); i++) {
		struct zv_db_url *u = zv_db_url_parse(zvon_str(rows[i].url), NULL);

		assert_non_null(u);
		assert_string_equal(u->scheme, rows[i].scheme);
		assert_string_equal(u->user, rows[i].user);
		assert_string_equal(u->secret, rows[i].secret);
		assert_string_equal(u->host, rows[i].host);
		assert_int_equal(u->port, rows[i].port);
		assert_string_equal(u->path, rows[i].path);
		assert_string_equal(u->shown, rows[i].shown);
		zv_db_url_free(u);
	}
}

static void
test_words(void **state)
{
	static const char *const known[] = { "socket", "tls", NULL };
	static const char *const fewer[] = { "socket", NULL };
	struct zv_db_url *u = zv_db_url_parse(
		ZV_STR("mysql://u@/d?socket=/run/my%20s&tls=required"), NULL);

	assert_string_equal(zv_db_url_word(u, "socket"), "/run/my s");
	assert_null(zv_db_url_word(u, "ca"));
	assert_int_equal(zv_db_url_check(u, known, NULL), 0);
	assert_int_equal(zv_db_url_check(u, fewer, NULL), ZV_EINVAL);
	zv_db_url_free(u);
}

static void
test_limits(void **state)
{
	char url[ZV_DB_URL_MAX + 2] = "sqlite:/";
	char words[] = "csv:/x?a=1&b=2&c=3&d=4&e=5&f=6&g=7&h=8&i=9";

	memset(url + 8, 'x', sizeof url - 9);
	url[ZV_DB_URL_MAX] = '\0';
	zv_db_url_free(zv_db_url_parse(zvon_str(url), NULL));
	assert_non_null(strchr(url, 'x'));
	url[ZV_DB_URL_MAX] = 'x';
	assert_null(zv_db_url_parse((struct zv_str){ url, ZV_DB_URL_MAX + 1 }, NULL));
	assert_null(zv_db_url_parse(zvon_str(words), NULL));
	words[sizeof words - 5] = '\0';
	zv_db_url_free(zv_db_url_parse(zvon_str(words), NULL));
}

static void
test_no_secret_in_errors(void **state)
{
	static const char *const wrong[] = { "mysql//u:s3cret@h/d",
					     "mysql://u:s3cret%zz@h/d",
					     "mysql://u:s3cret@h:port/d" };

	for (size_t i = 0; i < N_OF(wrong); i++) {
		struct zv_error err = { 0 };

		assert_null(zv_db_url_parse(zvon_str(wrong[i]), &err));
		assert_int_equal(err.code, ZV_EINVAL);
		assert_null(strstr(err.text, "s3cret"));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_urls),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_no_secret_in_errors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
