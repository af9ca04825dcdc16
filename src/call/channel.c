#include "call/model.h"

#include "base/mem.h"
#include "zvon/error.h"

#define NOTHING ((struct zv_str){ NULL, 0 })

/* ---- finding -------------------------------------------------------------- */

struct zv_chan *
zv_chan_find(struct zv_calls *t, struct zv_str unique_id)
{
	struct zv_chan *c =
		unique_id.n ? zv_map_find(&t->channels_by_id, unique_id) : NULL;

	if (c)
		c->confirmed = t->snapshot;
	return c;
}

struct zv_chan *
zv_chan_find_name(struct zv_calls *t, struct zv_str name)
{
	struct zv_chan *c = name.n ? zv_map_find(&t->channels_by_name, name) : NULL;

	if (c)
		c->confirmed = t->snapshot;
	return c;
}

struct zv_chan *
zv_fact_known(struct zv_calls *t, struct zv_str unique_id)
{
	struct zv_chan *c = zv_chan_find(t, unique_id);

	if (!c && zv_gone_has(t, unique_id))
		t->counters.late++;
	else if (!c)
		t->counters.strange++;
	return c;
}

/* ---- life ----------------------------------------------------------------- */

static void
forget_others(struct zv_old *old)
{
	if (old->peer)
		old->peer->old.peer = NULL;
	if (old->holder)
		old->holder->old.listener = NULL;
	if (old->listener)
		old->listener->old.holder = NULL;
	zv_text_free(&old->sent_by);
}

/* Later servers tell the Uniqueid in every event; there only the halves of a Local
 * channel are found by name. */
static bool
is_found_by_name(const struct zv_calls *t, const struct zv_chan *c)
{
	return t->generation != 2 || c->tech == ZV_TECH_LOCAL;
}

/* In AMI 1.x a name may come twice for a moment (masquerade): the newer one counts. */
static int
name_it(struct zv_calls *t, struct zv_chan *c)
{
	int rc;

	if (!c->name.n || !is_found_by_name(t, c))
		return 0;
	rc = zv_map_add(&t->channels_by_name, c->name, c);
	if (rc != ZV_EBUSY)
		return rc;
	zv_map_remove(&t->channels_by_name, c->name);
	return zv_map_add(&t->channels_by_name, c->name, c);
}

/* Another one may have its name by now. */
static void
unname_it(struct zv_calls *t, struct zv_chan *c)
{
	struct zv_chan *removed;

	if (!t->channels_by_name.n)
		return;
	removed = zv_map_remove(&t->channels_by_name, c->name);
	if (removed && removed != c &&
	    zv_map_add(&t->channels_by_name, removed->name, removed) < 0)
		t->failed = ZV_ENOMEM;
}

void
zv_chan_free(struct zv_calls *t, struct zv_chan *c)
{
	forget_others(&c->old);
	unname_it(t, c);
	if (c->unique_id.n)
		zv_map_remove(&t->channels_by_id, c->unique_id);
	if (c->other)
		c->other->other = NULL;
	if (zv_list_is_linked(&c->unsure))
		zv_list_remove(&c->unsure);
	if (zv_list_is_linked(&c->node))
		zv_list_remove(&c->node);
	zv_text_free(&c->name);
	zv_text_free(&c->unique_id);
	zv_text_free(&c->linked_id);
	zv_free(c);
}

static bool
fill_in(struct zv_calls *t, struct zv_chan *c, const struct zv_seen *seen)
{
	zv_text_set(t, &c->unique_id, seen->unique_id);
	zv_text_set(t, &c->name, seen->channel);
	if (!c->unique_id.n || c->name.n != seen->channel.n ||
	    zv_map_add(&t->channels_by_id, c->unique_id, c) < 0 || name_it(t, c) < 0)
		return false;
	if (c->tech == ZV_TECH_PEER || c->tech == ZV_TECH_TRUNK)
		c->leg = zv_leg_new(t, c, seen);
	return true;
}

static struct zv_chan *
new_channel(struct zv_calls *t, const struct zv_seen *seen)
{
	struct zv_chan *c = zv_calloc(1, sizeof *c);

	if (!c) {
		t->failed = ZV_ENOMEM;
		return NULL;
	}
	c->state = ZV_STATE_UNKNOWN;
	c->confirmed = t->snapshot;
	c->serial = ++t->order;
	c->tech = zv_name_tech(seen->channel);
	if (!fill_in(t, c, seen)) {
		t->failed = ZV_ENOMEM;
		zv_chan_free(t, c);
		return NULL;
	}
	zv_list_append(&t->channels, &c->node);
	return c;
}

static bool
may_be_made(struct zv_calls *t, const struct zv_seen *seen)
{
	uint64_t *why = NULL;

	if (!seen->unique_id.n || !seen->channel.n ||
	    seen->unique_id.n > ZV_CALLS_MAX_TEXT ||
	    seen->channel.n > ZV_CALLS_MAX_TEXT)
		why = &t->counters.strange;
	else if (zv_gone_has(t, seen->unique_id))
		why = &t->counters.late;
	else if (t->channels_by_id.n >= t->max_channels)
		why = &t->counters.refused;
	if (why)
		++*why;
	return !why;
}

/* ---- whose it is ------------------------------------------------------------ */

static void
become_caller(struct zv_calls *t, struct zv_chan *c, struct zv_str exten)
{
	if (c->leg && !c->call)
		c->leg->pub.role = ZV_ROLE_CALLER;
	zv_call_begin(t, c, exten);
}

/* "Local/103@internal-00000011;1" and ";2" are two halves of one; 1.4: ",1". */
static void
find_other_half(struct zv_calls *t, struct zv_chan *c)
{
	char other[ZV_CALLS_MAX_TEXT];
	struct zv_str name = { other, c->name.n };
	struct zv_chan *found;

	if (c->tech != ZV_TECH_LOCAL || name.n < 2 ||
	    !strchr(";,", c->name.p[name.n - 2]))
		return;
	memcpy(other, c->name.p, name.n);
	other[name.n - 1] = other[name.n - 1] == '1' ? '2' : '1';
	found = zv_chan_find_name(t, name);
	if (found)
		zv_fact_local_pair(t, found, c);
}

/* The first phone in a call of Local channels only is the one that clicked. */
static bool
is_first_phone(const struct zv_chan *c, const struct zv_live_call *call)
{
	return c->leg && call && !call->order;
}

/* A new channel joins the call that its Linkedid names (12 and later). Of the others
 * one that calls makes a call; one that is called waits until it is told by whom. */
static void
place(struct zv_calls *t, struct zv_chan *c, const struct zv_seen *seen)
{
	struct zv_live_call *call = zv_call_find_link(t, seen->linked_id);
	bool calls = seen->state == ZV_STATE_RING || seen->state == ZV_STATE_UP;

	if (c->leg && (calls || is_first_phone(c, call)))
		c->leg->pub.role = ZV_ROLE_CALLER;
	if (c->leg && !calls && is_first_phone(c, call))
		c->leg->own = true;
	if (call)
		zv_call_add(t, call, c);
	else if (calls || c->tech == ZV_TECH_LOCAL)
		zv_call_begin(t, c, calls && c->leg ? seen->exten : NOTHING);
	find_other_half(t, c);
	if (c->call)
		zv_call_link(t, c->call, seen->linked_id);
	else
		zv_text_set(t, &c->linked_id, seen->linked_id);
}

/* Who it is and whom it calls, until both are known. */
static void
learn(struct zv_calls *t, struct zv_chan *c, const struct zv_seen *seen)
{
	struct zv_live_leg *leg = c->leg;

	if (!c->dialing && !c->originated)
		zv_leg_learn(t, leg, seen->number, seen->name);
	if (c->state == ZV_STATE_RING || c->state == ZV_STATE_UP)
		zv_call_dialled(t, c, seen->exten);
	c->learned = leg->pub.number.n && leg->pub.name.n && c->call &&
		     (c->call->dialled.n || leg->pub.role == ZV_ROLE_CALLEE);
}

struct zv_chan *
zv_fact_channel(struct zv_calls *t, const struct zv_seen *seen)
{
	struct zv_chan *c = zv_chan_find(t, seen->unique_id);

	if (!c && may_be_made(t, seen)) {
		c = new_channel(t, seen);
		if (c)
			place(t, c, seen);
	}
	if (!c)
		return NULL;
	zv_fact_state(t, c, seen->state);
	if (c->leg && !c->learned)
		learn(t, c, seen);
	return c;
}

void
zv_chan_settle(struct zv_calls *t, struct zv_chan *c)
{
	if (c->call || !c->leg)
		return;
	c->leg->guessed = c->leg->own = true;
	c->originated = true;
	become_caller(t, c, NOTHING);
	zv_click_begin(t, c);
}

/* It rings, and nobody said who calls it: that may still come. */
static void
become_unsure(struct zv_calls *t, struct zv_chan *c)
{
	if (c->call || !c->leg || zv_list_is_linked(&c->unsure))
		return;
	c->settle_ms = t->now_ms + ZV_CALLS_SETTLE_MS;
	zv_list_append(&t->unsure, &c->unsure);
}

void
zv_fact_state(struct zv_calls *t, struct zv_chan *c, int state)
{
	if (state == ZV_STATE_UNKNOWN || state == c->state)
		return;
	c->state = state;
	if (state == ZV_STATE_RING) {
		become_caller(t, c, NOTHING);
	} else if (state == ZV_STATE_RINGING) {
		zv_fact_ringing(t, c);
		become_unsure(t, c);
	} else if (state == ZV_STATE_UP) {
		zv_chan_settle(t, c);
		if (c->leg)
			zv_leg_answered(t, c->leg);
		else
			zv_dial_over(c); /* 1.x tells no end of a dial to a Local */
	}
}

void
zv_fact_originated(struct zv_chan *c)
{
	c->originated = true;
}

void
zv_fact_ringing(struct zv_calls *t, struct zv_chan *c)
{
	if (c->leg)
		zv_leg_ringing(t, c->leg);
}

void
zv_fact_exten(struct zv_calls *t, struct zv_chan *c, struct zv_str exten)
{
	if (!zv_name_is_exten(exten))
		return;
	if (!c->call && c->state != ZV_STATE_DOWN)
		zv_chan_settle(t, c);
	zv_call_dialled(t, c, exten);
	zv_queue_went_on(c);
}

void
zv_fact_rename(struct zv_calls *t, struct zv_chan *c, struct zv_str name)
{
	if (!name.n || name.n > ZV_CALLS_MAX_TEXT || zvon_str_equal(name, c->name))
		return;
	unname_it(t, c);
	zv_text_set(t, &c->name, name);
	if (name_it(t, c) < 0)
		t->failed = ZV_ENOMEM;
	c->tech = zv_name_tech(name);
	if (c->leg && !memchr(name.p, '<', name.n)) /* <MASQ>, <ZOMBIE> */
		zv_text_share(&c->leg->pub.channel, c->name);
}

/* ---- Local, masquerade ------------------------------------------------------- */

void
zv_fact_together(struct zv_calls *t, struct zv_chan *a, struct zv_chan *b)
{
	if (a == b)
		zv_call_of(t, a);
	else if (a->call && b->call)
		zv_call_merge(t, a->call, b->call);
	else if (a->call)
		zv_call_add(t, a->call, b);
	else if (zv_call_of(t, b))
		zv_call_add(t, b->call, a);
}

void
zv_fact_local_pair(struct zv_calls *t, struct zv_chan *one, struct zv_chan *two)
{
	if (one == two || one->other == two)
		return;
	if (one->other)
		one->other->other = NULL;
	if (two->other)
		two->other->other = NULL;
	one->other = two;
	two->other = one;
	zv_fact_together(t, one, two);
}

static void
give_leg(struct zv_calls *t, struct zv_live_leg *leg, struct zv_chan *to)
{
	to->leg = leg;
	if (!leg)
		return;
	leg->channel = to;
	zv_text_share(&leg->pub.unique_id, to->unique_id);
}

/* The half of a Local channel whose other half is that one, is c now. */
static void
give_half(struct zv_chan *c, struct zv_chan *other)
{
	c->other = other;
	if (other)
		other->other = c;
}

/* A recording goes with the party. */
static void
swap_recordings(struct zv_chan *a, struct zv_chan *b)
{
	struct zv_recording *recordings = a->recordings;

	a->recordings = b->recordings;
	b->recordings = recordings;
}

void
zv_fact_swap(struct zv_calls *t, struct zv_chan *a, struct zv_chan *b)
{
	struct zv_live_leg *leg;
	struct zv_chan *other = a->other;
	enum zv_tech tech = a->tech;
	int state = a->state;

	if (a == b)
		return;
	zv_fact_together(t, a, b);
	leg = a->leg;
	give_leg(t, b->leg, a);
	give_leg(t, leg, b);
	a->tech = b->tech;
	b->tech = tech;
	a->state = b->state;
	b->state = state;
	give_half(a, b->other == a ? b : b->other);
	give_half(b, other == b ? a : other);
	swap_recordings(a, b);
	zv_bridge_recount(t, a);
	zv_bridge_recount(t, b);
}

/* ---- the end ------------------------------------------------------------------ */

void
zv_fact_hangup_request(struct zv_calls *t, struct zv_chan *c)
{
	if (c->leg)
		c->leg->hung_up = true;
}

void
zv_fact_refused(struct zv_chan *c, enum zv_call_result result)
{
	if (c->leg && c->leg->pub.role == ZV_ROLE_CALLER && !c->leg->dialled)
		c->leg->dialled = result;
}

/* A phone that was called by nobody we heard of, and is gone: a click that came to
 * nothing, if there is a sign that it was called at all. */
static void
place_late(struct zv_calls *t, struct zv_chan *c, int cause)
{
	if (c->call || !c->leg)
		return;
	c->leg->pub.cause = cause;
	if (c->leg->pub.rang || c->dialing || c->originated || cause == 17 ||
	    cause == 19 || cause == 21)
		zv_chan_settle(t, c);
}

void
zv_chan_end(struct zv_calls *t, struct zv_chan *c, int cause, struct zv_str reason)
{
	struct zv_live_leg *leg;

	place_late(t, c, cause);
	zv_recording_end(t, c);
	zv_fact_leave(t, c);
	zv_dial_over(c);
	leg = c->leg;
	c->leg = NULL;
	if (leg)
		zv_leg_gone(t, leg, cause);
	if (leg && !leg->call)
		zv_leg_free(t, leg);
	if (!reason.n) /* any other end is a guess: an event may prove it wrong */
		zv_gone_add(t, c->unique_id);
	zv_call_drop(t, c, reason);
	zv_chan_free(t, c);
}

void
zv_fact_never_seen(struct zv_calls *t, struct zv_str unique_id)
{
	if (unique_id.n && unique_id.n <= ZV_CALLS_MAX_TEXT)
		zv_gone_add(t, unique_id);
}

void
zv_fact_hangup(struct zv_calls *t, struct zv_chan *c, int cause)
{
	zv_chan_end(t, c, cause, ZV_STR(""));
}
