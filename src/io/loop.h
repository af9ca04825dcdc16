/* loop.h - the one loop of a program that serves (libuv): timers, descriptors, signals,
 * work on threads. Everything is called on the thread that runs it, but zv_loop_wake. */
#ifndef ZV_IO_LOOP_H
#define ZV_IO_LOOP_H

#include <stddef.h>
#include <stdint.h>

#include "zvon/error.h"

struct zv_loop;

struct zv_loop *zv_loop_new(struct zv_error *err); /* NULL: *err says why */
/* Closes what is still open and frees. NULL is fine. */
void zv_loop_free(struct zv_loop *l);
void zv_loop_run(struct zv_loop *l); /* until zv_loop_stop */
void zv_loop_stop(struct zv_loop *l);

/* The time at which this round began, of zv_clock_ms: without a system call. */
int64_t zv_loop_now(struct zv_loop *l);

/* ---- timers: embedded in nothing, small, one each ------------------------------ */
struct zv_timer;
typedef void (*zv_timer_fn)(void *owner);
struct zv_timer *zv_timer_new(struct zv_loop *l, zv_timer_fn fn, void *owner);
void zv_timer_set(struct zv_timer *t, int64_t at_ms); /* INT64_MAX: not */
void zv_timer_free(struct zv_timer *t);		      /* also inside its fn */

/* Called once for each time it is asked for, at the end of this round, before it waits: for
 * what was gathered. Asked for inside of fn: at the end of the next, which comes at once.
 * Without memory fn is called immediately. */
void zv_loop_at_end(struct zv_loop *l, void (*fn)(void *owner), void *owner);
/* Not for that owner after all: before it goes. */
void zv_loop_not_at_end(struct zv_loop *l, const void *owner);

/* ---- descriptors of others (a libzvon client) ------------------------------------ */
struct zv_watch;
typedef void (*zv_watch_fn)(void *owner);
struct zv_watch *zv_watch_new(struct zv_loop *l, zv_watch_fn fn, void *owner);
struct zv_descriptor; /* zvon/client.h: fd, events */
/* These from now on, instead of those before; cheap when they are the same. */
int zv_watch_set(struct zv_watch *w, const struct zv_descriptor *list, size_t n);
void zv_watch_free(struct zv_watch *w);

/* ---- signals and wake-ups ----------------------------------------------------------- */
typedef void (*zv_signal_fn)(void *owner, int number);
int zv_loop_on_signal(struct zv_loop *l, int number, zv_signal_fn fn, void *owner);
typedef void (*zv_wake_fn)(void *owner);
struct zv_wake;
struct zv_wake *zv_wake_new(struct zv_loop *l, zv_wake_fn fn, void *owner);
void zv_wake_up(struct zv_wake *w); /* any thread, any signal handler */
void zv_wake_free(struct zv_wake *w);

/* ---- work on threads ------------------------------------------------------------------ */
/* At most `threads` at once and `queue` waiting; beyond: zv_worker_do says ZV_EBUSY. */
struct zv_worker;
struct zv_worker *zv_worker_new(struct zv_loop *l, int threads, size_t queue,
				struct zv_error *err);
/* work runs on a thread, done on the loop. */
int zv_worker_do(struct zv_worker *w, void (*work)(void *task),
		 void (*done)(void *task), void *task);
/* Waits for the threads; done is called for all. */
void zv_worker_free(struct zv_worker *w);
/* The same, but waits no longer than that: a thread that hangs in the system (a file server
 * that does not answer) is left to itself with its task, whose done is not called. */
void zv_worker_leave(struct zv_worker *w, int wait_ms);

#endif
