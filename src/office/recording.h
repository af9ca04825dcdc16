/* recording.h - a capture (zvon-capture files: .ami, .sent, .idx) taken apart: what the
 * server said by itself, and what it answered to which action. */
#ifndef ZV_OFFICE_RECORDING_H
#define ZV_OFFICE_RECORDING_H

#include <stdint.h>

#include "office/reader.h"
#include "zvon/error.h"

/* Something the server said by itself: an event with everything up to the next packet,
 * or the beginning of one that the capture does not finish. */
struct zv_moment {
	struct zv_str bytes;
	int64_t at_ms;	/* since the login */
	unsigned class; /* of its Privilege line; 0: none */
};

/* An action of the recorded client and the packets that answered it. */
struct zv_recorded {
	struct zv_str text; /* the action, line by line, without the empty one */
	struct zv_str name, action_id;
	struct zv_str *packets;
	size_t n_packets;
};

struct zv_recording {
	struct zv_str banner; /* without its line end */
	struct zv_moment *moments;
	size_t n_moments;
	struct zv_recorded *recorded;
	size_t n_recorded;
	bool timed;	  /* .idx was there */
	bool closed;	  /* the server closed in the end, without a Logoff */
	char *ami, *sent; /* what all views point into */
};

/* Copies the bytes. sent, idx: empty when there are none; without .sent no action has
 * a recorded answer, without .idx all moments are at 0. NULL: *err says why. */
struct zv_recording *zv_recording_new(struct zv_str ami, struct zv_str sent,
				      struct zv_str idx, struct zv_error *err);
void zv_recording_free(struct zv_recording *r); /* NULL is fine */

/* The recorded action that is most like that one, the first of equals that is not in
 * `used` (n_recorded flags), or NULL when none has its name. */
const struct zv_recorded *zv_recording_find(const struct zv_recording *r,
					    const struct zv_asked *asked, bool *used);

#endif
