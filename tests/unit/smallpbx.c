#include "smallpbx.h"

#include <stdio.h>

enum { DOWN = 0, RING = 4, RINGING = 5, UP = 6 };

static const char *
state_name(int state)
{
	return state == UP	  ? "Up"
	       : state == RING	  ? "Ring"
	       : state == RINGING ? "Ringing"
				  : "Down";
}

void
smallpbx_uniqueid(const struct smallpbx *p, unsigned id, char out[32])
{
	snprintf(out, 32, "%u.%u", p->seconds, id);
}

void
smallpbx_start(struct smallpbx *p, unsigned seconds)
{
	memset(p->chans, 0, sizeof p->chans);
	p->seconds = seconds;
	p->last_id = p->last_bridge = 0;
	p->first = p->n = p->n_items = 0;
}

/* ---- texts ------------------------------------------------------------------------- */

/* The 14 keys of a channel, as in 12 and later. */
static int
snapshot(const struct smallpbx *p, const struct smallpbx_chan *c, const char *prefix,
	 char *to, size_t size)
{
	if (p->old)
		return snprintf(to, size,
				"Channel: PJSIP/%d-%08x\r\nChannelState: %d\r\n"
				"ChannelStateDesc: %s\r\nCallerIDNum: %d\r\n"
				"CallerIDName: Phone\r\nExten: %s\r\n"
				"Uniqueid: %u.%u\r\n",
				c->line, c->id, c->state, state_name(c->state), c->line,
				c->from ? "" : "200", p->seconds, c->id);
	return snprintf(to, size,
			"%sChannel: PJSIP/%d-%08x\r\n%sChannelState: %d\r\n"
			"%sChannelStateDesc: %s\r\n%sCallerIDNum: %d\r\n"
			"%sCallerIDName: Phone\r\n%sExten: %s\r\n"
			"%sUniqueid: %u.%u\r\n%sLinkedid: %u.%u\r\n",
			prefix, c->line, c->id, prefix, c->state, prefix,
			state_name(c->state), prefix, c->line, prefix, prefix,
			c->from ? "" : "200", prefix, p->seconds, c->id, prefix,
			p->seconds, c->linked);
}

static char *
new_event(struct smallpbx *p)
{
	assert_true(p->n < SMALLPBX_EVENTS);
	return p->events[(p->first + p->n++) % SMALLPBX_EVENTS];
}

static void
tell(struct smallpbx *p, const char *name, const struct smallpbx_chan *c,
     const char *more)
{
	char *to = new_event(p);
	int n = snprintf(to, SMALLPBX_TEXT, "Event: %s\r\nPrivilege: call,all\r\n",
			 name);

	n += snapshot(p, c, "", to + n, SMALLPBX_TEXT - (size_t)n);
	snprintf(to + n, SMALLPBX_TEXT - (size_t)n, "%s\r\n", more);
}

/* AMI 1.x: Dial tells of itself, a queue in its own words. */
static void
tell_old_dial(struct smallpbx *p, const struct smallpbx_chan *from,
	      const struct smallpbx_chan *c)
{
	if (from->by_queue)
		snprintf(new_event(p), SMALLPBX_TEXT,
			 "Event: AgentCalled\r\nPrivilege: agent,all\r\n"
			 "Queue: support\r\nAgentCalled: PJSIP/%d\r\n"
			 "ChannelCalling: PJSIP/%d-%08x\r\n"
			 "DestinationChannel: PJSIP/%d-%08x\r\nUniqueid: %u.%u\r\n"
			 "\r\n",
			 c->line, from->line, from->id, c->line, c->id, p->seconds,
			 from->id);
	else
		snprintf(new_event(p), SMALLPBX_TEXT,
			 "Event: Dial\r\nPrivilege: call,all\r\nSubEvent: Begin\r\n"
			 "Channel: PJSIP/%d-%08x\r\nDestination: PJSIP/%d-%08x\r\n"
			 "CallerIDNum: %d\r\nUniqueID: %u.%u\r\n"
			 "DestUniqueID: %u.%u\r\nDialstring: %d\r\n\r\n",
			 from->line, from->id, c->line, c->id, from->line, p->seconds,
			 from->id, p->seconds, c->id, c->line);
}

static void
tell_dial(struct smallpbx *p, const char *name, const struct smallpbx_chan *from,
	  const struct smallpbx_chan *c, const char *more)
{
	char *to = new_event(p);
	int n = snprintf(to, SMALLPBX_TEXT, "Event: %s\r\nPrivilege: call,all\r\n",
			 name);

	n += snapshot(p, from, "", to + n, SMALLPBX_TEXT - (size_t)n);
	n += snapshot(p, c, "Dest", to + n, SMALLPBX_TEXT - (size_t)n);
	snprintf(to + n, SMALLPBX_TEXT - (size_t)n, "%s\r\n", more);
}

static void
begin_dial(struct smallpbx *p, const struct smallpbx_chan *from,
	   const struct smallpbx_chan *c)
{
	if (p->old)
		tell_old_dial(p, from, c);
	else
		tell_dial(p, "DialBegin", from, c, "DialString: 200\r\n");
}

/* AMI 1.x: a pair. */
static void
tell_pair(struct smallpbx *p, const char *state, const struct smallpbx_chan *a,
	  const struct smallpbx_chan *b)
{
	snprintf(new_event(p), SMALLPBX_TEXT,
		 "Event: Bridge\r\nPrivilege: call,all\r\nBridgestate: %s\r\n"
		 "Bridgetype: core\r\nChannel1: PJSIP/%d-%08x\r\n"
		 "Channel2: PJSIP/%d-%08x\r\nUniqueid1: %u.%u\r\nUniqueid2: %u.%u\r\n"
		 "\r\n",
		 state, a->line, a->id, b->line, b->id, p->seconds, a->id, p->seconds,
		 b->id);
}

static void
tell_bridge(struct smallpbx *p, const char *name, const struct smallpbx_chan *c)
{
	char more[128];

	snprintf(more, sizeof more,
		 "BridgeUniqueid: b%u-%u\r\nBridgeTechnology: simple_bridge\r\n",
		 p->seconds, c->bridge);
	tell(p, name, c, more);
}

const char *
smallpbx_event(struct smallpbx *p)
{
	const char *event = p->events[p->first];

	if (!p->n)
		return NULL;
	p->first = (p->first + 1) % SMALLPBX_EVENTS;
	p->n--;
	return event;
}

/* ---- lists --------------------------------------------------------------------------- */

/* What it dials: the phones that it has not reached yet, or the one it has. */
static void
write_dialled(const struct smallpbx *p, const struct smallpbx_chan *c, char *to,
	      size_t size)
{
	int n = 0;

	to[0] = '\0';
	for (size_t i = 0; i < SMALLPBX_CHANNELS; i++)
		if (p->chans[i].id && p->chans[i].from == c->id && size > (size_t)n)
			n += snprintf(to + n, size - (size_t)n, "%sPJSIP/%d",
				      n ? "&" : "", p->chans[i].line);
}

static const struct smallpbx_chan *
peer_of(const struct smallpbx *p, const struct smallpbx_chan *c)
{
	for (size_t i = 0; i < SMALLPBX_CHANNELS; i++)
		if (p->chans[i].id && &p->chans[i] != c && c->bridge &&
		    p->chans[i].bridge == c->bridge)
			return &p->chans[i];
	return NULL;
}

static int
write_bridge(const struct smallpbx *p, const struct smallpbx_chan *c, char *to,
	     size_t size)
{
	const struct smallpbx_chan *peer = peer_of(p, c);

	if (!p->old && c->bridge)
		return snprintf(to, size, "BridgeId: b%u-%u\r\n", p->seconds,
				c->bridge);
	if (!p->old)
		return snprintf(to, size, "BridgeId: \r\n");
	if (peer)
		return snprintf(to, size, "BridgedUniqueid: %u.%u\r\n", p->seconds,
				peer->id);
	return snprintf(to, size, "BridgedUniqueid: \r\n");
}

static void
list_channel(struct smallpbx *p, const char *name, const struct smallpbx_chan *c)
{
	char *to = p->items[p->n_items++], dialled[300];
	bool is_status = name[0] == 'S';
	int n = snprintf(to, SMALLPBX_TEXT, "Event: %s\r\n", name);

	n += snapshot(p, c, "", to + n, SMALLPBX_TEXT - (size_t)n);
	n += write_bridge(p, c, to + n, SMALLPBX_TEXT - (size_t)n);
	write_dialled(p, c, dialled, sizeof dialled);
	if (c->from)
		snprintf(dialled, sizeof dialled, "(Outgoing Line)");
	else if (c->by_queue)
		snprintf(dialled, sizeof dialled, "support,t");
	for (size_t i = 0; c->from && i < SMALLPBX_CHANNELS; i++)
		if (p->chans[i].id == c->from)
			n += snprintf(to + n, SMALLPBX_TEXT - (size_t)n,
				      "ConnectedLineNum: %d\r\n", p->chans[i].line);
	snprintf(to + n, SMALLPBX_TEXT - (size_t)n,
		 "Application: %s\r\n%s: %s\r\nDuration: 00:00:0%d\r\n\r\n",
		 c->from       ? c->by_queue ? "AppQueue" : "AppDial"
		 : c->by_queue ? "Queue"
			       : "Dial",
		 is_status ? "Data" : "ApplicationData", dialled, c->line % 10);
}

void
smallpbx_list(struct smallpbx *p)
{
	int waiting = 0;

	p->n_items = 0;
	for (size_t i = 0; i < SMALLPBX_CHANNELS; i++) {
		const struct smallpbx_chan *c = &p->chans[i];

		if (!c->id)
			continue;
		list_channel(p, "Status", c);
		list_channel(p, "CoreShowChannel", c);
		waiting += c->queued;
		if (c->queued)
			snprintf(p->items[p->n_items++], SMALLPBX_TEXT,
				 "Event: QueueEntry\r\nQueue: support\r\n"
				 "Uniqueid: %u.%u\r\n\r\n",
				 p->seconds, c->id);
	}
	snprintf(p->items[p->n_items++], SMALLPBX_TEXT,
		 "Event: QueueParams\r\nQueue: support\r\nCalls: %d\r\n\r\n", waiting);
	snprintf(p->items[p->n_items++], SMALLPBX_TEXT,
		 "Event: QueueStatusComplete\r\n\r\n");
}

/* ---- what happens ---------------------------------------------------------------------- */

static struct smallpbx_chan *
find(struct smallpbx *p, unsigned id)
{
	for (size_t i = 0; id && i < SMALLPBX_CHANNELS; i++)
		if (p->chans[i].id == id)
			return &p->chans[i];
	return NULL;
}

static struct smallpbx_chan *
any(struct smallpbx *p)
{
	struct smallpbx_chan *c = &p->chans[chance_below(SMALLPBX_CHANNELS)];

	return c->id ? c : NULL;
}

static struct smallpbx_chan *
new_channel(struct smallpbx *p, struct smallpbx_chan *from)
{
	for (size_t i = 0; i < SMALLPBX_CHANNELS; i++) {
		struct smallpbx_chan *c = &p->chans[i];

		if (c->id)
			continue;
		*c = (struct smallpbx_chan){
			.id = ++p->last_id,
			.line = 100 + (int)i,
			.state = from ? DOWN : RING,
			.from = from ? from->id : 0,
			.by_queue = from && from->by_queue,
		};
		c->linked = from ? from->linked : c->id;
		tell(p, "Newchannel", c, "");
		return c;
	}
	return NULL;
}

static void
set_state(struct smallpbx *p, struct smallpbx_chan *c, int state)
{
	if (c->state == state)
		return;
	c->state = state;
	tell(p, "Newstate", c, "");
}

static void
leave_bridge(struct smallpbx *p, struct smallpbx_chan *c)
{
	struct smallpbx_chan *peer;

	if (!c->bridge)
		return;
	peer = (struct smallpbx_chan *)(uintptr_t)peer_of(p, c);
	if (!p->old) {
		tell_bridge(p, "BridgeLeave", c);
	} else if (peer) {
		tell_pair(p, "Unlink", peer, c);
		peer->bridge = 0;
	}
	c->bridge = 0;
}

static void
enter_bridge(struct smallpbx *p, struct smallpbx_chan *c, unsigned bridge)
{
	c->bridge = bridge;
	tell_bridge(p, "BridgeEnter", c);
}

static void
leave_queue(struct smallpbx *p, struct smallpbx_chan *c)
{
	if (!c->queued)
		return;
	c->queued = false;
	tell(p, p->old ? "Leave" : "QueueCallerLeave", c, "Queue: support\r\n");
}

static void
begin_call(struct smallpbx *p)
{
	struct smallpbx_chan *c = new_channel(p, NULL), *to;

	if (!c)
		return;
	if (chance_below(4) == 0) {
		set_state(p, c, UP);
		c->queued = c->by_queue = true;
		tell(p, p->old ? "Join" : "QueueCallerJoin", c, "Queue: support\r\n");
		return;
	}
	to = new_channel(p, c);
	if (to)
		begin_dial(p, c, to);
}

/* A phone rings, or is called by a queue. */
static void
go_on(struct smallpbx *p, struct smallpbx_chan *c)
{
	struct smallpbx_chan *to;

	if (c->queued && (to = new_channel(p, c)))
		begin_dial(p, c, to);
	else if (c->from && c->state == DOWN)
		set_state(p, c, RINGING);
}

static void
answer(struct smallpbx *p, struct smallpbx_chan *c)
{
	struct smallpbx_chan *from = find(p, c->from);

	if (!from || c->state == UP || from->bridge)
		return;
	set_state(p, c, UP);
	if (!p->old) /* there it comes when the call is over */
		tell_dial(p, "DialEnd", from, c, "DialStatus: ANSWER\r\n");
	set_state(p, from, UP);
	leave_queue(p, from);
	p->last_bridge++;
	if (p->old) {
		c->bridge = from->bridge = p->last_bridge;
		tell_pair(p, "Link", from, c);
		return;
	}
	enter_bridge(p, c, p->last_bridge);
	enter_bridge(p, from, p->last_bridge);
}

static void
hang_up(struct smallpbx *p, struct smallpbx_chan *c)
{
	struct smallpbx_chan *from = find(p, c->from);

	leave_bridge(p, c);
	leave_queue(p, c);
	if (from && c->state != UP && !p->old)
		tell_dial(p, "DialEnd", from, c, "DialStatus: CANCEL\r\n");
	tell(p, "Hangup", c, "Cause: 16\r\n");
	c->id = 0;
}

/* Whom it is dialling goes with it. */
static void
hang_up_all(struct smallpbx *p, struct smallpbx_chan *c)
{
	for (size_t i = 0; i < SMALLPBX_CHANNELS; i++)
		if (p->chans[i].id && p->chans[i].from == c->id &&
		    p->chans[i].state != UP)
			hang_up(p, &p->chans[i]);
	hang_up(p, c);
}

/* It goes to another conversation. */
static void
move(struct smallpbx *p, struct smallpbx_chan *c)
{
	struct smallpbx_chan *other = any(p);

	if (p->old || !other || other == c || !c->bridge || !other->bridge ||
	    other->bridge == c->bridge)
		return;
	leave_bridge(p, c);
	enter_bridge(p, c, other->bridge);
}

void
smallpbx_step(struct smallpbx *p)
{
	struct smallpbx_chan *c = any(p);

	if (!c) {
		if (chance_below(3) == 0)
			begin_call(p);
		return;
	}
	switch (chance_below(6)) {
	case 0:
	case 1:
		go_on(p, c);
		break;
	case 2:
	case 3:
		answer(p, c);
		break;
	case 4:
		move(p, c);
		break;
	default:
		hang_up_all(p, c);
	}
}

void
smallpbx_hang_up(struct smallpbx *p)
{
	for (size_t i = 0; i < SMALLPBX_CHANNELS; i++)
		if (p->chans[i].id)
			hang_up(p, &p->chans[i]);
}
