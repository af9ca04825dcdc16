/* chars.h - character data of mxml and manager: entities decoded, in any pieces. */
#ifndef ZV_AJAM_CHARS_H
#define ZV_AJAM_CHARS_H

#include "ajam/assemble.h"

#define ZV_AJAM_ENTITY_MAX 12 /* `&#x10FFFF;` and some leading zeros */

/* Zeroed = ready. Holds what may become an entity. */
struct zv_ajam_chars {
	char entity[ZV_AJAM_ENTITY_MAX];
	size_t n;
};

/* Adds bytes to the open line of a, up to the first `stop` or '<'; CR is left out. An
 * entity that is unknown, or no character that may be, stays as it was sent: nothing is
 * ever expanded. Returns where it stopped, or end; a->error tells of failure. */
const char *zv_ajam_chars_read(struct zv_ajam_chars *c, struct zv_assembly *a,
			       const char *p, const char *end, char stop);

#endif
