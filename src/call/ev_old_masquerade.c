/* Masquerade in AMI 1.x: a channel takes another one's place. Its three renames tell it
 * all: X becomes X<MASQ>, Y becomes X, X<MASQ> becomes Y<ZOMBIE>. The party that was at
 * X is now at the channel that was Y, with Y's Uniqueid, and the other way round: what
 * ends as Y<ZOMBIE> is what was at Y. */
#include "base/str.h"
#include "call/ev_old.h"

#define MASQ "<MASQ>"

/* The channel that gave that name up for this one; or NULL. */
static struct zv_chan *
predecessor(struct zv_calls *t, struct zv_str name)
{
	char given_up[ZV_CALLS_MAX_TEXT + sizeof MASQ];

	if (!name.n || name.n > ZV_CALLS_MAX_TEXT)
		return NULL;
	memcpy(given_up, name.p, name.n);
	memcpy(given_up + name.n, MASQ, sizeof MASQ);
	return zv_chan_find_name(t,
				 (struct zv_str){ given_up, name.n + sizeof MASQ - 1 });
}

/* What will be the zombie talks to nobody: its Unlink comes late. */
static void
fall_silent(struct zv_calls *t, struct zv_chan *c)
{
	struct zv_chan *peer = c->old.peer;

	if (peer && peer->bridge == c->bridge)
		zv_fact_unlinked(t, c, peer);
	zv_fact_leave(t, c);
}

static void
on_rename(struct zv_calls *t, const struct zv_in *in)
{
	struct zv_chan *c = zv_fact_known(t, zv_in_get(in, ZV_KEY_UNIQUEID));
	struct zv_str name = zv_in_get(in, ZV_KEY_NEWNAME);
	struct zv_chan *before = c ? predecessor(t, name) : NULL;

	if (!c)
		return;
	if (before && !zvon_str_equal(c->name, name)) {
		fall_silent(t, before);
		zv_fact_swap(t, c, before);
	}
	zv_fact_rename(t, c, name);
}

/* Until 1.6 no event tells a pickup: who has answered takes the place of one that is
 * called, in another call. */
static void
on_masquerade(struct zv_calls *t, const struct zv_in *in)
{
	struct zv_chan *by = zv_chan_find_name(t, zv_in_get(in, ZV_KEY_CLONE));
	struct zv_chan *target = zv_chan_find_name(t, zv_in_get(in, ZV_KEY_ORIGINAL));

	if (by && target && by->call != target->call && by->leg &&
	    by->leg->pub.answered && target->leg && target->dialing &&
	    !target->leg->pub.answered)
		zv_fact_pickup(t, by, target);
}

const struct zv_rule zv_rules_old_masquerade[] = {
	{ "Rename", ZV_OLD, on_rename, { ZV_KEY_UNIQUEID, ZV_KEY_NEWNAME } },
	{ "Masquerade", ZV_OLD, on_masquerade, { ZV_KEY_CLONE, ZV_KEY_ORIGINAL } },
	{ .event = NULL },
};
