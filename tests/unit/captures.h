/* captures.h - the packets of real servers, from tests/wire/captures. */
#ifndef UNIT_CAPTURES_H
#define UNIT_CAPTURES_H

#include "helper.h"

struct captured {
	struct zv_packet **packets;
	size_t n;
};

/* All of them, about 50,000. Fails the test when there are none. */
struct captured captured_read(void);
void captured_free(struct captured *c);

typedef void (*recording_fn)(void *user, const char *path, struct zv_str bytes);

/* Calls fn for each recording in that folder and the folders in it; how many there are. */
int recordings_each(const char *path, recording_fn fn, void *user);

/* A packet of that text, as it stands on the wire; free with zvon_packet_free. */
struct zv_packet *packet_of(struct zv_str text);

#endif
