/* session_queue.c - what waits for one session: messages, and behind them what it still has
 * to get from the ring. */
#include "hub/hub_impl.h"

#include "base/mem.h"
#include "zvon/error.h"

const char zv_reason_slow[] = "you did not read: come back and resume";
const char zv_reason_memory[] = "out of memory: come back and resume";

/* ---- its queue --------------------------------------------------------------------------- */

static int
grow(struct zv_queue_of_messages *q)
{
	size_t cap = q->cap ? q->cap * 4 : 1;
	struct zv_message **list = &q->one;

	if (cap > 1 && !(list = zv_malloc(cap * sizeof *list)))
		return ZV_ENOMEM;
	for (size_t i = 0; i < q->n; i++)
		list[i] = q->list[(q->first + i) & (q->cap - 1)];
	if (q->list != &q->one)
		zv_free(q->list);
	q->list = list;
	q->cap = cap;
	q->first = 0;
	return 0;
}

static int
push(struct zv_queue_of_messages *q, struct zv_message *m)
{
	if (q->n == q->cap && grow(q) < 0)
		return ZV_ENOMEM;
	q->list[(q->first + q->n++) & (q->cap - 1)] = zv_message_ref(m);
	q->bytes += m->text.n;
	return 0;
}

/* An idle session keeps no memory for messages. */
static struct zv_message *
pop(struct zv_queue_of_messages *q)
{
	struct zv_message *m = q->list[q->first];

	q->first = (q->first + 1) & (q->cap - 1);
	q->bytes -= m->text.n;
	if (--q->n == 0) {
		if (q->list != &q->one)
			zv_free(q->list);
		*q = (struct zv_queue_of_messages){ 0 };
	}
	return m;
}

void
zv_session_drop_queue(struct zv_session *s)
{
	while (s->queue.n)
		zv_message_unref(pop(&s->queue));
	s->free_ride = 0;
}

void
zv_session_ready(struct zv_session *s)
{
	if (s->ready_told)
		return;
	s->ready_told = true;
	s->hub->hooks.on_ready(s->hub->context, s);
}

static bool
is_full(const struct zv_session *s)
{
	const struct zv_hub_limits *l = &s->hub->limits;

	return s->queue.n >= l->session_messages ||
	       s->queue.bytes + s->held >= l->session_bytes + s->free_ride;
}

static void
end_slow(struct zv_session *s)
{
	s->hub->counters.slow++;
	zv_log(s->hub->log, ZV_LOG_WARN, "hub",
	       "session does not read: closed user=%.*s remote=%.*s bytes=%zu "
	       "messages=%zu",
	       ZV_ARG(s->person->user->name), ZV_ARG(s->remote),
	       s->queue.bytes + s->held, s->queue.n);
	zv_session_end(s, 1013, zv_reason_slow);
}

void
zv_session_put(struct zv_session *s, struct zv_message *m)
{
	if (s->over_code)
		return;
	if (is_full(s))
		end_slow(s);
	else if (push(&s->queue, m) < 0)
		zv_session_end(s, 1013, zv_reason_memory);
	else
		zv_session_ready(s);
}

void
zv_session_say(struct zv_session *s, struct zv_str text)
{
	struct zv_message *m = zv_message_new(text, 0);

	if (m)
		zv_session_put(s, m);
	else
		zv_session_end(s, 1013, zv_reason_memory);
	zv_message_unref(m);
}

void
zv_session_say_all(struct zv_session *s, struct zv_str text)
{
	bool had_room = !s->over_code && !is_full(s);

	zv_session_say(s, text);
	if (had_room && !s->over_code)
		s->free_ride += text.n;
}

bool
zv_session_owes_all(const struct zv_session *s)
{
	return s->free_ride > 0;
}

/* What it owed was taken. */
static void
settle(struct zv_session *s)
{
	if (s->queue.n == 0 && s->held == 0)
		s->free_ride = 0;
}

void
zv_session_held(struct zv_session *s, size_t bytes)
{
	s->held = bytes;
	settle(s);
}

/* ---- replay ---------------------------------------------------------------------------------- */

static bool
wants_entry(const struct zv_session *s, const struct zv_ring_entry *e)
{
	return zv_session_wants(s, e->kind, e->server, e->tags, e->n_tags);
}

int
zv_session_replay(struct zv_session *s, uint64_t after_seq, size_t *n)
{
	const struct zv_ring *ring = &s->hub->ring;
	const struct zv_ring_entry *e;

	zv_ring_age(&s->hub->ring, &s->hub->topics, s->hub->now_ms);
	if (!zv_ring_reaches(ring, after_seq))
		return ZV_ENOTFOUND;
	*n = 0;
	for (uint64_t seq = after_seq; (e = zv_ring_find(ring, seq + 1)); seq++)
		*n += wants_entry(s, e);
	s->at_seq = after_seq;
	s->replaying = *n > 0;
	s->resumed = s->hub->n_silent > 0;
	s->hub->counters.resumed++;
	zv_session_listen(s, true);
	if (s->replaying)
		zv_session_ready(s);
	return 0;
}

/* The ring lost what it had still to get: it begins anew. */
static void
fell_behind(struct zv_session *s)
{
	s->replaying = false;
	s->hub->resync_reason = "slow";
	zv_session_synced(s, SIZE_MAX, s->hub->now_ms);
}

/* The next event from the ring, or NULL: it has all. */
static struct zv_message *
take_replayed(struct zv_session *s)
{
	const struct zv_ring *ring = &s->hub->ring;
	const struct zv_ring_entry *e;

	if (!zv_ring_reaches(ring, s->at_seq)) {
		fell_behind(s);
		return NULL;
	}
	while ((e = zv_ring_find(ring, s->at_seq + 1))) {
		s->at_seq++;
		if (wants_entry(s, e))
			return zv_message_ref(e->message);
	}
	s->replaying = false;
	return NULL;
}

struct zv_message *
zv_session_take(struct zv_session *s)
{
	struct zv_message *m = NULL;

	if (s->queue.n)
		m = pop(&s->queue);
	else if (s->replaying)
		m = take_replayed(s);
	if (!m && s->queue.n) /* a resync instead */
		m = pop(&s->queue);
	if (!m) {
		s->ready_told = false;
		settle(s);
	}
	return m;
}

bool
zv_session_has_messages(const struct zv_session *s)
{
	return s->queue.n > 0 || s->replaying;
}
