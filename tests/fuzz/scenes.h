/* scenes.h - recorded calls, for the fuzzers that bring them into disorder. */
#ifndef FUZZ_SCENES_H
#define FUZZ_SCENES_H

#include "fuzz.h"

struct fuzz_scene {
	struct zv_packet **packets;
	size_t n;
};

/* The scene of that number (modulo how many there are), read when it is first wanted.
 * Never NULL: a recording that is missing is an error of ours. */
const struct fuzz_scene *fuzz_scene(unsigned number);

#endif
