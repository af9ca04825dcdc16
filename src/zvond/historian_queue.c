#include "zvond/historian_queue.h"

#include "base/buf.h"
#include "base/mem.h"

/* ---- entries ----------------------------------------------------------------------------- */

static size_t
leg_bytes(const struct zv_past_leg *l)
{
	return sizeof *l + l->line.n + l->number.n + l->name.n + l->channel.n +
	       l->unique_id.n;
}

static size_t
list_bytes(const struct zv_str *list, size_t n)
{
	size_t sum = n * sizeof *list;

	for (size_t i = 0; i < n; i++)
		sum += list[i].n;
	return sum;
}

/* What it takes in memory, about. */
static size_t
call_bytes(const struct zv_conversation *c)
{
	size_t sum = sizeof *c + c->server.n + c->id.n + c->from_number.n +
		     c->from_name.n + c->to_number.n + c->did.n + c->queue.n +
		     c->reason.n + c->picked_up_by.n;

	for (size_t i = 0; i < c->n_legs; i++)
		sum += leg_bytes(&c->legs[i]);
	for (size_t i = 0; i < c->n_transfers; i++)
		sum += sizeof *c->transfers + c->transfers[i].by.n +
		       c->transfers[i].to.n;
	for (size_t i = 0; i < c->n_recordings; i++)
		sum += sizeof *c->recordings + c->recordings[i].file.n +
		       c->recordings[i].id.n;
	return sum + list_bytes(c->talked, c->n_talked) +
	       list_bytes(c->linked_ids, c->n_linked_ids);
}

void
zv_entry_free(struct zv_entry *e)
{
	zv_conversation_free(e->call);
	zv_free(e);
}

/* The key is KIND SERVER NUL ID: what is told of a call, and how long a server is known to
 * live, are two things. The names are behind it. */
static struct zv_entry *
new_entry(enum zv_entry_kind kind, struct zv_str server, struct zv_str id,
	  struct zv_str names)
{
	struct zv_entry *e = zv_calloc(1, sizeof *e + server.n + id.n + names.n + 3);
	char *text = e ? (char *)(e + 1) : NULL;

	if (!e)
		return NULL;
	e->kind = kind;
	text[0] = kind == ZV_ENTRY_ALIVE ? 'a' : 'c';
	if (server.n)
		memcpy(text + 1, server.p, server.n);
	if (id.n)
		memcpy(text + 2 + server.n, id.p, id.n);
	if (names.n)
		memcpy(text + 3 + server.n + id.n, names.p, names.n);
	e->server = (struct zv_str){ server.p ? text + 1 : NULL, server.n };
	e->id = (struct zv_str){ text + 2 + server.n, id.n };
	e->names = (struct zv_str){ text + 3 + server.n + id.n, names.n };
	if (kind != ZV_ENTRY_LOST && kind != ZV_ENTRY_LEFT)
		e->key = (struct zv_str){ text, server.n + id.n + 2 };
	e->bytes = sizeof *e + server.n + id.n + names.n + 3;
	return e;
}

/* ---- the queue ------------------------------------------------------------------------------ */

void
zv_historian_queue_init(struct zv_historian_queue *q, uint64_t seed)
{
	*q = (struct zv_historian_queue){ .most = ZV_HISTORIAN_CALLS_MAX,
					  .most_bytes = ZV_HISTORIAN_BYTES_MAX,
					  .keys = { .seed = seed } };
	zv_list_init(&q->entries);
}

static void
forget_key(struct zv_historian_queue *q, struct zv_entry *e)
{
	if (e->key.n && zv_map_find(&q->keys, e->key) == e)
		zv_map_remove(&q->keys, e->key);
}

static void
take_out(struct zv_historian_queue *q, struct zv_entry *e)
{
	forget_key(q, e);
	zv_list_remove(&e->node);
	q->n--;
	q->bytes -= e->bytes;
}

void
zv_historian_queue_deinit(struct zv_historian_queue *q)
{
	struct zv_node *node;

	while ((node = zv_list_first(&q->entries))) {
		struct zv_entry *e = ZV_OWNER(node, struct zv_entry, node);

		take_out(q, e);
		zv_entry_free(e);
	}
	zv_map_deinit(&q->keys);
}

static int
refuse(struct zv_historian_queue *q, struct zv_entry *e, int rc)
{
	q->refused++;
	if (e)
		zv_entry_free(e);
	return rc;
}

/* It takes the place of what was told before. */
static int
replace(struct zv_historian_queue *q, struct zv_entry *old, struct zv_entry *e)
{
	if (q->bytes - old->bytes + e->bytes > q->most_bytes)
		return refuse(q, e, ZV_ETOOBIG);
	zv_map_remove(&q->keys, old->key);
	if (zv_map_add(&q->keys, e->key, e) < 0) {
		zv_map_add(&q->keys, old->key, old); /* there is room: it was there */
		return refuse(q, e, ZV_ENOMEM);
	}
	e->since_ms = old->since_ms;
	e->node = old->node;
	e->node.prev->next = e->node.next->prev = &e->node;
	q->bytes += e->bytes - old->bytes;
	zv_entry_free(old);
	return 0;
}

static int
add(struct zv_historian_queue *q, struct zv_entry *e, int64_t now_ms)
{
	struct zv_entry *old = e->key.n ? zv_map_find(&q->keys, e->key) : NULL;

	if (old)
		return replace(q, old, e);
	if (q->n >= q->most || q->bytes + e->bytes > q->most_bytes)
		return refuse(q, e, ZV_ETOOBIG);
	if (e->key.n && zv_map_add(&q->keys, e->key, e) < 0)
		return refuse(q, e, ZV_ENOMEM);
	e->since_ms = now_ms;
	zv_list_append(&q->entries, &e->node);
	q->n++;
	q->bytes += e->bytes;
	return 0;
}

static const struct zv_str nothing;

int
zv_historian_queue_call(struct zv_historian_queue *q, struct zv_conversation *call,
			int64_t now_ms)
{
	struct zv_entry *e = new_entry(ZV_ENTRY_CALL, call->server, call->id, nothing);

	if (!e) {
		zv_conversation_free(call);
		return refuse(q, NULL, ZV_ENOMEM);
	}
	e->call = call;
	e->bytes += call_bytes(call);
	return add(q, e, now_ms);
}

int
zv_historian_queue_drop(struct zv_historian_queue *q, struct zv_str server,
			struct zv_str id, int64_t now_ms)
{
	struct zv_entry *e = new_entry(ZV_ENTRY_DROP, server, id, nothing);

	return e ? add(q, e, now_ms) : refuse(q, NULL, ZV_ENOMEM);
}

int
zv_historian_queue_alive(struct zv_historian_queue *q, struct zv_str server,
			 int64_t time_ms, int64_t now_ms)
{
	struct zv_entry *e = new_entry(ZV_ENTRY_ALIVE, server, nothing, nothing);

	if (!e)
		return refuse(q, NULL, ZV_ENOMEM);
	e->time_ms = time_ms;
	return add(q, e, now_ms);
}

int
zv_historian_queue_left(struct zv_historian_queue *q, struct zv_str server,
			int64_t now_ms)
{
	struct zv_entry *e = new_entry(ZV_ENTRY_LEFT, server, nothing, nothing);

	return e ? add(q, e, now_ms) : refuse(q, NULL, ZV_ENOMEM);
}

int
zv_historian_queue_lost(struct zv_historian_queue *q, struct zv_str server,
			struct zv_str names, int64_t now_ms)
{
	struct zv_entry *e = new_entry(ZV_ENTRY_LOST, server, nothing, names);

	return e ? add(q, e, now_ms) : refuse(q, NULL, ZV_ENOMEM);
}

/* ---- on the way ------------------------------------------------------------------------------ */

size_t
zv_historian_queue_take(struct zv_historian_queue *q, struct zv_node *batch,
			size_t most)
{
	size_t n = 0;
	struct zv_node *node;

	while (n < most && (node = zv_list_first(&q->entries))) {
		take_out(q, ZV_OWNER(node, struct zv_entry, node));
		zv_list_append(batch, node);
		n++;
	}
	return n;
}

static void
put_in_front(struct zv_historian_queue *q, struct zv_entry *e)
{
	if (e->key.n && zv_map_add(&q->keys, e->key, e) < 0) {
		refuse(q, e, ZV_ENOMEM);
		return;
	}
	e->node.prev = &q->entries;
	e->node.next = q->entries.next;
	e->node.prev->next = e->node.next->prev = &e->node;
	q->n++;
	q->bytes += e->bytes;
}

/* The limits let it pass: it was in once. */
void
zv_historian_queue_give_back(struct zv_historian_queue *q, struct zv_node *batch)
{
	while (batch->prev != batch) {
		struct zv_entry *e = ZV_OWNER(batch->prev, struct zv_entry, node);

		zv_list_remove(&e->node);
		if (e->is_bad || (e->key.n && zv_map_find(&q->keys, e->key)))
			zv_entry_free(e);
		else
			put_in_front(q, e);
	}
}

int64_t
zv_historian_queue_since(const struct zv_historian_queue *q)
{
	const struct zv_node *node = zv_list_first(&q->entries);

	return node ? ZV_OWNER(node, const struct zv_entry, node)->since_ms : INT64_MAX;
}
