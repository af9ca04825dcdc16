/* One round of lists, and what it has shown. */
#include "call/resync_impl.h"

void
zv_resync_start_round(struct zv_resync *r)
{
	zv_resync_forget_all(r);
	r->state = ZV_RESYNC_LISTING;
	r->is_partial = false;
	r->sum = 0;
	memset(r->is_refused, 0, sizeof r->is_refused);
	zv_resync_do(r, ZV_RESYNC_BEGIN);
	for (int row = ZV_ASK_FIRST_LIST; row < ZV_N_ASK; row++)
		if (!zv_resync_rows[row].is_asked_for_each && !r->is_unknown[row] &&
		    r->major >= zv_resync_rows[row].least_major)
			zv_resync_ask(r, row, ZV_STR(""));
}

/* Nothing tells which channels there are. */
static bool
is_blind(const struct zv_resync *r)
{
	return (r->is_refused[ZV_ASK_STATUS] || r->is_unknown[ZV_ASK_STATUS]) &&
	       (r->is_refused[ZV_ASK_CHANNELS] || r->is_unknown[ZV_ASK_CHANNELS]);
}

static void
tell_refusals(struct zv_resync *r)
{
	bool blind = is_blind(r);

	if (blind && !r->told[ZV_ASK_STATUS])
		zv_resync_say(r, true,
			      "the account %s may not list the channels: calls that "
			      "were there "
			      "before the login are not seen; give it one of the write "
			      "classes "
			      "system, call, reporting (manager.conf)",
			      r->user);
	for (int row = ZV_ASK_FIRST_LIST; row < ZV_N_ASK; row++)
		if (r->is_refused[row] && !r->told[row] && !blind)
			zv_resync_say(
				r, false,
				"%s was refused: it needs one of the write classes %s",
				zv_resync_rows[row].action,
				zv_resync_rows[row].classes);
	for (int row = ZV_ASK_FIRST_LIST; row < ZV_N_ASK; row++)
		r->told[row] |= r->is_refused[row];
}

/* Calls come and go in the lists, and no event has told of them. */
static void
tell_silence(struct zv_resync *r)
{
	if (r->sees_calls || r->told_silent || !r->was_listed || r->sum == r->last_sum)
		return;
	r->told_silent = true;
	zv_resync_say(
		r, true,
		"calls come and go, but no event tells of them: the account %s lacks "
		"the "
		"read class call, or an eventfilter keeps them back (manager.conf)",
		r->user);
}

/* Without a way to see the channels nothing can confirm a call that was there before the
 * connection was lost: it counts as gone, lest it stay for ever. */
void
zv_resync_end_round(struct zv_resync *r)
{
	tell_refusals(r);
	tell_silence(r);
	zv_resync_end_snapshot(r, true, false);
	r->state = ZV_RESYNC_SYNCED;
	r->repeat_ms = ZV_RESYNC_REPEAT_MS;
	r->was_listed = !is_blind(r);
	r->last_sum = r->sum;
	r->watch_at = INT64_MAX;
	if (r->sees_calls || is_blind(r))
		return;
	r->watch_at = r->now_ms + r->watch_ms;
	if (r->watch_ms < ZV_RESYNC_WATCH_MOST_MS)
		r->watch_ms *= 2;
	if (r->watch_ms > ZV_RESYNC_WATCH_MOST_MS)
		r->watch_ms = ZV_RESYNC_WATCH_MOST_MS;
}

void
zv_resync_give_up_round(struct zv_resync *r)
{
	r->no_memory = false;
	tell_refusals(r);
	zv_resync_end_snapshot(r, false, false);
	zv_resync_say(r, false,
		      "the lists of what is going on came incomplete: again in %d s",
		      (int)(r->repeat_ms / 1000));
	r->state = ZV_RESYNC_PARTIAL;
	r->repeat_at = r->now_ms + r->repeat_ms;
	r->repeat_ms *= 2;
	if (r->repeat_ms > ZV_RESYNC_REPEAT_MOST_MS)
		r->repeat_ms = ZV_RESYNC_REPEAT_MOST_MS;
}
