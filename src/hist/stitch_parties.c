/* stitch_parties.c - who called whom: numbers, names, direction. */
#include "hist/stitch_tale.h"

#include "base/str.h"

/* ---- the caller ------------------------------------------------------------------------- */

/* A click through a Local channel: its first half waits, the second dials the phone that
 * clicked. */
static int
clicking_leg(const struct zv_tale *t)
{
	struct zv_str first = t->rows[0].cdr->channel;

	for (size_t i = 0; i < t->n; i++) {
		struct zv_str channel = t->rows[i].cdr->channel;

		if (zv_channel_kind(channel) == ZV_CHANNEL_LOCAL &&
		    !zv_channel_is_first_half(channel) && t->rows[i].callee >= 0 &&
		    zvon_str_equal(zv_channel_pair(channel), zv_channel_pair(first)))
			return t->rows[i].callee;
	}
	return -1;
}

static int
calling_leg(const struct zv_tale *t)
{
	int leg = t->rows[0].caller;

	if (leg < 0 && zv_channel_kind(t->rows[0].cdr->channel) == ZV_CHANNEL_LOCAL)
		leg = clicking_leg(t);
	return leg < 0 && t->c.n_legs ? 0 : leg;
}

/* The row that the caller's channel made first. */
static const struct zv_cdr_row *
row_of(const struct zv_tale *t, int leg)
{
	for (size_t i = 0; i < t->n; i++)
		if (t->rows[i].caller == leg)
			return t->rows[i].cdr;
	return t->rows[0].cdr;
}

/* "Name" of `"Name" <number>`, with the quotes that CSV or a name itself doubled. */
static struct zv_str
name_of(struct zv_str clid)
{
	size_t angle = clid.n;

	while (angle && clid.p[angle - 1] != '<')
		angle--;
	clid.n = angle ? angle - 1 : clid.n;
	clid = zv_str_trim(clid);
	if (clid.n >= 2 && clid.p[0] == '"' && clid.p[clid.n - 1] == '"')
		clid = (struct zv_str){ clid.p + 1, clid.n - 2 };
	return angle ? clid : (struct zv_str){ NULL, 0 };
}

static struct zv_str
first_of(struct zv_str a, struct zv_str b)
{
	return a.n ? a : b;
}

/* The phone's own number, never what a click has set: FreePBX keeps that in cnum too. */
static void
read_from(struct zv_tale *t, int caller)
{
	struct zv_conversation *c = &t->c;
	const struct zv_cdr_row *r = row_of(t, caller);
	struct zv_str number = zv_name_known(first_of(r->src, r->cnum));
	struct zv_past_leg *leg;

	c->from_number = number;
	c->from_name = zv_name_known(first_of(name_of(r->clid), r->cnam));
	if (caller < 0)
		return;
	leg = &c->legs[caller];
	leg->role = ZV_ROLE_CALLER;
	leg->is_trunk = zv_tale_is_trunk(t, leg->channel, number);
	if (!leg->is_trunk && zv_name_is_line_number(leg->line))
		c->from_number = leg->line;
	leg->number = c->from_number;
	leg->name = c->from_name;
}

/* ---- the others --------------------------------------------------------------------------- */

/* The number outside that was dialled for that leg: "PJSIP/8926…@trunk". */
static struct zv_str
outside_number(struct zv_str data, struct zv_str peer)
{
	int timeout_s;
	struct zv_str list = zv_dialled_list(data, &timeout_s);
	struct zv_dialled d;

	while (zv_dialled_next(&list, &d))
		if (zvon_str_equal_nocase(d.peer, peer))
			return d.number;
	return (struct zv_str){ NULL, 0 };
}

static void
read_other(struct zv_tale *t, const struct zv_tale_row *r, struct zv_past_leg *leg)
{
	const struct zv_cdr_row *cdr = r->cdr;
	struct zv_str number = outside_number(cdr->lastdata, leg->line);

	if (number.n) {
		leg->is_trunk = zv_tale_is_trunk(t, leg->channel, number) ||
				!zv_name_is_line_number(leg->line);
		leg->number = leg->is_trunk ? number : leg->line;
	} else if (leg->number.n == 0) {
		leg->is_trunk = zv_tale_is_trunk(t, leg->channel, cdr->dst);
		leg->number = leg->is_trunk || !zv_name_is_line_number(leg->line)
				      ? cdr->dst
				      : leg->line;
	}
	leg->name = leg->name.n ? leg->name : cdr->dst_cnam;
}

static void
read_further_caller(struct zv_tale *t, const struct zv_tale_row *r,
		    struct zv_past_leg *leg)
{
	leg->is_trunk = zv_tale_is_trunk(t, leg->channel, r->cdr->src);
	leg->number = !leg->is_trunk && zv_name_is_line_number(leg->line)
			      ? leg->line
			      : zv_name_known(r->cdr->src);
	leg->name = zv_name_known(name_of(r->cdr->clid));
}

static void
read_others(struct zv_tale *t, int caller)
{
	for (size_t i = 0; i < t->n; i++) {
		struct zv_tale_row *r = &t->rows[i];
		struct zv_past_leg *leg;

		leg = r->callee >= 0 ? &t->c.legs[r->callee] : NULL;
		if (leg && r->callee != caller && leg->role == ZV_ROLE_CALLEE)
			read_other(t, r, leg);
		leg = r->caller >= 0 ? &t->c.legs[r->caller] : NULL;
		if (leg && r->caller != caller && leg->role == ZV_ROLE_CALLER)
			read_further_caller(t, r, leg);
	}
	for (size_t i = 0; i < t->c.n_legs; i++) {
		struct zv_past_leg *leg = &t->c.legs[i];

		if (leg->started_ms && leg->number.n == 0 &&
		    zv_name_is_line_number(leg->line))
			leg->number = leg->line;
	}
}

/* The caller stands first, the others in the order of joining. */
static void
put_first(struct zv_tale *t, int caller)
{
	struct zv_past_leg *legs = t->c.legs, leg;

	if (caller <= 0)
		return;
	leg = legs[caller];
	memmove(legs + 1, legs, (size_t)caller * sizeof *legs);
	legs[0] = leg;
	for (size_t i = 0; i < t->n; i++) {
		int *const who[] = { &t->rows[i].caller, &t->rows[i].callee };

		for (size_t k = 0; k < 2; k++)
			if (*who[k] == caller)
				*who[k] = 0;
			else if (*who[k] >= 0 && *who[k] < caller)
				++*who[k];
	}
}

void
zv_tale_read_parties(struct zv_tale *t)
{
	int caller = calling_leg(t);

	read_from(t, caller);
	read_others(t, caller);
	put_first(t, caller);
}
