/* map.h - from text to pointer: open addressing, keys borrowed from the values. */
#ifndef ZV_BASE_MAP_H
#define ZV_BASE_MAP_H

#include <stdint.h>

#include "zvon/str.h"

struct zv_map_slot {
	struct zv_str key;
	void *value; /* NULL: free */
	uint64_t hash;
};

/* Zeroed = empty; set `seed` to something the other side cannot know when keys come
 * from outside. The bytes of a key must live as long as the entry. */
struct zv_map {
	struct zv_map_slot *slots;
	size_t cap; /* a power of two, or 0 */
	size_t n;
	uint64_t seed;
};

void zv_map_deinit(struct zv_map *m); /* values are the caller's */

void *zv_map_find(const struct zv_map *m, struct zv_str key); /* or NULL */

/* value may not be NULL. 0, ZV_EBUSY when the key is in it, ZV_ENOMEM. */
int zv_map_add(struct zv_map *m, struct zv_str key, void *value);

/* The value taken out, or NULL. */
void *zv_map_remove(struct zv_map *m, struct zv_str key);

/* Goes through all values in no order; *cursor starts at 0. NULL: no more. The map
 * may not change meanwhile. */
void *zv_map_next(const struct zv_map *m, size_t *cursor);

#endif
