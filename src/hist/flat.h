/* flat.h - a finished call for those who want plain members beside the whole of it: the answer
 * of POST /history. Pure. */
#ifndef ZV_HIST_FLAT_H
#define ZV_HIST_FLAT_H

#include "hist/conversation.h"
#include "hist/zone.h"

/* "date", "time", "caller", "callee", "number", "duration", "talk", "recording", then all of
 * zv_conversation_json. base: what stands before the id in the link to a recording. */
void zv_conversation_flat_json(struct zv_json *j, const struct zv_conversation *c,
			       const struct zv_zone *zone, struct zv_str base);

#endif
