#include "audio/g711.h"

/* Table 2a of G.711: segments whose steps double; all bits are sent inverted, the sign bit
 * set (after that) is a negative sample. 14 bits, shifted to 16. */
int16_t
zv_g711_ulaw(unsigned char code)
{
	unsigned bits = (unsigned char)~code;
	unsigned segment = bits >> 4 & 7, step = bits & 15;
	int value = (int)((((step << 1) + 33) << segment) - 33) * 4;

	return (int16_t)(bits & 0x80 ? -value : value);
}

/* Table 1a: even bits are sent inverted, the sign bit set is a positive sample. 13 bits,
 * shifted to 16. */
int16_t
zv_g711_alaw(unsigned char code)
{
	unsigned bits = code ^ 0x55u;
	unsigned segment = bits >> 4 & 7, step = bits & 15;
	unsigned half = (step << 1) + (segment ? 33 : 1);
	int value = (int)(half << (segment > 1 ? segment - 1 : 0)) * 8;

	return (int16_t)(bits & 0x80 ? value : -value);
}
