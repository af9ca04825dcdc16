/* ajam.h - what the fuzzers of AJAM bodies share: whole and in pieces must give the same. */
#ifndef FUZZ_AJAM_H
#define FUZZ_AJAM_H

#include "ajam/reader.h"
#include "fuzz.h"

/* Input: which limits, how to cut (1 byte each), the body. */
void fuzz_ajam(enum zv_ajam_encoding encoding, const uint8_t *bytes, size_t n);

#endif
