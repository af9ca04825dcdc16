#include "zvond/historian.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/file_error.h"
#include "base/mem.h"
#include "base/str.h"
#include "io/clock.h"
#include "zvond/historian_impl.h"
#include "zvond/zone.h"

/* ---- a store that goes with the daemon --------------------------------------------------------- */

static int
make_folder(struct zv_historian *h, struct zv_error *err)
{
	const char *place = getenv("TMPDIR");
	struct zv_buf path = { 0 };

	zv_buf_printf(&path, "%s/zvond-XXXXXX",
		      place && *place == '/' ? place : "/tmp");
	h->folder = zv_strdup(zv_buf_cstr(&path));
	zv_buf_deinit(&path);
	if (!h->folder)
		return zv_fail_nomem(err);
	if (mkdtemp(h->folder))
		return 0;
	zv_fail(err, ZV_EIO, "history: no temporary folder %s: %s", h->folder,
		zv_file_error_text(errno));
	zv_free(h->folder);
	h->folder = NULL;
	return ZV_EIO;
}

static void
remove_folder(struct zv_historian *h)
{
	static const char *const files[] = { "history.db", "history.db-wal",
					     "history.db-shm", "history.db-journal" };
	struct zv_buf path = { 0 };

	for (size_t i = 0; h->folder && i < sizeof files / sizeof *files; i++) {
		zv_buf_clear(&path);
		zv_buf_printf(&path, "%s/%s", h->folder, files[i]);
		unlink(zv_buf_cstr(&path));
	}
	if (h->folder)
		rmdir(h->folder);
	zv_buf_deinit(&path);
	zv_free(h->folder);
}

/* ---- options ---------------------------------------------------------------------------------- */

static int
set_url(struct zv_historian *h, const struct zv_config_history *c, struct zv_error *err)
{
	if (c->is_temporary) {
		int rc = make_folder(h, err);

		if (rc < 0)
			return rc;
		zv_buf_printf(&h->url, "sqlite:%s/history.db", h->folder);
	} else {
		zv_buf_printf(&h->url, "%s%s", *c->store == '/' ? "sqlite:" : "",
			      c->store);
	}
	return zv_buf_failed(&h->url) ? zv_fail_nomem(err) : 0;
}

/* The settings that a reload leaves alone are those of the start: they are kept by that. */
static int
set_options(struct zv_historian *h, struct zv_error *err)
{
	const struct zv_config_history *c = &zv_daemon_config(h->daemon)->history;
	int rc = set_url(h, c, err);

	h->options = (struct zv_store_options){
		.db = { .url = zvon_str(zv_buf_cstr(&h->url)),
			.secret = zvon_str(c->secret),
			.create = true,
			.timeout_ms = ZV_HISTORIAN_STATEMENT_MS },
		.numbers = c->numbers,
	};
	return rc;
}

/* ---- life -------------------------------------------------------------------------------------- */

static void
on_retry(void *owner)
{
	zv_historian_pump(owner);
}

static int
begin(struct zv_historian *h, struct zv_error *err)
{
	int rc = set_options(h, err);

	if (rc < 0)
		return rc;
	h->zone = zv_zone_here();
	if (!h->zone)
		return zv_fail_nomem(err);
	h->writer = zv_worker_new(h->daemon->loop, 1, 0, err);
	h->retry = zv_timer_new(h->daemon->loop, on_retry, h);
	if (!h->writer)
		return ZV_EIO;
	if (!h->retry)
		return zv_fail_nomem(err);
	return zv_historian_readers_open(h, err);
}

int
zv_historian_new(struct zv_daemon *d, struct zv_historian **out, struct zv_error *err)
{
	const struct zv_config_history *c = &zv_daemon_config(d)->history;
	struct zv_historian *h;
	int rc;

	*out = NULL;
	if (!c->store && !c->is_temporary)
		return 0;
	h = zv_calloc(1, sizeof *h);
	if (!h)
		return zv_fail_nomem(err);
	h->daemon = d;
	h->settings = zv_settings_ref(d->settings);
	h->cleaned_day = -1;
	zv_list_init(&h->servers);
	zv_list_init(&h->to_write);
	zv_list_init(&h->asked);
	zv_list_init(&h->job.batch);
	zv_historian_queue_init(&h->queue, zv_random());
	zv_left_init(&h->left, zv_random());
	rc = begin(h, err);
	if (rc < 0)
		zv_historian_free(h);
	else
		*out = h;
	return rc;
}

/* The threads have told their last when their workers are gone. */
void
zv_historian_free(struct zv_historian *h)
{
	if (!h)
		return;
	h->is_ending = true;
	zv_historian_readers_close(h);
	zv_worker_free(h->writer);
	zv_historian_flush(h);
	zv_historian_queue_deinit(&h->queue);
	zv_left_deinit(&h->left);
	zv_timer_free(h->retry);
	remove_folder(h);
	zv_buf_deinit(&h->url);
	zv_zone_free(h->zone);
	zv_settings_unref(h->settings);
	zv_free(h);
}

const struct zv_zone *
zv_historian_zone(const struct zv_historian *h)
{
	return h->zone;
}

/* ---- each second --------------------------------------------------------------------------------- */

static void
say_refused(struct zv_historian *h, int64_t now_ms)
{
	uint64_t refused = h->queue.refused;

	if (refused == h->refused_told ||
	    (h->told_refused_ms && now_ms - h->told_refused_ms < ZV_HISTORIAN_TELL_MS))
		return;
	zv_log(h->daemon->log, ZV_LOG_WARN, "history",
	       "too much waits to be written: lost tellings=%llu",
	       (unsigned long long)(refused - h->refused_told));
	h->refused_told = refused;
	h->told_refused_ms = now_ms;
}

void
zv_historian_each_second(struct zv_historian *h, int64_t now_ms)
{
	if (!h)
		return;
	zv_historian_live_each_second(h, now_ms);
	zv_historian_clean_each_second(h);
	say_refused(h, now_ms);
	zv_historian_pump(h);
}

/* What the thread has in hand waits too, if something does at all. */
void
zv_historian_count(const struct zv_historian *h, struct zv_historian_counters *out)
{
	int64_t since = zv_historian_queue_since(&h->queue);
	const struct zv_node *in_hand = zv_list_first(&h->job.batch);

	*out = h->counters;
	out->refused = h->queue.refused;
	out->waiting = h->queue.n;
	out->waiting_bytes = h->queue.bytes;
	if (h->is_working && in_hand)
		since = ZV_OWNER(in_hand, const struct zv_entry, node)->since_ms;
	out->late_ms = since == INT64_MAX ? 0 : zv_clock_ms() - since;
}
