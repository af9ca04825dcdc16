/* wav.h - the head of a WAV file (RIFF, Microsoft's and IBM's paper of 1991; Asterisk's
 * formats/format_wav.c and format_wav_gsm.c). */
#ifndef ZV_AUDIO_WAV_H
#define ZV_AUDIO_WAV_H

#include <stdint.h>

#include "zvon/error.h"
#include "zvon/str.h"

enum zv_wav_format {
	ZV_WAV_PCM = 1,
	ZV_WAV_ALAW = 6,
	ZV_WAV_ULAW = 7,
	ZV_WAV_GSM = 0x31,
	ZV_WAV_EXTENSIBLE = 0xfffe, /* never told: what it stands for is */
};

struct zv_wav {
	unsigned format; /* others than those above, too */
	unsigned channels, rate, bits;
	uint64_t data_at;
	uint32_t
		data_bytes; /* as told: 0 or 0xffffffff in a file that is still written */
};

/* head: the file's first bytes. 0, or ZV_EPROTO. */
int zv_wav_read(struct zv_str head, struct zv_wav *out, struct zv_error *err);

#endif
