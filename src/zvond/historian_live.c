/* historian_live.c - what the trackers tell becomes what the store is to know. A call is read
 * once a round at most, whatever happened to it; its end at once, for then it is gone. */
#include "base/mem.h"
#include "io/clock.h"
#include "zvond/historian_impl.h"

struct live_call {
	struct zv_node dirty; /* in server->dirty, if something of it changed */
	struct zv_str id;
	int64_t offset_ms; /* to Unix time: one for all its times, so that no clock that is
			    * set makes a duration wrong */
};

struct zv_historian_server {
	struct zv_node node;
	struct zv_historian *historian;
	const struct zv_calls *calls;
	struct zv_str name;
	struct zv_map live;
	struct zv_node dirty;
	bool is_up, is_synced;
	bool was_swept;	   /* what a killed daemon has left was ended */
	int64_t offset_ms; /* of the newest event */
	int64_t alive_ms;  /* noted last */
	int64_t synced_ms; /* first; 0: not yet */
};

/* ---- calls --------------------------------------------------------------------------------- */

static struct live_call *
find_or_add(struct zv_historian_server *s, const struct zv_call_event *e)
{
	struct zv_str id = e->call->id;
	struct live_call *c = zv_map_find(&s->live, id);

	if (c)
		return c;
	c = zv_calloc(1, sizeof *c + id.n);
	if (!c)
		return NULL;
	memcpy(c + 1, id.p, id.n);
	c->id = (struct zv_str){ (char *)(c + 1), id.n };
	c->offset_ms = s->offset_ms;
	if (zv_map_add(&s->live, c->id, c) == 0)
		return c;
	zv_free(c);
	return NULL;
}

static void
forget(struct zv_historian_server *s, struct live_call *c)
{
	if (zv_list_is_linked(&c->dirty))
		zv_list_remove(&c->dirty);
	zv_map_remove(&s->live, c->id);
	zv_free(c);
}

static void
store(struct zv_historian_server *s, const struct zv_call *call, struct zv_str reason,
      int64_t offset_ms)
{
	struct zv_conversation *c =
		zv_conversation_of_call(call, s->name, reason, offset_ms);

	if (c)
		zv_historian_queue_call(&s->historian->queue, c, zv_clock_ms());
	else
		s->historian->queue.refused++;
}

static void
store_dirty(struct zv_historian_server *s)
{
	struct zv_node *node;

	while ((node = zv_list_first(&s->dirty))) {
		struct live_call *c = ZV_OWNER(node, struct live_call, dirty);
		const struct zv_call *call = zvon_calls_find(s->calls, c->id);

		zv_list_remove(node);
		if (call)
			store(s, call, (struct zv_str){ NULL, 0 }, c->offset_ms);
	}
}

static void
on_round_end(void *owner)
{
	struct zv_historian_server *s = owner;

	store_dirty(s);
	zv_historian_pump(s->historian);
}

static void
touch(struct zv_historian_server *s)
{
	zv_loop_at_end(s->historian->daemon->loop, on_round_end, s);
}

/* ---- events -------------------------------------------------------------------------------- */

/* What a history would miss if zvond were killed now. */
#define MATTERS                                                                        \
 (1u << ZV_CALL_STARTED | 1u << ZV_CALL_QUEUED | 1u << ZV_LEG_RINGING |                \
  1u << ZV_CALL_ANSWERED | 1u << ZV_CALL_TRANSFERRED | 1u << ZV_CALL_PARKED |          \
  1u << ZV_CALL_RETRIEVED | 1u << ZV_CALL_PICKED_UP | 1u << ZV_RECORDING_STARTED)

static void
on_change(struct zv_historian_server *s, const struct zv_call_event *e)
{
	struct live_call *c = find_or_add(s, e);

	if (!c)
		s->historian->queue.refused++;
	else if (!zv_list_is_linked(&c->dirty))
		zv_list_append(&s->dirty, &c->dirty);
}

static void
on_end(struct zv_historian_server *s, const struct zv_call_event *e)
{
	struct live_call *c = zv_map_find(&s->live, e->call->id);
	int64_t offset_ms = c ? c->offset_ms : s->offset_ms;

	if (c)
		forget(s, c);
	if (!e->call->merged) {
		store(s, e->call, e->reason, offset_ms);
		return;
	}
	s->historian->counters.merged++;
	zv_historian_queue_drop(&s->historian->queue, s->name, e->call->id,
				zv_clock_ms());
}

void
zv_historian_on_event(struct zv_historian_server *s, const struct zv_call_event *e)
{
	if (!s || !e->call)
		return;
	if (e->unix_us)
		s->offset_ms = e->unix_us / 1000 - e->now_ms;
	if (e->kind == ZV_CALL_ENDED)
		on_end(s, e);
	else if (1u << e->kind & MATTERS)
		on_change(s, e);
	else
		return;
	touch(s);
}

/* ---- servers ------------------------------------------------------------------------------- */

struct zv_historian_server *
zv_historian_add_server(struct zv_historian *h, struct zv_str name,
			const struct zv_calls *calls)
{
	struct zv_historian_server *s = h ? zv_calloc(1, sizeof *s + name.n) : NULL;

	if (!s)
		return NULL;
	memcpy(s + 1, name.p, name.n);
	s->name = (struct zv_str){ (char *)(s + 1), name.n };
	s->historian = h;
	s->calls = calls;
	s->live.seed = zv_random();
	s->offset_ms = zv_clock_unix_us() / 1000 - zv_clock_ms();
	zv_list_init(&s->dirty);
	zv_list_append(&h->servers, &s->node);
	zv_historian_queue_left(&h->queue, s->name, zv_clock_ms());
	return s;
}

void
zv_historian_remove_server(struct zv_historian_server *s, bool is_gone)
{
	struct live_call *c;
	size_t cursor = 0;

	if (!s)
		return;
	store_dirty(s);
	if (is_gone)
		zv_historian_queue_lost(&s->historian->queue, s->name, ZV_STR(""),
					zv_clock_ms());
	zv_historian_pump(s->historian);
	zv_loop_not_at_end(s->historian->daemon->loop, s);
	zv_list_remove(&s->node);
	while ((c = zv_map_next(&s->live, &cursor)))
		zv_free(c);
	zv_map_deinit(&s->live);
	zv_free(s);
}

/* Ids and Uniqueids of what goes on, a line each. */
static void
add_names(const struct zv_calls *calls, struct zv_buf *out)
{
	for (const struct zv_call *c = zvon_calls_next(calls, NULL); c;
	     c = zvon_calls_next(calls, c)) {
		zv_buf_printf(out, "%.*s\n", ZV_ARG(c->id));
		for (const struct zv_leg *l = c->legs; l; l = l->next)
			zv_buf_printf(out, "%.*s\n", ZV_ARG(l->unique_id));
	}
}

static void
sweep(struct zv_historian_server *s)
{
	struct zv_buf names = { 0 };

	add_names(s->calls, &names);
	if (!zv_buf_failed(&names) &&
	    zv_historian_queue_lost(&s->historian->queue, s->name, zv_buf_str(&names),
				    zv_clock_ms()) == 0)
		s->was_swept = true;
	zv_buf_deinit(&names);
	touch(s);
}

/* Only a complete list shows that a call is not there. */
void
zv_historian_on_synced(struct zv_historian_server *s, bool complete)
{
	if (!s)
		return;
	s->is_synced = true;
	if (!s->synced_ms)
		s->synced_ms = zv_clock_ms();
	if (complete && !s->was_swept)
		sweep(s);
}

void
zv_historian_on_state(struct zv_historian_server *s, bool up)
{
	if (!s)
		return;
	s->is_up = up;
	s->is_synced &= up;
}

void
zv_historian_begin(struct zv_historian *h)
{
	struct zv_node *node, *next;
	struct zv_buf names = { 0 };

	if (!h)
		return;
	ZV_EACH(&h->servers, node, next)
	zv_buf_printf(&names, "%.*s\n",
		      ZV_ARG(ZV_OWNER(node, struct zv_historian_server, node)->name));
	if (!zv_buf_failed(&names))
		zv_historian_queue_lost(&h->queue, (struct zv_str){ NULL, 0 },
					zv_buf_str(&names), zv_clock_ms());
	zv_buf_deinit(&names);
	zv_historian_pump(h);
}

/* So that a call that was lost is as long as it surely was. */
static void
note_alive(struct zv_historian_server *s, int64_t now_ms)
{
	if (!s->is_up || !s->is_synced || s->live.n == 0 ||
	    now_ms - s->alive_ms < ZV_HISTORIAN_ALIVE_MS)
		return;
	s->alive_ms = now_ms;
	zv_historian_queue_alive(&s->historian->queue, s->name, now_ms + s->offset_ms,
				 now_ms);
}

void
zv_historian_live_each_second(struct zv_historian *h, int64_t now_ms)
{
	struct zv_node *node, *next;

	ZV_EACH(&h->servers, node, next)
	{
		struct zv_historian_server *s =
			ZV_OWNER(node, struct zv_historian_server, node);

		note_alive(s, now_ms);
		if (s->is_synced && !s->was_swept &&
		    now_ms - s->synced_ms > ZV_HISTORIAN_SWEEP_MS)
			sweep(s); /* an account that may not see all lists */
	}
}
