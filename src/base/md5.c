#include "base/md5.h"

#include <stdint.h>

#include "base/mem.h"

struct md5 {
	uint32_t state[4];
	uint64_t n; /* bytes so far */
	unsigned char block[64];
};

/* RFC 1321, 3.4: the sine table and the shifts of the four rounds. */
static const uint32_t sines[64] = {
	0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a,
	0xa8304613, 0xfd469501, 0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be,
	0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821, 0xf61e2562, 0xc040b340,
	0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
	0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8,
	0x676f02d9, 0x8d2a4c8a, 0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c,
	0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70, 0x289b7ec6, 0xeaa127fa,
	0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
	0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92,
	0xffeff47d, 0x85845dd1, 0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1,
	0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391,
};

static const unsigned char shifts[4][4] = {
	{ 7, 12, 17, 22 },
	{ 5, 9, 14, 20 },
	{ 4, 11, 16, 23 },
	{ 6, 10, 15, 21 },
};

static uint32_t
mix(int round, uint32_t b, uint32_t c, uint32_t d)
{
	switch (round) {
	case 0:
		return (b & c) | (~b & d);
	case 1:
		return (d & b) | (~d & c);
	case 2:
		return b ^ c ^ d;
	default:
		return c ^ (b | ~d);
	}
}

static unsigned
word_index(int step)
{
	static const unsigned char factor[4] = { 1, 5, 3, 7 };
	static const unsigned char offset[4] = { 0, 1, 5, 0 };

	return (unsigned)(step * factor[step / 16] + offset[step / 16]) % 16;
}

static void
md5_block(struct md5 *m)
{
	uint32_t v[4], word[16];

	memcpy(v, m->state, sizeof v);
	for (int i = 0; i < 16; i++)
		word[i] = (uint32_t)m->block[4 * i] |
			  (uint32_t)m->block[4 * i + 1] << 8 |
			  (uint32_t)m->block[4 * i + 2] << 16 |
			  (uint32_t)m->block[4 * i + 3] << 24;
	for (int i = 0; i < 64; i++) {
		uint32_t sum = v[0] + mix(i / 16, v[1], v[2], v[3]) + sines[i] +
			       word[word_index(i)];
		int shift = shifts[i / 16][i % 4];

		v[0] = v[3];
		v[3] = v[2];
		v[2] = v[1];
		v[1] += sum << shift | sum >> (32 - shift);
	}
	for (int i = 0; i < 4; i++)
		m->state[i] += v[i];
}

static void
md5_add(struct md5 *m, const void *bytes, size_t n)
{
	const unsigned char *p = bytes;

	while (n--) {
		m->block[m->n++ % 64] = *p++;
		if (m->n % 64 == 0)
			md5_block(m);
	}
}

static void
md5_pad(struct md5 *m)
{
	uint64_t bits = m->n * 8;
	unsigned char length[8];

	for (int i = 0; i < 8; i++)
		length[i] = (unsigned char)(bits >> (8 * i));
	md5_add(m, "\x80", 1);
	while (m->n % 64 != 56)
		md5_add(m, "", 1);
	md5_add(m, length, sizeof length);
}

void
zv_md5_hex(const struct zv_str *parts, size_t n_parts, char out[ZV_MD5_HEX + 1])
{
	struct md5 m = { { 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476 }, 0, { 0 } };

	for (size_t i = 0; i < n_parts; i++)
		md5_add(&m, parts[i].p, parts[i].n);
	md5_pad(&m);
	for (int i = 0; i < 16; i++) {
		unsigned byte = m.state[i / 4] >> (8 * (i % 4)) & 0xff;

		out[2 * i] = "0123456789abcdef"[byte >> 4];
		out[2 * i + 1] = "0123456789abcdef"[byte & 15];
	}
	out[ZV_MD5_HEX] = '\0';
	zv_wipe(&m, sizeof m);
}
