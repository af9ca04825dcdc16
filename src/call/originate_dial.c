/* What the own channel dials, and the queues that dial for it. */
#include "call/originate_event.h"

#include "base/mem.h"
#include "zvon/error.h"

/* ---- dialling ------------------------------------------------------------- */

static void
forget_round(struct zv_originate *o)
{
	struct zv_node *node, *next;

	ZV_EACH(&o->far, node, next)
	{
		zv_list_remove(node);
		zv_free(ZV_OWNER(node, struct zv_party, node));
	}
	o->n_far = 0;
}

static struct zv_party *
add_far(struct zv_originate *o, struct zv_str channel, struct zv_str unique_id)
{
	struct zv_party *far;

	if (o->n_far == ZV_ORIGINATE_MAX_DIALED)
		return NULL;
	far = zv_calloc(1, sizeof *far);
	if (!far) {
		o->failed = ZV_ENOMEM;
		return NULL;
	}
	zv_name_set(&far->channel, channel);
	zv_name_set(&far->unique_id, unique_id);
	zv_list_append(&o->far, &far->node);
	o->n_far++;
	return far;
}

static struct zv_str
dialled_channel(const struct zv_packet *event)
{
	struct zv_str channel = zv_event_get(event, "DestChannel");

	return channel.n ? channel : zv_event_get(event, "Destination");
}

static bool
rings_already(const struct zv_originate *o, struct zv_str unique_id)
{
	for (size_t i = 0; i < ZV_MAX_RANG; i++)
		if (zv_name_is(&o->rang[i], unique_id))
			return true;
	return false;
}

void
zv_originate_on_dial_begin(struct zv_originate *o, const struct zv_packet *event)
{
	struct zv_str id = zv_event_get(event, "DestUniqueid");
	struct zv_party *far;

	if (!zv_originate_is_own(o, event, "Uniqueid") || zv_originate_far(o, id))
		return;
	if (zv_originate_round_over(o))
		forget_round(o);
	far = add_far(o, dialled_channel(event), id);
	if (!far)
		return;
	zv_originate_own_up(o);
	o->quiet_at = INT64_MAX;
	zv_originate_tell(o, ZV_ORIGINATE_DIALING, ZV_SIDE_FAR, far,
			  zv_event_get(event, "DialString"));
	if (rings_already(o, id))
		zv_originate_ring(o, far, ZV_SIDE_FAR);
}

void
zv_originate_on_dial_state(struct zv_originate *o, const struct zv_packet *event)
{
	struct zv_party *far = zv_originate_far(o, zv_event_get(event, "DestUniqueid"));

	if (!zv_event_is(event, "DialStatus", "RINGING"))
		return;
	if (zv_originate_is_own(o, event, "DestUniqueid"))
		zv_originate_ring(o, &o->own, ZV_SIDE_OWN);
	else if (far)
		zv_originate_ring(o, far, ZV_SIDE_FAR);
}

static void
own_dial_end(struct zv_originate *o, const struct zv_packet *event)
{
	zv_name_set(&o->own.status, zv_event_get(event, "DialStatus"));
	if (zv_event_get(event, "Forward").n)
		o->own.forwarded = true;
	else if (zv_event_is(event, "DialStatus", "ANSWER"))
		zv_originate_own_up(o);
}

/* A queue tells the end of one ringing twice, the second time as CANCEL. */
static void
far_dial_end(struct zv_originate *o, struct zv_party *far,
	     const struct zv_packet *event)
{
	far->forwarded |= zv_event_get(event, "Forward").n > 0;
	if (!far->ended)
		zv_name_set(&far->status, zv_event_get(event, "DialStatus"));
	far->ended = true;
	if (zv_event_is(event, "DialStatus", "ANSWER"))
		zv_originate_answered(o, far, "answered by");
	else if (o->own.gone)
		zv_originate_settle(o);
	else
		zv_originate_be_quiet(o);
}

/* 12 and later: one for each destination. A picker's channel is answered without
 * having been dialled. */
void
zv_originate_on_dial_end(struct zv_originate *o, const struct zv_packet *event)
{
	struct zv_str id = zv_event_get(event, "DestUniqueid");
	struct zv_party *far = zv_originate_far(o, id);

	if (zv_originate_is_own(o, event, "DestUniqueid")) {
		own_dial_end(o, event);
	} else if (zv_originate_is_own(o, event, "Uniqueid")) {
		if (!far)
			far = add_far(o, dialled_channel(event), id);
		if (far)
			far_dial_end(o, far, event);
	}
}

/* 1.x: one for the whole Dial, at the end of the call. */
static void
on_old_dial_end(struct zv_originate *o, const struct zv_packet *event)
{
	struct zv_node *node, *next;

	if (!zv_originate_is_own(o, event, "Uniqueid"))
		return;
	ZV_EACH(&o->far, node, next)
	far_dial_end(o, ZV_OWNER(node, struct zv_party, node), event);
}

void
zv_originate_on_old_dial(struct zv_originate *o, const struct zv_packet *event)
{
	if (zv_event_is(event, "SubEvent", "Begin"))
		zv_originate_on_dial_begin(o, event);
	else if (zv_event_is(event, "SubEvent", "End"))
		on_old_dial_end(o, event);
}

/* ---- queues --------------------------------------------------------------- */

void
zv_originate_on_queue_join(struct zv_originate *o, const struct zv_packet *event)
{
	if (!zv_originate_is_own(o, event, "Uniqueid"))
		return;
	zv_originate_own_up(o);
	o->in_queue = true;
	o->left_queue = o->abandoned = o->queue_gave_up = false;
	o->quiet_at = INT64_MAX;
	zv_name_set(&o->queue, zv_event_get(event, "Queue"));
	zv_originate_tell(o, ZV_ORIGINATE_QUEUED, ZV_SIDE_FAR, &o->own,
			  zv_name_str(&o->queue));
}

/* Also when an agent answers; AgentConnect comes right behind it then. */
void
zv_originate_on_queue_leave(struct zv_originate *o, const struct zv_packet *event)
{
	if (!zv_originate_is_own(o, event, "Uniqueid"))
		return;
	o->in_queue = false;
	o->left_queue = true;
	zv_originate_be_quiet(o);
}

/* Also when the queue gives up by itself, after its time-out (1.8 to 22). */
void
zv_originate_on_queue_abandon(struct zv_originate *o, const struct zv_packet *event)
{
	if (!zv_originate_is_own(o, event, "Uniqueid"))
		return;
	o->abandoned = true;
	if (o->own.hung_up)
		zv_originate_decide(o);
}

void
zv_originate_on_agent_connect(struct zv_originate *o, const struct zv_packet *event)
{
	struct zv_party agent = { 0 };

	if (!zv_originate_is_own(o, event, "Uniqueid"))
		return;
	zv_name_set(&agent.channel, zv_event_get(event, "DestChannel").n
					    ? zv_event_get(event, "DestChannel")
					    : zv_event_get(event, "Channel"));
	zv_originate_answered(o, &agent, "answered from the queue by");
}
