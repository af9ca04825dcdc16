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

/* It was open under another id, when its first channel was another. */
static int
end_other(struct zv_historian *h, struct zv_history_job *job,
	  const struct zv_conversation *before, const struct zv_conversation *now)
{
	if (zvon_str_equal(before->id, now->id))
		return 0;
	return zv_store_drop_open(h->store, before->server, before->id, &job->err);
}

static int
put(struct zv_historian *h, struct zv_history_job *job, const struct zv_conversation *c)
{
	int rc = zv_store_put(h->store, c, &job->err);

	job->news.changed += rc == 2 || (rc == 1 && c->is_open);
	job->news.new_calls += rc == 1 && !c->is_open;
	return rc;
}

/* With what was seen of it before, if it was. */
static int
put_whole(struct zv_historian *h, struct zv_history_job *job,
	  const struct zv_conversation *now, struct zv_conversation **whole)
{
	const struct zv_conversation *before;
	size_t at = 0;
	int rc = 0;

	while (rc >= 0 && (before = zv_left_next(&h->left, now, &at))) {
		struct zv_conversation *c =
			zv_conversation_go_on(before, *whole ? *whole : now);

		if (!c)
			return zv_fail_nomem(&job->err);
		zv_conversation_free(*whole);
		*whole = c;
		rc = end_other(h, job, before, c);
	}
	return rc < 0 ? rc : put(h, job, *whole ? *whole : now);
}

static int
write_call(struct zv_historian *h, struct zv_history_job *job, const struct zv_entry *e)
{
	struct zv_conversation *whole = NULL;
	int rc = put_whole(h, job, e->call, &whole);

	zv_conversation_free(whole);
	return rc;
}

static int
remember(void *context, const struct zv_conversation *c)
{
	return zv_left_add(context, c);
}

static int
write_left(struct zv_historian *h, struct zv_history_job *job, const struct zv_entry *e)
{
	zv_left_forget_server(&h->left, e->server);
	return zv_store_each_open(h->store, e->server, remember, &h->left, &job->err);
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
	[ZV_ENTRY_CALL] = write_call,	[ZV_ENTRY_DROP] = write_drop,
	[ZV_ENTRY_ALIVE] = write_alive, [ZV_ENTRY_LEFT] = write_left,
	[ZV_ENTRY_LOST] = write_lost,
};

/* Only now: what is rolled back is written again with it. */
static void
forget_ended(struct zv_historian *h, const struct zv_history_job *job)
{
	struct zv_node *node, *next;
	size_t at;

	ZV_EACH(&job->batch, node, next)
	{
		const struct zv_entry *e = ZV_OWNER(node, struct zv_entry, node);
		const struct zv_conversation *before;

		at = 0;
		if (e->kind == ZV_ENTRY_DROP)
			zv_left_forget(&h->left, e->server, e->id);
		while (e->kind == ZV_ENTRY_CALL && !e->call->is_open &&
		       (before = zv_left_next(&h->left, e->call, &at)))
			zv_left_forget(&h->left, before->server, before->id);
	}
}

/* ---- the transaction ------------------------------------------------------------------------ */

/* It would be wrong again whenever it is tried. An open call that nobody can read is in the
 * way of no other; if it is the file that is corrupt, the next call shows it. */
static bool
is_its_fault(const struct zv_entry *e, int rc)
{
	if (rc == ZV_EPROTO)
		return e->kind == ZV_ENTRY_LEFT || e->kind == ZV_ENTRY_LOST;
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
			*culprit = is_its_fault(e, rc) ? e : NULL;
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
		if (job->rc >= 0) {
			forget_ended(h, job);
			break;
		}
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
