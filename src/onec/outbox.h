/* outbox.h - events on their way to the host: told on any thread, taken by the sender thread.
 * Bounded: the oldest give way, and their number is told in their place.
 *
 * Two locks, so that the sender, who takes over the whole list at once, hardly ever meets
 * the network thread: `lock` for what was told since, `batch_lock` (inside it) for what
 * the sender works off. Whoever must drop the oldest needs both. */
#ifndef ZV_ONEC_OUTBOX_H
#define ZV_ONEC_OUTBOX_H

#include <pthread.h>

#include "zvon/str.h"
#include "onec/component.h"

/* While the network thread works, the sender is woken when so many wait, or when the
 * work is done: a wake-up for each event would cost more than the event. */
#define ZV_OUTBOX_WAKE_AT 64

/* One block: this, and the three texts. */
struct zv_outbox_event {
	struct zv_outbox_event *next;
	size_t n_source, n_name, n_data;
	char text[];
};

struct zv_outbox_chain {
	struct zv_outbox_event *first, *last;
};

/* What the sender has at hand. */
struct zv_outbox_taken {
	struct zv_outbox_event *event; /* NULL: the notice of what was dropped */
	uint64_t dropped;	       /* the notice's number … */
	char number[24];	       /* … as text */
	unsigned long epoch;	       /* what zv_outbox_forget ends */
	struct zv_str source, name, data;
};

struct zv_outbox {
	pthread_mutex_t lock, batch_lock;
	pthread_cond_t news;

	/* under lock */
	struct zv_outbox_chain told;
	size_t most; /* may wait */
	bool sender_sleeps;
	int holds;	     /* zv_outbox_hold */
	unsigned long epoch; /* both locks to change it */
	uint64_t n_told;

	/* under batch_lock; the number grows under both */
	struct zv_outbox_chain batch;
	uint64_t dropped_untold;

	/* atomic */
	bool is_stopping;
	size_t waiting, bytes; /* told, not taken by the host, nor dropped */
	size_t waiting_most;   /* written under lock */
	uint64_t delivered, refused, dropped;
};

void zv_outbox_init(struct zv_outbox *q);
void zv_outbox_deinit(struct zv_outbox *q); /* frees what waits */

/* ---- any thread ---- */

void zv_outbox_add(struct zv_outbox *q, struct zv_str source, struct zv_str name,
		   struct zv_str data);
void zv_outbox_forget(struct zv_outbox *q);
void zv_outbox_set_most(struct zv_outbox *q, size_t most);
void zv_outbox_count(struct zv_outbox *q, struct zv_component_counters *out);
void zv_outbox_stop(struct zv_outbox *q); /* zv_outbox_take says false from now on */

/* Between them wake-ups are saved. */
void zv_outbox_hold(struct zv_outbox *q);
void zv_outbox_release(struct zv_outbox *q);

/* ---- the sender ---- */

/* Waits for the next one. false: stopped. */
bool zv_outbox_take(struct zv_outbox *q, struct zv_outbox_taken *out);
void zv_outbox_done(struct zv_outbox *q,
		    struct zv_outbox_taken *taken); /* the host has it */
/* The host did not take it: waits a while. true: offer the same again; false: it is gone
 * (stopped, forgotten, or a notice, which comes again with a new number). */
bool zv_outbox_retry(struct zv_outbox *q, struct zv_outbox_taken *taken);

#endif
