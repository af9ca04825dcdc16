#include "base/base64.h"

#include <stdlib.h>

#include "helper.h"

static void
check_encoded(struct zv_str bytes, const char *wanted, bool url)
{
	struct zv_buf out = { 0 };

	zv_buf_add_char(&out, '>');
	assert_int_equal(zv_base64_encode(&out, bytes, url), 0);
	check_text("encoded", zv_str_from(zv_buf_str(&out), 1), zvon_str(wanted));
	zv_buf_deinit(&out);
}

static void
check_decoded(const char *text, struct zv_str wanted, bool url)
{
	char *copy = exact_copy(zvon_str(text));
	struct zv_buf out = { 0 };

	zv_buf_add_char(&out, '>');
	assert_int_equal(
		zv_base64_decode(&out, (struct zv_str){ copy, strlen(text) }, url), 0);
	check_text(text, zv_str_from(zv_buf_str(&out), 1), wanted);
	free(copy);
	zv_buf_deinit(&out);
}

/* RFC 4648, 10; bytes that need the last two of the alphabet; RFC 6455, 1.3. */
static void
test_both_ways(void **state)
{
	static const struct {
		struct zv_str bytes;
		const char *plain, *url;
	} rows[] = {
		{ VIEW(""), "", "" },
		{ VIEW("f"), "Zg==", "Zg" },
		{ VIEW("fo"), "Zm8=", "Zm8" },
		{ VIEW("foo"), "Zm9v", "Zm9v" },
		{ VIEW("foob"), "Zm9vYg==", "Zm9vYg" },
		{ VIEW("fooba"), "Zm9vYmE=", "Zm9vYmE" },
		{ VIEW("foobar"), "Zm9vYmFy", "Zm9vYmFy" },
		{ VIEW("\xfb\xff\xbf"), "+/+/", "-_-_" },
		{ VIEW("\0\0\0"), "AAAA", "AAAA" },
		{ VIEW("\0"), "AA==", "AA" },
		{ VIEW("\xff"), "/w==", "_w" },
		{ VIEW("the sample nonce"),
		  "dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25jZQ" },
	};

	for (size_t i = 0; i < N_OF(rows); i++) {
		check_encoded(rows[i].bytes, rows[i].plain, false);
		check_encoded(rows[i].bytes, rows[i].url, true);
		check_decoded(rows[i].plain, rows[i].bytes, false);
		check_decoded(rows[i].url, rows[i].bytes, true);
	}
}

static void
test_refused(void **state)
{
	static const struct {
		const char *text;
		bool url;
	} rows[] = {
		{ "Zg", false },   { "Zg=", false },	  { "Zg===", false },
		{ "Z", true },	   { "Zg==", true },	  { "Zh==", false },
		{ "Zm9=", false }, { "Zh", true },	  { "Zm9", true },
		{ "====", false }, { "A===", false },	  { "=AAA", false },
		{ "AA=A", false }, { "Zg==Zg==", false }, { "Zm9v\n", false },
		{ " Zm9", false }, { "Zm 9", false },	  { "+/+/", true },
		{ "-_-_", false }, { "Zm9\xff", false },  { "Zm9vA", true },
	};

	for (size_t i = 0; i < N_OF(rows); i++) {
		struct zv_buf out = { 0 };

		zv_buf_add_char(&out, '>');
		if (zv_base64_decode(&out, zvon_str(rows[i].text), rows[i].url) !=
			    ZV_EINVAL ||
		    out.n != 1)
			fail_msg("%s was taken", rows[i].text);
		zv_buf_deinit(&out);
	}
}

/* Any bytes come back; any text that decodes is the one text of its bytes. */
static void
test_round_trips(void **state)
{
	for (int i = 0; i < 20000; i++) {
		bool url = chance() & 1;
		struct zv_buf text = { 0 }, back = { 0 };
		char bytes[40];
		struct zv_str in = { bytes, chance_below(sizeof bytes + 1) };

		for (size_t k = 0; k < in.n; k++)
			bytes[k] = (char)chance();
		assert_int_equal(zv_base64_encode(&text, in, url), 0);
		assert_int_equal(zv_base64_decode(&back, zv_buf_str(&text), url), 0);
		check_text("back", zv_buf_str(&back), in);
		if (text.n) { /* one character changed is an error or other bytes */
			size_t at = chance_below(text.n);
			char was = text.p[at];

			text.p[at] = (char)chance();
			zv_buf_clear(&back);
			if (text.p[at] != was &&
			    zv_base64_decode(&back, zv_buf_str(&text), url) == 0)
				assert_false(zvon_str_equal(zv_buf_str(&back), in));
		}
		zv_buf_deinit(&text);
		zv_buf_deinit(&back);
	}
}

static int
scene(void *user)
{
	struct zv_buf text = { 0 }, bytes = { 0 };
	int rc = zv_base64_encode(&text, ZV_STR("some bytes"), false);

	if (rc == 0)
		rc = zv_base64_decode(&bytes, zv_buf_str(&text), false);
	zv_buf_deinit(&text);
	zv_buf_deinit(&bytes);
	return rc;
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
		cmocka_unit_test(test_both_ways),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_round_trips),
		cmocka_unit_test(test_out_of_memory),
	};

	chance_begin();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
