/* What is kept across restarts: the numbering of events, the hub's ring, and session
 * tokens. Files are written on a thread of their own; only at the end the loop waits. */
#include "base/err.h"
#include "base/mem.h"
#include "io/clock.h"
#include "zvond/auth.h"
#include "zvond/numbering.h"
#include "zvond/statefile.h"
#include "zvond/tokens.h"

#define RING	"hub"
#define TOKENS	"tokens"
#define TELL_MS 60000 /* between two complaints of a disk */

static const char *
folder_of(const struct zv_daemon *d)
{
	return d->folder;
}

static bool
is_kept(const struct zv_daemon *d)
{
	return d->folder && d->folder[0];
}

/* ---- the beginning -------------------------------------------------------------------------------------- */

int
zv_saved_open(struct zv_daemon *d, struct zv_error *err)
{
	const char *folder = zv_daemon_config(d)->state;

	d->folder = zv_strdup(folder ? folder : "");
	if (!d->folder)
		return zv_fail_nomem(err);
	if (is_kept(d)) {
		d->lock = zv_state_lock(d->folder, err);
		if (d->lock < 0)
			return d->lock;
	}
	d->numbering = zv_numbering_open(d->folder, d->log, err);
	return d->numbering ? 0 : ZV_EIO;
}

static void
say_unread(struct zv_daemon *d, const char *name, const char *why)
{
	zv_log(d->log, ZV_LOG_WARN, "state", "%s/%s was not read: %s", d->folder, name,
	       why[0] ? why : "out of memory");
}

/* The ring is good only if nothing was numbered after it was written: and once. */
static void
load_ring(struct zv_daemon *d)
{
	struct zv_buf text = { 0 };
	struct zv_error err = { 0 };
	int rc;

	if (!zv_numbering_is_clean(d->numbering))
		return;
	rc = zv_state_read(folder_of(d), RING, &text, &err);
	if (rc == 0) {
		rc = zv_hub_load(d->hub, zv_buf_str(&text), zv_clock_ms(), &err);
		if (rc == ZV_EPROTO)
			zv_state_set_aside(folder_of(d), RING);
		else
			zv_state_remove(folder_of(d), RING);
	}
	if (rc < 0 && (rc != ZV_ENOTFOUND || err.code))
		say_unread(d, RING, err.text);
	zv_buf_deinit(&text);
}

static void
load_tokens(struct zv_daemon *d)
{
	struct zv_tokens *tokens = zv_auth_tokens(d->auth);
	struct zv_buf text = { .secret = true };
	struct zv_error err = { 0 };
	int rc = zv_state_read(folder_of(d), TOKENS, &text, &err);

	if (rc == 0 &&
	    zv_tokens_load(tokens, zv_buf_str(&text), zv_clock_unix_us() / 1000000) < 0)
		say_unread(d, TOKENS, "a line of it is no token");
	if (rc < 0 && (rc != ZV_ENOTFOUND || err.code))
		say_unread(d, TOKENS, err.text);
	d->tokens_saved = zv_tokens_version(tokens);
	zv_buf_deinit(&text);
}

int
zv_saved_load(struct zv_daemon *d)
{
	if (!is_kept(d))
		return 0;
	load_ring(d);
	load_tokens(d);
	return 0;
}

/* ---- each second ----------------------------------------------------------------------------------------- */

static void
reserve(void *task)
{
	struct zv_daemon *d = task;

	zv_numbering_reserve(d->numbering);
}

static void
on_reserved(void *task)
{
	struct zv_daemon *d = task;

	zv_numbering_reserved(d->numbering, zv_clock_ms(), d->log);
}

struct errand { /* tokens on their way to the disk */
	struct zv_daemon *daemon;
	struct zv_buf text;
	struct zv_error err;
	uint64_t version;
	int rc;
};

static void
write_tokens(void *task)
{
	struct errand *e = task;

	e->rc = zv_state_write(folder_of(e->daemon), TOKENS, zv_buf_str(&e->text),
			       &e->err);
}

/* Once a minute, as numbering.c does. */
static void
say_unwritten(struct zv_daemon *d, const struct zv_error *err)
{
	int64_t now = zv_clock_ms();

	d->metrics.state_errors++;
	if (d->told_unwritten_ms && now - d->told_unwritten_ms < TELL_MS)
		return;
	d->told_unwritten_ms = now;
	zv_log(d->log, ZV_LOG_WARN, "state", "cannot be written, going on: %s",
	       err->text);
}

static void
say_written(struct zv_daemon *d)
{
	if (d->told_unwritten_ms)
		zv_log(d->log, ZV_LOG_INFO, "state", "can be written again");
	d->told_unwritten_ms = 0;
}

static void
on_written(void *task)
{
	struct errand *e = task;
	struct zv_daemon *d = e->daemon;

	d->writing_tokens = false;
	if (e->rc == 0) {
		d->tokens_saved = e->version;
		say_written(d);
	} else {
		say_unwritten(d, &e->err);
	}
	zv_buf_deinit(&e->text);
	zv_free(e);
}

static void
save_tokens(struct zv_daemon *d)
{
	struct errand *e = zv_calloc(1, sizeof *e);

	if (!e)
		return;
	e->daemon = d;
	e->text.secret = true;
	e->version = zv_tokens_version(zv_auth_tokens(d->auth));
	d->writing_tokens = true;
	if (zv_tokens_save(zv_auth_tokens(d->auth), &e->text) == 0 &&
	    zv_worker_do(d->clerk, write_tokens, on_written, e) == 0)
		return;
	d->writing_tokens = false;
	zv_buf_deinit(&e->text);
	zv_free(e);
}

void
zv_saved_each_second(struct zv_daemon *d, int64_t now_ms)
{
	uint64_t last = zv_hub_last_seq(d->hub);

	if (!is_kept(d))
		return;
	if (zv_numbering_is_due(d->numbering, last, now_ms) &&
	    zv_worker_do(d->clerk, reserve, on_reserved, d) < 0)
		zv_numbering_reserved(d->numbering, now_ms, d->log);
	if (!d->writing_tokens &&
	    d->tokens_saved != zv_tokens_version(zv_auth_tokens(d->auth)))
		save_tokens(d);
}

/* ---- the end ------------------------------------------------------------------------------------------------ */

/* The clerk is gone already: nobody else writes. */
void
zv_saved_at_end(struct zv_daemon *d, int64_t now_ms)
{
	struct zv_buf ring = { 0 }, tokens = { .secret = true };
	struct zv_error err = { 0 };

	if (!is_kept(d))
		return;
	if (zv_tokens_save(zv_auth_tokens(d->auth), &tokens) == 0)
		zv_state_write(folder_of(d), TOKENS, zv_buf_str(&tokens), &err);
	if (zv_hub_save(d->hub, &ring, now_ms) == 0 &&
	    zv_state_write(folder_of(d), RING, zv_buf_str(&ring), &err) == 0)
		zv_numbering_stop(d->numbering, zv_hub_last_seq(d->hub), &err);
	if (err.code)
		zv_log(d->log, ZV_LOG_ERROR, "state", "%s", err.text);
	zv_buf_deinit(&ring);
	zv_buf_deinit(&tokens);
}

void
zv_saved_close(struct zv_daemon *d)
{
	zv_numbering_free(d->numbering);
	zv_free(d->folder);
}
