/* link.h - what a component is connected by: raw bytes (link_raw.h), a client of libzvon
 * (link_pbx.h), the same with the hub over it (link_desk.h), a session of zvond
 * (link_daemon.h). It lives on the network thread (component.h) and never waits. */
#ifndef ZV_ONEC_LINK_H
#define ZV_ONEC_LINK_H

#include "zvon/client.h"

struct zv_link;

struct zv_link_kind {
	/* As zvon_client_descriptors, _timeout, _process. */
	size_t (*descriptors)(struct zv_link *l, struct zv_descriptor *out, size_t max);
	int (*timeout)(struct zv_link *l);
	/* May replace or drop the link itself (zv_component_set_link): it is closed then
	 * when `process` has returned. */
	void (*process)(struct zv_link *l);
	/* At once: says goodbye if that does not wait, answers what was asked of it with
	 * ZV_ECLOSED, frees. Tells the profile nothing. */
	void (*close)(struct zv_link *l);
	/* A name is being resolved: a thread of the system's is busy with it and cannot be
	 * stopped (libcurl's). NULL: never. */
	bool (*is_resolving)(struct zv_link *l);
};

/* The first member of each kind. */
struct zv_link {
	const struct zv_link_kind *kind;
};

#endif
