/* historian_lost.c - calls whose end nobody saw: zvond was killed, and when it is there again,
 * they are not. What is known of them counts; the PBX's own records may tell more later. */
#include "base/map.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/str.h"
#include "io/clock.h"
#include "zvond/historian_impl.h"

/* ---- one call -------------------------------------------------------------------------------- */

static int64_t
later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static int64_t
last_known(const struct zv_conversation *c, int64_t alive_ms)
{
	int64_t last = later(c->started_ms, c->answered_ms);

	for (size_t i = 0; i < c->n_legs; i++) {
		const struct zv_past_leg *l = &c->legs[i];

		last = later(last, later(later(l->started_ms, l->rang_ms),
					 later(l->answered_ms, l->ended_ms)));
	}
	return later(last, alive_ms);
}

/* Nobody had answered: what the last phone that was tried had come to, if it had. */
static enum zv_call_result
result_of_legs(const struct zv_conversation *c)
{
	for (size_t i = c->n_legs; i > 0; i--)
		if (c->legs[i - 1].role == ZV_ROLE_CALLEE && c->legs[i - 1].ended_ms)
			return c->legs[i - 1].result;
	return ZV_RESULT_NONE;
}

/* Ends of legs stay unknown: what the PBX's records say of them is then no contradiction. */
void
zv_conversation_lose(struct zv_conversation *c, int64_t alive_ms)
{
	int64_t end = last_known(c, alive_ms);

	c->is_open = false;
	c->reason = ZV_STR("lost");
	c->ended_ms = end;
	if (c->answered_ms)
		c->result = ZV_RESULT_ANSWERED;
	else if (c->result == ZV_RESULT_NONE)
		c->result = result_of_legs(c);
	c->wait_ms = (c->answered_ms ? c->answered_ms : end) - c->started_ms;
	c->talk_ms = c->answered_ms ? end - c->answered_ms : 0;
	for (size_t i = 0; i < c->n_legs; i++) {
		struct zv_past_leg *l = &c->legs[i];

		if (l->answered && l->result == ZV_RESULT_NONE)
			l->result = ZV_RESULT_ANSWERED;
	}
}

/* ---- all of a server ------------------------------------------------------------------------- */

struct open_calls {
	struct zv_conversation **list;
	size_t n, cap;
};

static int
gather(void *context, const struct zv_conversation *c)
{
	struct open_calls *o = context;

	if (o->n == o->cap) {
		size_t cap = o->cap ? o->cap * 2 : 64;
		void *list = zv_realloc(o->list, cap * sizeof *o->list);

		if (!list)
			return ZV_ENOMEM;
		o->list = list;
		o->cap = cap;
	}
	o->list[o->n] = zv_conversation_copy(c);
	return o->list[o->n++] ? 0 : ZV_ENOMEM;
}

static void
free_open(struct open_calls *o)
{
	for (size_t i = 0; i < o->n; i++)
		zv_conversation_free(o->list[i]);
	zv_free(o->list);
}

static int
index_names(struct zv_map *known, struct zv_str names)
{
	struct zv_str name;

	known->seed = zv_random();
	while (zv_str_split(&names, '\n', &name))
		if (name.n && zv_map_add(known, name, known) == ZV_ENOMEM)
			return ZV_ENOMEM;
	return 0;
}

/* By its id, or one of the channels that it had. */
static bool
goes_on(const struct zv_map *known, const struct zv_conversation *c)
{
	if (zv_map_find(known, c->id))
		return true;
	for (size_t i = 0; i < c->n_legs; i++)
		if (c->legs[i].unique_id.n && zv_map_find(known, c->legs[i].unique_id))
			return true;
	return false;
}

static int
read_alive(struct zv_store *s, struct zv_str server, int64_t *alive_ms,
	   struct zv_error *err)
{
	struct zv_buf name = { 0 }, value = { 0 };
	long long ms = 0;
	int rc;

	zv_buf_printf(&name, "alive:%.*s", ZV_ARG(server));
	rc = zv_store_marked(s, zv_buf_str(&name), &value, err);
	if (rc == 1 && zv_num_parse(zv_buf_str(&value), 0, INT64_MAX, &ms) == 0)
		*alive_ms = ms;
	zv_buf_deinit(&name);
	zv_buf_deinit(&value);
	return rc < 0 ? rc : 0;
}

static int
lose_one(struct zv_store *s, struct zv_conversation *c, struct zv_error *err)
{
	int64_t alive_ms = 0;
	int rc = read_alive(s, c->server, &alive_ms, err);

	if (rc < 0)
		return rc;
	zv_conversation_lose(c, alive_ms);
	rc = zv_store_put(s, c, err);
	return rc < 0 ? rc : 0;
}

int
zv_historian_lose(struct zv_store *s, const struct zv_entry *e, struct zv_error *err)
{
	struct open_calls open = { 0 };
	struct zv_map known = { 0 };
	int rc = index_names(&known, e->names), n = 0;

	if (rc == 0)
		rc = zv_store_each_open(s, e->server, gather, &open, err);
	for (size_t i = 0; rc >= 0 && i < open.n; i++) {
		struct zv_conversation *c = open.list[i];

		if (e->server.p ? goes_on(&known, c)
				: zv_map_find(&known, c->server) != NULL)
			continue;
		rc = lose_one(s, c, err);
		n++;
	}
	zv_map_deinit(&known);
	free_open(&open);
	return rc < 0 ? rc : n;
}

int
zv_historian_alive(struct zv_store *s, const struct zv_entry *e, struct zv_error *err)
{
	struct zv_buf name = { 0 }, value = { 0 };
	int rc;

	zv_buf_printf(&name, "alive:%.*s", ZV_ARG(e->server));
	zv_buf_printf(&value, "%lld", (long long)e->time_ms);
	rc = zv_store_mark(s, zv_buf_str(&name), zv_buf_str(&value), err);
	zv_buf_deinit(&name);
	zv_buf_deinit(&value);
	return rc;
}
