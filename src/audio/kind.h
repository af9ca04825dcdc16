/* kind.h - what a recording's file name tells of its form. */
#ifndef ZV_AUDIO_KIND_H
#define ZV_AUDIO_KIND_H

#include "zvon/str.h"

enum zv_audio_coding {
	ZV_AUDIO_OTHER, /* given as it is, never decoded: mp3, ogg, g729… */
	ZV_AUDIO_WAV,	/* its head tells: sound.h */
	ZV_AUDIO_PCM8,	/* unsigned; in WAV only */
	ZV_AUDIO_PCM16, /* little endian */
	ZV_AUDIO_ULAW,
	ZV_AUDIO_ALAW,
	ZV_AUDIO_GSM,	/* frames of 33 bytes */
	ZV_AUDIO_WAV49, /* pairs of frames in 65 bytes; in WAV only */
	ZV_AUDIO_CODINGS,
};

struct zv_audio_kind {
	const char *suffix; /* "gsm" */
	const char *type;   /* media type of the file as it is */
	enum zv_audio_coding coding;
	int rate; /* samples a second; 0: the file tells, or nobody */
};

/* In the order in which they are looked for when a file has another suffix than was told. */
extern const struct zv_audio_kind zv_audio_kinds[];
extern const size_t zv_n_audio_kinds;

/* By the suffix, as it is written (.wav and .WAV are two to Asterisk, but the same to us);
 * NULL: no recording is named so. */
const struct zv_audio_kind *zv_audio_kind_of(struct zv_str file);

/* Where the suffix begins, with its dot; file.n: it has none. */
size_t zv_audio_suffix_at(struct zv_str file);

#endif
