/* helper.h - what the unit tests share: vectors fed in all splits, allocations failed
 * in turn, packets as text, random numbers from a printed seed. */
#ifndef UNIT_HELPER_H
#define UNIT_HELPER_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "zvon/packet.h"
#include "zvon/parser.h"

#define N_OF(array) (sizeof(array) / sizeof *(array))

/* A table's text with bytes of any kind in it: { VIEW("a\0b"), … }. */
#define VIEW(literal)                                                                  \
 {                                                                                     \
  "" literal, sizeof(literal) - 1                                                      \
 }

/* ---- text ------------------------------------------------------------------ */

/* Adds s with everything but printable ASCII as \xNN, and `|` and `\` too. */
void add_shown(struct zv_buf *out, struct zv_str s);

/* Adds `event(Event=Hangup|Channel=SIP/1)`, `response(…){body}`, `banner(line)`. */
void add_packet(struct zv_buf *out, const struct zv_packet *p);

/* Fails the test, naming the row, when the two differ. */
void check_text(const char *row, struct zv_str got, struct zv_str wanted);

/* A copy in a block of exactly n bytes, so that reading one too many is seen. */
char *exact_copy(struct zv_str s);

/* Whole file, or fails the test. Free p. */
struct zv_str read_file(const char *path);

/* ---- chance ------------------------------------------------------------------ */

/* Takes ZVON_SEED from the environment, or the clock, and prints it. */
void chance_begin(void);

uint64_t chance(void);
size_t chance_below(size_t n); /* 0 … n-1; n > 0 */

/* ---- splits ------------------------------------------------------------------ */

/* Something that eats a stream in pieces and tells what it made of it. */
struct codec {
	void *(*begin)(const void *options);
	/* the piece is a block of its own, freed afterwards; it may be changed */
	void (*piece)(void *state, char *bytes, size_t n);
	/* adds what came out, as text, and frees state */
	void (*end)(void *state, struct zv_buf *out);
};

/* Feeds the vector whole, byte by byte, cut in two at each of the first `cuts`
 * positions, and in three at random ones: all must give the same text, and that is
 * `wanted` unless it is NULL. */
void check_splits(const struct codec *codec, const void *options, const char *row,
		  struct zv_str vector, const char *wanted, size_t cuts);

#define ALL_CUTS SIZE_MAX

/* The packet parser as a codec; options: struct zv_parser_limits or NULL. Its text:
 * the packets, separated by blanks, then `!ETOOBIG` for a broken stream or `+N` for N
 * bytes of an unfinished packet. */
extern const struct codec parser_codec;

/* ---- memory ------------------------------------------------------------------ */

/* Runs the scene with the first, second … allocation failing, until it gets through.
 * Each time it must say ZV_ENOMEM and leave nothing behind. */
void check_out_of_memory(int (*scene)(void *user), void *user);

#endif
