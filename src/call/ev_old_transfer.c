/* Transfers and parking in AMI 1.x. Only SIP phones' own transfers have an event; those by
 * feature code show in a variable (blind) and in a helper channel (attended). */
#include "base/str.h"
#include "call/ev_old.h"

/* ---- blind ----------------------------------------------------------------- */

/* Set on both sides, first on the one that transfers; who of them goes on in the
 * dialplan is the one who was sent. */
void
zv_old_to_be_sent(struct zv_calls *t, struct zv_chan *c, struct zv_str peer)
{
	struct zv_chan *by = zv_chan_find_name(t, peer);

	if (by && by->leg)
		zv_text_set(t, &c->old.sent_by, zv_leg_who(by->leg));
}

static void
forget_sending(struct zv_chan *c)
{
	if (c)
		zv_text_free(&c->old.sent_by);
}

void
zv_old_sent_on(struct zv_calls *t, struct zv_chan *c, struct zv_str to)
{
	if (!c->old.sent_by.n || !zv_name_is_exten(to))
		return;
	zv_fact_sent_on(t, c, c->old.sent_by, to);
	forget_sending(c);
}

/* ---- by the phone -------------------------------------------------------------- */

/* To be parked is no transfer: ParkedCall tells that. */
static void
on_blind(struct zv_calls *t, const struct zv_in *in, struct zv_chan *by)
{
	forget_sending(zv_chan_find(t, zv_in_get(in, ZV_KEY_TARGET_UNIQUEID)));
	if (!zv_in_is(in, ZV_KEY_TRANSFER_2_PARKING, "Yes"))
		zv_fact_transfer(t, ZV_TRANSFER_BLIND, by,
				 zv_in_get(in, ZV_KEY_TRANSFER_EXTEN));
}

/* The other side of the consultation, or the number that was dialled for it. */
static struct zv_str
consulted(struct zv_calls *t, const struct zv_chan *second)
{
	struct zv_live_leg *far = zv_bridge_far(t, second);

	if (far)
		return zv_leg_who(far);
	return second->call ? second->call->dialled : (struct zv_str){ NULL, 0 };
}

/* It takes the other one off hold without an event. */
static void
on_attended(struct zv_calls *t, const struct zv_in *in, struct zv_chan *by)
{
	struct zv_chan *second = zv_chan_find(t, zv_in_get(in, ZV_KEY_TARGET_UNIQUEID));
	struct zv_str to = { NULL, 0 }; /* outlives the call that is merged */

	if (!second || second == by)
		return;
	zv_text_share(&to, consulted(t, second));
	zv_fact_hold(t, by, false);
	zv_fact_together(t, by, second);
	zv_fact_transfer(t, ZV_TRANSFER_ATTENDED, by, to);
	zv_text_free(&to);
}

static void
on_transfer(struct zv_calls *t, const struct zv_in *in)
{
	struct zv_chan *by = zv_fact_known(t, zv_in_get(in, ZV_KEY_UNIQUEID));

	if (by && zv_in_is(in, ZV_KEY_TRANSFER_TYPE, "Blind"))
		on_blind(t, in, by);
	else if (by && zv_in_is(in, ZV_KEY_TRANSFER_TYPE, "Attended"))
		on_attended(t, in, by);
}

/* ---- by feature code ------------------------------------------------------------- */

struct zv_str
zv_old_local_number(struct zv_str channel)
{
	struct zv_str number = zv_name_peer(channel);

	number.n = zv_str_find(number, ZV_STR("@"));
	return number;
}

/* Transfered/X takes X, who was waiting, to the one that was consulted. Its holder made
 * it so: its peer is the consultation. */
void
zv_old_transfered(struct zv_calls *t, struct zv_str helper)
{
	struct zv_str name = zv_str_from(helper, zv_str_find(helper, ZV_STR("/")) + 1);
	struct zv_chan *waiting = zv_chan_find_name(t, name);
	struct zv_chan *by = waiting ? waiting->old.holder : NULL;
	struct zv_chan *second = by ? by->old.peer : NULL;
	struct zv_live_leg *far;

	if (!second)
		return;
	far = second->leg ? second->leg : zv_bridge_far(t, second);
	zv_fact_transfer(t, ZV_TRANSFER_ATTENDED, by,
			 far ? zv_leg_who(far) : zv_old_local_number(second->name));
}

/* ---- parking -------------------------------------------------------------------- */

static struct zv_chan *
parked(struct zv_calls *t, const struct zv_in *in)
{
	return zv_old_find(t, zv_in_get(in, ZV_KEY_UNIQUEID),
			   zv_in_get(in, ZV_KEY_CHANNEL));
}

static void
on_parked(struct zv_calls *t, const struct zv_in *in)
{
	struct zv_chan *c = parked(t, in);

	if (!c)
		return;
	forget_sending(c);
	zv_fact_parked(t, c, zv_in_get(in, ZV_KEY_EXTEN),
		       zv_name_peer(zv_in_get(in, ZV_KEY_FROM)));
}

static void
on_unparked(struct zv_calls *t, const struct zv_in *in)
{
	struct zv_chan *c = parked(t, in);

	if (c)
		zv_fact_retrieved(t, c,
				  zv_chan_find_name(t, zv_in_get(in, ZV_KEY_FROM)));
}

static void
on_timeout(struct zv_calls *t, const struct zv_in *in)
{
	struct zv_chan *c = parked(t, in);

	if (c)
		zv_fact_retrieved(t, c, NULL);
}

#define PARKED ZV_KEY_UNIQUEID, ZV_KEY_CHANNEL, ZV_KEY_EXTEN, ZV_KEY_FROM

const struct zv_rule zv_rules_old_transfer[] = {
	{ "Transfer",
	  ZV_OLD,
	  on_transfer,
	  { ZV_KEY_UNIQUEID, ZV_KEY_TRANSFER_TYPE, ZV_KEY_TRANSFER_EXTEN,
	    ZV_KEY_TRANSFER_2_PARKING, ZV_KEY_TARGET_UNIQUEID } },
	{ "ParkedCall", ZV_OLD, on_parked, { PARKED } },
	{ "UnParkedCall", ZV_OLD, on_unparked, { PARKED } },
	{ "ParkedCallTimeOut", ZV_OLD, on_timeout, { PARKED } },
	{ .event = NULL },
};
