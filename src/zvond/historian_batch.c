/* historian_batch.c - on the thread that writes: one transaction for all that waited. What the
 * store cannot take of one call is that call's fault, and left out; whatever else goes wrong is
 * tried again later, with everything. */
#include "base/err.h"
#include "zvond/historian_impl.h"

/* ---- the store --------------------------------------------------------------------------- */

int
zv_historian_open_store(struct zv_historian *h, struct zv_history_job *job)
{
	if (h->store)
		return 0;
	h->store = zv_store_open(&h->options, &job->warning, &job->err);
	if (h->store)
		return 0;
	return job->err.code ? job->err.code : zv_fail_nomem(&job->err);
}

/* Locked, or slow: it is still there. */
void
zv_historian_close_broken(struct zv_historian *h, int code)
{
	if (code == ZV_EBUSY || code == ZV_ETIMEOUT || code == ZV_ENOMEM)
		return;
	zv_store_close(h->store);
	h->store = NULL;
}

/* ---- one entry --------------------------------------------------------------------------- */

static int
write_call(struct zv_historian *h, struct zv_history_job *job, const struct zv_entry *e)
{
	int rc = zv_store_put(h->store, e->call, &job->err);

	job->news.new_calls += rc == 1;
	job->news.changed += rc == 2;
	return rc;
}

static int
write_drop(struct zv_historian *h, struct zv_history_job *job, const struct zv_entry *e)
{
	return zv_store_drop_open(h->store, e->server, e->id, &job->err);
}

static int
write_alive(struct zv_historian *h, struct zv_history_job *job,
	    const struct zv_entry *e)
{
	return zv_historian_alive(h->store, e, &job->err);
}

static int
write_lost(struct zv_historian *h, struct zv_history_job *job, const struct zv_entry *e)
{
	int n = zv_historian_lose(h->store, e, &job->err);

	job->news.lost += n > 0 ? (uint64_t)n : 0;
	return n;
}

static int (*const writes[])(struct zv_historian *h, struct zv_history_job *job,
			     const struct zv_entry *e) = {
	[ZV_ENTRY_CALL] = write_call,
	[ZV_ENTRY_DROP] = write_drop,
	[ZV_ENTRY_ALIVE] = write_alive,
	[ZV_ENTRY_LOST] = write_lost,
};

/* ---- the transaction ------------------------------------------------------------------------ */

/* It would be wrong again whenever it is tried. */
static bool
is_its_fault(int rc)
{
	return rc == ZV_EINVAL || rc == ZV_ETOOBIG;
}

/* < 0, and *culprit is the entry that cannot be written at all. */
static int
write_all(struct zv_historian *h, struct zv_history_job *job, struct zv_entry **culprit)
{
	struct zv_node *node, *next;
	int rc = zv_store_begin(h->store, &job->err);

	job->news = (struct zv_historian_counters){ 0 };
	if (rc < 0)
		return rc;
	ZV_EACH(&job->batch, node, next)
	{
		struct zv_entry *e = ZV_OWNER(node, struct zv_entry, node);

		if (e->is_bad)
			continue;
		rc = writes[e->kind](h, job, e);
		if (rc < 0) {
			*culprit = is_its_fault(rc) ? e : NULL;
			return rc;
		}
	}
	return zv_store_commit(h->store, &job->err);
}

void
zv_historian_write_batch(struct zv_historian *h, struct zv_history_job *job)
{
	struct zv_entry *culprit;
	uint64_t bad = 0;

	job->rc = zv_historian_open_store(h, job);
	while (job->rc == 0) {
		culprit = NULL;
		job->rc = write_all(h, job, &culprit);
		if (job->rc >= 0)
			break;
		zv_store_rollback(h->store);
		if (!culprit)
			break;
		culprit->is_bad = true;
		bad++;
		job->bad = job->err;
		job->err = (struct zv_error){ 0 };
		job->rc = 0;
	}
	if (job->rc < 0) {
		if (h->store)
			zv_historian_close_broken(h, job->rc);
		job->news = (struct zv_historian_counters){ 0 };
	}
	job->news.bad = bad;
}
