/* link_desk.h - a desk over one PBX: the hub with one server, one user and one session, so
 * that a script gets the messages of zvon.v1 without a daemon. Who has the AMI account may
 * do all that the account may; it is the account that is limited, in manager.conf. */
#ifndef ZV_ONEC_LINK_DESK_H
#define ZV_ONEC_LINK_DESK_H

#include "base/log.h"
#include "hub/hub.h"
#include "onec/desk.h"

#define ZV_DESK_SYNC_MS 3000 /* READY waits for the lists of what is going on at most */

/* Zero it. All is copied. */
struct zv_link_desk_options {
	struct zv_client_options client; /* filter and legacy: not here */
	struct zv_hub_server server;	 /* its name and what commands need; no calls */
	const struct zv_str *trunks, *lines; /* as of struct zv_calls_options */
	size_t n_trunks, n_lines;
	struct zv_str
		line; /* own line: whose events are told, and that dials; empty: all */
	struct zv_str version; /* of us, for "hello" */
	struct zv_log log;
};

/* Begins to connect. The handlers are called inside `process` of the link only; on_message
 * and on_state may close the link. READY: the calls that go on there are known, or were
 * waited for. NULL: *err says why. */
struct zv_desk *zv_link_desk_new(const struct zv_link_desk_options *options,
				 const struct zv_desk_handlers *handlers, void *user,
				 struct zv_error *err);

/* Is it one of ours? */
bool zv_desk_is_direct(const struct zv_desk *d);

/* Packets in the legacy view from now on, or as they are (NULL). 0 or ZV_ENOMEM. */
int zv_link_desk_set_view(struct zv_desk *d, const struct zv_legacy_options *options);

/* A packet as the view shows it: none, one or several. */
void zv_link_desk_show(struct zv_desk *d, const struct zv_packet *packet,
		       void (*fn)(void *context, const struct zv_packet *packet),
		       void *context);

#endif
