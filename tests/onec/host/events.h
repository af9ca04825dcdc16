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
	TAKING_CALL, /* the handler of the script calls the component */
	TAKING_END,  /* … or lets go of it: Done, within the event */
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

/* The script's handler of an event; no lock is held. */
typedef void (*event_handler_fn)(void *user, const struct event *event,
				 enum taking taking);

/* false: it is full. */
bool events_offer(struct events *e, const uint16_t *const fields[3],
		  event_handler_fn handler, void *user);
/* The oldest, or NULL after ms; to be freed. */
struct event *events_take(struct events *e, long ms);
void event_free(struct event *event);

bool events_set_depth(struct events *e, long depth);
void events_clean(struct events *e);
/* What waits is taken, too. */
void events_set_taking(struct events *e, enum taking taking, event_handler_fn handler,
		       void *user);

struct events_counts {
	long depth, waiting, taken, refused, cleaned;
};
struct events_counts events_count(struct events *e);

void put_event(struct text *t, const struct event *event);

#endif
