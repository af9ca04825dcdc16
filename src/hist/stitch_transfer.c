/* stitch_transfer.c - how a conversation moved: transfers, parking, pickup. */
#include "hist/stitch_tale.h"

#include "base/str.h"

static bool
is_talk(const struct zv_tale_row *r)
{
	return r->result == ZV_RESULT_ANSWERED && r->callee >= 0 && r->caller >= 0;
}

static struct zv_str
line_of(const struct zv_tale *t, int leg)
{
	return t->c.legs[leg].line;
}

static void
add_transfer(struct zv_tale *t, enum zv_transfer_kind kind, struct zv_str by,
	     struct zv_str to)
{
	if (t->c.n_transfers == t->cap)
		return;
	t->c.transfers[t->c.n_transfers++] = (struct zv_past_transfer){ kind, by, to };
}

/* ---- attended: whose second call reached the one who talks now ---------------------------- */

static const struct zv_tale_row *
consultation(const struct zv_tale *t, const struct zv_tale_row *before,
	     const struct zv_tale_row *now)
{
	for (size_t i = 0; i < t->n; i++) {
		const struct zv_tale_row *r = &t->rows[i];

		if (r == before || r == now || r->callee != now->callee)
			continue;
		if (r->caller != now->caller && r->caller != before->caller)
			return r;
	}
	return NULL;
}

static void
note_attended(struct zv_tale *t, const struct zv_tale_row *before,
	      const struct zv_tale_row *now, const struct zv_tale_row *second)
{
	struct zv_str by = second->caller >= 0 ? line_of(t, second->caller)
					       : line_of(t, before->callee);

	add_transfer(t, ZV_TRANSFER_ATTENDED, by, line_of(t, now->callee));
}

/* ---- blind: a channel that talked is sent to another Dial ------------------------------------ */

static bool
is_new_dial(const struct zv_tale_row *before, const struct zv_tale_row *now)
{
	return zv_tale_is_app(now, ZV_STR("Dial")) &&
	       !zvon_str_equal(before->cdr->lastdata, now->cdr->lastdata);
}

/* Up to 11 the new row has the channel of him who transferred, and the caller's number. */
static int
blind_by(const struct zv_tale *t, const struct zv_tale_row *before,
	 const struct zv_tale_row *now)
{
	if (now->caller == before->caller ||
	    zvon_str_equal(now->cdr->src, t->c.legs[before->caller].number))
		return before->callee;
	return before->caller;
}

static void
compare(struct zv_tale *t, const struct zv_tale_row *before,
	const struct zv_tale_row *now)
{
	const struct zv_tale_row *second = consultation(t, before, now);

	if (second)
		note_attended(t, before, now, second);
	else if (is_new_dial(before, now))
		add_transfer(t, ZV_TRANSFER_BLIND, line_of(t, blind_by(t, before, now)),
			     now->cdr->dst);
}

/* Up to 11: whom the one who transferred had called, in the data. */
static void
read_transferred(struct zv_tale *t, const struct zv_tale_row *r)
{
	struct zv_str to = zv_channel_pair(r->cdr->lastdata);

	for (size_t i = 0; i < t->n; i++)
		if (t->rows[i].callee >= 0 && &t->rows[i] != r &&
		    zvon_str_equal(zv_channel_pair(t->rows[i].cdr->channel), to)) {
			add_transfer(t, ZV_TRANSFER_ATTENDED, line_of(t, r->callee),
				     line_of(t, t->rows[i].callee));
			return;
		}
}

/* ---- parking and pickup ------------------------------------------------------------------------ */

static bool
is_parking(const struct zv_tale_row *r)
{
	return zv_tale_is_app(r, ZV_STR("Park")) ||
	       zv_tale_is_app(r, ZV_STR("ParkedCall")) ||
	       zvon_str_equal(r->cdr->dcontext, ZV_STR("park-dial"));
}

/* Who fetched or took over a call is called, whatever number he dialled for it. */
static void
read_taken_over(struct zv_tale *t, const struct zv_tale_row *r)
{
	struct zv_past_leg *leg;

	if (r->caller <= 0)
		return;
	leg = &t->c.legs[r->caller];
	if (zv_tale_is_app(r, ZV_STR("ParkedCall"))) {
		leg->role = ZV_ROLE_CALLEE;
		leg->result = ZV_RESULT_ANSWERED;
	}
	if (zv_tale_is_app(r, ZV_STR("Pickup")) && t->c.result == ZV_RESULT_ANSWERED) {
		leg->role = ZV_ROLE_CALLEE;
		leg->result = ZV_RESULT_ANSWERED;
		t->c.picked_up_by = leg->line;
	}
}

/* Is one of the two who talked now with somebody else? */
static bool
is_moved(const struct zv_tale_row *before, const struct zv_tale_row *now)
{
	if (zv_tale_is_room(now) || now->callee < 0 || now->callee == before->callee ||
	    now->callee == before->caller)
		return false;
	return now->caller == before->caller || now->caller == before->callee;
}

static void
read_moves_of_rows(struct zv_tale *t)
{
	const struct zv_tale_row *before = NULL;

	for (size_t i = 0; i < t->n; i++) {
		const struct zv_tale_row *r = &t->rows[i];

		if (r->callee >= 0 && zv_tale_is_app(r, ZV_STR("Transferred Call")))
			read_transferred(t, r);
		else if (is_parking(r) && r->caller == 0)
			before = NULL;
		else if (before && is_moved(before, r))
			compare(t, before, r);
		if (is_talk(r) && (!before || is_moved(before, r)) &&
		    (before || r->caller == 0) && !is_parking(r))
			before = r;
	}
}

void
zv_tale_read_transfers(struct zv_tale *t)
{
	for (size_t i = 0; i < t->n; i++) {
		t->c.parked |= is_parking(&t->rows[i]);
		read_taken_over(t, &t->rows[i]);
	}
	if (!zv_tale_read_moves(t))
		read_moves_of_rows(t);
}
