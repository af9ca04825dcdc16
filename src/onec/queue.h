/* queue.h - events on their way to the host: told on any thread, taken by the sender thread.
 * Bounded: the oldest give way, and their number is told in their place.
 *
 * Two locks, so that the sender, who takes over the whole list at once, hardly ever meets
 * the network thread: `lock` for what was told since, `batch_lock` (inside it) for what
 * the sender works off. Whoever must drop the oldest needs both. */
#ifndef ZV_ONEC_QUEUE_H
#define ZV_ONEC_QUEUE_H

#include <pthread.h>

#include "zvon/str.h"
#include "onec/component.h"

/* While the network thread works, the sender is woken when so many wait, or when the
 * work is done: a wake-up for each event would cost more than the event. */
#define ZV_QUEUE_WAKE_AT 64

/* One block: this, and the three texts. */
struct zv_event {
	struct zv_event *next;
	size_t n_source, n_name, n_data;
	char text[];
};

struct zv_chain {
	struct zv_event *first, *last;
};

/* What the sender has at hand. */
struct zv_taken {
	struct zv_event *event; /* NULL: the notice of what was dropped */
	uint64_t dropped;	/* the notice's number … */
	char number[24];	/* … as text */
	unsigned long epoch;	/* what zv_queue_forget ends */
	struct zv_str source, name, data;
};

struct zv_queue {
	pthread_mutex_t lock, batch_lock;
	pthread_cond_t news;

	/* under lock */
	struct zv_chain told;
	size_t most; /* may wait */
	bool sender_sleeps;
	int holds;	     /* zv_queue_hold */
	unsigned long epoch; /* both locks to change it */
	uint64_t n_told;

	/* under batch_lock; the number grows under both */
	struct zv_chain batch;
	uint64_t dropped_untold;

	/* atomic */
	bool is_stopping;
	size_t waiting, bytes; /* told, not taken by the host, nor dropped */
	size_t waiting_most;   /* written under lock */
	uint64_t delivered, refused, dropped;
};

void zv_queue_init(struct zv_queue *q);
void zv_queue_deinit(struct zv_queue *q); /* frees what waits */

/* ---- any thread ---- */

void zv_queue_add(struct zv_queue *q, struct zv_str source, struct zv_str name,
		  struct zv_str data);
void zv_queue_forget(struct zv_queue *q);
void zv_queue_set_most(struct zv_queue *q, size_t most);
void zv_queue_count(struct zv_queue *q, struct zv_component_counters *out);
void zv_queue_stop(struct zv_queue *q); /* zv_queue_take says false from now on */

/* Between them wake-ups are saved. */
void zv_queue_hold(struct zv_queue *q);
void zv_queue_release(struct zv_queue *q);

/* ---- the sender ---- */

/* Waits for the next one. false: stopped. */
bool zv_queue_take(struct zv_queue *q, struct zv_taken *out);
void zv_queue_done(struct zv_queue *q, struct zv_taken *taken); /* the host has it */
/* The host did not take it: waits a while. true: offer the same again; false: it is gone
 * (stopped, forgotten, or a notice, which comes again with a new number). */
bool zv_queue_retry(struct zv_queue *q, struct zv_taken *taken);

#endif
