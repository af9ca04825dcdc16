/* calls_pile.h - what is to be said of calls, kept until the end of the input, so that it
 * comes out in the order in which the calls began. */
#ifndef ZV_CLI_CALLS_PILE_H
#define ZV_CLI_CALLS_PILE_H

#include "base/buf.h"
#include "base/list.h"
#include "base/map.h"

struct zv_pile {
	struct zv_node calls; /* in order of their start */
	struct zv_map by_id;  /* those of which nothing has been said */
};

/* seed: something that those cannot know who make up ids. */
void zv_pile_init(struct zv_pile *p, uint64_t seed);
void zv_pile_deinit(struct zv_pile *p);

/* A call has begun, its text is empty. The id is copied. 0 or ZV_ENOMEM. */
int zv_pile_begin(struct zv_pile *p, struct zv_str id);

/* A copy of what is said of it (empty: nothing), once: the same id begun again is another
 * call. 0 or ZV_ENOMEM. */
int zv_pile_say(struct zv_pile *p, struct zv_str id, struct zv_str text);

/* The same, but more may be said of it. */
int zv_pile_note(struct zv_pile *p, struct zv_str id, struct zv_str text);

/* Takes the first call out and adds its text to *out. false: there is none. */
bool zv_pile_take(struct zv_pile *p, struct zv_buf *out);

#endif
