/* probing.h - `zvon probe` from a script: the same steps, texts and advice. */
#ifndef ZV_ONEC_PROBING_H
#define ZV_ONEC_PROBING_H

#include "onec/component.h"

/* Goes from the name to the first event with a connection of its own, which takes a few
 * seconds (ZV_PROBE_BUDGET_MS to the login, then ZV_PROBE_EVENT_MS for an event), on the
 * host's thread. client: URL, user, secret, TLS and proxy; the rest of it does not count.
 * Adds the lines to out. 0, or ZV_EINVAL (a URL that is none, no user), ZV_ENOMEM. */
int zv_onec_probe(struct zv_component *c, const struct zv_client_options *client,
		  struct zv_buf *out, struct zv_error *err);

#endif
