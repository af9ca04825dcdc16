/* URLs of a zvond, as a script gives them. */
#include "heap.h"
#include "helper.h"
#include "onec/daemon_url.h"

static void
check_part(const char *got, const char *wanted)
{
	if (!wanted)
		assert_null(got);
	else
		assert_string_equal(got, wanted);
}

static void
test_good(void **state)
{
	static const struct {
		const char *text;
		bool tls;
		const char *user, *secret, *host;
		int port;
		const char *target, *login, *place;
	} rows[] = {
		{ "ws://pbx", false, NULL, NULL, "pbx", 2013, "/v1/events", "/v1/login",
		  "pbx:2013" },
		{ "WSS://pbx:443/", true, NULL, NULL, "pbx", 443, "/v1/events",
		  "/v1/login", "pbx:443" },
		{ "ws://pbx/v1/events", false, NULL, NULL, "pbx", 2013, "/v1/events",
		  "/v1/login", "pbx:2013" },
		{ "wss://crm.example.org:443/zvon/v1/events", true, NULL, NULL,
		  "crm.example.org", 443, "/zvon/v1/events", "/zvon/v1/login",
		  "crm.example.org:443" },
		{ "ws://ivanov:p%40s/w@d@[::1]:2014", false, "ivanov", "p@s/w@d", "::1",
		  2014, "/v1/events", "/v1/login", "[::1]:2014" },
		{ "ws://иванов:п@пбх", false, "иванов", "п", "пбх", 2013, "/v1/events",
		  "/v1/login", "пбх:2013" },
		{ "ws://:t@pbx", false, "", "t", "pbx", 2013, "/v1/events", "/v1/login",
		  "pbx:2013" },
		{ "ws://a%00b:100%@pbx", false, "a%00b", "100%", "pbx", 2013,
		  "/v1/events", "/v1/login", "pbx:2013" },
	};

	for (size_t i = 0; i < N_OF(rows); i++) {
		struct zv_error err = { 0 };
		struct zv_daemon_url url;

		assert_true(zv_daemon_url_is_one(zvon_str(rows[i].text)));
		if (zv_daemon_url_parse(&url, zvon_str(rows[i].text), false, &err) < 0)
			fail_msg("%s: %s", rows[i].text, err.text);
		assert_int_equal(url.tls, rows[i].tls);
		assert_int_equal(url.port, rows[i].port);
		check_part(url.user, rows[i].user);
		check_part(url.secret, rows[i].secret);
		check_part(url.host, rows[i].host);
		check_part(url.target, rows[i].target);
		check_part(url.login, rows[i].login);
		check_part(url.place, rows[i].place);
		zv_daemon_url_deinit(&url);
	}
}

static void
test_bad(void **state)
{
	static const struct {
		const char *text, *english, *russian;
	} rows[] = {
		{ "", "write ws://", "нужно ws://" },
		{ "http://pbx", "write ws://", "нужно ws://" },
		{ "ws:/pbx", "write ws://", "нужно ws://" },
		{ "ws://", "a name or an address", "нужны имя" },
		{ "ws://pbx:0", "a port of 1", "порт 1" },
		{ "ws://pbx:65536", "a port of 1", "порт 1" },
		{ "ws://pbx:", "a port of 1", "порт 1" },
		{ "ws://[::1", "a name or an address", "нужны имя" },
		{ "ws://p b x", "a name or an address", "нужны имя" },
		{ "ws://ivanov:hidden@a b", "a name or an address", "нужны имя" },
		{ "ws://pbx/v1/event", "must end with /v1/events", "кончаться" },
		{ "ws://pbx/v1/events?token=hidden", "must end with", "кончаться" },
		{ "ws://pbx/a\r\nX: y/v1/events", "must end with", "кончаться" },
	};

	for (size_t i = 0; i < N_OF(rows); i++)
		for (int russian = 0; russian < 2; russian++) {
			struct zv_error err = { 0 };
			struct zv_daemon_url url;

			assert_int_equal(zv_daemon_url_parse(&url,
							     zvon_str(rows[i].text),
							     russian, &err),
					 ZV_EINVAL);
			if (!strstr(err.text,
				    russian ? rows[i].russian : rows[i].english))
				fail_msg("%s: %s", rows[i].text, err.text);
			assert_null(strstr(err.text, "hidden"));
		}
}

/* At its limit a URL is taken, a byte longer it is not. */
static void
test_length(void **state)
{
	for (size_t n = ZV_DAEMON_URL_MAX; n <= ZV_DAEMON_URL_MAX + 1; n++) {
		char text[ZV_DAEMON_URL_MAX + 2] = "ws://u:";
		struct zv_daemon_url url;

		memset(text + 7, 'x', n - 7);
		memcpy(text + n - 4, "@pbx", 4);
		text[n] = '\0';
		assert_int_equal(zv_daemon_url_parse(&url, zvon_str(text), true, NULL),
				 n > ZV_DAEMON_URL_MAX ? ZV_EINVAL : 0);
		zv_daemon_url_deinit(&url);
	}
}

static int
memory_scene(void *user)
{
	struct zv_daemon_url url;
	int rc = zv_daemon_url_parse(&url, ZV_STR("ws://u:p@pbx:1/a/v1/events"), true,
				     NULL);

	if (rc == 0)
		zv_daemon_url_deinit(&url);
	return rc;
}

static void
test_out_of_memory(void **state)
{
	check_out_of_memory(memory_scene, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_length),
		cmocka_unit_test(test_out_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
