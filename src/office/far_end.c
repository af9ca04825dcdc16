#include "office/far_end.h"

#define REPLAY_AHEAD (256u * 1024) /* bytes of a recording on their way at a time */

void
zv_far_end_deinit(struct zv_far_end *f)
{
	zv_office_session_free(f->session);
	zv_replay_free(f->replay);
}

int
zv_far_end_input(struct zv_far_end *f, struct zv_str bytes, int64_t now_ms)
{
	return f->replay ? zv_replay_input(f->replay, bytes, now_ms)
			 : zv_office_session_input(f->session, bytes, now_ms);
}

struct zv_buf *
zv_far_end_output(struct zv_far_end *f)
{
	return f->replay ? zv_replay_output(f->replay)
			 : zv_office_session_output(f->session);
}

bool
zv_far_end_is_over(const struct zv_far_end *f)
{
	return f->replay ? zv_replay_is_over(f->replay)
			 : zv_office_session_is_over(f->session);
}

bool
zv_far_end_is_logged_in(const struct zv_far_end *f)
{
	return f->replay ? zv_replay_is_logged_in(f->replay)
			 : zv_office_session_is_logged_in(f->session);
}

bool
zv_far_end_has_room(const struct zv_far_end *f, size_t queued)
{
	return !f->replay || queued < REPLAY_AHEAD;
}

int64_t
zv_far_end_deadline(const struct zv_far_end *f, size_t queued)
{
	return f->replay && zv_far_end_has_room(f, queued)
		       ? zv_replay_deadline(f->replay)
		       : INT64_MAX;
}

int
zv_far_end_tick(struct zv_far_end *f, size_t queued, int64_t now_ms)
{
	return f->replay && zv_far_end_has_room(f, queued)
		       ? zv_replay_tick(f->replay, now_ms)
		       : 0;
}
