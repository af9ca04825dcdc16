/* sound.h - a recording's samples: where they are in its file, and any part of them as WAV (PCM,
 * 16 bit), without the rest. How long the WAV becomes is known before; each block of it is
 * the same whenever it is made. Bytes in, bytes out. */
#ifndef ZV_AUDIO_SOUND_H
#define ZV_AUDIO_SOUND_H

#include <stdint.h>

#include "audio/kind.h"
#include "zvon/error.h"

#define ZV_SOUND_HEAD_MAX   4096   /* bytes in which a WAV must come to its samples */
#define ZV_SOUND_SOURCE_MAX 16384  /* bytes of the file that one block needs */
#define ZV_SOUND_PCM_MAX    80000  /* bytes that one block becomes */
#define ZV_SOUND_RATE_MAX   192000 /* samples a second */
#define ZV_SOUND_CHANNELS   2	   /* at most */
#define ZV_SOUND_WAV_HEAD   44	   /* bytes before the samples */
#define ZV_SOUND_WAV_MAX                                                               \
 4294967294u /* what a WAV's head can tell; longer: not decoded */

struct zv_sound {
	enum zv_audio_coding coding; /* OTHER: nothing else is known */
	int rate, channels;
	uint64_t at, bytes; /* the samples in the file; whole frames */
	uint64_t pcm_bytes; /* as 16 bit */
	bool is_wav_file; /* the file as it is plays anywhere: PCM WAV, true to its size */
};

/* head: the file's first bytes, ZV_SOUND_HEAD_MAX or all. 0; ZV_EPROTO: a WAV that is none,
 * or cut before its samples; ZV_ETOOBIG: longer than a WAV can be. A coding that we do not
 * decode is OTHER. A WAV whose head tells no length, or too much (it is still written), has
 * what is there. */
int zv_sound_of(const struct zv_audio_kind *kind, struct zv_str head,
		uint64_t file_bytes, struct zv_sound *out, struct zv_error *err);

/* The WAV: head and samples. */
uint64_t zv_sound_wav_bytes(const struct zv_sound *s);
void zv_sound_write_head(const struct zv_sound *s,
			 unsigned char out[ZV_SOUND_WAV_HEAD]);
int64_t zv_sound_ms(const struct zv_sound *s);

struct zv_sound_block {
	uint64_t at;	 /* what must be read for it: of the file */
	size_t n;	 /* … so many bytes, ZV_SOUND_SOURCE_MAX at most */
	uint64_t pcm_at; /* what it becomes: of all samples, in bytes */
	size_t pcm_n;	 /* ZV_SOUND_PCM_MAX at most */
	size_t run_up;	 /* units before it, of which nothing is heard */
};

/* The block in which that byte of the samples is; pcm_at < s->pcm_bytes. */
void zv_sound_block_of(const struct zv_sound *s, uint64_t pcm_at,
		       struct zv_sound_block *out);
/* source: block->n bytes. 0, or ZV_ENOMEM. What is no frame becomes silence. */
int zv_sound_decode(const struct zv_sound *s, const struct zv_sound_block *block,
		    const unsigned char *source, int16_t *out);

#endif
