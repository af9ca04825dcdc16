#include "base/sha1.h"

#include <stdio.h>
#include <stdlib.h>

#include "helper.h"

static void
check(struct zv_str text, const char *wanted)
{
	char *copy = exact_copy(text), hex[41];
	unsigned char digest[20];

	zv_sha1((struct zv_str){ copy, text.n }, digest);
	free(copy);
	for (int i = 0; i < 20; i++)
		snprintf(hex + 2 * i, 3, "%02x", digest[i]);
	assert_string_equal(hex, wanted);
}

/* FIPS 180, examples; RFC 6455, 1.3. */
static void
test_known_texts(void **state)
{
	static const char *const rows[][2] = {
		{ "", "da39a3ee5e6b4b0d3255bfef95601890afd80709" },
		{ "abc", "a9993e364706816aba3e25717850c26c9cd0d89d" },
		{ "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
		  "84983e441c3bd26ebaae4aa1f95129e5e54670f1" },
		{ "dGhlIHNhbXBsZSBub25jZQ==258EAFA5-E914-47DA-95CA-C5AB0DC85B11",
		  "b37a4f2cc0624f1690f64606cf385945b2bec4ea" },
	};

	for (size_t i = 0; i < N_OF(rows); i++)
		check(zvon_str(rows[i][0]), rows[i][1]);
	check((struct zv_str){ NULL, 0 }, rows[0][1]);
}

/* Around the block of 64 bytes the padding changes; sha1sum of that many 'x'. */
static void
test_lengths_around_a_block(void **state)
{
	static const struct {
		size_t n;
		const char *hex;
	} rows[] = {
		{ 1, "11f6ad8ec52a2984abaafd7c3b516503785c2072" },
		{ 55, "cef734ba81a024479e09eb5a75b6ddae62e6abf1" },
		{ 56, "901305367c259952f4e7af8323f480d59f81335b" },
		{ 57, "025ecbd5d70f8fb3c5457cd96bab13fda305dc59" },
		{ 63, "0ddc4e0cccd9a12850deb5abb0853a4425559fec" },
		{ 64, "bb2fa3ee7afb9f54c6dfb5d021f14b1ffe40c163" },
		{ 65, "78c741ddc482e4cdf8c474a0876347a0905b6233" },
		{ 119, "4300320394f7ee239bcdce7d3b8bcee173a0cd5c" },
		{ 120, "ceb2821639c4b6dcb10bce0e522ca2e608ce056d" },
		{ 127, "e463484d274607e1897d4099497cbf2aedcf8206" },
		{ 128, "150fa3fbdc899bd0b8f95a9fb6027f564d953762" },
		{ 129, "2699b675922cc84a9b0dfd926eb7f8211c78693d" },
		{ 200, "94218caae9904e93a3d7bf578bf4791926fc5e82" },
	};
	char text[200];

	memset(text, 'x', sizeof text);
	for (size_t i = 0; i < N_OF(rows); i++)
		check((struct zv_str){ text, rows[i].n }, rows[i].hex);
}

static void
test_a_million(void **state)
{
	char *text = malloc(1000000);

	assert_non_null(text);
	memset(text, 'a', 1000000);
	check((struct zv_str){ text, 1000000 },
	      "34aa973cd4c4daa4f61eeb2bdbad27316534016f");
	free(text);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known_texts),
		cmocka_unit_test(test_lengths_around_a_block),
		cmocka_unit_test(test_a_million),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
