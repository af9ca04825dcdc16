/* replay.h - a recording behind a manager port: each client that logs in, with any
 * name and secret, is told what was recorded, in its time, and gets the recorded
 * answers. A machine like office.h.
 *
 * An action with the name of a recorded one is answered as that one was (the one with
 * the most fields in common, when there are several), with the client's ActionID in
 * place of the recorded one. Login, Challenge, Logoff, Ping and Events are answered by
 * the replay itself; every other action is unknown. Events go through the client's
 * event mask. */
#ifndef ZV_OFFICE_REPLAY_H
#define ZV_OFFICE_REPLAY_H

#include "office/recording.h"

struct zv_replay;

struct zv_replay_options {
	double speed;	  /* 2 = twice as fast as it was; > 0 */
	int rate;	  /* at most so many events a second; 0: no limit */
	bool loop;	  /* again and again */
	bool renumber;	  /* each round has Uniqueids of its own: for who knows that a
	                   * channel that is gone does not come back */
	int64_t epoch_ms; /* since 1970, at the start: for Ping */
	uint64_t seed;
};

/* The recording must outlive it. NULL: out of memory. */
struct zv_replay *zv_replay_new(const struct zv_recording *recording,
				const struct zv_replay_options *options,
				int64_t now_ms);
void zv_replay_free(struct zv_replay *r); /* NULL is fine */

/* As in office.h. */
int zv_replay_input(struct zv_replay *r, struct zv_str bytes, int64_t now_ms);
int64_t zv_replay_deadline(const struct zv_replay *r);
int zv_replay_tick(struct zv_replay *r, int64_t now_ms);
struct zv_buf *zv_replay_output(struct zv_replay *r);
bool zv_replay_is_over(const struct zv_replay *r);

bool zv_replay_is_logged_in(const struct zv_replay *r);

/* All events have been put out; the connection stays. */
bool zv_replay_is_done(const struct zv_replay *r);

#endif
