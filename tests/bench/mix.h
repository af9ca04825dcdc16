/* mix.h - many recorded calls at once: each slot plays one scene after another, drawn by
 * weight, and their events come in the order of time, as from a busy server. The same
 * seed gives the same stream. */
#ifndef BENCH_MIX_H
#define BENCH_MIX_H

#include <stdint.h>

#include "scene.h"

struct mix;

struct mix *mix_new(unsigned slots, uint64_t seed);
void mix_free(struct mix *m); /* NULL is fine */

/* "WEIGHT:FILE". 0, or -1 when it cannot be read; see scene_load. */
int mix_add(struct mix *m, const char *weight_and_file, const char *until);

/* The greeting of the first recording, to be sent before anything else; its length. */
size_t mix_banner(const struct mix *m, const char **line);

/* Each slot plays one scene only. */
void mix_once(struct mix *m);

/* From now on no slot begins another scene. */
void mix_stop(struct mix *m);

/* Appends the next event to out, where `room` bytes are free, and tells when it comes.
 * Its length; 0: all slots have ended, or the room is too small. */
size_t mix_next(struct mix *m, char *out, size_t room, int64_t *ms);

#endif
