#include "call/model.h"

#include "base/mem.h"
#include "zvon/error.h"

/* ---- life ------------------------------------------------------------------- */

void
zv_bridge_drop(struct zv_calls *t, struct zv_bridge *b)
{
	if (b->id.n)
		zv_map_remove(&t->bridges, b->id);
	zv_text_free(&b->id);
	zv_free(b);
}

static struct zv_bridge *
new_bridge(struct zv_calls *t)
{
	struct zv_bridge *b = zv_calloc(1, sizeof *b);

	if (b)
		zv_list_init(&b->channels);
	else
		t->failed = ZV_ENOMEM;
	return b;
}

struct zv_bridge *
zv_bridge_find(struct zv_calls *t, struct zv_str id)
{
	return id.n ? zv_map_find(&t->bridges, id) : NULL;
}

struct zv_bridge *
zv_fact_bridge(struct zv_calls *t, struct zv_str id)
{
	struct zv_bridge *b = zv_bridge_find(t, id);

	if (b || !id.n || id.n > ZV_CALLS_MAX_TEXT || !(b = new_bridge(t)))
		return b;
	zv_text_set(t, &b->id, id);
	if (!b->id.n || zv_map_add(&t->bridges, b->id, b) < 0) {
		t->failed = ZV_ENOMEM;
		zv_text_free(&b->id);
		zv_free(b);
		return NULL;
	}
	return b;
}

/* ---- who hears whom ------------------------------------------------------------ */

/* A walk over the bridges that Local channels join to one conversation. */
struct walk {
	struct zv_calls *t;
	struct zv_bridge *first, *last;
};

static void
find_bridge(struct walk *w, struct zv_bridge *b)
{
	if (!b || b->holding || b->visited == w->t->visit)
		return;
	b->visited = w->t->visit;
	b->next_found = NULL;
	if (w->last)
		w->last->next_found = b;
	else
		w->first = b;
	w->last = b;
}

/* All of them: the list grows while it is walked. */
static struct zv_bridge *
walk_from(struct zv_calls *t, struct zv_bridge *b)
{
	struct walk w = { t, NULL, NULL };
	struct zv_node *node, *next;

	t->visit++;
	find_bridge(&w, b);
	for (b = w.first; b; b = b->next_found) {
		if (!b->n_folded)
			continue;
		ZV_EACH(&b->channels, node, next)
		{
			struct zv_chan *c = ZV_OWNER(node, struct zv_chan, in_bridge);

			if (c->other)
				find_bridge(&w, c->other->bridge);
		}
	}
	return w.first;
}

static struct zv_live_leg *
leg_at(struct zv_node *node)
{
	return ZV_OWNER(node, struct zv_chan, in_bridge)->leg;
}

static size_t
count_legs(const struct zv_bridge *found)
{
	size_t n = 0;

	for (; found; found = found->next_found)
		n += found->n - found->n_folded;
	return n;
}

struct zv_live_leg *
zv_bridge_far(struct zv_calls *t, const struct zv_chan *c)
{
	struct zv_bridge *b = c->bridge || !c->other ? c->bridge : c->other->bridge;
	struct zv_node *node, *next;

	for (b = walk_from(t, b); b; b = b->next_found)
		ZV_EACH(&b->channels, node, next)
		{
			if (leg_at(node) && leg_at(node) != c->leg)
				return leg_at(node);
		}
	return NULL;
}

static void
begin_talk(struct zv_calls *t, struct zv_live_leg *leg)
{
	if (!leg || leg->talking || !leg->call)
		return;
	zv_dial_over(leg->channel);
	zv_leg_answered(t, leg);
	zv_leg_talks(t, leg, true);
	if (!leg->pub.is_trunk || leg->pub.number.n) /* else the number is withheld */
		zv_call_note(t, &leg->call->pub.talked, &leg->call->n_talked,
			     zv_leg_who(leg));
}

static void
begin_talks(struct zv_calls *t, struct zv_bridge *found, enum zv_leg_role role)
{
	struct zv_node *node, *next;

	for (; found; found = found->next_found)
		ZV_EACH(&found->channels, node, next)
		{
			if (leg_at(node) && leg_at(node)->pub.role == role)
				begin_talk(t, leg_at(node));
		}
}

static void
answered(struct zv_calls *t, struct zv_live_call *call, struct zv_live_leg *by)
{
	if (call->conversed)
		return;
	call->conversed = true;
	call->left_queue = false;
	call->pub.answered_ms = t->now_ms;
	zv_result_decide(t, call);
	if (by)
		zv_tell_leg(t, ZV_CALL_ANSWERED, by);
	zv_result_settle(t, call, false);
}

static struct zv_live_leg *
who_made_it(struct zv_bridge *found, struct zv_chan *c)
{
	struct zv_node *node, *next;

	for (; found; found = found->next_found)
		ZV_EACH(&found->channels, node, next)
		{
			if (leg_at(node) && leg_at(node)->pub.role == ZV_ROLE_CALLEE)
				return leg_at(node);
		}
	return c->leg;
}

/* Of those who begin to talk together the caller is first. */
static void
talk(struct zv_calls *t, struct zv_chan *c)
{
	struct zv_bridge *found = walk_from(t, c->bridge);

	if (count_legs(found) < 2 || !c->call)
		return;
	begin_talks(t, found, ZV_ROLE_CALLER);
	begin_talks(t, found, ZV_ROLE_CALLEE);
	answered(t, c->call, who_made_it(found, c));
}

/* Who is left alone talks no more. */
static void
fall_silent(struct zv_calls *t, struct zv_bridge *b)
{
	struct zv_bridge *found = walk_from(t, b);
	struct zv_node *node, *next;

	if (count_legs(found) > 1)
		return;
	for (; found; found = found->next_found)
		ZV_EACH(&found->channels, node, next)
		{
			if (leg_at(node))
				zv_leg_talks(t, leg_at(node), false);
		}
}

/* ---- coming and going --------------------------------------------------------------- */

/* All that meet in a bridge are in one call, but for those who only wait there. */
static void
join_calls(struct zv_calls *t, struct zv_bridge *b, struct zv_chan *c)
{
	struct zv_node *first = zv_list_first(&b->channels);

	if (b->holding || !first)
		zv_call_of(t, c);
	else
		zv_fact_together(t, ZV_OWNER(first, struct zv_chan, in_bridge), c);
}

static void
put_in(struct zv_calls *t, struct zv_bridge *b, struct zv_chan *c)
{
	join_calls(t, b, c);
	zv_list_append(&b->channels, &c->in_bridge);
	c->bridge = b;
	b->n++;
	b->n_folded += !c->leg;
}

void
zv_fact_enter(struct zv_calls *t, struct zv_bridge *b, struct zv_chan *c)
{
	if (c->bridge == b)
		return;
	zv_fact_leave(t, c);
	zv_chan_settle(t, c);
	put_in(t, b, c);
	if (!b->holding)
		talk(t, c);
}

void
zv_fact_leave(struct zv_calls *t, struct zv_chan *c)
{
	struct zv_bridge *b = c->bridge;

	if (!b)
		return;
	if (b->n == 1)
		zv_fact_room_recording(t, b, false);
	zv_list_remove(&c->in_bridge);
	c->bridge = NULL;
	b->n--;
	b->n_folded -= !c->leg;
	if (c->leg)
		zv_leg_talks(t, c->leg, false);
	if (c->other && c->other->bridge)
		fall_silent(t, c->other->bridge);
	if (b->n)
		fall_silent(t, b);
	else
		zv_bridge_drop(t, b);
}

/* Its leg is another one now. */
void
zv_bridge_recount(struct zv_calls *t, struct zv_chan *c)
{
	struct zv_bridge *b = c->bridge;
	struct zv_node *node, *next;

	if (c->leg)
		zv_leg_talks(t, c->leg, false);
	if (!b)
		return;
	b->n_folded = 0;
	ZV_EACH(&b->channels, node, next)
	b->n_folded += !leg_at(node);
	talk(t, c);
}

/* ---- pairs of AMI 1.x ------------------------------------------------------------------ */

void
zv_fact_linked(struct zv_calls *t, struct zv_chan *a, struct zv_chan *b)
{
	struct zv_bridge *pair;

	if (a == b || (a->bridge && a->bridge == b->bridge))
		return;
	pair = new_bridge(t);
	if (!pair)
		return;
	zv_fact_enter(t, pair, a);
	zv_fact_enter(t, pair, b);
}

void
zv_fact_unlinked(struct zv_calls *t, struct zv_chan *a, struct zv_chan *b)
{
	if (a->bridge != b->bridge)
		return;
	zv_fact_leave(t, a);
	zv_fact_leave(t, b);
}
