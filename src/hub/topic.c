#include "hub/topic.h"

#include "base/mem.h"
#include "base/str.h"
#include "zvon/error.h"

static const char kind_letters[ZV_TOPIC_KINDS] = { 'l', 'q', 'n', 's' };

/* The key in `out`. */
static struct zv_str
key_of(enum zv_topic_kind kind, struct zv_str name, char out[1 + ZV_TOPIC_MAX_NAME])
{
	if (name.n > ZV_TOPIC_MAX_NAME)
		name.n = ZV_TOPIC_MAX_NAME;
	out[0] = kind_letters[kind];
	if (name.n)
		memcpy(out + 1, name.p, name.n);
	return (struct zv_str){ out, name.n + 1 };
}

struct zv_topic *
zv_topic_find(const struct zv_topics *t, enum zv_topic_kind kind, struct zv_str name)
{
	char text[1 + ZV_TOPIC_MAX_NAME];

	return zv_map_find(&t->map, key_of(kind, name, text));
}

static struct zv_topic *
new_topic(struct zv_topics *t, enum zv_topic_kind kind, struct zv_str key)
{
	struct zv_topic *topic = zv_malloc(sizeof *topic + key.n);
	char *text;

	if (!topic)
		return NULL;
	text = (char *)(topic + 1);
	memcpy(text, key.p, key.n);
	*topic = (struct zv_topic){
		.kind = kind,
		.name = { text + 1, key.n - 1 },
		.key = { text, key.n },
		.refs = 1,
	};
	zv_list_init(&topic->listeners);
	zv_list_init(&topic->queues);
	if (zv_map_add(&t->map, topic->key, topic) < 0) {
		zv_free(topic);
		return NULL;
	}
	return topic;
}

struct zv_topic *
zv_topic_get(struct zv_topics *t, enum zv_topic_kind kind, struct zv_str name)
{
	char text[1 + ZV_TOPIC_MAX_NAME];
	struct zv_str key = key_of(kind, name, text);
	struct zv_topic *topic = zv_map_find(&t->map, key);

	if (!topic)
		return new_topic(t, kind, key);
	topic->refs++;
	return topic;
}

void
zv_topic_unref(struct zv_topics *t, struct zv_topic *topic)
{
	if (!topic || --topic->refs > 0)
		return;
	zv_map_remove(&t->map, topic->key);
	zv_free(topic);
}

void
zv_topics_deinit(struct zv_topics *t)
{
	zv_map_deinit(&t->map);
}

/* ---- tags ----------------------------------------------------------------------------- */

#define FEW 16 /* so many names are compared sooner than one is hashed */

static bool
has_name(const struct zv_tags *tags, enum zv_topic_kind kind, struct zv_str name)
{
	for (size_t i = 0; i < tags->n; i++)
		if (tags->list[i]->kind == kind &&
		    zvon_str_equal(tags->list[i]->name, name))
			return true;
	return false;
}

static bool
has_topic(const struct zv_tags *tags, const struct zv_topic *topic)
{
	for (size_t i = 0; i < tags->n; i++)
		if (tags->list[i] == topic)
			return true;
	return false;
}

static int
reserve(struct zv_tags *tags)
{
	size_t cap = tags->cap ? tags->cap * 2 : 8;
	struct zv_topic **list;

	if (tags->n < tags->cap)
		return 0;
	list = zv_realloc(tags->list, cap * sizeof *list);
	if (!list)
		return ZV_ENOMEM;
	tags->list = list;
	tags->cap = cap;
	return 0;
}

int
zv_tags_add_topic(struct zv_tags *tags, struct zv_topic *topic)
{
	if (has_topic(tags, topic))
		return 0;
	if (reserve(tags) < 0)
		return ZV_ENOMEM;
	topic->refs++;
	tags->list[tags->n++] = topic;
	return 0;
}

int
zv_tags_add(struct zv_tags *tags, struct zv_topics *t, enum zv_topic_kind kind,
	    struct zv_str name)
{
	struct zv_topic *topic;
	int rc;

	if (!name.n || (tags->n <= FEW && has_name(tags, kind, name)))
		return 0;
	topic = zv_topic_get(t, kind, name);
	rc = topic ? zv_tags_add_topic(tags, topic) : ZV_ENOMEM;
	zv_topic_unref(t, topic);
	return rc;
}

void
zv_tags_clear(struct zv_tags *tags, struct zv_topics *t)
{
	for (size_t i = 0; i < tags->n; i++)
		zv_topic_unref(t, tags->list[i]);
	tags->n = 0;
}

void
zv_tags_deinit(struct zv_tags *tags, struct zv_topics *t)
{
	zv_tags_clear(tags, t);
	zv_free(tags->list);
	*tags = (struct zv_tags){ 0 };
}

/* ---- ears ------------------------------------------------------------------------------ */

struct zv_ears *
zv_ears_new(size_t most, struct zv_session *session)
{
	struct zv_ears *e = zv_calloc(1, sizeof *e + most * sizeof *e->list);

	for (size_t i = 0; e && i < most; i++)
		e->list[i].session = session;
	return e;
}

void
zv_ears_free(struct zv_ears *e, struct zv_topics *t)
{
	if (!e)
		return;
	zv_ears_leave(e);
	for (size_t i = 0; i < e->n; i++) {
		zv_topic_unref(t, e->list[i].topic);
		zv_topic_unref(t, e->list[i].server);
	}
	zv_free(e);
}

void
zv_line_split(struct zv_str text, struct zv_str *server, struct zv_str *line)
{
	size_t slash = zv_str_find(text, ZV_STR("/"));

	*server = (struct zv_str){ NULL, 0 };
	*line = text;
	if (slash == text.n)
		return;
	*server = (struct zv_str){ text.p, slash };
	*line = zv_str_from(text, slash + 1);
}

int
zv_ears_add(struct zv_ears *e, struct zv_topics *t, enum zv_topic_kind kind,
	    struct zv_str name)
{
	struct zv_listener *l = &e->list[e->n];
	struct zv_str server = { NULL, 0 };

	if (kind == ZV_TOPIC_LINE)
		zv_line_split(name, &server, &name);
	l->topic = zv_topic_get(t, kind, name);
	if (l->topic && server.n)
		l->server = zv_topic_get(t, ZV_TOPIC_SERVER, server);
	if (!l->topic || (server.n && !l->server)) {
		zv_topic_unref(t, l->topic);
		l->topic = NULL;
		return ZV_ENOMEM;
	}
	e->n++;
	return 0;
}

void
zv_ears_join(struct zv_ears *e)
{
	for (size_t i = 0; i < e->n; i++)
		if (!zv_list_is_linked(&e->list[i].node))
			zv_list_append(&e->list[i].topic->listeners, &e->list[i].node);
}

void
zv_ears_leave(struct zv_ears *e)
{
	for (size_t i = 0; i < e->n; i++)
		if (zv_list_is_linked(&e->list[i].node))
			zv_list_remove(&e->list[i].node);
}

bool
zv_ears_hear(const struct zv_ears *e, const struct zv_topic *server,
	     struct zv_topic *const *tags, size_t n)
{
	for (size_t i = 0; i < e->n; i++) {
		const struct zv_listener *l = &e->list[i];

		if (l->server && l->server != server)
			continue;
		for (size_t j = 0; j < n; j++)
			if (tags[j] == l->topic)
				return true;
	}
	return false;
}
