#include "office/chance.h"

#include <stdio.h>

/* SplitMix64 (Steele, Lea, Flood, 2014): one word of state, any seed is good. */
uint64_t
zv_chance_bits(struct zv_chance *c)
{
	uint64_t z = c->state += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

int
zv_chance_between(struct zv_chance *c, int least, int most)
{
	uint64_t width = (uint64_t)((int64_t)most - least + 1);

	return (int)(least + (int64_t)((zv_chance_bits(c) >> 16) % width));
}

bool
zv_chance_percent(struct zv_chance *c, int percent)
{
	return zv_chance_between(c, 1, 100) <= percent;
}

void
zv_chance_uuid(struct zv_chance *c, char out[ZV_UUID_TEXT])
{
	uint64_t a = zv_chance_bits(c), b = zv_chance_bits(c);

	snprintf(out, ZV_UUID_TEXT, "%08x-%04x-4%03x-%04x-%012llx", (unsigned)(a >> 32),
		 (unsigned)(a >> 16) & 0xffff, (unsigned)a & 0xfff,
		 (unsigned)(b >> 48 & 0x3fff) | 0x8000,
		 (unsigned long long)(b & 0xffffffffffffu));
}
