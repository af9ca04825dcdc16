/* Calls of listed channels. What the events would have told is told here in their order:
 * who calls, whom it dials, that it rings or is up, who is in which bridge. */
#include "call/snapshot.h"

#include "base/mem.h"
#include "base/str.h"
#include "zvon/error.h"

struct making {
	struct zv_calls *t;
	struct zv_snapshot *s;
	struct zv_listed **all;
	size_t n;
	struct zv_map by_link, by_bridge; /* the first one of each */
};

/* ---- who dialled whom ---------------------------------------------------------------- */

static bool
runs(const struct zv_listed *l, const char *application)
{
	return zvon_str_equal_nocase(l->application, zvon_str(application));
}

/* Asterisk gives a dialled channel these for an application until it has a dialplan of
 * its own. Where the application is not told (Status up to 13), one that is called has no
 * extension. */
static bool
is_dialled(const struct zv_listed *l)
{
	if (l->application.n)
		return runs(l, "AppDial") || runs(l, "AppQueue");
	return !zv_name_is_exten(l->exten) &&
	       (l->state != ZV_STATE_RING || l->peer.n > 0);
}

/* Dialled by Originate, or by Page: for nobody that can be seen. */
static bool
is_originated(const struct zv_listed *l)
{
	return runs(l, "AppDial2") ||
	       (is_dialled(l) && !l->from && l->state == ZV_STATE_RINGING);
}

/* "PJSIP/101" of "PJSIP/101-00000002", "Local/1@x" of "Local/1@x-0001;1". */
static struct zv_str
device_of(struct zv_str channel)
{
	for (size_t i = channel.n; i > 0; i--)
		if (channel.p[i - 1] == '-')
			return (struct zv_str){ channel.p, i - 1 };
	return channel;
}

/* Is it what this part of a dial string makes? "PJSIP/101/sip:…", "SIP/8495@trunk",
 * "Local/1@x/n". */
static bool
makes(struct zv_str part, struct zv_str device)
{
	size_t slash = zv_str_find(device, ZV_STR("/"));
	size_t at = zv_str_find(part, ZV_STR("@"));
	struct zv_str peer = zv_str_from(device, slash + 1);

	if (zv_str_starts_nocase(part, device) &&
	    (part.n == device.n || part.p[device.n] == '/'))
		return true;
	return at < part.n &&
	       zv_str_starts_nocase(part, (struct zv_str){ device.p, slash + 1 }) &&
	       zvon_str_equal_nocase(zv_str_from(part, at + 1), peer);
}

/* The part of what that application dials that has made this channel; or empty. */
static struct zv_str
dialstring_of(const struct zv_listed *from, const struct zv_listed *l)
{
	struct zv_str rest = from->data, all, part, device = device_of(l->channel);

	if (!runs(from, "Dial") || !zv_str_split(&rest, ',', &all))
		return ZV_STR("");
	while (zv_str_split(&all, '&', &part))
		if (makes(part, device))
			return part;
	return ZV_STR("");
}

static bool
is_same(struct zv_str a, struct zv_str b)
{
	return a.n && zvon_str_equal(a, b);
}

/* How likely it is that `from` has dialled l; 0: not. */
static int
likely(const struct zv_listed *from, const struct zv_listed *l)
{
	int score = 0;

	if (from == l || is_dialled(from))
		return 0;
	if (dialstring_of(from, l).n)
		score += 8;
	if (runs(from, "Queue") && !runs(l, "AppDial"))
		score += 4;
	if (is_same(from->bridge, l->bridge) || is_same(from->unique_id, l->peer))
		score += 4;
	if (is_same(from->unique_id, l->linked_id))
		score += 2;
	/* AMI 1.x, while it rings: no more ties them */
	if (score && is_same(zv_name_known(from->number), l->connected))
		score += 2;
	return score;
}

/* A queue of AMI 1.x: only the number that the phone shows tells who called it. */
static bool
is_enough(const struct zv_listed *l, int score)
{
	return l->linked_id.n || l->peer.n ? score > 0 : score > 4;
}

static void
find_from(struct making *m, struct zv_listed *l)
{
	struct zv_listed *first = zv_map_find(&m->by_link, l->linked_id);
	int best = 0, score;

	for (struct zv_listed *g = first; g; g = g->group)
		if ((score = likely(g, l)) > best) {
			best = score;
			l->from = g;
		}
	for (size_t i = 0; !first && i < m->n; i++)
		if ((score = likely(m->all[i], l)) > best) {
			best = score;
			l->from = m->all[i];
		}
	if (!is_enough(l, best))
		l->from = NULL;
}

static void
group(struct making *m)
{
	for (size_t i = m->n; i > 0; i--) { /* so the oldest is in front */
		struct zv_listed *l = m->all[i - 1];

		if (!l->linked_id.n)
			continue;
		l->group = zv_map_remove(&m->by_link, l->linked_id);
		if (zv_map_add(&m->by_link, l->linked_id, l) < 0)
			m->t->failed = ZV_ENOMEM;
	}
}

/* ---- channels --------------------------------------------------------------------------- */

static bool
has_ended(const struct making *m, const struct zv_listed *l)
{
	return zv_gone_has(m->t, l->unique_id) ||
	       zv_snapshot_has_heard(m->s, ZV_HEARD_GONE, l->unique_id, ZV_STR(""));
}

static bool
is_in_talk(const struct making *m, const struct zv_listed *l)
{
	return l->bridge.n && !zv_map_find(&m->s->holding, l->bridge);
}

/* One that is in the same call already: all of a bridge are, and all of a Linkedid. */
static struct zv_chan *
partner_of(struct making *m, const struct zv_listed *l)
{
	struct zv_listed *peer = zv_map_find(&m->s->channels, l->peer);
	struct zv_listed *first =
		is_in_talk(m, l) ? zv_map_find(&m->by_bridge, l->bridge) : NULL;

	for (struct zv_listed *g = zv_map_find(&m->by_link, l->linked_id); g;
	     g = g->group)
		if (g != l && g->chan && g->chan->call)
			return g->chan;
	if (first && first->chan && first->chan->call)
		return first->chan;
	return peer && peer->chan && peer->chan->call ? peer->chan : NULL;
}

static struct zv_chan *
make_channel(struct making *m, const struct zv_listed *l, int state)
{
	const struct zv_seen seen = {
		.unique_id = l->unique_id,
		.channel = l->channel,
		.linked_id = l->linked_id,
		.number = l->number,
		.name = l->name,
		.state = state,
	};

	return zv_fact_channel(m->t, &seen);
}

/* One that has dialled, or stands in the dialplan. */
static void
make_caller(struct making *m, struct zv_listed *l)
{
	struct zv_chan *partner = partner_of(m, l), *c;

	l->chan = c = make_channel(m, l, partner ? ZV_STATE_DOWN : l->state);
	if (!c)
		return;
	if (partner && !c->call) {
		if (c->leg)
			c->leg->pub.role = ZV_ROLE_CALLER;
		zv_fact_together(m->t, partner, c);
	}
	zv_fact_exten(m->t, c, l->dnid.n ? l->dnid : l->exten);
}

static void
make(struct making *m, struct zv_listed *l)
{
	struct zv_calls *t = m->t;
	int64_t began = t->now_ms - l->seconds * 1000;

	if (has_ended(m, l))
		return;
	l->chan = zv_chan_find(t, l->unique_id);
	l->is_new = !l->chan;
	if (!l->is_new)
		return;
	if (l->seconds > 0)
		t->began_ms = began > 0 ? began : 1;
	if (l->from || is_originated(l))
		l->chan = make_channel(m, l, ZV_STATE_DOWN);
	else
		make_caller(m, l);
	t->began_ms = 0;
}

static void
note_bridge(struct making *m, struct zv_listed *l)
{
	if (l->chan && is_in_talk(m, l) && !zv_map_find(&m->by_bridge, l->bridge) &&
	    zv_map_add(&m->by_bridge, l->bridge, l) < 0)
		m->t->failed = ZV_ENOMEM;
}

/* ---- what is between them ------------------------------------------------------------------ */

/* "Local/1@x-0001;1" and "…;2". */
static void
pair_local(struct making *m, struct zv_listed *l)
{
	struct zv_str name = l->channel;
	char other[ZV_CALLS_MAX_TEXT];
	struct zv_chan *c;

	if (!l->is_new || !l->chan || l->chan->tech != ZV_TECH_LOCAL ||
	    !zv_str_ends(name, ZV_STR(";2")) || name.n > sizeof other)
		return;
	memcpy(other, name.p, name.n);
	other[name.n - 1] = '1';
	c = zv_chan_find_name(m->t, (struct zv_str){ other, name.n });
	if (c)
		zv_fact_local_pair(m->t, c, l->chan);
}

/* An event between may have made it known, but not who called it. */
static bool
wants_dial(const struct zv_listed *l)
{
	const struct zv_chan *c = l->chan;

	return c && !c->dialing &&
	       (l->is_new || !c->call || (c->leg && c->leg->round == 0));
}

static void
dial(struct making *m, struct zv_listed *l)
{
	if (!wants_dial(l))
		return;
	if (l->from && l->from->chan)
		zv_fact_dial_begin(m->t, l->from->chan, l->chan,
				   dialstring_of(l->from, l));
	else if (l->is_new && is_originated(l))
		zv_fact_dial_begin(m->t, NULL, l->chan, ZV_STR(""));
}

static int
rank(int state)
{
	return state == ZV_STATE_UP	   ? 2
	       : state == ZV_STATE_RINGING ? 1
	       : state == ZV_STATE_RING	   ? 1
					   : 0;
}

/* A list may be older than what is known: a state never goes back. */
static void
raise_state(struct making *m, struct zv_listed *l)
{
	struct zv_chan *c = l->chan;

	if (!c)
		return;
	if (rank(l->state) > rank(c->state))
		zv_fact_state(m->t, c, l->state);
	if (l->state == ZV_STATE_UP && c->dialing)
		zv_fact_dial_end(m->t, c, ZV_RESULT_ANSWERED, ZV_STR(""));
}

/* The queue that it is in, or that an agent took it from. */
static void
queue(struct making *m, struct zv_listed *l)
{
	struct zv_str rest = l->data, name;

	if (!l->chan || !l->is_new || !runs(l, "Queue") ||
	    !zv_str_split(&rest, ',', &name) || !name.n ||
	    zv_snapshot_has_heard(m->s, ZV_HEARD_QUEUE, l->unique_id, ZV_STR("")))
		return;
	zv_fact_queue_join(m->t, l->chan, name, -1);
	if (m->s->has_queues ? !zv_map_find(&m->s->entries, l->unique_id)
			     : is_in_talk(m, l) || l->peer.n)
		zv_fact_queue_leave(m->t, l->chan, name, -1);
}

static void
conference(struct making *m, struct zv_listed *l)
{
	struct zv_str rest = l->data, room;

	if (!l->chan || !l->is_new || !(runs(l, "ConfBridge") || runs(l, "MeetMe")) ||
	    !zv_str_split(&rest, ',', &room) || !room.n)
		return;
	zv_fact_conference(m->t, l->chan, room);
	l->in_room = true;
}

/* ---- bridges ----------------------------------------------------------------------------- */

static void
enter(struct making *m, struct zv_listed *l)
{
	struct zv_bridge *now = l->chan->bridge, *b;

	if (now && zvon_str_equal(now->id, l->bridge))
		return;
	b = zv_fact_bridge(m->t, l->bridge);
	if (!b)
		return;
	b->holding |= zv_map_find(&m->s->holding, l->bridge) != NULL;
	zv_fact_enter(m->t, b, l->chan);
	l->moved = true;
}

static void
link_peer(struct making *m, struct zv_listed *l)
{
	struct zv_chan *peer = zv_chan_find(m->t, l->peer);

	if (peer && !zv_snapshot_has_heard(m->s, ZV_HEARD_BRIDGE, l->peer, ZV_STR("")))
		zv_fact_linked(m->t, l->chan, peer);
}

static void
place(struct making *m, struct zv_listed *l)
{
	if (!l->chan ||
	    zv_snapshot_has_heard(m->s, ZV_HEARD_BRIDGE, l->unique_id, ZV_STR("")))
		return;
	if (l->bridge.n)
		enter(m, l);
	else if (l->peer.n)
		link_peer(m, l);
	else if (l->chan->bridge)
		zv_fact_leave(m->t, l->chan);
}

/* ---- all of it ------------------------------------------------------------------------------ */

static void
each(struct making *m, void (*what)(struct making *m, struct zv_listed *l))
{
	for (size_t i = 0; i < m->n; i++)
		what(m, m->all[i]);
}

static void
find_callers(struct making *m, struct zv_listed *l)
{
	if (is_dialled(l) && !has_ended(m, l))
		find_from(m, l);
}

static void
make_one(struct making *m, struct zv_listed *l)
{
	make(m, l);
	note_bridge(m, l);
}

void
zv_snapshot_make_channels(struct zv_calls *t, struct zv_listed **all, size_t n)
{
	struct making m = { .t = t, .s = t->snap, .all = all, .n = n };

	m.by_link.seed = m.by_bridge.seed = t->channels_by_id.seed;
	group(&m);
	each(&m, find_callers);
	each(&m, make_one);
	each(&m, pair_local);
	each(&m, dial);
	each(&m, raise_state);
	each(&m, queue);
	each(&m, conference);
	each(&m, place);
	zv_map_deinit(&m.by_link);
	zv_map_deinit(&m.by_bridge);
}
