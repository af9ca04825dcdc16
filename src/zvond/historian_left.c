#include "zvond/historian_left.h"

#include "base/buf.h"
#include "base/mem.h"

struct left_call {
	struct zv_node node;
	struct zv_conversation *call;
	struct zv_buf names; /* its keys, one behind the other */
};

/* ---- names ------------------------------------------------------------------------------------ */

/* "SERVER\nNAME": the i-th name is its id, then the Uniqueids of its legs. */
static struct zv_str
name_of(const struct zv_conversation *c, size_t i)
{
	return i == 0 ? c->id : c->legs[i - 1].unique_id;
}

static struct zv_str
key_of(struct zv_buf *text, struct zv_str server, struct zv_str name)
{
	size_t begin = text->n;

	zv_buf_add(text, server);
	zv_buf_add_char(text, '\n');
	zv_buf_add(text, name);
	return zv_str_from(zv_buf_str(text), begin);
}

static struct left_call *
find(const struct zv_left *l, struct zv_str server, struct zv_str name)
{
	struct zv_buf text = { 0 };
	struct zv_str key = key_of(&text, server, name);
	struct left_call *c = zv_buf_failed(&text) ? NULL : zv_map_find(&l->names, key);

	zv_buf_deinit(&text);
	return c;
}

/* All texts first: they may not move when they are keys. */
static int
add_names(struct zv_left *l, struct left_call *c)
{
	size_t n = c->call->n_legs + 1, at = 0;

	for (size_t i = 0; i < n; i++)
		key_of(&c->names, c->call->server, name_of(c->call, i));
	if (zv_buf_failed(&c->names))
		return ZV_ENOMEM;
	for (size_t i = 0; i < n; i++) {
		struct zv_str name = name_of(c->call, i);
		struct zv_str key = { c->names.p + at, c->call->server.n + 1 + name.n };

		at += key.n;
		if (name.n && zv_map_add(&l->names, key, c) == ZV_ENOMEM)
			return ZV_ENOMEM;
	}
	return 0;
}

static void
remove_names(struct zv_left *l, struct left_call *c)
{
	size_t at = 0;

	if (zv_buf_failed(&c->names))
		return;
	for (size_t i = 0; i < c->call->n_legs + 1; i++) {
		struct zv_str key = { c->names.p + at,
				      c->call->server.n + 1 + name_of(c->call, i).n };

		at += key.n;
		if (zv_map_find(&l->names, key) == c)
			zv_map_remove(&l->names, key);
	}
}

/* ---- calls ------------------------------------------------------------------------------------- */

static void
remove_call(struct zv_left *l, struct left_call *c)
{
	remove_names(l, c);
	zv_list_remove(&c->node);
	zv_conversation_free(c->call);
	zv_buf_deinit(&c->names);
	zv_free(c);
}

void
zv_left_init(struct zv_left *l, uint64_t seed)
{
	*l = (struct zv_left){ .names = { .seed = seed } };
	zv_list_init(&l->calls);
}

void
zv_left_deinit(struct zv_left *l)
{
	struct zv_node *node;

	while ((node = zv_list_first(&l->calls)))
		remove_call(l, ZV_OWNER(node, struct left_call, node));
	zv_map_deinit(&l->names);
}

int
zv_left_add(struct zv_left *l, const struct zv_conversation *call)
{
	struct left_call *c = zv_calloc(1, sizeof *c);
	int rc;

	if (!c)
		return ZV_ENOMEM;
	c->call = zv_conversation_copy(call);
	if (!c->call) {
		zv_free(c);
		return ZV_ENOMEM;
	}
	zv_list_append(&l->calls, &c->node);
	rc = add_names(l, c);
	if (rc < 0)
		remove_call(l, c);
	return rc;
}

const struct zv_conversation *
zv_left_next(const struct zv_left *l, const struct zv_conversation *c, size_t *at)
{
	if (zv_list_is_empty(&l->calls))
		return NULL;
	while (*at < c->n_legs + 1) {
		struct zv_str name = name_of(c, (*at)++);
		const struct left_call *found =
			name.n ? find(l, c->server, name) : NULL;

		if (found)
			return found->call;
	}
	return NULL;
}

void
zv_left_forget(struct zv_left *l, struct zv_str server, struct zv_str id)
{
	struct left_call *c;

	if (zv_list_is_empty(&l->calls))
		return;
	c = find(l, server, id);
	if (c)
		remove_call(l, c);
}

void
zv_left_forget_server(struct zv_left *l, struct zv_str server)
{
	struct zv_node *node, *next;

	ZV_EACH(&l->calls, node, next)
	{
		struct left_call *c = ZV_OWNER(node, struct left_call, node);

		if (zvon_str_equal(c->call->server, server))
			remove_call(l, c);
	}
}

/* ---- going on -------------------------------------------------------------------------------------- */

static void
take_earlier(int64_t *time, int64_t before)
{
	if (before && (*time == 0 || before < *time))
		*time = before;
}

static void
take_leg(struct zv_past_leg *leg, const struct zv_past_leg *before)
{
	leg->started_ms = before->started_ms ? before->started_ms : leg->started_ms;
	take_earlier(&leg->rang_ms, before->rang_ms);
	take_earlier(&leg->answered_ms, before->answered_ms);
	leg->rang |= before->rang;
	leg->answered |= before->answered;
}

static void
take_legs(struct zv_conversation *c, const struct zv_conversation *before)
{
	for (size_t i = 0; i < c->n_legs; i++)
		for (size_t k = 0; k < before->n_legs; k++)
			if (c->legs[i].unique_id.n &&
			    zvon_str_equal(c->legs[i].unique_id,
					   before->legs[k].unique_id))
				take_leg(&c->legs[i], &before->legs[k]);
}

static int64_t
since(int64_t to, int64_t from)
{
	return from && to > from ? to - from : 0;
}

/* The lists of a PBX tell whole seconds of a channel, and no answer's time at all. */
struct zv_conversation *
zv_conversation_go_on(const struct zv_conversation *before,
		      const struct zv_conversation *now)
{
	struct zv_conversation *c = zv_conversation_merge(now, before);

	if (!c)
		return NULL;
	c->is_open = now->is_open;
	if (zvon_str_equal(before->id, c->id) && before->started_ms)
		c->started_ms = before->started_ms;
	take_earlier(&c->answered_ms, before->answered_ms);
	if (c->answered_ms && !c->is_open)
		c->result = ZV_RESULT_ANSWERED;
	take_legs(c, before);
	if (!c->is_open) {
		c->wait_ms = since(c->answered_ms ? c->answered_ms : c->ended_ms,
				   c->started_ms);
		c->talk_ms = since(c->ended_ms, c->answered_ms);
	}
	return c;
}
