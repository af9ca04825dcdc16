/* sight.h - inside the hub: is that within somebody's scope? For what he sees (snapshots)
 * and for what he may have done (commands). Events go by topic.h; both mean the same. */
#ifndef ZV_HUB_SIGHT_H
#define ZV_HUB_SIGHT_H

#include "hub/session.h"

/* A user, with lines that a session stands for instead of his. */
struct zv_who {
	const struct zv_user *user;
	const struct zv_str *lines;
	size_t n_lines;
};

struct zv_who zv_who_of_user(const struct zv_user *user);
struct zv_who zv_who_of_session(const struct zv_session *s);

/* Is it one of his own lines? server: its name. */
bool zv_who_has_line(const struct zv_who *who, struct zv_str server,
		     struct zv_str line);
bool zv_who_has_queue(const struct zv_who *who, struct zv_str queue);

/* OWN: his lines; calls in which one of them takes or took part. QUEUES: also his queues,
 * the lines that are members of them now, calls that are or were in them, and those of
 * their members. ALL: everything, as with the right `raw`. */
bool zv_sight_line(struct zv_hub *h, const struct zv_who *who, enum zv_scope scope,
		   size_t server, struct zv_str line);
bool zv_sight_queue(struct zv_hub *h, const struct zv_who *who, enum zv_scope scope,
		    struct zv_str queue);
bool zv_sight_call(struct zv_hub *h, const struct zv_who *who, enum zv_scope scope,
		   size_t server, const struct zv_call *call);

/* What he sees: the role's scope, ALL with the right `raw`. */
enum zv_scope zv_who_sees(const struct zv_who *who);

#endif
