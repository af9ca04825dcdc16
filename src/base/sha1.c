#include "base/sha1.h"

#include <stdint.h>

static uint32_t
rotate(uint32_t x, int n)
{
	return x << n | x >> (32 - n);
}

/* FIPS 180-4, 4.1.1 and 4.2.1: one function and one constant for each 20 steps. */
static uint32_t
mix(int step, uint32_t b, uint32_t c, uint32_t d)
{
	if (step < 20)
		return ((b & c) | (~b & d)) + 0x5a827999;
	if (step < 40)
		return (b ^ c ^ d) + 0x6ed9eba1;
	if (step < 60)
		return ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc;
	return (b ^ c ^ d) + 0xca62c1d6;
}

static void
add_block(uint32_t hash[5], const unsigned char *block)
{
	uint32_t w[80], v[5];

	for (int i = 0; i < 16; i++)
		w[i] = (uint32_t)block[4 * i] << 24 | (uint32_t)block[4 * i + 1] << 16 |
		       (uint32_t)block[4 * i + 2] << 8 | (uint32_t)block[4 * i + 3];
	for (int i = 16; i < 80; i++)
		w[i] = rotate(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
	memcpy(v, hash, sizeof v);
	for (int i = 0; i < 80; i++) {
		uint32_t sum = rotate(v[0], 5) + mix(i, v[1], v[2], v[3]) + v[4] + w[i];

		memmove(v + 1, v, 4 * sizeof *v);
		v[2] = rotate(v[2], 30);
		v[0] = sum;
	}
	for (int i = 0; i < 5; i++)
		hash[i] += v[i];
}

void
zv_sha1(struct zv_str bytes, unsigned char out[20])
{
	uint32_t hash[5] = { 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476,
			     0xc3d2e1f0 };
	size_t whole = bytes.n - bytes.n % 64, rest = bytes.n % 64;
	size_t last = rest < 56 ? 64 : 128; /* bytes, with the padding */
	uint64_t bits = (uint64_t)bytes.n * 8;
	unsigned char tail[128] = { 0 };

	for (size_t i = 0; i < whole; i += 64)
		add_block(hash, (const unsigned char *)bytes.p + i);
	if (rest)
		memcpy(tail, bytes.p + whole, rest);
	tail[rest] = 0x80;
	for (int i = 0; i < 8; i++)
		tail[last - 1 - (size_t)i] = (unsigned char)(bits >> (8 * i));
	for (size_t i = 0; i < last; i += 64)
		add_block(hash, tail + i);
	for (int i = 0; i < 20; i++)
		out[i] = (unsigned char)(hash[i / 4] >> (24 - 8 * (i % 4)));
}
