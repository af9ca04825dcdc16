#include "io/due.h"

#include "base/mem.h"
#include "zvon/error.h"

/* The key of a due that has moved to later is the old moment. */
struct zv_due_entry {
	int64_t key_ms;
	struct zv_due *due;
};

void
zv_dues_deinit(struct zv_dues *h)
{
	zv_free(h->heap);
	*h = (struct zv_dues){ 0 };
}

static int
make_room(struct zv_dues *h)
{
	size_t cap = h->cap ? h->cap * 2 : 16;
	struct zv_due_entry *heap;

	if (h->members < h->cap)
		return 0;
	heap = cap < UINT32_MAX ? zv_realloc(h->heap, cap * sizeof *heap) : NULL;
	if (!heap)
		return ZV_ENOMEM;
	h->heap = heap;
	h->cap = cap;
	return 0;
}

int
zv_due_init(struct zv_dues *h, struct zv_due *d, void (*fn)(struct zv_due *d))
{
	*d = (struct zv_due){ .at_ms = INT64_MAX, .fn = fn };
	if (make_room(h) < 0)
		return ZV_ENOMEM;
	h->members++;
	return 0;
}

/* ---- the heap -------------------------------------------------------------- */

static void
put(struct zv_dues *h, size_t i, struct zv_due_entry e)
{
	h->heap[i] = e;
	e.due->place = (uint32_t)i + 1;
}

static void
rise(struct zv_dues *h, size_t i)
{
	struct zv_due_entry e = h->heap[i];

	for (; i > 0 && h->heap[(i - 1) / 2].key_ms > e.key_ms; i = (i - 1) / 2)
		put(h, i, h->heap[(i - 1) / 2]);
	put(h, i, e);
}

static void
sink(struct zv_dues *h, size_t i)
{
	struct zv_due_entry e = h->heap[i];
	size_t child;

	while ((child = 2 * i + 1) < h->n) {
		if (child + 1 < h->n &&
		    h->heap[child + 1].key_ms < h->heap[child].key_ms)
			child++;
		if (h->heap[child].key_ms >= e.key_ms)
			break;
		put(h, i, h->heap[child]);
		i = child;
	}
	put(h, i, e);
}

static void
take_out(struct zv_dues *h, struct zv_due *d)
{
	size_t i = d->place - 1;
	struct zv_due_entry last = h->heap[--h->n];

	d->place = 0;
	if (i == h->n)
		return;
	put(h, i, last);
	rise(h, i);
	sink(h, last.due->place - 1);
}

/* ---- moments ----------------------------------------------------------------- */

void
zv_due_deinit(struct zv_dues *h, struct zv_due *d)
{
	if (d->place)
		take_out(h, d);
	d->at_ms = INT64_MAX;
	h->members--;
}

void
zv_due_set(struct zv_dues *h, struct zv_due *d, int64_t at_ms)
{
	d->at_ms = at_ms;
	if (!d->place && at_ms != INT64_MAX) {
		put(h, h->n++, (struct zv_due_entry){ at_ms, d });
		rise(h, h->n - 1);
	} else if (d->place && h->heap[d->place - 1].key_ms > at_ms) {
		h->heap[d->place - 1].key_ms = at_ms;
		rise(h, d->place - 1);
	}
}

int64_t
zv_dues_next(const struct zv_dues *h)
{
	return h->n ? h->heap[0].key_ms : INT64_MAX;
}

/* The first one's old moment has come; its true one may be later, or never. */
static void
look_at_first(struct zv_dues *h, int64_t now_ms)
{
	struct zv_due *d = h->heap[0].due;

	if (d->at_ms > now_ms && d->at_ms != INT64_MAX) {
		h->heap[0].key_ms = d->at_ms;
		sink(h, 0);
		return;
	}
	take_out(h, d);
	if (d->at_ms == INT64_MAX)
		return;
	d->at_ms = INT64_MAX;
	d->fn(d);
}

void
zv_dues_run(struct zv_dues *h, int64_t now_ms)
{
	/* one that sets itself to the past again must not hold the loop */
	for (size_t left = h->n; left && zv_dues_next(h) <= now_ms; left--)
		look_at_first(h, now_ms);
}
