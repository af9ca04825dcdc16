#include "hub/hub_impl.h"

#include "base/mem.h"

struct zv_trail *
zv_trail_find(const struct zv_server *server, struct zv_str call)
{
	return zv_map_find(&server->trails, call);
}

static void
free_trail(struct zv_hub *h, struct zv_trail *trail)
{
	zv_tags_deinit(&trail->tags, &h->topics);
	zv_free(trail);
}

struct zv_trail *
zv_trail_make(struct zv_hub *h, struct zv_map *trails, struct zv_str call)
{
	struct zv_trail *trail = zv_map_find(trails, call);
	char *text;

	if (trail)
		return trail;
	trail = zv_calloc(1, sizeof *trail + call.n);
	if (!trail)
		return NULL;
	text = (char *)(trail + 1);
	if (call.n)
		memcpy(text, call.p, call.n);
	trail->call = (struct zv_str){ text, call.n };
	if (zv_map_add(trails, trail->call, trail) < 0) {
		zv_free(trail);
		return NULL;
	}
	return trail;
}

/* A trunk's name is nobody's line. */
static int
tag_leg(struct zv_hub *h, struct zv_tags *tags, const struct zv_server *server,
	const struct zv_leg *leg)
{
	int rc = zv_tags_add(tags, &h->topics, ZV_TOPIC_NUMBER, leg->number);

	if (!leg->is_trunk && zv_seats_tag(h, tags, server, leg->line) < 0)
		rc = ZV_ENOMEM;
	return rc;
}

static int
tag_call(struct zv_hub *h, struct zv_tags *tags, const struct zv_server *server,
	 const struct zv_call *call)
{
	struct zv_topics *t = &h->topics;
	int rc = 0;

	for (const struct zv_leg *leg = call->legs; leg; leg = leg->next)
		rc |= tag_leg(h, tags, server, leg);
	rc |= zv_tags_add(tags, t, ZV_TOPIC_QUEUE, call->queue);
	rc |= zv_tags_add(tags, t, ZV_TOPIC_NUMBER, call->from_number);
	rc |= zv_tags_add(tags, t, ZV_TOPIC_NUMBER, call->to_number);
	rc |= zv_tags_add(tags, t, ZV_TOPIC_NUMBER, call->did);
	return rc ? ZV_ENOMEM : 0;
}

struct zv_trail *
zv_trail_follow(struct zv_hub *h, struct zv_server *server, const struct zv_call *call)
{
	struct zv_trail *trail = zv_trail_make(h, &server->trails, call->id);

	if (!trail || tag_call(h, &trail->tags, server, call) < 0)
		return NULL;
	return trail;
}

void
zv_trail_end(struct zv_hub *h, struct zv_server *server, struct zv_str call,
	     struct zv_str into)
{
	struct zv_trail *trail = zv_map_remove(&server->trails, call);
	struct zv_trail *other = into.n ? zv_trail_find(server, into) : NULL;

	if (!trail)
		return;
	for (size_t i = 0; other && i < trail->tags.n; i++)
		zv_tags_add_topic(&other->tags, trail->tags.list[i]);
	free_trail(h, trail);
}

void
zv_trails_free(struct zv_hub *h, struct zv_map *trails)
{
	struct zv_trail *trail;
	size_t cursor = 0;

	while ((trail = zv_map_next(trails, &cursor)))
		free_trail(h, trail);
	zv_map_deinit(trails);
}

/* Those that no call going on has, linked: the map may not change meanwhile. */
static struct zv_trail *
link_gone(struct zv_server *server)
{
	const struct zv_call *call = NULL;
	struct zv_trail *trail, *gone = NULL;
	size_t cursor = 0;

	while ((trail = zv_map_next(&server->trails, &cursor)))
		trail->goes_on = false;
	while ((call = zvon_calls_next(server->pub.calls, call)))
		if ((trail = zv_trail_find(server, call->id)))
			trail->goes_on = true;
	cursor = 0;
	while ((trail = zv_map_next(&server->trails, &cursor))) {
		trail->next_gone = gone;
		gone = trail->goes_on ? gone : trail;
	}
	return gone;
}

size_t
zv_trails_drop_gone(struct zv_hub *h, struct zv_server *server)
{
	struct zv_trail *gone = link_gone(server), *next;
	size_t n = 0;

	for (; gone; gone = next, n++) {
		next = gone->next_gone;
		zv_map_remove(&server->trails, gone->call);
		free_trail(h, gone);
	}
	return n;
}
