/* filter_impl.h - filters that share a room: for filter_set.c. */
#ifndef ZV_AMI_FILTER_IMPL_H
#define ZV_AMI_FILTER_IMPL_H

#include "ami/filter_regex.h"

/* As zvon_filter_new; the room must outlive it. */
struct zv_filter *zv_filter_new_in(struct zv_regex_room *room,
				   const struct zv_filter_options *options,
				   struct zv_error *err);

/* Its event names, borrowed; returns how many. */
size_t zv_filter_event_names(const struct zv_filter *f, struct zv_str **names);

#endif
