#include "base/hash.h"

#include <stdlib.h>

#include "helper.h"

/* SipHash-1-3 with the key seed, ~seed over the bytes 0, 1, 2 …; made with another
 * implementation, which gives the published vector of SipHash-2-4. */
static void
test_vectors(void **state)
{
	static const struct {
		uint64_t seed;
		size_t n;
		uint64_t hash;
	} rows[] = {
		{ 0x0000000000000000u, 0, 0x6b3c89e238a4996eu },
		{ 0x0000000000000000u, 1, 0x7edf1f1d26a8b928u },
		{ 0x0000000000000000u, 7, 0xabc96ce9dfeb6c00u },
		{ 0x0000000000000000u, 8, 0x0b0a403ee139fee9u },
		{ 0x0000000000000000u, 9, 0xb2621190e8ff9dd2u },
		{ 0x0000000000000000u, 15, 0xea36279f2541550du },
		{ 0x0000000000000000u, 16, 0x26dc0ab79d5da83bu },
		{ 0x0000000000000000u, 63, 0x0ca2e17b66d83bbdu },
		{ 0x0706050403020100u, 0, 0x7a39a0a3602cd672u },
		{ 0x0706050403020100u, 1, 0xe99bbbbd167c4617u },
		{ 0x0706050403020100u, 7, 0xddb8794e0272d354u },
		{ 0x0706050403020100u, 8, 0x9366216f206d91bdu },
		{ 0x0706050403020100u, 9, 0x62b18d7a542bde7fu },
		{ 0x0706050403020100u, 15, 0xd2856ec5a925f6d5u },
		{ 0x0706050403020100u, 16, 0x79c221b3f1dc8b31u },
		{ 0x0706050403020100u, 63, 0x2e1b32269171a21du },
		{ 0xffffffffffffffffu, 0, 0xfc6fcc9f426fa39cu },
		{ 0xffffffffffffffffu, 1, 0x5a1168fdef5da6ecu },
		{ 0xffffffffffffffffu, 7, 0x1aca867ebeadfc29u },
		{ 0xffffffffffffffffu, 8, 0xa78131c11dcd1660u },
		{ 0xffffffffffffffffu, 9, 0x4d90b8d190ec8bd6u },
		{ 0xffffffffffffffffu, 15, 0x8c8708be091b4de4u },
		{ 0xffffffffffffffffu, 16, 0xc13efd861d3eb0cau },
		{ 0xffffffffffffffffu, 63, 0x3a3bf37053564527u },
	};
	char bytes[64];

	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (char)i;
	for (size_t i = 0; i < N_OF(rows); i++) {
		char *exact = exact_copy((struct zv_str){ bytes, rows[i].n });

		assert_true(zv_hash((struct zv_str){ exact, rows[i].n },
				    rows[i].seed) == rows[i].hash);
		free(exact);
	}
}

static void
test_empty_view(void **state)
{
	assert_true(zv_hash((struct zv_str){ NULL, 0 }, 1) == zv_hash(ZV_STR(""), 1));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_empty_view),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
