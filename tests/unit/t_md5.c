#include "base/md5.h"

#include "helper.h"

/* RFC 1321, A.5 */
static void
test_vectors_of_the_rfc(void **state)
{
	static const char *const rows[][2] = {
		{ "", "d41d8cd98f00b204e9800998ecf8427e" },
		{ "a", "0cc175b9c0f1b6a831c399e269772661" },
		{ "abc", "900150983cd24fb0d6963f7d28e17f72" },
		{ "message digest", "f96b697d7cb7938d525a2f31aaf161d0" },
		{ "abcdefghijklmnopqrstuvwxyz", "c3fcd3d76192e4007dfb496cca67e13b" },
		{ "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
		  "d174ab98d277d9f5a5611c2c9f419d9f" },
		{ "12345678901234567890123456789012345678901234567890123456789012345678"
		  "901234567890",
		  "57edf4a22be3c955ac49da2e2107b67a" },
	};

	for (size_t i = 0; i < N_OF(rows); i++) {
		struct zv_str text = zvon_str(rows[i][0]);
		char hex[ZV_MD5_HEX + 1];

		zv_md5_hex(&text, 1, hex);
		assert_string_equal(hex, rows[i][1]);
		/* in two parts, cut anywhere, with an empty one between them */
		for (size_t cut = 0; cut <= text.n; cut++) {
			struct zv_str parts[] = { { text.p, cut },
						  { NULL, 0 },
						  { text.p + cut, text.n - cut } };

			zv_md5_hex(parts, 3, hex);
			assert_string_equal(hex, rows[i][1]);
		}
	}
}

/* Around the block of 64 bytes the padding changes; md5sum of that many 'x'. */
static void
test_lengths_around_a_block(void **state)
{
	static const struct {
		size_t n;
		const char *hex;
	} rows[] = {
		{ 55, "04364420e25c512fd958a70738aa8f72" },
		{ 56, "668a72d5ba17f08e62dabcafad6db14b" },
		{ 57, "693037871c4a9d3d8685018905cb530a" },
		{ 63, "7dc2ca208106a2f703567bdff99d8981" },
		{ 64, "c1bb4f81d892b2d57947682aeb252456" },
		{ 65, "1bc932052302d074bdec39795fe00cf6" },
		{ 119, "ab347a5f68c8a443cfcddc633f12c24f" },
		{ 120, "fb98667f98096de92620b64f46e1c5b5" },
		{ 127, "a0b28c1da68705c2ff883fe279b72753" },
		{ 128, "d69cb61a6ee87200676eb0d4b90edbcb" },
		{ 129, "3926841d393c00c3f36260e5ace10dc1" },
		{ 200, "30a83621ce5422fbdfdd539777458c78" },
	};
	char text[200];

	memset(text, 'x', sizeof text);
	for (size_t i = 0; i < N_OF(rows); i++) {
		struct zv_str part = { text, rows[i].n };
		char hex[ZV_MD5_HEX + 1];

		zv_md5_hex(&part, 1, hex);
		assert_string_equal(hex, rows[i].hex);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors_of_the_rfc),
		cmocka_unit_test(test_lengths_around_a_block),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
