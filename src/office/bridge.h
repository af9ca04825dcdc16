/* bridge.h - two channels that hear each other, and how their talk goes on. */
#ifndef ZV_OFFICE_BRIDGE_H
#define ZV_OFFICE_BRIDGE_H

#include "office/model.h"

/* Joins them; the talk is what the caller has in mind, or some talk. false: out of
 * memory, both are as they were. */
bool zv_bridge_join(struct zv_channel *callee, struct zv_channel *caller);

/* The other one, or NULL. */
struct zv_channel *zv_bridge_peer(const struct zv_channel *c);

/* Takes both out, `first` first, and ends the bridge. Returns the other one. */
struct zv_channel *zv_bridge_part(struct zv_channel *first);

void zv_bridge_hold(struct zv_channel *holder);
void zv_bridge_resume(struct zv_bridge *b); /* also when nobody holds */

void zv_bridge_free(struct zv_bridge *b);

#endif
