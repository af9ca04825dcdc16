/* scope.h - is a call among those that somebody may see? The rule of zv_history_query's scope,
 * for one call that is at hand. Pure. */
#ifndef ZV_HIST_SCOPE_H
#define ZV_HIST_SCOPE_H

#include "hist/conversation.h"

/* Did one of these lines take part ("101", or "SERVER/101": of that server), or was it in one
 * of these queues? */
bool zv_conversation_is_within(const struct zv_conversation *c,
			       const struct zv_str *lines, size_t n_lines,
			       const struct zv_str *queues, size_t n_queues);

#endif
