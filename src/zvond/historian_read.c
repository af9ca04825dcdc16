/* historian_read.c - questions: each waits for a thread that is free, has its time, and is
 * answered in any case. */
#include "base/err.h"
#include "base/mem.h"
#include "io/clock.h"
#include "zvond/historian_impl.h"

/* ---- questions ----------------------------------------------------------------------------------- */

struct zv_question *
zv_question_new(const struct zv_historian_ask *ask, int64_t now_ms,
		struct zv_error *err)
{
	struct zv_question *q = zv_calloc(1, sizeof *q);

	if (!q) {
		zv_fail_nomem(err);
		return NULL;
	}
	q->ask = *ask;
	q->until_ms =
		now_ms + (ask->timeout_ms ? ask->timeout_ms : ZV_HISTORY_TIMEOUT_MS);
	return q;
}

void
zv_question_end(struct zv_question *q)
{
	q->ask.done(q->ask.task, q->rc, &q->err);
	zv_free(q);
}

/* ---- on a reader's thread -------------------------------------------------------------------------- */

static int
open_store(struct zv_reader *r, struct zv_error *err)
{
	struct zv_store_options options = r->historian->options;
	struct zv_error warning = { 0 };

	options.read_only = options.db.read_only = true;
	options.db.create = false;
	options.db.timeout_ms = ZV_HISTORY_TIMEOUT_MS;
	options.db.connect_timeout_ms = ZV_HISTORIAN_CONNECT_MS;
	r->store = zv_store_open(&options, &warning, err);
	if (r->store)
		return 0;
	if (!err->code)
		return zv_fail_nomem(err);
	return err->code == ZV_ENOTFOUND ? ZV_EIO
					 : err->code; /* not what was asked for */
}

static void
close_store(struct zv_reader *r)
{
	zv_store_close(r->store);
	r->store = NULL;
}

/* A silent server says nothing to this either: on_time ends it. */
static int
ping(struct zv_reader *r, struct zv_error *err)
{
	struct zv_db *db = zv_store_db(r->store);
	struct zv_error why = { 0 };
	int rc;

	atomic_store(&r->asked, r->store);
	rc = zv_db_ping(db, &why);
	atomic_store(&r->asked, NULL);
	r->is_broken = rc < 0;
	r->question->is_unasked = rc < 0;
	if (rc >= 0)
		return 0;
	return zv_fail(err, ZV_EIO,
		       "%s: no answer: check that the server runs and can be reached",
		       zv_db_name(db));
}

static int
have_store(struct zv_reader *r, struct zv_error *err)
{
	if (r->is_broken)
		close_store(r);
	r->is_broken = false;
	return r->store ? ping(r, err) : open_store(r, err);
}

static bool
is_broken(int rc)
{
	return rc == ZV_ECLOSED || rc == ZV_EIO || rc == ZV_EPROTO || rc == ZV_EAUTH;
}

static void
work(void *owner)
{
	struct zv_reader *r = owner;
	struct zv_question *q = r->question;

	q->rc = have_store(r, &q->err);
	if (q->rc < 0)
		return;
	atomic_store(&r->asked, r->store);
	q->rc = q->ask.work(r->store, q->ask.task, &q->err);
	atomic_store(&r->asked, NULL);
	r->is_broken = is_broken(q->rc);
}

/* ---- on the loop ----------------------------------------------------------------------------------- */

/* A store is closed by the next work only, which this loop begins: what `asked` names is there.
 * To open one has limits of its own. */
static void
on_time(void *owner)
{
	struct zv_reader *r = owner;
	struct zv_store *s = atomic_load(&r->asked);

	if (s)
		zv_db_interrupt(zv_store_db(s));
}

static struct zv_reader *
find_idle(struct zv_historian *h)
{
	for (size_t i = 0; i < ZV_HISTORIAN_READERS; i++)
		if (!h->readers[i].question)
			return &h->readers[i];
	return NULL;
}

static struct zv_question *
take_question(struct zv_historian *h)
{
	struct zv_node *node = zv_list_first(&h->asked);

	if (!node)
		return NULL;
	zv_list_remove(node);
	h->n_asked--;
	return ZV_OWNER(node, struct zv_question, node);
}

static void
refuse(struct zv_historian *h, struct zv_question *q, int code, const char *why)
{
	h->counters.asked_failed++;
	q->rc = zv_fail(&q->err, code, "%s", why);
	zv_question_end(q);
}

static void on_done(void *owner);

static void
give(struct zv_historian *h, struct zv_reader *r, struct zv_question *q)
{
	if (q->until_ms <= zv_clock_ms()) {
		refuse(h, q, ZV_ETIMEOUT, "the history is asked too much: try again");
		return;
	}
	r->question = q;
	zv_timer_set(r->timer, q->until_ms);
	if (zv_worker_do(r->worker, work, on_done, r) == 0)
		return;
	r->question = NULL; /* it was idle: it never comes to this */
	refuse(h, q, ZV_EBUSY, "the history is busy");
}

/* A server of databases that was restarted is there again, but this connection is not: the
 * question is given once more, and the store is opened anew for it. */
static bool
is_for_another_try(const struct zv_historian *h, const struct zv_question *q)
{
	return q->is_unasked && !h->is_ending && zv_clock_ms() < q->until_ms;
}

static void
on_done(void *owner)
{
	struct zv_reader *r = owner;
	struct zv_historian *h = r->historian;
	struct zv_question *q = r->question;

	zv_timer_set(r->timer, INT64_MAX);
	r->question = NULL;
	if (is_for_another_try(h, q)) {
		q->is_unasked = false;
		q->err = (struct zv_error){ 0 };
		give(h, r, q);
		return;
	}
	h->counters.asked_failed += q->rc < 0;
	zv_question_end(q);
	zv_historian_give_next(h);
}

/* Before the first transaction has made the tables, or failed to, there is nothing to ask. */
void
zv_historian_give_next(struct zv_historian *h)
{
	struct zv_reader *r;
	struct zv_question *q;

	while (h->is_begun && !h->is_ending && (r = find_idle(h)) &&
	       (q = take_question(h)))
		give(h, r, q);
}

int
zv_historian_ask(struct zv_historian *h, const struct zv_historian_ask *ask,
		 struct zv_error *err)
{
	struct zv_question *q;

	if (!h)
		return zv_fail(err, ZV_ENOTFOUND,
			       "there is no history: set store in [history]");
	h->counters.asked++;
	if (h->is_ending || h->n_asked >= ZV_HISTORIAN_ASKED) {
		h->counters.asked_failed++;
		return zv_fail(err, ZV_EBUSY, "the history is asked too much at once");
	}
	q = zv_question_new(ask, zv_clock_ms(), err);
	if (!q)
		return ZV_ENOMEM;
	zv_list_append(&h->asked, &q->node);
	h->n_asked++;
	zv_historian_give_next(h);
	return 0;
}

/* ---- life -------------------------------------------------------------------------------------------- */

int
zv_historian_readers_open(struct zv_historian *h, struct zv_error *err)
{
	for (size_t i = 0; i < ZV_HISTORIAN_READERS; i++) {
		struct zv_reader *r = &h->readers[i];

		r->historian = h;
		r->worker = zv_worker_new(h->daemon->loop, 1, 0, err);
		r->timer = zv_timer_new(h->daemon->loop, on_time, r);
		if (!r->worker)
			return ZV_EIO;
		if (!r->timer)
			return zv_fail_nomem(err);
	}
	return 0;
}

/* Nobody waits for answers any more. */
void
zv_historian_readers_close(struct zv_historian *h)
{
	struct zv_question *q;

	for (size_t i = 0; i < ZV_HISTORIAN_READERS; i++)
		if (h->readers[i].question)
			on_time(&h->readers[i]);
	while ((q = take_question(h)))
		refuse(h, q, ZV_ECLOSED, "the daemon stops");
	for (size_t i = 0; i < ZV_HISTORIAN_READERS; i++) {
		zv_worker_free(h->readers[i].worker);
		close_store(&h->readers[i]);
		zv_timer_free(h->readers[i].timer);
	}
}
