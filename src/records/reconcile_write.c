/* reconcile_write.c - the writing half: one transaction for each batch. */
#include "base/err.h"
#include "base/map.h"
#include "base/mem.h"
#include "records/reconcile.h"

/* Ids of the calls that go on: a row is written when a leg ends, and not all of them then. */
struct open_ids {
	struct zv_buf bytes;
	struct zv_map map;
	size_t *ends;
	size_t n, cap;
};

static int
add_id(struct open_ids *o, struct zv_str id)
{
	if (id.n == 0)
		return 0;
	if (o->n == o->cap) {
		size_t cap = o->cap ? 2 * o->cap : 64;
		void *bigger = zv_realloc(o->ends, cap * sizeof *o->ends);

		if (!bigger)
			return ZV_ENOMEM;
		o->ends = bigger;
		o->cap = cap;
	}
	if (zv_buf_add(&o->bytes, id) < 0)
		return ZV_ENOMEM;
	o->ends[o->n++] = o->bytes.n;
	return 0;
}

/* Calls fn for each id that tells calls apart; ends at the first that is not 0. */
static int
each_id(const struct zv_conversation *c,
	int (*fn)(struct open_ids *o, struct zv_str id), struct open_ids *o)
{
	int rc = fn(o, c->id);

	for (size_t i = 0; rc == 0 && i < c->n_legs; i++)
		rc = fn(o, c->legs[i].unique_id);
	for (size_t i = 0; rc == 0 && i < c->n_linked_ids; i++)
		rc = fn(o, c->linked_ids[i]);
	return rc;
}

static int
add_open(void *context, const struct zv_conversation *c)
{
	return each_id(c, add_id, context);
}

static int
map_ids(struct open_ids *o)
{
	size_t begin = 0;

	for (size_t i = 0; i < o->n; begin = o->ends[i++]) {
		struct zv_str id = { o->bytes.p + begin, o->ends[i] - begin };

		if (zv_map_add(&o->map, id, o) == ZV_ENOMEM)
			return ZV_ENOMEM;
	}
	return 0;
}

static int
find_open(struct zv_store *store, struct zv_str server, struct open_ids *o,
	  struct zv_error *err)
{
	int rc = zv_store_each_open(store, server, add_open, o, err);

	if (rc >= 0)
		rc = map_ids(o);
	return rc == ZV_ENOMEM ? zv_fail_nomem(err) : rc;
}

static int
is_in(struct open_ids *o, struct zv_str id)
{
	return zv_map_find(&o->map, id) != NULL;
}

static void
free_ids(struct open_ids *o)
{
	zv_map_deinit(&o->map);
	zv_buf_deinit(&o->bytes);
	zv_free(o->ends);
}

static int
put_one(struct zv_store *store, const struct zv_conversation *c, struct open_ids *open,
	struct zv_reconcile_written *w, struct zv_error *err)
{
	int rc;

	if (each_id(c, is_in, open)) {
		w->held++;
		return 0;
	}
	rc = zv_store_put(store, c, err);
	if (rc >= 0)
		*(rc == 1 ? &w->added : rc == 2 ? &w->changed : &w->same) += 1;
	return rc < 0 ? rc : 0;
}

static int
put_all(struct zv_store *store, const struct zv_reconcile_batch *b,
	struct zv_reconcile_written *w, struct zv_error *err)
{
	struct open_ids open = { .n = 0 };
	int rc = b->n ? find_open(store, b->calls[0]->server, &open, err) : 0;

	for (size_t i = 0; rc >= 0 && i < b->n; i++)
		rc = put_one(store, b->calls[i], &open, w, err);
	free_ids(&open);
	return rc < 0 ? rc : 0;
}

int
zv_reconcile_write(struct zv_store *store, const struct zv_reconcile_batch *batch,
		   struct zv_str mark_name, struct zv_reconcile_written *written,
		   struct zv_error *err)
{
	struct zv_reconcile_written w = *written;
	int rc;

	if (batch->n == 0 && batch->mark.n == 0)
		return 0;
	rc = zv_store_begin(store, err);
	if (rc < 0)
		return rc;
	rc = put_all(store, batch, &w, err);
	if (rc == 0 && mark_name.n && batch->mark.n && !w.held)
		rc = zv_store_mark(store, mark_name, zv_buf_str(&batch->mark), err);
	if (rc == 0)
		rc = zv_store_commit(store, err);
	if (rc < 0) {
		zv_store_rollback(store);
		return rc;
	}
	*written = w;
	return 0;
}
