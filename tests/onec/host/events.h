/* events.h - the host's queue of external events of one object: bounded, the newest is lost
 * when it is full, as 1C's. */
#ifndef ZV_TEST_EVENTS_H
#define ZV_TEST_EVENTS_H

#include <pthread.h>

#include "lines.h"

struct event {
	struct event *next;
	uint16_t *fields[3]; /* source, name, data; NULL as given */
};

enum taking {
	TAKING_OFF = 0,
	TAKING_COUNT,
	TAKING_PRINT,
};

struct events {
	struct event *first, **last;
	long depth, waiting;
	bool is_fixed; /* SetEventBufferDepth is refused */
	enum taking taking;
	long taken, refused, cleaned;
};

void events_init(struct events *e, long depth, bool is_fixed);
void events_deinit(struct events *e);

/* false: it is full. `print` is called for TAKING_PRINT. */
bool events_offer(struct events *e, const uint16_t *const fields[3],
		  void (*print)(void *user, const struct event *event), void *user);
/* The oldest, or NULL after ms; to be freed. */
struct event *events_take(struct events *e, long ms);
void event_free(struct event *event);

bool events_set_depth(struct events *e, long depth);
void events_clean(struct events *e);
/* What waits is taken, too. */
void events_set_taking(struct events *e, enum taking taking,
		       void (*print)(void *user, const struct event *event),
		       void *user);

void put_event(struct text *t, const struct event *event);

#endif
