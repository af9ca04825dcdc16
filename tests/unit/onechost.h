/* onechost.h - a host as 1C is one, for tests of the component: keeps what it was told, and
 * takes events, refuses them, or sits in them. */
#ifndef UNIT_ONECHOST_H
#define UNIT_ONECHOST_H

#include <pthread.h>

#include "base/buf.h"
#include "onec/component.h"

enum onechost_mood {
	HOST_TAKES = 0,
	HOST_REFUSES,
	HOST_SITS, /* in the event, until the mood is another */
};

struct onechost {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	enum onechost_mood mood;
	size_t n_sitting; /* in an event: 1 */
	size_t n_offered; /* events, each time */
	size_t n_taken;
	size_t n_forgotten;	/* calls of forget_events */
	struct zv_buf events;	/* taken: `source|name|data`, a line each */
	struct zv_buf raised;	/* the last one: `source: text` */
	long depth, depth_most; /* granted; most: refuses more */
	enum zv_app app;

	/* instead of keeping it; the sender thread, no lock is held */
	bool (*on_event)(struct onechost *h, struct zv_str source, struct zv_str name,
			 struct zv_str data);
	void *user;
};

extern const struct zv_host onechost_calls;

void onechost_init(struct onechost *h);
void onechost_deinit(struct onechost *h);
void onechost_set_mood(struct onechost *h, enum onechost_mood mood);

/* Wait, at most 10 s, and fail the test then. */
void onechost_wait_taken(struct onechost *h, size_t n);
void onechost_wait_offered(struct onechost *h, size_t n);
void onechost_wait_sitting(struct onechost *h);

/* What was taken so far, and forgets it. */
void onechost_check_events(struct onechost *h, const char *wanted);
void onechost_check_raised(struct onechost *h, const char *wanted);

#endif
