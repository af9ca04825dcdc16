/* stitch_pickup.c - somebody else took the call: the one who talks is none of those that Dial was
 * told to call, and nothing else leads to him. */
#include "hist/stitch_tale.h"

#include "base/str.h"

/* Only phones by their names: behind a Local channel anybody may answer. */
static bool
is_among_dialled(const struct zv_tale_row *r, struct zv_str line)
{
	int timeout_s;
	struct zv_str list = zv_dialled_list(r->cdr->lastdata, &timeout_s);
	struct zv_dialled d;
	bool any = false;

	while (zv_dialled_next(&list, &d)) {
		if (zv_channel_kind(d.channel) == ZV_CHANNEL_LOCAL ||
		    zvon_str_equal_nocase(d.peer, line))
			return true;
		any = true;
	}
	return !any;
}

/* Asterisk 12 and later: a row in which the phone that rang "answers" in the moment it is let
 * go stands before it. */
static bool
is_let_go(const struct zv_tale_row *r)
{
	return r->callee >= 0 && r->result == ZV_RESULT_ANSWERED &&
	       r->answer_ms == r->end_ms;
}

static bool
is_reached_otherwise(const struct zv_tale *t, const struct zv_tale_row *taken)
{
	for (size_t i = 0; i < t->n; i++) {
		const struct zv_tale_row *r = &t->rows[i];

		if (r == taken)
			continue;
		if (r->callee == taken->callee ||
		    (r->caller == taken->callee &&
		     !zv_tale_is_app(r, ZV_STR("Pickup"))))
			return true;
		if (r->caller == taken->caller && r < taken &&
		    !(zv_tale_is_same_dial(r, taken) &&
		      (is_let_go(r) || r->result != ZV_RESULT_ANSWERED)))
			return true; /* he talked before, or waited in a parking place */
	}
	return false;
}

static void
let_go(struct zv_tale *t, const struct zv_tale_row *taken)
{
	for (size_t i = 0; i < t->n; i++) {
		struct zv_tale_row *r = &t->rows[i];

		if (r == taken || r->callee < 0 || !zv_tale_is_same_dial(r, taken))
			continue;
		r->result = ZV_RESULT_NO_ANSWER;
		t->c.legs[r->callee].answered = false;
		t->c.legs[r->callee].answered_ms = 0;
		t->c.legs[r->callee].result = ZV_RESULT_ANSWERED_ELSEWHERE;
	}
}

static bool
is_taken_over(const struct zv_tale *t, const struct zv_tale_row *r)
{
	return r->caller == 0 && zv_tale_is_app(r, ZV_STR("Dial")) &&
	       !is_among_dialled(r, t->c.legs[r->callee].line) &&
	       !is_reached_otherwise(t, r);
}

/* CEL knows who it was; without it the rows are asked. */
void
zv_tale_read_pickup(struct zv_tale *t)
{
	int by = zv_tale_picked_up_by(t);

	for (size_t i = 0; i < t->n; i++) {
		const struct zv_tale_row *r = &t->rows[i];

		if (r->callee < 0 || r->result != ZV_RESULT_ANSWERED ||
		    (by >= 0 ? r->callee != by : !is_taken_over(t, r)))
			continue;
		t->c.picked_up_by = t->c.legs[r->callee].line;
		t->c.legs[r->callee].rang = false;
		let_go(t, r);
		return;
	}
}
