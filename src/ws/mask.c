#include "ws/mask.h"

#include <stdint.h>
#include <string.h>

/* Eight bytes at a time; the compiler makes more of it where the processor can. */
void
zv_ws_mask(char *to, const char *from, size_t n, const unsigned char mask[4],
	   unsigned at)
{
	unsigned char turned[8];
	uint64_t key;
	size_t i = 0;

	for (unsigned k = 0; k < 8; k++)
		turned[k] = mask[(at + k) % 4];
	memcpy(&key, turned, 8);
	for (; i + 8 <= n; i += 8) {
		uint64_t word;

		memcpy(&word, from + i, 8);
		word ^= key;
		memcpy(to + i, &word, 8);
	}
	for (; i < n; i++)
		to[i] = (char)((unsigned char)from[i] ^ turned[i % 8]);
}
