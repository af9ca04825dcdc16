/* recordings.h - what serves recordings: threads that read, the guessing that is slowed, the key
 * of links. One for the daemon. */
#ifndef ZV_ZVOND_RECORDINGS_H
#define ZV_ZVOND_RECORDINGS_H

#include <stdatomic.h>

#include "hist/conversation.h"
#include "zvond/daemon_impl.h"
#include "zvond/exchange.h"
#include "zvond/recording_file.h"

#define ZV_RECORDING_THREADS	  8   /* that wait for disks, at most */
#define ZV_RECORDING_QUEUE	  64  /* steps that wait for a thread; more: 503 */
#define ZV_RECORDING_LEAVE_MS	  500 /* at the end: for threads that hang */
#define ZV_RECORDING_ID_MAX	  64
#define ZV_RECORDING_MISS_MS	  1000	/* after too many misses each one costs … */
#define ZV_RECORDING_MISS_MOST_MS 30000 /* … up to that */
#define ZV_RECORDING_FORGET_MS	  900000
#define ZV_RECORDING_TRACKED	  10000 /* users and addresses */

struct zv_slow;

struct zv_recordings {
	struct zv_daemon *daemon;
	struct zv_worker *worker; /* NULL: stopped */
	struct zv_timer *timer;	  /* for steps that take too long */
	int64_t due_ms;		  /* … and when */
	struct zv_node jobs;	  /* struct zv_recording_job: those on a thread */
	struct zv_slow *misses;
	int misses_free; /* that `misses` was made with */
	unsigned char key[32];
	uint64_t given, given_bytes, refused, hung; /* since the start */
};

/* NULL: *err. */
struct zv_recordings *zv_recordings_new(struct zv_daemon *d, struct zv_error *err);
/* No more threads: for a moment it waits for them. Before the loop is freed … */
void zv_recordings_stop(struct zv_recordings *r);
/* … and after. Both: NULL is fine. */
void zv_recordings_free(struct zv_recordings *r);

/* How long whoever asks must wait, because he asked for too many ids that are none. user: who
 * has logged in; NULL: somebody with a link, told by his address. */
int zv_recordings_wait_ms(struct zv_recordings *r, const struct zv_exchange *x,
			  struct zv_str user);
void zv_recordings_missed(struct zv_recordings *r, const struct zv_exchange *x,
			  struct zv_str user);

/* ---- one request ------------------------------------------------------------------------------- */

struct zv_recording_job;
typedef void (*zv_recording_job_fn)(struct zv_recording_job *job);

struct zv_recording_job {
	struct zv_node node; /* in recordings->jobs while a thread has it */
	struct zv_recordings *owner;
	struct zv_exchange
		*x; /* NULL: he has gone, or was told; only the thread is left */
	struct zv_settings *settings;
	char id[ZV_RECORDING_ID_MAX + 1];
	struct zv_buf user, remote;
	bool by_link, as_it_is, save;
	bool needs_file;
	zv_recording_job_fn ready; /* it is his, and the file is open if it is needed */

	struct zv_conversation *call; /* of the history */
	size_t which;
	struct zv_recording_file file;

	/* the step on a thread */
	bool asking; /* the historian has it */
	zv_recording_job_fn work, done;
	atomic_bool given_up;
	int64_t until_ms;
	int rc;
	struct zv_error err;

	void *plan; /* of whoever answers; freed with zv_free */
	void (*free_plan)(struct zv_recording_job *job);
	uint64_t sent; /* bytes of the recording */
	bool began;    /* the head is sent */
};

/* Takes the request on: finds the recording of that id, whether x->user may have it, and opens
 * its file; then calls `ready`, or answers what is wrong. options: as_it_is, save, by_link,
 * needs_file, ready. */
void zv_recording_job_start(struct zv_exchange *x,
			    const struct zv_recording_job *options);
/* work on a thread, then done on the loop: unless that takes longer than wait_ms, which is
 * answered (503), or closes the connection in the middle of an answer. */
void zv_recording_job_step(struct zv_recording_job *job, zv_recording_job_fn work,
			   zv_recording_job_fn done);
/* Answered, one way or the other: it goes. */
void zv_recording_job_end(struct zv_recording_job *job);
/* In the middle of the answer: the connection is closed. */
void zv_recording_job_break(struct zv_recording_job *job, const char *why);

const struct zv_config_recordings *zv_recording_job_config(
	const struct zv_recording_job *job);

/* recording_send.c: the file as the answer: whole, parts, or nothing new. */
void zv_recording_send(struct zv_recording_job *job);
/* recording_peaks.c */
void zv_recording_send_peaks(struct zv_recording_job *job, int buckets);

#endif
