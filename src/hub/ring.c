#include "hub/ring.h"

#include "base/mem.h"
#include "zvon/error.h"

#define FIRST_CAP 64

static struct zv_ring_entry **
slot_of(const struct zv_ring *r, size_t i)
{
	return &r->entries[(r->first + i) & (r->cap - 1)];
}

uint64_t
zv_ring_last(const struct zv_ring *r)
{
	return r->floor + r->n;
}

const struct zv_ring_entry *
zv_ring_find(const struct zv_ring *r, uint64_t seq)
{
	if (seq <= r->floor || seq > zv_ring_last(r))
		return NULL;
	return *slot_of(r, (size_t)(seq - r->floor - 1));
}

/* ---- entries ---------------------------------------------------------------------------- */

static struct zv_ring_entry *
new_entry(struct zv_message *m, int64_t told_ms, enum zv_call_event_kind kind,
	  struct zv_topic *server, const struct zv_tags *tags)
{
	struct zv_ring_entry *e = zv_malloc(sizeof *e + tags->n * sizeof *e->tags);

	if (!e)
		return NULL;
	*e = (struct zv_ring_entry){
		.message = zv_message_ref(m),
		.told_ms = told_ms,
		.kind = kind,
		.server = server,
		.n_tags = tags->n,
	};
	server->refs++;
	for (size_t i = 0; i < tags->n; i++) {
		e->tags[i] = tags->list[i];
		e->tags[i]->refs++;
	}
	return e;
}

static void
free_entry(struct zv_ring_entry *e, struct zv_topics *t)
{
	zv_message_unref(e->message);
	zv_topic_unref(t, e->server);
	for (size_t i = 0; i < e->n_tags; i++)
		zv_topic_unref(t, e->tags[i]);
	zv_free(e);
}

static void
drop_first(struct zv_ring *r, struct zv_topics *t)
{
	free_entry(*slot_of(r, 0), t);
	r->first = (r->first + 1) & (r->cap - 1);
	r->n--;
	r->floor++;
}

/* ---- the ring ----------------------------------------------------------------------------- */

void
zv_ring_deinit(struct zv_ring *r, struct zv_topics *t)
{
	while (r->n)
		drop_first(r, t);
	zv_free(r->entries);
	r->entries = NULL;
	r->cap = r->first = 0;
}

void
zv_ring_cut(struct zv_ring *r, struct zv_topics *t, uint64_t floor)
{
	zv_ring_deinit(r, t);
	r->floor = floor;
}

static int
grow(struct zv_ring *r)
{
	size_t cap = r->cap ? r->cap * 2 : FIRST_CAP;
	struct zv_ring_entry **entries = zv_malloc(cap * sizeof *entries);

	if (!entries)
		return ZV_ENOMEM;
	for (size_t i = 0; i < r->n; i++)
		entries[i] = *slot_of(r, i);
	zv_free(r->entries);
	r->entries = entries;
	r->cap = cap;
	r->first = 0;
	return 0;
}

int
zv_ring_add(struct zv_ring *r, struct zv_topics *t, struct zv_message *m,
	    int64_t told_ms, enum zv_call_event_kind kind, struct zv_topic *server,
	    const struct zv_tags *tags)
{
	struct zv_ring_entry *e = new_entry(m, told_ms, kind, server, tags);

	while (r->n >= r->most)
		drop_first(r, t);
	zv_ring_age(r, t, told_ms);
	if (!e || (r->n == r->cap && grow(r) < 0)) {
		if (e)
			free_entry(e, t);
		zv_ring_cut(r, t, m->seq);
		return ZV_ENOMEM;
	}
	*slot_of(r, r->n++) = e;
	return 0;
}

int64_t
zv_ring_deadline(const struct zv_ring *r)
{
	return r->n ? (*slot_of(r, 0))->told_ms + r->most_ms + 1 : INT64_MAX;
}

void
zv_ring_age(struct zv_ring *r, struct zv_topics *t, int64_t now_ms)
{
	while (zv_ring_deadline(r) <= now_ms)
		drop_first(r, t);
	if (r->n == 0 && r->cap > FIRST_CAP) {
		zv_free(r->entries);
		r->entries = NULL;
		r->cap = r->first = 0;
	}
}
