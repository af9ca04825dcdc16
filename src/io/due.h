/* due.h - moments to come, in a heap that knows the earliest. Moving one to later costs
 * nothing: its place in the heap is looked at when its old moment comes. */
#ifndef ZV_IO_DUE_H
#define ZV_IO_DUE_H

#include <stddef.h>
#include <stdint.h>

/* Lives in what waits. */
struct zv_due {
	int64_t at_ms;		      /* INT64_MAX: not waiting */
	void (*fn)(struct zv_due *d); /* its moment has come; may free it */
	uint32_t place /* in the heap, from 1; 0: not in it */;
};

struct zv_dues {
	struct zv_due_entry *heap;
	size_t n, cap, members;
};

void zv_dues_deinit(struct zv_dues *h);

/* Room for it is made here, so that zv_due_set cannot fail. 0 or ZV_ENOMEM (nothing to
 * deinit). */
int zv_due_init(struct zv_dues *h, struct zv_due *d, void (*fn)(struct zv_due *d));
void zv_due_deinit(struct zv_dues *h, struct zv_due *d);

void zv_due_set(struct zv_dues *h, struct zv_due *d, int64_t at_ms);

/* Nothing comes before; INT64_MAX: nothing at all. */
int64_t zv_dues_next(const struct zv_dues *h);

/* Calls those whose moment has come; those that are set meanwhile wait for the next run. */
void zv_dues_run(struct zv_dues *h, int64_t now_ms);

#endif
