#include "audio/gsm.h"

#include <gsm/gsm.h>
#include <string.h>

static void
decode_frame(gsm decoder, const unsigned char *frame, int16_t *out)
{
	if (gsm_decode(decoder, (gsm_byte *)frame, out) < 0)
		memset(out, 0, ZV_GSM_SAMPLES * sizeof *out);
}

/* The second frame of a pair begins in the middle of a byte: libgsm keeps it. */
static void
decode_pair(gsm decoder, const unsigned char *pair, int16_t *out)
{
	decode_frame(decoder, pair, out);
	decode_frame(decoder, pair + ZV_GSM_FRAME, out + ZV_GSM_SAMPLES);
}

int
zv_gsm_decode(const unsigned char *frames, size_t n, size_t skip, bool pairs,
	      int16_t *out)
{
	const size_t bytes = pairs ? ZV_GSM_PAIR : ZV_GSM_FRAME;
	const size_t samples = pairs ? ZV_GSM_PAIR_SAMPLES : ZV_GSM_SAMPLES;
	int16_t unheard[ZV_GSM_PAIR_SAMPLES];
	gsm decoder = gsm_create();
	int wav49 = 1;

	if (!decoder)
		return ZV_ENOMEM;
	if (pairs)
		gsm_option(decoder, GSM_OPT_WAV49, &wav49);
	for (size_t i = 0; i < n; i++) {
		int16_t *to = i < skip ? unheard : out + (i - skip) * samples;

		(pairs ? decode_pair : decode_frame)(decoder, frames + i * bytes, to);
	}
	gsm_destroy(decoder);
	return 0;
}
