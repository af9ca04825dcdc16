#include "office/call.h"

#include "office/bridge.h"
#include "office/channel.h"
#include "office/lines.h"
#include "office/plan.h"
#include "office/queue.h"
#include "office/write.h"

/* ---- whom to call ---------------------------------------------------------- */

bool
zv_target_parse(struct zv_office *o, struct zv_str text, struct zv_target *out)
{
	struct zv_str technology = ZV_STR("PJSIP/"), number, where;

	if (!zv_str_starts_nocase(text, technology))
		return false;
	where = zv_str_from(text, technology.n);
	number = where;
	if (zv_str_find(where, ZV_STR("@")) < where.n) {
		zv_str_split(&where, '@', &number);
		out->line = zv_line_find(o, where);
		if (!out->line || !out->line->is_trunk)
			return false;
	} else {
		out->line = zv_line_find(o, where);
	}
	ZV_COPY(out->number, number);
	return out->line && out->line->mood != ZV_MOOD_UNREGISTERED;
}

struct zv_fate
zv_target_fate(struct zv_office *o, const struct zv_target *t)
{
	enum zv_mood mood = t->line->is_trunk ? zv_mood_of_number(zvon_str(t->number))
					      : t->line->mood;
	struct zv_fate fate = { mood, zv_chance_between(&o->chance, 1000, 4000) };

	if (!t->line->is_trunk && !zv_line_is_free(o, t->line))
		fate.mood = ZV_MOOD_BUSY;
	if (fate.mood != ZV_MOOD_FRIENDLY)
		fate.after_ms /= 2;
	return fate;
}

/* ---- ringing --------------------------------------------------------------- */

static void
refuse(struct zv_channel *callee, int cause, int sip)
{
	const struct zv_tie *tie = callee->tie;

	callee->requested = true;
	zv_event_request(callee, "HangupRequest", cause, sip);
	callee->tie = NULL;
	callee->cause = cause;
	callee->sip = sip;
	tie->refused(callee, cause);
	zv_hangup(callee, cause, sip);
}

bool
zv_pick_up(struct zv_channel *callee)
{
	const struct zv_tie *tie = callee->tie;

	if (!tie || callee->state != ZV_CHANNEL_RINGING)
		return false;
	zv_office_timer_stop(&callee->timer);
	callee->tie = NULL;
	zv_channel_set_state(callee, ZV_CHANNEL_UP);
	tie->answered(callee);
	return true;
}

static void
meet_fate(struct zv_office_timer *timer)
{
	struct zv_channel *callee = ZV_OWNER(timer, struct zv_channel, timer);

	switch (callee->fate.mood) {
	case ZV_MOOD_FRIENDLY:
		zv_pick_up(callee);
		break;
	case ZV_MOOD_DECLINES:
		refuse(callee, 21, 603);
		break;
	case ZV_MOOD_BUSY:
		refuse(callee, 17, 486);
		break;
	case ZV_MOOD_CONGESTED:
		refuse(callee, 34, 503);
		break;
	case ZV_MOOD_AWAY:
	case ZV_MOOD_UNREGISTERED:
		break;
	}
}

static void
begin_to_ring(struct zv_office_timer *timer)
{
	struct zv_channel *callee = ZV_OWNER(timer, struct zv_channel, timer);
	struct zv_office *o = callee->office;

	zv_channel_set_state(callee, ZV_CHANNEL_RINGING);
	callee->tie->ringing(callee);
	if (callee->fate.mood != ZV_MOOD_AWAY)
		zv_office_timer_set(&o->timers, &callee->timer,
				    o->now_ms + callee->fate.after_ms, meet_fate);
}

void
zv_ring(struct zv_channel *callee, const struct zv_tie *tie, struct zv_fate fate)
{
	struct zv_office *o = callee->office;

	callee->tie = tie;
	callee->fate = fate;
	zv_office_timer_set(&o->timers, &callee->timer,
			    o->now_ms + zv_chance_between(&o->chance, 50, 250),
			    begin_to_ring);
}

void
zv_show_connected(struct zv_channel *c, const struct zv_channel *other)
{
	c->connected = other->caller;
	zv_event_plain(c, "NewConnectedLine");
}

void
zv_show_caller(struct zv_channel *callee, struct zv_channel *caller, const char *app)
{
	callee->connected = caller->caller;
	ZV_COPY(callee->exten, zvon_str(caller->exten));
	if (!callee->caller.number[0])
		ZV_COPY(callee->caller.number, zvon_str(caller->exten));
	zv_channel_set_app(callee, app, "(Outgoing Line)");
	zv_event_newexten(callee);
	zv_show_connected(callee, caller);
}

/* ---- hanging up ------------------------------------------------------------ */

static void
give_up_callee(struct zv_channel *c, int cause, int sip)
{
	struct zv_channel *callee = c->callee;

	if (!callee)
		return;
	callee->tie->cancelled(callee);
	callee->tie = NULL;
	callee->ringer = c->callee = NULL;
	zv_hangup(callee, cause == 127 ? cause : 0, cause == 127 ? sip : 0);
}

/* Out of the bridge; the queue hears it before the world does. */
static struct zv_channel *
part(struct zv_channel *c, enum zv_queue_reason reason)
{
	struct zv_channel *peer = zv_bridge_peer(c);

	if (c->waiting)
		zv_queue_complete(c, ZV_QUEUE_CALLER);
	else if (peer->waiting)
		zv_queue_complete(peer, reason);
	return zv_bridge_part(c);
}

static void
stop_ringing(struct zv_channel *c)
{
	const struct zv_tie *tie = c->tie;

	c->tie = NULL;
	if (tie)
		tie->gone(c);
}

static void
soft_hangup(struct zv_channel *c)
{
	if (c->extension)
		zv_event_request(c, "SoftHangupRequest", 16, c->requested ? c->sip : 0);
}

static void
mark(struct zv_channel *c, int cause, int sip)
{
	c->hung_up = true;
	c->cause = cause;
	c->sip = sip;
	zv_office_timer_stop(&c->timer);
	zv_office_timer_stop(&c->patience);
}

void
zv_hangup(struct zv_channel *c, int cause, int sip)
{
	struct zv_channel *peer = NULL, *first = c;

	if (c->hung_up)
		return;
	mark(c, cause, sip);
	stop_ringing(c);
	if (c->bridge) {
		peer = part(c, ZV_QUEUE_AGENT);
		mark(peer, cause, sip);
	}
	zv_queue_gone(c);
	give_up_callee(c, cause, sip);
	/* the one that was called goes before the one that runs the dialplan */
	if (peer && c->extension)
		first = peer;
	soft_hangup(c);
	if (peer)
		soft_hangup(peer);
	zv_channel_bury(first);
	if (peer)
		zv_channel_bury(first == c ? peer : c);
}

/* Causes as chan_pjsip gives them: none for a channel that the dialplan answered. */
void
zv_hangup_by_phone(struct zv_channel *c)
{
	bool cancels = c->state != ZV_CHANNEL_UP;
	int cause = cancels ? 127 : 16;

	c->requested = true;
	if (!cancels && (c->waiting || !c->bridge)) {
		zv_event_request(c, "HangupRequest", -1, 0);
		zv_hangup(c, c->bridge ? cause : 0, 0);
		return;
	}
	zv_event_request(c, "HangupRequest", cause, cancels ? 487 : 0);
	zv_hangup(c, cause, cancels ? 487 : 0);
}

/* ---- passing on ------------------------------------------------------------ */

void
zv_detach(struct zv_channel *c, struct zv_channel *spare)
{
	struct zv_channel *peer;

	zv_office_timer_stop(&c->timer);
	zv_office_timer_stop(&c->patience);
	if (c->bridge) {
		peer = part(c, ZV_QUEUE_TRANSFER);
		if (peer != spare)
			zv_hangup(peer, 16, 0);
	}
	zv_queue_gone(c);
	give_up_callee(c, 16, 0);
}

static void
transfer_event(struct zv_channel *transferer, struct zv_channel *transferee,
	       const char *context, const char *exten)
{
	struct zv_buf *e = zv_event(transferer->office, "BlindTransfer", ZV_CLASS_CALL);

	zv_put_text(e, "Result", "Success");
	zv_put_channel(e, "Transferer", transferer);
	zv_put_channel(e, "Transferee", transferee);
	zv_put_bridge(e, transferer->bridge);
	zv_put_text(e, "IsExternal", "Yes");
	zv_put_text(e, "Context", context);
	zv_put_text(e, "Extension", exten);
	zv_event_send(transferer->office);
}

bool
zv_blind_transfer(struct zv_channel *transferer, const char *context, const char *exten)
{
	struct zv_office *o = transferer->office;
	struct zv_channel *transferee = zv_bridge_peer(transferer);

	if (!transferee)
		return false;
	/* Asterisk sends this Unhold also when nobody was on hold */
	if (transferer->bridge->holder)
		zv_bridge_resume(transferer->bridge);
	else
		zv_event_plain(transferer, "Unhold");
	zv_channel_set(o, transferee, "BLINDTRANSFER", transferer->name);
	zv_channel_set(o, transferer, "BLINDTRANSFER", transferee->name);
	transfer_event(transferer, transferee, context, exten);
	zv_detach(transferer, transferee);
	zv_hangup(transferer, 16, 0);
	zv_office_timer_stop(&transferee->patience);
	transferee->wish = (struct zv_wish){ 0 };
	zv_plan_start(transferee, context, exten, 1);
	return true;
}
