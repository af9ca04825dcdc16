/* tell.c - one event's way: numbered, encoded once, kept, given to those who see it. */
#include "hub/hub_impl.h"

#include "base/str.h"
#include "hub/call_json.h"
#include "hub/jobs.h"

/* ---- what it is about --------------------------------------------------------------- */

static int
tag_line(struct zv_hub *h, struct zv_server *server, const struct zv_call_event *e)
{
	return zv_seats_tag(h, &h->tags, server, e->line->name);
}

/* Its seat stays while the member is told to be removed. */
static int
tag_member(struct zv_hub *h, struct zv_server *server, const struct zv_call_event *e)
{
	const struct zv_queue_member *m = e->member;
	int rc = zv_tags_add(&h->tags, &h->topics, ZV_TOPIC_QUEUE, m->queue);

	rc |= zv_tags_add(&h->tags, &h->topics, ZV_TOPIC_LINE, m->line);
	rc |= zv_seats_on_member(h, server, m);
	return rc ? ZV_ENOMEM : 0;
}

/* What this event is about. *tags is the call's trail, or h->tags. */
static int
tag_event(struct zv_hub *h, struct zv_server *server, const struct zv_call_event *e,
	  const struct zv_tags **tags)
{
	const struct zv_trail *trail;
	int rc = 0;

	*tags = &h->tags;
	zv_tags_clear(&h->tags, &h->topics);
	if (e->call) {
		trail = zv_trail_follow(h, server, e->call);
		if (trail)
			*tags = &trail->tags;
		return trail ? 0 : ZV_ENOMEM;
	}
	if (e->line)
		rc |= tag_line(h, server, e);
	if (e->member)
		rc |= tag_member(h, server, e);
	if (e->queue_now)
		rc |= zv_tags_add(&h->tags, &h->topics, ZV_TOPIC_QUEUE,
				  e->queue_now->name);
	return rc ? ZV_ENOMEM : 0;
}

/* ---- its text ------------------------------------------------------------------------ */

static struct zv_message *
encode(struct zv_hub *h, uint64_t seq, const struct zv_call_event *e)
{
	struct zv_json j = { .out = &h->scratch };

	zv_buf_clear(&h->scratch);
	zv_call_event_json(&j, "event", seq, ZV_NO_MS, e);
	return zv_buf_failed(&h->scratch)
		       ? NULL
		       : zv_message_new(zv_buf_str(&h->scratch), seq);
}

/* ---- who gets it --------------------------------------------------------------------- */

/* Events that everybody may see. */
static bool
is_for_all(enum zv_call_event_kind kind)
{
	return kind == ZV_SERVER_STATE;
}

static void
find_one(struct zv_hub *h, struct zv_session *s, size_t *n)
{
	if (s->stamp == h->stamp)
		return;
	s->stamp = h->stamp;
	h->found[(*n)++] = s;
}

static void
find_listeners(struct zv_hub *h, const struct zv_server *server,
	       const struct zv_topic *topic, size_t *n)
{
	struct zv_node *node, *following;

	ZV_EACH(&topic->listeners, node, following)
	{
		struct zv_listener *l = ZV_OWNER(node, struct zv_listener, node);

		if (!l->server || l->server == server->topic)
			find_one(h, l->session, n);
	}
}

static size_t
find_all(struct zv_hub *h)
{
	struct zv_node *node, *following;
	size_t n = 0;

	ZV_EACH(&h->sessions, node, following)
	find_one(h, ZV_OWNER(node, struct zv_session, all), &n);
	return n;
}

/* Each session that could get it, once: dialects may move in the index when told. */
static size_t
find_sessions(struct zv_hub *h, const struct zv_server *server,
	      enum zv_call_event_kind kind, const struct zv_tags *tags)
{
	struct zv_node *node, *following;
	size_t n = 0;

	h->stamp++;
	if (is_for_all(kind))
		return find_all(h);
	ZV_EACH(&h->open_ears, node, following)
	find_one(h, ZV_OWNER(node, struct zv_session, open), &n);
	for (size_t i = 0; i < tags->n; i++)
		find_listeners(h, server, tags->list[i], &n);
	return n;
}

/* The index found it by its rights, or by what it wants: the other may say no. */
static bool
is_filtered(const struct zv_session *s)
{
	return s->narrow || s->events;
}

/* Thousands of sessions are never in the processor's cache: what the next ones need is
 * fetched while it is busy with this one. */
static void
look_ahead(struct zv_session *const *found, size_t i, size_t n)
{
	if (i + 4 < n) {
		__builtin_prefetch(found[i + 4]);
		__builtin_prefetch(&found[i + 4]->queue);
	}
	if (i + 2 < n)
		__builtin_prefetch(found[i + 2]->owner);
}

static void
deliver(struct zv_hub *h, size_t number, const struct zv_call_event *e,
	const struct zv_tags *tags, struct zv_message *m)
{
	const struct zv_server *server = h->servers[number];
	size_t n = find_sessions(h, server, e->kind, tags);

	for (size_t i = 0; i < n; i++) {
		struct zv_session *s = h->found[i];

		look_ahead(h->found, i, n);
		if (!s->listens || s->owed || s->over_code)
			continue;
		if (is_filtered(s) &&
		    !zv_session_wants(s, e->kind, server->topic, tags->list, tags->n))
			continue;
		h->counters.deliveries++;
		if (!s->replaying) /* else the ring gives it in its turn */
			zv_session_tell(s, number, e, m);
	}
}

/* It is lost for those who listen: they come back, and the ring does not reach back. */
static void
lose(struct zv_hub *h, uint64_t seq)
{
	struct zv_node *node, *following;

	zv_ring_cut(&h->ring, &h->topics, seq);
	ZV_EACH(&h->sessions, node, following)
	{
		struct zv_session *s = ZV_OWNER(node, struct zv_session, all);

		if (s->listens)
			zv_session_end(s, 1013, zv_reason_memory);
	}
	zv_log(h->log, ZV_LOG_ERROR, "hub",
	       "out of memory: event lost, sessions must resume seq=%llu",
	       (unsigned long long)seq);
}

/* What is found there is remembered, and is no news: sync.c. */
static void
keep(struct zv_hub *h, struct zv_server *server, const struct zv_call_event *e)
{
	const struct zv_tags *tags;

	if (tag_event(h, server, e, &tags) < 0)
		zv_log(h->log, ZV_LOG_ERROR, "hub",
		       "out of memory: who may see a call may be wrong");
}

static void
tell(struct zv_hub *h, size_t number, const struct zv_call_event *e)
{
	struct zv_server *server = h->servers[number];
	uint64_t seq = h->next_seq++;
	const struct zv_tags *tags;
	struct zv_message *m = NULL;

	h->counters.events++;
	if (tag_event(h, server, e, &tags) == 0)
		m = encode(h, seq, e);
	if (m) {
		/* without it in the ring those who read slowly lose it */
		if (zv_ring_add(&h->ring, &h->topics, m, h->now_ms, e->kind,
				server->topic, tags) < 0)
			zv_log(h->log, ZV_LOG_ERROR, "hub",
			       "out of memory: the replay ring begins anew");
		deliver(h, number, e, tags, m);
		zv_message_unref(m);
	} else {
		lose(h, seq);
	}
}

void
zv_hub_on_event(struct zv_hub *h, size_t server, const struct zv_call_event *event)
{
	struct zv_server *at = zv_hub_server_at(h, server);

	if (!at)
		return;
	h->now_ms = event->now_ms > h->now_ms ? event->now_ms : h->now_ms;
	if (event->unix_us)
		h->wall_us = event->unix_us - event->now_ms * 1000;
	if (at->silent && !is_for_all(event->kind))
		keep(h, at, event);
	else
		tell(h, server, event);
	zv_jobs_on_event(h->jobs, server, event);
	if (event->kind == ZV_CALL_ENDED)
		zv_trail_end(h, at, event->call->id, event->into);
}

/* ---- what is no event ------------------------------------------------------------------ */

/* The channel that a dial begins with; empty: no such packet. */
static struct zv_str
dialled_channel(const struct zv_packet *p)
{
	if (zvon_str_equal_nocase(p->name, ZV_STR("DialBegin")))
		return zvon_packet_get(p, ZV_STR("DestChannel"));
	if (zvon_str_equal_nocase(p->name, ZV_STR("Dial")) && /* before 12 */
	    zvon_str_equal_nocase(zvon_packet_get(p, ZV_STR("SubEvent")),
				  ZV_STR("Begin")))
		return zvon_packet_get(p, ZV_STR("Destination"));
	return (struct zv_str){ 0 };
}

/* "101" of PJSIP/101-0000001d */
static struct zv_str
line_of_channel(struct zv_str channel)
{
	size_t at = zv_str_find(channel, ZV_STR("/"));
	struct zv_str line =
		at < channel.n ? zv_str_from(channel, at + 1) : (struct zv_str){ 0 };

	for (size_t n = line.n; n > 0; n--)
		if (line.p[n - 1] == '-')
			return (struct zv_str){ line.p, n - 1 };
	return line;
}

void
zv_hub_note_dial(struct zv_hub *h, size_t number, const struct zv_packet *packet)
{
	struct zv_server *server = zv_hub_server_at(h, number);
	struct zv_topic *topic;
	struct zv_str channel;
	size_t n;

	if (!server || server->pub.ring_on_state)
		return;
	channel = dialled_channel(packet);
	topic = zv_topic_find(&h->topics, ZV_TOPIC_LINE, line_of_channel(channel));
	if (!channel.n || !topic)
		return;
	n = find_sessions(h, server, ZV_LEG_RINGING,
			  &(struct zv_tags){ .list = &topic, .n = 1 });
	for (size_t i = 0; i < n; i++) {
		struct zv_session *s = h->found[i];

		if (s->listens && !s->over_code && s->dialect->on_dialled)
			s->dialect->on_dialled(s, number, h->now_ms);
	}
}
