#include "zvond/recordings.h"

#include <sodium.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"
#include "io/clock.h"
#include "zvond/recording_link.h"
#include "zvond/slow.h"

/* ---- guessing ------------------------------------------------------------------------------ */

static int
make_misses(struct zv_recordings *r, int free_tries)
{
	const struct zv_slow_options options = {
		.free_tries = (unsigned)free_tries,
		.delay_ms = ZV_RECORDING_MISS_MS,
		.delay_most_ms = ZV_RECORDING_MISS_MOST_MS,
		.forget_ms = ZV_RECORDING_FORGET_MS,
		.most = ZV_RECORDING_TRACKED,
		.seed = zv_random(),
	};
	struct zv_slow *made = zv_slow_new(&options);

	if (!made)
		return ZV_ENOMEM;
	zv_slow_free(r->misses);
	r->misses = made;
	r->misses_free = free_tries;
	return 0;
}

/* "u" and the user's name: his guesses slow nobody who comes through the same address, as
 * the users of a CRM do. Else "a" and the address. */
static void
write_key(struct zv_buf *key, const struct zv_exchange *x, struct zv_str user)
{
	unsigned char address[16];

	if (user.p) {
		zv_buf_add_char(key, 'u');
		zv_buf_add(key, user);
		return;
	}
	zv_conn_address(x->front->conn, address);
	zv_buf_add_char(key, 'a');
	zv_buf_add(key, (struct zv_str){ (char *)address, sizeof address });
}

int
zv_recordings_wait_ms(struct zv_recordings *r, const struct zv_exchange *x,
		      struct zv_str user)
{
	int wanted = zv_daemon_config(r->daemon)->recordings.misses, ms;
	struct zv_buf key = { 0 };

	if (wanted != r->misses_free) /* a reload */
		make_misses(r, wanted);
	write_key(&key, x, user);
	ms = zv_slow_wait_ms(r->misses, zv_buf_str(&key), zv_clock_ms());
	zv_buf_deinit(&key);
	return ms;
}

void
zv_recordings_missed(struct zv_recordings *r, const struct zv_exchange *x,
		     struct zv_str user)
{
	struct zv_buf key = { 0 };

	r->refused++;
	write_key(&key, x, user);
	if (!zv_buf_failed(&key))
		zv_slow_failed(r->misses, zv_buf_str(&key), zv_clock_ms());
	zv_buf_deinit(&key);
}

/* ---- life ------------------------------------------------------------------------------------ */

/* Steps that take too long: each is told so; its thread goes on waiting for the disk. */
static void
on_time(void *owner)
{
	struct zv_recordings *r = owner;
	int64_t now = zv_clock_ms(), next = INT64_MAX;
	struct zv_node *node, *following;

	ZV_EACH(&r->jobs, node, following)
	{
		struct zv_recording_job *job =
			ZV_OWNER(node, struct zv_recording_job, node);

		if (!job->x)
			continue;
		if (job->until_ms > now) {
			next = job->until_ms < next ? job->until_ms : next;
			continue;
		}
		r->hung++;
		zv_log(r->daemon->log, ZV_LOG_WARN, "recordings",
		       "the file system does not answer id=%s within_ms=%d", job->id,
		       zv_recording_job_config(job)->wait_ms);
		zv_recording_job_break(job, "the file system does not answer");
	}
	r->due_ms = next;
	zv_timer_set(r->timer, next);
}

struct zv_recordings *
zv_recordings_new(struct zv_daemon *d, struct zv_error *err)
{
	struct zv_recordings *r = zv_calloc(1, sizeof *r);

	if (!r) {
		zv_fail_nomem(err);
		return NULL;
	}
	r->daemon = d;
	r->due_ms = INT64_MAX;
	zv_list_init(&r->jobs);
	r->worker =
		zv_worker_new(d->loop, ZV_RECORDING_THREADS, ZV_RECORDING_QUEUE, err);
	r->timer = zv_timer_new(d->loop, on_time, r);
	if (!r->worker || !r->timer ||
	    make_misses(r, zv_daemon_config(d)->recordings.misses) < 0 ||
	    zv_recording_link_key(d->folder, d->log, r->key) < 0) {
		zv_fail_nomem(err);
		zv_recordings_stop(r);
		zv_recordings_free(r);
		return NULL;
	}
	return r;
}

void
zv_recordings_stop(struct zv_recordings *r)
{
	struct zv_node *node, *next;

	if (!r)
		return;
	ZV_EACH(&r->jobs, node, next)
	atomic_store(&ZV_OWNER(node, struct zv_recording_job, node)->given_up, true);
	zv_worker_leave(r->worker, ZV_RECORDING_LEAVE_MS);
	r->worker = NULL;
	zv_timer_free(r->timer);
	r->timer = NULL;
}

void
zv_recordings_free(struct zv_recordings *r)
{
	if (!r)
		return;
	zv_slow_free(r->misses);
	zv_wipe(r->key, sizeof r->key);
	zv_free(r);
}
