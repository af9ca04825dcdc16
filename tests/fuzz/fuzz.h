/* fuzz.h - what the fuzzers share: the input used up from its front, chance that
 * depends on the input alone, and a check that stops with the line that failed. */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "zvon/packet.h"
#include "zvon/parser.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

#define CHECK(condition)                                                               \
 do {                                                                                  \
  if (!(condition)) {                                                                  \
   fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);                     \
   abort();                                                                            \
  }                                                                                    \
 } while (0)

/* To look at one input: prints, if FUZZ_TELL is in the environment. */
void fuzz_tell(const char *format, ...) __attribute__((format(printf, 1, 2)));

struct fuzz_input {
	const uint8_t *p;
	size_t n;
};

/* The next byte; 0 when there are no more. */
unsigned fuzz_byte(struct fuzz_input *in);

/* The bytes up to that one, which is used up too, or all that are left. */
struct zv_str fuzz_until(struct fuzz_input *in, uint8_t end);

struct zv_str fuzz_rest(struct fuzz_input *in);

/* Splits a stream: the length of the next piece, 1 … left. *state must not be 0. */
size_t fuzz_piece(uint32_t *state, size_t left);

/* A copy in a block of exactly that size, so that reading beyond it is seen. */
char *fuzz_copy(struct zv_str s);

/* Limits of a parser, some of them small; 0 in one: the default, larger than any input. */
const struct zv_parser_limits *fuzz_limits(unsigned which);
void fuzz_check_limits(const struct zv_parser_limits *limits,
		       const struct zv_packet *p);

/* Adds all there is to a packet, with lengths, so that two that differ look so. */
void fuzz_add_packet(struct zv_buf *out, const struct zv_packet *p);

#endif
