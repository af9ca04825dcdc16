#include "office/bridge.h"

#include "base/mem.h"
#include "office/call.h"
#include "office/channel.h"
#include "office/lines.h"
#include "office/write.h"

static void
bridge_event(struct zv_bridge *b, const char *name, const struct zv_channel *c)
{
	struct zv_buf *e = zv_event(b->office, name, ZV_CLASS_CALL);

	zv_put_bridge(e, b);
	if (c)
		zv_put_channel(e, "", c);
	zv_event_send(b->office);
}

struct zv_channel *
zv_bridge_peer(const struct zv_channel *c)
{
	struct zv_bridge *b = c->bridge;

	return b ? b->members[b->members[0] == c] : NULL;
}

static void
enter(struct zv_bridge *b, int place, struct zv_channel *c)
{
	b->members[place] = c;
	c->bridge = b;
	bridge_event(b, "BridgeEnter", c);
}

static void
leave(struct zv_bridge *b, struct zv_channel *c)
{
	zv_channel_set(b->office, c, "BRIDGEPEER", "");
	zv_channel_set(b->office, c, "BRIDGEPVTCALLID", "");
	b->members[b->members[0] != c] = NULL;
	c->bridge = NULL;
	bridge_event(b, "BridgeLeave", c);
}

static void
tell_peer(struct zv_channel *c)
{
	char id[ZV_UUID_TEXT];

	zv_chance_uuid(&c->office->chance, id);
	zv_channel_set(c->office, c, "BRIDGEPEER", zv_bridge_peer(c)->name);
	zv_channel_set(c->office, c, "BRIDGEPVTCALLID", id);
}

/* ---- hold ------------------------------------------------------------------ */

void
zv_bridge_hold(struct zv_channel *holder)
{
	struct zv_channel *other = zv_bridge_peer(holder);
	struct zv_buf *e;

	if (!other || holder->bridge->holder)
		return;
	holder->bridge->holder = holder;
	e = zv_event_of(holder, "Hold", ZV_CLASS_CALL);
	zv_put_text(e, "MusicClass", "default");
	zv_event_send(holder->office);
	e = zv_event_of(other, "MusicOnHoldStart", ZV_CLASS_CALL);
	zv_put_text(e, "Class", "default");
	zv_event_send(holder->office);
	zv_line_update(other->office, other->line);
}

void
zv_bridge_resume(struct zv_bridge *b)
{
	struct zv_channel *holder = b->holder, *other;

	if (!holder)
		return;
	other = zv_bridge_peer(holder);
	b->holder = NULL;
	zv_event_plain(holder, "Unhold");
	zv_event_plain(other, "MusicOnHoldStop");
	zv_line_update(other->office, other->line);
}

/* ---- the talk -------------------------------------------------------------- */

static int
sooner(int a, int b)
{
	if (!a || !b)
		return a ? a : b;
	return a < b ? a : b;
}

static void talk_step(struct zv_office_timer *timer);

static void
wait_for_step(struct zv_bridge *b)
{
	const struct zv_talk *t = &b->talk;
	int at = sooner(sooner(t->hold_ms, t->resume_ms),
			sooner(t->transfer_ms, t->end_ms));

	if (at)
		zv_office_timer_set(&b->office->timers, &b->timer, b->since_ms + at,
				    talk_step);
}

/* The one who holds and transfers: a phone, never the trunk. */
static struct zv_channel *
actor_of(const struct zv_bridge *b)
{
	struct zv_channel *c = b->members[b->talk.caller_acts];

	return c->line->is_trunk ? zv_bridge_peer(c) : c;
}

static void
transfer_somewhere(struct zv_bridge *b)
{
	struct zv_channel *actor = actor_of(b);
	struct zv_line *to = zv_line_any_free(b->office);

	if (to && !actor->line->is_trunk)
		zv_blind_transfer(actor, "internal", to->number);
}

static bool
is_due(int *at, int64_t elapsed)
{
	if (!*at || *at > elapsed)
		return false;
	*at = 0;
	return true;
}

/* One thing at a time: hanging up and transferring end the bridge. */
static void
talk_step(struct zv_office_timer *timer)
{
	struct zv_bridge *b = ZV_OWNER(timer, struct zv_bridge, timer);
	int64_t elapsed = b->office->now_ms - b->since_ms;

	if (is_due(&b->talk.hold_ms, elapsed)) {
		if (!actor_of(b)->line->is_trunk)
			zv_bridge_hold(actor_of(b));
		wait_for_step(b);
	} else if (is_due(&b->talk.resume_ms, elapsed)) {
		zv_bridge_resume(b);
		wait_for_step(b);
	} else if (is_due(&b->talk.transfer_ms, elapsed)) {
		wait_for_step(b);
		transfer_somewhere(b);
	} else if (is_due(&b->talk.end_ms, elapsed)) {
		zv_hangup_by_phone(b->members[b->talk.caller_ends]);
	}
}

static struct zv_talk
some_talk(struct zv_office *o)
{
	return (struct zv_talk){
		.end_ms = zv_chance_between(&o->chance, 30000, 120000),
		.caller_ends = zv_chance_percent(&o->chance, 50),
	};
}

/* ---- life of a bridge ------------------------------------------------------ */

bool
zv_bridge_join(struct zv_channel *callee, struct zv_channel *caller)
{
	struct zv_office *o = callee->office;
	struct zv_bridge *b = zv_calloc(1, sizeof *b);

	if (!b) {
		o->failed = true;
		return false;
	}
	b->office = o;
	b->since_ms = o->now_ms;
	b->talk = caller->wish.has_talk ? caller->wish.talk : some_talk(o);
	caller->wish.has_talk = false;
	zv_chance_uuid(&o->chance, b->id);
	zv_list_append(&o->bridges, &b->node);
	bridge_event(b, "BridgeCreate", NULL);
	enter(b, 0, callee);
	enter(b, 1, caller);
	tell_peer(callee);
	tell_peer(caller);
	wait_for_step(b);
	return true;
}

void
zv_bridge_free(struct zv_bridge *b)
{
	zv_office_timer_stop(&b->timer);
	zv_list_remove(&b->node);
	zv_free(b);
}

struct zv_channel *
zv_bridge_part(struct zv_channel *first)
{
	struct zv_bridge *b = first->bridge;
	struct zv_channel *other = zv_bridge_peer(first);

	zv_bridge_resume(b);
	leave(b, first);
	leave(b, other);
	bridge_event(b, "BridgeDestroy", NULL);
	zv_bridge_free(b);
	return other;
}
