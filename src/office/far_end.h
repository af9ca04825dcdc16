/* far_end.h - what answers on one connection: the simulated office, or a recording. The driver
 * has the socket; `queued` is how many bytes wait there for the reader. */
#ifndef ZV_OFFICE_FAR_END_H
#define ZV_OFFICE_FAR_END_H

#include "office/office.h"
#include "office/replay.h"

struct zv_far_end {
	struct zv_office_session *session; /* or … */
	struct zv_replay *replay;
};

void zv_far_end_deinit(struct zv_far_end *f);

/* As in office.h. The deadline of the office itself is the driver's. */
int zv_far_end_input(struct zv_far_end *f, struct zv_str bytes, int64_t now_ms);
struct zv_buf *zv_far_end_output(struct zv_far_end *f);
bool zv_far_end_is_over(const struct zv_far_end *f);
bool zv_far_end_is_logged_in(const struct zv_far_end *f);

/* A recording waits for its reader; the office's life does not. */
bool zv_far_end_has_room(const struct zv_far_end *f, size_t queued);
int64_t zv_far_end_deadline(const struct zv_far_end *f, size_t queued);
int zv_far_end_tick(struct zv_far_end *f, size_t queued, int64_t now_ms);

#endif
