#include "cli/import_run.h"

#include <pthread.h>

#include "base/err.h"
#include "cli/import_bar.h"
#include "io/clock.h"
#include "io/thread.h"
#include "term/say.h"

#define LOOK_MS 50    /* so often it is looked whether Ctrl-C was pressed */
#define BUSY_MS 30000 /* so long a store that another program writes to is waited for */

struct work {
	struct zv_import *import;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct zv_reconcile_batch queue[ZV_IMPORT_QUEUE];
	size_t first, n;
	bool is_over;	 /* nothing is put in any more */
	bool is_stopped; /* what is in it is thrown away */
	int rc;		 /* of the writer */
	struct zv_error why;
};

/* ---- the writer ---------------------------------------------------------------------------- */

/* Another program may be writing: it is asked again. */
static int
write_batch(struct zv_import *i, const struct zv_reconcile_batch *b,
	    struct zv_error *err)
{
	int64_t until_ms = zv_clock_ms() + BUSY_MS;
	struct zv_error why;
	int rc;

	if (!i->store)
		return 0;
	do {
		why = (struct zv_error){ 0 };
		rc = zv_reconcile_write(i->store, b, i->mark, &i->written, &why);
	} while ((rc == ZV_EBUSY || rc == ZV_ETIMEOUT) && zv_clock_ms() < until_ms);
	return rc < 0 ? zv_fail(err, rc, "%s", why.text) : 0;
}

/* *wanted: it is to be written. */
static bool
take(struct work *w, struct zv_reconcile_batch *b, bool *wanted)
{
	bool is_there;

	pthread_mutex_lock(&w->lock);
	while (w->n == 0 && !w->is_over)
		pthread_cond_wait(&w->changed, &w->lock);
	is_there = w->n > 0;
	if (is_there) {
		*b = w->queue[w->first];
		w->first = (w->first + 1) % ZV_IMPORT_QUEUE;
		w->n--;
		*wanted = !w->is_stopped && w->rc == 0;
		pthread_cond_broadcast(&w->changed);
	}
	pthread_mutex_unlock(&w->lock);
	return is_there;
}

/* After a failure the rest is thrown away: it is behind the mark that was written last. */
static void *
write_all(void *context)
{
	struct work *w = context;
	struct zv_reconcile_batch b;
	bool wanted;

	zv_thread_name("import-writer");
	while (take(w, &b, &wanted)) {
		int rc = wanted ? write_batch(w->import, &b, &w->why) : 0;

		zv_reconcile_batch_deinit(&b);
		if (rc == 0)
			continue;
		pthread_mutex_lock(&w->lock);
		w->rc = rc;
		pthread_cond_broadcast(&w->changed);
		pthread_mutex_unlock(&w->lock);
	}
	return NULL;
}

/* ---- the reader ----------------------------------------------------------------------------- */

/* With the lock: until no more than that waits, or it is to end. */
static void
wait_for_writer(struct work *w, size_t most)
{
	while (w->n > most && w->rc == 0 && !w->is_stopped) {
		zv_cond_wait_until(&w->changed, &w->lock, zv_clock_ms() + LOOK_MS);
		w->is_stopped = w->import->asked_to_stop();
	}
}

/* Takes the batch. < 0: the writer has failed. */
static int
put(struct work *w, struct zv_reconcile_batch *b)
{
	int rc;

	pthread_mutex_lock(&w->lock);
	wait_for_writer(w, ZV_IMPORT_QUEUE - 1);
	rc = w->rc;
	if (rc == 0 && !w->is_stopped) {
		w->queue[(w->first + w->n++) % ZV_IMPORT_QUEUE] = *b;
		*b = (struct zv_reconcile_batch){ 0 };
		pthread_cond_broadcast(&w->changed);
	}
	pthread_mutex_unlock(&w->lock);
	zv_reconcile_batch_deinit(b);
	return rc;
}

static int
read_all(struct work *w, struct zv_reconcile *r, struct zv_error *err)
{
	struct zv_import *i = w->import;
	struct zv_reconcile_batch b = { 0 };
	struct zv_import_bar bar;
	bool is_last = false, is_bytes;
	long long total = -1;
	int rc = 0;

	zv_import_bar_start(&bar, zv_clock_ms());
	if (bar.is_shown && i->what.cdr) {
		total = zv_source_total(i->what.cdr, &is_bytes);
		total = is_bytes ? i->bytes : total;
	}
	while (rc == 0 && !is_last && !(i->stopped = i->asked_to_stop())) {
		rc = zv_reconcile_read(r, &b, err);
		is_last = b.is_last;
		i->rows += b.rows;
		i->calls += b.n;
		if (rc == 0)
			rc = put(w, &b);
		zv_import_bar_show(&bar, zv_clock_ms(), i->rows,
				   i->what.cdr ? zv_source_done(i->what.cdr) : 0,
				   total);
	}
	zv_import_bar_end(&bar);
	zv_reconcile_count(r, &i->stitched);
	return rc;
}

static int
run_both(struct work *w, struct zv_reconcile *r, struct zv_error *err)
{
	pthread_t writer;
	int rc;

	if (zv_thread_start(&writer, 0, write_all, w) != 0)
		return zv_fail(err, ZV_EIO, "no thread could be started");
	rc = read_all(w, r, err);
	pthread_mutex_lock(&w->lock);
	w->is_over = true;
	w->is_stopped |= w->import->stopped;
	pthread_cond_broadcast(&w->changed);
	wait_for_writer(w, 0);
	w->import->stopped = w->is_stopped;
	pthread_mutex_unlock(&w->lock);
	pthread_join(writer, NULL);
	if (w->rc < 0) {
		w->import->store_fault = true;
		return zv_fail(err, w->rc, "%s", w->why.text);
	}
	return rc;
}

/* Of a file that was rotated. */
static void
say_lost(const struct zv_source *s)
{
	const char *warning = s ? zv_source_warning(s) : NULL;

	if (warning)
		zv_say_note("%s", "%s", warning);
}

int
zv_import_run(struct zv_import *i, struct zv_error *err)
{
	struct work w = { .import = i };
	struct zv_reconcile *r = zv_reconcile_new(&i->what, err);
	int rc;

	if (!r)
		return err->code ? err->code : ZV_ENOMEM;
	say_lost(i->what.cdr);
	say_lost(i->what.cel);
	pthread_mutex_init(&w.lock, NULL);
	zv_cond_init(&w.changed);
	rc = run_both(&w, r, err);
	pthread_cond_destroy(&w.changed);
	pthread_mutex_destroy(&w.lock);
	zv_reconcile_free(r);
	return rc;
}
