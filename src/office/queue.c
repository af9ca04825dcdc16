#include "office/queue.h"

#include "base/mem.h"
#include "office/bridge.h"
#include "office/call.h"
#include "office/cdr.h"
#include "office/channel.h"
#include "office/lines.h"
#include "office/plan.h"
#include "office/write.h"

#define RING_MS		10000 /* a member has to answer */
#define RETRY_MS	1000
#define LIMIT_MS	120000 /* a caller waits at most */
#define SERVICE_LEVEL_S 10
#define ANSWERS_PERCENT 75 /* of the times a member's phone rings */

size_t
zv_queue_waiting(const struct zv_office *o)
{
	struct zv_node *node, *next;
	size_t n = 0;

	ZV_EACH(&o->queue.callers, node, next)
	n++;
	return n;
}

static int
position_of(const struct zv_waiting *w)
{
	struct zv_node *node, *next;
	int position = 1;

	ZV_EACH(&w->channel->office->queue.callers, node, next)
	{
		if (node == &w->node)
			break;
		position++;
	}
	return position;
}

static int
waited_s(const struct zv_waiting *w)
{
	return (int)((w->channel->office->now_ms - w->since_ms) / 1000);
}

/* `Queue:sales` rings while somebody waits. */
static void
show_callers(struct zv_office *o)
{
	enum zv_device now = zv_list_is_empty(&o->queue.callers) ? ZV_DEVICE_NOT_INUSE
								 : ZV_DEVICE_RINGING;

	if (now == o->queue.device)
		return;
	o->queue.device = now;
	zv_device_event(o, "Queue:" ZV_QUEUE_NAME, now);
}

static struct zv_buf *
caller_event(struct zv_waiting *w, const char *name)
{
	struct zv_buf *e = zv_event_of(w->channel, name, ZV_CLASS_AGENT);

	zv_put_text(e, "Queue", ZV_QUEUE_NAME);
	return e;
}

static struct zv_buf *
agent_event(struct zv_waiting *w, struct zv_channel *agent, const char *name)
{
	struct zv_buf *e = zv_event_of(w->channel, name, ZV_CLASS_AGENT);

	zv_put_channel(e, "Dest", agent);
	zv_put_text(e, "Queue", ZV_QUEUE_NAME);
	zv_put_text(e, "Interface", w->interface);
	zv_put_text(e, "MemberName", w->agent);
	return e;
}

static void
dial_end(struct zv_channel *agent, const char *status)
{
	zv_event_dial(agent->ringer, agent, "DialEnd", "DialStatus", status);
}

/* ---- leaving --------------------------------------------------------------- */

/* Out of the line of those who wait. */
static void
leave(struct zv_waiting *w)
{
	struct zv_office *o = w->channel->office;
	int position = position_of(w);
	struct zv_buf *e;

	zv_office_timer_stop(&w->limit);
	zv_list_remove(&w->node);
	show_callers(o);
	e = caller_event(w, "QueueCallerLeave");
	zv_put_int(e, "Position", position);
	zv_put_int(e, "Count", (long long)zv_queue_waiting(o));
	zv_event_send(o);
	zv_channel_set_int(w->channel, "QUEUEPOSITION", position);
	zv_channel_set_int(w->channel, "QUEUEWAIT", waited_s(w));
}

static void
stop_music(struct zv_waiting *w)
{
	zv_event_plain(w->channel, "MusicOnHoldStop");
}

static void
abandon_event(struct zv_waiting *w)
{
	struct zv_buf *e;

	zv_channel_set(w->channel->office, w->channel, "ABANDONED", "TRUE");
	e = caller_event(w, "QueueCallerAbandon");
	zv_put_int(e, "Position", position_of(w));
	zv_put_int(e, "OriginalPosition", w->first_position);
	zv_put_int(e, "HoldTime", waited_s(w));
	zv_event_send(w->channel->office);
	w->channel->office->queue.abandoned++;
}

static void
free_waiting(struct zv_waiting *w)
{
	zv_office_timer_stop(&w->limit);
	w->channel->waiting = NULL;
	zv_free(w);
}

/* Caller and member's phone have nothing to do with each other any more. */
static void
untie(struct zv_waiting *w, struct zv_channel *agent)
{
	zv_office_timer_stop(&w->channel->timer);
	agent->ringer = w->channel->callee = NULL;
	agent->tie = NULL;
	if (w->member)
		w->member->rung = false;
	w->member = NULL;
}

/* Cause 0, as when nobody answered. */
static void
hang_up_agent(struct zv_waiting *w, struct zv_channel *agent)
{
	untie(w, agent);
	zv_hangup(agent, 0, 0);
}

void
zv_queue_gone(struct zv_channel *c)
{
	struct zv_waiting *w = c->waiting;
	struct zv_channel *agent = c->callee;

	if (!w)
		return;
	zv_office_timer_stop(&c->timer);
	stop_music(w);
	if (agent) {
		/* twice, as app_queue does: once for the dialling, once for itself */
		dial_end(agent, "CANCEL");
		dial_end(agent, "CANCEL");
		zv_cdr_close(c, "NO ANSWER");
	}
	abandon_event(w);
	if (agent)
		hang_up_agent(w, agent);
	leave(w);
	free_waiting(w);
}

static void
on_limit(struct zv_office_timer *timer)
{
	struct zv_waiting *w = ZV_OWNER(timer, struct zv_waiting, limit);
	struct zv_channel *c = w->channel;

	zv_queue_gone(c);
	zv_office_timer_stop(&c->patience);
	zv_plan_next(c);
}

/* ---- with an agent --------------------------------------------------------- */

/* app_queue's running average: three parts old, one part new. */
static int
average(int old, int now)
{
	return (old * 3 + now) / 4;
}

static void
connect_event(struct zv_waiting *w, struct zv_channel *agent)
{
	struct zv_buf *e = agent_event(w, agent, "AgentConnect");
	struct zv_office *o = agent->office;

	zv_put_int(e, "HoldTime", w->hold_s);
	zv_put_int(e, "RingTime", (o->now_ms - w->channel->dialed_ms) / 1000);
	zv_event_send(o);
}

static void
on_answered(struct zv_channel *agent)
{
	struct zv_channel *caller = agent->ringer;
	struct zv_waiting *w = caller->waiting;
	struct zv_queue *q = &caller->office->queue;

	w->hold_s = waited_s(w);
	w->connected_ms = caller->office->now_ms;
	if (w->member) {
		w->member->rung = false;
		w->member->in_call = true;
	}
	q->hold_s = average(q->hold_s, w->hold_s);
	zv_office_timer_stop(&caller->timer);
	zv_office_timer_stop(&caller->patience);
	dial_end(agent, "ANSWER");
	agent->ringer = caller->callee = NULL;
	stop_music(w);
	leave(w);
	connect_event(w, agent);
	zv_cdr_answered(caller);
	if (!zv_bridge_join(agent, caller)) {
		free_waiting(w);
		zv_hangup(agent, 0, 0);
		zv_hangup(caller, 0, 0);
	}
}

static void
count_talk(struct zv_office *o, const struct zv_waiting *w, int talk_s)
{
	if (w->member) {
		w->member->in_call = false;
		w->member->taken++;
		w->member->last_call_s = zv_office_epoch_s(o);
	}
	o->queue.completed++;
	o->queue.completed_in_time += w->hold_s <= SERVICE_LEVEL_S;
	o->queue.talk_s = average(o->queue.talk_s, talk_s);
}

void
zv_queue_complete(struct zv_channel *caller, enum zv_queue_reason reason)
{
	static const char *const words[] = { "caller", "agent", "transfer" };
	struct zv_waiting *w = caller->waiting;
	struct zv_office *o = caller->office;
	int talk_s = (int)((o->now_ms - w->connected_ms) / 1000);
	struct zv_buf *e;

	count_talk(o, w, talk_s);
	e = agent_event(w, zv_bridge_peer(caller), "AgentComplete");
	zv_put_int(e, "HoldTime", w->hold_s);
	zv_put_int(e, "TalkTime", talk_s);
	zv_put_text(e, "Reason", words[reason]);
	zv_event_send(o);
	free_waiting(w);
}

/* ---- ringing --------------------------------------------------------------- */

static void try_member(struct zv_office_timer *timer);

static void
try_later(struct zv_channel *caller)
{
	zv_office_timer_set(&caller->office->timers, &caller->timer,
			    caller->office->now_ms + RETRY_MS, try_member);
}

static void
on_ringing(struct zv_channel *agent)
{
	zv_event_dial(agent->ringer, agent, "DialState", "DialStatus", "RINGING");
}

static void
on_no_answer(struct zv_office_timer *timer)
{
	struct zv_channel *caller = ZV_OWNER(timer, struct zv_channel, timer);
	struct zv_channel *agent = caller->callee;
	struct zv_buf *e = agent_event(caller->waiting, agent, "AgentRingNoAnswer");

	zv_put_int(e, "RingTime", RING_MS);
	zv_event_send(caller->office);
	dial_end(agent, "NOANSWER");
	dial_end(agent, "CANCEL");
	zv_cdr_close(caller, "NO ANSWER");
	hang_up_agent(caller->waiting, agent);
	try_later(caller);
}

/* The member's phone was hung up while it rang, or says no. */
static void
on_gone(struct zv_channel *agent)
{
	struct zv_channel *caller = agent->ringer;

	dial_end(agent, "NOANSWER");
	zv_cdr_close(caller, "NO ANSWER");
	untie(caller->waiting, agent);
	try_later(caller);
}

static void
on_refused(struct zv_channel *agent, int cause)
{
	on_gone(agent);
}

static const struct zv_tie tie = {
	.ringing = on_ringing,
	.answered = on_answered,
	.refused = on_refused,
	.gone = on_gone,
	.cancelled = on_gone,
};

/* The one whose turn it is: after the one rung last, the least penalty first. */
static struct zv_member *
next_member(struct zv_queue *q)
{
	struct zv_node *from = q->last ? &q->last->node : &q->members, *node = from;
	struct zv_member *best = NULL;

	do {
		node = node->next;
		if (node != &q->members) {
			struct zv_member *m = ZV_OWNER(node, struct zv_member, node);

			if (zv_member_is_available(m) &&
			    (!best || m->penalty < best->penalty))
				best = m;
		}
	} while (node != from);
	return best;
}

static struct zv_fate
fate_of_agent(struct zv_office *o)
{
	bool answers = zv_chance_percent(&o->chance, ANSWERS_PERCENT);

	return (struct zv_fate){ answers ? ZV_MOOD_FRIENDLY : ZV_MOOD_AWAY,
				 zv_chance_between(&o->chance, 1500, 7000) };
}

static void
ring_member(struct zv_waiting *w, struct zv_member *m)
{
	struct zv_channel *caller = w->channel, *agent;
	struct zv_office *o = caller->office;
	struct zv_party party;

	ZV_COPY(party.number, zvon_str(m->line->number));
	ZV_COPY(party.name, zvon_str(m->line->name));
	agent = zv_channel_new(o, m->line, ZV_CHANNEL_DOWN, &party, "s", caller,
			       ZV_STR(""));
	if (!agent)
		return;
	w->member = o->queue.last = m;
	ZV_COPY(w->agent, zvon_str(m->name));
	ZV_COPY(w->interface, zvon_str(m->interface));
	m->rung = true;
	agent->ringer = caller;
	caller->callee = agent;
	caller->dialed_ms = o->now_ms;
	zv_show_caller(agent, caller, "AppQueue");
	zv_channel_set(o, agent, "DIALEDPEERNUMBER", m->line->number);
	zv_cdr_begin(caller);
	zv_cdr_party(caller, agent);
	agent_event(w, agent, "AgentCalled");
	zv_event_send(o);
	zv_event_dial(caller, agent, "DialBegin", "DialString", m->interface);
	zv_show_connected(caller, agent);
	zv_ring(agent, &tie, fate_of_agent(o));
	zv_office_timer_set(&o->timers, &caller->timer, o->now_ms + RING_MS,
			    on_no_answer);
}

static void
try_member(struct zv_office_timer *timer)
{
	struct zv_channel *caller = ZV_OWNER(timer, struct zv_channel, timer);
	struct zv_member *m = next_member(&caller->office->queue);

	if (m)
		ring_member(caller->waiting, m);
	else
		try_later(caller);
}

/* ---- joining --------------------------------------------------------------- */

static const char *const cleared[] = { "ANSWEREDTIME", "ANSWEREDTIME_MS",
				       "DIALEDTIME",   "DIALEDTIME_MS",
				       "QUEUEWAIT",    "QUEUEWAIT_MS" };

enum zv_flow
zv_queue_run(struct zv_channel *c)
{
	struct zv_office *o = c->office;
	struct zv_waiting *w;
	struct zv_buf *e;

	for (size_t i = 0; i < sizeof cleared / sizeof *cleared; i++)
		zv_channel_set(o, c, cleared[i], "");
	w = zv_calloc(1, sizeof *w);
	if (!w) {
		o->failed = true;
		return ZV_FLOW_NEXT;
	}
	w->channel = c;
	w->since_ms = o->now_ms;
	c->waiting = w;
	zv_list_append(&o->queue.callers, &w->node);
	w->first_position = position_of(w);
	show_callers(o);
	e = caller_event(w, "QueueCallerJoin");
	zv_put_int(e, "Position", w->first_position);
	zv_put_int(e, "Count", (long long)zv_queue_waiting(o));
	zv_event_send(o);
	e = zv_event_of(c, "MusicOnHoldStart", ZV_CLASS_CALL);
	zv_put_text(e, "Class", "default");
	zv_event_send(o);
	zv_office_timer_set(&o->timers, &w->limit, o->now_ms + LIMIT_MS, on_limit);
	zv_office_timer_set(&o->timers, &c->timer, o->now_ms, try_member);
	return ZV_FLOW_STAY;
}
