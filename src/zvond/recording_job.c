/* One request for a recording on its way: the history is asked what it is, then the disk. */
#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"
#include "hist/scope.h"
#include "io/clock.h"
#include "zvond/historian.h"
#include "zvond/recordings.h"

const struct zv_config_recordings *
zv_recording_job_config(const struct zv_recording_job *job)
{
	return &job->settings->config->recordings;
}

/* ---- the end --------------------------------------------------------------------------------- */

static bool
is_away(const struct zv_recording_job *job)
{
	return job->asking || zv_list_is_linked(&job->node);
}

static void
free_job(struct zv_recording_job *job)
{
	if (job->free_plan)
		job->free_plan(job);
	zv_free(job->plan);
	zv_recording_close(&job->file);
	zv_conversation_free(job->call);
	zv_buf_deinit(&job->user);
	zv_buf_deinit(&job->remote);
	zv_settings_unref(job->settings);
	zv_free(job);
}

/* Who had what, for whoever must account for it. Names of files have numbers in them. */
static void
tell(const struct zv_recording_job *job)
{
	struct zv_recordings *r = job->owner;

	if (!job->sent)
		return;
	r->given++;
	r->given_bytes += job->sent;
	zv_log(r->daemon->log, ZV_LOG_INFO, "audit",
	       "recording given user=%.*s id=%s bytes=%llu of=%llu remote=%.*s%s",
	       ZV_ARG(zv_buf_str(&job->user)), job->id, (unsigned long long)job->sent,
	       (unsigned long long)job->file.length, ZV_ARG(zv_buf_str(&job->remote)),
	       job->by_link ? " by=link" : "");
}

/* The request knows nothing of it any more. */
static struct zv_exchange *
let_go(struct zv_recording_job *job)
{
	struct zv_exchange *x = job->x;

	if (x) {
		tell(job);
		x->cancel = NULL;
		x->on_drained = NULL;
		x->waiting = NULL;
	}
	job->x = NULL;
	atomic_store(&job->given_up, true);
	return x;
}

/* A thread may still have it: then the last to leave frees it. */
static void
free_if_here(struct zv_recording_job *job)
{
	if (!is_away(job))
		free_job(job);
}

void
zv_recording_job_end(struct zv_recording_job *job)
{
	let_go(job);
	free_if_here(job);
}

static void
on_cancel(struct zv_exchange *x)
{
	zv_recording_job_end(x->waiting);
}

void
zv_recording_job_break(struct zv_recording_job *job, const char *why)
{
	struct zv_exchange *x;

	if (!job->x)
		return;
	if (job->began)
		zv_log(job->owner->daemon->log, ZV_LOG_WARN, "recordings",
		       "cut short id=%s: %s", job->id, why);
	x = let_go(job);
	if (job->began)
		zv_front_close(x->front, false); /* at once: what is missing is seen */
	else
		zv_exchange_refuse_for(x, 503, ZV_RETRY_MS, "busy", why);
	free_if_here(job);
}

static void
refuse(struct zv_recording_job *job, int status, const char *code, const char *why)
{
	zv_exchange_refuse(let_go(job), status, code, "%s", why);
	free_if_here(job);
}

/* There is none, or he may not know that there is one: the same words. */
static void
refuse_unknown(struct zv_recording_job *job)
{
	const struct zv_str nobody = { NULL, 0 };

	zv_recordings_missed(job->owner, job->x,
			     job->by_link ? nobody : zv_buf_str(&job->user));
	refuse(job, 404, "not_found", "there is no such recording, or it is not yours");
}

/* ---- steps on threads --------------------------------------------------------------------------- */

static void
run_work(void *task)
{
	struct zv_recording_job *job = task;

	if (!atomic_load(&job->given_up))
		job->work(job);
}

static void
on_done(void *task)
{
	struct zv_recording_job *job = task;

	zv_list_remove(&job->node);
	if (job->x)
		job->done(job);
	else
		free_job(job);
}

void
zv_recording_job_step(struct zv_recording_job *job, zv_recording_job_fn work,
		      zv_recording_job_fn done)
{
	struct zv_recordings *r = job->owner;

	job->work = work;
	job->done = done;
	job->rc = 0;
	memset(&job->err, 0, sizeof job->err);
	job->until_ms = zv_clock_ms() + zv_recording_job_config(job)->wait_ms;
	if (!r->worker || zv_worker_do(r->worker, run_work, on_done, job) < 0) {
		zv_recording_job_break(job, "too many recordings are being read");
		return;
	}
	zv_list_append(&r->jobs, &job->node);
	if (job->until_ms < r->due_ms) {
		r->due_ms = job->until_ms;
		zv_timer_set(r->timer, r->due_ms);
	}
}

/* ---- the file --------------------------------------------------------------------------------------- */

static void
open_file(struct zv_recording_job *job)
{
	const struct zv_config_recordings *c = zv_recording_job_config(job);

	job->rc = zv_recording_open(&c->places, job->call->recordings[job->which].file,
				    job->call->started_ms, c->decode && !job->as_it_is,
				    &job->file, &job->err);
}

static void
on_open(struct zv_recording_job *job)
{
	if (job->rc == 0) {
		job->ready(job);
		return;
	}
	zv_log(job->owner->daemon->log,
	       job->rc == ZV_ENOTFOUND ? ZV_LOG_INFO : ZV_LOG_WARN, "recordings",
	       "id=%s: %s", job->id, job->err.text);
	if (job->rc == ZV_ENOTFOUND)
		refuse(job, 404, "no_file", job->err.text);
	else
		zv_recording_job_break(job, "the recording cannot be read now");
}

/* ---- what it is, and whose ------------------------------------------------------------------------------ */

static bool
may_hear(const struct zv_recording_job *job, const struct zv_user *u)
{
	enum zv_reach reach = u ? zv_role_recordings(u->role) : ZV_REACH_NONE;

	if (reach == ZV_REACH_ALL)
		return true;
	if (reach != ZV_REACH_OWN && reach != ZV_REACH_QUEUES)
		return false;
	return zv_conversation_is_within(job->call, u->lines, u->n_lines, u->queues,
					 reach == ZV_REACH_QUEUES ? u->n_queues : 0);
}

static int
look_up(struct zv_store *s, void *task, struct zv_error *err)
{
	struct zv_recording_job *job = task;

	return zv_store_find_recording(s, zvon_str(job->id), &job->call, &job->which,
				       err);
}

static void
on_looked_up(void *task, int rc, const struct zv_error *err)
{
	struct zv_recording_job *job = task;
	const struct zv_user *user;

	job->asking = false;
	if (!job->x) {
		free_job(job);
		return;
	}
	if (rc < 0) {
		zv_recording_job_break(
			job, err && err->text[0] ? err->text : "the history is busy");
		return;
	}
	user = zv_hub_find_user(job->owner->daemon->hub, zv_buf_str(&job->user));
	if (rc == 0 || job->which >= job->call->n_recordings || !may_hear(job, user))
		refuse_unknown(job);
	else if (job->needs_file)
		zv_recording_job_step(job, open_file, on_open);
	else
		job->ready(job);
}

static void
ask(struct zv_recording_job *job)
{
	struct zv_daemon *d = job->owner->daemon;
	const struct zv_historian_ask question = {
		.work = look_up,
		.done = on_looked_up,
		.task = job,
		.timeout_ms = zv_recording_job_config(job)->wait_ms,
	};
	struct zv_error err = { 0 };
	int rc;

	job->asking = true;
	rc = zv_historian_ask(d->historian, &question, &err);
	if (rc == 0)
		return;
	job->asking = false;
	if (rc == ZV_ENOTFOUND)
		refuse(job, 404, "no_history", err.text);
	else
		zv_recording_job_break(job, err.text);
}

/* ---- the beginning ------------------------------------------------------------------------------------------ */

void
zv_recording_job_start(struct zv_exchange *x, const struct zv_recording_job *options)
{
	struct zv_daemon *d = zv_exchange_daemon(x);
	struct zv_recording_job *job = zv_calloc(1, sizeof *job);

	if (!job || zv_buf_add(&job->user, x->user->name) < 0 ||
	    zv_buf_add(&job->remote, zvon_str(zv_conn_remote(x->front->conn))) < 0) {
		if (job)
			zv_buf_deinit(&job->user);
		zv_free(job);
		zv_exchange_refuse_for(x, 503, ZV_RETRY_MS, "busy", "out of memory");
		return;
	}
	job->owner = d->recordings;
	job->settings = zv_settings_ref(d->settings);
	job->x = x;
	job->by_link = options->by_link;
	job->as_it_is = options->as_it_is;
	job->save = options->save;
	job->needs_file = options->needs_file;
	job->ready = options->ready;
	job->file.fd = -1;
	memcpy(job->id, options->id, sizeof job->id);
	x->waiting = job;
	x->cancel = on_cancel;
	ask(job);
}
