#include "call/model.h"

#include "base/mem.h"
#include "base/str.h"
#include "zvon/error.h"

/* ---- callers -------------------------------------------------------------- */

void
zv_fact_queue_join(struct zv_calls *t, struct zv_chan *c, struct zv_str queue,
		   int waiting)
{
	struct zv_live_call *call = zv_call_of(t, c);
	struct zv_call_event event = { .kind = ZV_CALL_QUEUED };

	zv_fact_queue_waiting(t, queue, waiting);
	if (!call || (call->waiting && zvon_str_equal(call->pub.queue, queue)))
		return;
	zv_text_set(t, &call->pub.queue, queue);
	call->waiting = true;
	call->left_queue = call->abandoned = call->queue_gave_up = false;
	event.call = &call->pub;
	event.queue = call->pub.queue;
	event.leg = c->leg ? &c->leg->pub : NULL;
	if (call->order)
		zv_tell(t, &event);
}

void
zv_fact_queue_leave(struct zv_calls *t, struct zv_chan *c, struct zv_str queue,
		    int waiting)
{
	zv_fact_queue_waiting(t, queue, waiting);
	if (!c->call || !c->call->waiting)
		return;
	c->call->waiting = false;
	c->call->left_queue = true;
}

void
zv_fact_queue_abandon(struct zv_calls *t, struct zv_chan *c)
{
	if (c->call)
		c->call->abandoned = true;
}

void
zv_fact_queue_gave_up(struct zv_calls *t, struct zv_chan *c)
{
	if (c->call)
		c->call->queue_gave_up = true;
}

/* The dialplan works for it again. */
void
zv_queue_went_on(struct zv_chan *c)
{
	if (c->call && c->call->abandoned && !c->call->waiting)
		c->call->queue_gave_up = true;
}

/* ---- queues --------------------------------------------------------------- */

static void
free_queue(struct zv_queue_now *queue)
{
	if (queue)
		zv_text_free(&queue->name);
	zv_free(queue);
}

static struct zv_queue_now *
get_queue(struct zv_calls *t, struct zv_str name)
{
	struct zv_queue_now *queue = zv_map_find(&t->queues, name);

	if (queue || !name.n)
		return queue;
	if (t->queues.n >= ZV_CALLS_MAX_LINES) {
		t->counters.refused++;
		return NULL;
	}
	queue = zv_calloc(1, sizeof *queue);
	if (queue)
		zv_text_set(t, &queue->name, name);
	if (!queue || !queue->name.n ||
	    zv_map_add(&t->queues, queue->name, queue) < 0) {
		free_queue(queue);
		t->failed = ZV_ENOMEM;
		return NULL;
	}
	return queue;
}

void
zv_fact_queue_waiting(struct zv_calls *t, struct zv_str name, int waiting)
{
	struct zv_queue_now *queue = get_queue(t, name);
	struct zv_call_event event = { .kind = ZV_QUEUE_STATE, .queue_now = queue };

	if (!queue || waiting < 0 || queue->waiting == waiting)
		return;
	queue->waiting = waiting;
	event.queue = queue->name;
	zv_tell(t, &event);
}

/* ---- members -------------------------------------------------------------- */

static void
free_member(struct zv_member_now *m)
{
	if (!m)
		return;
	zv_text_free(&m->key);
	zv_text_free(&m->pub.queue);
	zv_text_free(&m->pub.interface);
	zv_text_free(&m->pub.line);
	zv_text_free(&m->pub.name);
	zv_text_free(&m->pub.pause_reason);
	zv_free(m);
}

/* Queue and interface in one text; no queue's name has a line feed. Empty: too long,
 * or no memory. */
static struct zv_str
key_of(struct zv_calls *t, struct zv_str queue, struct zv_str interface)
{
	struct zv_str key = { NULL, queue.n + 1 + interface.n };
	char *p;

	if (!queue.n || !interface.n || key.n > ZV_CALLS_MAX_TEXT)
		return (struct zv_str){ NULL, 0 };
	key = zv_text_new(t, key.n, &p);
	if (!key.n)
		return key;
	memcpy(p, queue.p, queue.n);
	p[queue.n] = '\n';
	memcpy(p + queue.n + 1, interface.p, interface.n);
	return key;
}

/* "101" of "PJSIP/101", "103" of "Local/103@internal/n". */
static struct zv_str
member_line(struct zv_str interface)
{
	struct zv_str line = zv_name_peer(interface);

	line.n = zv_str_find(line, ZV_STR("@"));
	return line;
}

/* Takes the key. */
static struct zv_member_now *
new_member(struct zv_calls *t, struct zv_str key, const struct zv_queue_member *told)
{
	struct zv_member_now *m = NULL;

	if (t->members.n >= ZV_CALLS_MAX_MEMBERS)
		t->counters.refused++;
	else if (!(m = zv_calloc(1, sizeof *m)))
		t->failed = ZV_ENOMEM;
	if (!m) {
		zv_text_free(&key);
		return NULL;
	}
	m->key = key;
	m->pub.state = ZV_MEMBER_UNKNOWN;
	m->pub.penalty = -1; /* unlike anything told: the first is a change */
	zv_text_set(t, &m->pub.queue, told->queue);
	zv_text_set(t, &m->pub.interface, told->interface);
	zv_text_set(t, &m->pub.line, member_line(told->interface));
	get_queue(t, told->queue); /* known from now on, also while nobody waits */
	if (zv_map_add(&t->members, m->key, m) < 0) {
		t->failed = ZV_ENOMEM;
		free_member(m);
		return NULL;
	}
	return m;
}

const struct zv_queue_member *
zv_queue_find_member(struct zv_calls *t, struct zv_str queue, struct zv_str interface)
{
	struct zv_str key = key_of(t, queue, interface);
	struct zv_member_now *m = key.n ? zv_map_find(&t->members, key) : NULL;

	zv_text_free(&key);
	return m ? &m->pub : NULL;
}

static bool
is_same(const struct zv_queue_member *a, const struct zv_queue_member *b)
{
	return a->state == b->state && a->paused == b->paused &&
	       a->penalty == b->penalty && zvon_str_equal(a->name, b->name) &&
	       zvon_str_equal(a->pause_reason, b->pause_reason);
}

void
zv_fact_member(struct zv_calls *t, const struct zv_queue_member *told)
{
	struct zv_str key = key_of(t, told->queue, told->interface);
	struct zv_member_now *m = key.n ? zv_map_find(&t->members, key) : NULL;
	struct zv_call_event event = { .kind = ZV_QUEUE_MEMBER };

	if (m || !key.n || told->state == ZV_MEMBER_REMOVED)
		zv_text_free(&key);
	else
		m = new_member(t, key, told);
	if (!m || is_same(&m->pub, told))
		return;
	zv_text_set(t, &m->pub.name, told->name);
	zv_text_set(t, &m->pub.pause_reason, told->pause_reason);
	m->pub.state = told->state;
	m->pub.paused = told->paused;
	m->pub.penalty = told->penalty;
	event.queue = m->pub.queue;
	event.member = &m->pub;
	zv_tell(t, &event);
	if (m->pub.state == ZV_MEMBER_REMOVED) {
		zv_map_remove(&t->members, m->key);
		free_member(m);
	}
}

void
zv_queues_deinit(struct zv_calls *t)
{
	struct zv_queue_now *queue;
	struct zv_member_now *m;
	size_t cursor = 0;

	while ((queue = zv_map_next(&t->queues, &cursor)))
		free_queue(queue);
	zv_map_deinit(&t->queues);
	cursor = 0;
	while ((m = zv_map_next(&t->members, &cursor)))
		free_member(m);
	zv_map_deinit(&t->members);
}
