/* topic.h - what an event can be about: a line, a queue, a number, a server; each name kept
 * once, with those who listen. Who gets an event is found here, not by asking each session. */
#ifndef ZV_HUB_TOPIC_H
#define ZV_HUB_TOPIC_H

#include "base/list.h"
#include "base/map.h"

enum zv_topic_kind {
	ZV_TOPIC_LINE,
	ZV_TOPIC_QUEUE,
	ZV_TOPIC_NUMBER,
	ZV_TOPIC_SERVER,
	ZV_TOPIC_KINDS,
};

struct zv_topic {
	enum zv_topic_kind kind;
	struct zv_str name; /* "101" */
	struct zv_str key;  /* the same with the kind in front */
	size_t refs;
	struct zv_node listeners; /* zv_listener.node */
	struct zv_node queues;	  /* of a line: zv_seat.of_line */
};

#define ZV_TOPIC_MAX_NAME 1024 /* longer ones are cut, as the tracker does */

struct zv_topics {
	struct zv_map map;
};

void zv_topics_deinit(struct zv_topics *t); /* all must have been given back */

/* Counted; NULL: no memory. */
struct zv_topic *zv_topic_get(struct zv_topics *t, enum zv_topic_kind kind,
			      struct zv_str name);
struct zv_topic *zv_topic_find(const struct zv_topics *t, enum zv_topic_kind kind,
			       struct zv_str name); /* not counted; or NULL */
void zv_topic_unref(struct zv_topics *t, struct zv_topic *topic); /* NULL is fine */

/* ---- what one event is about ------------------------------------------------------ */

struct zv_tags {
	struct zv_topic **list;
	size_t n, cap;
};

/* Once each; an empty name is none. 0 or ZV_ENOMEM. */
int zv_tags_add(struct zv_tags *tags, struct zv_topics *t, enum zv_topic_kind kind,
		struct zv_str name);
int zv_tags_add_topic(struct zv_tags *tags, struct zv_topic *topic);
void zv_tags_clear(struct zv_tags *tags, struct zv_topics *t); /* keeps the memory */
void zv_tags_deinit(struct zv_tags *tags, struct zv_topics *t);

/* ---- who listens ---------------------------------------------------------------------- */

struct zv_session;

struct zv_listener {
	struct zv_node node; /* in zv_topic.listeners, when it is joined */
	struct zv_session *session;
	struct zv_topic *topic;
	struct zv_topic *server; /* only there; NULL: everywhere */
};

/* All that one session listens to: one block. */
struct zv_ears {
	size_t n;
	struct zv_listener list[];
};

/* Room for so many; NULL: no memory. */
struct zv_ears *zv_ears_new(size_t most, struct zv_session *session);
void zv_ears_free(struct zv_ears *e, struct zv_topics *t); /* NULL is fine */

/* name: "101", or of a line of one server "office/101". 0 or ZV_ENOMEM. */
int zv_ears_add(struct zv_ears *e, struct zv_topics *t, enum zv_topic_kind kind,
		struct zv_str name);
void zv_ears_join(struct zv_ears *e);
void zv_ears_leave(struct zv_ears *e);

/* Is one of the tags, at that server, among what it listens to? */
bool zv_ears_hear(const struct zv_ears *e, const struct zv_topic *server,
		  struct zv_topic *const *tags, size_t n);

/* "office/101" as server and line; *server empty when none is named. */
void zv_line_split(struct zv_str text, struct zv_str *server, struct zv_str *line);

#endif
