/* component_impl.h - an object of a script from inside: component.c, call.c, bridge.c and
 * ask.c only. */
#ifndef ZV_ONEC_COMPONENT_IMPL_H
#define ZV_ONEC_COMPONENT_IMPL_H

#include <pthread.h>

#include "io/wait.h"
#include "onec/component.h"
#include "onec/outbox.h"

/* Done's time, less what is needed around the waiting. */
#define ZV_STOP_WAIT_MS (ZV_STOP_MS - 150)

/* Under zv_component.lock, but for `id`. */
struct zv_worker_thread {
	pthread_t id;
	bool is_started, is_ended, is_gone; /* gone: joined, or left to itself */
};

struct zv_component {
	const struct zv_class *class;
	void *own;
	int holders;	 /* atomic: the face, and each thread */
	int answer_ms;	 /* atomic */
	bool is_russian; /* atomic */

	/* Set by the host's thread before any thread of ours is started. */
	const struct zv_host *host;
	void *face;
	enum zv_app app;

	const struct zv_method *methods;
	size_t n_methods;

	pthread_mutex_t own_lock; /* zv_component_lock */

	/* lock: the rest of what threads share; `changed` when a method or the one who
	 * stops us may go on */
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct zv_node inbox; /* of asks */
	struct zv_worker_thread network, sender;
	bool is_stopping, is_stopped, has_bell;
	bool is_sending; /* atomic: the sender is started */
	struct zv_buf error;

	struct zv_bell bell;
	struct zv_outbox outbox;

	/* the network thread's own */
	struct zv_link *link;
	struct zv_link *processing, *retired; /* see zv_component_set_link */
};

/* ---- component.c ---- */

void zv_component_hold(struct zv_component *c);
void zv_component_drop(struct zv_component *c);

/* ---- bridge.c ---- */

void zv_bridge_init(struct zv_component *c);
void zv_bridge_deinit(struct zv_component *c);
/* Under c->lock: the network thread runs. 0, ZV_ECLOSED (stopped), ZV_EIO. */
int zv_bridge_start_network(struct zv_component *c, struct zv_error *err);
void zv_bridge_stop(struct zv_component *c);
bool zv_bridge_is_stopped(struct zv_component *c);

/* ---- ask.c: the network thread ---- */

void zv_ask_run_all(struct zv_component *c);
void zv_ask_refuse_all(struct zv_component *c); /* it ends: ZV_ECLOSED */

#endif
