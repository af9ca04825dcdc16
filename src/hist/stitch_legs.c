/* stitch_legs.c - which channels took part, and as what. */
#include "hist/stitch_tale.h"

#include "base/str.h"

bool
zv_tale_is_trunk(const struct zv_tale *t, struct zv_str channel, struct zv_str number)
{
	const struct zv_trunks known = {
		.trunks = t->options->trunks,
		.n_trunks = t->options->n_trunks,
		.lines = t->options->lines,
		.n_lines = t->options->n_lines,
	};

	return zv_trunks_has(&known, channel, zv_channel_peer(channel), number);
}

int
zv_tale_find_leg(const struct zv_tale *t, struct zv_str channel)
{
	struct zv_str name = zv_channel_plain(channel);

	for (size_t i = 0; i < t->c.n_legs; i++)
		if (zvon_str_equal(t->c.legs[i].channel, name))
			return (int)i;
	return -1;
}

int
zv_tale_leg(struct zv_tale *t, struct zv_str channel, enum zv_leg_role role)
{
	struct zv_str name = zv_channel_plain(channel);
	enum zv_channel_kind kind = zv_channel_kind(name);
	struct zv_conversation *c = &t->c;
	int found;

	if (kind != ZV_CHANNEL_PEER && kind != ZV_CHANNEL_TRUNK)
		return -1;
	found = zv_tale_find_leg(t, name);
	if (found >= 0 || c->n_legs == t->cap)
		return found;
	c->legs[c->n_legs] = (struct zv_past_leg){
		.channel = name,
		.line = zv_channel_peer(name),
		.role = role,
	};
	return (int)c->n_legs++;
}

/* ---- times ------------------------------------------------------------------------------ */

static void
note_times(struct zv_past_leg *leg, const struct zv_tale_row *r)
{
	if (leg->started_ms == 0 || r->start_ms < leg->started_ms)
		leg->started_ms = r->start_ms;
	if (r->end_ms > leg->ended_ms)
		leg->ended_ms = r->end_ms;
}

static void
note_answer(struct zv_past_leg *leg, const struct zv_tale_row *r)
{
	leg->answered = true;
	if (leg->answered_ms == 0 || r->answer_ms < leg->answered_ms)
		leg->answered_ms = r->answer_ms;
}

/* ---- the calling side --------------------------------------------------------------------- */

/* "AppDial": what the dialled channel itself runs; its row begins when it is set free. */
static enum zv_leg_role
role_of(const struct zv_tale_row *r)
{
	return zv_tale_is_app(r, ZV_STR("AppDial")) ? ZV_ROLE_CALLEE : ZV_ROLE_CALLER;
}

static void
read_caller(struct zv_tale *t, struct zv_tale_row *r)
{
	struct zv_past_leg *leg;

	r->caller = zv_tale_leg(t, r->cdr->channel, role_of(r));
	if (r->caller < 0)
		return;
	leg = &t->c.legs[r->caller];
	leg->unique_id = leg->unique_id.n ? leg->unique_id : r->cdr->uniqueid;
	note_times(leg, r);
	if (r->answer_ms)
		note_answer(leg, r);
}

/* ---- the called side ------------------------------------------------------------------------ */

static void
read_callee(struct zv_tale *t, struct zv_tale_row *r)
{
	enum zv_channel_kind kind = zv_channel_kind(r->cdr->dstchannel);
	struct zv_past_leg *leg;

	r->to_local = kind == ZV_CHANNEL_LOCAL;
	r->callee = zv_tale_leg(t, r->cdr->dstchannel,
				zv_tale_is_room(r) ? ZV_ROLE_CALLER : ZV_ROLE_CALLEE);
	r->is_attempt = r->callee >= 0;
	if (r->callee < 0)
		return;
	leg = &t->c.legs[r->callee];
	note_times(leg, r);
	leg->rang = leg->role == ZV_ROLE_CALLEE;
	if (r->result == ZV_RESULT_ANSWERED)
		note_answer(leg, r);
	else if (!leg->answered)
		leg->result = r->result;
}

/* ---- who was only dialled -------------------------------------------------------------------- */

static bool
has_line(const struct zv_tale *t, struct zv_str line)
{
	for (size_t i = 0; i < t->c.n_legs; i++)
		if (zvon_str_equal(t->c.legs[i].line, line))
			return true;
	return false;
}

static void
add_dialled(struct zv_tale *t, struct zv_tale_row *r, const struct zv_dialled *d)
{
	if (t->c.n_legs == t->cap)
		return;
	t->c.legs[t->c.n_legs] = (struct zv_past_leg){
		.channel = d->channel,
		.line = d->peer,
		.number = d->number,
		.role = ZV_ROLE_CALLEE,
		.rang = true,
		.result = r->result == ZV_RESULT_ANSWERED ? ZV_RESULT_NO_ANSWER
							  : r->result,
		.started_ms = r->start_ms,
		.ended_ms = r->result == ZV_RESULT_ANSWERED ? r->answer_ms : r->end_ms,
	};
	if (r->callee < 0)
		r->callee = (int)t->c.n_legs;
	r->is_attempt = true;
	t->c.n_legs++;
}

/* A ring group has one row up to Asterisk 11, and where nobody answers not even a channel: its
 * phones stand in the data of Dial. */
static void
read_dialled(struct zv_tale *t, struct zv_tale_row *r)
{
	int timeout_s;
	struct zv_str list;
	struct zv_dialled d;

	if (!zv_tale_is_app(r, ZV_STR("Dial")) || r->to_local)
		return;
	list = zv_dialled_list(r->cdr->lastdata, &timeout_s);
	while (zv_dialled_next(&list, &d))
		if (zv_channel_kind(d.channel) != ZV_CHANNEL_LOCAL &&
		    zv_channel_kind(d.channel) != ZV_CHANNEL_NONE &&
		    !has_line(t, d.peer))
			add_dialled(t, r, &d);
}

void
zv_tale_read_legs(struct zv_tale *t)
{
	for (size_t i = 0; i < t->n; i++) {
		read_caller(t, &t->rows[i]);
		read_callee(t, &t->rows[i]);
	}
	for (size_t i = 0; i < t->n; i++)
		read_dialled(t, &t->rows[i]);
}
