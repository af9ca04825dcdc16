#include "base/hash.h"

struct sip {
	uint64_t a, b, c, d;
};

static uint64_t
rotate(uint64_t x, int bits)
{
	return x << bits | x >> (64 - bits);
}

static void
sip_round(struct sip *v)
{
	v->a += v->b;
	v->b = rotate(v->b, 13) ^ v->a;
	v->a = rotate(v->a, 32);
	v->c += v->d;
	v->d = rotate(v->d, 16) ^ v->c;
	v->a += v->d;
	v->d = rotate(v->d, 21) ^ v->a;
	v->c += v->b;
	v->b = rotate(v->b, 17) ^ v->c;
	v->c = rotate(v->c, 32);
}

static void
sip_word(struct sip *v, uint64_t word)
{
	v->d ^= word;
	sip_round(v);
	v->a ^= word;
}

static uint64_t
load(const char *p, size_t n)
{
	uint64_t word = 0;

	for (size_t i = 0; i < n; i++)
		word |= (uint64_t)(unsigned char)p[i] << (8 * i);
	return word;
}

uint64_t
zv_hash(struct zv_str s, uint64_t seed)
{
	struct sip v = {
		seed ^ 0x736f6d6570736575u,
		~seed ^ 0x646f72616e646f6du,
		seed ^ 0x6c7967656e657261u,
		~seed ^ 0x7465646279746573u,
	};
	size_t i = 0;

	for (; i + 8 <= s.n; i += 8)
		sip_word(&v, load(s.p + i, 8));
	sip_word(&v, (i < s.n ? load(s.p + i, s.n - i) : 0) | (uint64_t)s.n << 56);
	v.c ^= 0xff;
	for (int round = 0; round < 3; round++)
		sip_round(&v);
	return v.a ^ v.b ^ v.c ^ v.d;
}
