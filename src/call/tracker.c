#include "call/model.h"

#include "base/mem.h"
#include "call/events.h"
#include "call/snapshot.h"
#include "zvon/error.h"

/* ---- life ----------------------------------------------------------------- */

/* NULL also when there are none. */
static struct zv_str *
copy_texts(struct zv_calls *t, const struct zv_str *from, size_t n)
{
	struct zv_str *to = n ? zv_calloc(n, sizeof *to) : NULL;

	if (!to && n)
		t->failed = ZV_ENOMEM;
	for (size_t i = 0; to && i < n; i++)
		zv_text_set(t, &to[i], from[i]);
	return to;
}

static void
free_list(struct zv_str *list, size_t n)
{
	for (size_t i = 0; list && i < n; i++)
		zv_text_free(&list[i]);
	zv_free(list);
}

/* Keys come from outside; where the system put this tracker they cannot know. */
static void
seed_maps(struct zv_calls *t)
{
	uint64_t seed = (uint64_t)(uintptr_t)t * 0x9e3779b97f4a7c15u;

	t->channels_by_id.seed = t->channels_by_name.seed = seed;
	t->calls_by_link.seed = t->bridges.seed = t->lines_by_name.seed = seed;
	t->queues.seed = t->members.seed = seed;
}

struct zv_calls *
zvon_calls_new(const struct zv_calls_options *options)
{
	struct zv_calls *t = zv_calloc(1, sizeof *t);

	if (!t)
		return NULL;
	zv_list_init(&t->channels);
	zv_list_init(&t->calls);
	zv_list_init(&t->silent);
	zv_list_init(&t->unsure);
	zv_list_init(&t->clicks);
	zv_list_init(&t->lingering);
	seed_maps(t);
	zv_text_set(t, &t->server, options->server);
	t->trunks = copy_texts(t, options->trunks, options->n_trunks);
	t->n_trunks = options->n_trunks;
	t->lines = copy_texts(t, options->lines, options->n_lines);
	t->n_lines = options->n_lines;
	t->on_event = options->on_event;
	t->context = options->context;
	t->max_channels =
		options->max_channels ? options->max_channels : ZV_CALLS_MAX_CHANNELS;
	t->rules = zv_rules_new();
	if (!t->rules || t->failed) {
		zvon_calls_free(t);
		return NULL;
	}
	return t;
}

static void
free_calls(struct zv_calls *t, struct zv_node *list)
{
	struct zv_node *node;

	while ((node = zv_list_first(list)))
		zv_call_free(t, ZV_OWNER(node, struct zv_live_call, node));
}

static void
free_channels(struct zv_calls *t)
{
	struct zv_node *node;

	while ((node = zv_list_first(&t->channels))) {
		struct zv_chan *c = ZV_OWNER(node, struct zv_chan, node);

		zv_fact_leave(t, c);
		if (c->leg && !c->leg->call)
			zv_leg_free(t, c->leg);
		zv_chan_free(t, c);
	}
}

static void
free_bridges(struct zv_calls *t)
{
	struct zv_bridge *b;
	size_t cursor = 0;

	while ((b = zv_map_next(&t->bridges, &cursor))) {
		zv_text_free(&b->id);
		zv_free(b);
	}
	zv_map_deinit(&t->bridges);
}

void
zvon_calls_free(struct zv_calls *t)
{
	if (!t)
		return;
	t->on_event = NULL;
	free_channels(t);
	free_calls(t, &t->calls);
	free_calls(t, &t->silent);
	free_bridges(t);
	zv_lines_deinit(t);
	zv_queues_deinit(t);
	zv_map_deinit(&t->channels_by_id);
	zv_map_deinit(&t->channels_by_name);
	zv_map_deinit(&t->calls_by_link);
	zv_gone_deinit(&t->gone);
	zv_buf_deinit(&t->scratch);
	free_list(t->trunks, t->n_trunks);
	free_list(t->lines, t->n_lines);
	zv_rules_free(t->rules);
	zv_snapshot_free(t->snap);
	zv_text_free(&t->server);
	zv_free(t);
}

/* ---- what moves it ---------------------------------------------------------- */

void
zv_calls_enter(struct zv_calls *t, const struct zv_packet *packet, int64_t now_ms,
	       int64_t unix_us)
{
	if (now_ms > t->now_ms)
		t->now_ms = now_ms;
	t->unix_us = unix_us;
	t->packet = packet;
	zv_buf_clear(&t->scratch);
}

int
zv_calls_outcome(struct zv_calls *t)
{
	int rc = t->failed;

	t->failed = 0;
	t->packet = NULL;
	return rc;
}

int
zvon_calls_feed(struct zv_calls *t, const struct zv_packet *packet, int64_t now_ms,
		int64_t unix_us)
{
	t->counters.packets++;
	zv_calls_enter(t, packet, now_ms, unix_us);
	if (packet->kind == ZV_PACKET_EVENT && t->snap)
		zv_snapshot_hear(t, packet);
	if (packet->kind == ZV_PACKET_EVENT)
		zv_rules_run(t, packet);
	else if (packet->kind == ZV_PACKET_BANNER)
		zv_rules_banner(t, packet->name);
	return zv_calls_outcome(t);
}

static int64_t
unsure_until(const struct zv_calls *t)
{
	struct zv_node *first = zv_list_first(&t->unsure);

	return first ? ZV_OWNER(first, struct zv_chan, unsure)->settle_ms : INT64_MAX;
}

int64_t
zvon_calls_deadline(const struct zv_calls *t)
{
	int64_t unsure = unsure_until(t), clicks = zv_clicks_deadline(t);

	return unsure < clicks ? unsure : clicks;
}

int
zvon_calls_tick(struct zv_calls *t, int64_t now_ms, int64_t unix_us)
{
	zv_calls_enter(t, NULL, now_ms, unix_us);
	while (unsure_until(t) <= t->now_ms) {
		struct zv_node *first = zv_list_first(&t->unsure);

		zv_list_remove(first);
		zv_chan_settle(t, ZV_OWNER(first, struct zv_chan, unsure));
	}
	zv_clicks_end(t, t->now_ms);
	return zv_calls_outcome(t);
}

void
zv_fact_server(struct zv_calls *t, struct zv_str reason)
{
	struct zv_call_event event = { .kind = ZV_SERVER_STATE, .reason = reason };

	zv_tell(t, &event);
}

void
zvon_calls_server(struct zv_calls *t, bool up, int64_t now_ms, int64_t unix_us)
{
	zv_calls_enter(t, NULL, now_ms, unix_us);
	if (!up)
		zv_snapshot_lose(t);
	zv_fact_server(t, up ? ZV_STR("up") : ZV_STR("down"));
	zv_calls_outcome(t);
}

void
zvon_calls_end_all(struct zv_calls *t, struct zv_str reason, int64_t now_ms,
		   int64_t unix_us)
{
	struct zv_node *first;

	zv_calls_enter(t, NULL, now_ms, unix_us);
	while ((first = zv_list_first(&t->channels)))
		zv_chan_end(t, ZV_OWNER(first, struct zv_chan, node), 0, reason);
	zv_clicks_end(t, INT64_MAX);
	zv_calls_outcome(t);
}

/* ---- what is asked of it ------------------------------------------------------ */

const struct zv_call *
zvon_calls_next(const struct zv_calls *t, const struct zv_call *after)
{
	const struct zv_live_call *last = (const void *)after;
	const struct zv_node *node = last ? last->node.next : t->calls.next;
	struct zv_live_call *call;

	if (node == &t->calls)
		return NULL;
	call = ZV_OWNER(node, struct zv_live_call, node);
	zv_call_refresh(call);
	return &call->pub;
}

/* Most calls still have their first channel, whose Uniqueid is the id. */
const struct zv_call *
zvon_calls_find(const struct zv_calls *t, struct zv_str id)
{
	const struct zv_chan *first = zv_map_find(&t->channels_by_id, id);
	const struct zv_call *call = NULL;

	if (first && first->call && first->call->order &&
	    zvon_str_equal(first->call->pub.id, id)) {
		zv_call_refresh(first->call);
		return &first->call->pub;
	}
	while ((call = zvon_calls_next(t, call)))
		if (zvon_str_equal(call->id, id))
			return call;
	return NULL;
}

const struct zv_line *
zvon_calls_find_line(const struct zv_calls *t, struct zv_str name)
{
	const struct zv_line_now *line = zv_map_find(&t->lines_by_name, name);

	return line ? &line->pub : NULL;
}

const struct zv_line *
zvon_calls_next_line(const struct zv_calls *t, size_t *cursor)
{
	const struct zv_line_now *line = zv_map_next(&t->lines_by_name, cursor);

	return line ? &line->pub : NULL;
}

const struct zv_queue_now *
zvon_calls_next_queue(const struct zv_calls *t, size_t *cursor)
{
	return zv_map_next(&t->queues, cursor);
}

const struct zv_queue_member *
zvon_calls_next_member(const struct zv_calls *t, size_t *cursor)
{
	const struct zv_member_now *m = zv_map_next(&t->members, cursor);

	return m ? &m->pub : NULL;
}

void
zvon_calls_counters(const struct zv_calls *t, struct zv_calls_counters *out)
{
	*out = t->counters;
	out->calls = t->counters.started - t->counters.ended;
	out->channels = t->channels_by_id.n;
}
