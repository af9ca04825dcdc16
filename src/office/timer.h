/* timer.h - what is to happen later, in order of time. */
#ifndef ZV_OFFICE_TIMER_H
#define ZV_OFFICE_TIMER_H

#include <stdint.h>

#include "base/list.h"

struct zv_office_timer;
typedef void (*zv_office_timer_fn)(struct zv_office_timer *timer);

/* Lives in the object it wakes (ZV_OWNER). Zeroed = not set. */
struct zv_office_timer {
	struct zv_node node;
	int64_t at_ms;
	zv_office_timer_fn fn;
};

/* Sets or moves it. Those of one moment go off in the order in which they were set. */
void zv_office_timer_set(struct zv_node *timers, struct zv_office_timer *t,
			 int64_t at_ms, zv_office_timer_fn fn);
void zv_office_timer_stop(struct zv_office_timer *t); /* also when it is not set */

/* The next one, or NULL. */
struct zv_office_timer *zv_office_timer_first(const struct zv_node *timers);

#endif
