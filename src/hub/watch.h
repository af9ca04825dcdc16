/* watch.h - inside the hub: a session that wants packets as they are. */
#ifndef ZV_HUB_WATCH_H
#define ZV_HUB_WATCH_H

#include "hub/session.h"
#include "zvon/filter.h"

struct zv_watch_wish {
	struct zv_str id;
	struct zv_str server; /* its name; empty: all */
	struct zv_filter_options filter;
};

/* Copied. 0; < 0: *err says why: ZV_EINVAL (bad filter, id in use), ZV_EBUSY (too many),
 * ZV_ENOMEM. The right `raw` is checked by the caller. */
int zv_watch_add(struct zv_session *s, const struct zv_watch_wish *wish,
		 struct zv_error *err);
bool zv_watch_remove(struct zv_session *s, struct zv_str id);

#endif
