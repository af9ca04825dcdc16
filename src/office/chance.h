/* chance.h - dice with a memory: the same seed gives the same office. */
#ifndef ZV_OFFICE_CHANCE_H
#define ZV_OFFICE_CHANCE_H

#include <stdbool.h>
#include <stdint.h>

struct zv_chance {
	uint64_t state;
};

uint64_t zv_chance_bits(struct zv_chance *c);

/* least…most, both included. */
int zv_chance_between(struct zv_chance *c, int least, int most);

/* true `percent` times out of a hundred. */
bool zv_chance_percent(struct zv_chance *c, int percent);

#define ZV_UUID_TEXT 37 /* with the NUL */

void zv_chance_uuid(struct zv_chance *c, char out[ZV_UUID_TEXT]);

#endif
