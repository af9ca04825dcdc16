/* conformance.h - the rows of tests/ws/conformance.txt. */
#ifndef UNIT_CONFORMANCE_H
#define UNIT_CONFORMANCE_H

#include "base/buf.h"

struct conformance_row {
	char name[100];
	bool deflates, is_client;
	struct zv_str bytes; /* borrowed until the next row */
	char wanted[400];    /* the messages; what is behind `!` is in the two below */
	int close_code;	     /* 0: not refused */
	size_t refused_at;   /* the bytes that have to be there for it */
};

struct conformance {
	struct zv_str file, rest;
	struct zv_buf bytes;
};

/* Fails the test when the file cannot be read, or a row not understood. */
void conformance_open(struct conformance *c);
bool conformance_next(struct conformance *c, struct conformance_row *row);
void conformance_close(struct conformance *c);

#endif
