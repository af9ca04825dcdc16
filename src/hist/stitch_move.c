/* stitch_move.c - transfers and pickups as the events of CEL tell them: by whom and to whom, where
 * CDRs leave it to be guessed. */
#include "hist/stitch_tale.h"

#include "base/str.h"
#include "hist/cel_move.h"

#define PARKED_WITHIN_MS 2000 /* PARK_START of what was sent to a parking lot */

static struct zv_str
who(const struct zv_tale *t, int leg)
{
	const struct zv_past_leg *l = &t->c.legs[leg];

	return l->is_trunk ? l->number : l->line;
}

/* ---- whom ------------------------------------------------------------------------------- */

/* A consultation by keys or a program goes through a Local channel: whom its other half called. */
static int
leg_behind(const struct zv_tale *t, struct zv_str channel)
{
	struct zv_str pair = zv_channel_pair(channel);

	for (size_t i = 0; i < t->n; i++)
		if (t->rows[i].callee >= 0 &&
		    zv_channel_kind(t->rows[i].cdr->channel) == ZV_CHANNEL_LOCAL &&
		    zvon_str_equal(zv_channel_pair(t->rows[i].cdr->channel), pair))
			return t->rows[i].callee;
	return -1;
}

/* "103" of Local/103@internal-00000006;1. */
static struct zv_str
extension_of(struct zv_str local)
{
	struct zv_str rest = local, name;

	zv_str_split(&rest, '/', &name);
	zv_str_split(&rest, '@', &name);
	return name;
}

/* 16 does not name the target of a transfer by keys: with whom the second channel was. */
static struct zv_str
met_in_bridge(const struct zv_tale *t, const struct zv_cel_move *move)
{
	for (size_t i = 0; i < t->n_all && move->bridge.n; i++) {
		const struct zv_cel_row *r = &t->all[i]->cel;

		if (t->all[i]->is_cel &&
		    zvon_str_equal(zv_cel_extra(r->extra, ZV_STR("bridge_id")),
				   move->bridge) &&
		    !zvon_str_equal(r->channel, move->second) &&
		    !zvon_str_equal(r->channel, move->by) &&
		    !zvon_str_equal(r->channel, move->moved))
			return r->channel;
	}
	return (struct zv_str){ NULL, 0 };
}

static struct zv_str
target_of(const struct zv_tale *t, const struct zv_cel_move *move)
{
	struct zv_str to = move->to.n ? move->to : met_in_bridge(t, move);
	enum zv_channel_kind kind = zv_channel_kind(to);
	int leg =
		kind == ZV_CHANNEL_LOCAL ? leg_behind(t, to) : zv_tale_find_leg(t, to);

	if (move->kind == ZV_MOVE_BLIND)
		return move->to;
	if (leg >= 0)
		return who(t, leg);
	return kind == ZV_CHANNEL_LOCAL ? extension_of(to) : to;
}

/* ---- transfers ---------------------------------------------------------------------------- */

static bool
is_park_start(const struct zv_cel_row *r)
{
	return zvon_str_equal_nocase(r->eventtype, ZV_STR("PARK_START")) ||
	       zvon_str_equal(r->eventtype, ZV_STR("9"));
}

/* To be sent to a parking lot is no transfer. */
static bool
is_parked_by(const struct zv_tale *t, const struct zv_stitch_row *at,
	     const struct zv_cel_move *move)
{
	for (size_t i = 0; i < t->n_all; i++) {
		const struct zv_stitch_row *r = t->all[i];
		int64_t apart = r->start_ms - at->start_ms;

		if (r->is_cel && apart >= -PARKED_WITHIN_MS &&
		    apart <= PARKED_WITHIN_MS && is_park_start(&r->cel) &&
		    zvon_str_equal(r->cel.channel, move->moved))
			return true;
	}
	return false;
}

/* false: by whom or to whom it does not tell. */
static bool
take_transfer(struct zv_tale *t, const struct zv_stitch_row *row,
	      const struct zv_cel_move *move)
{
	int by = zv_tale_find_leg(t, move->by);
	struct zv_str to = target_of(t, move);

	if (move->kind == ZV_MOVE_BLIND && is_parked_by(t, row, move))
		return true;
	if (by < 0 || to.n == 0 || t->c.n_transfers == t->cap)
		return false;
	t->c.transfers[t->c.n_transfers++] = (struct zv_past_transfer){
		move->kind == ZV_MOVE_BLIND ? ZV_TRANSFER_BLIND : ZV_TRANSFER_ATTENDED,
		who(t, by),
		to,
	};
	return true;
}

/* One that tells too little, or that is not there (a column extra that was cut), leaves all to the
 * CDRs. */
bool
zv_tale_read_moves(struct zv_tale *t)
{
	struct zv_cel_move move;
	bool any = false, is_whole = true;

	for (size_t i = 0; i < t->n_all && is_whole; i++) {
		if (!t->all[i]->is_cel || !zv_cel_move_read(&t->all[i]->cel, &move) ||
		    move.kind == ZV_MOVE_PICKUP)
			continue;
		any = true;
		is_whole = take_transfer(t, t->all[i], &move);
	}
	if (!is_whole && t->n)
		t->c.n_transfers = 0;
	return any && is_whole;
}

/* ---- pickup --------------------------------------------------------------------------------- */

int
zv_tale_picked_up_by(const struct zv_tale *t)
{
	struct zv_cel_move move;
	int leg = -1;

	for (size_t i = 0; i < t->n_all && leg < 0; i++)
		if (t->all[i]->is_cel && zv_cel_move_read(&t->all[i]->cel, &move) &&
		    move.kind == ZV_MOVE_PICKUP)
			leg = zv_tale_find_leg(t, move.by);
	return leg;
}
