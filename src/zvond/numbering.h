/* numbering.h - the numbers of the daemon's events go on across restarts, and after
 * kill -9 too: before a number is used, the file says that all below a higher one may
 * have been used.
 *
 *   n = zv_numbering_open(folder, &err);     hub: stream and first_seq from here
 *   if (zv_numbering_is_clean(n))            load the hub's text "hub" (statefile.h)
 *   each tick: if (zv_numbering_is_due(n, last, now)) a worker: zv_numbering_reserve(n),
 *              and back on the loop: zv_numbering_reserved(n, now, log)
 *   at the end: write the hub's text, then zv_numbering_stop(n, last, &err) */
#ifndef ZV_ZVOND_NUMBERING_H
#define ZV_ZVOND_NUMBERING_H

#include <stdint.h>

#include "base/log.h"
#include "zvon/error.h"
#include "zvon/str.h"

#define ZV_NUMBERING_AHEAD    1000000u /* reserved at once */
#define ZV_NUMBERING_RETRY_MS 2000  /* after a failure: the disk may have room again */
#define ZV_NUMBERING_TELL_MS  60000 /* between two complaints of it */

struct zv_numbering;

/* The folder is locked already (zv_state_lock). "" or NULL: nothing is kept, a new stream
 * each time. A damaged file is set aside and a new stream begun; log tells it. So it does
 * when the disk is full. NULL: *err says why: without the first reservation on the disk the
 * daemon does not start. */
struct zv_numbering *zv_numbering_open(const char *folder, const struct zv_log *log,
				       struct zv_error *err);
void zv_numbering_free(struct zv_numbering *n); /* as after kill -9; NULL is fine */

struct zv_str zv_numbering_stream(const struct zv_numbering *n);
uint64_t zv_numbering_first(const struct zv_numbering *n);
/* Was it stopped in order, so that no number was used since the texts were written? */
bool zv_numbering_is_clean(const struct zv_numbering *n);

/* Is less than half of what was reserved left? Then zv_numbering_reserve must be called,
 * once, and zv_numbering_reserved after it; until then it is false. */
bool zv_numbering_is_due(struct zv_numbering *n, uint64_t last, int64_t now_ms);
void zv_numbering_reserve(struct zv_numbering *n); /* blocks; any thread */
/* 0, or the error; log gets one line a minute while it fails, and one when it is over. */
int zv_numbering_reserved(struct zv_numbering *n, int64_t now_ms,
			  const struct zv_log *log);

/* The clean end: `last` was the last number used. 0, or < 0: *err says why. */
int zv_numbering_stop(struct zv_numbering *n, uint64_t last, struct zv_error *err);

#endif
