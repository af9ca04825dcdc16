#include "hub/hub_impl.h"

#include "base/str.h"

struct zv_who
zv_who_of_user(const struct zv_user *user)
{
	return (struct zv_who){ user, user->lines, user->n_lines };
}

struct zv_who
zv_who_of_session(const struct zv_session *s)
{
	struct zv_who who = zv_who_of_user(s->person->user);

	if (s->lines) {
		who.lines = s->lines;
		who.n_lines = s->n_lines;
	}
	return who;
}

enum zv_scope
zv_who_sees(const struct zv_who *who)
{
	return zv_role_has(who->user->role, ZV_RIGHT_RAW) ? ZV_SCOPE_ALL
							  : who->user->role->sees;
}

bool
zv_who_has_line(const struct zv_who *who, struct zv_str server, struct zv_str line)
{
	struct zv_str its_server, its_line;

	for (size_t i = 0; i < who->n_lines; i++) {
		zv_line_split(who->lines[i], &its_server, &its_line);
		if (zvon_str_equal(its_line, line) &&
		    (!its_server.n || zvon_str_equal(its_server, server)))
			return true;
	}
	return false;
}

bool
zv_who_has_queue(const struct zv_who *who, struct zv_str queue)
{
	for (size_t i = 0; i < who->user->n_queues; i++)
		if (zvon_str_equal(who->user->queues[i], queue))
			return true;
	return false;
}

/* Is the line a member of one of his queues now? */
static bool
sits_in(struct zv_hub *h, const struct zv_who *who, const struct zv_server *server,
	struct zv_str line)
{
	const struct zv_topic *topic = zv_topic_find(&h->topics, ZV_TOPIC_LINE, line);
	struct zv_node *node, *following;

	if (!topic)
		return false;
	ZV_EACH(&topic->queues, node, following)
	{
		const struct zv_seat *seat = ZV_OWNER(node, struct zv_seat, of_line);

		if (seat->server == server && zv_who_has_queue(who, seat->queue->name))
			return true;
	}
	return false;
}

bool
zv_sight_line(struct zv_hub *h, const struct zv_who *who, enum zv_scope scope,
	      size_t number, struct zv_str line)
{
	const struct zv_server *server = zv_hub_server_at(h, number);

	if (!server)
		return false;
	if (scope == ZV_SCOPE_ALL || zv_who_has_line(who, server->pub.name, line))
		return true;
	return scope == ZV_SCOPE_QUEUES && sits_in(h, who, server, line);
}

bool
zv_sight_queue(struct zv_hub *h, const struct zv_who *who, enum zv_scope scope,
	       struct zv_str queue)
{
	return scope == ZV_SCOPE_ALL ||
	       (scope == ZV_SCOPE_QUEUES && zv_who_has_queue(who, queue));
}

static bool
tag_is_his(const struct zv_who *who, enum zv_scope scope,
	   const struct zv_server *server, const struct zv_topic *tag)
{
	if (tag->kind == ZV_TOPIC_LINE)
		return zv_who_has_line(who, server->pub.name, tag->name);
	return tag->kind == ZV_TOPIC_QUEUE && scope == ZV_SCOPE_QUEUES &&
	       zv_who_has_queue(who, tag->name);
}

bool
zv_sight_call(struct zv_hub *h, const struct zv_who *who, enum zv_scope scope,
	      size_t number, const struct zv_call *call)
{
	struct zv_server *server = zv_hub_server_at(h, number);
	const struct zv_trail *trail;

	if (!server || !call)
		return false;
	if (scope == ZV_SCOPE_ALL)
		return true;
	trail = zv_trail_follow(h, server, call);
	for (size_t i = 0; trail && i < trail->tags.n; i++)
		if (tag_is_his(who, scope, server, trail->tags.list[i]))
			return true;
	return false;
}
