/* recording_file.h - the file of a recording: found beneath the configured roots, opened, read.
 * All of this waits for the disk: for threads only. */
#ifndef ZV_ZVOND_RECORDING_FILE_H
#define ZV_ZVOND_RECORDING_FILE_H

#include "audio/sound.h"
#include "hist/recording.h"

#define ZV_RECORDING_LEAST 44	 /* bytes; what has no more is a WAV's head alone */
#define ZV_RECORDING_TRIES 1000	 /* names that are looked for */
#define ZV_RECORDING_PIECE 80000 /* bytes that are read or decoded at once */
#define ZV_RECORDING_NAME  256

struct zv_recording_file {
	int fd;
	const struct zv_audio_kind *kind;
	struct zv_sound sound;
	bool is_decoded; /* given as WAV, which it is not */
	uint64_t size;	 /* of the file, when it was opened */
	uint64_t length; /* of what is given: as it was then */
	int64_t mtime_ns;
	char etag[64];
	char name[ZV_RECORDING_NAME]; /* for whoever saves it */
};

/* The first of the candidates (hist/recording.h) that is a recording: a regular file beneath
 * a root, reached without a symbolic link, larger than ZV_RECORDING_LEAST; then those that have
 * another suffix by now. 0; ZV_ENOTFOUND; ZV_EIO: one is there, but cannot be read. */
int zv_recording_open(const struct zv_recording_places *places, struct zv_str told,
		      int64_t started_ms, bool decode, struct zv_recording_file *out,
		      struct zv_error *err);
void zv_recording_close(struct zv_recording_file *f); /* closed already is fine */

/* Bytes of what is given, from `at` on: how many, 1…ZV_RECORDING_PIECE and not more than `most`;
 * ZV_EIO: the file is shorter than it was, or cannot be read. */
int zv_recording_read(const struct zv_recording_file *f, uint64_t at, uint64_t most,
		      unsigned char out[ZV_RECORDING_PIECE], struct zv_error *err);

/* The samples of the block in which that byte of them is: how many bytes. */
int zv_recording_samples(const struct zv_recording_file *f, uint64_t pcm_at,
			 struct zv_sound_block *block, int16_t *out,
			 struct zv_error *err);

/* beneath.c: opens what is there for reading: a regular file, or NOT opened at all. -1: errno. */
int zv_open_beneath(const char *root, const char *path);

#endif
