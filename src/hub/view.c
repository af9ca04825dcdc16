/* view.c - what somebody sees of what is going on: by his rights, and by what he wants. */
#include "hub/hub_impl.h"

struct zv_view
zv_view_of_session(const struct zv_session *s)
{
	return (struct zv_view){
		.hub = s->hub,
		.sees_all = s->sees_all,
		.rights = s->rights,
		.narrow = s->narrow,
	};
}

static bool
sees(const struct zv_view *v, const struct zv_server *server,
     const struct zv_tags *tags)
{
	if (!v->sees_all &&
	    !zv_ears_hear(v->rights, server->topic, tags->list, tags->n))
		return false;
	return !v->narrow ||
	       zv_ears_hear(v->narrow, server->topic, tags->list, tags->n);
}

bool
zv_view_sees_few_lines(const struct zv_view *v)
{
	for (size_t i = 0; !v->sees_all && i < v->rights->n; i++)
		if (v->rights->list[i].topic->kind != ZV_TOPIC_LINE)
			return false;
	return !v->sees_all;
}

/* Whether one of those lines has to do with the call. After a restart ten thousand sessions
 * ask so of a thousand calls: cheaper than bringing its trail up to date. */
static bool
is_of_few_lines(const struct zv_view *v, const struct zv_server *server,
		const struct zv_call *call)
{
	const struct zv_trail *trail = zv_trail_find(server, call->id);
	const struct zv_ears *e = v->rights;

	if (trail && zv_ears_hear(e, server->topic, trail->tags.list, trail->tags.n))
		return true;
	for (const struct zv_leg *leg = call->legs; leg; leg = leg->next)
		for (size_t i = 0; i < e->n; i++)
			if (zvon_str_equal(leg->line, e->list[i].topic->name))
				return true;
	return false;
}

bool
zv_view_sees_call(const struct zv_view *v, const struct zv_server *server,
		  const struct zv_call *call)
{
	struct zv_server *at = (struct zv_server *)(uintptr_t)server;
	struct zv_trail *trail;

	if (v->sees_all && !v->narrow)
		return true;
	if (zv_view_sees_few_lines(v) && !is_of_few_lines(v, server, call))
		return false;
	trail = zv_trail_follow(v->hub, at, call); /* members may be others now */
	return trail && sees(v, server, &trail->tags);
}

bool
zv_view_sees_line(const struct zv_view *v, const struct zv_server *server,
		  struct zv_str line)
{
	struct zv_hub *h = v->hub;

	if (v->sees_all && !v->narrow)
		return true;
	zv_tags_clear(&h->tags, &h->topics);
	return zv_seats_tag(h, &h->tags, server, line) == 0 &&
	       sees(v, server, &h->tags);
}

bool
zv_view_sees_queue(const struct zv_view *v, const struct zv_server *server,
		   struct zv_str queue, struct zv_str line)
{
	struct zv_hub *h = v->hub;
	int rc;

	if (v->sees_all && !v->narrow)
		return true;
	zv_tags_clear(&h->tags, &h->topics);
	rc = zv_tags_add(&h->tags, &h->topics, ZV_TOPIC_QUEUE, queue);
	rc |= zv_tags_add(&h->tags, &h->topics, ZV_TOPIC_LINE, line);
	return rc == 0 && sees(v, server, &h->tags);
}

/* Who sees only lines sees a queue by those of them that are members of it. */
static bool
may_have_member(const struct zv_view *v, const struct zv_server *server,
		struct zv_str queue)
{
	struct zv_node *node, *following;

	for (size_t i = 0; i < v->rights->n; i++)
		ZV_EACH(&v->rights->list[i].topic->queues, node, following)
		{
			const struct zv_seat *seat =
				ZV_OWNER(node, struct zv_seat, of_line);

			if (seat->server == server &&
			    zvon_str_equal(seat->queue->name, queue))
				return true;
		}
	return false;
}

bool
zv_view_sees_member_of(const struct zv_view *v, const struct zv_server *server,
		       struct zv_str queue)
{
	const struct zv_queue_member *m;
	size_t cursor = 0;

	if (zv_view_sees_few_lines(v) && !may_have_member(v, server, queue))
		return false;
	while ((m = zvon_calls_next_member(server->pub.calls, &cursor)))
		if (zvon_str_equal(m->queue, queue) &&
		    zv_view_sees_queue(v, server, queue, m->line))
			return true;
	return false;
}
