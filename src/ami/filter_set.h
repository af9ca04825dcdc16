/* filter_set.h - the filters of many subscribers, asked together: whoever wants a packet
 * is found by hash, not by asking each.
 *
 * A subscription names what must be in the packet: a line, a number, a channel, a queue,
 * an event name (any of them may be left open, several of one kind mean "any of these").
 * What cannot be said so is a free regular expression; it runs once per distinct pattern,
 * however many subscribers have it. */
#ifndef ZV_AMI_FILTER_SET_H
#define ZV_AMI_FILTER_SET_H

#include "zvon/filter.h"

/* To be completed by the implementation; see the task. */
struct zv_filter_set;

#endif
