/* link_pbx.h - a connection to one Asterisk, AMI or AJAM: a client of libzvon in the host's
 * loop (zvon/client.h), driven by the network thread. It comes back by itself after a loss. */
#ifndef ZV_ONEC_LINK_PBX_H
#define ZV_ONEC_LINK_PBX_H

#include "onec/link.h"

/* Begins to connect. calls: a tracker to be fed, NULL: none; borrowed until the link is
 * closed. The handlers get `user`; they are not called from the moment the link is asked to
 * close, but for the replies to actions (ZV_ECLOSED). Closing may come from a handler; the
 * last replies then come when the handler has returned.
 * Over AJAM closing waits ZV_FAREWELL_MS at most for its goodbye to leave: Asterisk keeps
 * a session that nobody ends, and has few.
 * NULL: bad option, out of memory; *err says which. */
struct zv_link *zv_link_pbx_new(const struct zv_client_options *options,
				struct zv_calls *calls,
				const struct zv_client_handlers *handlers, void *user,
				struct zv_error *err);

/* For zvon_client_send, zvon_client_counters, zvon_client_state. */
struct zv_client *zv_link_pbx_client(struct zv_link *l);

#endif
